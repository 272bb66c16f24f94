"""Interval arithmetic over IPv4 and IPv6, and MetalLB's reading of address texts."""

from __future__ import annotations

import heapq
import ipaddress
import re
from collections.abc import Iterable, Iterator, Sequence
from itertools import islice
from typing import Literal

from mlblint.records import dataclass

FaultKind = Literal[
    "empty",
    "spaces",
    "bare-address",
    "bad-prefix",
    "leading-zeros",
    "not-an-address",
    "partial-end",
    "prefix-in-range",
    "reversed",
    "mixed-families",
    "mixed-families-ignored",
]

BITS = {4: 32, 6: 128}

# Go treats ::ffff:a.b.c.d and a.b.c.d as one IPv4 address and compares both in the 16-byte form
# (Go src/net/ip.go@go1.24 IP.To4, IP.To16).
_MAPPED = 0xFFFF << 32

# Go's strings.TrimSpace (unicode.IsSpace); str.strip() would also take U+001C to U+001F.
_GO_SPACES = (
    "\t\n\v\f\r \x85\xa0\u1680\u2000\u2001\u2002\u2003\u2004\u2005\u2006\u2007\u2008\u2009\u200a"
    "\u2028\u2029\u202f\u205f\u3000"
)

_QUAD = re.compile(r"([0-9]{1,3})\.([0-9]{1,3})\.([0-9]{1,3})\.([0-9]{1,3})")
_PADDED_OCTETS = re.compile(r"[0-9]+(\.[0-9]+){3}")
_LAST_OCTETS = re.compile(r"\.?[0-9]{1,3}(\.[0-9]{1,3}){0,2}")


