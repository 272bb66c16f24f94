"""GitLab's Code Quality report: the findings in the merge request, and what is new in it."""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Iterable, Iterator
from typing import Any

from mlblint.findings import Finding
from mlblint.report.harmless import shown, to_json, unicode_path
from mlblint.text.source import Position


def render(findings: Iterable[Finding]) -> str:
    return to_json(list(_issues(findings)))


def _issues(findings: Iterable[Finding]) -> Iterator[dict[str, Any]]:
    seen: Counter[str] = Counter()
    for finding in findings:
        location = finding.location
        yield {
            "description": shown(finding.message),
            "check_name": shown(finding.rule),
            "fingerprint": _unique(finding.fingerprint, seen[finding.fingerprint]),
            "severity": _severity(finding),
            "location": {
                "path": unicode_path(location.path),
                "positions": {
                    "begin": _position(location.start),
                    "end": _position(location.end),
                },
            },
        }
        seen[finding.fingerprint] += 1


def _unique(fingerprint: str, earlier: int) -> str:
    """GitLab shows only one of several findings that share a fingerprint."""
    if not earlier:
        return fingerprint
    return hashlib.sha256(f"{fingerprint}\0{earlier}".encode()).hexdigest()[:32]


def _severity(finding: Finding) -> str:
    if finding.severity == "error":
        return "blocker" if finding.judges == "acceptance" else "critical"
    if finding.severity == "warning":
        return "minor" if finding.judges == "style" else "major"
    return "info"


def _position(position: Position) -> dict[str, int]:
    return {"line": position.line, "column": position.column}
