"""Pools from which more addresses are wanted than they have.

What counts is what is wanted at least, in whatever order the Services come: those that may share
an address are taken to do so, and one that may choose among pools is counted for all of them
together. Who pins an address has it, who names a pool comes next, and then everybody else.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Literal

from mlblint.records import dataclass
from mlblint.repo.address_requests import DEFAULT, Family, Port, Request
from mlblint.repo.addresses import Interval
from mlblint.repo.allocation import Allocator
from mlblint.repo.metallb import Pool

_Kind = Literal["IPv4", "IPv6", "both", "default", "either"]
# A family under the assumption of which one the cluster gives to Services first.
_Slot = tuple[int, int]
_SLOTS: Mapping[_Kind, tuple[_Slot, ...]] = {
    "IPv4": ((4, 4), (6, 4)),
    "IPv6": ((4, 6), (6, 6)),
    "both": ((4, 4), (6, 4), (4, 6), (6, 6)),
    "default": ((4, 4), (6, 6)),
    "either": (),
}


@dataclass(frozen=True, eq=False)
class Shortage:
    """`request` is the first for which nothing is left in `pools`; of the `family` or, without
    one, in all, `needed` addresses are wanted and `available` are there. `certain` is false
    where the Services that a chart or a controller makes are among those counted."""

    request: Request
    pools: tuple[Pool, ...]
    family: Family | None
    needed: int
    available: int
    certain: bool


@dataclass(frozen=True, eq=False)
class _Claim:
    request: Request
    kind: _Kind
    pinned: tuple[Interval, ...] = ()


def shortages(allocator: Allocator) -> Iterator[Shortage]:
    usable = allocator.complete and allocator.table.are_countable
    if not usable:
        return
    claims = _Claims(allocator)
    for pool, members in claims.named.items():
        for shortage in _shortage(allocator, (pool,), _Demand(), claims.pinned(pool), members):
            yield shortage
            # The others are in nobody's way.
            requests = [claim.request for claim in members]
            del members[requests.index(shortage.request) :]
    if allocator.others or allocator.choice.common_is_uncertain:
        return
    everywhere = tuple(pool for pool, _ in allocator.choice.common)
    held = [claim for pool in everywhere for claim in claims.held(pool)]
    base = _Demand()
    short = list(_shortage(allocator, everywhere, base, held, claims.free))
    short = short or list(_of_both_families(allocator, everywhere, claims))
    yield from short
    for pools, members in claims.components() if not short else ():
        own = [claim for pool in pools for claim in claims.held(pool)]
        yield from _shortage(allocator, (*pools, *everywhere), _Demand(base), own, members)


def _of_both_families(
    allocator: Allocator, pools: Iterable[Pool], claims: _Claims
) -> Iterator[Shortage]:
    """Who needs both families gets them from one pool, so only some pools will do."""
    suiting = tuple(pool for pool in pools if all(allocator.capacities[pool]))
    held = [claim for pool in suiting for claim in claims.held(pool)]
    wanting = [claim for claim in claims.free if claim.kind == "both"]
    yield from _shortage(allocator, suiting, _Demand(), held, wanting)


class _Claims:
    """Who wants an address from where."""

    def __init__(self, allocator: Allocator) -> None:
        self.named: dict[Pool, list[_Claim]] = {}
        self.free: list[_Claim] = []
        self._pinned: dict[Pool, list[_Claim]] = {}
        self._reserved: list[tuple[_Claim, tuple[Pool, ...]]] = []
        late = {clash.request for clash in allocator.clashes}
        for request in allocator.requests:
            if request.is_known and request not in allocator.refusals and request not in late:
                self._add(request, allocator)

    def _add(self, request: Request, allocator: Allocator) -> None:
        if request.addresses:
            for pool in allocator.table.holding(request.addresses[0]):
                claim = _Claim(request, request.family, request.addresses)
                self._pinned.setdefault(pool, []).append(claim)
            return
        claim = _Claim(request, _kind(request, allocator))
        if request.pool is not None:
            pool = allocator.table.named[request.pool.value]
            self.named.setdefault(pool, []).append(claim)
            return
        reserved = allocator.choice.reserved(request.service)
        if not reserved:
            self.free.append(claim)
        elif all(reserved_for_it for _, reserved_for_it in reserved):
            self._reserved.append((claim, tuple(pool for pool, _ in reserved)))

    def pinned(self, pool: Pool) -> Sequence[_Claim]:
        return self._pinned.get(pool, ())

    def held(self, pool: Pool) -> Sequence[_Claim]:
        return [*self.pinned(pool), *self.named.get(pool, ())]

    def components(self) -> Iterator[tuple[tuple[Pool, ...], list[_Claim]]]:
        """Pools that are there for the same Services, and those Services: whoever may choose
        among two of them joins them."""
        leader: dict[Pool, Pool] = {}

        def find(pool: Pool) -> Pool:
            while leader.setdefault(pool, pool) is not pool:
                leader[pool] = leader[leader[pool]]
                pool = leader[pool]
            return pool

        for _, pools in self._reserved:
            for pool in pools[1:]:
                leader[find(pool)] = find(pools[0])
        members: dict[Pool, list[_Claim]] = {}
        joined: dict[Pool, dict[Pool, None]] = {}
        for claim, pools in self._reserved:
            members.setdefault(find(pools[0]), []).append(claim)
            joined.setdefault(find(pools[0]), {}).update(dict.fromkeys(pools))
        for first, found in members.items():
            yield tuple(joined[first]), found


def _kind(request: Request, allocator: Allocator) -> _Kind:
    possible = request.families
    if allocator.takes_either(request):
        return "either"
    if len(possible) == 1:
        return next(iter(possible))
    return "default" if possible == DEFAULT else "either"


def _shortage(
    allocator: Allocator,
    pools: tuple[Pool, ...],
    demand: _Demand,
    held: Iterable[_Claim],
    wanting: Sequence[_Claim],
) -> Iterator[Shortage]:
    of_v4 = sum(allocator.capacities[pool][0] for pool in pools)
    of_v6 = sum(allocator.capacities[pool][1] for pool in pools)
    for claim in held:
        demand.add(claim)
    first: _Claim | None = None
    for claim in wanting:
        demand.add(claim)
        if first is None and not demand.fits(of_v4, of_v6):
            first = claim
    if first is not None:
        family, needed, available = demand.lacking(of_v4, of_v6)
        yield Shortage(first.request, pools, family, needed, available, demand.certain)


class _Group:
    """Services with one sharing key and backend: on one address, each port is used once."""

    def __init__(self) -> None:
        self.level: Counter[_Slot] = Counter()
        self._used: Counter[tuple[_Slot, Port]] = Counter()
        self._pinned: dict[_Slot, set[Interval]] = {}

    def copy(self) -> _Group:
        other = _Group()
        other.level, other._used = self.level.copy(), self._used.copy()
        other._pinned = {slot: set(pinned) for slot, pinned in self._pinned.items()}
        return other

    def add(self, claim: _Claim, slot: _Slot) -> int:
        """How many more addresses are needed with it."""
        pinned = self._pinned.setdefault(slot, set())
        pinned.update(address for address in claim.pinned if address.family == slot[1])
        most = max(1, len(pinned), self.level[slot])
        for port in claim.request.ports or ():
            self._used[slot, port] += 1
            most = max(most, self._used[slot, port])
        more, self.level[slot] = most - self.level[slot], most
        return more


class _Demand:
    """How many addresses some Services need at least. One that is made from another adds to
    it and leaves it as it is."""

    def __init__(self, base: _Demand | None = None) -> None:
        self._base = base
        self._groups: dict[tuple[str, str], _Group] = {}
        self._needed: Counter[_Slot] = base._needed.copy() if base else Counter()
        self._either: int = base._either if base else 0
        self.certain: bool = base.certain if base else True

    def add(self, claim: _Claim) -> None:
        self.certain = self.certain and claim.request.service.is_manifest
        key = claim.request.sharing_key
        if not key:
            self._either += claim.kind == "either"
            self._needed.update(_SLOTS[claim.kind])
            return
        its = claim.request.backend
        if its is not None:
            group = self._group((key, its))
            for slot in _SLOTS[claim.kind]:
                self._needed[slot] += group.add(claim, slot)

    def _group(self, key: tuple[str, str]) -> _Group:
        if key not in self._groups:
            below = self._base._groups.get(key) if self._base else None
            self._groups[key] = below.copy() if below else _Group()
        return self._groups[key]

    def fits(self, of_v4: int, of_v6: int) -> bool:
        return any(
            self._needed[first, 4] <= of_v4
            and self._needed[first, 6] <= of_v6
            and self._all(first) <= of_v4 + of_v6
            for first in (4, 6)
        )

    def lacking(self, of_v4: int, of_v6: int) -> tuple[Family | None, int, int]:
        """Of which family there are too few addresses, if it is one."""
        needed_v4, needed_v6 = (min(self._needed[d, f] for d in (4, 6)) for f in (4, 6))
        if needed_v4 > of_v4:
            return "IPv4", needed_v4, of_v4
        if needed_v6 > of_v6:
            return "IPv6", needed_v6, of_v6
        return None, min(self._all(first) for first in (4, 6)), of_v4 + of_v6

    def _all(self, first: int) -> int:
        return self._needed[first, 4] + self._needed[first, 6] + self._either
