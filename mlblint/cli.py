"""Runs a command line: which command it is, and what becomes of errors, signals and streams."""

from __future__ import annotations

import contextlib
import os
import sys
from collections.abc import Sequence
from pathlib import Path
from types import FrameType
from typing import Any

import click

from mlblint.command_line import COMMANDS, lint
from mlblint.commands import Failure, complain, discard_output, writing_output

OK, FAILURE = 0, 2
INTERRUPTED, BROKEN_PIPE, TERMINATED = 130, 141, 143
"""128 and the number of the signal, as shells have it."""

DEBUG = "MLBLINT_DEBUG"
COMPLETION = "_MLBLINT_COMPLETE"
"""What a shell that completes words sets."""


def main() -> int:
    """The program `mlblint`."""
    _open_streams()
    _exit_on_sigterm()
    _collect_seldom()
    code = run(sys.argv[1:])
    return code if _is_watched() else _leave(code)


def run(arguments: Sequence[str]) -> int:
    """Runs a command line and returns the exit code. Nothing but SystemExit gets out."""
    try:
        return _dispatch(arguments)
    except KeyboardInterrupt:
        return INTERRUPTED
    except BrokenPipeError:
        discard_output()
        return BROKEN_PIPE
    except Exception as error:
        return _internal_error(error)


def _dispatch(arguments: Sequence[str]) -> int:
    command = COMMANDS.get(arguments[0]) if arguments else None
    if COMPLETION in os.environ:
        return _complete(os.environ[COMPLETION])
    name = f"mlblint {arguments[0]}" if command else "mlblint"
    rest = list(arguments[1:] if command else arguments)
    try:
        code = _invoke(command or lint, name, rest)
        with writing_output():
            sys.stdout.flush()
        return code
    except click.ClickException as error:
        error.show()
    except Failure as failure:
        from mlblint.report.harmless import shown

        for line in failure.lines:
            complain(f"mlblint: {shown(line)}")
    return FAILURE


def _complete(wanted: str) -> int:
    from mlblint.commands.completion import answer

    click.echo(answer(wanted, lint, COMMANDS))
    return OK


def _invoke(command: click.Command, name: str, arguments: list[str]) -> int:
    try:
        with writing_output():
            # This prints the help and the version, and does nothing else.
            context = command.make_context(name, arguments)
        with context:
            return int(command.invoke(context))
    except click.exceptions.Exit as end:
        return end.exit_code


def _internal_error(error: Exception) -> int:
    import traceback

    if os.environ.get(DEBUG):
        traceback.print_exc()
    frames = traceback.extract_tb(error.__traceback__)
    ours = [frame for frame in frames if f"{os.sep}mlblint{os.sep}" in frame.filename]
    where = ""
    if ours:
        file = ours[-1].filename.rpartition(f"{os.sep}mlblint{os.sep}")[2]
        where = f" ({file}:{ours[-1].lineno})"
    what = " ".join(f"{type(error).__name__}: {error}".split())
    what = "".join(one if one.isprintable() else "?" for one in what)
    complain(
        f"mlblint: internal error: {what}{where}. This is a fault of mlblint: please report it, "
        f"with what {DEBUG}=1 shows."
    )
    return FAILURE


def _open_streams() -> None:
    """A closed stream swallows what is written to it, and no name of a file is too odd."""
    # The interpreter leaves None where a stream was closed before it started.
    if sys.stdout is None:
        sys.stdout = Path(os.devnull).open("w")  # noqa: SIM115 - open until the end
    if sys.stderr is None:
        sys.stderr = Path(os.devnull).open("w")  # noqa: SIM115 - open until the end
    for stream in (sys.stdout, sys.stderr):
        reconfigure = getattr(stream, "reconfigure", None)
        if reconfigure:
            reconfigure(errors="backslashreplace")


def _collect_seldom() -> None:
    """What is read stays until the end, and hardly anything refers to itself: the collector finds
    nothing, and looks for it during a fifth of the time. So it looks later. What it may overlook
    until then is bounded: half a million objects, at most some 50 MB."""
    import gc

    gc.set_threshold(500_000)


def _leave(code: int) -> int:
    """Ends the process at once: to give back a model object by object takes a tenth of the time.
    Everything has been written by now, and nothing waits for the end."""
    for stream in (sys.stdout, sys.stderr):
        with contextlib.suppress(OSError, ValueError):
            stream.flush()
    os._exit(code)


def _is_watched() -> bool:
    """Whether a profiler or a debugger wants to see the end."""
    monitoring: Any = getattr(sys, "monitoring", None)
    tools = range(6) if monitoring is not None else ()
    return bool(
        sys.gettrace() or sys.getprofile() or any(monitoring.get_tool(tool) for tool in tools)
    )


def _exit_on_sigterm() -> None:
    """Files that are being written are tidied up on the way out."""
    import signal

    def leave(number: int, frame: FrameType | None) -> None:
        sys.exit(TERMINATED)

    signal.signal(signal.SIGTERM, leave)
