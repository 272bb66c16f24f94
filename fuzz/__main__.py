"""`python -m fuzz`: each target for a while, and what came of it."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from fuzz.engines import Outcome, has_atheris, replay, run
from fuzz.targets import TARGETS

FINDS = Path("build/fuzz")


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m fuzz", description=__doc__)
    parser.add_argument("targets", nargs="*", metavar="TARGET", help=", ".join(TARGETS))
    parser.add_argument("--seconds", type=int, default=1800, help="for each target (1800)")
    parser.add_argument("--engine", choices=["atheris", "blind"], help="atheris if it is there")
    parser.add_argument("--replay", type=Path, metavar="FILE", help="check one input again")
    arguments = parser.parse_args()
    unknown = set(arguments.targets) - set(TARGETS)
    if unknown:
        parser.error(f"no such target: {', '.join(sorted(unknown))}")
    if arguments.replay:
        replay(arguments.targets[0], arguments.replay.read_bytes())
        return 0
    engine = arguments.engine or ("atheris" if has_atheris() else "blind")
    outcomes = []
    for target in arguments.targets or TARGETS:
        outcome = run(target, arguments.seconds, engine, FINDS)
        print(line(outcome), flush=True)
        if outcome.find:
            print(outcome.find, flush=True)
        outcomes.append(outcome)
    finds = sum(outcome.find is not None for outcome in outcomes)
    executions = sum(outcome.executions for outcome in outcomes)
    print(f"{executions:,} executions of {len(outcomes)} targets ({engine}), {finds} finds")
    return 1 if finds else 0


def line(outcome: Outcome) -> str:
    found = "a find" if outcome.find else "no find"
    return (
        f"{outcome.target:<14} {outcome.executions:>10,} executions "
        f"{outcome.seconds:>7.0f} s  {found}"
    )


if __name__ == "__main__":
    sys.exit(main())
