"""Pools whose addresses are assigned, and announced by nobody."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from mlblint.context import Context, subject_of
from mlblint.findings import Note, Problem
from mlblint.repo.coverage import Coverage
from mlblint.repo.delivery import Delivered
from mlblint.repo.metallb import BGP, GROUP, L2, Advertisement, Pool
from mlblint.repo.model import Cluster, Model
from mlblint.repo.resources import is_opaque

_MORE = 3
"""So many of the advertisements that pass the pool over are shown."""


def check(context: Context) -> Iterator[Problem]:
    model = context.model
    for cluster in model.clusters:
        suspects = [pool for pool in cluster.pools if _is_unadvertised(pool, cluster)]
        if not suspects or cluster.only_assigns or model.announces_otherwise:
            continue
        unapplied = _unapplied(model)
        elsewhere = Coverage(suspects, list(unapplied))
        for pool in suspects:
            if not model.may_have_unseen(cluster, pool.delivered, L2, BGP):
                would_cover = {one: unapplied[one] for one in elsewhere.covering(pool)}
                yield _problem(pool, cluster, would_cover)


def _is_unadvertised(pool: Pool, cluster: Cluster) -> bool:
    """An AddressPool says itself how it is announced; one without addresses assigns none. What
    is filled in later may lead to any pool, or a pool to any advertisement."""
    if pool.resource.kind != "IPAddressPool" or is_opaque(pool.name) or not pool.entries:
        return False
    if cluster.advertisements and (pool.labels_are_open or cluster.coverage.is_open):
        return False
    return not cluster.coverage.modes(pool)


def _unapplied(model: Model) -> dict[Advertisement, str]:
    """The advertisements that nothing applies, and why that is so."""
    return {
        Advertisement(Delivered(one.resource)): one.reason
        for one in model.undelivered
        if one.resource.is_a(GROUP, L2, BGP)
    }


def _problem(pool: Pool, cluster: Cluster, would_cover: Mapping[Advertisement, str]) -> Problem:
    # A pool that nothing uses by itself may be there to keep its addresses free, and where
    # nothing else of MetalLB is to be seen, the rest of it may be in other hands.
    reserved = pool.resource.get("spec", "autoAssign") is False
    certain = bool(cluster.installations or cluster.advertisements) and not reserved
    asking = " that ask for them (`autoAssign: false`)" if reserved else ""
    return Problem(
        place=pool.resource.place("metadata", "name"),
        message=(
            f"no L2Advertisement and no BGPAdvertisement covers pool `{pool.name}`: MetalLB gives "
            f"its addresses to Services{asking}, nobody announces them, and no client finds them"
        ),
        help=(
            f"add an L2Advertisement or BGPAdvertisement whose `ipAddressPools` names "
            f"`{pool.name}`, or name it in one that is there"
        ),
        subject=subject_of(pool.delivered, cluster),
        severity=None if certain else "warning",
        notes=tuple(_notes(cluster, would_cover)),
        unfixable="how the addresses are to be announced is for a person to decide",
    )


def _notes(cluster: Cluster, would_cover: Mapping[Advertisement, str]) -> Iterator[Note]:
    """Where one looks next: at what is not applied, and at what names other pools."""
    for one, reason in would_cover.items():
        text = f"{one.resource.kind} `{one.resource.name}` would cover it: {reason}"
        yield Note(one.resource.place("metadata", "name"), text)
    for other in cluster.advertisements[:_MORE]:
        resource = other.resource
        text = f"{resource.kind} `{resource.name}` covers other pools only"
        yield Note(resource.place("metadata", "name"), text)
