"""JSON patches (RFC 6902) as kustomize applies them.

It uses evanphx/json-patch v4, which is laxer than the RFC: `replace` may create a field, and
negative indexes count from the end (patch.go@v4.12, `partialDoc`, `partialArray`).
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator

from mlblint.repo.strategic_merge import PatchError
from mlblint.repo.traced import ABSENT, Traced
from mlblint.text.nodes import Path

_ANNOTATIONS = ("metadata", "annotations")
_INDEX = re.compile(r"[-+]?[0-9]{1,18}")
"""What Go's strconv.Atoi reads; Python's int takes `1_0`, other alphabets and blanks as well."""


def json_patch(target: Traced, operations: list[Traced]) -> Traced:
    # kustomize keeps notes of its own in annotations while it works, so that this map always
    # exists when a patch adds to it (api/resource/resource.go@v0.18, `StorePreviousId`).
    annotations = target.at(*_ANNOTATIONS)
    if annotations is None or annotations.is_null:
        target = target.put(_ANNOTATIONS, Traced({}, target.place / "metadata" / "annotations"))
    for operation in operations:
        target = _apply(target, operation)
    annotations = target.at(*_ANNOTATIONS)
    if annotations is not None and not annotations.names:
        metadata = target.fields["metadata"].dropping("annotations")
        target = target.with_field("metadata", metadata)
    return target


def pointer(text: str) -> list[str]:
    return [part.replace("~1", "/").replace("~0", "~") for part in text.split("/")[1:]]


def _apply(root: Traced, operation: Traced) -> Traced:
    fields = operation.fields
    name = fields["op"].text() if "op" in fields else ""
    steps = _steps(operation, "path")
    value = fields.get("value", Traced(None, operation.place))
    if name in ("move", "copy"):
        source = _steps(operation, "from")
        value = _value(root, source, operation, missing_is_null=name == "copy")
        if name == "move":
            root = _edit(root, source, operation, "remove", value)
        name = "add"
    if name == "test":
        found = _value(root, steps, operation, missing_is_null=True)
        if _json(found) != _json(value):
            raise PatchError("the test of the patch fails", operation.place)
        return root
    if name not in ("add", "remove", "replace"):
        raise PatchError(f'"{name}" is no operation of a JSON patch', operation.place)
    return _edit(root, steps, operation, name, value)


def _json(node: Traced) -> str:
    """Unlike in Python, 1 and true differ here."""
    return json.dumps(node.plain(), sort_keys=True)


def _steps(operation: Traced, key: str) -> list[str]:
    node = operation.get(key)
    if node is None or not node.text().startswith("/"):
        raise PatchError(f'"{key}" of the operation is no JSON pointer', operation.place / key)
    return pointer(node.text())


def _value(
    root: Traced, steps: list[str], operation: Traced, missing_is_null: bool = False
) -> Traced:
    path = _resolved(root, steps, operation)
    node, parent = root.at(*path), root.at(*path[:-1])
    if node is None and missing_is_null and parent is not None and parent.is_map:
        return Traced(None, operation.place)
    if node is None:
        raise PatchError(f"there is nothing at /{'/'.join(steps)}", operation.place)
    return node


def _resolved(root: Traced, steps: list[str], operation: Traced) -> Path:
    return tuple(_keys(root, steps, operation))


def _keys(root: Traced, steps: list[str], operation: Traced) -> Iterator[str | int]:
    node: Traced | None = root
    for step in steps:
        if node is None:
            raise PatchError(f"there is nothing at /{'/'.join(steps)}", operation.place / "path")
        key = _index(step, len(node.items), operation) if node.is_list else step
        yield key
        node = node.get(key)


def _index(step: str, length: int, operation: Traced, end: int = 0) -> int:
    """`end` is 1 where the place behind the last item may be meant."""
    index = int(step) if _INDEX.fullmatch(step) else length + end
    if index < 0:
        index += length + end
    if not 0 <= index < length + end:
        raise PatchError(f'the list has no item "{step}"', operation.place / "path")
    return index


def _edit(root: Traced, steps: list[str], operation: Traced, name: str, value: Traced) -> Traced:
    parent_path = _resolved(root, steps[:-1], operation)
    parent, last = root.at(*parent_path), steps[-1]
    if parent is None or not (parent.is_map or parent.is_list):
        raise PatchError(f"there is nothing at /{'/'.join(steps[:-1])}", operation.place / "path")
    if parent.is_list:
        changed = _edit_list(parent, last, operation, name, value)
    elif name == "remove":
        if parent.get(last) is None:
            raise PatchError(f"there is nothing at /{'/'.join(steps)}", operation.place / "path")
        changed = parent.with_field(last, Traced(ABSENT, operation.place))
    else:
        changed = parent.with_field(last, value)
    return root.put(parent_path, changed)


def _edit_list(parent: Traced, step: str, operation: Traced, name: str, value: Traced) -> Traced:
    items = list(parent.items)
    if name == "add" and step == "-":
        items.append(value)
    elif name == "add":
        items.insert(_index(step, len(items), operation, end=1), value)
    elif name == "replace":
        items[_index(step, len(items), operation)] = value
    else:
        del items[_index(step, len(items), operation)]
    return parent.with_items(items)
