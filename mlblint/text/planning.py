"""Edits → splices of the file's text. What cannot be planned safely is refused."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace

from mlblint.text import blocks, commenting, flows, guards
from mlblint.text.addresses import Address, address, at_address, document_starts, outermost
from mlblint.text.documents import Chunk, Document
from mlblint.text.edits import (
    AddComment,
    AddDocument,
    Append,
    Edit,
    Insert,
    Remove,
    RemoveComment,
    RenameKey,
    ReplacePart,
    RewriteComment,
    Set,
    in_order,
)
from mlblint.text.embedded import literal_lines
from mlblint.text.emit import block, entry, plain_is_possible, quoted
from mlblint.text.emit import string as written_string
from mlblint.text.layout import (
    Lines,
    content_start,
    is_block_scalar,
    is_empty_flow,
    is_null,
    line_break,
    style_at,
)
from mlblint.text.nodes import Alias, Mapping, Scalar
from mlblint.text.nodes import Sequence as List
from mlblint.text.outward import outward
from mlblint.text.parser import parse
from mlblint.text.places import Place
from mlblint.text.scalars import key_text, resolve
from mlblint.text.sites import Site
from mlblint.text.source import Source
from mlblint.text.splices import Refusal, Splice, apply, compose, joined, shift

# `...` and directives divide a stream in other ways than `---` does.
_ENDED = re.compile(r"^(?:\.\.\.(?:[ \t\r\n]|\Z)|%)", re.MULTILINE)


def plan(edits: Sequence[Edit]) -> tuple[Splice, ...]:
    """The splices that make all the edits, which are in one file; raises Refusal."""
    groups: dict[tuple[int, int], list[Edit]] = {}
    for edit in edits:
        groups.setdefault(outermost(edit.place.document).part, []).append(edit)
    return tuple(sorted(splice for group in groups.values() for splice in _in_one_part(group)))


def _in_one_part(edits: list[Edit]) -> tuple[Splice, ...]:
    """Each edit is planned on the text that the ones before it leave."""
    first, *others = in_order(edits)
    done = tuple(plan_one(first))
    if not others:
        return done
    file = outermost(first.place.document)
    path = file.source.path
    chunk = Chunk(file.text[slice(*file.part)], file.part[0])
    starts = document_starts(path, chunk)
    addresses = [address(edit.place.document, starts) for edit in others]
    done = shift(done, -chunk.start)
    for edit, where in zip(others, addresses, strict=True):
        source = Source.from_text(path, apply(chunk.text, done))
        place = replace(edit.place, document=_again(source, where))
        done = compose(done, plan_one(replace(edit, place=place)))
    return shift(done, chunk.start)


def _again(source: Source, where: Address) -> Document:
    document = at_address(source, where)
    if document is None:
        raise Refusal("the edits of this fix disturb one another")
    return document


def plan_one(edit: Edit) -> list[Splice]:
    """The splices of one edit, in the text of the file that holds its document."""
    document = edit.place.document
    guards.inside_block_scalars(document)
    splices = joined(_PLANNERS[type(edit)](edit))
    while document.host is not None:
        splices = outward(splices, document.host.lines)
        document = document.host.document
    return [_with_line_endings(document.text, splice) for splice in splices]


def _with_line_endings(text: str, splice: Splice) -> Splice:
    ending = line_break(text, splice.start) if "\n" in splice.text else "\n"
    return splice if ending == "\n" else replace(splice, text=splice.text.replace("\n", ending))


def _site(place: Place) -> Site:
    nodes = guards.existing(place.document, place.path)
    guards.known_tags(nodes[:-1])
    for node in nodes[-2:-1]:
        if isinstance(node, Mapping | List):
            guards.plain_layout(Lines(place.document), node)
    return Site(place.document, Lines(place.document), place.path, tuple(nodes))


def _set(edit: Edit) -> list[Splice]:
    assert isinstance(edit, Set)
    site = _site(edit.place)
    guards.known_tags([site.node])
    guards.unshared(site.document, site.nodes[:-1], removed=site.node)
    guards.no_template(site.text, site.node.start, site.node.end)
    return _replaced(site, edit.value)


def _replaced(site: Site, value: object) -> list[Splice]:
    style = style_at(site.lines, site.document, site.parent)
    node = site.node
    if isinstance(node, Scalar) and node.style in ("'", '"') and isinstance(value, str):
        style = replace(style, habit=node.style)
    elif isinstance(node, Scalar) and isinstance(resolve(node), str) and not node.style:
        style = replace(style, habit="")
    if site.in_flow or (isinstance(node, Mapping | List) and node.flow and not _opens_up(site)):
        around = node if isinstance(node, Mapping | List) and not site.in_flow else site.parent
        assert around is not None
        style = flows.flow_style(site.lines, site.document, around, style)
        return flows.replace_value(site, value, style)
    return blocks.replace_value(site, value, style)


def _opens_up(site: Site) -> bool:
    """Whether an empty `{}` or `[]` gives way to lines of its own, as a person would write it."""
    return is_empty_flow(site.text, site.node) and not flows.is_json(site.document)


def _insert(edit: Edit) -> list[Splice]:
    assert isinstance(edit, Insert)
    return _grown(edit.place, edit.key, edit.value, edit.after)


def _grown(place: Place, key: str, value: object, after: str | None) -> list[Splice]:
    """A key for the mapping at `place`; both may have to be created."""
    document, path = place.document, place.path
    lines = Lines(document)
    nodes = guards.way(document, path)
    for missing in reversed(path[max(0, len(nodes) - 1) :]):
        if isinstance(missing, int):
            raise Refusal(f"{guards.dotted(path)} is not there")
        key, value, after = missing, {key: value}, None
    if not nodes:
        return _first_key(document, lines, key, value)
    path = path[: len(nodes) - 1]
    target = nodes[-1]
    guards.known_tags(nodes)
    guards.unshared(document, nodes)
    if isinstance(target, Mapping):
        guards.no_such_key(document, target, (*path, key))
    if isinstance(target, Mapping) and target.pairs:
        guards.plain_layout(lines, target)
        return _into_mapping(document, lines, target, key, value, after)
    if is_null(target) or isinstance(target, Mapping):
        return _replaced(Site(document, lines, path, tuple(nodes)), {key: value})
    raise Refusal(f"{guards.dotted(path)} is no mapping")


def _into_mapping(
    document: Document, lines: Lines, target: Mapping, key: str, value: object, after: str | None
) -> list[Splice]:
    style = style_at(lines, document, target)
    behind = next(
        (
            i
            for i, (one, _) in enumerate(target.pairs)
            if after is not None and key_text(one) == after
        ),
        None,
    )
    if target.flow:
        style = flows.flow_style(lines, document, target, style)
        return flows.insert(lines, target, key, value, behind, style)
    return blocks.insert(lines, target, key, value, behind, style)


def _first_key(document: Document, lines: Lines, key: str, value: object) -> list[Splice]:
    """Into a document that has nothing but its separator and comments."""
    line = lines.number(document.start)
    if not lines.content(line).startswith("---"):
        raise Refusal("the document is empty")
    while lines.is_comment(line + 1):
        line += 1
    style = blocks.ending(lines, line, style_at(lines, document, None))
    return blocks.new_lines(lines, line, entry(key, value, style), None)


def _append(edit: Edit) -> list[Splice]:
    assert isinstance(edit, Append)
    place = edit.place
    document = place.document
    nodes = guards.way(document, place.path)
    if len(nodes) < len(place.path) + 1:
        key = place.path[-1] if place.path else ""
        if not isinstance(key, str):
            raise Refusal(f"{guards.dotted(place.path)} is not there")
        return _grown(replace(place, path=place.path[:-1]), key, [edit.value], None)
    lines, target = Lines(document), nodes[-1]
    guards.known_tags(nodes)
    guards.unshared(document, nodes)
    if is_null(target) or (isinstance(target, List) and not target.items):
        return _replaced(Site(document, lines, place.path, tuple(nodes)), [edit.value])
    if not isinstance(target, List):
        raise Refusal(f"{guards.dotted(place.path)} is no list")
    style = style_at(lines, document, target)
    if target.flow:
        style = flows.flow_style(lines, document, target, style)
        return flows.append(lines, target, edit.value, style)
    return blocks.append(lines, target, edit.value, style)


def _remove(edit: Edit) -> list[Splice]:
    assert isinstance(edit, Remove)
    site = _site(edit.place)
    while edit.prune and _leaves_nothing(site):
        site = site.around
    if site.parent is None:
        raise Refusal("the whole document cannot be removed")
    if isinstance(site.parent, Mapping):
        key = site.last_key
        assert isinstance(key, str)
        guards.stands_once(site.parent, key, site.path)
        guards.not_merged(site.parent, key, site.path)
        guards.unshared(site.document, [site.key] if site.key else [])
    guards.unshared(site.document, site.nodes[:-1], removed=site.node)
    return flows.remove(site) if site.in_flow else blocks.remove(site)


def _leaves_nothing(site: Site) -> bool:
    return (
        isinstance(site.parent, Mapping)
        and len(site.parent.pairs) == 1
        and isinstance(site.around.parent, Mapping)
    )


def _rename(edit: Edit) -> list[Splice]:
    assert isinstance(edit, RenameKey)
    site = _site(edit.place)
    key, parent = site.key, site.parent
    if not isinstance(parent, Mapping) or not isinstance(key, Scalar):
        raise Refusal(f"{guards.dotted(site.path)} has no key that could be renamed")
    guards.stands_once(parent, key.text, site.path)
    guards.not_merged(parent, key.text, site.path)
    guards.no_such_key(site.document, parent, (*site.path[:-1], edit.name))
    guards.unshared(site.document, [*site.nodes[:-1], key])
    guards.known_tags([key])
    start = content_start(site.text, key)
    guards.no_template(site.text, start, key.end)
    if key.style:
        return [Splice(start, key.end, quoted(edit.name, key.style))]
    style = replace(style_at(site.lines, site.document, parent), habit="")
    return [Splice(start, key.end, written_string(edit.name, style, parent.flow))]


def _replace_part(edit: Edit) -> list[Splice]:
    assert isinstance(edit, ReplacePart)
    site = _site(edit.place)
    node = site.node
    if isinstance(node, Alias):
        raise Refusal(f"{guards.dotted(site.path)} is the alias *{node.name}")
    if not isinstance(node, Scalar) or not isinstance(resolve(node), str):
        raise Refusal(f"{guards.dotted(site.path)} is no string")
    guards.known_tags([node])
    guards.unshared(site.document, site.nodes)
    start, end = edit.place.part or (0, len(node.text))
    guards.no_template(node.text, start, end)
    if is_block_scalar(node):
        return [_part_of_block_scalar(site.text, node, Splice(start, end, edit.text))]
    whole = node.text[:start] + edit.text + node.text[end:]
    at = content_start(site.text, node)
    inside = at + 1 if node.style else at
    raw = site.text[inside : node.end - 1 if node.style else node.end]
    if raw == node.text and _keeps_style(whole, node.style, site.in_flow):
        return [Splice(inside + start, inside + end, edit.text)]
    style = replace(style_at(site.lines, site.document, site.parent), habit=node.style)
    return [Splice(at, node.end, written_string(whole, style, site.in_flow))]


def _keeps_style(whole: str, quotes: str, in_flow: bool) -> bool:
    if not quotes:
        return plain_is_possible(whole, in_flow)
    return quoted(whole, quotes)[1:-1] == whole


def _part_of_block_scalar(text: str, node: Scalar, part: Splice) -> Splice:
    lines = literal_lines(text, node)
    old = node.text[part.start : part.end]
    if lines.inexact or not old or "\n" in old + part.text:
        raise Refusal("the text stands in a block scalar whose lines cannot be traced back")
    return outward([part], lines)[0]


def _add_document(edit: Edit) -> list[Splice]:
    """At the end of the stretch of text that was parsed as this document alone."""
    assert isinstance(edit, AddDocument)
    document = edit.place.document
    start, end = document.part
    text = document.text[start:end]
    # JSON may hold tabs, with which it cannot be parsed: it is asked for first.
    if document.host is not None or flows.is_json(document) or not _is_alone(text):
        raise Refusal("no document can be put behind this one")
    style = style_at(Lines(document), document, None)
    if text.endswith("\n"):
        return [Splice(end, end, "\n".join(["---", *block(edit.value, style), ""]))]
    added = block(edit.value, replace(style, unended=True))
    return [Splice(end, end, "\n".join(["", "---", *added]))]


def _is_alone(text: str) -> bool:
    return len(parse(text)) == 1 and not _ENDED.search(text)


_PLANNERS: dict[type, Callable[[Edit], Iterable[Splice]]] = {
    Set: _set,
    Insert: _insert,
    Append: _append,
    Remove: _remove,
    RenameKey: _rename,
    ReplacePart: _replace_part,
    AddDocument: _add_document,
    RemoveComment: commenting.planned,
    RewriteComment: commenting.planned,
    AddComment: commenting.planned,
}
