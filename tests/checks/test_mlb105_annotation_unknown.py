"""MLB105: requests that nobody reads, for their name or for their place."""

from __future__ import annotations

from collections.abc import Callable

import pytest

SERVICE = """\
apiVersion: v1
kind: Service
metadata:
  name: web
  annotations:
    {annotations}
spec:
  type: {type}
  selector: {{app: web}}
"""
CONFIG = {".mlblint.yaml": 'metallb: {version: "0.14.8"}\n'}


def service(annotations: str, type_: str = "LoadBalancer") -> str:
    return SERVICE.format(annotations=annotations, type=type_)


@pytest.mark.parametrize(
    ("given", "meant"),
    [
        ("metallb.io/loadBalancerIP", "metallb.io/loadBalancerIPs"),
        ("metallb.io/LoadBalancerIPs", "metallb.io/loadBalancerIPs"),
        ("metallb.universe.tf/loadbalancerIPs", "metallb.universe.tf/loadBalancerIPs"),
        ("metallb.universe.tf/loadBalancer-ips", "metallb.universe.tf/loadBalancerIPs"),
        ("metallb.universe.tf/load-balancer-ip", "metallb.universe.tf/loadBalancerIPs"),
        ("metallb.universe.tf/pool-name", "metallb.universe.tf/address-pool"),
        ("metallb.io/addressPool", "metallb.io/address-pool"),
        ("metallb.io/ip-address-pool", "metallb.io/address-pool"),
        ("metallb.io/adress-pool", "metallb.io/address-pool"),
        ("metallb.universe.tf/allow-shared", "metallb.universe.tf/allow-shared-ip"),
        ("metallb.universe.tf/allow-shared-IP", "metallb.universe.tf/allow-shared-ip"),
        # A prefix that is none becomes the one that the repository uses.
        ("metallb.unverse.tf/address-pool", "metallb.universe.tf/address-pool"),
        ("MetalLB.io/address-pool", "metallb.universe.tf/address-pool"),
        ("metallb/loadBalancerIPs", "metallb.universe.tf/loadBalancerIPs"),
        ("metallb.universe.tf.address-pool", "metallb.universe.tf/address-pool"),
        ("loadBalancerIP", "metallb.universe.tf/loadBalancerIPs"),
        ("loadBalancerIPs", "metallb.universe.tf/loadBalancerIPs"),
        ("address-pool", "metallb.universe.tf/address-pool"),
    ],
)
def test_the_name_that_is_meant(given: str, meant: str, repository: Callable) -> None:
    repo = repository({**CONFIG, "f.yaml": service(f"{given}: x # why")})
    (finding,) = repo.findings("MLB105")
    assert repo.spots("MLB105") == ["MLB105 f.yaml:6:5"]
    assert (finding.severity, finding.judges) == ("error", "reachability")
    assert f"`{meant}` is meant" in finding.help
    assert repo.fixed("MLB105") == {}
    assert repo.fixed("MLB105", unsafe=True) == {"f.yaml": service(f"{meant}: x # why")}


@pytest.mark.parametrize(
    "annotations",
    [
        "metallb.io/address-pool: a\n    metallb.io/loadBalancerIPs: 10.0.0.5",
        "metallb.universe.tf/allow-shared-ip: a",
        "metallb.io/ip-allocated-from-pool: a",
        "frrk8s.metallb.io/address-pool: a",
        "example.com/address-pool: a\n    ip: b\n    pool: c",
        "io.cilium/lb-ipam-ips: 10.0.0.5",
    ],
)
def test_what_is_right_or_somebody_elses(annotations: str, repository: Callable) -> None:
    assert repository({**CONFIG, "f.yaml": service(annotations)}).findings("MLB105") == []


def test_what_resembles_nothing_is_a_warning(repository: Callable) -> None:
    (finding,) = repository({"f.yaml": service("metallb.io/colour: blue")}).findings("MLB105")
    assert (finding.severity, finding.fix) == ("warning", None)


def test_a_name_without_a_prefix_needs_a_metallb(repository: Callable) -> None:
    assert repository({"f.yaml": service("loadBalancerIP: 10.0.0.5")}).findings("MLB105") == []


def test_other_implementations_are_left_alone(repository: Callable) -> None:
    text = service("metallb.io/pool-name: a").replace("spec:", "spec:\n  loadBalancerClass: x/y")
    assert repository({"f.yaml": text}).findings("MLB105") == []


def test_the_right_one_stands_beside_it(repository: Callable) -> None:
    both = "metallb.io/pool-name: a\n    metallb.io/address-pool: b"
    (finding,) = repository({"f.yaml": service(both)}).findings("MLB105")
    assert finding.unfixable == "`metallb.io/address-pool` stands beside it: decide which is meant"


