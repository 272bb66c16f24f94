"""MLB307: halves of a BGP configuration."""

from __future__ import annotations

from collections.abc import Callable

import pytest

PEER = """\
apiVersion: metallb.io/v1beta2
kind: BGPPeer
metadata: {name: router, namespace: metallb-system}
spec: {myASN: 64512, peerASN: 64513, peerAddress: 10.0.0.1}
---
"""
AD = """\
apiVersion: metallb.io/v1beta1
kind: %sAdvertisement
metadata: {name: lan, namespace: metallb-system}
spec: {ipAddressPools: [lan]}
---
"""
POOL = """\
apiVersion: metallb.io/v1beta1
kind: IPAddressPool
metadata: {name: lan, namespace: metallb-system}
spec: {addresses: [10.0.0.0/28]}
---
"""
L2, BGP = AD % "L2", AD % "BGP"
SUBNETS = "network: {subnets: [10.0.0.0/24]}\n"


@pytest.mark.parametrize(
    ("text", "spots"),
    [
        (POOL + BGP, ["MLB307 f.yaml:7:1"]),
        (POOL + PEER, ["MLB307 f.yaml:7:1"]),
        (POOL + PEER + L2, ["MLB307 f.yaml:7:1"]),
        (PEER + BGP, []),
        (POOL + L2, []),
        # Both ways: without `network.subnets` nobody can tell whether that is meant.
        (POOL + L2 + BGP + PEER, []),
    ],
)
def test_halves(text: str, spots: list[str], repository: Callable) -> None:
    assert repository({"f.yaml": text}).spots("MLB307") == spots


def test_an_address_pool_of_old_is_its_own_advertisement(repository: Callable) -> None:
    old = POOL.replace("IPAddressPool", "AddressPool")
    old = old.replace("addresses:", "protocol: bgp, addresses:")
    assert repository({"f.yaml": old + PEER}).findings("MLB307") == []


@pytest.mark.parametrize(
    ("pool", "config", "lines"),
    [
        (POOL, SUBNETS, [12, 17]),
        (POOL.replace("10.0.0.0/28", "10.9.0.0/28"), SUBNETS, []),
        (POOL.replace("/28]", "/28, 10.9.0.0/28]"), SUBNETS, []),
        (POOL.replace("10.0.0.0/28", "'${POOL}'"), SUBNETS, []),
        (POOL, "", []),
    ],
)
def test_both_ways_where_one_is_enough(
    pool: str, config: str, lines: list[int], repository: Callable
) -> None:
    repo = repository({".mlblint.yaml": config, "f.yaml": pool + L2 + BGP + PEER})
    assert [f.location.start.line for f in repo.findings("MLB307")] == lines


def test_a_peer_that_is_told_of_something_else_stays(repository: Callable) -> None:
    far = POOL.replace("lan", "far").replace("10.0.0.0", "10.9.0.0")
    text = POOL + L2 + BGP + BGP.replace("lan", "far") + far + PEER
    repo = repository({".mlblint.yaml": SUBNETS, "f.yaml": text})
    assert [f.message[:22] for f in repo.findings("MLB307")] == ["BGPAdvertisement `lan`"]


@pytest.mark.parametrize(
    "elsewhere",
    [PEER.replace("64512", "{{ asn }}\n  {{- end }}"), PEER.replace("---", "sops: {mac: x}")],
    ids=["template", "encrypted"],
)
def test_the_peer_may_be_elsewhere(elsewhere: str, repository: Callable) -> None:
    assert repository({"f.yaml": BGP, "peer.yaml": elsewhere}).findings("MLB307") == []


def test_each_cluster_has_its_own_halves(repository: Callable) -> None:
    files = {"clusters/attic/f.yaml": POOL + BGP, "clusters/cellar/f.yaml": POOL + PEER}
    assert repository(files).spots("MLB307") == [
        "MLB307 clusters/attic/f.yaml:7:1",
        "MLB307 clusters/cellar/f.yaml:7:1",
    ]


def test_calico_has_peers_of_its_own(repository: Callable) -> None:
    calico = PEER.replace("metallb.io/v1beta2", "projectcalico.org/v3")
    assert repository({"f.yaml": calico}).findings("MLB307") == []
