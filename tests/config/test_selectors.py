"""How rules are named in select, ignore and elsewhere."""

from __future__ import annotations

import pytest

from mlblint.config import is_enabled, matches, selector_problem

MLB = {"MLB101", "MLB106", "MLB201", "MLB301", "MLB302"}


@pytest.mark.parametrize(
    ("selector", "meant"),
    [
        ("ALL", MLB | {"ACME7"}),
        ("MLB301", {"MLB301"}),
        ("pool-unadvertised", {"MLB302"}),
        ("MLB3", {"MLB301", "MLB302"}),
        ("MLB", MLB),
        ("ACME", {"ACME7"}),
        ("ML", set()),
        ("mlb301", set()),
        ("pool", set()),
        ("", set()),
    ],
)
def test_what_a_selector_means(rules, selector, meant):
    assert {rule for rule, name in rules.items() if matches(selector, rule, name)} == meant
    assert (selector_problem(selector, rules) is None) == bool(meant)


@pytest.mark.parametrize(
    ("select", "ignore", "enabled"),
    [
        (["ALL"], [], True),
        ([], [], False),
        (["MLB1"], [], False),
        (["ALL"], ["MLB3"], False),
        (["MLB301"], ["MLB3"], True),
        (["l2-interfaces-missing"], ["MLB30"], True),
        (["MLB30"], ["MLB3"], True),
        (["MLB3"], ["MLB3"], False),
        (["MLB301"], ["l2-interfaces-missing"], False),
        (["ALL"], ["ALL"], False),
    ],
)
def test_the_closer_selector_wins(select, ignore, enabled):
    assert is_enabled(select, ignore, "MLB301", "l2-interfaces-missing") is enabled
