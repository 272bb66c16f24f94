"""A value that stands on one line, read without a parser if it is written in one of the usual ways.

Each of them is known by all that it may consist of: where anything else stands, that is a
`NotSimpleError`.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from typing import TypeVar

from mlblint.text.scalars import is_word, resolve_plain

T = TypeVar("T")


class NotSimpleError(Exception):
    """What stands here has to be read by a parser."""


Anchors = dict[str, object]

_INDICATORS = frozenset("-?:,[]{}#&*!|>'\"%@`")
"""What a plain scalar does not begin with."""

_REST = r"(?: +#.*| *)"
_END = re.compile(_REST)
_DOUBLE_QUOTED = re.compile(rf'"([^"\\]*)"{_REST}')
_SINGLE_QUOTED = re.compile(rf"'((?:[^']|'')*)'{_REST}")
_ANCHOR = re.compile(r"&([A-Za-z0-9_-]+) +([^ #&*\[{].*)")
_ALIAS = re.compile(rf"\*([A-Za-z0-9_-]+){_REST}")

_TOKEN = re.compile(
    r" *(?:([\[\]{},])"
    r"|([A-Za-z0-9_./$][A-Za-z0-9_./$-]*(?::+[A-Za-z0-9_./$-]+)*)(:(?= ))?"
    r"|(\"[^\"\\]*\"|'[^']*')(:(?= ))?)"
)
_MOST_BRACKETS = 40


def one_line(written: str, anchors: Anchors) -> object:
    """`anchors` are what stands behind `&name` above, and learn of what does here."""
    first = written[0]
    if first not in _INDICATORS or (first == "-" and written[1:2] not in ("", " ")):
        return _plain(written)
    if first == '"' and (found := _DOUBLE_QUOTED.fullmatch(written)):
        return found[1]
    if first == "'" and (found := _SINGLE_QUOTED.fullmatch(written)):
        return found[1].replace("''", "'")
    if first in "[{":
        return _flow(written)
    if first == "&" and (found := _ANCHOR.fullmatch(written)):
        value = anchors[found[1]] = one_line(found[2], anchors)
        return value
    if first == "*" and (found := _ALIAS.fullmatch(written)) and found[1] in anchors:
        return anchors[found[1]]
    raise NotSimpleError


def _plain(written: str) -> object:
    text = written.split(" #", 1)[0].rstrip(" ")
    if ": " in text or text[-1] == ":":
        raise NotSimpleError
    return resolve_plain(text)


# --- flow collections: `[a, "b"]`, `{c: d}`, and such in each other -----------------------------

Token = tuple[str, object]
"""A bracket or a comma, or one of these with what it stands for."""
_KEY, _VALUE, _NOTHING = "key", "value", ""


def _flow(written: str) -> object:
    if written.count("[") + written.count("{") > _MOST_BRACKETS:
        raise NotSimpleError
    tokens = [(_NOTHING, None), *reversed(list(_tokens(written)))]
    value = _taken(tokens)
    if len(tokens) > 1:
        raise NotSimpleError
    return value


def _tokens(written: str) -> Iterator[Token]:
    at = 0
    while token := _TOKEN.match(written, at):
        at = token.end()
        sign, plain, colon, quoted, also_colon = token.groups()
        if sign:
            yield sign, None
        elif quoted:
            yield (_KEY if also_colon else _VALUE), quoted[1:-1]
        elif not colon:
            yield _VALUE, resolve_plain(plain)
        elif is_word(plain):
            raise NotSimpleError
        else:
            yield _KEY, plain
    if not _END.fullmatch(written, at):
        raise NotSimpleError


def _taken(tokens: list[Token]) -> object:
    """What the first tokens stand for; they are the last in the list."""
    kind, value = tokens.pop()
    if kind == _VALUE:
        return value
    if kind == "[":
        return list(_entries(tokens, "]", _taken))
    if kind == "{":
        pairs = list(_entries(tokens, "}", _pair))
        found = dict(pairs)
        if len(found) == len(pairs):
            return found
    raise NotSimpleError


def _entries(tokens: list[Token], closing: str, take: Callable[[list[Token]], T]) -> Iterator[T]:
    if tokens[-1][0] != closing:
        yield take(tokens)
        while tokens[-1][0] == ",":
            tokens.pop()
            yield take(tokens)
    if tokens.pop()[0] != closing:
        raise NotSimpleError


def _pair(tokens: list[Token]) -> tuple[object, object]:
    kind, key = tokens.pop()
    if kind != _KEY:
        raise NotSimpleError
    return key, _taken(tokens)
