"""`python -m bench`: how long mlblint takes on repositories of growing size, beside other programs.

Machines are noisy: what counts are the ratios within one run, and the medians of several
repetitions that are taken in turns.
"""

from __future__ import annotations

import argparse
import json
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

from bench.generate import generate, take_over
from bench.table import GENERATED, table
from bench.tasks import Figure, has_cache, run, start_tasks, tasks

SIZES = (100, 1000, 5000, 20000, 50000)


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m bench", description=__doc__)
    parser.add_argument("--sizes", default=",".join(map(str, SIZES)), help="files, with commas")
    parser.add_argument(
        "--tree",
        type=Path,
        action="append",
        default=[],
        help="measure a copy of this folder as well; may be given more than once",
    )
    parser.add_argument("--repetitions", type=int, default=5)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--json", type=Path, help="write the figures here")
    parser.add_argument("--compare", type=Path, help="an earlier --json to compare with")
    given = parser.parse_args()
    earlier = Figure.read(json.loads(given.compare.read_text())) if given.compare else []
    figures = list(_figures(given))
    sys.stdout.write(f"{table(figures, {one.key: one for one in earlier})}\n")
    if given.json:
        entries = [figure.written() for figure in figures]
        given.json.write_text(json.dumps(entries, indent=1) + "\n")


def _figures(given: argparse.Namespace) -> Iterator[Figure]:
    cached = has_cache()
    with tempfile.TemporaryDirectory(prefix="mlblint-bench-") as folder:
        work = Path(folder)
        # A start is over so soon that more of them are needed for a median.
        yield from run("start", 0, work, start_tasks(), 4 * given.repetitions, work)
    for size in map(int, filter(None, given.sizes.split(","))):
        with tempfile.TemporaryDirectory(prefix="mlblint-bench-") as folder:
            root = Path(folder) / "repository"
            count = generate(root, size, given.seed)
            wanted = tasks(root, cached)
            yield from run(GENERATED, count, root, wanted, given.repetitions, Path(folder))
    for tree in given.tree:
        with tempfile.TemporaryDirectory(prefix="mlblint-bench-") as folder:
            root = Path(folder) / "repository"
            count = take_over(tree, root)
            wanted = tasks(root, cached)
            yield from run(tree.name, count, root, wanted, given.repetitions, Path(folder))


if __name__ == "__main__":
    main()
