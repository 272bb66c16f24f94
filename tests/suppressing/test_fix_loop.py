"""Suppressed findings in the loop that makes fixes."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from mlblint.findings import Finding, Fix, Location, Suppression
from mlblint.fixing import SUPPRESSED, fix
from mlblint.text.documents import Document, documents
from mlblint.text.edits import Edit, Set
from mlblint.text.places import Place, positions
from mlblint.text.source import Source

HIDDEN = Suppression("comment", "known")


def root(state: Mapping[str, bytes]) -> Place:
    source = Source.from_bytes("x.yaml", state.get("x.yaml", b"a: 1\nb: 1\n"))
    (document,) = documents(source)
    assert isinstance(document, Document)
    return Place(document)


def finding(place: Place, *edits: Edit, suppression: Suppression | None = None) -> Finding:
    name = str(place.path[-1])
    return Finding(
        rule="X1",
        name=name,
        severity="warning",
        judges="style",
        message=name,
        help="",
        location=Location("x.yaml", *positions(place)),
        subject=None,
        related=(),
        fingerprint=name,
        fix=Fix("mend it", edits) if edits else None,
        unfixable=None,
        suppression=suppression,
    )


def test_a_suppressed_finding_is_left_alone_and_says_so() -> None:
    def lint(state: Mapping[str, bytes]) -> list[Finding]:
        place = root(state) / "a"
        return [finding(place, Set(place, 2), suppression=HIDDEN)]

    result = fix(lint)
    assert result.changes == ()
    assert [one.unfixable for one in result.remaining] == [SUPPRESSED]


def test_a_fix_that_brings_a_hidden_finding_to_light_is_taken_back() -> None:
    def lint(state: Mapping[str, bytes]) -> list[Finding]:
        top = root(state)
        is_fixed = top.document.data["a"] == 2
        found = [finding(top / "b", suppression=None if is_fixed else HIDDEN)]
        return found if is_fixed else [finding(top / "a", Set(top / "a", 2)), *found]

    result = fix(lint)
    assert result.changes == ()
    assert [one.unfixable for one in result.remaining] == [
        "the fix was taken back: it would lead to X1",
        SUPPRESSED,
    ]


def test_a_fix_that_leads_to_another_hidden_finding_is_taken_back() -> None:
    def lint(state: Mapping[str, bytes]) -> list[Finding]:
        top = root(state)
        if top.document.data["a"] == 2:
            return [finding(top / "b", suppression=HIDDEN)]
        return [finding(top / "a", Set(top / "a", 2))]

    assert fix(lint).changes == ()


def test_a_fix_that_hides_what_was_seen_is_none_that_leads_to_it() -> None:
    def lint(state: Mapping[str, bytes]) -> list[Finding]:
        top = root(state)
        seen = finding(top / "b")
        if top.document.data["a"] == 2:
            return [replace(seen, suppression=HIDDEN)]
        return [finding(top / "a", Set(top / "a", 2)), seen]

    assert [change.new for change in fix(lint).changes] == [b"a: 2\nb: 1\n"]
