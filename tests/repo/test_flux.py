"""Flux: what a Kustomization applies, what it fills in, and what a HelmRelease installs."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import pytest

from mlblint.repo.files import Files
from mlblint.repo.flux import (
    Substitution,
    depends_on,
    generated_entries,
    helm_release,
    is_disabled,
    source_folder,
    substituted,
    substitution,
)
from mlblint.repo.helm import Release
from mlblint.repo.referents import Referents
from mlblint.repo.resources import Resource, resources
from mlblint.text.documents import Document, documents
from mlblint.text.places import positions
from mlblint.text.source import Source

KUSTOMIZATION = "apiVersion: kustomize.toolkit.fluxcd.io/v1\nkind: Kustomization\n"
HELM_RELEASE = "apiVersion: helm.toolkit.fluxcd.io/v2\nkind: HelmRelease\n"


def resource(text: str, path: str = "f.yaml") -> Resource:
    (document,) = documents(Source.from_bytes(path, text.encode()))
    assert isinstance(document, Document)
    (found,) = resources(document)
    return found


def kustomization(spec: str, path: str = "ks.yaml") -> Resource:
    return resource(f"{KUSTOMIZATION}metadata: {{name: k}}\nspec: {spec}\n", path)


def files(root: Path, contents: Mapping[str, str]) -> Files:
    for name, content in contents.items():
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(content)
    return Files(root, contents)


class TestFolders:
    GIT = "sourceRef: {kind: GitRepository, name: flux-system}"

    @pytest.mark.parametrize(
        ("path", "folder"),
        [
            ("path: ./apps", "apps"),
            ("path: apps/", "apps"),
            ("path: /apps/x", "apps/x"),
            ("path: ./", ""),
            ("path: /", ""),
            ("interval: 1m", ""),
            ("path: ./gone", None),
            ("path: ../apps", None),
            ("path: '${PATH}'", None),
        ],
    )
    def test_paths_are_relative_to_the_repository(
        self, path: str, folder: str | None, tmp_path: Path
    ) -> None:
        found = source_folder(
            kustomization(f"{{{path}, {self.GIT}}}"), Files(tmp_path, ["apps/x/a.yaml"])
        )
        assert found == folder

    @pytest.mark.parametrize(
        "source",
        [
            "{kind: GitRepository, name: external-snapshotter}",
            "{kind: OCIRepository, name: flux-system}",
        ],
    )
    def test_the_root_is_that_of_the_source_that_bootstrap_made(
        self, source: str, tmp_path: Path
    ) -> None:
        """Every repository has a root: other sources are repositories of their own."""
        at = Files(tmp_path, ["apps/x/a.yaml"])
        assert source_folder(kustomization(f"{{path: ./, sourceRef: {source}}}"), at) is None
        assert source_folder(kustomization(f"{{path: apps, sourceRef: {source}}}"), at) == "apps"

    def test_a_folder_without_a_kustomization_gets_all_manifests_below(
        self, tmp_path: Path
    ) -> None:
        at = Files(
            tmp_path,
            [
                "apps/a.yaml",
                "apps/b.json",
                "apps/c.yml",
                "apps/plain/d.yaml",
                "apps/plain/deep/e.yaml",
                "apps/own/kustomization.yaml",
                "apps/own/f.yaml",
                "apps/own/deep/g.yaml",
                "other/h.yaml",
            ],
        )
        assert list(generated_entries(at, "apps")) == [
            "apps/a.yaml",
            "apps/c.yml",
            "apps/own",
            "apps/plain/d.yaml",
            "apps/plain/deep/e.yaml",
        ]


class TestSubstitution:
    SETTINGS = (
        "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: settings}\n"
        "data: {POOL: 10.0.0.0/24, LAST: '9'}\n"
    )
    FROM = "{substituteFrom: [{kind: ConfigMap, name: settings}]}"

    def found(
        self, root: Path, post_build: str, contents: Mapping[str, str]
    ) -> Substitution | None:
        given = kustomization(f"{{postBuild: {post_build}}}", "clusters/prod/ks.yaml")
        return substitution(given, Referents(files(root, contents)))

    def test_without_anything_to_fill_in_there_is_none(self, tmp_path: Path) -> None:
        """Not even defaults apply: Flux looks at the text only if there is a variable."""
        assert self.found(tmp_path, "{}", {}) is None
        assert self.found(tmp_path, "{substitute: {}}", {}) is None

    def test_inline_values_win_over_config_maps(self, tmp_path: Path) -> None:
        post_build = "{substitute: {LAST: '1', FLAG: true}, " + self.FROM[1:]
        found = self.found(tmp_path, post_build, {"vars/s.yaml": self.SETTINGS})
        assert found == Substitution({"POOL": "10.0.0.0/24", "LAST": "1", "FLAG": "true"}, True)

    def test_later_config_maps_win(self, tmp_path: Path) -> None:
        second = "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: two}\ndata: {LAST: '2'}\n"
        post_build = (
            "{substituteFrom: [{kind: ConfigMap, name: settings}, {kind: ConfigMap, name: two}]}"
        )
        found = self.found(tmp_path, post_build, {"s.yaml": self.SETTINGS, "t.yaml": second})
        assert found == Substitution({"POOL": "10.0.0.0/24", "LAST": "2"}, True)

    @pytest.mark.parametrize(
        "reference",
        [
            "{kind: Secret, name: settings}",
            "{kind: ConfigMap, name: elsewhere}",
            "{kind: ConfigMap, name: elsewhere, optional: true}",
        ],
    )
    def test_what_cannot_be_read_leaves_the_rest_unknown(
        self, reference: str, tmp_path: Path
    ) -> None:
        """An optional one that is not in the repository may be in the cluster."""
        post_build = f"{{substitute: {{A: b}}, substituteFrom: [{reference}]}}"
        found = self.found(tmp_path, post_build, {"s.yaml": self.SETTINGS})
        assert found == Substitution({"A": "b"}, False)

    def test_a_config_map_of_another_namespace_is_another_one(self, tmp_path: Path) -> None:
        text = self.SETTINGS.replace("name: settings", "name: settings, namespace: other")
        given = resource(
            f"{KUSTOMIZATION}metadata: {{name: k, namespace: flux-system}}\n"
            f"spec: {{postBuild: {self.FROM}}}\n"
        )
        found = substitution(given, Referents(files(tmp_path, {"s.yaml": text})))
        assert found == Substitution({}, False)

    def test_of_several_clusters_settings_the_nearest_count(self, tmp_path: Path) -> None:
        found = self.found(
            tmp_path,
            self.FROM,
            {
                "clusters/lab/settings.yaml": self.SETTINGS.replace("10.0.0.0/24", "10.9.9.0/24"),
                "clusters/prod/settings.yaml": self.SETTINGS,
            },
        )
        assert found is not None
        assert found.variables["POOL"] == "10.0.0.0/24"

    def test_of_several_that_are_equally_near_none_counts(self, tmp_path: Path) -> None:
        found = self.found(
            tmp_path,
            self.FROM,
            {"vars/lab.yaml": self.SETTINGS, "vars/prod.yaml": self.SETTINGS},
        )
        assert found == Substitution({}, False)

    def test_archives_do_not_count(self, tmp_path: Path) -> None:
        found = self.found(
            tmp_path,
            self.FROM,
            {"vars/prod.yaml": self.SETTINGS, "vars/archive/prod.yaml": self.SETTINGS},
        )
        assert found is not None
        assert found.complete

    def test_config_maps_that_a_kustomization_generates(self, tmp_path: Path) -> None:
        generator = (
            "configMapGenerator:\n- name: settings\n  literals: [POOL=10.0.0.0/24, 'LAST=\"9\"']\n"
        )
        found = self.found(tmp_path, self.FROM, {"vars/kustomization.yaml": generator})
        assert found == Substitution({"POOL": "10.0.0.0/24", "LAST": "9"}, True)

    def test_of_which_some_cannot_be_read(self, tmp_path: Path) -> None:
        generator = "configMapGenerator:\n- {name: settings, envs: [cluster.env]}\n"
        found = self.found(tmp_path, self.FROM, {"vars/kustomization.yaml": generator})
        assert found == Substitution({}, False)


class TestVariables:
    KNOWN = Substitution({"IP": "10.0.0.1", "N": "5", "EMPTY": "", "LIST": "[a, b]"}, True)
    PARTLY = Substitution({"IP": "10.0.0.1"}, False)

    @pytest.mark.parametrize(
        ("written", "filled"),
        [
            ("${IP}", "10.0.0.1"),
            ("${IP}-${IP}", "10.0.0.1-10.0.0.1"),
            ("no variable", "no variable"),
            ("${IP:-1.1.1.1}", "10.0.0.1"),
            ("${GONE:-1.1.1.1}", "1.1.1.1"),
            ("${GONE:=1.1.1.1}", "1.1.1.1"),
            ("${GONE-1.1.1.1}", "1.1.1.1"),
            ("${EMPTY-1.1.1.1}", "1.1.1.1"),
            ("${EMPTY:=x}", "x"),
            ("${GONE}", None),
            ("a${GONE}b", "ab"),
            ("${N}", 5),
            ("${GONE:=true}", True),
            ("${LIST}", ["a", "b"]),
            ("'${N}'", "'5'"),
            ("port: ${N}", "port: 5"),
            ("line ${N}\nline", "line 5\nline"),
            ("$${IP}", "$${IP}"),
            ("${IP^^}", "${IP^^}"),
            ("${GONE:-${IP}}", "${GONE:-10.0.0.1}"),
            ("$IP", "$IP"),
            (7, 7),
            (None, None),
        ],
    )
    def test_everything_is_known(self, written: object, filled: object) -> None:
        found = substituted(written, self.KNOWN)
        assert found == filled
        assert type(found) is type(filled)

    @pytest.mark.parametrize(
        ("written", "filled"),
        [
            ("${IP}", "10.0.0.1"),
            ("${GONE}", "${GONE}"),
            ("${GONE:-1.1.1.1}", "${GONE:-1.1.1.1}"),
            ("${IP}-${GONE}", "10.0.0.1-${GONE}"),
        ],
    )
    def test_something_is_not_known(self, written: str, filled: str) -> None:
        assert substituted(written, self.PARTLY) == filled

    def test_everywhere_in_an_object(self) -> None:
        data = {"a": ["${IP}", {"b": "${N}"}], "${IP}": 1}
        assert substituted(data, self.KNOWN) == {"a": ["10.0.0.1", {"b": 5}], "10.0.0.1": 1}

    @pytest.mark.parametrize("where", ["labels", "annotations"])
    def test_an_object_can_opt_out(self, where: str) -> None:
        mark = f"{where}: {{kustomize.toolkit.fluxcd.io/substitute: disabled}}"
        assert is_disabled(resource(f"apiVersion: v1\nkind: A\nmetadata: {{{mark}}}\n"))
        assert not is_disabled(resource("apiVersion: v1\nkind: A\n"))


def test_depends_on() -> None:
    found = kustomization("{dependsOn: [{name: metallb}, {name: x, namespace: z}]}")
    assert depends_on(found) == [(None, "metallb"), ("z", "x")]


REPOSITORY = (
    "apiVersion: source.toolkit.fluxcd.io/v1\nkind: HelmRepository\n"
    "metadata: {name: metallb, namespace: flux-system}\n"
    "spec: {url: https://metallb.github.io/metallb}\n"
)
CHART = (
    "chart: {spec: {chart: metallb, version: 0.15.x, "
    "sourceRef: {kind: HelmRepository, name: metallb, namespace: flux-system}}}"
)


QUOTED = "'${VERSION}'"


def found_release(
    root: Path, spec: str, contents: Mapping[str, str] | None = None, path: str = "hr.yaml"
) -> Release | None:
    given = resource(f"{HELM_RELEASE}metadata: {{name: lb}}\nspec:\n{spec}", path)
    referents = Referents(files(root, {"repo.yaml": REPOSITORY, **(contents or {})}))
    found = helm_release(given, "net", referents)
    return found[0] if found is not None else None


def installed(
    root: Path, spec: str, contents: Mapping[str, str] | None = None, path: str = "hr.yaml"
) -> Release:
    found = found_release(root, spec, contents, path)
    assert found is not None
    return found


class TestHelmReleases:
    def test_a_chart_of_a_helm_repository(self, tmp_path: Path) -> None:
        found = installed(tmp_path, f"  {CHART}\n")
        assert (found.chart, found.version) == ("metallb", "0.15.x")
        assert found.repository == "https://metallb.github.io/metallb"
        assert (found.name, found.namespace) == ("lb", "net")
        assert positions(found.place)[0] == (5, 25)
        assert found.home is not None
        assert (found.home.key, found.home.place.path) == ("values", ("spec",))

    @pytest.mark.parametrize(
        ("more", "name", "namespace"),
        [
            ("", "lb", "net"),
            ("  targetNamespace: metallb-system\n", "metallb-system-lb", "metallb-system"),
            ("  releaseName: x\n  targetNamespace: z\n", "x", "z"),
        ],
    )
    def test_name_and_namespace(self, more: str, name: str, namespace: str, tmp_path: Path) -> None:
        found = installed(tmp_path, f"  {CHART}\n{more}")
        assert (found.name, found.namespace) == (name, namespace)

    def test_without_a_version_any_will_do(self, tmp_path: Path) -> None:
        found = installed(tmp_path, f"  {CHART.replace('version: 0.15.x, ', '')}\n")
        assert found.version == "*"

    def test_a_version_that_is_filled_in_later_is_unknown(self, tmp_path: Path) -> None:
        assert installed(tmp_path, f"  {CHART.replace('0.15.x', QUOTED)}\n").version is None

    def test_a_repository_that_is_not_here(self, tmp_path: Path) -> None:
        found = installed(tmp_path, f"  {CHART.replace('name: metallb', 'name: other')}\n")
        assert found.repository == ""

    @pytest.mark.parametrize(
        ("ref", "version"),
        [
            ("{tag: 0.15.2}", "0.15.2"),
            ("{semver: '>=0.14'}", ">=0.14"),
            ("{tag: 0.15.2, digest: 'sha256:1'}", "0.15.2"),
            ("{digest: 'sha256:1'}", None),
            ("{}", None),
        ],
    )
    def test_an_oci_repository_is_the_chart(
        self, ref: str, version: str | None, tmp_path: Path
    ) -> None:
        oci = (
            "apiVersion: source.toolkit.fluxcd.io/v1\nkind: OCIRepository\n"
            "metadata: {name: metallb}\n"
            f"spec: {{url: 'oci://quay.io/metallb/chart/metallb', ref: {ref}}}\n"
        )
        spec = "  chartRef: {kind: OCIRepository, name: metallb}\n"
        found = installed(tmp_path, spec, {"oci.yaml": oci})
        assert (found.chart, found.version) == ("metallb", version)
        assert found.repository == "oci://quay.io/metallb/chart"
        assert positions(found.place)[0] == (5, 41)

    def test_a_helm_chart_describes_the_chart(self, tmp_path: Path) -> None:
        chart = (
            "apiVersion: source.toolkit.fluxcd.io/v1\nkind: HelmChart\nmetadata: {name: c}\n"
            "spec: {chart: metallb, version: 0.14.9, sourceRef: {kind: HelmRepository, "
            "name: metallb}}\n"
        )
        spec = "  chartRef: {kind: HelmChart, name: c, namespace: flux-system}\n"
        found = installed(tmp_path, spec, {"chart.yaml": chart})
        assert (found.chart, found.version) == ("metallb", "0.14.9")
        assert found.repository == "https://metallb.github.io/metallb"

    @pytest.mark.parametrize(
        "spec", ["  chartRef: {kind: OCIRepository, name: gone}\n", "  values: {a: 1}\n"]
    )
    def test_a_chart_that_cannot_be_told(self, spec: str, tmp_path: Path) -> None:
        assert found_release(tmp_path, spec) is None


def config_map(name: str, values: str) -> str:
    text = "".join(f"    {line}\n" for line in values.strip("\n").split("\n"))
    return (
        f"apiVersion: v1\nkind: ConfigMap\nmetadata: {{name: {name}}}\n"
        f"data:\n  values.yaml: |\n{text}"
    )


class TestValues:
    def values(
        self, root: Path, spec: str, contents: Mapping[str, str], path: str = "hr.yaml"
    ) -> tuple[object, bool]:
        found = installed(root, f"  {CHART}\n{spec}", contents, path)
        at = found.value("a")
        return (at.value if at is not None else None), found.complete

    def test_config_maps_in_their_order_and_inline_values_last(self, tmp_path: Path) -> None:
        contents = {"one.yaml": config_map("one", "a: 1"), "two.yaml": config_map("two", "a: 2")}
        both = "  valuesFrom: [{kind: ConfigMap, name: one}, {kind: ConfigMap, name: two}]\n"
        assert self.values(tmp_path, both, contents) == (2, True)
        assert self.values(tmp_path, both + "  values: {a: 3}\n", contents) == (3, True)

    def test_a_target_path_wins_over_all(self, tmp_path: Path) -> None:
        text = "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: one}\ndata: {ip: 'true'}\n"
        spec = (
            "  valuesFrom: [{kind: ConfigMap, name: one, valuesKey: ip, targetPath: a}]\n"
            "  values: {a: 3}\n"
        )
        assert self.values(tmp_path, spec, {"one.yaml": text}) == (True, True)
        quoted = text.replace("'true'", "\"'true'\"")
        assert self.values(tmp_path, spec, {"one.yaml": quoted}) == ("true", True)

    def test_a_key_of_another_name(self, tmp_path: Path) -> None:
        text = config_map("one", "a: 1").replace("values.yaml", "lab.yaml")
        reference = "  valuesFrom: [{kind: ConfigMap, name: one%s}]\n"
        assert self.values(tmp_path, reference % ", valuesKey: lab.yaml", {"one.yaml": text}) == (
            1,
            True,
        )
        assert self.values(tmp_path, reference % "", {"one.yaml": text}) == (None, False)

    @pytest.mark.parametrize(
        "reference",
        [
            "{kind: Secret, name: one}",
            "{kind: ConfigMap, name: gone}",
            "{kind: ConfigMap, name: gone, optional: true}",
        ],
    )
    def test_what_cannot_be_read_makes_the_values_incomplete(
        self, reference: str, tmp_path: Path
    ) -> None:
        contents = {"one.yaml": config_map("one", "a: 1")}
        assert self.values(tmp_path, f"  valuesFrom: [{reference}]\n", contents) == (None, False)

    def test_values_files_of_the_chart_make_them_incomplete(self, tmp_path: Path) -> None:
        chart = CHART.replace("chart: metallb,", "chart: metallb, valuesFiles: [lab.yaml],")
        assert not installed(tmp_path, f"  {chart}\n").complete

    GENERATOR = (
        "configMapGenerator:\n- {name: lb-values, files: [values.yaml=./helm/values.yaml]}\n"
    )
    FROM = "  valuesFrom: [{kind: ConfigMap, name: lb-values}]\n"

    def test_a_generated_config_map_leads_to_the_file_of_values(self, tmp_path: Path) -> None:
        contents = {
            "apps/lb/kustomization.yaml": self.GENERATOR,
            "apps/lb/helm/values.yaml": "a:\n  b: 1\n",
        }
        found = installed(tmp_path, f"  {CHART}\n{self.FROM}", contents, "apps/lb/hr.yaml")
        at = found.value("a", "b")
        assert at is not None
        assert (at.value, at.layer.form, found.complete) == (1, "file", True)
        assert at.place.document.source.path == "apps/lb/helm/values.yaml"
        assert positions(at.place)[0] == (2, 6)

    def test_the_one_beside_the_release_wins_over_those_of_other_clusters(
        self, tmp_path: Path
    ) -> None:
        contents = {
            f"{cluster}/lb/{name}": text
            for cluster, value in (("prod", 1), ("lab", 2))
            for name, text in (
                ("kustomization.yaml", self.GENERATOR),
                ("helm/values.yaml", f"a: {value}\n"),
            )
        }
        assert self.values(tmp_path, self.FROM, contents, "prod/lb/hr.yaml") == (1, True)
        assert self.values(tmp_path, self.FROM, contents, "base/hr.yaml") == (None, False)

    def test_a_file_that_is_missing_or_merged_into_is_not_all(self, tmp_path: Path) -> None:
        alone = {"kustomization.yaml": self.GENERATOR}
        assert self.values(tmp_path, self.FROM, alone) == (None, False)
        merged = self.GENERATOR.replace("lb-values,", "lb-values, behavior: merge,")
        contents = {
            "base/kustomization.yaml": self.GENERATOR,
            "base/helm/values.yaml": "a: 1\n",
            "top/kustomization.yaml": merged,
            "top/helm/values.yaml": "a: 2\n",
        }
        assert self.values(tmp_path, self.FROM, contents, "base/hr.yaml") == (1, False)