def test_auto_needs_a_version_to_know_the_prefix(repository: Callable) -> None:
    config = "metallb: {annotation-prefix: auto, namespace: infra}\n"
    (finding,) = repository(
        {".mlblint.yaml": config, "f.yaml": service("loadBalancerIP: 10.0.0.5")}
    ).findings("MLB105")
    assert "depends on MetalLB's version" in (finding.unfixable or "")


def test_with_all_rules_the_prefix_follows(repository: Callable) -> None:
    repo = repository({**CONFIG, "f.yaml": service("metallb.io/pool-name: lan")})
    expected = service("metallb.universe.tf/address-pool: lan")
    assert repo.fixed("MLB101", "MLB105", unsafe=True) == {"f.yaml": expected}


@pytest.mark.parametrize("type_", ["ClusterIP", "NodePort", "ExternalName"])
def test_a_service_without_an_address(type_: str, repository: Callable) -> None:
    repo = repository({"f.yaml": service("metallb.io/address-pool: lan", type_)})
    (finding,) = repo.findings("MLB105")
    assert (finding.severity, finding.fix) == ("error", None)
    assert f"is of type {type_}" in finding.message


def test_a_type_that_is_filled_in_later(repository: Callable) -> None:
    repo = repository({"f.yaml": service("metallb.io/address-pool: lan", "${TYPE}")})
    assert repo.findings("MLB105") == []


def test_an_overlay_makes_it_a_load_balancer(repository: Callable) -> None:
    patch = "apiVersion: v1\nkind: Service\nmetadata: {name: web}\nspec: {type: LoadBalancer}\n"
    repo = repository(
        {
            "base/kustomization.yaml": "resources: [f.yaml]\n",
            "base/f.yaml": service("metallb.io/address-pool: lan", "ClusterIP"),
            "prod/kustomization.yaml": "resources: [../base]\npatches: [{path: p.yaml}]\n",
            "prod/p.yaml": patch,
        }
    )
    assert repo.findings("MLB105") == []


def test_labels_selectors_and_fields(repository: Callable) -> None:
    text = """\
apiVersion: v1
kind: Service
metadata: {name: web, labels: {metallb.io/address-pool: lan}}
spec:
  type: LoadBalancer
  metallb.io/address-pool: lan
  selector: {metallb.io/address-pool: lan}
"""
    expected = ["f.yaml:3:32", "f.yaml:6:3", "f.yaml:7:14"]
    assert repository({"f.yaml": text}).spots("MLB105") == [f"MLB105 {at}" for at in expected]


@pytest.mark.parametrize("annotations", ["- metallb.io/address-pool: lan", "- metallb.io/x=y"])
def test_a_list_of_annotations(annotations: str, repository: Callable) -> None:
    repo = repository({"f.yaml": service(annotations)})
    (finding,) = repo.findings("MLB105")
    assert repo.spots("MLB105") == ["MLB105 f.yaml:5:3"]
    assert "list of annotations" in finding.message


VALUES = """\
apiVersion: helm.toolkit.fluxcd.io/v2
kind: HelmRelease
metadata: {{name: web, namespace: web}}
spec:
  chart: {{spec: {{chart: web, version: 1.0.0, sourceRef: {{kind: HelmRepository, name: x}}}}}}
  values:
    {values}
"""


@pytest.mark.parametrize(
    ("values", "column"),
    [
        ("service: {type: LoadBalancer, annotations: {metallb.io/pool-name: lan}}", 49),
        ("podAnnotations: {metallb.io/address-pool: lan}", 22),
        ("controller: {podLabels: {metallb.io/address-pool: lan}}", 30),
        ("service: {type: LoadBalancer, metallb.io/address-pool: lan}", 35),
        ("service: {type: LoadBalancer, annotations: [metallb.io/address-pool=lan]}", 35),
        ("service: {type: LoadBalancer, annotations: {metallb.io/address-pool: lan}}", None),
        ("podAnnotations: {example.com/address-pool: lan}", None),
    ],
)
def test_values_of_charts(values: str, column: int | None, repository: Callable) -> None:
    repo = repository({"f.yaml": VALUES.format(values=values)})
    assert repo.spots("MLB105") == ([f"MLB105 f.yaml:7:{column}"] if column else [])


GATEWAY = """\
apiVersion: gateway.networking.k8s.io/v1
kind: Gateway
metadata:
  name: web
  annotations: {{{own}: lan}}
spec:
  gatewayClassName: {class_}
  infrastructure:
    annotations: {{{infrastructure}: lan}}
"""


@pytest.mark.parametrize(
    ("class_", "own", "infrastructure", "place"),
    [
        ("envoy", "metallb.io/address-pool", "a", "5:17"),
        ("istio", "metallb.io/address-pool", "a", None),
        ("envoy", "a", "metallb.io/pool-name", "9:19"),
        ("envoy", "a", "metallb.io/address-pool", None),
    ],
)
def test_gateways(
    class_: str, own: str, infrastructure: str, place: str | None, repository: Callable
) -> None:
    text = GATEWAY.format(class_=class_, own=own, infrastructure=infrastructure)
    spots = repository({"f.yaml": text}).spots("MLB105")
    assert spots == ([f"MLB105 f.yaml:{place}"] if place else [])


