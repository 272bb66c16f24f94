"""Ignore comments: what is one, what it says, and which lines it means."""

from __future__ import annotations

from datetime import date

import pytest

from mlblint.text.ignores import Ignore, ignores, read, written
from mlblint.text.source import Source


def found(text: str, path: str = "x.yaml") -> list[Ignore]:
    return list(ignores(Source.from_bytes(path, text.encode())))


def lines(text: str) -> list[tuple[int, int]]:
    return [(one.first, one.last) for one in found(text)]


# --- what it says ----------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("comment", "selectors", "reason"),
    [
        ("# mlblint: ignore[MLB301]", ["MLB301"], ""),
        ("# mlblint: ignore[MLB301] the router does it", ["MLB301"], "the router does it"),
        ("#mlblint:ignore[MLB301]x", ["MLB301"], "x"),
        ("## mlblint: ignore [ MLB301 ,l2-x ]: why", ["MLB301", "l2-x"], "why"),
        ("# mlblint: ignore[ALL] -- see #12", ["ALL"], "see #12"),
        ("# note # mlblint: ignore[MLB3]  # yamllint disable-line", ["MLB3"], ""),
    ],
)
def test_rules_and_reason(comment: str, selectors: list[str], reason: str) -> None:
    (one,) = found(f"a: 1 {comment}\n")
    assert (one.error, one.word) == (None, "ignore")
    assert [selector.name for selector in one.selectors] == selectors
    text = one.place.document.text
    assert [text[slice(*selector.span)] for selector in one.selectors] == selectors
    assert one.reason == reason


def test_two_in_one_comment() -> None:
    one, two = found("a: 1 # mlblint: ignore[A1] x  # mlblint: ignore[B2] y\n")
    assert (one.reason, two.reason) == ("x", "y")


@pytest.mark.parametrize(
    "rest", ["until=2027-01-31 why not", "why until=2027-01-31 not", "why not until=2027-01-31"]
)
def test_a_date_stands_anywhere_behind_the_rules(rest: str) -> None:
    (one,) = found(f"a: 1 # mlblint: ignore[MLB301] {rest}\n")
    assert (one.until, one.reason) == (date(2027, 1, 31), "why not")


@pytest.mark.parametrize(
    ("comment", "error"),
    [
        ("ignore", "it does not say which rules: `ignore[MLB301]`"),
        ("ignore MLB301", "it does not say which rules: `ignore[MLB301]`"),
        ("ignore-file", "it does not say which rules: `ignore-file[MLB301]`"),
        ("ignore[MLB301", "the bracket is not closed"),
        ("ignore[]", "a rule is missing between the brackets"),
        ("ignore[MLB301,]", "a rule is missing between the brackets"),
        ("ignore[MLB301] until=", "`until=` is no date like 2027-01-31"),
        ("ignore[MLB301] until=soon", "`until=soon` is no date like 2027-01-31"),
        ("ignore[MLB301] until=20270131", "`until=20270131` is no date like 2027-01-31"),
        ("ignore[MLB301] until=2027-02-30", "`until=2027-02-30` is no date like 2027-01-31"),
        ("ignore[A1] until=2027-01-01 until=2027-01-02", "it says `until=` twice"),
        ("ignore-line[MLB301]", "`ignore-line` is not one of"),
        ("ignore-next-line", "`ignore-next-line` is not one of"),
        ("disable[MLB301]", "`disable` is not one of"),
        ("Ignore[MLB301]", "`Ignore` is not one of"),
    ],
)
def test_what_is_malformed(comment: str, error: str) -> None:
    (one,) = found(f"a: 1 # mlblint: {comment}\n")
    assert one.error is not None
    assert one.error.startswith(error)


@pytest.mark.parametrize(
    "text",
    [
        "a: 1 # mlblint: see the docs\n",
        "a: 1 # mlblint: ignored addresses are routed elsewhere\n",
        "a: 1 # about mlblint\n",
        "a: '# mlblint: ignore[MLB301]'\n",
        'a: "x\n  # mlblint: ignore[MLB301]"\n',
        "a: b#mlblint: ignore[MLB301]\n",
        "a: |\n  # mlblint: ignore[MLB301]\n  just text\n",
        "a: >\n  # mlblint: ignore[MLB301]\n  b: 1\n",
        "a: 'b: 1 # mlblint: ignore[MLB301]'\n",
        'a: "b: 1\\n# mlblint: ignore[MLB301]\\nc: 2"\n',
        "a: &x#mlblint:ignore[] 1\n",
    ],
)
def test_what_is_none(text: str) -> None:
    assert found(text) == []


