"""What MetalLB's ways of speaking BGP cannot do: FRR with several peers, and native BGP at all."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterable, Iterator
from dataclasses import field

from mlblint.records import dataclass
from mlblint.repo.durations import parse_duration
from mlblint.repo.label_selectors import canonical, pinned, share_node
from mlblint.repo.metallb import BGP
from mlblint.repo.unseen import PEER, PROFILE
from mlblint.repo.validation.configuration import Configuration, Object, Refusal
from mlblint.repo.versions import NATIVE_IPV6_POOL_UNSELECTED, PEERS_COMPARED_PER_NODE

_FRR_ONLY = (
    "bfdProfile",
    "keepaliveTime",
    "vrf",
    "connectTime",
    "enableGracefulRestart",
    "disableMP",
    "dualStackAddressFamily",
    "dynamicASN",
    "interface",
    "localASN",
)
_SWITCH = "let MetalLB speak BGP through FRR, or remove it"


def refusals(config: Configuration) -> Iterator[Refusal]:
    """metallb internal/config/validation.go@v0.16.1, `DiscardNativeOnly`, `DiscardFRROnly`."""
    yield from _frr(config) if config.dialect.frr else _native(config)


def _native(config: Configuration) -> Iterator[Refusal]:
    for peer in config.of(PEER):
        for name in _FRR_ONLY:
            if _is_given(peer, name):
                message = f"`{name}` works with FRR only, and this MetalLB speaks native BGP"
                yield Refusal("native", peer.delivered, peer.place(name), message, _SWITCH)
    for profile in config.of(PROFILE):
        message = "BFD works with FRR only, and this MetalLB speaks native BGP"
        place = profile.resource.place()
        yield Refusal("native", profile.delivered, place, message, _SWITCH)
    yield from _ipv6(config)


def _is_given(peer: Object, name: str) -> bool:
    if peer.lacks(name) or peer.get(name) is None or peer.get(name) is False:
        return False
    return name != "keepaliveTime" or parse_duration(peer.text(name)) != 0


def _ipv6(config: Configuration) -> Iterator[Refusal]:
    advertisements = config.of(BGP)
    everywhere = not config.dialect.has(NATIVE_IPV6_POOL_UNSELECTED)
    announced: dict[int, Object] = {}
    for advertisement in advertisements:
        pools = config.pools if everywhere else config.selected_pools(advertisement)
        for pool in pools:
            announced.setdefault(id(pool), advertisement)
        if len(announced) == len(config.pools):
            break
    for pool in config.pools:
        entry = next((e for e in pool.entries if e.interval and e.interval.family == 6), None)
        if entry is not None and id(pool) in announced:
            by = announced[id(pool)]
            yield Refusal(
                "native-ipv6",
                pool.delivered,
                entry.place,
                f"`{entry.text}` is IPv6, and this MetalLB speaks native BGP, which announces IPv4 "
                "only",
                "announce the pool by L2, or let MetalLB speak BGP through FRR",
                notes=((by.resource.place(), f"BGPAdvertisement `{by.name}` announces it"),),
            )


def _frr(config: Configuration) -> Iterator[Refusal]:
    peers = config.of(PEER)
    yield from _conflicts(
        config,
        ((p, (), p.text("routerID")) for p in peers if not p.is_open("routerID")),
        "router-id",
        "routerID",
        lambda one, other: (
            f"its `routerID` is {_or_missing(one)}, but that of BGPPeer `{other.name}` is "
            f"{_or_missing(other)}: FRR has one per node"
        ),
        "give all peers of a node the same `routerID`",
    )
    yield from _conflicts(
        config,
        (
            (p, p.text("vrf"), p.number("myASN"))
            for p in peers
            if not p.is_open("vrf") and p.number("myASN")
        ),
        "own-asn",
        "myASN",
        lambda one, other: (
            f"its `myASN` is {one.number('myASN')}, but that of BGPPeer `{other.name}` is "
            f"{other.number('myASN')}: FRR has one per node and VRF"
        ),
        "give all peers of a node and VRF the same `myASN`",
    )
    yield from _same_peer(config, peers)


def _or_missing(peer: Object) -> str:
    written = peer.text("routerID")
    return f"`{written}`" if written else "missing"


def _same_peer(config: Configuration, peers: Iterable[Object]) -> Iterator[Refusal]:
    for name in ("peerAddress", "interface"):
        yield from _conflicts(
            config,
            (
                (p, (p.text(name), p.text("vrf")), object())
                for p in peers
                if p.text(name) and not p.is_open("vrf")
            ),
            "same-peer",
            name,
            lambda one, other: (
                f"BGPPeer `{other.name}` has the same address or interface, and FRR has one session"
                " with each neighbour"
            ),
            "remove one of the two, or let them select different nodes (since MetalLB 0.16.0)",
        )


def _conflicts(
    config: Configuration,
    peers: Iterable[tuple[Object, Hashable, object]],
    rule: str,
    name: str,
    message: Callable[[Object, Object], str],
    remedy: str,
) -> Iterator[Refusal]:
    """Peers of one group, on one node, whose values differ. What was refused already refuses
    no other; peers that have value and node selectors in common are compared once."""
    per_node = config.dialect.has(PEERS_COMPARED_PER_NODE)
    groups: dict[Hashable, _Accepted] = {}
    for peer, group, value in peers:
        selectors = peer.selectors("nodeSelectors")
        pin = pinned(selectors) if per_node else None
        accepted = groups.setdefault(group, _Accepted())
        for other, its in accepted.near(pin):
            if its == value or _key(other) == _key(peer):
                continue
            shared = not per_node or share_node(
                other.selectors("nodeSelectors"), selectors, config.nodes
            )
            if shared is not False:
                yield Refusal(
                    rule,
                    peer.delivered,
                    peer.place(name),
                    message(peer, other),
                    remedy,
                    notes=((other.place(name), f"BGPPeer `{other.name}`"),),
                    certain=shared is True,
                )
                break
        else:
            nodes = tuple(map(canonical, selectors))
            accepted.add(pin, (value, nodes), (peer, value))


_Pin = tuple[str, frozenset[str]] | None
_Peer = tuple[Object, object]


@dataclass(frozen=True)
class _Accepted:
    """Peers with their values, by label and value of the nodes that they are pinned to (or by
    nothing), so that those of different nodes are never compared."""

    places: dict[str, dict[str, list[_Peer]]] = field(default_factory=dict)
    seen: set[Hashable] = field(default_factory=set)

    def add(self, pin: _Pin, identity: Hashable, peer: _Peer) -> None:
        if identity in self.seen:
            return
        self.seen.add(identity)
        key, values = pin or ("", [""])
        for value in values:
            self.places.setdefault(key, {}).setdefault(value, []).append(peer)

    def near(self, pin: _Pin) -> Iterator[_Peer]:
        for key, by_value in self.places.items():
            values = pin[1] if pin is not None and key == pin[0] else list(by_value)
            for value in values:
                yield from by_value.get(value, ())


def _key(peer: Object) -> tuple[str, str | None]:
    return peer.name, peer.delivered.namespace
