"""Edits of flow collections, on one line or on many; JSON is one of their styles."""

from __future__ import annotations

import re
from dataclasses import replace

from mlblint.text.documents import Document
from mlblint.text.emit import Style, inline, is_nested, pair, scalar, spread
from mlblint.text.emit import name as written_name
from mlblint.text.layout import Lines, colon_end, content_start, is_empty_flow
from mlblint.text.nodes import Mapping, Node, Scalar, Sequence
from mlblint.text.sites import Collection, Site
from mlblint.text.splices import Refusal, Splice

_COMMA = re.compile(r"[ \t]*,")
_COMMA_BETWEEN = re.compile(r"[ \t]*,[ \t]*")
_COLON_BETWEEN = re.compile(r"[ \t]*:[ \t]*")

Span = tuple[int, int]


def is_json(document: Document) -> bool:
    if document.source.path.endswith(".json") and document.host is None:
        return True
    root = document.root
    if not isinstance(root, Mapping | Sequence) or not root.flow:
        return False
    first: Node = root
    while isinstance(first, Sequence) and first.items:
        first = first.items[0]
    if isinstance(first, Mapping) and first.pairs:
        key = first.pairs[0][0]
        return isinstance(key, Scalar) and key.style == '"'
    return isinstance(first, Scalar) and first.style == '"'


def flow_style(lines: Lines, document: Document, node: Node, style: Style) -> Style:
    """The habits of one flow collection, added to those of its surroundings."""
    json = is_json(document)
    colon, comma = ": ", ", "
    spans = member_spans(node) if isinstance(node, Mapping | Sequence) else []
    if isinstance(node, Mapping) and node.pairs:
        key, value = node.pairs[-1]
        between = lines.text[key.end : value.start]
        if _COLON_BETWEEN.fullmatch(between) and (json or between[-1] in " \t"):
            colon = between
        if colon == ":":
            comma = ","
    if len(spans) > 1:
        between = lines.text[spans[-2][1] : spans[-1][0]]
        comma = between if _COMMA_BETWEEN.fullmatch(between) else comma
    step = style.step
    if isinstance(node, Mapping | Sequence) and spans and _begins_line(lines, spans[0][0]):
        outer = lines.indent(lines.number(node.start))
        step = max(1, lines.column(spans[0][0]) - outer)
    return replace(style, json=json, colon=colon, comma=comma, step=step)


def member_spans(node: Collection) -> list[Span]:
    if isinstance(node, Mapping):
        return [(key.start, max(key.end, value.end)) for key, value in node.pairs]
    return [(item.start, item.end) for item in node.items]


def insert(
    lines: Lines, mapping: Mapping, key: str, value: object, after: int | None, style: Style
) -> list[Splice]:
    at = _start_of_neighbour(mapping, after)
    if at is not None and _begins_line(lines, at):
        written = spread(value, style, lines.column(at))
        return _add(
            lines, mapping, after, written_name(key, style, True) + style.colon + written, style
        )
    return _add(lines, mapping, after, pair(key, value, style), style)


def append(lines: Lines, sequence: Sequence, value: object, style: Style) -> list[Splice]:
    at = _start_of_neighbour(sequence, None)
    if at is not None and _begins_line(lines, at):
        return _add(lines, sequence, None, spread(value, style, lines.column(at)), style)
    return _add(lines, sequence, None, _on_one_line(value, style), style)


def _start_of_neighbour(node: Collection, after: int | None) -> int | None:
    spans = member_spans(node)
    return spans[-1 if after is None else after][0] if spans else None


def _on_one_line(value: object, style: Style) -> str:
    return inline(value, style) if is_nested(value) else scalar_or_empty(value, style)


def scalar_or_empty(value: object, style: Style) -> str:
    if isinstance(value, dict | list | tuple):
        return inline(value, style)
    return scalar(value, style, flow=True)


def _begins_line(lines: Lines, offset: int) -> bool:
    return not lines.before(offset).strip(" \t")


