"""Comments: found in what is left of a text when its scalars are taken out."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from mlblint.text.layout import content_start, every_node
from mlblint.text.nodes import Alias, Node, Scalar

Span = tuple[int, int]

# An anchor, tag, alias or directive may hold a `#`; what is left of one begins a comment.
_TOKEN = re.compile(r"(?m)(^%[^\r\n]*|[&*!][^\s,\[\]{}]+)|#[^\r\n]*")
_LINE_REST = re.compile(r"[^\r\n]*")


def comment_spans(text: str, start: int, end: int, roots: Iterable[Node]) -> Iterator[Span]:
    """The comments between two offsets, each from its `#` to the end of its line. `roots` are
    the nodes of that stretch of text."""
    at = start
    for scalar_start, scalar_end in scalar_spans(text, roots):
        if scalar_start >= end:
            break
        yield from _in_gap(text, at, scalar_start)
        at = max(at, scalar_end)
    yield from _in_gap(text, at, end)


def scalar_spans(text: str, roots: Iterable[Node]) -> list[Span]:
    """What the scalars occupy, in the order of the text. The header of a block scalar is left
    out: it may carry a comment."""
    spans: list[Span] = []
    for root in roots:
        for node in every_node(root):
            if isinstance(node, Scalar | Alias) and node.end > node.start:
                spans.append((_body_start(text, node), node.end))
    spans.sort()
    return spans


def _body_start(text: str, node: Scalar | Alias) -> int:
    if isinstance(node, Scalar) and node.style in ("|", ">"):
        match = _LINE_REST.match(text, content_start(text, node))
        return min(match.end(), node.end) if match else node.end
    return node.start


def _in_gap(text: str, start: int, end: int) -> Iterator[Span]:
    if text.find("#", start, end) < 0:
        return
    for match in _TOKEN.finditer(text, start, end):
        if not match[1]:
            yield match.span()
