"""Flux: Kustomizations, HelmReleases, and the variables that they fill in."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from mlblint.repo.files import Files, join
from mlblint.repo.helm import Home, Layer, Release, object_layer, text_layer, version_text
from mlblint.repo.index import kustomization_file
from mlblint.repo.resources import Resource, items, mapping, text
from mlblint.text.scalars import resolve_plain

KUSTOMIZE_GROUP = "kustomize.toolkit.fluxcd.io"
HELM_GROUP = "helm.toolkit.fluxcd.io"
SOURCE_GROUP = "source.toolkit.fluxcd.io"

_VARIABLE = re.compile(r"\$\{([A-Za-z_][A-Za-z0-9_]*)(?:(:?[-=])([^${}]*))?\}")


def is_kustomization(resource: Resource) -> bool:
    return resource.is_a(KUSTOMIZE_GROUP, "Kustomization")


def is_helm_release(resource: Resource) -> bool:
    return resource.is_a(HELM_GROUP, "HelmRelease")


def source_folder(kustomization: Resource, files: Files) -> str | None:
    """The folder of this repository that a Kustomization applies, if it is one of this
    repository. Where the source is an OCI artifact or another repository, its path usually
    does not exist here."""
    path = text(kustomization.get("spec", "path")) or "."
    folder = join("", path.lstrip("/"))
    if folder is None or not files.has_folder(folder):
        return None
    kind = text(kustomization.get("spec", "sourceRef", "kind"))
    if folder == "" and kind != "GitRepository":
        return None
    return folder


def generated_entries(files: Files, folder: str) -> Iterator[str]:
    """What Flux puts into the kustomization that it writes for a folder without one: every
    manifest below, but of a folder with a kustomization only that folder (fluxcd/pkg
    kustomize/kustomize_generator.go@v1.3, `generateKustomization`)."""
    yield from files.in_folder(folder)
    for inner in files.subfolders(folder):
        if kustomization_file(files, inner):
            yield inner
        else:
            yield from generated_entries(files, inner)


@dataclass(frozen=True)
class Substitution:
    """`variables` are those that can be read here; with `complete` there are no others."""

    variables: Mapping[str, str]
    complete: bool


def substitution(
    kustomization: Resource, config_maps: Mapping[str, Resource]
) -> Substitution | None:
    """What `postBuild` fills in; None where nothing is filled in. Later sources win, and
    inline values win over all (kustomize-controller
    internal/controller/kustomization_varsub.go@v1.4)."""
    post_build = mapping(kustomization.get("spec", "postBuild"))
    if not post_build:
        return None
    variables: dict[str, str] = {}
    complete = True
    for source in items(post_build.get("substituteFrom")):
        reference = mapping(source)
        found = config_maps.get(text(reference.get("name")))
        if reference.get("kind") == "ConfigMap" and found is not None:
            variables.update({key: str(value) for key, value in mapping(found.get("data")).items()})
        else:
            complete = False
    inline = mapping(post_build.get("substitute"))
    variables.update({key: _variable_text(value) for key, value in inline.items()})
    return Substitution(variables, complete)


def _variable_text(value: object) -> str:
    return str(value).lower() if isinstance(value, bool) else "" if value is None else str(value)


def substituted(value: Any, given: Substitution) -> Any:
    """The value with every variable filled in that is known. One that is not known, and
    could be, stays as it is written, which makes the whole scalar opaque."""
    if isinstance(value, Mapping):
        return {key: substituted(inner, given) for key, inner in value.items()}
    if isinstance(value, list):
        return [substituted(item, given) for item in value]
    if not isinstance(value, str) or "${" not in value:
        return value
    filled = _VARIABLE.sub(lambda match: _variable(match, given), value)
    # What was one variable and nothing else is read again as YAML, without its quotes.
    return resolve_plain(filled) if _VARIABLE.fullmatch(value) else filled


def _variable(match: re.Match[str], given: Substitution) -> str:
    name, operator, default = match[1], match[2], match[3]
    if name in given.variables:
        known = given.variables[name]
        return default if operator and operator[0] == ":" and not known else known
    if not given.complete:
        return match[0]
    return default if operator else ""


def is_disabled(resource: Resource) -> bool:
    """`kustomize.toolkit.fluxcd.io/substitute: disabled` on an object."""
    marks = (resource.annotations, resource.labels)
    return any(mark.get(f"{KUSTOMIZE_GROUP}/substitute") == "disabled" for mark in marks)


def depends_on(resource: Resource) -> list[tuple[str | None, str]]:
    """Namespace and name of each object in `dependsOn`."""
    return [
        (text(mapping(entry).get("namespace")) or None, text(mapping(entry).get("name")))
        for entry in items(resource.get("spec", "dependsOn"))
    ]


def release(
    resource: Resource,
    namespace: str | None,
    repositories: Mapping[tuple[str | None, str], str],
    config_maps: Mapping[str, Resource],
) -> Release | None:
    """What a HelmRelease installs. `repositories` has the URLs of the HelmRepositories."""
    chart = mapping(resource.get("spec", "chart", "spec"))
    name = text(chart.get("chart"))
    if not name:
        return None
    source = mapping(chart.get("sourceRef"))
    owner = text(source.get("namespace")) or namespace
    url = repositories.get((owner, text(source.get("name")))) or repositories.get(
        (None, text(source.get("name"))), ""
    )
    layers, complete = _values_from(resource, config_maps)
    layers += object_layer(resource, "spec", "values")
    return Release(
        name=text(resource.get("spec", "releaseName")) or resource.name,
        namespace=text(resource.get("spec", "targetNamespace")) or namespace,
        chart=posixpath.basename(name),
        repository=url if not name.startswith(".") else "",
        version=version_text(chart.get("version")) or "*",
        place=resource.place("spec", "chart", "spec", "chart"),
        subject=resource,
        layers=tuple(layers),
        complete=complete,
        home=Home(resource.place("spec"), "values", "object"),
    )


def _values_from(
    resource: Resource, config_maps: Mapping[str, Resource]
) -> tuple[list[Layer], bool]:
    layers: list[Layer] = []
    complete = True
    for entry in items(resource.get("spec", "valuesFrom")):
        reference = mapping(entry)
        found = config_maps.get(text(reference.get("name")))
        key = text(reference.get("valuesKey")) or "values.yaml"
        if found is None or reference.get("kind") != "ConfigMap" or reference.get("targetPath"):
            complete = False
            continue
        added, readable = text_layer(found.place("data", key))
        layers += added
        complete = complete and readable
    return layers, complete
