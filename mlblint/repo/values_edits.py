"""Where a value belongs in what a chart is installed with, and how to put it there."""

from __future__ import annotations

from mlblint.repo import argo
from mlblint.repo.helm import Layer, Release
from mlblint.repo.resources import get, is_opaque, mapping
from mlblint.text.edits import Append, Edit, Insert
from mlblint.text.places import Place


def where(release: Release, path: tuple[str, ...]) -> Place:
    """What to point at when a value is not given: the nearest key above it that is."""
    layer = _home(release, path)
    if layer is None:
        return release.layers[-1].place.key if release.layers else release.place
    for length in range(len(path) - 1, 0, -1):
        above = layer.where((*release.key, *path[:length]))
        if above.exists:
            return above.key
    host = layer.place.document.host
    if layer.form == "text" and host is not None:
        return Place(host.document, host.path, on_key=True)
    return layer.place.key


def insertion(release: Release, path: tuple[str, ...], value: bool) -> Edit | None:
    """Gives the chart a value that nothing gives it yet; None if there is no place for it."""
    layer = _home(release, path)
    nearest = layer or next(reversed(release.layers), None) or release.home
    if nearest is not None and _reaches_others(release, nearest.place):
        return None
    if layer is not None:
        return Insert(layer.where((*release.key, *path[:-1])), path[-1], value)
    name = ".".join((*release.key, *path))
    written = "true" if value else "false"
    if release.layers:
        place = release.layers[-1].place
        if isinstance(get(place.document.data, *place.path), list):
            return Append(place, {"name": name, "value": written})
        return Insert(place, name, written)
    if release.home is None:
        return None
    place, key, form = release.home
    if form == "text":
        keys = "\n".join(f"{'  ' * depth}{one}:" for depth, one in enumerate(path))
        return Insert(place, key, f"{keys} {written}\n")
    nested: object = value
    for outer in reversed((*release.key, *path)):
        nested = {outer: nested}
    return Insert(place, key, nested)


def _reaches_others(release: Release, place: Place) -> bool:
    """Whether it stands in the template of an ApplicationSet, which makes Applications of other
    charts as well."""
    by = release.by
    if by is None or by.parent is None or by.parent.resource.kind != "ApplicationSet":
        return False
    document = place.document
    while document.host is not None:
        document = document.host.document
    if document is not by.resource.document:
        return False
    named = (by.resource.place(*one.at, one.named_by) for one in argo.sources(by.resource))
    return any(is_opaque(get(one.document.data, *one.path)) for one in named)


def _home(release: Release, path: tuple[str, ...]) -> Layer | None:
    """Beside what is said of the same thing already, the nearer the better, or else in the
    values that come last."""
    layers = [layer for layer in reversed(release.layers) if layer.form != "parameters"]
    for length in range(len(path) - 1, 0, -1):
        above = (*release.key, *path[:length])
        speaking = [layer for layer in layers if mapping(get(layer.data, *above))]
        if speaking:
            return speaking[0]
    return next(iter(layers), None)
