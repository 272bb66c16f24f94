"""How a document is laid out: its lines, what each part of it occupies, the habits it keeps."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections import Counter
from collections.abc import Iterable, Iterator
from itertools import islice

from mlblint.text.documents import Document
from mlblint.text.emit import Style, plain_is_possible
from mlblint.text.nodes import Mapping, Node, Scalar, Sequence
from mlblint.text.scalars import resolve

_PROPERTY = re.compile(r"(?:[&!][^\s,\[\]{}]*)?(?:[ \t\r\n]+|#[^\r\n]*)*")
_KEEP = re.compile(r"[|>][0-9]?\+")
_BREAK = re.compile(r"\r\n|\r|\n")
_COLON = re.compile(r"[ \t]*:")
_COMPACT = re.compile(r"[ ]*(?:-[ ]+)*")
_MARKER = re.compile(r"(?:---|\.\.\.)(?=\s|\Z)")

SAMPLES = 40
"""So many examples settle a habit; large documents are not read through for it."""


class Lines:
    """The lines of a document's text, counted from 0."""

    def __init__(self, document: Document) -> None:
        self.text = document.text
        host = document.host
        self.is_embedded = host is not None
        self._starts = document.source.line_starts if host is None else host.lines.starts

    def number(self, offset: int) -> int:
        return bisect_right(self._starts, offset) - 1

    def start(self, line: int) -> int:
        return self._starts[line] if line < len(self._starts) else len(self.text)

    def end(self, line: int) -> int:
        """Where the line break of the line stands."""
        end = self.start(line + 1)
        if self.text.endswith("\r\n", self.start(line), end):
            return end - 2
        return end - 1 if self.text.endswith(("\n", "\r"), self.start(line), end) else end

    def is_last(self, line: int) -> bool:
        """Whether no line break follows."""
        return self.end(line) == len(self.text)

    def content(self, line: int) -> str:
        return self.text[self.start(line) : self.end(line)]

    def indent(self, line: int) -> int:
        content = self.content(line)
        return len(content) - len(content.lstrip(" "))

    def exists(self, line: int) -> bool:
        """The empty rest behind the last line break is no line."""
        return line < len(self._starts) and self.start(line) < len(self.text)

    def is_blank(self, line: int) -> bool:
        return self.exists(line) and not self.content(line).strip(" \t")

    def is_comment(self, line: int) -> bool:
        return self.exists(line) and self.content(line).lstrip(" \t").startswith("#")

    def column(self, offset: int) -> int:
        return offset - self.start(self.number(offset))

    def before(self, offset: int) -> str:
        """What stands on the line in front of an offset."""
        return self.text[self.start(self.number(offset)) : offset]

    def following_indent(self, line: int) -> int:
        """The indentation of the first content below a line; -1 at the document's end."""
        line += 1
        while self.is_blank(line) or self.is_comment(line):
            line += 1
        if not self.exists(line) or _MARKER.match(self.text, self.start(line)):
            return -1
        return self.indent(line)


def content_start(text: str, node: Node) -> int:
    """Where the node's own text begins, behind its anchor and tag."""
    at = node.start
    while at < node.end and text[at] in "&!":
        match = _PROPERTY.match(text, at, node.end)
        at = match.end() if match else node.end
    return at


def colon_end(text: str, key: Node) -> int | None:
    match = _COLON.match(text, key.end)
    return match.end() if match else None


def is_block_scalar(node: Node) -> bool:
    return isinstance(node, Scalar) and node.style in ("|", ">")


def is_block(node: Node) -> bool:
    return isinstance(node, Mapping | Sequence) and not node.flow


def first_line(lines: Lines, node: Node) -> int:
    return lines.number(node.start)


def last_line(lines: Lines, node: Node) -> int:
    """The last line that the node occupies, without comments and blanks below it."""
    node = last_scalar(node)
    if not is_block_scalar(node):
        return lines.number(node.end)
    header = lines.number(content_start(lines.text, node))
    last = lines.number(node.end)
    if last > header and lines.column(node.end) == 0:
        last -= 1
    if not keeps_blanks(lines, node):
        indent = _body_indent(lines, node, header)
        while last > header and _is_outside(lines.content(last), indent):
            last -= 1
    return last


