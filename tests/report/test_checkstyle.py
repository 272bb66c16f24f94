"""Checkstyle's XML, read by a parser of XML."""

from __future__ import annotations

from xml.etree import ElementTree

from mlblint.report.checkstyle import render
from mlblint.report.formats import Report
from mlblint.report.harmless import shown


def test_nothing_found_is_a_report_without_files() -> None:
    assert render([]) == (
        '<?xml version="1.0" encoding="UTF-8"?>\n<checkstyle version="4.3">\n</checkstyle>\n'
    )


def test_every_finding_comes_back(talos: Report, hostile: Report) -> None:
    for report in (talos, hostile):
        root = ElementTree.fromstring(render(report.findings).encode())
        assert (root.tag, [child.tag for child in root]) == ("checkstyle", ["file"] * len(root))
        found = [{"path": file.attrib["name"], **error.attrib} for file in root for error in file]
        assert found == [
            {
                "path": shown(finding.location.path),
                "line": str(finding.location.start.line),
                "column": str(finding.location.start.column),
                "severity": finding.severity,
                "message": shown(finding.message),
                "source": f"mlblint.{finding.rule}",
            }
            for finding in sorted(report.findings, key=lambda one: one.location.path)
        ]


def test_a_file_is_named_once(talos: Report) -> None:
    root = ElementTree.fromstring(render(reversed(talos.findings)))
    paths = [file.attrib["name"] for file in root]
    assert paths == sorted({finding.location.path for finding in talos.findings})
