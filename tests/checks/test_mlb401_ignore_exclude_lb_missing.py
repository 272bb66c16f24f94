"""MLB401 in every way in which MetalLB can be installed."""

from __future__ import annotations

from collections.abc import Callable
from textwrap import dedent

import pytest

from mlblint.repo.versions import RELEASES

WAVE = 'annotations: {argocd.argoproj.io/sync-wave: "0"}'


def application(helm: str, version: str = "0.15.3", extra: str = "") -> str:
    return (
        "apiVersion: argoproj.io/v1alpha1\n"
        "kind: Application\n"
        f"metadata: {{name: metallb, {WAVE}}}\n"
        "spec:\n"
        "  source:\n"
        "    repoURL: https://metallb.github.io/metallb\n"
        "    chart: metallb\n"
        f"    targetRevision: {version}\n{helm}{extra}"
    )


def helm(text: str) -> str:
    return "".join(f"    {line}\n" for line in dedent(text).strip().split("\n"))


# What is there, where the finding points, and what the fix makes of it.
CARRIERS = {
    "values as text": (
        application(helm("helm:\n  values: |\n    speaker:\n      logLevel: info\n")),
        "f.yaml:11:9",
        application(
            helm(
                "helm:\n  values: |\n    speaker:\n      logLevel: info\n"
                "      ignoreExcludeLB: true\n"
            )
        ),
    ),
    "values as text, without a speaker": (
        application(helm("helm:\n  values: |-\n    crds:\n      enabled: true\n")),
        "f.yaml:10:7",
        application(
            helm(
                "helm:\n  values: |-\n    crds:\n      enabled: true\n"
                "    speaker:\n      ignoreExcludeLB: true\n"
            )
        ),
    ),
    "an object": (
        application(helm("helm:\n  valuesObject:\n    speaker:\n      logLevel: info\n")),
        "f.yaml:11:9",
        application(
            helm(
                "helm:\n  valuesObject:\n    speaker:\n      logLevel: info\n"
                "      ignoreExcludeLB: true\n"
            )
        ),
    ),
    "parameters": (
        application(
            helm('helm:\n  parameters:\n    - name: speaker.logLevel\n      value: "info"\n')
        ),
        "f.yaml:10:7",
        application(
            helm(
                'helm:\n  parameters:\n    - name: speaker.logLevel\n      value: "info"\n'
                '    - name: speaker.ignoreExcludeLB\n      value: "true"\n'
            )
        ),
    ),
    "no values at all": (
        application(""),
        "f.yaml:7:12",
        application(helm("helm:\n  valuesObject:\n    speaker:\n      ignoreExcludeLB: true\n")),
    ),
    "a HelmRelease": (
        dedent("""\
        apiVersion: helm.toolkit.fluxcd.io/v2
        kind: HelmRelease
        metadata:
          name: metallb
        spec:
          chart:
            spec:
              chart: metallb
              version: 0.15.x
          values:
            speaker:
              frr:
                enabled: false
        """),
        "f.yaml:11:5",
        dedent("""\
        apiVersion: helm.toolkit.fluxcd.io/v2
        kind: HelmRelease
        metadata:
          name: metallb
        spec:
          chart:
            spec:
              chart: metallb
              version: 0.15.x
          values:
            speaker:
              frr:
                enabled: false
              ignoreExcludeLB: true
        """),
    ),
    "a k3s HelmChart": (
        dedent("""\
        apiVersion: helm.cattle.io/v1
        kind: HelmChart
        metadata:
          name: metallb
        spec:
          repo: https://metallb.github.io/metallb
          chart: metallb
          version: 0.14.9
          valuesContent: |
            speaker:
              logLevel: warn
        """),
        "f.yaml:10:5",
        dedent("""\
        apiVersion: helm.cattle.io/v1
        kind: HelmChart
        metadata:
          name: metallb
        spec:
          repo: https://metallb.github.io/metallb
          chart: metallb
          version: 0.14.9
          valuesContent: |
            speaker:
              logLevel: warn
              ignoreExcludeLB: true
        """),
    ),
    "a speaker that is written out": (
        dedent("""\
        apiVersion: apps/v1
        kind: DaemonSet
        metadata:
          name: speaker
          namespace: metallb-system
        spec:
          template:
            spec:
              containers:
              - name: speaker
                image: quay.io/metallb/speaker:v0.15.3
                args:
                - --port=7472
                - --log-level=info
        """),
        "f.yaml:12:9",
        dedent("""\
        apiVersion: apps/v1
        kind: DaemonSet
        metadata:
          name: speaker
          namespace: metallb-system
        spec:
          template:
            spec:
              containers:
              - name: speaker
                image: quay.io/metallb/speaker:v0.15.3
                args:
                - --port=7472
                - --log-level=info
                - --ignore-exclude-lb
        """),
    ),
}


