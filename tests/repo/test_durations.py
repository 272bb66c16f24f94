"""Durations as Go reads them."""

from __future__ import annotations

import pytest

from mlblint.repo.durations import SECOND, parse_duration


@pytest.mark.parametrize(
    ("text", "seconds"),
    [
        ("0", 0),
        ("+0", 0),
        ("90s", 90),
        ("1m30s", 90),
        ("1.5h", 5400),
        (".5m", 30),
        ("1.s", 1),
        ("-3s", -3),
        ("2h3m4s", 7384),
        ("1s1s", 2),
        ("1500ms", 1.5),
        ("1us", 1e-6),
        ("1\u00b5s", 1e-6),
        ("1\u03bcs", 1e-6),
        ("1ns", 1e-9),
    ],
)
def test_what_go_reads(text: str, seconds: float) -> None:
    assert parse_duration(text) == round(seconds * SECOND)


@pytest.mark.parametrize(
    "text", ["", "90", "s", ".s", "1 s", " 1s", "1s ", "1d", "1S", "--1s", "1m-3s", "00", "1e3s"]
)
def test_what_it_does_not(text: str) -> None:
    assert parse_duration(text) is None


def test_what_is_too_long() -> None:
    assert parse_duration("2562047h47m16.854775807s") == 2**63 - 1
    assert parse_duration("2562047h47m16.854775808s") is None


def test_thousands_of_digits_are_read_or_refused() -> None:
    many = 5_000
    assert parse_duration("1" * many + "s") is None
    assert parse_duration("0" * many + "1s") == SECOND
    assert parse_duration("0." + "5" * many + "s") == SECOND // 9 * 5
