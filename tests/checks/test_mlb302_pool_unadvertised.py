"""MLB302: pools that nobody announces, as far as that is certain."""

from __future__ import annotations

from collections.abc import Callable

import pytest

POOL = """\
apiVersion: metallb.io/v1beta1
kind: IPAddressPool
metadata:
  name: dmz
  namespace: metallb-system
  labels: {zone: dmz}
spec:
  addresses: [10.0.0.0/28]
"""
OTHER = """\
apiVersion: metallb.io/v1beta1
kind: L2Advertisement
metadata: {name: lan, namespace: metallb-system}
spec:
  ipAddressPools: [lan]
"""
RELEASE = """\
apiVersion: helm.toolkit.fluxcd.io/v2
kind: HelmRelease
metadata: {{name: {name}, namespace: metallb-system}}
spec:
  chart:
    spec:
      chart: {chart}
      version: 0.15.3
      sourceRef: {{kind: HelmRepository, name: repository}}
  values: {values}
---
apiVersion: source.toolkit.fluxcd.io/v1
kind: HelmRepository
metadata: {{name: repository, namespace: metallb-system}}
spec: {{url: 'https://metallb.github.io/metallb'}}
"""


def release(chart: str = "metallb", values: str = "{}", name: str = "metallb") -> str:
    return RELEASE.format(chart=chart, values=values, name=name)


@pytest.mark.parametrize(
    ("files", "severity"),
    [
        ({}, "warning"),
        ({"l2.yaml": OTHER}, "error"),
        ({"l2.yaml": OTHER.replace("L2A", "BGPA")}, "error"),
        ({"metallb.yaml": release()}, "error"),
        ({"l2.yaml": OTHER, "pool.yaml": POOL + "  autoAssign: false\n"}, "warning"),
    ],
)
def test_nothing_covers_it(files: dict[str, str], severity: str, repository: Callable) -> None:
    repo = repository({"pool.yaml": POOL, **files})
    assert repo.spots("MLB302") == ["MLB302 pool.yaml:4:9"]
    (finding,) = repo.findings("MLB302")
    assert finding.severity == severity
    assert finding.unfixable == "how the addresses are to be announced is for a person to decide"


def selecting(text: str) -> str:
    return OTHER.replace("ipAddressPools: [lan]", text)


@pytest.mark.parametrize(
    "advertisement",
    [
        selecting("ipAddressPools: [lan, dmz]"),
        selecting("interfaces: [eth0]"),
        selecting("ipAddressPools: ['${POOL}']"),
        selecting("ipAddressPoolSelectors: [{matchLabels: {zone: dmz}}]"),
        selecting("ipAddressPoolSelectors: [{matchLabels: {zone: '${ZONE}'}}]"),
        OTHER.replace("L2A", "BGPA").replace("[lan]", "[dmz]"),
    ],
)
def test_something_covers_it(advertisement: str, repository: Callable) -> None:
    assert repository({"pool.yaml": POOL, "l2.yaml": advertisement}).findings("MLB302") == []


ELSEWHERE = {
    "in the values of a chart": {
        "raw.yaml": release(
            "raw", "{resources: [{apiVersion: metallb.io/v1beta1, kind: L2Advertisement}]}", "raw"
        )
    },
    "in a chart for MetalLB": {"config.yaml": release("metallb-config", name="config")},
    "in a template": {"l2.yaml": OTHER.replace("[lan]", "\n  {{- range .pools }}")},
    "in an encrypted file": {"l2.sops.yaml": OTHER + "sops: {mac: x}\n"},
    "in a task of Ansible": {
        "tasks.yaml": (
            "- kubernetes.core.k8s:\n"
            "    definition: {apiVersion: metallb.io/v1beta1, kind: BGPAdvertisement}\n"
        )
    },
    "by Calico": {
        "calico.yaml": (
            "apiVersion: projectcalico.org/v3\n"
            "kind: BGPConfiguration\n"
            "metadata: {name: default}\n"
            "spec: {serviceLoadBalancerIPs: [{cidr: 10.0.0.0/28}]}\n"
        )
    },
    "by Cilium": {
        "cilium.yaml": (
            "apiVersion: cilium.io/v2\nkind: CiliumBGPAdvertisement\nmetadata: {name: all}\n"
        )
    },
    "by something else than the speaker": {
        "metallb.yaml": release(values="{speaker: {enabled: false}}")
    },
}


@pytest.mark.parametrize("files", ELSEWHERE.values(), ids=ELSEWHERE)
def test_it_may_be_announced_elsewhere(files: dict[str, str], repository: Callable) -> None:
    assert repository({"pool.yaml": POOL, **files}).findings("MLB302") == []


