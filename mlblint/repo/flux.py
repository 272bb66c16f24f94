"""Flux: Kustomizations, HelmReleases, and the variables that they fill in."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Callable, Iterator, Mapping
from typing import Any, NamedTuple

from mlblint.records import dataclass
from mlblint.repo.files import Files, join
from mlblint.repo.helm import (
    Home,
    Layer,
    Release,
    object_layer,
    pairs_layer,
    parts_layer,
    text_layer,
    typed,
    version_text,
    wanted_version,
)
from mlblint.repo.index import kustomization_file
from mlblint.repo.referents import ConfigMap, Referents
from mlblint.repo.resources import NOT_FILLED_IN, Resource, items, mapping, text
from mlblint.text import scalars
from mlblint.text.parser import YamlError, parse
from mlblint.text.places import Place

KUSTOMIZE_GROUP = "kustomize.toolkit.fluxcd.io"
HELM_GROUP = "helm.toolkit.fluxcd.io"
SOURCE_GROUP = "source.toolkit.fluxcd.io"

# All of these give the default where the variable is empty or unset; with bash, some would not
# (fluxcd/pkg envsubst/template.go@envsubst/v1.4, `lookupFunc`). `$${x}` is an escape.
_VARIABLE = re.compile(r"(?<!\$)\$\{([A-Za-z_][A-Za-z0-9_]*)(?:(?::?[-=])([^${}]*))?\}")
# What YAML writes in quotes or as a block, and so stays a string whatever is filled in.
_QUOTED = re.compile(r"\n|: |:$| #|^[,\[\]{}#&*!|>'\"%@`]|^[-?:] |^\s|\s$")

# What can be nothing but one plain scalar: most of what is filled in, and read without a parser,
# which takes thirty times as long.
_PLAIN = re.compile(r"[A-Za-z0-9/][A-Za-z0-9_./-]*(?::[A-Za-z0-9_./-]+)*")

FindConfigMap = Callable[[str], ConfigMap | None]


def is_kustomization(resource: Resource) -> bool:
    return resource.is_a(KUSTOMIZE_GROUP, "Kustomization")


def is_helm_release(resource: Resource) -> bool:
    return resource.is_a(HELM_GROUP, "HelmRelease")


def source_folder(kustomization: Resource, files: Files) -> str | None:
    """The folder of this repository that a Kustomization applies, if it is one of this
    repository. Where the source is an OCI artifact or another repository, its path usually
    does not exist here; a path that exists everywhere counts only for the source that
    `flux bootstrap` makes."""
    path = text(kustomization.get("spec", "path")) or "."
    folder = join("", path.lstrip("/") or ".")
    if folder is None or not files.has_folder(folder):
        return None
    source = mapping(kustomization.get("spec", "sourceRef"))
    if folder == "" and (source.get("kind"), source.get("name")) != (
        "GitRepository",
        "flux-system",
    ):
        return None
    return folder


def generated_entries(files: Files, folder: str) -> Iterator[str]:
    """What Flux puts into the kustomization that it writes for a folder without one: every
    manifest below, but of a folder with a kustomization only that folder (fluxcd/pkg
    kustomize/kustomize_generator.go@kustomize/v1.3, `generateKustomization`)."""
    yield from (path for path in files.in_folder(folder) if path.endswith((".yaml", ".yml")))
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


def substitution(kustomization: Resource, referents: Referents) -> Substitution | None:
    """What `postBuild` fills in; None where nothing is filled in, not even defaults: without
    any variable Flux leaves the text alone. Later sources win, and inline values win over all
    (fluxcd/pkg kustomize/kustomize_varsub.go@kustomize/v1.3, `SubstituteVariables`)."""
    post_build = mapping(kustomization.get("spec", "postBuild"))
    find = _finder(referents, kustomization.namespace, kustomization)
    variables: dict[str, str] = {}
    complete = True
    for source in map(mapping, items(post_build.get("substituteFrom"))):
        found = find(text(source.get("name"))) if source.get("kind") == "ConfigMap" else None
        if found is None:
            complete = False
            continue
        variables.update({key: _variable_text(value) for key, value in found.data.items()})
        complete = complete and found.complete and not found.files
    inline = mapping(post_build.get("substitute"))
    variables.update({key: _variable_text(value) for key, value in inline.items()})
    return Substitution(variables, complete) if variables or not complete else None


def _finder(referents: Referents, namespace: str | None, asker: Resource) -> FindConfigMap:
    return lambda name: referents.config_map(name, namespace, asker)


def _variable_text(value: object) -> str:
    if isinstance(value, bool):
        return str(value).lower()
    return "" if value is None else str(value).replace("\n", "")


def substituted(value: Any, given: Substitution) -> Any:
    """The value with every variable filled in that is known. One that is not known, and
    could be, stays as it is written, which makes the whole scalar opaque."""
    if isinstance(value, str):
        return _scalar(value, given) if "${" in value else value
    if isinstance(value, list):
        return [substituted(item, given) for item in value]
    if not isinstance(value, dict):
        return value
    whole: dict[str, Any] = {}
    for key, inner in value.items():
        # Nearly everything is a text without a variable: no calls for that.
        if not isinstance(inner, str) or "${" in inner:
            inner = substituted(inner, given)
        whole[_filled(key, given) if "${" in key else key] = inner
    return whole


def _scalar(value: str, given: Substitution) -> object:
    filled = _filled(value, given)
    return filled if filled == value or _QUOTED.search(value) else _read_again(filled)


def _filled(value: str, given: Substitution) -> str:
    return _VARIABLE.sub(lambda match: _variable(match, given), value)


def _variable(match: re.Match[str], given: Substitution) -> str:
    name, default = match[1], match[2] or ""
    if name not in given.variables and not given.complete:
        return match[0]
    return given.variables.get(name) or default


def _read_again(filled: str) -> object:
    """Flux fills in the text of the YAML, quotes gone, and then reads it: a number becomes a
    number, nothing becomes null, `[a, b]` a list."""
    if _PLAIN.fullmatch(filled):
        return scalars.resolve_plain(filled)
    try:
        documents = parse(filled)
        return scalars.data(documents[0].root) if len(documents) == 1 else filled or None
    except YamlError:
        return filled


def is_disabled(resource: Resource) -> bool:
    """`kustomize.toolkit.fluxcd.io/substitute: disabled` on an object."""
    marks = (resource.annotations, resource.labels)
    return any(mark.get(NOT_FILLED_IN) == "disabled" for mark in marks)


def depends_on(resource: Resource) -> list[tuple[str | None, str]]:
    """Namespace and name of each object in `dependsOn`."""
    return [
        (text(mapping(entry).get("namespace")) or None, text(mapping(entry).get("name")))
        for entry in items(resource.get("spec", "dependsOn"))
    ]


class Chart(NamedTuple):
    """A chart as a HelmRelease names it. In a Git repository `name` is the chart's folder."""

    name: str
    repository: str
    version: str | None
    place: Place
    in_git: bool = False


