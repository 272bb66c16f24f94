"""What makes a single BGPPeer invalid."""

from __future__ import annotations

from collections.abc import Iterator

from mlblint.repo.addresses import parse_address
from mlblint.repo.durations import MILLISECOND, SECOND, parse_duration
from mlblint.repo.resources import Resource, is_opaque, mapping, text
from mlblint.repo.unseen import PEER, PROFILE
from mlblint.repo.validation.configuration import Configuration, Object, Refusal
from mlblint.repo.versions import PEER_ADDRESS_OPTIONAL, PEER_ASN_OPTIONAL
from mlblint.text.places import Place

_BASIC_AUTH = "kubernetes.io/basic-auth"
_SHORTEST_HOLD = 3 * SECOND
_LONGEST_CONNECT = 65535
_DURATIONS = ("holdTime", "keepaliveTime", "connectTime")


def refusals(config: Configuration) -> Iterator[Refusal]:
    for peer in config.of(PEER):
        yield from _numbers(peer)
        yield from _addresses(peer)
        yield from _timers(peer)
        yield from _passwords(config, peer)
        yield from _profile(config, peer)


def _refusal(rule: str, peer: Object, field: str, message: str, remedy: str) -> Refusal:
    return Refusal(rule, peer.delivered, peer.place(field), message, remedy)


def _numbers(peer: Object) -> Iterator[Refusal]:
    """metallb internal/config/config.go@v0.16.1, `peerFromCR`."""
    own, other = peer.number("myASN"), peer.number("peerASN")
    if own == 0:
        message = "`myASN` is 0, and a BGP speaker needs an AS number of its own"
        yield _refusal("asn", peer, "myASN", message, "write the AS number of the cluster")
    if peer.lacks("peerASN") and peer.lacks("dynamicASN"):
        old = peer.is_v1beta1 or not peer.dialect.has(PEER_ASN_OPTIONAL)
        expected = "`peerASN`" if old else "`peerASN` or `dynamicASN`"
        missing = peer.resource.get("spec", "peerASN") is None
        yield Refusal(
            "asn",
            peer.delivered,
            peer.place("peerASN"),
            f"the peer has no AS number: {expected} is missing, or 0",
            "write the AS number of the router at the other end as `peerASN`",
            covered=old and missing,
        )
    if other and peer.text("dynamicASN"):
        message = "`peerASN` and `dynamicASN` exclude each other"
        yield _refusal("dynamic-asn", peer, "dynamicASN", message, "keep one of the two")
    if peer.flag("ebgpMultiHop") and own and own == other:
        message = f"`ebgpMultiHop` is for eBGP, but `myASN` and `peerASN` are both {own}: iBGP"
        yield _refusal("multi-hop", peer, "ebgpMultiHop", message, "remove it")


def _addresses(peer: Object) -> Iterator[Refusal]:
    interface = peer.text("interface")
    if interface and peer.text("peerAddress"):
        message = "`peerAddress` and `interface` exclude each other"
        yield _refusal("interface", peer, "interface", message, "keep one of the two")
    elif peer.lacks("peerAddress") and peer.lacks("interface"):
        old = peer.is_v1beta1 or not peer.dialect.has(PEER_ADDRESS_OPTIONAL)
        expected = "no `peerAddress`" if old else "neither `peerAddress` nor `interface`"
        missing = peer.resource.get("spec", "peerAddress") is None
        yield Refusal(
            "address",
            peer.delivered,
            peer.place("peerAddress"),
            f"the peer has {expected}",
            "write the address of the router at the other end as `peerAddress`",
            covered=old and missing,
        )
    for field in ("peerAddress", "routerID", "sourceAddress"):
        written = peer.text(field)
        if written and parse_address(written) is None:
            message = f"`{written}` is no IP address"
            remedy = f"write `{field}` as a plain IP address"
            yield _refusal("address", peer, field, message, remedy)


