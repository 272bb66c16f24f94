"""MLB404: values that a chart does not read."""

from __future__ import annotations

from collections.abc import Callable
from textwrap import dedent, indent

import pytest

MLB = "MLB404"


def release(values: str, version: str = "0.15.3") -> str:
    """A HelmRelease; its values begin in line 11."""
    head = dedent(f"""\
        apiVersion: helm.toolkit.fluxcd.io/v2
        kind: HelmRelease
        metadata:
          name: lb
        spec:
          chart:
            spec:
              chart: metallb
              version: {version}
          values:
        """)
    return head + indent(dedent(values), "    ")


# What is given, the release, how the finding begins, its line, and the values after the fix.
UNREAD: dict[str, tuple[str, str, str, int, str | None]] = {
    "pools": (
        "ipAddressPools: [{name: a}]\n",
        "0.15.3",
        "`ipAddressPools` is no value of this chart in any release",
        11,
        None,
    ),
    "advertisements": (
        "l2Advertisements: [{}]\n",
        "0.15.3",
        "`l2Advertisements` is no value of this chart in any release",
        11,
        None,
    ),
    "pools among the custom resource definitions": (
        "crds:\n  ippools: [{}]\n",
        "0.15.3",
        "`crds.ippools` is no value of this chart in any release",
        12,
        None,
    ),
    "the switch of the label, at the top": (
        "ignoreExcludeLB: true\n",
        "0.15.3",
        "`ignoreExcludeLB` stands in the wrong place",
        11,
        "speaker:\n  ignoreExcludeLB: true\n",
    ),
    "the switch of the label, as an argument": (
        "speaker:\n  logLevel: info\n  ignore-exclude-lb: true\n",
        "0.15.3",
        "`speaker.ignore-exclude-lb` stands in the wrong place",
        13,
        "speaker:\n  logLevel: info\n  ignoreExcludeLB: true\n",
    ),
    "the switch of the label, given twice": (
        "ignoreExcludeLB: true\nspeaker:\n  ignoreExcludeLB: false\n",
        "0.15.3",
        "`ignoreExcludeLB` stands in the wrong place",
        11,
        None,
    ),
    "the switch of frr-k8s": (
        "frr-k8s:\n  enabled: false\n",
        "0.16.1",
        "`frr-k8s.enabled` is a value of no chart",
        12,
        "frrk8s:\n  enabled: false\n",
    ),
    "the switch of frr-k8s, on": (
        "frr-k8s:\n  enabled: true\n",
        "0.15.3",
        "`frr-k8s.enabled` is a value of no chart",
        12,
        None,
    ),
    "a later key": (
        "speaker:\n  ignoreExcludeLB: true\n",
        "0.14.3",
        "`speaker.ignoreExcludeLB` came with release 0.14.4",
        12,
        None,
    ),
    "a former key": (
        "controller:\n  tlsMinVersion: VersionTLS13\n",
        "0.16.1",
        "`controller.tlsMinVersion` was given up with release 0.16.0",
        12,
        "tls:\n  minVersion: VersionTLS13\n",
    ),
    "another case": (
        "Speaker:\n  logLevel: info\n",
        "0.15.3",
        "`Speaker` is not spelt like `speaker`",
        11,
        "speaker:\n  logLevel: info\n",
    ),
    "one level too high": (
        "memberlist:\n  enabled: false\n",
        "0.15.3",
        "`memberlist` stands in the wrong place; it is read as `speaker.memberlist`",
        11,
        None,
    ),
    "one level too deep": (
        "metallb:\n  speaker: {logLevel: info}\n",
        "0.15.3",
        "`metallb` is a level too deep",
        11,
        None,
    ),
    "misspelt": (
        "speaker:\n  toleratins: [{}]\n",
        "0.15.3",
        "`speaker.toleratins` is no value of this chart",
        12,
        None,
    ),
    "of an unknown release": (
        "speaker:\n  toleratins: [{}]\n",
        "'{{ version }}'",
        "`speaker.toleratins` is no value of this chart",
        12,
        None,
    ),
    "the old ConfigMap": (
        "existingConfigMap: pools\n",
        "0.15.3",
        "`existingConfigMap` has not been supported since MetalLB 0.13.0",
        11,
        None,
    ),
}