@pytest.mark.parametrize(
    ("api_version", "kind", "reads"),
    [
        ("apps/v1", "Deployment", False),
        ("v1", "Namespace", False),
        ("networking.k8s.io/v1", "Ingress", False),
        ("metallb.io/v1beta1", "IPAddressPool", False),
        # An operator may hand them on; a ConfigMap may be where a replacement comes from.
        ("example.com/v1", "Database", True),
        ("v1", "ConfigMap", True),
    ],
)
def test_other_objects(api_version: str, kind: str, reads: bool, repository: Callable) -> None:
    text = (
        f"apiVersion: {api_version}\nkind: {kind}\nmetadata:\n  name: web\n"
        "  annotations: {metallb.io/address-pool: lan}\n"
    )
    spots = repository({"f.yaml": text}).spots("MLB105")
    assert spots == ([] if reads else ["MLB105 f.yaml:5:17"])


def test_pods_of_a_workload(repository: Callable) -> None:
    text = """\
apiVersion: apps/v1
kind: Deployment
metadata: {name: web}
spec:
  template:
    metadata: {annotations: {metallb.io/address-pool: lan}}
"""
    assert repository({"f.yaml": text}).spots("MLB105") == ["MLB105 f.yaml:6:30"]


def test_annotations_for_everything_reach_the_services_too(repository: Callable) -> None:
    kustomization = (
        "resources: [f.yaml, g.yaml]\ncommonAnnotations: {metallb.io/address-pool: lan}\n"
    )
    deployment = "apiVersion: apps/v1\nkind: Deployment\nmetadata: {name: web}\n"
    repo = repository(
        {"kustomization.yaml": kustomization, "f.yaml": service("a: b"), "g.yaml": deployment}
    )
    assert repo.findings("MLB105") == []


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ("metadata:\n  name: web\n  annotations:\n  metallb.io/address-pool: lan\nspec:", 6),
        ("metadata:\n  name: web\n  annotation:\n    metallb.io/address-pool: lan\nspec:", 6),
        ("metadata:\n  name: web\nannotations:\n  metallb.io/address-pool: lan\nspec:", 6),
        ("metadata:\n  name: web\nspec:\n  annotations:\n    metallb.io/address-pool: lan", 7),
        ("metadata:\n  name: web\n  annotations:\n    metallb.io/address-pool: lan\nspec:", 0),
    ],
)
def test_requests_in_another_place(text: str, line: int, repository: Callable) -> None:
    service = f"apiVersion: v1\nkind: Service\n{text}\n  type: LoadBalancer\n"
    found = repository({"service.yaml": service}).findings("MLB105")
    assert [f.location.start.line for f in found] == [line] * bool(line)


@pytest.mark.parametrize(
    ("given", "meant"),
    [
        ("metallb.io//address-pool", "metallb.io/address-pool"),
        ("metallb.universe.tf/address-pool/", "metallb.universe.tf/address-pool"),
        ("metallb.io/loadBalancerIPs/v4", "metallb.io/loadBalancerIPs"),
        ("/metallb.io/loadBalancerIPs", "metallb.io/loadBalancerIPs"),
        ("metallb.io/ address-pool", "metallb.io/address-pool"),
        ("metallb.io /allow-shared-ip", "metallb.io/allow-shared-ip"),
        ("metallb.io/load balancer IPs", "metallb.io/loadBalancerIPs"),
    ],
)
def test_a_name_that_kubernetes_refuses(given: str, meant: str, repository: Callable) -> None:
    repo = repository({**CONFIG, "f.yaml": service(f"'{given}': x # why")})
    (finding,) = repo.findings("MLB105")
    assert (finding.severity, finding.judges) == ("error", "acceptance")
    assert "the API server refuses the whole Service" in finding.message
    fixed = repo.fixed("MLB105", unsafe=True)
    assert fixed == {"f.yaml": service(f"'{meant}': x # why")}


def test_a_name_that_is_filled_in_is_none_of_these(repository: Callable) -> None:
    repo = repository({**CONFIG, "f.yaml": service("'metallb.io/${REQUEST}': x")})
    assert not repo.findings("MLB105")


@pytest.mark.parametrize("given", ["metallb.io//zone", "metallb.io/a/b"])
def test_refused_whatever_was_meant(given: str, repository: Callable) -> None:
    (finding,) = repository({**CONFIG, "f.yaml": service(f"'{given}': x")}).findings("MLB105")
    assert (finding.severity, finding.judges, finding.fix) == ("error", "acceptance", None)
