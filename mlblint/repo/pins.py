"""The addresses that Services insist on, found by address."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Callable, Iterable

from mlblint.records import dataclass
from mlblint.repo.addresses import Interval
from mlblint.repo.services import Service

Pin = tuple[Service, Interval]


@dataclass(frozen=True, eq=False)
class Pins:
    """`pins` in the order of the Services; `ordered` are family, address and place among them.
    To go through all Services for each pool would take a time that grows with their square."""

    pins: tuple[Pin, ...]
    ordered: tuple[tuple[int, int, int], ...]

    @classmethod
    def of(cls, services: Iterable[Service]) -> Pins:
        pins = tuple(
            (service, address)
            for service in services
            if service.type == "LoadBalancer"
            for address in service.addresses()
        )
        places = ((one.family, one.first, at) for at, (_, one) in enumerate(pins))
        return cls(pins, tuple(sorted(places)))

    def first_in(
        self, parts: Iterable[Interval], means: Callable[[Interval], bool] = lambda one: True
    ) -> Pin | None:
        """The first Service that would lose its address with these, of the addresses meant."""
        found = (
            at
            for part in parts
            for _, _, at in self.ordered[
                bisect_left(self.ordered, (part.family, part.first, 0)) : bisect_left(
                    self.ordered, (part.family, part.last + 1, 0)
                )
            ]
            if means(self.pins[at][1])
        )
        first = min(found, default=None)
        return None if first is None else self.pins[first]
