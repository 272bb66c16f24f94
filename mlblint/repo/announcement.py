"""Which pools a Service may get its address from, and who announces them."""

from __future__ import annotations

from mlblint.repo.metallb import Pool
from mlblint.repo.model import Cluster
from mlblint.repo.resources import is_opaque
from mlblint.repo.service_allocation import Allocation
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
    if named:
        return pools
    return tuple(
        pool
        for pool in pools
        if Allocation(pool, cluster.version).hands_out(service, cluster.known_namespaces)
        is not False
    )
