"""Intervals that may overlap, to be asked which of them hold an address."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable, Iterator
from typing import Generic, TypeVar

from mlblint.repo.addresses import Interval

T = TypeVar("T")
_End = tuple[int, int]


class Holders(Generic[T]):
    """Whose each interval is. What overlaps is refused, but may well be written, and one block
    around all others must not make every question go through all of them: over the ends of the
    sorted intervals stands a tree of the greatest, in which parts that do not reach as far as
    the address are left out as a whole."""

    def __init__(self, intervals: Iterable[tuple[Interval, T]]) -> None:
        self.sorted = sorted(intervals, key=lambda one: one[0])
        self._firsts = [(one.family, one.first) for one, _ in self.sorted]
        self._levels: list[list[_End]] = [[(one.family, one.last) for one, _ in self.sorted]]
        while len(below := self._levels[-1]) > 1:
            self._levels.append([max(below[at : at + 2]) for at in range(0, len(below), 2)])

    def of(self, address: Interval) -> Iterator[T]:
        """Those that hold it, the one that begins last first."""
        wanted = (address.family, address.first)
        end = bisect_right(self._firsts, wanted)
        todo = [(len(self._levels) - 1, 0)]
        while todo:
            level, at = todo.pop()
            if at << level >= end or at >= len(self._levels[level]):
                continue
            if self._levels[level][at] < wanted:
                continue
            if level:
                todo += [(level - 1, 2 * at), (level - 1, 2 * at + 1)]
            else:
                yield self.sorted[at][1]
