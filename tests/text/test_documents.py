"""A file's documents, whatever stands between them."""

from __future__ import annotations

import re

import pytest

from mlblint.text.documents import Broken, Document, chunks, documents, embedded
from mlblint.text.source import NotTextError, Source


def read(text: str | bytes, path: str = "x.yaml") -> list[Document | Broken]:
    data = text if isinstance(text, bytes) else text.encode()
    return list(documents(Source.from_bytes(path, data)))


def data(text: str | bytes, path: str = "x.yaml") -> list[object]:
    return [one.data for one in read(text, path) if isinstance(one, Document)]


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        pytest.param("", [], id="nothing"),
        pytest.param("a: 1\n", [{"a": 1}], id="one"),
        pytest.param("---\na: 1\n", [{"a": 1}], id="separator first"),
        pytest.param("# c\n---\na: 1\n", [{"a": 1}], id="comment before the separator"),
        pytest.param("a: 1\n---\nb: 2\n", [{"a": 1}, {"b": 2}], id="two"),
        pytest.param("a: 1\n--- \nb: 2\n", [{"a": 1}, {"b": 2}], id="a blank behind it"),
        pytest.param("a: 1\n--- # c\nb: 2\n", [{"a": 1}, {"b": 2}], id="a comment behind it"),
        pytest.param("--- [a]\n--- b\n", [["a"], "b"], id="content behind it"),
        pytest.param("a: 1\n---\n---\nb: 2\n", [{"a": 1}, None, {"b": 2}], id="an empty one"),
        pytest.param("a: 1\n---", [{"a": 1}, None], id="separator last"),
        pytest.param("a: 1\n...\n", [{"a": 1}], id="end marker"),
        pytest.param("a: 1\n...\n---\nb: 2\n", [{"a": 1}, {"b": 2}], id="both markers"),
        pytest.param("a: 1\r\n---\r\nb: 2\r\n", [{"a": 1}, {"b": 2}], id="CRLF"),
        pytest.param("a: |\n  x\n  ---\n  y\n", [{"a": "x\n---\ny\n"}], id="inside a block scalar"),
        pytest.param("a: b\n  ---\n", [{"a": "b ---"}], id="inside a plain scalar"),
        pytest.param("a: ---b\n", [{"a": "---b"}], id="inside a word"),
        pytest.param("%YAML 1.1\n---\na: 1\n", [{"a": 1}], id="directive"),
        pytest.param("a: 1\n...\n%YAML 1.1\n---\nb: 2\n", [{"a": 1}, {"b": 2}], id="later one"),
        pytest.param("\n\n---\n\na: 1\n", [{"a": 1}], id="blank lines before"),
    ],
)
def test_documents(text, wanted):
    assert data(text) == wanted


def test_one_broken_document_does_not_take_the_others():
    first, broken, last = read("a: 1\n---\nb: [\n---\nc: 3\n")
    assert isinstance(broken, Broken)
    assert (broken.start, broken.end) == (5, 14)
    assert isinstance(first, Document)
    assert isinstance(last, Document)
    assert last.data == {"c": 3}


def test_the_parts_of_a_file_cover_it():
    text = "# c\n---\na: 1\n---\nb: 2\n"
    assert "".join(chunk.text for chunk in chunks(text)) == text
    assert [chunk.start for chunk in chunks(text)] == [0, 13]


def test_a_document_knows_the_part_that_was_parsed():
    text = "a: 1\n---\nb: 2\n...\n---\nc: 3\n"
    parts = [one.part for one in read(text) if isinstance(one, Document)]
    assert [text[start:end] for start, end in parts] == [
        "a: 1\n",
        "---\nb: 2\n...\n",
        "---\nc: 3\n",
    ]


def test_only_documents_in_which_a_pattern_occurs_are_parsed():
    source = Source.from_bytes("x.yaml", b"a: 1\n---\nmetallb: [\n---\nmetallb: 2\n")
    found = list(documents(source, re.compile("metallb")))
    assert [isinstance(one, Broken) for one in found] == [True, False]
    assert [one.index for one in found if isinstance(one, Document)] == [2]


def test_json_may_be_indented_with_tabs():
    assert data('{\n\t"a": 1\n}\n', "x.json") == [{"a": 1}]


def test_encodings():
    assert data(b"\xef\xbb\xbfa: \xc3\xa9\n") == [{"a": "é"}]
    assert data("a: é\n".encode("utf-16")) == [{"a": "é"}]


@pytest.mark.parametrize("raw", [b"\x00GITCRYPT\x00\xff\xfe", b"a: \xff\n", b"a\x00b"])
def test_binaries_are_no_text(raw):
    with pytest.raises(NotTextError):
        Source.from_bytes("x.yaml", raw)


@pytest.mark.parametrize("header", ["|", "|-", "|+", "|2", "|2-", "| # c"])
def test_embedded_yaml(header):
    (host,) = read(f"v: {header}\n  a: 1\n\n  b: [2]\nz: 1\n")
    assert isinstance(host, Document)
    (inner,) = embedded(host, ("v",))
    assert inner.data == {"a": 1, "b": [2]}
    assert inner.host is not None
    assert inner.host.lines.inexact is None


@pytest.mark.parametrize(
    ("text", "why"),
    [
        (">\n  a: 1\n", "folded"),
        ('"a: 1"\n', "double-quoted"),
        ("'a: 1'\n", "single-quoted"),
        ("a\n", "plain"),
    ],
)
def test_embedded_yaml_that_cannot_be_traced_back(text, why):
    (host,) = read(f"v: {text}")
    assert isinstance(host, Document)
    (inner,) = embedded(host, ("v",))
    assert inner.host is not None
    assert why in (inner.host.lines.inexact or "")


@pytest.mark.parametrize("text", ["v: 1\n", "v: [a]\n", "v: |\n  {{ x }}: [\n", "w: x\n", "v:\n"])
def test_what_is_no_embedded_yaml(text):
    (host,) = read(text)
    assert isinstance(host, Document)
    assert list(embedded(host, ("v",))) == []
