"""Data on its way through patches."""

from __future__ import annotations

from pathlib import Path

from mlblint.repo.traced import ABSENT, Traced
from mlblint.text.documents import Document, documents
from mlblint.text.places import Place
from mlblint.text.source import Source

TEXT = """\
kind: Service
metadata:
  name: web
  labels: {a: "1", b: "2"}
spec:
  ports: [{port: 80}]
"""


def traced(text: str = TEXT, path: str = "service.yaml") -> Traced:
    (document,) = documents(Source.from_text(path, text))
    assert isinstance(document, Document)
    return Traced(document.data, Place(document))


def patch(value: object) -> Traced:
    return Traced(value, traced("x: y\n", "patch.yaml").place / "x")


def file_of(node: Traced | None) -> str:
    assert node is not None
    return Path(node.place.document.source.path).name


def test_what_nothing_touches_has_no_node_of_its_own() -> None:
    root = traced()
    changed = root.put(("metadata", "name"), patch("other"))
    assert isinstance(changed.parts, dict)
    assert list(changed.parts) == ["metadata"]
    assert changed.plain()["spec"] is root.plain()["spec"], "it is the data of the document"


def test_a_changed_field_stays_where_it_stood_and_a_new_one_comes_last() -> None:
    changed = traced().with_field("new", patch("x")).with_field("kind", patch("Pod"))
    assert changed.names == ["kind", "metadata", "spec", "new"]
    assert list(changed.fields) == changed.names
    assert list(changed.plain()) == changed.names


def test_a_field_that_was_taken_away_leaves_what_did_it() -> None:
    at = patch(None).place
    changed = traced().without("spec", at)
    assert changed.get("spec") is None
    assert changed.field("spec") is None
    assert changed.names == ["kind", "metadata"]
    assert "spec" not in changed.plain()
    assert changed.fields["spec"].data is ABSENT
    assert changed.origins() == {("spec",): at}


def test_a_dropped_field_leaves_nothing() -> None:
    changed = traced().with_field("spec", patch("x")).dropping("spec")
    assert changed.names == ["kind", "metadata"]
    assert changed.origins() == {}


def test_origins_are_those_of_changed_parts() -> None:
    changed = traced().put(("metadata", "labels", "a"), patch("3"))
    assert list(changed.origins()) == [("metadata", "labels", "a")]
    assert file_of(changed.at("metadata", "labels", "a")) == "patch.yaml"
    assert file_of(changed.at("metadata", "labels", "b")) == "service.yaml"


def test_a_part_that_moves_is_not_where_the_whole_was_written() -> None:
    root = traced()
    name = root.at("metadata", "name")
    assert name is not None
    assert root.with_field("name", name).origins() == {("name",): name.place}


def test_what_is_unknown_is_found_inside_changed_parts_only() -> None:
    root = traced().put(("spec", "ports", 0, "port"), patch(1).as_unknown())
    assert root.marks()[1] == {("spec", "ports", 0, "port")}
    assert traced().as_unknown().marks()[1] == {()}


def test_fields_are_shared_with_what_a_state_was_made_of() -> None:
    root = traced()
    assert root.with_field("spec", patch("x")).shares(root, "kind", "metadata")
    assert not root.put(("metadata", "name"), patch("x")).shares(root, "kind", "metadata")
    assert not traced().shares(root, "kind")
