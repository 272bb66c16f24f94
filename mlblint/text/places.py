"""Symbolic places, and the spans of text that they name."""

from __future__ import annotations

import re

from mlblint.records import dataclass
from mlblint.text.documents import Document
from mlblint.text.nodes import Alias, Key, Mapping, Node, Path, Scalar, find, key_node, pair
from mlblint.text.source import Position

_PROPERTIES = re.compile(r"(?:[&!][^\s,\[\]{}]*[ \t]+)*")


@dataclass(frozen=True)
class Place:
    """A value in a document. `on_key` means the key in front of it; `part` is a range of
    characters of the scalar's value. A `stretch` of the document's text is what is no value:
    a comment."""

    document: Document
    path: Path = ()
    on_key: bool = False
    part: tuple[int, int] | None = None
    stretch: tuple[int, int] | None = None

    def __truediv__(self, key: Key) -> Place:
        return Place(self.document, (*self.path, key))

    def is_at(self, above: Place, key: Key) -> bool:
        """Whether it is `above / key`, without making that."""
        return (
            self.document is above.document
            and self.path == (*above.path, key)
            and not self.on_key
            and self.part is None
            and self.stretch is None
        )

    @property
    def key(self) -> Place:
        return Place(self.document, self.path, on_key=True)

    @property
    def exists(self) -> bool:
        return find(self.document.root, self.path) is not None


@dataclass(frozen=True)
class Span:
    """Offsets into the text of a file."""

    start: int
    end: int


def span(place: Place) -> Span:
    """The characters to point at: for a value that is not there, the nearest key above it."""
    document, path, on_key = place.document, place.path, place.on_key
    if place.stretch is not None:
        return _outer(document, *place.stretch)
    node = find(document.root, path)
    while node is None and path:
        path, on_key = path[:-1], True
        node = find(document.root, path)
    if not path:
        node = _title(node)
    elif on_key or _is_nothing(node):
        on_key = True
        node = key_node(document.root, path)
    if node is None:
        return _outer(document, document.start, document.start)
    if isinstance(node, Scalar):
        return _scalar_span(document, node, None if on_key else place.part)
    if isinstance(node, Alias) or node.flow:
        return _outer(document, node.start, node.end)
    return _collection_span(document, node, path)


def positions(place: Place) -> tuple[Position, Position]:
    where = span(place)
    source = place.document.source
    return source.position(where.start), source.position(where.end)


def content_start(text: str, node: Scalar) -> int:
    """Where the value begins, after an anchor or tag."""
    if not node.anchor and not node.tag:
        return node.start
    match = _PROPERTIES.match(text, node.start, node.end)
    return match.end() if match else node.start


def _scalar_span(document: Document, node: Scalar, part: tuple[int, int] | None) -> Span:
    start = content_start(document.text, node)
    if node.style in ("|", ">"):
        header_end = min(
            (at for at in (document.text.find(c, start) for c in "\r\n") if at >= 0),
            default=node.end,
        )
        return _outer(document, start, header_end)
    quote = 1 if node.style else 0
    if part and document.text[start + quote : node.end - quote] == node.text:
        return _outer(document, start + quote + part[0], start + quote + part[1])
    return _outer(document, start, node.end)


def _collection_span(document: Document, node: Node, path: Path) -> Span:
    """A block collection is pointed at by its key or, in a list, by its first line."""
    if path and isinstance(path[-1], str):
        key = key_node(document.root, path)
        if isinstance(key, Scalar):
            return _scalar_span(document, key, None)
    end = document.text.find("\n", node.start)
    first_line = document.text[node.start : end if end >= 0 else node.end].rstrip()
    return _outer(document, node.start, node.start + len(first_line))


def _is_nothing(node: Node | None) -> bool:
    """A key without a value: there is no character to point at behind it."""
    return isinstance(node, Scalar) and node.start == node.end


def _title(root: Node | None) -> Node | None:
    """What stands for a whole document: the value of its kind, or its first key."""
    if root is None:
        return None
    kind = pair(root, "kind")
    if kind is not None:
        return kind[1]
    return root.pairs[0][0] if isinstance(root, Mapping) and root.pairs else root


def _outer(document: Document, start: int, end: int) -> Span:
    host = document.host
    if host is not None and host.lines.inexact:
        return span(Place(host.document, host.path))
    outer_start, outer_end = document.file_offset(start), document.file_offset(end)
    return Span(outer_start, max(outer_start, outer_end))
