"""What stands in each file, before anybody asks who delivers it."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from mlblint.repo.files import Files
from mlblint.repo.resources import Resource, resources
from mlblint.text.documents import Broken, Document

RELEVANT = re.compile(
    r"metallb|LoadBalancer|argoproj\.io/|fluxcd\.io/|helm\.cattle\.io/|mlblint"
    r"|traefik\.io/|traefik\.containo\.us/|k8s\.nginx\.org/"
    r"|^[\"' {]*kind[\"']?:[ \t]*[\"']?(?:Service|Namespace)\b",
    re.MULTILINE,
)
"""A document in which none of this stands cannot matter to any rule, unless another file
refers to it."""

KUSTOMIZATION_NAMES = ("kustomization.yaml", "kustomization.yml", "Kustomization")

_ARCHIVE = frozenset(
    [".archive", "archive", "archived", "bak", "backup", "backups", "disabled", ".disabled"]
)
_CHART_TEMPLATES = re.compile(r"(?:^|/)templates/")


@dataclass(frozen=True, eq=False)
class Index:
    """`resources` are the objects of all files, patches included: what a file is for is
    decided by those who refer to it."""

    files: Files
    resources: tuple[Resource, ...]
    broken: tuple[Broken, ...]
    templates: frozenset[str]
    encrypted: frozenset[str]
    not_text: Mapping[str, str]

    def in_file(self, path: str) -> list[Resource]:
        return [resource for document in self.documents(path) for resource in resources(document)]

    def documents(self, path: str) -> list[Document]:
        return self.files.documents(path)


def index(files: Files) -> Index:
    found: list[Resource] = []
    broken: list[Broken] = []
    templates: set[str] = set()
    encrypted: set[str] = set()
    for path in files.paths:
        for part in files.parts(path):
            if isinstance(part, Broken):
                if is_template(path, part.source.text):
                    templates.add(path)
                else:
                    broken.append(part)
            elif is_encrypted(part):
                encrypted.add(path)
            else:
                found.extend(resources(part))
    encrypted |= {path for path, reason in files.not_text.items() if reason == "encrypted"}
    return Index(
        files,
        tuple(found),
        tuple(broken),
        frozenset(templates),
        frozenset(encrypted),
        {path: reason for path, reason in files.not_text.items() if path not in encrypted},
    )


def is_encrypted(document: Document) -> bool:
    """SOPS signs the whole file with a MAC: a change to any value makes it undecipherable."""
    data = document.data
    sops = data.get("sops") if isinstance(data, dict) else None
    return isinstance(sops, dict) and "mac" in sops


def is_template(path: str, text: str) -> bool:
    """Text that another program turns into YAML: Helm, Jinja, Terraform, envsubst."""
    return (
        "{{" in text
        or "{%" in text
        or "%{" in text
        or "<%" in text
        or re.search(r"^\s*[\[{<]{1,2}[@%#-]", text, re.MULTILINE) is not None
    )


def is_chart_template(files: Files, path: str) -> bool:
    """Whether Helm renders the file, as part of a chart in this repository."""
    return any(
        files.has(posixpath.join(path[: match.start()], "Chart.yaml"))
        for match in _CHART_TEMPLATES.finditer(path)
    )


def is_archived(path: str) -> bool:
    return not _ARCHIVE.isdisjoint(path.split("/")[:-1])


def chart_of(files: Files, path: str) -> str | None:
    """The folder of the chart whose template the file is."""
    for match in _CHART_TEMPLATES.finditer(path):
        folder = path[: match.start()]
        if files.has(posixpath.join(folder, "Chart.yaml")):
            return folder
    return None


def kustomization_file(files: Files, folder: str) -> str | None:
    return next(
        (path for name in KUSTOMIZATION_NAMES if files.has(path := posixpath.join(folder, name))),
        None,
    )


def documents_of_kind(files: Files, path: str, kind: str) -> Iterator[Document]:
    for document in files.documents(path):
        if isinstance(document.data, dict) and document.data.get("kind") == kind:
            yield document
