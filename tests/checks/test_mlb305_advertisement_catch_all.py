"""MLB305: advertisements add up."""

from __future__ import annotations

from collections.abc import Callable

import pytest

AD = """\
apiVersion: metallb.io/v1beta1
kind: {kind}Advertisement
metadata: {{name: {name}, namespace: metallb-system}}
{spec}
---
"""
POOL = """\
apiVersion: metallb.io/v1beta1
kind: IPAddressPool
metadata: {name: lan, namespace: metallb-system}
spec: {addresses: [10.0.0.0/28]}
"""


def ad(name: str, spec: str, kind: str = "L2") -> str:
    return AD.format(kind=kind, name=name, spec=spec)


@pytest.mark.parametrize(
    ("spec", "place"),
    [("", "2:7"), ("spec:", "4:1"), ("spec: {}", "4:1"), ("spec: {interfaces: []}", "4:1")],
)
@pytest.mark.parametrize(
    "restriction",
    [
        "interfaces: [eth0]",
        "nodeSelectors: [{matchLabels: {}, matchExpressions: [{key: a, operator: Exists}]}]",
    ],
)
def test_what_says_nothing_defeats_the_other(
    spec: str, place: str, restriction: str, repository: Callable
) -> None:
    text = ad("all", spec) + ad("one", f"spec: {{{restriction}}}") + POOL
    repo = repository({"f.yaml": text})
    assert repo.spots("MLB305") == [f"MLB305 f.yaml:{place}"]
    (finding,) = repo.findings("MLB305")
    assert f"`{restriction.partition(':')[0]}` of `one` have no effect" in finding.message
    assert [related.location.start.line for related in finding.related] == [
        text[: text.index(restriction.partition(":")[0] + ": [", text.index("one"))].count("\n") + 1
    ]


@pytest.mark.parametrize(
    ("first", "second"),
    [
        ("spec: {interfaces: [eth0]}", "spec: {interfaces: [eth1]}"),
        ("spec: {ipAddressPools: [lan]}", "spec: {interfaces: [eth0]}"),
        ("spec: {ipAddressPoolSelectors: [{}]}", "spec: {interfaces: [eth0]}"),
        ("spec: {nodeSelectors: [{matchLabels: {a: b}}]}", "spec: {interfaces: [eth0]}"),
        ("spec: {serviceSelectors: [{matchLabels: {a: b}}]}", "spec: {interfaces: [eth0]}"),
        ("spec: {}", "spec: {ipAddressPools: [lan]}"),
        ("spec: {}", "spec: {nodeSelectors: [{}]}"),
        ("spec: {}", "spec: {interfaces: [eth0], ipAddressPools: [another]}"),
        ("spec: '${SPEC}'", "spec: {interfaces: [eth0]}"),
    ],
)
def test_is_silent(first: str, second: str, repository: Callable) -> None:
    repo = repository({"f.yaml": ad("all", first) + ad("one", second) + POOL})
    assert repo.findings("MLB305") == []


@pytest.mark.parametrize(
    ("spec", "count"),
    [("", 1), ("spec: {aggregationLength: 26}", 0), ("spec: {localPref: 100}", 0)],
)
def test_bgp_has_peers_and_not_interfaces(spec: str, count: int, repository: Callable) -> None:
    text = ad("all", spec, "BGP") + ad("one", "spec: {peers: [router]}", "BGP") + POOL
    assert len(repository({"f.yaml": text}).findings("MLB305")) == count


def test_the_two_ways_do_not_meet(repository: Callable) -> None:
    text = ad("all", "", "BGP") + ad("one", "spec: {interfaces: [eth0]}") + POOL
    assert repository({"f.yaml": text}).findings("MLB305") == []


def test_two_clusters_do_not_meet(repository: Callable) -> None:
    files = {
        "clusters/attic/all.yaml": ad("all", "") + POOL,
        "clusters/cellar/all.yaml": ad("one", "spec: {interfaces: [eth0]}") + POOL,
    }
    assert repository(files).findings("MLB305") == []


def test_a_patch_may_restrict_it(repository: Callable) -> None:
    files = {
        "base/kustomization.yaml": "resources: [all.yaml]\n",
        "base/all.yaml": ad("all", "") + ad("one", "spec: {interfaces: [eth0]}") + POOL,
        "prod/kustomization.yaml": "resources: [../base]\npatches: [{path: patch.yaml}]\n",
        "prod/patch.yaml": ad("all", "spec: {interfaces: [eth1]}").replace("---\n", ""),
    }
    assert repository(files).findings("MLB305") == []


def test_many_that_are_defeated_are_counted(repository: Callable) -> None:
    text = ad("all", "") + "".join(ad(f"l{n}", "spec: {interfaces: [eth0]}") for n in range(7))
    (finding,) = repository({"f.yaml": text + POOL}).findings("MLB305")
    assert "`interfaces` of `l0`, `l1`, `l2`, `l3` and 3 others have no effect" in finding.message
    assert len(finding.related) == 4
