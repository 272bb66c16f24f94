"""MLB506: when waves between Applications are used, and where Argo CD's configuration is."""

from __future__ import annotations

from collections.abc import Callable

import pytest

APPLICATION = """\
apiVersion: argoproj.io/v1alpha1
kind: Application
metadata:
  name: {name}{wave}
spec:
  source: {source}
"""
CM = """\
apiVersion: v1
kind: ConfigMap
metadata: {name: argocd-cm, namespace: argocd}
data:
"""
HEALTH = "resource.customizations.health.argoproj.io_Application"


def application(name: str, wave: object = None, **source: str) -> str:
    given = source or {"repoURL": "https://git.example.com/cluster", "path": name}
    flow = "{" + ", ".join(f"{key}: {value}" for key, value in given.items()) + "}"
    annotation = f'\n  annotations: {{argocd.argoproj.io/sync-wave: "{wave}"}}'
    return APPLICATION.format(name=name, wave="" if wave is None else annotation, source=flow)


def files(chart: object, lan: object, **more: str) -> dict[str, str]:
    metallb = {"repoURL": "https://metallb.github.io/metallb", "chart": "metallb"}
    return {
        "root.yaml": application("root"),
        "root/metallb.yaml": application("metallb", chart, **metallb),
        "root/lan.yaml": application("lan", lan),
        "lan/a.yaml": "apiVersion: v1\nkind: Namespace\nmetadata: {name: lan}\n",
        **{f"root/{name}.yaml": text for name, text in more.items()},
    }


@pytest.mark.parametrize(
    ("waves", "found"),
    [((0, 1), 1), ((None, 1), 1), ((0, None), 0), ((None, None), 0), ((2, 2), 0)],
)
def test_different_waves(waves: tuple, found: int, repository: Callable) -> None:
    repo = repository(files(*waves, cm=CM + "  a: b\n"))
    assert len(repo.findings("MLB506")) == found


@pytest.mark.parametrize(
    "data",
    [
        f"  {HEALTH}: |\n    return {{}}\n",
        "  resource.customizations: |\n    argoproj.io/Application:\n      health.lua: x\n",
        '  "resource.customizations.health.argoproj.io_*": x\n',
    ],
)
def test_the_check_is_there(data: str, repository: Callable) -> None:
    assert repository(files(0, 1, cm=CM + data)).findings("MLB506") == []


def test_a_configuration_that_is_not_here_says_nothing(repository: Callable) -> None:
    assert repository(files(0, 1)).findings("MLB506") == []


ARGO = """\
apiVersion: argoproj.io/v1alpha1
kind: Application
metadata: {{name: argocd}}
spec:
  source:
    repoURL: https://argoproj.github.io/argo-helm
    chart: argo-cd
    targetRevision: 8.0.0
    helm: {helm}
"""


@pytest.mark.parametrize(
    ("helm", "spots"),
    [
        ("{valuesObject: {configs: {cm: {a: b}}}}", ["MLB506 root/argo.yaml:9:37"]),
        ("{valuesObject: {server: {config: {a: b}}}}", ["MLB506 root/argo.yaml:9:36"]),
        ("{valuesObject: {global: {}}}", ["MLB506 root/argo.yaml:7:12"]),
        (f"{{valuesObject: {{configs: {{cm: {{{HEALTH}: x}}}}}}}}", []),
        ("{valueFiles: [$elsewhere/values.yaml]}", []),
    ],
)
def test_values_of_the_chart(helm: str, spots: list, repository: Callable) -> None:
    repo = repository(files(0, 1, argo=ARGO.format(helm=helm)))
    assert repo.spots("MLB506") == spots


def test_without_metallb_it_is_no_matter(repository: Callable) -> None:
    plain = {**files(0, 1, cm=CM + "  a: b\n"), "root/metallb.yaml": application("web", 0)}
    assert repository(plain).findings("MLB506") == []
