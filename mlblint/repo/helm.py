"""Charts, and the values that they are installed with, whoever installs them."""

from __future__ import annotations

import posixpath
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Literal, NamedTuple

from mlblint.repo.delivery import Delivery
from mlblint.repo.files import Files
from mlblint.repo.resources import Resource, get, is_opaque, items, mapping, text
from mlblint.text.documents import embedded
from mlblint.text.nodes import Key, Path
from mlblint.text.places import Place
from mlblint.text.scalars import resolve_plain

Form = Literal["text", "object", "file", "parameters"]


@dataclass(frozen=True, eq=False)
class Layer:
    """Values given to a chart in one place: as text, as an object, as a file, or one by one
    as parameters, for which `items` says where each stands."""

    form: Form
    place: Place
    data: Mapping[str, Any]
    items: Mapping[Path, Place] | None = None

    def where(self, path: Path) -> Place:
        if self.items is not None:
            return self.items.get(path, self.place)
        return Place(self.place.document, self.place.path + path)


class Home(NamedTuple):
    """Where values could be written if there were none yet: under `key` of the mapping at
    `place`, as an object or as the text of one."""

    place: Place
    key: str
    form: Literal["text", "object"]


class Value(NamedTuple):
    value: Any
    place: Place
    layer: Layer


@dataclass(frozen=True, eq=False)
class Release:
    """A chart as it is installed. Later layers win. `key` leads to the chart's values inside
    those of an umbrella chart. `complete` is false when some values come from elsewhere than
    this repository, or cannot be known. `place` is where the chart is named."""

    name: str
    namespace: str | None
    chart: str
    repository: str
    version: str | None
    place: Place
    subject: Resource | None
    layers: tuple[Layer, ...] = ()
    key: tuple[str, ...] = ()
    complete: bool = True
    home: Home | None = None
    by: Delivery | None = None

    def value(self, *path: Key) -> Value | None:
        """What the chart gets to see at `path`, unless its own default stands."""
        full: Path = (*self.key, *path)
        for layer in reversed(self.layers):
            value = get(layer.data, *full)
            if value is not None or _is_set(layer.data, full):
                return Value(value, layer.where(full), layer)
        return None


def _is_set(data: Mapping[str, Any], path: Path) -> bool:
    parent = get(data, *path[:-1])
    return isinstance(parent, Mapping) and path[-1] in parent


def object_layer(resource: Resource, *path: Key) -> list[Layer]:
    value = resource.get(*path)
    if not isinstance(value, Mapping) or not value:
        return []
    return [Layer("object", resource.place(*path), value)]


def text_layer(place: Place) -> tuple[list[Layer], bool]:
    """Values written as the text of a YAML document, and whether they could be read."""
    value = get(place.document.data, *place.path)
    if value is None or value == "":
        return [], True
    documents = list(embedded(place.document, place.path))
    layers = [
        Layer("text", Place(document), document.data)
        for document in documents
        if isinstance(document.data, dict)
    ]
    blank = not text(value).strip()
    return layers[:1], blank or len(layers) == 1


def file_layer(files: Files, path: str | None) -> list[Layer] | None:
    """A file of values; None if there is no such file, or it cannot be read."""
    if path is None or not files.has(path):
        return None
    documents = files.all_documents(path)
    if len(documents) != len(files.all_parts(path)):
        return None
    return [
        Layer("file", Place(document), document.data)
        for document in documents
        if isinstance(document.data, dict)
    ][:1]


def parameter_layer(place: Place, parameters: object) -> list[Layer]:
    """`name: a.b.c` and `value` pairs, as Argo CD hands them to `helm --set`."""
    data: dict[str, Any] = {}
    places: dict[Path, Place] = {}
    for index, item in enumerate(items(parameters)):
        parameter = mapping(item)
        name, value = text(parameter.get("name")), parameter.get("value")
        path = tuple(split_parameter(name))
        if not path:
            continue
        if isinstance(value, str) and parameter.get("forceString") is not True:
            value = resolve_plain(value)
        _put(data, path, value)
        places[path] = place / index / "value"
    return [Layer("parameters", place, data, places)] if data else []


def set_layer(place: Place, values: object) -> list[Layer]:
    """The `set:` mapping of a k3s HelmChart."""
    data: dict[str, Any] = {}
    places: dict[Path, Place] = {}
    for name, value in mapping(values).items():
        path = tuple(split_parameter(name))
        _put(data, path, resolve_plain(value) if isinstance(value, str) else value)
        places[path] = place / name
    return [Layer("parameters", place, data, places)] if data else []


def split_parameter(name: str) -> Iterator[str]:
    r"""The keys of `a.b\.c.d`: a dot behind a backslash does not divide."""
    key = ""
    escaped = False
    for character in name:
        if character == "." and not escaped:
            yield key
            key = ""
        elif character == "\\" and not escaped:
            escaped = True
            continue
        else:
            key += character
        escaped = False
    if key:
        yield key


def _put(data: dict[str, Any], path: tuple[str, ...], value: object) -> None:
    for key in path[:-1]:
        inner = data.setdefault(key, {})
        if not isinstance(inner, dict):
            return
        data = inner
    data[path[-1]] = value


def dependencies(files: Files, folder: str) -> Iterator[tuple[Mapping[str, Any], Place]]:
    """The charts that the chart in a folder pulls in."""
    for name in ("Chart.yaml", "requirements.yaml"):
        path = posixpath.join(folder, name)
        for document in files.all_documents(path) if files.has(path) else []:
            for index, item in enumerate(items(get(document.data, "dependencies"))):
                yield mapping(item), Place(document, ("dependencies", index))


def umbrella_releases(
    files: Files,
    folder: str,
    layers: tuple[Layer, ...],
    complete: bool,
    owner: Release | None,
) -> Iterator[Release]:
    """A release for each dependency of the chart in `folder`. `owner` says who installs the
    umbrella chart, if anybody in sight does."""
    own = file_layer(files, posixpath.join(folder, "values.yaml"))
    home = Home(own[0].place, "", "object") if own else None
    for dependency, place in dependencies(files, folder):
        name = text(dependency.get("name"))
        key = text(dependency.get("alias")) or name
        yield Release(
            name=owner.name if owner else posixpath.basename(folder),
            namespace=owner.namespace if owner else None,
            chart=name,
            repository=text(dependency.get("repository")),
            version=version_text(dependency.get("version")),
            place=place,
            subject=owner.subject if owner else None,
            layers=(*(own or []), *layers),
            key=(key,),
            complete=complete,
            home=home,
            by=owner.by if owner else None,
        )


def version_text(value: object) -> str | None:
    """A version as it was meant: an unquoted 0.15 is a number to YAML."""
    if value is None or isinstance(value, bool) or is_opaque(value):
        return None
    return str(value) or None
