"""How rules are named: by id ("MLB301"), name ("l2-interfaces-missing"), the beginning of ids
("MLB3"), or "ALL"."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping

from mlblint.schema import nearest

ALL = "ALL"

_BEGINNING = re.compile(r"([A-Z]+)[0-9]*")


def matches(selector: str, rule_id: str, rule_name: str) -> bool:
    return _closeness(selector, rule_id, rule_name) > 0


def is_enabled(select: Iterable[str], ignore: Iterable[str], rule_id: str, rule_name: str) -> bool:
    """The closer selector wins: the longer beginning of an id. Between equals, `ignore`."""

    def closest(selectors: Iterable[str]) -> int:
        return max((_closeness(one, rule_id, rule_name) for one in selectors), default=0)

    return closest(select) > closest(ignore)


def selector_problem(selector: str, known_rules: Mapping[str, str]) -> str | None:
    """What is wrong with a selector; `known_rules` leads from ids to names."""
    if selector == ALL or any(matches(selector, *rule) for rule in known_rules.items()):
        return None
    return _unknown(selector, [ALL, *known_rules, *known_rules.values()])


def rule_problem(rule: str, known_rules: Mapping[str, str]) -> str | None:
    """The same where exactly one rule has to be named, by its id."""
    if rule in known_rules:
        return None
    for rule_id, name in known_rules.items():
        if rule == name:
            return f'options stand under the id of their rule; "{rule}" is {rule_id}'
    return _unknown(rule, list(known_rules))


def _unknown(selector: str, candidates: list[str]) -> str:
    meant = nearest(selector, candidates)
    return f'unknown rule "{selector}"' + (f"; did you mean {meant}?" if meant else "")


def _closeness(selector: str, rule_id: str, rule_name: str) -> int:
    """Zero where the selector does not mean the rule."""
    if selector in (rule_id, rule_name):
        return len(rule_id) + 1
    if selector == ALL:
        return 1
    beginning, letters = _BEGINNING.fullmatch(selector), _BEGINNING.fullmatch(rule_id)
    if beginning and letters and beginning[1] == letters[1] and rule_id.startswith(selector):
        return len(selector) + 1
    return 0
