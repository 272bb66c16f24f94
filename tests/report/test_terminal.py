"""How text is measured, broken and made harmless."""

from __future__ import annotations

import unicodedata

from hypothesis import given, settings
from hypothesis import strategies as st

from mlblint.report.terminal import cells, printable, width, wrap

ANYTHING = st.text(st.characters(codec=None))


@given(ANYTHING)
@settings(max_examples=200)
def test_nothing_that_a_terminal_obeys_gets_through(text: str) -> None:
    for shown in (printable(text), "".join(cells(text))):
        assert {unicodedata.category(one) for one in shown}.isdisjoint({"Cc", "Cs", "Zl", "Zp"})
        assert all(one in "\u200c\u200d" for one in shown if unicodedata.category(one) == "Cf")


def test_what_is_hidden_becomes_visible() -> None:
    assert printable("\x1b[31mred\x07\n") == "␛[31mred␇␊"
    assert printable("\x7f\x9b\u202e\ufeff") == "␡\ufffd\ufffd\ufffd"


def test_a_byte_of_a_name_that_is_not_utf_8_is_spelled_out() -> None:
    assert printable("caf\udce9.yaml") == "caf\\xe9.yaml"


def test_letters_of_all_scripts_stay() -> None:
    text = "Größe 日本語 עברית 👩\u200d👧 e\u0301"
    assert printable(text) == text


def test_width_counts_columns() -> None:
    assert width("abc") == 3
    assert width("日本") == 4
    assert width("e\u0301") == 1
    assert width("ß\u200d") == 1


def test_tabs_reach_to_the_next_stop() -> None:
    assert cells("\ta\tb") == ["    ", "a", "   ", "b"]
    assert cells("日\tb") == ["日", "  ", "b"]


@given(st.text(alphabet="ab 日\n", max_size=60), st.integers(5, 30))
@settings(max_examples=200)
def test_wrapped_text_keeps_its_words_and_fits_unless_a_word_does_not(
    text: str, limit: int
) -> None:
    lines = wrap(text, limit)
    assert " ".join(lines).split() == text.split()
    assert all(width(line) <= limit or " " not in line for line in lines)
