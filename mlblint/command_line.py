"""What can be typed: the commands and their options. The work is done in mlblint/commands, which
is imported when a command runs: `--help` needs click alone."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import Any, TypeVar

import click

from mlblint import __version__
from mlblint.manual import Command

FORMATS = ("full concise json grouped sarif github gitlab junit checkstyle rdjson markdown").split()
"""The names in mlblint/report/formats.py, which `--help` has no time to import."""

F = TypeVar("F", bound=Callable[..., Any])

_SETTINGS = {"help_option_names": ["-h", "--help"]}


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


@click.command(
    "explain", cls=Command, short_help="Tell all about a rule.", context_settings=_SETTINGS
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


@click.command("rules", cls=Command, context_settings=_SETTINGS)
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


@click.command("init", cls=Command, short_help="Write a .mlblint.yaml.", context_settings=_SETTINGS)
@click.option("--force", is_flag=True, help="Replace a configuration file that is there.")
@click.option("--print", "only_print", is_flag=True, help="Print it instead of writing it.")
def init(force: bool, only_print: bool) -> int:
    """Look at the repository and write a .mlblint.yaml."""
    from mlblint.commands import setup

    return setup.init(force=force, only_print=only_print)


@click.command(
    "config",
    cls=Command,
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
    cls=Command,
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
    cls=Command,
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
    return 0


COMMANDS: dict[str, click.Command] = {
    "explain": explain,
    "rules": list_rules,
    "init": init,
    "config": show_config,
    "model": show_model,
    "completion": completion,
}


HELP = """\
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


@click.command("mlblint", cls=Command, commands=COMMANDS, help=HELP, context_settings=_SETTINGS)
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
@_color
@_config
@click.version_option(__version__, prog_name="mlblint", message="%(prog)s %(version)s")
def lint(**given: Any) -> int:
    from mlblint.commands.conflicts import refuse_conflicts

    refuse_conflicts(given)
    from mlblint.commands.lint import Options, lint

    return lint(Options(**given, today=date.today()))
