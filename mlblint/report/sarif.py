"""SARIF 2.1.0: GitHub's code scanning, and most viewers of findings.

schemas/sarif-subset.json describes the parts that are written here.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import Any
from urllib.parse import quote

from mlblint import __version__
from mlblint.cards import Card
from mlblint.findings import Finding, Fix, Location, Severity, Subject, Suppression
from mlblint.report.harmless import path_bytes, shown, to_json
from mlblint.report.summary import Summary
from mlblint.rule_docs import FIX
from mlblint.text.source import Position

SCHEMA = (
    "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json"
)
ROOT = "%SRCROOT%"
FINGERPRINT = "mlblint/v1"
"""Not `primaryLocationLineHash`, which is GitHub's own: its upload warns of another one there."""

_LEVEL: dict[Severity, str] = {"error": "error", "warning": "warning", "info": "note"}
_URGENCY: dict[Severity, str] = {"error": "error", "warning": "warning", "info": "recommendation"}
_INTERNAL_ERROR = "internal-error"


def render(findings: Sequence[Finding], summary: Summary, cards: Iterable[Card]) -> str:
    run = {
        "tool": {
            "driver": {
                "name": "mlblint",
                "version": __version__,
                "rules": list(_rules(cards, findings)),
            }
        },
        "invocations": [_invocation(findings, summary)],
        "originalUriBaseIds": {ROOT: {"description": {"text": "The root of the repository."}}},
        "columnKind": "unicodeCodePoints",
        "newlineSequences": ["\r\n", "\n", "\r"],
        "results": list(_results(findings)),
    }
    return to_json({"$schema": SCHEMA, "version": "2.1.0", "runs": [run]})


# --- rules -----------------------------------------------------------------------------------


def _rules(cards: Iterable[Card], findings: Iterable[Finding]) -> Iterator[dict[str, Any]]:
    known: set[str] = set()
    for card in cards:
        known.add(card.id)
        yield _rule(card)
    for finding in findings:
        # A crash is reported under an id that is no rule's.
        if finding.rule not in known:
            known.add(finding.rule)
            yield {"id": finding.rule, "name": finding.name}


def _rule(card: Card) -> dict[str, Any]:
    fix = f"Fix: {FIX[card.fix.availability]}."
    more = f"`mlblint explain {card.id}` tells more, with examples."
    parts = [card.why, *filter(None, [card.fix.why]), fix, more]
    return {
        "id": card.id,
        "name": card.name,
        "shortDescription": {"text": _sentence(card.title)},
        "fullDescription": {"text": _sentence(" ".join(card.why.split("\n\n")[0].split()))},
        "help": {
            "text": "\n".join(shown(line) for line in "\n\n".join(parts).split("\n")),
            "markdown": "\n\n".join(parts),
        },
        "defaultConfiguration": {"level": _LEVEL[card.severity]},
        "properties": {
            "category": card.category,
            "judges": card.judges,
            "problem.severity": _URGENCY[card.severity],
            "tags": [card.category, card.judges],
        },
    }


def _sentence(text: str) -> str:
    text = shown(text)
    return f"{text[:1].upper()}{text[1:]}{'' if text.endswith(('.', '!', '?')) else '.'}"


# --- results ---------------------------------------------------------------------------------


def _results(findings: Sequence[Finding]) -> Iterator[dict[str, Any]]:
    """Either all results speak of suppressions, or none does (section 3.27.23); of baselines
    likewise (3.27.24)."""
    kinds = {finding.suppression.by for finding in findings if finding.suppression}
    for finding in findings:
        result = _result(finding)
        if kinds:
            result["suppressions"] = list(_suppressions(finding.suppression))
        if "baseline" in kinds:
            known = finding.suppression is not None and finding.suppression.by == "baseline"
            result["baselineState"] = "unchanged" if known else "new"
        yield result


def _suppressions(suppression: Suppression | None) -> Iterator[dict[str, Any]]:
    if suppression is None:
        return
    kind = "inSource" if suppression.by == "comment" else "external"
    shape: dict[str, Any] = {"kind": kind, "status": "accepted"}
    if suppression.reason:
        shape["justification"] = shown(suppression.reason)
    if suppression.until:
        shape["properties"] = {"until": suppression.until.isoformat()}
    yield shape


def _result(finding: Finding) -> dict[str, Any]:
    location: dict[str, Any] = {"physicalLocation": _physical(finding.location)}
    if finding.subject:
        location["logicalLocations"] = [_logical(finding.subject)]
    result: dict[str, Any] = {
        "ruleId": finding.rule,
        "level": _LEVEL[finding.severity],
        "message": {"text": _message(finding)},
        "locations": [location],
        "partialFingerprints": {FINGERPRINT: finding.fingerprint},
        "properties": {"judges": finding.judges, "unfixable": finding.unfixable},
    }
    if finding.related:
        result["relatedLocations"] = [
            {
                "id": number,
                "physicalLocation": _physical(related.location),
                "message": {"text": _plain(related.message)},
            }
            for number, related in enumerate(finding.related, 1)
        ]
    if finding.fix:
        result["fixes"] = [_fix(finding.fix)]
    return result


def _message(finding: Finding) -> str:
    message = _plain(finding.message)
    return f"{message}\n\nhelp: {_plain(finding.help)}" if finding.help else message


def _plain(text: str) -> str:
    """A message in which nothing is a link: SARIF's `[text](target)` (section 3.11.6)."""
    return shown(text).replace("](", "] (")


def _logical(subject: Subject) -> dict[str, Any]:
    names = (subject.api_version, subject.kind, subject.namespace, subject.name)
    logical: dict[str, Any] = {
        "name": shown(subject.name),
        "fullyQualifiedName": shown("/".join(name for name in names if name)),
        "kind": "resource",
    }
    if subject.cluster:
        logical["properties"] = {"cluster": shown(subject.cluster)}
    return logical


def _physical(location: Location) -> dict[str, Any]:
    return {
        "artifactLocation": _artifact(location.path),
        "region": _region(location.start, location.end),
    }


def _artifact(path: str) -> dict[str, str]:
    return {"uri": quote(path_bytes(path), safe="/"), "uriBaseId": ROOT}


def _region(start: Position, end: Position) -> dict[str, int]:
    return {
        "startLine": start.line,
        "startColumn": start.column,
        "endLine": end.line,
        "endColumn": end.column,
    }


def _fix(fix: Fix) -> dict[str, Any]:
    from mlblint.fixing import plans

    return {
        "description": {"text": _plain(fix.title)},
        "artifactChanges": [
            {
                "artifactLocation": _artifact(path),
                "replacements": [
                    {
                        "deletedRegion": _region(
                            file.source.position(splice.start), file.source.position(splice.end)
                        ),
                        "insertedContent": {"text": splice.text},
                    }
                    for splice in file.splices
                ],
            }
            for path, file in plans(fix).items()
        ],
        "properties": {"applicability": fix.applicability},
    }


# --- the run ---------------------------------------------------------------------------------


def _invocation(findings: Iterable[Finding], summary: Summary) -> dict[str, Any]:
    crashed = any(finding.name == _INTERNAL_ERROR for finding in findings)
    invocation: dict[str, Any] = {
        "executionSuccessful": not crashed and not summary.unreadable,
    }
    if summary.unreadable:
        invocation["toolExecutionNotifications"] = [
            {
                "level": "error",
                "message": {"text": _plain(f"{path}: cannot be read: {reason}")},
                "locations": [{"physicalLocation": {"artifactLocation": _artifact(path)}}],
            }
            for path, reason in summary.unreadable
        ]
    return invocation
