"""The kinds of MetalLB's API: which versions of them each release serves, and their fields."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping
from functools import cache
from typing import NamedTuple

from mlblint.package_data import data_folder
from mlblint.repo.resources import mapping
from mlblint.repo.schemas import load
from mlblint.schema import Schema
from mlblint.text.nodes import Path

_FOLDER = "metallb"
_OBJECT = f"{_FOLDER}/object.json"

OPERATOR_KINDS = ("MetalLB",)
"""Of the same group, but the MetalLB operator's (metallb/metallb-operator api/v1beta1)."""


class Home(NamedTuple):
    """A field of a kind, and where it stands."""

    kind: str
    version: str
    path: Path
    schema: Schema


@cache
def served() -> Mapping[str, tuple[str, ...]]:
    """The versions in which each kind was ever served, the newest last."""
    found: dict[str, list[str]] = defaultdict(list)
    for path in sorted((data_folder("schemas") / _FOLDER).iterdir()):
        kind, dot, version = path.stem.partition(".")
        if dot:
            found[kind].append(version)
    return {kind: tuple(versions) for kind, versions in found.items()}


@cache
def schema_of(kind: str, version: str) -> Schema | None:
    """What the API server asks of an object, its metadata included; None if no release serves
    such a thing."""
    if version not in served().get(kind, ()):
        return None
    frame, own = load(_OBJECT), load(f"{_FOLDER}/{kind}.{version}.json")
    return {
        **own,
        "required": [*frame["required"], *own.get("required", ())],
        "properties": {**frame["properties"], **own["properties"]},
    }


def fields(kind: str, version: str) -> Iterator[Home]:
    """All fields of a kind, but for its metadata and what MetalLB writes itself."""
    schema = schema_of(kind, version)
    if schema is not None:
        spec = mapping(mapping(schema["properties"]).get("spec"))
        yield from _fields(kind, version, spec, ("spec",))


def _fields(kind: str, version: str, schema: Schema, path: Path) -> Iterator[Home]:
    for key, below in mapping(schema.get("properties")).items():
        yield Home(kind, version, (*path, key), below)
        inner = mapping(below.get("items")) if below.get("type") == "array" else below
        yield from _fields(kind, version, inner, (*path, key))
