"""MLB107: Local, where one node answers for the address."""

from __future__ import annotations

from collections.abc import Callable

import pytest

POOL = """\
apiVersion: metallb.io/v1beta1
kind: IPAddressPool
metadata: {{name: {name}, namespace: metallb-system}}
spec: {{addresses: [{addresses}]}}
"""
ADVERTISEMENT = """\
apiVersion: metallb.io/v1beta1
kind: {kind}Advertisement
metadata: {{name: {name}-{kind}, namespace: metallb-system}}
spec: {{ipAddressPools: [{name}]}}
"""
SERVICE = """\
apiVersion: v1
kind: Service
metadata: {{name: web, namespace: a, annotations: {{{annotations}}}}}
spec:
  type: LoadBalancer
  {fields}
  selector: {{app: web}}
"""
LOCAL = "externalTrafficPolicy: Local"


def metallb(*kinds: str, name: str = "lan", addresses: str = "10.0.0.0/24") -> str:
    parts = [POOL.format(name=name, addresses=addresses)]
    parts += [ADVERTISEMENT.format(kind=kind, name=name) for kind in kinds]
    return "---\n".join(parts)


def service(annotations: str = "a: b", fields: str = LOCAL) -> str:
    return SERVICE.format(annotations=annotations, fields=fields)


def test_local_with_l2(repository: Callable) -> None:
    repo = repository({"m.yaml": metallb("L2"), "f.yaml": service()})
    assert repo.spots("MLB107") == ["MLB107 f.yaml:6:3"]
    assert repo.fixed("MLB107") == {}
    assert repo.fixed("MLB107", unsafe=True) == {
        "f.yaml": service(fields="externalTrafficPolicy: Cluster")
    }


def test_the_health_check_goes_with_it(repository: Callable) -> None:
    text = service(fields=f"{LOCAL}\n  healthCheckNodePort: 30100")
    repo = repository({"m.yaml": metallb("L2"), "f.yaml": text})
    assert repo.fixed("MLB107", "MLB109", unsafe=True) == {
        "f.yaml": service(fields="externalTrafficPolicy: Cluster")
    }


@pytest.mark.parametrize("kinds", [("BGP",), ("L2", "BGP"), ()])
def test_no_l2_or_not_alone(kinds: tuple[str, ...], repository: Callable) -> None:
    repo = repository({"m.yaml": metallb(*kinds), "f.yaml": service()})
    assert repo.findings("MLB107") == []


@pytest.mark.parametrize(
    ("annotations", "found"),
    [
        ("metallb.universe.tf/address-pool: lan", True),
        ("metallb.universe.tf/loadBalancerIPs: 10.0.0.5", True),
        ("metallb.universe.tf/address-pool: dmz", False),
        ("metallb.universe.tf/loadBalancerIPs: 10.1.0.5", False),
        # It may get an address from either.
        ("a: b", False),
    ],
)
def test_the_pool_of_the_service_counts(
    annotations: str, found: bool, repository: Callable
) -> None:
    repo = repository(
        {
            "m.yaml": metallb("L2"),
            "n.yaml": metallb("BGP", name="dmz", addresses="10.1.0.0/24"),
            "f.yaml": service(annotations),
        }
    )
    assert bool(repo.findings("MLB107")) is found


@pytest.mark.parametrize(
    "fields",
    [
        "externalTrafficPolicy: Cluster",
        "externalTrafficPolicy: ${POLICY}",
        "internalTrafficPolicy: Local",
        f"{LOCAL}\n  loadBalancerClass: tailscale",
    ],
)
def test_is_left_alone(fields: str, repository: Callable) -> None:
    repo = repository({"m.yaml": metallb("L2"), "f.yaml": service(fields=fields)})
    assert repo.findings("MLB107") == []


DAEMON_SET = """\
apiVersion: apps/v1
kind: DaemonSet
metadata: {{name: web, namespace: {namespace}}}
spec: {{template: {{metadata: {{labels: {{app: {app}, tier: front}}}}}}}}
"""


@pytest.mark.parametrize(
    ("namespace", "app", "found"), [("a", "web", False), ("b", "web", True), ("a", "db", True)]
)
def test_a_daemon_set_has_pods_on_every_node(
    namespace: str, app: str, found: bool, repository: Callable
) -> None:
    daemon_set = DAEMON_SET.format(namespace=namespace, app=app)
    repo = repository({"m.yaml": metallb("L2"), "d.yaml": daemon_set, "f.yaml": service()})
    assert bool(repo.findings("MLB107")) is found


TRAEFIK = """\
apiVersion: helm.toolkit.fluxcd.io/v2
kind: HelmRelease
metadata: {{name: {chart}, namespace: web}}
spec:
  chart: {{spec: {{chart: {chart}, version: 1.0.0, sourceRef: {{kind: HelmRepository, name: x}}}}}}
  values:
    {values}
"""


@pytest.mark.parametrize(
    ("chart", "values", "place"),
    [
        ("traefik", "service: {spec: {externalTrafficPolicy: Local}}", "7:22"),
        ("ingress-nginx", "controller: {service: {externalTrafficPolicy: Local}}", "7:28"),
        # Traefik's chart does not read it there.
        ("traefik", "service: {externalTrafficPolicy: Local}", None),
        (
            "traefik",
            "service: {spec: {externalTrafficPolicy: Local}}\n    deployment: {kind: DaemonSet}",
            None,
        ),
        (
            "ingress-nginx",
            "controller: {kind: DaemonSet, service: {externalTrafficPolicy: Local}}",
            None,
        ),
    ],
)
def test_charts(chart: str, values: str, place: str | None, repository: Callable) -> None:
    text = TRAEFIK.format(chart=chart, values=values)
    repo = repository({"m.yaml": metallb("L2"), "f.yaml": text})
    assert repo.spots("MLB107") == ([f"MLB107 f.yaml:{place}"] if place else [])


def test_a_json_patch_can_be_mended(repository: Callable) -> None:
    kustomization = """\
resources: [m.yaml, f.yaml]
patches:
  - target: {kind: Service}
    patch: |
      - op: add
        path: /spec/externalTrafficPolicy
        value: Local
"""
    repo = repository(
        {
            "kustomization.yaml": kustomization,
            "m.yaml": metallb("L2"),
            "f.yaml": service(fields="sessionAffinity: None"),
        }
    )
    assert repo.spots("MLB107") == ["MLB107 kustomization.yaml:7:16"]
    expected = kustomization.replace("value: Local", "value: Cluster")
    assert repo.fixed("MLB107", unsafe=True) == {"kustomization.yaml": expected}


def test_clusters_are_not_mixed(repository: Callable) -> None:
    repo = repository(
        {
            ".mlblint.yaml": "clusters: [{each: 'clusters/*'}]\n",
            "clusters/a/m.yaml": metallb("L2"),
            "clusters/b/m.yaml": metallb("BGP"),
            "clusters/b/f.yaml": service(),
        }
    )
    assert repo.findings("MLB107") == []


def test_a_service_that_is_meant_for_another_implementation(repository: Callable) -> None:
    cilium = "io.cilium/lb-ipam-ips: 10.0.0.9"
    files = {"m.yaml": metallb("L2"), "f.yaml": service(cilium)}
    assert repository(files).findings("MLB107") == []
    both = f"{cilium}, metallb.universe.tf/address-pool: lan"
    files["f.yaml"] = service(both)
    assert repository(files).spots("MLB107") == ["MLB107 f.yaml:6:3"]
