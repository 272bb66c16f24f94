"""MLB405: values with which the chart does not render."""

from __future__ import annotations

from collections.abc import Callable
from textwrap import dedent, indent

import pytest

MLB = "MLB405"
URL = "https://metallb.github.io/metallb"


def release(values: str, version: str = "0.15.3") -> str:
    """The values begin in line 11, behind eight blanks."""
    head = dedent(f"""\
        apiVersion: argoproj.io/v1alpha1
        kind: Application
        metadata: {{name: metallb}}
        spec:
          source:
            repoURL: {URL}
            chart: metallb
            targetRevision: {version}
            helm:
              valuesObject:
        """)
    return head + indent(dedent(values), "        ")


# Values, the release, the place, and how the message begins.
REFUSED: dict[str, tuple[str, str, str, str]] = {
    "a boolean in quotes": (
        'speaker: {frr: {enabled: "false"}}\n',
        "0.15.3",
        "11:34",
        "`speaker.frr.enabled`: expected true or false",
    ),
    "a port in quotes": (
        'prometheus: {metricsPort: "7472"}\n',
        "0.15.3",
        "11:35",
        "`prometheus.metricsPort`: expected a whole number",
    ),
    "another level": (
        "speaker: {logLevel: verbose}\n",
        "0.15.3",
        "11:29",
        "`speaker.logLevel`: expected `all`, `debug`",
    ),
    "a tag that is a number": (
        "speaker: {image: {tag: 0.15}}\n",
        "0.15.3",
        "11:32",
        "`speaker.image.tag`: expected a text",
    ),
    "an interval": (
        "prometheus: {serviceMonitor: {interval: 30s}}\n",
        "0.15.3",
        "11:49",
        "`prometheus.serviceMonitor.interval`: expected a whole number",
    ),
    "Secrets by name": (
        "imagePullSecrets: [registry]\n",
        "0.15.3",
        "11:28",
        "`imagePullSecrets[0]`: expected a mapping",
    ),
    "a Secret with more than a name": (
        "imagePullSecrets: [{name: a, space: b}]\n",
        "0.15.3",
        "11:38",
        "`imagePullSecrets[0].space`: unknown key `space`",
    ),
    "a map for a list": (
        "speaker: {tolerations: {key: a}}\n",
        "0.15.3",
        "11:32",
        "`speaker.tolerations`: expected a list",
    ),
    "of an unknown release": (
        'speaker: {enabled: "true"}\n',
        "'{{ version }}'",
        "11:28",
        "`speaker.enabled`: expected true or false",
    ),
    "frr-k8s beside the FRR that is there by default": (
        "frrk8s: {enabled: true}\n",
        "0.15.3",
        "11:27",
        "MetalLB's chart 0.15.3 has FRR in the speaker and frr-k8s",
    ),
    "FRR beside the frr-k8s that is there by default": (
        "speaker: {frr: {enabled: true}}\n",
        "0.16.0",
        "11:34",
        "MetalLB's chart 0.16.0 has FRR in the speaker and frr-k8s",
    ),
    "both, in an unknown release": (
        "speaker: {frr: {enabled: true}}\nfrrk8s: {enabled: true}\n",
        "'{{ version }}'",
        "11:34",
        "MetalLB's chart has FRR in the speaker and frr-k8s",
    ),
    "frr-k8s of one's own and another's": (
        "speaker: {frr: {enabled: false}}\n"
        "frrk8s: {enabled: true, external: true, namespace: frr}\n",
        "0.15.3",
        "12:43",
        "MetalLB's chart 0.15.3 is to install frr-k8s and to use one",
    ),
    "another's frr-k8s, nowhere": (
        "speaker: {frr: {enabled: false}}\nfrrk8s: {external: true}\n",
        "0.15.3",
        "12:28",
        "MetalLB's chart 0.15.3 is not told where the frr-k8s runs",
    ),
    "two kinds of monitors": (
        "prometheus:\n  rbacPrometheus: false\n  podMonitor: {enabled: true}\n"
        "  serviceMonitor: {enabled: true}\n",
        "0.14.9",
        "14:37",
        "a PodMonitor and ServiceMonitors are switched on at once",
    ),
    "a monitor for nobody": (
        "prometheus: {podMonitor: {enabled: true}, namespace: monitoring}\n",
        "0.15.3",
        "11:44",
        "`prometheus.podMonitor` is switched on, and `prometheus.serviceAccount`",
    ),
    "some nodes without a member list": (
        "speaker: {nodeSelector: {lan: a}, memberlist: {enabled: false}}\n",
        "0.15.0",
        "11:33",
        "`speaker.nodeSelector` leaves out nodes",
    ),
}


@pytest.mark.parametrize(("values", "version", "place", "words"), REFUSED.values(), ids=REFUSED)
def test_refused(values: str, version: str, place: str, words: str, repository: Callable) -> None:
    (finding,) = repository({"f.yaml": release(values, version)}).findings(MLB)
    assert finding.message.startswith(words)
    assert finding.message.endswith(
        "Helm refuses to render the chart, and nothing is installed or updated"
    )
    start = finding.location.start
    assert f"{start.line}:{start.column}" == place
    assert (finding.severity, finding.judges, finding.fix) == ("error", "delivery", None)


