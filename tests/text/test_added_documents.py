"""A document of its own behind another one."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mlblint.text.documents import Document, documents
from mlblint.text.edits import AddDocument, Remove, RenameKey
from mlblint.text.places import Place
from mlblint.text.planning import plan
from mlblint.text.proof import prove
from mlblint.text.source import Source
from mlblint.text.splices import Refusal

NEW = {"kind": "B", "spec": {"pools": ["on"]}}
WRITTEN = '---\nkind: B\nspec:\n  pools:\n    - "on"\n'

BEHIND = {
    "at the end of the file": ("kind: A\n", 0, "kind: A\n" + WRITTEN),
    "without a final newline": ("kind: A", 0, "kind: A\n" + WRITTEN.rstrip("\n")),
    "between two": ("kind: A\n---\nkind: C\n", 0, "kind: A\n" + WRITTEN + "---\nkind: C\n"),
    "behind the last": (
        "kind: A\n---\nkind: C # c\n# end\n",
        1,
        "kind: A\n---\nkind: C # c\n# end\n" + WRITTEN,
    ),
    "Windows' line endings": (
        "kind: A\r\nb: 1\r\n",
        0,
        ("kind: A\nb: 1\n" + WRITTEN).replace("\n", "\r\n"),
    ),
    "as lists stand there": (
        "a:\n- b\n---\nkind: C\n",
        0,
        "a:\n- b\n" + WRITTEN.replace("    - ", "  - ") + "---\nkind: C\n",
    ),
    "behind a block scalar": ("a: |\n  x\n", 0, "a: |\n  x\n" + WRITTEN),
}


@pytest.mark.parametrize(("text", "number", "wanted"), BEHIND.values(), ids=BEHIND)
def test_behind_a_document(text: str, number: int, wanted: str, edited: Callable) -> None:
    assert edited(text, lambda root: AddDocument(root, NEW), document=number) == wanted


def test_a_text_behind_which_no_line_break_follows(edited: Callable) -> None:
    new = edited("kind: A", lambda root: AddDocument(root, {"text": "a\nb\n"}))
    assert new == 'kind: A\n---\ntext: "a\\nb\\n"'


def test_with_other_edits_of_the_same_fix(edited: Callable) -> None:
    text = "kind: A\nold: 1\nname: x # c\n---\nkind: C\n"
    new = edited(
        text,
        lambda root: [
            AddDocument(root, NEW),
            Remove(root / "old"),
            RenameKey(root / "name", "title"),
            AddDocument(root, {"kind": "D"}),
        ],
    )
    assert new == "kind: A\ntitle: x # c\n" + WRITTEN + "---\nkind: D\n---\nkind: C\n"


@pytest.mark.parametrize(
    ("text", "path"),
    [
        ("kind: A\n...\n", "x.yaml"),
        ("kind: A\n...\n---\nkind: C\n", "x.yaml"),
        ("%YAML 1.1\n---\nkind: A\n", "x.yaml"),
        ('{"kind": "A"}\n', "x.json"),
        ('{\t"kind": "A"}\n', "x.json"),
        # The scalar would get a line end that it does not have.
        ("kind: A\ntext: |\n  end", "x.yaml"),
    ],
)
def test_is_refused(text: str, path: str, edited: Callable) -> None:
    with pytest.raises(Refusal):
        edited(text, lambda root: AddDocument(root, NEW), path)


def test_not_inside_a_text(edited: Callable, inside: Callable) -> None:
    with pytest.raises(Refusal, match="no document"):
        edited("a: |\n  b: 1\n", lambda root: AddDocument(inside(root, "a"), NEW))


def test_a_document_that_is_not_what_was_declared_is_not_proven() -> None:
    source = Source.from_bytes("x.yaml", b"kind: A\n")
    (document,) = documents(source)
    assert isinstance(document, Document)
    (splice,) = plan([AddDocument(Place(document), NEW)])
    edit = AddDocument(Place(document), {"kind": "B"})
    with pytest.raises(Refusal, match="other keys"):
        prove(source, [splice], [edit])
    with pytest.raises(Refusal, match="number of documents"):
        prove(source, [splice], [])
    more = replace(splice, text=splice.text + "---\nkind: C\n")
    with pytest.raises(Refusal, match="number of documents"):
        prove(source, [more], [AddDocument(Place(document), NEW)])


PIECES = [
    "kind: A\n",
    "a: {b: c}\n",
    "# c\nkind: A # d\n\n",
    "a:\n- b\n- |\n  text\n  ---x\n",
    "a: >-\n    folded\n\n\n",
    "[1, 2]\n",
    "text\n",
    "# only a comment\n",
    "a: 'x\n\n  y'\n",
]
VALUES = st.recursive(
    st.one_of(st.booleans(), st.integers(-9, 9), st.sampled_from(["on", "a b", "1", "#x", ""])),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from("abc"), inner),
    max_leaves=6,
)


@settings(max_examples=150, deadline=None)
@given(
    st.lists(st.sampled_from(PIECES), min_size=1, max_size=4),
    st.integers(0, 3),
    st.dictionaries(st.sampled_from(["kind", "spec", "y"]), VALUES, min_size=1),
    st.booleans(),
)
def test_the_others_keep_their_data_and_the_file_its_bytes(
    pieces: list[str], number: int, value: dict[str, object], windows: bool
) -> None:
    text = "---\n".join(pieces)
    text = text.replace("\n", "\r\n") if windows else text
    source = Source.from_bytes("x.yaml", text.encode())
    before = [one for one in documents(source) if isinstance(one, Document)]
    if not before:
        return
    document = before[number % len(before)]
    edits = [AddDocument(Place(document), value)]
    try:
        splices = plan(edits)
        new = prove(source, splices, edits)
    except Refusal:
        return
    (splice,) = splices
    assert splice.start == splice.end
    assert new == text[: splice.start] + splice.text + text[splice.start :]
    after = [one.data for one in documents(Source.from_bytes("x.yaml", new.encode()))]
    at = before.index(document) + 1
    assert after == [one.data for one in before[:at]] + [value] + [one.data for one in before[at:]]
    assert not windows or "\n" not in new.replace("\r\n", "")
