"""Halves of a BGP configuration, and what a switch to L2 has left of one."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from mlblint.context import Context, subject_of
from mlblint.findings import Note, Problem
from mlblint.repo.addresses import Interval, parse_range, union
from mlblint.repo.coverage import Coverage
from mlblint.repo.delivery import Delivered
from mlblint.repo.metallb import BGP, GROUP, Advertisement, Pool
from mlblint.repo.model import Cluster
from mlblint.repo.unseen import PEER

_DECIDE = "whether BGP is still wanted is for a person to decide"


def check(context: Context) -> Iterator[Problem]:
    subnets = union(filter(None, map(parse_range, context.config.network.subnets)))
    for cluster in context.model.clusters:
        peers = [one for one in cluster.delivered if one.resource.is_a(GROUP, PEER)]
        ads = [ad for ad in cluster.advertisements if ad.mode == "bgp"]
        if ads and not peers:
            yield from _without_peers(ads, cluster, context)
        elif peers and not ads:
            yield from _without_advertisements(peers, cluster, context)
        elif peers and subnets:
            yield from _both_modes(peers, ads, subnets, cluster)


def _without_peers(
    ads: Sequence[Advertisement], cluster: Cluster, context: Context
) -> Iterator[Problem]:
    for ad in ads:
        if not context.model.may_have_unseen(cluster, ad.delivered, PEER):
            yield _problem(
                ad.delivered,
                f"BGPAdvertisement `{ad.resource.name}` has nobody to announce to: the cluster has "
                "no BGPPeer, so what it covers is not announced by BGP",
                "add the BGPPeer, or delete the advertisement if BGP has been given up",
                cluster,
            )


def _without_advertisements(
    peers: Sequence[Delivered], cluster: Cluster, context: Context
) -> Iterator[Problem]:
    # An AddressPool with `protocol: bgp` is its own advertisement.
    if any(pool.resource.kind == "AddressPool" for pool in cluster.pools):
        return
    for peer in peers:
        if not context.model.may_have_unseen(cluster, peer, BGP):
            yield _problem(
                peer,
                f"BGPPeer `{peer.resource.name}` is told nothing: the cluster has no "
                "BGPAdvertisement, so the session stands and announces no address",
                "add a BGPAdvertisement, or delete the peer if BGP has been given up",
                cluster,
            )


def _both_modes(
    peers: Sequence[Delivered],
    ads: Sequence[Advertisement],
    subnets: Sequence[Interval],
    cluster: Cluster,
) -> Iterator[Problem]:
    """Announcing in both ways is allowed, and some want it. In the nodes' own subnet, where L2
    is enough, it looks like a switch that was not carried through."""
    doubled = [pool for pool in cluster.pools if _is_doubled(pool, subnets, cluster)]
    coverage = Coverage(doubled, cluster.advertisements)
    left = {ad: coverage.covered(ad) for ad in ads}
    for ad, covered in left.items():
        if covered:
            yield _problem(
                ad.delivered,
                f"BGPAdvertisement `{ad.resource.name}` and an L2Advertisement both announce pool "
                f"{_names(covered)}, which lies in `network.subnets`, where L2 is enough: after a "
                "switch to L2, this is left over, and routers that still learn the address send "
                "packets another way than the LAN does",
                "delete it if BGP has been given up; ignore this if both are meant",
                cluster,
                _notes(covered, coverage),
            )
    if all(left.values()):
        for peer in peers:
            yield _problem(
                peer,
                f"BGPPeer `{peer.resource.name}` is told only of addresses in `network.subnets` "
                "that are announced by L2, too: after a switch to L2, it is left over, and a "
                "router that still learns them sends packets another way than the LAN does",
                "delete it if BGP has been given up; ignore this if both are meant",
                cluster,
            )


def _is_doubled(pool: Pool, subnets: Sequence[Interval], cluster: Cluster) -> bool:
    if cluster.mode(pool) != "both" or not pool.known:
        return False
    intervals = [entry.interval for entry in pool.entries]
    return all(one is not None and not one.minus(subnets) for one in intervals)


def _names(pools: Sequence[Pool]) -> str:
    return ", ".join(f"`{pool.name}`" for pool in pools)


def _notes(pools: Sequence[Pool], coverage: Coverage) -> tuple[Note, ...]:
    covering = {ad for pool in pools for ad in coverage.covering(pool)}
    return tuple(
        Note(ad.resource.place("kind").key, f"L2Advertisement `{ad.resource.name}`")
        for ad in coverage.advertisements
        if ad.mode == "l2" and ad in covering
    )


def _problem(
    one: Delivered, message: str, remedy: str, cluster: Cluster, notes: tuple[Note, ...] = ()
) -> Problem:
    return Problem(
        place=one.resource.place("kind").key,
        message=message,
        help=remedy,
        subject=subject_of(one, cluster),
        notes=notes,
        unfixable=_DECIDE,
    )
