"""Text inside a block scalar: where each of its lines stands in the host's text."""

from __future__ import annotations

import re
from bisect import bisect_right
from typing import NamedTuple

from mlblint.records import dataclass
from mlblint.text.nodes import Scalar
from mlblint.text.source import line_starts

_NOT_LITERAL = {
    ">": "the YAML stands in a folded scalar (`>`), whose line breaks cannot be traced back",
    '"': "the YAML stands in a double-quoted string",
    "'": "the YAML stands in a single-quoted string",
    "": "the YAML stands in a plain string",
}
_HEADER = re.compile(r"[^|>]*[|>][^\r\n]*(?:\r\n|\r|\n|\Z)")
_LINE = re.compile(r"([^\r\n]*)(\r\n|\r|\n|\Z)")


class Line(NamedTuple):
    """`inner` and `outer` are where the line begins in the embedded text and in the host's;
    `indent` characters of the host's line come before what is embedded."""

    inner: int
    outer: int
    indent: int


@dataclass(frozen=True)
class LineMap:
    """If the text ends with a line break, the last of `lines` is the empty one behind it.
    `inexact` says why offsets cannot be mapped: all of them are then the scalar's start."""

    lines: tuple[Line, ...]
    starts: tuple[int, ...]
    indent: int
    inexact: str | None = None

    def outer(self, offset: int) -> int:
        line = self.lines[bisect_right(self.starts, offset) - 1]
        return line.outer if self.inexact else line.outer + line.indent + offset - line.inner

    def line_at(self, offset: int) -> Line | None:
        """The line that begins exactly there."""
        line = self.lines[bisect_right(self.starts, offset) - 1]
        return line if line.inner == offset else None


def literal_lines(text: str, scalar: Scalar) -> LineMap:
    """The map of a scalar that stands in `text`."""
    if scalar.style != "|":
        return _inexact(scalar, _NOT_LITERAL[scalar.style])
    lines: list[Line] = []
    indent = 0
    header = _HEADER.match(text, scalar.start)
    at = header.end() if header else scalar.end
    for start in line_starts(scalar.text):
        raw = _LINE.match(text, at)
        content = _LINE.match(scalar.text, start)
        if raw is None or content is None:
            return _inexact(scalar, "its lines cannot be traced back")
        if start == len(scalar.text):
            lines.append(Line(start, at, 0))
            break
        if content[1] and not indent:
            indent = len(raw[1]) - len(content[1])
        if raw[1][indent:] != content[1]:
            return _inexact(scalar, "its lines cannot be traced back")
        lines.append(Line(start, at, min(indent, len(raw[1]))))
        at = raw.end()
    return LineMap(tuple(lines), tuple(line.inner for line in lines), indent)


def _inexact(scalar: Scalar, reason: str) -> LineMap:
    return LineMap((Line(0, scalar.start, 0),), (0,), 0, reason)
