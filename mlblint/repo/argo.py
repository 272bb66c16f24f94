"""Argo CD: what an Application says, and the Applications that an ApplicationSet makes."""

from __future__ import annotations

import itertools
import posixpath
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from mlblint.repo.files import Files, glob_pattern, join
from mlblint.repo.resources import Resource, get, items, mapping, text
from mlblint.text.nodes import Key, Path

GROUP = "argoproj.io"
IN_CLUSTER = frozenset(["", "https://kubernetes.default.svc", "in-cluster"])
MAX_GENERATED = 1000
"""Applications that one ApplicationSet may make here; products of lists grow fast."""

_OLD_PARAMETER = re.compile(r"\{\{\s*([A-Za-z0-9_.\-\[\]]+)\s*\}\}")
_GO_PARAMETER = re.compile(r"\{\{-?\s*\.([A-Za-z0-9_.]+)\s*-?\}\}")


@dataclass(frozen=True)
class ApplicationSource:
    """One of an Application's sources; `at` is where it stands in the Application."""

    at: Path
    repository: str
    path: str | None
    chart: str | None
    revision: str | None
    ref: str | None
    helm: Mapping[str, Any]
    kustomize: Mapping[str, Any]
    directory: Mapping[str, Any]


def is_application(resource: Resource) -> bool:
    return resource.is_a(GROUP, "Application")


def sources(application: Resource) -> list[ApplicationSource]:
    """`sources` wins over `source` (Argo CD pkg/apis/application/v1alpha1/types.go@v2.14,
    `GetSources`)."""
    spec = mapping(application.get("spec"))
    several = items(spec.get("sources"))
    if several:
        return [
            _source(mapping(source), ("spec", "sources", index))
            for index, source in enumerate(several)
        ]
    return [_source(mapping(spec["source"]), ("spec", "source"))] if "source" in spec else []


def _source(source: Mapping[str, Any], at: tuple[Key, ...]) -> ApplicationSource:
    path = text(source.get("path"))
    return ApplicationSource(
        at=at,
        repository=text(source.get("repoURL")),
        path=path.strip("/") or "." if path else None,
        chart=text(source.get("chart")) or None,
        revision=_version(source.get("targetRevision")),
        ref=text(source.get("ref")) or None,
        helm=mapping(source.get("helm")),
        kustomize=mapping(source.get("kustomize")),
        directory=mapping(source.get("directory")),
    )


def _version(value: object) -> str | None:
    """An unquoted 0.15 is a number to YAML; Argo CD's schema refuses it, its meaning is clear."""
    return str(value) if isinstance(value, (str, float, int)) and value != "" else None


def destination(application: Resource) -> str | None:
    """The other cluster that an Application delivers to; None for the one it lives in."""
    target = mapping(application.get("spec", "destination"))
    name = text(target.get("name")) or text(target.get("server"))
    return None if name in IN_CLUSTER else name


def destination_namespace(application: Resource) -> str | None:
    return text(application.get("spec", "destination", "namespace")) or None


def local_repositories(applications: list[Resource], files: Files) -> frozenset[str]:
    """The repository URLs that mean the repository at hand: those whose paths exist here."""
    found: dict[str, list[bool]] = {}
    for application in applications:
        for source in sources(application):
            if source.path is not None and not source.chart:
                exists = files.has_folder("" if source.path == "." else source.path)
                found.setdefault(source.repository, []).append(exists)
    return frozenset(url for url, exist in found.items() if 2 * sum(exist) > len(exist))


def folder_files(files: Files, folder: str, directory: Mapping[str, Any]) -> list[str]:
    """What Argo CD reads from a plain directory: files right in it, or all below with
    `recurse` (Argo CD reposerver/repository/repository.go@v2.14, `findManifests`)."""
    found = files.below(folder) if directory.get("recurse") is True else files.in_folder(folder)
    include, exclude = text(directory.get("include")), text(directory.get("exclude"))
    return [
        path
        for path in found
        if (not include or _matches(include, path, folder))
        and not (exclude and _matches(exclude, path, folder))
    ]


def _matches(pattern: str, path: str, folder: str) -> bool:
    relative = posixpath.relpath(path, folder or ".")
    options = pattern[1:-1].split(",") if pattern[:1] == "{" and pattern[-1:] == "}" else [pattern]
    return any(glob_pattern(option.strip()).fullmatch(relative) for option in options)


