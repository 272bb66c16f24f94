"""MLB504: who applies what at one stroke, and what makes that harmless."""

from __future__ import annotations

from collections.abc import Callable

import pytest

POOL = """\
apiVersion: metallb.io/v1beta1
kind: IPAddressPool
metadata:
  name: lan
  namespace: metallb-system{annotation}
spec:
  addresses: [10.0.0.0/24]
"""
L2 = """\
apiVersion: metallb.io/v1beta1
kind: L2Advertisement
metadata: {name: lan, namespace: metallb-system}
"""
CRD = """\
apiVersion: apiextensions.k8s.io/v1
kind: CustomResourceDefinition
metadata: {name: ipaddresspools.metallb.io}
"""
ROOT = """\
apiVersion: argoproj.io/v1alpha1
kind: Application
metadata: {name: root}
spec:
  source: {repoURL: https://git.example.com/cluster, path: root}
"""
CHART = """\
apiVersion: argoproj.io/v1alpha1
kind: Application
metadata: {name: metallb}
spec:
  source: {repoURL: https://metallb.github.io/metallb, chart: metallb, targetRevision: 0.15.3}
"""
WRAPPER = """\
name: wrapper
version: 1.0.0
dependencies:
  - {name: metallb, version: 0.15.3, repository: https://metallb.github.io/metallb}
"""


def annotated(key: str, value: str) -> str:
    return f'\n  annotations: {{{key}: "{value}"}}'


WAVE = annotated("argocd.argoproj.io/sync-wave", "1")
SKIP = annotated("argocd.argoproj.io/sync-options", "Prune=false, SkipDryRunOnMissingResource=true")
HOOK = annotated("argocd.argoproj.io/hook", "PostSync")


@pytest.mark.parametrize(
    ("annotation", "found"),
    [
        ("", 1),
        (annotated("argocd.argoproj.io/sync-wave", "0"), 1),
        (annotated("argocd.argoproj.io/sync-wave", "{{ wave }}"), 0),
        (WAVE, 0),
        (SKIP, 0),
        (HOOK, 0),
    ],
)
def test_in_the_wave_of_the_chart(annotation: str, found: int, repository: Callable) -> None:
    files = {
        "app.yaml": ROOT,
        "root/Chart.yaml": WRAPPER,
        "root/templates/pool.yaml": POOL.format(annotation=annotation),
    }
    assert len(repository(files).findings("MLB504")) == found


@pytest.mark.parametrize(
    "spec",
    [
        "  syncPolicy: {retry: {limit: -1}}\n",
        "  syncPolicy: {syncOptions: [SkipDryRunOnMissingResource=true]}\n",
    ],
)
def test_an_application_that_is_prepared(spec: str, repository: Callable) -> None:
    files = {
        "app.yaml": ROOT + spec,
        "root/Chart.yaml": WRAPPER,
        "root/templates/pool.yaml": POOL.format(annotation=""),
    }
    assert repository(files).findings("MLB504") == []


def test_the_chart_leaves_the_crds_to_others(repository: Callable) -> None:
    files = {
        "app.yaml": ROOT,
        "root/Chart.yaml": WRAPPER,
        "root/values.yaml": "metallb: {crds: {enabled: false}}\n",
        "root/templates/pool.yaml": POOL.format(annotation=""),
    }
    assert repository(files).findings("MLB504") == []


@pytest.mark.parametrize(("annotation", "found"), [("", 1), (WAVE, 1), (SKIP, 0), (HOOK, 0)])
def test_beside_the_application(annotation: str, found: int, repository: Callable) -> None:
    files = {
        "app.yaml": ROOT,
        "root/metallb.yaml": CHART,
        "root/pool.yaml": POOL.format(annotation=annotation),
    }
    findings = repository(files).findings("MLB504")
    assert len(findings) == found
    assert all("whatever its wave" in finding.message for finding in findings)


def test_one_finding_speaks_for_all(repository: Callable) -> None:
    files = {
        "app.yaml": ROOT,
        "root/metallb.yaml": CHART,
        "root/pool.yaml": POOL.format(annotation=WAVE) + "---\n" + L2,
    }
    (finding,) = repository(files).findings("MLB504")
    assert "IPAddressPool `lan` and 1 more like it" in finding.message


