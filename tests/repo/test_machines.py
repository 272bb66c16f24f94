"""What is read of machines: whose address, from which kind of file, and for which cluster."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from mlblint.config import load
from mlblint.pipeline import load_model
from mlblint.repo.machines import Claim, Member
from mlblint.repo.model import Model


@pytest.fixture
def model(repository: Callable) -> Callable[[dict[str, str]], Model]:
    def make(files: dict[str, str]) -> Model:
        root = repository(files).root
        return load_model(root, load(root, known_rules={}))

    return make


POOL = """\
apiVersion: metallb.io/v1beta1
kind: IPAddressPool
metadata: {name: lan, namespace: metallb-system}
spec: {addresses: [10.0.0.0/28]}
"""

FILES = {
    "Talos": (
        "machine:\n"
        "  network:\n"
        "    hostname: cp-1\n"
        "    interfaces:\n"
        "      - interface: bond0\n"
        "        addresses: [10.0.0.1/24, 'fd00::1/64']\n"
        "        bond: {interfaces: [eth0, eth1]}\n"
        "        vip: {ip: 10.0.0.5}\n"
        "        vlans:\n"
        "          - vlanId: 20\n"
        "            addresses: [10.0.20.1/24]\n"
        "cluster:\n"
        "  controlPlane: {endpoint: 'https://10.0.0.6:6443'}\n",
        [
            ("eth0", "bond0"),
            ("eth1", "bond0"),
            ("10.0.0.1", "`cp-1`"),
            ("fd00::1", "`cp-1`"),
            ("10.0.0.5", "the API server"),
            ("10.0.20.1", "`cp-1`"),
            ("10.0.0.6", "the API server"),
        ],
    ),
    "a name for an endpoint, and templates": (
        "cluster: {controlPlane: {endpoint: 'https://api.example.dev:6443'}}\n"
        "machine:\n"
        "  network:\n"
        "    interfaces:\n"
        "      - addresses: ['${NODE_IP}/24', '{{ ip }}', 127.0.0.1/8, 169.254.1.1/16]\n"
        "        bridge: {interfaces: [eth0]}\n",
        [],
    ),
    "newer documents of Talos": (
        "apiVersion: v1alpha1\n"
        "kind: LinkConfig\n"
        "name: eth0\n"
        "addresses: [{address: 10.0.0.1/24}]\n"
        "---\n"
        "apiVersion: v1alpha1\n"
        "kind: Layer2VIPConfig\n"
        "name: 10.0.0.5\n"
        "link: eth0\n"
        "---\n"
        "apiVersion: v1alpha1\n"
        "kind: BondConfig\n"
        "name: bond0\n"
        "links: [eth1, eth2]\n",
        [
            ("10.0.0.1", "a Talos machine"),
            ("10.0.0.5", "the API server"),
            ("eth1", "bond0"),
            ("eth2", "bond0"),
        ],
    ),
    "talhelper": (
        "clusterName: home\n"
        "endpoint: https://10.0.0.5:6443\n"
        "nodes:\n"
        "  - hostname: cp-1\n"
        "    ipAddress: 10.0.0.1, fd00::1\n"
        "    networkInterfaces:\n"
        "      - interface: br0\n"
        "        bridge: {interfaces: [eth0]}\n"
        "        vip: {ip: 10.0.0.5}\n",
        [
            ("10.0.0.5", "the API server"),
            ("10.0.0.1", "`cp-1`"),
            ("fd00::1", "`cp-1`"),
            ("eth0", "br0"),
            ("10.0.0.5", "the API server"),
        ],
    ),
    "an inventory of Ansible": (
        "all:\n"
        "  hosts:\n"
        "    10.0.0.9: {}\n"
        "  children:\n"
        "    kube_node:\n"
        "      hosts:\n"
        "        n1: {ansible_host: 10.0.0.1, ip: 10.0.0.1}\n"
        "        n2: {ansible_host: n2.example.dev}\n"
        "        n3:\n",
        [("10.0.0.9", "`10.0.0.9`"), ("10.0.0.1", "`n1`"), ("10.0.0.1", "`n1`")],
    ),
    "variables of a group": (
        "apiserver_endpoint: 10.0.0.5\nmetal_lb_ip_range: 10.0.0.80-10.0.0.90\n",
        [("10.0.0.5", "the API server")],
    ),
    "k0sctl": (
        "apiVersion: k0sctl.k0sproject.io/v1beta1\n"
        "kind: Cluster\n"
        "metadata: {name: home}\n"
        "spec: {hosts: [{ssh: {address: 10.0.0.1}, role: controller}]}\n",
        [("10.0.0.1", "a host of k0sctl")],
    ),
    "a Node": (
        "apiVersion: v1\n"
        "kind: Node\n"
        "metadata: {name: n1}\n"
        "status:\n"
        "  addresses: [{type: InternalIP, address: 10.0.0.1}, {type: Hostname, address: n1}]\n",
        [("10.0.0.1", "`n1`")],
    ),
    "a CiliumNode": (
        "apiVersion: cilium.io/v2\n"
        "kind: CiliumNode\n"
        "metadata: {name: n1}\n"
        "spec:\n"
        "  addresses: [{type: InternalIP, ip: 10.0.0.1}, {type: CiliumInternalIP, ip: 10.1.0.1}]\n",
        [("10.0.0.1", "`n1`")],
    ),
    "kube-vip": (
        "apiVersion: apps/v1\n"
        "kind: DaemonSet\n"
        "metadata: {name: kube-vip-ds}\n"
        "spec:\n"
        "  template:\n"
        "    spec:\n"
        "      containers:\n"
        "        - image: ghcr.io/kube-vip/kube-vip:v0.8.0\n"
        "          env: [{name: port, value: '6443'}, {name: address, value: 10.0.0.5}]\n"
        "        - {image: busybox, env: [{name: address, value: 10.0.0.6}]}\n",
        [("10.0.0.5", "the API server")],
    ),
    "netplan": (
        "network:\n"
        "  bonds: {bond0: {interfaces: [eth0]}}\n"
        "  bridges: {br0: {interfaces: [bond0]}}\n",
        [("eth0", "bond0"), ("bond0", "br0")],
    ),
    "nmstate": (
        "apiVersion: nmstate.io/v1\n"
        "kind: NodeNetworkConfigurationPolicy\n"
        "metadata: {name: bond}\n"
        "spec:\n"
        "  desiredState:\n"
        "    interfaces:\n"
        "      - {name: bond0, type: bond, link-aggregation: {port: [eth0, eth1]}}\n"
        "      - {name: br0, type: linux-bridge, bridge: {port: [{name: eth2}]}}\n",
        [("eth0", "bond0"), ("eth1", "bond0"), ("eth2", "br0")],
    ),
    "gateways of Talos": (
        "machine:\n"
        "  network:\n"
        "    interfaces:\n"
        "      - {interface: eth0, routes: [{network: 0.0.0.0/0, gateway: 10.0.0.1}]}\n",
        [("10.0.0.1", "the router")],
    ),
    "a BGP peer": (
        "apiVersion: metallb.io/v1beta2\n"
        "kind: BGPPeer\n"
        "metadata: {name: router, namespace: metallb-system}\n"
        "spec: {myASN: 64500, peerASN: 64501, peerAddress: 10.0.0.1}\n",
        [("10.0.0.1", "the router")],
    ),
    "volumes of NFS": (
        "apiVersion: v1\n"
        "kind: PersistentVolume\n"
        "metadata: {name: films}\n"
        "spec: {nfs: {server: 10.0.0.2, path: /films}}\n"
        "---\n"
        "apiVersion: apps/v1\n"
        "kind: Deployment\n"
        "metadata: {name: player}\n"
        "spec: {template: {spec: {volumes: [{name: a, nfs: {server: 10.0.0.3, path: /}}]}}}\n"
        "---\n"
        "apiVersion: storage.k8s.io/v1\n"
        "kind: StorageClass\n"
        "metadata: {name: nfs}\n"
        "provisioner: nfs.csi.k8s.io\n"
        "parameters: {server: 10.0.0.4, share: /}\n"
        "---\n"
        "apiVersion: v1\n"
        "kind: PersistentVolume\n"
        "metadata: {name: named}\n"
        "spec: {nfs: {server: nas.example.org, path: /}}\n",
        [
            ("10.0.0.2", "an NFS server"),
            ("10.0.0.3", "an NFS server"),
            ("10.0.0.4", "an NFS server"),
        ],
    ),
    "other things with such words": ("ipAddress: 10.0.0.1\nnodes: 3\nmachine:\n", []),
    "broken": ("machine: {\nansible_host: [", []),
}


@pytest.mark.parametrize(("content", "expected"), FILES.values(), ids=FILES)
def test_what_is_read(
    content: str, expected: list[tuple[str, str]], model: Callable[[dict[str, str]], Model]
) -> None:
    found = model({"machines.yaml": content, "pool.yaml": POOL})
    (cluster,) = found.clusters
    assert [shown(fact) for fact in found.machines(cluster)] == expected


def shown(fact: Claim | Member) -> tuple[str, str]:
    if isinstance(fact, Claim):
        return str(fact.address), fact.owner
    return fact.interface, fact.master


INVENTORY = "all: {hosts: {n1: {ansible_host: %s}}}\n"


@pytest.mark.parametrize(
    "path", ["inventory/sample/hosts.yaml", "tests/hosts.yaml", "archive/hosts.yaml"]
)
def test_samples_are_nobody(path: str, model: Callable[[dict[str, str]], Model]) -> None:
    found = model({path: INVENTORY % "10.0.0.1", "pool.yaml": POOL})
    assert found.machines(found.clusters[0]) == ()


def test_several_clusters_have_only_what_names_them(
    model: Callable[[dict[str, str]], Model],
) -> None:
    found = model(
        {
            "clusters/attic/pool.yaml": POOL,
            "clusters/cellar/pool.yaml": POOL,
            "talos/attic/talconfig.yaml": "nodes: [{hostname: a, ipAddress: 10.0.0.1}]\n",
            "talconfig.yaml": (
                "clusterName: cellar\nnodes: [{hostname: c, ipAddress: 10.0.0.2}]\n"
            ),
            "inventory.yaml": INVENTORY % "10.0.0.3",
            "attic/cellar/hosts.yaml": INVENTORY % "10.0.0.4",
        }
    )
    by_name = {cluster.name: found.machines(cluster) for cluster in found.clusters}
    assert {name: [shown(f)[0] for f in facts] for name, facts in by_name.items()} == {
        "attic": ["10.0.0.1"],
        "cellar": ["10.0.0.2"],
    }


def test_an_encrypted_file_tells_nothing(model: Callable[[dict[str, str]], Model]) -> None:
    sealed = INVENTORY % "10.0.0.1" + "sops: {mac: x}\n"
    found = model({"hosts.yaml": sealed, "pool.yaml": POOL})
    assert found.machines(found.clusters[0]) == ()


def test_kube_vip_s_chart_has_its_address_in_the_values(
    model: Callable[[dict[str, str]], Model],
) -> None:
    chart = (
        "apiVersion: helm.cattle.io/v1\n"
        "kind: HelmChart\n"
        "metadata: {name: kube-vip, namespace: kube-system}\n"
        "spec:\n"
        "  chart: kube-vip\n"
        "  repo: https://kube-vip.github.io/helm-charts\n"
        "  valuesContent: |\n"
        "    config: {address: 10.0.0.5}\n"
    )
    found = model({"kube-vip.yaml": chart, "pool.yaml": POOL})
    (claim,) = found.machines(found.clusters[0])
    assert (shown(claim), claim.place.path) == (
        ("10.0.0.5", "the API server"),
        ("config", "address"),
    )


@pytest.mark.parametrize(
    "values",
    [
        "nfs: {server: 10.0.0.2, path: /}",
        "persistence: {films: {type: nfs, server: 10.0.0.2, path: /}}",
        "storageClasses: [{provisioner: nfs.csi.k8s.io, parameters: {server: 10.0.0.2}}]",
    ],
)
def test_nfs_servers_among_values(values: str, model: Callable[[dict[str, str]], Model]) -> None:
    chart = (
        "apiVersion: helm.cattle.io/v1\n"
        "kind: HelmChart\n"
        "metadata: {name: films, namespace: films}\n"
        "spec:\n"
        "  chart: films\n"
        "  repo: https://charts.example.org\n"
        f"  valuesContent: |\n    {values}\n"
    )
    found = model({"films.yaml": chart, "pool.yaml": POOL})
    (claim,) = found.machines(found.clusters[0])
    assert (shown(claim), claim.place.path[-1]) == (("10.0.0.2", "an NFS server"), "server")
