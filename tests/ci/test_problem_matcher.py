"""The problem matcher reads what `--output-format concise` prints: every finding, all of it."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest

from mlblint.cards import built_in_cards
from mlblint.config import load
from mlblint.findings import SEVERITIES
from mlblint.pipeline import Request, lint
from mlblint.report.terminal import printable
from mlblint.report.text import Style, concise

ROOT = Path(__file__).parents[2]


def matchers() -> list[dict[str, Any]]:
    file: dict[str, Any] = json.loads((ROOT / "ci/problem-matcher.json").read_text())
    found: list[dict[str, Any]] = file["problemMatcher"]
    return found


def read(line: str) -> list[dict[str, str]]:
    """What each matcher makes of a line; GitHub drops those of a severity it does not know."""
    problems = []
    for matcher in matchers():
        (pattern,) = matcher["pattern"]
        match = re.search(pattern["regexp"], line)
        if match:
            groups = {key: match[group] for key, group in pattern.items() if key != "regexp"}
            problem = {"severity": matcher.get("severity", "error"), **groups}
            assert problem["severity"] in ("error", "warning", "notice")
            problems.append(problem)
    return problems


@pytest.mark.parametrize("severity", SEVERITIES)
def test_every_finding_is_one_problem(severity: str) -> None:
    root = ROOT / "tests/fixtures/talos/broken"
    config = load(root, known_rules={card.id: card.name for card in built_in_cards()})
    findings = [one for one in lint(Request(root, config)).findings if one.severity == severity]
    if severity != "error":
        assert findings
    for finding, line in zip(findings, concise(findings, Style()), strict=True):
        assert read(line) == [
            {
                "file": finding.location.path,
                "line": str(finding.location.start.line),
                "column": str(finding.location.start.column),
                "severity": "notice" if severity == "info" else severity,
                "code": finding.rule,
                "message": printable(finding.message),
            }
        ]


@pytest.mark.parametrize(
    ("line", "problems"),
    [
        ("3 problems in 13 files: 3 warnings.", 0),
        ("No problems in 3 files.", 0),
        ("mlblint: .mlblint.yaml:2:1: not valid YAML", 0),
        ("a:1:2: b.yaml:3:4: error ACME1 `x` is wrong", 1),
    ],
)
def test_other_lines_are_no_problems(line: str, problems: int) -> None:
    assert len(read(line)) == problems


def test_owners_differ_or_one_would_replace_the_other() -> None:
    owners = [matcher["owner"] for matcher in matchers()]
    assert len(set(owners)) == len(owners)
