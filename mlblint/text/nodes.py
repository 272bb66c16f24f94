"""The lossless node graph: what the YAML says, and where each part of it stands.

Plain slotted classes instead of frozen dataclasses: a large repository has
millions of nodes, and a frozen dataclass takes three times as long to create.
"""

from __future__ import annotations

from collections.abc import Iterator

Key = str | int
Path = tuple[Key, ...]


class Scalar:
    """`start` and `end` are offsets into the document's text; an anchor or tag before
    the value lies inside them. `style` is "", "'", '"', "|" or ">"."""

    __slots__ = ("anchor", "end", "start", "style", "tag", "text")

    def __init__(
        self, start: int, end: int, text: str, style: str, tag: str | None, anchor: str | None
    ) -> None:
        self.start = start
        self.end = end
        self.text = text
        self.style = style
        self.tag = tag
        self.anchor = anchor

    def __repr__(self) -> str:
        return f"Scalar({self.text!r}@{self.start}-{self.end})"


class Mapping:
    __slots__ = ("anchor", "end", "flow", "pairs", "start", "tag")

    def __init__(self, start: int, flow: bool, tag: str | None, anchor: str | None) -> None:
        self.start = start
        self.end = start
        self.flow = flow
        self.tag = tag
        self.anchor = anchor
        self.pairs: list[tuple[Node, Node]] = []

    def __repr__(self) -> str:
        return f"Mapping({len(self.pairs)}@{self.start}-{self.end})"


class Sequence:
    __slots__ = ("anchor", "end", "flow", "items", "start", "tag")

    def __init__(self, start: int, flow: bool, tag: str | None, anchor: str | None) -> None:
        self.start = start
        self.end = start
        self.flow = flow
        self.tag = tag
        self.anchor = anchor
        self.items: list[Node] = []

    def __repr__(self) -> str:
        return f"Sequence({len(self.items)}@{self.start}-{self.end})"


class Alias:
    """A reference `*name`; `target` is the node that the anchor of that name marked last."""

    __slots__ = ("end", "name", "start", "target")

    def __init__(self, start: int, end: int, name: str, target: Target) -> None:
        self.start = start
        self.end = end
        self.name = name
        self.target = target

    def __repr__(self) -> str:
        return f"Alias({self.name}@{self.start})"


Target = Scalar | Mapping | Sequence
Node = Target | Alias


def resolved(node: Node) -> Target:
    return node.target if isinstance(node, Alias) else node


def pair(node: Node, key: Key) -> tuple[Node, Node] | None:
    """The last pair of a mapping under that key: the one that wins when a key stands twice."""
    node = resolved(node)
    if isinstance(node, Mapping):
        for key_node, value in reversed(node.pairs):
            if isinstance(key_node, Scalar) and key_node.text == key:
                return key_node, value
    return None


def child(node: Node, key: Key) -> Node | None:
    node = resolved(node)
    if isinstance(node, Sequence):
        if isinstance(key, int) and 0 <= key < len(node.items):
            return node.items[key]
        return None
    found = pair(node, key)
    return found[1] if found else None


def find(node: Node | None, path: Path) -> Node | None:
    """The node at `path`, through aliases; merge keys are not followed."""
    for key in path:
        if node is None:
            return None
        node = child(node, key)
    return node


def key_node(node: Node | None, path: Path) -> Node | None:
    """The key under which the value at `path` stands; for a list item, the item itself."""
    if not path:
        return node
    parent = find(node, path[:-1])
    if parent is None:
        return None
    if isinstance(path[-1], int):
        return child(parent, path[-1])
    found = pair(parent, path[-1])
    return found[0] if found else None


def walk(node: Node, path: Path = ()) -> Iterator[tuple[Path, Node]]:
    """Every node that a path means, once, in the order of the text: of the values of a key that
    stands twice, the last. Aliases are yielded, not entered: a walk takes as long as the text
    is, however often an anchor is used."""
    todo: list[tuple[Path, Node]] = [(path, node)]
    while todo:
        here, current = todo.pop()
        yield here, current
        if isinstance(current, Mapping):
            values = {key.text: value for key, value in current.pairs if isinstance(key, Scalar)}
            todo.extend(((*here, key), value) for key, value in reversed(values.items()))
        elif isinstance(current, Sequence):
            todo.extend(((*here, i), current.items[i]) for i in reversed(range(len(current.items))))
