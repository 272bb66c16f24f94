"""GitLab's Code Quality report, by the rules of its documentation."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

import pytest
from jsonschema import Draft202012Validator

from mlblint.findings import Finding, Judges, Severity
from mlblint.report.formats import Report
from mlblint.report.gitlab import render
from mlblint.report.harmless import shown

_POSITION = {
    "type": "object",
    "required": ["line", "column"],
    "properties": {key: {"type": "integer", "minimum": 1} for key in ("line", "column")},
    "additionalProperties": False,
}
SCHEMA = {
    "type": "array",
    "items": {
        "type": "object",
        "required": ["description", "check_name", "fingerprint", "severity", "location"],
        "properties": {
            "description": {"type": "string", "minLength": 1},
            "check_name": {"type": "string", "minLength": 1},
            "fingerprint": {"type": "string", "minLength": 1},
            "severity": {"enum": ["info", "minor", "major", "critical", "blocker"]},
            "location": {
                "type": "object",
                "required": ["path", "positions"],
                "properties": {
                    "path": {"type": "string", "pattern": "^(?!/|\\./)"},
                    "positions": {
                        "type": "object",
                        "required": ["begin", "end"],
                        "properties": {"begin": _POSITION, "end": _POSITION},
                        "additionalProperties": False,
                    },
                },
                "additionalProperties": False,
            },
        },
        "additionalProperties": False,
    },
}


def issues(*findings: Finding) -> list[dict[str, Any]]:
    text = render(findings)
    result: list[dict[str, Any]] = json.loads(text)
    Draft202012Validator(SCHEMA).validate(result)
    fingerprints = [issue["fingerprint"] for issue in result]
    assert len(set(fingerprints)) == len(fingerprints) == len(findings)
    return result


def test_nothing_found_is_an_empty_list() -> None:
    assert render([]) == "[]\n"


def test_every_finding_is_an_issue(talos: Report, hostile: Report) -> None:
    for report in (talos, hostile):
        for issue, finding in zip(issues(*report.findings), report.findings, strict=True):
            begin, end = finding.location.start, finding.location.end
            assert issue["location"]["positions"] == {
                "begin": {"line": begin.line, "column": begin.column},
                "end": {"line": end.line, "column": end.column},
            }
            assert issue["check_name"] == finding.rule
            assert issue["description"] == shown(finding.message)


def test_the_first_of_equal_fingerprints_stays_and_the_others_are_stable(talos: Report) -> None:
    finding = talos.findings[0]
    first, second, third = (issue["fingerprint"] for issue in issues(finding, finding, finding))
    assert first == finding.fingerprint
    assert [second, third] == [issue["fingerprint"] for issue in issues(*[finding] * 4)][1:3]


@pytest.mark.parametrize(
    ("severity", "judges", "word"),
    [
        ("error", "acceptance", "blocker"),
        ("error", "reachability", "critical"),
        ("warning", "plan", "major"),
        ("warning", "style", "minor"),
        ("info", "style", "info"),
    ],
)
def test_severities(talos: Report, severity: Severity, judges: Judges, word: str) -> None:
    (issue,) = issues(replace(talos.findings[0], severity=severity, judges=judges))
    assert issue["severity"] == word


def test_a_path_is_as_git_has_it(talos: Report) -> None:
    finding = talos.findings[0]
    for path, name in (("a\nb.yaml", "a\nb.yaml"), ("caf\udce9.yaml", "caf\\xe9.yaml")):
        (issue,) = issues(replace(finding, location=replace(finding.location, path=path)))
        assert issue["location"]["path"] == name
