"""What is read without a parser means what the parser says, and begins and ends where it says."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mlblint.text import scalars
from mlblint.text.parser import YamlError, parse
from mlblint.text.repeated import has_repeated_keys
from mlblint.text.simple import simple


def assert_agrees(text: str) -> bool:
    """Whether the text is simple; and if it is, the parser has to say the same of it."""
    found = simple(text)
    if found is None:
        return False
    (parsed,) = parse(text)
    assert repr(scalars.data(parsed.root)) == repr(found.data)
    assert (parsed.start, parsed.end) == (found.start, len(text))
    assert not has_repeated_keys(parsed.root)
    return True


@pytest.mark.parametrize(
    ("text", "data"),
    [
        ("a: 1\n", {"a": 1}),
        ("a: 1", {"a": 1}),
        ("---\na: x\n", {"a": "x"}),
        ("# c\n\n---  \n# d\na: x # e\n# f\n", {"a": "x"}),
        ("  a: x\n  b: w\n", {"a": "x", "b": "w"}),
        ("a:\n  b:\n    c: x\n  d: w\ne: z\n", {"a": {"b": {"c": "x"}, "d": "w"}, "e": "z"}),
        ("a:\nb: # nothing\nc: ''\n", {"a": None, "b": None, "c": ""}),
        ("- a\n- 2\n- -3\n- --flag=x\n", ["a", 2, -3, "--flag=x"]),
        ("a:\n- x\n- w\nb: z\n", {"a": ["x", "w"], "b": "z"}),
        ("a:\n  - x\n  - w\nb: z\n", {"a": ["x", "w"], "b": "z"}),
        (
            "- a: 1\n  b:\n  - c: 2\n-   d: 3\n    e: 4\n",
            [{"a": 1, "b": [{"c": 2}]}, {"d": 3, "e": 4}],
        ),
        (
            "a: yes\nb: 0o17\nc: 1.5\nd: ~\ne: 010\n",
            {"a": True, "b": 15, "c": 1.5, "d": None, "e": 8},
        ),
        ("a: 'yes'\nb: \"010\"\nc: 'it''s' # c\n", {"a": "yes", "b": "010", "c": "it's"}),
        ("a: http://x/y#z\nb: c:d\nc: x#y # z: a\n", {"a": "http://x/y#z", "b": "c:d", "c": "x#y"}),
        (
            "metallb.io/x: 1\n'a b': 2\n\"true\": 3\n3: 4\n",
            {"metallb.io/x": 1, "a b": 2, "true": 3, "3": 4},
        ),
        ("a: {}\nb: [] # c\n", {"a": {}, "b": []}),
        ("a: [x, \"y z\", '1', 2]\n", {"a": ["x", "y z", "1", 2]}),
        (
            'a: {b: {c: [d]}, "e f": 10.0.0.1/32}\n',
            {"a": {"b": {"c": ["d"]}, "e f": "10.0.0.1/32"}},
        ),
        ("a: {b: https://x.y}\n", {"a": {"b": "https://x.y"}}),
        ("a: &x 1\nb: *x\nc: &x 'y'\nd:\n- *x # again\n", {"a": 1, "b": 1, "c": "y", "d": ["y"]}),
        ("a: |\n  x\n   y\n\n  z\n\nb: |-\n  x\n\n", {"a": "x\n y\n\nz\n", "b": "x"}),
        ("a: |+\n\n  x\n\n# c\nb: 1\n", {"a": "\nx\n\n", "b": 1}),
        ("- |\n  x: [\n- b\n", ["x: [\n", "b"]),
        ("größe: 1\n", None),
        ("a: größe 日本\n", {"a": "größe 日本"}),
    ],
)
def test_what_is_read(text, data):
    assert assert_agrees(text) is (data is not None)
    if data is not None:
        assert simple(text).data == data


@pytest.mark.parametrize(
    "text",
    [
        *("", "\n", "# c\n", "---\n", "---\n---\na: 1\n", "--- a\n", "...\n"),
        *("%YAML 1.2\n---\na: 1\n", "x\n", "a\nb: 1\n", "a: b: c\n", "a: b:\n", "a: - b\n"),
        *("a: b\n  c\n", "a: 'b\n  c'\n", "a: 1\na: 2\n", "a: {b: 1, b: 2}\n", "on: 1\n"),
        *("null: 1\n", "<<: 1\n", "a: {on: 1}\n", "a: 1\n b: 2\n", "  a: 1\nb: 2\n"),
        *("a:\n    b: 1\n  c: 2\n", "- a\nb: 1\n", "a: 1\n- b\n", "- - a\n", "-\n  a: 1\n"),
        *("- # c\n  a\n", "a: !!str 1\n", "a: &x\n  b: 1\n", "a: *x\n", "a: &x\n", "*x : 1\n"),
        *("&x a: 1\n", "a: ? b\n", "? a\n: b\n", "a: @b\n", "a: `b`\n", "a: %b\n"),
        *('a: "\\n"\n', 'a: "b" c\n', 'a: "b"#c\n', "a: 'b'c\n", "a: [b\n", "a: [b]]\n"),
        *("a: [b] c\n", "a: [b,]\n", "a: [,b]\n", "a: {b}\n", "a: {b: }\n", "a: [b: c]\n"),
        *("a: [b #c]\n", "a: {{ b }}\n", "a: >\n  b\n", "a: |2\n  b\n", "a: |\n", "a: |\nb: 1\n"),
        *("a: |\n  b", "a: |\n   \n  b\n", "a: | # c\n  b\n", "a:\t1\n", "a: 1\r\n"),
        *("a: b\u00a0c\n", "a: \x07\n", "a: b\u2028c\n", "\ufeffa: 1\n"),
        "".join(f"{' ' * level}a:\n" for level in range(150)),
        "a: " + "[" * 60 + "]" * 60,
    ],
)  # fmt: skip
def test_what_is_left_to_the_parser(text):
    assert simple(text) is None


_PIECES = st.sampled_from(
    [
        *(
            "a: ",
            "b: ",
            "c:",
            "a.b/c: ",
            "'d': ",
            "- ",
            "-   ",
            "1",
            "x",
            "x y",
            "'q'",
            '"q"',
            "''",
        ),
        *(
            "|",
            "|-",
            "|+",
            ">",
            "[x, y]",
            "{x: y}",
            "[",
            "]",
            "{}",
            "&a ",
            "*a",
            "# c",
            " # c",
            ":",
        ),
        *("yes", "~", "http://x", "é", "!", "%", "?", "---", "...", "", "\\", "on: ", "<<: "),
    ]
)
_LINES = st.builds(
    lambda indent, pieces: " " * indent + "".join(pieces),
    st.integers(0, 5),
    st.lists(_PIECES, max_size=4),
)


@given(st.lists(_LINES, max_size=9), st.sampled_from(["", "\n"]))
def test_the_parser_says_the_same(lines, end):
    text = "\n".join(lines) + end
    # Another document, of which the caller would make another text.
    if "\n---" in text or text.startswith("---"):
        return
    assert_agrees(text)


def test_what_is_broken_is_not_simple():
    text = "a: [\n"
    with pytest.raises(YamlError):
        parse(text)
    assert simple(text) is None
