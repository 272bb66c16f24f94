"""Following what applies what, from one beginning to everything that it reaches."""

from __future__ import annotations

import posixpath
from collections.abc import Iterable
from dataclasses import replace

from mlblint.repo import argo, elsewhere, fleet, flux, releases
from mlblint.repo.argo import ApplicationSource
from mlblint.repo.delivery import Delivered, Delivery
from mlblint.repo.files import Files, join
from mlblint.repo.helm import Release, umbrella_releases
from mlblint.repo.index import Index, kustomization_file
from mlblint.repo.kustomization import NOT_BUILT
from mlblint.repo.kustomize import Builder, Built, Kustomization
from mlblint.repo.referents import Names, NotingReferents
from mlblint.repo.resources import Resource, WrittenAt, is_opaque, mapping, resources, text
from mlblint.repo.roots import Gap, Remote, Root, Start
from mlblint.repo.words import VARIABLE


class Repository:
    """What all chains lead through; each thing is worked out once."""

    def __init__(self, index: Index) -> None:
        self.index = index
        self.files: Files = index.files
        self.builder = Builder(index.files)
        self.names = Names(index.files)
        self._objects: dict[str, list[Resource]] = {}
        self._generated: dict[int, tuple[Resource, list[Resource]]] = {}
        self._flux_builds: dict[tuple[WrittenAt, str, str], tuple[Built, tuple[str, ...]]] = {}
        self._filled: dict[tuple[object, ...], tuple[Built, Built]] = {}
        applications = [r for r in index.resources if argo.is_application(r)]
        for application_set in filter(is_application_set, index.resources):
            applications += self.generated(application_set)
        self.local = argo.local_repositories(applications, index.files)

    def objects(self, path: str) -> list[Resource]:
        if path not in self._objects:
            found = [r for document in self.files.documents(path) for r in resources(document)]
            self._objects[path] = found
        return self._objects[path]

    def generated(self, application_set: Resource) -> list[Resource]:
        """An object that no kustomization changed shares its data with its document."""
        known = self._generated.get(id(application_set.data))
        if known is None:
            made = list(argo.generated(application_set, self.files))
            # The object is kept, so that its data keeps its identity.
            known = self._generated[id(application_set.data)] = (application_set, made)
        return known[1]

    def built_by_flux(self, resource: Resource, folder: str) -> tuple[Built, tuple[str, ...]]:
        """What a Flux Kustomization makes of a folder and, without a kustomization there, what
        Flux puts into the one that it writes."""
        spec = mapping(resource.get("spec"))
        asked = repr([value for key, value in sorted(spec.items()) if key not in NOT_BUILT])
        known = (resource.written_at, folder, asked)
        if known not in self._flux_builds:
            extra = Kustomization.of_flux(resource)
            if kustomization_file(self.files, folder):
                self._flux_builds[known] = (self.builder.build(folder, extra), ())
            else:
                entries = tuple(flux.generated_entries(self.files, folder))
                relative = [posixpath.relpath(entry, folder or ".") for entry in entries]
                built = self.builder.build_entries(folder, relative, extra)
                self._flux_builds[known] = (built, entries)
        return self._flux_builds[known]

    def filled_in(self, built: Built, given: flux.Substitution) -> Built:
        """What Flux makes of a build in the end. A folder is met more than once, mostly with the
        same variables."""
        known = (id(built), given.complete, tuple(given.variables.items()))
        if known not in self._filled:
            filled = (
                replace(one, data=flux.substituted(one.data, given)) if _has_variables(one) else one
                for one in built.resources
            )
            # The build is kept, so that it keeps its identity.
            self._filled[known] = built, replace(built, resources=tuple(filled))
        return self._filled[known][1]

    def is_chart(self, folder: str) -> bool:
        return self.files.has(posixpath.join(folder, "Chart.yaml"))

    def templates(self, folder: str) -> list[Resource]:
        inner = posixpath.join(folder, "templates")
        return [resource for path in self.files.below(inner) for resource in self.objects(path)]


