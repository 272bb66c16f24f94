"""MetalLB's objects that nothing applies, beside others that something does."""

from __future__ import annotations

from collections.abc import Iterator

from mlblint.context import Context, subject
from mlblint.findings import Problem
from mlblint.repo.deliveries import BESIDE_CHART
from mlblint.repo.metallb import GROUP
from mlblint.repo.model import Cluster
from mlblint.repo.resources import Resource
from mlblint.repo.switched_off import is_switched_off

_KINDS = (
    "IPAddressPool",
    "AddressPool",
    "L2Advertisement",
    "BGPAdvertisement",
    "BGPPeer",
    "BFDProfile",
    "Community",
)

_OTHERS = ", while others of MetalLB's objects are"
_ITSELF = ", while MetalLB itself is"


def check(context: Context) -> Iterator[Problem]:
    model = context.model
    delivered = [d.resource for cluster in model.clusters for d in cluster.delivered]
    there = {(one.kind, one.name) for one in delivered if _is_ours(one)}
    installed = any(map(_is_installed, model.clusters))
    beside = _OTHERS if there else _ITSELF if installed else ""
    for undelivered in model.undelivered:
        resource = undelivered.resource
        if not beside and undelivered.reason != BESIDE_CHART:
            continue
        # Of the same name it is another version of what is there: an overlay of another cluster.
        if not _is_ours(resource) or (resource.kind, resource.name) in there:
            continue
        if not is_switched_off(resource.file, model.files):
            yield _problem(resource, undelivered.reason + beside, None)
    for cluster in model.clusters:
        yield from _by_hand(cluster)


def _by_hand(cluster: Cluster) -> Iterator[Problem]:
    """Where Argo CD or Flux apply some of them, the rest was hardly meant to be applied by
    hand."""
    ours = [one for one in cluster.delivered if _is_ours(one.resource)]
    others = any(one.by is not None for one in ours)
    for one in ours if others or _is_installed(cluster) else ():
        if one.by is None:
            reason = "nothing that is applied here leads to it"
            yield _problem(one.resource, reason + (_OTHERS if others else _ITSELF), cluster)


def _is_installed(cluster: Cluster) -> bool:
    """Whether something applies what installs MetalLB: an Application or a HelmRelease that is
    applied by hand may well have its pools applied in the same way."""
    return any(one.by is not None and one.by.parent is not None for one in cluster.installations)


def _is_ours(resource: Resource) -> bool:
    return resource.is_a(GROUP, *_KINDS)


def _problem(resource: Resource, reason: str, cluster: Cluster | None) -> Problem:
    return Problem(
        place=resource.place("kind"),
        message=(
            f"{resource.kind} `{resource.name}` is not delivered: {reason}; unless somebody "
            "applies it by hand, it is not in the cluster"
        ),
        help="name it where the others are named, or remove the file",
        subject=subject(resource, cluster),
        unfixable="whether it is still wanted is for a person to decide",
    )
