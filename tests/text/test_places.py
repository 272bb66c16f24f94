"""Symbolic places become exact spans, also for what is not there."""

from __future__ import annotations

import pytest

from mlblint.text.documents import Document, documents, embedded
from mlblint.text.places import Place, positions, span
from mlblint.text.source import Source


def root(text: str | bytes, path: str = "x.yaml") -> Place:
    data = text if isinstance(text, bytes) else text.encode()
    return Place(next(documents(Source.from_bytes(path, data))))  # type: ignore[arg-type]


def pointed_at(place: Place) -> str:
    where = span(place)
    return place.document.source.text[where.start : where.end]


TEXT = """\
# a header
apiVersion: v1
kind: Service
metadata:
  name: &app web
  annotations:
    'a/b': "1.2.3.4" # c
spec:
  ports:
  - port: 80
    name: http
  flow: {x: [1, 2]}
  empty:
  text: |
    first
"""


@pytest.mark.parametrize(
    ("path", "text"),
    [
        pytest.param((), "Service", id="the document: its kind"),
        pytest.param(("kind",), "Service", id="plain"),
        pytest.param(("metadata", "name"), "web", id="without the anchor"),
        pytest.param(("metadata", "annotations", "a/b"), '"1.2.3.4"', id="quoted"),
        pytest.param(("metadata",), "metadata", id="a block mapping: its key"),
        pytest.param(("spec", "ports"), "ports", id="a block list: its key"),
        pytest.param(("spec", "ports", 0), "port: 80", id="an item: its first line"),
        pytest.param(("spec", "flow"), "{x: [1, 2]}", id="a flow mapping"),
        pytest.param(("spec", "flow", "x", 1), "2", id="inside brackets"),
        pytest.param(("spec", "empty"), "empty", id="not written: its key"),
        pytest.param(("spec", "text"), "|", id="a block scalar: its header"),
        pytest.param(("metadata", "labels"), "metadata", id="missing: its parent's key"),
        pytest.param(("metadata", "labels", "app", "x"), "metadata", id="missing by three levels"),
        pytest.param(("spec", "ports", 5, "port"), "ports", id="missing item"),
        pytest.param(("nothing",), "Service", id="missing at the top"),
    ],
)
def test_values(path, text):
    assert pointed_at(Place(root(TEXT).document, path)) == text


@pytest.mark.parametrize(
    ("path", "text"),
    [
        (("metadata", "annotations", "a/b"), "'a/b'"),
        (("spec", "empty"), "empty"),
        (("spec", "missing"), "spec"),
    ],
)
def test_keys(path, text):
    assert pointed_at(Place(root(TEXT).document, path).key) == text


@pytest.mark.parametrize(
    ("text", "pointed"),
    [
        ("k: 1.2.3.4,5.6.7.8\n", "5.6.7.8"),
        ("k: '1.2.3.4,5.6.7.8'\n", "5.6.7.8"),
        ('k: "1.2.3.4,5.6.7.8"\n', "5.6.7.8"),
        ('k: "1.2.3.4\\u002c5.6.7.8"\n', '"1.2.3.4\\u002c5.6.7.8"'),
    ],
)
def test_a_part_of_a_scalar(text, pointed):
    assert pointed_at(Place(root(text).document, ("k",), part=(8, 15))) == pointed


@pytest.mark.parametrize(
    ("data", "position"),
    [
        pytest.param(b"a: 1\nb: x\n", (2, 4), id="LF"),
        pytest.param(b"a: 1\r\nb: x\r\n", (2, 4), id="CRLF"),
        pytest.param(b"a: 1\rb: x\r", (2, 4), id="lone CR"),
        pytest.param(b"\xef\xbb\xbfb: x\n", (1, 4), id="BOM"),
        pytest.param("😀: 1\nb: x\n".encode(), (2, 4), id="wide characters before"),
        pytest.param("{😀: 1, b: x}\n".encode(), (1, 11), id="wide characters in the line"),
        pytest.param("b: x\n".encode("utf-16"), (1, 4), id="UTF-16"),
    ],
)
def test_positions_count_characters_from_one(data, position):
    start, end = positions(root(data) / "b")
    assert start == position
    assert end == (position[0], position[1] + 1)


def test_inside_a_block_scalar():
    outer = root("kind: X\nv: |\n    kind: Y\n\n    a:\n      b: é1\n")
    (inner,) = embedded(outer.document, ("v",))
    place = Place(inner)
    assert pointed_at(place / "a" / "b") == "é1"
    assert positions(place / "a" / "b")[0] == (6, 10)
    assert pointed_at(place / "a" / "missing") == "a"
    assert pointed_at(place) == "Y"


def test_two_levels_inside():
    outer = root("v: |\r\n  u: |2-\r\n    a: 1\r\n\r\n    b: x\r\n")
    (first,) = embedded(outer.document, ("v",))
    (second,) = embedded(first, ("u",))
    assert pointed_at(Place(second, ("b",))) == "x"
    assert positions(Place(second, ("b",)))[0] == (5, 8)


def test_inside_a_folded_scalar_the_scalar_is_pointed_at():
    outer = root("v: >\n  a: 1\n")
    (inner,) = embedded(outer.document, ("v",))
    assert pointed_at(Place(inner, ("a",))) == ">"


def test_places_are_built_from_one_another():
    place = root("a: {b: 1}\n")
    assert (place / "a" / "b").path == ("a", "b")
    assert (place / "a" / "b").exists
    assert not (place / "a" / "c").exists
    assert (place / "a").key.on_key
    assert not ((place / "a").key / "b").on_key


def test_a_document_that_is_empty():
    found = [one for one in documents(Source.from_bytes("x.yaml", b"---\n")) if one]
    assert isinstance(found[0], Document)
    assert span(Place(found[0], ("a",))).start == 0
