"""Intervals that may overlap, to be asked which of them hold an address."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable, Iterator
from functools import cached_property
from typing import Generic, TypeVar

from mlblint.repo.addresses import Interval

T = TypeVar("T")
_End = tuple[int, int]


class Holders(Generic[T]):
    """Whose each interval is. What overlaps is refused, but may well be written, and one block
    around all others must not make every question go through all of them."""

    def __init__(self, intervals: Iterable[tuple[Interval, T]]) -> None:
        self._sorted = sorted(intervals, key=lambda one: one[0])
        self._firsts = [(one.family, one.first) for one, _ in self._sorted]
        self._lasts = [(one.family, one.last) for one, _ in self._sorted]

    @cached_property
    def are_disjoint(self) -> bool:
        return all(last < first for last, first in zip(self._lasts, self._firsts[1:], strict=False))

    def of(self, address: Interval) -> Iterator[T]:
        """Those that hold it, the one that begins last first."""
        wanted = (address.family, address.first)
        end = bisect_right(self._firsts, wanted)
        if not self.are_disjoint:
            yield from (self._sorted[at][1] for at in self._reaching(wanted, end))
        elif end and self._lasts[end - 1] >= wanted:
            yield self._sorted[end - 1][1]

    def _reaching(self, wanted: _End, end: int) -> Iterator[int]:
        """The places before `end` of what reaches as far as the address."""
        todo = [(len(self._levels) - 1, 0)]
        while todo:
            level, at = todo.pop()
            beyond = at << level >= end or at >= len(self._levels[level])
            if beyond or self._levels[level][at] < wanted:
                continue
            if level:
                todo += [(level - 1, 2 * at), (level - 1, 2 * at + 1)]
            else:
                yield at

    @cached_property
    def _levels(self) -> list[list[_End]]:
        """A tree over where the intervals end: the farthest of two, of four and so on, so that
        those which do not reach far enough are left out together."""
        levels = [self._lasts]
        while len(below := levels[-1]) > 1:
            levels.append([max(below[at : at + 2]) for at in range(0, len(below), 2)])
        return levels
