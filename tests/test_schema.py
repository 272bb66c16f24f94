"""Judging data by JSON Schemas, and the words for what is wrong with it."""

from __future__ import annotations

import subprocess
import sys

import pytest
from hypothesis import given
from hypothesis import strategies as st
from jsonschema import Draft202012Validator, FormatChecker

from mlblint.package_data import data_folder
from mlblint.schema import (
    BadSchemaError,
    Violation,
    accepts,
    schema_violations,
    surely_meant,
    violations,
)
from mlblint.schema_quick import BeyondQuickError, Quick

SCHEMA = {
    "type": "object",
    "additionalProperties": False,
    "required": ["name"],
    "properties": {
        "name": {"type": "string", "examples": ["prod"]},
        "interfaces": {"type": "array", "items": {"$ref": "#/$defs/interface"}},
        "mode": {"enum": ["layer2", "bgp", None]},
        "labels": {"type": "object", "propertyNames": {"pattern": "^[a-z]+$"}},
        "address": {"format": "address"},
        "reserved": {"anyOf": [{"type": "string"}, {"type": "array", "items": {"type": "string"}}]},
        "gone": False,
    },
    "$defs": {"interface": {"type": "string", "minLength": 1}},
}
FORMATS = {"address": lambda text: None if "." in text else f"{text} has no dots"}


def found_in(data: object, schema: object = SCHEMA) -> list[Violation]:
    return list(violations(schema, data, FORMATS))


def test_valid_data_has_no_violation():
    assert found_in({"name": "a", "interfaces": ["eth0"], "mode": None, "address": "1.2"}) == []


def test_an_unknown_key_is_told_with_the_nearest_known_one():
    assert found_in({"name": "a", "interface": []}) == [
        Violation(
            ("interface",),
            "unknown key `interface`; did you mean `interfaces`?",
            "unknown-key",
            nearest="interfaces",
        )
    ]


def test_an_unknown_key_that_is_near_to_nothing_is_told_with_all_known_ones():
    schema = {"additionalProperties": False, "properties": {"name": {}, "mode": {}}}
    assert found_in({"zzz": 1}, schema) == [
        Violation(("zzz",), "unknown key `zzz`; known here: `name`, `mode`", "unknown-key")
    ]


def test_every_unknown_and_every_missing_key_is_a_violation_of_its_own():
    schema = {"required": ["a", "ab"], "additionalProperties": False, "properties": {"a": {}}}
    assert {(v.path, v.kind, v.missing) for v in found_in({"x": 1, "y": 2}, schema)} == {
        (("x",), "unknown-key", None),
        (("y",), "unknown-key", None),
        ((), "missing-key", "a"),
        ((), "missing-key", "ab"),
    }


@pytest.mark.parametrize(
    ("data", "path", "message"),
    [
        ({"name": None}, ("name",), 'expected a text, such as "prod"; found nothing'),
        (
            {"name": 0.14},
            ("name",),
            'expected a text, such as "prod"; found the number 0.14; '
            "put it in quotes to make it a text",
        ),
        ({"name": "a", "interfaces": "e"}, ("interfaces",), 'expected a list; found "e"'),
        ({"name": "a", "interfaces": [{}]}, ("interfaces", 0), "expected a text; found a mapping"),
        ({"name": "a", "interfaces": [""]}, ("interfaces", 0), "expected one that is not empty"),
        (
            {"name": "a", "mode": "layer-2"},
            ("mode",),
            'expected `layer2` or `bgp`; found "layer-2"; did you mean `layer2`?',
        ),
        ({"name": "a", "address": "x"}, ("address",), "x has no dots"),
        ({"name": "a", "reserved": 1.5}, ("reserved",), None),
        ({"name": "a", "reserved": ["x", {}]}, ("reserved", 1), "expected a text; found a mapping"),
        ([], (), "expected a mapping; found a list"),
    ],
)
def test_a_wrong_value_is_told_with_what_was_expected(data, path, message):
    (violation,) = found_in(data)
    assert (violation.path, violation.kind) == (path, "value")
    assert violation.message == (
        message
        or "expected a text or a list; found the number 1.5; put it in quotes to make it a text"
    )


def test_a_wrong_key_is_pointed_at_itself():
    (violation,) = found_in({"name": "a", "labels": {"ok": 1, "NO": 1}})
    assert (violation.path, violation.kind) == (("labels", "NO"), "bad-key")
    assert violation.message == 'expected a text of the form ^[a-z]+$; found "NO"'


def test_what_a_schema_forbids_outright_is_pointed_at_by_its_key():
    (violation,) = found_in({"name": "a", "gone": 1})
    assert violation == Violation(("gone",), "is not allowed here", "bad-key")


def test_a_schema_can_say_it_in_its_own_words():
    schema = {"minimum": 1, "errorMessage": "expected a port"}
    assert [v.message for v in found_in(0, schema)] == ["expected a port; found the number 0"]


def test_long_values_are_shortened():
    (violation,) = found_in("x" * 1000, {"type": "object"})
    assert violation.message == f'expected a mapping; found "{"x" * 57}..."'


def test_of_two_alternatives_the_one_of_the_right_type_is_explained():
    schema = {"anyOf": [{"type": "object", "required": ["a"]}, {"type": "string"}]}
    assert [v.message for v in found_in({}, schema)] == ["`a` is missing"]


def test_keywords_beyond_the_common_ones_count_too():
    schema = {"type": "array", "uniqueItems": True}
    assert accepts(schema, [1, 2])
    assert not accepts(schema, [1, 1])
    assert [v.path for v in found_in([1, 1], schema)] == [()]