def test_json_has_no_comments() -> None:
    assert found('{"a": 1} # mlblint: ignore[MLB301]\n', "x.json") == []


@pytest.mark.parametrize("reason", ["", "why not"])
def test_what_is_written_can_be_read(reason: str) -> None:
    words = read(written("ignore-file", ["MLB301", "l2-x"], reason))
    assert words is not None
    assert (words.word, words.error, words.reason) == ("ignore-file", None, reason)
    assert [one.name for one in words.selectors] == ["MLB301", "l2-x"]


def test_text_around_a_comment_is_not_read() -> None:
    assert read("# mlblint: ignore[A1] x  # y") is None


# --- which lines it means --------------------------------------------------------------------


@pytest.mark.parametrize("end", ["\n", "\r\n"])
@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("a: 1\nb: 2 # mlblint: ignore[X1]\n", (2, 2)),
        ("# mlblint: ignore[X1]\na: 1\n", (2, 2)),
        ("x:\n    # mlblint: ignore[X1]\n  - 1\n", (3, 3)),
        ("# mlblint: ignore[X1]\n# another\n\t# and\na: 1\n", (4, 4)),
        ("a: 1\n# mlblint: ignore[X1]\n", (3, 0)),
        ("a: 1\n# mlblint: ignore[X1]\n---\nb: 2\n", (3, 0)),
        ("# mlblint: ignore[X1]\na: |\n  x\n  y\n\nb: 2\n", (2, 4)),
        ("a: | # mlblint: ignore[X1]\n  x\n  y\nb: 2\n", (1, 3)),
        ("# mlblint: ignore[X1]\n- a: >-\n    x\n    y\n", (2, 4)),
        ("a: | # mlblint: ignore[X1]\n  x\n   ", (1, 3)),
        ("v: |\n  a: 1 # mlblint: ignore[X1]\n  b: 2\n", (2, 2)),
        ("v: |\n  a: 1\n  # mlblint: ignore[X1]\n  b: |\n    c: 1\n    d: 2\n", (4, 6)),
        ("v: |\n  a: 1\n  # mlblint: ignore[X1]\nw: 2\n", (4, 0)),
        ("v: |\n  w: |\n    # mlblint: ignore[X1]\n    x: 1\n", (4, 4)),
    ],
)
def test_a_line(text: str, expected: tuple[int, int], end: str) -> None:
    assert lines(text.replace("\n", end)) == [expected]


def test_of_a_key_that_stands_twice_the_last_value_is_read() -> None:
    first, last = (f"v: |\n  a: 1 # mlblint: ignore[{rule}]\n" for rule in ("X1", "X2"))
    (one,) = found(first + last)
    assert ([selector.name for selector in one.selectors], one.first) == (["X2"], 4)


def test_a_blank_line_separates() -> None:
    (one,) = found("# mlblint: ignore[X1]\n\na: 1\n")
    assert (one.first, one.last) == (2, 2)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("a: 1\n# mlblint: ignore-document[X1]\nb: 2\n---\nc: 3\n", (1, 3)),
        ("a: 1\n---\nb: 2 # mlblint: ignore-document[X1]\nc: 3\n", (2, 4)),
        ("# mlblint: ignore-document[X1]\n---\nb: 2\n---\nc: 3\n", (1, 3)),
        ("a: 1\nv: |\n  b: 2\n  # mlblint: ignore-document[X1]\n  c: 3\nd: 4\n", (3, 5)),
        ("a: 1\n---\nv: |\n  b: 1 # mlblint: ignore-file[X1]\n", (1, 5)),
        ("# mlblint: ignore-file[X1]\n", (1, 2)),
    ],
)
def test_a_document_and_a_file(text: str, expected: tuple[int, int]) -> None:
    assert lines(text) == [expected]


def test_of_a_document_that_is_no_yaml_only_the_head_is_surely_comments() -> None:
    text = "a: 1\n---\n# mlblint: ignore-file[X1]\n\na: [\n# mlblint: ignore[X2]\n---\nb: 2\n"
    (one,) = found(text)
    assert [selector.name for selector in one.selectors] == ["X1"]


def test_positions_are_those_of_the_file() -> None:
    (one,) = found("a: ü\nv: |\n    b: 1 # mlblint: ignore[X1]\n")
    document = one.place.document
    assert one.place.stretch is not None
    start, end = (document.position(offset) for offset in one.place.stretch)
    assert (start, end) == ((3, 10), (3, 31))
