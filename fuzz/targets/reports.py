"""Every report is read back by a parser of its format, whatever the findings say."""

from __future__ import annotations

import html
import json
import re
from collections.abc import Callable, Iterator
from functools import cache
from typing import Any
from xml.etree import ElementTree

from jsonschema import Draft202012Validator

from fuzz.choices import Choices, seed
from mlblint.cards import Card, built_in_cards
from mlblint.findings import SEVERITIES, Finding, Fix, Location, Related, Subject
from mlblint.package_data import data_folder
from mlblint.report.formats import WRITERS, Report
from mlblint.report.harmless import shown
from mlblint.report.markdown import LIMIT
from mlblint.report.summary import summarise
from mlblint.report.terminal import printable
from mlblint.report.text import Style, concise, full, grouped
from mlblint.text.documents import Document, documents
from mlblint.text.edits import Insert, Set
from mlblint.text.places import Place
from mlblint.text.source import Position, Source

TEXTS = (
    *("plain", "a\n::set-output name=x::y", "::add-mask::y", "##[add-matcher]x", "##vso[task]b"),
    *("</testcase><testcase/>", "]]><x>", "a|b", "`a``b", "<script>alert(1)</script>"),
    *("\x1b[31mred\x1b[0m\x07", "\x9b31m\x7f", "\u202egnp", "caf\udce9", "\ufffe\uffff\x01"),
    *("@team #1 !2 :smile: https://example.com", "[x](javascript:alert(1))", "%0A::stop::x"),
    *("a,b:c%d=e", "$x$ **b** _i_", "\r\n# heading", "&lt;b&gt; & \"'\\", "Größe 日本", "\u2028"),
)
LONGEST = 500
"""Bytes of a text: longer ones reach nothing new, and take their time in every format."""
_TAG = re.compile(r"<[^>]*>")
_OURS = {"<details>", "</details>", "<summary>", "</summary>", "<code>", "</code>"} | {
    "<span>",
    "</span>",
}
_CUT = re.compile(r"^Shown are (\d+) of ", re.MULTILINE)
_COMMAND = re.compile(r"\s*::[A-Za-z]")
_OWN_COMMAND = re.compile(r"::(error|warning|notice) file=")


def seeds() -> Iterator[bytes]:
    for number, text in enumerate(TEXTS):
        yield seed(text, number % 3, number % 2, number % 5)
    yield seed("|".join(TEXTS))


def check(data: bytes) -> None:
    choices = Choices(data)
    text = choices.rest[:LONGEST].decode("utf-8", "surrogateescape") or "nothing"
    findings = tuple(_finding(choices, text, number) for number in range(1 + choices.number(3)))
    sources = {one.location.path: _document(one.location.path).source for one in findings}
    counts = summarise(findings, files=2, unreadable=((f"r{text}", f"because {text}"),))
    report = Report(findings, counts, _cards(), sources.get)
    for form, parsed in READERS.items():
        written = WRITERS[form](report)
        assert all(printable(line) == line for line in written.split("\n")), form
        assert not re.search(r"##\w*\[", written), form
        written.encode()
        parsed(written, report)
        for line in written.splitlines() if form != "github" else ():
            assert not _COMMAND.match(line), form
    for lines in (
        full(findings, sources.get, Style()),
        concise(findings, Style()),
        grouped(findings, Style()),
    ):
        assert all(printable(line) == line for line in lines)


@cache
def _cards() -> tuple[Card, ...]:
    """The cards of all rules say the same in every report."""
    return tuple(card for card in built_in_cards() if card.id == "MLB301")


def _finding(choices: Choices, text: str, number: int) -> Finding:
    path = f"r{text[: choices.number(20)].replace('/', '_')}/x{number}.yaml"
    place = Place(_document(path))
    value = text.encode("utf-8", "replace").decode()
    start = Position(1 + choices.number(3), 1 + choices.number(3))
    location = Location(path, start, max(start, Position(1 + choices.number(3), 1)))
    return Finding(
        rule="MLB301",
        name="l2-interfaces-missing",
        severity=choices.among(SEVERITIES),
        judges="reachability",
        message=text,
        help=f"{text} is no help",
        location=location,
        subject=Subject("v1", f"Kind{text}", text or None, f"name{text}", text or None),
        related=(Related(location, f"see {text}"),),
        fingerprint=f"{number:032}",
        fix=Fix(f"mend {text}", (Set(place / "a", value), Insert(place / "b", "d", 2))),
        unfixable=None,
    )


def _document(path: str) -> Document:
    (document,) = documents(Source.from_bytes(path, "a: ü\nb:\n  c: 1 # <x>\n".encode()))
    assert isinstance(document, Document)
    return document


# --- readers ---------------------------------------------------------------------------------


@cache
def _validator(name: str) -> Draft202012Validator:
    schema = json.loads((data_folder("schemas") / name).read_text("utf-8"))
    return Draft202012Validator(schema)


def _json(text: str, report: Report) -> None:
    data = json.loads(text)
    _validator("report.json").validate(data)
    said = [one["message"] for one in data["findings"]]
    assert sorted(said) == sorted(_in_utf16(one.message) for one in report.findings)


def _in_utf16(text: str) -> str:
    value: str = json.loads(json.dumps(text))
    return value


def _sarif(text: str, report: Report) -> None:
    data = json.loads(text)
    _validator("sarif-subset.json").validate(data)
    assert len(data["runs"][0]["results"]) == len(report.findings)


def _junit(text: str, report: Report) -> None:
    root = ElementTree.fromstring(text.encode())
    failures = [one.attrib["message"] for one in root.iter("failure")]
    assert sorted(failures) == sorted(shown(one.message) for one in report.findings)


def _checkstyle(text: str, report: Report) -> None:
    root = ElementTree.fromstring(text.encode())
    assert len(list(root.iter("error"))) >= len(report.findings)
    assert {child.tag for child in root} <= {"file"}


def _rdjson(text: str, report: Report) -> None:
    data = json.loads(text)
    assert len(data["diagnostics"]) == len(report.findings)


def _gitlab(text: str, report: Report) -> None:
    data: list[dict[str, Any]] = json.loads(text)
    assert len(data) >= len(report.findings)


def _github(text: str, report: Report) -> None:
    lines = text.split("\n")[:-1]
    assert len(lines) == len(report.findings)
    for line, finding in zip(lines, report.findings, strict=True):
        assert _OWN_COMMAND.match(line), line
        message = line[2:].partition("::")[2].split("%0A")[0]
        for code, character in (("%0D", "\r"), ("%0A", "\n"), ("%25", "%")):
            message = message.replace(code, character)
        assert message == shown(finding.message)


def _markdown(text: str, report: Report) -> None:
    assert set(_TAG.findall(text)) <= _OURS
    rows = [line for line in text.split("\n") if line.startswith("| <code>")]
    cut = _CUT.search(text)
    assert len(text) <= LIMIT
    assert len(rows) == (int(cut[1]) if cut else len(report.findings))
    if cut:
        return
    said = {html.unescape(_TAG.sub("", row)).replace("\u200b", "") for row in rows}
    for finding in report.findings:
        wanted = shown(finding.message).replace("`", "").replace("\u200b", "")
        assert any(wanted in row for row in said)


READERS: dict[str, Callable[[str, Report], None]] = {
    "json": _json,
    "sarif": _sarif,
    "junit": _junit,
    "checkstyle": _checkstyle,
    "rdjson": _rdjson,
    "gitlab": _gitlab,
    "github": _github,
    "markdown": _markdown,
}
