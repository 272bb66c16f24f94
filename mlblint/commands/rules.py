"""`mlblint explain` and `mlblint rules`."""

from __future__ import annotations

import sys
from typing import Literal

from mlblint.cards import Card, built_in_cards
from mlblint.commands import Failure
from mlblint.commands.output import say, say_bytes, style, tell
from mlblint.commands.repository import current_folder, names, repository
from mlblint.report.colours import Choice
from mlblint.report.harmless import escape_json
from mlblint.report.terminal import printable


def explain(rule: str, color: Choice, config: str | None) -> int:
    from mlblint.report import rules
    from mlblint.schema import nearest

    cards = _known_cards(config)
    for card in cards:
        if rule.lower() in (card.id.lower(), card.name):
            look = style(color, sys.stdout)
            say(rules.explain(card, look.width, look.colours))
            return 0
    known = names(cards)
    meant = nearest(rule.upper(), known) or nearest(rule, known.values())
    hint = f"; did you mean {meant}?" if meant else "; `mlblint rules` lists all rules"
    message = f"unknown rule {rule}{hint}"
    raise Failure(printable(message))


def catalogue(form: Literal["text", "json", "markdown"], color: Choice, config: str | None) -> int:
    from mlblint import rule_docs
    from mlblint.report import rules

    cards = _known_cards(config)
    if form == "json":
        say_bytes(escape_json(rule_docs.catalogue_json(cards)).encode())
    elif form == "markdown":
        say_bytes(f"{rule_docs.table(cards)}\n".encode())
    else:
        look = style(color, sys.stdout)
        say(rules.catalogue(cards, look.width, look.colours))
    return 0


def _known_cards(config: str | None) -> tuple[Card, ...]:
    """The repository's own rules as well, unless its configuration is broken: mlblint's rules
    can be explained all the same."""
    folder = current_folder()
    try:
        return repository(folder, folder / config if config else None).cards
    except Failure as failure:
        if config:
            raise
        for line in failure.lines:
            tell(line)
        return built_in_cards()