def generated(application_set: Resource, files: Files) -> Iterator[Resource]:
    """The Applications that can be told from the repository alone. A template whose
    parameters come from elsewhere (clusters, Git hosting, plugins) yields one Application
    that keeps its placeholders."""
    spec = mapping(application_set.get("spec"))
    template = mapping(spec.get("template"))
    if not template:
        return
    go = spec.get("goTemplate") is True
    base = application_set.place("spec", "template")
    seen: list[Mapping[str, str]] = []
    for generator in items(spec.get("generators")):
        seen.extend(itertools.islice(_parameters(mapping(generator), files), MAX_GENERATED))
    for parameters in seen or [{}]:
        filled = mapping(_fill(template, parameters, go))
        yield Resource(base, {"apiVersion": f"{GROUP}/v1alpha1", "kind": "Application", **filled})


def _parameters(generator: Mapping[str, Any], files: Files) -> Iterator[Mapping[str, str]]:
    if "list" in generator:
        for element in items(get(generator, "list", "elements")):
            yield _flat(element)
    elif "git" in generator:
        yield from _git_parameters(mapping(generator["git"]), files)
    elif "matrix" in generator:
        children = items(get(generator, "matrix", "generators"))
        lists = [list(_parameters(mapping(child), files)) or [{}] for child in children]
        for combination in itertools.product(*lists):
            yield {key: value for part in combination for key, value in part.items()}
    elif "merge" in generator:
        yield from _merged(mapping(generator["merge"]), files)


def _git_parameters(git: Mapping[str, Any], files: Files) -> Iterator[Mapping[str, str]]:
    directories = [mapping(entry) for entry in items(git.get("directories"))]
    included = [text(e.get("path")) for e in directories if e.get("exclude") is not True]
    excluded = [text(e.get("path")) for e in directories if e.get("exclude") is True]
    for folder in sorted(files.folders):
        if _any_match(included, folder) and not _any_match(excluded, folder):
            yield _path_parameters(folder)
    for entry in items(git.get("files")):
        pattern = text(mapping(entry).get("path"))
        for path in files.paths:
            if pattern and glob_pattern(pattern).fullmatch(path):
                for document in files.all_documents(path):
                    yield {**_path_parameters(posixpath.dirname(path)), **_flat(document.data)}


def _any_match(patterns: list[str], folder: str) -> bool:
    return any(glob_pattern(pattern.strip("/")).fullmatch(folder) for pattern in patterns)


def _path_parameters(folder: str) -> dict[str, str]:
    parameters = {
        "path": folder,
        "path.path": folder,
        "path.basename": posixpath.basename(folder),
        "path.basenameNormalized": re.sub(r"[^a-z0-9.-]", "-", posixpath.basename(folder).lower()),
    }
    for index, segment in enumerate(folder.split("/")):
        parameters[f"path[{index}]"] = parameters[f"path.segments.{index}"] = segment
    return parameters


def _merged(merge: Mapping[str, Any], files: Files) -> Iterator[Mapping[str, str]]:
    keys = [text(key) for key in items(merge.get("mergeKeys"))]
    first, *others = [
        list(_parameters(mapping(child), files)) for child in items(merge.get("generators"))
    ] or [[]]
    for parameters in first:
        merged = dict(parameters)
        for other in others:
            for candidate in other:
                if all(candidate.get(key) == parameters.get(key) for key in keys):
                    merged.update(candidate)
        yield merged


def _flat(value: object, prefix: str = "") -> dict[str, str]:
    """Nested values under dotted names, as both template languages reach them."""
    if isinstance(value, Mapping):
        return {
            name: leaf
            for key, inner in value.items()
            for name, leaf in _flat(inner, f"{prefix}{key}.").items()
        }
    if isinstance(value, list):
        return {}
    scalar = str(value).lower() if isinstance(value, bool) else str(value)
    name = prefix[:-1]
    return {name: scalar, f"values.{name}": scalar}


def _fill(value: object, parameters: Mapping[str, str], go: bool) -> object:
    if isinstance(value, Mapping):
        return {
            str(_fill(key, parameters, go)): _fill(inner, parameters, go)
            for key, inner in value.items()
        }
    if isinstance(value, list):
        return [_fill(item, parameters, go) for item in value]
    if not isinstance(value, str) or "{{" not in value:
        return value
    pattern = _GO_PARAMETER if go else _OLD_PARAMETER
    return pattern.sub(lambda match: parameters.get(_name(match[1], go), match[0]), value)


def _name(name: str, go: bool) -> str:
    return "path.path" if go and name == "path" else name


def value_file(path: str, folder: str, references: Mapping[str, str]) -> str | None:
    """The file of this repository that an entry of `valueFiles` means: relative to the
    source's folder, to the root with a leading "/", or to another source (`$name/...`)."""
    if path.startswith("$"):
        name, _, rest = path[1:].partition("/")
        return join(references[name], rest) if name in references else None
    if path.startswith("/"):
        return join("", path[1:])
    return None if "://" in path else join(folder, path)
