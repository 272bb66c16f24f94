"""Where the words go: the two streams and the files of reports."""

from __future__ import annotations

import os
import shutil
import sys
from pathlib import Path
from typing import IO

from mlblint import boundaries
from mlblint.commands import Failure, complain, writing_output
from mlblint.report.colours import Choice, Colours, wanted
from mlblint.report.harmless import shown, shown_line
from mlblint.report.text import MAX_WIDTH, Style
from mlblint.writing import put


def style(choice: Choice, stream: IO[str] | None) -> Style:
    """How to write to a stream. `COLUMNS` wins over the terminal's own width."""
    columns = shutil.get_terminal_size((MAX_WIDTH, 24)).columns
    return Style(max(20, min(columns, MAX_WIDTH)), Colours(wanted(choice, stream, os.environ)))


def say(text: str) -> None:
    with writing_output():
        sys.stdout.write("\n".join(map(shown_line, text.split("\n"))))


def say_bytes(data: bytes) -> None:
    """Bytes that must arrive as they are, whatever the locale's encoding and line ending."""
    with writing_output():
        sys.stdout.flush()
        sys.stdout.buffer.write(data)
        sys.stdout.buffer.flush()


def tell(message: str) -> None:
    """A line for the person, beside the output."""
    complain(f"mlblint: {shown(message)}")


def write_report(root: Path, path: str, text: str) -> None:
    try:
        put(boundaries.named(root, Path(path)), text.encode("utf-8", "backslashreplace"))
    except OSError as error:
        raise Failure(f"{path}: the report cannot be written: {error.strerror}") from None
