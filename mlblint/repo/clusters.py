"""Which deliveries end in the same cluster. Facts never cross from one to another."""

from __future__ import annotations

import posixpath
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from mlblint.repo import argo, flux, metallb
from mlblint.repo.deliveries import Root
from mlblint.repo.files import Files, glob_pattern
from mlblint.repo.resources import Resource

Identity = tuple[str, str, str | None, str]


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
            glob_pattern(p).fullmatch(path) or glob_pattern(f"{p.rstrip('/')}/**").fullmatch(path)
            for p in self.paths
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


def worlds(roots: Sequence[Root]) -> dict[str, list[Root]]:
    """Roots that can live in one cluster, by the path that sets them apart from others; ""
    where nothing does. Two roots that deliver the same object belong to different clusters:
    their paths differ somewhere, and all that lies below either side belongs to it.
    A root that is on no side is not attributed, and missing from the result."""
    sides = _sides(roots)
    if not sides:
        return {"": list(roots)}
    divided: dict[str, list[Root]] = {}
    for root in roots:
        inside = [side for side in sides if root.path == side or root.path.startswith(f"{side}/")]
        if inside:
            divided.setdefault(max(inside, key=len), []).append(root)
    return divided


def _sides(roots: Sequence[Root]) -> set[str]:
    first: dict[Identity, Root] = {}
    sides: set[str] = set()
    for root in roots:
        for identity in set(_identities(root)):
            other = first.setdefault(identity, root)
            if other is not root:
                sides |= set(_parting(other.path, root.path))
    return sides


def compatible(world: Sequence[Root], others: Sequence[Root]) -> list[Root]:
    """Those of the other roots that could live in the same cluster, one beside the other."""
    taken = {identity for root in world for identity in _identities(root)}
    found: list[Root] = []
    for root in others:
        own = set(_identities(root))
        if own.isdisjoint(taken):
            found.append(root)
            taken |= own
    return found


def _identities(root: Root) -> Iterator[Identity]:
    for delivered in root.delivered:
        if _tells_clusters_apart(delivered.resource):
            resource = delivered.resource
            yield resource.group, resource.kind, delivered.namespace, resource.name


def _tells_clusters_apart(resource: Resource) -> bool:
    return (
        argo.is_application(resource)
        or flux.is_kustomization(resource)
        or resource.is_a(metallb.GROUP, *metallb.POOL_KINDS, metallb.L2, metallb.BGP)
    )


def _parting(left: str, right: str) -> Iterator[str]:
    left_parts, right_parts = left.split("/"), right.split("/")
    shared = 0
    while (
        shared < min(len(left_parts), len(right_parts)) - 1
        and left_parts[shared] == right_parts[shared]
    ):
        shared += 1
    yield "/".join(left_parts[: shared + 1])
    yield "/".join(right_parts[: shared + 1])


def world_name(side: str) -> str:
    return posixpath.basename(side)
