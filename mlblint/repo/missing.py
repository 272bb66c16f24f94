"""What deliveries and kustomizations name and the repository does not have.

Told only of what certainly belongs to this repository, in the state that is delivered: other
repositories, other branches, submodules and files that Git ignores are somebody else's matter.
"""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterator
from fnmatch import fnmatchcase

from mlblint.records import dataclass
from mlblint.repo import argo, flux
from mlblint.repo.argo import ApplicationSource
from mlblint.repo.delivery import Delivery
from mlblint.repo.files import Files, join
from mlblint.repo.index import KUSTOMIZATION_NAMES
from mlblint.repo.model import Cluster, Model
from mlblint.repo.resources import Resource, get, is_opaque, items, mapping, text
from mlblint.repo.roots import Gap
from mlblint.text.places import Place

DEFAULT_BRANCHES = frozenset([None, "", "HEAD", "main", "master"])

_ENTRIES = frozenset(
    ["resources", "bases", "components", "patches", "patchesStrategicMerge", "patchesJson6902"]
)
_MANIFEST = re.compile(r"(?:\.(?:ya?ml|json|jsonnet)|(?:^|/)Kustomization)$")
_SUBMODULE = re.compile(r"^\s*path\s*=\s*(\S.*?)\s*$", re.MULTILINE)

Source = tuple[str, str, str | None]


@dataclass(frozen=True, eq=False)
class Missing:
    """`place` names `path`, which does not exist; None where it is not known what exactly would
    have to. `by` is the delivery that fails because of it, if one is in sight."""

    place: Place
    named: str
    path: str | None
    what: str
    by: Delivery | None


@dataclass(frozen=True, eq=False)
class Bare:
    """`place` names a folder that exists, and in which Argo CD finds nothing to apply: the
    manifests lie in folders inside it, `inner` among them."""

    place: Place
    named: str
    inner: str
    by: Delivery


def missing(model: Model) -> Iterator[tuple[Missing, Cluster]]:
    files = model.files
    disk = _Disk(files)
    if not disk.is_whole:
        return
    deliveries = [one for cluster in model.clusters for one in cluster.deliveries]
    local = _certainly_local(model)
    elsewhere = frozenset(filter(None, map(_of_another_state, model.index.resources)))
    sources = _certain_sources([d.resource for d in deliveries], files) - elsewhere
    for cluster in model.clusters:
        for delivery in cluster.deliveries:
            if argo.is_application(delivery.resource):
                found = _of_application(delivery, local, files)
            elif flux.is_kustomization(delivery.resource):
                found = _of_flux(delivery, sources)
            elif delivery.engine == "fleet":
                found = _of_fleet(delivery)
            else:
                continue
            yield from ((one, cluster) for one in found if not disk.may_have(one.path))
        for gap in cluster.gaps:
            one = _of_kustomization(gap, disk)
            if one is not None:
                yield one, cluster


# -- Argo CD --------------------------------------------------------------------------------


def bare(model: Model) -> Iterator[tuple[Bare, Cluster]]:
    """Folders that are not searched further (argo-cd reposerver/repository/repository.go@v2.14,
    `findManifests`)."""
    if not _Disk(model.files).is_whole:
        return
    local = _certainly_local(model)
    for cluster in model.clusters:
        for delivery in cluster.deliveries:
            if argo.is_application(delivery.resource):
                yield from ((one, cluster) for one in _bare(delivery, local, model.files))


def _bare(delivery: Delivery, local: frozenset[str], files: Files) -> Iterator[Bare]:
    application = delivery.resource
    for source in argo.sources(application):
        folder = source.folder
        if folder is None or is_opaque(folder) or not _is_here(source, application, local):
            continue
        given = (source.helm, source.kustomize, source.ref)
        if any(given) or source.directory.get("recurse") not in (None, False):
            continue
        inner = [path for path in files.below(folder) if _MANIFEST.search(path)]
        if inner and not any(map(_MANIFEST.search, _names(files, folder))):
            place = application.place(*source.at, "path")
            yield Bare(place, text(source.path), posixpath.dirname(inner[0]), delivery)


def _names(files: Files, folder: str) -> list[str]:
    names = files.disk.names(folder)
    return ["unknown.yaml"] if names is None else names


def _certainly_local(model: Model) -> frozenset[str]:
    """With one repository alone is it certain that those of its paths that exist here do not
    only happen to do so."""
    deliveries = [one for cluster in model.clusters for one in cluster.deliveries]
    applications = [d.resource for d in deliveries if argo.is_application(d.resource)]
    local = argo.local_repositories(applications, model.files)
    return local if len({argo.repository_key(url) for url in local}) == 1 else frozenset()


def _of_application(delivery: Delivery, local: frozenset[str], files: Files) -> Iterator[Missing]:
    application = delivery.resource
    several = argo.sources(application)
    here = [source for source in several if _is_here(source, application, local)]
    references = argo.references(here, local)
    for source in several:
        folder = source.folder
        exists = True
        if source in here and folder is not None and not is_opaque(folder):
            exists = files.has_folder(folder) or files.exists(folder)
            if not exists:
                place = application.place(*source.at, "path")
                yield Missing(place, text(source.path), folder, "the folder", delivery)
        if exists and source.helm.get("ignoreMissingValueFiles") is not True:
            own = folder if source in here else None
            yield from _value_files(source, own, references, delivery)


def _is_here(source: ApplicationSource, application: Resource, local: frozenset[str]) -> bool:
    """What a plugin makes of a folder, or puts into it, is not known."""
    return (
        source.repository in local
        and source.revision in DEFAULT_BRANCHES
        and application.get(*source.at, "plugin") is None
    )


