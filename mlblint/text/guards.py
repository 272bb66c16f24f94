"""What must hold before an edit is planned; each refusal is a sentence for the person."""

from __future__ import annotations

import re
from collections.abc import Iterable

from mlblint.text.documents import Document
from mlblint.text.layout import Lines, every_node
from mlblint.text.nodes import (
    Alias,
    Key,
    Mapping,
    Node,
    Path,
    Scalar,
    Sequence,
    child,
    pair,
    resolved,
)
from mlblint.text.scalars import TooManyValuesError, key_text
from mlblint.text.splices import Refusal

TEMPLATE = re.compile(r"\{\{|\}\}|\{%|%\}|\$\{|ENC\[")
_CORE_TAG = "tag:yaml.org,2002:"
_EXPLICIT = re.compile(r"(?:^|[\s,{\[-])\?\s[^\r\n]*\Z")


def dotted(path: Path) -> str:
    """A path for people: `spec.ports[0].port`."""
    words = "".join(f"[{key}]" if isinstance(key, int) else f".{key}" for key in path)
    return words.removeprefix(".") or "the document"


def way(document: Document, path: Path) -> list[Node]:
    """The nodes from the root to the one at `path`, as far as they exist."""
    if document.root is None:
        return []
    nodes: list[Node] = [document.root]
    for depth, key in enumerate(path):
        if isinstance(nodes[-1], Alias):
            raise Refusal(
                f"{dotted(path[:depth])} is the alias *{nodes[-1].name}: an edit below it would "
                "change everything that uses its anchor"
            )
        below = child(nodes[-1], key)
        if below is None:
            break
        _read_as_written(nodes[-1], key)
        nodes.append(below)
    return nodes


def _read_as_written(node: Node, key: Key) -> None:
    found = pair(node, key)
    if found is None:
        return
    if _is_merge(found[0]):
        raise Refusal("<< is a merge key")
    if key_text(found[0]) != key:
        raise Refusal(f"the key {key} is read as {key_text(found[0])}: it wants quotes")


def existing(document: Document, path: Path) -> list[Node]:
    nodes = way(document, path)
    if len(nodes) == len(path) + 1:
        return nodes
    if _in_data(document, path):
        raise Refusal(f"{dotted(path)} comes from a merge key (<<), it is not written there")
    raise Refusal(f"{dotted(path)} is not there")


def _in_data(document: Document, path: Path) -> bool:
    try:
        data = document.data
    except TooManyValuesError as error:
        raise Refusal(str(error)) from None
    for key in path:
        if isinstance(data, dict) and key in data:
            data = data[key]
            continue
        if not isinstance(data, list) or not isinstance(key, int) or not 0 <= key < len(data):
            return False
        data = data[key]
    return True


def no_such_key(document: Document, mapping: Mapping, path: Path) -> None:
    if any(isinstance(key, Scalar) and key.text == path[-1] for key, _ in mapping.pairs):
        raise Refusal(f"{dotted(path)} is there already")
    if _in_data(document, path):
        raise Refusal(f"{dotted(path)} would override the value that a merge key (<<) brings")


def stands_once(mapping: Mapping, key: str, path: Path) -> None:
    if sum(isinstance(one, Scalar) and one.text == key for one, _ in mapping.pairs) > 1:
        raise Refusal(f"{dotted(path)} stands twice in one mapping")


def not_merged(mapping: Mapping, key: str, path: Path) -> None:
    """Without its own value, the key would get the one that a merge key brings."""
    if key in _merged_keys(mapping):
        raise Refusal(f"{dotted(path)} would get the value that a merge key (<<) brings")


def _merged_keys(mapping: Mapping) -> set[str]:
    found: set[str] = set()
    todo: list[Node] = [mapping]
    while todo:
        node = resolved(todo.pop())
        if isinstance(node, Sequence):
            todo += node.items
        elif isinstance(node, Mapping):
            todo += [value for one, value in node.pairs if _is_merge(one)]
            if node is not mapping:
                found.update(key_text(one) for one, _ in node.pairs)
    return found


def _is_merge(key: Node) -> bool:
    return isinstance(key, Scalar) and key.text == "<<" and not key.style


def unshared(document: Document, nodes: Iterable[Node], removed: Node | None = None) -> None:
    """No alias elsewhere may see the change: neither of the `nodes` that are edited, nor of
    anything inside `removed`."""
    edited = {id(node) for node in nodes if _is_anchored(node)}
    inside = list(every_node(removed)) if removed is not None else []
    gone = {id(node) for node in inside if _is_anchored(node)}
    if (not edited and not gone) or document.root is None:
        return
    own = {id(node) for node in inside}
    for alias in every_node(document.root):
        if not isinstance(alias, Alias):
            continue
        if id(alias.target) in edited:
            raise Refusal(f"the anchor &{alias.name} is used elsewhere: the edit would show there")
        if id(alias.target) in gone and id(alias) not in own:
            raise Refusal(f"the anchor &{alias.name} is used elsewhere and cannot be removed")


def _is_anchored(node: Node) -> bool:
    return not isinstance(node, Alias) and node.anchor is not None


def inside_block_scalars(document: Document) -> None:
    """YAML inside YAML can be edited if the scalars that hold it, level by level, are literal
    ones of this place alone."""
    while document.host is not None:
        host = document.host
        if host.lines.inexact:
            raise Refusal(host.lines.inexact)
        nodes = existing(host.document, host.path)
        if isinstance(nodes[-1], Alias):
            raise Refusal(f"{dotted(host.path)} is the alias *{nodes[-1].name}")
        unshared(host.document, nodes)
        known_tags(nodes)
        document = host.document


def known_tags(nodes: Iterable[Node]) -> None:
    for node in nodes:
        tag = None if isinstance(node, Alias) else node.tag
        if tag and tag != "!" and not tag.startswith((_CORE_TAG, "!!")):
            raise Refusal(f"the tag {tag} is unknown: what it makes of the value cannot be told")


def no_template(text: str, start: int, end: int) -> None:
    if TEMPLATE.search(text, start, end):
        raise Refusal("the value is filled in by a template or a variable")


def plain_layout(lines: Lines, node: Mapping | Sequence) -> None:
    """Keys that are no scalars, and keys behind `?`, are left alone."""
    if isinstance(node, Sequence):
        return
    for key, _ in node.pairs:
        if not isinstance(key, Scalar | Alias):
            raise Refusal("a key that is itself a mapping or list stands beside it")
        before = lines.before(key.start)
        if "?" in before and _EXPLICIT.search(before):
            raise Refusal("keys are written with `?` here")
