"""MLB403: which switch at which version, and everything that may still mean BGP."""

from __future__ import annotations

from collections.abc import Callable
from textwrap import indent

import pytest

L2 = """\
apiVersion: metallb.io/v1beta1
kind: L2Advertisement
metadata: {name: lan, namespace: metallb-system}
spec: {interfaces: [eth0]}
"""


def chart(version: str, values: str = "") -> str:
    text = f"    helm:\n      values: |\n{indent(values, '        ')}" if values else ""
    return (
        "apiVersion: argoproj.io/v1alpha1\nkind: Application\nmetadata: {name: metallb}\nspec:\n"
        "  source:\n    repoURL: https://metallb.github.io/metallb\n    chart: metallb\n"
        f"    targetRevision: {version}\n{text}"
    )


FRR_OFF = "speaker:\n  frr:\n    enabled: false\n"
K8S_OFF = "frrk8s:\n  enabled: false\n"
SWITCHES = {
    "frr by default": ("0.15.3", "controller: {}\n", f"controller: {{}}\n{FRR_OFF}", "10:7"),
    "frr since 0.13.10": ("0.13.10", "speaker:\n  frr: {}\n", FRR_OFF, "12:11"),
    "frr beside other keys": (
        "0.14.9",
        "speaker:\n  logLevel: info\n",
        "speaker:\n  logLevel: info\n  frr:\n    enabled: false\n",
        "11:9",
    ),
    "frr on purpose": (
        "0.15.3",
        "speaker:\n  frr:\n    enabled: true # for later\n",
        "speaker:\n  frr:\n    enabled: false # for later\n",
        "13:22",
    ),
    "frr before it was the default": (
        "0.13.9",
        "speaker: {frr: {enabled: true}}\n",
        "speaker: {frr: {enabled: false}}\n",
        "11:34",
    ),
    "frr-k8s by default": ("0.16.1", "controller: {}\n", f"controller: {{}}\n{K8S_OFF}", "10:7"),
    "frr-k8s beside frr": (
        "0.15.3",
        FRR_OFF + "frrk8s:\n  enabled: true\n",
        FRR_OFF + K8S_OFF,
        "15:20",
    ),
    "frr instead of frr-k8s": (
        "0.16.0",
        "speaker: {frr: {enabled: true}}\n" + K8S_OFF,
        "speaker: {frr: {enabled: false}}\n" + K8S_OFF,
        "11:34",
    ),
}


@pytest.mark.parametrize(
    ("version", "before", "after", "place"), SWITCHES.values(), ids=list(SWITCHES)
)
def test_switch(version: str, before: str, after: str, place: str, repository: Callable) -> None:
    repo = repository({"f.yaml": chart(version, before), "l2.yaml": L2})
    assert repo.spots("MLB403") == [f"MLB403 f.yaml:{place}"]
    (finding,) = repo.findings("MLB403")
    assert finding.severity == "info"
    assert repo.fixed("MLB403") == {"f.yaml": chart(version, after)}


@pytest.mark.parametrize(
    "text",
    [
        chart("0.13.9"),
        chart("0.15.3", FRR_OFF),
        chart("0.16.1", K8S_OFF),
        # The chart refuses both; which one is meant nobody knows.
        chart("0.15.3", "frrk8s: {enabled: true}\n"),
        chart("0.15.3", "speaker: {enabled: false}\n"),
        chart("0.16.1", "frrk8s: {enabled: false, external: true, namespace: frr}\n"),
        chart("0.15.3", 'speaker: {frr: {enabled: "{{ frr }}"}}\n'),
        chart("main"),
        # Another publisher's.
        chart("6.4.7").replace("metallb.github.io/metallb", "charts.example.com"),
    ],
)
def test_nothing_to_turn_off(text: str, repository: Callable) -> None:
    assert repository({"f.yaml": text, "l2.yaml": L2}).findings("MLB403") == []


