"""The text report by files."""

from __future__ import annotations

from dataclasses import replace
from textwrap import dedent

from mlblint.findings import Finding, Location
from mlblint.report.colours import Colours
from mlblint.report.text import Style, grouped
from mlblint.text.source import Position


def finding(path: str, line: int, rule: str = "MLB301") -> Finding:
    return Finding(
        rule=rule,
        name="l2-interfaces-missing",
        severity="warning",
        judges="reachability",
        message="L2Advertisement `lan` names no interfaces: every node answers on all of them",
        help="",
        location=Location(path, Position(line, 1), Position(line, 5)),
        subject=None,
        related=(),
        fingerprint="f" * 32,
        fix=None,
        unfixable=None,
    )


FOUND = (
    replace(finding("b.yaml", 4, "ACME1"), severity="error", message="not `ours`"),
    finding("a.yaml", 12),
    finding("b.yaml", 25),
)


def shown(columns: int) -> str:
    return "\n" + "\n".join(grouped(FOUND, Style(columns)))


def test_each_file_is_a_table() -> None:
    assert shown(80) == dedent(
        """
        a.yaml
          12:1  warning  MLB301  L2Advertisement `lan` names no interfaces: every node
                                 answers on all of them

        b.yaml
           4:1  error    ACME1   not `ours`
          25:1  warning  MLB301  L2Advertisement `lan` names no interfaces: every node
                                 answers on all of them
        """
    )


def test_on_a_narrow_terminal_the_messages_stand_below() -> None:
    assert shown(40) == dedent(
        """
        a.yaml
          12:1  warning  MLB301
            L2Advertisement `lan` names no
            interfaces: every node answers on
            all of them

        b.yaml
           4:1  error    ACME1
            not `ours`
          25:1  warning  MLB301
            L2Advertisement `lan` names no
            interfaces: every node answers on
            all of them
        """
    )


def test_nothing_found_is_nothing() -> None:
    assert list(grouped([], Style())) == []


def test_colours_only_add_to_the_text() -> None:
    coloured = "\n" + "\n".join(grouped(FOUND, Style(80, Colours(True))))
    assert "\x1b[1ma.yaml\x1b[0m" in coloured
    for code in ("\x1b[1;33m", "\x1b[1;31m", "\x1b[1m", "\x1b[0m"):
        coloured = coloured.replace(code, "")
    assert coloured == shown(80)
