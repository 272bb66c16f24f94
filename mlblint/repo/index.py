"""What stands in each file, before anybody asks who delivers it."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Mapping
from functools import cache

from mlblint.records import dataclass
from mlblint.repo.files import Files
from mlblint.repo.resources import Resource, resources
from mlblint.text.documents import Broken, Document

RELEVANT = re.compile(
    r"metallb|LoadBalancer|load-balancers|argoproj\.io/|fluxcd\.io/|helm\.cattle\.io/|mlblint"
    r"|address-pools"
    r"|kind[\"']?[ \t]*:[ \t]*[\"']?DaemonSet\b"
    r"|traefik\.io/|traefik\.containo\.us/|k8s\.nginx\.org/"
    r"|argocd-cm\b"
    r"|kind[\"']?[ \t]*:[ \t]*(?:[&!]\S*[ \t]+)?[\"']?(?:Service|Namespace)\b"
    r"|kind[\"']?[ \t]*:[ \t]*[\"']?Node\b"
)
"""A document in which none of this stands cannot matter to any rule, unless another file
refers to it."""

KUSTOMIZATION_NAMES = ("kustomization.yaml", "kustomization.yml", "Kustomization")

# Not `backup`: that is a namespace of live applications just as often.
_ARCHIVE = frozenset([".archive", "archive", "archived", "bak", "backups", "disabled", ".disabled"])
_CHART_TEMPLATES = re.compile(r"(?:^|/)templates/")
# Go and Helm, Jinja, ERB, Terraform; and a variable that stands where a key would have to.
_TEMPLATE = re.compile(r"\{\{|\{[%#]|<%|%\{|^[ \t]*(?:- )?\$\{[^}\n]*\}[ \t]*\r?$", re.MULTILINE)


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


def index(files: Files) -> Index:
    found: list[Resource] = []
    broken: list[Broken] = []
    templates: set[str] = set()
    encrypted: set[str] = set()
    for path in files.paths:
        for part in files.parts(path):
            if isinstance(part, Broken):
                if _TEMPLATE.search(part.source.text, part.start, part.end):
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


def is_chart_template(files: Files, path: str) -> bool:
    """Whether Helm renders the file, as part of a chart in this repository."""
    return chart_of(files, path) is not None


@cache
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
    inside = f"{folder}/" if folder else ""
    paths = (inside + name for name in KUSTOMIZATION_NAMES)
    return next(filter(files.has, paths), None)
