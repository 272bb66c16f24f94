"""MLB104: what MetalLB and the API server write themselves."""

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


def service(annotations: str = "a: b", type_: str = "LoadBalancer", status: str = "") -> str:
    return SERVICE.format(annotations=annotations, type=type_) + status


@pytest.mark.parametrize("type_", ["LoadBalancer", "ClusterIP"])
@pytest.mark.parametrize("prefix", ["metallb.io", "metallb.universe.tf"])
def test_the_controllers_annotation_goes(prefix: str, type_: str, repository: Callable) -> None:
    note = f"{prefix}/ip-allocated-from-pool: lan"
    repo = repository({"f.yaml": service(f"{note}\n    a: b", type_)})
    assert repo.spots("MLB104") == ["MLB104 f.yaml:6:5"]
    assert repo.fixed("MLB104") == {"f.yaml": service("a: b", type_)}


def test_no_empty_annotations_are_left(repository: Callable) -> None:
    text = service("metallb.io/ip-allocated-from-pool: lan")
    expected = text.replace("  annotations:\n    metallb.io/ip-allocated-from-pool: lan\n", "")
    assert repository({"f.yaml": text}).fixed("MLB104") == {"f.yaml": expected}


@pytest.mark.parametrize(("version", "events"), [("0.14.8", False), ("0.14.9", True)])
def test_a_stale_one_makes_events(version: str, events: bool, repository: Callable) -> None:
    repo = repository(
        {
            ".mlblint.yaml": f'metallb: {{version: "{version}"}}\n',
            "f.yaml": service("metallb.universe.tf/ip-allocated-from-pool: lan"),
        }
    )
    (finding,) = repo.findings("MLB104")
    assert ("logs a warning event" in finding.message) is events


def test_in_values_of_a_chart(repository: Callable) -> None:
    text = """\
apiVersion: helm.toolkit.fluxcd.io/v2
kind: HelmRelease
metadata: {name: web, namespace: web}
spec:
  chart: {spec: {chart: web, version: 1.0.0, sourceRef: {kind: HelmRepository, name: x}}}
  values:
    service:
      type: LoadBalancer
      annotations:
        metallb.io/address-pool: lan
        metallb.io/ip-allocated-from-pool: lan
"""
    repo = repository({"f.yaml": text})
    assert repo.spots("MLB104") == ["MLB104 f.yaml:11:9"]
    expected = text.replace("        metallb.io/ip-allocated-from-pool: lan\n", "")
    assert repo.fixed("MLB104") == {"f.yaml": expected}


def test_a_json_patch_is_left_to_a_person(repository: Callable) -> None:
    repo = repository(
        {
            "kustomization.yaml": """\
resources: [f.yaml]
patches:
  - target: {kind: Service}
    patch: |
      - op: add
        path: /metadata/annotations/metallb.io~1ip-allocated-from-pool
        value: lan
""",
            "f.yaml": service(),
        }
    )
    (finding,) = repo.findings("MLB104")
    assert finding.unfixable == "a patch or a parameter gives it: remove it there"


STATUS = "status:\n  loadBalancer:\n    ingress:\n      - ip: 10.0.0.5\n"


@pytest.mark.parametrize("type_", ["LoadBalancer", "ClusterIP"])
def test_the_status_of_a_service_goes(type_: str, repository: Callable) -> None:
    repo = repository({"f.yaml": service(type_=type_, status=STATUS)})
    (finding,) = repo.findings("MLB104")
    assert (finding.location.start.line, finding.severity) == (10, "warning")
    assert repo.fixed("MLB104") == {"f.yaml": service(type_=type_)}


@pytest.mark.parametrize("status", ["status: {}\n", "status:\n  loadBalancer: {}\n", "status:\n"])
def test_an_empty_status_misleads_nobody(status: str, repository: Callable) -> None:
    repo = repository({"f.yaml": service(status=status)})
    assert [f.severity for f in repo.findings("MLB104")] == ["info"]
    assert repo.fixed("MLB104") == {"f.yaml": service()}


def test_the_status_of_a_pool_goes(repository: Callable) -> None:
    pool = (
        "apiVersion: metallb.io/v1beta1\nkind: IPAddressPool\n"
        "metadata: {name: lan, namespace: metallb-system}\n"
        "spec: {addresses: [10.0.0.0/24]}\n"
    )
    repo = repository({"f.yaml": pool + "status: {assignedIPv4: 3, availableIPv4: 250}\n"})
    assert repo.spots("MLB104") == ["MLB104 f.yaml:5:1"]
    assert repo.fixed("MLB104") == {"f.yaml": pool}


@pytest.mark.parametrize(
    ("group", "kind"),
    [
        ("metallb.io", "ServiceL2Status"),
        ("metallb.io", "ServiceBGPStatus"),
        ("metallb.io", "ConfigurationState"),
        ("frrk8s.metallb.io", "FRRNodeState"),
    ],
)
def test_objects_that_hold_a_status_only(group: str, kind: str, repository: Callable) -> None:
    text = f"apiVersion: {group}/v1beta1\nkind: {kind}\nmetadata: {{name: a}}\nstatus: {{a: b}}\n"
    repo = repository({"f.yaml": text})
    (finding,) = repo.findings("MLB104")
    assert repo.spots("MLB104") == ["MLB104 f.yaml:2:7"]
    assert "whole object" in (finding.unfixable or "")
    assert repo.fixed("MLB104") == {}


@pytest.mark.parametrize(
    "text",
    [
        "apiVersion: apps/v1\nkind: Deployment\nmetadata: {name: a, annotations: {metallb: x}}\n"
        "status: {replicas: 1}\n",
        "apiVersion: apiextensions.k8s.io/v1\nkind: CustomResourceDefinition\n"
        "metadata: {name: servicel2statuses.metallb.io}\nstatus: {storedVersions: [v1beta1]}\n",
        "apiVersion: example.com/v1\nkind: ServiceL2Status\nmetadata: {name: metallb}\n",
        "apiVersion: frrk8s.metallb.io/v1beta1\nkind: FRRConfiguration\nmetadata: {name: a}\n",
    ],
)
def test_others_are_left_alone(text: str, repository: Callable) -> None:
    assert repository({"f.yaml": text}).findings("MLB104") == []
