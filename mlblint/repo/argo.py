"""Argo CD: what an Application says. What an ApplicationSet makes is told elsewhere."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterable, Mapping
from typing import Any, Literal

from mlblint.records import dataclass
from mlblint.repo.application_sets import GROUP, generated
from mlblint.repo.files import Files, join
from mlblint.repo.globs import Dialect, glob_pattern
from mlblint.repo.resources import Resource, is_opaque, items, mapping, text
from mlblint.text.nodes import Key, Path

__all__ = [
    "GROUP",
    "ApplicationSource",
    "destination",
    "destination_namespace",
    "folder_files",
    "generated",
    "is_application",
    "local_repositories",
    "misplaced_sync_option",
    "references",
    "repository_key",
    "sources",
    "sync_options",
    "value_file",
]

IN_CLUSTER = frozenset(["", "https://kubernetes.default.svc", "in-cluster"])

# The library github.com/gobwas/glob, without separators: its `*` does not stop at "/".
_GOBWAS = Dialect(star=".*", folders=".*/", double_star=".*", one=".", braces=True)
_SCP = re.compile(r"^(?:[\w.-]+@)?([\w.-]+):(?!//)")


@dataclass(frozen=True)
class ApplicationSource:
    """One of an Application's sources; `at` is where it stands in the Application. `named_by`
    is the field that says what is delivered; `path` is "." for the root of a repository."""

    at: Path
    repository: str
    path: str | None
    chart: str | None
    revision: str | None
    ref: str | None
    helm: Mapping[str, Any]
    kustomize: Mapping[str, Any]
    directory: Mapping[str, Any]
    named_by: Literal["chart", "path", "repoURL"] = "path"

    @property
    def folder(self) -> str | None:
        return "" if self.path == "." else self.path

    @property
    def tool(self) -> Literal["helm", "kustomize", "directory"] | None:
        """What reads the folder, whatever lies in it, if the source says so (Argo CD
        pkg/apis/application/v1alpha1/types.go@v2.14, `ExplicitType`)."""
        if self.kustomize:
            return "kustomize"
        if self.helm:
            return "helm"
        return "directory" if self.directory else None


def is_application(resource: Resource) -> bool:
    return resource.is_a(GROUP, "Application")


def sources(application: Resource) -> list[ApplicationSource]:
    """What is hydrated wins over `sources`, and that over `source` (Argo CD
    pkg/apis/application/v1alpha1/types.go@v2.14, `GetSources`)."""
    spec = mapping(application.get("spec"))
    dry = mapping(mapping(spec.get("sourceHydrator")).get("drySource"))
    if dry:
        return [_source(dry, ("spec", "sourceHydrator", "drySource"))]
    several = items(spec.get("sources"))
    if several:
        return [
            _source(mapping(source), ("spec", "sources", index))
            for index, source in enumerate(several)
        ]
    return [_source(mapping(spec["source"]), ("spec", "source"))] if "source" in spec else []


def _source(source: Mapping[str, Any], at: tuple[Key, ...]) -> ApplicationSource:
    repository = text(source.get("repoURL"))
    path, chart = text(source.get("path")), text(source.get("chart"))
    named_by: Literal["chart", "path", "repoURL"] = "chart" if chart else "path"
    if repository.startswith("oci://") and not chart:
        # The chart is the last part of the address, and `path` leads to a place inside it.
        named_by, path = "repoURL", ""
        repository, chart = posixpath.split(repository.rstrip("/"))
    return ApplicationSource(
        at=at,
        repository=repository,
        path=posixpath.normpath(path.strip("/") or ".") if path and not chart else None,
        chart=chart or None,
        revision=_version(source.get("targetRevision")),
        ref=text(source.get("ref")) or None,
        helm=mapping(source.get("helm")),
        kustomize=mapping(source.get("kustomize")),
        directory=mapping(source.get("directory")),
        named_by=named_by,
    )


def _version(value: object) -> str | None:
    """An unquoted 0.15 is a number to YAML; Argo CD's schema refuses it, its meaning is clear."""
    return str(value) if isinstance(value, (str, float, int)) and value != "" else None


