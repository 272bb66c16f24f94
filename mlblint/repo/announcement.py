"""Which pools a Service may get its address from, and who announces them."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterable, Mapping
from functools import cached_property
from typing import Generic, TypeVar

from mlblint.records import dataclass
from mlblint.repo.allocation import PoolTable
from mlblint.repo.choice import Choice
from mlblint.repo.metallb import Pool
from mlblint.repo.model import Cluster
from mlblint.repo.resources import is_opaque
from mlblint.repo.service_allocation import Allocation
from mlblint.repo.services import Service

K = TypeVar("K", bound=Hashable)


@dataclass(frozen=True, eq=False)
class Reach(Generic[K]):
    """What can be said of the pools that MetalLB would consider for a Service: those of the
    addresses asked for, the one that is named, or else all from which it assigns by itself
    (metallb internal/allocator/allocator.go@v0.15.3, `Allocate`). What is filled in later, in a
    request or in a pool, may turn out to fit. `said` is what is said of one pool: of the many
    that every Service may get an address from, it is asked once."""

    cluster: Cluster
    said: Callable[[Pool], K]

    def of(self, service: Service) -> frozenset[K]:
        named = service.request("address-pool")
        if is_opaque(named) or any(map(is_opaque, service.address_requests())):
            return self._of_all
        wanted = list(service.addresses())
        if named:
            pools = [*self._named.get(named, ()), *self._unnamed]
            return self._of(p for p in pools if not p.known or all(map(p.contains, wanted)))
        if wanted:
            holding = self._table.holding(wanted[0])
            found = self._of(p for p in holding if p.known and all(map(p.contains, wanted)))
            return found | self._of_unknown
        return self._of_common | self._of(p for p, _ in self._choice.reserved(service))

    def _of(self, pools: Iterable[Pool]) -> frozenset[K]:
        return frozenset(map(self.said, pools))

    @cached_property
    def _of_all(self) -> frozenset[K]:
        return self._of(self.cluster.pools)

    @cached_property
    def _of_unknown(self) -> frozenset[K]:
        return self._of(pool for pool in self.cluster.pools if not pool.known)

    @cached_property
    def _of_common(self) -> frozenset[K]:
        return self._of(pool for pool, _ in self._choice.common)

    @cached_property
    def _named(self) -> Mapping[str, list[Pool]]:
        found: dict[str, list[Pool]] = {}
        for pool in self.cluster.pools:
            found.setdefault(pool.name, []).append(pool)
        return found

    @cached_property
    def _unnamed(self) -> list[Pool]:
        return [pool for pool in self.cluster.pools if is_opaque(pool.name)]

    @cached_property
    def _table(self) -> PoolTable:
        return PoolTable(self.cluster.pools)

    @cached_property
    def _choice(self) -> Choice:
        version, namespaces = self.cluster.version, self.cluster.known_namespaces
        allocations = {p: Allocation(p, version, namespaces) for p in self.cluster.pools}
        return Choice(allocations, namespaces)
