"""Patches of kustomize: refused in words or applied, by the laws of JSON patches."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from fuzz.choices import Choices, seed
from fuzz.seeds import manifests
from mlblint.repo.files import Files
from mlblint.repo.json_patch import json_patch
from mlblint.repo.kustomize import build
from mlblint.repo.strategic_merge import PatchError, strategic_merge
from mlblint.repo.traced import Traced
from mlblint.text.documents import Document, documents
from mlblint.text.places import Place
from mlblint.text.scalars import TooManyValuesError
from mlblint.text.source import NotTextError, Source

ROOT = Path("/nowhere")
ANNOTATIONS = "/metadata/annotations"
OPERATIONS = """\
- {op: add, path: /metadata/annotations/a~1b, value: {x: 1}}
- {op: replace, path: /spec/0, value: [1]}
- {op: copy, from: /metadata/name, path: /spec/-}
- {op: move, from: /spec/-1, path: /metadata/labels}
- {op: test, path: /kind, value: Service}
- {op: remove, path: /spec}
"""
MERGES = (
    "spec: {$patch: replace, ports: [{port: 1, $patch: delete}, {port: 53, protocol: UDP}]}\n",
    "metadata: {annotations: null, labels: {a: b}}\nspec: {ports: [{$patch: replace}]}\n",
)


def seeds() -> Iterator[bytes]:
    for number, data in enumerate(manifests()):
        first = data.split(b"\n---")[0]
        yield seed(first + b"\n---\n" + OPERATIONS.encode(), 1)
        yield seed(first + b"\n---\n" + MERGES[number % 2].encode(), 0)
        yield seed(first + b"\n---\n" + first, 0)


def check(data: bytes) -> None:
    choices = Choices(data)
    try:
        source = Source.from_bytes("x.yaml", choices.rest)
        found = [Traced(one.data, Place(one)) for one in documents(source) if _filled(one)]
    except (NotTextError, TooManyValuesError):
        return
    if len(found) < 2 or not found[0].is_map:
        return
    target, patch = found[:2]
    before = repr(target.plain())
    if patch.is_list:
        _operations(target, patch)
    elif patch.is_map:
        _merge(target, patch)
    assert repr(target.plain()) == before, "what is patched stays what it was"
    _built(choices.rest, patch.is_list)


def _filled(part: object) -> bool:
    return isinstance(part, Document) and part.root is not None


def _merge(target: Traced, patch: Traced) -> None:
    try:
        result = strategic_merge(target, patch)
    except PatchError as error:
        assert str(error)
        return
    if result is not None:
        json.dumps(result.plain())
        result.origins()


def _operations(target: Traced, patch: Traced) -> None:
    try:
        result = json_patch(target, patch.items)
    except PatchError as error:
        assert str(error)
        return
    json.dumps(result.plain())
    result.origins()
    if patch.items:
        _laws(result, patch.items[-1])


def _laws(root: Traced, last: Traced) -> None:
    """What was put in is there, and goes again."""
    pointer = last.value("path")
    if not isinstance(pointer, str) or last.value("op") not in ("add", "replace"):
        return
    # A patch that begins always finds annotations, whatever was in their place.
    if pointer.endswith("/-") or pointer == "/metadata" or pointer.startswith(ANNOTATIONS):
        return
    test = {"op": "test", "path": pointer, "value": last.value("value")}
    try:
        json_patch(root, [_operation(test, last.place)])
    except PatchError as error:
        step = pointer.rpartition("/")[2]
        assert "the list has no item" in str(error) or not _is_key(step), (pointer, error)


def _is_key(step: str) -> bool:
    return not step.lstrip("-+").isdigit()


def _operation(data: dict[str, Any], place: Place) -> Traced:
    return Traced(data, place)


def _built(text: bytes, operations: bool) -> None:
    """The same as a folder for kustomize."""
    first, _, second = text.partition(b"\n---\n")
    kustomization: dict[str, Any] = {"resources": ["a.yaml"], "patches": [{"path": "p.yaml"}]}
    if operations:
        kustomization["patches"][0]["target"] = {"kind": ".*"}
    files = {
        "kustomization.yaml": json.dumps(kustomization).encode(),
        "a.yaml": first,
        "p.yaml": second,
    }
    build(Files(ROOT, (), files), "")
