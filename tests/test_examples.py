"""Every example on every card is a test: exact findings, and exact bytes after the fix."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator

import pytest

from mlblint.cards import Card, Example, built_in_cards
from mlblint.findings import Finding


def examples() -> Iterator[tuple[Card, Example]]:
    for card in built_in_cards():
        for example in card.examples:
            yield card, example


EXAMPLES = [pytest.param(c, e, id=f"{c.id}: {e.title}") for c, e in examples()]


@pytest.mark.parametrize(("card", "example"), EXAMPLES)
def test_findings(card: Card, example: Example, repository: Callable) -> None:
    repo = repository({**example.files, ".mlblint.yaml": as_yaml(example.config)})
    found = repo.findings(card.id, *(e.rule for e in example.findings))
    assert [shown(f) for f in found] == [
        (e.rule, e.severity, e.path, e.start, e.message) for e in example.findings
    ]
    for finding, expected in zip(found, example.findings, strict=True):
        if expected.end:
            assert finding.location.end == expected.end
        if expected.help:
            assert finding.help == " ".join(expected.help.split())
        if expected.unfixable:
            assert (finding.fix, finding.unfixable) == (None, expected.unfixable)


@pytest.mark.parametrize(("card", "example"), EXAMPLES)
def test_fixes(card: Card, example: Example, repository: Callable) -> None:
    config = {".mlblint.yaml": as_yaml(example.config)}
    repo = repository({**example.files, **config})
    assert repo.fixed(card.id, unsafe=example.unsafe) == example.fixed


@pytest.mark.parametrize("card", built_in_cards(), ids=lambda card: card.id)
def test_the_card_is_right_about_its_fixes(card: Card, repository: Callable) -> None:
    """What the card says of fixes is what its examples show."""
    seen = set()
    for example in card.examples:
        repo = repository({**example.files, ".mlblint.yaml": as_yaml(example.config)})
        seen |= {f.fix.applicability if f.fix else "none" for f in repo.findings(card.id)}
    allowed = {
        "safe": {"safe", "none"},
        "unsafe": {"unsafe", "none"},
        "sometimes": {"safe", "unsafe", "none"},
        "none": {"none"},
    }[card.fix.availability]
    assert seen <= allowed
    if card.fix.availability != "none":
        assert seen - {"none"}, "no example shows a fix"


def shown(finding: Finding) -> tuple[object, ...]:
    location = finding.location
    return finding.rule, finding.severity, location.path, location.start, finding.message


def as_yaml(config: object) -> str:
    return json.dumps(config)


def test_every_card_has_a_bad_and_a_good_example() -> None:
    for card in built_in_cards():
        kinds = {example.is_good for example in card.examples}
        assert kinds == {True, False}, card.id
