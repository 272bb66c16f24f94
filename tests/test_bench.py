"""The repositories that speed is measured on."""

from __future__ import annotations

from pathlib import Path

import pytest

from bench.generate import files, generate, take_over
from bench.table import table
from bench.tasks import Figure, Task, one_file, run, tasks
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


def test_a_folder_is_measured_in_a_copy(tmp_path: Path) -> None:
    tree, copy = tmp_path / "tree", tmp_path / "copy"
    tree.mkdir()
    (tree / "a.yaml").write_text("kind: ConfigMap\n")
    (tree / "service.yaml").write_text("type: LoadBalancer\n")
    assert take_over(tree, copy) == 2
    assert one_file(copy) == "service.yaml"
    assert sorted(path.name for path in tree.iterdir()) == ["a.yaml", "service.yaml"]


def test_without_a_cache_nothing_is_warm(tmp_path: Path) -> None:
    (tmp_path / "a.yaml").write_text("kind: ConfigMap\n")
    without, having = tasks(tmp_path, has_cache=False), tasks(tmp_path, has_cache=True)
    assert not any(task.warm or "--no-cache" in task.command for task in without)
    assert [task.name for task in having if task.warm] == [
        "mlblint warm",
        "one file, warm",
        "one file, changed",
    ]
    assert all(task.warm or "--no-cache" in task.command for task in having[:7])


def test_runs_are_counted(tmp_path: Path) -> None:
    (tmp_path / "a.yaml").write_text("kind: ConfigMap\n")
    task = Task("touch", ("sh", "-c", "echo x >> runs"), warm=True, changed="a.yaml")
    (figure,) = run("tree", 1, tmp_path, [task], 3, tmp_path / "work")
    assert figure.key == ("tree", 1, "touch")
    # One to compile, one to be warm, and three that count.
    assert (tmp_path / "runs").read_text() == 5 * "x\n"
    assert (tmp_path / "a.yaml").read_text().count("another line") == 3


def test_the_table_compares() -> None:
    figures = [
        Figure("start", 0, "import click", 0.1, 0.1, 10),
        Figure("generated", 100, "cold", 0.2, 0.2, 30),
        Figure("generated", 100, "grep -rE", 0.1, 0.1, 5),
        Figure("generated", 1000, "cold", 1.0, 1.0, 40),
        Figure("homelab", 2000, "cold", 3.0, 3.0, 50),
    ]
    earlier = Figure("generated", 1000, "cold", 2.0, 2.0, 40)
    cells = [line.split() for line in table(figures, {earlier.key: earlier}).splitlines()]
    assert cells[0][-6:] == ["x", "grep", "x", "click", "growth", "before"]
    assert cells[2] == ["generated", "100", "cold", "0.200", "0.20", "30", "2.00"]
    assert cells[4] == ["generated", "1000", "cold", "1.000", "1.00", "40", "0.50", "0.50"]
    assert cells[5] == ["homelab", "2000", "cold", "3.000", "3.00", "50"]


def test_figures_come_back_from_their_json() -> None:
    figure = Figure("generated", 100, "cold", 0.2, 0.2, 30)
    assert Figure.read([figure.written()]) == [figure]