def _add(lines: Lines, node: Collection, after: int | None, new: str, style: Style) -> list[Splice]:
    text = lines.text
    spans = member_spans(node)
    if not spans:
        inside = content_start(text, node) + 1
        gap = " " if text.startswith("#", inside) else ""
        return [Splice(inside, inside, new + gap)]
    start, end = spans[-1 if after is None else after]
    if not _begins_line(lines, start):
        return [Splice(end, end, style.comma + new)]
    indent = lines.before(start)
    comma = _COMMA.match(text, end)
    line_end = lines.end(lines.number(end))
    rest = text[comma.end() if comma else end : line_end].strip(" \t")
    if rest and not rest.startswith("#"):
        return [Splice(end, end, f",\n{indent}{new}")]
    if comma:
        return [Splice(line_end, line_end, f"\n{indent}{new},")]
    if line_end == end:
        return [Splice(end, end, f",\n{indent}{new}")]
    return [Splice(end, end, ","), Splice(line_end, line_end, f"\n{indent}{new}")]


def remove(site: Site) -> list[Splice]:
    parent = site.parent
    assert parent is not None
    lines, text, at = site.lines, site.text, site.index
    spans = member_spans(parent)
    start, end = spans[at]
    inside, close = content_start(text, parent) + 1, parent.end - 1
    if len(spans) == 1 and "#" not in text[inside:start] + text[end:close]:
        return [Splice(inside, close, "")]
    comma = _COMMA.match(text, end)
    rest = text[comma.end() if comma else end : lines.end(lines.number(end))].strip(" \t")
    if _begins_line(lines, start) and (not rest or rest.startswith("#")):
        before = spans[at - 1][1] if at else None
        return _remove_lines(lines, parent, (start, end), before, comma is not None)
    if at:
        return [_gap_removed(text, spans[at - 1][1], start, end)]
    if len(spans) > 1:
        _no_comment(text, end, spans[1][0])
        return [Splice(start, spans[1][0], "")]
    return [Splice(start, comma.end() if comma else end, "")]


def _gap_removed(text: str, before: int, start: int, end: int) -> Splice:
    _no_comment(text, before, start)
    return Splice(before, end, "")


def _no_comment(text: str, start: int, end: int) -> None:
    if "#" in text[start:end]:
        raise Refusal("a comment stands between the members of a collection in brackets")


def _remove_lines(
    lines: Lines, parent: Collection, span: Span, before: int | None, has_comma: bool
) -> list[Splice]:
    """A member on lines of its own, with the comments directly above it."""
    start, end = span
    first, last = lines.number(start), lines.number(end)
    bound = lines.number(before if before is not None else parent.start)
    column = lines.column(start)
    while first - 1 > bound and lines.is_comment(first - 1) and lines.indent(first - 1) == column:
        first -= 1
    cut = Splice(lines.start(first), lines.start(last + 1), "")
    if before is None or has_comma:
        return [cut]
    comma = _COMMA.match(lines.text, before)
    if comma is None:
        raise Refusal("the comma before it does not stand behind a value")
    return [Splice(comma.end() - 1, comma.end(), ""), cut]


def replace_value(site: Site, value: object, style: Style) -> list[Splice]:
    """Give a member of a flow collection, or a flow collection, another value."""
    lines, text, node = site.lines, site.text, site.node
    if node.end > node.start and not is_empty_flow(text, node):
        site.no_comments(node.start, node.end)
    written = _written(site, value, style)
    if site.is_empty:
        if site.key is not None and colon_end(text, site.key) is None:
            return [Splice(site.key.end, site.key.end, f": {written}")]
        at = site.properties_end
        return [Splice(at, at, f" {written}")]
    start, end = node.start, node.end
    if isinstance(node, Scalar) and node.style in ("|", ">"):
        raise Refusal("a block scalar cannot stand there")
    if lines.number(start) == lines.number(end) or not isinstance(node, Scalar):
        return [Splice(start, end, written)]
    return [Splice(start, end, written)]


def _written(site: Site, value: object, style: Style) -> str:
    """On many lines if the collection that is replaced, or the one around it, is."""
    around = site.node if is_nested(value) and not site.in_flow else site.parent
    spans = member_spans(around) if isinstance(around, Mapping | Sequence) else []
    if spans and _begins_line(site.lines, spans[0][0]):
        indent = site.lines.indent(site.lines.number(site.member_start))
        return spread(value, style, indent)
    return scalar_or_empty(value, style)
