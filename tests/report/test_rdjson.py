"""Reviewdog's diagnostic format, by the rules of its definition (reviewdog.proto)."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

from jsonschema import Draft202012Validator

from mlblint.findings import Finding, Fix, Location
from mlblint.fixing import plans
from mlblint.report.formats import Report
from mlblint.report.rdjson import render
from mlblint.report.summary import summarise
from mlblint.text.documents import Document, documents
from mlblint.text.edits import Edit, RenameKey, Set
from mlblint.text.places import Place
from mlblint.text.source import Position, Source
from mlblint.text.splices import apply

_POSITION = {
    "type": "object",
    "required": ["line"],
    "properties": {key: {"type": "integer", "minimum": 1} for key in ("line", "column")},
    "additionalProperties": False,
}
_RANGE = {
    "type": "object",
    "required": ["start", "end"],
    "properties": {"start": _POSITION, "end": _POSITION},
    "additionalProperties": False,
}
SCHEMA = {
    "type": "object",
    "required": ["source", "diagnostics"],
    "properties": {
        "source": {"const": {"name": "mlblint"}},
        "diagnostics": {
            "type": "array",
            "items": {
                "type": "object",
                "required": ["message", "location", "severity", "code", "suggestions"],
                "properties": {
                    "message": {"type": "string", "minLength": 1},
                    "location": {
                        "type": "object",
                        "required": ["path", "range"],
                        "properties": {"path": {"type": "string"}, "range": _RANGE},
                        "additionalProperties": False,
                    },
                    "severity": {"enum": ["ERROR", "WARNING", "INFO"]},
                    "code": {
                        "type": "object",
                        "required": ["value"],
                        "properties": {"value": {"type": "string"}},
                        "additionalProperties": False,
                    },
                    "suggestions": {
                        "type": "array",
                        "items": {
                            "type": "object",
                            "required": ["range", "text"],
                            "properties": {"range": _RANGE, "text": {"type": "string"}},
                            "additionalProperties": False,
                        },
                    },
                },
                "additionalProperties": False,
            },
        },
    },
    "additionalProperties": False,
}

TEXT = "a: ü\nü𐐀: {b: 1, c: ö}\nd: 2\n"


def diagnostics(report: Report) -> list[dict[str, Any]]:
    result = json.loads(render(report.findings, report.sources))
    Draft202012Validator(SCHEMA).validate(result)
    found: list[dict[str, Any]] = result["diagnostics"]
    return found


def suggested(data: bytes, suggestion: dict[str, Any]) -> bytes:
    """The file with the suggestion taken: lines end with LF, columns count bytes."""
    lines = data.split(b"\n")
    start, end = (
        sum(len(line) + 1 for line in lines[: at["line"] - 1]) + at["column"] - 1
        for at in (suggestion["range"]["start"], suggestion["range"]["end"])
    )
    text: str = suggestion["text"]
    return data[:start] + text.encode() + data[end:]


def root(path: str, data: bytes) -> Place:
    (document,) = documents(Source.from_bytes(path, data))
    assert isinstance(document, Document)
    return Place(document)


def with_fix(finding: Finding, *edits: Edit) -> Report:
    source = edits[0].place.document.source
    location = Location(source.path, Position(1, 1), Position(1, 2))
    mended = replace(finding, location=location, fix=Fix("mend it", edits), related=())
    return Report((mended,), summarise([mended]), sources={source.path: source}.get)


def test_nothing_found_is_no_diagnostic(nothing: Report) -> None:
    assert diagnostics(nothing) == []


def test_every_finding_is_a_diagnostic(talos: Report, hostile: Report) -> None:
    for report in (talos, hostile):
        for one, finding in zip(diagnostics(report), report.findings, strict=True):
            assert one["code"] == {"value": finding.rule}
            assert one["severity"] == finding.severity.upper()
            assert one["location"]["range"]["start"]["line"] == finding.location.start.line


def test_columns_count_bytes(talos: Report) -> None:
    source = Source.from_bytes("a.yaml", TEXT.encode())
    location = Location("a.yaml", Position(2, 2), Position(2, 3))
    finding = replace(talos.findings[0], location=location, fix=None)
    (one,) = diagnostics(replace(talos, findings=(finding,), sources=lambda path: source))
    assert one["location"]["range"] == {
        "start": {"line": 2, "column": 3},
        "end": {"line": 2, "column": 7},
    }
    (one,) = diagnostics(replace(talos, findings=(finding,), sources=lambda path: None))
    assert one["location"]["range"] == {"start": {"line": 2}, "end": {"line": 2}}


def test_a_byte_order_mark_is_part_of_the_first_line(talos: Report) -> None:
    data = b"\xef\xbb\xbf" + TEXT.encode()
    place = root("a.yaml", data)
    (one,) = diagnostics(with_fix(talos.findings[0], Set(place / "a", "x")))
    (suggestion,) = one["suggestions"]
    assert suggested(data, suggestion) == data.replace("a: ü".encode(), b"a: x")


def test_the_suggestion_is_the_whole_fix(talos: Report) -> None:
    place = root("a.yaml", TEXT.encode())
    edits = (RenameKey(place / "ü𐐀" / "b", "x"), Set(place / "d", 3), Set(place / "ü𐐀" / "c", "é"))
    (one,) = diagnostics(with_fix(talos.findings[0], *edits))
    (suggestion,) = one["suggestions"]
    assert suggested(TEXT.encode(), suggestion).decode() == "a: ü\nü𐐀: {x: 1, c: é}\nd: 3\n"


def test_a_fix_of_several_files_is_no_suggestion(talos: Report) -> None:
    here, there = root("a.yaml", b"a: 1\n"), root("b.yaml", b"b: 1\n")
    finding = talos.findings[0]
    (one,) = diagnostics(with_fix(finding, Set(here / "a", 2), Set(there / "b", 2)))
    assert one["suggestions"] == []


def test_each_suggestion_on_a_real_repository_makes_the_fix(talos: Report) -> None:
    for one, finding in zip(diagnostics(talos), talos.findings, strict=True):
        assert finding.fix
        ((path, file),) = plans(finding.fix).items()
        (suggestion,) = one["suggestions"]
        fixed = apply(file.source.text, file.splices).encode()
        assert (path, suggested(file.source.data, suggestion)) == (finding.location.path, fixed)
