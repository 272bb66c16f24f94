"""`python -m fuzz`: each target for a while, and what came of it."""

from __future__ import annotations

import argparse
import base64
import secrets
import sys
from pathlib import Path

from fuzz.engines import Effort, Outcome, has_atheris, replay, run
from fuzz.targets import SLOW, TARGETS

FOLDER = Path("build/fuzz")


def main() -> int:
    arguments = _arguments()
    if arguments.replay:
        replay(arguments.targets[0], arguments.replay.read_bytes())
        return 0
    engine = arguments.engine or _engine(arguments.runs)
    seed = arguments.seed or secrets.randbelow(2**31) + 1
    outcomes = []
    for target in arguments.targets or TARGETS:
        runs = arguments.runs
        if runs is not None and target in SLOW:
            runs = max(1, runs // 10)
        outcome = run(target, Effort(seed, arguments.seconds, runs), engine, FOLDER)
        _print(outcome)
        outcomes.append(outcome)
    finds = sum(outcome.find is not None for outcome in outcomes)
    executions = sum(outcome.executions for outcome in outcomes)
    print(
        f"{executions:,} executions of {len(outcomes)} targets ({engine}, seed {seed}), "
        f"{finds} finds"
    )
    return 1 if finds else 0


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m fuzz", description=__doc__)
    parser.add_argument("targets", nargs="*", metavar="TARGET", help=", ".join(TARGETS))
    parser.add_argument("--seconds", type=int, default=1800, help="for each target (1800)")
    parser.add_argument(
        "--runs", type=int, help="blind inputs for each target (a tenth for slow ones) instead"
    )
    parser.add_argument("--seed", type=int, help="of which those inputs are made; else a new one")
    parser.add_argument("--engine", choices=["atheris", "blind"], help="atheris if it is there")
    parser.add_argument("--replay", type=Path, metavar="FILE", help="check one input again")
    arguments = parser.parse_args()
    unknown = set(arguments.targets) - set(TARGETS)
    if unknown:
        parser.error(f"no such target: {', '.join(sorted(unknown))}")
    if arguments.runs is not None and arguments.engine == "atheris":
        parser.error("a number of --runs is for blind inputs: atheris never does the same again")
    return arguments


def _engine(runs: int | None) -> str:
    return "atheris" if runs is None and has_atheris() else "blind"


def _print(outcome: Outcome) -> None:
    print(
        f"{outcome.target:<14} {outcome.executions:>10,} executions "
        f"{outcome.seconds:>7.0f} s {outcome.cpu:>7.0f} s of CPU  "
        f"{'a find' if outcome.find else 'no find'}"
    )
    if outcome.find:
        print(outcome.find)
    if outcome.input:
        # A log may be all that is left of the machine on which this ran.
        print(f"{outcome.input}, in base64:")
        print(base64.b64encode(outcome.input.read_bytes()).decode())
    sys.stdout.flush()


if __name__ == "__main__":
    sys.exit(main())
