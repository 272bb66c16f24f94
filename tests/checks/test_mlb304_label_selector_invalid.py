"""MLB304: label selectors that Kubernetes refuses."""

from __future__ import annotations

from collections.abc import Callable

import pytest

RULE = "MLB304"
STAR = 'kubernetes.io/hostname: "*"'


def document(kind: str, spec: str, version: str = "v1beta1") -> str:
    body = "".join(f"  {line}\n" for line in spec.strip().splitlines())
    return (
        f"apiVersion: metallb.io/{version}\nkind: {kind}\n"
        f"metadata: {{name: lan, namespace: metallb-system}}\nspec:\n{body}"
    )


@pytest.mark.parametrize(
    ("kind", "field"),
    [
        ("L2Advertisement", "ipAddressPoolSelectors"),
        ("L2Advertisement", "nodeSelectors"),
        ("L2Advertisement", "serviceSelectors"),
        ("BGPAdvertisement", "ipAddressPoolSelectors"),
        ("BGPAdvertisement", "nodeSelectors"),
        ("BGPAdvertisement", "serviceSelectors"),
        ("BGPPeer", "nodeSelectors"),
    ],
)
def test_everywhere(kind: str, field: str, repository: Callable) -> None:
    text = document(kind, f"{field}:\n- matchLabels:\n    app: no-\n")
    for version, expected in (("0.16.1", True), ("0.15.3", field != "serviceSelectors")):
        config = f"metallb: {{version: {version}}}\n"
        repo = repository({".mlblint.yaml": config, "f.yaml": text})
        assert repo.spots(RULE) == ([f"{RULE} f.yaml:7:7"] if expected else [])


def test_the_fields_of_pools(repository: Callable) -> None:
    spec = """\
addresses: [10.0.0.0/24]
serviceAllocation:
  namespaceSelectors: [{matchLabels: {a: b c}}]
  serviceSelectors: [{matchExpressions: [{key: a, operator: Is}]}]
"""
    files = {"f.yaml": document("IPAddressPool", spec)}
    known = {**files, ".mlblint.yaml": "metallb: {version: 0.14.9}\n"}
    repo = repository(known)
    assert repo.spots(RULE) == [f"{RULE} f.yaml:7:41", f"{RULE} f.yaml:8:63"]
    old = {**files, ".mlblint.yaml": "metallb: {version: 0.13.7}\n"}
    assert repository(old).spots(RULE) == [], "the field is pruned"
    findings = repository(files).findings(RULE)
    assert [finding.severity for finding in findings] == ["warning", "warning"]
    assert all("MetalLB from 0.13.8 on refuses that" in finding.message for finding in findings)


@pytest.mark.parametrize(
    ("before", "after"),
    [
        (f"interfaces: [eth0]\nnodeSelectors:\n- matchLabels:\n    {STAR}", "interfaces: [eth0]"),
        (
            "nodeSelectors:\n- matchExpressions:\n"
            '  - {key: kubernetes.io/hostname, operator: In, values: ["*"]}\n'
            "interfaces: [eth0]",
            "interfaces: [eth0]",
        ),
        (
            f"nodeSelectors:\n- matchLabels:\n    {STAR}\n"
            "- matchLabels:\n    rack: a\ninterfaces: [eth0]",
            "interfaces: [eth0]",
        ),
        (
            f"nodeSelectors:\n- matchLabels:\n    {STAR}\n    rack: a",
            "nodeSelectors:\n- matchLabels:\n    rack: a",
        ),
        (
            f"nodeSelectors:\n- matchLabels:\n    {STAR}\n"
            "  matchExpressions:\n  - key: rack\n    operator: Exists",
            "nodeSelectors:\n- matchExpressions:\n  - key: rack\n    operator: Exists",
        ),
    ],
)
def test_a_star_for_every_node(before: str, after: str, repository: Callable) -> None:
    repo = repository({"l2.yaml": document("L2Advertisement", before)})
    assert repo.fixed(RULE) == {}, "unsafe"
    assert repo.fixed(RULE, unsafe=True) == {"l2.yaml": document("L2Advertisement", after)}


@pytest.mark.parametrize(
    "spec",
    [
        "nodeSelectors:\n- matchLabels:\n    rack: '*'",
        "nodeSelectors:\n- matchLabels:\n    kubernetes.io/hostname: worker-*",
        f"ipAddressPoolSelectors:\n- matchLabels:\n    {STAR}",
        "nodeSelectors:\n- matchExpressions:\n"
        "  - {key: kubernetes.io/hostname, operator: NotIn, values: ['*']}",
        "nodeSelectors:\n- matchExpressions:\n"
        "  - {key: kubernetes.io/hostname, operator: In, values: ['*', a]}",
    ],
)
def test_what_nobody_can_tell(spec: str, repository: Callable) -> None:
    repo = repository({"l2.yaml": document("L2Advertisement", spec)})
    assert repo.fixed(RULE, unsafe=True) == {}
    (finding,) = repo.findings(RULE)
    assert finding.unfixable == "what was to be selected is for a person to decide"


def test_patches_and_other_groups(repository: Callable) -> None:
    good = document("L2Advertisement", "nodeSelectors:\n- matchLabels:\n    rack: a")
    bad = good.replace("rack: a", "rack: '*'")
    files = {
        "base/l2.yaml": bad,
        "base/kustomization.yaml": "resources: [l2.yaml]\n",
        "prod/patch.yaml": good,
        "prod/kustomization.yaml": "resources: [../base]\npatches: [{path: patch.yaml}]\n",
    }
    assert repository(files).spots(RULE) == [], "the patch replaces the list"
    swapped = {**files, "base/l2.yaml": good, "prod/patch.yaml": bad}
    assert repository(swapped).spots(RULE) == [f"{RULE} prod/patch.yaml:7:7"]
    other = bad.replace("metallb.io/v1beta1", "example.com/v1")
    assert repository({**files, "base/l2.yaml": other}).spots(RULE) == []
