"""Objects that others refer to by name alone: ConfigMaps, and the sources of charts.

One name may stand for several objects, for instance in a repository of several clusters. The
one that lies nearest to the object that refers to it is taken; two that lie equally near are
not told apart.
"""

from __future__ import annotations

import posixpath
from collections.abc import Iterator, Mapping
from dataclasses import field
from functools import cached_property

from mlblint.records import dataclass
from mlblint.repo.files import Files, join
from mlblint.repo.index import KUSTOMIZATION_NAMES, is_archived
from mlblint.repo.resources import Resource, items, mapping, resources, text
from mlblint.repo.words import CONFIG_MAPS, FLUX_SOURCES
from mlblint.text.documents import Broken, Document
from mlblint.text.places import Place

Parts = tuple[Document | Broken, ...]
ByName = dict[str, list[str]]


@dataclass(frozen=True, eq=False)
class ConfigMap:
    """`resource` has the data that is written out, `files` what stands in files of their own,
    by key. `complete` is false if there may be more, or other, data than these."""

    resource: Resource
    files: Mapping[str, Parts] = field(default_factory=dict)
    complete: bool = True

    @property
    def data(self) -> Mapping[str, object]:
        return mapping(self.resource.get("data"))


class Names:
    """The files in which that stands which others refer to, by every name in them: to go through
    all files for each name that is looked for would take a time that grows with their square."""

    def __init__(self, files: Files) -> None:
        self._files = files

    @cached_property
    def of_config_maps(self) -> ByName:
        return self._mentioning(*CONFIG_MAPS)

    @cached_property
    def of_sources(self) -> ByName:
        return self._mentioning(*FLUX_SOURCES)

    def _mentioning(self, *words: str) -> ByName:
        found: ByName = {}
        for path in self._files.paths:
            if is_archived(path) or not self._files.mentions(path, *words):
                continue
            for name in self._files.names_in(path):
                found.setdefault(name, []).append(path)
        return found


class Referents:
    """Looks for a name only when it is asked for: most ConfigMaps are nobody's. `within` are the
    files that it may stand in, None for all."""

    def __init__(
        self, files: Files, names: Names | None = None, within: frozenset[str] | None = None
    ) -> None:
        self._files = files
        self._names = names or Names(files)
        self._within = within
        self._config_maps: dict[str, list[ConfigMap]] = {}
        self._sources: dict[tuple[str, str], list[Resource]] = {}

    def config_map(self, name: str, namespace: str | None, asker: Resource) -> ConfigMap | None:
        if name not in self._config_maps:
            self._config_maps[name] = list(self._find_config_maps(name))
        candidates = [
            one for one in self._config_maps[name] if _may_be_in(one.resource.namespace, namespace)
        ]
        found = _nearest([one.resource for one in candidates], asker)
        for one in candidates:
            if one.resource is found:
                # Several may be a base and its overlays, which change it.
                own = posixpath.dirname(found.file) == posixpath.dirname(asker.file)
                alone = own or len(candidates) == 1
                sure = alone and all(candidate.complete for candidate in candidates)
                return one if sure else ConfigMap(one.resource, one.files, False)
        return None

    def source(
        self, kind: str, name: str, namespace: str | None, asker: Resource
    ) -> Resource | None:
        """A HelmRepository, OCIRepository, HelmChart or GitRepository of Flux."""
        if (kind, name) not in self._sources:
            self._sources[kind, name] = [
                resource
                for document in self._documents(self._names.of_sources, name)
                for resource in resources(document)
                if resource.kind == kind and resource.name == name
            ]
        candidates = self._sources[kind, name]
        inside = [one for one in candidates if _may_be_in(one.namespace, namespace)]
        return _nearest(inside, asker) or _nearest(candidates, asker)

    def _documents(self, files: ByName, name: str) -> Iterator[Document]:
        for path in files.get(name, ()):
            if self._is_inside(path):
                yield from self._files.all_documents(path)

    def _is_inside(self, path: str) -> bool:
        return self._within is None or path in self._within

    def _find_config_maps(self, name: str) -> Iterator[ConfigMap]:
        for document in self._documents(self._names.of_config_maps, name):
            for resource in resources(document):
                if resource.is_a("", "ConfigMap") and resource.name == name:
                    yield ConfigMap(resource)
            if posixpath.basename(document.source.path) in KUSTOMIZATION_NAMES:
                listed = items(mapping(document.data).get("configMapGenerator"))
                for index, entry in enumerate(listed):
                    if mapping(entry).get("name") == name:
                        place = Place(document, ("configMapGenerator", index))
                        yield self._generated(mapping(entry), place, mapping(document.data))

    def _generated(
        self, entry: Mapping[str, object], place: Place, kustomization: Mapping[str, object]
    ) -> ConfigMap:
        folder = posixpath.dirname(place.document.source.path)
        files: dict[str, Parts] = {}
        complete = not entry.get("envs") and not entry.get("env")
        for line in map(text, items(entry.get("files"))):
            key, equals, path = line.partition("=")
            found = join(folder, path if equals else line)
            if found is not None and self._files.has(found) and self._is_inside(found):
                files[key if equals else posixpath.basename(line)] = self._files.all_parts(found)
            else:
                complete = False
        literals = (text(line).partition("=") for line in items(entry.get("literals")))
        namespace = entry.get("namespace") or kustomization.get("namespace")
        data = {
            "apiVersion": "v1",
            "kind": "ConfigMap",
            "metadata": {"name": entry["name"], "namespace": namespace},
            "data": {key: value.strip("\"'") for key, _, value in literals},
        }
        # What merges into another one, or is merged into, is told apart by nobody but kustomize.
        alone = entry.get("behavior") in (None, "create")
        return ConfigMap(Resource(place, data), files, complete and alone)


class NotingReferents(Referents):
    """Notes where everything was found that was looked for; None where there is such an object,
    but which one is meant cannot be told."""

    def __init__(self, files: Files, names: Names, within: frozenset[str] | None) -> None:
        super().__init__(files, names, within)
        self.noted: set[str | None] = set()

    def config_map(self, name: str, namespace: str | None, asker: Resource) -> ConfigMap | None:
        found = super().config_map(name, namespace, asker)
        if found is not None or self._config_maps[name]:
            self.noted.add(found.resource.file if found is not None and found.complete else None)
        return found

    def source(
        self, kind: str, name: str, namespace: str | None, asker: Resource
    ) -> Resource | None:
        found = super().source(kind, name, namespace, asker)
        if found is not None or self._sources[kind, name]:
            self.noted.add(found.file if found is not None else None)
        return found


def _may_be_in(own: str | None, wanted: str | None) -> bool:
    """Whoever applies an object may give it the namespace that it does not name."""
    return own is None or wanted is None or own == wanted


def _nearest(candidates: list[Resource], asker: Resource) -> Resource | None:
    if len(candidates) < 2:
        return candidates[0] if candidates else None
    shared = [_shared_folders(one.file, asker.file) for one in candidates]
    best = max(shared)
    return candidates[shared.index(best)] if shared.count(best) == 1 else None


def _shared_folders(left: str, right: str) -> int:
    pairs = zip(left.split("/")[:-1], right.split("/")[:-1], strict=False)
    count = 0
    for one, other in pairs:
        if one != other:
            break
        count += 1
    return count
