"""Scalars mean what they mean to Kubernetes: YAML 1.1, as go-yaml v2 reads it."""

from __future__ import annotations

import math

import pytest

from mlblint.text import scalars
from mlblint.text.parser import parse


def value(text: str) -> object:
    (document,) = parse(text)
    return scalars.data(document.root)


@pytest.mark.parametrize(
    ("text", "meaning"),
    [
        *[(word, True) for word in "y Y yes Yes YES true True TRUE on On ON".split()],
        *[(word, False) for word in "n N no No NO false False FALSE off Off OFF".split()],
        *[(word, None) for word in ["~", "null", "Null", "NULL", ""]],
        *[(word, word) for word in ["yEs", "nO", "tRUE", "oN", "nULL", "NaN", "inf", "none"]],
        ("0", 0),
        ("010", 8),
        ("0o10", 8),
        ("0x1F", 31),
        ("0b101", 5),
        ("-0b101", -5),
        ("1_000", 1000),
        ("+1", 1),
        ("-1", -1),
        ("08", 8.0),
        ("1.5", 1.5),
        (".5", 0.5),
        ("1.", 1.0),
        ("1e3", 1000.0),
        ("1e+3", 1000.0),
        (".inf", math.inf),
        ("-.INF", -math.inf),
        ("1.2.3.4", "1.2.3.4"),
        ("12:30:45", "12:30:45"),
        ("2024-01-01", "2024-01-01"),
        ("0x", "0x"),
        ("1e", "1e"),
        ("_1", "_1"),
        ("192.168.7.0/24", "192.168.7.0/24"),
        ("'yes'", "yes"),
        ('"1"', "1"),
        ("!!str 1", "1"),
        ("! yes", "yes"),
        ("|\n  yes\n", "yes\n"),
    ],
)
def test_resolution(text, meaning):
    read = value(text) if text else scalars.resolve_plain(text)
    assert (type(read), read) == (type(meaning), meaning)


def test_not_a_number():
    assert math.isnan(value(".nan"))  # type: ignore[arg-type]


def test_keys_are_strings():
    assert value("1: a\ntrue: b\non: c\n'on': d\n~: e\n") == {
        "1": "a",
        "true": "c",
        "on": "d",
        "~": "e",
    }


def test_merge_keys():
    text = "a: &x {k: 1, l: 1}\nb: &y {l: 2, m: 2}\nc:\n  <<: [*x, *y]\n  k: 3\n"
    assert value(text)["c"] == {"k": 3, "l": 1, "m": 2}  # type: ignore[index]


def test_a_quoted_merge_key_is_a_key():
    assert value("a: {'<<': {b: 1}}") == {"a": {"<<": {"b": 1}}}


def test_the_last_of_duplicate_keys_wins():
    assert value("a: 1\na: 2\n") == {"a": 2}


def test_an_anchor_on_a_key():
    assert value("&k a: 1\nb: *k\n") == {"a": 1, "b": "a"}


def test_an_anchor_that_contains_itself():
    with pytest.raises(scalars.TooManyValuesError, match="contains itself"):
        value("a: &x [*x]\n")


def test_aliases_that_expand_without_end():
    lines = ["a0: &a0 [x, x, x, x, x, x, x, x, x, x]"]
    lines += [f"a{i}: &a{i} [{', '.join([f'*a{i - 1}'] * 10)}]" for i in range(1, 9)]
    with pytest.raises(scalars.TooManyValuesError, match="more than 1,000,000 values"):
        value("\n".join(lines))


def test_what_an_alias_means_is_shared():
    data = value("a: &x {k: 1}\nb: *x\n")
    assert isinstance(data, dict)
    assert data["a"] is data["b"]
