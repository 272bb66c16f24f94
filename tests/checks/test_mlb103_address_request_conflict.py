"""MLB103: two requests of one Service that cannot both be met."""

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
  {field}
  selector: {{app: web}}
"""
BOTH = "metallb.io/{0}: {1}\n    metallb.universe.tf/{0}: {2}"


def service(annotations: str = "a: b", field: str = "x: y", type_: str = "LoadBalancer") -> str:
    return SERVICE.format(annotations=annotations, field=field, type=type_)


def config(version: str) -> str:
    return f'metallb: {{version: "{version}"}}\n'


@pytest.mark.parametrize("request_", ["address-pool", "loadBalancerIPs", "allow-shared-ip"])
@pytest.mark.parametrize(
    ("version", "place", "dropped"),
    [("0.14.8", "f.yaml:6:5", "a"), ("0.14.9", "f.yaml:7:5", "b"), ("0.16.1", "f.yaml:7:5", "b")],
)
def test_the_version_says_which_prefix_counts(
    request_: str, version: str, place: str, dropped: str, repository: Callable
) -> None:
    text = service(BOTH.format(request_, "a", "b"))
    repo = repository({".mlblint.yaml": config(version), "f.yaml": text})
    (finding,) = repo.findings("MLB103")
    assert repo.spots("MLB103") == [f"MLB103 {place}"]
    assert (finding.severity, finding.judges) == ("error", "reachability")
    assert f"drops `{dropped}` without a word" in finding.message
    line = text.splitlines(keepends=True)[finding.location.start.line - 1]
    assert repo.fixed("MLB103") == {}
    assert repo.fixed("MLB103", unsafe=True) == {"f.yaml": text.replace(line, "")}


def test_without_a_version_nobody_knows_which_counts(repository: Callable) -> None:
    (finding,) = repository({"f.yaml": service(BOTH.format("address-pool", "a", "b"))}).findings(
        "MLB103"
    )
    assert "from 0.14.9 on, the latter before" in finding.message
    assert finding.fix is None


def test_a_base_of_two_releases_is_left_to_a_person(repository: Callable) -> None:
    chart = (
        "kind: Kustomization\nresources: [../../base]\nhelmCharts:\n"
        "- {{name: metallb, repo: https://metallb.github.io/metallb, version: {}}}\n"
    )
    repo = repository(
        {
            ".mlblint.yaml": "clusters: [{each: 'clusters/*'}]\n",
            "base/kustomization.yaml": "resources: [f.yaml]\n",
            "base/f.yaml": service(BOTH.format("address-pool", "a", "b")),
            "clusters/a/kustomization.yaml": chart.format("0.14.8"),
            "clusters/b/kustomization.yaml": chart.format("0.15.3"),
        }
    )
    (finding,) = repo.findings("MLB103")
    assert finding.fix is None


def test_an_empty_value_counts_because_it_is_there(repository: Callable) -> None:
    text = service(BOTH.format("loadBalancerIPs", '""', "10.0.0.6"))
    (finding,) = repository({".mlblint.yaml": config("0.15.3"), "f.yaml": text}).findings("MLB103")
    assert "drops `10.0.0.6` without a word" in finding.message


@pytest.mark.parametrize(
    "text",
    [
        service(BOTH.format("address-pool", "a", "a")),
        service(BOTH.format("address-pool", "a", "${POOL}")),
        service(BOTH.format("address-pool", "a", "b"), type_="ClusterIP"),
        service(BOTH.format("address-pool", "a", "b"), "loadBalancerClass: tailscale"),
        service("metallb.io/address-pool: a\n    metallb.universe.tf/allow-shared-ip: b"),
    ],
)
def test_no_contradiction(text: str, repository: Callable) -> None:
    assert repository({"f.yaml": text}).findings("MLB103") == []


@pytest.mark.parametrize("value", ["10.0.0.5", "10.0.0.6"])
@pytest.mark.parametrize("prefix", ["metallb.io", "metallb.universe.tf"])
def test_field_beside_annotation(prefix: str, value: str, repository: Callable) -> None:
    text = service(f"{prefix}/loadBalancerIPs: 10.0.0.5", f"loadBalancerIP: {value}")
    repo = repository({".mlblint.yaml": config("0.15.3"), "f.yaml": text})
    (finding,) = repo.findings("MLB103")
    assert repo.spots("MLB103") == ["MLB103 f.yaml:9:3"]
    assert (finding.severity, finding.judges) == ("error", "acceptance")
    assert repo.fixed("MLB103") == {}
    assert repo.fixed("MLB103", unsafe=True) == {
        "f.yaml": text.replace(f"  loadBalancerIP: {value}\n", "")
    }


def test_a_prefix_that_may_be_unknown_is_no_certain_error(repository: Callable) -> None:
    text = service("metallb.io/loadBalancerIPs: 10.0.0.5", "loadBalancerIP: 10.0.0.5")
    assert [f.severity for f in repository({"f.yaml": text}).findings("MLB103")] == ["warning"]


@pytest.mark.parametrize(
    ("version", "annotations", "field"),
    [
        ("0.14.8", "metallb.io/loadBalancerIPs: 10.0.0.5", "loadBalancerIP: 10.0.0.5"),
        ("0.11.0", "metallb.universe.tf/loadBalancerIPs: 10.0.0.5", "loadBalancerIP: 10.0.0.5"),
        ("0.15.3", 'metallb.universe.tf/loadBalancerIPs: ""', "loadBalancerIP: 10.0.0.5"),
        ("0.15.3", "metallb.universe.tf/loadBalancerIPs: 10.0.0.5", 'loadBalancerIP: ""'),
        ("0.15.3", "metallb.universe.tf/loadBalancerIPs: 10.0.0.5", "loadBalancerIP: ${IP}"),
        ("0.15.3", "metallb.universe.tf/loadBalancerIPs: ${IP}", "loadBalancerIP: 10.0.0.5"),
        ("0.15.3", "metallb.universe.tf/address-pool: lan", "loadBalancerIP: 10.0.0.5"),
        ("0.15.3", BOTH.format("loadBalancerIPs", '""', "10.0.0.6"), "loadBalancerIP: 10.0.0.5"),
    ],
)
def test_only_one_of_them_counts(
    version: str, annotations: str, field: str, repository: Callable
) -> None:
    files = {".mlblint.yaml": config(version), "f.yaml": service(annotations, field)}
    assert [f for f in repository(files).findings("MLB103") if f.judges == "acceptance"] == []


def test_a_patch_gives_the_field(repository: Callable) -> None:
    base = service("metallb.universe.tf/loadBalancerIPs: 10.0.0.5")
    patch = (
        "apiVersion: v1\nkind: Service\nmetadata: {name: web}\n"
        "spec:\n  loadBalancerIP: 10.0.0.5\n  sessionAffinity: None\n"
    )
    repo = repository(
        {
            "kustomization.yaml": "resources: [f.yaml]\npatches: [{path: patch.yaml}]\n",
            "f.yaml": base,
            "patch.yaml": patch,
        }
    )
    assert repo.spots("MLB103") == ["MLB103 patch.yaml:5:3"]
    assert repo.fixed("MLB103", unsafe=True) == {
        "patch.yaml": patch.replace("  loadBalancerIP: 10.0.0.5\n", "")
    }


def test_a_json_patch_has_no_key_to_take_away(repository: Callable) -> None:
    repo = repository(
        {
            "kustomization.yaml": """\
