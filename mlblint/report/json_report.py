"""The JSON report: a contract with other programs, described by schemas/report.json."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator
from typing import Any

from mlblint.findings import Finding, Fix, Location, Subject, Suppression
from mlblint.report.summary import Summary
from mlblint.text.source import Position

VERSION = 1

_LONE_SURROGATE = re.compile("[\ud800-\udfff]")


def render(findings: Iterable[Finding], summary: Summary) -> str:
    report = {
        "version": VERSION,
        "findings": [_finding(finding) for finding in findings],
        "summary": _summary(summary),
    }
    text = json.dumps(report, ensure_ascii=False, indent=2)
    # A byte of a file name that is not UTF-8: legal in JSON, but only in this spelling.
    return _LONE_SURROGATE.sub(lambda match: f"\\u{ord(match[0]):04x}", text) + "\n"


def _finding(finding: Finding) -> dict[str, Any]:
    return {
        "rule": finding.rule,
        "name": finding.name,
        "severity": finding.severity,
        "judges": finding.judges,
        "message": finding.message,
        "help": finding.help,
        **_location(finding.location),
        "resource": _resource(finding.subject),
        "related": [
            {**_location(related.location), "message": related.message}
            for related in finding.related
        ],
        "fingerprint": finding.fingerprint,
        "fix": _fix(finding.fix) if finding.fix else None,
        "unfixable": finding.unfixable,
        "suppressed": _suppressed(finding.suppression) if finding.suppression else None,
    }


def _suppressed(suppression: Suppression) -> dict[str, str | None]:
    return {
        "by": suppression.by,
        "reason": suppression.reason,
        "until": suppression.until.isoformat() if suppression.until else None,
    }


def _location(location: Location) -> dict[str, Any]:
    return {
        "path": location.path,
        "start": _position(location.start),
        "end": _position(location.end),
    }


def _position(position: Position) -> dict[str, int]:
    return {"line": position.line, "column": position.column}


def _resource(subject: Subject | None) -> dict[str, str | None] | None:
    if subject is None:
        return None
    return {
        "apiVersion": subject.api_version,
        "kind": subject.kind,
        "namespace": subject.namespace,
        "name": subject.name,
        "cluster": subject.cluster,
    }


def _fix(fix: Fix) -> dict[str, Any]:
    return {
        "title": fix.title,
        "applicability": fix.applicability,
        "edits": list(_edits(fix)),
    }


def _edits(fix: Fix) -> Iterator[dict[str, Any]]:
    from mlblint.fixing import plans

    for path, file in plans(fix).items():
        for splice in file.splices:
            yield {
                "path": path,
                "start": _position(file.source.position(splice.start)),
                "end": _position(file.source.position(splice.end)),
                "text": splice.text,
            }


def _summary(summary: Summary) -> dict[str, Any]:
    return {
        "findings": {
            "error": summary.errors,
            "warning": summary.warnings,
            "info": summary.infos,
        },
        "fixable": {"safe": summary.fixable_safe, "unsafe": summary.fixable_unsafe},
        "fixed": summary.fixed,
        "suppressed": {
            "comment": summary.by_comment,
            "baseline": summary.by_baseline,
            "revision": summary.by_revision,
        },
        "files": summary.files,
        "templates": summary.templates,
        "encrypted": summary.encrypted,
        "unreadable": [{"path": path, "reason": why} for path, why in summary.unreadable],
    }
