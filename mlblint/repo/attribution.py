"""To which cluster everything goes that the repository delivers, and what is judged alone."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from typing import NamedTuple

from mlblint.repo.clusters import (
    ClusterRule,
    Named,
    World,
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
    _look_up_inside(whole, swept)
    for cluster, world in zip(named, whole, strict=True):
        parts = [root.part(partial(_lives_in, cluster, named)) for root in others]
        world.roots += [part for part in parts if not part.is_empty]
        if world.roots:
            yield Group(cluster.name, "`clusters` in the configuration names it", world.roots)
    for root in others:
        left = root.part(lambda one: not _homes(one, named))
        if not left.is_empty:
            yield Group(None, root.alone or NOT_CONFIGURED, [left])


def _lives_in(cluster: Named, named: Sequence[Named], one: Item | Delivery) -> bool:
    return cluster in _homes(one, named)


def _homes(one: Item | Delivery, named: Sequence[Named]) -> list[Named]:
    """The clusters that hold something: whatever is highest in its chain decides."""
    by = one if isinstance(one, Delivery) else one.by
    paths = [above.resource.file for above in by.chain()][::-1] if by else []
    if not isinstance(one, Delivery):
        paths += shaped_by(one)
    for path in paths:
        found = [cluster for cluster in named if cluster.holds(path)]
        if found:
            return found
    return []


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
        _look_up_inside(found, swept)
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
            for destination, part in _divided(root):
                parts.setdefault(destination, []).append(part)
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


def _divided(root: Root) -> Iterator[tuple[Destination | None, Root]]:
    destinations = {_destination(one) for one in root.everything()}
    destinations |= {_destination(one) for one in root.deliveries}
    if len(destinations) == 1:
        yield destinations.pop(), root
        return
    for wanted in sorted(destinations, key=lambda one: one or Destination("")):
        yield wanted, root.part(partial(_goes_to, wanted))


def _goes_to(destination: Destination | None, one: Item | Delivery) -> bool:
    return _destination(one) == destination


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


def _look_up_inside(found: Sequence[World], swept: Sweep) -> None:
    """What an object refers to by name is looked for in its own cluster's files, and in those
    that are nobody's: another cluster may have something of the same name."""
    reached = [{path for root in world.roots for path in root.files} for world in found]
    everywhere = frozenset(path for paths in reached for path in paths)
    for world, own in zip(found, reached, strict=True):
        sides = [side for other in found if other is not world for side in other.sides]
        foreign = frozenset(
            path
            for path in swept.repository.files.paths
            if path not in own and (path in everywhere or _lies_in(path, sides))
        )
        within = swept.repository.files.names - foreign
        doubtful = [root for root in world.roots if root.lookups & {None, *foreign}]
        again = dict(zip(map(id, doubtful), swept.again(doubtful, within), strict=True))
        world.roots = [again.get(id(root), root) for root in world.roots]


def _lies_in(path: str, folders: Iterable[str]) -> bool:
    return any(path.startswith(f"{folder}/") for folder in folders)
