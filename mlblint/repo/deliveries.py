"""Following what applies what, from the roots that nothing in the repository applies."""

from __future__ import annotations

import posixpath
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace
from typing import NamedTuple

from mlblint.repo import argo, flux, releases
from mlblint.repo.delivery import Delivered, Delivery
from mlblint.repo.files import Files
from mlblint.repo.helm import Release, umbrella_releases
from mlblint.repo.index import (
    KUSTOMIZATION_NAMES,
    Index,
    chart_of,
    is_archived,
    kustomization_file,
)
from mlblint.repo.kustomize import Builder, Built, Kustomization
from mlblint.repo.resources import Resource, mapping, resources, text
from mlblint.text.nodes import Path
from mlblint.text.places import Place


class Key(NamedTuple):
    """What is written where, whoever reads it, and however often."""

    file: str
    start: int
    path: Path


def key_of(resource: Resource) -> Key:
    return Key(resource.file, resource.document.start, resource.base.path)


@dataclass(frozen=True)
class Remote:
    """A base that a kustomization takes from elsewhere."""

    url: str
    place: Place
    namespace: str | None
    by: Delivery | None


@dataclass(eq=False)
class Root:
    """Where a chain of deliveries begins, and all that it reaches. `path` is the file or
    folder of the beginning: it tells which cluster this is."""

    path: str
    delivered: list[Delivered] = field(default_factory=list)
    releases: list[Release] = field(default_factory=list)
    remotes: list[Remote] = field(default_factory=list)
    files: set[str] = field(default_factory=set)
    attributable: bool = True

    @property
    def engines(self) -> frozenset[str]:
        return frozenset(d.by.engine for d in self.delivered if d.by) | frozenset(
            r.by.engine for r in self.releases if r.by
        )


@dataclass(frozen=True, eq=False)
class Sweep:
    """Every root, and the objects that no root reaches although they are no one's patch."""

    roots: tuple[Root, ...]
    undelivered: tuple[Resource, ...]


def sweep(index: Index) -> Sweep:
    return _Sweeper(index).run()


