"""Constraints on versions, and durations, against readings of their own."""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction

from fuzz.choices import Choices, seed
from mlblint.repo.durations import parse_duration
from mlblint.repo.versions import FIRST_CHART, RELEASES, Version, newest_matching, parse_version

CHARTS = tuple(release for release in RELEASES if release >= FIRST_CHART)
SIGNS = ("=", "!=", ">", "<", ">=", "<=", "~", "^")
UNITS = {"ns": 1, "us": 10**3, "ms": 10**6, "s": 10**9, "m": 60 * 10**9, "h": 3600 * 10**9}
TEXTS = (
    *("0.15.x", "^0.14", "~0.13.2", ">=0.13 <0.15 || 0.9.6", "0.13 - 0.14", "*", "v0.15.3"),
    *("= 0.15.3", "!=0.16.1", ">0", "0.15.3-debian-12-r0", "1m30s", "-1.5h", ".5s", "1.s", "0"),
    *("+0", "9223372036854775807ns", "1h1h", "5\u00b5s", "\u0661s", "1d", ""),
)


def seeds() -> Iterator[bytes]:
    for number, text in enumerate(TEXTS):
        yield seed(text, *(number * 13 % 256 for _ in range(16)))


def check(data: bytes) -> None:
    choices = Choices(data)
    text = choices.text
    version = newest_matching(text)
    assert version is None or version in RELEASES or parse_version(text.strip().lstrip("="))
    nanoseconds = parse_duration(text)
    if nanoseconds is not None and text[:1] not in "+-" and text != "0":
        assert nanoseconds >= 0
        twice = parse_duration(text + text)
        assert twice in (2 * nanoseconds, None)
    _constraint(choices)
    _duration(choices)


def _constraint(choices: Choices) -> None:
    texts, groups = [], []
    for _ in range(1 + choices.number(2)):
        atoms = [(choices.among(SIGNS), choices.among(RELEASES)) for _ in range(2)]
        texts.append(choices.among([", ", " ", ","]).join(f"{s}{v}" for s, v in atoms))
        groups.append(atoms)
    admitted = [
        chart
        for chart in CHARTS
        if any(all(_admits(sign, base, chart) for sign, base in atoms) for atoms in groups)
    ]
    constraint = choices.among([" || ", "||"]).join(texts)
    assert newest_matching(constraint) == max(admitted, default=None), constraint


def _admits(sign: str, base: Version, one: Version) -> bool:
    if sign in ("~", "^"):
        # All releases are below 1.0.0, where the caret keeps the minor number, too.
        return one >= base and one[:2] == base[:2]
    return {
        "=": one == base,
        "!=": one != base,
        ">": one > base,
        "<": one < base,
        ">=": one >= base,
        "<=": one <= base,
    }[sign]


def _duration(choices: Choices) -> None:
    sign, total, text = choices.among(["", "-", "+"]), 0, ""
    for _ in range(1 + choices.number(3)):
        whole, tenths = choices.number(1000), choices.number(10)
        unit = choices.among(tuple(UNITS))
        text += f"{whole}.{tenths}{unit}"
        total += int((whole + Fraction(tenths, 10)) * UNITS[unit])
    assert parse_duration(sign + text) == (-total if sign == "-" else total)