def test_an_application_of_their_own(repository: Callable) -> None:
    files = {
        "app.yaml": ROOT,
        "root/metallb.yaml": CHART,
        "root/lan.yaml": ROOT.replace("root", "lan"),
        "lan/pool.yaml": POOL.format(annotation=""),
    }
    assert repository(files).findings("MLB504") == []


KUSTOMIZATION = """\
apiVersion: kustomize.toolkit.fluxcd.io/v1
kind: Kustomization
metadata: {name: metallb, namespace: flux-system}
spec:
  path: ./metallb
  sourceRef: {kind: GitRepository, name: flux-system}
"""
RELEASE = """\
apiVersion: helm.toolkit.fluxcd.io/v2
kind: HelmRelease
metadata: {name: metallb, namespace: metallb-system}
spec:
  chart: {spec: {chart: metallb, version: 0.15.3}}
"""


def test_in_one_kustomization_of_flux(repository: Callable) -> None:
    files = {
        "cluster/ks.yaml": KUSTOMIZATION,
        "metallb/release.yaml": RELEASE,
        "metallb/pool.yaml": POOL.format(annotation=""),
    }
    (finding,) = repository(files).findings("MLB504")
    assert "the HelmRelease is never applied" in finding.message
    files["metallb/crd.yaml"] = CRD
    assert repository(files).findings("MLB504") == []


def test_in_two_kustomizations_of_flux(repository: Callable) -> None:
    files = {
        "cluster/ks.yaml": KUSTOMIZATION + "---\n" + KUSTOMIZATION.replace("metallb", "lan"),
        "metallb/release.yaml": RELEASE,
        "lan/pool.yaml": POOL.format(annotation=""),
    }
    assert repository(files).findings("MLB504") == []


def test_in_the_chart_that_flux_installs(repository: Callable) -> None:
    release = RELEASE.replace(
        "{chart: metallb, version: 0.15.3}",
        "{chart: ./charts/metallb, sourceRef: {kind: GitRepository, name: flux-system}}",
    )
    files = {
        "cluster/ks.yaml": KUSTOMIZATION,
        "metallb/release.yaml": release,
        "charts/metallb/Chart.yaml": WRAPPER,
        "charts/metallb/templates/pool.yaml": POOL.format(annotation=""),
    }
    (finding,) = repository(files).findings("MLB504")
    assert "Helm looks up every kind" in finding.message
    files["charts/metallb/templates/pool.yaml"] = POOL.format(
        annotation=annotated("helm.sh/hook", "post-install")
    )
    assert repository(files).findings("MLB504") == []


def test_by_hand_there_is_no_telling(repository: Callable) -> None:
    files = {
        "kustomization.yaml": "resources: [pool.yaml]\nhelmCharts: [{name: metallb, version: "
        "0.15.3, repo: https://metallb.github.io/metallb}]\n",
        "pool.yaml": POOL.format(annotation=""),
    }
    assert repository(files).findings("MLB504") == []


def test_a_speaker_that_is_written_out_brings_no_webhook(repository: Callable) -> None:
    speaker = (
        "apiVersion: apps/v1\n"
        "kind: DaemonSet\n"
        "metadata: {name: speaker, namespace: metallb-system}\n"
        "spec:\n"
        "  template:\n"
        "    spec:\n"
        "      containers: [{name: speaker, image: 'quay.io/metallb/speaker:v0.15.3'}]\n"
    )
    files = {
        "app.yaml": ROOT,
        "root/speaker.yaml": speaker,
        "root/pool.yaml": POOL.format(annotation=""),
    }
    assert repository(files).findings("MLB504") == []


@pytest.mark.parametrize(
    ("options", "line"),
    [
        ("  syncOptions: [SkipDryRunOnMissingResource=true]\n", 6),
        ("  syncPolicy: {automated: {syncOptions: [SkipDryRunOnMissingResource=true]}}\n", 6),
        ("  syncPolicy: {}\n", None),
    ],
)
def test_an_option_in_the_wrong_place(options: str, line: int | None, repository: Callable) -> None:
    files = {
        "root.yaml": ROOT + options,
        "root/metallb.yaml": CHART,
        "root/pool.yaml": POOL.format(annotation=WAVE),
    }
    (finding,) = repository(files).findings("MLB504")
    dropped = [one for one in finding.related if "drops this option" in one.message]
    assert [one.location.start.line for one in dropped] == ([line] if line else [])
