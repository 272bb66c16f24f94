"""What Argo CD Applications say: their sources, where those lie, and where they are sent."""

from __future__ import annotations

from pathlib import Path

import pytest

from mlblint.repo.argo import (
    ApplicationSource,
    destination,
    destination_namespace,
    folder_files,
    is_application,
    local_repositories,
    references,
    sources,
    value_file,
)
from mlblint.repo.files import Files
from mlblint.repo.resources import Resource, resources
from mlblint.text.documents import Document, documents
from mlblint.text.source import Source

HERE = "https://github.com/example/here"


def application(spec: str, name: str = "app") -> Resource:
    text = (
        f"apiVersion: argoproj.io/v1alpha1\nkind: Application\nmetadata: {{name: {name}}}\nspec:\n"
    )
    text += "".join(f"  {line}\n" for line in spec.strip("\n").split("\n"))
    (document,) = documents(Source.from_bytes("app.yaml", text.encode()))
    assert isinstance(document, Document)
    (found,) = resources(document)
    return found


def source(fields: str) -> ApplicationSource:
    (found,) = sources(application(f"source: {fields}"))
    return found


class TestSources:
    def test_a_chart(self) -> None:
        found = source("{repoURL: https://x, chart: metallb, targetRevision: 0.15.2}")
        assert (found.repository, found.chart, found.revision) == ("https://x", "metallb", "0.15.2")
        assert (found.path, found.at, found.named_by) == (None, ("spec", "source"), "chart")

    @pytest.mark.parametrize(
        ("written", "path", "folder"),
        [
            ("apps/x", "apps/x", "apps/x"),
            ("./apps/x/", "apps/x", "apps/x"),
            ("/apps/x", "apps/x", "apps/x"),
            (".", ".", ""),
            ("./", ".", ""),
            ("/", ".", ""),
            ("''", None, None),
        ],
    )
    def test_paths_are_spelled_in_one_way(
        self, written: str, path: str | None, folder: str | None
    ) -> None:
        found = source(f"{{repoURL: {HERE}, path: {written}}}")
        assert (found.path, found.folder) == (path, folder)

    def test_several_sources_win_over_the_single_one(self) -> None:
        found = sources(application("source: {repoURL: a}\nsources: [{repoURL: b}, {repoURL: c}]"))
        assert [(one.repository, one.at) for one in found] == [
            ("b", ("spec", "sources", 0)),
            ("c", ("spec", "sources", 1)),
        ]

    def test_an_empty_list_of_sources_is_none(self) -> None:
        assert sources(application("source: {repoURL: a}\nsources: []"))[0].repository == "a"

    def test_what_is_hydrated_wins_over_both(self) -> None:
        spec = "sourceHydrator:\n  drySource: {repoURL: d, path: p}\nsource: {repoURL: a}"
        (found,) = sources(application(spec))
        assert (found.repository, found.at) == ("d", ("spec", "sourceHydrator", "drySource"))

    def test_without_a_source_there_is_none(self) -> None:
        assert sources(application("project: default")) == []

    def test_an_oci_address_names_the_chart_itself(self) -> None:
        found = source(
            "{repoURL: 'oci://quay.io/metallb/chart/metallb', path: ., targetRevision: 1}"
        )
        assert (found.repository, found.chart) == ("oci://quay.io/metallb/chart", "metallb")
        assert (found.path, found.named_by) == (None, "repoURL")

    @pytest.mark.parametrize(
        ("options", "tool"),
        [
            ("", None),
            (", helm: {releaseName: x}", "helm"),
            (", kustomize: {namePrefix: x}", "kustomize"),
            (", directory: {recurse: true}", "directory"),
            (", directory: {}", None),
        ],
    )
    def test_options_of_a_tool_choose_it(self, options: str, tool: str | None) -> None:
        assert source(f"{{repoURL: {HERE}, path: x{options}}}").tool == tool


class TestDestination:
    @pytest.mark.parametrize(
        "written",
        [
            "{server: https://kubernetes.default.svc}",
            "{name: in-cluster}",
            "{namespace: x}",
            "{}",
        ],
    )
    def test_its_own_cluster(self, written: str) -> None:
        assert destination(application(f"destination: {written}")) is None

    def test_another_cluster(self) -> None:
        assert destination(application("destination: {name: edge}")) == "edge"
        assert (
            destination(application("destination: {server: https://10.0.0.9}"))
            == "https://10.0.0.9"
        )

    def test_namespace(self) -> None:
        assert destination_namespace(application("destination: {namespace: lb}")) == "lb"
        assert destination_namespace(application("destination: {}")) is None


def test_is_application() -> None:
    assert is_application(application("project: x"))


