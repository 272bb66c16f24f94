"""How `--help` looks: options by what they are for, and then examples and whatever else a person
needs who has nothing but a terminal."""

from __future__ import annotations

import shutil
from collections.abc import Iterable, Sequence
from typing import Any

import click

MAX_WIDTH, NARROW = 88, 60

Rows = Sequence[tuple[str, str]]
"""Terms, each with what it means."""


class Formatter(click.HelpFormatter):
    """Help that is as wide as the terminal: click assumes at least 50 columns."""

    def __init__(
        self, indent_increment: int = 2, width: int | None = None, max_width: int | None = None
    ) -> None:
        columns = width or shutil.get_terminal_size().columns
        super().__init__(indent_increment, max(30, min(columns, MAX_WIDTH)), max_width)

    def write_dl(
        self, rows: Iterable[tuple[str, str]], col_max: int = 34, col_spacing: int = 2
    ) -> None:
        super().write_dl(rows, col_max if self.width >= NARROW else 4, col_spacing)


class Context(click.Context):
    formatter_class = Formatter


class Option(click.Option):
    """An option that stands in one of the sections of the help."""

    def __init__(self, *arguments: Any, section: str, **settings: Any) -> None:
        super().__init__(*arguments, **settings)
        self.section = section


class Command(click.Command):
    """`sections` follow the options in the help."""

    context_class = Context

    def __init__(
        self, *arguments: Any, sections: Sequence[tuple[str, Rows]] = (), **settings: Any
    ) -> None:
        super().__init__(*arguments, **settings)
        self.sections = sections

    def format_options(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        options: dict[str, list[tuple[str, str]]] = {}
        for parameter in self.get_params(ctx):
            # Newer releases of click would list arguments as well, about which there is nothing
            # to say here.
            record = parameter.get_help_record(ctx) if isinstance(parameter, click.Option) else None
            if record is not None:
                section = parameter.section if isinstance(parameter, Option) else "Options"
                options.setdefault(section, []).append(record)
        for title, rows in (*options.items(), *self.sections):
            with formatter.section(title):
                formatter.write_dl(rows)
