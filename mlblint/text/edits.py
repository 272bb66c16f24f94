"""Edits are data: operations on symbolic places.

All places of one fix refer to the document as it was before the fix; `in_order` is the order
in which edits that speak of the old document can be made one after the other.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

from mlblint.records import dataclass
from mlblint.text.documents import Document
from mlblint.text.nodes import Path
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
    """Take away a key with its value, or a list item, with the comments that belong to it.

    A mapping that loses its last key stays as `{}`, a list as `[]`. With `prune`, a mapping
    that would be left empty goes as well, and the one around it; list items and the document
    itself stay: an empty one of those can mean "everything".
    """

    place: Place
    prune: bool = False


@dataclass(frozen=True)
class RenameKey:
    """Give the key in front of the value at `place` another name; its quotes stay."""

    place: Place
    name: str


@dataclass(frozen=True)
class Append:
    """Add an item to the list at `place`. A list that is missing is created."""

    place: Place
    value: object


@dataclass(frozen=True)
class ReplacePart:
    """Replace the `part` of the string that `place` names."""

    place: Place
    text: str


@dataclass(frozen=True)
class AddDocument:
    """Put a document of its own behind the one of `place`, which is a file's."""

    place: Place
    value: Mapping[str, object]


@dataclass(frozen=True)
class RemoveComment:
    """Take away the stretch of a comment that `place` names; what else the comment says stays.
    With the last of it goes the line, if nothing else stands there."""

    place: Place


@dataclass(frozen=True)
class RewriteComment:
    """Other words, on one line, for the stretch of a comment that `place` names."""

    place: Place
    text: str


@dataclass(frozen=True)
class AddComment:
    """A comment for the line on which the stretch of `place` begins: behind what stands there
    or, where a comment cannot stand, on a line of its own above. `text` begins with `#`."""

    place: Place
    text: str


CommentEdit = RemoveComment | RewriteComment | AddComment
"""These change no data."""

Edit = Set | Insert | Remove | RenameKey | Append | ReplacePart | AddDocument | CommentEdit

_PHASES = {
    Set: 0,
    ReplacePart: 0,
    RemoveComment: 0,
    RewriteComment: 0,
    AddComment: 0,
    Insert: 1,
    Append: 1,
    Remove: 2,
    RenameKey: 3,
}


def in_order(edits: Iterable[Edit]) -> list[Edit]:
    """Edits inside scalars come before those of the documents around, removals go from the
    last item to the first and renames from the inside out, and documents are added last: so no
    edit changes the path of one that comes after it."""
    levels: dict[int, list[Edit]] = {}
    for edit in _distinct(edits):
        levels.setdefault(_level(edit.place.document), []).append(edit)
    return [edit for level in sorted(levels, reverse=True) for edit in _on_level(levels[level])]


def _level(document: Document) -> int:
    level = 0
    while document.host is not None:
        level += 1
        document = document.host.document
    return level


def _on_level(edits: list[Edit]) -> list[Edit]:
    def rank(edit: Edit) -> tuple[int, int]:
        depth = -len(edit.place.path) if isinstance(edit, RenameKey) else 0
        return _PHASES[type(edit)], depth

    added = [edit for edit in edits if isinstance(edit, AddDocument)]
    ordered = sorted((edit for edit in edits if not isinstance(edit, AddDocument)), key=rank)
    removals = [edit for edit in ordered if isinstance(edit, Remove)]
    removals.sort(key=lambda edit: _sortable(edit.place.path), reverse=True)
    first = next((at for at, edit in enumerate(ordered) if isinstance(edit, Remove)), 0)
    ordered[first : first + len(removals)] = removals
    # Each goes right behind its document, in front of those that were put there before it.
    return [*ordered, *reversed(added)]


def _distinct(edits: Iterable[Edit]) -> Iterator[Edit]:
    """Values may be lists or mappings, which cannot be hashed; places can."""
    seen: dict[Place, list[Edit]] = {}
    for edit in edits:
        at_place = seen.setdefault(edit.place, [])
        if edit not in at_place:
            at_place.append(edit)
            yield edit


def _sortable(path: Path) -> list[tuple[int, str]]:
    return [(key, "") if isinstance(key, int) else (-1, key) for key in path]
