"""Data on its way through patches: every part of it knows where it was written.

Nodes are never changed, only replaced, and unfold only where something touches them: what no
patch reaches stays the data that the document holds.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any

from mlblint.records import dataclass
from mlblint.repo.resources import Resource, get
from mlblint.text.nodes import Key, Path
from mlblint.text.places import Place

_NOTHING: frozenset[Path] = frozenset()

ABSENT = object()
"""The data of a part that something took away; its place tells what did."""


@dataclass(frozen=True, eq=False)
class Traced:
    """`data` counts only while `parts` is None. `unknown` means that something which is not
    worked out here sets the value."""

    data: Any
    place: Place
    parts: dict[str, Traced] | list[Traced] | None = None
    unknown: bool = False

    @property
    def is_map(self) -> bool:
        return isinstance(self.data if self.parts is None else self.parts, dict)

    @property
    def is_list(self) -> bool:
        return isinstance(self.data if self.parts is None else self.parts, list)

    @property
    def is_null(self) -> bool:
        return self.parts is None and self.data is None

    @property
    def fields(self) -> dict[str, Traced]:
        """The parts of a map, those that were taken away included."""
        if isinstance(self.parts, dict):
            return self.parts
        if self.parts is None and isinstance(self.data, dict):
            return {key: Traced(value, self.place / key) for key, value in self.data.items()}
        return {}

    @property
    def items(self) -> list[Traced]:
        if isinstance(self.parts, list):
            return self.parts
        if self.parts is None and isinstance(self.data, list):
            return [Traced(value, self.place / index) for index, value in enumerate(self.data)]
        return []

    @property
    def names(self) -> list[str]:
        """The keys of a map."""
        if isinstance(self.parts, dict):
            return [key for key, part in self.parts.items() if part.data is not ABSENT]
        return list(self.data) if self.is_map else []

    def get(self, key: Key) -> Traced | None:
        if isinstance(self.parts, dict):
            part = self.parts.get(str(key))
            return part if part is not None and part.data is not ABSENT else None
        if isinstance(self.parts, list):
            return self.parts[key] if isinstance(key, int) and 0 <= key < len(self.parts) else None
        found = isinstance(self.data, dict) and key in self.data
        found = found or (
            isinstance(self.data, list) and isinstance(key, int) and 0 <= key < len(self.data)
        )
        return Traced(self.data[key], self.place / key) if found else None

    def at(self, *path: Key) -> Traced | None:
        node: Traced | None = self
        for key in path:
            node = node.get(key) if node is not None else None
        return node

    def value(self, *path: Key) -> Any:
        """The data at a path, or None; quicker than `at`, as it asks for no places."""
        node = self
        for depth, key in enumerate(path):
            if node.parts is None:
                return get(node.data, *path[depth:])
            part = node.get(key)
            if part is None:
                return None
            node = part
        return node.plain()

    def with_field(self, key: str, part: Traced) -> Traced:
        """A map in which `part` stands under `key`; anything else than a map becomes one."""
        return Traced(None, self.place, {**self.fields, key: part}, self.unknown)

    def with_items(self, items: list[Traced]) -> Traced:
        return Traced(None, self.place, items, self.unknown)

    def without(self, key: str, place: Place) -> Traced:
        """The thing at `place` removes a field."""
        return self.with_field(key, Traced(ABSENT, place)) if key in self.fields else self

    def dropping(self, key: str) -> Traced:
        """As if a field had never been there."""
        left = {name: part for name, part in self.fields.items() if name != key}
        return Traced(None, self.place, left, self.unknown)

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
            return {
                key: part.plain() for key, part in self.parts.items() if part.data is not ABSENT
            }
        if isinstance(self.parts, list):
            return [part.plain() for part in self.parts]
        return self.data

    def text(self) -> str:
        """A string, or "" for anything else."""
        return self.data if self.parts is None and isinstance(self.data, str) else ""

    def walk(self, path: Path = ()) -> Iterator[tuple[Path, Traced]]:
        """The unfolded nodes, each before its parts."""
        yield path, self
        if isinstance(self.parts, dict):
            for key, part in self.parts.items():
                yield from part.walk((*path, key))
        elif isinstance(self.parts, list):
            for index, part in enumerate(self.parts):
                yield from part.walk((*path, index))

    def origins(self) -> dict[Path, Place]:
        """The places of the parts that were not written where the whole was."""
        found: dict[Path, Place] = {}
        if self.parts is not None:
            self._collect_origins((), found)
        return found

    def _collect_origins(self, path: Path, found: dict[Path, Place]) -> None:
        pairs: Iterator[tuple[Key, Traced]] = iter(())
        if isinstance(self.parts, dict):
            pairs = iter(self.parts.items())
        elif isinstance(self.parts, list):
            pairs = iter(enumerate(self.parts))
        for key, part in pairs:
            here = (*path, key)
            if not part.place.is_at(self.place, key):
                found[here] = part.place
            if part.parts is not None:
                part._collect_origins(here, found)

    def unknowns(self) -> frozenset[Path]:
        if self.parts is None:
            return frozenset([()]) if self.unknown else _NOTHING
        return frozenset(path for path, part in self.walk() if part.unknown)


def trace(resource: Resource) -> Traced:
    """An object with all that is already known about where its fields come from."""
    return traced(resource.data, resource.base, resource.origins)


def traced(data: Any, base: Place, origins: Mapping[Path, Place]) -> Traced:
    root = Traced(data, base)
    for path, place in sorted(origins.items(), key=lambda item: len(item[0])):
        node = root.at(*path)
        if node is not None:
            root = root.put(path, replace(node, place=place))
    return root


def scalar_text(node: Traced) -> str:
    """How a scalar is spelled when values are compared as text; "" for a collection."""
    return plain_text(node.data) if node.parts is None else ""


def plain_text(value: Any) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    if value is None:
        return "null"
    return "" if isinstance(value, dict | list) else str(value)


def is_blank(node: Traced | None) -> bool:
    return node is None or node.is_null
