"""SARIF: what GitHub's code scanning needs, and that its fixes mend the files."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any
from urllib.parse import unquote_to_bytes

import pytest
from jsonschema import Draft202012Validator

from mlblint.cards import built_in_cards
from mlblint.findings import Location, Severity
from mlblint.fixing import plans
from mlblint.package_data import data_folder
from mlblint.report.formats import Report
from mlblint.report.harmless import path_bytes
from mlblint.report.sarif import render
from mlblint.report.summary import summarise
from mlblint.text.source import Position
from mlblint.text.splices import apply

SCHEMA = json.loads((data_folder("schemas") / "sarif-subset.json").read_text("utf-8"))


def run(report: Report) -> dict[str, Any]:
    log = json.loads(render(report.findings, report.summary, report.cards))
    Draft202012Validator(SCHEMA).validate(log)
    result: dict[str, Any] = log["runs"][0]
    return result


def test_the_schema_is_a_schema() -> None:
    Draft202012Validator.check_schema(SCHEMA)


def test_nothing_found_is_an_empty_list_of_results(nothing: Report) -> None:
    result = run(nothing)
    assert result["results"] == []
    assert result["invocations"] == [{"executionSuccessful": True}]
    assert len(result["tool"]["driver"]["rules"]) == len(built_in_cards())


def test_every_rule_is_described(talos: Report) -> None:
    rules = {rule["id"]: rule for rule in run(talos)["tool"]["driver"]["rules"]}
    assert list(rules) == [card.id for card in built_in_cards()]
    rule = rules["MLB301"]
    assert rule["name"] == "l2-interfaces-missing"
    assert rule["shortDescription"] == {"text": "L2Advertisement that names no interfaces."}
    assert rule["defaultConfiguration"] == {"level": "warning"}
    assert rule["properties"] == {
        "category": "advertisements",
        "judges": "reachability",
        "problem.severity": "warning",
        "tags": ["advertisements", "reachability"],
    }
    assert rule["help"]["markdown"].startswith("Without `interfaces`, or with an empty list,")
    assert all(len(rule["fullDescription"]["text"]) <= 1024 for rule in rules.values())


def test_every_finding_is_a_result(talos: Report, hostile: Report) -> None:
    for report in (talos, hostile):
        for result, finding in zip(run(report)["results"], report.findings, strict=True):
            start, end = finding.location.start, finding.location.end
            (location,) = result["locations"]
            physical = location["physicalLocation"]
            assert result["ruleId"] == finding.rule
            assert result["partialFingerprints"] == {"mlblint/v1": finding.fingerprint}
            uri = physical["artifactLocation"]["uri"]
            assert unquote_to_bytes(uri) == path_bytes(finding.location.path)
            assert physical["region"] == {
                "startLine": start.line,
                "startColumn": start.column,
                "endLine": end.line,
                "endColumn": end.column,
            }
            assert len(result.get("relatedLocations", [])) == len(finding.related)


@pytest.mark.parametrize(
    ("severity", "level"), [("error", "error"), ("warning", "warning"), ("info", "note")]
)
def test_levels(talos: Report, severity: Severity, level: str) -> None:
    finding = replace(talos.findings[0], severity=severity)
    assert run(replace(talos, findings=(finding,)))["results"][0]["level"] == level


def test_the_object_is_a_logical_location(talos: Report) -> None:
    (location,) = run(talos)["results"][1]["locations"]
    assert location["logicalLocations"] == [
        {
            "name": "home-pool",
            "fullyQualifiedName": "metallb.io/v1beta1/IPAddressPool/metallb-system/home-pool",
            "kind": "resource",
        }
    ]


def test_odd_paths_are_percent_encoded(talos: Report) -> None:
    finding = talos.findings[0]
    for path, uri in (
        ("a b/c:d#e?f%.yaml", "a%20b/c%3Ad%23e%3Ff%25.yaml"),
        ("ü\n.yaml", "%C3%BC%0A.yaml"),
        ("caf\udce9.yaml", "caf%E9.yaml"),
    ):
        odd = replace(finding, location=Location(path, Position(1, 1), Position(1, 1)))
        (result,) = run(replace(talos, findings=(odd,)))["results"]
        artifact = result["locations"][0]["physicalLocation"]["artifactLocation"]
        assert artifact == {"uri": uri, "uriBaseId": "%SRCROOT%"}


def test_no_message_holds_a_link(hostile: Report) -> None:
    for result in run(hostile)["results"]:
        messages = [result["message"], result["fixes"][0]["description"]]
        messages += [related["message"] for related in result["relatedLocations"]]
        assert all("](" not in message["text"] for message in messages)


def test_the_fixes_mend_the_files(talos: Report, hostile: Report) -> None:
    for report in (talos, hostile):
        for result, finding in zip(run(report)["results"], report.findings, strict=True):
            assert finding.fix
            (fix,) = result["fixes"]
            assert fix["properties"] == {"applicability": finding.fix.applicability}
            for (path, file), change in zip(
                plans(finding.fix).items(), fix["artifactChanges"], strict=True
            ):
                assert unquote_to_bytes(change["artifactLocation"]["uri"]) == path_bytes(path)
                text = replaced(file.source.text, change["replacements"])
                assert text == apply(file.source.text, file.splices)


def replaced(text: str, replacements: list[dict[str, Any]]) -> str:
    """The text after the replacements, as another program would make them: from the end."""
    lines = text.split("\n")
    for one in reversed(replacements):
        region = one["deletedRegion"]
        start, end = (
            sum(len(line) + 1 for line in lines[: line - 1]) + column - 1
            for line, column in (
                (region["startLine"], region["startColumn"]),
                (region["endLine"], region["endColumn"]),
            )
        )
        text = text[:start] + one["insertedContent"]["text"] + text[end:]
    return text


def test_a_finding_without_a_fix_says_why(talos: Report) -> None:
    finding = replace(talos.findings[0], fix=None, unfixable="nothing tells the value")
    (result,) = run(replace(talos, findings=(finding,)))["results"]
    assert "fixes" not in result
    assert result["properties"]["unfixable"] == "nothing tells the value"


def test_a_run_that_did_not_do_its_work_says_so(talos: Report) -> None:
    crash = replace(talos.findings[0], rule="MLB000", name="internal-error", fix=None)
    result = run(replace(talos, findings=(crash,)))
    assert result["invocations"] == [{"executionSuccessful": False}]
    assert result["tool"]["driver"]["rules"][-1] == {"id": "MLB000", "name": "internal-error"}

    counts = summarise([], unreadable=(("a b.yaml", "no permission"),))
    (invocation,) = run(Report((), counts))["invocations"]
    (notification,) = invocation["toolExecutionNotifications"]
    assert invocation["executionSuccessful"] is False
    assert notification["message"] == {"text": "a b.yaml: cannot be read: no permission"}
