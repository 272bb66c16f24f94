"""What is measured on a repository, and how: every run is a process of its own."""

from __future__ import annotations

import os
import shutil
import statistics
import subprocess
import sys
import time
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

CHECKOUT = Path(__file__).parents[1]
PATTERN = "metallb|LoadBalancer"
PEERS = {
    "grep -rE": "grep",
    "yamllint": "yamllint",
    "kubeconform": "kubeconform",
    "import click": "click",
}
"""What other programs need for the same files, and Python for a start; and what the table calls
how many times as long something takes."""

_MLBLINT = (sys.executable, "-m", "mlblint")
_NO_CACHE = "--no-cache"


@dataclass(frozen=True)
class Figure:
    """Medians over the repetitions; `peak_mb` is the highest. `corpus` says what was looked at,
    and `size` how many files that are."""

    corpus: str
    size: int
    name: str
    seconds: float
    cpu: float
    peak_mb: float

    @property
    def key(self) -> tuple[str, int, str]:
        return self.corpus, self.size, self.name

    @classmethod
    def read(cls, entries: Sequence[Mapping[str, object]]) -> list[Figure]:
        return [cls(**entry) for entry in entries]  # type: ignore[arg-type]

    def written(self) -> dict[str, object]:
        return asdict(self)


@dataclass(frozen=True)
class Task:
    """A command to measure. One that writes gets a copy of its own each time, and `changed` is a
    file to which a line is added before each run. Without `warm` nothing is kept from one run to
    the next."""

    name: str
    command: tuple[str, ...]
    warm: bool = False
    fresh_copy: bool = False
    changed: str | None = None


@dataclass(frozen=True)
class Taken:
    seconds: float
    cpu: float
    peak_mb: float


def start_tasks() -> list[Task]:
    """What a start costs, whatever the repository."""
    return [
        Task("import click", (sys.executable, "-c", "import click")),
        Task("mlblint --version", (*_MLBLINT, "--version")),
        Task("mlblint --help", (*_MLBLINT, "--help")),
    ]


def tasks(root: Path, has_cache: bool) -> list[Task]:
    """Where mlblint has no cache, there is nothing to be warm."""
    one = one_file(root)
    cold = (*_MLBLINT, _NO_CACHE) if has_cache else _MLBLINT
    found = [
        Task("mlblint cold", (*cold, "--statistics")),
        Task("one file, cold", (*cold, "--statistics", one)),
        Task("--diff", (*cold, "--diff")),
        Task("--fix", (*cold, "--fix", "--statistics"), fresh_copy=True),
    ]
    if has_cache:
        warm = (*_MLBLINT, "--statistics")
        found += [
            Task("mlblint warm", warm, warm=True),
            Task("one file, warm", (*warm, one), warm=True),
            Task("one file, changed", (*warm, one), warm=True, changed=one),
        ]
    return [*found, *_others()]


def _others() -> list[Task]:
    found = [Task("grep -rE", ("grep", "-rE", "--include=*.yaml", "-l", PATTERN, "."))]
    if (yamllint := _program("yamllint")) is not None:
        found.append(Task("yamllint", (yamllint, "-d", "relaxed", "--no-warnings", ".")))
    if (kubeconform := _program("kubeconform")) is not None:
        skip = ("-ignore-missing-schemas", "-schema-location", os.devnull, "-n", "2")
        found.append(Task("kubeconform", (kubeconform, *skip, ".")))
    return found


def _program(name: str) -> str | None:
    """On the PATH, or beside the Python that runs."""
    beside = str(Path(sys.executable).parent)
    return shutil.which(name, path=os.pathsep.join([beside, os.environ.get("PATH", "")]))


def one_file(root: Path) -> str:
    """The file that a hook would name: one that speaks of a load balancer, if there is any."""
    paths = sorted(root.rglob("*.yaml"))
    speaking = (path for path in paths if "LoadBalancer" in path.read_text(errors="replace"))
    return next(speaking, paths[0]).relative_to(root).as_posix()


def has_cache() -> bool:
    """Whether this state of the code has one at all."""
    command = [*_MLBLINT, "--help"]
    told = subprocess.run(command, cwd=CHECKOUT, capture_output=True, text=True, check=True)
    return _NO_CACHE in told.stdout


def measure(command: Sequence[str], folder: Path, cache: Path) -> Taken:
    """Children of their own are counted as well."""
    environment = {**os.environ, "PYTHONPATH": str(CHECKOUT), "XDG_CACHE_HOME": str(cache)}
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
    return Taken(seconds, usage.ru_utime + usage.ru_stime, usage.ru_maxrss / 1024)


def run(
    corpus: str, size: int, root: Path, wanted: Sequence[Task], repetitions: int, work: Path
) -> list[Figure]:
    """In turns, so that a noisy minute of the machine is everybody's."""
    cache = work / "cache"
    # The first run compiles mlblint's code; what is to be warm must have run before.
    for task in [wanted[0], *(one for one in wanted if one.warm)]:
        measure(task.command, root, cache)
    taken: dict[str, list[Taken]] = {task.name: [] for task in wanted}
    for _ in range(repetitions):
        for task in wanted:
            folder = root
            if task.fresh_copy:
                folder = work / "copy"
                shutil.rmtree(folder, ignore_errors=True)
                shutil.copytree(root, folder, symlinks=True)
            if task.changed is not None:
                with (folder / task.changed).open("a") as file:
                    file.write("# another line\n")
            taken[task.name].append(measure(task.command, folder, cache))
    return [_figure(corpus, size, name, several) for name, several in taken.items()]


def _figure(corpus: str, size: int, name: str, taken: Sequence[Taken]) -> Figure:
    return Figure(
        corpus,
        size,
        name,
        round(statistics.median(one.seconds for one in taken), 3),
        round(statistics.median(one.cpu for one in taken), 3),
        round(max(one.peak_mb for one in taken), 1),
    )
