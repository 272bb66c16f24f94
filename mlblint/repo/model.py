"""What the repository means: its clusters, and in each what is applied, by whom, and when."""

from __future__ import annotations

import posixpath
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from functools import cached_property
from typing import Literal, TypeVar

from mlblint.records import dataclass
from mlblint.repo import metallb, services
from mlblint.repo.allocation import Allocator
from mlblint.repo.allocators import allocators
from mlblint.repo.attribution import Group, groups
from mlblint.repo.bgp import BgpType, bgp_type
from mlblint.repo.clusters import ClusterRule
from mlblint.repo.coverage import Coverage, Interfaces
from mlblint.repo.deliveries import Undelivered, sweep
from mlblint.repo.delivery import Delivered, Delivery
from mlblint.repo.files import Files
from mlblint.repo.helm import Release
from mlblint.repo.index import Index, index
from mlblint.repo.legacy_pools import legacy_pools
from mlblint.repo.machines import Fact, facts, of_releases
from mlblint.repo.metallb import Advertisement, Installation, Mode, Pool
from mlblint.repo.objects_in_values import objects_in_values
from mlblint.repo.pins import Pins
from mlblint.repo.resources import text
from mlblint.repo.roots import Gap, Remote
from mlblint.repo.service_allocation import Namespaces
from mlblint.repo.services import Service
from mlblint.repo.unseen import Unseen, announces_otherwise, mentioned_kinds
from mlblint.repo.versions import CUSTOM_RESOURCES, Version, applies

T = TypeVar("T")

_PROTOCOLS: dict[str, Mode] = {"layer2": "l2", "bgp": "bgp"}


@dataclass(frozen=True)
class Known:
    """What the configuration says of MetalLB; it overrides what the repository shows."""

    version: Version | None = None
    namespace: str | None = None
    load_balancer_class: str | None = None
    bgp_type: BgpType | None = None


