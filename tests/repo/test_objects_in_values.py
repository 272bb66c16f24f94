"""Whole objects among the values of charts that make objects of them."""

from __future__ import annotations

from collections.abc import Callable

import pytest

SOURCE = """\
apiVersion: source.toolkit.fluxcd.io/v1
kind: HelmRepository
metadata: {name: charts, namespace: web}
spec: {url: "https://charts.example.org"}
---
"""
RELEASE = (
    SOURCE
    + """\
apiVersion: helm.toolkit.fluxcd.io/v2
kind: HelmRelease
metadata: {name: extras, namespace: web}
spec:
  chart:
    spec:
      chart: CHART
      sourceRef: {kind: HelmRepository, name: charts}
  values:
    resources:
"""
)
POOL = """\
      - apiVersion: metallb.io/v1beta1
        kind: IPAddressPool
        metadata: {name: lan, namespace: metallb-system}
        spec: {addresses: [10.4.0.10]}
"""
SERVICE = """\
      - apiVersion: v1
        kind: Service
        metadata:
          name: dns
          annotations: {metallb.universe.tf/loadBalancerIPs: 10.4.0.99}
        spec: {type: LoadBalancer, ports: [{port: 53}]}
"""
OTHER_POOL = """\
apiVersion: metallb.io/v1beta1
kind: IPAddressPool
metadata: {name: other, namespace: metallb-system}
spec: {addresses: [10.4.0.40-10.4.0.50]}
"""


def release(values: str, chart: str = "raw") -> str:
    return RELEASE.replace("CHART", chart) + values


@pytest.mark.parametrize("chart", ["raw", "app-template"])
def test_a_pool_is_judged_and_mended_where_it_stands(chart: str, repository: Callable) -> None:
    text = release(POOL, chart)
    repo = repository({"extras.yaml": text})
    assert repo.spots("MLB204") == ["MLB204 extras.yaml:19:28"]
    assert repo.fixed("MLB204") == {"extras.yaml": text.replace(".10]", ".10/32]")}


def test_a_pool_in_a_mapping_of_inline_values(repository: Callable) -> None:
    text = """\
apiVersion: argoproj.io/v1alpha1
kind: Application
metadata: {name: extras, namespace: argocd}
spec:
  destination: {server: "https://kubernetes.default.svc", namespace: web}
  source:
    repoURL: https://charts.example.org
    chart: raw
    targetRevision: 1.0.0
    helm:
      values: |
        extraObjects:
          pool:
            apiVersion: metallb.io/v1beta1
            kind: IPAddressPool
            metadata: {name: lan}
            spec: {addresses: [10.4.0.10]}
"""
    repo = repository({"extras.yaml": text})
    assert repo.spots("MLB204") == ["MLB204 extras.yaml:17:32"]
    assert [f.subject.namespace for f in repo.findings("MLB204")] == ["web"]


def test_a_service_is_one_and_asks_by_its_own_annotations(repository: Callable) -> None:
    repo = repository({"extras.yaml": release(SERVICE), "other.yaml": OTHER_POOL})
    (finding,) = repo.findings("MLB113")
    assert repo.spots("MLB113") == ["MLB113 extras.yaml:20:62"]
    assert (finding.subject.kind, finding.subject.name) == ("Service", "dns")


@pytest.mark.parametrize(
    ("text", "why"),
    [
        (release(POOL, "metallb"), "MetalLB's chart makes no objects of values"),
        (
            release(POOL.replace("metadata: {name: lan, namespace: metallb-system}", "x: y")),
            "parts",
        ),
        (release(POOL).replace("    resources:", "    enabled: false\n    resources:"), "off"),
    ],
)
def test_what_is_no_object_of_the_cluster(text: str, why: str, repository: Callable) -> None:
    assert repository({"extras.yaml": text}).findings("MLB204") == [], why


def test_what_two_layers_say_is_left_alone(repository: Callable) -> None:
    files = {
        "extras.yaml": release(POOL).replace(
            "  values:", "  valuesFrom: [{kind: ConfigMap, name: more}]\n  values:"
        ),
        "more.yaml": (
            "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: more, namespace: web}\n"
            "data:\n  values.yaml: |\n    resources: []\n"
        ),
    }
    assert repository(files).findings("MLB204") == []