@dataclass(frozen=True, order=True, slots=True)
class Interval:
    """All addresses of one family from `first` to `last`, both included."""

    family: int
    first: int
    last: int

    def __str__(self) -> str:
        first, last = _spell(self.family, self.first), _spell(self.family, self.last)
        return first if first == last else f"{first}-{last}"

    @property
    def size(self) -> int:
        return self.last - self.first + 1

    @property
    def shortest_prefix(self) -> int:
        """The prefix length of the largest CIDR block inside."""
        bits = BITS[self.family]

        def fits(length: int) -> bool:
            block = 1 << (bits - length)
            aligned = -(-self.first // block) * block
            return aligned + block - 1 <= self.last

        return next(length for length in range(bits + 1) if fits(length))

    def contains(self, other: Interval) -> bool:
        return self.intersection(other) == other

    def intersection(self, other: Interval) -> Interval | None:
        first, last = max(self.first, other.first), min(self.last, other.last)
        if self.family != other.family or first > last:
            return None
        return Interval(self.family, first, last)

    def minus(self, others: Iterable[Interval]) -> tuple[Interval, ...]:
        """What is left of this interval, in order."""
        left: list[Interval] = []
        first = self.first
        for cut in union(shared for other in others if (shared := self.intersection(other))):
            if first < cut.first:
                left.append(Interval(self.family, first, cut.first - 1))
            first = cut.last + 1
        if first <= self.last:
            left.append(Interval(self.family, first, self.last))
        return tuple(left)


@dataclass(frozen=True, slots=True)
class EntryFault:
    """Why a pool entry yields no addresses; `repair` spells the same addresses acceptably."""

    kind: FaultKind
    text: str
    repair: str | None = None

    @property
    def refused(self) -> bool:
        """Whether MetalLB rejects the entry, rather than accept it and hand out nothing."""
        return self.kind != "mixed-families-ignored"


def parse_address(text: str) -> Interval | None:
    """One plain IP, as Go's net.ParseIP reads it."""
    # Most are written plainly, and then the standard library takes three times as long.
    if (quad := _QUAD.fullmatch(text)) is not None:
        value = 0
        for octet in quad.groups():
            number = int(octet)
            if number > 255 or (octet[0] == "0" and len(octet) > 1):
                return None
            value = value << 8 | number
        return Interval(4, value, value)
    # The standard library would accept a zone; net.ParseIP does not.
    if "%" in text:
        return None
    try:
        address = ipaddress.ip_address(text)
    except ValueError:
        return None
    if isinstance(address, ipaddress.IPv6Address):
        address = address.ipv4_mapped or address
    return Interval(address.version, int(address), int(address))


def parse_entry(text: str) -> Interval | EntryFault:
    """One entry of `spec.addresses` (metallb internal/config/config.go@v0.16.1 ParseCIDR)."""
    if not text.strip(_GO_SPACES):
        return EntryFault("empty", "The entry is empty; a CIDR or a range was expected.")
    return _parse_range(text) if "-" in text else _parse_cidr(text)


def parse_range(text: str) -> Interval | None:
    """The forgiving form of mlblint's own configuration: an IP, a CIDR or a range."""
    trimmed = text.strip()
    entry = parse_address(trimmed) or parse_entry(trimmed)
    return entry if isinstance(entry, Interval) else None


def has_host_bits(text: str) -> bool:
    """Whether a valid CIDR names an address inside its network, which MetalLB masks silently."""
    entry, address = parse_entry(text), parse_address(text.partition("/")[0])
    return isinstance(entry, Interval) and address is not None and entry.first != address.first


def union(intervals: Iterable[Interval]) -> tuple[Interval, ...]:
    """The same addresses in the fewest intervals, sorted."""
    merged: list[Interval] = []
    for one in sorted(intervals):
        last = merged[-1] if merged else None
        if last and last.family == one.family and one.first <= last.last + 1:
            merged[-1] = Interval(one.family, last.first, max(last.last, one.last))
        else:
            merged.append(one)
    return tuple(merged)


def blocks(interval: Interval, at_most: int) -> list[str]:
    """The first of the fewest CIDR blocks that make up an interval."""
    kind = ipaddress.IPv4Address if interval.family == 4 else ipaddress.IPv6Address
    networks = ipaddress.summarize_address_range(kind(interval.first), kind(interval.last))
    return [str(network) for network in islice(networks, at_most)]


def overlaps(
    left: Sequence[Interval], right: Sequence[Interval] | None = None
) -> Iterator[tuple[int, int, Interval]]:
    """Every overlapping pair of indexes with what they share, in order of the indexes.

    With one list, the pairs within it, each once. The cost is that of sorting plus the pairs.
    """
    if right is None:
        yield from (pair for pair in overlaps(left, left) if pair[0] < pair[1])
        return
    sides = (left, right)
    starts = sorted(
        (one.family, one.first, side, index)
        for side, intervals in enumerate(sides)
        for index, one in enumerate(intervals)
    )
    # Per side, the intervals that the sweep has entered and not yet left, by where they end.
    entered: tuple[list[tuple[int, int, int]], ...] = ([], [])
    found: list[tuple[int, int, Interval]] = []
    for family, first, side, index in starts:
        one, opposite = sides[side][index], entered[1 - side]
        while opposite and opposite[0][:2] < (family, first):
            heapq.heappop(opposite)
        for _, last, other in opposite:
            shared = Interval(family, first, min(one.last, last))
            found.append((other, index, shared) if side else (index, other, shared))
        heapq.heappush(entered[side], (family, one.last, index))
    yield from sorted(found)


def _spell(family: int, value: int) -> str:
    return str(ipaddress.IPv4Address(value) if family == 4 else ipaddress.IPv6Address(value))


def _parse_cidr(text: str) -> Interval | EntryFault:
    trimmed = "/".join(part.strip() for part in text.split("/"))
    if trimmed != text:
        without = _parse_cidr(trimmed)
        repair = trimmed if isinstance(without, Interval) else without.repair
        if repair:
            return EntryFault("spaces", f'"{text}" has spaces; a CIDR may have none.', repair)
    spelling, slash, prefix = text.partition("/")
    address = parse_address(spelling)
    if address is None:
        return _address_fault(text, spelling)
    bits = 128 if ":" in spelling else 32
    if not slash:
        repair = f"{text}/{bits}"
        return EntryFault(
            "bare-address",
            f'"{text}" is a bare address; one address is written "{repair}".',
            repair,
        )
    length = _prefix_length(prefix)
    if length is None or length > bits:
        return EntryFault(
            "bad-prefix",
            f'"{prefix}" in "{text}" is no prefix length; a number from 0 to {bits} was expected.',
        )
    block = 1 << (bits - length)
    if address.family == 4 and length < bits - 32:
        # A mapped address whose mask reaches into ::ffff: names an IPv6 network for Go.
        first = (_mapped(address) // block) * block
        return Interval(6, first, first + block - 1)
    first = address.first // block * block
    return Interval(address.family, first, first + block - 1)


def _prefix_length(text: str) -> int | None:
    # Go src/net/parse.go@go1.24 dtoi: ASCII digits, leading zeros allowed. The standard library
    # would also accept a netmask here.
    digits = text.lstrip("0")
    if not (text.isascii() and text.isdigit()) or len(digits) > 3:
        return None
    return int(digits or "0")


def _parse_range(text: str) -> Interval | EntryFault:
    first_text, last_text = (end.strip(_GO_SPACES) for end in text.split("-", 1))
    first, last = parse_address(first_text), parse_address(last_text)
    if first is None:
        return _address_fault(text, first_text)
    if last is None:
        if _LAST_OCTETS.fullmatch(last_text):
            return EntryFault(
                "partial-end", f'"{text}" ends in "{last_text}"; a full address was expected.'
            )
        return _address_fault(text, last_text)
    if first.family == last.family and first.first <= last.first:
        return Interval(first.family, first.first, last.first)
    if first.family == last.family:
        return EntryFault("reversed", f'"{text}" starts after its end.')
    if _mapped(first) > _mapped(last):
        return EntryFault("mixed-families", f'"{text}" mixes IPv4 and IPv6.')
    # github.com/mikioh/ipaddr prefix.go Summarize returns no prefix and no error for these.
    return EntryFault(
        "mixed-families-ignored",
        f'"{text}" mixes IPv4 and IPv6; MetalLB accepts it and gets no address from it.',
    )


def _mapped(address: Interval) -> int:
    return address.first | _MAPPED if address.family == 4 else address.first


def _address_fault(entry: str, spelling: str) -> EntryFault:
    found = f'"{spelling}" in "{entry}"' if spelling != entry else f'"{entry}"'
    plain = ".".join(octet.lstrip("0") or "0" for octet in spelling.split("."))
    if _PADDED_OCTETS.fullmatch(spelling) and parse_address(plain):
        # No repair: some programs read such octets as octal.
        return EntryFault("leading-zeros", f"{found} has octets with leading zeros.")
    host, slash, _ = spelling.partition("/")
    if "-" in entry and slash and parse_address(host):
        return EntryFault(
            "prefix-in-range", f"{found} has a prefix; a range joins two plain addresses."
        )
    return EntryFault("not-an-address", f"{found} is not an IP address.")