def _timers(peer: Object) -> Iterator[Refusal]:
    for field in _DURATIONS:
        written = peer.get(field)
        if isinstance(written, str) and parse_duration(written) is None:
            message = f"`{written}` is no duration as Go writes it"
            yield _refusal("duration", peer, field, message, "write `90s` or `1m30s`, for example")
    hold, keepalive = (parse_duration(peer.text(f)) for f in ("holdTime", "keepaliveTime"))
    yield from _hold_time(peer, hold, keepalive)
    connect = parse_duration(peer.text("connectTime"))
    # CEL rules of the CRD: what is shorter than a millisecond does not count.
    if connect is not None and (
        connect // MILLISECOND % 1000 or not 1 <= connect // SECOND <= _LONGEST_CONNECT
    ):
        message = f"`connectTime` is `{peer.text('connectTime')}`, not a whole number of seconds"
        remedy = "write a whole number of seconds from 1s to 65535s"
        yield _refusal("connect-time", peer, "connectTime", f"{message} from 1 to 65535", remedy)


def _hold_time(peer: Object, hold: int | None, keepalive: int | None) -> Iterator[Refusal]:
    """A missing one is derived from the other; fractions of a second do not count (metallb
    internal/config/config.go@v0.16.1, `parseTimers`)."""
    derived = hold is None
    if hold is None:
        if keepalive is None or not peer.lacks("holdTime"):
            return
        hold = 3 * keepalive
    seconds = int(hold / SECOND) * SECOND
    # A third of a negative one, which is taken then, is longer than itself.
    negative = hold < 0 and peer.lacks("keepaliveTime")
    if negative or (seconds and seconds < _SHORTEST_HOLD):
        field = "keepaliveTime" if derived else "holdTime"
        written = f"three times `{peer.text(field)}`" if derived else f"`{peer.text(field)}`"
        message = f"the hold time is {written}, but BGP allows 0 or at least 3 seconds"
        yield _refusal("hold-time", peer, field, message, "write at least `3s`, or `0s`")
    elif keepalive is not None and keepalive > hold:
        message = (
            f"`keepaliveTime` is `{peer.text('keepaliveTime')}`, longer than `holdTime` "
            f"(`{peer.text('holdTime')}`)"
            if not derived
            else "`keepaliveTime` is negative"
        )
        remedy = "a third of the hold time is usual"
        yield _refusal("hold-time", peer, "keepaliveTime", message, remedy)


def _passwords(config: Configuration, peer: Object) -> Iterator[Refusal]:
    name = peer.text("passwordSecret", "name")
    if not name:
        return
    if peer.text("password"):
        message = "`password` and `passwordSecret` exclude each other"
        yield _refusal("password", peer, "passwordSecret", message, "keep one of the two")
        return
    for secret in config.secrets.get((peer.delivered.namespace, name), ()):
        yield from _secret(peer, secret.resource)


def _secret(peer: Object, secret: Resource) -> Iterator[Refusal]:
    """metallb internal/config/config.go@v0.16.1, `passwordFromSecretForPeer`. A Secret that
    is not in the repository may well be in the cluster."""
    used = ((peer.place("passwordSecret", "name"), f"BGPPeer `{peer.name}` takes it"),)

    def refusal(place: Place, message: str, remedy: str) -> Refusal:
        return Refusal("secret", peer.delivered, place, message, remedy, notes=used)

    kind = secret.get("type")
    if not secret.is_unknown("type") and not is_opaque(kind) and kind != _BASIC_AUTH:
        found = f"`{kind}`" if text(kind) else "missing"
        message = f"the type of Secret `{secret.name}` is {found}, but a password is taken from"
        remedy = f"give the Secret the type `{_BASIC_AUTH}`"
        yield refusal(secret.place("type"), f"{message} `{_BASIC_AUTH}` only", remedy)
        return
    fields = ("data", "stringData")
    given = any("password" in mapping(secret.get(field)) for field in fields)
    if not given and not any(secret.is_unknown(field) for field in fields):
        message = f"Secret `{secret.name}` has no key `password`"
        yield refusal(secret.place("data", "password"), message, "add the key `password`")


def _profile(config: Configuration, peer: Object) -> Iterator[Refusal]:
    name = peer.text("bfdProfile")
    known = config.names.get(PROFILE, frozenset())
    if name and name not in known and config.has_all(PROFILE, peer):
        message = f"there is no BFDProfile `{name}` in this cluster"
        remedy = f"create the BFDProfile `{name}`, or remove `bfdProfile`"
        yield Refusal(
            "profile",
            peer.delivered,
            peer.place("bfdProfile"),
            message,
            remedy,
            # Native BGP knows no profiles at all.
            covered=not config.dialect.frr,
        )
