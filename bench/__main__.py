"""`python -m bench`: how long mlblint takes on repositories of growing size, beside other programs.

Every measurement is a process of its own. Machines are noisy: what counts are the ratios within one
run, and the medians of several repetitions that are taken in turns.
"""

from __future__ import annotations

import argparse
import json
import os
import shutil
import statistics
import sys
import tempfile
import time
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

from bench.generate import generate

SIZES = (100, 1000, 5000, 20000, 50000)
PATTERN = "metallb|LoadBalancer"


@dataclass(frozen=True)
class Figure:
    """Medians over the repetitions; `peak` is the highest."""

    size: int
    name: str
    seconds: float
    cpu: float
    peak_mb: float


@dataclass(frozen=True)
class Task:
    """A command to measure; one that writes gets a copy of its own each time."""

    name: str
    command: tuple[str, ...]
    fresh_copy: bool = False


def tasks(root: Path) -> list[Task]:
    mlblint = (sys.executable, "-m", "mlblint")
    one = next(root.glob("clusters/c00/workloads/*/service.yaml")).relative_to(root).as_posix()
    found = [
        Task("mlblint", (*mlblint, "--statistics")),
        Task("mlblint one file", (*mlblint, "--statistics", one)),
        Task("mlblint --diff", (*mlblint, "--diff")),
        Task("mlblint --fix", (*mlblint, "--fix", "--statistics"), fresh_copy=True),
        Task("grep -rE", ("grep", "-rE", "--include=*.yaml", "-l", PATTERN, ".")),
    ]
    if shutil.which("yamllint"):
        found.append(Task("yamllint", ("yamllint", "-d", "relaxed", "--no-warnings", ".")))
    if shutil.which("kubeconform"):
        skip = ("-ignore-missing-schemas", "-schema-location", os.devnull, "-n", "2")
        found.append(Task("kubeconform", ("kubeconform", *skip, ".")))
    return found


def measure(command: Sequence[str], folder: Path) -> tuple[float, float, float]:
    """Seconds, CPU seconds, and the peak of memory in MB."""
    environment = {**os.environ, "PYTHONPATH": str(Path(__file__).parents[1])}
    # Whoever installs mlblint gets its code compiled.
    environment.pop("PYTHONDONTWRITEBYTECODE", None)
    start = time.perf_counter()
    child = os.fork()
    if child == 0:
        nowhere = os.open(os.devnull, os.O_WRONLY)
        os.dup2(nowhere, 1)
        os.dup2(nowhere, 2)
        os.chdir(folder)
        os.execvpe(command[0], list(command), environment)
    _, status, usage = os.wait4(child, 0)
    seconds = time.perf_counter() - start
    if os.waitstatus_to_exitcode(status) not in (0, 1):
        raise SystemExit(f"{' '.join(command)} failed: run it by hand in {folder}")
    return seconds, usage.ru_utime + usage.ru_stime, usage.ru_maxrss / 1024


def run(size: int, repetitions: int, seed: int, work: Path) -> list[Figure]:
    root = work / "repository"
    count = generate(root, size, seed)
    wanted = tasks(root)
    # The first run of all compiles mlblint's code.
    measure(wanted[0].command, root)
    seen: dict[str, list[tuple[float, float, float]]] = {task.name: [] for task in wanted}
    for _ in range(repetitions):
        for task in wanted:
            folder = root
            if task.fresh_copy:
                folder = work / "copy"
                shutil.rmtree(folder, ignore_errors=True)
                shutil.copytree(root, folder, symlinks=True)
            seen[task.name].append(measure(task.command, folder))
    return [
        Figure(
            count,
            name,
            round(statistics.median(one[0] for one in taken), 3),
            round(statistics.median(one[1] for one in taken), 3),
            round(max(one[2] for one in taken), 1),
        )
        for name, taken in seen.items()
    ]


def table(figures: Sequence[Figure], before: Mapping[tuple[int, str], float]) -> str:
    """Medians with their ratios: to grep on the same files, and to the next smaller size."""
    lines = [
        f"{'files':>7}  {'what':<18}{'seconds':>9}{'CPU':>8}{'peak MB':>9}{'x grep':>8}"
        f"{'growth':>8}{'before':>8}"
    ]
    for figure in figures:
        grep = _seconds(figures, figure.size, "grep -rE")
        smaller = max((f.size for f in figures if f.size < figure.size), default=None)
        growth = ""
        if smaller is not None:
            per_file = _seconds(figures, smaller, figure.name) / smaller
            growth = f"{figure.seconds / figure.size / per_file:.2f}" if per_file else ""
        old = before.get((figure.size, figure.name))
        lines.append(
            f"{figure.size:>7}  {figure.name:<18}{figure.seconds:>9.3f}{figure.cpu:>8.2f}"
            f"{figure.peak_mb:>9.0f}{figure.seconds / grep if grep else 0:>8.1f}{growth:>8}"
            f"{f'{figure.seconds / old:.2f}' if old else '':>8}"
        )
    return "\n".join(lines)


def _seconds(figures: Sequence[Figure], size: int, name: str) -> float:
    return next((f.seconds for f in figures if (f.size, f.name) == (size, name)), 0.0)


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m bench", description=__doc__)
    parser.add_argument("--sizes", default=",".join(map(str, SIZES)), help="files, with commas")
    parser.add_argument("--repetitions", type=int, default=5)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--json", type=Path, help="write the figures here")
    parser.add_argument("--compare", type=Path, help="an earlier --json to compare with")
    given = parser.parse_args()
    figures: list[Figure] = []
    for size in map(int, given.sizes.split(",")):
        with tempfile.TemporaryDirectory(prefix="mlblint-bench-") as work:
            figures += run(size, given.repetitions, given.seed, Path(work))
    before = {}
    if given.compare:
        earlier = json.loads(given.compare.read_text())
        before = {(one["size"], one["name"]): one["seconds"] for one in earlier}
    sys.stdout.write(f"{table(figures, before)}\n")
    if given.json:
        given.json.write_text(json.dumps([asdict(figure) for figure in figures], indent=1) + "\n")


if __name__ == "__main__":
    main()
