"""Splices: which characters of a text become which others."""

from __future__ import annotations

from bisect import bisect_left, insort
from collections.abc import Iterable, Sequence

from mlblint.records import dataclass


class Refusal(Exception):  # noqa: N818 (it is an answer, nothing went wrong)
    """Why an edit is not made; the finding that asked for it shows the sentence."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


@dataclass(frozen=True, order=True)
class Splice:
    """`text` instead of the characters from `start` to `end`."""

    start: int
    end: int
    text: str


def apply(text: str, splices: Iterable[Splice]) -> str:
    """The text with the splices made. They are sorted and do not overlap."""
    parts: list[str] = []
    at = 0
    for splice in splices:
        if splice.start < at:
            raise Refusal("the edits of this fix overlap")
        parts += (text[at : splice.start], splice.text)
        at = splice.end
    return "".join(parts) + text[at:]


def joined(splices: Iterable[Splice]) -> list[Splice]:
    """Sorted, and those that meet made one; at one place the first comes first."""
    result: list[Splice] = []
    for splice in sorted(splices, key=lambda one: (one.start, one.end)):
        if result and result[-1].end == splice.start:
            before = result.pop()
            splice = Splice(before.start, splice.end, before.text + splice.text)
        result.append(splice)
    return result


def shift(splices: Iterable[Splice], by: int) -> tuple[Splice, ...]:
    return tuple(Splice(one.start + by, one.end + by, one.text) for one in splices)


class Occupied:
    """The parts of a text that splices have taken already."""

    def __init__(self) -> None:
        self._spans: list[tuple[int, int]] = []

    def meets(self, splices: Iterable[Splice]) -> bool:
        """Whether one of them overlaps what is taken, or touches it. Two insertions at one
        place touch: each was planned without knowing of the other."""
        return any(self._meets(one.start, one.end) for one in splices)

    def _meets(self, start: int, end: int) -> bool:
        at = bisect_left(self._spans, (start, end))
        before = at > 0 and self._spans[at - 1][1] >= start
        return before or (at < len(self._spans) and self._spans[at][0] <= end)

    def take(self, splices: Iterable[Splice]) -> None:
        for one in splices:
            insort(self._spans, (one.start, one.end))


def compose(first: Sequence[Splice], second: Iterable[Splice]) -> tuple[Splice, ...]:
    """One list of splices for two that are made one after the other: the offsets of `second`
    refer to the text that `first` leaves. What touches is joined."""
    composed = list(first)
    moved = 0
    for splice in second:
        composed = _with(composed, Splice(splice.start + moved, splice.end + moved, splice.text))
        moved += len(splice.text) - (splice.end - splice.start)
    return tuple(composed)


def _with(splices: list[Splice], new: Splice) -> list[Splice]:
    """`new.start` and `new.end` are offsets into the text that `splices` leave."""
    before: list[Splice] = []
    joined: list[tuple[int, Splice]] = []
    after: list[Splice] = []
    moved = 0
    moved_before = 0
    for old in splices:
        start = old.start + moved
        end = start + len(old.text)
        moved += len(old.text) - (old.end - old.start)
        if end < new.start:
            before.append(old)
            moved_before = moved
        elif start > new.end:
            after.append(old)
        else:
            joined.append((start, old))
    if not joined:
        return [
            *before,
            Splice(new.start - moved_before, new.end - moved_before, new.text),
            *after,
        ]
    first_start, first = joined[0]
    last_start, last = joined[-1]
    last_end = last_start + len(last.text)
    head = first.text[: max(0, new.start - first_start)]
    tail = last.text[len(last.text) - max(0, last_end - new.end) :] if last_end > new.end else ""
    whole = Splice(
        first.start - max(0, first_start - new.start),
        last.end + max(0, new.end - last_end),
        head + new.text + tail,
    )
    return [*before, whole, *after]
