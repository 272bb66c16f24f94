"""MLB902: the documents that are looked at, and where the two keys stand."""

from __future__ import annotations

from collections.abc import Callable

import pytest

SERVICE = """\
apiVersion: v1
kind: Service
metadata:
  name: web
spec:
  type: LoadBalancer
  type: ClusterIP
  selector: {app: web}
"""
HEAD = (
    "apiVersion: argoproj.io/v1alpha1\nkind: Application\nmetadata: {name: lb}\nspec:\n"
    "  source:\n    repoURL: https://metallb.github.io/metallb\n    chart: metallb\n"
    "    targetRevision: 0.15.3\n"
)


def test_both_places_are_shown(repository: Callable) -> None:
    (finding,) = repository({"web.yaml": SERVICE}).findings("MLB902")
    assert (finding.severity, finding.location.start) == ("error", (7, 3))
    (first,) = finding.related
    assert (first.location.start, first.location.end) == ((6, 3), (6, 7))
    assert finding.fix is None


CARRIERS = {
    "a text of values": (
        {
            "f.yaml": HEAD + "    helm:\n      values: |\n"
            "        speaker: {}\n        # more\n        speaker: {}\n"
        },
        ["f.yaml:13:9"],
    ),
    "a file of values": (
        {
            "charts/lb/Chart.yaml": (
                "name: lb\ndependencies:\n- name: metallb\n  version: 0.15.3\n"
                "  repository: https://metallb.github.io/metallb\n"
            ),
            "charts/lb/values.yaml": "a: {}\nb:\n  c: 1\n  c: 2\n",
        },
        ["charts/lb/values.yaml:4:3"],
    ),
    "a kustomization": (
        {
            "kustomization.yaml": "resources: [a.yaml]\nnamespace: web\nresources: [web.yaml]\n",
            "web.yaml": SERVICE.replace("  type: ClusterIP\n", ""),
        },
        ["kustomization.yaml:3:1"],
    ),
    "an item of a list": (
        {"f.yaml": "kind: List\napiVersion: v1\nitems:\n- kind: Service\n  kind: Service\n"},
        ["f.yaml:5:3"],
    ),
    "JSON": (
        {"f.json": '{"kind": "Service", "apiVersion": "v1", "kind": "Service"}\n'},
        ["f.json:1:41"],
    ),
    "three times": ({"f.yaml": SERVICE + "  type: NodePort\n"}, ["f.yaml:9:3"]),
    "a base of two overlays": (
        {
            "base/kustomization.yaml": "resources: [web.yaml]\n",
            "base/web.yaml": SERVICE,
            "a/kustomization.yaml": "resources: [../base]\n",
            "b/kustomization.yaml": "resources: [../base]\n",
        },
        ["base/web.yaml:7:3"],
    ),
}


@pytest.mark.parametrize(("files", "places"), CARRIERS.values(), ids=CARRIERS)
def test_carrier(files: dict[str, str], places: list[str], repository: Callable) -> None:
    assert repository(files).spots("MLB902") == [f"MLB902 {place}" for place in places]


@pytest.mark.parametrize(
    "files",
    [
        # Nothing that matters here.
        {"f.yaml": "a: 1\na: 2\n"},
        {"f.yaml": SERVICE.replace("  type: ClusterIP\n", "---\ntype: ClusterIP\n")},
        {"f.yaml": "x: &x {a: 1}\nkind: Service\napiVersion: v1\nspec:\n  <<: *x\n  <<: *x\n"},
        {"archive/f.yaml": SERVICE},
        {"kustomization.yaml": "resources: []\n", "f.yaml": SERVICE},
        # A template in which each branch has the key.
        {
            "charts/web/Chart.yaml": "name: web\nversion: 1.0.0\n",
            "charts/web/templates/service.yaml": SERVICE.replace(
                "  type: L", "  # {{ if .Values.lb }}\n  type: L"
            ),
        },
        {"f.yaml": SERVICE.replace("type: LoadBalancer", "${A}: b").replace("type: C", "${A}: C")},
    ],
)
def test_is_silent(files: dict[str, str], repository: Callable) -> None:
    assert repository(files).findings("MLB902") == []


def test_a_lost_separator_is_one_finding(repository: Callable) -> None:
    text = SERVICE.replace("  type: ClusterIP\n", "")
    (finding,) = repository({"f.yaml": f"# two\n{text}{text}"}).findings("MLB902")
    assert finding.location.start == (9, 1)
    assert "lost the `---`" in finding.message
    assert finding.related[0].location.start == (2, 1)


def test_what_is_inside_the_second_object_is_found_too(repository: Callable) -> None:
    text = SERVICE.replace("  type: ClusterIP\n", "")
    repo = repository({"f.yaml": text + SERVICE})
    assert repo.spots("MLB902") == ["MLB902 f.yaml:8:1", "MLB902 f.yaml:14:3"]


def test_an_object_that_others_patch_is_judged_where_it_stands(repository: Callable) -> None:
    repo = repository(
        {
            "kustomization.yaml": "resources: [web.yaml]\npatches: [{path: patch.yaml}]\n",
            "web.yaml": SERVICE.replace("  type: ClusterIP\n", ""),
            "patch.yaml": SERVICE,
        }
    )
    assert repo.spots("MLB902") == ["MLB902 patch.yaml:7:3"]
