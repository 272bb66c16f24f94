"""Checkstyle's XML: what Jenkins, reviewdog and many editors read."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import groupby

from mlblint.findings import Finding
from mlblint.report.harmless import xml_element

FORM = "4.3"
"""The version of Checkstyle whose reports look like this: readers ask for one."""


def render(findings: Iterable[Finding]) -> str:
    return "".join(f"{line}\n" for line in _lines(findings))


def _lines(findings: Iterable[Finding]) -> Iterator[str]:
    yield '<?xml version="1.0" encoding="UTF-8"?>'
    yield f"<{xml_element('checkstyle', [('version', FORM)])}>"
    by_path = sorted(findings, key=lambda finding: finding.location.path)
    for path, found in groupby(by_path, key=lambda finding: finding.location.path):
        yield f"  <{xml_element('file', [('name', path)])}>"
        for finding in found:
            start = finding.location.start
            attributes = [
                ("line", start.line),
                ("column", start.column),
                ("severity", finding.severity),
                ("message", finding.message),
                ("source", f"mlblint.{finding.rule}"),
            ]
            yield f"    <{xml_element('error', attributes)}/>"
        yield "  </file>"
    yield "</checkstyle>"
