"""What makes the inputs: atheris where it is installed, which follows the code's branches, or
mutations that look at nothing."""

from __future__ import annotations

import importlib
import importlib.util
import re
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
class Outcome:
    """`find` is how a law was broken, with the input; None if none was."""

    target: str
    engine: str
    executions: int
    seconds: float
    find: str | None = None


def has_atheris() -> bool:
    return importlib.util.find_spec("atheris") is not None


def run(target: str, seconds: int, engine: str, finds: Path) -> Outcome:
    return (_guided if engine == "atheris" else _blind)(target, seconds, finds)


def replay(target: str, data: bytes) -> None:
    """One input again, with its traceback."""
    importlib.import_module(f"fuzz.targets.{target}").check(data)


# --- guided ----------------------------------------------------------------------------------


def _guided(target: str, seconds: int, finds: Path) -> Outcome:
    finds.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as name:
        corpus, words = Path(name, "corpus"), Path(name, "words")
        corpus.mkdir()
        module = importlib.import_module(f"fuzz.targets.{target}")
        for number, data in enumerate(module.seeds()):
            (corpus / f"{number}").write_bytes(data)
        words.write_text("".join(f'"{token}"\n' for token in TOKENS))
        options = [
            f"-max_total_time={seconds}",
            f"-max_len={LONGEST_INPUT}",
            f"-timeout={SLOWEST}",
            f"-dict={words}",
            f"-artifact_prefix={finds}/{target}-",
            "-rss_limit_mb=3000",
            "-print_final_stats=1",
            "-verbosity=0",
        ]
        command = [sys.executable, "-m", "fuzz.guided", target, *options, str(corpus)]
        started = time.monotonic()
        done = subprocess.run(command, capture_output=True, text=True, errors="replace")
        took = time.monotonic() - started
    executed = re.search(r"number_of_executed_units:\s*(\d+)", done.stderr)
    find = None if done.returncode == 0 else (done.stdout + done.stderr)[-6_000:]
    return Outcome(target, "atheris", int(executed[1]) if executed else 0, took, find)


# --- blind -----------------------------------------------------------------------------------


def _blind(target: str, seconds: int, finds: Path) -> Outcome:
    module = importlib.import_module(f"fuzz.targets.{target}")
    corpus = list(module.seeds())
    rng = Random(0)
    started = time.monotonic()
    executions = 0
    while time.monotonic() - started < seconds:
        data = corpus[executions] if executions < len(corpus) else mutated(rng, corpus)
        executions += 1
        try:
            module.check(data)
        except Exception:
            finds.mkdir(parents=True, exist_ok=True)
            file = finds / f"{target}-blind-{executions}"
            file.write_bytes(data)
            find = f"{traceback.format_exc()}\n{file}"
            return Outcome(target, "blind", executions, time.monotonic() - started, find)
    return Outcome(target, "blind", executions, time.monotonic() - started)


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