@pytest.mark.parametrize(("text", "place", "fixed"), CARRIERS.values(), ids=CARRIERS)
def test_carrier(text: str, place: str, fixed: str, repository: Callable) -> None:
    repo = repository({"f.yaml": text})
    assert repo.spots("MLB401") == [f"MLB401 {place}"]
    assert repo.fixed("MLB401") == {"f.yaml": fixed}
    assert repository({"f.yaml": fixed}).spots("MLB401") == []


def test_a_file_of_values(repository: Callable) -> None:
    repo = repository(
        {
            "apps/metallb.yaml": application(
                helm("""\
                helm:
                  valueFiles: [../values/metallb.yaml]
                """)
            ).replace("    chart: metallb\n", "    path: charts/metallb\n"),
            "charts/metallb/Chart.yaml": (
                "name: metallb\ndependencies:\n  - name: metallb\n    alias: lb\n"
                "    version: 0.15.3\n    repository: https://metallb.github.io/metallb\n"
            ),
            "charts/values/metallb.yaml": "lb:\n  speaker:\n    logLevel: info\n",
        }
    )
    assert repo.spots("MLB401") == ["MLB401 charts/values/metallb.yaml:2:3"]
    assert repo.fixed("MLB401") == {
        "charts/values/metallb.yaml": (
            "lb:\n  speaker:\n    logLevel: info\n    ignoreExcludeLB: true\n"
        )
    }


def test_an_umbrella_chart_that_nobody_installs(repository: Callable) -> None:
    repo = repository(
        {
            "metallb/Chart.yaml": (
                "name: lb\ndependencies:\n  - name: metallb\n    version: 0.15.3\n"
                "    repository: https://metallb.github.io/metallb\n"
            ),
            "metallb/values.yaml": "metallb:\n  crds:\n    enabled: true\n",
        }
    )
    assert repo.fixed("MLB401") == {
        "metallb/values.yaml": (
            "metallb:\n  crds:\n    enabled: true\n  speaker:\n    ignoreExcludeLB: true\n"
        )
    }


def test_a_chart_that_kustomize_inflates(repository: Callable) -> None:
    text = dedent("""\
    helmCharts:
      - name: metallb
        repo: https://metallb.github.io/metallb
        version: 0.15.3
        valuesInline:
          speaker:
            logLevel: info
    """)
    repo = repository({"metallb/kustomization.yaml": text})
    assert repo.spots("MLB401") == ["MLB401 metallb/kustomization.yaml:6:7"]
    assert repo.fixed("MLB401") == {
        "metallb/kustomization.yaml": text + "        ignoreExcludeLB: true\n"
    }


def test_manifests_from_metallbs_own_repository(repository: Callable) -> None:
    remote = "resources: ['github.com/metallb/metallb/config/native?ref=v0.15.2']\n"
    (finding,) = repository({"metallb/kustomization.yaml": remote}).findings("MLB401")
    assert (finding.location.path, finding.location.start) == (
        "metallb/kustomization.yaml",
        (1, 13),
    )
    assert finding.fix is None
    patched = remote + dedent("""\
    patches:
      - target: {kind: DaemonSet, name: speaker}
        patch: |
          - op: add
            path: /spec/template/spec/containers/0/args/-
            value: --ignore-exclude-lb
    """)
    assert repository({"metallb/kustomization.yaml": patched}).findings("MLB401") == []


@pytest.mark.parametrize(
    "text",
    [
        application("", "0.14.3"),
        application("", "0.13.x"),
        application("", "main").replace("metallb.github.io/metallb", "charts.example.com"),
        # Another publisher counts in another way.
        application("", "6.4.7").replace("metallb.github.io/metallb", "charts.example.com"),
        application(helm("helm:\n  values: |\n    speaker:\n      ignoreExcludeLB: true\n")),
        application(helm("helm:\n  valueFiles: [values-talos.yaml]\n")),
        application(helm("helm:\n  values: |\n    speaker:\n      enabled: false\n")),
        application(helm("helm:\n  values: |\n    {{ template }}: [\n")),
        application(
            helm(
                "helm:\n  parameters: [{name: speaker.ignoreExcludeLB, value: 'true'}]\n"
                "  values: |\n    speaker: {}\n"
            )
        ),
    ],
)
def test_is_silent(text: str, repository: Callable) -> None:
    assert repository({"f.yaml": text}).findings("MLB401") == []


def test_a_value_that_somebody_set_to_false_is_changed_only_on_demand(
    repository: Callable,
) -> None:
    text = application(helm("helm:\n  values: |\n    speaker: {ignoreExcludeLB: false}\n"))
    repo = repository({"f.yaml": text})
    assert repo.spots("MLB401") == ["MLB401 f.yaml:11:36"]
    assert repo.fixed("MLB401") == {}
    assert repo.fixed("MLB401", unsafe=True) == {"f.yaml": text.replace("false", "true")}


