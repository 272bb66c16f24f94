"""Data on its way through patches: every part of it knows where it was written.

Nodes are never changed, only replaced, and unfold only where something touches them: what no
patch reaches stays the data that the document holds, and has no node of its own.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from mlblint.repo.resources import Resource
from mlblint.text.nodes import Key, Path
from mlblint.text.places import Place

_NOTHING: frozenset[Path] = frozenset()

ABSENT = object()
"""The data of a part that something took away; its place tells what did."""


class Traced:
    """`parts` are the fields of a map that something changed, and stand in for those in `data`;
    of a list that something changed they are all items. `unknown` means that something which is
    not worked out here sets the value.

    No dataclass: a large repository makes a hundred thousand, and hardly any is asked where it
    was written, so that a part only remembers what it is a part of until it is asked."""

    __slots__ = ("_at", "data", "parts", "unknown")

    def __init__(
        self,
        data: Any,
        at: Place | tuple[Traced, Key],
        parts: dict[str, Traced] | list[Traced] | None = None,
        unknown: bool = False,
    ) -> None:
        self.data = data
        self._at = at
        self.parts = parts
        self.unknown = unknown

    @property
    def place(self) -> Place:
        if isinstance(self._at, tuple):
            above, key = self._at
            self._at = above.place / key
        return self._at

    @property
    def is_map(self) -> bool:
        return isinstance(self.data, dict)

    @property
    def is_list(self) -> bool:
        return isinstance(self.data, list)

    @property
    def is_null(self) -> bool:
        return self.data is None

    @property
    def fields(self) -> dict[str, Traced]:
        """The parts of a map, those that were taken away included."""
        if not isinstance(self.data, dict):
            return {}
        written = {key: Traced(value, (self, key)) for key, value in self.data.items()}
        return {**written, **self.parts} if isinstance(self.parts, dict) else written

    @property
    def items(self) -> list[Traced]:
        if isinstance(self.parts, list):
            return self.parts
        if isinstance(self.data, list):
            return [Traced(value, (self, index)) for index, value in enumerate(self.data)]
        return []

    @property
    def names(self) -> list[str]:
        """The keys of a map."""
        if not isinstance(self.data, dict):
            return []
        if not isinstance(self.parts, dict):
            return list(self.data)
        names = {**self.data, **self.parts}
        return [key for key, part in names.items() if not _is_absent(part)]

    def get(self, key: Key) -> Traced | None:
        data, parts = self.data, self.parts
        if parts is not None:
            if isinstance(parts, list):
                return parts[key] if isinstance(key, int) and 0 <= key < len(parts) else None
            part = parts.get(key) if isinstance(key, str) else None
            if part is not None:
                return part if part.data is not ABSENT else None
        if isinstance(data, dict):
            return Traced(data[key], (self, key)) if key in data else None
        if isinstance(data, list) and isinstance(key, int) and 0 <= key < len(data):
            return Traced(data[key], (self, key))
        return None

    def at(self, *path: Key) -> Traced | None:
        node: Traced | None = self
        for key in path:
            node = node.get(key) if node is not None else None
        return node

    def field(self, key: str) -> Any:
        """The data of one field of a map, or None; makes no node, as most others do."""
        if isinstance(self.parts, dict) and key in self.parts:
            part = self.parts[key]
            return part.plain() if part.data is not ABSENT else None
        return self.data.get(key) if isinstance(self.data, dict) else None

    def value(self, *path: str) -> Any:
        """The data at a path through maps, or None."""
        node = self.at(*path[:-1])
        return node.field(path[-1]) if node is not None else None

    def with_data(self, data: Any) -> Traced:
        """Something else, written in the same place."""
        return Traced(data, self._at, None, self.unknown)

    def as_unknown(self) -> Traced:
        return Traced(self.data, self._at, self.parts, True)

    def with_field(self, key: str, part: Traced) -> Traced:
        """A map in which `part` stands under `key`; anything else than a map becomes one."""
        data = self.data if isinstance(self.data, dict) else {}
        parts = {**self.parts, key: part} if isinstance(self.parts, dict) else {key: part}
        return Traced(data, self._at, parts, self.unknown)

    def with_items(self, items: list[Traced]) -> Traced:
        return Traced([], self._at, items, self.unknown)

    def without(self, key: str, place: Place) -> Traced:
        """The thing at `place` removes a field."""
        return self.with_field(key, Traced(ABSENT, place)) if key in self.fields else self

    def dropping(self, key: str) -> Traced:
        """As if a field had never been there."""
        data = self.data if isinstance(self.data, dict) else {}
        parts = self.parts if isinstance(self.parts, dict) else {}
        left = {name: value for name, value in data.items() if name != key}
        changed = {name: part for name, part in parts.items() if name != key}
        return Traced(left, self._at, changed, self.unknown)

    def put(self, path: Path, part: Traced) -> Traced:
        """The same with `part` at `path`; maps on the way are made where there is nothing."""
        if not path:
            return part
        key, rest = path[0], path[1:]
        if isinstance(key, int):
            items = list(self.items)
            items[key] = items[key].put(rest, part)
            return self.with_items(items)
        inner = self.get(key)
        if inner is None or inner.is_null:
            inner = Traced({}, part.place)
        return self.with_field(key, inner.put(rest, part))

    def plain(self) -> Any:
        """The data alone. Shared with the documents where nothing was changed."""
        if isinstance(self.parts, dict):
            whole = {**self.data}
            for key, part in self.parts.items():
                if part.data is ABSENT:
                    whole.pop(key, None)
                else:
                    whole[key] = part.plain()
            return whole
        if isinstance(self.parts, list):
            return [part.plain() for part in self.parts]
        return self.data

    def text(self) -> str:
        """A string, or "" for anything else."""
        return self.data if isinstance(self.data, str) else ""

    def shares(self, other: Traced, *keys: str) -> bool:
        """Whether nothing has changed these fields since one was made of the other."""
        if self is other:
            return True
        mine = self.parts if isinstance(self.parts, dict) else {}
        theirs = other.parts if isinstance(other.parts, dict) else {}
        same = all(mine.get(key) is theirs.get(key) for key in keys)
        return same and self.data is other.data

    def origins(self) -> dict[Path, Place]:
        """The places of the parts that were not written where the whole was."""
        return self.marks()[0]

    def marks(self) -> tuple[dict[Path, Place], frozenset[Path]]:
        """The origins, and the paths of all that is unknown."""
        origins: dict[Path, Place] = {}
        unknown: list[Path] = []
        self._collect((), origins, unknown)
        return origins, frozenset(unknown) if unknown else _NOTHING

    def _collect(self, path: Path, origins: dict[Path, Place], unknown: list[Path]) -> None:
        if self.unknown:
            unknown.append(path)
        parts = self.parts
        if parts is None:
            return
        pairs: Iterable[tuple[Key, Traced]]
        pairs = parts.items() if isinstance(parts, dict) else enumerate(parts)
        for key, part in pairs:
            here = (*path, key)
            if not self._has_in_place(part, key):
                origins[here] = part.place
            if part.unknown or part.parts is not None:
                part._collect(here, origins, unknown)

    def _has_in_place(self, part: Traced, key: Key) -> bool:
        """Whether a part was written where the whole was."""
        if isinstance(part._at, tuple) and part._at[0]._at is self._at and part._at[1] == key:
            return True
        return part.place.is_at(self.place, key)


def _is_absent(part: object) -> bool:
    return isinstance(part, Traced) and part.data is ABSENT


def trace(resource: Resource) -> Traced:
    """An object with all that is already known about where its fields come from."""
    return traced(resource.data, resource.base, resource.origins)


def traced(data: Any, base: Place, origins: Mapping[Path, Place]) -> Traced:
    root = Traced(data, base)
    for path, place in sorted(origins.items(), key=lambda item: len(item[0])):
        node = root.at(*path)
        if node is not None:
            root = root.put(path, Traced(node.data, place, node.parts, node.unknown))
    return root


def scalar_text(node: Traced) -> str:
    """How a scalar is spelled when values are compared as text; "" for a collection."""
    return plain_text(node.data)


def plain_text(value: Any) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    if value is None:
        return "null"
    return "" if isinstance(value, dict | list) else str(value)


def is_blank(node: Traced | None) -> bool:
    return node is None or node.is_null