@pytest.mark.parametrize(
    "schema",
    [
        {"$ref": "https://example.invalid/schema.json"},
        {"$ref": "#/$defs/missing"},
        {"pattern": "("},
        {"$ref": "#/$defs/loop", "$defs": {"loop": {"$ref": "#/$defs/loop"}}},
        {"contains": {"pattern": "("}},
    ],
)
def test_a_schema_that_cannot_be_used_is_an_error_and_nothing_is_fetched(schema):
    with pytest.raises(BadSchemaError):
        list(violations(schema, ["x"] if "contains" in schema else "x"))
    with pytest.raises(BadSchemaError):
        accepts(schema, ["x"] if "contains" in schema else "x")


def test_a_schema_can_be_judged_itself():
    assert list(schema_violations(SCHEMA)) == []
    (violation, *_) = schema_violations({"type": "object", "required": "name"})
    assert violation.path == ("required",)


def test_valid_data_is_accepted_without_importing_jsonschema():
    program = """
import sys
from mlblint.config.loading import config_schema
from mlblint.schema import violations
data = {"network": {"interfaces": ["eth0"], "dhcp": ["192.168.7.1"]}, "clusters": [{"each": "a"}]}
assert list(violations(config_schema(), data)) == []
print("jsonschema" in sys.modules)
"""
    run = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True)
    assert (run.stdout, run.stderr) == ("False\n", "")


def test_the_folders_of_data_are_found():
    assert (data_folder("schemas") / "config.json").is_file()
    assert data_folder("rules").is_dir()
    with pytest.raises(FileNotFoundError, match="not installed completely"):
        data_folder("nowhere")


values = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-2, 2)
    | st.sampled_from([0.0, 1.0, 1.5, "", "a", "bc"]),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(st.sampled_from(["a", "b", "name"]), inner, max_size=3)
    ),
    max_leaves=6,
)
scalars = st.sampled_from([None, True, False, 0, 1, 1.0, "", "a"])
types = st.sampled_from(
    ["null", "boolean", "integer", "number", "string", "array", "object", ["string", "null"]]
)
names = st.lists(st.sampled_from(["a", "b"]), max_size=2, unique=True)


def _schemas(inner: st.SearchStrategy[object]) -> st.SearchStrategy[object]:
    return st.fixed_dictionaries(
        {},
        optional={
            "$ref": st.sampled_from(["#/$defs/text", "#/$defs/map"]),
            "type": types,
            "enum": st.lists(scalars, max_size=3),
            "const": scalars,
            "pattern": st.sampled_from(["^a", "c$", "b"]),
            "format": st.sampled_from(["address", "date"]),
            "minLength": st.integers(0, 2),
            "maxLength": st.integers(0, 2),
            "items": inner,
            "minItems": st.integers(0, 2),
            "maxItems": st.integers(0, 2),
            "minimum": st.integers(-1, 1),
            "maximum": st.sampled_from([0, 0.5, 1]),
            "minProperties": st.integers(0, 2),
            "maxProperties": st.integers(0, 2),
            "properties": st.dictionaries(st.sampled_from(["a", "b"]), inner, max_size=2),
            "additionalProperties": inner,
            "propertyNames": inner,
            "required": names,
            "allOf": st.lists(inner, min_size=1, max_size=2),
            "anyOf": st.lists(inner, min_size=1, max_size=2),
            "oneOf": st.lists(inner, min_size=1, max_size=2),
            "not": inner,
            "if": inner,
            "then": inner,
            "else": inner,
            "title": st.just("a title"),
        },
    )


schemas = st.recursive(st.booleans() | _schemas(st.booleans()), _schemas, max_leaves=5)
DEFINITIONS = {"text": {"type": "string"}, "map": {"type": "object", "required": ["a"]}}


def _jsonschema(schema: object) -> Draft202012Validator:
    checker = FormatChecker(formats=())
    checker.checks("address")(lambda v: not isinstance(v, str) or FORMATS["address"](v) is None)
    return Draft202012Validator(schema, format_checker=checker)


@given(schemas, values)
def test_the_quick_decision_is_that_of_jsonschema(schema, value):
    whole = {"allOf": [schema], "$defs": DEFINITIONS}
    assert Quick(whole, FORMATS).accepts(whole, value) == _jsonschema(whole).is_valid(value)


@given(schemas, values)
def test_everything_that_is_refused_is_explained(schema, value):
    whole = {"allOf": [schema], "$defs": DEFINITIONS}
    explained = list(violations(whole, value, FORMATS))
    assert bool(explained) != _jsonschema(whole).is_valid(value)
    assert all(violation.message for violation in explained)


def test_the_quick_decision_leaves_what_it_does_not_know_to_jsonschema():
    for schema in ({"uniqueItems": True}, {"enum": [[1]]}, {"$schema": "draft-07"}, {"$id": "x"}):
        with pytest.raises(BeyondQuickError):
            Quick(schema, {}).accepts(schema, [1])


@pytest.mark.parametrize(
    ("name", "meant"),
    [
        ("NodeSelector", "nodeSelectors"),
        ("node-selectors", "nodeSelectors"),
        ("address", "addresses"),
        ("peers", "peer"),
        ("nodeSelektor", None),
        # Which of the two?
        ("pool", None),
    ],
)
def test_what_was_surely_meant(name: str, meant: str | None) -> None:
    known = ["nodeSelectors", "addresses", "peer", "pools", "Pool"]
    assert surely_meant(name, known) == meant


@pytest.mark.parametrize(
    ("value", "words"),
    [(1, "expected at least 2; found the number 1"), (9, "expected at most 5; found the number 9")],
)
def test_limits(value: int, words: str) -> None:
    schema = {"type": "integer", "minimum": 2, "maximum": 5}
    assert [one.message for one in violations(schema, value)] == [words]
