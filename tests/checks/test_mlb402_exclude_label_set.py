"""MLB402 wherever nodes get their labels, and where MetalLB does not care."""

from __future__ import annotations

from collections.abc import Callable
from textwrap import indent

import pytest

LABEL = "node.kubernetes.io/exclude-from-external-load-balancers"
POOL = """\
apiVersion: metallb.io/v1beta1
kind: IPAddressPool
metadata: {name: lan, namespace: metallb-system}
spec: {addresses: [192.168.7.200-192.168.7.250]}
"""
MACHINE = f'machine:\n  nodeLabels:\n    {LABEL}: ""\n'


def chart(version: str, values: str = "") -> str:
    return (
        "apiVersion: argoproj.io/v1alpha1\nkind: Application\nmetadata: {name: metallb}\nspec:\n"
        "  source:\n    repoURL: https://metallb.github.io/metallb\n    chart: metallb\n"
        f"    targetRevision: {version}\n{values}"
    )


def values(text: str) -> str:
    return "    helm:\n      values: |\n" + indent(text, "        ")


CARRIERS = {
    "a Node": (
        f"apiVersion: v1\nkind: Node\nmetadata:\n  name: a\n  labels:\n    {LABEL}: 'false'\n",
        "6:5",
        "false",
    ),
    "a machine config": (MACHINE, "3:5", ""),
    "a config of talhelper": (
        f"nodes:\n  - hostname: a\n    nodeLabels:\n      {LABEL}: 'true'\n",
        "4:7",
        "true",
    ),
    "a patch in a config of talhelper": (
        f"controlPlane:\n  patches:\n    - |-\n{indent(MACHINE, '      ')}",
        "6:11",
        "",
    ),
    "variables of Ansible": (f"node_labels:\n  {LABEL}: 'true'\n", "2:3", "true"),
    "a list of Ansible": (f"node_labels:\n  - {LABEL}=true\n", "2:5", "true"),
    "a config of k3s": (f"node-label:\n- a=b\n- {LABEL}=false\n", "3:3", "false"),
    "an argument of the kubelet": (
        f"kubeletExtraArgs:\n  node-labels: a=b,{LABEL}=\n",
        "2:16",
        "",
    ),
}


@pytest.mark.parametrize(("text", "place", "value"), CARRIERS.values(), ids=CARRIERS)
def test_carrier(text: str, place: str, value: str, repository: Callable) -> None:
    repo = repository({"pool.yaml": POOL, "machines/f.yaml": text})
    assert repo.spots("MLB402") == [f"MLB402 machines/f.yaml:{place}"]
    (finding,) = repo.findings("MLB402")
    assert f"(value `{value}`)" in finding.message
    assert finding.fix is None


@pytest.mark.parametrize(
    "text",
    [
        f"machine:\n  nodeLabels:\n    {LABEL}:\n      $patch: delete\n",
        # Labels of something else, a selector, a text, a comment.
        f"metadata:\n  labels:\n    {LABEL}: ''\n",
        f"apiVersion: v1\nkind: Pod\nmetadata: {{name: a, labels: {{{LABEL}: ''}}}}\n",
        f"nodeSelectors:\n- matchLabels: {{{LABEL}: ''}}\n",
        f"note: mind the label {LABEL}\n",
        f"node-label:\n- role={LABEL}\n",
        f"machine:\n  nodeLabels:\n    # {LABEL}: ''\n    a: b\n",
    ],
)
def test_nothing_gives_the_label(text: str, repository: Callable) -> None:
    assert repository({"pool.yaml": POOL, "f.yaml": text}).findings("MLB402") == []


@pytest.mark.parametrize(
    ("metallb", "found"),
    [
        (chart("0.15.3"), 1),
        (chart("0.14.3"), 1),
        (chart("0.13.12"), 0),
        (chart("0.15.3", values("speaker:\n  ignoreExcludeLB: false\n")), 1),
        (chart("0.15.3", values("speaker:\n  ignoreExcludeLB: true\n")), 0),
        (chart("0.15.3", values('speaker:\n  ignoreExcludeLB: "{{ x }}"\n')), 0),
        # Another publisher's chart has other values and versions.
        (chart("6.4.7").replace("metallb.github.io/metallb", "charts.example.com"), 0),
        (chart("0.15.3", "    helm: {valueFiles: [elsewhere.yaml]}\n"), 0),
        ("apiVersion: v1\nkind: ConfigMap\nmetadata: {name: no-metallb}\n", 0),
    ],
)
def test_what_metallb_says_to_it(metallb: str, found: int, repository: Callable) -> None:
    repo = repository({"metallb.yaml": metallb, "machines/f.yaml": MACHINE})
    assert len(repo.findings("MLB402")) == found


@pytest.mark.parametrize(("arguments", "found"), [("--port=7472", 1), ("--ignore-exclude-lb", 0)])
def test_a_speaker_that_is_written_out(arguments: str, found: int, repository: Callable) -> None:
    speaker = (
        "apiVersion: apps/v1\nkind: DaemonSet\nmetadata: {name: speaker}\nspec:\n  template:\n"
        "    spec:\n      containers:\n      - name: speaker\n"
        f"        image: quay.io/metallb/speaker:v0.15.3\n        args: [{arguments}]\n"
    )
    repo = repository({"speaker.yaml": speaker, "machines/f.yaml": MACHINE})
    assert len(repo.findings("MLB402")) == found


def test_manifests_from_elsewhere_may_be_patched(repository: Callable) -> None:
    remote = "resources: ['github.com/metallb/metallb/config/native?ref=v0.15.2']\n"
    patch = (
        "patches:\n- target: {kind: DaemonSet}\n  patch: '[{op: add, path: /spec/template/spec/"
        "containers/0/args/-, value: --ignore-exclude-lb}]'\n"
    )
    files = {"metallb/kustomization.yaml": remote, "machines/f.yaml": MACHINE}
    assert len(repository(files).findings("MLB402")) == 1
    files["metallb/kustomization.yaml"] += patch
    assert repository(files).findings("MLB402") == []


def test_of_two_clusters_the_one_that_is_meant_counts(repository: Callable) -> None:
    files = {
        "clusters/a/metallb.yaml": chart("0.15.3"),
        "clusters/b/metallb.yaml": chart("0.13.12"),
        "clusters/a/node.yaml": CARRIERS["a Node"][0],
        "clusters/b/node.yaml": CARRIERS["a Node"][0],
        # Nobody can tell whose machine this is.
        "machines/f.yaml": MACHINE,
    }
    assert repository(files).spots("MLB402") == ["MLB402 clusters/a/node.yaml:6:5"]
