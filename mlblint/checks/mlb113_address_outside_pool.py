"""Addresses asked for that no pool has, or no pool gives to this Service."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import islice

from mlblint.context import Context, subject_of_service
from mlblint.findings import Note, Problem
from mlblint.repo.address_requests import Asked, Request
from mlblint.repo.allocation import Allocator, Refusal
from mlblint.repo.metallb import Pool
from mlblint.repo.service_allocation import Allocation

_SHOWN = 4
_UNFIXABLE = "which address or which pool is meant, only a person knows"


def check(context: Context) -> Iterator[Problem]:
    for cluster, allocator in context.model.allocators.items():
        everything = _all(allocator)
        for request, refusal in allocator.refusals.items():
            found = _found(refusal, allocator, everything)
            if found is None:
                continue
            asked, what, help_text = found
            yield Problem(
                place=asked.place,
                message=(
                    f"Service `{request.service.name}` {what}: MetalLB refuses the request "
                    "(AllocationFailed), and the Service stays without an address"
                ),
                help=help_text,
                subject=subject_of_service(request.service, cluster),
                severity=None if refusal.certain else "warning",
                notes=_notes(refusal),
                unfixable=_UNFIXABLE,
            )


def _found(
    refusal: Refusal, allocator: Allocator, everything: str
) -> tuple[Asked, str, str] | None:
    request, pool = refusal.request, refusal.pool
    asked = request.asked or request.pool
    if asked is None:
        return None
    if refusal.kind == "outside":
        return (
            asked,
            f"asks for {refusal.address}, which is in no pool of the cluster ({everything})",
            "name an address of a pool, or add this one to a pool",
        )
    if pool is None:
        return None
    if refusal.kind == "buggy":
        return (
            asked,
            f"asks for {refusal.address}, which pool `{pool.name}` holds but does not hand out: "
            "it has `avoidBuggyIPs`, which leaves out what ends in .0 or .255",
            "name another address, or take `avoidBuggyIPs` away from the pool",
        )
    if refusal.kind == "not-for-it":
        return (
            asked,
            f"{_asks(request, pool)}, but the `serviceAllocation` of that pool is for "
            f"{_whom(allocator.allocations[pool])} only",
            "name an address or a pool that is there for this Service, or widen the pool's "
            "`serviceAllocation`",
        )
    if refusal.kind == "other-pool":
        return _other_pool(refusal, pool)
    return None


def _other_pool(refusal: Refusal, pool: Pool) -> tuple[Asked, str, str]:
    request = refusal.request
    assert request.pool is not None
    assert request.asked is not None
    since = "" if refusal.certain else " (since MetalLB 0.13.10)"
    return (
        request.asked,
        f"asks for `{request.asked.value}`, which is in pool `{pool.name}`, and by "
        f"`{request.pool.key}` for pool `{request.pool.value}`, which must have it{since}",
        f"name an address of pool `{request.pool.value}`, or take `{request.pool.key}` away: the "
        "address alone is enough",
    )


def _asks(request: Request, pool: Pool) -> str:
    if request.asked is None:
        return f"asks for an address of pool `{pool.name}`"
    return f"asks for `{request.asked.value}`, which is in pool `{pool.name}`"


def _whom(allocation: Allocation) -> str:
    names = ", ".join(f"`{name}`" for name in allocation.namespaces[:_SHOWN])
    more = len(allocation.namespaces) - _SHOWN
    named = f"namespace {names}" + (f" and {more} more" if more > 0 else "")
    labelled = "namespaces with certain labels" if allocation.namespace_selectors else ""
    where = " or ".join(filter(None, [named if names else "", labelled]))
    which = "Services with certain labels" if allocation.service_selectors else ""
    return " in ".join(filter(None, [which, where]))


def _all(allocator: Allocator) -> str:
    pools = allocator.table.pools
    entries = (f"`{pool.name}`: {entry.text}" for pool in pools for entry in pool.entries)
    more = sum(len(pool.entries) for pool in pools) - _SHOWN
    return "; ".join(islice(entries, _SHOWN)) + (f" and {more} more" if more > 0 else "")


def _notes(refusal: Refusal) -> tuple[Note, ...]:
    if refusal.pool is None:
        return ()
    key = {"buggy": "avoidBuggyIPs", "not-for-it": "serviceAllocation"}.get(refusal.kind)
    place = refusal.pool.resource.place("spec", key or "addresses")
    return (Note(place, f"pool `{refusal.pool.name}`"),)
