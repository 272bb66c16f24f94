"""MLB102: said once, only where nobody has decided, and in nobody's way."""

from __future__ import annotations

from collections.abc import Callable

import pytest

CHART = """\
apiVersion: argoproj.io/v1alpha1
kind: Application
metadata: {{name: metallb, annotations: {{argocd.argoproj.io/sync-wave: "0"}}}}
spec:
  source: {{repoURL: https://metallb.github.io/metallb, chart: metallb, targetRevision: {version}}}
"""
SERVICE = """\
apiVersion: v1
kind: Service
metadata:
  name: {name}
  annotations:
    {annotations}
spec:
  type: {type}
  selector: {{app: web}}
"""


def service(annotations: str, name: str = "web", type_: str = "LoadBalancer") -> str:
    return SERVICE.format(annotations=annotations, name=name, type=type_)


OLD, NEW = "metallb.universe.tf/address-pool: lan", "metallb.io/address-pool: lan"


@pytest.mark.parametrize(
    ("version", "found"), [("0.14.8", False), ("0.14.9", True), ("0.16.1", True), ("main", False)]
)
def test_the_version_decides(version: str, found: bool, repository: Callable) -> None:
    repo = repository({"m.yaml": CHART.format(version=version), "f.yaml": service(OLD)})
    assert repo.spots("MLB102") == (["MLB102 m.yaml:5:63"] if found else [])
    for finding in repo.findings("MLB102"):
        assert finding.severity == "info"
        assert [one.location.path for one in finding.related] == ["f.yaml"]


@pytest.mark.parametrize("prefix", ["metallb.universe.tf", "metallb.io", "auto"])
def test_a_decision_silences_it(prefix: str, repository: Callable) -> None:
    repo = repository(
        {
            ".mlblint.yaml": f"metallb: {{annotation-prefix: {prefix}}}\n",
            "m.yaml": CHART.format(version="0.15.3"),
            "f.yaml": service(OLD),
        }
    )
    assert repo.findings("MLB102") == []


def test_a_version_from_the_configuration_has_no_place_of_its_own(repository: Callable) -> None:
    config = 'metallb: {version: "0.15.3"}\n'
    files = {".mlblint.yaml": config, "f.yaml": service(OLD), "g.yaml": service(OLD, "wiki")}
    assert repository(files).spots("MLB102") == ["MLB102 f.yaml:6:5"]


@pytest.mark.parametrize(
    "text",
    [
        service("a: b"),
        service(OLD, type_="ClusterIP"),
        service(OLD).replace("spec:", "spec:\n  loadBalancerClass: tailscale"),
    ],
)
def test_nobody_asks_metallb(text: str, repository: Callable) -> None:
    repo = repository({"m.yaml": CHART.format(version="0.15.3"), "f.yaml": text})
    assert repo.findings("MLB102") == []


@pytest.mark.parametrize("given", ["chart", "config"])
@pytest.mark.parametrize(
    ("annotations", "spec"),
    [
        (NEW, ""),
        (f"{NEW}\n    {OLD}", ""),
        ("metallb.io/pool-name: lan", ""),
        ("loadBalancerIP: 10.0.0.5", ""),
        ("a: b", "\n  loadBalancerIP: 10.0.0.5"),
        ("a: b", "\n  loadBalancerIp: 10.0.0.5"),
    ],
)
def test_no_fix_is_held_up_by_it(
    annotations: str, spec: str, given: str, repository: Callable
) -> None:
    """Whatever is renamed or moved becomes a request under the deprecated prefix."""
    files = {
        "chart": {"m.yaml": CHART.format(version="0.15.3")},
        "config": {".mlblint.yaml": 'metallb: {version: "0.15.3"}\n'},
    }[given]
    text = service(annotations).replace("type: LoadBalancer", f"type: LoadBalancer{spec}")
    repo = repository({**files, "f.yaml": text})
    rules = ("MLB101", "MLB102", "MLB105", "MLB108", "MLB117")
    assert len(repo.findings("MLB102")) == 1
    fixed = repo.fixed(*rules, unsafe=True)["f.yaml"]
    assert "metallb.universe.tf/" in fixed
    assert "metallb.io" not in fixed
    assert "loadBalancerI" not in fixed.replace("metallb.universe.tf/loadBalancerIPs", "")


def test_each_cluster_has_its_own(repository: Callable) -> None:
    repo = repository(
        {
            ".mlblint.yaml": "clusters: [{each: 'clusters/*'}]\n",
            "clusters/a/m.yaml": CHART.format(version="0.15.3"),
            "clusters/a/f.yaml": service(OLD),
            "clusters/b/m.yaml": CHART.format(version="0.14.8"),
            "clusters/b/f.yaml": service(OLD),
            "clusters/c/m.yaml": CHART.format(version="0.15.3"),
        }
    )
    assert repo.spots("MLB102") == ["MLB102 clusters/a/m.yaml:5:63"]
