"""Edits are data: operations on symbolic places."""

from __future__ import annotations

from dataclasses import dataclass

from mlblint.text.places import Place


@dataclass(frozen=True)
class Set:
    """Give the value at `place`, which exists, another one."""

    place: Place
    value: object


@dataclass(frozen=True)
class Insert:
    """Give the mapping at `place` a key that it does not have. Mappings that are missing on
    the way are created. The key comes last, or behind the sibling `after`."""

    place: Place
    key: str
    value: object
    after: str | None = None


@dataclass(frozen=True)
class Remove:
    """Take away a key with its value, or a list item, with the comments that belong to it."""

    place: Place


@dataclass(frozen=True)
class RenameKey:
    place: Place
    name: str


@dataclass(frozen=True)
class Append:
    """Add an item to the list at `place`."""

    place: Place
    value: object


@dataclass(frozen=True)
class ReplacePart:
    """Replace the `part` of the scalar that `place` names."""

    place: Place
    text: str


Edit = Set | Insert | Remove | RenameKey | Append | ReplacePart