CRD = """\
apiVersion: apiextensions.k8s.io/v1
kind: CustomResourceDefinition
metadata: {name: l2advertisements.metallb.io}
spec: {names: {kind: L2Advertisement}}
"""
PATCHES = """\
apiVersion: kustomize.config.k8s.io/v1beta1
kind: Kustomization
resources: [pool.yaml]
patches:
  - target: {kind: L2Advertisement}
    patch: '[{op: remove, path: /spec/interfaces}]'
"""


@pytest.mark.parametrize(
    "files",
    [
        {"crds.yaml": CRD},
        {"kustomization.yaml": PATCHES},
        {"sonarr.yaml": release("sonarr", name="sonarr").replace("metallb-system", "media")},
    ],
)
def test_these_are_no_advertisements(files: dict[str, str], repository: Callable) -> None:
    repo = repository({"pool.yaml": POOL, **files})
    assert repo.spots("MLB302") == ["MLB302 pool.yaml:4:9"]


@pytest.mark.parametrize(
    "pool",
    [
        POOL.replace("IPAddressPool", "AddressPool"),
        POOL.replace("[10.0.0.0/28]", "[]"),
        POOL.replace("name: dmz", "name: ${POOL}"),
    ],
)
def test_not_such_a_pool(pool: str, repository: Callable) -> None:
    assert repository({"pool.yaml": pool, "l2.yaml": OTHER}).findings("MLB302") == []


KUSTOMIZATION = """\
apiVersion: kustomize.toolkit.fluxcd.io/v1
kind: Kustomization
metadata: {{name: {name}, namespace: flux-system}}
spec:
  path: ./{path}
  prune: true
  sourceRef: {{kind: {kind}, name: {source}}}
---
"""
FLUX = KUSTOMIZATION.format(name="pools", path="pools", kind="GitRepository", source="flux-system")


@pytest.mark.parametrize(
    ("name", "count"), [("monitoring", 1), ("metallb-addresses", 0), ("lb-advertisements", 0)]
)
def test_what_is_not_here_may_hold_one_if_it_is_about_metallb(
    name: str, count: int, repository: Callable
) -> None:
    away = KUSTOMIZATION.format(name=name, path="", kind="OCIRepository", source="other")
    files = {"cluster/ks.yaml": FLUX + away, "pools/pool.yaml": POOL}
    assert len(repository(files).findings("MLB302")) == count


@pytest.mark.parametrize(
    ("entry", "count"),
    [
        ("'${ZONE}.yaml'", 0),
        ("missing.yaml", 0),
        ("github.com/someone/base//addresses?ref=v1", 0),
        ("github.com/metallb/metallb/config/native?ref=v0.15.3", 1),
    ],
)
def test_what_comes_with_the_pool_may_hold_one(
    entry: str, count: int, repository: Callable
) -> None:
    files = {
        "cluster/ks.yaml": FLUX,
        "pools/kustomization.yaml": f"resources:\n  - pool.yaml\n  - {entry}\n",
        "pools/pool.yaml": POOL,
    }
    assert len(repository(files).findings("MLB302")) == count


def test_the_file_that_the_kustomization_forgot_is_shown(repository: Callable) -> None:
    files = {
        "cluster/ks.yaml": FLUX,
        "pools/kustomization.yaml": "resources: [pool.yaml]\n",
        "pools/pool.yaml": POOL,
        "pools/l2.yaml": OTHER.replace("[lan]", "[dmz]"),
    }
    (finding,) = repository(files).findings("MLB302")
    (related,) = finding.related
    assert related.location.path == "pools/l2.yaml"
    assert related.message.startswith("L2Advertisement `lan` would cover it: ")


def test_another_cluster_s_advertisement_does_not_help(repository: Callable) -> None:
    files = {
        "clusters/attic/pool.yaml": POOL,
        "clusters/attic/l2.yaml": OTHER.replace("[lan]", "[dmz]"),
        "clusters/cellar/pool.yaml": POOL,
        "clusters/cellar/l2.yaml": OTHER,
    }
    assert repository(files).spots("MLB302") == ["MLB302 clusters/cellar/pool.yaml:4:9"]


def test_a_pool_that_is_only_given_on_request(repository: Callable) -> None:
    files = {"l2.yaml": OTHER, "pool.yaml": POOL + "  autoAssign: false\n"}
    (finding,) = repository(files).findings("MLB302")
    assert "gives its addresses to Services that ask for them" in finding.message
