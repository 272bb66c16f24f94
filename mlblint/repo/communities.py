"""BGP communities as MetalLB writes them: `65000:100`, or `large:65000:1:2`."""

from __future__ import annotations

import re
from typing import Literal

from mlblint.records import dataclass

_LEGACY, _LARGE = 2**16, 2**32
_NUMBER = re.compile(r"[0-9]+", re.ASCII)

LARGE = "large"


@dataclass(frozen=True)
class Community:
    large: bool


@dataclass(frozen=True)
class CommunityFault:
    """With the kind `format` the text may still be the name of an alias."""

    kind: Literal["format", "value"]
    message: str


def parse_community(text: str) -> Community | CommunityFault:
    """As metallb internal/bgp/community/community.go@v0.16.1 reads it."""
    parts = text.split(":")
    if len(parts) == 2:
        return _checked(parts, _LEGACY, Community(large=False))
    if len(parts) == 4 and parts[0] == LARGE:
        return _checked(parts[1:], _LARGE, Community(large=True))
    if len(parts) == 4:
        return CommunityFault("value", f"four parts begin with `{LARGE}`, not with `{parts[0]}`")
    return CommunityFault("format", "neither two numbers with a colon nor `large:` with three")


def _checked(numbers: list[str], limit: int, good: Community) -> Community | CommunityFault:
    for number in numbers:
        if not _NUMBER.fullmatch(number):
            return CommunityFault("value", f"`{number}` is no number")
        if len(number.lstrip("0")) > 10 or int(number) >= limit:
            return CommunityFault("value", f"{number} is greater than {limit - 1}")
    return good
