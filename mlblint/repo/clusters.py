"""Which deliveries end in the same cluster. Facts never cross from one to another."""

from __future__ import annotations

import posixpath
import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import field
from itertools import pairwise

from mlblint.records import dataclass
from mlblint.repo import argo, flux, metallb
from mlblint.repo.delivery import Delivered
from mlblint.repo.files import Files
from mlblint.repo.globs import glob_pattern
from mlblint.repo.resources import Resource
from mlblint.repo.roots import Root

Identity = tuple[str | None, str, str, str | None, str]

_CONVENTIONAL = frozenset(
    "clusters cluster overlays overlay environments environment envs env".split()
)
"""Folders of which each folder inside belongs to one cluster, if that one is known."""

_FILE_ENDING = re.compile(r"\.(?:ya?ml|json)$")
_SHARED = frozenset("_base base common shared _shared all templates _templates default".split())


@dataclass(frozen=True)
class ClusterRule:
    """How a configuration divides a repository: one cluster and its paths, or one for each
    folder that matches a pattern."""

    name: str | None
    paths: tuple[str, ...]
    each: str | None


@dataclass(frozen=True)
class Named:
    name: str
    paths: tuple[str, ...]

    def holds(self, path: str) -> bool:
        return any(
            glob_pattern(pattern).fullmatch(one)
            for p in self.paths
            for pattern in (p, f"{p.rstrip('/')}/**")
            for one in (path, f"{path}/")
        )


def configured(rules: Iterable[ClusterRule], files: Files) -> list[Named]:
    found: list[Named] = []
    for rule in rules:
        if rule.name is not None and rule.paths:
            found.append(Named(rule.name, rule.paths))
        if rule.each is not None:
            pattern = glob_pattern(rule.each.strip("/"))
            found.extend(
                Named(posixpath.basename(folder), (f"{folder}/**",))
                for folder in sorted(files.folders)
                if pattern.fullmatch(folder)
            )
    return found


@dataclass(eq=False)
class World:
    """Roots that can live in one cluster. `sides` are the paths that set them apart from those
    of other clusters; there are none where nothing does. `because` says what shows that."""

    sides: tuple[str, ...]
    roots: list[Root] = field(default_factory=list)
    name: str = ""
    because: str = ""


def worlds(roots: Sequence[Root]) -> list[World]:
    """Two roots that deliver the same object belong to different clusters: their paths differ
    somewhere, and all that lies below either side belongs to it. Sides of one name that have
    nothing in common are one cluster: `metallb/overlays/prod` and `web/overlays/prod`. A root
    that is on no side is not attributed, and missing from the result."""
    identities = {id(root): frozenset(_telling(root)) for root in roots}
    sides = _sides(roots, identities)
    if not sides:
        return [World((), list(roots))]
    divided, elsewhere = _by_side(roots, sides)
    found = _united(divided, sides, identities)
    _give_names(found)
    join(found, elsewhere)
    return found


def join(found: Sequence[World], roots: Iterable[Root]) -> None:
    """Adds each root to the only cluster that it can belong to, unless it brings something that
    is there already."""
    joining: dict[int, list[Root]] = {}
    for root in roots:
        fitting = candidates(found, root)
        if len(fitting) == 1:
            joining.setdefault(id(fitting[0]), []).append(root)
    for world in found:
        world.roots += compatible(world.roots, joining.get(id(world), ()))


def candidates(found: Sequence[World], root: Root) -> list[World]:
    """The only cluster, or the one on whose side a root lies, or those after which a folder
    above it is called."""
    if len(found) == 1:
        return list(found)
    folders = {root.path, *above(root.path)}
    lying = [world for world in found if not folders.isdisjoint(world.sides)]
    return lying or _called_after(root, found)


def _sides(roots: Sequence[Root], identities: dict[int, frozenset[Identity]]) -> dict[str, str]:
    """The paths that part clusters, and why each does."""
    bringing: dict[Identity, list[Root]] = {}
    for root in roots:
        for identity in identities[id(root)]:
            bringing.setdefault(identity, []).append(root)
    found: dict[str, str] = {}
    for identity in sorted(bringing, key=_sortable):
        paths = sorted(root.path.split("/") for root in bringing[identity])
        # In this order each path parts from all others where it parts from its neighbours.
        for left, right in pairwise(paths):
            for side, other in _parting(left, right):
                found.setdefault(side, f"`{side}` and `{other}` both bring {_words(identity)}")
    for side in _cluster_folders(roots):
        found.setdefault(side, f"`{side}` is one of several folders in `clusters`")
    return found


def _sortable(identity: Identity) -> tuple[str, ...]:
    return tuple(part or "" for part in identity)


def _words(identity: Identity) -> str:
    _, _, kind, namespace, name = identity
    return f"{kind} `{namespace}/{name}`" if namespace else f"{kind} `{name}`"


def _parting(left: list[str], right: list[str]) -> Iterator[tuple[str, str]]:
    one, other = _named_side(left), _named_side(right)
    if one is None or other is None or one[-1] == other[-1]:
        shared = 0
        while shared < min(len(left), len(right)) - 1 and left[shared] == right[shared]:
            shared += 1
        one, other = left[: shared + 1], right[: shared + 1]
    if one == other:
        # One lies inside the other: only its whole path tells it apart.
        one, other = left, right
    if one != other:
        yield "/".join(one), "/".join(other)
        yield "/".join(other), "/".join(one)


