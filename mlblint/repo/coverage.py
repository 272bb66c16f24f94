"""Which advertisements cover which pools, found by names and labels."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from functools import cached_property
from itertools import chain

from mlblint.records import dataclass
from mlblint.repo.labelled import Labelled
from mlblint.repo.metallb import Advertisement, Mode, Pool
from mlblint.repo.resources import is_opaque, items
from mlblint.text.places import Place


@dataclass(frozen=True, eq=False)
class Interfaces:
    """The lists of interfaces that L2Advertisements name: how often there is each, and which
    stand where."""

    times: Counter[tuple[str, ...]]
    at: Mapping[Place, Sequence[tuple[str, ...]]]

    @classmethod
    def of(cls, advertisements: Iterable[Advertisement]) -> Interfaces:
        at: dict[Place, list[tuple[str, ...]]] = {}
        for one in advertisements:
            if one.mode == "l2":
                at.setdefault(one.resource.base, []).append(tuple(one.interfaces))
        return cls(Counter(chain.from_iterable(at.values())), at)


@dataclass(frozen=True, eq=False)
class Coverage:
    """Says of many what `Advertisement.covers` says of two; all answers are in their order."""

    pools: Sequence[Pool]
    advertisements: Sequence[Advertisement]

    def covered(self, advertisement: Advertisement) -> Sequence[Pool]:
        """The pools that an advertisement covers."""
        if advertisement.covers_all:
            return self.pools
        resource = advertisement.resource
        found = set(self._unnamed)
        for name in items(resource.get("spec", "ipAddressPools")):
            found.update(self._named.get(name, ()) if isinstance(name, str) else ())
        for selector in items(resource.get("spec", "ipAddressPoolSelectors")):
            found.update(self._labelled.selected(selector))
        return [self.pools[at] for at in sorted(found)]

    def selected(self, selector: object) -> Sequence[Pool]:
        """The pools whose labels satisfy a selector."""
        return [self.pools[at] for at in self._labelled.selected(selector)]

    def covering(self, pool: Pool) -> Sequence[Advertisement]:
        """The advertisements that cover a pool."""
        if pool not in self._restricted:
            return [one for one in self.advertisements if one.covers(pool)]
        found = sorted([*self._unrestricted, *self._restricted[pool]])
        return [self.advertisements[at] for at in found]

    def modes(self, pool: Pool) -> frozenset[Mode]:
        """In which ways a pool is announced."""
        if pool not in self._restricted:
            return frozenset(one.mode for one in self.covering(pool))
        return self._modes_of_all.union(
            self.advertisements[at].mode for at in self._restricted[pool]
        )

    @cached_property
    def _modes_of_all(self) -> frozenset[Mode]:
        return frozenset(self.advertisements[at].mode for at in self._unrestricted)

    @cached_property
    def is_open(self) -> bool:
        return any(one.is_open for one in self.advertisements)

    @cached_property
    def _unrestricted(self) -> Sequence[int]:
        """The places of the advertisements that cover every pool, whatever it is called."""
        return [at for at, one in enumerate(self.advertisements) if one.covers_all]

    @cached_property
    def _restricted(self) -> Mapping[Pool, list[int]]:
        """For each pool the places of all others that cover it."""
        found: dict[Pool, list[int]] = {pool: [] for pool in self.pools}
        for at, one in enumerate(self.advertisements):
            for pool in self.covered(one) if not one.covers_all else ():
                found[pool].append(at)
        return found

    @cached_property
    def _named(self) -> Mapping[str, Sequence[int]]:
        found: dict[str, list[int]] = {}
        for at, pool in enumerate(self.pools):
            found.setdefault(pool.name, []).append(at)
        return found

    @cached_property
    def _unnamed(self) -> Sequence[int]:
        """Pools whose names are filled in later: they may be any."""
        return [at for at, pool in enumerate(self.pools) if is_opaque(pool.name)]

    @cached_property
    def _labelled(self) -> Labelled[int]:
        return Labelled((pool.resource.labels, at) for at, pool in enumerate(self.pools))
