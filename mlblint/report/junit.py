"""JUnit's XML: a file is a test suite, a finding is a test that failed.

A test is named after the rule and the object, not after its line: a dashboard follows it from
run to run, however the file changes above it.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from itertools import groupby

from mlblint.findings import Finding
from mlblint.report.harmless import xml, xml_element
from mlblint.report.summary import Summary, plural
from mlblint.report.text import labelled

_INTERNAL_ERROR = "internal-error"

Attributes = list[tuple[str, object]]


def render(findings: Iterable[Finding], summary: Summary) -> str:
    return "".join(f"{line}\n" for line in _lines(list(findings), summary))


def _lines(findings: Sequence[Finding], summary: Summary) -> Iterator[str]:
    crashes = sum(map(_is_crash, findings))
    tests, errors = len(findings) + len(summary.unreadable), crashes + len(summary.unreadable)
    counts = _counts(tests or 1, len(findings) - crashes, errors)
    yield '<?xml version="1.0" encoding="UTF-8"?>'
    yield f"<{xml_element('testsuites', [('name', 'mlblint'), *counts])}>"
    by_path = sorted(findings, key=lambda finding: finding.location.path)
    for path, found in groupby(by_path, key=lambda finding: finding.location.path):
        yield from _suite(path, list(found))
    for path, reason in summary.unreadable:
        yield from _unreadable(path, reason)
    if not tests:
        yield f"  <{xml_element('testsuite', [('name', 'mlblint'), *counts])}>"
        name = f"no problems in {plural(summary.files, 'file')}"
        yield f"    <{_case(name, 'mlblint')}/>"
        yield "  </testsuite>"
    yield "</testsuites>"


def _suite(path: str, findings: Sequence[Finding]) -> Iterator[str]:
    crashes = sum(map(_is_crash, findings))
    counts = _counts(len(findings), len(findings) - crashes, crashes)
    yield f"  <{xml_element('testsuite', [('name', path), *counts])}>"
    taken: Counter[str] = Counter()
    for finding in findings:
        name = _name(finding)
        taken[name] += 1
        if taken[name] > 1:
            name = f"{name} ({taken[name]})"
        verdict = "error" if _is_crash(finding) else "failure"
        about = [("message", finding.message), ("type", finding.severity)]
        line = finding.location.start.line
        yield f"    <{_case(name, path, ('file', path), ('line', line))}>"
        yield f"      <{xml_element(verdict, about)}>{_body(finding)}</{verdict}>"
        yield "    </testcase>"
    yield "  </testsuite>"


def _unreadable(path: str, reason: str) -> Iterator[str]:
    yield f"  <{xml_element('testsuite', [('name', path), *_counts(1, 0, 1)])}>"
    yield f"    <{_case('the file can be read', path, ('file', path))}>"
    yield f"      <{xml_element('error', [('message', reason), ('type', 'unreadable')])}/>"
    yield "    </testcase>"
    yield "  </testsuite>"


def _counts(tests: int, failures: int, errors: int) -> Attributes:
    return [
        ("tests", tests),
        ("failures", failures),
        ("errors", errors),
        ("skipped", 0),
        ("time", 0),
    ]


def _case(name: str, path: str, *more: tuple[str, object]) -> str:
    return xml_element("testcase", [("name", name), ("classname", path), *more, ("time", 0)])


def _name(finding: Finding) -> str:
    about = f": {finding.subject}" if finding.subject else ""
    return f"{finding.rule} {finding.name}{about}"


def _body(finding: Finding) -> str:
    """What dashboards show when the test is opened."""
    at, start = finding.location.path, finding.location.start
    lines = [f"{at}:{start.line}:{start.column}: {finding.message}"]
    for related in finding.related:
        place, start = related.location.path, related.location.start
        lines.append(f"see {place}:{start.line}:{start.column}: {related.message}")
    lines += [f"{label}: {text}" for label, text in labelled(finding)]
    return "\n".join(map(xml, lines))


def _is_crash(finding: Finding) -> bool:
    return finding.name == _INTERNAL_ERROR
