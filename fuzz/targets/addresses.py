"""Addresses against the standard library's reading, intervals against plain sets."""

from __future__ import annotations

import ipaddress
from collections.abc import Iterator
from itertools import pairwise

from fuzz.choices import Choices, seed
from mlblint.repo.addresses import (
    BITS,
    EntryFault,
    Interval,
    blocks,
    has_host_bits,
    overlaps,
    parse_address,
    parse_entry,
    parse_range,
    union,
)

TEXTS = (
    *("10.0.0.1", "10.0.0.0/24", "10.0.0.1-10.0.0.9", "10.0.0.9 - 10.0.0.1", "1.2.3.04", "::1"),
    *("fd00::/64", "fd00::1-fd00::ff", "::ffff:10.0.0.1/120", "::ffff:1.2.3.4/64", "fe80::1%eth0"),
    *("10.0.0.1-20", "10.0.0.0/24-10.0.1.0/24", "1.2.3.4-::1", "", "-", "/", "0.0.0.0/0", "::/0"),
    *("192.168.1.0 /24", "\u0661.2.3.4", "1.2.3.4/\u0662", "1.2.3.4/024", "255.255.255.255/32"),
)
SPACE = 24


def seeds() -> Iterator[bytes]:
    for number, text in enumerate(TEXTS):
        yield seed(text, *range(number, number + 12))


def check(data: bytes) -> None:
    choices = Choices(data)
    _texts(choices.rest.decode("utf-8", "replace"))
    _arithmetic(choices)


# --- texts -----------------------------------------------------------------------------------


def _texts(text: str) -> None:
    _one_address(text)
    entry = parse_entry(text)
    has_host_bits(text)
    again = parse_range(text)
    if isinstance(entry, EntryFault):
        assert entry.text.isprintable() or not text.isprintable()
        if entry.repair is not None:
            assert isinstance(parse_entry(entry.repair), Interval)
        return
    assert again == entry or parse_address(text.strip()) is not None
    assert parse_range(str(entry)) == entry, "what is printed is read as the same"
    if "-" not in text:
        network = ipaddress.ip_network(_plain_prefix(text), strict=False)
        _same(entry, int(network[0]), int(network[-1]), network.version)
    else:
        ends = [ipaddress.ip_address(end.strip()) for end in text.split("-")]
        first, last = (getattr(end, "ipv4_mapped", None) or end for end in ends)
        assert (entry.family, entry.first, entry.last) == (first.version, int(first), int(last))


def _plain_prefix(text: str) -> str:
    address, _, prefix = text.partition("/")
    return f"{address}/{int(prefix)}"


def _same(entry: Interval, first: int, last: int, version: int) -> None:
    """A network of mapped addresses is one of IPv4 here, as it is to Go."""
    mapped = 0xFFFF << 32
    if entry.family != version:
        first, last = first - mapped, last - mapped
    assert (entry.first, entry.last) == (first, last)


def _one_address(text: str) -> None:
    found = parse_address(text)
    try:
        expected = ipaddress.ip_address(text)
    except ValueError:
        assert found is None
        return
    if getattr(expected, "scope_id", None) is not None or "%" in text:
        assert found is None
        return
    expected = getattr(expected, "ipv4_mapped", None) or expected
    assert found == Interval(expected.version, int(expected), int(expected))


# --- arithmetic ------------------------------------------------------------------------------


def _arithmetic(choices: Choices) -> None:
    family = choices.among([4, 6])
    top = (1 << BITS[family]) - SPACE
    base = choices.among([0, 1000, top])
    found = [_interval(choices, family, base) for _ in range(6)]
    other_family = Interval(10 - family, 0, 5)
    one, two, *others = found
    sets = [_members(interval) for interval in found]
    shared = one.intersection(two)
    assert (set() if shared is None else _members(shared)) == sets[0] & sets[1]
    assert one.contains(two) == (sets[1] <= sets[0])
    assert one.intersection(other_family) is None
    assert one.size == len(sets[0])
    left = one.minus([two, *others, other_family])
    assert _all(left) == sets[0].difference(*sets[1:])
    assert _sorted_apart(left)
    merged = union(found)
    assert _all(merged) == set().union(*sets)
    assert _sorted_apart(merged)
    pairs = {(i, j): _members(common) for i, j, common in overlaps(found)}
    assert pairs == {
        (i, j): sets[i] & sets[j] for i in range(6) for j in range(i + 1, 6) if sets[i] & sets[j]
    }
    networks = [ipaddress.ip_network(text) for text in blocks(one, SPACE)]
    assert {int(n[0]) + k for n in networks for k in range(n.num_addresses)} == sets[0]
    assert one.shortest_prefix == min(network.prefixlen for network in networks)


def _interval(choices: Choices, family: int, base: int) -> Interval:
    some, other = choices.number(SPACE), choices.number(SPACE)
    return Interval(family, base + min(some, other), base + max(some, other))


def _members(interval: Interval) -> set[int]:
    return set(range(interval.first, interval.last + 1))


def _all(intervals: tuple[Interval, ...]) -> set[int]:
    return set().union(*map(_members, intervals)) if intervals else set()


def _sorted_apart(intervals: tuple[Interval, ...]) -> bool:
    """In order, and none could be joined with the next."""
    return all(a.last + 1 < b.first for a, b in pairwise(intervals))