def _body_indent(lines: Lines, node: Node, header: int) -> int:
    """How far the body of a block scalar is indented."""
    assert isinstance(node, Scalar)
    line = header + 1
    while lines.is_blank(line):
        line += 1
    text = node.text.lstrip("\n")
    return lines.indent(line) - (len(text) - len(text.lstrip(" ")))


def _is_outside(content: str, indent: int) -> bool:
    """Whether the line is no part of the body: blanks beyond its indentation would be."""
    return not content.strip(" \t") and len(content) <= indent


def takes_in(lines: Lines, node: Node, blanks: Iterable[int]) -> bool:
    """Whether one of these blank lines would become a part of the node if it stood below."""
    node = last_scalar(node)
    if not is_block_scalar(node):
        return False
    indent = _body_indent(lines, node, lines.number(content_start(lines.text, node)))
    contents = [lines.content(line) for line in blanks]
    return any(not _is_outside(content, indent) for content in contents) or (
        bool(contents) and keeps_blanks(lines, node)
    )


def last_scalar(node: Node) -> Node:
    """The last node that is no block collection."""
    while isinstance(node, Mapping | Sequence) and not node.flow:
        node = node.pairs[-1][1] if isinstance(node, Mapping) else node.items[-1]
    return node


def keeps_blanks(lines: Lines, node: Node) -> bool:
    """Whether the node ends with a scalar to which the blank lines below it belong."""
    node = last_scalar(node)
    return is_block_scalar(node) and bool(_KEEP.match(lines.text, content_start(lines.text, node)))


def column_of(lines: Lines, mapping: Mapping) -> int:
    """The column of a block mapping's keys."""
    return lines.column(mapping.pairs[0][0].start)


def dash(lines: Lines, sequence: Sequence, index: int) -> int:
    """The offset of the dash in front of an item of a block list."""
    first = content_start(lines.text, sequence)
    if index == 0:
        return first
    column = lines.column(first)
    line = lines.number(sequence.items[index].start)
    while lines.indent(line) != column or not lines.text.startswith(
        "-", lines.start(line) + column
    ):
        line -= 1
    return lines.start(line) + column


def dash_width(lines: Lines, sequence: Sequence) -> str:
    """The dash of the list's last item with the blanks behind it."""
    at = dash(lines, sequence, len(sequence.items) - 1)
    start = sequence.items[-1].start
    blanks = lines.text[at + 1 : start]
    return "-" + blanks if blanks and not blanks.strip(" ") else "- "


def is_at_line_start(lines: Lines, offset: int) -> bool:
    before = lines.before(offset)
    match = _COMPACT.fullmatch(before)
    return match is not None


def end_with_inner_comments(lines: Lines, last: int, column: int) -> int:
    """The last comment line below `last` that is indented deeper than `column`: it stands
    inside the value, a list item that was commented out, for instance."""
    at = last + 1
    while lines.is_blank(at) or (lines.is_comment(at) and lines.indent(at) > column):
        if lines.is_comment(at):
            last = at
        at += 1
    return last


def end_of_collection(lines: Lines, last: int, column: int) -> int:
    """Where a new last member goes: behind the comments directly below the last one, as far
    as they are indented like it and not like what follows the collection."""
    last = end_with_inner_comments(lines, last, column)
    beyond = lines.following_indent(last)
    while lines.is_comment(last + 1) and lines.indent(last + 1) >= max(column, beyond + 1):
        last += 1
    return last


def line_break(text: str, offset: int) -> str:
    """The line ending in use at that place of the text."""
    starts_line = offset == 0 or text[offset - 1] in "\r\n"
    after = None if starts_line and offset else _BREAK.search(text, offset)
    if after:
        return after[0]
    at = max(text.rfind("\n", 0, offset), text.rfind("\r", 0, offset))
    if at < 0:
        later = _BREAK.search(text, offset)
        return later[0] if later else "\n"
    return "\r\n" if text[at] == "\n" and text[at - 1 : at] == "\r" else text[at]


