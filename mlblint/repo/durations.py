"""Durations as Go writes them: 90s, 1m30s, 1.5h."""

from __future__ import annotations

import re

_NANOSECONDS = {
    "ns": 1,
    "us": 10**3,
    "\u00b5s": 10**3,
    "\u03bcs": 10**3,
    "ms": 10**6,
    "s": 10**9,
    "m": 60 * 10**9,
    "h": 3600 * 10**9,
}
_UNIT = "|".join(sorted(_NANOSECONDS, key=len, reverse=True))
_PART = re.compile(rf"(\d+(?:\.\d*)?|\.\d+)({_UNIT})", re.ASCII)
_DURATION = re.compile(rf"([-+]?)((?:(?:\d+(?:\.\d*)?|\.\d+)(?:{_UNIT}))+)", re.ASCII)
_LARGEST = 2**63 - 1
_DIGITS = 19
"""As many as `_LARGEST` has. Python refuses to read numbers of thousands of digits."""

MILLISECOND, SECOND = 10**6, 10**9


def parse_duration(text: str) -> int | None:
    """Nanoseconds, as Go's time.ParseDuration reads them; None for what it refuses."""
    if text.lstrip("+-") == "0" and len(text) <= 2:
        return 0
    match = _DURATION.fullmatch(text)
    if match is None:
        return None
    parts = _PART.findall(match[2])
    if any(len(number.partition(".")[0].lstrip("0")) > _DIGITS for number, _ in parts):
        return None
    from fractions import Fraction

    total = sum(int(Fraction(_padded(n)) * _NANOSECONDS[unit]) for n, unit in parts)
    if total > _LARGEST:
        return None
    return -total if match[1] == "-" else total


def _padded(number: str) -> str:
    """Python reads neither `1.` nor `.5` as a fraction in every version."""
    whole, _, decimals = number.partition(".")
    return f"{whole.lstrip('0') or '0'}.{decimals[:_DIGITS] or '0'}"
