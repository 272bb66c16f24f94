"""Edits of YAML inside block scalars are made in the lines of the file around it."""

from __future__ import annotations

import pytest

from mlblint.text.documents import embedded
from mlblint.text.edits import Append, Insert, Remove, RenameKey, Set
from mlblint.text.places import Place
from mlblint.text.splices import Refusal


@pytest.mark.parametrize(
    ("before", "after"),
    [
        pytest.param("v: |\n  a: 1\n", 'v: |\n  a: 1\n  w: "1"\n', id="literal"),
        pytest.param("v: |-\n  a: 1\n", 'v: |-\n  a: 1\n  w: "1"\n', id="stripped"),
        pytest.param("v: |+\n  a: 1\n\n\n", 'v: |+\n  a: 1\n  w: "1"\n\n\n', id="kept"),
        pytest.param("v: |2\n  a: 1\n", 'v: |2\n  a: 1\n  w: "1"\n', id="explicit indentation"),
        pytest.param("v: | # c\n    a: 1\n", 'v: | # c\n    a: 1\n    w: "1"\n', id="comment"),
        pytest.param("v: |\n  a: 1", 'v: |\n  a: 1\n  w: "1"', id="no final newline"),
        pytest.param("v: |\r\n  a: 1\r\n", 'v: |\r\n  a: 1\r\n  w: "1"\r\n', id="CRLF"),
        pytest.param("v: |\n  a: 1\n\nz: 1\n", 'v: |\n  a: 1\n  w: "1"\n\nz: 1\n', id="blank"),
        pytest.param("v: |\n  a: 1\n  # c\n", 'v: |\n  a: 1\n  # c\n  w: "1"\n', id="its comment"),
        pytest.param("v: |\n  a: 1\n# c\nz: 1\n", 'v: |\n  a: 1\n  w: "1"\n# c\nz: 1\n', id="host"),
        pytest.param("v: |\n  {a: 1}\n", 'v: |\n  {a: 1, w: "1"}\n', id="flow"),
        pytest.param("v: |\n  ---\n  a: 1\n", 'v: |\n  ---\n  a: 1\n  w: "1"\n', id="separator"),
    ],
)
def test_insert(edited, inside, before, after):
    assert edited(before, lambda root: Insert(inside(root, "v"), "w", "1")) == after


def test_blank_lines_with_blanks_in_them_stay_as_they_are(edited, inside):
    before = "v: |\n  a:\n    x: 1\n \n  b: 2\n"
    after = "v: |\n  a:\n    x: 1\n    k: v\n \n  b: 2\n"
    assert edited(before, lambda root: Insert(inside(root, "v") / "a", "k", "v")) == after


def test_every_operation(edited, inside):
    before = "v: |\n    a: 1 # c\n    # own\n    b: 2\n    l:\n    - x\n    k: old\nz: 1\n"
    after = "v: |\n    a2: 1 # c\n    l:\n    - x\n    - p: q\n      r: s\n    k: new\nz: 1\n"

    def make(root):
        values = inside(root, "v")
        return [
            RenameKey(values / "a", "a2"),
            Remove(values / "b"),
            Append(values / "l", {"p": "q", "r": "s"}),
            Set(values / "k", "new"),
        ]

    assert edited(before, make) == after


def test_the_document_and_what_is_inside_it_in_one_fix(edited, inside):
    def make(root):
        return Insert(root, "z", 1), Insert(inside(root, "v"), "w", 1), Remove(root / "a")

    assert edited("a: 1\nv: |\n  b: 1\n", make) == "v: |\n  b: 1\n  w: 1\nz: 1\n"


def test_two_levels(edited):
    before = "v: |\n  u: |-\n    a: 1\n\n    # c\n    b: 2\n  t: 1\n"
    after = "v: |\n  u: |-\n    a: 1\n\n    # c\n    b: 2\n    w:\n      - x\n  t: 1\n"

    def make(root):
        (first,) = embedded(root.document, ("v",))
        (second,) = embedded(first, ("u",))
        return Insert(Place(second), "w", ["x"])

    assert edited(before, make) == after


def test_the_second_document_inside_a_scalar(edited):
    before = "v: |\n  a: 1\n  ---\n  b: 1\n"
    make = lambda root: Insert(Place(list(embedded(root.document, ("v",)))[1]), "w", 1)  # noqa: E731
    assert edited(before, make) == before + "  w: 1\n"


@pytest.mark.parametrize(
    ("before", "reason"),
    [
        ("v: >\n  a: 1\n", "folded"),
        ('v: "a: 1\\n"\n', "double-quoted"),
        ("v: 'a: 1\n\n  b: 2'\n", "single-quoted"),
        ("x: &v |\n  a: 1\nv: *v\n", "alias"),
        ("v: &v |\n  a: 1\nx: *v\n", "used elsewhere"),
    ],
)
def test_what_cannot_be_traced_back_is_refused(edited, inside, before, reason):
    with pytest.raises(Refusal, match=reason):
        edited(before, lambda root: Insert(inside(root, "v"), "w", 1))
