"""What the repository means: its clusters, and in each what is applied, by whom, and when."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property

from mlblint.repo import clusters as division
from mlblint.repo import metallb, services
from mlblint.repo.clusters import ClusterRule
from mlblint.repo.deliveries import Remote, Root, sweep
from mlblint.repo.delivery import Delivered
from mlblint.repo.files import Files
from mlblint.repo.helm import Release
from mlblint.repo.index import Index, index
from mlblint.repo.metallb import Advertisement, Installation, Pool
from mlblint.repo.resources import Resource
from mlblint.repo.services import Service
from mlblint.repo.versions import Version


@dataclass(frozen=True)
class Known:
    """What the configuration says of MetalLB; it overrides what the repository shows."""

    version: Version | None = None
    namespace: str | None = None
    load_balancer_class: str | None = None


@dataclass(frozen=True, eq=False)
class Cluster:
    """`name` is None for something that could not be attributed to a cluster: it is judged
    alone. `files` are all that shaped what is delivered."""

    name: str | None
    delivered: tuple[Delivered, ...]
    releases: tuple[Release, ...]
    remotes: tuple[Remote, ...]
    files: frozenset[str]
    known: Known = Known()

    @cached_property
    def engines(self) -> frozenset[str]:
        by = [d.by for d in self.delivered] + [r.by for r in self.releases]
        return frozenset(d.engine for first in by if first for d in first.chain())

    @cached_property
    def installations(self) -> tuple[Installation, ...]:
        found: list[Installation | None] = []
        found += [metallb.chart_installation(release) for release in self.releases]
        found += [metallb.remote_installation(r.url, r.place, r.namespace) for r in self.remotes]
        found += [metallb.manifest_installation(d) for d in self.delivered]
        return tuple(one for one in found if one is not None)

    @cached_property
    def version(self) -> Version | None:
        """MetalLB's version, if it can be told."""
        if self.known.version is not None:
            return self.known.version
        versions = {i.version for i in self.installations}
        return versions.pop() if len(versions) == 1 else None

    @cached_property
    def load_balancer_class(self) -> str | None:
        """The only class that MetalLB serves; None if it serves Services without one."""
        if self.known.load_balancer_class:
            return self.known.load_balancer_class
        for installation in self.installations:
            if installation.release is not None:
                given = installation.release.value("loadBalancerClass")
                if given is not None and given.value:
                    return str(given.value)
        return None

    @cached_property
    def pools(self) -> tuple[Pool, ...]:
        return metallb.pools(self.delivered)

    @cached_property
    def advertisements(self) -> tuple[Advertisement, ...]:
        return metallb.advertisements(self.delivered)

    @cached_property
    def services(self) -> tuple[Service, ...]:
        found: list[Service] = []
        for delivered in self.delivered:
            service = services.of_resource(delivered)
            found.extend([service] if service else services.in_custom_resource(delivered))
        for release in self.releases:
            found.extend(services.in_values(release))
        return tuple(found)


@dataclass(frozen=True, eq=False)
class Model:
    index: Index
    clusters: tuple[Cluster, ...]
    undelivered: tuple[Resource, ...]

    @property
    def files(self) -> Files:
        return self.index.files

    @cached_property
    def _by_file(self) -> dict[str, list[Cluster]]:
        found: dict[str, list[Cluster]] = {}
        for cluster in self.clusters:
            for path in cluster.files:
                found.setdefault(path, []).append(cluster)
        return found

    def clusters_of(self, path: str) -> Sequence[Cluster]:
        """The clusters that a file has a say in."""
        return self._by_file.get(path, ())

    @cached_property
    def engines(self) -> frozenset[str]:
        return frozenset(engine for cluster in self.clusters for engine in cluster.engines)


def build(files: Files, rules: Iterable[ClusterRule] = (), known: Known | None = None) -> Model:
    found = index(files)
    swept = sweep(found)
    named = division.configured(rules, files)
    groups = _configured(swept.roots, named) if named else _detected(swept.roots)
    clusters = tuple(_cluster(name, roots, known or Known()) for name, roots in groups)
    return Model(found, clusters, swept.undelivered)


def _configured(
    roots: Sequence[Root], named: Sequence[division.Named]
) -> Iterator[tuple[str | None, list[Root]]]:
    for cluster in named:
        inside = [root for root in roots if cluster.holds(root.path)]
        if inside:
            yield cluster.name, inside
    for root in roots:
        if not any(cluster.holds(root.path) for cluster in named):
            yield None, [root]


def _detected(roots: Sequence[Root]) -> Iterator[tuple[str | None, list[Root]]]:
    """With a single cluster in sight, what Argo CD or Flux do not reach is taken to be applied
    there by hand, unless they bring the same object. With several, it is nobody's."""
    together = [root for root in roots if root.attributable]
    driven = [root for root in together if root.engines]
    worlds = division.worlds(driven or together)
    if driven and len(worlds) == 1:
        (inside,) = worlds.values()
        inside += division.compatible(inside, [r for r in together if not r.engines])
    attributed: set[int] = set()
    for side, inside in sorted(worlds.items()):
        attributed |= {id(root) for root in inside}
        for destination, part in _by_destination(inside):
            yield destination or division.world_name(side) or "", part
    for root in roots:
        if id(root) not in attributed:
            yield None, [root]


def _by_destination(roots: Sequence[Root]) -> Iterator[tuple[str | None, list[Root]]]:
    """Argo CD may deliver to other clusters than its own."""
    destinations: dict[str | None, list[Root]] = {}
    for root in roots:
        parts: dict[str | None, Root] = {}
        for destination in sorted({_destination(x) for x in _all(root)}, key=lambda d: d or ""):
            parts[destination] = Root(
                root.path,
                [d for d in root.delivered if _destination(d) == destination],
                [r for r in root.releases if _destination(r) == destination],
                [r for r in root.remotes if _destination(r) == destination],
                root.files,
            )
        for destination, part in parts.items():
            destinations.setdefault(destination, []).append(part)
    yield from destinations.items()


def _all(root: Root) -> Iterator[Delivered | Release | Remote]:
    yield from root.delivered
    yield from root.releases
    yield from root.remotes


def _destination(one: Delivered | Release | Remote) -> str | None:
    return one.by.destination if one.by else None


def _cluster(name: str | None, roots: Sequence[Root], known: Known) -> Cluster:
    return Cluster(
        name,
        tuple(d for root in roots for d in root.delivered),
        tuple(r for root in roots for r in root.releases),
        tuple(r for root in roots for r in root.remotes),
        frozenset(path for root in roots for path in root.files),
        known,
    )
