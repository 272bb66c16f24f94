"""What `--help` says: everything, in its place, and on the page of the docs as well."""

from __future__ import annotations

from pathlib import Path

import click
import pytest

from mlblint import help_docs
from mlblint.cards import built_in_cards
from mlblint.command_line import COMMANDS, lint
from mlblint.manual import Command, Option

ROOT = Path(__file__).parents[1]


def test_every_option_stands_in_a_section_once() -> None:
    options = [one for one in lint.params if isinstance(one, click.Option)]
    assert [one.name for one in options if not isinstance(one, Option)] == []
    text = help_docs.page().partition("## mlblint explain")[0]
    for option in options:
        shown = [line for line in text.splitlines() if line.startswith(f"  {option.opts[0]}")]
        names = [line.split()[0].rstrip(",") for line in shown]
        assert names.count(option.opts[0]) == 1, option.name


def test_the_sections_come_in_the_order_in_which_people_ask() -> None:
    text = help_docs.page().partition("## mlblint explain")[0]
    headings = [line for line in text.splitlines() if line.endswith(":") and line[0].isalpha()]
    assert headings == [
        "Fixing:", "Choosing rules:", "Reports:", "Hiding what is known:", "Running:",
        "Commands:", "Examples:", "Exit codes:", "Environment:", "Files:", "More:",
    ]  # fmt: skip


def examples() -> list[str]:
    commands = [lint, *COMMANDS.values()]
    return [
        term
        for command in commands
        if isinstance(command, Command)
        for title, rows in command.sections
        if title == "Examples"
        for term, _ in rows
    ]


@pytest.mark.parametrize("example", examples())
def test_examples_can_be_typed(example: str) -> None:
    program, *words = example.split(" | ")[0].split(" < ")[0].split()
    assert program == "mlblint"
    command = COMMANDS.get(words[0]) if words else None
    with (command or lint).make_context(program, words[1:] if command else words) as context:
        rule = context.params.get("rule")
    assert rule is None or rule in {label for c in built_in_cards() for label in (c.id, c.name)}


@pytest.mark.parametrize("name", COMMANDS)
def test_every_command_has_examples_or_says_where_its_output_goes(name: str) -> None:
    command = COMMANDS[name]
    assert isinstance(command, Command)
    assert command.sections
    short = command.get_short_help_str()
    assert not short.endswith("...")
    assert len(short) <= 50


def test_the_page_is_up_to_date(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", "40")
    current = (ROOT / help_docs.PAGE).read_text("utf-8")
    assert current == help_docs.page(), "run `python -m mlblint.help_docs --write`"


def test_another_command_line_is_refused(capsys: pytest.CaptureFixture[str]) -> None:
    assert help_docs.main(["--wirte"]) == 2
    assert capsys.readouterr().err == "usage: python -m mlblint.help_docs --write | --check\n"
