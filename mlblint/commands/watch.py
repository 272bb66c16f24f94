"""`--watch`: lint, and again whenever a file changes."""

from __future__ import annotations

import os
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import datetime
from pathlib import Path

from mlblint.changes import Snapshot, take
from mlblint.commands import Failure, OutputLost, writing_output
from mlblint.commands.lint import Options, Subject, look_and_report, subject
from mlblint.commands.output import say, tell
from mlblint.config.files import PYPROJECT, YAML_NAMES
from mlblint.discovery import SUFFIXES, glob_matcher, repository_files
from mlblint.pipeline import Request
from mlblint.records import dataclass
from mlblint.repo.files import Files
from mlblint.report.summary import plural

INTERVAL, QUIET = 0.5, 0.1
"""Seconds between two looks at the disk, and while files are still being written."""
SHARE = 20
"""A look at a large repository takes long; it is waited so many times as long."""
PATIENCE = 20
"""So many looks wait for quiet: somebody may never stop writing."""
NAMED = 3
"""So many changes are named; of more, the number is told."""
_CLEAR = "\x1b[2J\x1b[H"


@dataclass(frozen=True)
class Clock:
    """Time, which tests bring along."""

    wait: Callable[[float], None] = time.sleep
    seconds: Callable[[], float] = time.monotonic
    now: Callable[[], datetime] = datetime.now


@dataclass(frozen=True)
class State:
    """The last look that could be made: what it was about, and what it read. `stale` are files
    that have changed since."""

    about: Subject
    files: Files | None = None
    stale: frozenset[str] = frozenset()


def watch(options: Options, clock: Clock = Clock()) -> int:  # noqa: B008 - it never changes
    """Goes on until something ends the process. What is wrong at the start ends it, too."""
    about = subject(options)
    snapshot = take(str(about.root), _settings(about, options))
    _clear()
    count = sum(stamp is not None for stamp in snapshot.files.values())
    tell(f"{_time(clock)}: watching {plural(count, 'file')}; Ctrl-C ends this")
    state = _look(State(about), options, clock)
    took = 0.0
    while True:
        clock.wait(max(INTERVAL, SHARE * took))
        begun = clock.seconds()
        later = snapshot.later()
        took = clock.seconds() - begun
        if snapshot.differing(later):
            later = _settled(later, clock)
        changed = _worth_a_look(snapshot.differing(later), later, state)
        if changed:
            _clear()
            tell(f"{_time(clock)}: {_described(changed, snapshot, later)}")
            state, later = _look_again(state, changed, later, options, clock)
        snapshot = later


def _settled(snapshot: Snapshot, clock: Clock) -> Snapshot:
    """Editors and Git change many files at once, and one file in several steps."""
    for _ in range(PATIENCE):
        clock.wait(QUIET)
        later = take(snapshot.root, snapshot.others)
        if later == snapshot:
            break
        snapshot = later
    return snapshot


def _worth_a_look(changed: frozenset[str], snapshot: Snapshot, state: State) -> frozenset[str]:
    """Without what the configuration excludes."""
    excluded = glob_matcher(state.about.config.exclude)
    root = f"{state.about.root}/"
    return frozenset(
        path for path in changed if path in snapshot.others or not excluded(path.removeprefix(root))
    )


def _look_again(
    state: State, changed: frozenset[str], snapshot: Snapshot, options: Options, clock: Clock
) -> tuple[State, Snapshot]:
    """A look at what has changed, and what is to be watched from now on."""
    root = f"{state.about.root}/"
    stale = state.stale | {path.removeprefix(root) for path in changed}
    state = replace(state, stale=stale)
    if not changed.isdisjoint(snapshot.others):
        # With another configuration, other files matter, and other documents in them.
        state = replace(state, files=None)
    try:
        state = replace(state, about=subject(options))
        snapshot = snapshot.also(_settings(state.about, options))
        state = _look(state, options, clock)
    except OutputLost:
        raise
    except Failure as failure:
        for line in failure.lines:
            tell(line)
    return state, snapshot


def _look(state: State, options: Options, clock: Clock) -> State:
    def prepare(request: Request) -> Request:
        if state.files is None:
            return request
        paths = {*repository_files(request.root, request.config.exclude), *(request.named or ())}
        return replace(request, files=state.files.read_again(state.stale, paths))

    today = clock.now().date()
    _, files = look_and_report(state.about, replace(options, today=today), prepare)
    with writing_output():
        sys.stdout.flush()
    return State(state.about, files)


def _settings(about: Subject, options: Options) -> Iterator[str]:
    """What decides how files are judged, whether it is there or not; and files that are no YAML
    by their names, but were named."""
    for path in options.paths:
        if not path.endswith(SUFFIXES) and (about.folder / path).is_file():
            yield str(about.folder / path)
    if options.config:
        yield str(about.folder / options.config)
    else:
        yield from (f"{about.root}/{name}" for name in (*YAML_NAMES, PYPROJECT))
    if options.baseline is not None:
        yield str(about.folder / options.baseline)
    elif about.config.baseline is not None:
        yield f"{about.root}/{about.config.baseline}"
    for name in about.config.rules.extend_rules:
        yield str(about.root / name)
        yield from map(str, _rules_in(about.root / name))


def _rules_in(folder: Path) -> list[Path]:
    try:
        return sorted(folder.iterdir())
    except OSError:
        return []


def _described(changed: frozenset[str], before: Snapshot, after: Snapshot) -> str:
    words = []
    for path in sorted(changed)[:NAMED]:
        name = path.removeprefix(f"{after.root}/")
        if before.files.get(path) is None:
            words.append(f"{name} is new")
        elif after.files.get(path) is None:
            words.append(f"{name} is gone")
        else:
            words.append(f"{name} has changed")
    if len(changed) > NAMED:
        words.append(f"and {len(changed) - NAMED} more")
    return ", ".join(words)


def _time(clock: Clock) -> str:
    return clock.now().strftime("%H:%M:%S")


def _clear() -> None:
    if sys.stdout.isatty() and os.environ.get("TERM") != "dumb":
        say(_CLEAR)
        with writing_output():
            sys.stdout.flush()
