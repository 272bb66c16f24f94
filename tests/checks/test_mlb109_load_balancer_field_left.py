"""MLB109: what the API server says of fields that belong to another type of Service."""

from __future__ import annotations

from collections.abc import Callable

import pytest

SERVICE = """\
apiVersion: v1
kind: Service
metadata: {{name: web}}
spec:
  {fields}
  selector: {{app: web}}
"""

FIELDS = {
    "loadBalancerClass": "loadBalancerClass: example.com/x",
    "loadBalancerSourceRanges": "loadBalancerSourceRanges: [10.0.0.0/8]",
    "allocateLoadBalancerNodePorts": "allocateLoadBalancerNodePorts: false",
    "externalTrafficPolicy": "externalTrafficPolicy: Cluster",
    "healthCheckNodePort": "healthCheckNodePort: 30100",
    "loadBalancerIP": "loadBalancerIP: 10.0.0.5",
}


def service(*fields: str) -> str:
    return SERVICE.format(fields="\n  ".join(fields))


@pytest.mark.parametrize("type_", ["ClusterIP", "ExternalName", "NodePort"])
@pytest.mark.parametrize("field", FIELDS)
def test_each_field_on_each_type(field: str, type_: str, repository: Callable) -> None:
    repo = repository({"f.yaml": service(f"type: {type_}", FIELDS[field])})
    if (field, type_) == ("externalTrafficPolicy", "NodePort"):
        assert repo.findings("MLB109") == []
        return
    (finding,) = repo.findings("MLB109")
    kept = field == "loadBalancerIP"
    assert (finding.severity, finding.judges) == (
        ("warning", "reachability") if kept else ("error", "acceptance")
    )
    assert (finding.location.start.line, finding.location.start.column) == (6, 3)
    assert repo.fixed("MLB109") == {"f.yaml": service(f"type: {type_}")}


@pytest.mark.parametrize("field", FIELDS)
def test_a_missing_type_may_be_what_was_forgotten(field: str, repository: Callable) -> None:
    repo = repository({"f.yaml": service("sessionAffinity: None", FIELDS[field])})
    (finding,) = repo.findings("MLB109")
    assert "has no `type`, so it is a ClusterIP Service" in finding.message
    assert repo.fixed("MLB109") == {}
    assert repo.fixed("MLB109", unsafe=True) == {"f.yaml": service("sessionAffinity: None")}


def test_health_checks_need_the_policy_local(repository: Callable) -> None:
    for policy, findings in (("Local", 0), ("Cluster", 1)):
        fields = (
            "type: LoadBalancer",
            f"externalTrafficPolicy: {policy}",
            FIELDS["healthCheckNodePort"],
        )
        assert len(repository({"f.yaml": service(*fields)}).findings("MLB109")) == findings
    fields = ("type: LoadBalancer", FIELDS["healthCheckNodePort"])
    assert len(repository({"f.yaml": service(*fields)}).findings("MLB109")) == 1


@pytest.mark.parametrize(
    "fields",
    [
        ("type: LoadBalancer", *list(FIELDS.values())[:4], FIELDS["loadBalancerIP"]),
        ("type: ClusterIP", "externalIPs: [10.0.0.5]", FIELDS["externalTrafficPolicy"]),
        ("type: ClusterIP", "externalTrafficPolicy:", "loadBalancerSourceRanges: []"),
        ("type: ClusterIP", 'loadBalancerIP: ""', "healthCheckNodePort: 0"),
        ("type: ${TYPE}", *FIELDS.values()),
        ("type: Loadbalancer", *FIELDS.values()),
        ("type: ClusterIP", "externalTrafficPolicy: ${POLICY}"),
        ("type: LoadBalancer", "externalTrafficPolicy: ${POLICY}", FIELDS["healthCheckNodePort"]),
    ],
)
def test_what_is_right_or_not_known(fields: tuple[str, ...], repository: Callable) -> None:
    assert repository({"f.yaml": service(*fields)}).findings("MLB109") == []


PATCH = "apiVersion: v1\nkind: Service\nmetadata: {name: web}\nspec:\n  type: NodePort\n"


def test_what_reaches_the_cluster_counts(repository: Callable) -> None:
    """The overlay's type against the base's field; the base alone is never applied."""
    repo = repository(
        {
            "base/kustomization.yaml": "resources: [f.yaml]\n",
            "base/f.yaml": service("type: LoadBalancer", "loadBalancerSourceRanges: [10.0.0.0/8]"),
            "prod/kustomization.yaml": "resources: [../base]\npatches: [{path: p.yaml}]\n",
            "prod/p.yaml": PATCH,
        }
    )
    assert repo.spots("MLB109") == ["MLB109 base/f.yaml:6:3"]


def test_an_overlay_makes_it_right(repository: Callable) -> None:
    repo = repository(
        {
            "base/kustomization.yaml": "resources: [f.yaml]\n",
            "base/f.yaml": service("type: ClusterIP", "loadBalancerSourceRanges: [10.0.0.0/8]"),
            "prod/kustomization.yaml": "resources: [../base]\npatches: [{path: p.yaml}]\n",
            "prod/p.yaml": PATCH.replace("NodePort", "LoadBalancer"),
        }
    )
    assert repo.findings("MLB109") == []


def test_templates_of_services_are_left_alone(repository: Callable) -> None:
    text = """\
apiVersion: helm.toolkit.fluxcd.io/v2
kind: HelmRelease
metadata: {name: web, namespace: web}
spec:
  chart: {spec: {chart: web, version: 1.0.0, sourceRef: {kind: HelmRepository, name: x}}}
  values:
    service: {type: ClusterIP, loadBalancerSourceRanges: [10.0.0.0/8]}
"""
    assert repository({"f.yaml": text}).findings("MLB109") == []


def test_a_base_that_another_overlay_needs_keeps_its_field(repository: Callable) -> None:
    repo = repository(
        {
            ".mlblint.yaml": "clusters: [{each: 'clusters/*'}]\n",
            "base/kustomization.yaml": "resources: [f.yaml]\n",
            "base/f.yaml": service("type: LoadBalancer", "loadBalancerSourceRanges: [10.0.0.0/8]"),
            "clusters/a/kustomization.yaml": "resources: [../../base]\n",
            "clusters/b/kustomization.yaml": "resources: [../../base]\npatches: [{path: p.yaml}]\n",
            "clusters/b/p.yaml": PATCH,
        }
    )
    assert repo.spots("MLB109") == ["MLB109 base/f.yaml:6:3"]
    assert repo.fixed("MLB109", unsafe=True) == {}
