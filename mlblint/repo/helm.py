"""Charts, and the values that they are installed with, whoever installs them."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from itertools import pairwise
from typing import Any, Literal, NamedTuple, get_args

from mlblint.records import cached_property, dataclass
from mlblint.repo.delivery import Delivery
from mlblint.repo.files import Files
from mlblint.repo.resources import Resource, get, holding, is_opaque, items, mapping, text
from mlblint.text import scalars
from mlblint.text.documents import Broken, Document, embedded
from mlblint.text.nodes import Key, Path
from mlblint.text.parser import YamlError, parse
from mlblint.text.places import Place

Form = Literal["text", "object", "file", "parameters"]
LookedFor = Literal["apiVersion", "podAnnotations", "podLabels", "type"]

_LOOKED_FOR: tuple[LookedFor, ...] = get_args(LookedFor)

# Of 64 bits; what is longer stays a text to Helm as well.
_INTEGER = re.compile(r"0|-?[1-9][0-9]{0,17}")
_LIST_COMMA = re.compile(r"(?<!\\),")
_PARAMETER_KEY = re.compile(r"\[(?P<index>[0-9]{1,4})\]|(?P<key>(?:\\.|[^.\\[])+)")


@dataclass(frozen=True, eq=False)
class Layer:
    """Values given to a chart in one place: as text, as an object, as a file, or one by one
    as parameters, for which `items` says where each stands."""

    form: Form
    place: Place
    data: Mapping[str, Any]
    items: Mapping[Path, Place] | None = None

    @cached_property
    def telling(self) -> list[tuple[Path, Mapping[str, Any]]]:
        """The mappings, however deep, in which something stands that is looked for at any depth.
        Values are the larger half of most repositories: all are gone through together, once."""
        return holding(self.data, *_LOOKED_FOR)

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
    those of an umbrella chart; for the umbrella chart itself `others` are the keys that lead to
    those of other releases. `chart` is its name or, for one of this repository that is named
    as one of its own dependencies, its folder. `version` is what is asked for, None if that
    cannot be told. `complete` is false when some values come from elsewhere than this
    repository, or cannot be known. `place` is where the chart is named."""

    name: str
    namespace: str | None
    chart: str
    repository: str
    version: str | None
    place: Place
    subject: Resource | None
    layers: tuple[Layer, ...] = ()
    key: tuple[str, ...] = ()
    others: frozenset[str] = frozenset()
    complete: bool = True
    home: Home | None = None
    by: Delivery | None = None

    def holding(self, *keys: LookedFor) -> Iterator[tuple[Layer, Path, Mapping[str, Any]]]:
        """The mappings among the values, however deep, in which one of the keys stands."""
        depth = len(self.key)
        for layer in self.layers:
            for path, fields in layer.telling:
                if path[:depth] == self.key and any(key in fields for key in keys):
                    yield layer, path[depth:], fields

    def value(self, *path: Key) -> Value | None:
        """What the chart gets to see at `path`, unless its own default stands. A value that
        is no mapping, null for one, hides what earlier layers say below it: Helm merges
        mappings only (helm pkg/chartutil/coalesce.go@v3.17)."""
        full: Path = (*self.key, *path)
        for layer in reversed(self.layers):
            depth = _depth_set(layer.data, full)
            if depth is not None:
                value = get(layer.data, *full) if depth == len(full) else None
                return Value(value, layer.where(full[:depth]), layer)
        return None


def _depth_set(data: object, path: Path) -> int | None:
    """How far down `path` something decides its value: all the way, or at a value above it
    that is no mapping; None where nothing is said of it."""
    for depth, key in enumerate(path):
        if isinstance(data, list) and isinstance(key, int) and 0 <= key < len(data):
            data = data[key]
        elif not isinstance(data, Mapping):
            return depth
        elif key not in data:
            return None
        else:
            data = data[key]
    return len(path)


