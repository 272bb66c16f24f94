"""MLB202: pools and the addresses of other machines."""

from __future__ import annotations

from collections.abc import Callable

import pytest

POOL = """\
apiVersion: metallb.io/v1beta1
kind: IPAddressPool
metadata: {{name: lan, namespace: metallb-system}}
spec:
  addresses:
  - {addresses} # ours
"""
TALOS = """\
machine:
  network:
    hostname: cp-1
    interfaces: [{interface: eth0, addresses: [10.0.0.20/24]}]
"""


@pytest.mark.parametrize(
    ("network", "after"),
    [
        ("nodes: [10.0.0.11]", ["10.0.0.10/32", "10.0.0.12-10.0.0.30"]),
        ("nodes: [10.0.0.0/28]", ["10.0.0.16-10.0.0.30"]),
        ("reserved: {nas: [10.0.0.30, fd00::1]}", ["10.0.0.10-10.0.0.29"]),
        ("nodes: [10.0.0.10], reserved: {nas: 10.0.0.30}", ["10.0.0.11-10.0.0.29"]),
    ],
)
def test_the_pool_is_cut_back(network: str, after: list[str], repository: Callable) -> None:
    before = POOL.format(addresses="10.0.0.10-10.0.0.30")
    repo = repository({".mlblint.yaml": f"network: {{{network}}}\n", "f.yaml": before})
    assert repo.spots("MLB202") == ["MLB202 f.yaml:6:5"]
    assert repo.fixed("MLB202") == {}, "unsafe"
    rest = "".join(f"  - {entry}\n" for entry in after[1:])
    expected = POOL.format(addresses=after[0]) + rest
    assert repo.fixed("MLB202", unsafe=True) == {"f.yaml": expected}


@pytest.mark.parametrize(
    ("network", "addresses"),
    [
        ("nodes: [10.0.0.9], reserved: {nas: 10.0.0.31}", "10.0.0.10-10.0.0.30"),
        ("reserved: {lan: 10.0.0.10-10.0.0.30}", "10.0.0.10-10.0.0.30"),
        ("reserved: {metallb-pool: 10.0.0.0/24}", "10.0.0.10-10.0.0.30"),
        ("nodes: [10.0.0.11]", "${POOL}"),
        ("nodes: [10.0.0.11]", "fd00::/120"),
        ("dhcp: [10.0.0.0/24]", "10.0.0.10-10.0.0.30"),
    ],
)
def test_is_silent(network: str, addresses: str, repository: Callable) -> None:
    files = {"f.yaml": POOL.format(addresses=addresses)}
    repo = repository({".mlblint.yaml": f"network: {{{network}}}\n", **files})
    assert repo.findings("MLB202") == []


def test_a_machine_in_the_repository_is_named_with_its_file(repository: Callable) -> None:
    files = {"talos/cp.yaml": TALOS, "f.yaml": POOL.format(addresses="10.0.0.20-10.0.0.30")}
    (finding,) = repository(files).findings("MLB202")
    assert finding.message.startswith("pool `lan` holds 10.0.0.20 (`cp-1`): ")
    (related,) = finding.related
    assert (related.location.path, related.location.start) == ("talos/cp.yaml", (4, 48))


VOLUME = """\
apiVersion: v1
kind: PersistentVolume
metadata: {name: films}
spec: {nfs: {server: 10.0.0.20, path: /films}}
"""


def test_an_nfs_server_may_run_in_the_cluster(repository: Callable) -> None:
    files = {"volume.yaml": VOLUME, "f.yaml": POOL.format(addresses="10.0.0.20-10.0.0.30")}
    (finding,) = repository(files).findings("MLB202")
    assert finding.severity == "warning"
    assert "holds 10.0.0.20 (an NFS server): " in finding.message
    service = (
        "apiVersion: v1\nkind: Service\nmetadata: {name: nfs}\n"
        "spec: {type: LoadBalancer, loadBalancerIP: 10.0.0.20, ports: [{port: 2049}]}\n"
    )
    assert repository({**files, "service.yaml": service}).findings("MLB202") == []


