"""How `--help` looks."""

from __future__ import annotations

import shutil
from collections.abc import Iterable, Mapping
from typing import Any

import click

MAX_WIDTH, NARROW = 88, 60


class Formatter(click.HelpFormatter):
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


class Context(click.Context):
    formatter_class = Formatter


class Command(click.Command):
    context_class = Context

    def __init__(
        self, *arguments: Any, commands: Mapping[str, click.Command] | None = None, **settings: Any
    ) -> None:
        super().__init__(*arguments, **settings)
        self.commands = commands or {}

    def format_options(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        super().format_options(ctx, formatter)
        if self.commands:
            with formatter.section("Commands"):
                formatter.write_dl(
                    [
                        (name, command.get_short_help_str())
                        for name, command in self.commands.items()
                    ]
                )
            formatter.write_paragraph()
            formatter.write_text("A PATH that is called like a command is written ./PATH.")