def _named_side(parts: list[str]) -> list[str] | None:
    """The path down to what a conventional folder calls the cluster: `web/overlays/prod`."""
    for at, part in enumerate(parts[:-1]):
        if part in _CONVENTIONAL:
            return parts[: at + 2]
    return None


def _cluster_folders(roots: Iterable[Root]) -> Iterator[str]:
    """`clusters/a` and `clusters/b`, at the top of the repository or one below it."""
    found: dict[str, set[str]] = {}
    for root in roots:
        parts = root.path.split("/")
        if "clusters" in parts[:2]:
            at = parts.index("clusters")
            is_file = len(parts) == at + 2 and root.start.kind != "kustomization"
            if len(parts) > at + 1 and not is_file and parts[at + 1] not in _SHARED:
                found.setdefault("/".join(parts[: at + 1]), set()).add(parts[at + 1])
    for folder, names in found.items():
        if len(names) > 1:
            yield from (f"{folder}/{name}" for name in sorted(names))


def _by_side(
    roots: Iterable[Root], sides: Mapping[str, str]
) -> tuple[dict[str, list[Root]], list[Root]]:
    """The roots on each side, and those on none. Of sides inside others the innermost count:
    between them and the outer one lies what may belong to any of them."""
    outer = {folder for side in sides for folder in above(side)}
    divided: dict[str, list[Root]] = {}
    elsewhere: list[Root] = []
    for root in roots:
        inner = (f for f in above(root.path) if f in sides and f not in outer)
        side = root.path if root.path in sides else next(inner, None)
        if side is not None:
            divided.setdefault(side, []).append(root)
        else:
            elsewhere.append(root)
    return divided, elsewhere


def above(path: str) -> Iterator[str]:
    """The folders that contain it, the nearest first."""
    while path:
        path = path.rpartition("/")[0]
        yield path


def _united(
    divided: dict[str, list[Root]],
    sides: dict[str, str],
    identities: dict[int, frozenset[Identity]],
) -> list[World]:
    found: list[World] = []
    by_name: dict[str, list[tuple[World, set[Identity]]]] = {}
    for side, inside in sorted(divided.items()):
        own = {identity for root in inside for identity in identities[id(root)]}
        same = by_name.setdefault(posixpath.basename(side), [])
        for world, taken in same:
            if own.isdisjoint(taken):
                world.sides += (side,)
                world.roots += inside
                taken |= own
                break
        else:
            world = World((side,), list(inside), because=sides[side])
            found.append(world)
            same.append((world, own))
    return found


def _called_after(root: Root, found: Sequence[World]) -> list[World]:
    folders = set(pairwise(["", *root.path.split("/")]))
    return [
        world
        for world in found
        if any(
            name == posixpath.basename(side)
            and (folder in _CONVENTIONAL or folder == _parent_name(side))
            for side in world.sides
            for folder, name in folders
        )
    ]


def _parent_name(side: str) -> str:
    return posixpath.basename(posixpath.dirname(side))


def _give_names(found: Sequence[World]) -> None:
    """Short names, where they tell clusters apart."""
    paths = [_FILE_ENDING.sub("", world.sides[0]) for world in found]
    short = Counter(map(posixpath.basename, paths))
    for world, path in zip(found, paths, strict=True):
        name = posixpath.basename(path)
        world.name = (name if short[name] == 1 else path) or "."


def compatible(world: Sequence[Root], others: Sequence[Root]) -> list[Root]:
    """Those of the other roots that could live in the same cluster, one beside the other:
    they bring nothing that is there already."""
    taken = {identity for root in world for identity in _all(root)}
    found: list[Root] = []
    for root in others:
        own = set(_all(root))
        if own.isdisjoint(taken):
            found.append(root)
            taken |= own
    return found


def _all(root: Root) -> Iterator[Identity]:
    for delivered in root.delivered:
        # A Namespace is often written down by everybody who puts something into it.
        if delivered.resource.name and not delivered.resource.is_a("", "Namespace"):
            yield _identity(delivered)


def _telling(root: Root) -> Iterator[Identity]:
    """What a cluster has once. A Service tells clusters apart only if a kustomization brings
    it: plain files with the same one are as often an example and its use."""
    built = root.start.kind == "kustomization"
    for delivered in root.delivered:
        resource = delivered.resource
        if _tells_clusters_apart(resource) or (built and resource.is_a("", "Service")):
            yield _identity(delivered)


def _identity(delivered: Delivered) -> Identity:
    resource = delivered.resource
    destination = delivered.by.destination if delivered.by else None
    return destination, resource.group, resource.kind, delivered.namespace, resource.name


def _tells_clusters_apart(resource: Resource) -> bool:
    return (
        argo.is_application(resource)
        or flux.is_kustomization(resource)
        or resource.is_a(metallb.GROUP, *metallb.POOL_KINDS, metallb.L2, metallb.BGP)
    )
