"""Pools that share addresses with a DHCP server."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace

from mlblint.context import Context, subject_of
from mlblint.findings import Fix, Note, Problem
from mlblint.repo.addresses import Interval, parse_range, union
from mlblint.repo.metallb import Entry, Pool
from mlblint.repo.model import Cluster
from mlblint.text.edits import Append, Edit, Remove, Set
from mlblint.text.places import Place


def check(context: Context) -> Iterator[Problem]:
    dhcp = union(
        interval for text in context.config.network.dhcp if (interval := parse_range(text))
    )
    if not dhcp:
        return
    for cluster in context.model.clusters:
        for pool in cluster.pools:
            for entry in pool.entries:
                shared = _shared(entry, dhcp)
                if shared:
                    yield _problem(entry, pool, shared, dhcp, cluster)


def _shared(entry: Entry, dhcp: Sequence[Interval]) -> list[Interval]:
    if entry.interval is None:
        return []
    overlaps = (entry.interval.intersection(leased) for leased in dhcp)
    return [overlap for overlap in overlaps if overlap is not None]


def _problem(
    entry: Entry, pool: Pool, shared: list[Interval], dhcp: Sequence[Interval], cluster: Cluster
) -> Problem:
    assert entry.interval is not None
    left = entry.interval.minus(dhcp)
    remaining = ", ".join(map(str, left)) or "nothing"
    problem = Problem(
        place=entry.place,
        message=(
            f"pool `{pool.name}` shares {', '.join(map(str, shared))} with `network.dhcp`: the "
            "DHCP server may lease an address to a machine that MetalLB has given to a Service, "
            "and then both answer for it"
        ),
        help=f"keep the two apart; what is left of `{entry.text}` is {remaining}",
        subject=subject_of(pool.delivered, cluster),
    )
    pinned = [
        (service, address)
        for service in cluster.services
        if service.type == "LoadBalancer"
        for address in service.addresses()
        if any(part.contains(address) for part in shared)
    ]
    if pinned:
        service, address = pinned[0]
        return replace(
            problem,
            unfixable=f"Service `{service.name}` is pinned to {address}, which it would lose",
            notes=(Note(service.annotations, f"Service `{service.name}` asks for {address}"),),
        )
    if not left and len(pool.entries) == 1:
        return replace(problem, unfixable="nothing would be left of the pool")
    return replace(
        problem,
        fix=Fix(f"leave {remaining} of it", tuple(_edits(entry, left)), "unsafe"),
    )


def _edits(entry: Entry, left: Sequence[Interval]) -> Iterator[Edit]:
    if not left:
        yield Remove(entry.place)
        return
    yield Set(entry.place, _written(left[0]))
    items = Place(entry.place.document, entry.place.path[:-1])
    yield from (Append(items, _written(interval)) for interval in left[1:])


def _written(interval: Interval) -> str:
    """As MetalLB reads it: it refuses a bare address."""
    if interval.first == interval.last:
        return f"{interval}/{32 if interval.family == 4 else 128}"
    return str(interval)
