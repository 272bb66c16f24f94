"""Whatever is written is read back as the same value, in every style."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mlblint.text import scalars
from mlblint.text.emit import Style, block, inline, plain_is_possible, spread, string
from mlblint.text.parser import parse, parse_pure

STYLES = [
    Style(),
    Style(step=4, list_step=0, dash="-   "),
    Style(quotes="'", habit="'", key_habit='"'),
    Style(habit='"', flow_lists=True),
]
TEXT = st.text(st.characters(exclude_categories=["Cs"]), max_size=12)
SCALARS = st.one_of(TEXT, st.integers(), st.booleans(), st.none(), st.floats(allow_nan=False))
VALUES = st.recursive(
    SCALARS,
    lambda inner: st.one_of(st.lists(inner, max_size=3), st.dictionaries(TEXT, inner, max_size=3)),
    max_leaves=6,
)


def read(text: str, parser=parse) -> object:
    (document,) = parser(text)
    return scalars.data(document.root)


@given(TEXT)
def test_strings(text):
    for style in STYLES:
        assert read(string(text, style)) == text
        assert read(f"[{string(text, style, flow=True)}]") == [text]


@given(TEXT)
def test_plain_strings_are_plain_to_both_parsers(text):
    if plain_is_possible(text, flow=True):
        assert read(f"[{text}]") == read(f"[{text}]", parse_pure) == [text]
    if plain_is_possible(text):
        assert read(f"k: {text}\n") == read(f"k: {text}\n", parse_pure) == {"k": text}


@given(st.one_of(st.lists(VALUES, min_size=1), st.dictionaries(TEXT, VALUES, min_size=1)))
def test_values(value):
    for style in STYLES:
        assert read("\n".join(block(value, style))) == value
        assert read(inline(value, style)) == value
        assert read(spread(value, style, 0)) == value


@given(st.recursive(st.one_of(TEXT, st.integers(), st.none()), lambda v: st.lists(v, max_size=2)))
def test_json(value):
    style = Style(json=True)
    assert json.loads(inline([value], style)) == [value]
    assert json.loads(spread([value], style, 2)) == [value]


@pytest.mark.parametrize(
    ("text", "written"),
    [
        ("plain", "plain"),
        ("192.168.7.1-192.168.7.9", "192.168.7.1-192.168.7.9"),
        ("fe80::1", "fe80::1"),
        ("metallb.universe.tf/address-pool", "metallb.universe.tf/address-pool"),
        ("1", '"1"'),
        ("on", '"on"'),
        ("y", '"y"'),
        ("", '""'),
        ("010", '"010"'),
        ("1:30", '"1:30"'),
        ("=", '"="'),
        ("- a", '"- a"'),
        ("-a", "-a"),
        ("a: b", '"a: b"'),
        ("a #b", '"a #b"'),
        ("a#b", "a#b"),
        ("*", '"*"'),
        ("a\tb", '"a\\tb"'),
        ("\u2028", '"\\u2028"'),
        ("日本", "日本"),
    ],
)
def test_how_strings_are_written(text, written):
    assert string(text, Style()) == written
