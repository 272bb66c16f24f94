"""Pools that hold addresses which nodes, routers and other machines have."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import NamedTuple

from mlblint.config import NetworkConfig
from mlblint.context import Context, subject_of
from mlblint.findings import Fix, Note, Problem
from mlblint.repo.addresses import Interval, overlaps, parse_range
from mlblint.repo.machines import API_SERVER, NFS_SERVER, ROUTER, Claim
from mlblint.repo.metallb import Entry, Pool
from mlblint.repo.model import Cluster
from mlblint.repo.shrinking import Shrinking, shared, shrink
from mlblint.repo.versions import POOL_CONTAINS_NODE_CHECK, applies
from mlblint.text.places import Place

_NO_NODES = (API_SERVER, ROUTER, NFS_SERVER)
_AT_MOST = 4
"""More owners of addresses than these are counted in the message."""


class Taken(NamedTuple):
    """Addresses that somebody has, and who, as the message says it. `name` is the one in
    `network.reserved`."""

    addresses: Interval
    owner: str
    place: Place | None = None
    name: str = ""


def check(context: Context) -> Iterator[Problem]:
    written = list(_configured(context.config.network))
    for cluster in context.model.clusters:
        entries = [
            (pool, entry, entry.interval)
            for pool in cluster.pools
            for entry in pool.entries
            if entry.interval is not None
        ]
        if not entries:
            continue
        taken = [*written, *_seen(cluster, context, written)]
        inside: dict[int, list[Taken]] = {}
        pairs = overlaps([interval for _, _, interval in entries], [one.addresses for one in taken])
        for index, number, _ in pairs:
            if not _is_its_own(taken[number], entries[index][0]):
                inside.setdefault(index, []).append(taken[number])
        for index, found in inside.items():
            pool, entry, _ = entries[index]
            yield _problem(entry, pool, found, cluster)


def _configured(network: NetworkConfig) -> Iterator[Taken]:
    for text in network.nodes:
        interval = parse_range(text)
        if interval is not None:
            yield Taken(interval, "a node, says `network.nodes`")
    for name, texts in network.reserved.items():
        for interval in filter(None, map(parse_range, texts)):
            yield Taken(interval, f"`{name}`, says `network.reserved`", name=name)


def _is_its_own(one: Taken, pool: Pool) -> bool:
    """What is reserved under the pool's name, or for MetalLB, is reserved for the pool."""
    return bool(one.name) and (one.name == pool.name or "metallb" in one.name.lower())


def _seen(cluster: Cluster, context: Context, written: Sequence[Taken]) -> Iterator[Taken]:
    """What the repository says of the machines, each address once. An NFS server may run in the
    cluster itself, behind a Service."""
    known = {one.addresses for one in written}
    pinned: set[Interval] | None = None
    for fact in context.model.machines(cluster):
        if isinstance(fact, Claim) and fact.address not in known:
            if fact.owner == NFS_SERVER:
                if pinned is None:
                    pinned = {one for s in cluster.services for one in s.addresses()}
                if fact.address in pinned:
                    continue
            known.add(fact.address)
            yield Taken(fact.address, fact.owner, fact.place)


def _problem(entry: Entry, pool: Pool, inside: Sequence[Taken], cluster: Cluster) -> Problem:
    taken = [one.addresses for one in inside]
    result = shrink(entry, pool, taken, cluster)
    left = f"what is left of `{entry.text}` is {result.remaining}"
    return Problem(
        place=entry.place,
        message=(
            f"pool `{pool.name}` holds {_owners(entry, inside)}: MetalLB may give such an address "
            "to a Service and answer for it, and then its owner can no longer be reached"
            + _refusal(inside, cluster)
        ),
        help=f"keep them out of the pool; {left}",
        # Who serves NFS without asking for an address may still have got it from this pool.
        severity="warning" if all(one.owner == NFS_SERVER for one in inside) else None,
        subject=subject_of(pool.delivered, cluster),
        notes=tuple(_notes(inside, result)),
        fix=Fix(f"leave {result.remaining} of it", result.edits, "unsafe")
        if result.edits
        else None,
        unfixable=result.refusal,
    )


def _owners(entry: Entry, inside: Sequence[Taken]) -> str:
    named = [f"{shared(entry, [one.addresses])[0]} ({one.owner})" for one in inside[:_AT_MOST]]
    others = len(inside) - len(named)
    return ", ".join(named) + (f" and {others} more addresses that are taken" if others else "")


def _refusal(inside: Sequence[Taken], cluster: Cluster) -> str:
    of_machines = any(not one.name and one.owner not in _NO_NODES for one in inside)
    if not of_machines or not applies(POOL_CONTAINS_NODE_CHECK, cluster.version):
        return ""
    return f"; MetalLB {cluster.version} refuses a pool that holds a node's address"


def _notes(inside: Sequence[Taken], result: Shrinking) -> Iterator[Note]:
    for one in inside[:_AT_MOST]:
        if one.place is not None:
            yield Note(one.place, f"{one.addresses} belongs to {one.owner}")
    if result.loser is not None:
        asked = ", ".join(result.loser.address_requests())
        yield Note(result.loser.annotations, f"Service `{result.loser.name}` asks for {asked}")
