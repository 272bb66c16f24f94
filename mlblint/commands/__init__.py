"""What the commands do. Nothing in here but this file is imported before a command runs."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TextIO


class Failure(Exception):  # noqa: N818 - it is the tool that failed, and this is how it says so
    """The tool or its input could not do its work: what is shown instead, line by line."""

    def __init__(self, *lines: str) -> None:
        super().__init__(*lines)
        self.lines = lines


class OutputLost(Failure):
    """Nothing that is said after this would be read."""


@contextmanager
def writing_output() -> Iterator[None]:
    """Around everything that is written to standard output, which may be a full disk."""
    try:
        yield
    except BrokenPipeError:
        raise
    except OSError as error:
        discard_output()
        raise OutputLost(f"standard output cannot be written: {error.strerror}") from None


def complain(line: str) -> None:
    """A line to standard error. Where that takes none, the exit code has to do."""
    try:
        sys.stderr.write(f"{line}\n")
        sys.stderr.flush()
    except BrokenPipeError:
        raise
    except OSError:
        discard_output(sys.stderr)


def discard_output(stream: TextIO | None = None) -> None:
    """Nobody reads what is left in the buffer: the interpreter must not complain of it."""
    nowhere = os.open(os.devnull, os.O_WRONLY)
    os.dup2(nowhere, (stream or sys.stdout).fileno())
    os.close(nowhere)
