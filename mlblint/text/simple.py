"""The data of a document that is written as most manifests are, read without a parser.

Most are block mappings and block lists of what stands on one line, and literal blocks. That is
read here line by line, in a third of the time. Of a document in which anything else stands, or
may stand, nothing is said: the parser has to look. What is said is what it would say.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any, NamedTuple

from mlblint.text.one_line import Anchors, NotSimpleError, one_line
from mlblint.text.scalars import is_word

Collection = dict[str, Any] | list[Any]


class Simple(NamedTuple):
    """`start` is where the document begins: its `---` or, without one, its first key or item."""

    data: Collection
    start: int


Entry = tuple[str, str, str, str]
"""A line with an item, a key, or both: the blanks in front, the dash with those behind it, the
key, and the rest."""

_LINE = re.compile(
    r"( *)(- +)?"
    r"(?:([A-Za-z0-9_./][A-Za-z0-9_./$-]{0,500}|\"[^\"\\]{1,500}\"|'[^']{1,500}'):(?: +|$))?(.*)"
)
_BLOCK = re.compile(r"\|([-+]?) *")

_LONGEST = 2_000_000
"""Characters; with more, aliases may be too many."""
_DEEPEST = 100
"""Levels; the parser allows some more."""


def simple(text: str) -> Simple | None:
    """What a document means; None if it is not as simple as that."""
    if len(text) > _LONGEST or not text.replace("\n", "").isprintable():
        return None
    lines = text.split("\n")
    try:
        number, start = _beginning(lines)
        return Simple(_Reader(lines, number).root(), start)
    except NotSimpleError:
        return None


def _beginning(lines: list[str]) -> tuple[int, int]:
    """The number of the line with which the content begins, and where the document does."""
    offset = 0
    dashes: int | None = None
    for number, line in enumerate(lines):
        content = line.lstrip(" ")
        if dashes is None and line.rstrip(" ") == "---":
            dashes = offset
        elif content and content[0] != "#":
            return number, offset + len(line) - len(content) if dashes is None else dashes
        offset += len(line) + 1
    raise NotSimpleError


class _Reader:
    """`_open` are the collections around the current line, each with the column at which its
    entries begin."""

    def __init__(self, lines: list[str], number: int) -> None:
        self._lines = lines
        self._number = number
        self._open: list[tuple[int, Collection]] = []
        self._anchors: Anchors = {}

    def root(self) -> Collection:
        top: dict[str, Any] = {}
        waiting: tuple[dict[str, Any], str, int] | None = (top, "", -1)
        for indent, dash, key, rest in self._entries():
            column = len(indent)
            if waiting is not None:
                outer, name, at = waiting
                if column > at or (dash and column == at):
                    inner: Collection = [] if dash else {}
                    outer[name] = inner
                    self._open.append((column, inner))
                waiting = None
            holder = self._holder(column, bool(dash))
            if isinstance(holder, list):
                if not key:
                    holder.append(self._value(rest, column))
                    continue
                column += len(dash)
                item: dict[str, Any] = {}
                holder.append(item)
                self._open.append((column, item))
                holder = item
            is_quoted = key[0] in "\"'"
            name = key[1:-1] if is_quoted else key
            if name in holder or (not is_quoted and is_word(name)):
                raise NotSimpleError
            if rest and rest[0] != "#":
                holder[name] = self._value(rest, column)
            else:
                holder[name] = None
                waiting = holder, name, column
        root: Collection = top[""]
        return root

    def _entries(self) -> Iterator[Entry]:
        while self._number < len(self._lines):
            found = _LINE.fullmatch(self._lines[self._number])
            self._number += 1
            indent, dash, key, rest = found.groups("") if found else ("", "", "", "")
            if dash or key:
                yield indent, dash, key, rest
            elif rest and rest[0] != "#":
                raise NotSimpleError

    def _holder(self, column: int, is_item: bool) -> Collection:
        """What the entry that begins at that column belongs to."""
        while self._open:
            at, holder = self._open[-1]
            if at == column and is_item == isinstance(holder, list):
                break
            # A list may begin at the same column as the key that it belongs to.
            if at < column or (at == column and is_item):
                raise NotSimpleError
            self._open.pop()
        if not 0 < len(self._open) < _DEEPEST:
            raise NotSimpleError
        return holder

    def _value(self, written: str, column: int) -> object:
        if not written:
            raise NotSimpleError
        if written[0] == "|" and (found := _BLOCK.fullmatch(written)):
            return self._block(found[1], column)
        return one_line(written, self._anchors)

    def _block(self, chomping: str, column: int) -> str:
        """A literal block that belongs to an entry at that column."""
        lines = self._lines
        begin = end = self._number
        while end < len(lines) and not lines[end]:
            end += 1
        first = lines[end] if end < len(lines) else ""
        width = len(first) - len(first.lstrip(" "))
        if not column < width < len(first):
            raise NotSimpleError
        indent = " " * width
        while end < len(lines) and (lines[end].startswith(indent) or not lines[end].strip(" ")):
            end += 1
        # The text ends with a line break, or else this is not its end.
        if end == len(lines) and lines[-1]:
            raise NotSimpleError
        self._number = end
        body = lines[begin:end] if end < len(lines) else lines[begin:-1]
        text = "".join(f"{line[width:]}\n" for line in body)
        if chomping == "+":
            return text
        stripped = text.rstrip("\n")
        return stripped if chomping == "-" else f"{stripped}\n"