def is_application_set(resource: Resource) -> bool:
    return resource.is_a(argo.GROUP, "ApplicationSet")


MAX_CHAIN = 50
"""Applications that deliver one another; three is much."""
TOO_LONG = f"it is the end of a chain of {MAX_CHAIN} deliveries"


class Follower:
    """`within` are the files in which objects are looked for that others refer to by name:
    those of one cluster; None for all."""

    def __init__(self, repository: Repository, within: frozenset[str] | None = None) -> None:
        self._repository = repository
        self._files = repository.files
        self._referents = NotingReferents(repository.files, repository.names, within)
        self._k3s = [
            resource
            for resource in repository.index.resources
            if resource.is_a(releases.K3S_GROUP, "HelmChart", "HelmChartConfig")
            and (within is None or resource.file in within)
        ]
        self._followed: set[tuple[WrittenAt, str, str | None, str | None]] = set()

    def follow(self, start: Start) -> Root:
        root = Root(start, start.path)
        self._referents.noted = root.lookups
        self._followed = set()
        if start.kind == "kustomization":
            self._add_build(self._repository.builder.build(start.path), None, root)
        elif start.kind == "file":
            self._expand(self._repository.objects(start.path), None, root)
        elif start.kind == "object" and start.resource is not None:
            self._expand([start.resource], None, root)
        elif start.kind == "fleet":
            self._follow_fleet(root)
        else:
            root.files.update(self._repository.files.below(start.path))
            root.releases += umbrella_releases(self._files, start.path, (), True, None)
            self._expand(self._repository.templates(start.path), None, root)
        _drop_doubles(root)
        root.files.update(path for path in root.lookups if path is not None)
        root.files |= {
            layer.place.document.source.path
            for release in root.releases
            for layer in release.layers
        }
        return root

    def _expand(self, objects: Iterable[Resource], by: Delivery | None, root: Root) -> None:
        for resource in objects:
            key = resource.written_at
            chain = list(by.chain()) if by is not None else []
            if any(above.resource.written_at == key for above in chain):
                continue
            root.files.add(resource.file)
            namespace = resource.namespace or (by.namespace if by else None)
            root.delivered.append(Delivered(resource, by, namespace))
            delivers = (key, resource.name, namespace, _inherited(by))
            if len(chain) >= MAX_CHAIN:
                root.gaps.append(Gap(resource.place("kind"), TOO_LONG, by))
            elif delivers not in self._followed and _may_deliver(resource):
                self._followed.add(delivers)
                self._follow(resource, namespace, by, root)

    def _follow(
        self, resource: Resource, namespace: str | None, by: Delivery | None, root: Root
    ) -> None:
        if argo.is_application(resource):
            self._follow_application(resource, by, root)
        elif is_application_set(resource):
            self._follow_application_set(resource, namespace, by, root)
        elif flux.is_kustomization(resource):
            self._follow_flux(resource, by, root)
        elif flux.is_helm_release(resource):
            self._follow_helm_release(resource, namespace, by, root)
        elif resource.is_a(releases.K3S_GROUP, "HelmChart", "HelmChartConfig"):
            self._follow_k3s(resource, namespace, by, root)

    # -- Argo CD ------------------------------------------------------------------------

    def _follow_application_set(
        self, resource: Resource, namespace: str | None, by: Delivery | None, root: Root
    ) -> None:
        made_by = Delivery("argo", resource, by, None, _inherited(by))
        root.deliveries.append(made_by)
        made = self._repository.generated(resource)
        if any(is_opaque(application.name) for application in made):
            place = resource.place("spec", "generators")
            reason = "what the generators yield is decided elsewhere"
            root.gaps.append(Gap(place, reason, made_by))
        for application in made:
            root.delivered.append(Delivered(application, made_by, namespace))
            self._follow_application(application, made_by, root)

    def _follow_application(self, application: Resource, by: Delivery | None, root: Root) -> None:
        delivery = Delivery(
            "argo",
            application,
            by,
            argo.destination_namespace(application),
            argo.destination(application) or _inherited(by),
        )
        root.deliveries.append(delivery)
        root.releases += releases.of_application(delivery, self._files, self._repository.local)
        for source in argo.sources(application):
            self._follow_source(source, delivery, root)

    def _follow_source(self, source: ApplicationSource, delivery: Delivery, root: Root) -> None:
        application, folder = delivery.resource, source.folder
        if folder is None:
            return
        taken = elsewhere.of_argo(source, delivery)
        if taken is not None:
            root.remotes.append(taken)
            return
        place = application.place(*source.at, "path")
        reason = self._why_not_here(source, folder)
        if reason is not None:
            root.gaps.append(Gap(place, reason, delivery))
        elif self._repository.is_chart(folder) and source.tool in (None, "helm"):
            root.entered.add(folder)
            root.files.update(self._repository.files.below(folder))
            self._expand(self._repository.templates(folder), delivery, root)
        elif kustomization_file(self._files, folder) and source.tool in (None, "kustomize"):
            root.entered.add(folder)
            at = application.place(*source.at, "kustomize")
            extra = Kustomization.of_application(source.kustomize, at)
            built = self._repository.builder.build(folder, extra if source.kustomize else None)
            self._add_build(built, delivery, root)
        else:
            paths = argo.folder_files(self._files, folder, source.directory)
            root.entered.update((folder, *paths))
            for path in paths:
                self._expand(self._repository.objects(path), delivery, root)

    def _why_not_here(self, source: ApplicationSource, folder: str) -> str | None:
        if is_opaque(folder):
            return f"`{source.path}` is filled in elsewhere"
        if source.repository not in self._repository.local:
            known = "filled in elsewhere" if is_opaque(source.repository) else "another repository"
            return f"`{source.repository}` is {known}"
        return None if self._files.has_folder(folder) else f"there is no folder `{folder}` here"

    # -- Flux ---------------------------------------------------------------------------

    def _follow_flux(self, resource: Resource, by: Delivery | None, root: Root) -> None:
        target = text(resource.get("spec", "targetNamespace")) or None
        delivery = Delivery("flux", resource, by, target, _flux_destination(resource, by))
        root.deliveries.append(delivery)
        taken = elsewhere.of_flux(resource, delivery, self._referents)
        if taken is not None:
            root.remotes.append(taken)
            return
        folder = flux.source_folder(resource, self._files)
        if folder is None:
            path = text(resource.get("spec", "path")) or "."
            reason = "is filled in elsewhere" if is_opaque(path) else "is not in this repository"
            root.gaps.append(Gap(resource.place("spec", "path"), f"`{path}` {reason}", delivery))
            return
        root.entered.add(folder)
        built, entries = self._repository.built_by_flux(resource, folder)
        root.entered.update(entries)
        given = flux.substitution(resource, self._referents)
        if given is not None:
            built = self._repository.filled_in(built, given)
        self._add_build(built, delivery, root)

    def _follow_helm_release(
        self, resource: Resource, namespace: str | None, by: Delivery | None, root: Root
    ) -> None:
        destination = _flux_destination(resource, by)
        found = flux.helm_release(resource, namespace, self._referents)
        if found is None:
            delivery = Delivery("flux", resource, by, namespace, destination)
            root.deliveries.append(delivery)
            reason = "the chart is not in the repository, nor is what names it"
            root.gaps.append(Gap(resource.place("spec"), reason, delivery))
            return
        installed, chart = found
        delivery = Delivery("flux", resource, by, installed.namespace, destination)
        root.deliveries.append(delivery)
        root.releases += [
            releases.delivered_by(one, delivery)
            for one in releases.of_helm_release(installed, chart, self._files)
        ]
        folder = join("", chart.name) if chart.in_git else None
        if folder and self._repository.is_chart(folder):
            root.entered.add(folder)
            root.files.update(self._repository.files.below(folder))
            self._expand(self._repository.templates(folder), delivery, root)

    # -- k3s and Fleet ------------------------------------------------------------------

    def _follow_k3s(
        self, resource: Resource, namespace: str | None, by: Delivery | None, root: Root
    ) -> None:
        delivery = Delivery("k3s", resource, by, namespace, _inherited(by))
        root.deliveries.append(delivery)
        others = [
            one
            for one in self._k3s
            if one.name == resource.name
            and one.kind != resource.kind
            and (one.namespace == namespace or None in (one.namespace, namespace))
        ]
        root.lookups.update(one.file for one in others)
        installed: Release | None = None
        if resource.kind == "HelmChart":
            installed = releases.of_k3s_chart(resource, others, namespace)
        elif not others:
            installed = releases.of_lone_config(resource)
        if installed is not None:
            root.releases.append(releases.delivered_by(installed, delivery))

    def _follow_fleet(self, root: Root) -> None:
        for part in fleet.parts(root.path, self._files, self._repository.objects):
            delivery = part.delivery
            root.deliveries.append(delivery)
            root.entered |= part.files
            root.files |= part.files
            root.releases += part.releases
            root.gaps += [Gap(place, reason, delivery) for place, reason in part.gaps]
            if part.chart:
                self._expand(self._repository.templates(part.chart), delivery, root)
            if part.kustomization is not None:
                built = self._repository.builder.build(part.kustomization)
                self._add_build(part.moved(built), delivery, root)
            self._expand(part.objects, delivery, root)

    def _add_build(self, built: Built, by: Delivery | None, root: Root) -> None:
        root.files |= built.used
        # A replacement may put a text in the place of a whole object.
        objects = [one for one in built.resources if isinstance(one.data, dict)]
        self._expand(objects, by, root)
        for chart in built.helm_charts:
            release = releases.of_kustomization(
                chart.data, chart.place, chart.folder, self._files, chart.namespace
            )
            namespace = release.namespace or (by.namespace if by else None)
            root.releases.append(replace(release, by=by, namespace=namespace))
        root.remotes += [
            Remote(remote.url, remote.place, remote.namespace, by) for remote in built.remotes
        ]
        faults = (fault for fault in built.faults if fault.kind != "outside-root")
        root.gaps += [
            Gap(fault.place, fault.message, by, fault.kind in ("missing", "no-kustomization"))
            for fault in faults
        ]
        root.gaps += [Gap(opaque.place, opaque.reason, by) for opaque in built.opaque]