@pytest.mark.parametrize(
    ("values", "version", "words", "line", "fixed"), UNREAD.values(), ids=UNREAD
)
def test_unread(
    values: str, version: str, words: str, line: int, fixed: str | None, repository: Callable
) -> None:
    repository_of_chart = "\n".join(
        [
            "apiVersion: source.toolkit.fluxcd.io/v1",
            "kind: HelmRepository",
            "metadata: {name: mlb}",
            "spec: {url: https://metallb.github.io/metallb}",
            "",
        ]
    )
    text = release(values, version).replace(
        f"      version: {version}\n",
        f"      version: {version}\n      sourceRef: {{kind: HelmRepository, name: mlb}}\n",
    )
    repo = repository({"f.yaml": text, "repository.yaml": repository_of_chart})
    (finding,) = repo.findings(MLB)
    assert finding.message.startswith(words)
    assert finding.location.start.line == line + 1
    assert (finding.severity, finding.judges) == ("warning", "reachability")
    assert repo.fixed(MLB) == {}
    after = text.replace(indent(values, "    "), indent(fixed or "", "    "))
    assert repo.fixed(MLB, unsafe=True) == ({"f.yaml": after} if fixed else {})


@pytest.mark.parametrize(
    ("version", "severity"),
    [("0.13.2", ["warning"]), ("0.13.3", ["error"]), ("0.16.1", ["error"]), ("0.12.1", [])],
)
def test_pools_in_the_values_by_release(
    version: str, severity: list[str], repository: Callable
) -> None:
    text = release("configInline: {address-pools: []}\n", version)
    assert [f.severity for f in repository({"f.yaml": text}).findings(MLB)] == severity


@pytest.mark.parametrize(
    ("values", "version"),
    [
        ("speaker: {ignoreExcludeLB: true}\n", "0.14.4"),
        # Nothing looks at the label before 0.14.0.
        ("speaker: {ignoreExcludeLB: true}\n", "0.13.12"),
        ("speaker: {resources: {limits: {cpu: 1}}, affinity: {any: {thing: 1}}}\n", "0.15.3"),
        (
            "controller: {securityContext: {runAsGroup: 1}, strategy: {rollingUpdate: {}}}\n",
            "0.15.3",
        ),
        ("frr-k8s: {prometheus: {anything: 1}}\n", "0.15.3"),
        ("global: {imageRegistry: quay.io}\n", "0.15.3"),
        ("configInline: {}\nexistingConfigMap: ''\nipAddressPools: []\n", "0.15.3"),
        ("psp: {create: false}\n", "0.15.3"),
        ("prometheus: {rbacProxy: {tag: v0.12.0}}\n", "0.16.0"),
        ("speaker: {secretName: a, command: /speaker}\nconfigInline: {a: b}\n", "0.12.1"),
        ("speaker: {anything: 1}\n", "0.11.0"),
        ("speaker: {anything: 1}\n", "0.17.0"),
        ("anything: 1\n", "6.4.7"),
    ],
)
def test_is_silent(values: str, version: str, repository: Callable) -> None:
    assert repository({"f.yaml": release(values, version)}).findings(MLB) == []


def application(helm: str) -> str:
    head = dedent("""\
        apiVersion: argoproj.io/v1alpha1
        kind: Application
        metadata: {name: metallb}
        spec:
          source:
            repoURL: https://metallb.github.io/metallb
            chart: metallb
            targetRevision: 0.15.3
            helm:
        """)
    return head + indent(dedent(helm), "      ")


def test_parameters(repository: Callable) -> None:
    text = application("""\
        parameters:
          - name: ignoreExcludeLB
            value: "true"
          - name: ipAddressPools[0].name
            value: quay
        """)
    repo = repository({"f.yaml": text})
    assert repo.spots(MLB) == ["MLB404 f.yaml:12:18", "MLB404 f.yaml:14:18"]
    assert repo.fixed(MLB, unsafe=True) == {
        "f.yaml": text.replace("name: ignore", "name: speaker.ignore")
    }


def test_values_as_text_in_an_application(repository: Callable) -> None:
    text = application("""\
        values: |
          # The label is everywhere here.
          speaker:
            logLevel: info
            IgnoreExcludeLb: true # all of them
        """)
    repo = repository({"f.yaml": text})
    assert repo.spots(MLB) == ["MLB404 f.yaml:14:11"]
    assert repo.fixed(MLB, unsafe=True) == {
        "f.yaml": text.replace("IgnoreExcludeLb", "ignoreExcludeLB")
    }


