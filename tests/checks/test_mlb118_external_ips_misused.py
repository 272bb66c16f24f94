"""MLB118: externalIPs where a request to MetalLB was meant."""

from __future__ import annotations

from collections.abc import Callable

import pytest

POOL = """\
apiVersion: metallb.io/v1beta1
kind: IPAddressPool
metadata: {name: lan, namespace: metallb-system}
spec: {addresses: [10.0.0.0/24, "fd00::/64"]}
"""
SERVICE = """\
apiVersion: v1
kind: Service
metadata: {{name: web, annotations: {{{annotations}}}}}
spec:
  type: {type}
  {fields}
  selector: {{app: web}}
"""


def service(
    fields: str = "externalIPs: [10.0.0.5]", annotations: str = "a: b", type_: str = "LoadBalancer"
) -> str:
    return SERVICE.format(fields=fields, annotations=annotations, type=type_)


@pytest.mark.parametrize(
    "addresses", ["[10.0.0.5]", "[192.0.2.1, 10.0.0.5]", "['fd00::5']", "[10.0.0.5, 10.0.0.6]"]
)
def test_an_address_of_a_pool(addresses: str, repository: Callable) -> None:
    repo = repository({"pool.yaml": POOL, "f.yaml": service(f"externalIPs: {addresses}")})
    (finding,) = repo.findings("MLB118")
    assert repo.spots("MLB118") == ["MLB118 f.yaml:6:3"]
    assert (finding.severity, finding.fix) == ("warning", None)
    assert "an address of the pool `lan`" in finding.message


@pytest.mark.parametrize(
    "text",
    [
        service("externalIPs: [192.0.2.1]"),
        service("externalIPs: ['${IP}', x]"),
        service("externalIPs: []"),
        service("externalIPs: 10.0.0.5"),
        service(annotations="metallb.universe.tf/loadBalancerIPs: 10.0.0.6"),
        service("externalIPs: [10.0.0.5]\n  loadBalancerIP: 10.0.0.6"),
        service("externalIPs: [10.0.0.5]\n  loadBalancerClass: tailscale"),
        service(annotations="io.cilium/lb-ipam-ips: 10.0.0.5"),
        service(type_="ClusterIP"),
    ],
)
def test_is_left_alone(text: str, repository: Callable) -> None:
    assert repository({"pool.yaml": POOL, "f.yaml": text}).findings("MLB118") == []


def test_naming_a_pool_is_no_request_for_an_address(repository: Callable) -> None:
    text = service(annotations="metallb.universe.tf/address-pool: lan")
    assert len(repository({"pool.yaml": POOL, "f.yaml": text}).findings("MLB118")) == 1


def test_values_of_a_chart(repository: Callable) -> None:
    text = """\
apiVersion: helm.toolkit.fluxcd.io/v2
kind: HelmRelease
metadata: {name: nginx, namespace: web}
spec:
  chart:
    spec: {chart: ingress-nginx, version: 1.0.0, sourceRef: {kind: HelmRepository, name: x}}
  values:
    controller: {service: {externalIPs: [10.0.0.5]}}
"""
    assert repository({"pool.yaml": POOL, "f.yaml": text}).spots("MLB118") == ["MLB118 f.yaml:8:28"]


def test_the_pool_of_another_cluster(repository: Callable) -> None:
    repo = repository(
        {
            ".mlblint.yaml": "clusters: [{each: 'clusters/*'}]\nmetallb: {version: '0.15.3'}\n",
            "clusters/a/pool.yaml": POOL,
            "clusters/b/f.yaml": service(),
        }
    )
    assert repo.findings("MLB118") == []
