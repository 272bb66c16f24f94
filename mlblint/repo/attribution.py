"""To which cluster everything goes that the repository delivers, and what is judged alone."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import partial

from mlblint.repo.clusters import ClusterRule, Named, World, compatible, configured, join, worlds
from mlblint.repo.deliveries import Sweep
from mlblint.repo.delivery import Delivery
from mlblint.repo.resources import is_opaque
from mlblint.repo.roots import Item, Root, shaped_by

ONLY_ONE = "nothing tells two clusters apart"
NO_SIDE = "which of the clusters it belongs to cannot be told"
IN_THE_WAY = "the cluster gets one of its objects from elsewhere"
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
    if len(found) == 1:
        adopted = compatible(found[0].roots, by_hand) if len(targets) <= 1 else []
    else:
        join(found, by_hand)
    settled = {id(root) for root in adopted}
    settled |= {id(root) for world in found for root in world.roots}
    if len(found) > 1:
        _look_up_inside(found, swept)
    yield from _by_destination(found, adopted, next(iter(targets), None))
    for root in swept.roots:
        if id(root) not in settled:
            reason = IN_THE_WAY if len(found) == 1 and len(targets) <= 1 else NO_SIDE
            yield Group(None, root.alone or reason, [root])


def _is_use(one: Item) -> bool:
    """Applications themselves say nothing of where the rest of a cluster is."""
    resource = getattr(one, "resource", None)
    return resource is None or resource.group != "argoproj.io"


def _by_destination(
    found: Sequence[World], adopted: Sequence[Root], home: str | None
) -> Iterator[Group]:
    """Argo CD and Flux may deliver to other clusters than their own. `adopted` are applied by
    hand to `home`."""
    several: list[tuple[World, dict[str | None, list[Root]]]] = []
    for world in found:
        parts: dict[str | None, list[Root]] = {}
        for root in world.roots:
            for destination, part in _divided(root):
                parts.setdefault(destination, []).append(part)
        if adopted:
            parts.setdefault(home, []).extend(adopted)
        several.append((world, parts))
    names = Counter(name for _, parts in several for name in parts)
    for world, parts in several:
        for destination, roots in parts.items():
            because = world.because or ONLY_ONE
            name = world.name
            if destination is not None:
                because = "a delivery has it for its destination"
                unique = names[destination] == 1 or not world.name
                name = destination if unique else f"{world.name}/{destination}"
            yield Group(name, because, roots)


def _divided(root: Root) -> Iterator[tuple[str | None, Root]]:
    destinations = {_destination(one) for one in root.everything()}
    destinations |= {_destination(one) for one in root.deliveries}
    if len(destinations) == 1:
        yield destinations.pop(), root
        return
    for wanted in sorted(destinations, key=lambda name: name or ""):
        yield wanted, root.part(partial(_goes_to, wanted))


def _goes_to(destination: str | None, one: Item | Delivery) -> bool:
    return _destination(one) == destination


def _destination(one: Item | Delivery) -> str | None:
    """Where something goes. A destination that an ApplicationSet fills in may be any cluster,
    and is another one for each ApplicationSet."""
    by = one if isinstance(one, Delivery) else one.by
    if by is None or by.destination is None or not is_opaque(by.destination):
        return by.destination if by is not None else None
    made_by = [above.resource for above in by.chain() if above.resource.kind == "ApplicationSet"]
    generators = repr(made_by[0].get("spec", "generators")) if made_by else ""
    return f"{by.destination}{f' of {made_by[0].name}' if generators else ''}"


def _look_up_inside(found: Sequence[World], swept: Sweep) -> None:
    """What an object refers to by name is looked for in its own cluster's files, and in those
    that are nobody's: another cluster may have something of the same name."""
    reached = [{path for root in world.roots for path in root.files} for world in found]
    everywhere = Counter(path for paths in reached for path in paths)
    for world, own in zip(found, reached, strict=True):
        sides = [side for other in found if other is not world for side in other.sides]
        foreign = frozenset(
            path
            for path in swept.repository.files.paths
            if path not in own and (path in everywhere or _lies_in(path, sides))
        )
        within = swept.repository.files.names - foreign
        world.roots = [
            swept.again(root, within) if root.lookups & {None, *foreign} else root
            for root in world.roots
        ]


def _lies_in(path: str, folders: Iterable[str]) -> bool:
    return any(path.startswith(f"{folder}/") for folder in folders)
