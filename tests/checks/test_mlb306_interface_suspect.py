"""MLB306: names of interfaces."""

from __future__ import annotations

from collections.abc import Callable

import pytest

L2 = """\
apiVersion: metallb.io/v1beta1
kind: L2Advertisement
metadata: {name: lan, namespace: metallb-system}
spec:
  interfaces:
  - %s
"""
CHART = """\
apiVersion: helm.cattle.io/v1
kind: HelmChart
metadata: {name: metallb, namespace: kube-system}
spec:
  repo: https://metallb.github.io/metallb
  chart: metallb
  version: 0.15.3
  targetNamespace: metallb-system
  valuesContent: |
    speaker: {excludeInterfaces: {enabled: %s}}
"""


@pytest.mark.parametrize(
    ("name", "reason"),
    [
        ("wlan0", "which is a radio"),
        ("wlp3s0", "which is a radio"),
        ("wlx00c0caaabbcc", "which is a radio"),
        ("'eth*'", "names are literal"),
        ("^en.*", "names are literal"),
        ("'eth[0-1]'", "names are literal"),
        ("eth0 eth1", "names are literal"),
        ("en-with-a-long-name", "names are literal"),
        ("eth0@if3", "behind the @"),
        ("docker0", "list of interfaces that MetalLB skips"),
        ("cni0", "list of interfaces that MetalLB skips"),
        ("lo", "list of interfaces that MetalLB skips"),
        ("lxc1234", "list of interfaces that MetalLB skips"),
    ],
)
def test_suspects(name: str, reason: str, repository: Callable) -> None:
    repo = repository({"f.yaml": L2 % name})
    assert repo.spots("MLB306") == ["MLB306 f.yaml:6:5"]
    (finding,) = repo.findings("MLB306")
    assert reason in finding.message


@pytest.mark.parametrize(
    "name",
    "eth0 enp0s31f6 eth0.20 bond0 br-lan end0 ens18 vmbr0 local0 wg0 rack0 '${NIC}'".split(),
)
def test_is_silent(name: str, repository: Callable) -> None:
    assert repository({"f.yaml": L2 % name}).findings("MLB306") == []


@pytest.mark.parametrize(
    ("name", "version", "count"),
    [
        ("docker0", "0.13.9", 0),
        ("docker0", "0.13.10", 1),
        ("lxc1", "0.15.2", 0),
        ("lxc1", "0.15.3", 1),
    ],
)
def test_the_list_has_grown(name: str, version: str, count: int, repository: Callable) -> None:
    config = f"metallb: {{version: {version}}}\n"
    repo = repository({".mlblint.yaml": config, "f.yaml": L2 % name})
    assert len(repo.findings("MLB306")) == count


@pytest.mark.parametrize(("enabled", "count"), [("true", 1), ("false", 0)])
def test_the_list_may_be_switched_off(enabled: str, count: int, repository: Callable) -> None:
    repo = repository({"f.yaml": L2 % "docker0", "chart.yaml": CHART % enabled})
    assert len(repo.findings("MLB306")) == count


def test_another_list_may_be_given(repository: Callable) -> None:
    own = "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: metallb-excludel2}\n"
    assert repository({"f.yaml": L2 % "docker0", "own.yaml": own}).findings("MLB306") == []


BOND = "machine: {network: {interfaces: [{interface: bond0, bond: {interfaces: [eth0]}}]}}\n"


def test_a_part_of_a_bond(repository: Callable) -> None:
    repo = repository({"f.yaml": L2 % "eth0", "talos/worker.yaml": BOND})
    (finding,) = repo.findings("MLB306")
    assert finding.help == "name `bond0` instead"
    assert [related.location.path for related in finding.related] == ["talos/worker.yaml"]
    assert repository({"f.yaml": L2 % "bond0"}).findings("MLB306") == []


def test_a_bond_of_another_cluster(repository: Callable) -> None:
    files = {
        "clusters/attic/l2.yaml": L2 % "eth0",
        "clusters/cellar/l2.yaml": L2 % "eth0",
        "talos/cellar/worker.yaml": BOND,
    }
    assert repository(files).spots("MLB306") == ["MLB306 clusters/cellar/l2.yaml:6:5"]
