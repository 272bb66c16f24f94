"""Edits of comments: what becomes of the text, and which comments there are afterwards."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import replace
from itertools import islice

from mlblint.text.comments import Span, comment_spans
from mlblint.text.documents import Document, chunks, embedded
from mlblint.text.edits import AddComment, CommentEdit, Edit, RemoveComment
from mlblint.text.embedded import LineMap
from mlblint.text.layout import (
    SAMPLES,
    Lines,
    content_start,
    every_node,
    is_block_scalar,
    last_line,
)
from mlblint.text.nodes import Alias, Mapping, Scalar, walk
from mlblint.text.nodes import Sequence as List
from mlblint.text.parser import YamlError, parse
from mlblint.text.places import Place
from mlblint.text.source import Source
from mlblint.text.splices import Refusal, Splice, apply

NO_COMMENTS = "JSON has no comments"
UNREADABLE = "the document cannot be parsed: its comments cannot be told from its strings"
_USUAL_GAP = "  "


# --- planning --------------------------------------------------------------------------------


def planned(edit: Edit) -> list[Splice]:
    assert isinstance(edit, CommentEdit)
    document, text = edit.place.document, edit.place.document.text
    if document.source.path.endswith(".json"):
        raise Refusal(NO_COMMENTS)
    if not isinstance(edit, RemoveComment) and not _is_one_comment(edit):
        raise Refusal("the text is no comment of one line")
    lines = Lines(document)
    comments = _comments(document)
    if isinstance(edit, AddComment):
        return [_added(document, lines, edit, comments)]
    start, end = comment = _holding(comments, _stretch(edit))
    splice = _changed(text, comment, edit)
    if (splice.start, splice.end, splice.text) != (start, end, ""):
        return [splice]
    return [_whole(lines, start, end)]


def _is_one_comment(edit: CommentEdit) -> bool:
    assert not isinstance(edit, RemoveComment)
    return edit.text.startswith("#") and edit.text.isprintable() and edit.text == edit.text.strip()


def _comments(document: Document) -> list[Span]:
    roots = [document.root] if document.root is not None else []
    return list(comment_spans(document.text, *document.part, roots))


def _stretch(edit: CommentEdit) -> Span:
    if edit.place.stretch is None:
        raise Refusal("the edit does not say which comment it means")
    return edit.place.stretch


def _holding(comments: Iterable[Span], stretch: Span) -> Span:
    for start, end in comments:
        if start <= stretch[0] < stretch[1] <= end:
            return start, end
    raise Refusal("no comment stands there")


def _changed(text: str, comment: Span, edit: CommentEdit) -> Splice:
    """What an edit does to a comment that is there already."""
    start, end = _stretch(edit)
    if isinstance(edit, AddComment):
        return Splice(comment[1], comment[1], f"{_USUAL_GAP}{edit.text}")
    if not isinstance(edit, RemoveComment):
        return Splice(start, end, edit.text)
    before = text[comment[0] : start].rstrip(" \t")
    if before:
        return Splice(comment[0] + len(before), end, "")
    after = text[end : comment[1]].lstrip(" \t")
    return Splice(comment[0], comment[1] - len(after), "")


def _whole(lines: Lines, start: int, end: int) -> Splice:
    """A comment goes, with its line if that holds nothing else."""
    before = lines.before(start)
    if before.strip(" \t"):
        return Splice(start - (len(before) - len(before.rstrip(" \t"))), end, "")
    line = lines.number(start)
    if lines.is_last(line) and line:
        return Splice(lines.end(line - 1), end, "")
    return Splice(lines.start(line), lines.start(line + 1), "")


def _added(document: Document, lines: Lines, edit: AddComment, comments: Sequence[Span]) -> Splice:
    text = document.text
    line = lines.number(_stretch(edit)[0])
    for start, end in comments:
        if lines.number(start) == line:
            return _changed(text, (start, end), edit)
    if not lines.exists(line) or lines.is_blank(line):
        raise Refusal("nothing stands on the line")
    end = lines.end(line)
    if not _is_inside_scalar(document, end):
        content = len(lines.content(line).rstrip(" \t"))
        return Splice(lines.start(line) + content, end, _gap(lines, comments) + edit.text)
    start = lines.start(line)
    if _is_inside_scalar(document, start):
        raise Refusal("a comment cannot stand inside a string")
    content_of_line = lines.content(line)
    indent = content_of_line[: len(content_of_line) - len(content_of_line.lstrip(" "))]
    return Splice(start, start, f"{indent}{edit.text}\n")


def _is_inside_scalar(document: Document, offset: int) -> bool:
    """Whether a `#` written there would be a part of a string."""
    if document.root is None:
        return False
    scalars = (node for node in every_node(document.root) if isinstance(node, Scalar))
    return any(_holds(document.text, one, offset) for one in scalars)


def _holds(text: str, scalar: Scalar, offset: int) -> bool:
    if not is_block_scalar(scalar):
        return scalar.start < offset < scalar.end
    if not scalar.start < offset <= scalar.end:
        return False
    if text.find("\n", content_start(text, scalar), offset) < 0:
        return False
    # Behind the last line break, the scalar is over unless the text is.
    return offset < scalar.end or text[offset - 1] not in "\r\n"


def _gap(lines: Lines, comments: Iterable[Span]) -> str:
    """The blanks in front of most comments that stand behind something."""
    before = (lines.before(start) for start, _ in comments)
    gaps = (one[len(one.rstrip(" \t")) :] for one in before if one.strip(" \t"))
    counted = Counter(islice(gaps, SAMPLES)).most_common(1)
    return counted[0][0] if counted else _USUAL_GAP


# --- what the proof expects ------------------------------------------------------------------


def comments_after(
    text: str, comments: Sequence[Span], edits: Iterable[CommentEdit], start: int
) -> list[tuple[int, str]]:
    """The comments of a text once the edits are made, in order, and where in the old text each
    belongs; the places of the edits count from `start` characters before it."""
    changes: dict[Span, list[Splice]] = {comment: [] for comment in comments}
    new: list[tuple[int, str]] = []
    for edit in edits:
        at, end = (offset - start for offset in _stretch(edit))
        if isinstance(edit, AddComment):
            on_line = [one for one in comments if one[0] >= at and _on_one_line(text, at, one[0])]
            if not on_line:
                new.append((at, edit.text))
                continue
            comment = on_line[0]
        else:
            comment = _holding(comments, (at, end))
        moved = _changed(text, comment, _shifted(edit, at, end))
        changes[comment].append(moved)
    left = [(span[0], _applied(text, span, splices)) for span, splices in changes.items()]
    return [one for one in sorted([*left, *new], key=lambda one: one[0]) if one[1]]


def _shifted(edit: CommentEdit, start: int, end: int) -> CommentEdit:
    return replace(edit, place=replace(edit.place, stretch=(start, end)))


def _applied(text: str, span: Span, splices: Iterable[Splice]) -> str:
    start, end = span
    moved = [Splice(one.start - start, one.end - start, one.text) for one in sorted(splices)]
    return apply(text[start:end], moved)


def _on_one_line(text: str, start: int, end: int) -> bool:
    return not any(character in "\r\n" for character in text[start:end])


# --- where a comment for a line belongs -------------------------------------------------------


def comment_place(source: Source, line: int) -> Place:
    """Where `AddComment` has to be told to write for a line of a file, counted from 1: in the
    document that holds it, which may be embedded in another. For a line inside a string that
    is no YAML, at the line where the string begins. Raises Refusal."""
    if source.path.endswith(".json"):
        raise Refusal(NO_COMMENTS)
    offset = source.line_starts[line - 1]
    document = _document_at(source, offset)
    while True:
        inner = _deeper(document, offset)
        if inner is None:
            break
        document, offset = inner
    return Place(document, stretch=(offset, offset))


def _document_at(source: Source, offset: int) -> Document:
    number, chunk = max(
        (one for one in enumerate(chunks(source.text)) if one[1].start <= offset),
        key=lambda one: one[0],
    )
    part = (chunk.start, chunk.start + len(chunk.text))
    try:
        parsed = parse(chunk.text, chunk.start)
    except YamlError:
        raise Refusal(UNREADABLE) from None
    own = [Document(source, number, one.root, one.start, one.end, part=part) for one in parsed]
    if not own:
        raise Refusal("there is nothing but comments")
    return next((one for one in reversed(own) if one.start <= offset), own[0])


def _deeper(document: Document, offset: int) -> tuple[Document, int] | None:
    """The embedded document in which the line at an offset lies, and the line in there."""
    if document.root is None:
        return None
    lines = Lines(document)
    for path, node in walk(document.root):
        if isinstance(node, Alias) or not is_block_scalar(node):
            continue
        header = content_start(document.text, node)
        if not lines.number(header) < lines.number(offset) <= last_line(lines, node):
            continue
        for inner in embedded(document, path):
            assert inner.host is not None
            if inner.host.lines.inexact or not isinstance(inner.root, Mapping | List):
                continue
            at = _inner_offset(inner.host.lines, offset)
            if inner.part[0] <= at <= inner.part[1]:
                return inner, at
        return document, header
    return None


def _inner_offset(lines: LineMap, outer: int) -> int:
    """Where the line that holds an offset of the host's text begins in the embedded text."""
    return max((line.inner for line in lines.lines if line.outer <= outer), default=0)
