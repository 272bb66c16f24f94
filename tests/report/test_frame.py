"""A few lines of a file with a span of them underlined."""

from __future__ import annotations

from textwrap import dedent

from hypothesis import given, settings
from hypothesis import strategies as st

from mlblint.report.colours import PLAIN
from mlblint.report.frame import MAX_MARKED, Canvas, frame, last_line
from mlblint.report.terminal import width
from mlblint.text.source import Position, Source


def drawn(
    text: str, start: tuple[int, int], end: tuple[int, int], columns: int = 60, gutter: int = 1
) -> str:
    source = Source.from_bytes("a.yaml", text.encode())
    canvas = Canvas(columns, gutter, PLAIN, str)
    lines = frame(source, Position(*start), Position(*end), canvas)
    return "\n".join(["", *lines, ""])


def expected(text: str) -> str:
    return dedent(text)


def test_a_span_stands_between_a_line_before_and_a_line_after() -> None:
    assert drawn("a: 1\nb: 2\nc: 3\nd: 4\n", (2, 4), (2, 5)) == expected(
        """
          |
        1 | a: 1
        2 | b: 2
          |    ^
        3 | c: 3
        """
    )


def test_at_the_ends_of_a_file_there_is_no_line_before_or_after() -> None:
    assert drawn("only: this\n", (1, 1), (1, 5)) == expected(
        """
          |
        1 | only: this
          | ^^^^
        """
    )


def test_an_empty_span_gets_one_caret() -> None:
    assert drawn("a: 1", (1, 5), (1, 5)) == expected(
        """
          |
        1 | a: 1
          |     ^
        """
    )


def test_each_line_of_a_span_is_underlined_without_its_indentation() -> None:
    assert drawn("x: |\n    one\n\n    two   \ny:\n", (1, 4), (4, 8)) == expected(
        """
          |
        1 | x: |
          |    ^
        2 |     one
          |     ^^^
        3 |
        4 |     two
          |     ^^^
        5 | y:
        """
    )


def test_a_span_that_ends_with_a_line_break_does_not_reach_the_next_line() -> None:
    assert drawn("a: 1\nb: 2\n", (1, 1), (2, 1)) == expected(
        """
          |
        1 | a: 1
          | ^^^^
        2 | b: 2
        """
    )


def test_of_a_long_span_the_first_lines_and_the_last_are_shown() -> None:
    text = "".join(f"l{number}\n" for number in range(1, 13))
    assert drawn(text, (2, 1), (11, 4), gutter=2) == expected(
        """
           |
         1 | l1
         2 | l2
           | ^^
         3 | l3
           | ^^
         4 | l4
           | ^^
         5 | l5
           | ^^
        ...
        10 | l10
           | ^^^
        11 | l11
           | ^^^
        12 | l12
        """
    )


def test_tabs_and_wide_characters_are_underlined_where_they_are_seen() -> None:
    assert drawn("a:\tb\n日本: 語 # x\n", (2, 5), (2, 6)) == expected(
        """
          |
        1 | a:  b
        2 | 日本: 語 # x
          |       ^^
        """
    )
    assert drawn("a:\tb", (1, 4), (1, 5)) == expected(
        """
          |
        1 | a:  b
          |     ^
        """
    )


def test_escape_sequences_are_shown_and_not_sent() -> None:
    assert drawn("a: \x1b[31m\u202eb", (1, 4), (1, 10)) == expected(
        """
          |
        1 | a: ␛[31m\ufffdb
          |    ^^^^^^
        """
    )


def test_windows_line_endings_are_no_part_of_a_line() -> None:
    assert drawn("a: 1\r\nb: 2\r\n", (1, 4), (1, 5)) == drawn("a: 1\nb: 2\n", (1, 4), (1, 5))


def test_a_long_line_is_cut_where_the_span_is_in_sight() -> None:
    line = f"{'x' * 100}: {'y' * 10} {'z' * 100}"
    assert drawn(line, (1, 103), (1, 113), columns=40) == expected(
        """
          |
        1 | ...xxxxxxx: yyyyyyyyyy zzzzzzzzzz...
          |             ^^^^^^^^^^
        """
    )
    assert drawn(line, (1, 1), (1, 101), columns=40) == expected(
        """
          |
        1 | xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx...
          | ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^
        """
    )


def test_a_cut_through_wide_characters_leaves_blanks() -> None:
    assert drawn("日" * 100, (1, 60), (1, 61), columns=30) == expected(
        """
          |
        1 | ... 日日日日日日日日日 ...
          |         ^^
        """
    )


def test_a_position_behind_the_end_of_the_file_shows_nothing() -> None:
    assert drawn("a: 1", (7, 1), (7, 2)) == "\n"


TEXT = st.text(alphabet="ab: \t日\r\n\x1b\u0301", max_size=120)


@given(TEXT, st.data(), st.integers(24, 60))
@settings(max_examples=200)
def test_every_span_of_every_text_fits_and_is_underlined(
    text: str, data: st.DataObject, columns: int
) -> None:
    source = Source.from_bytes("a.yaml", text.encode())
    at = data.draw(st.integers(0, len(text)))
    to = data.draw(st.integers(at, len(text)))
    start, end = source.position(at), source.position(to)
    canvas = Canvas(columns, 3, PLAIN, str)
    lines = frame(source, start, end, canvas)
    assert all(width(line) <= columns for line in lines)
    numbers = [int(line[:3]) for line in lines if line[:3].strip().isdigit()]
    assert numbers == sorted(set(numbers))
    assert start.line in numbers
    assert numbers[-1] == last_line(source, start, end)
    assert any("^" in line for line in lines)
    assert len(numbers) <= MAX_MARKED + 2
