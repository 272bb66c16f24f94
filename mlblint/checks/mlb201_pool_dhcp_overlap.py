"""Pools that share addresses with a DHCP server."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from mlblint.context import Context, subject_of
from mlblint.findings import Fix, Note, Problem
from mlblint.repo.addresses import Interval, parse_range, union
from mlblint.repo.metallb import Entry, Pool
from mlblint.repo.model import Cluster
from mlblint.repo.shrinking import shared, shrink


def check(context: Context) -> Iterator[Problem]:
    dhcp = union(
        interval for text in context.config.network.dhcp if (interval := parse_range(text))
    )
    if not dhcp:
        return
    for cluster in context.model.clusters:
        for pool in (*cluster.pools, *cluster.legacy_pools):
            for entry in pool.entries:
                leased = shared(entry, dhcp)
                if leased:
                    yield _problem(entry, pool, leased, dhcp, cluster)


def _problem(
    entry: Entry, pool: Pool, leased: list[Interval], dhcp: Sequence[Interval], cluster: Cluster
) -> Problem:
    result = shrink(entry, pool, dhcp, cluster)
    notes: tuple[Note, ...] = ()
    if result.loser is not None:
        loser = result.loser
        asked = ", ".join(loser.address_requests())
        notes = (Note(loser.annotations, f"Service `{loser.name}` asks for {asked}"),)
    return Problem(
        place=entry.place,
        message=(
            f"pool `{pool.name}` shares {', '.join(map(str, leased))} with `network.dhcp`: the "
            "DHCP server may lease an address to a machine that MetalLB has given to a Service, "
            "and then both answer for it"
        ),
        help=f"keep the two apart; what is left of `{entry.text}` is {result.remaining}",
        subject=subject_of(pool.delivered, cluster),
        notes=notes,
        fix=Fix(f"leave {result.remaining} of it", result.edits, "unsafe")
        if result.edits
        else None,
        unfixable=result.refusal,
    )
