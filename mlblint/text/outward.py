"""Splices of YAML inside a block scalar, as splices of the text around it."""

from __future__ import annotations

from collections.abc import Iterable

from mlblint.text.embedded import LineMap
from mlblint.text.splices import Splice


def outward(splices: Iterable[Splice], lines: LineMap) -> list[Splice]:
    return [_one(splice, lines) for splice in splices]


def _one(splice: Splice, lines: LineMap) -> Splice:
    start, end = lines.line_at(splice.start), lines.line_at(splice.end)
    if start and end and (not splice.text or splice.text.endswith("\n")):
        added = splice.text.split("\n")
        text = "\n".join(" " * lines.indent + line if line else "" for line in added)
        return Splice(start.outer, end.outer, text)
    first, *rest = splice.text.split("\n")
    *inner, last = rest or [""]
    # The last line goes on with what stands behind the splice.
    text = first + "".join("\n" + (" " * lines.indent + line if line else "") for line in inner)
    if rest:
        text += "\n" + " " * lines.indent + last
    short = lines.indent - start.indent if start and first else 0
    return Splice(lines.outer(splice.start), lines.outer(splice.end), " " * short + text)