def _value_files(
    source: ApplicationSource, folder: str | None, references: dict[str, str], by: Delivery
) -> Iterator[Missing]:
    for index, entry in enumerate(map(text, items(source.helm.get("valueFiles")))):
        path = argo.value_file(entry, folder, references)
        if path is not None and not is_opaque(entry):
            place = by.resource.place(*source.at, "helm", "valueFiles", index)
            yield Missing(place, entry, path, "the file of values", by)


# -- Flux -----------------------------------------------------------------------------------


def _certain_sources(resources: list[Resource], files: Files) -> frozenset[Source]:
    """The Git repositories of which more than half of the folders, and at least two, exist
    here."""
    evidence: dict[Source, dict[str, bool]] = {}
    for resource in filter(flux.is_kustomization, resources):
        path, source = _flux_path(resource), _flux_source(resource)
        if path and source is not None:
            evidence.setdefault(source, {})[path] = files.has_folder(path)
    return frozenset(
        source
        for source, exist in evidence.items()
        if sum(exist.values()) > 1 and 2 * sum(exist.values()) > len(exist)
    )


def _flux_path(resource: Resource) -> str | None:
    path = text(resource.get("spec", "path"))
    if is_opaque(path) or resource.is_unknown("spec", "path"):
        return None
    return join("", path.lstrip("/") or ".")


def _flux_source(resource: Resource) -> Source | None:
    source = mapping(resource.get("spec", "sourceRef"))
    name = text(source.get("name"))
    if source.get("kind") != "GitRepository" or not name or is_opaque(name):
        return None
    return "GitRepository", name, text(source.get("namespace")) or resource.namespace


def _of_another_state(resource: Resource) -> Source | None:
    """A Git repository of which another branch is taken, or into which others are put."""
    if not resource.is_a(flux.SOURCE_GROUP, "GitRepository"):
        return None
    ref = mapping(resource.get("spec", "ref"))
    usual = ref.get("branch") in DEFAULT_BRANCHES and not set(ref) - {"branch"}
    if usual and not resource.get("spec", "include"):
        return None
    return "GitRepository", resource.name, resource.namespace


def _of_flux(delivery: Delivery, sources: frozenset[Source]) -> Iterator[Missing]:
    resource = delivery.resource
    path = _flux_path(resource)
    if path and _flux_source(resource) in sources:
        place = resource.place("spec", "path")
        named = text(resource.get("spec", "path"))
        yield Missing(place, named, path, "the folder", delivery)


# -- Fleet ----------------------------------------------------------------------------------


def _of_fleet(delivery: Delivery) -> Iterator[Missing]:
    """Files of values lie beside the fleet.yaml or below it, those for single clusters as well
    (rancher/fleet internal/bundlereader/loaddirectory.go@v0.11, `generateValues`)."""
    bundle = delivery.resource
    folder = posixpath.dirname(bundle.file)
    targets = range(len(items(bundle.get("targetCustomizations"))))
    for at in [(), *(("targetCustomizations", index) for index in targets)]:
        names = items(bundle.get(*at, "helm", "valuesFiles"))
        for index, name in enumerate(map(text, names)):
            path = join(folder, name) if name and not is_opaque(name) else None
            if path is not None:
                place = bundle.place(*at, "helm", "valuesFiles", index)
                yield Missing(place, name, path, "the file of values", delivery)


# -- kustomize ------------------------------------------------------------------------------


def _of_kustomization(gap: Gap, disk: _Disk) -> Missing | None:
    """An entry of a kustomization. What Git ignores may be made before it is applied by hand;
    Argo CD and Flux never see it."""
    if not gap.nothing or _ENTRIES.isdisjoint(map(str, gap.place.path)):
        return None
    named = text(get(gap.place.document.data, *gap.place.path))
    path = join(posixpath.dirname(gap.place.document.source.path), named) if named else None
    if path is None or disk.is_kustomized(path) or disk.is_in_submodule(path):
        return None
    if gap.by is None and disk.is_ignored(path):
        return None
    folder = disk.is_folder(path)
    what = "a kustomization in the folder" if folder else "the file or folder"
    return Missing(gap.place, named, path, what, gap.by)


# -- what else there is -----------------------------------------------------------------------


class _Disk:
    """What lies beside the files that are looked at."""

    def __init__(self, files: Files) -> None:
        self._files = files
        self._submodules = _SUBMODULE.findall(files.disk.text(".gitmodules"))

    @property
    def is_whole(self) -> bool:
        return not self._files.disk.exists(".git/info/sparse-checkout")

    def is_folder(self, path: str) -> bool:
        return self._files.disk.is_folder(path)

    def may_have(self, path: str | None) -> bool:
        return (
            path is None
            or self._files.has(path)
            or self._files.has_folder(path)
            or self._files.exists(path)
            or self.is_in_submodule(path)
        )

    def is_in_submodule(self, path: str) -> bool:
        return any(path == one or path.startswith(f"{one}/") for one in self._submodules)

    def is_kustomized(self, path: str) -> bool:
        return any(self._files.exists(posixpath.join(path, name)) for name in KUSTOMIZATION_NAMES)

    def is_ignored(self, path: str) -> bool:
        """Whether some .gitignore above may mean it; negations are not looked at."""
        folder = posixpath.dirname(path)
        while True:
            for line in self._files.disk.text(posixpath.join(folder, ".gitignore")).splitlines():
                pattern = line.strip().rstrip("/").rpartition("/")[2]
                if pattern and any(fnmatchcase(part, pattern) for part in path.split("/")):
                    return True
            if not folder:
                return False
            folder = posixpath.dirname(folder)