@dataclass(frozen=True, eq=False)
class Cluster:
    """`name` is None for something that could not be attributed to a cluster: it is judged
    alone. `because` says why this is taken for one cluster, or why it is judged alone. `roots`
    are the paths of its beginnings, `files` all that shaped what is delivered."""

    name: str | None
    delivered: tuple[Delivered, ...]
    releases: tuple[Release, ...]
    remotes: tuple[Remote, ...]
    files: frozenset[str]
    known: Known = Known()
    deliveries: tuple[Delivery, ...] = ()
    gaps: tuple[Gap, ...] = ()
    roots: tuple[str, ...] = ()
    because: str = ""

    @cached_property
    def engines(self) -> frozenset[str]:
        by = [d.by for d in self.delivered] + [r.by for r in self.releases]
        above = frozenset(d.engine for first in by if first for d in first.chain())
        return above | {delivery.engine for delivery in self.deliveries}

    @cached_property
    def installations(self) -> tuple[Installation, ...]:
        found: list[Installation | None] = []
        found += [metallb.chart_installation(release) for release in self.releases]
        found += [_of_remote(remote) for remote in self.remotes]
        found += [metallb.manifest_installation(d) for d in self.delivered]
        return tuple(one for one in found if one is not None)

    @cached_property
    def version(self) -> Version | None:
        """MetalLB's version, if it can be told."""
        if self.known.version is not None:
            return self.known.version
        return _only({i.version for i in self.installations})

    @cached_property
    def namespace(self) -> str | None:
        """The namespace in which MetalLB runs, if it can be told."""
        return self.known.namespace or _only({i.namespace for i in self.installations})

    @cached_property
    def bgp_type(self) -> BgpType | None:
        """How MetalLB would speak BGP, if it can be told."""
        if self.known.bgp_type is not None:
            return self.known.bgp_type
        versions = ((i, self.known.version or i.chart_version) for i in self.installations)
        return _only({bgp_type(one, version) for one, version in versions})

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
    def kinds(self) -> frozenset[str]:
        return frozenset(delivered.resource.kind for delivered in self.delivered)

    @cached_property
    def pools(self) -> tuple[Pool, ...]:
        return metallb.pools(self.delivered)

    @cached_property
    def legacy_pools(self) -> tuple[Pool, ...]:
        """Pools that are no objects of their own, for a MetalLB that is known to read such. What
        is asked of addresses can be asked of them; what is asked of objects cannot."""
        if applies(CUSTOM_RESOURCES, self.version) is not False:
            return ()
        return tuple(legacy_pools(self.delivered, self.releases, self.namespace))

    @cached_property
    def known_namespaces(self) -> Namespaces:
        """What is in sight of the Namespaces of the cluster."""
        return Namespaces.of(self.delivered)

    @cached_property
    def advertisements(self) -> tuple[Advertisement, ...]:
        return metallb.advertisements(self.delivered)

    @cached_property
    def interfaces(self) -> Interfaces:
        return Interfaces.of(self.advertisements)

    @cached_property
    def only_assigns(self) -> bool:
        """Whether MetalLB's speaker is switched off: something else is to announce, and nobody
        reads MetalLB's advertisements."""
        return any(metallb.has_no_speaker(installation) for installation in self.installations)

    def announcers(self, pool: Pool) -> tuple[Advertisement, ...]:
        return () if self.only_assigns else tuple(self.coverage.covering(pool))

    @cached_property
    def crds_come_alone(self) -> bool:
        return metallb.crds_come_alone(self.delivered)

    @cached_property
    def coverage(self) -> Coverage:
        return Coverage(self.pools, self.advertisements)

    def mode(self, pool: Pool) -> Mode | Literal["both"] | None:
        """How a pool's addresses are announced; None if they are not. An AddressPool of
        MetalLB before 0.13 says so itself."""
        modes = frozenset[Mode]() if self.only_assigns else self.coverage.modes(pool)
        if pool.resource.kind == "AddressPool":
            own = _PROTOCOLS.get(text(pool.resource.get("spec", "protocol")))
            modes |= {own} if own else set()
        return "both" if len(modes) > 1 else next(iter(modes), None)

    @cached_property
    def pins(self) -> Pins:
        return Pins.of(self.services)

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
    undelivered: tuple[Undelivered, ...]

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
    def _kinds_elsewhere(self) -> frozenset[str]:
        """Kinds of MetalLB's objects of which it is not known to which cluster they go."""
        alone = (d.resource for c in self.clusters if c.name is None for d in c.delivered)
        kinds = {resource.kind for resource in alone if resource.group == metallb.GROUP}
        return mentioned_kinds(self.index) | kinds

    def may_have_unseen(self, cluster: Cluster, beside: Delivered, *kinds: str) -> bool:
        """Whether MetalLB's objects of these kinds may be applied to a cluster that are not seen
        in it; `beside` is one that is."""
        return (
            cluster.name is None
            or self._unseen_in(cluster).may_be_beside(beside)
            or not self._kinds_elsewhere.isdisjoint(kinds)
        )

    def _unseen_in(self, cluster: Cluster) -> Unseen:
        if cluster not in self._unseen:
            releases = filter(self._is_elsewhere, cluster.releases)
            self._unseen[cluster] = Unseen.of(cluster.gaps, cluster.remotes, releases)
        return self._unseen[cluster]

    @cached_property
    def _unseen(self) -> dict[Cluster, Unseen]:
        return {}

    @cached_property
    def announces_otherwise(self) -> bool:
        """Whether something but MetalLB may announce what Services have got."""
        return announces_otherwise(self.files)

    def _is_elsewhere(self, release: Release) -> bool:
        """Whether the chart's templates are not in this repository."""
        return not self.files.has(posixpath.join(release.chart, "Chart.yaml"))

    def machines(self, cluster: Cluster) -> tuple[Fact, ...]:
        """What the repository says of the machines under a cluster, where that is certain: with
        several clusters, the file has to name it, or lie in a folder of its name."""
        own = tuple(of_releases(cluster.releases))
        return own if cluster.name is None else own + tuple(self._facts_of.get(cluster.name, ()))

    @cached_property
    def _facts_of(self) -> Mapping[str, Sequence[Fact]]:
        named = {one.name for one in self.clusters if one.name is not None}
        found: dict[str, list[Fact]] = {name: [] for name in named}
        for fact in facts(self.files):
            folders = fact.place.document.source.path.split("/")[:-1]
            meant = named & {fact.cluster, *folders} if len(named) > 1 else named
            if len(meant) == 1:
                found[next(iter(meant))].append(fact)
        return found

    @cached_property
    def allocators(self) -> Mapping[Cluster, Allocator]:
        """How MetalLB gives out its addresses in each cluster."""
        return allocators(self)

    @cached_property
    def engines(self) -> frozenset[str]:
        return frozenset(engine for cluster in self.clusters for engine in cluster.engines)


def build(files: Files, rules: Iterable[ClusterRule] = (), known: Known | None = None) -> Model:
    found = index(files)
    swept = sweep(found)
    clusters = tuple(_cluster(group, known or Known()) for group in groups(swept, rules))
    return Model(found, clusters, swept.undelivered)


def _cluster(group: Group, known: Known) -> Cluster:
    roots = group.roots
    releases = tuple(r for root in roots for r in root.releases)
    delivered = [d for root in roots for d in root.delivered]
    return Cluster(
        name=group.name,
        delivered=(*delivered, *objects_in_values(releases)),
        releases=releases,
        remotes=tuple(r for root in roots for r in root.remotes),
        files=frozenset(path for root in roots for path in root.files),
        known=known,
        deliveries=tuple(d for root in roots for d in root.deliveries),
        gaps=tuple(gap for root in roots for gap in root.gaps),
        roots=tuple(root.path for root in roots),
        because=group.because,
    )


def _of_remote(remote: Remote) -> Installation | None:
    found = metallb.remote_installation(remote.url, remote.place, remote.namespace)
    return replace(found, by=remote.by) if found is not None else None


def _only(values: set[T]) -> T | None:
    return values.pop() if len(values) == 1 else None
