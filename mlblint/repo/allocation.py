"""Which address each Service of a cluster gets from MetalLB, as far as the repository decides it.

In what order the Services reach MetalLB, only the cluster knows. So nothing is said here that
depends on it, except to which of two Services that are in each other's way it is said: the later
one in the files (metallb internal/allocator/allocator.go@v0.16.1, controller/service.go).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Literal

from mlblint.records import cached_property, dataclass
from mlblint.repo.address_requests import Request
from mlblint.repo.addresses import Interval
from mlblint.repo.certainty import Certainty
from mlblint.repo.choice import Choice
from mlblint.repo.holders import Holders
from mlblint.repo.metallb import Pool
from mlblint.repo.resources import is_opaque
from mlblint.repo.service_allocation import Allocation, Namespaces
from mlblint.repo.services import Service
from mlblint.repo.sharing import Clash, clashes
from mlblint.repo.versions import (
    ADDRESS_POOL_READ,
    AVOID_BUGGY_IPS,
    PREFER_DUAL_STACK_FALLBACK,
    REQUESTED_ADDRESS_IN_REQUESTED_POOL,
    Version,
    applies,
)

RefusalKind = Literal[
    "invalid",
    "conflicting",
    "family",
    "outside",
    "two-pools",
    "buggy",
    "not-for-it",
    "other-pool",
    "unknown-pool",
    "no-family",
    "nobody",
]


@dataclass(frozen=True, eq=False)
class Refusal:
    """Why MetalLB gives a Service no address, whatever the others get. `certain` is false
    where it depends on a version that cannot be told."""

    request: Request
    kind: RefusalKind
    pool: Pool | None = None
    address: Interval | None = None
    certain: bool = True


@dataclass(frozen=True, eq=False)
class PoolTable:
    """The pools that MetalLB of one version reads, to be asked for addresses and names."""

    pools: tuple[Pool, ...]

    @classmethod
    def read_by(cls, version: Version | None, pools: Iterable[Pool]) -> PoolTable:
        legacy = applies(ADDRESS_POOL_READ, version) is not False
        return cls(tuple(p for p in pools if legacy or p.resource.kind != "AddressPool"))

    @cached_property
    def are_known(self) -> bool:
        """Whether all names and addresses are known, and MetalLB accepts the addresses."""
        return bool(self.pools) and all(
            pool.name
            and not is_opaque(pool.name)
            and pool.known
            and all(entry.interval for entry in pool.entries)
            for pool in self.pools
        )

    @cached_property
    def are_countable(self) -> bool:
        """Whether each address is there once: MetalLB refuses pools that overlap."""
        return self.are_known and self._holders.are_disjoint

    @cached_property
    def named(self) -> Mapping[str, Pool]:
        return {pool.name: pool for pool in self.pools}

    @cached_property
    def order(self) -> Mapping[Pool, int]:
        return {pool: at for at, pool in enumerate(self.pools)}

    @cached_property
    def _holders(self) -> Holders[Pool]:
        return Holders((e.interval, p) for p in self.pools for e in p.entries if e.interval)

    def holding(self, address: Interval) -> Iterator[Pool]:
        return self._holders.of(address)

    def may_hold(self, address: Interval) -> bool:
        """Whether one of them has it, as far as that can be told."""
        return self._has_unknown or any(True for _ in self.holding(address))

    @cached_property
    def _has_unknown(self) -> bool:
        return not all(pool.known for pool in self.pools)


@dataclass(frozen=True, eq=False)
class Allocator:
    """MetalLB of one cluster. `services` are those that it serves, in the order of the files.
    `complete` says whether all of the cluster's pools are in sight; `others` are pools of the
    repository of which nobody can say whether they reach the cluster."""

    version: Version | None
    pools: tuple[Pool, ...]
    services: tuple[Service, ...]
    namespaces: Namespaces
    complete: bool = True
    others: tuple[Pool, ...] = ()

    @cached_property
    def table(self) -> PoolTable:
        return PoolTable.read_by(self.version, self.pools)

    @cached_property
    def _elsewhere(self) -> PoolTable:
        return PoolTable(self.others)

    @cached_property
    def allocations(self) -> Mapping[Pool, Allocation]:
        return {p: Allocation(p, self.version, self.namespaces) for p in self.table.pools}

    @cached_property
    def choice(self) -> Choice:
        """From which pools MetalLB chooses by itself."""
        return Choice(self.allocations, self.namespaces)

    @cached_property
    def requests(self) -> tuple[Request, ...]:
        return tuple(Request(service, self.version) for service in self.services)

    @cached_property
    def refusals(self) -> Mapping[Request, Refusal]:
        found = ((request, self._refusal(request)) for request in self.requests)
        return {request: refusal for request, refusal in found if refusal is not None}

    @cached_property
    def clashes(self) -> tuple[Clash, ...]:
        """Who is in whose way, of those that are not refused anyway."""
        pinned = (one for one in self.requests if one.is_known and one.addresses)
        return tuple(clashes(one for one in pinned if one not in self.refusals))

    def _refusal(self, request: Request) -> Refusal | None:
        """The first thing that MetalLB would stumble over."""
        if not request.is_known:
            return None
        if request.annotation and request.field:
            return Refusal(request, "conflicting")
        if request.fault:
            return Refusal(request, "invalid")
        if request.asked is not None and request.family not in request.families:
            return Refusal(request, "family")
        if not (self.complete and self.table.are_known):
            return None
        if request.pool and request.pool.value not in self.table.named:
            elsewhere = request.pool.value in self._elsewhere.named
            return None if elsewhere else Refusal(request, "unknown-pool")
        if request.addresses:
            return self._of_addresses(request)
        if request.pool:
            return self._of_pool(request)
        return None if self.others else self._of_all(request)

    def _of_addresses(self, request: Request) -> Refusal | None:
        holders = [list(self.table.holding(address)) for address in request.addresses]
        for address, holding in zip(request.addresses, holders, strict=True):
            if not holding:
                if self._elsewhere.may_hold(address):
                    return None
                return Refusal(request, "outside", address=address)
            if is_buggy(address) and all(map(self.avoids_buggy, holding)):
                known = applies(AVOID_BUGGY_IPS, self.version) is not None
                return Refusal(request, "buggy", holding[0], address, known)
        common = [pool for pool in holders[0] if all(pool in holding for holding in holders)]
        if not common:
            return Refusal(request, "two-pools")
        pool = common[0]
        if self._admits(pool, request) is False:
            return Refusal(request, "not-for-it", pool, certain=self.version is not None)
        checked = applies(REQUESTED_ADDRESS_IN_REQUESTED_POOL, self.version)
        if request.pool and request.pool.value != pool.name and checked is not False:
            return Refusal(request, "other-pool", pool, certain=checked is True)
        return None

    def _of_pool(self, request: Request) -> Refusal | None:
        assert request.pool is not None
        pool = self.table.named[request.pool.value]
        if self._admits(pool, request) is False:
            return Refusal(request, "not-for-it", pool, certain=self.version is not None)
        return None if self.suits(pool, request) else Refusal(request, "no-family", pool)

    def _of_all(self, request: Request) -> Refusal | None:
        reserved = self.choice.reserved(request.service)
        if self.choice.common_is_uncertain or any(sure is None for _, sure in reserved):
            return None
        if not (reserved or self.choice.common):
            return Refusal(request, "nobody")
        suiting = any(self.suits(pool, request) for pool, _ in reserved)
        return None if suiting or self._common_suits(request) else Refusal(request, "no-family")

    def _admits(self, pool: Pool, request: Request) -> Certainty:
        return self.allocations[pool].admits(request.service)

    # -- what a pool has ------------------------------------------------------------------

    def avoids_buggy(self, pool: Pool) -> bool:
        wanted = pool.resource.get("spec", "avoidBuggyIPs") is True
        return wanted and applies(AVOID_BUGGY_IPS, self.version) is not False

    @cached_property
    def capacities(self) -> Mapping[Pool, tuple[int, int]]:
        """How many addresses each pool has to give, of IPv4 and of IPv6."""
        return {pool: self._capacity(pool) for pool in self.table.pools}

    def _capacity(self, pool: Pool) -> tuple[int, int]:
        counts = {4: 0, 6: 0}
        for interval in filter(None, (entry.interval for entry in pool.entries)):
            buggy = buggy_addresses(interval) if self.avoids_buggy(pool) else 0
            counts[interval.family] += interval.size - buggy
        return counts[4], counts[6]

    def suits(self, pool: Pool, request: Request) -> bool:
        """Whether it has addresses of a family that the Service might get."""
        of_v4, of_v6 = map(bool, self.capacities[pool])
        if self.takes_either(request) and (of_v4 or of_v6):
            return True
        has = {"IPv4": of_v4, "IPv6": of_v6, "both": of_v4 and of_v6}
        return any(has[family] for family in request.families)

    def takes_either(self, request: Request) -> bool:
        """Whether it is content with one family although it would like both."""
        fallback = applies(PREFER_DUAL_STACK_FALLBACK, self.version) is not False
        return request.prefers_both and fallback and "both" in request.families

    def _common_suits(self, request: Request) -> bool:
        return any(self.suits(pool, request) for pool in self._kinds_of_common)

    @cached_property
    def _kinds_of_common(self) -> Sequence[Pool]:
        """One pool for each combination of families that there is among the common ones."""
        kinds = {tuple(map(bool, self.capacities[pool])): pool for pool, _ in self.choice.common}
        return list(kinds.values())


def is_buggy(address: Interval) -> bool:
    """Whether some routers take it for a network or a broadcast address."""
    return address.family == 4 and address.first % 256 in (0, 255)


def buggy_addresses(interval: Interval) -> int:
    if interval.family != 4:
        return 0

    def below(end: int) -> int:
        """Of the addresses before `end`."""
        return end // 256 * 2 + (1 if end % 256 else 0)

    return below(interval.last + 1) - below(interval.first)
