"""Address entries of one cluster that have addresses in common."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from mlblint.context import Context, subject_of
from mlblint.findings import Note, Problem
from mlblint.repo.addresses import Interval
from mlblint.repo.metallb import Entry, Pool
from mlblint.repo.model import Cluster
from mlblint.repo.validation.configuration import read_pools


class _Line(NamedTuple):
    interval: Interval
    order: int
    entry: Entry
    pool: Pool


def check(context: Context) -> Iterator[Problem]:
    for cluster in context.model.clusters:
        for first, second in _overlaps(cluster):
            yield _problem(first, second, cluster)


def _overlaps(cluster: Cluster) -> Iterator[tuple[_Line, _Line]]:
    """Each line at most once as the later of two. In the order of their first addresses, a
    line that overlaps any before it overlaps the one that reaches farthest."""
    farthest: _Line | None = None
    for line in sorted(_lines(cluster)):
        if farthest is not None and farthest.interval.intersection(line.interval):
            earlier, later = sorted((farthest, line), key=lambda one: one.order)
            yield earlier, later
        if farthest is None or _end(line) > _end(farthest):
            farthest = line


def _end(line: _Line) -> tuple[int, int]:
    return line.interval.family, line.interval.last


def _lines(cluster: Cluster) -> Iterator[_Line]:
    """An object that is delivered twice is one object: what was applied last."""
    read = (*read_pools(cluster), *cluster.legacy_pools)
    pools = {(p.resource.kind, p.delivered.namespace, p.name): p for p in read}
    entries = ((entry, pool) for pool in pools.values() for entry in pool.entries)
    for order, (entry, pool) in enumerate(entries):
        if entry.interval is not None:
            yield _Line(entry.interval, order, entry, pool)


def _problem(earlier: _Line, later: _Line, cluster: Cluster) -> Problem:
    shared = earlier.interval.intersection(later.interval)
    mine, other = later.pool.name, earlier.pool.name
    whose = "the same pool" if earlier.pool is later.pool else f"pool `{other}`"
    return Problem(
        place=later.entry.place,
        message=(
            f"`{later.entry.text}` of pool `{mine}` shares {shared} with `{earlier.entry.text}` of "
            f"{whose}: MetalLB refuses the pool, or, if both are there, the whole configuration"
        ),
        help="let every address stand in one entry of one pool only",
        subject=subject_of(later.pool.delivered, cluster),
        notes=(Note(earlier.entry.place, f"`{earlier.entry.text}` of pool `{other}`"),),
        unfixable="which of the two is to keep the addresses is for a person to decide",
    )