class _Sweeper:
    def __init__(self, index: Index) -> None:
        self.files: Files = index.files
        self.index = index
        self.builder = Builder(index.files)
        self.folders = _kustomizations(index.files)
        applications = [r for r in index.resources if argo.is_application(r)]
        for application_set in index.resources:
            if application_set.is_a(argo.GROUP, "ApplicationSet"):
                applications += argo.generated(application_set, index.files)
        self.local = argo.local_repositories(applications, index.files)
        self.config_maps = {r.name: r for r in index.resources if r.is_a("", "ConfigMap")}
        self.helm_configs = [
            r for r in index.resources if r.is_a(releases.K3S_GROUP, "HelmChartConfig")
        ]
        self.repositories = _repositories(index.resources)
        self.reached: set[Key] = set()
        self.roots: list[Root] = []
        self.in_kustomizations: set[str] = set()
        self.patches: set[str] = set()

    def run(self) -> Sweep:
        nested = self._look_at_kustomizations()
        deliverers = [r for r in self.index.resources if _delivers(r) and not is_archived(r.file)]
        targeted = {folder for r in deliverers for folder in self._folders_of(r)}
        in_targets = {p for folder in targeted for p in self._plain_files(folder)}
        self._enter_kustomizations(f for f in self.folders if f not in nested | targeted)
        self._enter_files(self.in_kustomizations | in_targets)
        # What only reaches itself, or is part of a circle, begins somewhere all the same.
        for deliverer in deliverers:
            if key_of(deliverer) not in self.reached and deliverer.file not in self.patches:
                root = Root(deliverer.file)
                self._expand([deliverer], None, root)
                self.roots.append(root)
        self._enter_charts()
        return Sweep(tuple(self.roots), tuple(self._undelivered()))

    def _look_at_kustomizations(self) -> set[str]:
        """Notes what they use, and returns the folders of those that others use."""
        folders = {path: folder for folder, path in self.folders.items()}
        nested: set[str] = set()
        for folder, own in self.folders.items():
            built = self.builder.build(folder)
            self.in_kustomizations |= built.used
            self.patches |= built.patches
            nested |= {folders[path] for path in built.used if path in folders and path != own}
        return nested

    # -- beginnings ---------------------------------------------------------------------

    def _enter_kustomizations(self, folders: Iterable[str]) -> None:
        for folder in folders:
            root = Root(folder)
            self._add_build(self.builder.build(folder), folder, None, root)
            if root.delivered or root.releases or root.remotes:
                self.roots.append(root)

    def _enter_files(self, taken: set[str]) -> None:
        for path in self.files.paths:
            if path in taken or is_archived(path) or chart_of(self.files, path) is not None:
                continue
            if self._is_left_out(path):
                continue
            root = Root(path)
            self._expand(self._objects(path), None, root)
            if posixpath.basename(path) == "fleet.yaml":
                self._add_fleet(path, root)
            if root.delivered or root.releases:
                self.roots.append(root)

    def _is_left_out(self, path: str) -> bool:
        """A file beside a kustomization that does not name it is applied by nobody."""
        folder = posixpath.dirname(path)
        return kustomization_file(self.files, folder) is not None

    def _enter_charts(self) -> None:
        """Charts of this repository that nothing in sight installs."""
        for path in self.files.paths:
            if posixpath.basename(path) != "Chart.yaml" or is_archived(path):
                continue
            folder = posixpath.dirname(path)
            if any(path in root.files for root in self.roots):
                continue
            root = Root(folder, attributable=False)
            root.releases += umbrella_releases(self.files, folder, (), True, None)
            self._expand(self._templates(folder), None, root)
            if root.delivered or root.releases:
                self.roots.append(root)

    def _add_fleet(self, path: str, root: Root) -> None:
        for document in self.files.documents(path):
            release = releases.of_fleet(document, self.files)
            if release is not None:
                root.releases.append(release)

    def _undelivered(self) -> Iterator[Resource]:
        for resource in self.index.resources:
            if (
                key_of(resource) not in self.reached
                and resource.file not in self.patches
                and not is_archived(resource.file)
            ):
                yield resource

    # -- following ----------------------------------------------------------------------

    def _expand(self, objects: Iterable[Resource], by: Delivery | None, root: Root) -> None:
        for resource in objects:
            key = key_of(resource)
            self.reached.add(key)
            root.files.add(resource.file)
            namespace = resource.namespace or (by.namespace if by else None)
            root.delivered.append(Delivered(resource, by, namespace))
            if by is not None and any(key_of(d.resource) == key for d in by.chain()):
                continue
            if argo.is_application(resource):
                self._follow_application(resource, by, root)
            elif resource.is_a(argo.GROUP, "ApplicationSet"):
                made_by = Delivery("argo", resource, by, None, _inherited(by))
                for application in argo.generated(resource, self.files):
                    root.delivered.append(Delivered(application, made_by, namespace))
                    self._follow_application(application, made_by, root)
            elif flux.is_kustomization(resource):
                self._follow_flux(resource, by, root)
            elif flux.is_helm_release(resource):
                found = flux.release(resource, namespace, self.repositories, self.config_maps)
                if found is not None:
                    delivery = Delivery("flux", resource, by, found.namespace, _inherited(by))
                    root.releases.append(replace(found, by=delivery))
            elif resource.is_a(releases.K3S_GROUP, "HelmChart", "HelmChartConfig"):
                self._follow_k3s(resource, namespace, by, root)

    def _follow_application(self, application: Resource, by: Delivery | None, root: Root) -> None:
        delivery = Delivery(
            "argo",
            application,
            by,
            argo.destination_namespace(application),
            argo.destination(application) or _inherited(by),
        )
        root.releases += releases.of_application(delivery, self.files, self.local)
        for source in argo.sources(application):
            if source.path is None or source.repository not in self.local:
                continue
            folder = "" if source.path == "." else source.path
            if not self.files.has_folder(folder):
                continue
            if self.files.has(posixpath.join(folder, "Chart.yaml")):
                root.files |= set(self.files.below(folder))
                self._expand(self._templates(folder), delivery, root)
            elif kustomization_file(self.files, folder):
                at = application.place(*source.at, "kustomize")
                extra = Kustomization.of_application(source.kustomize, at)
                self._add_build(self.builder.build(folder, extra), folder, delivery, root)
            else:
                for path in argo.folder_files(self.files, folder, source.directory):
                    self._expand(self._objects(path), delivery, root)

    def _follow_flux(self, resource: Resource, by: Delivery | None, root: Root) -> None:
        folder = flux.source_folder(resource, self.files)
        if folder is None:
            return
        target = text(resource.get("spec", "targetNamespace")) or None
        delivery = Delivery("flux", resource, by, target, _inherited(by))
        extra = Kustomization.of_flux(resource)
        if kustomization_file(self.files, folder):
            built = self.builder.build(folder, extra)
        else:
            entries = [
                posixpath.relpath(entry, folder or ".")
                for entry in flux.generated_entries(self.files, folder)
            ]
            built = self.builder.build_entries(folder, entries, extra)
        given = flux.substitution(resource, self.config_maps)
        if given is not None:
            built = replace(
                built,
                resources=tuple(
                    one
                    if flux.is_disabled(one)
                    else replace(one, data=flux.substituted(one.data, given))
                    for one in built.resources
                ),
            )
        self._add_build(built, folder, delivery, root)

    def _follow_k3s(
        self, resource: Resource, namespace: str | None, by: Delivery | None, root: Root
    ) -> None:
        delivery = Delivery("k3s", resource, by, namespace, _inherited(by))
        if resource.kind == "HelmChart":
            found = releases.of_k3s_chart(resource, self.helm_configs, namespace)
            if found is not None:
                root.releases.append(replace(found, by=delivery))
        elif not any(
            r.is_a(releases.K3S_GROUP, "HelmChart") and r.name == resource.name
            for r in self.index.resources
        ):
            root.releases.append(replace(releases.of_lone_config(resource), by=delivery))

    def _add_build(self, built: Built, folder: str, by: Delivery | None, root: Root) -> None:
        root.files |= built.used
        self._expand(built.resources, by, root)
        for chart in built.helm_charts:
            release = releases.of_kustomization(
                chart.data, chart.place, chart.folder, self.files, chart.namespace
            )
            namespace = release.namespace or (by.namespace if by else None)
            root.releases.append(replace(release, by=by, namespace=namespace))
        root.remotes += [
            Remote(remote.url, remote.place, remote.namespace, by) for remote in built.remotes
        ]

    # -- what lies where ----------------------------------------------------------------

    def _objects(self, path: str) -> list[Resource]:
        return [r for document in self.files.documents(path) for r in resources(document)]

    def _templates(self, folder: str) -> list[Resource]:
        inner = posixpath.join(folder, "templates")
        return [r for path in self.files.below(inner) for r in self._objects(path)]

    def _folders_of(self, deliverer: Resource) -> Iterator[str]:
        if flux.is_kustomization(deliverer):
            folder = flux.source_folder(deliverer, self.files)
            if folder is not None:
                yield folder
            return
        made = (
            [deliverer] if argo.is_application(deliverer) else argo.generated(deliverer, self.files)
        )
        for application in made:
            for source in argo.sources(application):
                if source.path is not None and source.repository in self.local:
                    yield "" if source.path == "." else source.path

    def _plain_files(self, folder: str) -> Iterator[str]:
        if kustomization_file(self.files, folder):
            return
        yield from self.files.below(folder)


def _delivers(resource: Resource) -> bool:
    return (
        argo.is_application(resource)
        or resource.is_a(argo.GROUP, "ApplicationSet")
        or flux.is_kustomization(resource)
    )


def _inherited(by: Delivery | None) -> str | None:
    return by.destination if by else None


def _kustomizations(files: Files) -> dict[str, str]:
    """The folders with a kustomization, and its file."""
    found: dict[str, str] = {}
    for path in files.paths:
        folder, name = posixpath.split(path)
        if name in KUSTOMIZATION_NAMES and not is_archived(path):
            own = kustomization_file(files, folder)
            if own is not None:
                found[folder] = own
    return found


def _repositories(found: Iterable[Resource]) -> dict[tuple[str | None, str], str]:
    """URLs of the HelmRepositories, by namespace and name, and by name alone."""
    urls: dict[tuple[str | None, str], str] = {}
    for resource in found:
        if resource.is_a(flux.SOURCE_GROUP, "HelmRepository", "GitRepository", "OCIRepository"):
            url = text(mapping(resource.get("spec")).get("url"))
            urls[resource.namespace, resource.name] = url
            urls.setdefault((None, resource.name), url)
    return urls
