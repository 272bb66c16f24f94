"""Rules on a terminal."""

from __future__ import annotations

from pathlib import Path
from textwrap import dedent

import pytest

from mlblint.cards import Card, load_cards
from mlblint.report.colours import Colours
from mlblint.report.rules import catalogue, explain

CARD = """\
id: ACME7
name: pool-auto-assigned
title: a pool that hands out `addresses` by itself
severity: warning
category: pools
since: 0.1.0
judges: plan
why: |
  Whoever creates a Service takes
  the next address.

  - the first item of a list that has to be broken on a narrow terminal
  - another

  ```yaml
  spec:

    a: b
  ```
sources:
  - ADR 12
match: {group: metallb.io, kind: IPAddressPool}
require: true
message: m
options:
  properties:
    most:
      type: integer
      default: 3
      description: how many are fine
    names:
      type: [array, "null"]
fix:
  availability: unsafe
  why: It may take an address away.
examples:
  - title: good
    files: {pool.yaml: ""}
    findings: []
  - title: nothing said
    files:
      pool.yaml: |
        spec: {}
    config: {network: {interfaces: [eth0]}}
    findings:
      - at: pool.yaml:1:1
        message: the pool says nothing
    fixed:
      pool.yaml: |
        spec: {a: b}
    unsafe: true
"""


@pytest.fixture
def card(tmp_path: Path) -> Card:
    (tmp_path / "card.yaml").write_text(CARD)
    return load_cards(tmp_path)[0]


def test_explain_shows_the_card_and_a_bad_example(card: Card) -> None:
    assert explain(card, 80) == dedent(
        """\
        ACME7 pool-auto-assigned
        a pool that hands out `addresses` by itself

        severity  warning
        judges    plan
        category  pools
        fix       unsafe: needs `--fix --unsafe-fixes`
        since     0.1.0

        Why
          Whoever creates a Service takes the next address.

          - the first item of a list that has to be broken on a narrow terminal
          - another

              spec:

                a: b

        Fix
          It may take an address away.

        Options
          Under `rules.options.ACME7`:

          - `most` (integer, default `3`): how many are fine
          - `names` (array or null)

        Example: nothing said
          pool.yaml:
            spec: {}
          .mlblint.yaml:
            network:
              interfaces: [eth0]

          pool.yaml:1:1: warning ACME7 the pool says nothing

          `mlblint --fix --unsafe-fixes`:
          -spec: {}
          +spec: {a: b}

        Sources
          - ADR 12
        """
    )


def test_explain_fits_into_forty_columns(card: Card) -> None:
    text = explain(card, 40)
    assert all(len(line) <= 40 for line in text.split("\n"))
    assert "  - the first item of a list that has to\n    be broken on a narrow terminal\n" in text


def test_explain_without_the_optional_parts_has_no_empty_sections(tmp_path: Path) -> None:
    (tmp_path / "card.yaml").write_text(
        "id: AB1\nname: a\ntitle: t\nseverity: info\nwhy: w\ncheck: a\n"
    )
    (card,) = load_cards(tmp_path)
    assert explain(card, 80) == dedent(
        """\
        AB1 a
        t

        severity  info
        judges    style
        category  custom
        fix       none

        Why
          w
        """
    )


def test_a_fix_is_shown_in_the_colours_of_a_patch(card: Card) -> None:
    text = explain(card, 80, Colours(True))
    assert "\x1b[1;31m-spec: {}\x1b[0m" in text
    assert "\x1b[32m+spec: {a: b}\x1b[0m" in text


def test_the_catalogue_has_columns_where_there_is_room(card: Card) -> None:
    assert catalogue([card], 80) == (
        "ACME7  pool-auto-assigned  warning  a pool that hands out `addresses` by itself\n"
    )
    assert catalogue([card], 70) == (
        "ACME7  pool-auto-assigned  warning  a pool that hands out `addresses`\n"
        "                                    by itself\n"
    )
    assert catalogue([card], 40) == (
        "ACME7 pool-auto-assigned (warning)\n  a pool that hands out `addresses` by\n  itself\n"
    )
    assert catalogue([], 80) == ""