@pytest.mark.parametrize(
    ("values", "version"),
    [
        ("speaker: {frr: {enabled: false}, image: {tag:}}\n", "0.15.3"),
        ("speaker: {frr: {enabled: '{{ frr }}'}}\n", "0.15.3"),
        ("frrk8s: {enabled: true}\nspeaker: {frr: {enabled: false}}\n", "0.15.3"),
        ("frrk8s: {enabled: true}\n", "0.16.1"),
        ("frrk8s: {enabled: true}\n", "'{{ version }}'"),
        ("frrk8s: {enabled: false}\nspeaker: {frr: {enabled: true}}\n", "0.16.1"),
        # Before there was frr-k8s its values meant nothing.
        ("frrk8s: {enabled: true}\nspeaker: {frr: {enabled: true}}\n", "0.13.12"),
        ("speaker: {nodeSelector: {lan: a}, memberlist: {enabled: false}}\n", "0.14.9"),
        (
            "prometheus:\n  rbacPrometheus: false\n  podMonitor: {enabled: true}\n"
            "  serviceMonitor: {enabled: true}\n",
            "0.14.8",
        ),
        (
            "prometheus: {podMonitor: {enabled: true}, namespace: a, serviceAccount: b}\n",
            "0.15.3",
        ),
        # The schema does not look at the controller, and no template minds.
        ("controller: {enabled: 'true', logLevel: verbose}\n", "0.15.3"),
        ("crds: {enabled: 'true'}\n", "6.4.7"),
    ],
)
def test_renders(values: str, version: str, repository: Callable) -> None:
    text = release(values, version)
    if version == "6.4.7":
        text = text.replace(URL, "https://charts.example.com")
    assert repository({"f.yaml": text}).findings(MLB) == []


def test_a_text_that_says_false(repository: Callable) -> None:
    (finding,) = repository({"f.yaml": release('speaker:\n  ignoreExcludeLB: "false"\n')}).findings(
        MLB
    )
    assert finding.severity == "warning"
    assert "every text that is not empty is true" in finding.message


def parameters(*pairs: str, values: str = "{}") -> str:
    text = release("").replace("valuesObject:", f"valuesObject: {values}\n      parameters:")
    return text + "".join(f"        - {pair}\n" for pair in pairs)


def test_parameters_are_typed_unless_they_are_forced_to_be_texts(repository: Callable) -> None:
    plain = parameters('{name: crds.enabled, value: "true"}')
    assert repository({"f.yaml": plain}).findings(MLB) == []
    forced = parameters('{name: crds.enabled, value: "true", forceString: true}')
    assert repository({"f.yaml": forced}).spots(MLB) == ["MLB405 f.yaml:12:39"]


def test_what_a_later_layer_replaces_does_not_matter(repository: Callable) -> None:
    text = parameters('{name: crds.enabled, value: "true"}', values='{crds: {enabled: "true"}}')
    assert repository({"f.yaml": text}).findings(MLB) == []


def test_values_that_are_not_all_here_may_switch_off_the_other(repository: Callable) -> None:
    text = release("frrk8s: {enabled: true}\n").replace(
        "    helm:\n", "    helm:\n      valueFiles: [elsewhere.yaml]\n"
    )
    assert repository({"f.yaml": text}).findings(MLB) == []


def test_an_umbrella_chart(repository: Callable) -> None:
    repo = repository(
        {
            "lb/Chart.yaml": (
                "name: lb\ndependencies:\n  - name: metallb\n    version: 0.16.1\n"
                f"    repository: {URL}\n"
            ),
            "lb/values.yaml": "metallb:\n  speaker:\n    frr:\n      enabled: true\n",
        }
    )
    assert repo.spots(MLB) == ["MLB405 lb/values.yaml:4:16"]


PARAMETERS = """\
apiVersion: argoproj.io/v1alpha1
kind: Application
metadata: {name: metallb}
spec:
  source:
    repoURL: https://metallb.github.io/metallb
    chart: metallb
    targetRevision: 0.15.3
    helm:
      parameters:
        - name: speaker.ignoreExcludeLB
          value: %s
"""


@pytest.mark.parametrize(
    ("written", "found", "quoted"),
    [
        ("true", True, '"true"'),
        ("False", True, '"false"'),
        ("1", True, None),
        ('"true"', False, None),
        ("null", False, None),
    ],
)
def test_parameters_are_texts(
    written: str, found: bool, quoted: str | None, repository: Callable
) -> None:
    repo = repository({"a.yaml": PARAMETERS % written})
    assert repo.spots(MLB) == ["MLB405 a.yaml:12:18"] * found
    assert repo.fixed(MLB) == ({"a.yaml": PARAMETERS % quoted} if quoted else {})


def test_what_becomes_of_a_parameter_that_is_no_text(repository: Callable) -> None:
    (finding,) = repository({"a.yaml": PARAMETERS % "true"}).findings(MLB)
    assert finding.message == (
        "`speaker.ignoreExcludeLB`: expected a text; found true, which is none without quotes. The "
        "API server refuses the Application as a whole, and Argo CD neither installs nor updates "
        "anything of it"
    )
