"""The summary in Markdown: nothing in it is active but what mlblint itself puts there."""

from __future__ import annotations

import html
import re
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mlblint.findings import Finding, Location
from mlblint.report.formats import Report
from mlblint.report.harmless import shown
from mlblint.report.markdown import LIMIT, render
from mlblint.report.summary import summarise
from mlblint.text.source import Position

ROW = re.compile(r"\| (?P<where>[^|]*) \| (?P<rule>[^|]*) \| (?P<what>[^|]*) \|")
INACTIVE = re.compile(
    r"(?: [^&<>\"'\\`*_\[\]|~!@\#$^] | &\#\d+; | </?code> | <span>&\#36;</span> )*", re.VERBOSE
)
BARE = Finding(
    rule="MLB901",
    name="unreadable",
    severity="error",
    judges="style",
    message="no YAML",
    help="",
    location=Location("a.yaml", Position(1, 1), Position(1, 1)),
    subject=None,
    related=(),
    fingerprint="0" * 32,
    fix=None,
    unfixable=None,
)
TAG = re.compile(r"</?(?:code|span)>")


def rows(text: str) -> list[re.Match[str]]:
    found = [ROW.fullmatch(line) for line in text.splitlines() if line.startswith("| <code>")]
    assert all(found)
    return [row for row in found if row]


def plain(markdown: str) -> str:
    """What a browser shows."""
    return html.unescape(TAG.sub("", markdown)).replace("\u200b", "")


def test_nothing_found_is_a_sentence(nothing: Report) -> None:
    assert render(nothing.findings, nothing.summary) == "## mlblint\n\nNo problems in 3 files.\n"


def test_every_finding_is_a_row_of_the_table_of_its_severity(
    talos: Report, hostile: Report
) -> None:
    for report in (talos, hostile):
        text = render(report.findings, report.summary)
        severities = ("error", "warning", "info")
        worst_first = sorted(report.findings, key=lambda one: severities.index(one.severity))
        for row, finding in zip(rows(text), worst_first, strict=True):
            start = finding.location.start
            where = f"{shown(finding.location.path)}:{start.line}:{start.column}"
            assert plain(row["where"]) == where
            assert plain(row["rule"]) == f"{finding.rule} {finding.name}"
            assert plain(row["what"]) == shown(finding.message).replace("`", "")


def test_only_our_own_markdown_is_active(hostile: Report) -> None:
    text = render(hostile.findings, hostile.summary)
    scaffold = re.compile(r"## mlblint|### \d+ \w+|\|---\|---\|---\||\| where \| rule \| what \|")
    tags = {"<details>", "</details>", "<summary>What to do</summary>"}
    for line in text.splitlines():
        if scaffold.fullmatch(line) or line in tags:
            continue
        content = line.strip("| ") if line.startswith("| ") else line.lstrip(" ").removeprefix("- ")
        for cell in content.split(" | "):
            assert INACTIVE.fullmatch(cell), line


@given(st.text(max_size=60))
@settings(max_examples=200)
def test_any_message_stays_in_its_cell_and_says_the_same(message: str) -> None:
    finding = replace(BARE, message=message)
    (row,) = rows(render([finding], summarise([finding])))
    assert INACTIVE.fullmatch(row["what"])
    assert row["what"].count("<code>") == row["what"].count("</code>")
    assert plain(row["what"]) == shown(message).replace("`", "")


@pytest.mark.parametrize(
    ("message", "cell"),
    [
        ("`a|b` is *x*", "<code>a&#124;b</code> is &#42;x&#42;"),
        ("ask @team, see #1 and !2", "ask &#64;&#8203;team, see &#35;&#8203;1 and &#33;&#8203;2"),
        ("https://a.example www.b.example", "https:&#8203;//a.example www&#8203;.b.example"),
        (
            "`user@host` `https://a`",
            "<code>user&#64;&#8203;host</code> <code>https:&#8203;//a</code>",
        ),
        (":smile: fd00::1", ":&#8203;smile: fd00::1"),
        ("${VAR}", "<span>&#36;</span>{VAR}"),
        ("one ` only", "one <code> only</code>"),
        ("<b>&amp;</b>", "&#60;b&#62;&#38;&#8203;amp;&#60;/b&#62;"),
    ],
)
def test_what_is_active_becomes_text(talos: Report, message: str, cell: str) -> None:
    finding = replace(talos.findings[0], message=message)
    (row,) = rows(render([finding], summarise([finding])))
    assert row["what"] == cell


def test_details_are_collapsed_and_say_what_to_do(talos: Report) -> None:
    text = render(talos.findings, talos.summary)
    # One for each severity that there is.
    assert text.count("<details>") == text.count("</details>") == 2
    details = text[text.index("<details>") :]
    assert "\n- <code>apps/metallb-addresses.yaml:25:1</code> MLB301\n  - help: name the" in details


def test_a_patch_would_fix_what_is_not_fixed_yet(nothing: Report) -> None:
    counts = summarise([], files=3, fixed=2)
    assert "Fixed 2 problems." in render([], counts)
    assert "Would fix 2 problems." in render([], counts, done=False)


def test_unreadable_files_are_named() -> None:
    unreadable = tuple((f"a|{number}.yaml", "no permission") for number in range(12))
    lines = render([], summarise([], files=12, unreadable=unreadable)).splitlines()
    assert "- <code>a&#124;0.yaml</code> cannot be read: no permission" in lines
    assert lines[-1] == "- and 2 more"


def test_what_does_not_fit_into_a_comment_is_cut_and_said(talos: Report) -> None:
    findings = [
        replace(
            talos.findings[number % 9],
            severity="error" if number == 499 else "warning",
            location=Location(f"f{number}.yaml", Position(1, 1), Position(1, 1)),
        )
        for number in range(500)
    ]
    text = render(findings, summarise(findings, files=500))
    count = len(rows(text))
    assert LIMIT - 2_000 < len(text) <= LIMIT
    assert 0 < count < 500
    assert plain(rows(text)[0]["where"]) == "f499.yaml:1:1", "the worst come first"
    assert "500 problems in 500 files: 1 error, 499 warnings." in text
    assert "\n### 499 warnings\n" in text
    assert text.endswith(
        f"\nShown are {count} of 500 problems: more than 65,536 characters do not fit into a "
        "comment on GitHub.\n"
    )


def test_a_message_that_fits_nowhere_is_left_out(talos: Report) -> None:
    finding = replace(talos.findings[0], message="x" * LIMIT)
    text = render([finding], summarise([finding], files=1))
    assert len(text) < 500
    assert "Shown are 0 of 1 problem:" in text
