"""Findings for people: `full` with the code, `concise` with one line each, `grouped` by file,
and counts."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import replace
from functools import partial
from itertools import groupby

from mlblint.findings import Finding, Location
from mlblint.records import dataclass
from mlblint.report.colours import PLAIN, Colours
from mlblint.report.frame import Canvas, frame, last_line
from mlblint.report.summary import Summary, plural
from mlblint.report.terminal import printable, wrap
from mlblint.text.source import Source

Sources = Callable[[str], Source | None]

MAX_WIDTH = 100
MIN_MESSAGE = 30
"""Columns that a message needs beside its place; on a narrower terminal it stands below."""


@dataclass(frozen=True)
class Style:
    width: int = MAX_WIDTH
    colours: Colours = PLAIN


def full(findings: Iterable[Finding], sources: Sources, style: Style) -> Iterator[str]:
    for finding in findings:
        yield from _full(finding, sources, style)
        yield ""


def concise(findings: Iterable[Finding], style: Style) -> Iterator[str]:
    colours = style.colours
    for finding in findings:
        severity = colours.severity(finding.severity, finding.severity)
        message = colours.code([printable(finding.message)])[0]
        yield f"{_where(finding.location)}: {severity} {colours.bold(finding.rule)} {message}"


def grouped(findings: Iterable[Finding], style: Style) -> Iterator[str]:
    by_path = sorted(findings, key=lambda finding: finding.location.path)
    for path, group in groupby(by_path, key=lambda finding: finding.location.path):
        found = list(group)
        yield style.colours.bold(printable(path))
        places = max(len(_place(finding.location)) for finding in found)
        ids = max(len(finding.rule) for finding in found)
        for finding in found:
            yield from _row(finding, places, ids, style)
        yield ""


def _row(finding: Finding, places: int, ids: int, style: Style) -> Iterator[str]:
    colours = style.colours
    severity = colours.severity(finding.severity, f"{finding.severity:<7}")
    rule = f"{colours.bold(finding.rule)}{'':{ids - len(finding.rule)}}"
    head = f"  {_place(finding.location):>{places}}  {severity}  {rule}"
    indent = places + ids + len("  ") * 4 + len("warning")
    beside = style.width - indent >= MIN_MESSAGE
    if not beside:
        yield head.rstrip()
        indent = 4
    lines = colours.code(wrap(printable(finding.message), style.width - indent))
    if beside:
        yield f"{head}  {lines[0]}"
    yield from (f"{'':{indent}}{line}" for line in (lines[1:] if beside else lines))


def statistics(findings: Sequence[Finding], style: Style) -> Iterator[str]:
    """How many findings each rule has, the commonest first."""
    rules = sorted({(finding.rule, finding.name) for finding in findings})
    counted = [
        (sum(finding.rule == rule for finding in findings), rule, name) for rule, name in rules
    ]
    digits = max((len(str(count)) for count, _, _ in counted), default=0)
    for count, rule, name in sorted(counted, key=lambda row: (-row[0], row[1])):
        fixable = sum(finding.fix is not None for finding in findings if finding.rule == rule)
        note = f" ({fixable} fixable)" if fixable else ""
        yield f"{count:>{digits}}  {style.colours.bold(rule)} {name}{note}"


def fixes(fixed: Iterable[Finding], style: Style, *, done: bool) -> Iterator[str]:
    """What was fixed or, in a patch, would be: the places are those before the fix."""
    yield style.colours.bold("Fixed:" if done else "Would fix:")
    for finding in fixed:
        title = style.colours.code([printable(finding.fix.title)])[0] if finding.fix else ""
        yield f"  {_where(finding.location)}: {style.colours.bold(finding.rule)} {title}"
    yield ""


def summary(counts: Summary, style: Style, *, done: bool = True) -> Iterator[str]:
    """What was found, what can be done about it, and what was looked at. With a patch, the
    fixes are not `done` yet."""
    yield from wrap(_verdict(counts, done), style.width)
    if counts.fixable_safe or counts.fixable_unsafe:
        yield from wrap(_remedy(counts), style.width)
    if counts.hidden:
        yield from wrap(f"Hidden: {counts.hidden}.", style.width)
    if counts.skipped:
        yield from wrap(f"Not looked into: {counts.skipped}.", style.width)


def _verdict(counts: Summary, done: bool) -> str:
    fixed = f"{'Fixed' if done else 'Would fix'} {plural(counts.fixed, 'problem')}. "
    fixed, left = (fixed, " left" if done else " would be left") if counts.fixed else ("", "")
    files = plural(counts.files, "file")
    if not counts.total:
        return f"{fixed}No problems{left} in {files}."
    return f"{fixed}{plural(counts.total, 'problem')}{left} in {files}: {counts.by_severity}."


def _remedy(counts: Summary) -> str:
    if not counts.fixable_safe:
        return f"{counts.fixable_unsafe} fixable with `--fix --unsafe-fixes`."
    more = f", {counts.fixable_unsafe} more with `--unsafe-fixes`" if counts.fixable_unsafe else ""
    return f"{counts.fixable_safe} fixable with `--fix`{more}."


def _full(finding: Finding, sources: Sources, style: Style) -> Iterator[str]:
    colours = style.colours
    mark = partial(colours.severity, finding.severity)
    yield f"{mark(f'{finding.severity}[{finding.rule}]')} {colours.bold(finding.name)}"
    message = wrap(printable(finding.message), style.width - 2)
    yield from (f"  {line}" for line in colours.code(message))

    places = [finding.location, *(related.location for related in finding.related)]
    gutter = max(len(str(_last_line(place, sources))) for place in places)
    canvas = Canvas(style.width, gutter, colours, mark)
    yield f"{'':{gutter}}{colours.dim('-->')} {_where(finding.location)}"
    code = _frame(finding.location, sources, canvas)
    yield from code
    for related in finding.related:
        if code:
            yield canvas.line("", "")
        note = wrap(printable(related.message), style.width - gutter - 4)
        yield f"{'':{gutter}}{colours.dim(':::')} {_where(related.location)}"
        yield from (f"{'':{gutter}}    {line}" for line in colours.code(note))
        code = _frame(related.location, sources, replace(canvas, mark=colours.bold))
        yield from code
    if code:
        yield canvas.line("", "")
    yield from _notes(finding, gutter, style)


def _notes(finding: Finding, gutter: int, style: Style) -> Iterator[str]:
    indent = " " * (gutter + 1)
    for label, text in labelled(finding):
        lines = style.colours.code(wrap(f"{label}: {printable(text)}", style.width - gutter - 3))
        first = lines[0].replace(label, style.colours.bold(label), 1)
        yield f"{indent}{style.colours.dim('=')} {first}"
        yield from (f"{indent}  {line}" for line in lines[1:])


def labelled(finding: Finding) -> Iterator[tuple[str, str]]:
    """What there is to say beside the message: the object, the remedy, the fix."""
    subject = finding.subject
    if subject and (subject.cluster or subject.name not in finding.message):
        cluster = f", cluster {subject.cluster}" if subject.cluster else ""
        yield "in", f"{subject}{cluster}"
    if finding.help:
        yield "help", finding.help
    if finding.fix and finding.fix.applicability == "safe":
        yield "fix", f"{finding.fix.title} (safe, `--fix` does it)"
    elif finding.fix:
        yield "fix", f"{finding.fix.title} (unsafe, needs `--fix --unsafe-fixes`)"
    elif finding.unfixable:
        yield "no fix", finding.unfixable


def _where(location: Location) -> str:
    return f"{printable(location.path)}:{_place(location)}"


def _place(location: Location) -> str:
    return f"{location.start.line}:{location.start.column}"


def _last_line(location: Location, sources: Sources) -> int:
    source = sources(location.path)
    return last_line(source, location.start, location.end) if source else location.start.line


def _frame(location: Location, sources: Sources, canvas: Canvas) -> list[str]:
    source = sources(location.path)
    return frame(source, location.start, location.end, canvas) if source else []
