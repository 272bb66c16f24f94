"""The progress of a run that takes long, on a terminal."""

from __future__ import annotations

import shutil
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import IO, Any

from mlblint.repo.reading import Track

PATIENCE, REDRAW = 0.5, 0.1
"""Seconds: nothing is shown of a run that is over before, nor more often than that."""
BAR = 20


class Progress:
    """One line, drawn over itself with plain characters, and gone when its work is done."""

    def __init__(self, stream: IO[str], clock: Callable[[], float] = time.monotonic) -> None:
        self._stream = stream
        self._clock = clock
        self._next = clock() + PATIENCE
        self._width = 0

    def track(self, what: str, items: Sequence[Any]) -> Iterator[Any]:
        try:
            for number, item in enumerate(items):
                now = self._clock()
                if now >= self._next:
                    self._next = now + REDRAW
                    self._draw(what, number, len(items))
                yield item
        finally:
            self._erase()

    def _draw(self, what: str, number: int, count: int) -> None:
        done = "#" * (BAR * number // count)
        line = f"{what} [{done:.<{BAR}}] {number:,} of {count:,}"
        # A line that fills the terminal could not be drawn over.
        line = line[: shutil.get_terminal_size().columns - 1]
        self._stream.write(f"\r{line}")
        self._stream.flush()
        self._width = len(line)

    def _erase(self) -> None:
        if self._width:
            self._stream.write(f"\r{'':{self._width}}\r")
            self._stream.flush()
            self._width = 0


@contextmanager
def shown(stream: IO[str], environment: Mapping[str, str]) -> Iterator[Track | None]:
    """None, at no cost, where nobody would see it. NO_COLOR has no say: there are no colours."""
    if not stream.isatty() or environment.get("TERM") == "dumb" or environment.get("CI"):
        yield None
    else:
        yield Progress(stream).track