def helm_release(
    resource: Resource, namespace: str | None, referents: Referents
) -> tuple[Release, Chart] | None:
    """What a HelmRelease installs, if its chart can be told from the repository."""
    chart = chart_of(resource, namespace, referents)
    if chart is None:
        return None
    return _release(resource, namespace, chart, _finder(referents, namespace, resource)), chart


def chart_of(resource: Resource, namespace: str | None, referents: Referents) -> Chart | None:
    """The chart that `chart` describes, or that `chartRef` refers to."""
    if resource.get("spec", "chart", "spec"):
        spec = mapping(resource.get("spec", "chart", "spec"))
        place = resource.place("spec", "chart", "spec", "chart")
        return _described(spec, place, resource, namespace, referents)
    reference = mapping(resource.get("spec", "chartRef"))
    kind, name = text(reference.get("kind")), text(reference.get("name"))
    owner = text(reference.get("namespace")) or namespace
    source = referents.source(kind, name, owner, resource) if name else None
    if source is None:
        return None
    place = resource.place("spec", "chartRef", "name")
    if kind == "HelmChart":
        spec = mapping(source.get("spec"))
        return _described(spec, place, source, source.namespace or owner, referents)
    url = text(source.get("spec", "url"))
    ref = mapping(source.get("spec", "ref"))
    # A digest wins over both, but whoever pins one writes the tag that it had beside it.
    version = version_text(ref.get("semver")) or version_text(ref.get("tag"))
    return Chart(posixpath.basename(url), posixpath.dirname(url), version, place)


