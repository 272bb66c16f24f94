"""What is looked up instead of compared: the answers are those of going through everything."""

from __future__ import annotations

import random

import pytest

from mlblint.repo.addresses import Interval
from mlblint.repo.coverage import Coverage
from mlblint.repo.delivery import Delivered
from mlblint.repo.holders import Holders
from mlblint.repo.labelled import Labelled
from mlblint.repo.metallb import Advertisement, Pool
from mlblint.repo.resources import resource_at, resources, selects
from mlblint.text.documents import Document, documents
from mlblint.text.places import Place
from mlblint.text.source import Source


def parsed(text: str) -> Document:
    (document,) = documents(Source.from_bytes("a.yaml", text.encode()))
    assert isinstance(document, Document)
    return document


def delivered(kind: str, name: str, spec: str, labels: str = "") -> Delivered:
    text = (
        f"apiVersion: metallb.io/v1beta1\nkind: {kind}\n"
        f"metadata: {{name: '{name}', labels: {{{labels}}}}}\nspec: {{{spec}}}\n"
    )
    (resource,) = resources(parsed(text))
    return Delivered(resource)


class TestHolders:
    @pytest.mark.parametrize("seed", range(20))
    def test_who_holds_an_address(self, seed: int) -> None:
        chance = random.Random(seed)
        longest = 3 if seed % 2 else 60
        intervals = []
        for _ in range(chance.randint(0, 40)):
            first = chance.randint(0, 100)
            last = first + chance.randint(0, longest)
            intervals.append(Interval(chance.choice([4, 6]), first, last))
        holders = Holders((one, at) for at, one in enumerate(intervals))
        for family in (4, 6):
            for address in (Interval(family, at, at) for at in range(165)):
                expected = {at for at, one in enumerate(intervals) if one.contains(address)}
                found = list(holders.of(address))
                assert (set(found), len(found)) == (expected, len(expected))

    def test_the_one_that_begins_last_comes_first(self) -> None:
        intervals = [Interval(4, 0, 9), Interval(4, 5, 9), Interval(4, 2, 9)]
        holders = Holders((one, one.first) for one in intervals)
        assert list(holders.of(Interval(4, 7, 7))) == [5, 2, 0]
        assert not holders.are_disjoint


class TestLabelled:
    @pytest.mark.parametrize(
        "selector",
        [
            {},
            {"matchLabels": {"a": "x"}},
            {"matchLabels": {"a": "x", "b": "y"}},
            {"matchLabels": {"a": 1}},
            {"matchLabels": {"a": None}},
            {"matchExpressions": [{"key": "a", "operator": "In", "values": ["x", "z"]}]},
            {"matchExpressions": [{"key": "a", "operator": "In", "values": [["x"], "z"]}]},
            {"matchExpressions": [{"key": "a", "operator": "NotIn", "values": ["x"]}]},
            {"matchExpressions": [{"key": "b", "operator": "Exists"}]},
            "no selector",
        ],
    )
    def test_selected_is_what_each_alone_would_be(self, selector: object) -> None:
        labels = [
            {},
            {"a": "x"},
            {"a": "x", "b": "y"},
            {"a": "z"},
            {"a": 1},
            {"a": ["x"]},
            {"a": None},
        ]
        found = Labelled((one, at) for at, one in enumerate(labels)).selected(selector)
        assert list(found) == [at for at, one in enumerate(labels) if selects(selector, one)]


class TestCoverage:
    POOLS = (
        Pool(delivered("IPAddressPool", "lan", "addresses: [10.0.0.0/24]", "site: a")),
        Pool(delivered("IPAddressPool", "dmz", "addresses: [10.1.0.0/24]", "site: b")),
        Pool(delivered("IPAddressPool", "lan", "addresses: [10.2.0.0/24]")),
        Pool(delivered("IPAddressPool", "${POOL}", "addresses: [10.3.0.0/24]")),
    )
    ADVERTISEMENTS = tuple(
        Advertisement(delivered(kind, "a", spec))
        for kind, spec in [
            ("L2Advertisement", ""),
            ("L2Advertisement", "ipAddressPools: [lan]"),
            ("BGPAdvertisement", "ipAddressPools: [gone, {a: b}]"),
            ("BGPAdvertisement", "ipAddressPools: ['${POOL}']"),
            ("BGPAdvertisement", "ipAddressPoolSelectors: [{matchLabels: {site: b}}]"),
            ("L2Advertisement", "ipAddressPools: [dmz], ipAddressPoolSelectors: [{}]"),
        ]
    )

    def test_it_says_of_many_what_covers_says_of_two(self) -> None:
        coverage = Coverage(self.POOLS, self.ADVERTISEMENTS)
        for one in self.ADVERTISEMENTS:
            assert list(coverage.covered(one)) == [p for p in self.POOLS if one.covers(p)]
        for pool in self.POOLS:
            covering = [one for one in self.ADVERTISEMENTS if one.covers(pool)]
            assert list(coverage.covering(pool)) == covering
            assert coverage.modes(pool) == {one.mode for one in covering}

    def test_a_pool_from_elsewhere(self) -> None:
        coverage = Coverage(self.POOLS[:1], self.ADVERTISEMENTS[1:3])
        assert list(coverage.covering(self.POOLS[2])) == list(self.ADVERTISEMENTS[1:2])
        assert coverage.modes(self.POOLS[1]) == frozenset()


class TestResourceAt:
    LIST = (
        "apiVersion: v1\nkind: List\nitems:\n"
        "- {apiVersion: v1, kind: Service, metadata: {name: a}}\n"
        "- just text\n"
        "- apiVersion: v1\n  kind: ServiceList\n  items:\n"
        "  - {apiVersion: v1, kind: Service, metadata: {name: b}}\n"
    )

    @pytest.mark.parametrize(
        ("path", "name"),
        [
            (("items", 0, "metadata", "name"), "a"),
            (("items", 2, "items", 0), "b"),
            (("items", 2, "kind"), None),
            (("items", 1), None),
            (("items", 9), None),
            (("kind",), None),
            ((), None),
        ],
    )
    def test_in_a_list(self, path: tuple[str | int, ...], name: str | None) -> None:
        found = resource_at(Place(parsed(self.LIST), path))
        assert (found.name if found is not None else None) == name

    def test_a_document_is_one(self) -> None:
        found = resource_at(Place(parsed("apiVersion: v1\nkind: Service\n"), ("spec", "x")))
        assert found is not None
        assert found.kind == "Service"
