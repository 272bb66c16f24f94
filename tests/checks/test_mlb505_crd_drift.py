"""MLB505: which version drifts, what counts as ignoring it, and which entries never match."""

from __future__ import annotations

from collections.abc import Callable

import pytest

APPLICATION = """\
apiVersion: argoproj.io/v1alpha1
kind: Application
metadata:
  name: metallb
spec:
  source:
    repoURL: https://metallb.github.io/metallb
    chart: metallb
    targetRevision: {version}
{extra}"""
POINTER = "/spec/conversion/webhook/clientConfig/caBundle"


def application(version: str = "0.14.9", extra: str = "") -> str:
    return APPLICATION.format(version=version, extra=extra)


def entry(*lines: str) -> str:
    body = "\n      ".join(lines)
    return f"  ignoreDifferences:\n    - {body}\n"


def crd(name: str = "bgppeers") -> tuple[str, ...]:
    return (
        "group: apiextensions.k8s.io",
        "kind: CustomResourceDefinition",
        f"name: {name}.metallb.io",
    )


POINTERS = ("jsonPointers:", f"  - {POINTER}")


@pytest.mark.parametrize(
    ("version", "found"),
    [
        ("0.12.1", 0),
        ("0.13.12", 1),
        ("0.14.9", 1),
        ("0.14.*", 1),
        ("0.15.0", 0),
        ('"*"', 0),
        ('"{{ version }}"', 0),
    ],
)
def test_versions(version: str, found: int, repository: Callable) -> None:
    repo = repository({"a.yaml": application(version)})
    assert len(repo.findings("MLB505")) == found


def test_the_other_crd_of_older_releases(repository: Callable) -> None:
    old = application("0.14.2", entry(*crd(), *POINTERS))
    repo = repository({"a.yaml": old})
    (finding,) = repo.findings("MLB505")
    assert "the CRD `addresspools.metallb.io`" in finding.message
    expected = application(
        "0.14.2",
        entry(*crd(), *POINTERS)
        + "\n      ".join(["    - " + crd("addresspools")[0], *crd("addresspools")[1:], *POINTERS])
        + "\n",
    )
    assert repo.fixed("MLB505", unsafe=True) == {"a.yaml": expected}
    assert repo.fixed("MLB505") == {}


@pytest.mark.parametrize(
    "lines",
    [
        (*crd(), *POINTERS),
        (*crd()[:2], *POINTERS),
        (*crd()[:2], "jsonPointers: [/spec/conversion]"),
        (*crd()[:2], "jqPathExpressions: [.spec.conversion.webhook.clientConfig.caBundle]"),
        (*crd()[:2], "managedFieldsManagers: [MetalLB]"),
        ('group: "*"', 'kind: "*"', *POINTERS),
    ],
)
def test_entries_that_ignore_it(lines: tuple, repository: Callable) -> None:
    assert repository({"a.yaml": application(extra=entry(*lines))}).findings("MLB505") == []


@pytest.mark.parametrize(
    "lines",
    [
        (*crd("ipaddresspools"), *POINTERS),
        (*crd()[:2], "jsonPointers: [/metadata/annotations]"),
        ("group: apps", "kind: Deployment", "jsonPointers: [/spec/replicas]"),
    ],
)
def test_entries_for_something_else(lines: tuple, repository: Callable) -> None:
    repo = repository({"a.yaml": application(extra=entry(*lines))})
    assert repo.spots("MLB505") == ["MLB505 a.yaml:10:3"]


def test_argo_cd_ignores_it_everywhere(repository: Callable) -> None:
    settings = """\
apiVersion: v1
kind: ConfigMap
metadata: {name: argocd-cm, namespace: argocd}
data:
  resource.customizations.ignoreDifferences.apiextensions.k8s.io_CustomResourceDefinition: |
    jsonPointers:
      - /spec/conversion/webhook/clientConfig/caBundle
"""
    files = {"a.yaml": application(), "cm.yaml": settings}
    assert repository(files).findings("MLB505") == []


def test_a_chart_without_its_crds(repository: Callable) -> None:
    values = "    helm: {valuesObject: {crds: {enabled: false}}}\n"
    assert repository({"a.yaml": application(extra=values)}).findings("MLB505") == []


def test_another_engine_compares_nothing(repository: Callable) -> None:
    release = """\
apiVersion: helm.toolkit.fluxcd.io/v2
kind: HelmRelease
metadata: {name: metallb, namespace: metallb-system}
spec:
  chart: {spec: {chart: metallb, version: 0.14.9}}
"""
    assert repository({"a.yaml": release}).findings("MLB505") == []


