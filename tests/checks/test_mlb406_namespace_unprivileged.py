"""MLB406: who makes the namespace, what the repository shows of the cluster, and the fix."""

from __future__ import annotations

from collections.abc import Callable

import pytest

RELEASE = """\
apiVersion: helm.toolkit.fluxcd.io/v2
kind: HelmRelease
metadata: {name: metallb, namespace: infra}
spec:
  chart: {spec: {chart: metallb, version: 0.15.3}}
"""
NAMESPACE = """\
apiVersion: v1
kind: Namespace
metadata:
  name: infra
"""
APPLICATION = """\
apiVersion: argoproj.io/v1alpha1
kind: Application
metadata: {name: metallb}
spec:
  source: {repoURL: https://metallb.github.io/metallb, chart: metallb, targetRevision: 0.15.3}
  destination: {namespace: infra}
"""
TALOS = {"talos/controlplane.yaml": "machine: {type: controlplane}\n"}


def labelled(value: str) -> str:
    return NAMESPACE + f"  labels:\n    pod-security.kubernetes.io/enforce: {value}\n"


def found(repository: Callable, files: dict) -> list[tuple[str, str]]:
    return [(f.location.path, f.severity) for f in repository(files).findings("MLB406")]


@pytest.mark.parametrize(
    ("namespace", "severity"),
    [
        (NAMESPACE, "info"),
        (NAMESPACE + "  labels: {a: b}\n", "info"),
        (labelled("restricted"), "warning"),
        (labelled("baseline"), "warning"),
        (labelled("privileged"), None),
        (labelled('"${LEVEL}"'), None),
    ],
)
def test_a_manifest(namespace: str, severity: str | None, repository: Callable) -> None:
    expected = [("ns.yaml", severity)] if severity else []
    assert found(repository, {"release.yaml": RELEASE, "ns.yaml": namespace}) == expected


def test_a_namespace_that_is_made_elsewhere(repository: Callable) -> None:
    files = {"release.yaml": RELEASE, "ns.yaml": NAMESPACE.replace("infra", "other")}
    assert found(repository, files) == []


def test_no_speaker(repository: Callable) -> None:
    release = RELEASE + "  values: {speaker: {enabled: false}}\n"
    assert found(repository, {"release.yaml": release, "ns.yaml": NAMESPACE}) == []


def test_values_that_are_not_known_say_nothing(repository: Callable) -> None:
    release = RELEASE + "  valuesFrom: [{kind: Secret, name: metallb}]\n"
    assert found(repository, {"release.yaml": release, "ns.yaml": NAMESPACE}) == []


def test_upstream_manifests_bring_their_own(repository: Callable) -> None:
    url = "https://github.com/metallb/metallb/config/native?ref=v0.15.3"
    files = {
        "kustomization.yaml": f"resources: [{url}, ns.yaml]\n",
        "ns.yaml": NAMESPACE.replace("infra", "metallb-system"),
    }
    assert found(repository, files) == []


def test_a_kustomization_gives_the_label(repository: Callable) -> None:
    labels = "labels: [{pairs: {pod-security.kubernetes.io/enforce: privileged}}]\n"
    files = {
        "kustomization.yaml": "resources: [release.yaml, ns.yaml]\n" + labels,
        "release.yaml": RELEASE,
        "ns.yaml": NAMESPACE,
    }
    assert found(repository, files) == []


CREATE = "  syncPolicy:\n    syncOptions: [CreateNamespace=true]\n"
MANAGED = "    managedNamespaceMetadata:\n      labels:\n"
LABEL = "        pod-security.kubernetes.io/enforce: privileged\n"


@pytest.mark.parametrize(
    ("policy", "count"),
    [
        ("", 0),
        ("  syncPolicy: {syncOptions: [CreateNamespace=false]}\n", 0),
        (CREATE, 1),
        (CREATE + MANAGED + "        a: b\n", 1),
        (CREATE + MANAGED + LABEL, 0),
    ],
)
def test_argo_cd_makes_it(policy: str, count: int, repository: Callable) -> None:
    assert len(found(repository, {"app.yaml": APPLICATION + policy})) == count


