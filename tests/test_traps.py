"""Small repositories that look wrong and are right, and twins that are wrong.

Each folder of tests/fixtures/traps is about one way in which things are delivered, or one thing
that a linter easily takes for a fault. `silent` has no findings. `faulty` differs in the fault
alone; `expected.txt` lists place, severity and rule of each finding.
"""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from mlblint.cards import built_in_cards
from mlblint.config import load
from mlblint.pipeline import Request, Result, lint

TRAPS = Path(__file__).parent / "fixtures" / "traps"
NAMES = sorted(path.name for path in TRAPS.iterdir())


def look(root: Path) -> Result:
    known = {card.id: card.name for card in built_in_cards()}
    return lint(Request(root, load(root, known_rules=known)))


def found(root: Path) -> list[str]:
    result = look(root)
    assert not result.internal_errors
    assert result.unreadable == ()
    return [
        f"{one.location.path}:{one.location.start.line}:{one.location.start.column}: "
        f"{one.severity} {one.rule}"
        for one in result.findings
    ]


@pytest.fixture
def copy(tmp_path: Path) -> Path:
    """A copy has nothing around it: no Git repository that ignores some of its files."""
    return tmp_path / "repository"


@pytest.mark.parametrize("name", NAMES)
def test_what_is_right_has_no_findings(name: str, copy: Path) -> None:
    shutil.copytree(TRAPS / name / "silent", copy)
    assert found(copy) == []


@pytest.mark.parametrize("name", NAMES)
def test_the_twin_with_the_fault_has_exactly_these(name: str, copy: Path) -> None:
    shutil.copytree(TRAPS / name / "faulty", copy)
    expected = (TRAPS / name / "expected.txt").read_text().splitlines()
    assert expected
    assert found(copy) == expected


@pytest.mark.parametrize("name", NAMES)
def test_the_twins_differ_in_few_files(name: str) -> None:
    def files(kind: str) -> dict[str, bytes]:
        root = TRAPS / name / kind
        paths = [path for path in root.rglob("*") if path.is_file()]
        return {path.relative_to(root).as_posix(): path.read_bytes() for path in paths}

    silent, faulty = files("silent"), files("faulty")
    differing = {path for path in {*silent, *faulty} if silent.get(path) != faulty.get(path)}
    assert 1 <= len(differing) <= 2
