"""What address texts mean to MetalLB, and that intervals behave as the sets they stand for."""

from __future__ import annotations

import ipaddress
from itertools import pairwise

import pytest
from hypothesis import assume, example, given
from hypothesis import strategies as st

from mlblint.repo.addresses import (
    BITS,
    EntryFault,
    Interval,
    has_host_bits,
    overlaps,
    parse_address,
    parse_entry,
    parse_range,
    union,
)


def v4(first: int, last: int) -> Interval:
    return Interval(4, first, last)


def members(interval: Interval | None) -> set[tuple[int, int]]:
    if interval is None:
        return set()
    return {(interval.family, one) for one in range(interval.first, interval.last + 1)}


def all_members(intervals: tuple[Interval, ...] | list[Interval]) -> set[tuple[int, int]]:
    return set().union(*map(members, intervals))


families = st.sampled_from([4, 6])
small = st.builds(
    lambda family, first, length: Interval(family, first, first + length),
    families,
    st.integers(0, 40),
    st.integers(0, 12),
)
addresses = st.one_of(st.ip_addresses(v=4), st.ip_addresses(v=6))


@st.composite
def wide(draw: st.DrawFn) -> Interval:
    family = draw(families)
    top = (1 << BITS[family]) - 1
    first, last = sorted((draw(st.integers(0, top)), draw(st.integers(0, top))))
    return Interval(family, first, last)


class TestAddress:
    @given(addresses)
    def test_is_what_the_standard_library_says(
        self, address: ipaddress.IPv4Address | ipaddress.IPv6Address
    ) -> None:
        mapped = getattr(address, "ipv4_mapped", None)
        plain = mapped or address
        value = int(plain)
        assert parse_address(str(address)) == Interval(plain.version, value, value)

    def test_mapped_ipv6_is_ipv4(self) -> None:
        assert parse_address("::ffff:10.0.0.5") == parse_address("10.0.0.5")
        assert parse_address("::FFFF:a00:5") == parse_address("10.0.0.5")

    @pytest.mark.parametrize(
        "text",
        [
            "",
            " 10.0.0.5",
            "10.0.0.5 ",
            "10.0.0.05",
            "10.0.0",
            "10.0.0.256",
            "10.0.0.5/32",
            "10.0.0.\u0665",
            "167772165",
            "0x0a000005",
            "fe80::1%eth0",
            "::00001",
            ":::",
            "1::2::3",
            "1:2:3:4:5:6:7:8::",
            "::ffff:10.0.0.05",
            "nas.local",
        ],
    )
    def test_anything_else_is_none(self, text: str) -> None:
        assert parse_address(text) is None


class TestEntry:
    @pytest.mark.parametrize(
        ("text", "spelled"),
        [
            ("192.168.1.240/28", "192.168.1.240-192.168.1.255"),
            ("192.168.1.241/28", "192.168.1.240-192.168.1.255"),
            ("10.0.0.5/32", "10.0.0.5"),
            ("10.0.0.0/024", "10.0.0.0-10.0.0.255"),
            ("0.0.0.0/0", "0.0.0.0-255.255.255.255"),
            ("10.0.0.1-10.0.0.9", "10.0.0.1-10.0.0.9"),
            ("  10.0.0.1 -\t10.0.0.9\u00a0", "10.0.0.1-10.0.0.9"),
            ("10.0.0.5-10.0.0.5", "10.0.0.5"),
            ("2001:db8::/126", "2001:db8::-2001:db8::3"),
            ("2001:DB8::1-2001:db8::0:9", "2001:db8::1-2001:db8::9"),
            ("::ffff:10.0.0.0/120", "10.0.0.0-10.0.0.255"),
            ("::ffff:10.0.0.1-10.0.0.9", "10.0.0.1-10.0.0.9"),
        ],
    )
    def test_is_a_cidr_or_a_range(self, text: str, spelled: str) -> None:
        assert str(parse_entry(text)) == spelled

    @pytest.mark.parametrize(
        ("text", "kind", "repair"),
        [
            ("", "empty", None),
            (" \t", "empty", None),
            ("10.0.0.5", "bare-address", "10.0.0.5/32"),
            ("2001:db8::5", "bare-address", "2001:db8::5/128"),
            (" 10.0.0.0/24", "spaces", "10.0.0.0/24"),
            ("10.0.0.0 / 24\n", "spaces", "10.0.0.0/24"),
            ("10.0.0.5 ", "spaces", "10.0.0.5/32"),
            ("10.0. 0.0/24", "not-an-address", None),
            ("10.0.0.0/33", "bad-prefix", None),
            ("10.0.0.0/-1", "prefix-in-range", None),
            ("10.0.0.0/", "bad-prefix", None),
            ("10.0.0.0/255.255.255.0", "bad-prefix", None),
            ("10.0.0.0/" + "9" * 5000, "bad-prefix", None),
            ("2001:db8::/129", "bad-prefix", None),
            ("10.0.0.010/32", "leading-zeros", None),
            ("10.0.0.001-10.0.0.9", "leading-zeros", None),
            ("10.0.0.9-10.0.0.1", "reversed", None),
            ("2001:db8::9-2001:db8::1", "reversed", None),
            ("2001:db8::1-10.0.0.9", "mixed-families", None),
            ("10.0.0.1-::1", "mixed-families", None),
            ("10.0.0.1-2001:db8::9", "mixed-families-ignored", None),
            ("::1-10.0.0.1", "mixed-families-ignored", None),
            ("10.0.0.1-250", "partial-end", None),
            ("10.0.0.1-0.250", "partial-end", None),
            ("10.0.0.0/24-10.0.1.0/24", "prefix-in-range", None),
            ("10.0.0.1-10.0.0.9-10.0.0.12", "not-an-address", None),
            ("-10.0.0.1", "not-an-address", None),
            ("\x1c10.0.0.1-10.0.0.9", "not-an-address", None),
            ("fe80::%eth0/64", "not-an-address", None),
            ("default", "not-an-address", None),
        ],
    )
    def test_otherwise_says_why_it_is_none(self, text: str, kind: str, repair: str | None) -> None:
        fault = parse_entry(text)
        assert isinstance(fault, EntryFault)
        assert (fault.kind, fault.repair) == (kind, repair)
        assert fault.refused == (kind != "mixed-families-ignored")
        assert fault.text.endswith(".")

    def test_a_mapped_network_wider_than_ipv4_is_ipv6(self) -> None:
        assert parse_entry("::ffff:10.0.0.0/0") == Interval(6, 0, 2**128 - 1)

    @given(addresses, st.integers(0, 128))
    def test_cidr_is_the_network_of_the_standard_library(
        self, address: ipaddress.IPv4Address | ipaddress.IPv6Address, length: int
    ) -> None:
        length = min(length, address.max_prefixlen)
        network = ipaddress.ip_network((address, length), strict=False)
        text = f"{address}/{length}"
        if getattr(address, "ipv4_mapped", None) is None:
            first, last = int(network.network_address), int(network.broadcast_address)
            assert parse_entry(text) == Interval(network.version, first, last)
            assert has_host_bits(text) == (address != network.network_address)

    @given(wide())
    @example(Interval(6, 0, (0xFFFF << 32) - 1))
    def test_range_reads_back_what_an_interval_spells(self, interval: Interval) -> None:
        # An end that is an IPv4 address in another spelling is read as that.
        ends = (interval.first, interval.last)
        assume(interval.family == 4 or not any(one >> 32 == 0xFFFF for one in ends))
        assert parse_range(str(interval)) == interval

    @given(st.text(alphabet="0123456789abcf.:/- %x", max_size=24))
    def test_repairs_are_accepted_and_mean_the_same(self, text: str) -> None:
        entry = parse_entry(text)
        if isinstance(entry, EntryFault) and entry.repair:
            repaired = parse_entry(entry.repair)
            assert isinstance(repaired, Interval)
            assert repaired == parse_range(text.strip()) or entry.kind == "spaces"

    @pytest.mark.parametrize("text", ["10.0.0.1-10.0.0.9", "10.0.0.0/24", "10.0.0.5", "no"])
    def test_host_bits_are_a_matter_of_cidrs(self, text: str) -> None:
        assert not has_host_bits(text)


