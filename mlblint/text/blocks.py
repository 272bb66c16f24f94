"""Edits of block mappings and block lists."""

from __future__ import annotations

import re
from collections.abc import Sequence as Members
from dataclasses import replace

from mlblint.records import dataclass
from mlblint.text.emit import Style, block, entry, inline, is_flat, is_nested, item_lines
from mlblint.text.layout import (
    Lines,
    column_of,
    content_start,
    dash,
    end_of_collection,
    end_with_inner_comments,
    is_at_line_start,
    is_block_scalar,
    keeps_blanks,
    last_line,
    last_scalar,
    takes_in,
)
from mlblint.text.nodes import Mapping, Node, Sequence
from mlblint.text.sites import Collection, Site
from mlblint.text.splices import Refusal, Splice

_COMMENTED_OUT = re.compile(r"""\s*#\s*(?:- |["']?[a-z][\w./-]*["']?:(?:\s|$))""")


def insert(
    lines: Lines, mapping: Mapping, key: str, value: object, after: int | None, style: Style
) -> list[Splice]:
    """A new key behind the pair number `after`, else at the end."""
    column = column_of(lines, mapping)
    at = len(mapping.pairs) - 1 if after is None else after
    before = mapping.pairs[at][1]
    if not is_at_line_start(lines, mapping.pairs[at][0].start):
        raise Refusal("the keys do not stand on lines of their own")
    end = last_line(lines, before)
    if at == len(mapping.pairs) - 1:
        end = end_of_collection(lines, end, column)
    else:
        end = end_with_inner_comments(lines, end, column)
    style = ending(lines, end, style)
    return new_lines(lines, end, indented(entry(key, value, style), column), before)


def append(lines: Lines, sequence: Sequence, value: object, style: Style) -> list[Splice]:
    column = lines.column(dash(lines, sequence, 0))
    last = sequence.items[-1]
    end = end_of_collection(lines, last_line(lines, last), column)
    style = ending(lines, end, style)
    return new_lines(lines, end, indented(item_lines(value, style), column), last)


def ending(lines: Lines, line: int, style: Style) -> Style:
    """The style of what is written below a line or instead of it."""
    return replace(style, unended=True) if lines.is_last(line) else style


def indented(added: list[str], column: int) -> list[str]:
    return [" " * column + line if line else "" for line in added]


def new_lines(lines: Lines, line: int, added: list[str], above: Node | None) -> list[Splice]:
    """Lines below a line. Where the text ends without a line break, it does so afterwards."""
    block_of_lines = "\n".join(added)
    if not lines.is_last(line):
        at = lines.start(line + 1)
        return [Splice(at, at, block_of_lines + "\n")]
    at = len(lines.text)
    splice = Splice(at, at, "\n" + block_of_lines)
    scalar = last_scalar(above) if above is not None else None
    if scalar is not None and is_block_scalar(scalar) and scalar.end == at:
        return [*_stripped(lines, scalar), splice]
    return [splice]


def _stripped(lines: Lines, scalar: Node) -> list[Splice]:
    """A block scalar that ends with the file has no line break at its end, and shall not get
    one when the text goes on."""
    header = content_start(lines.text, scalar)
    end = header + 1
    while lines.text[end : end + 1].isdigit():
        end += 1
    mark = lines.text[end : end + 1]
    if mark == "-":
        return []
    return [Splice(end, end + 1, "-") if mark == "+" else Splice(end, end, "-")]


@dataclass(frozen=True)
class Member:
    """A pair or item: where its key or dash begins, and its value."""

    start: int
    value: Node


def members(lines: Lines, collection: Collection) -> list[Member]:
    if isinstance(collection, Mapping):
        return [Member(key.start, value) for key, value in collection.pairs]
    return [Member(dash(lines, collection, i), item) for i, item in enumerate(collection.items)]


def remove(site: Site) -> list[Splice]:
    """Take a pair or item out of a block collection."""
    parent = site.parent
    assert parent is not None
    lines = site.lines
    all_members = members(lines, parent)
    index = site.index
    member = all_members[index]
    if not is_at_line_start(lines, member.start):
        raise Refusal("it does not stand on a line of its own")
    shares_line = bool(lines.before(member.start).strip(" "))
    is_first_of_document = index == 0 and len(site.path) == 1
    extent = _extent(lines, all_members, index, own_comments=not is_first_of_document)
    if len(all_members) == 1:
        return _emptied(site.around, extent, shares_line)
    if shares_line:
        # `- a: 1` over `  b: 2`: what follows moves up behind the dash.
        following = extent.last + 1
        while lines.is_blank(following):
            following += 1
        end = lines.start(following) + lines.indent(following)
        return [Splice(member.start, end, "")]
    return [_cut(lines, extent, all_members[index - 1].value if index else None)]


@dataclass(frozen=True)
class Extent:
    """The lines that go with a member: its own and its comments', and blank lines."""

    first: int
    last: int


def _extent(lines: Lines, all_members: Members[Member], index: int, own_comments: bool) -> Extent:
    member = all_members[index]
    column = lines.column(member.start)
    above = last_line(lines, all_members[index - 1].value) if index else -1
    first = lines.number(member.start)
    while own_comments and _is_own_comment(lines, first - 1, column, above):
        first -= 1
    last = end_with_inner_comments(lines, last_line(lines, member.value), column)
    blanks_before = 0
    while first - 1 - blanks_before > above and lines.is_blank(first - 1 - blanks_before):
        blanks_before += 1
    blanks_after = 0
    while lines.is_blank(last + 1 + blanks_after):
        blanks_after += 1
    is_last = index == len(all_members) - 1
    blanks = range(last + 1, last + 1 + blanks_after)
    if index and takes_in(lines, all_members[index - 1].value, blanks):
        return Extent(first, last + blanks_after)
    if blanks_before and (blanks_after or is_last):
        return Extent(first - blanks_before, last)
    if blanks_after and index == 0 and not is_last:
        return Extent(first, last + blanks_after)
    return Extent(first, last)


