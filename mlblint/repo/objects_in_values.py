"""Whole objects among the values of a chart that makes objects of what it is given.

Such charts (`raw`, and many under keys like `extraObjects`) render them as they are.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from mlblint.repo.delivery import Delivered
from mlblint.repo.helm import Release
from mlblint.repo.metallb import GROUP
from mlblint.repo.resources import Resource, get, is_opaque, mapping, text
from mlblint.text.nodes import Path


def objects_in_values(releases: Iterable[Release]) -> Iterator[Delivered]:
    for release in releases:
        # MetalLB's own chart makes no objects of its values.
        if release.chart != "metallb":
            yield from _objects(release)


def is_whole_object(data: object) -> bool:
    """Whether it is a whole object of MetalLB's, or a Service. Charts that ask for parts of one
    only, and fill in the rest, are left alone."""
    whole = mapping(data)
    group, _, _ = text(whole.get("apiVersion")).rpartition("/")
    is_near = (group, whole.get("kind")) == ("", "Service") or group == GROUP
    return is_near and bool(text(mapping(whole.get("metadata")).get("name")))


def _objects(release: Release) -> Iterator[Delivered]:
    for layer in dict.fromkeys(layer for layer, *_ in release.holding("apiVersion")):
        if layer.items is not None:
            continue
        for path, data in _found(get(layer.data, *release.key), ()):
            # A file of values that is an object itself was meant for something else.
            if not path or path[0] in release.others:
                continue
            # What another layer says as well is put together from both, or hidden by it.
            others = (one for one in release.layers if one is not layer)
            if any(get(one.data, *release.key, *path[:1]) is not None for one in others):
                continue
            resource = Resource(layer.where((*release.key, *path)), data)
            namespace = resource.namespace or release.namespace
            if not is_opaque(namespace):
                yield Delivered(resource, release.by, namespace)


def _found(data: object, path: Path) -> Iterator[tuple[Path, Mapping[str, Any]]]:
    if isinstance(data, Mapping):
        if is_whole_object(data):
            yield path, data
        elif data.get("enabled") is not False:
            for key, value in data.items():
                yield from _found(value, (*path, key))
    elif isinstance(data, list):
        for index, value in enumerate(data):
            yield from _found(value, (*path, index))
