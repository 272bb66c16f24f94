"""JUnit's XML, read by a parser of XML."""

from __future__ import annotations

from dataclasses import replace
from xml.etree import ElementTree

from mlblint.report.formats import Report
from mlblint.report.harmless import shown
from mlblint.report.junit import render
from mlblint.report.summary import summarise


def parsed(report: Report) -> ElementTree.Element:
    root = ElementTree.fromstring(render(report.findings, report.summary).encode())
    assert root.tag == "testsuites"
    totals = dict.fromkeys(("tests", "failures", "errors"), 0)
    for suite in root:
        cases = list(suite)
        assert (suite.tag, {case.tag for case in cases}) == ("testsuite", {"testcase"})
        assert suite.attrib["tests"] == str(len(cases))
        assert suite.attrib["failures"] == str(len(suite.findall("testcase/failure")))
        assert suite.attrib["errors"] == str(len(suite.findall("testcase/error")))
        names = [(case.attrib["classname"], case.attrib["name"]) for case in cases]
        assert len(set(names)) == len(names), "dashboards tell tests apart by their names"
        for key in totals:
            totals[key] += int(suite.attrib[key])
    assert {key: int(root.attrib[key]) for key in totals} == totals
    return root


def test_nothing_found_is_one_test_that_passed(nothing: Report) -> None:
    (suite,) = parsed(nothing)
    (case,) = suite
    assert (case.attrib["name"], len(case)) == ("no problems in 3 files", 0)


def test_every_finding_is_a_test_that_failed(talos: Report, hostile: Report) -> None:
    for report in (talos, hostile):
        cases = [
            case for case in parsed(report).iter("testcase") if case.find("failure") is not None
        ]
        findings = sorted(report.findings, key=lambda one: one.location.path)
        assert len(cases) == len(findings)
        for case, finding in zip(cases, findings, strict=True):
            (failure,) = case
            assert case.attrib["file"] == shown(finding.location.path)
            assert case.attrib["line"] == str(finding.location.start.line)
            assert failure.attrib == {
                "message": shown(finding.message),
                "type": finding.severity,
            }
            assert f"help: {shown(finding.help)}" in (failure.text or "").split("\n")


def test_a_test_is_named_after_the_object_and_not_after_its_line(talos: Report) -> None:
    finding = talos.findings[1]
    moved = replace(finding, location=replace(finding.location, start=finding.location.end))
    (suite,) = parsed(replace(talos, findings=(finding, moved)))
    name = "MLB501 sync-wave-missing: IPAddressPool metallb-system/home-pool"
    assert [case.attrib["name"] for case in suite] == [name, f"{name} (2)"]


def test_a_crash_and_an_unreadable_file_are_errors(talos: Report) -> None:
    crash = replace(talos.findings[0], rule="MLB000", name="internal-error")
    counts = summarise([crash], files=1, unreadable=(("a.yaml", "no permission"),))
    root = parsed(Report((crash,), counts))
    assert [error.attrib["message"] for error in root.iter("error")] == [
        crash.message,
        "no permission",
    ]
    assert root.attrib["failures"] == "0"


def test_an_unreadable_file_is_no_clean_run() -> None:
    root = parsed(Report((), summarise([], files=1, unreadable=(("a.yaml", "no permission"),))))
    assert (root.attrib["tests"], root.attrib["errors"]) == ("1", "1")
