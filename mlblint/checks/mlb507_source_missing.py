"""Deliveries and kustomizations that name files, folders and charts which do not exist, or hold
nothing."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterator

from mlblint.context import Context, subject
from mlblint.findings import Problem
from mlblint.repo import argo
from mlblint.repo.files import Files
from mlblint.repo.helm import Release
from mlblint.repo.metallb import asks_for_a_word, unpublished
from mlblint.repo.missing import Bare, Missing, bare, missing
from mlblint.repo.model import Cluster
from mlblint.repo.resources import get, mapping
from mlblint.repo.versions import RELEASES
from mlblint.schema import closest

# Secrets are kept out of many a checkout: ignored by Git, or written by a step before the build.
_SECRET = re.compile(r"secret|sealed|sops|credential|password|token|\.enc\b|\.dec\b", re.IGNORECASE)


def check(context: Context) -> Iterator[Problem]:
    for one, cluster in missing(context.model):
        yield _problem(one, cluster, context.model.files)
    for folder, cluster in bare(context.model):
        yield _nothing_in(folder, cluster)
    for cluster in context.model.clusters:
        for release in cluster.releases:
            yield from _no_chart(release, cluster)


def _no_chart(release: Release, cluster: Cluster) -> Iterator[Problem]:
    cause = _unfetchable(release)
    if cause is None:
        return
    yield Problem(
        place=release.place,
        message=(
            f"{cause}: the chart cannot be fetched, and nothing of it is installed or "
            "updated from then on"
        ),
        help=(
            "write it in quotes"
            if _is_number(release)
            else f"name a version that is there: the newest known is {RELEASES[-1]}"
        ),
        subject=subject(release.subject, cluster) if release.subject is not None else None,
        unfixable="which version is meant is for a person to decide",
    )


def _unfetchable(release: Release) -> str | None:
    asked = unpublished(release)
    if asked is not None:
        others = " (Bitnami has charts of that name with numbers of their own)"
        return (
            f"there is no version {release.version} of the chart `metallb` in MetalLB's own "
            f"repository{others if asked.major else ''}"
        )
    if asks_for_a_word(release):
        return f"`{release.version}` is neither a version of a chart nor a range of them"
    if _no_revision(release):
        return "Argo CD takes no chart without a `targetRevision`"
    if _is_number(release):
        return f"the version {release.version} is a number, where a text was expected"
    return None


def _is_number(release: Release) -> bool:
    """Whether the version of MetalLB's chart lacks the quotes that it needs if it has one point
    only: everything that installs charts demands a text."""
    data, path = release.place.document.data, release.place.path
    named = mapping(get(data, *path)) or mapping(get(data, *path[:-1]))
    version = named.get("targetRevision", named.get("version"))
    return release.chart == "metallb" and isinstance(version, (int, float))


def _no_revision(release: Release) -> bool:
    """Whether an Application names MetalLB's chart and no version of it (Argo CD
    util/argo/argo.go@v2.14, `validateSourcePermissions`). In an address that begins with oci://
    the chart is none to Argo CD, and needs none."""
    application = release.subject
    return (
        release.chart == "metallb"
        and application is not None
        and application.kind == "Application"
        and release.version == "*"
        and any(
            source.chart == "metallb" and source.named_by == "chart" and source.revision is None
            for source in argo.sources(application)
        )
    )


def _nothing_in(one: Bare, cluster: Cluster) -> Problem:
    owner = one.by.resource
    return Problem(
        place=one.place,
        message=(
            f"in the folder `{one.named}` lie only other folders, `{one.inner}` among them, which "
            f"Argo CD does not search: unless a plugin does, {owner.kind} `{owner.name}` shows as "
            "synced, and nothing of it is in the cluster"
        ),
        help=f"correct the path (to `{one.inner}`, say), or set `directory.recurse: true`",
        subject=subject(owner, cluster),
        severity="warning",
        unfixable="what of it is to be applied is for a person to decide",
    )


def _problem(one: Missing, cluster: Cluster, files: Files) -> Problem:
    kept_out = _SECRET.search(posixpath.basename(one.named)) is not None
    doubt = ", unless it is a secret that is kept out of this checkout only" if kept_out else ""
    return Problem(
        place=one.place,
        message=(
            f"{one.what} `{one.named}` does not exist in this repository: "
            f"{_consequence(one)}{doubt}"
        ),
        severity="warning" if kept_out else None,
        help=_help(one, files),
        subject=subject(one.by.resource, cluster) if one.by is not None else None,
        unfixable="where it is, or whether it is still needed, is for a person to decide",
    )


def _consequence(one: Missing) -> str:
    if one.by is None:
        return "`kustomize build` fails, and nothing of this kustomization can be applied"
    engine = (
        "Argo CD" if one.by.engine == "argo" else "Flux" if one.by.engine == "flux" else "Fleet"
    )
    owner = one.by.resource
    return (
        f"{engine} fails on {owner.kind} `{owner.name}`, and applies no change of it from then on"
    )


def _help(one: Missing, files: Files) -> str:
    path = one.path or one.named
    folder, name = posixpath.split(path)
    candidates = {*files.in_folder(folder), *files.subfolders(folder)} - {path}
    beside = {posixpath.basename(one): one for one in candidates}
    near = closest(name, sorted(beside), 0.7)
    # Moved: the same name, elsewhere.
    moved = files.called(name)
    if near is not None:
        return f"did you mean `{beside[near]}`?"
    if len(moved) == 1:
        return f"there is `{moved[0]}`; correct the path or remove the entry"
    return "correct the path, add what is missing, or remove the entry"
