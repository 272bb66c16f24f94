"""Findings come back as they were, with their fixes."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from mlblint.cache.findings import decoded, encoded
from mlblint.cards import built_in_cards
from mlblint.config import load
from mlblint.findings import Finding, Suppression
from mlblint.pipeline import Request, files_of, lint
from mlblint.text.documents import Document

FIXTURES = Path(__file__).parents[1] / "fixtures"


def found_in(root: Path) -> tuple[Finding, ...]:
    config = load(root, known_rules={card.id: card.name for card in built_in_cards()})
    return lint(Request(root, config)).findings


def again(findings: tuple[Finding, ...], root: Path) -> tuple[Finding, ...]:
    config = load(root, known_rules={card.id: card.name for card in built_in_cards()})
    kept = json.loads(json.dumps(encoded(findings)))
    return decoded(kept, files_of(Request(root, config)))


def plain(value: Any) -> Any:
    """A finding without the identity of documents: two that were read apart are never equal."""
    if isinstance(value, Document):
        host = value.host and (plain(value.host.document), value.host.path)
        return (value.source.path, value.start, host)
    if isinstance(value, tuple | list):
        return [plain(one) for one in value]
    fields = getattr(value, "__dataclass_fields__", None)
    if fields is None:
        return value
    return [type(value).__name__.replace("RememberedFix", "Fix")] + [
        (name, plain(getattr(value, name))) for name in fields
    ]


NAMES = sorted(one.name for one in FIXTURES.iterdir() if (one / "broken").is_dir())


@pytest.mark.parametrize("name", NAMES)
def test_all_findings_of_a_fixture(name: str) -> None:
    root = FIXTURES / name / "broken"
    findings = found_in(root)
    assert findings
    assert plain(again(findings, root)) == plain(findings)


def test_suppressions_and_their_dates(tmp_path: Path) -> None:
    (tmp_path / ".git").mkdir()
    (tmp_path / "a.yaml").write_text("kind: Service\nspec: [\n", encoding="utf-8")
    finding = found_in(tmp_path)[0]
    for suppression in (
        Suppression("comment", "because", date(2030, 1, 31)),
        Suppression("comment", ""),
    ):
        one = replace(finding, suppression=suppression)
        assert again((one,), tmp_path) == (one,)
