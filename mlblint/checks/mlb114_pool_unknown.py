"""Services that ask for an address of a pool that their cluster does not have."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from itertools import islice

from mlblint.context import Context, subject_of_service
from mlblint.findings import Problem
from mlblint.repo.address_requests import Asked, Request
from mlblint.repo.model import Cluster
from mlblint.schema import closest


def check(context: Context) -> Iterator[Problem]:
    for cluster, allocator in context.model.allocators.items():
        for request, refusal in allocator.refusals.items():
            if refusal.kind == "unknown-pool" and request.pool is not None:
                yield _problem(request, request.pool, allocator.table.named, cluster)


def _problem(request: Request, pool: Asked, names: Collection[str], cluster: Cluster) -> Problem:
    return Problem(
        place=pool.place,
        message=(
            f"Service `{request.service.name}` asks for pool `{pool.value}`, which the cluster "
            f"does not have (it has {_listed(names)}){_written(pool.value)}: MetalLB refuses the "
            "request (AllocationFailed), and the Service stays without an address"
        ),
        help=_help(pool.value, names),
        subject=subject_of_service(request.service, cluster),
        unfixable="only a person knows which pool is meant",
    )


def _listed(names: Collection[str], shown: int = 5) -> str:
    more = f" and {len(names) - shown} more" if len(names) > shown else ""
    return ", ".join(f"`{name}`" for name in islice(names, shown)) + more


def _written(value: str) -> str:
    if value != value.strip():
        return ", and MetalLB takes the blanks around it for a part of the name"
    return ", and MetalLB reads it as the name of one pool" if "," in value else ""


def _help(value: str, names: Collection[str]) -> str:
    meant = closest(value.strip(), names)
    if meant is not None:
        return f"did you mean `{meant}`?"
    return "name a pool of the cluster, or leave the choice to MetalLB by taking the key away"