resources: [f.yaml]
patches:
  - target: {kind: Service}
    patch: |
      - {op: add, path: /spec/loadBalancerIP, value: 10.0.0.5}
""",
            "f.yaml": service("metallb.universe.tf/loadBalancerIPs: 10.0.0.5"),
        }
    )
    (finding,) = repo.findings("MLB103")
    assert finding.location.path == "kustomization.yaml"
    assert finding.unfixable == "a patch or a parameter gives the field: remove it there"


CHART = """\
apiVersion: helm.toolkit.fluxcd.io/v2
kind: HelmRelease
metadata: {{name: web, namespace: web}}
spec:
  chart: {{spec: {{chart: {chart}, version: 1.0.0, sourceRef: {{kind: HelmRepository, name: x}}}}}}
  values:
    {parent}:
      type: LoadBalancer
      loadBalancerIP: 10.0.0.5
      annotations:
        metallb.universe.tf/loadBalancerIPs: 10.0.0.5
"""


@pytest.mark.parametrize(
    ("chart", "parent", "severities"),
    [
        ("jellyfin", "service", ["warning"]),
        ("kong", "proxy", ["error"]),
        # Traefik's chart does not read the field there.
        ("traefik", "service", []),
    ],
)
def test_what_a_chart_does_with_the_field(
    chart: str, parent: str, severities: list[str], repository: Callable
) -> None:
    repo = repository({"f.yaml": CHART.format(chart=chart, parent=parent)})
    assert [f.severity for f in repo.findings("MLB103")] == severities


def test_clusters_are_not_mixed(repository: Callable) -> None:
    other = service("metallb.universe.tf/loadBalancerIPs: 10.0.0.5")
    repo = repository(
        {
            ".mlblint.yaml": "clusters: [{each: 'clusters/*'}]\n",
            "clusters/a/f.yaml": service(field="loadBalancerIP: 10.0.0.5"),
            "clusters/b/f.yaml": other,
        }
    )
    assert repo.findings("MLB103") == []


OBJECT = """\
apiVersion: example.com/v1
kind: Database
metadata: {{name: db, namespace: a}}
spec:
  service:
    {fields}
"""


@pytest.mark.parametrize(
    ("fields", "severity"),
    [
        (
            "{type: LoadBalancer, loadBalancerIP: 10.0.0.5,"
            " annotations: {metallb.universe.tf/loadBalancerIPs: 10.0.0.5}}",
            "warning",
        ),
        (
            "metadata: {annotations: {metallb.universe.tf/loadBalancerIPs: 10.0.0.5}}\n"
            "    spec: {type: LoadBalancer, loadBalancerIP: 10.0.0.5}",
            "error",
        ),
    ],
)
def test_what_an_operator_does_with_the_field(
    fields: str, severity: str, repository: Callable
) -> None:
    repo = repository({"f.yaml": OBJECT.format(fields=fields)})
    assert [f.severity for f in repo.findings("MLB103")] == [severity]
