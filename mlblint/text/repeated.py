"""Keys that stand more than once in one mapping."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from mlblint.text.nodes import Mapping, Node, Path, Scalar, Sequence

_MERGE = "<<"


class Repeated(NamedTuple):
    """`path` leads to the value that wins, which is the last; `keys` are all of the same name,
    in their order."""

    path: Path
    keys: tuple[Scalar, ...]


def repeated_keys(root: Node | None) -> Iterator[Repeated]:
    """Those inside a value that is lost are lost with it. `<<` is no key like others."""
    if root is None or not has_repeated_keys(root):
        return
    todo: list[tuple[Path, Node]] = [((), root)]
    while todo:
        path, node = todo.pop()
        if isinstance(node, Sequence):
            todo.extend(((*path, index), item) for index, item in enumerate(node.items))
        elif isinstance(node, Mapping):
            keys: dict[str, list[Scalar]] = {}
            values: dict[str, Node] = {}
            for key, value in node.pairs:
                if isinstance(key, Scalar):
                    keys.setdefault(key.text, []).append(key)
                    values[key.text] = value
            for name, same in keys.items():
                if len(same) > 1 and name != _MERGE:
                    yield Repeated((*path, name), tuple(same))
            todo.extend(((*path, name), value) for name, value in values.items())


def has_repeated_keys(root: Node | None) -> bool:
    """Almost no document has: this is quick, because it keeps no paths."""
    todo = [root] if root is not None else []
    while todo:
        node = todo.pop()
        if isinstance(node, Mapping):
            pairs = node.pairs
            if len({key.text for key, _ in pairs if isinstance(key, Scalar)}) < len(pairs):
                return True
            todo += [value for _, value in pairs if not isinstance(value, Scalar)]
        elif isinstance(node, Sequence):
            todo += [item for item in node.items if not isinstance(item, Scalar)]
    return False
