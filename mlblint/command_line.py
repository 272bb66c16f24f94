"""What can be typed: the commands and their options. The work is done in mlblint/commands, which
is imported when a command runs: `--help` needs click alone."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import date
from functools import partial
from typing import Any, TypeVar

import click

from mlblint import __version__
from mlblint.manual import Command, Option, Rows

FORMATS = ("full concise json grouped sarif github gitlab junit checkstyle rdjson markdown").split()
"""The names in mlblint/report/formats.py, which `--help` has no time to import."""

F = TypeVar("F", bound=Callable[..., Any])

_SETTINGS = {"help_option_names": ["-h", "--help"]}


def _complete_rules(ctx: click.Context, param: click.Parameter, incomplete: str) -> Any:
    from mlblint.commands.completion import rules

    return rules(ctx, param, incomplete)


def _examples(*rows: tuple[str, str]) -> Sequence[tuple[str, Rows]]:
    return (("Examples", rows),)


def _color(option: Callable[..., Any] = click.option) -> Callable[[F], F]:
    decorate: Callable[[F], F] = option(
        "--color",
        type=click.Choice(["auto", "always", "never"]),
        metavar="WHEN",
        default="auto",
        help="Use colours: auto, always or never.",
    )
    return decorate


def _config(option: Callable[..., Any] = click.option) -> Callable[[F], F]:
    decorate: Callable[[F], F] = option(
        "--config",
        metavar="FILE",
        help="The configuration, if not the one in the repository.",
    )
    return decorate


@click.command(
    "explain",
    cls=Command,
    short_help="Tell all about a rule.",
    sections=_examples(
        ("mlblint explain MLB301", "By its id."),
        ("mlblint explain pool-overlap", "By its name."),
    ),
    context_settings=_SETTINGS,
)
@click.argument("rule", metavar="RULE", shell_complete=_complete_rules)
@_color()
@_config()
def explain(rule: str, color: Any, config: str | None) -> int:
    """Tell everything about a rule: what it finds, why, and how it is fixed.

    RULE is an id or a name, such as MLB301 or l2-interfaces-missing.
    """
    from mlblint.commands import rules

    return rules.explain(rule, color, config)


@click.command(
    "rules",
    cls=Command,
    short_help="List all rules.",
    sections=_examples(
        ("mlblint rules", "All rules, with what each finds."),
        ("mlblint rules --format markdown", "As a table for a page of your own."),
        ("mlblint rules --format json", "All there is to know, for a program."),
    ),
    context_settings=_SETTINGS,
)
@click.option(
    "--format",
    "form",
    type=click.Choice(["text", "json", "markdown"]),
    metavar="FORMAT",
    default="text",
    help="How to list them: text, json or markdown.",
)
@_color()
@_config()
def list_rules(form: Any, color: Any, config: str | None) -> int:
    """List all rules, those of the repository included."""
    from mlblint.commands import rules

    return rules.catalogue(form, color, config)


@click.command(
    "init",
    cls=Command,
    short_help="Write a .mlblint.yaml.",
    sections=_examples(
        ("mlblint init --print", "Look at what would be written."),
        ("mlblint init", "Write it, unless there is one."),
    ),
    context_settings=_SETTINGS,
)
@click.option("--force", is_flag=True, help="Replace a configuration file that is there.")
@click.option("--print", "only_print", is_flag=True, help="Print it instead of writing it.")
def init(force: bool, only_print: bool) -> int:
    """Look at the repository and write a .mlblint.yaml with what it shows: the release of MetalLB,
    its namespace, the interfaces, each with the file and the line where it was seen."""
    from mlblint.commands import setup

    return setup.init(force=force, only_print=only_print)


@click.command(
    "config",
    cls=Command,
    short_help="Show the configuration in effect.",
    sections=_examples(
        ("mlblint config", "Each value with its origin."),
        ("mlblint config --format json", "The same for a program."),
        ("mlblint config --format schema", "For editors that complete YAML."),
    ),
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
@_config()
def show_config(form: Any, config: str | None) -> int:
    """Show the configuration in effect, and where each value came from: a line of a file, or
    mlblint's own default."""
    from mlblint.commands import setup

    return setup.show_config(form, config)