class TestLocalRepositories:
    def local(self, tmp_path: Path, *specs: str, paths: tuple[str, ...] = ()) -> frozenset[str]:
        files = Files(tmp_path, ["apps/a/x.yaml", "apps/b/x.yaml", "deploy/x.yaml", *paths])
        return local_repositories(map(application, specs), files)

    def at(self, url: str, path: str) -> str:
        return f"source: {{repoURL: '{url}', path: {path}}}"

    def test_a_repository_whose_paths_exist_here_is_this_one(self, tmp_path: Path) -> None:
        assert self.local(tmp_path, self.at(HERE, "apps/a"), self.at("https://x/y", "src")) == {
            HERE
        }

    def test_one_wrong_path_is_a_mistake_and_one_right_one_a_coincidence(
        self, tmp_path: Path
    ) -> None:
        other = "https://github.com/example/other"
        found = self.local(
            tmp_path,
            self.at(HERE, "apps/a"),
            self.at(HERE, "apps/b"),
            self.at(HERE, "apps/gone"),
            self.at(other, "deploy"),
            self.at(other, "charts/x"),
        )
        assert found == {HERE}

    @pytest.mark.parametrize(
        "spelling",
        [
            "https://github.com/example/here.git",
            "git@github.com:example/here.git",
            "ssh://git@github.com/Example/here",
            "https://token@github.com/example/here/",
        ],
    )
    def test_all_spellings_of_one_address_mean_it(self, spelling: str, tmp_path: Path) -> None:
        found = self.local(tmp_path, self.at(HERE, "apps/a"), self.at(spelling, "elsewhere/y"))
        assert found == set()
        found = self.local(
            tmp_path, self.at(HERE, "apps/a"), self.at(HERE, "apps/b"), self.at(spelling, "gone")
        )
        assert found == {HERE, spelling}

    def test_the_root_exists_everywhere(self, tmp_path: Path) -> None:
        found = self.local(tmp_path, self.at("https://x/y", "."), self.at(HERE, "apps/a"))
        assert found == {HERE}

    def test_the_root_of_the_only_repository_is_this_one(self, tmp_path: Path) -> None:
        assert self.local(tmp_path, self.at(HERE, ".")) == {HERE}
        assert self.local(tmp_path, self.at(HERE, "."), self.at("https://x/y", ".")) == set()

    def test_charts_say_nothing(self, tmp_path: Path) -> None:
        chart = "source: {repoURL: https://charts.example, chart: deploy}"
        oci = "source: {repoURL: 'oci://x/y', path: .}"
        assert self.local(tmp_path, chart, oci) == set()

    def test_paths_of_templates_say_nothing(self, tmp_path: Path) -> None:
        assert self.local(tmp_path, self.at(HERE, "'{{path}}'")) == set()

    def test_value_files_tell_as_well_as_folders(self, tmp_path: Path) -> None:
        spec = (
            "sources:\n- repoURL: https://charts.example\n  chart: metallb\n"
            "  helm: {valueFiles: [$values/apps/a/x.yaml]}\n"
            f"- {{repoURL: {HERE}, ref: values}}\n"
        )
        assert self.local(tmp_path, spec) == {HERE}


class TestValueFiles:
    @pytest.mark.parametrize(
        ("entry", "folder", "path"),
        [
            ("values.yaml", "apps/x", "apps/x/values.yaml"),
            ("../base.yaml", "apps/x", "apps/base.yaml"),
            ("/env/prod.yaml", "apps/x", "env/prod.yaml"),
            ("values.yaml", "", "values.yaml"),
            ("../../../up.yaml", "apps/x", None),
            ("https://example.dev/v.yaml", "apps/x", None),
            ("secrets://v.yaml", "apps/x", None),
            ("values-$ARGOCD_APP_NAME.yaml", "apps/x", None),
            ("values/*.yaml", "apps/x", None),
            ("{{env}}.yaml", "apps/x", None),
            ("values.yaml", None, None),
            ("/values.yaml", None, None),
            ("$values/env/prod.yaml", None, "env/prod.yaml"),
            ("$values/env/prod.yaml", "apps/x", "env/prod.yaml"),
            ("$other/env/prod.yaml", "apps/x", None),
            ("$ARGOCD_APP_NAME/x.yaml", "apps/x", None),
        ],
    )
    def test_where_an_entry_leads(self, entry: str, folder: str | None, path: str | None) -> None:
        assert value_file(entry, folder, {"values": ""}) == path

    def test_references_lead_to_the_root_whatever_the_path_of_their_source(self) -> None:
        found = sources(
            application(
                f"sources:\n- {{repoURL: {HERE}, ref: values, path: apps/a}}\n"
                "- {repoURL: https://elsewhere, ref: other}\n"
            )
        )
        assert references(found, frozenset([HERE])) == {"values": ""}


class TestDirectories:
    def files(self, tmp_path: Path) -> Files:
        names = ["a.yaml", "b.yml", "c.json", "sub/d.yaml", "sub/deep/e.yaml", "values/f.yaml"]
        return Files(tmp_path, [f"app/{name}" for name in names] + ["apps/g.yaml"])

    @pytest.mark.parametrize(
        ("options", "found"),
        [
            ({}, "a.yaml b.yml c.json"),
            ({"recurse": True}, "a.yaml b.yml c.json sub/d.yaml sub/deep/e.yaml values/f.yaml"),
            ({"include": "*.yaml"}, "a.yaml"),
            (
                {"recurse": True, "include": "*.yaml"},
                "a.yaml sub/d.yaml sub/deep/e.yaml values/f.yaml",
            ),
            ({"recurse": True, "include": "sub/*"}, "sub/d.yaml sub/deep/e.yaml"),
            (
                {"recurse": True, "include": "{a.yaml,sub/*.yaml}"},
                "a.yaml sub/d.yaml sub/deep/e.yaml",
            ),
            (
                {"recurse": True, "exclude": "{values/*,*.json}"},
                "a.yaml b.yml sub/d.yaml sub/deep/e.yaml",
            ),
            ({"include": "?.y*ml", "exclude": "b*"}, "a.yaml"),
            ({"include": "[a-b].*"}, "a.yaml b.yml"),
            ({"recurse": "true"}, "a.yaml b.yml c.json"),
        ],
    )
    def test_what_is_read(self, options: dict[str, object], found: str, tmp_path: Path) -> None:
        """The star does not stop at a slash: findManifests uses globs without separators."""
        paths = folder_files(self.files(tmp_path), "app", options)
        assert [path.removeprefix("app/") for path in paths] == found.split()

    def test_the_root_of_the_repository(self, tmp_path: Path) -> None:
        files = Files(tmp_path, ["a.yaml", "x/b.yaml"])
        assert folder_files(files, "", {"recurse": True, "include": "x/*"}) == ["x/b.yaml"]
