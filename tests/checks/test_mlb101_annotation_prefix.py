"""MLB101 in every place where a request to MetalLB can stand."""

from __future__ import annotations

from collections.abc import Callable
from textwrap import dedent

import pytest

SERVICE = """\
apiVersion: v1
kind: Service
metadata:
  name: web
  annotations:
    {annotations}
spec:
  type: LoadBalancer
  selector: {{app: web}}
"""

CARRIERS = {
    "a Service": (
        SERVICE.format(annotations="metallb.io/address-pool: lan"),
        "f.yaml:6:5",
    ),
    "a quoted key": (
        SERVICE.format(annotations='"metallb.io/allow-shared-ip": dns'),
        "f.yaml:6:5",
    ),
    "an item of a List": (
        dedent("""\
        apiVersion: v1
        kind: List
        items:
          - apiVersion: v1
            kind: Service
            metadata: {name: web, annotations: {metallb.io/address-pool: lan}}
            spec: {type: LoadBalancer, selector: {app: web}}
        """),
        "f.yaml:6:41",
    ),
    "valuesObject": (
        dedent("""\
        apiVersion: argoproj.io/v1alpha1
        kind: Application
        metadata: {name: web, annotations: {argocd.argoproj.io/sync-wave: "5"}}
        spec:
          source:
            repoURL: https://charts.example.com
            chart: web
            helm:
              valuesObject:
                service:
                  annotations:
                    metallb.io/address-pool: lan
        """),
        "f.yaml:12:13",
    ),
    "a Helm parameter": (
        dedent("""\
        apiVersion: argoproj.io/v1alpha1
        kind: Application
        metadata: {name: web, annotations: {argocd.argoproj.io/sync-wave: "5"}}
        spec:
          source:
            repoURL: https://charts.example.com
            chart: web
            helm:
              parameters:
                - name: service.annotations.metallb\\.io/address-pool
                  value: lan
        """),
        "f.yaml:10:37",
    ),
    "values of a HelmRelease": (
        dedent("""\
        apiVersion: helm.toolkit.fluxcd.io/v2
        kind: HelmRelease
        metadata: {name: web}
        spec:
          values:
            controller:
              service:
                annotations:
                  metallb.io/loadBalancerIPs: 10.0.0.5,fd00::5
        """),
        "f.yaml:9:11",
    ),
    "values of a k3s chart": (
        dedent("""\
        apiVersion: helm.cattle.io/v1
        kind: HelmChartConfig
        metadata: {name: traefik, namespace: kube-system}
        spec:
          valuesContent: |-
            service:
              annotations:
                metallb.io/loadBalancerIPs: 10.0.0.5
        """),
        "f.yaml:8:9",
    ),
    "a file of values": (
        dedent("""\
        service:
          annotations:
            metallb.io/loadBalancerIPs: 10.0.0.5
        """),
        "f.yaml:3:5",
    ),
    "a Gateway": (
        dedent("""\
        apiVersion: gateway.networking.k8s.io/v1
        kind: Gateway
        metadata: {name: web}
        spec:
          infrastructure:
            annotations:
              metallb.io/address-pool: lan
        """),
        "f.yaml:7:7",
    ),
    "a Service template of a custom resource": (
        dedent("""\
        apiVersion: postgresql.cnpg.io/v1
        kind: Cluster
        metadata: {name: db}
        spec:
          managed:
            services:
              additional:
                - serviceTemplate:
                    metadata:
                      annotations:
                        metallb.io/address-pool: lan
                    spec: {type: LoadBalancer}
        """),
        "f.yaml:11:17",
    ),
    "a JSON patch": (
        dedent("""\
        - op: add
          path: /metadata/annotations/metallb.io~1address-pool
          value: lan
        """),
        "f.yaml:2:31",
    ),
    "an inline patch of a Flux Kustomization": (
        dedent("""\
        apiVersion: kustomize.toolkit.fluxcd.io/v1
        kind: Kustomization
        metadata: {name: apps}
        spec:
          patches:
            - target: {kind: Service}
              patch: |
                apiVersion: v1
                kind: Service
                metadata:
                  name: web
                  annotations:
                    metallb.io/address-pool: lan
        """),
        "f.yaml:13:13",
    ),
    "text inside text": (
        dedent("""\
        apiVersion: v1
        kind: ConfigMap
        metadata: {name: apps}
        data:
          app.yaml: |
            spec:
              values: |
                service:
                  annotations:
                    metallb.io/address-pool: lan
        """),
        "f.yaml:10:13",
    ),
    "JSON": (
        '{"apiVersion": "v1", "kind": "Service", "metadata": {"name": "web",\n'
        '\t"annotations": {"metallb.io/address-pool": "lan"}},\n'
        '\t"spec": {"type": "LoadBalancer", "selector": {"app": "web"}}}\n',
        "f.json:2:18",
    ),
}