def object_layer(resource: Resource, *path: Key) -> list[Layer]:
    value = resource.get(*path)
    if not isinstance(value, Mapping) or not value:
        return []
    return [Layer("object", resource.place(*path), value)]


def text_layer(place: Place, value: object) -> tuple[list[Layer], bool]:
    """Values given as the text of a YAML document, and whether they could be read. `value` is
    that text as it would be applied; what is written at `place` may still have placeholders
    in it."""
    if value is None or value == "":
        return [], True
    if not isinstance(value, str):
        return [], False
    documents = list(embedded(place.document, place.path))
    as_written = value == get(place.document.data, *place.path)
    if as_written and len(documents) == 1 and documents[0].part[0] == 0:
        data = documents[0].data
    else:
        try:
            data = _parsed(value)
        except YamlError:
            return [], False
    if not isinstance(data, dict):
        return [], data is None
    return [Layer("text", Place(documents[0]) if documents else place, data)], True


def _parsed(value: str) -> object:
    """Helm reads the first document of a file of values, and no other."""
    return next((scalars.data(document.root) for document in parse(value)), None)


def file_layer(files: Files, path: str | None) -> list[Layer] | None:
    """A file of values; None if there is no such file, or it cannot be read."""
    return parts_layer(files.all_parts(path)) if path is not None and files.has(path) else None


def parts_layer(parts: Sequence[Document | Broken]) -> list[Layer] | None:
    layers: list[Layer] = []
    for part in parts:
        if isinstance(part, Broken):
            return None
        if isinstance(part.data, dict):
            layers.append(Layer("file", Place(part), part.data))
    return layers[:1]


def parameter_layer(place: Place, parameters: object) -> list[Layer]:
    """`name` and `value` pairs of an Application, which become `--set`, and those with
    `forceString` `--set-string`, which wins (helm pkg/cli/values/options.go@v3.17)."""
    found = [
        (mapping(item), place / index / "value") for index, item in enumerate(items(parameters))
    ]
    found.sort(key=lambda one: one[0].get("forceString") is True)
    return pairs_layer(
        place,
        ((text(item.get("name")), _set_value(item), at) for item, at in found),
    )


def _set_value(parameter: Mapping[str, Any]) -> object:
    value = parameter.get("value")
    return value if parameter.get("forceString") is True else typed(value)


def set_layer(place: Place, values: object) -> list[Layer]:
    """The `set:` mapping of a k3s HelmChart: of the strings only these three words are more
    than strings (k3s-io/helm-controller pkg/controllers/chart/chart.go@v0.16, `typedVal`)."""
    words = {"true": True, "false": False, "null": None}
    return pairs_layer(
        place,
        (
            (
                name,
                words.get(value.lower(), value) if isinstance(value, str) else value,
                place / name,
            )
            for name, value in sorted(mapping(values).items())
        ),
    )


def pairs_layer(place: Place, pairs: Iterable[tuple[str, object, Place]]) -> list[Layer]:
    """Values given one by one under names like `a.b.c`."""
    data: dict[str, Any] = {}
    places: dict[Path, Place] = {}
    for name, value, at in pairs:
        path = split_parameter(name)
        if path:
            _put(data, path, value)
            places[path] = at
    return [Layer("parameters", place, data, places)] if data else []


def typed(value: object) -> object:
    """What `--set` makes of a text (helm pkg/strvals/parser.go@v3.17, `typedVal`): neither
    floats nor numbers with leading zeros are numbers to it, and `yes` is no boolean."""
    if not isinstance(value, str):
        return value
    words = {"true": True, "false": False, "null": None}
    if value in words:
        return words[value]
    if value.startswith("{") and value.endswith("}"):
        return [typed(item) for item in _LIST_COMMA.split(value[1:-1]) if item]
    return int(value) if _INTEGER.fullmatch(value) else value


def split_parameter(name: str) -> tuple[Key, ...]:
    r"""The keys of `a.b\.c[0]`: a dot behind a backslash does not divide."""
    keys: list[Key] = []
    for match in _PARAMETER_KEY.finditer(name):
        if match["index"] is not None:
            keys.append(int(match["index"]))
        elif match["key"]:
            keys.append(re.sub(r"\\(.)", r"\1", match["key"]))
    return tuple(keys)


