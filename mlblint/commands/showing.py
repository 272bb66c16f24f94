"""`--show-files` and `--show-settings`: what a run would look at, and by which configuration."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterable
from pathlib import Path
from typing import Literal

from mlblint.commands.output import say, say_bytes
from mlblint.config import Config, render_config
from mlblint.report.harmless import escape_json
from mlblint.report.terminal import printable


def show_settings(config: Config, form: Literal["yaml", "json"] = "yaml") -> None:
    text = render_config(config, form)
    # A `#` that a CI system could obey stands in double quotes, where YAML knows escapes.
    text = escape_json(text) if form == "json" else text.replace("##", "#\\x23")
    say_bytes(text.encode("utf-8", "backslashreplace"))


def show_files(folder: Path, root: Path, paths: Iterable[str]) -> None:
    """One a line, as seen from the current folder, so that other programs can open them. What
    turns out to be a template or encrypted is among them: that is known when it has been read."""
    shown = [os.path.relpath(f"{root}/{path}", folder) for path in sorted(paths)]
    if sys.stdout.isatty():
        say("".join(f"{printable(path)}\n" for path in shown))
    else:
        say_bytes(b"".join(os.fsencode(path) + b"\n" for path in shown))