@pytest.mark.parametrize(("text", "place"), CARRIERS.values(), ids=CARRIERS)
def test_is_found_and_renamed_in(text: str, place: str, repository: Callable) -> None:
    name = place.partition(":")[0]
    repo = repository({name: text})
    assert repo.spots("MLB101") == [f"MLB101 {place}"]
    fixed = repo.fixed("MLB101")
    expected = text.replace("metallb.io", "metallb.universe.tf").replace(
        "metallb\\.io", "metallb\\.universe\\.tf"
    )
    assert fixed == {name: expected}


@pytest.mark.parametrize(
    "annotations",
    [
        "metallb.io/ip-allocated-from-pool: lan",
        "metallb.io/node: a",
        "metallb.universe.tf/address-pool: lan",
        "# metallb.io/address-pool: lan\n    a: b",
    ],
)
def test_leaves_alone(annotations: str, repository: Callable) -> None:
    repo = repository({"f.yaml": SERVICE.format(annotations=annotations)})
    assert repo.spots("MLB101") == []


def test_labels_and_selectors_are_no_requests(repository: Callable) -> None:
    repo = repository(
        {
            "f.yaml": """\
apiVersion: v1
kind: Service
metadata: {name: web, labels: {metallb.io/address-pool: lan}}
spec: {type: LoadBalancer, selector: {metallb.io/address-pool: lan}}
"""
        }
    )
    assert repo.spots("MLB101") == []


def test_taking_an_annotation_away_is_no_request(repository: Callable) -> None:
    patch = "- op: remove\n  path: /metadata/annotations/metallb.io~1address-pool\n"
    assert repository({"f.yaml": patch}).spots("MLB101") == []


def test_the_same_request_under_both_prefixes_needs_one(repository: Callable) -> None:
    both = "metallb.io/address-pool: lan # new\n    metallb.universe.tf/address-pool: lan"
    repo = repository({"f.yaml": SERVICE.format(annotations=both)})
    assert repo.fixed("MLB101") == {
        "f.yaml": SERVICE.format(annotations="metallb.universe.tf/address-pool: lan")
    }


def test_contradicting_requests_are_left_to_the_rule_about_them(repository: Callable) -> None:
    both = "metallb.io/address-pool: lan\n    metallb.universe.tf/address-pool: wan"
    repo = repository({"f.yaml": SERVICE.format(annotations=both)})
    assert repo.spots("MLB101", "MLB103") == ["MLB103 f.yaml:7:5"]


def test_contradictions_where_no_service_is_known_are_left_to_a_person(
    repository: Callable,
) -> None:
    values = "any:\n  metallb.io/address-pool: lan\n  metallb.universe.tf/address-pool: wan\n"
    (finding,) = repository({"values.yaml": values}).findings("MLB101", "MLB103")
    assert finding.rule == "MLB101"
    assert finding.fix is None
    assert "another value" in (finding.unfixable or "")