def test_a_router_is_no_node(repository: Callable) -> None:
    peer = (
        "apiVersion: metallb.io/v1beta2\nkind: BGPPeer\n"
        "metadata: {name: router, namespace: metallb-system}\n"
        "spec: {myASN: 64500, peerASN: 64501, peerAddress: 10.0.0.20}\n"
    )
    files = {
        ".mlblint.yaml": 'metallb: {version: "0.15.0"}\n',
        "peer.yaml": peer,
        "f.yaml": POOL.format(addresses="10.0.0.20-10.0.0.30"),
    }
    (finding,) = repository(files).findings("MLB202")
    assert finding.severity == "error"
    assert "holds 10.0.0.20 (the router): " in finding.message
    assert "refuses" not in finding.message


def test_what_two_say_is_said_once(repository: Callable) -> None:
    files = {
        ".mlblint.yaml": "network: {nodes: [10.0.0.20]}\n",
        "talos/cp.yaml": TALOS,
        "f.yaml": POOL.format(addresses="10.0.0.20-10.0.0.30"),
    }
    (finding,) = repository(files).findings("MLB202")
    assert "holds 10.0.0.20 (a node, says `network.nodes`): " in finding.message


def test_many_machines_are_counted(repository: Callable) -> None:
    nodes = ", ".join(f"10.0.0.{n}" for n in range(11, 20))
    files = {"f.yaml": POOL.format(addresses="10.0.0.0/24")}
    repo = repository({".mlblint.yaml": f"network: {{nodes: [{nodes}]}}\n", **files})
    (finding,) = repo.findings("MLB202")
    assert finding.message.count("a node") == 4
    assert "and 5 more addresses that are taken" in finding.message


@pytest.mark.parametrize(
    ("version", "whose", "refused"),
    [
        ("0.15.0", "nodes: [10.0.0.20]", True),
        ("0.15.1", "nodes: [10.0.0.20]", False),
        ("0.15.0", "reserved: {nas: 10.0.0.20}", False),
    ],
)
def test_one_release_refuses_such_a_pool(
    version: str, whose: str, refused: bool, repository: Callable
) -> None:
    config = f"network: {{{whose}}}\nmetallb: {{version: {version}}}\n"
    repo = repository(
        {".mlblint.yaml": config, "f.yaml": POOL.format(addresses="10.0.0.20-10.0.0.30")}
    )
    (finding,) = repo.findings("MLB202")
    assert ("0.15.0 refuses a pool that holds a node's address" in finding.message) == refused


def test_nothing_left(repository: Callable) -> None:
    config = "network: {nodes: [10.0.0.20]}\n"
    repo = repository({".mlblint.yaml": config, "f.yaml": POOL.format(addresses="10.0.0.20/32")})
    (finding,) = repo.findings("MLB202")
    assert finding.unfixable == "nothing would be left of the pool"


def test_a_machine_of_another_cluster_is_not_in_the_way(repository: Callable) -> None:
    files = {
        "clusters/attic/pool.yaml": POOL.format(addresses="10.0.0.20-10.0.0.30"),
        "clusters/cellar/pool.yaml": POOL.format(addresses="10.0.0.20-10.0.0.30"),
        "talos/cellar/cp.yaml": TALOS,
    }
    assert repository(files).spots("MLB202") == ["MLB202 clusters/cellar/pool.yaml:6:5"]


def test_with_a_dhcp_range_beside_it_both_are_cut_out(repository: Callable) -> None:
    files = {
        ".mlblint.yaml": "network: {nodes: [10.0.0.20], dhcp: [10.0.0.26-10.0.0.99]}\n",
        "f.yaml": POOL.format(addresses="10.0.0.20-10.0.0.30"),
    }
    repo = repository(files)
    assert repo.fixed("MLB201", "MLB202", unsafe=True) == {
        "f.yaml": POOL.format(addresses="10.0.0.21-10.0.0.25")
    }


def test_cutting_a_range_in_two_makes_no_new_findings(repository: Callable) -> None:
    advertisement = (
        "---\napiVersion: metallb.io/v1beta1\nkind: L2Advertisement\nmetadata: {name: lan}\n"
    )
    files = {
        ".mlblint.yaml": "network: {nodes: [10.0.0.20], subnets: [10.9.0.0/24]}\n",
        "f.yaml": POOL.format(addresses="10.0.0.0/24") + advertisement,
    }
    fixed = repository(files).fixed("MLB202", "MLB206", "MLB207", unsafe=True)["f.yaml"]
    assert "  - 10.0.0.0-10.0.0.19 # ours\n  - 10.0.0.21-10.0.0.255\n" in fixed
