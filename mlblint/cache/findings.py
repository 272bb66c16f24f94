"""Findings as JSON has them, and back. The edits of a fix name their documents by file and
place; they are looked up when somebody wants to see or make the fix."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import fields
from datetime import date
from functools import cached_property
from typing import TYPE_CHECKING, Any

from mlblint.findings import Finding, Fix, Location, Related, Subject, Suppression
from mlblint.repo.files import Files
from mlblint.text.source import Position

if TYPE_CHECKING:
    from mlblint.text.documents import Document
    from mlblint.text.edits import Edit
    from mlblint.text.places import Place


def encoded(findings: Iterable[Finding]) -> list[Any]:
    return [_encoded(finding) for finding in findings]


def decoded(findings: Iterable[Any], files: Files) -> tuple[Finding, ...]:
    return tuple(_decoded(one, files) for one in findings)


class RememberedFix(Fix):
    """The edits are what is remembered of them, until they are asked for."""

    def __init__(self, title: str, applicability: Any, edits: Any, files: Files) -> None:
        super().__init__(title, (), applicability)
        del self.edits
        self._remembered = edits
        self._files = files

    @cached_property
    def edits(self) -> tuple[Edit, ...]:
        return tuple(_edit(one, self._files) for one in self._remembered)


def _encoded(finding: Finding) -> dict[str, Any]:
    given = {field.name: getattr(finding, field.name) for field in fields(Finding)}
    subject, fix, suppression = finding.subject, finding.fix, finding.suppression
    return given | {
        "location": _location(finding.location),
        "subject": list(_values(subject)) if subject else None,
        "related": [[_location(one.location), one.message] for one in finding.related],
        "fix": [fix.title, fix.applicability, [_of_edit(e) for e in fix.edits]] if fix else None,
        "suppression": _of_suppression(suppression) if suppression else None,
    }


def _decoded(given: dict[str, Any], files: Files) -> Finding:
    subject, fix, suppression = given["subject"], given["fix"], given["suppression"]
    return Finding(
        **{
            **given,
            "location": _to_location(given["location"]),
            "subject": Subject(*subject) if subject else None,
            "related": tuple(Related(_to_location(at), said) for at, said in given["related"]),
            "fix": RememberedFix(fix[0], fix[1], fix[2], files) if fix else None,
            "suppression": _to_suppression(*suppression) if suppression else None,
        }
    )


def _values(record: Any) -> Iterable[Any]:
    return (getattr(record, field.name) for field in fields(record))


def _location(location: Location) -> list[Any]:
    return [location.path, *location.start, *location.end]


def _to_location(given: list[Any]) -> Location:
    path, line, column, end_line, end_column = given
    return Location(path, Position(line, column), Position(end_line, end_column))


def _of_suppression(one: Suppression) -> list[Any]:
    return [one.by, one.reason, one.until.isoformat() if one.until else None]


def _to_suppression(by: Any, reason: str, until: str | None) -> Suppression:
    return Suppression(by, reason, date.fromisoformat(until) if until else None)


# --- edits -----------------------------------------------------------------------------------


def _of_edit(edit: Edit) -> list[Any]:
    place, *rest = _values(edit)
    return [type(edit).__name__, _of_place(place), rest]


def _edit(given: Any, files: Files) -> Edit:
    from mlblint.text import edits

    name, place, rest = given
    made: Edit = getattr(edits, name)(_place(place, files), *rest)
    return made


def _of_place(place: Place) -> list[Any]:
    _, *rest = _values(place)
    return [_of_document(place.document), *rest]


def _place(given: Any, files: Files) -> Place:
    from mlblint.text.places import Place

    document, path, on_key, part, stretch = given
    return Place(
        _document(document, files),
        tuple(path),
        on_key,
        tuple(part) if part else None,
        tuple(stretch) if stretch else None,
    )


def _of_document(document: Document) -> list[Any]:
    """From the inside out: where a document begins, and in which string it lies."""
    if document.host is None:
        return [document.start, document.source.path]
    return [document.start, document.host.path, _of_document(document.host.document)]


def _document(given: Any, files: Files) -> Document:
    from mlblint.text.documents import Document, embedded

    start, path, *around = given
    if around:
        found = embedded(_document(around[0], files), tuple(path))
        return next(one for one in found if one.start == start)
    for parts in (files.parts(path), files.all_parts(path)):
        for part in parts:
            if part.start == start and isinstance(part, Document):
                return part
    raise LookupError(path)
