"""The same edits on plain Python data: what a planned change of the text is measured against.

Nothing here knows of text or nodes, so that it cannot share a mistake with the planners.
Values are never changed in place: what an alias shares stays as it was elsewhere.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable

from mlblint.text.edits import (
    Append,
    CommentEdit,
    Edit,
    Insert,
    Remove,
    RenameKey,
    ReplacePart,
    Set,
    in_order,
)
from mlblint.text.nodes import Key, Path
from mlblint.text.splices import Refusal

Change = Callable[[object], object]


def edited(data: object, edits: Iterable[Edit]) -> object:
    for edit in in_order(edits):
        if not isinstance(edit, CommentEdit):
            data = _OPERATIONS[type(edit)](data, edit)
    return data


def changed_at(data: object, path: Path, change: Change) -> object:
    """`data` with `change` done to the value at `path`."""
    if not path:
        return change(data)
    key, rest = path[0], path[1:]
    if isinstance(data, dict) and key in data:
        return {**data, key: changed_at(data[key], rest, change)}
    if isinstance(data, list) and isinstance(key, int) and 0 <= key < len(data):
        return [*data[:key], changed_at(data[key], rest, change), *data[key + 1 :]]
    raise Refusal("the data has no such place")


def value_at(data: object, path: Path) -> object:
    for key in path:
        if not holds(data, key):
            raise Refusal("the data has no such place")
        data = data[key]  # type: ignore[index]
    return data


def holds(data: object, key: Key) -> bool:
    if isinstance(data, dict):
        return key in data
    return isinstance(data, list) and isinstance(key, int) and 0 <= key < len(data)


def _set(data: object, edit: Edit) -> object:
    assert isinstance(edit, Set)
    return changed_at(data, edit.place.path, lambda _: as_read(edit.value))


def _insert(data: object, edit: Edit) -> object:
    assert isinstance(edit, Insert)
    return _with_key(data, edit.place.path, edit.key, as_read(edit.value), edit.after)


def _with_key(data: object, path: Path, key: str, value: object, after: str | None) -> object:
    if data is None:
        data = {}
    if path:
        if holds(data, path[0]):
            return changed_at(
                data, path[:1], lambda below: _with_key(below, path[1:], key, value, after)
            )
        for missing in reversed(path[1:]):
            key, value = str(key), {key: value}
            key = str(missing)
        return _with_key(data, (), str(path[0]), {key: value}, None)
    if not isinstance(data, dict) or key in data:
        raise Refusal("the data has no room for such a key")
    pairs = list(data.items())
    at = list(data).index(after) + 1 if after in data else len(pairs)
    return dict([*pairs[:at], (key, value), *pairs[at:]])


def _append(data: object, edit: Edit) -> object:
    assert isinstance(edit, Append)
    path, value = edit.place.path, as_read(edit.value)

    def longer(items: object) -> object:
        if items is not None and not isinstance(items, list):
            raise Refusal("the data has no such list")
        return [*(items or []), value]

    try:
        return changed_at(data, path, longer)
    except Refusal:
        return _with_key(data, path[:-1], str(path[-1]), [value], None)


def _remove(data: object, edit: Edit) -> object:
    assert isinstance(edit, Remove)
    path = removed_path(data, edit)
    key = path[-1]

    def shorter(members: object) -> object:
        if isinstance(members, dict) and key in members:
            return {k: v for k, v in members.items() if k != key}
        if isinstance(members, list) and isinstance(key, int) and key < len(members):
            return members[:key] + members[key + 1 :]
        raise Refusal("the data has no such member")

    return changed_at(data, path[:-1], shorter)


def removed_path(data: object, edit: Remove) -> Path:
    """What goes: with `prune`, the outermost mapping that would be left empty."""
    path = edit.place.path
    while edit.prune and len(path) > 1 and isinstance(path[-2], str):
        parent = value_at(data, path[:-1])
        if not isinstance(parent, dict) or len(parent) != 1:
            break
        path = path[:-1]
    return path


def _rename(data: object, edit: Edit) -> object:
    assert isinstance(edit, RenameKey)
    *parent, old = edit.place.path

    def renamed(members: object) -> object:
        if not isinstance(members, dict) or old not in members or edit.name in members:
            raise Refusal("the data has no such key to rename")
        return {edit.name if k == old else k: v for k, v in members.items()}

    return changed_at(data, tuple(parent), renamed)


def _replace_part(data: object, edit: Edit) -> object:
    assert isinstance(edit, ReplacePart)

    def replaced(value: object) -> object:
        if not isinstance(value, str):
            raise Refusal("the data has no such string")
        start, end = edit.place.part or (0, len(value))
        return value[:start] + edit.text + value[end:]

    return changed_at(data, edit.place.path, replaced)


def as_read(value: object) -> object:
    """A value of an edit, as it would be read from YAML: keys are strings, tuples lists."""
    if isinstance(value, dict):
        return {str(key): as_read(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [as_read(item) for item in value]
    return value


_OPERATIONS: dict[type, Callable[[object, Edit], object]] = {
    Set: _set,
    Insert: _insert,
    Append: _append,
    Remove: _remove,
    RenameKey: _rename,
    ReplacePart: _replace_part,
}
