"""Completion in shells: the scripts they load, and the words they ask for."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

import click
from click.shell_completion import CompletionItem, ShellComplete, get_completion_class

VARIABLE = "_MLBLINT_COMPLETE"
"""In it, a shell says what it wants: `bash_complete`, for instance."""


def script(shell: str) -> str:
    """What a shell has to load."""
    return _of(shell, click.Command("mlblint")).source()


def answer(wanted: str, lint: click.Command, commands: Mapping[str, click.Command]) -> str:
    """What a shell's script asks for while somebody types."""
    shell, _, what = wanted.partition("_")
    if what != "complete":
        return script(shell)
    # The words typed so far stand in the environment, in each shell's own way.
    words, incomplete = _of(shell, lint).get_completion_args()
    command = commands.get(words[0]) if words else None
    completion = _of(shell, command or lint)
    items = completion.get_completions(words[1:] if command else words, incomplete)
    if not words:
        items = [*_named(commands, incomplete), *items]
    return "\n".join(map(completion.format_completion, items))


def _of(shell: str, command: click.Command) -> ShellComplete:
    complete = get_completion_class(shell)
    if complete is None:
        raise click.UsageError(f"no completion for {shell}: it is bash, zsh or fish")
    return complete(command, {}, "mlblint", VARIABLE)


def _named(commands: Mapping[str, click.Command], incomplete: str) -> Iterator[CompletionItem]:
    for name, command in commands.items():
        if name.startswith(incomplete):
            yield CompletionItem(name, help=command.get_short_help_str())


def rules(ctx: click.Context, param: click.Parameter, incomplete: str) -> list[CompletionItem]:
    """The rules, by id; after a comma, the next one of a list."""
    from mlblint.cards import CardError, built_in_cards

    before, comma, last = incomplete.rpartition(",")
    try:
        cards = built_in_cards()
    except CardError:
        return []
    return [
        CompletionItem(f"{before}{comma}{card.id}", help=card.name)
        for card in cards
        if card.id.startswith(last.upper())
    ]
