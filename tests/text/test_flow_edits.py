"""Edits of collections in brackets: on one line, on many, and JSON."""

from __future__ import annotations

import json

import pytest

from mlblint.text.edits import Append, Insert, Remove, RenameKey, Set
from mlblint.text.splices import Refusal


@pytest.mark.parametrize(
    ("before", "after"),
    [
        pytest.param("{a: 1}\n", '{a: 1, w: "1"}\n', id="one line"),
        pytest.param("{ a: 1 }\n", '{ a: 1, w: "1" }\n', id="blanks inside the brackets"),
        pytest.param("{a: 1,b: 2}\n", '{a: 1,b: 2,w: "1"}\n', id="no blank behind commas"),
        pytest.param("{a: 1,}\n", '{a: 1, w: "1",}\n', id="a comma at the end"),
        pytest.param("{a}\n", '{a, w: "1"}\n', id="a key without a value"),
        pytest.param("{a: 1\n}\n", '{a: 1, w: "1"\n}\n', id="bracket on its own line"),
        pytest.param("{\n  a: 1\n}\n", '{\n  a: 1,\n  w: "1"\n}\n', id="a line each"),
        pytest.param("{\n  a: 1,\n}\n", '{\n  a: 1,\n  w: "1",\n}\n', id="a line each, comma"),
        pytest.param("{\n  a: 1 # c\n}\n", '{\n  a: 1, # c\n  w: "1"\n}\n', id="comment"),
        pytest.param("{\n  a: 1, # c\n}\n", '{\n  a: 1, # c\n  w: "1",\n}\n', id="comma, comment"),
        pytest.param("{\n  a: 1}\n", '{\n  a: 1,\n  w: "1"}\n', id="bracket behind the last"),
        pytest.param("{\r\n  a: 1\r\n}\r\n", '{\r\n  a: 1,\r\n  w: "1"\r\n}\r\n', id="CRLF"),
    ],
)
def test_insert_last(edited, before, after):
    assert edited(before, lambda root: Insert(root, "w", "1")) == after


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("{a: 1, b: 2}\n", "{a: 1, w: x, b: 2}\n"),
        ("{\n  a: 1, # c\n  b: 2\n}\n", "{\n  a: 1, # c\n  w: x,\n  b: 2\n}\n"),
    ],
)
def test_insert_behind_a_sibling(edited, before, after):
    assert edited(before, lambda root: Insert(root, "w", "x", after="a")) == after


@pytest.mark.parametrize(
    ("before", "after"),
    [
        pytest.param("{a: 1, b: 2, c: 3}\n", "{a: 1, c: 3}\n", id="between"),
        pytest.param("{b: 2, c: 3}\n", "{c: 3}\n", id="first"),
        pytest.param("{a: 1, b: 2 }\n", "{a: 1 }\n", id="last"),
        pytest.param("{ b: 2 }\n", "{}\n", id="only"),
        pytest.param("{\n  a: 1,\n  b: 2\n}\n", "{\n  a: 1\n}\n", id="last line: no comma is left"),
        pytest.param("{\n  a: 1,\n  b: 2,\n}\n", "{\n  a: 1,\n}\n", id="last line, comma stays"),
        pytest.param("{\n  # own\n  b: 2, # own\n  c: 3\n}\n", "{\n  c: 3\n}\n", id="comments"),
        pytest.param("{\n  b: 2\n}\n", "{}\n", id="only line"),
    ],
)
def test_remove(edited, before, after):
    assert edited(before, lambda root: Remove(root / "b")) == after


def test_a_comment_between_members_on_one_line_is_not_moved(edited):
    with pytest.raises(Refusal, match="a comment stands between"):
        edited("{a: 1, # about a\n b: 2}\n", lambda root: Remove(root / "b"))


def test_strings_in_brackets_get_quotes_for_commas_and_colons(edited):
    assert edited("[x]\n", lambda root: Append(root, "2001:db8::/32")) == '[x, "2001:db8::/32"]\n'
    assert edited("[x]\n", lambda root: Append(root, "a,b")) == '[x, "a,b"]\n'
    assert edited("x: [a]\n", lambda root: Set(root / "x" / 0, "a]")) == 'x: ["a]"]\n'


def test_values_without_text(edited):
    assert edited("{a, b: }\n", lambda root: Set(root / "a", 1)) == "{a: 1, b: }\n"
    assert edited("{a, b: }\n", lambda root: Set(root / "b", 1)) == "{a, b: 1 }\n"
    assert edited("{a: , b: 1}\n", lambda root: Insert(root / "a", "k", 1)) == (
        "{a: {k: 1} , b: 1}\n"
    )


PRETTY = """\
{
  "kind": "Service",
  "metadata": {
    "name": "x",
    "labels": {}
  },
  "list": [
    "a"
  ]
}
"""
"""As editors and `kubectl -o json` write it."""


def test_json_stays_json(edited):
    def make(root):
        return [
            Insert(root / "metadata" / "annotations", "a/b", "1"),
            Insert(root / "metadata" / "labels", "c", True),
            Append(root / "list", "b"),
            RenameKey(root / "kind", "sort"),
        ]

    after = edited(PRETTY, make, path="x.json")
    assert after == (
        PRETTY.replace('"kind"', '"sort"')
        .replace(
            '"labels": {}',
            '"labels": {\n      "c": true\n    },\n    "annotations": {\n      "a/b": "1"\n    }',
        )
        .replace('"a"\n', '"a",\n    "b"\n')
    )
    assert json.loads(after)["metadata"]["annotations"] == {"a/b": "1"}


def test_json_without_blanks(edited):
    after = edited('{"a":1,"b":[1,2]}', lambda root: Insert(root, "c", {"d": None}), path="x.json")
    assert after == '{"a":1,"b":[1,2],"c":{"d":null}}'


def test_json_with_tabs(edited):
    before = '{\n\t"a": 1,\n\t"b": 2\n}\n'
    assert edited(before, lambda root: Remove(root / "b"), path="x.json") == '{\n\t"a": 1\n}\n'
    assert edited(before, lambda root: Insert(root, "c", 3), path="x.json") == (
        '{\n\t"a": 1,\n\t"b": 2,\n\t"c": 3\n}\n'
    )


def test_json_removals_leave_no_comma(edited):
    def make(root):
        return Remove(root / "list"), Remove(root / "metadata" / "labels")

    after = edited(PRETTY, make, path="x.json")
    assert json.loads(after) == {"kind": "Service", "metadata": {"name": "x"}}
