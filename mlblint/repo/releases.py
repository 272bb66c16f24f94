"""The charts that each kind of object or file installs."""

from __future__ import annotations

import posixpath
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from typing import Any

from mlblint.repo import argo
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
    version_text,
)
from mlblint.repo.resources import Resource, get, items, mapping, text
from mlblint.text.documents import Document
from mlblint.text.places import Place

K3S_GROUP = "helm.cattle.io"


def of_application(delivery: Delivery, files: Files, local: frozenset[str]) -> Iterator[Release]:
    application = delivery.resource
    all_sources = argo.sources(application)
    references = {s.ref: "" for s in all_sources if s.ref and s.repository in local | {""}}
    # A source that is only referred to has no path that could tell whether it is this
    # repository; with a single candidate in sight it is taken to be.
    references |= {
        s.ref: "" for s in all_sources if s.ref and s.ref not in references and not local
    }
    for source in all_sources:
        folder = "" if source.path == "." else source.path
        is_local_chart = folder is not None and files.has(posixpath.join(folder, "Chart.yaml"))
        if not source.chart and not is_local_chart:
            continue
        layers, complete = _application_values(application, source, files, references)
        at = application.place(*source.at)
        release = Release(
            name=text(source.helm.get("releaseName")) or application.name,
            namespace=delivery.namespace,
            chart=posixpath.basename(source.chart or ""),
            repository=source.repository,
            version=version_text(source.revision) or "*",
            place=at / ("chart" if source.chart else "path"),
            subject=application,
            layers=tuple(layers),
            complete=complete,
            home=Home(at / "helm", "valuesObject", "object"),
            by=delivery,
        )
        if source.chart:
            yield release
        elif folder is not None:
            yield from umbrella_releases(files, folder, release.layers, complete, release)


def _application_values(
    application: Resource,
    source: ApplicationSource,
    files: Files,
    references: Mapping[str, str],
) -> tuple[list[Layer], bool]:
    """Files first, then `values`, which `valuesObject` replaces, then parameters (Argo CD
    reposerver/repository/repository.go@v2.14, `helmTemplate`)."""
    layers: list[Layer] = []
    complete = True
    tolerant = source.helm.get("ignoreMissingValueFiles") is True
    for entry in items(source.helm.get("valueFiles")):
        folder = "" if source.path in (None, ".") else str(source.path)
        path = argo.value_file(text(entry), folder, references)
        added = file_layer(files, path)
        layers += added or []
        complete = complete and (added is not None or (tolerant and path is not None))
    if source.helm.get("valuesObject"):
        layers += object_layer(application, *source.at, "helm", "valuesObject")
    elif source.helm.get("values"):
        added, readable = text_layer(application.place(*source.at, "helm", "values"))
        layers += added
        complete = complete and readable
    layers += parameter_layer(
        application.place(*source.at, "helm", "parameters"), source.helm.get("parameters")
    )
    return layers, complete and not source.helm.get("fileParameters")


def of_k3s_chart(
    chart: Resource, configs: Iterable[Resource], namespace: str | None
) -> Release | None:
    """A HelmChart with the HelmChartConfig of the same name (k3s helm-controller
    pkg/controllers/chart/chart.go@v0.16: the config's values come after the chart's own)."""
    spec = mapping(chart.get("spec"))
    name = text(spec.get("chart"))
    if not name:
        return None
    layers, complete = text_layer(chart.place("spec", "valuesContent"))
    for config in configs:
        if (config.name, config.namespace) == (chart.name, chart.namespace):
            added, readable = text_layer(config.place("spec", "valuesContent"))
            layers += added
            complete = complete and readable
    layers += set_layer(chart.place("spec", "set"), spec.get("set"))
    return Release(
        name=chart.name,
        namespace=text(spec.get("targetNamespace")) or namespace,
        chart=posixpath.basename(name),
        repository=text(spec.get("repo")) or posixpath.dirname(name),
        version=version_text(spec.get("version")) or "*",
        place=chart.place("spec", "chart"),
        subject=chart,
        layers=tuple(layers),
        complete=complete,
        home=Home(chart.place("spec"), "valuesContent", "text"),
    )


def of_lone_config(config: Resource) -> Release:
    """A HelmChartConfig whose HelmChart is not in the repository: k3s brings Traefik itself."""
    layers, complete = text_layer(config.place("spec", "valuesContent"))
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
    """An entry of `helmCharts`. `valuesInline` wins over the files unless it is told
    otherwise (kustomize api/types/helmchartargs.go@v0.18, `valuesMerge`)."""
    layers: list[Layer] = []
    complete = True
    names = [text(entry.get("valuesFile")), *map(text, items(entry.get("additionalValuesFiles")))]
    for name in filter(None, names):
        added = file_layer(files, join(folder, name))
        layers += added or []
        complete = complete and added is not None
    inline = entry.get("valuesInline")
    if isinstance(inline, Mapping) and inline:
        own = Layer("object", place / "valuesInline", inline)
        layers = [own, *layers] if entry.get("valuesMerge") == "merge" else [*layers, own]
    return Release(
        name=text(entry.get("releaseName")) or text(entry.get("name")),
        namespace=text(entry.get("namespace")) or namespace,
        chart=posixpath.basename(text(entry.get("name"))),
        repository=text(entry.get("repo")),
        version=version_text(entry.get("version")) or "*",
        place=place / "name",
        subject=None,
        layers=tuple(layers),
        complete=complete,
        home=Home(place, "valuesInline", "object"),
    )


def of_fleet(document: Document, files: Files) -> Release | None:
    """Rancher Fleet's fleet.yaml; what it gives to single clusters is not followed."""
    helm = mapping(get(document.data, "helm"))
    chart = text(helm.get("chart"))
    if not chart:
        return None
    place = Place(document, ("helm",))
    folder = posixpath.dirname(document.source.path)
    layers: list[Layer] = []
    complete = not helm.get("valuesFrom") and not get(document.data, "targetCustomizations")
    for name in items(helm.get("valuesFiles")):
        added = file_layer(files, join(folder, text(name)))
        layers += added or []
        complete = complete and added is not None
    if isinstance(helm.get("values"), Mapping) and helm["values"]:
        layers.append(Layer("object", place / "values", helm["values"]))
    namespace = text(get(document.data, "namespace")) or text(
        get(document.data, "defaultNamespace")
    )
    return Release(
        name=text(helm.get("releaseName")) or posixpath.basename(folder),
        namespace=namespace or None,
        chart=posixpath.basename(chart),
        repository=text(helm.get("repo")) or posixpath.dirname(chart),
        version=version_text(helm.get("version")) or "*",
        place=place / "chart",
        subject=None,
        layers=tuple(layers),
        complete=complete,
        home=Home(place, "values", "object"),
    )


def delivered_by(release: Release, delivery: Delivery | None) -> Release:
    return replace(release, by=delivery)
