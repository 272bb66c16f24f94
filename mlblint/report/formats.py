"""The formats of reports. A format's module is imported when it is asked for, not before."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING

from mlblint.findings import Finding
from mlblint.records import dataclass
from mlblint.report.summary import Summary
from mlblint.text.source import Position, Source

if TYPE_CHECKING:
    from mlblint.cards import Card


@dataclass(frozen=True)
class Report:
    """What a report is made from. `cards` are the rules that there are, `sources` gives the
    files; with a patch, the fixes are not `done` yet. Findings that are `suppressed` stand in
    the formats that can say so."""

    findings: tuple[Finding, ...]
    summary: Summary
    cards: tuple[Card, ...] = ()
    sources: Callable[[str], Source | None] = lambda path: None
    done: bool = True
    suppressed: tuple[Finding, ...] = ()

    @property
    def all(self) -> list[Finding]:
        """In order: see schemas/report.json."""
        return sorted((*self.findings, *self.suppressed), key=_order)


def _order(finding: Finding) -> tuple[str, Position, str, str]:
    return finding.location.path, finding.location.start, finding.rule, finding.message


def _json(report: Report) -> str:
    from mlblint.report.harmless import escape_json
    from mlblint.report.json_report import render

    return escape_json(render(report.all, report.summary))


def _sarif(report: Report) -> str:
    from mlblint.report.sarif import render

    return render(report.all, report.summary, report.cards)


def _github(report: Report) -> str:
    from mlblint.report.github import render

    return render(report.findings)


def _gitlab(report: Report) -> str:
    from mlblint.report.gitlab import render

    return render(report.findings)


def _junit(report: Report) -> str:
    from mlblint.report.junit import render

    return render(report.findings, report.summary)


def _checkstyle(report: Report) -> str:
    from mlblint.report.checkstyle import render

    return render(report.findings)


def _rdjson(report: Report) -> str:
    from mlblint.report.rdjson import render

    return render(report.findings, report.sources)


def _markdown(report: Report) -> str:
    from mlblint.report.markdown import render

    return render(report.findings, report.summary, done=report.done)


TEXT = ("full", "concise", "grouped")
"""For people at a terminal: mlblint/report/text.py."""

WRITERS: Mapping[str, Callable[[Report], str]] = {
    "json": _json,
    "sarif": _sarif,
    "github": _github,
    "gitlab": _gitlab,
    "junit": _junit,
    "checkstyle": _checkstyle,
    "rdjson": _rdjson,
    "markdown": _markdown,
}

FORMATS = (*TEXT, *WRITERS)