@click.command(
    "model",
    cls=Command,
    short_help="Show what is applied where, and by whom.",
    sections=_examples(
        ("mlblint model", "As a tree, cluster by cluster."),
        ("mlblint model --format json", "The same for a program."),
    ),
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
@_color()
@_config()
def show_model(form: Any, color: Any, config: str | None) -> int:
    """Show what mlblint believes of the repository: its clusters, what is applied to each and
    in which order, MetalLB, its pools, and who asks for which address."""
    from mlblint.commands import model

    return model.show(form, color, config)


@click.command(
    "cache",
    cls=Command,
    short_help="Show or clear what runs have kept.",
    sections=_examples(
        ("mlblint cache dir", "Where it lies."),
        ("mlblint cache clear", "Take it away."),
    ),
    context_settings=_SETTINGS,
)
@click.argument("what", metavar="dir|clear", type=click.Choice(["dir", "clear"]))
def cache(what: str) -> int:
    """Show where runs keep what they have worked out, or take it away.

    Nothing depends on it but how long the next run takes.
    """
    from mlblint.commands import remembering

    return remembering.show(clear=what == "clear")


@click.command(
    "completion",
    cls=Command,
    short_help="Print a script that completes words in a shell.",
    sections=(
        (
            "Lines to add to a shell's own file",
            (
                ('eval "$(mlblint completion bash)"', "To ~/.bashrc."),
                ('eval "$(mlblint completion zsh)"', "To ~/.zshrc, below compinit."),
                ("mlblint completion fish | source", "To ~/.config/fish/config.fish."),
            ),
        ),
    ),
    context_settings=_SETTINGS,
)
@click.argument("shell", metavar="SHELL", type=click.Choice(["bash", "zsh", "fish"]))
def completion(shell: str) -> int:
    """Print the script that lets a shell complete mlblint's commands, options and rules.

    SHELL is bash, zsh or fish.
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
    "cache": cache,
    "completion": completion,
}


HELP = """\
Lint and repair the MetalLB configuration of a GitOps repository.

PATHs are files and folders to report on; without one it is the current folder, and - is
standard input. The rest of the repository is always looked at, too: what is wrong with a file
does not depend on the PATHs. A PATH that is called like a command is written ./PATH."""

_EXAMPLES = (
    ("mlblint", "Lint the current folder."),
    ("mlblint --fix apps/", "Make the safe fixes in apps/."),
    ("mlblint --diff | git apply", "The same by way of a patch, for everything."),
    ("mlblint --select MLB3 clusters/", "Ask only the rules MLB300 to MLB399."),
    ("mlblint --diff-base origin/main", "Report only what this branch causes."),
    ("mlblint --watch", "Lint again whenever a file changes."),
    ("mlblint - < values.yaml", "Lint what comes on standard input."),
    ("mlblint explain MLB301", "Tell all about a rule."),
)

_EXIT_CODES = (
    ("0", "Nothing was found that counts: `fail-on` says what does, a warning if nothing else."),
    ("1", "Problems were found."),
    ("2", "mlblint or its input could not do its work: an option, the configuration, a file."),
    ("128+N", "Ended by signal N."),
)

_ENVIRONMENT = (
    ("NO_COLOR", "If not empty: no colours, unless --color says always."),
    ("FORCE_COLOR", "If neither empty nor 0: colours even where no terminal is."),
    ("COLUMNS", "How wide to print, whatever the terminal says."),
    ("XDG_CACHE_HOME", "Where the folder of the cache is, if not at the place of the platform."),
    ("CI", "If not empty: no progress is shown."),
    ("MLBLINT_DEBUG", "If not empty: where mlblint itself failed, if it does."),
)

_FILES = (
    (".mlblint.yaml", "The configuration, at the root of the repository. Nothing in it is needed."),
    ("pyproject.toml", "The same, as [tool.mlblint], if there is no .mlblint.yaml."),
    (".gitignore", "What Git ignores is not looked at."),
)

_MORE = (
    ("mlblint COMMAND --help", "What a command does."),
    ("mlblint explain RULE", "What a rule finds, why, and how it is fixed."),
    ("mlblint config --format schema", "What may stand in a configuration."),
    ("docs/", "In mlblint's own repository: guides, and a page for each rule."),
)

_fixing, _choosing, _reporting, _hiding, _running = (
    partial(click.option, cls=Option, section=title)
    for title in ("Fixing", "Choosing rules", "Reports", "Hiding what is known", "Running")
)


@click.command(
    "mlblint",
    cls=Command,
    sections=(
        ("Commands", [(name, one.get_short_help_str()) for name, one in COMMANDS.items()]),
        ("Examples", _EXAMPLES),
        ("Exit codes", _EXIT_CODES),
        ("Environment", _ENVIRONMENT),
        ("Files", _FILES),
        ("More", _MORE),
    ),
    help=HELP,
    context_settings=_SETTINGS,
)
@click.argument("paths", metavar="[PATH]...", nargs=-1, type=click.Path())
@_fixing("--fix", is_flag=True, help="Make the safe fixes in the files.")
@_fixing("--diff", is_flag=True, help="Print what --fix would do, as a patch.")
@_fixing("--unsafe-fixes", is_flag=True, help="With --fix or --diff: the unsafe fixes, too.")
@_fixing("--show-fixes", is_flag=True, help="With --fix or --diff: list what was fixed.")
@_fixing("--exit-non-zero-on-fix", is_flag=True, help="Exit with 1 if something was fixed.")
@_choosing(
    "--select",
    multiple=True,
    metavar="RULES",
    shell_complete=_complete_rules,
    help="Use these rules only: ids, names, beginnings of ids, or ALL, with commas.",
)
@_choosing(
    "--ignore",
    multiple=True,
    metavar="RULES",
    shell_complete=_complete_rules,
    help="Leave these rules out, beside the ignored.",
)
@_reporting(
    "--output-format",
    multiple=True,
    type=click.Choice(FORMATS),
    metavar="FORMAT",
    help="How to report: full, concise, grouped or markdown for people; json, sarif, github, "
    "gitlab, junit, checkstyle or rdjson for programs. Several need an --output-file each.",
)
@_reporting(
    "--output-file",
    multiple=True,
    metavar="FILE",
    help="Where the report goes; - is standard output.",
)
@_reporting("--statistics", is_flag=True, help="Count the findings of each rule instead.")
@_reporting("--exit-zero", is_flag=True, help="Exit with 0 even if there are findings.")
@_color(_reporting)
@_hiding("--add-ignore", is_flag=True, help="Write ignore comments for what is found.")
@_hiding("--reason", metavar="TEXT", help="With --add-ignore: what the comments say.")
@_hiding("--baseline", metavar="FILE", help="Hide the findings that FILE knows.")
@_hiding("--no-baseline", is_flag=True, help="Use no baseline, whatever is configured.")
@_hiding(
    "--write-baseline",
    metavar="FILE",
    help="Write what is found to FILE; of a FILE that is there, take out what is gone.",
)
@_hiding("--grow-baseline", is_flag=True, help="With --write-baseline: add what is new as well.")
@_hiding(
    "--diff-base",
    metavar="REV",
    help="Report only what the changes since the branch left REV cause.",
)
@_running("--hook", is_flag=True, help="PATHs are a commit: tell, too, what it breaks beyond.")
@_running("--watch", is_flag=True, help="Lint again whenever a file changes, until Ctrl-C.")
@_running("--show-files", is_flag=True, help="List the files that would be linted, and end.")
@_running(
    "--show-settings",
    is_flag=True,
    help="Show the configuration that would be used, and where each value came from, and end.",
)
@_running("--no-cache", is_flag=True, help="Use nothing of earlier runs, and keep nothing.")
@_running("--stdin-filename", metavar="FILE", help="The name of what comes with -.")
@_config(_running)
@click.version_option(
    __version__,
    prog_name="mlblint",
    message="%(prog)s %(version)s",
    cls=Option,
    section="Running",
)
@click.help_option("-h", "--help", cls=Option, section="Running")
def lint(**given: Any) -> int:
    from mlblint.commands.conflicts import refuse_conflicts

    refuse_conflicts(given)
    from mlblint.commands.lint import Options, lint

    return lint(Options(**given, today=date.today()))