def test_archives_are_left_alone(repository: Callable) -> None:
    text = SERVICE.format(annotations="metallb.io/address-pool: lan")
    assert repository({".archive/web/f.yaml": text}).spots("MLB101") == []


def test_an_archive_that_is_delivered_is_none(repository: Callable) -> None:
    text = SERVICE.format(annotations="metallb.io/address-pool: lan")
    application = (
        "apiVersion: argoproj.io/v1alpha1\nkind: Application\n"
        'metadata: {name: old, annotations: {argocd.argoproj.io/sync-wave: "5"}}\n'
        "spec: {source: {repoURL: https://git.example.com/x, path: archive/web}}\n"
    )
    repo = repository({"app.yaml": application, "archive/web/f.yaml": text})
    assert repo.spots("MLB101") == ["MLB101 archive/web/f.yaml:6:5"]


def test_what_a_kustomization_leaves_out_is_left_alone(repository: Callable) -> None:
    text = SERVICE.format(annotations="metallb.io/address-pool: lan")
    repo = repository(
        {
            "a/kustomization.yaml": "resources: [used.yaml]\n",
            "a/used.yaml": text,
            "a/not.yaml": text,
        }
    )
    assert repo.spots("MLB101") == ["MLB101 a/used.yaml:6:5"]


CHART = """\
apiVersion: argoproj.io/v1alpha1
kind: Application
metadata: {{name: metallb, annotations: {{argocd.argoproj.io/sync-wave: "0"}}}}
spec:
  source: {{repoURL: https://metallb.github.io/metallb, chart: metallb, targetRevision: {version}}}
"""


@pytest.mark.parametrize(
    ("version", "severity"), [("0.14.8", "error"), ("0.14.9", "warning"), ("0.13.x", "error")]
)
def test_the_version_decides_how_bad_it_is(
    version: str, severity: str, repository: Callable
) -> None:
    service = SERVICE.format(annotations="metallb.io/address-pool: lan")
    repo = repository({"metallb.yaml": CHART.format(version=version), "apps/f.yaml": service})
    assert [f.severity for f in repo.findings("MLB101")] == [severity]


def test_config_turns_it_round(repository: Callable) -> None:
    annotations = "metallb.universe.tf/address-pool: lan"
    files = {
        ".mlblint.yaml": "metallb: {annotation-prefix: metallb.io}\n",
        "f.yaml": SERVICE.format(annotations=annotations),
    }
    assert repository(files).fixed("MLB101") == {
        "f.yaml": SERVICE.format(annotations="metallb.io/address-pool: lan")
    }


@pytest.mark.parametrize(
    ("version", "expected"), [("0.14.8", "metallb.universe.tf"), ("0.15.3", "metallb.io")]
)
def test_auto_follows_the_version(version: str, expected: str, repository: Callable) -> None:
    for prefix in ("metallb.io", "metallb.universe.tf"):
        files = {
            ".mlblint.yaml": f"metallb: {{annotation-prefix: auto, version: {version}}}\n",
            "f.yaml": SERVICE.format(annotations=f"{prefix}/address-pool: lan"),
        }
        assert bool(repository(files).findings("MLB101")) == (prefix != expected)


def test_auto_asks_for_nothing_when_the_version_is_unknown(repository: Callable) -> None:
    files = {
        ".mlblint.yaml": "metallb: {annotation-prefix: auto}\n",
        "f.yaml": SERVICE.format(annotations="metallb.io/address-pool: lan"),
    }
    assert repository(files).findings("MLB101") == []


def test_a_prefix_that_the_metallb_of_the_repository_ignores_is_refused(
    repository: Callable,
) -> None:
    from mlblint.config import ConfigError

    files = {
        ".mlblint.yaml": "metallb:\n  annotation-prefix: metallb.io\n",
        "f.yaml": CHART.format(version="0.14.8"),
    }
    with pytest.raises(ConfigError, match=r"\.mlblint\.yaml:2:22: .*runs MetalLB 0\.14\.8"):
        repository(files).lint()
