"""Values of charts: where they are given, which of them win, and what umbrella charts pull in."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mlblint.repo.files import Files
from mlblint.repo.helm import (
    Layer,
    Release,
    file_layer,
    pairs_layer,
    parameter_layer,
    set_layer,
    split_parameter,
    text_layer,
    typed,
    umbrella_releases,
    version_text,
    wanted_version,
)
from mlblint.text.documents import Document, documents
from mlblint.text.places import Place, positions
from mlblint.text.source import Source


def document(text: str, path: str = "f.yaml") -> Document:
    (found,) = documents(Source.from_bytes(path, text.encode()))
    assert isinstance(found, Document)
    return found


def layer(text: str, path: str = "f.yaml") -> Layer:
    found = document(text, path)
    assert isinstance(found.data, dict)
    return Layer("object", Place(found), found.data)


def release(*layers: Layer, key: tuple[str, ...] = ()) -> Release:
    place = Place(document("a: 1\n"))
    return Release("r", None, "c", "", None, place, None, layers, key)


def repository(root: Path, contents: Mapping[str, str]) -> Files:
    for name, content in contents.items():
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(content)
    return Files(root, contents)


def value(found: Release, *path: Any) -> object:
    at = found.value(*path)
    return at.value if at is not None else "nothing"


class TestPrecedence:
    def test_later_layers_win_key_by_key(self) -> None:
        found = release(layer("a: {x: 1, z: 1}\n"), layer("a: {z: 2}\n"))
        assert (value(found, "a", "x"), value(found, "a", "z")) == (1, 2)

    def test_a_value_tells_where_it_was_given(self) -> None:
        found = release(layer("a:\n  x: 1\n", "base.yaml"), layer("b: 1\n", "top.yaml")).value(
            "a", "x"
        )
        assert found is not None
        assert found.place.document.source.path == "base.yaml"
        assert positions(found.place)[0] == (2, 6)

    def test_where_nothing_is_said_the_default_of_the_chart_stands(self) -> None:
        assert value(release(layer("a: {x: 1}\n")), "a", "z") == "nothing"
        assert value(release(), "a") == "nothing"

    def test_an_empty_mapping_takes_nothing_away(self) -> None:
        assert value(release(layer("a: {x: 1}\n"), layer("a: {}\n")), "a", "x") == 1

    def test_null_hides_what_earlier_layers_say(self) -> None:
        found = release(layer("a: {x: 1}\n"), layer("a: {x: null}\n"))
        assert value(found, "a", "x") is None

    @pytest.mark.parametrize("above", ["null", "false", "text", "[1]"])
    def test_what_is_no_mapping_hides_all_below_it(self, above: str) -> None:
        found = release(layer("a: {x: 1}\n"), layer(f"a: {above}\n", "top.yaml"))
        at = found.value("a", "x")
        assert at is not None
        assert at.value is None
        assert (at.place.document.source.path, at.place.path) == ("top.yaml", ("a",))

    def test_lists_replace_each_other(self) -> None:
        found = release(layer("a: [1, 2]\n"), layer("a: [3]\n"))
        assert value(found, "a", 0) == 3
        assert value(found, "a", 1) is None

    def test_the_key_of_an_umbrella_chart_leads_to_the_values(self) -> None:
        found = release(layer("speaker: {x: 1}\nlb: {speaker: {x: 2}}\n"), key=("lb",))
        at = found.value("speaker", "x")
        assert at is not None
        assert (at.value, at.place.path) == (2, ("lb", "speaker", "x"))


class TestText:
    def read(self, text: str, value: object = ...) -> tuple[list[Layer], bool]:
        place = Place(document(text), ("values",))
        written = place.document.data["values"]  # type: ignore[index]
        return text_layer(place, written if value is ... else value)

    @pytest.mark.parametrize(
        "written", ["|\n  a: {b: 1}\n", ">\n  a: {b: 1}\n", "'a: {b: 1}'\n", '"a: {b: 1}"\n']
    )
    def test_any_style_of_scalar_can_be_read(self, written: str) -> None:
        (found,), readable = self.read(f"values: {written}")
        assert readable
        assert (found.form, found.data) == ("text", {"a": {"b": 1}})

    def test_places_lie_inside_the_block(self) -> None:
        (found,), _ = self.read("values: |\n  a:\n    b: 1\n")
        assert positions(found.where(("a", "b")))[0] == (3, 8)

    @pytest.mark.parametrize("written", ["", "''\n", "|\n  # nothing yet\n", "|\n\n"])
    def test_nothing_given_is_known_to_be_nothing(self, written: str) -> None:
        assert self.read(f"values: {written}\n") == ([], True)

    @pytest.mark.parametrize(
        "written",
        [
            "|\n  {{- if .x }}\n  a: 1\n  {{- end }}\n",
            "|\n  a: [\n",
            "|\n  - a\n",
            "{a: 1}\n",
        ],
    )
    def test_what_cannot_be_read_says_so(self, written: str) -> None:
        assert self.read(f"values: {written}") == ([], False)

    def test_helm_reads_the_first_document_only(self) -> None:
        (found,), readable = self.read("values: |\n  # x\n  ---\n  a: 1\n  ---\n  b: 1\n")
        assert (readable, found.data) == (True, {"a": 1})
        assert positions(found.where(("a",)))[0] == (4, 6)

    def test_values_are_those_applied_and_places_those_written(self) -> None:
        (found,), readable = self.read("values: |\n  a: '{{x}}'\n  b: 1\n", "a: '7'\nb: 1\n")
        assert readable
        assert found.data == {"a": "7", "b": 1}
        assert positions(found.where(("b",)))[0] == (3, 6)

    def test_text_that_is_yaml_only_once_it_is_filled_in(self) -> None:
        (found,), readable = self.read("values: |\n  {{x}}: {{y}}: 1\n", "a: 1\n")
        assert (readable, found.data) == (True, {"a": 1})
        assert positions(found.where(("a",)))[0] == (1, 1)


class TestFiles:
    def test_a_file_is_a_layer(self, tmp_path: Path) -> None:
        files = repository(tmp_path, {"v.yaml": "a: 1\n"})
        (found,) = file_layer(files, "v.yaml") or []
        assert (found.form, found.data) == ("file", {"a": 1})

    @pytest.mark.parametrize("text", ["", "# nothing\n", "---\n"])
    def test_an_empty_file_is_no_layer(self, text: str, tmp_path: Path) -> None:
        assert file_layer(repository(tmp_path, {"v.yaml": text}), "v.yaml") == []

    @pytest.mark.parametrize("path", [None, "other.yaml", "broken.yaml"])
    def test_a_file_that_cannot_be_read(self, path: str | None, tmp_path: Path) -> None:
        assert file_layer(repository(tmp_path, {"broken.yaml": "a: [\n"}), path) is None


class TestParameters:
    def layer(self, text: str) -> Layer:
        place = Place(document(text), ("parameters",))
        (found,) = parameter_layer(place, place.document.data["parameters"])  # type: ignore[index]
        return found

    def test_dots_divide_and_escaped_dots_do_not(self) -> None:
        found = self.layer(
            "parameters:\n"
            "- {name: speaker.ignoreExcludeLB, value: 'true'}\n"
            "- name: service.annotations.metallb\\.io/loadBalancerIPs\n"
            "  value: 10.0.0.1\n"
        )
        assert found.data == {
            "speaker": {"ignoreExcludeLB": True},
            "service": {"annotations": {"metallb.io/loadBalancerIPs": "10.0.0.1"}},
        }
        where = found.where(("service", "annotations", "metallb.io/loadBalancerIPs"))
        assert positions(where)[0] == (4, 10)

    def test_what_stands_nowhere_is_looked_for_in_the_list(self) -> None:
        found = self.layer("parameters:\n- {name: a, value: b}\n")
        assert found.where(("x",)).path == ("parameters",)

    def test_forced_strings_are_strings_and_win(self) -> None:
        found = self.layer(
            "parameters:\n"
            "- {name: a, value: 'true', forceString: true}\n"
            "- {name: a, value: 'false'}\n"
        )
        assert found.data == {"a": "true"}

    def test_indexes_make_lists(self) -> None:
        found = self.layer(
            "parameters:\n- {name: 'a[1].b', value: x}\n- {name: 'a[0]', value: '{y,2}'}\n"
        )
        assert found.data == {"a": [["y", 2], {"b": "x"}]}

    @pytest.mark.parametrize(
        "text", ["parameters: []\n", "parameters: [{value: x}]\n", "parameters:\n"]
    )
    def test_without_parameters_there_is_no_layer(self, text: str) -> None:
        place = Place(document(text), ("parameters",))
        assert parameter_layer(place, place.document.data["parameters"]) == []  # type: ignore[index]

    @pytest.mark.parametrize(
        ("written", "meant"),
        [
            ("true", True),
            ("false", False),
            ("null", None),
            ("yes", "yes"),
            ("True", "True"),
            ("0", 0),
            ("-5", -5),
            ("080", "080"),
            ("1" * 5_000, "1" * 5_000),
            ("1.5", "1.5"),
            ("{a,b}", ["a", "b"]),
            ("{}", []),
            ("", ""),
            (True, True),
        ],
    )
    def test_types_are_those_of_helm_set(self, written: object, meant: object) -> None:
        assert typed(written) == meant
        assert type(typed(written)) is type(meant)

    def test_the_set_of_a_k3s_chart_types_three_words(self) -> None:
        place = Place(document("set: {a.b: 'true', c: '1', d: 2, e: 'NULL'}\n"), ("set",))
        (found,) = set_layer(place, place.document.data["set"])  # type: ignore[index]
        assert found.data == {"a": {"b": True}, "c": "1", "d": 2, "e": None}
        assert positions(found.where(("a", "b")))[0] == (1, 12)

    def test_a_name_that_contradicts_another_is_left_out(self) -> None:
        at = Place(document("a: 1\n"))
        (found,) = pairs_layer(at, [("a", 1, at), ("a.b", 2, at), ("c", 3, at)])
        assert found.data == {"a": 1, "c": 3}

    @given(
        st.lists(st.text(min_size=1, alphabet=st.characters(exclude_characters="\n")), min_size=1)
    )
    def test_escaping_is_undone(self, keys: list[str]) -> None:
        name = ".".join("".join(f"\\{c}" if c in ".\\[" else c for c in key) for key in keys)
        assert split_parameter(name) == tuple(keys)


CHART = """\
apiVersion: v2
name: metallb
version: 1.0.0
dependencies:
- {name: metallb, version: 0.15.2, repository: https://metallb.github.io/metallb}
- name: traefik
  alias: edge
  version: ^36
  repository: https://traefik.github.io/charts
  condition: edge.enabled,global.edge
"""


class TestUmbrellas:
    def test_each_dependency_is_a_release_below_its_name_or_alias(self, tmp_path: Path) -> None:
        files = repository(tmp_path, {"c/Chart.yaml": CHART, "c/values.yaml": "metallb: {a: 1}\n"})
        metallb, traefik, own = umbrella_releases(files, "c", (), True, None)
        assert (metallb.chart, metallb.version, metallb.key) == ("metallb", "0.15.2", ("metallb",))
        assert metallb.repository == "https://metallb.github.io/metallb"
        assert positions(metallb.place)[0] == (5, 3)
        assert value(metallb, "a") == 1
        assert (traefik.chart, traefik.version, traefik.key) == ("traefik", "^36", ("edge",))
        assert (own.chart, own.key, own.others) == ("c/", (), {"metallb", "edge"})

    def test_who_installs_the_chart_gives_name_namespace_and_values(self, tmp_path: Path) -> None:
        files = repository(tmp_path, {"c/Chart.yaml": CHART, "c/values.yaml": "metallb: {a: 1}\n"})
        owner = replace(release(), name="lb", namespace="net")
        more = (layer("metallb: {a: 2}\n"),)
        metallb = next(umbrella_releases(files, "c", more, False, owner))
        assert (metallb.name, metallb.namespace, metallb.complete) == ("lb", "net", False)
        assert value(metallb, "a") == 2

    @pytest.mark.parametrize(
        ("values", "charts"),
        [
            ("edge: {enabled: false}\n", ["metallb", "c/"]),
            ("edge: {enabled: true}\n", ["metallb", "traefik", "c/"]),
            ("global: {edge: false}\n", ["metallb", "c/"]),
            ("edge: {enabled: true}\nglobal: {edge: false}\n", ["metallb", "traefik", "c/"]),
            ("edge: {enabled: 'no'}\nglobal: {edge: false}\n", ["metallb", "c/"]),
            ("other: 1\n", ["metallb", "traefik", "c/"]),
        ],
    )
    def test_conditions_switch_dependencies(
        self, values: str, charts: list[str], tmp_path: Path
    ) -> None:
        files = repository(tmp_path, {"c/Chart.yaml": CHART, "c/values.yaml": values})
        assert [found.chart for found in umbrella_releases(files, "c", (), True, None)] == charts

    @pytest.mark.parametrize(
        ("values", "enabled"),
        [
            ("tags: {front: false}\n", False),
            ("tags: {front: false, back: true}\n", True),
            ("tags: {}\n", True),
        ],
    )
    def test_one_true_tag_is_enough(self, values: str, enabled: bool, tmp_path: Path) -> None:
        chart = "name: c\nversion: 1.0.0\ndependencies: [{name: d, tags: [front, back]}]\n"
        files = repository(tmp_path, {"Chart.yaml": chart, "values.yaml": values})
        found = [one.chart for one in umbrella_releases(files, "", (), True, None)]
        assert ("d" in found) is enabled

    def test_requirements_of_helm_2(self, tmp_path: Path) -> None:
        files = repository(
            tmp_path,
            {
                "c/Chart.yaml": "apiVersion: v1\nname: c\nversion: 1.0.0\n",
                "c/requirements.yaml": "dependencies: [{name: metallb, version: 0.12.1}]\n",
            },
        )
        (found,) = umbrella_releases(files, "c", (), True, None)
        assert (found.chart, found.version) == ("metallb", "0.12.1")

    def test_a_copy_of_a_published_chart_goes_by_its_name(self, tmp_path: Path) -> None:
        chart = (
            "name: metallb\nversion: 0.14.9\nhome: https://metallb.universe.tf\n"
            "sources: [https://github.com/metallb/metallb]\n"
        )
        files = repository(tmp_path, {"c/Chart.yaml": chart, "c/values.yaml": "speaker: {}\n"})
        (found,) = umbrella_releases(files, "c", (), True, None)
        assert (found.chart, found.version) == ("metallb", "0.14.9")
        assert found.repository == "https://github.com/metallb/metallb"

    @pytest.mark.parametrize("chart", ["", "a: [\n"])
    def test_a_chart_that_cannot_be_read_makes_nothing(self, chart: str, tmp_path: Path) -> None:
        files = repository(tmp_path, {"c/Chart.yaml": chart, "c/values.yaml": "a: 1\n"})
        assert list(umbrella_releases(files, "c", (), True, None)) == []


@pytest.mark.parametrize(
    ("written", "version", "wanted"),
    [
        ("0.15.2", "0.15.2", "0.15.2"),
        (0.15, "0.15", "0.15"),
        (None, None, "*"),
        ("", None, "*"),
        ("${VERSION}", None, None),
        (True, None, None),
    ],
)
def test_versions(written: object, version: str | None, wanted: str | None) -> None:
    assert version_text(written) == version
    assert wanted_version(written) == wanted


def test_a_wrapper_at_the_top_is_not_the_chart_that_it_wraps(tmp_path: Path) -> None:
    chart = "name: traefik\nversion: 1.0.0\ndependencies: [{name: traefik, version: 36.3.0}]\n"
    values = {"traefik/Chart.yaml": chart, "traefik/values.yaml": "traefik: {a: 1}\n"}
    found = umbrella_releases(repository(tmp_path, values), "traefik", (), True, None)
    assert [one.chart for one in found] == ["traefik", "traefik/"]
