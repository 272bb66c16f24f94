"""Reviewdog's diagnostic format, with the fixes as suggestions (reviewdog, proto/rdf).

Its columns count the bytes of the line in UTF-8.
"""

from __future__ import annotations

import codecs
from collections.abc import Callable, Iterable, Iterator
from typing import Any

from mlblint.findings import Finding, Severity
from mlblint.report.harmless import shown, to_json, unicode_path
from mlblint.report.text import labelled
from mlblint.text.source import Position, Source

Sources = Callable[[str], Source | None]

_SEVERITY: dict[Severity, str] = {"error": "ERROR", "warning": "WARNING", "info": "INFO"}


def render(findings: Iterable[Finding], sources: Sources) -> str:
    return to_json(
        {
            "source": {"name": "mlblint"},
            "diagnostics": [_diagnostic(finding, sources) for finding in findings],
        }
    )


def _diagnostic(finding: Finding, sources: Sources) -> dict[str, Any]:
    location = finding.location
    source = sources(location.path)
    return {
        "message": "\n".join(_message(finding)),
        "location": {
            "path": unicode_path(location.path),
            "range": {
                "start": _position(location.start, source),
                "end": _position(location.end, source),
            },
        },
        "severity": _SEVERITY[finding.severity],
        "code": {"value": shown(finding.rule)},
        "suggestions": list(_suggestions(finding)),
    }


def _message(finding: Finding) -> Iterator[str]:
    yield shown(finding.message)
    for related in finding.related:
        place, start = related.location.path, related.location.start
        yield shown(f"see {place}:{start.line}:{start.column}: {related.message}")
    for label, text in labelled(finding):
        yield shown(f"{label}: {text}")


def _suggestions(finding: Finding) -> Iterator[dict[str, Any]]:
    """The fix as one replacement: reviewdog offers each suggestion on its own, while a fix is
    made whole or not at all. There is none for a fix that other files have a part in."""
    from mlblint.fixing import plans

    if finding.fix is None:
        return
    files = plans(finding.fix)
    if set(files) != {finding.location.path}:
        return
    file = files[finding.location.path]
    source, splices = file.source, sorted(file.splices)
    if not splices:
        return
    parts, at = [], splices[0].start
    for splice in splices:
        parts += [source.text[at : splice.start], splice.text]
        at = splice.end
    yield {
        "range": {
            "start": _position(source.position(splices[0].start), source),
            "end": _position(source.position(at), source),
        },
        "text": "".join(parts),
    }


def _position(position: Position, source: Source | None) -> dict[str, int]:
    """Without the file at hand only the line is known: a range of whole lines."""
    if source is None or position.line > len(source.line_starts):
        return {"line": position.line}
    line = source.line_starts[position.line - 1]
    before = source.text[line : line + position.column - 1]
    bom = source.bom if position.line == 1 and source.bom == codecs.BOM_UTF8 else b""
    return {"line": position.line, "column": len(bom) + len(before.encode()) + 1}
