"""The charts that each kind of object or file installs."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from typing import Any

from mlblint.repo import argo, flux
from mlblint.repo.argo import ApplicationSource
from mlblint.repo.delivery import Delivery
from mlblint.repo.files import Files, join
from mlblint.repo.helm import (
    Home,
    Layer,
    Release,
    file_layer,
    object_layer,
    parameter_layer,
    set_layer,
    text_layer,
    umbrella_releases,
    wanted_version,
)
from mlblint.repo.resources import Resource, get, items, mapping, text
from mlblint.text.documents import Document
from mlblint.text.nodes import Path
from mlblint.text.places import Place

K3S_GROUP = "helm.cattle.io"

_DEFAULTS = "values.yaml"
"""What is called so inside of a chart are its own values."""

_ARCHIVE = re.compile(r"(?P<name>.+?)-v?(?P<version>\d+\.\d+\.\d+[^/]*)\.tgz")


def misplaced_values(installer: Resource) -> Iterator[tuple[Path, Path]]:
    """Fields that people take for the one that holds a chart's values, and that one."""
    if flux.is_helm_release(installer):
        home: Path = ("spec", "values")
        wrong: list[Path] = [("spec", "chart", "values"), ("spec", "chart", "spec", "values")]
    elif argo.is_application(installer):
        at = next((source.at for source in argo.sources(installer) if source.chart), None)
        if at is None:
            return
        home = (*at, "helm", "values")
        wrong = [("spec", "values"), ("spec", "helm", "values"), (*at, "values")]
    else:
        return
    yield from ((path, home) for path in wrong if installer.get(*path))


def value_files_beside(application: Resource, files: Files) -> Iterator[tuple[Path, str, str]]:
    """Files of values beside an Application, which its chart from elsewhere does not see: the
    place of the entry, the entry, and the file. Argo CD looks for it inside of the chart."""
    if not argo.is_application(application):
        return
    folder = posixpath.dirname(application.file)
    for source in argo.sources(application):
        for index, entry in enumerate(map(text, items(source.helm.get("valueFiles")))):
            beside = argo.value_file(entry, folder, {})
            relative = not entry.startswith(("/", "$"))
            if source.chart and relative and beside is not None and files.has(beside):
                yield (*source.at, "helm", "valueFiles", index), entry, beside


def of_application(delivery: Delivery, files: Files, local: frozenset[str]) -> Iterator[Release]:
    application = delivery.resource
    sources = argo.sources(application)
    references = argo.references(sources, local)
    for source in sources:
        folder = _chart_folder(source, files, local)
        if source.chart is None and folder is None:
            continue
        layers, complete = _application_values(application, source, files, references)
        at = application.place(*source.at)
        release = Release(
            name=text(source.helm.get("releaseName")) or application.name,
            namespace=delivery.namespace,
            chart=posixpath.basename(source.chart or ""),
            repository=source.repository,
            version=wanted_version(source.revision),
            place=at / source.named_by,
            subject=application,
            layers=tuple(layers),
            complete=complete,
            home=Home(at / "helm", "valuesObject", "object"),
            by=delivery,
        )
        if source.chart is not None:
            yield release
        elif folder is not None:
            yield from umbrella_releases(files, folder, release.layers, complete, release)


def _chart_folder(source: ApplicationSource, files: Files, local: frozenset[str]) -> str | None:
    if source.folder is None or source.repository not in local:
        return None
    found = files.has(posixpath.join(source.folder, "Chart.yaml"))
    return source.folder if found else None


def _application_values(
    application: Resource,
    source: ApplicationSource,
    files: Files,
    references: Mapping[str, str],
) -> tuple[list[Layer], bool]:
    """Files first, then `values`, which `valuesObject` replaces even if it is empty, then
    parameters (Argo CD reposerver/repository/repository.go@v2.14, `helmTemplate`, and
    pkg/apis/application/v1alpha1/values.go@v2.14, `ValuesYAML`)."""
    layers: list[Layer] = []
    complete = not source.helm.get("fileParameters")
    tolerant = source.helm.get("ignoreMissingValueFiles") is True
    for entry in items(source.helm.get("valueFiles")):
        if source.chart and posixpath.normpath(text(entry)) == _DEFAULTS:
            continue
        path = argo.value_file(text(entry), source.folder, references)
        added = file_layer(files, path)
        layers += added or []
        missing = path is not None and not files.has(path)
        complete = complete and (added is not None or (tolerant and missing))
    if source.helm.get("valuesObject") is not None:
        layers += object_layer(application, *source.at, "helm", "valuesObject")
    else:
        place = application.place(*source.at, "helm", "values")
        added, readable = text_layer(place, source.helm.get("values"))
        layers += added
        complete = complete and readable
    layers += parameter_layer(
        application.place(*source.at, "helm", "parameters"), source.helm.get("parameters")
    )
    return layers, complete


def of_helm_release(release: Release, chart: flux.Chart, files: Files) -> Iterator[Release]:
    """What a HelmRelease installs, from a registry or from a folder of a Git repository, which
    is taken to be this one where it has a chart in that folder."""
    folder = join("", chart.name) if chart.in_git else None
    if folder is not None and files.has(posixpath.join(folder, "Chart.yaml")):
        yield from umbrella_releases(files, folder, release.layers, release.complete, release)
    else:
        yield release