def test_values_in_double_quotes_are_reported_and_left_alone(repository: Callable) -> None:
    text = application(helm('helm:\n  values: "speaker:\\n  logLevel: info\\n"\n'))
    (finding,) = repository({"f.yaml": text}).findings("MLB401")
    assert finding.fix is None
    assert "double-quoted" in (finding.unfixable or "")


def test_a_key_in_the_wrong_place_is_another_rules(repository: Callable) -> None:
    text = application(helm("helm:\n  values: |\n    ignoreExcludeLB: true\n"))
    repo = repository({"f.yaml": text})
    assert repo.spots("MLB401", "MLB404") == ["MLB404 f.yaml:11:9"]
    moved = repo.fixed("MLB401", "MLB404", unsafe=True)
    assert moved == {
        "f.yaml": text.replace(
            "        ignoreExcludeLB: true\n",
            "        speaker:\n          ignoreExcludeLB: true\n",
        )
    }
    # One that is off would not help anywhere.
    off = repository({"f.yaml": text.replace("LB: true", "LB: false")})
    assert off.spots("MLB401") == ["MLB401 f.yaml:10:7"]


@pytest.mark.parametrize(
    ("version", "called"),
    [
        ("0.15.3", "MetalLB 0.15.3 is installed"),
        ("'=0.15.3'", "MetalLB 0.15.3 is installed"),
        ("0.15.x", "MetalLB 0.15.3 (the newest known, as `0.15.x` is asked for) is installed"),
        ("'*'", f"MetalLB {RELEASES[-1]} (the newest known, as no version is fixed) is installed"),
    ],
)
def test_a_version_that_is_not_fixed_is_not_claimed_to_run(
    version: str, called: str, repository: Callable
) -> None:
    kustomization = (
        "helmCharts:\n- name: metallb\n  repo: https://metallb.github.io/metallb\n"
        f"  releaseName: metallb\n  namespace: lb\n  version: {version}\n"
    )
    (finding,) = repository({"kustomization.yaml": kustomization}).findings("MLB401")
    assert finding.message.startswith(called)
    known = {".mlblint.yaml": "metallb: {version: 0.15.1}\n", "kustomization.yaml": kustomization}
    (finding,) = repository(known).findings("MLB401")
    assert finding.message.startswith("MetalLB 0.15.1 is installed")


@pytest.mark.parametrize(
    ("tags", "found"),
    [
        ({}, 1),
        ({"controller": "v0.14.9", "speaker": "v0.14.9"}, 1),
        # Its speaker would not start with the argument that the chart would give it.
        ({"controller": "v0.14.3", "speaker": "v0.14.3"}, 0),
        ({"speaker": "v0.14.3"}, 0),
        ({"controller": "v0.15.3", "speaker": "main"}, 0),
    ],
)
def test_other_images_than_the_charts_own(
    tags: dict[str, str], found: int, repository: Callable
) -> None:
    images = "".join(f"      {one}: {{image: {{tag: {tag}}}}}\n" for one, tag in tags.items())
    repo = repository({"f.yaml": application(f"    helm:\n     valuesObject:\n{images}")})
    assert len(repo.findings("MLB401")) == found


def test_the_chart_reads_the_same_values_with_other_images(repository: Callable) -> None:
    values = "{controller: {image: {tag: v0.14.3}}, speaker: {image: {tag: v0.14.3}}, tls: {a: b}}"
    files = {"f.yaml": application(f"    helm: {{valuesObject: {values}}}\n", "0.16.1")}
    assert [f.message.split(":")[0] for f in repository(files).findings("MLB404")] == [
        "`tls.a` is no value of this chart"
    ]


TEMPLATE = """\
apiVersion: argoproj.io/v1alpha1
kind: ApplicationSet
metadata: {name: charts}
spec:
  generators:
    - list:
        elements: [{name: metallb}, {name: web}]
  template:
    metadata: {name: '{{name}}'}
    spec:
      source:
        repoURL: https://git.example.com/cluster
        path: '{{name}}'
        helm:
          releaseName: '{{name}}'
"""
WRAPPER = """\
name: metallb
version: 1.0.0
dependencies:
  - {name: metallb, version: 0.15.3, repository: https://metallb.github.io/metallb}
"""


def test_a_template_of_several_applications_is_no_place_for_a_value(repository: Callable) -> None:
    files = {
        "set.yaml": TEMPLATE,
        "metallb/Chart.yaml": WRAPPER,
        "web/Chart.yaml": "name: web\nversion: 1.0.0\n",
    }
    (finding,) = repository(files).findings("MLB401")
    assert (finding.location.path, finding.fix) == ("metallb/Chart.yaml", None)
    alone = TEMPLATE.replace("path: '{{name}}'", "path: metallb").replace(", {name: web}", "")
    (finding,) = repository({**files, "set.yaml": alone}).findings("MLB401")
    assert finding.fix is not None
