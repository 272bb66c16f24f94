"""Workflow commands, read back by the rules of GitHub's runner."""

from __future__ import annotations

from dataclasses import dataclass, replace

from mlblint.findings import Finding
from mlblint.report.formats import Report
from mlblint.report.github import render
from mlblint.report.harmless import shown
from mlblint.report.text import labelled
from mlblint.text.source import Position

KNOWN = {"error", "warning", "notice"}


@dataclass(frozen=True)
class Annotation:
    command: str
    properties: dict[str, str]
    message: str


def parse(line: str) -> Annotation:
    """As actions/runner does: the command is what stands between the first two `::`."""
    line = line.lstrip()
    assert line.startswith("::")
    info, separator, data = line[2:].partition("::")
    assert separator
    command, _, rest = info.partition(" ")
    assert command in KNOWN
    properties = {}
    for part in filter(None, rest.strip().split(",")):
        key, _, value = part.partition("=")
        properties[key] = unescape(value, (("%3A", ":"), ("%2C", ",")))
    return Annotation(command, properties, unescape(data))


def unescape(text: str, more: tuple[tuple[str, str], ...] = ()) -> str:
    for code, character in (("%0D", "\r"), ("%0A", "\n"), *more, ("%25", "%")):
        text = text.replace(code, character)
    return text


def expected(finding: Finding) -> Annotation:
    start, end = finding.location.start, finding.location.end
    properties = {
        "file": shown(finding.location.path),
        "line": str(start.line),
        "endLine": str(end.line),
        "title": f"{finding.rule} {finding.name}",
    }
    if start.line == end.line:
        properties |= {"col": str(start.column), "endColumn": str(end.column)}
    lines = [finding.message, *(f"{label}: {text}" for label, text in labelled(finding))]
    command = "notice" if finding.severity == "info" else finding.severity
    return Annotation(command, properties, "\n".join(map(shown, lines)))


def test_nothing_found_is_no_command(nothing: Report) -> None:
    assert render(nothing.findings) == ""


def test_every_finding_comes_back(talos: Report, hostile: Report) -> None:
    for report in (talos, hostile):
        lines = render(report.findings).splitlines()
        assert [parse(line) for line in lines] == [expected(one) for one in report.findings]


def test_what_separates_is_escaped(talos: Report) -> None:
    finding = talos.findings[0]
    odd = replace(
        finding,
        location=replace(finding.location, path="a,b:c%2Cd.yaml"),
        message="100%: a, b::c\nd",
        help="",
        fix=None,
        subject=None,
    )
    assert render([odd]) == (
        "::warning file=a%2Cb%3Ac%252Cd.yaml,line=6,endLine=6,col=3,endColumn=14,"
        "title=MLB501 sync-wave-missing::100%25: a, b::c␊d\n"
    )


def test_a_span_over_several_lines_has_no_columns(talos: Report) -> None:
    finding = talos.findings[0]
    long = replace(finding, location=replace(finding.location, end=Position(9, 2)))
    assert render([long]).startswith(
        "::warning file=apps/jellyfin.yaml,line=6,endLine=9,title=MLB501"
    )
