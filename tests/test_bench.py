"""The repositories that speed is measured on."""

from __future__ import annotations

from pathlib import Path

import pytest

from bench.__main__ import Figure, table
from bench.generate import files, generate
from mlblint.config import Config
from mlblint.pipeline import Request, lint


def test_the_same_seed_makes_the_same_files() -> None:
    assert list(files(300, 1)) == list(files(300, 1))
    assert list(files(300, 1)) != list(files(300, 2))


@pytest.mark.parametrize("size", [100, 6000])
def test_there_are_about_as_many_files_as_were_asked_for(size: int) -> None:
    paths = [path for path, _ in files(size, 1)]
    assert size <= len(paths) < size + 20
    assert len(set(paths)) == len(paths)


def test_clusters_are_of_argo_and_of_flux() -> None:
    texts = dict(files(6000, 1))
    folders = {path.split("/")[1] for path in texts}
    assert folders == {"c00", "c01"}
    assert "argoproj.io" in texts["clusters/c00/root.yaml"]
    assert "fluxcd.io" in texts["clusters/c01/sync.yaml"]


def test_mlblint_understands_them(tmp_path: Path) -> None:
    count = generate(tmp_path, 300, 1)
    result = lint(Request(tmp_path, Config()))
    assert (result.files, result.unreadable, result.internal_errors) == (count, (), False)
    # Prefixes are mixed on purpose; pools lie in MetalLB's namespace.
    rules = {finding.rule for finding in result.findings}
    assert "MLB101" in rules
    assert "MLB309" not in rules


def test_the_table_compares() -> None:
    figures = [
        Figure(100, "mlblint", 0.2, 0.2, 30),
        Figure(100, "grep -rE", 0.1, 0.1, 5),
        Figure(1000, "mlblint", 1.0, 0.9, 40),
    ]
    lines = table(figures, {(1000, "mlblint"): 2.0}).splitlines()
    assert lines[1].split() == ["100", "mlblint", "0.200", "0.20", "30", "2.0"]
    assert lines[3].split() == ["1000", "mlblint", "1.000", "0.90", "40", "0.0", "0.50", "0.50"]
