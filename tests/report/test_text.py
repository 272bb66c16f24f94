"""The text reports, as people see them."""

from __future__ import annotations

from dataclasses import replace
from textwrap import dedent

import pytest

from mlblint.findings import Finding, Fix, Location, Related, Subject
from mlblint.report.colours import Colours
from mlblint.report.summary import summarise
from mlblint.report.text import Style, concise, full, statistics, summary
from mlblint.text.source import Position, Source

L2 = Source.from_bytes(
    "metallb/l2.yaml",
    dedent(
        """\
        kind: L2Advertisement
        metadata:
          name: lan
        spec:
          ipAddressPools: [lan]
        """
    ).encode(),
)
POOL = Source.from_bytes("metallb/pool.yaml", b"kind: IPAddressPool\nmetadata:\n  name: lan\n")
SOURCES = {source.path: source for source in (L2, POOL)}.get

FINDING = Finding(
    rule="MLB301",
    name="l2-interfaces-missing",
    severity="warning",
    judges="reachability",
    message="L2Advertisement `lan` names no `interfaces`: every node answers on all of them.",
    help="name them: `interfaces: [eth0]`",
    location=Location("metallb/l2.yaml", Position(4, 1), Position(4, 5)),
    subject=Subject("metallb.io/v1beta1", "L2Advertisement", "metallb-system", "lan"),
    related=(Related(Location("metallb/pool.yaml", Position(3, 9), Position(3, 12)), "its pool"),),
    fingerprint="f" * 32,
    fix=Fix("insert `interfaces`", ()),
    unfixable=None,
)
PLAIN_FINDING = replace(FINDING, help="", subject=None, related=(), fix=None)


def shown(finding: Finding, columns: int = 80) -> str:
    return "\n" + "\n".join(full([finding], SOURCES, Style(columns)))


def test_full_shows_the_code_the_related_places_and_the_remedy() -> None:
    assert shown(FINDING) == dedent(
        """
        warning[MLB301] l2-interfaces-missing
          L2Advertisement `lan` names no `interfaces`: every node answers on all of
          them.
         --> metallb/l2.yaml:4:1
          |
        3 |   name: lan
        4 | spec:
          | ^^^^
        5 |   ipAddressPools: [lan]
          |
         ::: metallb/pool.yaml:3:9
             its pool
          |
        2 | metadata:
        3 |   name: lan
          |         ^^^
          |
          = help: name them: `interfaces: [eth0]`
          = fix: insert `interfaces` (safe, `--fix` does it)
        """
    )


def test_full_can_be_read_at_forty_columns() -> None:
    text = shown(FINDING, 40)
    assert all(len(line) <= 40 for line in text.split("\n"))
    assert text == dedent(
        """
        warning[MLB301] l2-interfaces-missing
          L2Advertisement `lan` names no
          `interfaces`: every node answers on
          all of them.
         --> metallb/l2.yaml:4:1
          |
        3 |   name: lan
        4 | spec:
          | ^^^^
        5 |   ipAddressPools: [lan]
          |
         ::: metallb/pool.yaml:3:9
             its pool
          |
        2 | metadata:
        3 |   name: lan
          |         ^^^
          |
          = help: name them: `interfaces:
            [eth0]`
          = fix: insert `interfaces` (safe,
            `--fix` does it)
        """
    )


def test_full_without_the_file_at_hand_shows_the_rest() -> None:
    gone = replace(PLAIN_FINDING, location=Location("gone.yaml", Position(12, 3), Position(12, 4)))
    assert shown(replace(gone, unfixable="nothing tells the name")) == dedent(
        """
        warning[MLB301] l2-interfaces-missing
          L2Advertisement `lan` names no `interfaces`: every node answers on all of
          them.
          --> gone.yaml:12:3
           = no fix: nothing tells the name
        """
    )


@pytest.mark.parametrize(
    ("fix", "unfixable", "line"),
    [
        pytest.param(Fix("do it", ()), None, "fix: do it (safe, `--fix` does it)", id="safe"),
        pytest.param(
            Fix("do it", (), "unsafe"),
            None,
            "fix: do it (unsafe, needs `--fix --unsafe-fixes`)",
            id="unsafe",
        ),
        pytest.param(None, "a person must decide", "no fix: a person must decide", id="none"),
    ],
)
def test_full_says_what_can_be_done(fix: Fix | None, unfixable: str | None, line: str) -> None:
    finding = replace(PLAIN_FINDING, fix=fix, unfixable=unfixable)
    assert f"  = {line}\n" in shown(finding)