def _has_variables(resource: Resource) -> bool:
    """Whether anything may be filled in: most files have nothing."""
    places = (resource.base, *resource.origins.values())
    documents = {id(place.document): place.document for place in places}
    found = any(document.contains(VARIABLE) for document in documents.values())
    return found and not flux.is_disabled(resource)


def _may_deliver(resource: Resource) -> bool:
    return resource.group in (
        argo.GROUP,
        flux.KUSTOMIZE_GROUP,
        flux.HELM_GROUP,
        releases.K3S_GROUP,
    )


def _inherited(by: Delivery | None) -> str | None:
    return by.destination if by else None


def _flux_destination(resource: Resource, by: Delivery | None) -> str | None:
    """Flux may apply to another cluster, of which it has the credentials in a Secret."""
    return text(resource.get("spec", "kubeConfig", "secretRef", "name")) or _inherited(by)


def _drop_doubles(root: Root) -> None:
    """What leads to itself is met a second time, and then it is known who applies it."""
    applied = {_identity(one) for one in root.delivered if one.by is not None}
    root.delivered = [
        one for one in root.delivered if one.by is not None or _identity(one) not in applied
    ]


def _identity(one: Delivered) -> tuple[WrittenAt, str, str, str | None]:
    return one.resource.written_at, one.resource.kind, one.resource.name, one.namespace
