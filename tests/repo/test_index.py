"""What stands in each file, and what of it can matter at all."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import pytest

from mlblint.repo import index as indexing
from mlblint.repo.files import Files
from mlblint.repo.index import (
    RELEVANT,
    Index,
    chart_of,
    is_archived,
    is_chart_template,
    kustomization_file,
)


def index(root: Path, contents: Mapping[str, str | bytes]) -> Index:
    for name, content in contents.items():
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
    return indexing.index(Files(root, contents, relevant=RELEVANT))


class TestRelevance:
    @pytest.mark.parametrize(
        "text",
        [
            "apiVersion: v1\nkind: Service\n",
            "kind: Service\napiVersion: v1\n",
            'apiVersion: v1\r\nkind: "Service"\r\n',
            "{apiVersion: v1, kind: Service}\n",
            '{"apiVersion":"v1","kind":"Service"}',
            '{\n\t"apiVersion": "v1",\n\t"kind" : "Service"\n}\n',
            "'kind': 'Service'\n'apiVersion': v1\n",
            "kind :  Service\napiVersion: v1\n",
            "kind: &kind Service\napiVersion: v1\n",
            "kind: !!str Service\napiVersion: v1\n",
            "apiVersion: v1\nkind: List\nitems:\n- kind: Service\n  apiVersion: v1\n",
            "apiVersion: v1\nkind: Namespace\n",
            "apiVersion: metallb.io/v1beta1\nkind: IPAddressPool\n",
            "apiVersion: argoproj.io/v1alpha1\nkind: Application\n",
            "apiVersion: helm.toolkit.fluxcd.io/v2\nkind: HelmRelease\n",
            "apiVersion: helm.cattle.io/v1\nkind: HelmChart\n",
            "apiVersion: traefik.io/v1alpha1\nkind: Middleware\n",
            "apiVersion: postgresql.cnpg.io/v1\nkind: Cluster\nspec: {type: LoadBalancer}\n",
            "apiVersion: v1\nkind: Node\nmetadata:\n  labels:\n"
            "    node.kubernetes.io/exclude-from-external-load-balancers: ''\n",
        ],
    )
    def test_the_filter_lets_pass_what_a_rule_needs(self, text: str, tmp_path: Path) -> None:
        assert len(index(tmp_path, {"f.yaml": text}).resources) >= 1

    @pytest.mark.parametrize(
        "text",
        [
            "apiVersion: v1\nkind: ServiceAccount\n",
            "apiVersion: apps/v1\nkind: Deployment\n",
            "apiVersion: v1\nkind: ConfigMap\ndata: {a: b}\n",
        ],
    )
    def test_the_filter_holds_back_what_none_needs(self, text: str) -> None:
        assert RELEVANT.search(text) is None


def test_files_are_told_apart(tmp_path: Path) -> None:
    found = index(
        tmp_path,
        {
            "broken.yaml": "kind: Service\n\tspec: {}\n",
            "crypt.yaml": b"\0GITCRYPT\0\xff",
            "latin.yaml": b"# metallb \xe9\n",
            "sops.yaml": "apiVersion: v1\nkind: Service\nsops: {mac: 'ENC[x]'}\n",
            "template.yaml": "kind: Service\n{{- if .x }}\nspec: {}\n{{- end }}\n",
            "whole.yaml": "apiVersion: v1\nkind: Service\nmetadata: {name: a}\n",
        },
    )
    assert [part.source.path for part in found.broken] == ["broken.yaml"]
    assert found.encrypted == {"crypt.yaml", "sops.yaml"}
    assert found.not_text == {"latin.yaml": "not UTF-8 text: invalid continuation byte"}
    assert found.templates == {"template.yaml"}
    assert [resource.file for resource in found.resources] == ["whole.yaml"]


class TestTemplates:
    @pytest.mark.parametrize(
        "text",
        [
            "kind: Service\n{% if x %}\na: 1\n{% endif %}\n",
            "kind: Service\n%{ for x in y }\na: ${x}\n%{ endfor }\n",
            "kind: Service\n<%= x %>\na: [\n",
            "kind: Service\n${EXTRA}\na: 1\n",
        ],
    )
    def test_text_of_another_engine_is_not_broken_yaml(self, text: str, tmp_path: Path) -> None:
        found = index(tmp_path, {"f.yaml": text})
        assert (found.templates, found.broken) == ({"f.yaml"}, ())

    def test_a_template_elsewhere_in_the_file_excuses_nothing(self, tmp_path: Path) -> None:
        text = "kind: Service\na: '{{ x }}'\n---\nkind: Service\n- a\n"
        found = index(tmp_path, {"f.yaml": text})
        assert len(found.broken) == 1
        assert found.templates == set()

    def test_a_variable_as_a_value_excuses_nothing(self, tmp_path: Path) -> None:
        assert len(index(tmp_path, {"f.yaml": "kind: Service\nb: ${X}\n- a\n"}).broken) == 1

    def test_sops_of_another_meaning_is_no_encryption(self, tmp_path: Path) -> None:
        text = "apiVersion: v1\nkind: Service\nsops: {image: x}\n"
        assert index(tmp_path, {"f.yaml": text}).encrypted == set()


@pytest.mark.parametrize(
    ("path", "archived"),
    [
        (".archive/a.yaml", True),
        ("infra/archive/a.yaml", True),
        ("bak/a.yaml", True),
        ("apps/disabled/x/a.yaml", True),
        ("backups/a.yaml", True),
        ("apps/backup/velero/a.yaml", False),
        ("apps/archive.yaml", False),
        ("apps/archiver/a.yaml", False),
    ],
)
def test_archives_are_folders_by_name(path: str, archived: bool) -> None:
    assert is_archived(path) is archived


class TestCharts:
    def test_a_template_belongs_to_the_chart_around_it(self, tmp_path: Path) -> None:
        files = Files(tmp_path, ["c/Chart.yaml", "c/templates/sub/a.yaml", "d/templates/b.yaml"])
        assert chart_of(files, "c/templates/sub/a.yaml") == "c"
        assert chart_of(files, "d/templates/b.yaml") is None
        assert is_chart_template(files, "c/templates/sub/a.yaml")

    def test_a_chart_may_be_the_whole_repository(self, tmp_path: Path) -> None:
        files = Files(tmp_path, ["Chart.yaml", "templates/a.yaml"])
        assert chart_of(files, "templates/a.yaml") == ""


def test_kustomization_file_takes_the_first_of_kustomizes_names(tmp_path: Path) -> None:
    files = Files(tmp_path, ["a/kustomization.yml", "b/Kustomization", "c/x.yaml"])
    assert kustomization_file(files, "a") == "a/kustomization.yml"
    assert kustomization_file(files, "b") == "b/Kustomization"
    assert kustomization_file(files, "c") is None
