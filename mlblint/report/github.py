"""Workflow commands: GitHub Actions shows them as annotations, beside the changed lines.

The form is what actions/runner reads (src/Runner.Common/ActionCommand.cs, TryParseV2).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from mlblint.findings import Finding, Severity
from mlblint.report.harmless import shown
from mlblint.report.text import labelled

_COMMAND: dict[Severity, str] = {"error": "error", "warning": "warning", "info": "notice"}


def render(findings: Iterable[Finding]) -> str:
    return "".join(f"{_command(finding)}\n" for finding in findings)


def _command(finding: Finding) -> str:
    values = ",".join(f"{key}={_escape_value(value)}" for key, value in _properties(finding))
    lines = [finding.message, *(f"{label}: {text}" for label, text in labelled(finding))]
    message = "%0A".join(map(_escape, lines))
    return f"::{_COMMAND[finding.severity]} {values}::{message}"


def _properties(finding: Finding) -> Iterator[tuple[str, str]]:
    start, end = finding.location.start, finding.location.end
    yield "file", finding.location.path
    yield "line", str(start.line)
    yield "endLine", str(end.line)
    if start.line == end.line:
        # Columns of a span over several lines are refused by GitHub.
        yield "col", str(start.column)
        yield "endColumn", str(end.column)
    yield "title", f"{finding.rule} {finding.name}"


def _escape(text: str) -> str:
    return shown(text).replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def _escape_value(text: str) -> str:
    return _escape(text).replace(":", "%3A").replace(",", "%2C")
