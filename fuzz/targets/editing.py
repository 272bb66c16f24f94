"""Every edit does to the text what it does to the data: planned, proven, and read back."""

from __future__ import annotations

from collections.abc import Iterator

from fuzz.choices import Choices, seed
from fuzz.seeds import manifests
from mlblint.text import plain
from mlblint.text.documents import Broken, Document, documents, embedded
from mlblint.text.edits import (
    AddDocument,
    Append,
    Edit,
    Insert,
    Remove,
    RenameKey,
    ReplacePart,
    Set,
)
from mlblint.text.nodes import Scalar, walk
from mlblint.text.places import Place
from mlblint.text.planning import plan
from mlblint.text.proof import prove
from mlblint.text.scalars import TooManyValuesError
from mlblint.text.source import NotTextError, Source
from mlblint.text.splices import Refusal, apply

VALUES: tuple[object, ...] = (
    *("x", "", "on", "0777", "1.5", "null", "a: b", "a # b", "- x", "it's", 'say "hi"', " lead"),
    *("two\nlines", "two\nlines\n", "é 😀", "\t", "{{ x }}", "*a", "&b", "<<", "=", "::1/128"),
    *(7, -1, True, None, [], {}, ["x", "on"], {"on": "y"}, {"a": {"b": ["c"]}}, [{"a": 1}]),
)
KINDS = ("set", "insert", "create", "remove", "prune", "rename", "append", "part", "document")


def seeds() -> Iterator[bytes]:
    for number, data in enumerate(manifests()):
        yield seed(data, 0, number % 2, number * 7 % 256, number % len(KINDS), number % 30)


def check(data: bytes) -> None:
    choices = Choices(data)
    name = choices.among(["x.yaml", "x.yaml", "x.yaml", "x.json"])
    try:
        source = Source.from_bytes(name, choices.rest)
        found = list(documents(source))
        if any(isinstance(one, Broken) for one in found):
            return
        outer = [one for one in found if isinstance(one, Document)]
        edit = _edit(choices, outer)
        before = [one.data for one in outer]
    except (NotTextError, TooManyValuesError):
        return
    if edit is None:
        return
    try:
        splices = plan([edit])
        text = prove(source, splices, [edit])
    except Refusal as refusal:
        assert refusal.reason
        return
    assert text == apply(source.text, splices)
    _as_declared(source, outer, before, edit, text)
    _settled(source, text, edit)


def _edit(choices: Choices, outer: list[Document]) -> Edit | None:
    filled = [one for one in outer if one.root is not None]
    if not filled:
        return None
    document = choices.among(filled)
    if choices.number(2):
        inner = list(_inside(document))
        document = choices.among(inner) if inner else document
    assert document.root is not None
    path, node = choices.among(list(walk(document.root)))
    kind, value = choices.among(KINDS), choices.among(VALUES)
    return _of_kind(kind, Place(document, path), node, value, choices)


def _inside(document: Document) -> Iterator[Document]:
    assert document.root is not None
    for path, node in walk(document.root):
        if isinstance(node, Scalar) and "\n" in node.text:
            yield from (one for one in embedded(document, path) if one.root is not None)


def _of_kind(kind: str, place: Place, node: object, value: object, choices: Choices) -> Edit | None:
    word = choices.among(["new", "on", "a: b", "1", "#x", "metallb.io/x"])
    if kind == "insert":
        return Insert(place, word, value)
    if kind == "create":
        return Insert(place / "made" / "up", word, value)
    if kind == "append":
        return Append(place, value)
    if kind == "document":
        return AddDocument(Place(place.document), {"a": value})
    if not place.path:
        return None
    if kind == "set":
        return Set(place, value)
    if kind == "rename":
        return RenameKey(place, word)
    if kind == "part":
        length = len(node.text) if isinstance(node, Scalar) else 0
        start = choices.number(length + 1)
        end = start + choices.number(length - start + 1)
        return ReplacePart(Place(place.document, place.path, part=(start, end)), word)
    return Remove(place, prune=kind == "prune")


def _as_declared(
    source: Source, outer: list[Document], before: list[object], edit: Edit, text: str
) -> None:
    new = Source.from_bytes(source.path, source.encoded(text))
    after = [one.data for one in documents(new) if isinstance(one, Document)]
    where = edit.place.document
    if where.host is not None:
        assert len(after) == len(before)
        return
    number = outer.index(where)
    if isinstance(edit, AddDocument):
        assert repr(after[: number + 1]) == repr(before[: number + 1])
        assert len(after) == len(before) + 1
        return
    wanted = list(before)
    wanted[number] = plain.edited(before[number], [edit])
    # `repr` tells 1 from true, and takes a NaN for itself.
    assert repr(_sorted(after)) == repr(_sorted(wanted))


def _sorted(value: object) -> object:
    if isinstance(value, dict):
        return [(key, _sorted(value[key])) for key in sorted(value)]
    return [_sorted(one) for one in value] if isinstance(value, list) else value


def _settled(source: Source, text: str, edit: Edit) -> None:
    """A value that is set already comes to rest: layout that is odd may be tidied once."""
    if not isinstance(edit, Set) or edit.place.document.host is not None:
        return
    texts = [text]
    for _ in range(2):
        new = Source.from_bytes(source.path, source.encoded(texts[-1]))
        found = [one for one in documents(new) if isinstance(one, Document)]
        same = next((one for one in found if one.start == edit.place.document.start), None)
        if same is None:
            return
        again = Set(Place(same, edit.place.path), edit.value)
        try:
            texts.append(prove(new, plan([again]), [again]))
        except Refusal:
            return
    assert texts[1] == texts[2], texts