_SYNC_OPTIONS: Path = ("spec", "syncPolicy", "syncOptions")
_NO_SYNC_OPTIONS: tuple[Path, ...] = (
    ("syncOptions",),
    ("spec", "syncOptions"),
    ("spec", "source", "syncOptions"),
    ("spec", "destination", "syncOptions"),
    ("spec", "syncPolicy", "automated", "syncOptions"),
)


def sync_options(application: Resource) -> list[str]:
    return [text(one).strip() for one in items(application.get(*_SYNC_OPTIONS))]


def misplaced_sync_option(application: Resource, option: str) -> Path | None:
    """Where an option stands that an Application does not have there: the API server drops it
    (Argo CD pkg/apis/application/v1alpha1/types.go@v2.14, `SyncPolicy`)."""
    for path in _NO_SYNC_OPTIONS:
        for index, one in enumerate(items(application.get(*path))):
            if text(one).strip() == option:
                return (*path, index)
    return None


def destination(application: Resource) -> str | None:
    """The other cluster that an Application delivers to; None for the one it lives in."""
    target = mapping(application.get("spec", "destination"))
    name = text(target.get("name")) or text(target.get("server"))
    return None if name in IN_CLUSTER else name


def destination_namespace(application: Resource) -> str | None:
    return text(application.get("spec", "destination", "namespace")) or None


def local_repositories(applications: Iterable[Resource], files: Files) -> frozenset[str]:
    """The repository URLs that mean the repository at hand: those of which more paths exist
    here than do not. The root exists everywhere, and proves something only if nothing else
    does, and a single repository is spoken of."""
    evidence: dict[str, list[bool]] = {}
    roots: set[str] = set()
    urls: set[str] = set()
    for application in applications:
        several = sources(application)
        for source in several:
            url = repository_key(source.repository)
            if source.chart is None and url:
                urls.add(source.repository)
                if source.path == ".":
                    roots.add(url)
                elif source.path is not None and not is_opaque(source.path):
                    evidence.setdefault(url, []).append(files.has_folder(source.path))
        for url, exists in _value_files(several, files):
            evidence.setdefault(url, []).append(exists)
    local = {url for url, exist in evidence.items() if 2 * sum(exist) > len(exist)}
    if not evidence and len(roots) == 1:
        local = roots
    return frozenset(url for url in urls if repository_key(url) in local)


def _value_files(several: list[ApplicationSource], files: Files) -> Iterable[tuple[str, bool]]:
    """For each value file in another source's repository whether it exists here."""
    urls = {source.ref: repository_key(source.repository) for source in several if source.ref}
    for source in several:
        for entry in map(text, items(source.helm.get("valueFiles"))):
            name, _, path = entry.removeprefix("$").partition("/")
            if entry.startswith("$") and name in urls and not is_opaque(path):
                yield urls[name], files.has(path)


def repository_key(url: str) -> str:
    """One spelling for all addresses of a repository (Argo CD util/git/git.go@v2.14,
    `NormalizeGitURL`, which keeps the protocol; people do not)."""
    bare = _SCP.sub(r"\1/", re.sub(r"^[a-z+]+://(?:[^@/]+@)?", "", url.strip()))
    return bare.lower().rstrip("/").removesuffix(".git")


def references(several: list[ApplicationSource], local: frozenset[str]) -> dict[str, str]:
    """The folders of this repository that `$name` stands for: the root of the repository of
    the source with that name, whatever its `path`."""
    return {source.ref: "" for source in several if source.ref and source.repository in local}


def value_file(path: str, folder: str | None, references: Mapping[str, str]) -> str | None:
    """The file of this repository that an entry of `valueFiles` means: relative to the
    source's folder, to the root with a leading "/", or to another source (`$name/...`). A
    source without a folder is a chart from elsewhere, with files of its own (Argo CD
    util/io/path/resolved.go@v2.14, `ResolveValueFilePathOrUrl`)."""
    name, _, rest = path[1:].partition("/")
    if path.startswith("$"):
        path, folder = rest, references.get(name)
    if folder is None or "://" in path or any(sign in path for sign in "$*{"):
        return None
    return join("", path[1:]) if path.startswith("/") else join(folder, path)


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
    relative = path.removeprefix(f"{folder}/") if folder else path
    return glob_pattern(pattern, _GOBWAS).fullmatch(relative)
