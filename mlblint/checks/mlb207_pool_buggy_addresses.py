"""Pools from which MetalLB hands out addresses that end in .0 or .255."""

from __future__ import annotations

from collections.abc import Iterator

from mlblint.context import Context, subject_of
from mlblint.findings import Fix, Note, Problem
from mlblint.repo.addresses import Interval
from mlblint.repo.metallb import Entry, Pool
from mlblint.repo.model import Cluster
from mlblint.repo.resources import is_opaque
from mlblint.repo.services import Service
from mlblint.repo.versions import AVOID_BUGGY_IPS, applies
from mlblint.text.edits import Insert

_KEY = "avoidBuggyIPs"
_BLOCK = 256


def check(context: Context) -> Iterator[Problem]:
    for cluster in context.model.clusters:
        if applies(AVOID_BUGGY_IPS, cluster.version) is False:
            continue
        for pool in cluster.pools:
            if pool.resource.kind != "IPAddressPool" or not _hands_out_anything(pool):
                continue
            mode = cluster.mode(pool)
            # One finding for a pool: one key mends all its ranges.
            found = next((entry for entry in pool.entries if _buggy(entry)), None)
            if mode and found:
                yield _problem(found, pool, _buggy(found), cluster, by_bgp=mode == "bgp")


def _hands_out_anything(pool: Pool) -> bool:
    """Whether addresses are assigned without being asked for, and nobody has decided on those
    that end in .0 and .255: an explicit `false` is a decision, too."""
    spec = pool.resource.get("spec")
    automatic = pool.resource.get("spec", "autoAssign")
    undecided = not isinstance(spec, dict) or _KEY not in spec
    known = not pool.resource.is_unknown("spec", _KEY) and not is_opaque(automatic)
    return undecided and known and automatic is not False


def _buggy(entry: Entry) -> list[Interval]:
    """The first and the last of them, if there is any. A single address was meant as it is
    written (metallb internal/allocator/allocator.go@v0.16.1, `ipConfusesBuggyFirmwares`)."""
    interval = entry.interval
    if interval is None or interval.family != 4 or interval.size == 1:
        return []
    first, last = interval.first, interval.last
    if not _is_buggy(first):
        first += _BLOCK - 1 - first % _BLOCK
    if not _is_buggy(last):
        last -= last % _BLOCK
    if first > last:
        return []
    return [Interval(4, one, one) for one in dict.fromkeys((first, last))]


def _is_buggy(address: int) -> bool:
    return address % _BLOCK in (0, _BLOCK - 1)


def _problem(
    entry: Entry, pool: Pool, buggy: list[Interval], cluster: Cluster, by_bgp: bool
) -> Problem:
    shown = " and ".join(map(str, buggy))
    loser = _loser(pool, cluster)
    notes: tuple[Note, ...] = ()
    if loser is not None:
        notes = (Note(loser[0].annotations, f"Service `{loser[0].name}` asks for {loser[1]}"),)
    return Problem(
        place=entry.place,
        message=(
            f"pool `{pool.name}` hands out addresses that end in .0 or .255, {shown} among them, "
            "because it does not set `avoidBuggyIPs`: in a /24 network they are the network's own "
            "address and broadcast, and some routers and clients take them for that anywhere; the "
            "Service that gets one is not reached from there"
        ),
        help="set `avoidBuggyIPs: true`, or leave such addresses out of the range",
        subject=subject_of(pool.delivered, cluster),
        severity="info" if by_bgp else None,
        notes=notes,
        fix=None
        if loser
        else Fix(
            "insert `avoidBuggyIPs: true`",
            (Insert(pool.resource.place("spec"), _KEY, True, after="addresses"),),
            "unsafe",
        ),
        unfixable=f"Service `{loser[0].name}` is pinned to {loser[1]}, which it would lose"
        if loser
        else None,
    )


def _loser(pool: Pool, cluster: Cluster) -> tuple[Service, Interval] | None:
    """A Service that insists on such an address: MetalLB would refuse it."""
    parts = [entry.interval for entry in pool.entries if entry.interval is not None]
    return cluster.pins.first_in(parts, lambda one: one.family == 4 and _is_buggy(one.first))
