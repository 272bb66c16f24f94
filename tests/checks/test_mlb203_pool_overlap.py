"""MLB203: entries that have addresses in common."""

from __future__ import annotations

import time
from collections.abc import Callable

import pytest

RULE = "MLB203"


def pool(name: str, *entries: str, kind: str = "IPAddressPool", namespace: str = "m") -> str:
    lines = "".join(f"  - {entry}\n" for entry in entries)
    return (
        f"apiVersion: metallb.io/v1beta1\nkind: {kind}\n"
        f"metadata: {{name: {name}, namespace: {namespace}}}\nspec:\n  addresses:\n{lines}"
    )


@pytest.mark.parametrize(
    ("entries", "spots"),
    [
        (["10.0.0.0/24", "10.0.1.0/24"], []),
        (["10.0.0.0/24", "10.0.0.255-10.0.1.4"], ["f.yaml:7:5"]),
        (["10.0.0.0/24", "10.0.0.0/24"], ["f.yaml:7:5"]),
        (["10.0.0.9-10.0.0.9", "10.0.0.0/24"], ["f.yaml:7:5"]),
        (["10.0.0.77/24", "10.0.0.1-10.0.0.2"], ["f.yaml:7:5"]),
        (["::ffff:10.0.0.0/120", "10.0.0.7/32"], ["f.yaml:7:5"]),
        (["fd00::/64", "10.0.0.0/8", "fd00::1/128"], ["f.yaml:8:5"]),
        (["10.0.0.0/8", "10.1.0.0/16", "10.2.0.0/16"], ["f.yaml:7:5", "f.yaml:8:5"]),
        (["10.0.0.5-fd00::1", "10.0.0.0/8"], []),
        (["${RANGE}", "10.0.0.0/8"], []),
        (["not an address", "10.0.0.0/8"], []),
    ],
)
def test_within_a_pool(entries: list[str], spots: list[str], repository: Callable) -> None:
    repo = repository({"f.yaml": pool("lan", *entries)})
    assert repo.spots(RULE) == [f"{RULE} {spot}" for spot in spots]


def test_the_later_one_is_pointed_at_and_the_other_is_noted(repository: Callable) -> None:
    repo = repository({"a.yaml": pool("a", "10.0.0.0/24"), "b.yaml": pool("b", "10.0.0.8/29")})
    (finding,) = repo.findings(RULE)
    assert finding.location.path == "b.yaml"
    assert finding.message.startswith(
        "`10.0.0.8/29` of pool `b` shares 10.0.0.8-10.0.0.15 with `10.0.0.0/24` of pool `a`: "
    )
    (note,) = finding.related
    assert (note.location.path, note.message) == ("a.yaml", "`10.0.0.0/24` of pool `a`")


def test_one_object_is_not_compared_with_itself(repository: Callable) -> None:
    same = pool("lan", "10.0.0.0/24")
    assert repository({"a.yaml": same, "b.yaml": same}).spots(RULE) == []
    other = pool("lan", "10.0.0.0/24", namespace="other")
    repo = repository({"a.yaml": same, "b.yaml": other})
    assert repo.spots(RULE) == [f"{RULE} b.yaml:6:5"]
    known = {".mlblint.yaml": "metallb: {namespace: m}\n", "a.yaml": same, "b.yaml": other}
    assert repository(known).spots(RULE) == [], "MetalLB does not see the other one"


def test_clusters_are_worlds_of_their_own(repository: Callable) -> None:
    files = {"a/pool.yaml": pool("a", "10.0.0.0/24"), "b/pool.yaml": pool("b", "10.0.0.0/24")}
    assert len(repository(files).spots(RULE)) == 1
    two = "clusters: [{each: '*'}]\n"
    assert repository({**files, ".mlblint.yaml": two}).spots(RULE) == []


def test_address_pools_count_while_metallb_reads_them(repository: Callable) -> None:
    legacy = pool("old", "10.0.0.0/24", kind="AddressPool")
    files = {"a.yaml": legacy, "b.yaml": pool("new", "10.0.0.0/24")}
    for version, expected in (("0.13.12", 1), ("0.14.0", 0)):
        config = f"metallb: {{version: {version}}}\n"
        assert len(repository({**files, ".mlblint.yaml": config}).spots(RULE)) == expected


def test_many_pools_take_no_longer_each(repository: Callable) -> None:
    entries = [f"10.{i // 256}.{i % 256}.0/16" for i in range(3000)]
    repo = repository({"f.yaml": pool("lan", *entries)})
    start = time.perf_counter()
    assert len(repo.spots(RULE)) == 3000 - 12
    assert time.perf_counter() - start < 20


def test_pools_of_old(repository: Callable) -> None:
    files = {
        ".mlblint.yaml": "metallb: {version: 0.12.1}\n",
        "f.yaml": """\
apiVersion: v1
kind: ConfigMap
metadata: {name: config, namespace: metallb-system}
data:
  config: |
    address-pools:
    - {name: lan, protocol: layer2, addresses: [10.0.0.0/24]}
    - {name: dmz, protocol: layer2, addresses: [10.0.0.9/32]}
""",
    }
    assert repository(files).spots("MLB203") == ["MLB203 f.yaml:8:49"]
