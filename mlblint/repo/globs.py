"""Globs, of which Git, Argo CD and others each mean something else."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import lru_cache
from typing import NamedTuple

from mlblint.patterns import NEVER, Pattern, PatternError

_WILDCARD = re.compile(
    r"\*\*/|\*\*|\\(?P<escaped>.)|\[(?P<negated>[!^]?)(?P<class>[^]]+)\]|.", re.DOTALL
)


class Dialect(NamedTuple):
    """What the wildcards `*`, `**/`, `**` and `?` stand for, and whether `{a,b}` is either."""

    star: str
    folders: str
    double_star: str
    one: str
    braces: bool = False


GIT = Dialect("[^/]*", "(?:[^/]+/)*", ".*", "[^/]")
"""As .gitignore has it: `*` and `?` stop at "/", `**` does not."""


@lru_cache(maxsize=1024)
def glob_pattern(pattern: str, dialect: Dialect = GIT) -> Pattern:
    """A pattern that does not make sense matches nothing."""
    try:
        return Pattern("".join(_translated(pattern, dialect)), re.DOTALL)
    except PatternError:
        return Pattern(NEVER)


def _translated(pattern: str, dialect: Dialect) -> Iterator[str]:
    depth = 0
    for match in _WILDCARD.finditer(pattern):
        found = match[0]
        if found == "**/":
            yield dialect.folders
        elif found == "**":
            yield dialect.double_star
        elif found == "*":
            yield dialect.star
        elif found == "?":
            yield dialect.one
        elif match["class"]:
            negated = "^" if match["negated"] else ""
            yield f"(?=[^/])[{negated}{_class(match['class'])}]"
        elif dialect.braces and found in "{}":
            depth += 1 if found == "{" else -1
            yield "(?:" if found == "{" else ")"
        elif found == "," and depth:
            yield "|"
        else:
            yield re.escape(match["escaped"] or found)


def _class(text: str) -> str:
    return re.sub(r"[\\\[\]&~|^]", r"\\\g<0>", text)
