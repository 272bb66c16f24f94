"""To which cluster everything goes that the repository delivers, and what is judged alone."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from functools import cache, partial
from typing import NamedTuple

from mlblint.records import dataclass
from mlblint.repo.clusters import (
    ClusterRule,
    Named,
    World,
    above,
    candidates,
    compatible,
    configured,
    join,
    worlds,
)
from mlblint.repo.deliveries import Sweep
from mlblint.repo.delivery import Delivery
from mlblint.repo.resources import is_opaque
from mlblint.repo.roots import Item, Root, shaped_by

Owners = Callable[[str], Collection[int]]
"""Which clusters a file belongs to by its path, as indexes; none if it is nobody's."""

ONLY_ONE = "nothing tells two clusters apart"
NO_SIDE = "which of the clusters it belongs to cannot be told"
IN_THE_WAY = "the cluster gets one of its objects from elsewhere"
NAMED_BY_DELIVERY = "a delivery has it for its destination"
NOT_CONFIGURED = "`clusters` in the configuration does not name it"


@dataclass(frozen=True, eq=False)
class Group:
    """What goes to one cluster or, without a name, what is judged alone."""

    name: str | None
    because: str
    roots: Sequence[Root]


def groups(swept: Sweep, rules: Iterable[ClusterRule]) -> Iterator[Group]:
    named = configured(rules, swept.repository.files)
    yield from _configured(swept, named) if named else _detected(swept)


# -- as the configuration says ------------------------------------------------------------


def _configured(swept: Sweep, named: Sequence[Named]) -> Iterator[Group]:
    """Where a chain begins decides or, if no cluster has that, where its parts are written."""
    whole = [
        World(cluster.paths, [r for r in swept.roots if cluster.holds(r.path)], cluster.name)
        for cluster in named
    ]
    settled = {id(root) for world in whole for root in world.roots}
    others = [root for root in swept.roots if id(root) not in settled]
    _look_up_inside(whole, swept, _by_paths(named))
    left: list[Root] = []
    for root in others:
        for homes, part in root.divided(partial(_homes, named)).items():
            if not part.is_empty:
                for at in homes:
                    whole[at].roots.append(part)
                left += [] if homes else [part]
    for world in whole:
        if world.roots:
            yield Group(world.name, "`clusters` in the configuration names it", world.roots)
    for root in left:
        yield Group(None, root.alone or NOT_CONFIGURED, [root])


def _homes(named: Sequence[Named], one: Item | Delivery) -> tuple[int, ...]:
    """The clusters that hold something: whatever is highest in its chain decides."""
    by = one if isinstance(one, Delivery) else one.by
    paths = [above.resource.file for above in by.chain()][::-1] if by else []
    if not isinstance(one, Delivery):
        paths += shaped_by(one)
    for path in paths:
        found = tuple(at for at, cluster in enumerate(named) if cluster.holds(path))
        if found:
            return found
    return ()


# -- as the repository shows --------------------------------------------------------------


def _detected(swept: Sweep) -> Iterator[Group]:
    """With a single cluster in sight, what Argo CD or Flux do not reach is taken to be applied
    there by hand, unless they bring the same object. With several, it is nobody's, unless it
    lies where one of them has its own."""
    together = [root for root in swept.roots if root.alone is None]
    driven = [root for root in together if root.is_driven]
    by_hand = [root for root in together if not root.is_driven] if driven else []
    found = worlds(driven or together)
    targets = {_destination(one) for root in driven for one in root.everything() if _is_use(one)}
    adopted: list[Root] = []
    if len(found) > 1:
        join(found, by_hand)
    elif len(targets) <= 1:
        adopted = compatible(found[0].roots, by_hand)
    settled = {id(root) for root in adopted}
    settled |= {id(root) for world in found for root in world.roots}
    if len(found) > 1:
        _look_up_inside(found, swept, _by_sides(found))
    yield from _by_destination(found, adopted, next(iter(targets), None))
    for root in swept.roots:
        if id(root) not in settled:
            reason = NO_SIDE if len(targets) > 1 or not candidates(found, root) else IN_THE_WAY
            yield Group(None, root.alone or reason, [root])


