"""The command line: what can be typed, and what becomes of errors. The work is done in
mlblint/commands, which is imported when a command runs: `--help` needs click alone."""

from __future__ import annotations

import os
import shutil
import sys
from collections.abc import Callable, Iterable, Sequence
from datetime import date
from pathlib import Path
from types import FrameType
from typing import Any, TypeVar

import click

from mlblint import __version__
from mlblint.commands import Failure, discard_output, writing_output

OK, FINDINGS, FAILURE = 0, 1, 2
INTERRUPTED, BROKEN_PIPE, TERMINATED = 130, 141, 143
"""128 and the number of the signal, as shells have it."""

DEBUG = "MLBLINT_DEBUG"
COMPLETION = "_MLBLINT_COMPLETE"
"""What a shell that completes words sets."""
FORMATS = ("full concise json grouped sarif github gitlab junit checkstyle rdjson markdown").split()
"""The names in mlblint/report/formats.py, which `--help` has no time to import."""

F = TypeVar("F", bound=Callable[..., Any])

MAX_WIDTH, NARROW = 88, 60

_SETTINGS = {"help_option_names": ["-h", "--help"]}

_HELP = """\
Lint and repair the MetalLB configuration of a GitOps repository.

PATHs are files and folders; the default is the current folder, and - is standard input. The
rest of the repository is always looked at, too.

\b
Examples:
  mlblint
  mlblint --fix apps/
  mlblint --diff | git apply
  mlblint --select MLB3 clusters/
  mlblint --diff-base origin/main
  mlblint explain MLB301

Exit codes: 0 nothing found, 1 problems found, 2 mlblint could not do its work."""


class _Formatter(click.HelpFormatter):
    """Help that is as wide as the terminal: click assumes at least 50 columns."""

    def __init__(
        self, indent_increment: int = 2, width: int | None = None, max_width: int | None = None
    ) -> None:
        columns = shutil.get_terminal_size().columns
        super().__init__(indent_increment, max(30, min(columns, MAX_WIDTH)), max_width)

    def write_dl(
        self, rows: Iterable[tuple[str, str]], col_max: int = 30, col_spacing: int = 2
    ) -> None:
        super().write_dl(rows, col_max if self.width >= NARROW else 4, col_spacing)


class _Context(click.Context):
    formatter_class = _Formatter