@pytest.mark.parametrize(
    ("lines", "mended"),
    [
        (
            ("group: apiextensions.k8s.io/v1", *crd()[1:], *POINTERS),
            (*crd(), *POINTERS),
        ),
        (
            ("group: metallb.io", "kind: BGPPeer", *POINTERS),
            (*crd()[:2], *POINTERS),
        ),
        (
            ("kind: BGPPeer", "group: metallb.io/v1beta2", "name: bgppeers.metallb.io", *POINTERS),
            (crd()[1], crd()[0], crd()[2], *POINTERS),
        ),
        (
            (*crd(), "jsonPointers:", f"  - {POINTER[1:]}"),
            (*crd(), *POINTERS),
        ),
        (
            (*crd(), "jsonPointers:", "  - /spec/conversion/webhookClientConfig/caBundle"),
            (*crd(), *POINTERS),
        ),
        (
            (*crd(), "jsonPointer:", f"  - {POINTER}"),
            (*crd(), *POINTERS),
        ),
        (crd(), (*crd(), *POINTERS)),
        (
            ("group: apps/v1", "kind: Deployment", "jsonPointers: [/spec/replicas]"),
            ("group: apps", "kind: Deployment", "jsonPointers: [/spec/replicas]"),
        ),
        (
            ("group: v1", "kind: Secret", "jsonPointers: [/data]"),
            ('group: ""', "kind: Secret", "jsonPointers: [/data]"),
        ),
    ],
)
def test_what_is_certain_is_mended(lines: tuple, mended: tuple, repository: Callable) -> None:
    fixed = repository({"a.yaml": application("0.15.3", entry(*lines))}).fixed(
        "MLB505", unsafe=True
    )
    assert fixed == {"a.yaml": application("0.15.3", entry(*mended))}


def test_a_mended_entry_is_not_inserted_again(repository: Callable) -> None:
    wrong = entry("group: apiextensions.k8s.io/v1", *crd()[1:], *POINTERS)
    fixed = repository({"a.yaml": application(extra=wrong)}).fixed("MLB505", unsafe=True)
    assert fixed == {"a.yaml": application(extra=entry(*crd(), *POINTERS))}


@pytest.mark.parametrize(
    "lines",
    [
        ("group: apps", "kind: Deployment"),
        ("group: apps", "kind: Deployment", "jsonPointers: [.spec.replicas]"),
    ],
)
def test_what_is_not_certain_is_left(lines: tuple, repository: Callable) -> None:
    repo = repository({"a.yaml": application("0.15.3", entry(*lines))})
    (finding,) = repo.findings("MLB505")
    assert finding.unfixable == "what was meant cannot be told for certain"


@pytest.mark.parametrize(
    "lines",
    [
        ("group: apps", "kind: Deployment", "jsonPointers: [/spec/replicas]"),
        ('group: ""', "kind: Secret", "jqPathExpressions: [.data]"),
        ("kind: Secret", "managedFieldsManagers: [kube-controller-manager]"),
        ('group: "*"', 'kind: "*"', "managedFieldsManagers: [a]"),
        ('group: "{{ group }}/v1"', "kind: Secret", "jsonPointers: [/data]"),
        ("group: metallb.io", "kind: IPAddressPool", "jsonPointers: [/spec/addresses]"),
        (
            "group: admissionregistration.k8s.io",
            "kind: ValidatingWebhookConfiguration",
            "jsonPointers: [/webhooks/0/clientConfig/caBundle]",
        ),
    ],
)
def test_entries_that_may_match(lines: tuple, repository: Callable) -> None:
    repo = repository({"a.yaml": application("0.15.3", entry(*lines))})
    assert repo.findings("MLB505") == []


SPEAKER = """\
apiVersion: apps/v1
kind: DaemonSet
metadata: {name: speaker, namespace: metallb-system}
spec:
  template:
    spec:
      containers: [{name: speaker, image: 'quay.io/metallb/speaker:v0.14.5'}]
"""
WRITTEN_OUT = """\
apiVersion: apiextensions.k8s.io/v1
kind: CustomResourceDefinition
metadata: {name: bgppeers.metallb.io}
spec:
  conversion:
    webhook:
      clientConfig: {%s}
"""


@pytest.mark.parametrize(
    ("more", "found"),
    [("", 0), (WRITTEN_OUT % "caBundle: Cg==", 1), (WRITTEN_OUT % "service: {name: x}", 0)],
)
def test_a_speaker_that_is_written_out_brings_what_lies_beside_it(
    more: str, found: int, repository: Callable
) -> None:
    local = APPLICATION.replace("https://metallb.github.io/metallb", "https://git.example.com/x")
    local = local.replace(
        "    chart: metallb\n    targetRevision: {version}\n", "    path: metallb\n"
    )
    files = {"app.yaml": local.format(extra=""), "metallb/speaker.yaml": SPEAKER}
    if more:
        files["metallb/crds.yaml"] = more
    assert len(repository(files).findings("MLB505")) == found
