"""The proof finds what a wrong splice would do, whatever the planner believed."""

from __future__ import annotations

import pytest

from mlblint.text.documents import Document, documents, embedded
from mlblint.text.edits import Insert, Remove, Set
from mlblint.text.places import Place
from mlblint.text.proof import prove
from mlblint.text.source import Source
from mlblint.text.splices import Refusal, Splice


def proven(text, splice, make, path="x.yaml"):
    source = Source.from_bytes(path, text.encode())
    document = next(one for one in documents(source) if isinstance(one, Document))
    edit = make(Place(document))
    return prove(source, [Splice(*splice)], [edit] if edit else [])


def set_a(root):
    return Set(root / "a", 2)


def test_a_right_splice():
    assert proven("a: 1\nb: 1\n", (3, 4, "2"), set_a) == "a: 2\nb: 1\n"


@pytest.mark.parametrize(
    ("text", "splice", "reason"),
    [
        pytest.param("a: 1\nb: 1\n", (8, 9, "2"), "the data would change", id="another value"),
        pytest.param("a: 1\n", (3, 4, "'2'"), "the data would change", id="a string, not a number"),
        pytest.param("a: 1\n", (3, 4, "2.0"), "the data would change", id="a float"),
        pytest.param("a: 1\nb: 1\n", (3, 9, "2"), "other keys would change", id="a key too many"),
        pytest.param("b: 1\na: 1\n", (0, 10, "a: 2\nb: 1\n"), "other keys would", id="the order"),
        pytest.param("a: 1 # c\n", (3, 8, "2"), "a comment would be lost", id="a lost comment"),
        pytest.param("a: 1 # c\n", (3, 8, "2 # d"), "a comment would appear", id="a new comment"),
        pytest.param("a: 1\n", (3, 4, "[2"), "could not be read back", id="no YAML any more"),
        pytest.param("a: 1\n", (3, 4, "2\n---\nb: 1"), "the number of documents", id="separator"),
        pytest.param("a: 1\n---\nb: 1\n", (12, 13, "2"), "the data would", id="another document"),
    ],
)
def test_a_wrong_splice(text, splice, reason):
    with pytest.raises(Refusal, match=reason):
        proven(text, splice, set_a)


def test_an_edit_without_its_splice():
    with pytest.raises(Refusal, match="the data would change"):
        proven("a: 1\nb: 1\n", (0, 0, ""), set_a)


def test_a_splice_without_an_edit():
    with pytest.raises(Refusal, match="the data would change"):
        proven("a: 1\nb: 1\n", (3, 4, "2"), lambda root: None)


def test_an_alias_elsewhere_that_would_change():
    with pytest.raises(Refusal, match="the data would change"):
        proven("a: &x 1\nb: *x\n", (6, 7, "2"), set_a)


def test_json_must_stay_json():
    text = '{"a": 1, "b": 2}'
    remove = lambda root: Remove(root / "b")  # noqa: E731
    with pytest.raises(Refusal, match="no longer be JSON"):
        proven(text, (8, 15, ""), remove)
    assert proven(text, (7, 15, ""), remove) == '{"a": 1}'


def test_a_removal_may_take_its_own_comments_and_no_others():
    text = "a: 1 # a\n# b\nb: 2 # b\n# c\nc: 3 # c\n"
    remove = lambda root: Remove(root / "b")  # noqa: E731
    assert proven(text, (9, 22, ""), remove) == "a: 1 # a\n# c\nc: 3 # c\n"
    with pytest.raises(Refusal, match="a comment would be lost"):
        proven(text, (5, 22, "\n"), remove)


def test_embedded_yaml_is_held_to_the_same():
    text = "v: |\n  a: 1 # c\n  b: 1\nz: 1\n"
    insert = lambda root: Insert(Place(next(iter(embedded(root.document, ("v",))))), "w", 1)  # noqa: E731
    assert proven(text, (23, 23, "  w: 1\n"), insert) == text.replace("z", "  w: 1\nz")
    for splice, reason in [
        ((14, 16, ""), "other keys would change|a comment would"),
        ((21, 22, "2\n  w: 1"), "the data would change"),
        ((23, 28, "  w: 1\nz: 2\n"), "the data would change"),
        ((12, 22, "\n  b: 1\n  w: 1"), "a comment would be lost"),
    ]:
        with pytest.raises(Refusal, match=reason):
            proven(text, splice, insert)


def test_a_file_that_cannot_be_written_back():
    source = Source.from_bytes("x.yaml", b"other bytes")
    source.text = "a: 1\n"
    with pytest.raises(Refusal, match="cannot be written back"):
        prove(source, [], [])


@pytest.mark.parametrize("bom", [b"", b"\xef\xbb\xbf"])
def test_the_byte_order_mark_stays(bom):
    source = Source.from_bytes("x.yaml", bom + "a: 1\nb: 😀\n".encode())
    (document,) = documents(source)
    new = prove(source, [Splice(3, 4, "2")], [Set(Place(document, ("a",)), 2)])
    assert source.encoded(new) == bom + "a: 2\nb: 😀\n".encode()
