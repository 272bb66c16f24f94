"""docs/suppressing.md speaks of what there is."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from mlblint import command_line
from mlblint.text.ignores import ignores
from mlblint.text.source import Source

ROOT = Path(__file__).parents[2]
TEXT = (ROOT / "docs/suppressing.md").read_text("utf-8")
HOOKS = (ROOT / "docs/ci.md").read_text("utf-8")


@pytest.mark.parametrize("path", sorted(set(re.findall(r"`(tests/[^`]*)`", TEXT + HOOKS))))
def test_the_tests_are_there(path: str) -> None:
    assert (ROOT / path).is_file()


@pytest.mark.parametrize("option", sorted(set(re.findall(r"(--[a-z][a-z-]*)", TEXT))))
def test_the_options_are_there(option: str) -> None:
    assert option in {name for one in command_line.lint.params for name in one.opts}


def test_the_comments_it_shows_are_well_formed() -> None:
    shown = re.search(r"```yaml\n(.*?)```", TEXT, re.DOTALL)
    assert shown
    # One key may stand there once only.
    lines = shown[1].replace("spec:\n", "other:\n").encode()
    found = list(ignores(Source.from_bytes("x.yaml", lines)))
    assert [(one.word, one.error) for one in found] == [
        ("ignore", None),
        ("ignore", None),
        ("ignore", None),
        ("ignore-document", None),
        ("ignore-file", None),
        ("ignore", None),
    ]
