"""Rules that are a card alone: mlblint's own, and those of a repository."""

from __future__ import annotations

from collections.abc import Callable
from importlib import import_module
from pathlib import Path

import pytest

from mlblint import cli
from mlblint.cards import Card, built_in_cards

CARD = """\
id: ACME1
name: no-owner
title: LoadBalancer Service that nobody owns
severity: warning
why: Somebody has to be asked before an address changes.
match:
  group: ""
  kind: Service
  where: {properties: {spec: {properties: {type: {const: LoadBalancer}}, required: [type]}}}
require:
  properties:
    metadata:
      properties: {labels: {type: object, required: [owner]}}
      required: [labels]
at: [metadata, labels, owner]
message: Service `{name}` in `{namespace}` has no owner
help: give it the label `owner`
fix:
  availability: unsafe
  why: the platform team is only a guess
  title: make the platform team the owner
  operations:
    - insert: {path: [metadata, labels], key: owner, value: platform}
"""
SERVICE = """\
apiVersion: v1
kind: Service
metadata:
  name: web
  namespace: shop
spec:
  type: LoadBalancer
  selector: {app: web}
"""


@pytest.mark.parametrize("card", built_in_cards(), ids=lambda card: card.id)
def test_card_and_check_have_the_same_name(card: Card) -> None:
    assert Path(card.source.path).name == f"{card.id}-{card.name}.yaml"
    if card.check is not None:
        assert card.check == f"{card.id}_{card.name}".lower().replace("-", "_")
        assert callable(import_module(f"mlblint.checks.{card.check}").check)
    else:
        assert card.pattern is not None


def test_every_check_has_a_card() -> None:
    folder = Path(cli.__file__).parent / "checks"
    assert {p.stem for p in folder.glob("mlb*.py")} == {
        c.check for c in built_in_cards() if c.check
    }


@pytest.fixture
def with_own_rule(repository: Callable) -> Path:
    return repository(
        {
            ".mlblint.yaml": "rules: {extend-rules: [lint/], select: [ACME1]}\n",
            "lint/owner.yaml": CARD,
            "service.yaml": SERVICE,
        }
    ).root


def test_a_rule_of_the_repository(
    with_own_rule: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(with_own_rule)
    assert cli.run(["--output-format", "concise"]) == 1
    assert capsys.readouterr().out.startswith(
        "service.yaml:3:1: warning ACME1 Service `web` in `shop` has no owner\n"
    )
    assert cli.run(["explain", "ACME1"]) == 0
    assert "Somebody has to be asked" in capsys.readouterr().out


@pytest.mark.parametrize(("version", "found"), [("0.13.5", 0), ("0.13.6", 1), ("null", 1)])
def test_a_rule_about_something_that_came_with_a_release(
    version: str, found: int, repository: Callable
) -> None:
    repo = repository(
        {
            ".mlblint.yaml": (
                f"rules: {{extend-rules: [lint/]}}\nmetallb: {{version: {version}}}\n"
            ),
            "lint/owner.yaml": CARD.replace("match:\n", "match:\n  change: l2-interfaces\n"),
            "service.yaml": SERVICE,
        }
    )
    assert len(repo.findings("ACME1")) == found


def test_its_fix(with_own_rule: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(with_own_rule)
    assert cli.run(["--fix"]) == 1
    assert (with_own_rule / "service.yaml").read_text() == SERVICE
    assert cli.run(["--fix", "--unsafe-fixes"]) == 0
    assert (with_own_rule / "service.yaml").read_text() == SERVICE.replace(
        "  namespace: shop\n", "  namespace: shop\n  labels:\n    owner: platform\n"
    )


def test_a_broken_rule_is_a_clear_error(
    with_own_rule: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(with_own_rule)
    (with_own_rule / "lint/owner.yaml").write_text(CARD.replace("require:", "requires:"))
    assert cli.run([]) == 2
    error = capsys.readouterr().err
    assert error.startswith("mlblint: lint/owner.yaml:10:1: unknown key `requires`")


def test_a_check_that_crashes_hides_no_others(
    repository: Callable, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    root = repository({"service.yaml": SERVICE.replace("selector: {app: web}", "ports: []")}).root

    def crash(context: object) -> object:
        (document,) = context.model.files.documents("service.yaml")  # type: ignore[attr-defined]
        raise ZeroDivisionError(f"in {document}"[:2])

    monkeypatch.setattr("mlblint.checks.mlb401_ignore_exclude_lb_missing.check", crash)
    monkeypatch.chdir(root)
    assert cli.run(["--output-format", "concise"]) == 2
    report = capsys.readouterr().out
    assert "service.yaml:1:1: error MLB000 rule MLB401" in report
    assert "MLB116" in report