def _put(data: Any, path: tuple[Key, ...], value: object) -> None:
    for key, following in pairwise(path):
        data = _at(data, key, [] if isinstance(following, int) else {})
        if not isinstance(data, list if isinstance(following, int) else dict):
            return
    _at(data, path[-1], None)
    data[path[-1]] = value


def _at(data: Any, key: Key, empty: object) -> Any:
    if isinstance(data, dict):
        return data.setdefault(key, empty)
    data.extend([None] * (int(key) + 1 - len(data)))
    if data[key] is None:
        data[key] = empty
    return data[key]


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
    """A release for the chart in `folder`, and for each of its dependencies. `owner` says who
    installs the chart, if anybody in sight does."""
    own = file_layer(files, posixpath.join(folder, "values.yaml")) or []
    pulled = list(dependencies(files, folder))
    documents = files.all_documents(posixpath.join(folder, "Chart.yaml"))
    if not documents:
        return
    umbrella = replace(
        _umbrella(documents[0], folder, owner),
        layers=(*own, *layers),
        complete=complete,
        others=frozenset(_key(dependency) for dependency, _ in pulled),
    )
    for dependency, place in pulled:
        if _is_enabled(dependency, umbrella):
            yield replace(
                umbrella,
                chart=text(dependency.get("name")),
                repository=text(dependency.get("repository")),
                version=wanted_version(dependency.get("version")),
                place=place,
                key=(_key(dependency),),
                others=frozenset(),
            )
    if umbrella.layers:
        named = any(dependency.get("name") == umbrella.chart for dependency, _ in pulled)
        yield replace(umbrella, chart=_by_folder(folder)) if named else umbrella


def _key(dependency: Mapping[str, Any]) -> str:
    return text(dependency.get("alias")) or text(dependency.get("name"))


def _by_folder(folder: str) -> str:
    """With a slash, which no chart's name has: the folder may be called as what it wraps."""
    return folder if "/" in folder else f"{folder}/"


def _umbrella(document: Document, folder: str, owner: Release | None) -> Release:
    """The chart itself. A copy of somebody else's says where it comes from, as published
    charts do; one that does not goes by its folder: its name may be that of what it wraps."""
    described = mapping(document.data)
    origins = [*items(described.get("sources")), described.get("home")]
    origin = next((text(one) for one in origins if text(one)), "")
    return Release(
        name=owner.name if owner else posixpath.basename(folder),
        namespace=owner.namespace if owner else None,
        chart=text(described.get("name")) if origin else _by_folder(folder),
        repository=origin,
        version=version_text(described.get("version")),
        place=Place(document, ("name",)),
        subject=owner.subject if owner else None,
        home=owner.home if owner else None,
        by=owner.by if owner else None,
    )


def _is_enabled(dependency: Mapping[str, Any], umbrella: Release) -> bool:
    """The first condition that is a boolean decides, or else the tags: one that is true is
    enough (helm pkg/chartutil/dependencies.go@v3.17, `processDependencyConditions`)."""
    for condition in text(dependency.get("condition")).split(","):
        found = umbrella.value(*condition.strip().split(".")) if condition.strip() else None
        if found is not None and isinstance(found.value, bool):
            return found.value
    tags = [umbrella.value("tags", text(tag)) for tag in items(dependency.get("tags"))]
    said = [tag.value for tag in tags if tag is not None and isinstance(tag.value, bool)]
    return not said or any(said)


def version_text(value: object) -> str | None:
    """A version as it was meant: an unquoted 0.15 is a number to YAML."""
    if value is None or isinstance(value, bool) or is_opaque(value):
        return None
    return str(value) or None


def wanted_version(value: object) -> str | None:
    """The versions that are asked for: any, where none are named."""
    return "*" if value is None or value == "" else version_text(value)
