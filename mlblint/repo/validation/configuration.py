"""MetalLB's objects in one cluster, as a certain release reads them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from functools import cached_property
from typing import Any

from mlblint.records import dataclass
from mlblint.repo import versions
from mlblint.repo.bgp import BgpType
from mlblint.repo.delivery import Delivered
from mlblint.repo.labelled import Labelled
from mlblint.repo.metallb import BGP, GROUP, L2, Pool
from mlblint.repo.model import Cluster, Model
from mlblint.repo.resources import Resource, is_opaque, items
from mlblint.repo.unseen import COMMUNITY, PEER
from mlblint.repo.versions import Change, Version, applies
from mlblint.text.nodes import Key, Path
from mlblint.text.places import Place

_SINCE: Mapping[tuple[str, str], Change] = {
    (PEER, "connectTime"): versions.PEER_CONNECT_TIME,
    (PEER, "disableMP"): versions.PEER_DISABLE_MP,
    (PEER, "dualStackAddressFamily"): versions.PEER_DUAL_STACK,
    (PEER, "dynamicASN"): versions.PEER_ASN_OPTIONAL,
    (PEER, "enableGracefulRestart"): versions.PEER_GRACEFUL_RESTART,
    (PEER, "interface"): versions.PEER_ADDRESS_OPTIONAL,
    (PEER, "localASN"): versions.PEER_LOCAL_ASN,
    (PEER, "vrf"): versions.PEER_VRF,
    (BGP, "serviceSelectors"): versions.SERVICE_SELECTORS,
    (L2, "serviceSelectors"): versions.SERVICE_SELECTORS,
    ("IPAddressPool", "serviceAllocation"): versions.SERVICE_ALLOCATION,
}
_NOT_IN_V1BETA1 = frozenset(
    [
        "connectTime",
        "disableMP",
        "dualStackAddressFamily",
        "dynamicASN",
        "enableGracefulRestart",
        "interface",
        "localASN",
        "passwordSecret",
        "vrf",
    ]
)
"""Fields that BGPPeer v1beta1 lacks; the API server prunes them."""


SELECTORS: Mapping[str, tuple[Path, ...]] = {
    BGP: (("ipAddressPoolSelectors",), ("nodeSelectors",), ("serviceSelectors",)),
    L2: (("ipAddressPoolSelectors",), ("nodeSelectors",), ("serviceSelectors",)),
    PEER: (("nodeSelectors",),),
    "IPAddressPool": (
        ("serviceAllocation", "namespaceSelectors"),
        ("serviceAllocation", "serviceSelectors"),
    ),
}
"""Lists of label selectors in `spec`, by kind."""


def since(kind: str, field: str) -> Change | None:
    """With what a field came, if it was not always there."""
    return _SINCE.get((kind, field))


@dataclass(frozen=True)
class Dialect:
    """How one release judges. FRR and frr-k8s are judged alike (metallb
    internal/config/validation.go@v0.16.1, `ValidationFor`)."""

    version: Version
    frr: bool

    def has(self, change: Change) -> bool:
        return bool(applies(change, self.version))


def dialects(version: Version | None, bgp_type: BgpType | None) -> Iterator[Dialect]:
    """Everything that could run, as far as it is not known."""
    known = versions.RELEASES if version is None else (version,)
    modes = (True, False) if bgp_type is None else (bgp_type != "native",)
    for one in reversed(known):
        if applies(versions.CUSTOM_RESOURCES, one):
            yield from (Dialect(one, frr) for frr in modes)


@dataclass(frozen=True, eq=False)
class Object:
    """Fields of `spec`. What that release does not know is pruned, and what is filled in later
    or cannot be worked out counts as not given; but `lacks` is certain."""

    delivered: Delivered
    dialect: Dialect

    @property
    def resource(self) -> Resource:
        return self.delivered.resource

    @property
    def name(self) -> str:
        return self.resource.name

    @property
    def is_v1beta1(self) -> bool:
        return self.resource.api_version.endswith("/v1beta1")

    def place(self, *path: Key) -> Place:
        return self.resource.place("spec", *path)

    def is_read(self, field: str) -> bool:
        """Whether the release has that field at all."""
        kind = self.resource.kind
        if kind == PEER and self.is_v1beta1 and field in _NOT_IN_V1BETA1:
            return False
        change = since(kind, field)
        return change is None or self.dialect.has(change)

    def get(self, field: str, *path: Key) -> Any:
        if not self.is_read(field) or self.resource.is_unknown("spec", field, *path):
            return None
        value = self.resource.get("spec", field, *path)
        return None if is_opaque(value) else value

    def lacks(self, field: str) -> bool:
        """Whether Go sees the zero value there."""
        if self.is_read(field) and self.resource.is_unknown("spec", field):
            return False
        return not self.is_read(field) or self.resource.get("spec", field) in (None, "", 0, [])

    def is_open(self, field: str) -> bool:
        """Whether nothing can be said of a field, because it is filled in later."""
        unknown = self.resource.is_unknown("spec", field)
        return self.is_read(field) and (unknown or is_opaque(self.resource.get("spec", field)))

    def text(self, field: str, *path: Key) -> str:
        value = self.get(field, *path)
        return value if isinstance(value, str) else ""

    def number(self, field: str) -> int | None:
        value = self.get(field)
        return value if isinstance(value, int) and not isinstance(value, bool) else None

    def flag(self, field: str) -> bool:
        return self.get(field) is True

    def strings(self, field: str) -> list[tuple[int, str]]:
        """The items that are known, with their indexes."""
        found = enumerate(items(self.get(field)))
        return [(i, one) for i, one in found if isinstance(one, str) and not is_opaque(one)]

    def selectors(self, field: str) -> list[Any]:
        return items(self.get(field))


@dataclass(frozen=True, eq=False)
class Configuration:
    model: Model
    cluster: Cluster
    dialect: Dialect
    pools: tuple[Pool, ...]
    objects: Mapping[str, Sequence[Object]]
    nodes: tuple[Mapping[str, Any], ...]
    secrets: Mapping[tuple[str | None, str], Sequence[Delivered]]

    def of(self, kind: str) -> Sequence[Object]:
        return self.objects.get(kind, ())

    @cached_property
    def _by_name(self) -> Mapping[str, Sequence[Pool]]:
        found: dict[str, list[Pool]] = {}
        for pool in self.pools:
            found.setdefault(pool.name, []).append(pool)
        return found

    @cached_property
    def _labelled(self) -> Labelled[int]:
        return Labelled((pool.resource.labels, at) for at, pool in enumerate(self.pools))

    @cached_property
    def names(self) -> Mapping[str, frozenset[str]]:
        """What the objects of each kind are called."""
        found = self.objects.items()
        return {kind: frozenset(one.name for one in objects) for kind, objects in found}

    @cached_property
    def aliases(self) -> frozenset[str]:
        """The communities that have a name."""
        return frozenset(
            alias
            for community in self.of(COMMUNITY)
            for index, _ in enumerate(items(community.get("communities")))
            if (alias := community.text("communities", index, "name"))
        )

    def has_all(self, kind: str, beside: Object) -> bool:
        """Whether every object of a kind is in sight, and its content known: then what is named
        and not there is missing."""
        unseen = self.model.may_have_unseen(self.cluster, beside.delivered, kind)
        return not unseen and kind not in self._open_kinds

    @cached_property
    def _open_kinds(self) -> frozenset[str]:
        """The kinds of which some object is not known as a whole."""
        return frozenset(
            kind
            for kind, objects in self.objects.items()
            if any(o.resource.is_unknown("spec") or _has_opaque(o.resource.data) for o in objects)
        )

    def selected_pools(self, advertisement: Object) -> list[Pool]:
        """The pools that an advertisement certainly covers (metallb
        internal/config/config.go@v0.16.1, `setBGPAdvertisementsToPools`)."""
        fields = ("ipAddressPools", "ipAddressPoolSelectors")
        if all(advertisement.lacks(field) for field in fields):
            return list(self.pools)
        names = dict.fromkeys(name for _, name in advertisement.strings("ipAddressPools"))
        named = [pool for name in names for pool in self._by_name.get(name, ())]
        selectors = advertisement.selectors("ipAddressPoolSelectors")
        selected = {at for selector in selectors for at in self._labelled.selected(selector)}
        others = (self.pools[at] for at in sorted(selected))
        return named + [pool for pool in others if pool.name not in names]


@dataclass(frozen=True)
class Refusal:
    """Something that MetalLB's parser or webhook refuses. `rule` names what is violated;
    `covered` tells that something else refuses it already, with that release and that way of
    speaking BGP: the CRD's schema, or another refusal. Without `certain` it takes a node that
    nobody can see from here. `since` is the oldest release that refuses it, where the release is
    not known and older ones do not."""

    rule: str
    of: Delivered
    place: Place
    message: str
    help: str
    notes: tuple[tuple[Place, str], ...] = ()
    covered: bool = False
    certain: bool = True
    since: Version | None = None


def configuration(model: Model, cluster: Cluster, dialect: Dialect) -> Configuration:
    objects: dict[str, list[Object]] = {}
    for delivered in cluster.delivered:
        resource = delivered.resource
        if resource.group == GROUP and _is_in_sight(cluster, delivered):
            objects.setdefault(resource.kind, []).append(Object(delivered, dialect))
    return Configuration(
        model=model,
        cluster=cluster,
        dialect=dialect,
        pools=tuple(Pool(o.delivered) for o in objects.get("IPAddressPool", ())),
        objects=objects,
        nodes=tuple(d.resource.labels for d in cluster.delivered if d.resource.is_a("", "Node")),
        secrets=_secrets(cluster),
    )


def _secrets(cluster: Cluster) -> Mapping[tuple[str | None, str], Sequence[Delivered]]:
    found: dict[tuple[str | None, str], list[Delivered]] = {}
    for one in cluster.delivered:
        if one.resource.is_a("", "Secret"):
            found.setdefault((one.namespace, one.resource.name), []).append(one)
    return found


def read_pools(cluster: Cluster) -> list[Pool]:
    """The pools that MetalLB would read, AddressPools only if it can be a release that does."""
    legacy = applies(versions.ADDRESS_POOL_READ, cluster.version) is not False
    return [
        pool
        for pool in cluster.pools
        if _is_in_sight(cluster, pool.delivered)
        and (legacy or pool.resource.kind == "IPAddressPool")
        and applies(versions.CUSTOM_RESOURCES, cluster.version) is not False
    ]


def _is_in_sight(cluster: Cluster, delivered: Delivered) -> bool:
    """MetalLB sees only what stands in its own namespace."""
    return cluster.namespace is None or delivered.namespace in (None, cluster.namespace)


def _has_opaque(data: object) -> bool:
    if isinstance(data, Mapping):
        return any(map(_has_opaque, data.values()))
    return any(map(_has_opaque, data)) if isinstance(data, list) else is_opaque(data)
