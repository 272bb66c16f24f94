"""Hostile input ends with a finding or an error, in bounded time; see hostile.py."""

from __future__ import annotations

import ast
import re
import time
from collections.abc import Iterator
from importlib import import_module
from pathlib import Path

import pytest

from mlblint.text.scalars import resolve_plain
from tests.security.hostile import Case, cases, run

PACKAGE = Path(__file__).parents[2] / "mlblint"


@pytest.mark.long
@pytest.mark.parametrize("case", list(cases()), ids=lambda case: case.name)
def test_hostile_input_is_bounded(case: Case, tmp_path: Path) -> None:
    outcome = run(case, tmp_path)
    assert case.told in outcome.output
    assert outcome.code in ((0, 1, 2) if case.code is None else (case.code,))
    assert "Traceback" not in outcome.output
    assert "internal error" not in outcome.output
    assert outcome.seconds < 120
    assert outcome.megabytes < 1_000
    assert not (tmp_path / "pwned").exists()


QUICK = ("billion laughs and more", "nested lists", "circle", "1,000,000 digits", "odd numbers")


@pytest.mark.parametrize(
    "case",
    [case for case in cases() if any(word in case.name for word in QUICK)],
    ids=lambda case: case.name,
)
def test_deep_and_wide_input_is_bounded(case: Case, tmp_path: Path) -> None:
    test_hostile_input_is_bounded(case, tmp_path)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("9" * 64, int("9" * 64)),
        ("9" * 65, float("9" * 65)),
        ("9" * 400, "9" * 400),
        ("9" * 1_000_000, "9" * 1_000_000),
        ("0x" + "f" * 1_000_000, "0x" + "f" * 1_000_000),
        ("1." + "0" * 1_000_000, "1." + "0" * 1_000_000),
    ],
    ids=["64", "65", "400", "1000000", "hexadecimal", "float"],
)
def test_enormous_numbers_are_read_in_no_time(text: str, expected: object) -> None:
    began = time.perf_counter()
    assert resolve_plain(text) == expected
    assert time.perf_counter() - began < 2


# --- every pattern in the code ---------------------------------------------------------------


def patterns() -> Iterator[tuple[str, re.Pattern[str]]]:
    """The patterns that modules make when they are imported, by what they are called; and a
    module must not make one elsewhere, unless it is listed here with the reason."""
    for path in sorted(PACKAGE.rglob("*.py")):
        module = path.relative_to(PACKAGE.parent).with_suffix("").as_posix().replace("/", ".")
        if module.endswith(("__main__", "__init__")):
            continue
        for name, value in vars(import_module(module)).items():
            if isinstance(value, re.Pattern) and isinstance(value.pattern, str):
                yield f"{module}.{name}", value


PATTERNS = {value.pattern: (name, value) for name, value in patterns()}
ESCAPED = {
    "mlblint.checks.mlb601_retired_domain": "escaped words",
    "mlblint.pipeline": "RELEVANT and escaped words",
    "mlblint.repo.chart": "an escaped word",
    "mlblint.repo.files": "RELEVANT as bytes",
    "mlblint.patterns": "single characters",
    "mlblint.repo.pod_security": "an escaped name",
    "mlblint.schema": "keys of `patternProperties`, which `is_tame` has judged",
}
"""Patterns that are made at run time, and of what."""


def test_patterns_are_made_when_modules_are_imported_or_of_escaped_words() -> None:
    found = set()
    for path in sorted(PACKAGE.rglob("*.py")):
        module = path.relative_to(PACKAGE.parent).with_suffix("").as_posix().replace("/", ".")
        for function in ast.walk(ast.parse(path.read_text("utf-8"))):
            if isinstance(function, ast.FunctionDef | ast.AsyncFunctionDef):
                for node in ast.walk(function):
                    if _calls_re(node):
                        found.add(module)
    assert found == set(ESCAPED)


def _calls_re(node: ast.AST) -> bool:
    """A pattern that is no literal."""
    return (
        isinstance(node, ast.Call)
        and isinstance(node.func, ast.Attribute)
        and isinstance(node.func.value, ast.Name)
        and node.func.value.id == "re"
        and node.func.attr not in ("escape",)
        and not isinstance(node.args[0], ast.Constant)
    )


ATOMS = [
    "a",
    " ",
    "0",
    "a.",
    "0.",
    "-",
    "/",
    "\\",
    "#",
    "a/",
    "kind:",
    "{{",
    "${a",
    "a b,",
    '"',
    "- ",
    "[",
    "(",
    "~",
    ":",
    "1:",
    "&a ",
    "# ",
    "*",
    "_",
    "a-",
    "\n",
    "\r\n",
    "---\n",
    "`",
    "mlblint:",
]
LENGTH = 600


@pytest.mark.hostile
@pytest.mark.parametrize("name", [name for name, _ in PATTERNS.values()])
def test_every_pattern_takes_at_most_the_square_of_a_line(name: str) -> None:
    """Searched in long runs of what patterns repeat: backtracking that is worse than quadratic
    would take minutes here. Twice the text may take four times as long, and not more."""
    pattern = next(value for one, value in PATTERNS.values() if one == name)
    for atom in ATOMS:
        for start, end in (("", "!"), ("[", ""), ('"', "\n!")):
            count = LENGTH // len(atom)
            short = _seconds(pattern, start + atom * (count // 2) + end)
            long = _seconds(pattern, start + atom * count + end)
            assert long < 0.02 or long < short * 7, (atom, short, long)
            assert long < 1, (atom, long)


def _seconds(pattern: re.Pattern[str], text: str) -> float:
    def once() -> float:
        began = time.process_time()
        pattern.search(text)
        pattern.match(text)
        pattern.fullmatch(text)
        return time.process_time() - began

    first = once()
    return first if first < 0.02 else min(first, once(), once())
