"""How MetalLB speaks BGP, whatever it is installed from."""

from __future__ import annotations

from pathlib import Path

import pytest

from mlblint.repo.files import Files
from mlblint.repo.index import RELEVANT
from mlblint.repo.model import Known, build
from mlblint.repo.versions import Version


def bgp_type(text: str, path: str = "f.yaml", known: Known | None = None) -> str | None:
    files = Files(Path("/nowhere"), (), {path: text.encode()}, RELEVANT)
    (cluster,) = build(files, (), known).clusters
    return cluster.bgp_type


def chart(version: str, values: str = "{}", repository: str = "metallb.github.io/metallb") -> str:
    return (
        "apiVersion: argoproj.io/v1alpha1\nkind: Application\nmetadata: {name: metallb}\n"
        f"spec:\n  source:\n    repoURL: https://{repository}\n    chart: metallb\n"
        f"    targetRevision: '{version}'\n    helm: {{valuesObject: {values}}}\n"
    )


FRR, NO_FRR = "speaker: {frr: {enabled: true}}", "speaker: {frr: {enabled: false}}"
K8S, NO_K8S = "frrk8s: {enabled: true}", "frrk8s: {enabled: false}"


@pytest.mark.parametrize(
    ("version", "values", "expected"),
    [
        ("0.13.9", "{}", "native"),
        ("0.13.10", "{}", "frr"),
        ("0.15.3", "{}", "frr"),
        ("0.16.0", "{}", "frr-k8s"),
        ("0.13.9", f"{{{FRR}}}", "frr"),
        ("0.15.3", f"{{{NO_FRR}}}", "native"),
        ("0.15.3", f"{{{NO_FRR}, {K8S}}}", "frr-k8s"),
        ("0.15.3", f"{{{NO_FRR}, frrk8s: {{external: true}}}}", "frr-k8s"),
        ("0.16.1", f"{{{NO_K8S}}}", "native"),
        ("0.16.1", f"{{{NO_K8S}, {FRR}}}", "frr"),
        # The chart does not render with both.
        ("0.15.3", f"{{{K8S}}}", None),
        ("0.16.1", f"{{{FRR}}}", None),
        # Of an unknown version only what is said is known.
        ("9.9.9", "{}", "frr-k8s"),
        ("", f"{{{FRR}, {NO_K8S}}}", "frr"),
        ("0.15.3", "{speaker: {frr: {enabled: '{{ .frr }}'}}}", None),
    ],
)
def test_a_chart(version: str, values: str, expected: str | None) -> None:
    assert bgp_type(chart(version, values)) == expected


def test_charts_of_other_publishers_have_other_values() -> None:
    assert bgp_type(chart("6.4.7", "{}", "charts.example.com/bitnami")) is None


def test_values_from_elsewhere_could_say_anything() -> None:
    text = chart("0.15.3").replace("{valuesObject: {}}", "{valueFiles: [$other/values.yaml]}")
    assert bgp_type(text) is None


@pytest.mark.parametrize(
    ("base", "expected"),
    [
        ("github.com/metallb/metallb/config/native?ref=v0.15.3", "native"),
        ("https://github.com/metallb/metallb//config/frr?ref=v0.15.3", "frr"),
        ("github.com/metallb/metallb/config/frr-k8s?ref=v0.15.3", "frr-k8s"),
        ("github.com/metallb/metallb/config/prometheus-frr?ref=v0.15.3", "frr"),
        (
            "https://raw.githubusercontent.com/metallb/metallb/v0.14.9/config/manifests/"
            "metallb-native.yaml",
            "native",
        ),
        (
            "https://raw.githubusercontent.com/metallb/metallb/v0.14.9/config/manifests/"
            "metallb-frr-k8s-prometheus.yaml",
            "frr-k8s",
        ),
    ],
)
def test_manifests_from_elsewhere(base: str, expected: str) -> None:
    assert bgp_type(f"resources: ['{base}']\n", "kustomization.yaml") == expected


@pytest.mark.parametrize(
    ("environment", "expected"),
    [("[]", "native"), ("[{name: METALLB_BGP_TYPE, value: frr}]", "frr")],
)
def test_manifests_that_are_written_out(environment: str, expected: str) -> None:
    speaker = (
        "apiVersion: apps/v1\nkind: DaemonSet\nmetadata: {name: speaker}\nspec:\n  template:\n"
        "    spec:\n      containers:\n      - name: speaker\n"
        f"        image: quay.io/metallb/speaker:v0.15.3\n        env: {environment}\n"
    )
    assert bgp_type(speaker) == expected


def test_the_configuration_knows_better() -> None:
    assert bgp_type(chart("0.15.3"), known=Known(bgp_type="native")) == "native"
    assert bgp_type(chart("0.15.3"), known=Known(version=Version(0, 16, 0))) == "frr-k8s"
