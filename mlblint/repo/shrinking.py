"""Taking addresses out of a pool, in which other machines have them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from mlblint.records import dataclass
from mlblint.repo.addresses import BITS, Interval
from mlblint.repo.metallb import Entry, Pool
from mlblint.repo.model import Cluster
from mlblint.repo.services import Service
from mlblint.text.edits import Append, Edit, Remove, Set
from mlblint.text.places import Place


@dataclass(frozen=True)
class Shrinking:
    """What is left of an entry without the addresses that are taken, and the edits that leave
    it; without edits, `refusal` says why, and `loser` is the Service that is in the way."""

    left: tuple[Interval, ...]
    edits: tuple[Edit, ...] = ()
    refusal: str | None = None
    loser: Service | None = None

    @property
    def remaining(self) -> str:
        return ", ".join(map(str, self.left)) or "nothing"


def shared(entry: Entry, taken: Sequence[Interval]) -> list[Interval]:
    """The addresses of an entry that are taken."""
    if entry.interval is None:
        return []
    overlaps = (entry.interval.intersection(one) for one in taken)
    return [overlap for overlap in overlaps if overlap is not None]


def shrink(entry: Entry, pool: Pool, taken: Sequence[Interval], cluster: Cluster) -> Shrinking:
    """No Service may lose an address to which a manifest pins it."""
    assert entry.interval is not None
    left = entry.interval.minus(taken)
    lost = shared(entry, taken)
    pin = cluster.pins.first_in(lost)
    if pin is not None:
        service, address = pin
        refusal = f"Service `{service.name}` is pinned to {address}, which it would lose"
        return Shrinking(left, refusal=refusal, loser=service)
    if not left and len(pool.entries) == 1:
        return Shrinking(left, refusal="nothing would be left of the pool")
    return Shrinking(left, tuple(_edits(entry, left)))


def _edits(entry: Entry, left: Sequence[Interval]) -> Iterator[Edit]:
    if not left:
        yield Remove(entry.place)
        return
    yield Set(entry.place, _written(left[0]))
    items = Place(entry.place.document, entry.place.path[:-1])
    yield from (Append(items, _written(interval)) for interval in left[1:])


def _written(interval: Interval) -> str:
    """As MetalLB reads it: it refuses a bare address."""
    if interval.first == interval.last:
        return f"{interval}/{BITS[interval.family]}"
    return str(interval)