def _is_comment_at(lines: Lines, line: int, column: int, above: int) -> bool:
    return line > above and lines.is_comment(line) and lines.indent(line) == column


def _is_own_comment(lines: Lines, line: int, column: int, above: int) -> bool:
    """A key or list item that was commented out is no remark about what follows it."""
    return _is_comment_at(lines, line, column, above) and not _COMMENTED_OUT.match(
        lines.content(line)
    )


def _cut(lines: Lines, extent: Extent, above: Node | None) -> Splice:
    start, end = lines.start(extent.first), lines.start(extent.last + 1)
    scalar = last_scalar(above) if above is not None else None
    if end < len(lines.text):
        return Splice(start, end, "")
    if scalar is not None and is_block_scalar(scalar):
        # Its last line breaks are part of its value; those at the end of a text are not safe
        # in a block scalar around it, which may cut them off.
        if lines.is_embedded and (lines.is_last(extent.last) or keeps_blanks(lines, scalar)):
            raise Refusal("the block scalar above would end with the text around it")
    elif lines.is_last(extent.last) and extent.first > 0:
        start = lines.end(extent.first - 1)
    return Splice(start, end, "")


def _emptied(site: Site, extent: Extent, shares_line: bool) -> list[Splice]:
    """The last member goes, and `{}` or `[]` stays."""
    lines = site.lines
    nothing = "{}" if isinstance(site.node, Mapping) else "[]"
    if shares_line or site.parent is None or not isinstance(site.parent, Mapping):
        start = content_start(lines.text, site.node)
        return [Splice(start, lines.end(extent.last), nothing)]
    at = site.properties_end
    return [Splice(at, at, f" {nothing}"), _cut(lines, extent, None)]


def replace_value(site: Site, value: object, style: Style) -> list[Splice]:
    """Give a pair or item of a block collection another value."""
    if not is_nested(value) or (style.flow_lists and is_flat(value)):
        return _put_on_line(site, inline(value, style))
    style = ending(site.lines, last_line(site.lines, site.node), style)
    if site.parent is None:
        return _put_at_root(site, value, style)
    if isinstance(site.parent, Mapping):
        step = style.step if isinstance(value, dict) else style.list_step
        return _put_below(site, indented(block(value, style), site.column + step))
    width = _content_column(site) - site.column
    return _put_behind_dash(site, block(value, style), site.column + width)


def _content_column(site: Site) -> int:
    column = site.lines.column(site.node.start)
    same_line = site.lines.number(site.node.start) == site.lines.number(site.member_start)
    return column if same_line and column > site.column + 1 else site.column + 2


def _put_on_line(site: Site, text: str) -> list[Splice]:
    """The value as one token behind the colon or dash."""
    lines = site.lines
    if site.is_empty:
        at = site.properties_end
        return [Splice(at, site.blanks_to_line_end(at), f" {text}")]
    if is_block_scalar(site.node):
        return _put_over_block_scalar(site, text)
    if lines.number(site.node.start) != lines.number(site.slot) or _is_block(site.node):
        start = site.slot if site.parent is not None else site.node.start
        site.no_comments(start, site.end)
        return [Splice(start, site.end, f" {text}" if site.parent is not None else text)]
    site.no_comments(site.node.start, site.node.end)
    return [Splice(site.node.start, site.node.end, text)]


def _is_block(node: Node) -> bool:
    return isinstance(node, Mapping | Sequence) and not node.flow


def _put_over_block_scalar(site: Site, text: str) -> list[Splice]:
    """The header's comment stays behind the new value."""
    lines = site.lines
    start = content_start(site.text, site.node)
    end = start
    while site.text[end : end + 1] in tuple("|>+-0123456789"):
        end += 1
    header, last = lines.number(start), last_line(lines, site.node)
    splices = [Splice(start, end, text)]
    if last > header:
        splices.append(Splice(lines.end(header), lines.end(last), ""))
    return splices


def _put_below(site: Site, added: list[str]) -> list[Splice]:
    """The value as lines below its key."""
    lines = site.lines
    splices: list[Splice] = []
    last = lines.number(site.slot)
    if not site.is_empty:
        site.no_comments(site.slot, site.end)
        splices.append(Splice(site.slot, site.end, ""))
        last = lines.number(site.end)
    else:
        last = lines.number(site.properties_end)
    last = end_with_inner_comments(lines, last, site.column)
    return [*splices, *new_lines(lines, last, added, None)]


def _put_behind_dash(site: Site, added: list[str], column: int) -> list[Splice]:
    lines = site.lines
    first, *rest = added
    gap = " " * (column - site.column - 1)
    if site.is_empty:
        at = site.properties_end
        splices = [Splice(at, site.blanks_to_line_end(at), gap + first)]
        last = lines.number(site.properties_end)
    else:
        site.no_comments(site.slot, site.end)
        splices = [Splice(site.slot, site.end, gap + first)]
        last = lines.number(site.end)
    return [*splices, *(new_lines(lines, last, indented(rest, column), None) if rest else [])]


def _put_at_root(site: Site, value: object, style: Style) -> list[Splice]:
    lines = site.lines
    start = site.node.start
    if lines.before(start).strip(" "):
        raise Refusal("the document begins on the line of its separator")
    site.no_comments(start, site.end)
    text = "\n".join(indented(block(value, style), lines.column(start))).lstrip(" ")
    return [Splice(start, site.end, text)]
