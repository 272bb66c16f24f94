"""The targets of the fuzzer hold for what it begins with, and it notices a law that is broken."""

from __future__ import annotations

import importlib
import sys
from itertools import islice
from pathlib import Path
from random import Random
from types import ModuleType

import pytest

ROOT = Path(__file__).parents[2]
if str(ROOT) not in sys.path:
    sys.path.insert(0, str(ROOT))

from fuzz import engines  # noqa: E402
from fuzz.choices import HEAD, Choices, seed  # noqa: E402
from fuzz.targets import TARGETS  # noqa: E402

SEEDS, MUTATIONS = 40, 40


def target(name: str) -> ModuleType:
    return importlib.import_module(f"fuzz.targets.{name}")


@pytest.mark.parametrize("name", TARGETS)
def test_the_laws_hold_for_seeds_and_a_few_mutations(name: str) -> None:
    module = target(name)
    seeds = list(module.seeds())
    assert seeds
    for data in islice(seeds, 0, None, max(1, len(seeds) // SEEDS)):
        module.check(data)
    rng = Random(1)
    for _ in range(MUTATIONS):
        module.check(engines.mutated(rng, seeds))


def test_every_target_is_listed() -> None:
    folder = ROOT / "fuzz/targets"
    assert {path.stem for path in folder.glob("*.py")} - {"__init__"} == set(TARGETS)


def test_a_broken_law_is_a_find_and_its_input_is_kept(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    module = target("versions")

    def refuse(data: bytes) -> None:
        raise AssertionError("a law")

    monkeypatch.setattr(module, "check", refuse)
    outcome = engines.run("versions", engines.Effort(1, seconds=5), "blind", tmp_path)
    assert outcome.find is not None
    assert "a law" in outcome.find
    assert outcome.executions == 1
    assert list(tmp_path.iterdir()) == [outcome.input]
    assert outcome.input is not None
    assert outcome.input.read_bytes() == next(module.seeds())


def test_a_seed_and_a_number_of_runs_give_the_same_inputs_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def tried(seed: int) -> list[bytes]:
        inputs: list[bytes] = []
        monkeypatch.setattr(target("versions"), "check", inputs.append)
        outcome = engines.run("versions", engines.Effort(seed, runs=200), "blind", tmp_path)
        assert outcome.executions == len(inputs) == 200
        return inputs

    assert tried(1) == tried(1) != tried(2)


def test_decisions_stand_in_front_of_the_text() -> None:
    choices = Choices(seed("text", 7, 1, 2))
    assert (choices.number(5), choices.number(1), choices.number(600)) == (2, 0, 258)
    assert choices.number(9) == 0
    assert choices.text == "text"
    assert Choices(b"").text == ""
    assert len(seed("")) == HEAD


@pytest.mark.long
def test_atheris_tries_the_same_targets(tmp_path: Path) -> None:
    """What it finds is for who looks for it; that it runs is for every change."""
    if not engines.has_atheris():
        pytest.skip("atheris is not installed: `make .venv/.installed-fuzz`")
    outcome = engines.run("versions", engines.Effort(1, seconds=2), "atheris", tmp_path)
    assert outcome.executions > 100, outcome.find
