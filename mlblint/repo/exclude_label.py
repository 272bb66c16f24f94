"""The label that keeps load balancers away from a node, and whether MetalLB heeds it."""

from __future__ import annotations

from mlblint.repo import words
from mlblint.repo.files import Files
from mlblint.repo.helm import Release
from mlblint.repo.metallb import Installation
from mlblint.repo.model import Cluster
from mlblint.repo.resources import Resource, items, mapping, text
from mlblint.repo.versions import EXCLUDE_LABEL, applies

(LABEL,) = words.EXCLUDE_LABELS
IGNORE_VALUE = ("speaker", "ignoreExcludeLB")
(IGNORE_FLAG,) = words.IGNORE_FLAG


def has_metallb(cluster: Cluster) -> bool:
    return bool(cluster.installations or cluster.pools or cluster.advertisements)


def may_be_heeded(cluster: Cluster, files: Files) -> bool:
    """Whether nothing shows that the cluster's MetalLB ignores the label, or makes that
    impossible to tell."""
    if applies(EXCLUDE_LABEL, cluster.version) is False:
        return False
    return all(_heeds(one, cluster, files) for one in cluster.installations)


def _heeds(installation: Installation, cluster: Cluster, files: Files) -> bool:
    if installation.release is not None:
        return installation.upstream and _is_unset(installation.release)
    if installation.speaker is not None:
        return not ignores_by_flag(installation.speaker)
    return not any(mentions_flag(path, files) for path in cluster.files)


def _is_unset(release: Release) -> bool:
    given = release.value(*IGNORE_VALUE)
    return release.complete if given is None else given.value in (None, False)


def ignores_by_flag(speaker: Resource) -> bool:
    containers = items(speaker.get("spec", "template", "spec", "containers"))
    return any(
        text(argument) in (IGNORE_FLAG, f"{IGNORE_FLAG}=true")
        for container in containers
        for argument in items(mapping(container).get("args"))
    )


def mentions_flag(path: str, files: Files) -> bool:
    """What comes from elsewhere cannot be patched here, but the patch can be seen."""
    return files.mentions(path, IGNORE_FLAG)