BGP = """\
apiVersion: metallb.io/v1beta1
kind: BGPAdvertisement
metadata: {name: far, namespace: metallb-system}
"""


@pytest.mark.parametrize(
    "files",
    [
        {"l2.yaml": ""},
        {"bgp.yaml": BGP},
        {"peer.yaml": BGP.replace("BGPAdvertisement", "BGPPeer")},
        {"frr.yaml": "apiVersion: frrk8s.metallb.io/v1beta1\nkind: FRRConfiguration\n"},
        {"old.yaml": "kind: AddressPool\napiVersion: metallb.io/v1beta1\nmetadata: {name: a}\n"},
        {"old.yaml": "config: |\n  address-pools:\n  - name: a\n    protocol: bgp\n"},
        # Not applied as it stands here, but as something else.
        {"roles/peer.yaml": "{% if bgp %}\nkind: BGPPeer\n{% endif %}\n"},
        {"values.yaml": "extraObjects:\n  - kind: BGPPeer\n"},
        {
            "more.yaml": "apiVersion: argoproj.io/v1alpha1\nkind: Application\n"
            "metadata: {name: more}\nspec: {source: {repoURL: https://example.com/a, path: b}}\n"
        },
        {"more/kustomization.yaml": "resources: [github.com/example/peers]\n"},
    ],
)
def test_bgp_is_there_or_may_be(files: dict[str, str], repository: Callable) -> None:
    assert len(repository({"f.yaml": chart("0.15.3"), "l2.yaml": L2}).findings("MLB403")) == 1
    repo = repository({"f.yaml": chart("0.15.3"), "l2.yaml": L2, **files})
    assert repo.findings("MLB403") == []


def test_a_comment_about_bgp_is_none(repository: Callable) -> None:
    files = {"f.yaml": chart("0.15.3"), "l2.yaml": f"# kind: BGPPeer\n{L2}"}
    assert len(repository(files).findings("MLB403")) == 1


@pytest.mark.parametrize(("type_", "found"), [("frr", 1), ("native", 0)])
def test_a_speaker_that_is_written_out(type_: str, found: int, repository: Callable) -> None:
    speaker = (
        "apiVersion: apps/v1\nkind: DaemonSet\nmetadata: {name: speaker}\nspec:\n  template:\n"
        "    spec:\n      containers:\n      - name: speaker\n"
        "        image: quay.io/metallb/speaker:v0.15.3\n"
        f"        env: [{{name: METALLB_BGP_TYPE, value: {type_}}}]\n"
    )
    findings = repository({"speaker.yaml": speaker, "l2.yaml": L2}).findings("MLB403")
    assert len(findings) == found
    assert all(one.fix is None and one.unfixable for one in findings)


def test_values_that_a_cluster_with_bgp_shares_are_left_alone(repository: Callable) -> None:
    base = "helmCharts:\n- name: metallb\n  version: 0.15.3\n  repo: https://metallb.github.io/metallb\n"
    files = {
        "base/kustomization.yaml": base,
        "clusters/a/kustomization.yaml": "resources: [../../base, l2.yaml]\n",
        "clusters/a/l2.yaml": L2,
        "clusters/b/kustomization.yaml": "resources: [../../base, bgp.yaml]\n",
        "clusters/b/bgp.yaml": L2 + "---\n" + BGP,
    }
    (finding,) = repository(files).findings("MLB403")
    assert finding.fix is None
    assert "another cluster" in (finding.unfixable or "")
    files["clusters/b/bgp.yaml"] = L2
    (finding,) = repository(files).findings("MLB403")
    assert finding.fix is not None


def test_no_fix_disturbs_another(repository: Callable) -> None:
    repo = repository({"f.yaml": chart("0.15.3", "controller: {}\n"), "l2.yaml": L2})
    assert repo.fixed("MLB401", "MLB403") == {
        "f.yaml": chart(
            "0.15.3",
            "controller: {}\nspeaker:\n  ignoreExcludeLB: true\n  frr:\n    enabled: false\n",
        )
    }
