"""What the tests of the report formats share: three runs to report."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from mlblint import cli
from mlblint.cards import built_in_cards
from mlblint.config import load
from mlblint.findings import SEVERITIES, Finding, Fix, Location, Related, Subject
from mlblint.pipeline import Request, lint
from mlblint.report.formats import Report
from mlblint.report.summary import summarise
from mlblint.text.documents import Document, documents
from mlblint.text.edits import Insert, Set
from mlblint.text.places import Place
from mlblint.text.source import Position, Source

TALOS = Path(__file__).parents[1] / "fixtures/talos/broken"

NASTY = (
    "a\n::set-output name=x::y",
    "::add-mask::y",
    "##[add-matcher]x",
    "##vso[task.setvariable variable=a]b",
    "</testcase><testcase/>",
    "]]><x>",
    "a|b",
    "`a``b",
    "<script>alert(1)</script>",
    "\x1b[31mred\x1b[0m\x07",
    "\x9b31m\x7f",
    "\u202egnp",
    "caf\udce9",
    "\ud800",
    "\ufffe\uffff\x01\x08",
    "@team #1 !2 ~3 :smile: GH-4 a@example.com https://example.com www.example.com",
    "[x](javascript:alert(1))",
    "%0A::stop-commands::x",
    "a,b:c%d=e",
    "$x$ **b** _i_ ~~s~~",
    "\r\n# heading",
    "&lt;b&gt; & \"'\\",
    "Größe 日本",
)


def place(path: str, text: str) -> Place:
    (document,) = documents(Source.from_bytes(path, text.encode()))
    assert isinstance(document, Document)
    return Place(document)


def hostile_finding(text: str, number: int) -> Finding:
    path = f"{text}/x{number}.yaml"
    root = place(path, "a: ü\nb:\n  c: 1 # <x>\n")
    return Finding(
        rule="MLB301",
        name="l2-interfaces-missing",
        severity=SEVERITIES[number % 3],
        judges="reachability",
        message=f"{text} in the middle {text}",
        help=f"{text} is no help",
        location=Location(path, Position(2, 1), Position(2 + number % 2, 2)),
        subject=Subject("v1", f"Kind{text}", f"ns{text}", f"name{text}", f"cluster{text}"),
        related=(Related(Location(path, Position(1, 1), Position(1, 2)), f"see {text}"),),
        fingerprint="f" * 32,
        fix=Fix(f"mend {text}", (Set(root / "a", "<é>"), Insert(root / "b", "d", 2)), "unsafe"),
        unfixable=None,
    )


def report(*findings: Finding, **counts: object) -> Report:
    sources = {
        edit.place.document.source.path: edit.place.document.source
        for finding in findings
        if finding.fix
        for edit in finding.fix.edits
    }
    return Report(
        findings,
        summarise(findings, **counts),  # type: ignore[arg-type]
        built_in_cards(),
        sources.get,
    )


@pytest.fixture
def nothing() -> Report:
    return report(files=3)


@pytest.fixture
def hostile() -> Report:
    findings = [hostile_finding(text, number) for number, text in enumerate(NASTY)]
    unreadable = tuple((text, f"because {text}") for text in NASTY[:8])
    return report(*findings, files=3, unreadable=unreadable)


@pytest.fixture(scope="session")
def talos() -> Report:
    config = load(TALOS, known_rules={card.id: card.name for card in built_in_cards()})
    result = lint(Request(TALOS, config))
    counts = summarise(result.findings, files=result.files)
    return Report(result.findings, counts, built_in_cards(), result.sources)


@pytest.fixture
def run_on_talos(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[[str], str]:
    """The report of a format, as mlblint writes it for the broken Talos repository."""

    def run(form: str) -> str:
        monkeypatch.chdir(TALOS)
        assert cli.run(["--output-format", form, "--output-file", str(tmp_path / "report")]) == 1
        return (tmp_path / "report").read_bytes().decode()

    return run