def _is_use(one: Item) -> bool:
    """Applications themselves say nothing of where the rest of a cluster is."""
    resource = getattr(one, "resource", None)
    return resource is None or resource.group != "argoproj.io"


class Destination(NamedTuple):
    """A cluster as a delivery names it. Where an ApplicationSet fills in the name, it may be
    any; `decided_by` are the generators that know, and different ones mean different clusters."""

    name: str
    decided_by: str = ""


def _by_destination(
    found: Sequence[World], adopted: Sequence[Root], home: Destination | None
) -> Iterator[Group]:
    """Argo CD and Flux may deliver to other clusters than their own. `adopted` are applied by
    hand to `home`."""
    several: list[tuple[World, dict[Destination | None, list[Root]]]] = []
    for world in found:
        parts: dict[Destination | None, list[Root]] = {}
        for root in world.roots:
            # Undivided, it keeps the files of which only the whole is known to need them.
            divided = dict.fromkeys(map(_destination, (*root.deliveries, *root.everything())), root)
            if len(divided) > 1:
                divided = root.divided(_destination)
            for destination in sorted(divided, key=lambda one: one or Destination("")):
                parts.setdefault(destination, []).append(divided[destination])
        if adopted:
            parts.setdefault(home, []).extend(adopted)
        several.append((world, parts))
    taken = Counter(one.name for _, parts in several for one in parts if one is not None)
    taken.update(world.name for world, parts in several if None in parts)
    given: Counter[str] = Counter()
    for world, parts in several:
        for destination, roots in parts.items():
            if destination is None:
                yield Group(world.name, world.because or ONLY_ONE, roots)
                continue
            name = destination.name
            if taken[name] > 1 and world.name:
                name = f"{world.name}/{name}"
            given[name] += 1
            number = f" ({given[name]})" if given[name] > 1 else ""
            yield Group(name + number, NAMED_BY_DELIVERY, roots)


def _destination(one: Item | Delivery) -> Destination | None:
    by = one if isinstance(one, Delivery) else one.by
    if by is None or by.destination is None:
        return None
    if not is_opaque(by.destination):
        return Destination(by.destination)
    makers = (a.resource for a in by.chain() if a.resource.kind == "ApplicationSet")
    maker = next(makers, None)
    generators = maker.get("spec", "generators") if maker is not None else None
    return Destination(by.destination, repr(generators))


def _look_up_inside(found: Sequence[World], swept: Sweep, owners: Owners) -> None:
    """What an object refers to by name is looked for in its own cluster's files, and in those
    that are nobody's: another cluster may have something of the same name."""
    asking = [at for at, world in enumerate(found) if any(r.lookups for r in world.roots)]
    if not asking:
        return
    reached = [{path for root in world.roots for path in root.applied} for world in found]
    everywhere = frozenset(path for paths in reached for path in paths)
    owned = {path: owners(path) for path in swept.repository.files.paths}
    for at in asking:
        world, own = found[at], reached[at]
        foreign = frozenset(
            path
            for path, those in owned.items()
            if path not in own and (at not in those if those else path in everywhere)
        )
        doubtful = [root for root in world.roots if root.lookups & {None, *foreign}]
        within = swept.repository.files.names - foreign
        again = dict(zip(map(id, doubtful), swept.again(doubtful, within), strict=True))
        world.roots = [again.get(id(root), root) for root in world.roots]


def _by_sides(found: Sequence[World]) -> Owners:
    sides = {side: at for at, world in enumerate(found) for side in world.sides}

    @cache
    def of_folder(folder: str) -> frozenset[int]:
        return frozenset(sides[one] for one in (folder, *above(folder)) if one in sides)

    return lambda path: of_folder(path.rpartition("/")[0])


def _by_paths(named: Sequence[Named]) -> Owners:
    return lambda path: {at for at, cluster in enumerate(named) if cluster.holds(path)}