class _Command(click.Command):
    context_class = _Context

    def format_options(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        super().format_options(ctx, formatter)
        if self is lint:
            with formatter.section("Commands"):
                formatter.write_dl(
                    [(name, command.get_short_help_str()) for name, command in COMMANDS.items()]
                )
            formatter.write_paragraph()
            formatter.write_text("A PATH that is called like a command is written ./PATH.")


def _complete_rules(ctx: click.Context, param: click.Parameter, incomplete: str) -> Any:
    from mlblint.commands.completion import rules

    return rules(ctx, param, incomplete)


def _color(function: F) -> F:
    return click.option(
        "--color",
        type=click.Choice(["auto", "always", "never"]),
        metavar="WHEN",
        default="auto",
        help="Use colours: auto, always or never.",
    )(function)


def _config(function: F) -> F:
    return click.option(
        "--config",
        metavar="FILE",
        help="The configuration, if not the one in the repository.",
    )(function)


@click.command("mlblint", cls=_Command, help=_HELP, context_settings=_SETTINGS)
@click.argument("paths", metavar="[PATH]...", nargs=-1, type=click.Path())
@click.option("--fix", is_flag=True, help="Make the safe fixes in the files.")
@click.option("--diff", is_flag=True, help="Print what --fix would do, as a patch.")
@click.option("--unsafe-fixes", is_flag=True, help="With --fix or --diff: the unsafe fixes, too.")
@click.option("--show-fixes", is_flag=True, help="With --fix or --diff: list what was fixed.")
@click.option(
    "--select",
    multiple=True,
    metavar="RULES",
    shell_complete=_complete_rules,
    help="Use these rules only: ids, names, beginnings of ids, or ALL, with commas.",
)
@click.option(
    "--ignore",
    multiple=True,
    metavar="RULES",
    shell_complete=_complete_rules,
    help="Leave these rules out, beside the ignored.",
)
@click.option(
    "--output-format",
    multiple=True,
    type=click.Choice(FORMATS),
    metavar="FORMAT",
    help="How to report: full, concise, grouped or markdown for people; json, sarif, github, "
    "gitlab, junit, checkstyle or rdjson for programs. Several need an --output-file each.",
)
@click.option(
    "--output-file",
    multiple=True,
    metavar="FILE",
    help="Where the report goes; - is standard output.",
)
@click.option("--statistics", is_flag=True, help="Count the findings of each rule instead.")
@click.option("--exit-zero", is_flag=True, help="Exit with 0 even if there are findings.")
@click.option("--exit-non-zero-on-fix", is_flag=True, help="Exit with 1 if something was fixed.")
@click.option("--stdin-filename", metavar="FILE", help="The name of what comes with -.")
@click.option("--add-ignore", is_flag=True, help="Write ignore comments for what is found.")
@click.option("--reason", metavar="TEXT", help="With --add-ignore: what the comments say.")
@click.option("--baseline", metavar="FILE", help="Hide the findings that FILE knows.")
@click.option("--no-baseline", is_flag=True, help="Use no baseline, whatever is configured.")
@click.option(
    "--write-baseline",
    metavar="FILE",
    help="Write what is found to FILE; of a FILE that is there, take out what is gone.",
)
@click.option(
    "--grow-baseline", is_flag=True, help="With --write-baseline: add what is new as well."
)
@click.option(
    "--diff-base",
    metavar="REV",
    help="Report only what the changes since the branch left REV cause.",
)
@click.option("--hook", is_flag=True, help="PATHs are a commit: tell, too, what it breaks beyond.")
@_color
@_config
@click.version_option(__version__, prog_name="mlblint", message="%(prog)s %(version)s")
def lint(**given: Any) -> int:
    from mlblint.commands.conflicts import refuse_conflicts

    refuse_conflicts(given)
    from mlblint.commands.lint import Options, lint

    return lint(Options(**given, today=date.today()))


@click.command(
    "explain", cls=_Command, short_help="Tell all about a rule.", context_settings=_SETTINGS
)
@click.argument("rule", metavar="RULE", shell_complete=_complete_rules)
@_color
@_config
def explain(rule: str, color: Any, config: str | None) -> int:
    """Tell everything about a rule: what it finds, why, and how it is fixed.

    RULE is an id or a name, such as MLB301 or l2-interfaces-missing.
    """
    from mlblint.commands import rules

    return rules.explain(rule, color, config)


@click.command("rules", cls=_Command, context_settings=_SETTINGS)
@click.option(
    "--format",
    "form",
    type=click.Choice(["text", "json", "markdown"]),
    metavar="FORMAT",
    default="text",
    help="How to list them: text, json or markdown.",
)
@_color
@_config
def list_rules(form: Any, color: Any, config: str | None) -> int:
    """List all rules."""
    from mlblint.commands import rules

    return rules.catalogue(form, color, config)


@click.command(
    "init", cls=_Command, short_help="Write a .mlblint.yaml.", context_settings=_SETTINGS
)
@click.option("--force", is_flag=True, help="Replace a configuration file that is there.")
@click.option("--print", "only_print", is_flag=True, help="Print it instead of writing it.")
def init(force: bool, only_print: bool) -> int:
    """Look at the repository and write a .mlblint.yaml."""
    from mlblint.commands import setup

    return setup.init(force=force, only_print=only_print)


@click.command(
    "config",
    cls=_Command,
    short_help="Show the configuration in effect.",
    context_settings=_SETTINGS,
)
@click.option(
    "--format",
    "form",
    type=click.Choice(["yaml", "json", "schema"]),
    metavar="FORMAT",
    default="yaml",
    help="How to print it: yaml or json; schema prints what may stand in a configuration.",
)
@_config
def show_config(form: Any, config: str | None) -> int:
    """Show the configuration in effect, and where each value came from."""
    from mlblint.commands import setup

    return setup.show_config(form, config)


@click.command(
    "model",
    cls=_Command,
    short_help="Show what is applied where, and by whom.",
    context_settings=_SETTINGS,
)
@click.option(
    "--format",
    "form",
    type=click.Choice(["text", "json"]),
    metavar="FORMAT",
    default="text",
    help="How to print it: text or json.",
)
@_color
@_config
def show_model(form: Any, color: Any, config: str | None) -> int:
    """Show what mlblint believes of the repository: its clusters, what is applied to each and
    in which order, MetalLB, its pools, and who asks for which address."""
    from mlblint.commands import model

    return model.show(form, color, config)


@click.command(
    "completion",
    cls=_Command,
    short_help="Print a script that completes words in a shell.",
    context_settings=_SETTINGS,
)
@click.argument("shell", metavar="SHELL", type=click.Choice(["bash", "zsh", "fish"]))
def completion(shell: str) -> int:
    """Print the script that lets bash, zsh or fish complete mlblint's options and rules.

    \b
    bash: mlblint completion bash > ~/.local/share/bash-completion/completions/mlblint
    zsh:  mlblint completion zsh > ~/.zfunc/_mlblint
    fish: mlblint completion fish > ~/.config/fish/completions/mlblint.fish
    """
    from mlblint.commands.completion import script

    click.echo(script(shell))
    return OK


COMMANDS: dict[str, click.Command] = {
    "explain": explain,
    "rules": list_rules,
    "init": init,
    "config": show_config,
    "model": show_model,
    "completion": completion,
}


def main() -> int:
    """The program `mlblint`."""
    _open_streams()
    _exit_on_sigterm()
    _collect_seldom()
    return run(sys.argv[1:])


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
            click.echo(f"mlblint: {shown(line)}", err=True)
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
    click.echo(
        f"mlblint: internal error: {what}{where}. This is a fault of mlblint: please report it, "
        f"with what {DEBUG}=1 shows.",
        err=True,
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


def _exit_on_sigterm() -> None:
    """Files that are being written are tidied up on the way out."""
    import signal

    def leave(number: int, frame: FrameType | None) -> None:
        sys.exit(TERMINATED)

    signal.signal(signal.SIGTERM, leave)
