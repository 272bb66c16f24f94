"""MLB106: what is meant for VPN clients, and what they cannot reach."""

from __future__ import annotations

from collections.abc import Callable

import pytest

CONFIG = 'vpn: {services: ["chat/*"]}\n'
SERVICE = """\
apiVersion: v1
kind: Service
metadata:
  name: web
  namespace: chat
spec:
  type: LoadBalancer # by hand
  selector: {app: web}
  ports: [{port: 80, nodePort: 32308}]
"""
POOL = """\
---
apiVersion: metallb.io/v1beta1
kind: IPAddressPool
metadata: {name: vpn, namespace: metallb-system}
spec: {addresses: [10.0.0.0/24]}
---
apiVersion: metallb.io/v1beta1
kind: %s
metadata: {name: vpn, namespace: metallb-system}
spec: {%s}
"""


def test_marked_by_its_name(repository: Callable) -> None:
    repo = repository({".mlblint.yaml": CONFIG, "f.yaml": SERVICE})
    assert repo.spots("MLB106") == ["MLB106 f.yaml:7:9"]
    assert repo.fixed("MLB106") == {"f.yaml": SERVICE.replace("LoadBalancer", "NodePort")}


@pytest.mark.parametrize(
    "vpn",
    [
        "services: [chat/web]",
        "services: ['*/web']",
        "namespaces: [chat]",
        "selector: {access: vpn}",
        "hostnames: ['*.example.dev']",
    ],
)
def test_ways_to_mark(vpn: str, repository: Callable) -> None:
    service = SERVICE.replace(
        "  namespace: chat\n",
        "  namespace: chat\n  labels: {access: vpn}\n"
        "  annotations: {external-dns.alpha.kubernetes.io/hostname: chat.example.dev}\n",
    )
    files = {".mlblint.yaml": f"vpn: {{{vpn}}}\n", "f.yaml": service}
    assert len(repository(files).findings("MLB106")) == 1


def test_the_annotation_decides(repository: Callable) -> None:
    def marked(access: str) -> str:
        line = f"  annotations: {{mlblint.dev/access: {access}}}\n"
        return SERVICE.replace("  namespace: chat\n", f"  namespace: chat\n{line}")

    assert len(repository({"f.yaml": marked("vpn")}).findings("MLB106")) == 1
    files = {".mlblint.yaml": CONFIG, "f.yaml": marked("lan")}
    assert repository(files).findings("MLB106") == []


@pytest.mark.parametrize(
    ("kind", "spec", "count"),
    [
        ("L2Advertisement", "", 1),
        ("BGPAdvertisement", "", 0),
        ("BGPAdvertisement", "ipAddressPools: [vpn]", 0),
        ("BGPAdvertisement", "ipAddressPools: [other]", 1),
    ],
)
def test_bgp_reaches_the_vpn(kind: str, spec: str, count: int, repository: Callable) -> None:
    files = {".mlblint.yaml": CONFIG, "f.yaml": SERVICE + POOL % (kind, spec)}
    assert len(repository(files).findings("MLB106")) == count


@pytest.mark.parametrize(
    "text",
    [
        SERVICE.replace("chat", "other"),
        SERVICE.replace("spec:\n", "spec:\n  loadBalancerClass: tailscale\n"),
        SERVICE.replace("type: LoadBalancer", "type: NodePort"),
        SERVICE.replace("type: LoadBalancer", "clusterIP: None"),
        SERVICE.replace("type: LoadBalancer", "type: ExternalName"),
    ],
)
def test_is_silent(text: str, repository: Callable) -> None:
    assert repository({".mlblint.yaml": CONFIG, "f.yaml": text}).findings("MLB106") == []


def test_a_subnet_router_inside_the_lan_reaches_everything(repository: Callable) -> None:
    config = 'vpn: {services: ["chat/*"], reaches-l2: true}\n'
    assert repository({".mlblint.yaml": config, "f.yaml": SERVICE}).findings("MLB106") == []


def test_cluster_ip_counts_only_when_it_is_named_itself(repository: Callable) -> None:
    text = SERVICE.replace("  type: LoadBalancer # by hand\n", "")
    by_namespace = {".mlblint.yaml": "vpn: {namespaces: [chat]}\n", "f.yaml": text}
    assert repository(by_namespace).findings("MLB106") == []
    repo = repository({".mlblint.yaml": CONFIG, "f.yaml": text})
    assert repo.spots("MLB106") == ["MLB106 f.yaml:6:1"]
    assert repo.fixed("MLB106") == {"f.yaml": text + "  type: NodePort\n"}