UMBRELLA = (
    "name: lb\ndependencies:\n  - name: metallb\n    alias: mlb\n    version: 0.15.3\n"
    "    repository: https://metallb.github.io/metallb\n"
)


def test_values_outside_the_dependency(repository: Callable) -> None:
    values = "speaker:\n  ignoreExcludeLB: true\nmlb:\n  ipAddressPools: [{name: quay}]\n"
    repo = repository({"lb/Chart.yaml": UMBRELLA, "lb/values.yaml": values})
    assert repo.spots(MLB) == ["MLB404 lb/values.yaml:1:1", "MLB404 lb/values.yaml:4:3"]
    assert "stands outside `mlb`" in repo.findings(MLB)[0].message


def test_templates_of_the_umbrella_may_read_what_the_dependency_does_not(
    repository: Callable,
) -> None:
    values = "speaker:\n  ignoreExcludeLB: true\nmlb:\n  ipAddressPools: [{name: quay}]\n"
    template = (
        "{{- range .Values.mlb.ipAddressPools }}\nkind: IPAddressPool\n{{- end }}\n"
        "a: {{ .Values.speaker.ignoreExcludeLB }}\n"
    )
    repo = repository(
        {"lb/Chart.yaml": UMBRELLA, "lb/values.yaml": values, "lb/templates/pool.yaml": template}
    )
    assert repo.findings(MLB) == []


SERVICES = {
    "an additional Service of Traefik": (
        "traefik",
        "https://traefik.github.io/charts",
        "service:\n  additionalServices:\n    vpn:\n      loadBalancerIP: 192.0.2.1\n",
        ["MLB404 f.yaml:14:15"],
    ),
    "Traefik as it should be": (
        "traefik",
        "https://traefik.github.io/charts",
        "service:\n  spec:\n    loadBalancerIP: 192.0.2.1\n",
        [],
    ),
    "somebody else's Traefik": (
        "traefik",
        "https://charts.example.com",
        "service:\n  loadBalancerIP: 192.0.2.1\n",
        [],
    ),
    "ingress-nginx": (
        "ingress-nginx",
        "https://kubernetes.github.io/ingress-nginx",
        "controller:\n  service:\n    spec:\n      loadBalancerIP: 192.0.2.1\n",
        ["MLB404 f.yaml:14:15"],
    ),
}


@pytest.mark.parametrize(("chart", "url", "values", "spots"), SERVICES.values(), ids=SERVICES)
def test_services_of_ingress_controllers(
    chart: str, url: str, values: str, spots: list[str], repository: Callable
) -> None:
    text = (
        application("valuesObject:\n" + indent(values, "  "))
        .replace("https://metallb.github.io/metallb", url)
        .replace("chart: metallb", f"chart: {chart}")
        .replace("0.15.3", "34.0.0")
    )
    assert repository({"f.yaml": text}).spots(MLB) == spots


def test_a_field_of_traefiks_service_moves(repository: Callable) -> None:
    text = application(
        "valuesObject:\n  service:\n    type: LoadBalancer\n    loadBalancerIP: 192.0.2.1\n"
    ).replace("metallb.github.io/metallb", "traefik.github.io/charts")
    text = text.replace("chart: metallb", "chart: traefik").replace("0.15.3", "34.0.0")
    moved = text.replace(
        "          loadBalancerIP: 192.0.2.1\n",
        "          spec:\n            loadBalancerIP: 192.0.2.1\n",
    )
    assert repository({"f.yaml": text}).fixed(MLB, unsafe=True) == {"f.yaml": moved}


@pytest.mark.parametrize("level", ["chart", "chart.spec"])
def test_values_of_a_helm_release_below_its_chart(level: str, repository: Callable) -> None:
    inside = "      " if level == "chart.spec" else "    "
    text = release("").replace("  values:\n", f"{inside}values: {{speaker: {{}}}}\n")
    (finding,) = repository({"release.yaml": text}).findings(MLB)
    assert (finding.severity, finding.location.start.line) == ("error", 10)
    assert finding.message.startswith(f"HelmRelease has no field `spec.{level}.values`")
    assert finding.help == "move it to `spec.values`"
    other = text.replace("chart: metallb", "chart: blog")
    assert repository({"release.yaml": other}).findings(MLB) == []