def _described(
    spec: Mapping[str, Any],
    place: Place,
    asker: Resource,
    namespace: str | None,
    referents: Referents,
) -> Chart | None:
    name = text(spec.get("chart"))
    source = mapping(spec.get("sourceRef"))
    kind = text(source.get("kind")) or "HelmRepository"
    owner = text(source.get("namespace")) or namespace
    found = referents.source(kind, text(source.get("name")), owner, asker)
    url = text(found.get("spec", "url")) if found is not None else ""
    if not name:
        return None
    return Chart(name, url, wanted_version(spec.get("version")), place, kind != "HelmRepository")


def _release(
    resource: Resource, namespace: str | None, chart: Chart, find: FindConfigMap
) -> Release:
    target = text(resource.get("spec", "targetNamespace"))
    # helm-controller api/v2/helmrelease_types.go@v1.1, `GetReleaseName`.
    default_name = f"{target}-{resource.name}" if target else resource.name
    layers, complete = _values(resource, find)
    return Release(
        name=text(resource.get("spec", "releaseName")) or default_name,
        namespace=target or namespace,
        chart=posixpath.basename(chart.name),
        repository="" if chart.in_git else chart.repository,
        version=chart.version,
        place=chart.place,
        subject=resource,
        layers=tuple(layers),
        complete=complete and not resource.get("spec", "chart", "spec", "valuesFiles"),
        home=Home(resource.place("spec"), "values", "object"),
    )


def _values(resource: Resource, find: FindConfigMap) -> tuple[list[Layer], bool]:
    """The objects of `valuesFrom` in their order, then `values`, and over all what goes to a
    `targetPath` (fluxcd/pkg chartutil/values.go@chartutil/v1.0, `ChartValuesFromReferences`)."""
    layers: list[Layer] = []
    targeted: list[Layer] = []
    complete = True
    for entry in items(resource.get("spec", "valuesFrom")):
        reference = mapping(entry)
        name, target = text(reference.get("name")), text(reference.get("targetPath"))
        found = find(name) if reference.get("kind") == "ConfigMap" else None
        key = text(reference.get("valuesKey")) or "values.yaml"
        if found is None or not (key in found.data or key in found.files):
            complete = False
            continue
        complete = complete and found.complete
        if target:
            added = _targeted(found, key, target)
            targeted += added
            complete = complete and bool(added)
            continue
        added, readable = _from_config_map(found, key)
        layers += added
        complete = complete and readable
    return [*layers, *object_layer(resource, "spec", "values"), *targeted], complete


def _from_config_map(found: ConfigMap, key: str) -> tuple[list[Layer], bool]:
    if key in found.data:
        return text_layer(found.resource.place("data", key), found.data[key])
    added = parts_layer(found.files[key])
    return added or [], added is not None


def _targeted(found: ConfigMap, key: str, target: str) -> list[Layer]:
    value = found.data.get(key)
    if not isinstance(value, str):
        return []
    place = found.resource.place("data", key)
    quoted = value[:1] in ("'", '"') and value[-1:] == value[:1]
    return pairs_layer(place, [(target, value.strip("'\"") if quoted else typed(value), place)])
