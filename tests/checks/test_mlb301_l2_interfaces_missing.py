"""MLB301: a card alone, with values from the configuration or from other advertisements."""

from __future__ import annotations

from collections.abc import Callable

import pytest

HEAD = """\
apiVersion: metallb.io/v1beta1
kind: L2Advertisement
metadata: {name: lan, namespace: metallb-system}
"""
CONFIG = "network: {interfaces: [eth0, bond1]}\n"

SHAPES = {
    "no spec": ("", "2:7", "spec:\n  interfaces:\n    - eth0\n    - bond1\n"),
    "an empty spec": ("spec: {}\n", "4:1", "spec:\n  interfaces:\n    - eth0\n    - bond1\n"),
    "a null spec": ("spec:\n", "4:1", "spec:\n  interfaces:\n    - eth0\n    - bond1\n"),
    "pools only": (
        "spec:\n  ipAddressPools:\n  - lan\n",
        "4:1",
        "spec:\n  ipAddressPools:\n  - lan\n  interfaces:\n  - eth0\n  - bond1\n",
    ),
    "pools in one line": (
        "spec:\n  ipAddressPools: [lan]\n",
        "4:1",
        "spec:\n  ipAddressPools: [lan]\n  interfaces: [eth0, bond1]\n",
    ),
    "an empty list": (
        "spec:\n  interfaces: []\n",
        "5:15",
        "spec:\n  interfaces:\n    - eth0\n    - bond1\n",
    ),
    "a null list": (
        "spec:\n  interfaces:\n  ipAddressPools: [lan]\n",
        "5:3",
        "spec:\n  interfaces: [eth0, bond1]\n  ipAddressPools: [lan]\n",
    ),
}


@pytest.mark.parametrize(("spec", "place", "fixed"), SHAPES.values(), ids=SHAPES)
def test_shape(spec: str, place: str, fixed: str, repository: Callable) -> None:
    repo = repository({".mlblint.yaml": CONFIG, "f.yaml": HEAD + spec})
    assert repo.spots("MLB301") == [f"MLB301 f.yaml:{place}"]
    assert repo.fixed("MLB301") == {"f.yaml": HEAD + fixed}


OTHER = """\
apiVersion: metallb.io/v1beta1
kind: L2Advertisement
metadata: {{name: {name}, namespace: metallb-system}}
spec:
  interfaces: [{interface}]
"""


def test_evidence_in_the_repository_is_not_certain(repository: Callable) -> None:
    repo = repository(
        {"f.yaml": HEAD, "other.yaml": OTHER.format(name="other", interface="enp3s0")}
    )
    (finding,) = repo.findings("MLB301")
    assert finding.fix is not None
    assert finding.fix.applicability == "unsafe"
    assert "- enp3s0\n" in repo.fixed("MLB301", unsafe=True)["f.yaml"]


def test_contradicting_evidence_is_none(repository: Callable) -> None:
    repo = repository(
        {
            "f.yaml": HEAD,
            "a.yaml": OTHER.format(name="a", interface="enp3s0"),
            "b.yaml": OTHER.format(name="b", interface="eth0"),
        }
    )
    (finding,) = repo.findings("MLB301")
    assert finding.fix is None


def test_a_patch_is_no_advertisement_and_what_it_gives_counts(repository: Callable) -> None:
    files = {
        "base/kustomization.yaml": "resources: [l2.yaml]\n",
        "base/l2.yaml": HEAD,
        "prod/kustomization.yaml": "resources: [../base]\npatches: [{path: l2.yaml}]\n",
        "prod/l2.yaml": HEAD + "spec: {interfaces: [eth0]}\n",
    }
    assert repository(files).findings("MLB301") == []
    without = {**files, "prod/l2.yaml": HEAD + "spec: {ipAddressPools: [lan]}\n"}
    assert repository(without).spots("MLB301") == ["MLB301 prod/l2.yaml:4:1"]


@pytest.mark.parametrize(("version", "found"), [("0.13.5", 0), ("0.13.6", 1), ("null", 1)])
def test_the_field_exists_since_0_13_6(version: str, found: int, repository: Callable) -> None:
    repo = repository({".mlblint.yaml": f"metallb: {{version: {version}}}\n", "f.yaml": HEAD})
    assert len(repo.findings("MLB301")) == found


@pytest.mark.parametrize(("values", "found"), [("{}", 1), ("{speaker: {enabled: false}}", 0)])
def test_without_a_speaker_nobody_reads_it(values: str, found: int, repository: Callable) -> None:
    kustomization = (
        "resources: [l2.yaml]\n"
        "helmCharts:\n- name: metallb\n  repo: https://metallb.github.io/metallb\n"
        f"  releaseName: metallb\n  namespace: metallb-system\n  version: 0.15.3\n"
        f"  valuesInline: {values}\n"
    )
    repo = repository({"kustomization.yaml": kustomization, "l2.yaml": HEAD})
    assert len(repo.findings("MLB301")) == found
