"""One object that reaches a cluster twice."""

from __future__ import annotations

from collections.abc import Iterator

from mlblint.context import Context, subject_of
from mlblint.findings import Note, Problem
from mlblint.repo.delivery import Delivered, Delivery
from mlblint.repo.metallb import GROUP, POOL_KINDS
from mlblint.repo.model import Cluster
from mlblint.repo.resources import Resource, is_opaque

_DELIVERERS = {
    "argoproj.io": ("Application", "ApplicationSet"),
    "kustomize.toolkit.fluxcd.io": ("Kustomization",),
    "helm.toolkit.fluxcd.io": ("HelmRelease",),
    "helm.cattle.io": ("HelmChart", "HelmChartConfig"),
}
# MetalLB's parser refuses a second one of a name (metallb internal/config/config.go@v0.15.3:
# `parsePools`, `peersFor`, `bfdProfilesFor`).
_NAMED_ONCE = (*POOL_KINDS, "BGPPeer", "BFDProfile")
_Identity = tuple[str, str, str | None, str]


def check(context: Context) -> Iterator[Problem]:
    for cluster in context.model.clusters:
        first: dict[_Identity, Delivered] = {}
        for delivered in cluster.delivered:
            if not _is_near(delivered.resource) or not _is_known(delivered):
                continue
            known = first.setdefault(_identity(delivered), delivered)
            if known is not delivered and _is_certain(known, delivered):
                yield _problem(known, delivered, cluster)


def _is_near(resource: Resource) -> bool:
    """What decides on addresses, and what delivers it."""
    if resource.is_a("", "Service"):
        return bool(resource.get("spec", "type") == "LoadBalancer")
    return resource.group == GROUP or resource.kind in _DELIVERERS.get(resource.group, ())


def _is_known(delivered: Delivered) -> bool:
    resource = delivered.resource
    unknown = resource.is_unknown("metadata", "name") or resource.is_unknown(
        "metadata", "namespace"
    )
    names = (resource.name, delivered.namespace)
    return bool(resource.name) and not unknown and not any(map(is_opaque, names))


def _identity(delivered: Delivered) -> _Identity:
    resource = delivered.resource
    return resource.group, resource.kind, delivered.namespace, resource.name


def _is_certain(one: Delivered, other: Delivered) -> bool:
    """What nothing in sight applies may be an example beside its use, and whether it is applied
    at all is not known."""
    if one.by is not None and other.by is not None:
        return True
    same_file = one.resource.file == other.resource.file
    is_same = one.resource.written_at == other.resource.written_at
    if is_same or (one.by is None) != (other.by is None):
        return False
    return same_file or one.resource.group == GROUP


def _problem(first: Delivered, second: Delivered, cluster: Cluster) -> Problem:
    resource = second.resource
    what = f"{resource.kind} `{resource.name}`"
    note = None
    refused = False
    if resource.written_at != first.resource.written_at:
        message = (
            f"{what} is written twice for one cluster: the one that is applied last wins, and what "
            "the other says is lost without a word (within one kustomization, kustomize refuses to "
            "build)"
        )
        refused = resource.is_a(GROUP, *_NAMED_ONCE)
        if refused:
            message += ", and MetalLB's parser takes no second one of a name"
        remedy = "delete one of them, or give it another name"
        note = Note(first.resource.place("metadata", "name"), "the other one")
    elif first.by is second.by:
        message = (
            f"{what} is taken in twice by {_named(second.by)}: kustomize refuses to build that, "
            "and Argo CD warns of a repeated resource at every sync"
        )
        remedy = "name the file, or the folder that holds it, once"
    else:
        message = (
            f"{what} reaches the cluster twice, through {_named(first.by)} and through "
            f"{_named(second.by)}: both hold it for theirs and overwrite each other, and when one "
            "of them goes and prunes, it is gone although the other wants it"
        )
        remedy = "leave it to one of them"
    return Problem(
        place=resource.place("metadata", "name"),
        message=message,
        help=remedy,
        subject=subject_of(second, cluster),
        severity="error" if refused else None,
        notes=(note,) if note else tuple(_deliveries(first, second)),
        unfixable="which of the two is meant is for a person to decide",
    )


def _named(by: Delivery | None) -> str:
    return f"{by.resource.kind} `{by.resource.name}`" if by is not None else "no delivery in sight"


def _deliveries(*several: Delivered) -> Iterator[Note]:
    for one in several:
        if one.by is not None:
            yield Note(one.by.resource.place("metadata", "name"), f"{_named(one.by)} delivers it")