def test_the_label_in_either_place_is_enough(repository: Callable) -> None:
    files = {"app.yaml": APPLICATION + CREATE, "ns.yaml": labelled("privileged")}
    assert found(repository, files) == []
    files = {"app.yaml": APPLICATION + CREATE + MANAGED + LABEL, "ns.yaml": NAMESPACE}
    assert found(repository, files) == []


def test_helm_can_give_no_labels(repository: Callable) -> None:
    release = RELEASE + "  install: {createNamespace: true}\n"
    repo = repository({"release.yaml": release})
    (finding,) = repo.findings("MLB406")
    assert finding.unfixable == "who makes the namespace can give it no labels"
    assert finding.location.start == (6, 13)
    chart = """\
apiVersion: helm.cattle.io/v1
kind: HelmChart
metadata: {name: metallb, namespace: kube-system}
spec:
  repo: https://metallb.github.io/metallb
  chart: metallb
  targetNamespace: infra
  createNamespace: true
"""
    assert found(repository, {"release.yaml": chart}) == [("release.yaml", "info")]


@pytest.mark.parametrize(
    ("files", "severity"),
    [
        (TALOS, "warning"),
        ({"cluster/talconfig.yaml": "clusterName: home\n"}, "warning"),
        ({"omni.yaml": "install: {image: factory.talos.dev/installer/abc:v1.9.0}\n"}, "warning"),
        ({"k3s.yaml": "token: x\n"}, "info"),
    ],
)
def test_talos(files: dict, severity: str, repository: Callable) -> None:
    given = {"release.yaml": RELEASE, "ns.yaml": NAMESPACE, **files}
    assert found(repository, given) == [("ns.yaml", severity)]


CONFIGURATION = """\
apiVersion: apiserver.config.k8s.io/v1
kind: AdmissionConfiguration
plugins:
  - name: PodSecurity
    configuration:
      apiVersion: pod-security.admission.config.k8s.io/v1
      kind: PodSecurityConfiguration
      defaults: {{enforce: {level}}}
      exemptions: {{namespaces: [{exempted}]}}
"""


@pytest.mark.parametrize(
    ("level", "exempted", "severity"),
    [
        ("restricted", "kube-system", "warning"),
        ("baseline", "kube-system, infrastructure", "warning"),
        ("baseline", "kube-system, infra", None),
        ("privileged", "kube-system", "info"),
    ],
)
def test_a_default_of_the_cluster(
    level: str, exempted: str, severity: str | None, repository: Callable
) -> None:
    files = {
        **TALOS,
        "release.yaml": RELEASE,
        "ns.yaml": NAMESPACE,
        "admission.yaml": CONFIGURATION.format(level=level, exempted=exempted),
    }
    assert found(repository, files) == ([("ns.yaml", severity)] if severity else [])


def test_talos_without_the_plugin(repository: Callable) -> None:
    patch = "cluster:\n  apiServer:\n    admissionControl:\n      $patch: delete\n"
    files = {"release.yaml": RELEASE, "ns.yaml": NAMESPACE, "talos/patch.yaml": patch}
    assert found(repository, files) == [("ns.yaml", "info")]


def test_fixes(repository: Callable) -> None:
    repo = repository({"release.yaml": RELEASE, "ns.yaml": NAMESPACE})
    assert repo.fixed("MLB406") == {}
    assert repo.fixed("MLB406", unsafe=True) == {"ns.yaml": labelled("privileged")}
    repo = repository({"release.yaml": RELEASE, "ns.yaml": labelled("restricted")})
    assert repo.fixed("MLB406", unsafe=True) == {"ns.yaml": labelled("privileged")}


def test_a_kustomization_gives_the_wrong_label(repository: Callable) -> None:
    labels = "labels:\n  - pairs: {pod-security.kubernetes.io/enforce: baseline}\n"
    files = {
        "kustomization.yaml": "resources: [release.yaml, ns.yaml]\n" + labels,
        "release.yaml": RELEASE,
        "ns.yaml": NAMESPACE,
    }
    (finding,) = repository(files).findings("MLB406")
    assert finding.location.path == "kustomization.yaml"
    assert finding.unfixable == "a kustomization gives the label, perhaps to others as well"


