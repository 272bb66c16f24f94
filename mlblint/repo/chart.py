"""MetalLB's own chart: which values each release reads, and what they come to."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple

from mlblint.repo.files import Files
from mlblint.repo.helm import Layer, Release
from mlblint.repo.metallb import Installation
from mlblint.repo.model import Cluster
from mlblint.repo.resources import get, is_opaque
from mlblint.repo.schemas import at, field, load, since_of, unknown_keys, without_nulls
from mlblint.repo.versions import Version
from mlblint.schema import Schema, surely_meant
from mlblint.text.nodes import Path
from mlblint.text.places import Place

_NOTHING: tuple[object, ...] = ("", [], {})


class Given(NamedTuple):
    """A value that a layer gives to the chart; `path` is as the chart sees it."""

    layer: Layer
    path: Path
    value: Any
    place: Place


def schema() -> Schema:
    return load("metallb-chart/values.json")


def charts(cluster: Cluster) -> Iterator[tuple[Installation, Release, Version | None]]:
    """The releases of MetalLB's own chart in a cluster, each with its version, as far as the
    schema goes back."""
    oldest = since_of(schema())
    for installation in cluster.installations:
        version = cluster.known.version or installation.chart_version
        known = version is None or oldest is None or oldest <= version
        if installation.upstream and installation.release is not None and known:
            yield installation, installation.release, version


def layers(release: Release) -> Iterator[tuple[Layer, Mapping[str, Any]]]:
    """What each layer says to the chart itself."""
    for layer in release.layers:
        values = get(layer.data, *release.key)
        if isinstance(values, Mapping):
            yield layer, without_nulls(values)


def given(release: Release, layer: Layer, path: Path) -> Given:
    return Given(
        layer, path, get(layer.data, *release.key, *path), where(layer, (*release.key, *path))
    )


def where(layer: Layer, path: Path) -> Place:
    """Where a layer says something; of parameters, the first one that does."""
    if layer.items is None or path in layer.items:
        return layer.where(path)
    below = (place for key, place in layer.items.items() if key[: len(path)] == path)
    return next(below, layer.place)


def unread(release: Release, version: Version | None) -> Iterator[Given]:
    """Values that no template of the chart looks at, but for empty ones."""
    for layer, values in layers(release):
        for path in unknown_keys(schema(), values, version):
            found = given(release, layer, path)
            if found.value not in _NOTHING and not is_opaque(path[-1]):
                yield found


def is_misplaced(release: Release, path: Path, value: object) -> bool:
    """Whether that value is given, under a key like the last of `path`, where nothing reads it."""
    return any(
        surely_meant(str(found.path[-1]), [str(path[-1])]) is not None
        and found.value in (value, str(value).lower())
        for found in unread(release, None)
    )


def setting(release: Release, version: Version | None, *path: str) -> Any:
    """What a value comes to: what is given, or else the default of that version. None where
    that cannot be told, and where that version does not have it."""
    known = field(at(schema(), version), path) if version is not None else {}
    found = release.value(*path)
    if known is None:
        return None
    if found is not None and found.value is not None:
        return None if is_opaque(found.value) else found.value
    return known.get("default") if found is not None or release.complete else None


def is_read_by_templates(files: Files, release: Release, key: str) -> bool:
    """Whether a chart that lies in this repository has templates that speak of a value."""
    path = release.place.document.source.path
    if posixpath.basename(path) not in ("Chart.yaml", "requirements.yaml"):
        return False
    word = re.compile(rf"[.\"]{re.escape(key)}\b")
    for name in files.below(posixpath.join(posixpath.dirname(path), "templates")):
        source = files.source(name)
        if source is not None and word.search(source.text):
            return True
    return False
