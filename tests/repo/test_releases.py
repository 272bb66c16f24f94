"""The charts that Applications, HelmReleases, k3s, kustomize and Fleet install, and with what."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import pytest

from mlblint.repo.delivery import Delivery
from mlblint.repo.files import Files
from mlblint.repo.flux import Chart, helm_release
from mlblint.repo.helm import Release
from mlblint.repo.referents import Referents
from mlblint.repo.releases import (
    of_application,
    of_fleet,
    of_helm_release,
    of_k3s_chart,
    of_kustomization,
    of_lone_config,
)
from mlblint.repo.resources import Resource, get, resources
from mlblint.text.documents import Document, documents
from mlblint.text.places import Place, positions
from mlblint.text.source import Source

HERE = "https://github.com/example/here"


def document(text: str, path: str = "f.yaml") -> Document:
    (found,) = documents(Source.from_bytes(path, text.encode()))
    assert isinstance(found, Document)
    return found


def resource(text: str) -> Resource:
    (found,) = resources(document(text))
    return found


def files(root: Path, contents: Mapping[str, str]) -> Files:
    for name, content in contents.items():
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(content)
    return Files(root, contents)


def value(found: Release, *path: str) -> object:
    at = found.value(*path)
    return at.value if at is not None else None


class TestApplications:
    def releases(
        self, root: Path, spec: str, contents: Mapping[str, str] | None = None
    ) -> list[Release]:
        lines = "".join(f"  {line}\n" for line in spec.strip("\n").split("\n"))
        application = resource(
            "apiVersion: argoproj.io/v1alpha1\nkind: Application\n"
            f"metadata: {{name: lb}}\nspec:\n{lines}"
        )
        delivery = Delivery("argo", application, namespace="net")
        found = of_application(delivery, files(root, contents or {}), frozenset([HERE]))
        return list(found)

    def one(self, root: Path, helm: str, contents: Mapping[str, str] | None = None) -> Release:
        lines = "".join(f"  {line}\n" for line in helm.strip("\n").split("\n"))
        sources = (
            "sources:\n- repoURL: https://x\n  chart: metallb\n  targetRevision: 0.15.2\n"
            f"{lines}- {{repoURL: {HERE}, ref: values}}\n"
        )
        (found,) = self.releases(root, sources, contents)
        return found

    def test_a_chart(self, tmp_path: Path) -> None:
        spec = "source: {repoURL: https://x, chart: metallb, targetRevision: 0.15.*}"
        (found,) = self.releases(tmp_path, spec)
        assert (found.name, found.namespace) == ("lb", "net")
        assert (found.chart, found.repository, found.version) == ("metallb", "https://x", "0.15.*")
        assert positions(found.place)[0] == (5, 39)
        assert (found.layers, found.complete) == ((), True)
        assert found.home is not None
        assert (found.home.place.path, found.home.key) == (
            ("spec", "source", "helm"),
            "valuesObject",
        )

    def test_a_version_that_is_a_placeholder_is_unknown(self, tmp_path: Path) -> None:
        spec = "source: {repoURL: https://x, chart: metallb, targetRevision: '{{v}}'}"
        assert self.releases(tmp_path, spec)[0].version is None

    def test_without_a_version_any_will_do(self, tmp_path: Path) -> None:
        assert self.releases(tmp_path, "source: {repoURL: x, chart: metallb}")[0].version == "*"

    def test_the_release_may_have_a_name_of_its_own(self, tmp_path: Path) -> None:
        spec = "source: {repoURL: x, chart: metallb, helm: {releaseName: other}}"
        assert self.releases(tmp_path, spec)[0].name == "other"

    def test_a_native_oci_address(self, tmp_path: Path) -> None:
        spec = (
            "source: {repoURL: 'oci://quay.io/metallb/chart/metallb', path: ., "
            "targetRevision: 0.15.2}"
        )
        (found,) = self.releases(tmp_path, spec)
        assert (found.chart, found.repository) == ("metallb", "oci://quay.io/metallb/chart")
        assert found.place.path == ("spec", "source", "repoURL")

    FILES: Mapping[str, str] = {"v/one.yaml": "a: 1\n", "v/two.yaml": "a: 2\n"}

    @pytest.mark.parametrize(
        ("helm", "a"),
        [
            ("helm: {valueFiles: [$values/v/one.yaml]}", 1),
            ("helm: {valueFiles: [$values/v/one.yaml, $values/v/two.yaml]}", 2),
            ("helm: {valueFiles: [$values/v/two.yaml], values: 'a: 3'}", 3),
            ("helm: {values: 'a: 3', valuesObject: {a: 4}}", 4),
            ("helm: {values: 'a: 3', valuesObject: {}}", None),
            ("helm: {values: 'a: 3', valuesObject: null}", 3),
            ("helm: {valuesObject: {a: 4}, parameters: [{name: a, value: '5'}]}", 5),
        ],
    )
    def test_files_then_values_then_parameters(self, helm: str, a: object, tmp_path: Path) -> None:
        found = self.one(tmp_path, helm, self.FILES)
        assert (value(found, "a"), found.complete) == (a, True)

    @pytest.mark.parametrize(
        ("helm", "complete"),
        [
            ("helm: {valueFiles: [$values/gone.yaml]}", False),
            ("helm: {valueFiles: [$values/gone.yaml], ignoreMissingValueFiles: true}", True),
            ("helm: {valueFiles: [$other/gone.yaml], ignoreMissingValueFiles: true}", False),
            ("helm: {valueFiles: [values-lab.yaml]}", False),
            ("helm: {valueFiles: [values-lab.yaml], ignoreMissingValueFiles: true}", False),
            ("helm: {fileParameters: [{name: a, path: x}]}", False),
            ("helm: {values: '{{ if x }}'}", False),
        ],
    )
    def test_what_cannot_be_read_makes_the_values_incomplete(
        self, helm: str, complete: bool, tmp_path: Path
    ) -> None:
        assert self.one(tmp_path, helm).complete is complete

    def test_a_chart_from_elsewhere_does_not_read_files_of_this_repository(
        self, tmp_path: Path
    ) -> None:
        files = {"values.yaml": "a: 1\n", "lab.yaml": "a: 1\n"}
        found = self.one(tmp_path, "helm: {valueFiles: [lab.yaml]}", files)
        assert (value(found, "a"), found.complete) == (None, False)
        # Its own values, which it has anyway.
        found = self.one(tmp_path, "helm: {valueFiles: [./values.yaml]}", files)
        assert (value(found, "a"), found.complete) == (None, True)

    CHART: Mapping[str, str] = {
        "charts/lb/Chart.yaml": (
            "name: lb\nversion: 1.0.0\ndependencies: [{name: metallb, version: 0.15.2}]\n"
        ),
        "charts/lb/values.yaml": "metallb: {a: 1, b: 1}\n",
        "charts/lb/lab.yaml": "metallb: {a: 2}\n",
    }

    def test_a_chart_in_this_repository_with_files_relative_to_it(self, tmp_path: Path) -> None:
        spec = f"source: {{repoURL: {HERE}, path: charts/lb, helm: {{valueFiles: [lab.yaml]}}}}"
        metallb, own = self.releases(tmp_path, spec, self.CHART)
        assert (metallb.chart, metallb.version, metallb.key) == ("metallb", "0.15.2", ("metallb",))
        assert (value(metallb, "a"), value(metallb, "b")) == (2, 1)
        assert (metallb.name, metallb.namespace) == ("lb", "net")
        assert own.chart == "charts/lb"

    @pytest.mark.parametrize(
        "source", ["repoURL: https://elsewhere, path: charts/lb", "repoURL: x"]
    )
    def test_a_folder_of_another_repository_is_not_looked_at(
        self, source: str, tmp_path: Path
    ) -> None:
        assert self.releases(tmp_path, f"source: {{{source}}}", self.CHART) == []


def installed(given: Resource, namespace: str | None, at: Files) -> tuple[Release, Chart]:
    found = helm_release(given, namespace, Referents(at))
    assert found is not None
    return found


class TestHelmReleases:
    def test_a_chart_in_this_repository(self, tmp_path: Path) -> None:
        given = resource(
            "apiVersion: helm.toolkit.fluxcd.io/v2\nkind: HelmRelease\nmetadata: {name: lb}\n"
            "spec:\n  chart: {spec: {chart: ./charts/lb, sourceRef: {kind: GitRepository}}}\n"
            "  values: {metallb: {a: 2}}\n"
        )
        at = files(tmp_path, TestApplications.CHART)
        metallb, own = of_helm_release(*installed(given, "net", at), at)
        assert (metallb.chart, value(metallb, "a"), metallb.namespace) == ("metallb", 2, "net")
        assert own.subject is given

    def test_a_chart_from_elsewhere(self, tmp_path: Path) -> None:
        given = resource(
            "apiVersion: helm.toolkit.fluxcd.io/v2\nkind: HelmRelease\nmetadata: {name: lb}\n"
            "spec: {chart: {spec: {chart: metallb, sourceRef: {kind: HelmRepository}}}}\n"
        )
        at = files(tmp_path, {"metallb/Chart.yaml": "name: metallb\n"})
        (found,) = of_helm_release(*installed(given, None, at), at)
        assert (found.chart, found.version) == ("metallb", "*")


def k3s(kind: str, spec: str, name: str = "metallb", namespace: str = "kube-system") -> Resource:
    return resource(
        f"apiVersion: helm.cattle.io/v1\nkind: {kind}\n"
        f"metadata: {{name: {name}, namespace: {namespace}}}\nspec:\n{spec}"
    )


class TestK3s:
    def chart(self, spec: str, *configs: Resource) -> Release:
        found = of_k3s_chart(k3s("HelmChart", spec), configs, "kube-system")
        assert found is not None
        return found

    @pytest.mark.parametrize(
        ("fields", "chart", "repository", "version"),
        [
            ("chart: metallb, repo: https://x, version: 0.15.2", "metallb", "https://x", "0.15.2"),
            ("chart: metallb/metallb", "metallb", "metallb", "*"),
            (
                "chart: 'oci://quay.io/metallb/chart/metallb'",
                "metallb",
                "oci://quay.io/metallb/chart",
                "*",
            ),
            ("chart: https://x/y/metallb-0.14.9.tgz", "metallb", "https://x/y", "0.14.9"),
            (
                "chart: https://x/traefik-27.0.201+up27.0.2.tgz",
                "traefik",
                "https://x",
                "27.0.201+up27.0.2",
            ),
        ],
    )
    def test_what_is_installed(
        self, fields: str, chart: str, repository: str, version: str
    ) -> None:
        found = self.chart(f"  {{{fields}}}\n")
        assert (found.chart, found.repository, found.version) == (chart, repository, version)

    def test_the_namespace_is_the_target_or_the_charts_own(self) -> None:
        assert self.chart("  chart: metallb\n").namespace == "kube-system"
        assert self.chart("  {chart: metallb, targetNamespace: lb}\n").namespace == "lb"

    def test_without_a_chart_nothing_is(self) -> None:
        assert of_k3s_chart(k3s("HelmChart", "  chartContent: H4sI\n"), [], None) is None

    @pytest.mark.parametrize(
        ("spec", "config", "a"),
        [
            ("  valuesContent: 'a: 1'\n", None, 1),
            ("  valuesContent: 'a: 1'\n  values: {a: 2}\n", None, 2),
            ("  valuesContent: 'a: 1'\n", "  valuesContent: 'a: 3'\n", 3),
            ("  valuesContent: 'a: 1'\n  set: {a: true}\n", "  valuesContent: 'a: 3'\n", True),
            ("  set: {a: 'false'}\n", None, False),
        ],
    )
    def test_content_then_config_then_set(self, spec: str, config: str | None, a: object) -> None:
        configs = [k3s("HelmChartConfig", config)] if config else []
        found = self.chart("  chart: metallb\n" + spec, *configs)
        assert (value(found, "a"), found.complete) == (a, True)

    def test_a_config_of_another_name_or_namespace_is_for_another_chart(self) -> None:
        content = "  valuesContent: 'a: 3'\n"
        others = [
            k3s("HelmChartConfig", content, name="traefik"),
            k3s("HelmChartConfig", content, namespace="default"),
        ]
        assert value(self.chart("  chart: metallb\n", *others), "a") is None

    @pytest.mark.parametrize("field", ["valuesSecrets: [{name: x}]", "valuesContent: '{{ x'"])
    def test_what_cannot_be_read_makes_the_values_incomplete(self, field: str) -> None:
        assert not self.chart(f"  chart: metallb\n  {field}\n").complete

    def test_places_lie_inside_the_text(self) -> None:
        found = self.chart("  chart: metallb\n  valuesContent: |\n    a:\n      b: 1\n").value(
            "a", "b"
        )
        assert found is not None
        assert positions(found.place)[0] == (8, 10)

    def test_a_lone_config_is_for_a_chart_that_k3s_brings(self) -> None:
        config = k3s("HelmChartConfig", "  valuesContent: 'a: 1'\n", name="traefik")
        found = of_lone_config(config)
        assert (found.chart, found.version, value(found, "a")) == ("traefik", None, 1)
        assert found.home is not None
        assert (found.home.key, found.home.form) == ("valuesContent", "text")


class TestKustomize:
    FILES: Mapping[str, str] = {"k/v.yaml": "a: 1\nb: 1\n", "k/more.yaml": "a: 5\n"}

    def found(self, root: Path, entry: str, namespace: str | None = "net") -> Release:
        at = Place(document(f"helmCharts:\n- {entry}\n", "k/kustomization.yaml"), ("helmCharts", 0))
        data = get(at.document.data, *at.path)
        return of_kustomization(data, at, "k", files(root, self.FILES), namespace)

    def test_an_entry(self, tmp_path: Path) -> None:
        found = self.found(tmp_path, "{name: metallb, repo: https://x, version: 0.15.2}")
        assert (found.name, found.namespace) == ("metallb", "net")
        assert (found.chart, found.repository, found.version) == ("metallb", "https://x", "0.15.2")
        assert positions(found.place)[0] == (2, 10)
        found = self.found(tmp_path, "{name: metallb, releaseName: r}")
        assert (found.name, found.version) == ("r", "*")

    @pytest.mark.parametrize(("around", "namespace"), [("net", "net"), (None, "own")])
    def test_the_namespace_that_the_kustomization_sets_wins(
        self, around: str | None, namespace: str, tmp_path: Path
    ) -> None:
        found = self.found(tmp_path, "{name: metallb, namespace: own}", around)
        assert found.namespace == namespace

    @pytest.mark.parametrize(
        ("values", "a", "b"),
        [
            ("valuesFile: v.yaml", 1, 1),
            ("valuesInline: {a: 2}", 2, None),
            ("valuesFile: v.yaml, valuesInline: {a: 2}", 2, 1),
            ("valuesFile: v.yaml, valuesInline: {a: 2}, valuesMerge: override", 2, 1),
            ("valuesFile: v.yaml, valuesInline: {a: 2, c: 2}, valuesMerge: merge", 1, 1),
            ("valuesFile: v.yaml, valuesInline: {a: 2}, valuesMerge: replace", 2, None),
            ("valuesFile: v.yaml, additionalValuesFiles: [more.yaml]", 5, 1),
            ("valuesFile: v.yaml, valuesInline: {a: 2}, additionalValuesFiles: [more.yaml]", 5, 1),
        ],
    )
    def test_which_values_win(self, values: str, a: object, b: object, tmp_path: Path) -> None:
        found = self.found(tmp_path, f"{{name: metallb, {values}}}")
        assert (value(found, "a"), value(found, "b"), found.complete) == (a, b, True)

    def test_a_file_that_is_missing_makes_the_values_incomplete(self, tmp_path: Path) -> None:
        assert not self.found(tmp_path, "{name: metallb, valuesFile: gone.yaml}").complete


class TestFleet:
    def found(self, root: Path, text: str) -> Release | None:
        at = files(root, {"lb/values.yaml": "a: 1\n"})
        return of_fleet(document(text, "lb/fleet.yaml"), at)

    def test_a_chart(self, tmp_path: Path) -> None:
        found = self.found(
            tmp_path,
            "defaultNamespace: net\nhelm:\n  chart: metallb\n  repo: https://x\n"
            "  version: 0.15.2\n  valuesFiles: [values.yaml]\n  values: {b: 2}\n",
        )
        assert found is not None
        assert (found.name, found.namespace, found.chart) == ("lb", "net", "metallb")
        assert (found.repository, found.version) == ("https://x", "0.15.2")
        assert (value(found, "a"), value(found, "b"), found.complete) == (1, 2, True)

    def test_a_chart_that_is_only_an_url(self, tmp_path: Path) -> None:
        found = self.found(tmp_path, "helm: {repo: https://x/metallb-0.10.2.tgz}\n")
        assert found is not None
        assert (found.chart, found.version) == ("metallb", "0.10.2")

    def test_files_of_values_win_over_its_own_values(self, tmp_path: Path) -> None:
        found = self.found(
            tmp_path, "helm: {chart: metallb, valuesFiles: [values.yaml], values: {a: 2}}\n"
        )
        assert found is not None
        assert value(found, "a") == 1

    @pytest.mark.parametrize(
        ("more", "complete"),
        [
            ("targetCustomizations: [{name: x, helm: {values: {}}}]", False),
            ("targetCustomizations: [{name: x, yaml: {overlays: [a]}}]", True),
        ],
    )
    def test_values_for_single_clusters_are_not_followed(
        self, more: str, complete: bool, tmp_path: Path
    ) -> None:
        found = self.found(tmp_path, f"helm: {{chart: metallb}}\n{more}\n")
        assert found is not None
        assert found.complete is complete

    def test_a_folder_of_manifests_installs_no_chart(self, tmp_path: Path) -> None:
        assert self.found(tmp_path, "defaultNamespace: net\n") is None
