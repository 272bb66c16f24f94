"""Services for which the pools have no address left, or never had one."""

from __future__ import annotations

from collections.abc import Iterator

from mlblint.context import Context, subject_of_service
from mlblint.findings import Note, Problem, Severity
from mlblint.repo.address_requests import Request, field_place
from mlblint.repo.allocation import Refusal
from mlblint.repo.exhaustion import Shortage, shortages
from mlblint.repo.metallb import Pool
from mlblint.repo.model import Cluster
from mlblint.text.places import Place

_PENDING = "MetalLB has nothing to give it (`no available IPs`), and it stays without an address"
_UNFIXABLE = "which addresses are free in the network, the repository does not say"


def check(context: Context) -> Iterator[Problem]:
    for cluster, allocator in context.model.allocators.items():
        for refusal in allocator.refusals.values():
            if refusal.kind in ("nobody", "no-family"):
                yield _of_refusal(refusal, cluster)
        for shortage in shortages(allocator):
            yield _of_shortage(shortage, cluster)


def _of_refusal(refusal: Refusal, cluster: Cluster) -> Problem:
    request = refusal.request
    if refusal.kind == "nobody":
        what = (
            "asks for no pool, and every pool of the cluster has `autoAssign: false` or a "
            "`serviceAllocation` for others"
        )
        help_text = "name a pool in the annotation `address-pool`, or let one assign by itself"
    else:
        family = _family(request)
        where = f"pool `{refusal.pool.name}`" if refusal.pool else "no pool that it may use"
        has = "has none" if refusal.pool else "has any"
        what = f"needs {family}, of which {where} {has}"
        help_text = "add addresses of that family to the pool, or change the Service's families"
    return Problem(
        place=_place(request),
        message=f"Service `{request.service.name}` {what}: {_PENDING}",
        help=help_text,
        subject=subject_of_service(request.service, cluster),
        severity=_severity(request.service.is_manifest),
        notes=_notes((refusal.pool,) if refusal.pool else ()),
        unfixable=_UNFIXABLE,
    )


def _of_shortage(shortage: Shortage, cluster: Cluster) -> Problem:
    request = shortage.request
    names = ", ".join(f"`{pool.name}`" for pool in shortage.pools[:3])
    more = len(shortage.pools) - 3
    pools = f"pool {names}" if len(shortage.pools) == 1 else f"the pools {names} together"
    pools = pools if more < 1 else f"the pools {names} and {more} more together"
    of_family = f"{shortage.family} " if shortage.family else ""
    has = "has" if len(shortage.pools) == 1 else "have"
    return Problem(
        place=_place(request),
        message=(
            f"Service `{request.service.name}` finds no address left: {pools} {has} "
            f"{shortage.available} usable {of_family}address{_plural(shortage.available)}, and "
            f"the repository's Services need {shortage.needed} at least. The last to reach MetalLB "
            "(in the order of the files, this one) stays without an address"
        ),
        help="add addresses to a pool that it may use, or let Services share one "
        "(`allow-shared-ip`)",
        subject=subject_of_service(request.service, cluster),
        severity=_severity(shortage.certain),
        notes=_notes(shortage.pools[:3]),
        unfixable=_UNFIXABLE,
    )


def _family(request: Request) -> str:
    possible = request.families
    if possible == {"both"}:
        return "an IPv4 and an IPv6 address of one pool"
    return " or ".join(f"an {family} address" for family in ("IPv4", "IPv6") if family in possible)


def _severity(certain: bool) -> Severity:
    return "error" if certain else "warning"


def _plural(count: int) -> str:
    return "" if count == 1 else "es"


def _place(request: Request) -> Place:
    return request.pool.place if request.pool else field_place(request.service, "type")


def _notes(pools: tuple[Pool, ...]) -> tuple[Note, ...]:
    return tuple(
        Note(pool.resource.place("spec", "addresses"), f"the addresses of pool `{pool.name}`")
        for pool in pools
    )