def test_the_subject_is_named_where_the_message_does_not_or_a_cluster_is_known() -> None:
    subject = Subject("v1", "Service", "media", "jellyfin")
    assert "  = in: Service media/jellyfin\n" in shown(replace(PLAIN_FINDING, subject=subject))
    known = replace(subject, name="lan", cluster="prod")
    assert "  = in: Service media/lan, cluster prod\n" in shown(
        replace(PLAIN_FINDING, subject=known)
    )


def test_colours_only_add_to_the_text() -> None:
    plain = "\n".join(full([FINDING], SOURCES, Style(80)))
    coloured = "\n".join(full([FINDING], SOURCES, Style(80, Colours(True))))
    assert "\x1b[1;33mwarning[MLB301]\x1b[0m \x1b[1ml2-interfaces-missing\x1b[0m" in coloured
    assert "\x1b[1;33m^^^^\x1b[0m" in coloured
    for code in ("\x1b[1;33m", "\x1b[1m", "\x1b[2m", "\x1b[0m"):
        coloured = coloured.replace(code, "")
    assert coloured == plain


def test_nothing_from_a_file_controls_the_terminal() -> None:
    evil = "\x1b[2J\x07"
    finding = replace(
        FINDING,
        message=f"m{evil}",
        help=f"h{evil}",
        location=replace(FINDING.location, path=f"p{evil}"),
        subject=Subject("v1", f"K{evil}", None, f"n{evil}", f"c{evil}"),
        related=(Related(replace(FINDING.location, path=f"r{evil}"), f"m{evil}"),),
        fix=Fix(f"t{evil}", ()),
    )
    for lines in (full([finding], SOURCES, Style()), concise([finding], Style())):
        assert "".join(lines).isprintable()


def test_concise_is_one_line_for_each_finding() -> None:
    two = replace(FINDING, severity="error", message="one\ntwo")
    assert list(concise([FINDING, two], Style(40))) == [
        "metallb/l2.yaml:4:1: warning MLB301 L2Advertisement `lan` names no `interfaces`: every"
        " node answers on all of them.",
        "metallb/l2.yaml:4:1: error MLB301 one␊two",
    ]


def test_statistics_count_the_commonest_first() -> None:
    other = replace(PLAIN_FINDING, rule="MLB101", name="annotation-prefix")
    findings = [other, *[replace(FINDING, fix=None)] * 9, FINDING]
    assert list(statistics(findings, Style())) == [
        "10  MLB301 l2-interfaces-missing (1 fixable)",
        " 1  MLB101 annotation-prefix",
    ]
    assert list(statistics([], Style())) == []


def lines(*findings: Finding, columns: int = 100, **counts: object) -> list[str]:
    return list(summary(summarise(findings, files=3, **counts), Style(columns)))  # type: ignore[arg-type]


def test_the_summary_of_a_clean_run() -> None:
    assert lines() == ["No problems in 3 files."]
    assert lines(fixed=2) == ["Fixed 2 problems. No problems left in 3 files."]


def test_the_summary_counts_severities_fixes_and_what_was_not_looked_into() -> None:
    error = replace(PLAIN_FINDING, severity="error")
    info = replace(PLAIN_FINDING, severity="info", fix=Fix("x", (), "unsafe"))
    assert lines(FINDING, FINDING, error, info, templates=1, encrypted=2) == [
        "4 problems in 3 files: 1 error, 2 warnings, 1 info.",
        "2 fixable with `--fix`, 1 more with `--unsafe-fixes`.",
        "Not looked into: 1 template, 2 encrypted files.",
    ]
    assert lines(info, fixed=1, unreadable=(("a", "b"),)) == [
        "Fixed 1 problem. 1 problem left in 3 files: 1 info.",
        "1 fixable with `--fix --unsafe-fixes`.",
        "Not looked into: 1 unreadable file.",
    ]


def test_the_summary_is_wrapped_on_a_narrow_terminal() -> None:
    assert lines(FINDING, columns=30) == [
        "1 problem in 3 files: 1",
        "warning.",
        "1 fixable with `--fix`.",
    ]
