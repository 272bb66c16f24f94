"""The page about the command line: what `--help` says. `python -m mlblint.help_docs --write`
brings it up to date, `--check` fails when it is not."""

from __future__ import annotations

import sys
from collections.abc import Sequence

import click

from mlblint.command_line import COMMANDS, lint
from mlblint.manual import Context
from mlblint.package_data import data_folder

PAGE = "docs/command-line.md"
WIDTH = 80

_HEAD = """\
<!-- Made from mlblint/command_line.py by `python -m mlblint.help_docs --write`: change that instead. -->

# The command line

What `--help` says, at 80 columns.
"""  # noqa: E501


def page() -> str:
    commands = {"mlblint": lint, **{f"mlblint {name}": one for name, one in COMMANDS.items()}}
    return "\n".join([_HEAD, *(_section(name, one) for name, one in commands.items())])


def _section(name: str, command: click.Command) -> str:
    context = Context(command, info_name=name, terminal_width=WIDTH, **command.context_settings)
    return f"## {name}\n\n```text\n{command.get_help(context)}\n```\n"


def main(arguments: Sequence[str]) -> int:
    path = data_folder("rules").parent / PAGE
    if list(arguments) == ["--write"]:
        path.write_text(page(), "utf-8")
        return 0
    if list(arguments) == ["--check"]:
        if path.read_text("utf-8") == page():
            return 0
        sys.stdout.write(f"{PAGE} is out of date: run with --write\n")
        return 1
    sys.stderr.write("usage: python -m mlblint.help_docs --write | --check\n")
    return 2


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
