"""MLB303: names that belong to nothing."""

from __future__ import annotations

from collections.abc import Callable

RULE = "MLB303"
POOL = """\
apiVersion: metallb.io/v1beta1
kind: IPAddressPool
metadata: {name: lan, namespace: metallb-system, labels: {zone: a}}
spec: {addresses: [10.0.0.0/24]}
"""
PEER = """\
apiVersion: metallb.io/v1beta2
kind: BGPPeer
metadata: {name: tor, namespace: metallb-system}
spec: {myASN: 1, peerASN: 2, peerAddress: 10.0.0.1}
"""


def advertisement(spec: str, kind: str = "BGPAdvertisement") -> str:
    return (
        f"apiVersion: metallb.io/v1beta1\nkind: {kind}\n"
        f"metadata: {{name: all, namespace: metallb-system}}\nspec: {spec}\n"
    )


def test_pools_and_peers(repository: Callable) -> None:
    spec = "{ipAddressPools: [lan, wan, '${POOL}'], peers: [tor, core]}"
    files = {"pool.yaml": POOL, "peer.yaml": PEER, "bgp.yaml": advertisement(spec)}
    found = repository(files).findings(RULE)
    assert [(f.severity, f.location.start.column, f.help) for f in found] == [
        ("warning", 30, "did you mean `lan`? There is `lan`"),
        ("warning", 60, "There is `tor`"),
    ]
    assert found[1].message == (
        "BGPAdvertisement `all` names the BGPPeer `core`, which this cluster does not have: "
        "MetalLB ignores that in silence and announces nothing to it"
    )


def test_what_is_not_in_the_repository(repository: Callable) -> None:
    spec = "{ipAddressPools: [wan], peers: [core]}"
    assert repository({"bgp.yaml": advertisement(spec)}).spots(RULE) == []
    opaque = POOL.replace("name: lan", "name: '${POOL}'")
    assert repository({"p.yaml": opaque, "bgp.yaml": advertisement(spec)}).spots(RULE) == []


def test_selectors_of_pools(repository: Callable) -> None:
    def spots(selector: str) -> list[str]:
        spec = f"{{ipAddressPoolSelectors: [{selector}]}}"
        files = {"pool.yaml": POOL, "l2.yaml": advertisement(spec, "L2Advertisement")}
        found: list[str] = repository(files).spots(RULE)
        return found

    assert spots("{matchLabels: {zone: b}}") == ["MLB303 l2.yaml:4:33"]
    assert spots("{matchLabels: {zone: a}}") == []
    assert spots("{}") == []
    assert spots("{matchLabels: {zone: '${ZONE}'}}") == []
    assert spots("{matchLabels: {zone: '*'}}") == [], "that is refused, and another rule's"
    assert spots("{matchExpressions: [{key: zone, operator: DoesNotExist}]}") == [
        "MLB303 l2.yaml:4:33"
    ]


def test_two_clusters(repository: Callable) -> None:
    files = {
        "a/pool.yaml": POOL,
        "b/pool.yaml": POOL.replace("name: lan", "name: wan"),
        "b/bgp.yaml": advertisement("{ipAddressPools: [lan]}"),
    }
    clusters = {**files, ".mlblint.yaml": "clusters: [{each: '*'}]\n"}
    assert repository(clusters).spots(RULE) == ["MLB303 b/bgp.yaml:4:25"]
    assert repository({**clusters, "b/lan.yaml": POOL}).spots(RULE) == []
