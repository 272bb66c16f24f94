"""Which pools a Service may get its address from, and who announces them."""

from __future__ import annotations

from mlblint.repo.metallb import Pool
from mlblint.repo.model import Cluster
from mlblint.repo.resources import is_opaque, items, mapping, selects
from mlblint.repo.services import Service


def reachable_pools(service: Service, cluster: Cluster) -> tuple[Pool, ...]:
    """The pools that MetalLB would consider: those of the addresses asked for, the one that
    is named, or else all from which it assigns by itself (metallb
    internal/allocator/allocator.go@v0.15.3, `Allocate`). What is filled in later, in a request
    or in a pool, may turn out to fit."""
    named = service.request("address-pool")
    if is_opaque(named) or any(map(is_opaque, service.address_requests())):
        return cluster.pools
    pools = cluster.pools
    if named:
        pools = tuple(p for p in pools if p.name == named or is_opaque(p.name))
    wanted = list(service.addresses())
    if wanted:
        return tuple(p for p in pools if not p.known or all(map(p.contains, wanted)))
    return pools if named else tuple(p for p in pools if _assigns_itself(p, service))


def _assigns_itself(pool: Pool, service: Service) -> bool:
    """`isPoolCompatibleWithService` in the same file: namespaces and namespace selectors are
    alternatives, and selectors of Services a further condition."""
    if pool.resource.get("spec", "autoAssign") is False:
        return False
    allocation = mapping(pool.resource.get("spec", "serviceAllocation"))
    namespaces = items(allocation.get("namespaces"))
    # The labels of namespaces may be given elsewhere than in the repository.
    elsewhere = bool(items(allocation.get("namespaceSelectors"))) or not namespaces
    if not elsewhere and (service.namespace or "default") not in namespaces:
        return False
    selectors = items(allocation.get("serviceSelectors"))
    # So are the labels of a Service that a chart makes.
    if not selectors or service.delivered is None:
        return True
    return any(selects(selector, service.labels) for selector in selectors)