def test_exactly_the_fields_of_a_load_balancer_go(repository: Callable) -> None:
    text = """\
apiVersion: v1
kind: Service
metadata:
  name: web
  namespace: chat
  annotations:
    # who looks after it
    owner: a-team
    metallb.universe.tf/address-pool: vpn
    metallb.universe.tf/allow-shared-ip: key
    metallb.universe.tf/ip-allocated-from-pool: vpn
spec:
  allocateLoadBalancerNodePorts: true
  externalTrafficPolicy: Local
  healthCheckNodePort: 31000
  internalTrafficPolicy: Cluster
  loadBalancerIP: 10.0.0.5
  loadBalancerSourceRanges:
    - 10.0.0.0/8
  ports:
    - name: http
      port: 80
      nodePort: 32308
    - name: https
      port: 443
  type: LoadBalancer
"""
    fixed = """\
apiVersion: v1
kind: Service
metadata:
  name: web
  namespace: chat
  annotations:
    # who looks after it
    owner: a-team
    metallb.universe.tf/ip-allocated-from-pool: vpn
spec:
  internalTrafficPolicy: Cluster
  ports:
    - name: http
      port: 80
      nodePort: 32308
    - name: https
      port: 443
  type: NodePort
"""
    repo = repository({".mlblint.yaml": CONFIG, "f.yaml": text})
    assert repo.fixed("MLB106") == {"f.yaml": fixed}


def test_values_of_a_known_chart(repository: Callable) -> None:
    text = """\
apiVersion: helm.toolkit.fluxcd.io/v2
kind: HelmRelease
metadata:
  name: traefik
  namespace: chat
spec:
  chart:
    spec: {chart: traefik, version: 37.0.0}
  values:
    service:
      annotations:
        metallb.universe.tf/loadBalancerIPs: 10.0.0.5
      spec:
        externalTrafficPolicy: Local
    ports:
      web: {nodePort: 32080}
"""
    fixed = """\
apiVersion: helm.toolkit.fluxcd.io/v2
kind: HelmRelease
metadata:
  name: traefik
  namespace: chat
spec:
  chart:
    spec: {chart: traefik, version: 37.0.0}
  values:
    service:
      type: NodePort
    ports:
      web: {nodePort: 32080}
"""
    repo = repository({".mlblint.yaml": CONFIG, "f.yaml": text})
    assert len(repo.findings("MLB106")) == 1
    assert repo.fixed("MLB106") == {"f.yaml": fixed}


def test_requests_that_a_patch_gives_are_taken_from_the_patch(repository: Callable) -> None:
    patch = (
        "resources: [service.yaml]\n"
        "patches:\n"
        "  - target: {kind: Service}\n"
        "    patch: |\n"
        "      apiVersion: v1\n"
        "      kind: Service\n"
        "      metadata:\n"
        "        name: web\n"
        "        annotations:\n"
        "          metallb.universe.tf/address-pool: vpn\n"
        "          owner: a-team\n"
    )
    files = {".mlblint.yaml": CONFIG, "a/kustomization.yaml": patch, "a/service.yaml": SERVICE}
    assert repository(files).fixed("MLB106") == {
        "a/kustomization.yaml": patch.replace(
            "          metallb.universe.tf/address-pool: vpn\n", ""
        ),
        "a/service.yaml": SERVICE.replace("LoadBalancer", "NodePort"),
    }


def test_the_type_of_a_gateways_service_is_not_written_in_the_gateway(
    repository: Callable,
) -> None:
    gateway = """\
apiVersion: gateway.networking.k8s.io/v1
kind: Gateway
metadata: {name: web, namespace: chat}
spec:
  gatewayClassName: envoy
  infrastructure:
    annotations: {metallb.universe.tf/address-pool: vpn}
"""
    (finding,) = repository({".mlblint.yaml": CONFIG, "f.yaml": gateway}).findings("MLB106")
    assert (finding.location.start, finding.fix) == ((5, 21), None)
    assert finding.unfixable == "what makes this Service decides on its type"


def test_a_service_that_speaks_to_another_load_balancer(repository: Callable) -> None:
    cilium = SERVICE.replace(
        "  namespace: chat\n",
        "  namespace: chat\n  annotations: {lbipam.cilium.io/ips: 10.0.0.5}\n",
    )
    assert repository({".mlblint.yaml": CONFIG, "f.yaml": cilium}).findings("MLB106") == []
    beside_metallb = {".mlblint.yaml": CONFIG, "f.yaml": cilium + POOL % ("L2Advertisement", "")}
    assert len(repository(beside_metallb).findings("MLB106")) == 1
