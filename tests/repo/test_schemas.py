"""The schemas of MetalLB's kinds, release by release, against its custom resource definitions."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from mlblint.package_data import data_folder
from mlblint.repo import chart, schemas
from mlblint.repo.kinds import schema_of, served
from mlblint.repo.schemas import at, eras, faults, unknown_keys, without_nulls
from mlblint.repo.versions import RELEASES, Version, parse_version
from mlblint.schema import schema_violations

FACTS = Path(__file__).parents[3] / "shared" / "facts" / "crd_fields_by_release.json"
with_facts = pytest.mark.skipif(not FACTS.is_file(), reason=f"{FACTS} is not on this machine")

THING = {
    "x-since": "0.13.0",
    "x-until": "0.16.0",
    "type": "object",
    "required": ["size"],
    "x-before": {"0.14.0": {"required": []}, "0.15.0": {"required": ["size", "name"]}},
    "properties": {
        "size": {"type": "integer", "minimum": 1, "x-before": {"0.15.1": {"minimum": 0}}},
        "name": {"type": "string", "x-since": "0.13.6"},
        "mark": {"type": "string", "x-until": "0.14.0"},
        "parts": {"type": "array", "items": {"$ref": "#/$defs/part"}},
        "log": {"x-ignored": True, "type": "integer"},
    },
    "$defs": {"part": {"type": "object", "properties": {"id": {"type": "string"}}}},
}


def version(text: str) -> Version:
    found = parse_version(text)
    assert found is not None
    return found


@pytest.mark.parametrize(
    ("release", "required", "minimum", "fields"),
    [
        ("0.13.5", [], 0, {"size", "mark", "parts", "log"}),
        ("0.13.6", [], 0, {"size", "name", "mark", "parts", "log"}),
        ("0.14.0", ["size", "name"], 0, {"size", "name", "parts", "log"}),
        ("0.15.0", ["size"], 0, {"size", "name", "parts", "log"}),
        ("0.15.1", ["size"], 1, {"size", "name", "parts", "log"}),
    ],
)
def test_one_release_of_a_schema(
    release: str, required: list[str], minimum: int, fields: set[str]
) -> None:
    schema = at(THING, version(release))
    assert (schema["required"], set(schema["properties"])) == (required, fields)
    assert schema["properties"]["size"] == {"type": "integer", "minimum": minimum}
    assert schema["properties"]["log"] == {}
    assert not any(key.startswith("x-") for key in schema)


def test_the_eras_begin_where_something_changes() -> None:
    assert list(map(str, eras(THING))) == ["0.13.0", "0.13.6", "0.14.0", "0.15.0", "0.15.1"]


def test_of_an_unknown_release_only_what_every_release_refuses() -> None:
    data = {"size": 0, "name": 7, "parts": [{"id": 5}]}
    assert [one.path for one in faults(THING, data, None)] == [("parts", 0, "id")]
    dropped = faults(THING, data, None, drops_unknown=True)
    assert [one.path for one in dropped] == [("name",), ("parts", 0, "id")]
    assert [one.path for one in faults(THING, data, version("0.15.1"))] == [
        ("size",),
        ("name",),
        ("parts", 0, "id"),
    ]


def test_unknown_keys() -> None:
    data = {"mark": "a", "size": 1, "parts": [{"id": "a", "ID": "b"}], "log": {"any": 1}, "z": 0}
    assert list(unknown_keys(THING, data, None)) == [("parts", 0, "ID"), ("z",)]
    assert list(unknown_keys(THING, data, version("0.15.0"))) == [
        ("mark",),
        ("parts", 0, "ID"),
        ("z",),
    ]


def test_a_null_is_no_value_but_in_a_list() -> None:
    assert without_nulls({"a": None, "b": [None, {"c": None}]}) == {"b": [None, {}]}


def test_all_files_are_schemas() -> None:
    for path in data_folder("schemas").rglob("*.json"):
        assert list(schema_violations(json.loads(path.read_text()))) == [], path.name


def test_every_field_says_what_it_is_for() -> None:
    for kind, versions in served().items():
        for one in versions:
            schema = schema_of(kind, one)
            assert schema is not None
            assert schema["description"]
            spec = schema["properties"]["spec"]
            assert all(field.get("description") for field in spec["properties"].values()), kind


# -- against the facts ----------------------------------------------------------------------------


@cache
def facts() -> Mapping[str, Any]:
    found: Mapping[str, Any] = json.loads(FACTS.read_text())
    return found


COMPARED = ("type", "enum", "minimum", "maximum", "default", "minItems", "maxLength", "pattern")


def flat(root: Any, schema: Any, name: str) -> Iterator[tuple[str, Mapping[str, Any]]]:
    schema = schemas.followed(root, schema)
    required = schema.get("required", ())
    for key, field in schema.get("properties", {}).items():
        path = f"{name}.{key}"
        found = {one: field[one] for one in COMPARED if one in field}
        if field.get("format", "").startswith("int"):
            found["format"] = field["format"]
        if isinstance(field.get("additionalProperties"), dict):
            found["additionalProperties"] = field["additionalProperties"]
        if key in required:
            found["required"] = True
        if "items" in field:
            found["items"] = {"type": schemas.followed(root, field["items"])["type"]}
            yield from flat(root, field["items"], f"{path}[]")
        yield path, found
        yield from flat(root, field, path)


@with_facts
@pytest.mark.parametrize("release", RELEASES[RELEASES.index(Version(0, 13, 0)) :], ids=str)
def test_the_kinds_of_a_release(release: Version) -> None:
    expected = facts()[f"v{release}"]
    present = {
        f"{kind}/{one}"
        for kind, versions in served().items()
        for one in versions
        if schemas.is_in(schema_of(kind, one) or {}, release)
    }
    assert present == set(expected)
    for name, fact in expected.items():
        kind, _, one = name.partition("/")
        whole = schema_of(kind, one)
        assert whole is not None
        schema = at(whole, release)
        wanted = {
            path: {key: value[key] for key in (*COMPARED, "required", "items") if key in value}
            | {
                key: value[key]
                for key in ("format", "additionalProperties")
                if key in value and value[key] != "date-time"
            }
            for path, value in fact["spec"].items()
        }
        assert dict(flat(schema, schema["properties"]["spec"], "spec")) == wanted, name
        assert schema["required"] == ["metadata", *(fact["topreq"] or [])]
        status = whole["properties"].get("status", {})
        known = {
            path for path, _ in flat(whole, at({**status, "x-ignored": False}, release), "status")
        }
        assert known >= set(fact["status"]), name


# -- the chart's values ---------------------------------------------------------------------------

VALUES = FACTS.with_name("helm_values_by_release.json")


@cache
def chart_facts() -> Mapping[str, Any]:
    found: Mapping[str, Any] = json.loads(VALUES.read_text())
    return found


def defaults(schema: Mapping[str, Any], name: str = "") -> Iterator[tuple[str, Any]]:
    for key, field in schema.get("properties", {}).items():
        if "default" in field:
            yield name + key, field["default"]
        yield from defaults(field, f"{name}{key}.")


@with_facts
@pytest.mark.parametrize("release", RELEASES[RELEASES.index(Version(0, 12, 1)) :], ids=str)
def test_the_values_of_a_release(release: Version) -> None:
    expected = dict(chart_facts()[f"v{release}"])
    if release == Version(0, 16, 0):
        # It was null by mistake, which the next release mended.
        assert expected.pop("frr-k8s.prometheus") is None
    assert dict(defaults(at(chart.schema(), release))) == expected


def test_every_value_says_what_it_is_for() -> None:
    for key, field in chart.schema()["properties"].items():
        assert field.get("description"), key


def test_the_schema_of_a_release_is_made_once() -> None:
    assert at(THING, Version(0, 14, 0)) is at(THING, Version(0, 14, 0))
    other = at(THING, version=Version(0, 13, 0))
    assert other != at(THING, version=Version(0, 15, 0))
    assert at(dict(THING), Version(0, 14, 0)) is not at(THING, Version(0, 14, 0))