def test_the_label_goes_into_the_namespace(repository: Callable) -> None:
    """Not in the kustomization, whose labels reach others as well."""
    files = {
        "kustomization.yaml": "resources: [release.yaml, ns.yaml]\nlabels: [{pairs: {a: b}}]\n",
        "release.yaml": RELEASE,
        "ns.yaml": NAMESPACE,
    }
    repo = repository(files)
    assert repo.fixed("MLB406", unsafe=True) == {"ns.yaml": labelled("privileged")}


def test_labels_that_a_kustomization_gives_are_not_what_lacks_one(repository: Callable) -> None:
    files = {
        "kustomization.yaml": "resources: [ns.yaml]\nlabels: [{pairs: {app: lb}}]\n"
        "helmCharts:\n- name: metallb\n  repo: https://metallb.github.io/metallb\n"
        "  releaseName: metallb\n  namespace: lb\n  version: 0.15.3\n",
        "ns.yaml": "apiVersion: v1\nkind: Namespace\nmetadata:\n  name: lb\n",
    }
    assert repository(files).spots("MLB406") == ["MLB406 ns.yaml:3:1"]


def test_a_template_that_makes_other_namespaces_as_well(repository: Callable) -> None:
    template = (
        "apiVersion: argoproj.io/v1alpha1\n"
        "kind: ApplicationSet\n"
        "metadata: {name: charts}\n"
        "spec:\n"
        "  generators: [{list: {elements: [{name: lb}]}}]\n"
        "  template:\n"
        "    metadata: {name: metallb}\n"
        "    spec:\n"
        "      destination: {namespace: %s}\n"
        "      source:\n"
        "        repoURL: https://metallb.github.io/metallb\n"
        "        chart: metallb\n"
        "        targetRevision: 0.15.3\n"
        "      syncPolicy: {syncOptions: [CreateNamespace=true]}\n"
    )
    (finding,) = repository({"set.yaml": template % "'{{name}}'"}).findings("MLB406")
    assert finding.unfixable == "the template makes other namespaces as well"
    (finding,) = repository({"set.yaml": template % "lb"}).findings("MLB406")
    assert finding.fix is not None


@pytest.mark.parametrize(
    ("more", "found"),
    [
        ("namespaceLabels: {team: net}\n", ["MLB406 lb/fleet.yaml:1:1"]),
        ("namespaceLabels: {pod-security.kubernetes.io/enforce: privileged}\n", []),
        (
            "namespaceLabels: {pod-security.kubernetes.io/enforce: baseline}\n",
            ["MLB406 lb/fleet.yaml:1:55"],
        ),
        ("namespaceLabels: {a: b}\ntargetCustomizations: [{namespaceLabels: {c: d}}]\n", []),
        ("", []),
    ],
)
def test_fleet_labels_the_namespace(more: str, found: list[str], repository: Callable) -> None:
    bundle = (
        "defaultNamespace: lb\n"
        "helm: {chart: metallb, repo: https://metallb.github.io/metallb, version: 0.15.3}\n"
    )
    assert repository({"lb/fleet.yaml": more + bundle}).spots("MLB406") == found


def test_what_fleet_gives_the_namespace_settles_it(repository: Callable) -> None:
    files = {
        "lb/fleet.yaml": "namespaceLabels: {pod-security.kubernetes.io/enforce: privileged}\n"
        "defaultNamespace: lb\n"
        "helm: {chart: metallb, repo: https://metallb.github.io/metallb, version: 0.15.3}\n",
        "base/fleet.yaml": "defaultNamespace: lb\n",
        "base/ns.yaml": "apiVersion: v1\nkind: Namespace\nmetadata: {name: lb}\n",
    }
    assert repository(files).findings("MLB406") == []


def test_fleet_is_told_the_label(repository: Callable) -> None:
    bundle = (
        "namespaceLabels:\n  team: net\ndefaultNamespace: lb\n"
        "helm: {chart: metallb, repo: https://metallb.github.io/metallb, version: 0.15.3}\n"
    )
    fixed = repository({"lb/fleet.yaml": bundle}).fixed("MLB406", unsafe=True)["lb/fleet.yaml"]
    assert "  team: net\n  pod-security.kubernetes.io/enforce: privileged\n" in fixed
