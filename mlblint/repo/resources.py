"""Kubernetes objects: what a document, or an item of a List, says about one thing."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import field, replace
from typing import Any, NamedTuple, TypeGuard

from mlblint.records import cached_property, dataclass
from mlblint.text.documents import Document
from mlblint.text.nodes import Key, Path
from mlblint.text.places import Place

# Quicker than the union of the two, which is made anew wherever it stands.
_COLLECTION = (dict, list)
_FILLED_IN = re.compile(r"\{\{|\$\{|\{%|ENC\[|<path:|^<[\w.-]+>$")


NOT_FILLED_IN = "kustomize.toolkit.fluxcd.io/substitute"
"""The label or annotation with which an object tells Flux to leave its variables alone."""


class WrittenAt(NamedTuple):
    """What is written where, whoever reads it, and however often."""

    file: str
    start: int
    path: Path


@dataclass(frozen=True, eq=False)
class Resource:
    """`data` is the object as it would be applied; `origins` tells which of its fields were
    given by something other than the document at `base`: a kustomize patch, for instance.
    `unknown` are the fields that something sets which cannot be worked out here."""

    base: Place
    data: Mapping[str, Any]
    origins: Mapping[Path, Place] = field(default_factory=dict)
    unknown: frozenset[Path] = frozenset()

    @property
    def document(self) -> Document:
        return self.base.document

    @cached_property
    def file(self) -> str:
        return self.base.document.source.path

    @cached_property
    def written_at(self) -> WrittenAt:
        return WrittenAt(self.file, self.base.document.start, self.base.path)

    @cached_property
    def api_version(self) -> str:
        return text(self.data.get("apiVersion"))

    @cached_property
    def group(self) -> str:
        """The API group; "" is the core group."""
        group, slash, _ = self.api_version.rpartition("/")
        return group if slash else ""

    @cached_property
    def kind(self) -> str:
        return text(self.data.get("kind"))

    @cached_property
    def name(self) -> str:
        return text(self.get("metadata", "name"))

    @cached_property
    def namespace(self) -> str | None:
        """As it stands in the object; who delivers it may set another one."""
        return text(self.get("metadata", "namespace")) or None

    @property
    def annotations(self) -> Mapping[str, Any]:
        return mapping(self.get("metadata", "annotations"))

    @property
    def labels(self) -> Mapping[str, Any]:
        return mapping(self.get("metadata", "labels"))

    def get(self, *path: Key) -> Any:
        return get(self.data, *path)

    def place(self, *path: Key) -> Place:
        """Where the value at `path` was written, or would have to be."""
        for length in range(len(path), 0, -1):
            origin = self.origins.get(path[:length])
            if origin is not None:
                return replace(origin, path=origin.path + path[length:])
        return Place(self.document, self.base.path + path)

    def is_unknown(self, *path: Key) -> bool:
        """Whether nothing may be concluded from a field, because it, something around it or
        something in it is unknown."""
        return any(path[: len(one)] == one or one[: len(path)] == path for one in self.unknown)

    def is_a(self, group: str, *kinds: str) -> bool:
        return self.kind in kinds and self.group == group


def resources(document: Document) -> Iterator[Resource]:
    """The objects of a document; a List is opened, its items become objects of their own."""
    yield from _resources(Place(document), document.data)


def resource_at(place: Place) -> Resource | None:
    """The object of a document in which a place lies."""
    data, above = place.document.data, Place(place.document)
    while (listed := _listed(data)) is not None:
        inside = place.path[len(above.path) : len(above.path) + 2]
        if len(inside) < 2 or inside[0] != "items" or get(listed, inside[1]) is None:
            return None
        data, above = get(listed, inside[1]), above / "items" / inside[1]
    return Resource(above, data) if _is_object(data) else None


def _resources(place: Place, data: object) -> Iterator[Resource]:
    listed = _listed(data)
    if listed is not None:
        for index, item in enumerate(listed):
            yield from _resources(place / "items" / index, item)
    elif _is_object(data):
        yield Resource(place, data)


def _is_object(data: object) -> TypeGuard[dict[str, Any]]:
    return (
        isinstance(data, dict)
        and isinstance(data.get("kind"), str)
        and isinstance(data.get("apiVersion"), str)
    )


def _listed(data: object) -> list[Any] | None:
    """The items of a List."""
    if not _is_object(data) or not data["kind"].endswith("List"):
        return None
    listed = data.get("items")
    return listed if isinstance(listed, list) else None


def get(data: object, *path: Key) -> Any:
    """The value at `path`, or None where there is none."""
    for key in path:
        # Data are dictionaries: to ask for any other mapping takes five times as long.
        if isinstance(data, dict):
            data = data.get(key)
        elif isinstance(data, list) and isinstance(key, int) and 0 <= key < len(data):
            data = data[key]
        else:
            return None
    return data


def holding(data: object, *keys: str) -> list[tuple[Path, Mapping[str, Any]]]:
    """The mappings, however deep, in which one of the keys stands, and where they are; each
    before those inside it."""
    found: list[tuple[Path, Mapping[str, Any]]] = []
    _gather(data, (), frozenset(keys), found)
    return found


def _gather(
    data: object, path: Path, keys: frozenset[str], found: list[tuple[Path, Mapping[str, Any]]]
) -> None:
    if isinstance(data, dict):
        if not keys.isdisjoint(data):
            found.append((path, data))
        for key, value in data.items():
            if isinstance(value, _COLLECTION):
                _gather(value, (*path, key), keys, found)
    elif isinstance(data, list):
        for index, value in enumerate(data):
            if isinstance(value, _COLLECTION):
                _gather(value, (*path, index), keys, found)


def mapping(value: object) -> Mapping[str, Any]:
    return value if isinstance(value, dict) else {}


def items(value: object) -> list[Any]:
    return value if isinstance(value, list) else []


def text(value: object) -> str:
    return value if isinstance(value, str) else ""


def is_opaque(value: object) -> bool:
    """Whether a scalar is filled in by somebody else before it reaches a cluster: Go and
    Jinja templates, Flux and shell variables, SOPS, Argo CD's vault plugin."""
    return isinstance(value, str) and _FILLED_IN.search(value) is not None


def selects(selector: object, labels: Mapping[str, Any]) -> bool:
    """Kubernetes' label selector (apimachinery pkg/labels/selector.go@v0.31, `Matches`); an
    empty one matches everything, one that the API server refuses matches nothing."""
    selector = mapping(selector)
    if any(labels.get(k) != v for k, v in mapping(selector.get("matchLabels")).items()):
        return False
    return all(_satisfied(mapping(e), labels) for e in items(selector.get("matchExpressions")))


def _satisfied(expression: Mapping[str, Any], labels: Mapping[str, Any]) -> bool:
    key, values = text(expression.get("key")), items(expression.get("values"))
    satisfied = {
        "In": key in labels and labels[key] in values,
        "NotIn": key not in labels or labels[key] not in values,
        "Exists": key in labels,
        "DoesNotExist": key not in labels,
    }
    return satisfied.get(text(expression.get("operator")), False)