def of_k3s_chart(
    chart: Resource, configs: Iterable[Resource], namespace: str | None
) -> Release | None:
    """A HelmChart with the HelmChartConfig of the same name, whose values come after the
    chart's own; `set` wins over both (k3s-io/helm-controller
    pkg/controllers/chart/chart.go@v0.16)."""
    spec = mapping(chart.get("spec"))
    if not text(spec.get("chart")):
        return None
    name, repository, version = _chart_reference(spec)
    layers, complete = _k3s_values(chart)
    for config in configs:
        inside = config.namespace in (None, chart.namespace) or chart.namespace is None
        if config.name == chart.name and inside:
            added, readable = _k3s_values(config)
            layers += added
            complete = complete and readable
    layers += set_layer(chart.place("spec", "set"), spec.get("set"))
    return Release(
        name=chart.name,
        namespace=text(spec.get("targetNamespace")) or namespace,
        chart=name,
        repository=repository,
        version=version,
        place=chart.place("spec", "chart"),
        subject=chart,
        layers=tuple(layers),
        complete=complete,
        home=Home(chart.place("spec"), "valuesContent", "text"),
    )


def _k3s_values(resource: Resource) -> tuple[list[Layer], bool]:
    """`values` takes precedence over `valuesContent` (k3s-io/helm-controller
    pkg/apis/helm.cattle.io/v1/types.go, `HelmChartSpec`; older ones do not have it)."""
    content = resource.get("spec", "valuesContent")
    layers, complete = text_layer(resource.place("spec", "valuesContent"), content)
    layers += object_layer(resource, "spec", "values")
    return layers, complete and not resource.get("spec", "valuesSecrets")


def _chart_reference(fields: Mapping[str, Any]) -> tuple[str, str, str | None]:
    """Name, repository and version of `chart`, `repo` and `version` fields. A chart may also
    be the URL of an archive, which tells all three."""
    chart = text(fields.get("chart")).rstrip("/")
    folder, name = posixpath.split(chart)
    repository = text(fields.get("repo")) or folder
    archive = _ARCHIVE.fullmatch(name)
    if archive:
        return archive["name"], repository, archive["version"]
    return name, repository, wanted_version(fields.get("version"))


def of_lone_config(config: Resource) -> Release:
    """A HelmChartConfig whose HelmChart is not in the repository: k3s brings Traefik itself."""
    layers, complete = _k3s_values(config)
    return Release(
        name=config.name,
        namespace=config.namespace,
        chart=config.name,
        repository="",
        version=None,
        place=config.place("metadata", "name"),
        subject=config,
        layers=tuple(layers),
        complete=complete,
        home=Home(config.place("spec"), "valuesContent", "text"),
    )


def of_kustomization(
    entry: Mapping[str, Any], place: Place, folder: str, files: Files, namespace: str | None
) -> Release:
    """An entry of `helmCharts`. What `valuesInline` makes of `valuesFile`, or puts in its
    place, is one file; additional files come after it (kustomize
    api/internal/builtins/HelmChartInflationGenerator.go@v0.18, `createNewMergedValuesFile`,
    and api/types/helmchartargs.go@v0.18, `AsHelmArgs`). What the chart makes gets the
    namespace that the kustomizations around it set, if any does."""
    own = _inline(place / "valuesInline", entry.get("valuesInline"))
    merge = text(entry.get("valuesMerge")) if own else ""
    first, complete = _files_layers([entry.get("valuesFile")], folder, files)
    if merge == "replace":
        first, complete = [], True
    more, readable = _files_layers(items(entry.get("additionalValuesFiles")), folder, files)
    merged = [*own, *first] if merge == "merge" else [*first, *own]
    return Release(
        name=text(entry.get("releaseName")) or text(entry.get("name")),
        namespace=namespace or text(entry.get("namespace")) or None,
        chart=posixpath.basename(text(entry.get("name"))),
        repository=text(entry.get("repo")),
        version=wanted_version(entry.get("version")),
        place=place / "name",
        subject=None,
        layers=(*merged, *more),
        complete=complete and readable,
        home=Home(place, "valuesInline", "object"),
    )


def _inline(place: Place, values: object) -> list[Layer]:
    return [Layer("object", place, values)] if isinstance(values, Mapping) and values else []


def _files_layers(names: Iterable[object], folder: str, files: Files) -> tuple[list[Layer], bool]:
    layers: list[Layer] = []
    complete = True
    for name in filter(None, map(text, names)):
        added = file_layer(files, join(folder, name))
        layers += added or []
        complete = complete and added is not None
    return layers, complete


def of_fleet(document: Document, files: Files) -> Release | None:
    """Rancher Fleet's fleet.yaml; what it gives to single clusters is not followed. Its files
    of values win over its values (rancher/fleet internal/bundlereader/loaddirectory.go@v0.11,
    `generateValues`). Without a chart, `repo` is its URL (style.go, `chartPath`)."""
    helm = mapping(get(document.data, "helm"))
    chart = text(helm.get("chart")) or text(helm.get("repo"))
    if not chart:
        return None
    place = Place(document, ("helm",))
    folder = posixpath.dirname(document.source.path)
    name, repository, version = _chart_reference({**helm, "chart": chart})
    own = _inline(place / "values", helm.get("values"))
    more, complete = _files_layers(items(helm.get("valuesFiles")), folder, files)
    targets = items(get(document.data, "targetCustomizations"))
    single = any("helm" in mapping(target) for target in targets)
    namespace = get(document.data, "namespace") or get(document.data, "defaultNamespace")
    return Release(
        name=text(helm.get("releaseName")) or posixpath.basename(folder),
        namespace=text(namespace) or None,
        chart=name,
        repository=repository,
        version=version,
        place=place / "chart",
        subject=None,
        layers=(*own, *more),
        complete=complete and not single and not helm.get("valuesFrom"),
        home=Home(place, "values", "object"),
    )


def delivered_by(release: Release, delivery: Delivery | None) -> Release:
    return replace(release, by=delivery)