def style_at(lines: Lines, document: Document, node: Node | None) -> Style:
    """The habits around a collection: those of its members, else those of the document."""
    members = _members(node)
    quotes = [one.style for one in members if one.style in ("'", '"')]
    optional = [
        one.style
        for one in members
        if one.style not in ("|", ">")
        and isinstance(resolve(one), str)
        and plain_is_possible(one.text)
    ]
    keys = [key for key, _ in node.pairs] if isinstance(node, Mapping) else []
    step, list_step, flow_lists = _nesting(lines, document)
    return Style(
        step=step,
        list_step=list_step,
        dash=dash_width(lines, node) if isinstance(node, Sequence) and is_block(node) else "- ",
        quotes="'" if quotes and _commonest(quotes) == "'" else '"',
        habit=_commonest(optional),
        key_habit=_commonest([key.style for key in keys if isinstance(key, Scalar)]),
        flow_lists=flow_lists,
    )


def _members(node: Node | None) -> list[Scalar]:
    if isinstance(node, Mapping):
        values = [value for _, value in node.pairs]
    else:
        values = list(node.items) if isinstance(node, Sequence) else []
    return [value for value in values if isinstance(value, Scalar)]


def _commonest(styles: list[str]) -> str:
    return Counter(styles).most_common(1)[0][0] if styles else ""


def _nesting(lines: Lines, document: Document) -> tuple[int, int, bool]:
    """How far mappings and lists are indented in this document, and whether its lists of
    scalars stand on one line."""
    nested = list(islice(_nested(document), SAMPLES))
    mappings: list[int] = []
    sequences: list[int] = []
    flows = 0
    for key, value in nested:
        start = content_start(lines.text, value)
        deeper = lines.column(start) - lines.column(key.start)
        if isinstance(value, Sequence) and value.flow:
            flows += all(isinstance(item, Scalar) for item in value.items)
        elif isinstance(value, Sequence):
            sequences.append(deeper)
        elif not value.flow:
            mappings.append(deeper)
    step = _usual(mappings, 2)
    return step, _usual(sequences, step), flows > 0 and not sequences


def _usual(steps: list[int], default: int) -> int:
    return Counter(steps).most_common(1)[0][0] if steps else default


def _nested(document: Document) -> Iterator[tuple[Node, Mapping | Sequence]]:
    """The block mappings' collections with their keys, from the top; lazily, so that a few
    examples of a large document cost little."""
    todo: list[Iterator[tuple[Node | None, Node]]] = []
    if document.root is not None:
        todo.append(iter([(None, document.root)]))
    for _ in range(100 * SAMPLES):
        key, node = next(todo[-1], (None, None)) if todo else (None, None)
        if not todo:
            return
        if node is None:
            todo.pop()
        elif isinstance(node, Mapping | Sequence):
            if key is not None and has_members(node):
                yield key, node
            if not node.flow:
                todo.append(_children(node))


def _children(node: Mapping | Sequence) -> Iterator[tuple[Node | None, Node]]:
    if isinstance(node, Mapping):
        yield from node.pairs
    else:
        yield from ((None, item) for item in node.items)


def every_node(node: Node) -> Iterator[Node]:
    """The node and all below it, keys as well; aliases are yielded, not entered."""
    todo = [node]
    while todo:
        current = todo.pop()
        yield current
        if isinstance(current, Mapping):
            todo.extend(part for both in current.pairs for part in both)
        elif isinstance(current, Sequence):
            todo.extend(current.items)


def has_members(node: Mapping | Sequence) -> bool:
    return bool(node.pairs if isinstance(node, Mapping) else node.items)


def is_null(node: Node | None) -> bool:
    """Whether the value is written as nothing, `null` or `~`."""
    return isinstance(node, Scalar) and resolve(node) is None


def is_empty_flow(text: str, node: Node | None) -> bool:
    """`{}` or `[]`, without a comment inside."""
    if not isinstance(node, Mapping | Sequence) or not node.flow:
        return False
    return not has_members(node) and "#" not in text[content_start(text, node) : node.end]
