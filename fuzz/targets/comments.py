"""Ignore comments: what is read, what removing and writing one does, and that no data changes."""

from __future__ import annotations

from collections.abc import Iterator

from fuzz.choices import Choices, seed
from fuzz.seeds import manifests
from mlblint.text.commenting import comment_place
from mlblint.text.documents import Document, documents
from mlblint.text.edits import AddComment, Edit, RemoveComment
from mlblint.text.ignores import LINE, WORDS, ignores, read, written
from mlblint.text.planning import plan
from mlblint.text.proof import prove
from mlblint.text.scalars import TooManyValuesError
from mlblint.text.source import NotTextError, Source
from mlblint.text.splices import Refusal

COMMENTS = (
    "# mlblint: ignore[MLB301] why",
    "# mlblint: ignore-file[MLB3, l2-interfaces-missing] until=2030-01-31",
    "#mlblint:ignore-document[MLB101]: x # other: y",
    "# mlblint: ignore[MLB301",
    "# mlblint: ignore[] until=2030-02-31 until=x",
)


def seeds() -> Iterator[bytes]:
    for number, data in enumerate(manifests()):
        comment = COMMENTS[number % len(COMMENTS)].encode()
        yield seed(comment + b"\n" + data, number % 2, number % 20)
        yield seed(data.replace(b"\n", b" " + comment + b"\n", 3), number % 2, number % 20)


def check(data: bytes) -> None:
    choices = Choices(data)
    try:
        source = Source.from_bytes("x.yaml", choices.rest)
    except NotTextError:
        return
    found = list(ignores(source))
    for one in found:
        start, end = one.place.stretch or (0, 0)
        assert one.place.document.text[start:end].startswith("#")
        assert one.error or (one.word in WORDS and one.selectors)
        for selector in one.selectors:
            assert one.place.document.text[slice(*selector.span)] == selector.name
    if found and choices.number(2):
        one = choices.among(found)
        after = _after(source, RemoveComment(one.place))
        assert after is None or len(list(ignores(after))) < len(found)
        return
    line = 1 + choices.number(len(source.line_starts))
    try:
        place = comment_place(source, line)
    except Refusal:
        return
    comment = written(LINE, ["MLB301"], choices.among(["", "a reason"]))
    words = read(comment)
    assert words is not None
    assert words.error is None
    after = _after(source, AddComment(place, comment))
    if after is not None:
        moved = len(after.line_starts) - len(source.line_starts)
        assert any(one.first <= line + moved <= one.last for one in ignores(after)), line


def _after(source: Source, edit: Edit) -> Source | None:
    """The file after an edit of a comment, unless it is refused: with the same data."""
    try:
        text = prove(source, plan([edit]), [edit])
    except Refusal as refusal:
        assert refusal.reason
        return None
    new = Source.from_bytes(source.path, source.encoded(text))
    if edit.place.document.host is None:
        # Inside a string, a comment is data of the document around it.
        try:
            assert repr(_data(new)) == repr(_data(source))
        except TooManyValuesError:
            return None
    return new


def _data(source: Source) -> list[object]:
    return [one.data if isinstance(one, Document) else None for one in documents(source)]
