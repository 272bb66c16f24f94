"""What makes a BGPAdvertisement invalid: by itself, for its pools, and beside others."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from mlblint.records import dataclass
from mlblint.repo.label_selectors import canonical, share_node
from mlblint.repo.metallb import BGP, Entry, Pool
from mlblint.repo.unseen import PEER, PROFILE
from mlblint.repo.validation.configuration import Configuration, Object, Refusal
from mlblint.repo.versions import LOCAL_PREF_BY_FAMILY, LOCAL_PREF_CHECK

_LENGTHS = {4: ("aggregationLength", 32), 6: ("aggregationLengthV6", 128)}
_LARGEST_PREFERENCE = 2**32 - 1


def refusals(config: Configuration) -> Iterator[Refusal]:
    for advertisement in config.of(BGP):
        yield from _lengths(advertisement)
        yield from _too_wide(config, advertisement)
    if config.dialect.has(LOCAL_PREF_CHECK):
        yield from _local_preferences(config)
    yield from _echo(config)


def _length(advertisement: Object, family: int) -> int:
    field, longest = _LENGTHS[family]
    given = advertisement.number(field)
    return longest if given is None else given


def _lengths(advertisement: Object) -> Iterator[Refusal]:
    """metallb internal/config/config.go@v0.16.1, `bgpAdvertisementFromCR`."""
    preference = advertisement.number("localPref") or 0
    if not 0 <= preference <= _LARGEST_PREFERENCE:
        # The CRD allows it, but it does not fit into Go's uint32: the webhook cannot read the
        # object.
        fault = "negative" if preference < 0 else f"{preference}, more than BGP has room for"
        message, remedy = f"`localPref` is {fault}", f"write a number up to {_LARGEST_PREFERENCE}"
        place = advertisement.place("localPref")
        yield Refusal("local-preference", advertisement.delivered, place, message, remedy)
    for family, (field, longest) in _LENGTHS.items():
        given = advertisement.number(field)
        if given is None:
            continue
        place = advertisement.place(field)
        if given > longest:
            message = f"`{field}` is {given}, and an IPv{family} prefix has at most {longest} bits"
            remedy = f"write a number up to {longest}"
            yield Refusal("aggregation", advertisement.delivered, place, message, remedy)
        elif given != longest and advertisement.selectors("serviceSelectors"):
            message = f"`{field}` is {given}, and `serviceSelectors` allow no aggregation"
            remedy = f"remove `{field}` or `serviceSelectors`"
            yield Refusal("aggregation", advertisement.delivered, place, message, remedy)


def _too_wide(config: Configuration, advertisement: Object) -> Iterator[Refusal]:
    """Every entry needs room for at least one aggregate (`validateBGPAdvPerPool`)."""
    for family, (field, longest) in _LENGTHS.items():
        length = _length(advertisement, family)
        if length == longest or advertisement.is_open(field):
            continue
        found = next(_narrower(config, advertisement, family, length), None)
        if found is not None:
            pool, entry, shortest = found
            yield Refusal(
                "aggregation",
                advertisement.delivered,
                advertisement.place(field),
                f"`{field}` is {length}, but `{entry.text}` of pool `{pool.name}` holds no "
                f"block greater than /{shortest}",
                f"write {shortest} or more, or let the pool hold a whole block",
                notes=((entry.place, f"pool `{pool.name}`"),),
                # The CRD demands at least 1 for IPv4.
                covered=family == 4 and length < 1,
            )


def _narrower(
    config: Configuration, advertisement: Object, family: int, length: int
) -> Iterator[tuple[Pool, Entry, int]]:
    for pool in config.selected_pools(advertisement):
        for entry in pool.entries:
            if entry.interval is not None and entry.interval.family == family:
                shortest = entry.interval.shortest_prefix
                if length < shortest:
                    yield pool, entry, shortest


def _local_preferences(config: Configuration) -> Iterator[Refusal]:
    """Two advertisements of one pool may not give the same update two preferences
    (`BGPAdvertisementsHaveCompatibleLocalPref`). Those with selectors of Services are left out:
    nobody knows their Services yet."""
    accepted: dict[int, dict[object, Object]] = {}
    for advertisement in config.of(BGP):
        if advertisement.selectors("serviceSelectors") or _is_open(advertisement):
            continue
        for pool in config.selected_pools(advertisement):
            others = accepted.setdefault(id(pool), {})
            found = next(_clashes(config, pool, others, advertisement), None)
            if found is not None:
                yield found
                break
            others.setdefault(_signature(advertisement), advertisement)


def _is_open(advertisement: Object) -> bool:
    fields = ("localPref", "aggregationLength", "aggregationLengthV6", "peers", "nodeSelectors")
    return any(map(advertisement.is_open, fields))


def _signature(advertisement: Object) -> object:
    return (
        advertisement.number("localPref") or 0,
        _length(advertisement, 4),
        _length(advertisement, 6),
        tuple(advertisement.strings("peers")),
        tuple(map(canonical, advertisement.selectors("nodeSelectors"))),
    )


def _clashes(
    config: Configuration, pool: Pool, others: dict[object, Object], advertisement: Object
) -> Iterator[Refusal]:
    mine = advertisement.number("localPref") or 0
    for other in others.values():
        its = other.number("localPref") or 0
        if mine == its or _tells_apart(config, pool, advertisement, other):
            continue
        shared = share_node(
            advertisement.selectors("nodeSelectors"),
            other.selectors("nodeSelectors"),
            config.nodes,
        )
        if shared:
            yield Refusal(
                "local-preference",
                advertisement.delivered,
                advertisement.place("localPref"),
                f"its local preference is {mine}, but BGPAdvertisement `{other.name}` announces "
                f"the same prefixes of pool `{pool.name}` to the same peers with {its}",
                "give both the same `localPref`, or different pools, peers or nodes",
                notes=((other.place("localPref"), f"BGPAdvertisement `{other.name}`"),),
                # Nodes stand in no repository; a cluster without any has nothing to clash.
                certain=bool(config.nodes),
            )


def _tells_apart(config: Configuration, pool: Pool, one: Object, other: Object) -> bool:
    differ = {family: _length(one, family) != _length(other, family) for family in _LENGTHS}
    families = {e.interval.family for e in pool.entries if e.interval}
    if not config.dialect.has(LOCAL_PREF_BY_FAMILY):
        families = set(_LENGTHS)
    if all(differ[family] for family in families):
        return True
    mine = {name for _, name in one.strings("peers")}
    its = {name for _, name in other.strings("peers")}
    return bool(mine and its) and mine.isdisjoint(its)


def _echo(config: Configuration) -> Iterator[Refusal]:
    """BFD's echo works with IPv4 only (metallb internal/config/validation.go@v0.16.1,
    `validateConfig`)."""
    peers: dict[str, list[Object]] = {}
    for peer in config.of(PEER):
        if peer.text("bfdProfile"):
            peers.setdefault(peer.text("bfdProfile"), []).append(peer)
    ipv6 = _Ipv6.of(config) if peers else None
    for profile in config.of(PROFILE):
        if ipv6 is None or not profile.flag("echoMode") or profile.name not in peers:
            continue
        found = ipv6.first_to(peers[profile.name])
        if found is not None:
            advertisement, entry, peer = found
            yield Refusal(
                "echo",
                profile.delivered,
                profile.place("echoMode"),
                f"BFD's echo works with IPv4 only, but BGPPeer `{peer.name}` uses this profile, and"
                f" BGPAdvertisement `{advertisement.name}` announces `{entry.text}` to it",
                "switch `echoMode` off, or announce IPv6 to peers with another profile",
                notes=(
                    (peer.place("bfdProfile"), f"BGPPeer `{peer.name}`"),
                    (entry.place, "the IPv6 addresses"),
                ),
                # Native BGP knows no profiles at all.
                covered=not config.dialect.frr,
            )


@dataclass(frozen=True)
class _Ipv6:
    """The advertisements of IPv6 addresses, each with the first of these. `to_all` and `to` are
    the places of the first ones for every peer, and for a certain one."""

    found: Sequence[tuple[Object, Entry]]
    to_all: int
    to: Mapping[str, int]

    @classmethod
    def of(cls, config: Configuration) -> _Ipv6:
        found: list[tuple[Object, Entry]] = []
        for advertisement in config.of(BGP):
            entries = (e for pool in config.selected_pools(advertisement) for e in pool.entries)
            first = next((e for e in entries if e.interval and e.interval.family == 6), None)
            if first is not None:
                found.append((advertisement, first))
        to: dict[str, int] = {}
        for at, (advertisement, _) in enumerate(found):
            for _, name in advertisement.strings("peers"):
                to.setdefault(name, at)
        to_all = (at for at, (one, _) in enumerate(found) if one.lacks("peers"))
        return cls(found, next(to_all, len(found)), to)

    def first_to(self, peers: Sequence[Object]) -> tuple[Object, Entry, Object] | None:
        """The first that reaches one of some peers."""
        at, peer = min(
            ((min(self.to.get(one.name, self.to_all), self.to_all), one) for one in peers),
            key=lambda one: one[0],
        )
        return (*self.found[at], peer) if at < len(self.found) else None
