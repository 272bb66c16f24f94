"""YAML text → nodes, from the events of ruamel.yaml's C parser or, without it, its pure one.

Nodes are composed here and not by the library: its C composer refuses an anchor that is
defined twice (legal, and real), forgets where aliases stand, and recurses.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from typing import Any

from mlblint.records import dataclass
from mlblint.text.nodes import Alias, Mapping, Node, Scalar, Sequence, Target

Collection = Mapping | Sequence

MAX_DEPTH = 200
"""Kubernetes objects nest about twenty levels; go-yaml itself gives up at 10,000."""

STRICTER = "found unexpected ':'"
"""What the C parser says of `[2001:db8::/32]` and `{url: http://x}`, which are legal YAML.
Other refusals are not tried again: most are of templates, and the pure parser is slow."""

MAX_PURE = 512 * 1024
"""Characters from the start of a file that the pure parser may look at: it takes half a minute
for a million of them."""

Events = Callable[[], Any]

_COLON = re.compile(r"[ \t\r\n]*:")


@dataclass(eq=False)
class YamlError(Exception):
    """What is wrong with the text, and the offset at which the parser noticed it."""

    problem: str
    offset: int

    def __str__(self) -> str:
        return self.problem


@dataclass(frozen=True)
class Parsed:
    """One document of a text: its root, if it has any, and the offsets between which it lies."""

    root: Node | None
    start: int
    end: int


def parse(text: str, base: int = 0) -> list[Parsed]:
    """The documents of `text`; `base` is added to every offset."""
    try:
        return _parse_with(_best_events(text), text, base)
    except YamlError as error:
        if not error.problem.endswith(STRICTER) or base + len(text) > MAX_PURE:
            raise
    return parse_pure(text, base)


def parse_pure(text: str, base: int = 0) -> list[Parsed]:
    return _parse_with(_pure_events(text), text, base)


def _parse_with(next_event: Events, text: str, base: int) -> list[Parsed]:
    from ruamel.yaml.error import MarkedYAMLError, YAMLError

    try:
        return list(_compose(next_event, text, base))
    except YAMLError as error:
        mark = getattr(error, "problem_mark", None) or getattr(error, "context_mark", None)
        if isinstance(error, MarkedYAMLError):
            parts = [error.context, error.problem]
            problem = ", ".join(str(part) for part in parts if part)
            if error.context_mark is not None and "unexpected end of stream" in problem:
                # What is never closed is wrong where it begins.
                mark = error.context_mark
        else:
            problem = str(error).split("\n")[0]
        offset = mark.index if mark is not None else getattr(error, "position", 0) or 0
        raise YamlError(problem or "not YAML", base + offset) from None


def _best_events(text: str) -> Events:
    try:
        from ruamel.yaml.cyaml import CParser  # type: ignore[attr-defined]
    except ImportError:
        return _pure_events(text)
    return CParser(text).get_event  # type: ignore[no-any-return]


def _pure_events(text: str) -> Events:
    from ruamel.yaml import YAML

    events = YAML(typ="safe", pure=True).parse(text)
    return lambda: next(events)


def _compose(next_event: Events, text: str, base: int) -> Iterator[Parsed]:
    from ruamel.yaml import events

    scalar_event = events.ScalarEvent
    anchors: dict[str, Target] = {}
    stack: list[tuple[Collection, list[Node]]] = []
    siblings: list[Node] = []
    start = 0
    while True:
        event = next_event()
        kind = type(event)
        if kind is scalar_event:
            tag, anchor = event.tag, event.anchor
            scalar = Scalar(
                base + event.start_mark.index,
                base + event.end_mark.index,
                event.value,
                event.style or "",
                None if tag is None else str(tag),
                anchor,
            )
            if anchor:
                anchors[anchor] = scalar
            elif scalar.start == scalar.end and len(siblings) % 2 and stack:
                _settle(scalar, stack[-1][0], siblings[-1], text, base)
            siblings.append(scalar)
        elif kind is events.MappingStartEvent or kind is events.SequenceStartEvent:
            cls: type[Collection] = Mapping if kind is events.MappingStartEvent else Sequence
            node = _opened(cls, event, base, len(stack))
            if event.anchor:
                anchors[event.anchor] = node
            siblings.append(node)
            stack.append((node, siblings))
            siblings = []
        elif kind is events.MappingEndEvent or kind is events.SequenceEndEvent:
            node, outer = stack.pop()
            _close(node, siblings, base + event.end_mark.index)
            siblings = outer
        elif kind is events.AliasEvent:
            siblings.append(_alias(event, anchors, base))
        elif kind is events.DocumentStartEvent:
            anchors, siblings, start = {}, [], base + event.start_mark.index
        elif kind is events.DocumentEndEvent:
            yield Parsed(_root(siblings), start, base + event.end_mark.index)
        elif kind is events.StreamEndEvent:
            return


def _opened(cls: type[Collection], event: Any, base: int, depth: int) -> Collection:
    start = base + event.start_mark.index
    if depth >= MAX_DEPTH:
        raise YamlError(f"nested deeper than {MAX_DEPTH} levels", start)
    return cls(start, bool(event.flow_style), _tag(event), event.anchor)


def _tag(event: Any) -> str | None:
    tag = event.tag
    return None if tag is None else str(tag)


def _settle(value: Scalar, parent: Collection, key: Node, text: str, base: int) -> None:
    """Put a value that is not written behind its colon; the parsers differ on where it is."""
    if isinstance(parent, Mapping):
        colon = _COLON.match(text, key.end - base)
        value.start = value.end = base + colon.end() if colon else key.end


def _alias(event: Any, anchors: dict[str, Target], base: int) -> Alias:
    start = base + event.start_mark.index
    if event.anchor not in anchors:
        raise YamlError(f"alias *{event.anchor} has no anchor", start)
    return Alias(start, base + event.end_mark.index, event.anchor, anchors[event.anchor])


def _close(node: Collection, children: list[Node], end: int) -> None:
    if isinstance(node, Mapping):
        node.pairs = list(zip(children[::2], children[1::2], strict=True))
    else:
        node.items = children
    # The end mark of a block collection overshoots trailing blank lines and comments.
    node.end = end if node.flow or not children else children[-1].end


def _root(nodes: list[Node]) -> Node | None:
    """An empty document is one plain scalar of no width."""
    root = nodes[0]
    empty = isinstance(root, Scalar) and root.start == root.end and not root.tag
    return None if empty else root
