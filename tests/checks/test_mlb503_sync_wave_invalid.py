"""MLB503: what is a wave to Argo CD, and what the fix makes of the rest."""

from __future__ import annotations

from collections.abc import Callable

import pytest

NAMESPACE = """\
apiVersion: v1
kind: Namespace
metadata:
  name: lan
  annotations:
    argocd.argoproj.io/sync-wave: {}
"""


@pytest.mark.parametrize("written", ['"0"', "'-3'", '"+4"', '"007"', '"{{ .Values.wave }}"'])
def test_right(written: str, repository: Callable) -> None:
    assert repository({"a.yaml": NAMESPACE.format(written)}).findings("MLB503") == []


@pytest.mark.parametrize(
    ("written", "mended"),
    [
        ("3", '"3"'),
        ("-1", '"-1"'),
        ("0", '"0"'),
        ("'\"1\"'", "'1'"),
        ('" 5 "', '"5"'),
        ("\"'6'\"", '"6"'),
    ],
)
def test_what_is_certain_is_mended(written: str, mended: str, repository: Callable) -> None:
    fixed = repository({"a.yaml": NAMESPACE.format(written)}).fixed("MLB503")
    assert fixed == {"a.yaml": NAMESPACE.format(mended)}


@pytest.mark.parametrize("written", ["1.5", '"1.5"', "true", "", '""', '"1 2"', "last"])
def test_what_is_not_certain_is_left(written: str, repository: Callable) -> None:
    repo = repository({"a.yaml": NAMESPACE.format(written)})
    (finding,) = repo.findings("MLB503")
    assert (finding.fix, finding.severity) == (None, "error")
    assert finding.unfixable == "which wave is meant cannot be told"


def test_kustomize_writes_quotes_itself(repository: Callable) -> None:
    files = {"kustomization.yaml": "resources: [a.yaml]\n", "a.yaml": NAMESPACE.format("3")}
    assert repository(files).findings("MLB503") == []


def test_a_template_keeps_its_placeholder(repository: Callable) -> None:
    application_set = """\
apiVersion: argoproj.io/v1alpha1
kind: ApplicationSet
metadata: {name: all}
spec:
  generators:
    - list:
        elements: [{name: a, wave: '"1"'}]
  template:
    metadata:
      name: "{{name}}"
      annotations: {argocd.argoproj.io/sync-wave: "{{wave}}"}
    spec:
      source: {repoURL: https://git.example.com/cluster, path: "{{name}}"}
"""
    repo = repository({"all.yaml": application_set})
    assert repo.spots("MLB503") == ["MLB503 all.yaml:11:51"]
    assert repo.fixed("MLB503", unsafe=True) == {}


def test_what_nothing_applies_is_left_alone(repository: Callable) -> None:
    assert repository({"archive/a.yaml": NAMESPACE.format("3")}).findings("MLB503") == []
