"""Pages about rules are made from their cards, and are up to date."""

from __future__ import annotations

import json
from pathlib import Path
from textwrap import dedent

import pytest

from mlblint import rule_docs
from mlblint.cards import Card, built_in_cards, load_cards
from mlblint.package_data import data_folder

CARD = """\
id: ACME7
name: pool-auto-assigned
title: pool that hands out `a|b` by itself
severity: warning
category: pools
since: 0.1.0
judges: plan
why: |
  Whoever creates a Service takes the next address.
sources:
  - ADR 12
options:
  properties:
    most: {type: integer, default: 3, description: how many are fine}
fix:
  availability: safe
  why: The Service keeps its address.
check: x
examples:
  - title: two files
    config:
      network:
        interfaces: [eth0]
        reserved: {router: "192.168.7.1"}
      fail-on: error
    files:
      a.yaml: |
        a: 1
        b: 2
        c: 3
        d: 4
        e: 5
        f: 6
        g: 7
      b.json: |
        {"a": "```"}
    findings:
      - at: a.yaml:1:1
        message: the `a` is wrong
    fixed:
      a.yaml: |
        a: 2
        b: 2
        c: 3
        d: 4
        e: 5
        f: 6
        g: 8
      b.json: |
        {"b": "```"}
  - title: nothing wrong
    files: {pool.yaml: ""}
    findings: []
"""

PAGE = """\
<!-- Made from rules/card.yaml by `python -m mlblint.rule_docs --write`: change that instead. -->

# ACME7 pool-auto-assigned

Pool that hands out `a|b` by itself.

| | |
|---|---|
| severity | warning |
| judges | plan |
| category | pools |
| fix | safe: `--fix` applies it |
| since | 0.1.0 |

## Why

Whoever creates a Service takes the next address.

## Fix

The Service keeps its address.

## Options

Under `rules.options.ACME7`:

- `most` (integer, default `3`): how many are fine

## Examples

### Two files

`.mlblint.yaml`:

```yaml
network:
  interfaces: [eth0]
  reserved:
    router: 192.168.7.1
fail-on: error
```

`a.yaml`:

```yaml
a: 1
b: 2
c: 3
d: 4
e: 5
f: 6
g: 7
```

`b.json`:

````json
{"a": "```"}
````

Found:

```text
a.yaml:1:1: warning ACME7 the `a` is wrong
```

`mlblint --fix`:

````diff
a.yaml:
-a: 1
+a: 2
 b: 2
 c: 3
...
 e: 5
 f: 6
-g: 7
+g: 8
b.json:
-{"a": "```"}
+{"b": "```"}
````

### Nothing wrong

`pool.yaml`:

```yaml
```

No finding.

## Sources

- ADR 12
"""

TABLE = """\
| rule | severity | fix | what it finds |
|---|---|---|---|
| [ACME7](docs/rules/ACME7.md) pool-auto-assigned | warning | safe | pool that hands out `a\\|b` by itself |
"""  # noqa: E501


@pytest.fixture
def card(tmp_path: Path) -> Card:
    (tmp_path / "card.yaml").write_text(CARD)
    return load_cards(tmp_path)[0]


@pytest.fixture
def root(tmp_path: Path) -> Path:
    root = tmp_path / "root"
    root.mkdir()
    (root / "README.md").write_text("# mlblint\n")
    return root


def test_a_page_shows_each_example_with_its_finding_and_its_fix(card: Card) -> None:
    assert rule_docs.page(card) == PAGE


def test_the_table_links_to_the_pages(card: Card) -> None:
    assert f"{rule_docs.table([card])}\n" == TABLE


def test_the_index_has_a_table_for_each_category(card: Card) -> None:
    rows = TABLE.replace("docs/rules/", "")
    assert rule_docs.index([card]).partition("# Rules\n")[2] == f"\n## Pools\n\n{rows}"


def test_the_catalogue_is_json_as_well(card: Card) -> None:
    (rule,) = json.loads(rule_docs.catalogue_json([card]))
    assert rule["id"] == "ACME7"
    assert rule["fix"] == {"availability": "safe", "why": "The Service keeps its address."}
    assert rule["options"]["properties"]["most"]["default"] == 3


def test_writing_makes_everything_up_to_date(card: Card, root: Path) -> None:
    pages = root / "docs" / "rules"
    compiled = root / "rules" / "compiled.json"
    expected = {pages / "ACME7.md", pages / "README.md", root / "README.md", compiled}
    assert set(rule_docs.stale(root, [card])) == expected
    assert set(rule_docs.write(root, [card])) == expected
    assert rule_docs.stale(root, [card]) == []
    assert (pages / "ACME7.md").read_text() == PAGE
    assert (root / "README.md").read_text() == dedent(
        f"""\
        # mlblint

        ## Rules

        {rule_docs.BEGIN}

        {{table}}
        {rule_docs.END}
        """
    ).replace("{table}", TABLE)


def test_the_readme_keeps_what_stands_around_its_table(card: Card, root: Path) -> None:
    (root / "README.md").write_text(f"before\n{rule_docs.BEGIN}old{rule_docs.END}\nafter\n")
    rule_docs.write(root, [card])
    text = (root / "README.md").read_text()
    assert text == f"before\n{rule_docs.BEGIN}\n\n{TABLE}\n{rule_docs.END}\nafter\n"


def test_a_page_without_a_card_is_removed(card: Card, root: Path) -> None:
    rule_docs.write(root, [card])
    old = root / "docs" / "rules" / "ACME6.md"
    old.write_text("old")
    assert rule_docs.stale(root, [card]) == [old]
    assert rule_docs.write(root, [card]) == [old]
    assert not old.exists()


def test_another_command_line_is_refused(capsys: pytest.CaptureFixture[str]) -> None:
    assert rule_docs.main(["--wirte"]) == 2
    assert capsys.readouterr().err == "usage: python -m mlblint.rule_docs --write | --check\n"


def test_the_pages_of_this_repository_are_up_to_date() -> None:
    root = data_folder("rules").parent
    stale = [str(path.relative_to(root)) for path in rule_docs.stale(root, built_in_cards())]
    assert stale == [], "run `python -m mlblint.rule_docs --write`"