@pytest.mark.parametrize(
    ("written", "field", "line"),
    [
        ("  values: {a: b}\n  source:\n", "spec.values", 6),
        ("  helm: {values: 'a: b'}\n  source:\n", "spec.helm.values", 6),
        ("  source:\n    values: {a: b}\n", "spec.source.values", 7),
    ],
)
def test_values_of_an_application_outside_of_helm(
    written: str, field: str, line: int, repository: Callable
) -> None:
    text = (
        "apiVersion: argoproj.io/v1alpha1\nkind: Application\nmetadata:\n  name: lb\nspec:\n"
        f"{written}    repoURL: https://metallb.github.io/metallb\n    chart: metallb\n"
        "    targetRevision: 0.15.3\n"
    )
    (finding,) = repository({"app.yaml": text}).findings(MLB)
    assert finding.location.start.line == line
    assert f"Application has no field `{field}`" in finding.message
    assert finding.help == "move it to `spec.source.helm.values`"


FROM_A_FILE = """\
apiVersion: argoproj.io/v1alpha1
kind: Application
metadata:
  name: lb
spec:
  source:
    repoURL: https://metallb.github.io/metallb
    chart: metallb
    targetRevision: 0.15.3
    helm:
      valueFiles: [{entry}]
"""


@pytest.mark.parametrize("entry", ["./values.yaml", "values.yaml", "more/lan.yaml"])
def test_a_file_beside_an_application_is_not_in_its_chart(entry: str, repository: Callable) -> None:
    files = {
        "apps/lb.yaml": FROM_A_FILE.format(entry=entry),
        "apps/values.yaml": "speaker: {}\n",
        "apps/more/lan.yaml": "speaker: {}\n",
    }
    repo = repository(files)
    (finding,) = repo.findings(MLB)
    assert repo.spots(MLB) == [f"{MLB} apps/lb.yaml:11:20"]
    assert finding.message.startswith(f"`{entry}` is looked for inside of the chart metallb")
    # The chart's own values say nothing of the label; what other files of it say is not known.
    assert bool(repo.findings("MLB401")) == entry.endswith("values.yaml")


def test_a_file_of_the_chart_is_none_of_this_repository(repository: Callable) -> None:
    files = {
        "apps/lb.yaml": FROM_A_FILE.format(entry="values-lan.yaml"),
        "apps/values.yaml": "speaker: {}\n",
    }
    assert repository(files).findings(MLB) == []


BITNAMI = """\
apiVersion: helm.cattle.io/v1
kind: HelmChart
metadata: {{name: metallb, namespace: kube-system}}
spec:
  chart: metallb
  repo: {repo}
  {version}
  valuesContent: |
    configInline:
      address-pools: [{{name: lan, protocol: layer2, addresses: [10.4.0.10-10.4.0.30]}}]
"""
BITNAMIS_CHARTS = "https://charts.bitnami.com/bitnami"


@pytest.mark.parametrize("version", ["", "version: 4.1.14", "version: ^6.0.0", "version: 5.x"])
def test_bitnamis_chart_reads_custom_resources(version: str, repository: Callable) -> None:
    files = {"f.yaml": BITNAMI.format(repo=BITNAMIS_CHARTS, version=version)}
    (finding,) = repository(files).findings(MLB)
    assert (finding.location.start.line, finding.severity) == (9, "warning")
    assert "Bitnami's chart since its release 4.0.0" in finding.message


@pytest.mark.parametrize(
    ("repo", "version"),
    [
        (BITNAMIS_CHARTS, "version: 3.0.12"),
        (BITNAMIS_CHARTS, "version: ^2"),
        (BITNAMIS_CHARTS, "version: '>=2.0.0 <4'"),
        (BITNAMIS_CHARTS, "version: '${VERSION}'"),
        ("https://charts.example.org/stable", ""),
    ],
)
def test_older_ones_and_those_of_others_may_read_it(
    repo: str, version: str, repository: Callable
) -> None:
    files = {"f.yaml": BITNAMI.format(repo=repo, version=version)}
    assert not repository(files).findings(MLB)