class TestRange:
    @pytest.mark.parametrize(
        ("text", "spelled"),
        [
            (" 192.168.7.1 ", "192.168.7.1"),
            ("192.168.7.0/30", "192.168.7.0-192.168.7.3"),
            ("192.168.7.100 - 192.168.7.199", "192.168.7.100-192.168.7.199"),
            ("192.168.7.9-192.168.7.1", "None"),
            ("eth0", "None"),
        ],
    )
    def test_forgives_a_bare_address(self, text: str, spelled: str) -> None:
        assert str(parse_range(text)) == spelled


class TestInterval:
    @given(small)
    def test_size_counts_the_addresses(self, one: Interval) -> None:
        assert one.size == len(members(one))

    @given(small, small)
    def test_intersection_and_contains(self, one: Interval, other: Interval) -> None:
        assert members(one.intersection(other)) == members(one) & members(other)
        assert one.contains(other) == (members(one) >= members(other))

    @given(small, st.lists(small))
    def test_minus(self, one: Interval, others: list[Interval]) -> None:
        left = one.minus(others)
        assert all_members(left) == members(one) - all_members(others)
        assert left == union(left)

    @given(st.lists(small))
    def test_union_is_sorted_merged_and_the_same_addresses(self, some: list[Interval]) -> None:
        merged = union(some)
        assert all_members(merged) == all_members(some)
        assert list(merged) == sorted(merged)
        assert not any(
            left.family == right.family and left.last + 1 >= right.first
            for left, right in pairwise(merged)
        )

    @given(wide())
    def test_shortest_prefix_is_that_of_the_largest_block(self, one: Interval) -> None:
        kind = ipaddress.IPv4Address if one.family == 4 else ipaddress.IPv6Address
        blocks = ipaddress.summarize_address_range(kind(one.first), kind(one.last))
        assert one.shortest_prefix == min(block.prefixlen for block in blocks)

    def test_costs_nothing_however_wide(self) -> None:
        everything = Interval(6, 0, 2**128 - 1)
        (left,) = everything.minus([Interval(6, 0, 2**127 - 1)])
        assert (everything.size, left.size) == (2**128, 2**127)
        assert everything.shortest_prefix == 0


class TestOverlaps:
    @given(st.lists(small), st.lists(small))
    def test_between_two_lists(self, left: list[Interval], right: list[Interval]) -> None:
        assert list(overlaps(left, right)) == [
            (i, j, shared)
            for i, one in enumerate(left)
            for j, other in enumerate(right)
            if (shared := one.intersection(other))
        ]

    @given(st.lists(small))
    def test_within_one_list(self, some: list[Interval]) -> None:
        assert list(overlaps(some)) == [
            (i, j, shared)
            for i, one in enumerate(some)
            for j, other in enumerate(some)
            if i < j and (shared := one.intersection(other))
        ]

    def test_does_not_compare_every_pair(self) -> None:
        apart = [v4(10 * n, 10 * n + 8) for n in range(50_000)]
        assert list(overlaps(apart, [v4(5, 12)])) == [(0, 0, v4(5, 8)), (1, 0, v4(10, 12))]
