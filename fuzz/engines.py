"""What makes the inputs: atheris where it is installed, which follows the code's branches, or
mutations that look at nothing."""

from __future__ import annotations

import importlib
import importlib.util
import re
import resource
import subprocess
import sys
import tempfile
import time
import traceback
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from random import Random

from fuzz.seeds import TOKENS

Check = Callable[[bytes], None]

LONGEST_INPUT = 6_000
SLOWEST = 30
"""Seconds after which an input counts as one that hangs."""


@dataclass(frozen=True)
class Effort:
    """How long a target is tried: for some seconds, or (`runs`) with a number of inputs. Those
    are the same whenever the seed is the same; only blind mutations are: what atheris does next
    depends on more than its seed."""

    seed: int
    seconds: int = 0
    runs: int | None = None


@dataclass(frozen=True)
class Outcome:
    """`cpu` is the processor's time: on a machine that does other things as well, less than what
    the clock says. `find` is how a law was broken, None if none was; `input` what broke it."""

    target: str
    executions: int
    seconds: float
    cpu: float
    find: str | None = None
    input: Path | None = None


def has_atheris() -> bool:
    return importlib.util.find_spec("atheris") is not None


def run(target: str, effort: Effort, engine: str, folder: Path) -> Outcome:
    """`folder` keeps finds, and what atheris learns."""
    folder.mkdir(parents=True, exist_ok=True)
    return (_guided if engine == "atheris" else _blind)(target, effort, folder)


def replay(target: str, data: bytes) -> None:
    """One input again, with its traceback."""
    importlib.import_module(f"fuzz.targets.{target}").check(data)


# --- guided ----------------------------------------------------------------------------------


def _guided(target: str, effort: Effort, folder: Path) -> Outcome:
    # What one run learns, the next one begins with.
    learned = folder / "corpus" / target
    learned.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as name:
        seeds, words = Path(name, "seeds"), Path(name, "words")
        seeds.mkdir()
        module = importlib.import_module(f"fuzz.targets.{target}")
        for number, data in enumerate(module.seeds()):
            (seeds / f"{number}").write_bytes(data)
        words.write_text("".join(f'"{token}"\n' for token in TOKENS))
        options = [
            f"-seed={effort.seed}",
            f"-max_total_time={effort.seconds}",
            f"-max_len={LONGEST_INPUT}",
            f"-timeout={SLOWEST}",
            f"-dict={words}",
            f"-artifact_prefix={folder}/{target}-",
            "-rss_limit_mb=3000",
            "-print_final_stats=1",
            "-verbosity=0",
        ]
        command = [sys.executable, "-m", "fuzz.guided", target, *options, str(learned), str(seeds)]
        started, used = time.monotonic(), _used_by_children()
        done = subprocess.run(command, capture_output=True, text=True, errors="replace")
        took, cpu = time.monotonic() - started, _used_by_children() - used
    executed = re.search(r"number_of_executed_units:\s*(\d+)", done.stderr)
    executions = int(executed[1]) if executed else 0
    if done.returncode == 0:
        return Outcome(target, executions, took, cpu)
    kept = re.search(r"Test unit written to (\S+)", done.stderr)
    find = (done.stdout + done.stderr)[-6_000:]
    return Outcome(target, executions, took, cpu, find, Path(kept[1]) if kept else None)


def _used_by_children() -> float:
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


# --- blind -----------------------------------------------------------------------------------


def _blind(target: str, effort: Effort, folder: Path) -> Outcome:
    module = importlib.import_module(f"fuzz.targets.{target}")
    corpus = list(module.seeds())
    rng = Random(effort.seed)
    started, used = time.monotonic(), time.process_time()
    executions = 0
    find, file = None, None
    while find is None and not _is_enough(effort, executions, started):
        data = corpus[executions] if executions < len(corpus) else mutated(rng, corpus)
        executions += 1
        try:
            module.check(data)
        except Exception:
            find = traceback.format_exc()
            file = folder / f"{target}-blind-{executions}"
            file.write_bytes(data)
    took, cpu = time.monotonic() - started, time.process_time() - used
    return Outcome(target, executions, took, cpu, find, file)


def _is_enough(effort: Effort, executions: int, started: float) -> bool:
    if effort.runs is not None:
        return executions >= effort.runs
    return time.monotonic() - started >= effort.seconds


def mutated(rng: Random, corpus: list[bytes]) -> bytes:
    data = bytearray(rng.choice(corpus))
    for _ in range(rng.randint(1, 4)):
        at = rng.randint(0, len(data))
        end = min(len(data), at + rng.choice([0, 1, 1, 2, 4, 40]))
        kind = rng.randrange(5)
        if kind == 0:
            data[at:end] = b""
        elif kind == 1:
            token = rng.choice(TOKENS).encode().decode("unicode_escape").encode("latin-1")
            data[at:end] = token
        elif kind == 2:
            data[at:end] = bytes(rng.choices(range(256), k=rng.randint(1, 3)))
        elif kind == 3:
            other = rng.choice(corpus)
            start = rng.randint(0, len(other))
            data[at:end] = other[start : start + rng.randint(1, 60)]
        else:
            data[at:at] = data[at:end]
    return bytes(data[:LONGEST_INPUT])
