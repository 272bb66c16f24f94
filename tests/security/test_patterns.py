"""Patterns that come with a repository: what Python's matcher says, in linear time."""

from __future__ import annotations

import re
import time

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from mlblint.patterns import Pattern, PatternError

TOKENS = (
    r"a b . [ab] [^a] [a-y] ( (?: ) | * + ? *? {2} {1,3} ^ $ \b \d \D \w \s 1 \A \Z (?i: A (?!a) "
    r"(?=[ab]) (?i) (?s)"
).split()


@settings(max_examples=200, deadline=None)
@given(
    st.lists(st.sampled_from(TOKENS), min_size=1, max_size=9).map("".join),
    st.lists(st.text("abA1_ \n\u0130\u212a", max_size=6), min_size=4, max_size=8),
)
def test_a_pattern_says_what_pythons_matcher_says(pattern: str, texts: list[str]) -> None:
    try:
        expected, actual = re.compile(pattern), Pattern(pattern)
    except (re.error, PatternError):
        assume(False)
    for text in texts:
        for how in ("search", "match", "fullmatch"):
            assert getattr(actual, how)(text) == bool(getattr(expected, how)(text)), (how, text)


@pytest.mark.parametrize(
    "pattern",
    [
        "(a+)+$",
        "^(a|a)*$",
        "^(a|ab)*(b|a)*$",
        "(a?){60}a{60}b",
        "a*a*a*a*a*a*a*a*b",
        "([a-z]+)*=",
        "(.*a){30}b",
        "^((a*)*)*$",
        r"^(?:a|[a-z]|\w)+$",
    ],
)
def test_no_pattern_of_a_stranger_goes_back(pattern: str) -> None:
    began = time.perf_counter()
    assert Pattern(pattern).search("a" * 2_000 + "!") is False
    assert time.perf_counter() - began < 5


@pytest.mark.parametrize(
    ("pattern", "reason"),
    [
        (r"(a)\1", "it refers to a group"),
        (r"(?<=a)b", "it looks ahead or behind"),
        (r"(?!ab)", "it looks ahead or behind"),
        ("(?m)^a", "it sets a flag"),
        ("((a{1000}){1000}){1000}", "it has more than 2,0[0-9]{2} parts"),
        ("(){1000000}", "it has more than 2,0[0-9]{2} parts"),
        ("(" * 5000 + ")" * 5000, "it is nested too deeply"),
        ("(", "unterminated"),
        ("a{99999999999999999999}", "the repetition number is too large"),
    ],
)
def test_a_pattern_that_cannot_be_linear_is_refused(pattern: str, reason: str) -> None:
    with pytest.raises(PatternError, match=reason):
        Pattern(pattern)


def test_a_text_that_is_too_long_for_a_pattern_is_refused() -> None:
    with pytest.raises(PatternError, match="a text of 100,000 characters is too long"):
        Pattern("a{1000}").search("b" * 100_000)
