"""The Applications that an ApplicationSet makes, as far as the repository decides them."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import pytest

from mlblint.repo.application_sets import MAX_GENERATED, generated
from mlblint.repo.files import Files
from mlblint.repo.resources import Resource, resources
from mlblint.repo.templates import fill_actions, fill_tags
from mlblint.text.documents import Document, documents
from mlblint.text.places import positions
from mlblint.text.source import Source

FOLDERS = {
    "apps/metallb/a.yaml": "",
    "apps/traefik/a.yaml": "",
    "apps/traefik/deep/a.yaml": "",
    "apps/.hidden/a.yaml": "",
    "env/prod/config.yaml": "cluster: {name: prod, nodes: 3}\n",
    "env/lab/config.yaml": "cluster: {name: lab, nodes: 1}\n",
    "env/list.json": '[{"n": "one"}, {"n": "two"}]',
}


def application_set(spec: str) -> Resource:
    text = "apiVersion: argoproj.io/v1alpha1\nkind: ApplicationSet\nmetadata: {name: set}\nspec:\n"
    text += "".join(f"  {line}\n" for line in spec.strip("\n").split("\n"))
    (document,) = documents(Source.from_bytes("set.yaml", text.encode()))
    assert isinstance(document, Document)
    (found,) = resources(document)
    return found


def made(
    root: Path, name: str, generators: str, more: str = "", files: Mapping[str, str] = FOLDERS
) -> list[str]:
    """The names of the Applications, if their template has that name."""
    for path, content in files.items():
        (root / path).parent.mkdir(parents=True, exist_ok=True)
        (root / path).write_text(content)
    template = f"template:\n  metadata: {{name: '{name}'}}\n  spec: {{}}"
    spec = f"{more}\ngenerators:\n{generators}\n{template}"
    return [one.name for one in generated(application_set(spec), Files(root, files))]


GO = "goTemplate: true"


class TestLists:
    ELEMENTS = "- list: {elements: [{c: a, values: {ip: '1'}}, {c: b, values: {ip: '2'}}]}"

    def test_old_templates_name_values_with_dots(self, tmp_path: Path) -> None:
        assert made(tmp_path, "{{c}}-{{ values.ip }}", self.ELEMENTS) == ["a-1", "b-2"]

    def test_go_templates_walk_through_them(self, tmp_path: Path) -> None:
        assert made(tmp_path, "{{.c}}-{{ .values.ip }}", self.ELEMENTS, GO) == ["a-1", "b-2"]

    def test_each_language_leaves_the_other_alone(self, tmp_path: Path) -> None:
        assert made(tmp_path, "{{.c}}", self.ELEMENTS) == ["{{.c}}"] * 2
        assert made(tmp_path, "{{c}}", self.ELEMENTS, GO) == ["{{c}}"] * 2

    def test_elements_may_be_yaml_in_a_text(self, tmp_path: Path) -> None:
        generator = "- list:\n    elements: [{c: a}]\n    elementsYaml: |\n      - c: b\n"
        assert made(tmp_path, "{{.c}}", generator, GO) == ["a", "b"]

    def test_such_a_text_that_is_itself_a_template_decides_nothing(self, tmp_path: Path) -> None:
        generator = "- list: {elementsYaml: '{{ .x | toJson }}'}"
        assert made(tmp_path, "{{.c}}", generator, GO) == ["{{.c}}"]

    def test_an_empty_list_makes_nothing(self, tmp_path: Path) -> None:
        assert made(tmp_path, "x", "- list: {elements: []}") == []


class TestGitDirectories:
    def test_each_folder_is_one(self, tmp_path: Path) -> None:
        generator = "- git: {repoURL: x, directories: [{path: apps/*}]}"
        assert made(tmp_path, "{{path.basename}}", generator) == ["metallb", "traefik"]
        assert made(tmp_path, "{{path}}", generator) == ["apps/metallb", "apps/traefik"]
        assert made(tmp_path, "{{path[0]}}-{{path[1]}}", generator) == [
            "apps-metallb",
            "apps-traefik",
        ]

    def test_in_go_templates(self, tmp_path: Path) -> None:
        generator = "- git: {directories: [{path: apps/*}]}"
        for name in ("{{ .path.basename }}", "{{index .path.segments 1}}", "{{ base .path.path }}"):
            assert made(tmp_path, name, generator, GO) == ["metallb", "traefik"]

    def test_exclusion_wins_wherever_it_stands(self, tmp_path: Path) -> None:
        generator = "- git: {directories: [{path: apps/trae*, exclude: true}, {path: 'apps/*'}]}"
        assert made(tmp_path, "{{path.basename}}", generator) == ["metallb"]

    def test_two_stars_are_no_more_than_one(self, tmp_path: Path) -> None:
        generator = "- git: {directories: [{path: 'apps/**'}]}"
        assert made(tmp_path, "{{path.basename}}", generator) == ["metallb", "traefik"]

    def test_a_prefix_keeps_two_generators_apart(self, tmp_path: Path) -> None:
        generator = "- git: {pathParamPrefix: app, directories: [{path: apps/m*}]}"
        assert made(tmp_path, "{{app.path.basename}}", generator) == ["metallb"]
        assert made(tmp_path, "{{.app.path.basename}}", generator, GO) == ["metallb"]

    def test_values_are_templates_as_well(self, tmp_path: Path) -> None:
        generator = "- git: {directories: [{path: apps/m*}], values: {lb: '%s-lb'}}"
        assert made(tmp_path, "{{values.lb}}", generator % "{{path.basename}}") == ["metallb-lb"]
        assert made(tmp_path, "{{.values.lb}}", generator % "{{.path.basename}}", GO) == [
            "metallb-lb"
        ]

    def test_where_nothing_is_found_another_repository_is_meant(self, tmp_path: Path) -> None:
        generator = "- git: {repoURL: https://elsewhere, directories: [{path: services/*}]}"
        assert made(tmp_path, "{{path.basename}}", generator) == ["{{path.basename}}"]


class TestGitFiles:
    def test_the_content_of_a_file_and_its_place(self, tmp_path: Path) -> None:
        generator = "- git: {files: [{path: 'env/**/config.yaml'}]}"
        name = "{{cluster.name}}-{{cluster.nodes}}-{{path.basename}}-{{path.filename}}"
        assert made(tmp_path, name, generator) == [
            "lab-1-lab-config.yaml",
            "prod-3-prod-config.yaml",
        ]

    def test_in_go_templates(self, tmp_path: Path) -> None:
        generator = "- git: {files: [{path: 'env/*/config.yaml'}]}"
        name = "{{.cluster.name}}-{{.cluster.nodes}}-{{.path.basename}}"
        assert made(tmp_path, name, generator, GO) == ["lab-1-lab", "prod-3-prod"]

    def test_a_star_crosses_folders_as_in_git_ls_files(self, tmp_path: Path) -> None:
        generator = "- git: {files: [{path: 'env/*.yaml'}]}"
        assert made(tmp_path, "{{path.basename}}", generator) == ["lab", "prod"]

    def test_a_file_may_hold_a_list(self, tmp_path: Path) -> None:
        assert made(tmp_path, "{{n}}", "- git: {files: [{path: env/list.json}]}") == ["one", "two"]

    def test_files_can_be_excluded(self, tmp_path: Path) -> None:
        generator = "- git: {files: [{path: 'env/**.yaml'}, {path: 'env/lab/*', exclude: true}]}"
        assert made(tmp_path, "{{path.basename}}", generator) == ["prod"]

    def test_a_file_that_cannot_be_read_decides_nothing(self, tmp_path: Path) -> None:
        files = {"env/a.yaml": "n: [\n", "env/b.yaml": "n: b\n"}
        assert made(tmp_path, "{{n}}", "- git: {files: [{path: env/*}]}", files=files) == ["{{n}}"]


class TestMatrix:
    def test_everything_with_everything(self, tmp_path: Path) -> None:
        generator = (
            "- matrix:\n    generators:\n    - git: {directories: [{path: apps/*}]}\n"
            "    - list: {elements: [{c: x}, {c: z}]}"
        )
        assert made(tmp_path, "{{path.basename}}-{{c}}", generator) == [
            "metallb-x",
            "metallb-z",
            "traefik-x",
            "traefik-z",
        ]

    def test_later_generators_use_the_parameters_of_earlier_ones(self, tmp_path: Path) -> None:
        generator = (
            "- matrix:\n    generators:\n    - list: {elements: [{e: prod}]}\n"
            "    - git: {files: [{path: 'env/{{.e}}/config.yaml'}]}"
        )
        assert made(tmp_path, "{{.e}}-{{.cluster.nodes}}", generator, GO) == ["prod-3"]

    def test_an_unknown_generator_leaves_its_own_placeholders(self, tmp_path: Path) -> None:
        generator = (
            "- matrix:\n    generators:\n    - clusters: {}\n"
            "    - git: {directories: [{path: apps/*}]}"
        )
        assert made(tmp_path, "{{name}}-{{path.basename}}", generator) == [
            "{{name}}-metallb",
            "{{name}}-traefik",
        ]

    def test_matrices_nest(self, tmp_path: Path) -> None:
        generator = (
            "- matrix:\n    generators:\n    - list: {elements: [{a: '1'}]}\n    - matrix:\n"
            "        generators:\n        - list: {elements: [{b: '{{a}}2'}]}\n"
            "        - list: {elements: [{c: '3'}, {c: '4'}]}"
        )
        assert made(tmp_path, "{{a}}-{{b}}-{{c}}", generator) == ["1-12-3", "1-12-4"]

    def test_the_first_says_what_both_say(self, tmp_path: Path) -> None:
        generator = (
            "- matrix:\n    generators:\n    - list: {elements: [{a: '1', m: {x: '1'}}]}\n"
            "    - list: {elements: [{a: '2', m: {x: '2', z: '2'}}]}"
        )
        assert made(tmp_path, "{{.a}}{{.m.x}}{{.m.z}}", generator, GO) == ["112"]

    def test_a_product_without_end_is_not_worked_out(self, tmp_path: Path) -> None:
        elements = ", ".join(f"{{c: '{n}'}}" for n in range(100))
        child = f"    - list: {{elements: [{elements}]}}\n"
        assert MAX_GENERATED < 100 * 100
        generator = "- matrix:\n    generators:\n" + child + child.replace("c:", "d:")
        assert made(tmp_path, "{{c}}{{d}}", generator.rstrip()) == ["{{c}}{{d}}"]


class TestMerge:
    BASE = "    - list: {elements: [{c: a, ip: '1'}, {c: b, ip: '2'}]}\n"

    def test_later_generators_override_what_has_the_same_keys(self, tmp_path: Path) -> None:
        generator = (
            "- merge:\n    mergeKeys: [c]\n    generators:\n"
            + self.BASE
            + "    - list: {elements: [{c: b, ip: '9'}, {c: z, ip: '8'}]}"
        )
        assert made(tmp_path, "{{c}}-{{ip}}", generator) == ["a-1", "b-9"]

    def test_what_an_unknown_generator_overrides_is_unknown(self, tmp_path: Path) -> None:
        generator = (
            "- merge:\n    mergeKeys: [c]\n    generators:\n" + self.BASE + "    - clusters: {}"
        )
        assert made(tmp_path, "{{c}}-{{ip}}", generator) == ["{{c}}-{{ip}}"]


class TestUnknown:
    @pytest.mark.parametrize(
        "generator", ["- clusters: {}", "- scmProvider: {}", "- plugin: {}", "- pullRequest: {}"]
    )
    def test_one_application_keeps_the_placeholders(self, generator: str, tmp_path: Path) -> None:
        assert made(tmp_path, "{{name}}", generator) == ["{{name}}"]

    def test_without_generators_or_template_there_is_none(self, tmp_path: Path) -> None:
        assert made(tmp_path, "x", "  []") == []
        assert (
            list(generated(application_set("generators: [{list: {}}]"), Files(tmp_path, []))) == []
        )


def test_a_selector_chooses_among_the_parameters(tmp_path: Path) -> None:
    generator = (
        "- list: {elements: [{c: a, values: {sel: 'true'}}, {c: b, values: {sel: 'false'}}]}\n"
        "  selector: {matchLabels: {values.sel: 'true'}}"
    )
    assert made(tmp_path, "{{c}}", generator) == ["a"]
    assert made(tmp_path, "{{.c}}", generator, GO) == ["a"]


class TestTemplates:
    def one(self, tmp_path: Path, spec: str) -> Resource:
        (found,) = generated(application_set(spec), Files(tmp_path, []))
        return found

    def test_keys_values_and_lists_are_filled_in(self, tmp_path: Path) -> None:
        found = self.one(
            tmp_path,
            "generators: [{list: {elements: [{c: a}]}}]\n"
            "template:\n  metadata: {name: x, labels: {'{{c}}': '1'}}\n"
            "  spec: {sources: [{path: 'p/{{c}}'}], x: 3}",
        )
        assert found.kind == "Application"
        assert found.labels == {"a": "1"}
        assert found.get("spec") == {"sources": [{"path": "p/a"}], "x": 3}

    def test_places_are_those_of_the_template(self, tmp_path: Path) -> None:
        found = self.one(
            tmp_path,
            "generators: [{list: {elements: [{c: a}]}}]\n"
            "template:\n  metadata: {name: x}\n  spec:\n    project: '{{c}}'",
        )
        assert found.get("spec", "project") == "a"
        assert positions(found.place("spec", "project"))[0] == (9, 16)

    def test_a_generator_may_have_a_template_of_its_own(self, tmp_path: Path) -> None:
        found = self.one(
            tmp_path,
            "generators:\n- list:\n    elements: [{c: a}]\n"
            "    template: {metadata: {}, spec: {project: own}}\n"
            "template: {metadata: {name: '{{c}}'}, spec: {project: all, source: {path: p}}}",
        )
        assert (found.name, found.get("spec")) == ("a", {"project": "own", "source": {"path": "p"}})
        assert positions(found.place("spec", "project"))[0] == (8, 48)
        assert positions(found.place("spec", "source", "path"))[0][0] == 9

    @pytest.mark.parametrize(
        ("patch", "path", "value"),
        [
            ("spec: {syncPolicy: {automated: {}}}", ("spec", "source"), {"path": "p"}),
            ("spec:\n  source:\n    helm: {values: x}", ("spec", "source"), "{{ templatePatch }}"),
            (
                "spec: {destination: {name: x}}",
                ("spec", "destination", "name"),
                "{{ templatePatch }}",
            ),
            (
                'metadata: {annotations: {argocd.argoproj.io/sync-wave: "1"}}',
                ("metadata", "annotations", "argocd.argoproj.io/sync-wave"),
                "{{ templatePatch }}",
            ),
        ],
    )
    def test_what_a_patch_speaks_of_is_undecided(
        self, patch: str, path: tuple[str, ...], value: object, tmp_path: Path
    ) -> None:
        text = "".join(f"  {line}\n" for line in patch.split("\n"))
        found = self.one(
            tmp_path,
            "generators: [{list: {elements: [{c: a}]}}]\n"
            "template: {metadata: {name: x}, spec: {source: {path: p}}}\n"
            f"templatePatch: |\n{text}",
        )
        assert found.get(*path) == value


class TestLanguages:
    KNOWN: Mapping[str, object] = {
        "a": "A b",
        "n": 3,
        "on": True,
        "m": {"x": "deep", "list": ["zero", "one"]},
    }

    @pytest.mark.parametrize(
        ("template", "text"),
        [
            ("{{.a}}", "A b"),
            ("{{ .n }}/{{ .on }}", "3/true"),
            ("x {{- .a -}} y", "xA by"),
            ("x {{- .m.x }} y", "xdeep y"),
            ("{{ .m.x -}} y", "deepy"),
            ("{{ index .m.list 1 }}", "one"),
            ('{{ index .m "x" }}', "deep"),
            ("{{ .a | normalize }}", "a-b"),
            ("{{ lower .a | upper }}", "A B"),
            ('{{ .a | replace " " "-" | lower }}', "a-b"),
            ('{{ trimSuffix "eep" .m.x }}', "d"),
            ('{{ .gone | default "none" }}', "none"),
            ('{{ default "none" .a }}', "A b"),
            ("{{ .gone }}", "{{ .gone }}"),
            ("{{ .m }}", "{{ .m }}"),
            ("{{ .a | sha256sum }}", "{{ .a | sha256sum }}"),
            ("{{ if .on }}{{ .m.x }}{{ end }}", "{{ if .on }}deep{{ end }}"),
            ("{{ index .m.list 9 }}", "{{ index .m.list 9 }}"),
            ("{{}}", "{{}}"),
            ('{{ printf "%s" .a }}', '{{ printf "%s" .a }}'),
        ],
    )
    def test_go_templates(self, template: str, text: str) -> None:
        assert fill_actions(template, self.KNOWN) == text

    @pytest.mark.parametrize(
        ("template", "text"),
        [
            ("{{a}}-{{ a }}", "1-1"),
            ("{{b.c}}", "2"),
            ("{{path[0]}}", "p"),
            ("{{gone}}", "{{gone}}"),
            ("{{ a | b }}", "{{ a | b }}"),
            ("{{a", "{{a"),
        ],
    )
    def test_tags(self, template: str, text: str) -> None:
        assert fill_tags(template, {"a": "1", "b.c": "2", "path[0]": "p"}) == text
