"""Which pools a Service may get its address from, and who announces them."""

from __future__ import annotations

from mlblint.repo.metallb import Pool
from mlblint.repo.model import Cluster
from mlblint.repo.resources import get, items, mapping
from mlblint.repo.services import Service


def reachable_pools(service: Service, cluster: Cluster) -> tuple[Pool, ...]:
    """The pools that MetalLB would consider: those of the addresses asked for, the one that
    is named, or else all from which it assigns by itself (metallb
    internal/allocator/allocator.go@v0.15.3, `Allocate`)."""
    wanted = list(service.addresses())
    if wanted:
        return tuple(p for p in cluster.pools if all(p.contains(address) for address in wanted))
    named = service.request("address-pool")
    if named:
        return tuple(p for p in cluster.pools if p.name == named)
    return tuple(p for p in cluster.pools if _assigns_itself(p, service))


def _assigns_itself(pool: Pool, service: Service) -> bool:
    if pool.resource.get("spec", "autoAssign") is False:
        return False
    allocation = mapping(pool.resource.get("spec", "serviceAllocation"))
    namespaces = items(allocation.get("namespaces"))
    # Selectors are judged by labels of namespaces that may not be in the repository.
    if namespaces and not get(allocation, "namespaceSelectors"):
        return (service.namespace or "default") in namespaces
    return True
