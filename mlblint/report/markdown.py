"""A summary in Markdown, for a comment on a pull request or the page of a CI job.

What comes from the repository is shown and never active: as entities, punctuation is no Markdown
and no HTML; a zero-width space keeps GitHub and GitLab from making mentions, references, links and
emojis of what is left.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterable, Iterator, Sequence

from mlblint.findings import SEVERITIES, Finding, Location, Severity
from mlblint.records import dataclass
from mlblint.report.harmless import shown
from mlblint.report.summary import Summary, plural
from mlblint.report.text import Style, labelled, summary

LIMIT = 65_536
"""Characters that a comment on GitHub holds."""

MAX_UNREADABLE = 10

_UNBROKEN = 1 << 30
_ACTIVE = re.compile(r"[&<>\"'\\`*_\[\]|~!@#$^]")
_BREAK = "&#8203;"
_ADDRESS = r"@(?=\w) | :(?=//) | \bwww(?=\.)"
_LINKED_IN_CODE = re.compile(_ADDRESS, re.IGNORECASE | re.VERBOSE)
_LINKED = re.compile(
    rf"""{_ADDRESS} | [#!~%&$^](?=["\w]) | :(?=[\w+-]*[a-z][\w+-]*:) | \bGH(?=-\d)""",
    re.IGNORECASE | re.VERBOSE,
)
_TITLE: dict[Severity, str] = {"error": "error", "warning": "warning", "info": "remark"}


@dataclass(frozen=True)
class Entry:
    severity: Severity
    row: str
    details: str


def render(findings: Iterable[Finding], counts: Summary, *, done: bool = True) -> str:
    found = list(findings)
    entries = [
        Entry(severity, _row(finding), _details(finding))
        for severity in SEVERITIES
        for finding in found
        if finding.severity == severity
    ]
    head = "\n".join(_head(counts, done))
    whole = _document(head, entries, len(entries))
    if len(whole) <= LIMIT:
        return whole
    fitting = bisect_right(
        range(len(entries)), LIMIT, key=lambda count: len(_document(head, entries, count))
    )
    return _document(head, entries, max(0, fitting - 1))


def _document(head: str, entries: Sequence[Entry], count: int) -> str:
    """The summary with as many of the findings, the worst first."""
    lines = [head]
    for severity in SEVERITIES:
        section = [entry for entry in entries[:count] if entry.severity == severity]
        if section:
            total = sum(entry.severity == severity for entry in entries)
            lines += ["", *_section(severity, section, total)]
    if count < len(entries):
        lines += [
            "",
            f"Shown are {count} of {plural(len(entries), 'problem')}: more than {LIMIT:,} "
            "characters do not fit into a comment on GitHub.",
        ]
    return "".join(f"{line}\n" for line in lines)


def _head(counts: Summary, done: bool) -> Iterator[str]:
    yield "## mlblint"
    for line in summary(counts, Style(_UNBROKEN), done=done):
        yield ""
        yield _text(line)
    if counts.unreadable:
        yield ""
    for path, reason in counts.unreadable[:MAX_UNREADABLE]:
        yield f"- {_code(path)} cannot be read: {_text(reason)}"
    if len(counts.unreadable) > MAX_UNREADABLE:
        yield f"- and {len(counts.unreadable) - MAX_UNREADABLE} more"


def _section(severity: Severity, entries: Sequence[Entry], total: int) -> Iterator[str]:
    yield f"### {plural(total, _TITLE[severity])}"
    yield ""
    yield "| where | rule | what |"
    yield "|---|---|---|"
    yield from (entry.row for entry in entries)
    yield ""
    yield "<details>"
    yield "<summary>What to do</summary>"
    yield ""
    yield from (entry.details for entry in entries)
    yield ""
    yield "</details>"


def _row(finding: Finding) -> str:
    rule = f"{_text(finding.rule)} {_text(finding.name)}"
    return f"| {_where(finding.location)} | {rule} | {_text(finding.message)} |"


def _details(finding: Finding) -> str:
    lines = [f"- {_where(finding.location)} {_text(finding.rule)}"]
    lines += [
        f"  - see {_where(related.location)}: {_text(related.message)}"
        for related in finding.related
    ]
    lines += [f"  - {label}: {_text(text)}" for label, text in labelled(finding)]
    return "\n".join(lines)


def _where(location: Location) -> str:
    return _code(f"{location.path}:{location.start.line}:{location.start.column}")


def _text(text: str) -> str:
    """A sentence, in which what stands between backticks is code."""
    parts = shown(text).split("`")
    return "".join(
        _code(part) if at % 2 else _inactive(part, _LINKED) for at, part in enumerate(parts)
    )


def _code(text: str) -> str:
    return f"<code>{_inactive(text, _LINKED_IN_CODE)}</code>" if text else ""


def _inactive(text: str, linked: re.Pattern[str]) -> str:
    broken = linked.sub("\\g<0>\u200b", shown(text))
    return _ACTIVE.sub(_entity, broken).replace("\u200b", _BREAK)


def _entity(match: re.Match[str]) -> str:
    entity = f"&#{ord(match[0])};"
    # The tags are GitHub's way to keep a dollar sign from beginning a formula.
    return f"<span>{entity}</span>" if match[0] == "$" else entity
