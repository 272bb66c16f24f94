"""What is not edited, and the sentence that a finding shows for it."""

from __future__ import annotations

import pytest

from mlblint.text.edits import Append, Insert, Remove, RenameKey, ReplacePart, Set
from mlblint.text.places import Place
from mlblint.text.splices import Refusal


@pytest.mark.parametrize(
    ("before", "make", "reason"),
    [
        (
            "a: &x {k: 1}\nb: *x\n",
            lambda root: Set(root / "b" / "k", 2),
            "b is the alias *x: an edit below it would change everything that uses its anchor",
        ),
        (
            "a: &x {k: 1}\nb: *x\n",
            lambda root: Set(root / "a" / "k", 2),
            "the anchor &x is used elsewhere: the edit would show there",
        ),
        (
            "a: &x 1\nb: *x\n",
            lambda root: Remove(root / "a"),
            "the anchor &x is used elsewhere and cannot be removed",
        ),
        (
            "a: &x 1\nb: *x\n",
            lambda root: Set(root / "a", 2),
            "the anchor &x is used elsewhere and cannot be removed",
        ),
        (
            "&x a: 1\nb: *x\n",
            lambda root: RenameKey(root / "a", "c"),
            "the anchor &x is used elsewhere: the edit would show there",
        ),
        (
            "a: &x {k: 1}\nb: {<<: *x}\n",
            lambda root: Set(root / "b" / "k", 2),
            "b.k comes from a merge key (<<), it is not written there",
        ),
        (
            "a: &x {k: 1}\nb: {<<: *x}\n",
            lambda root: Insert(root / "b", "k", 2),
            "b.k would override the value that a merge key (<<) brings",
        ),
        (
            "a: &x {k: 1}\nb: {<<: *x, k: 2}\n",
            lambda root: Remove(root / "b" / "k"),
            "b.k would get the value that a merge key (<<) brings",
        ),
        ("a: {<<: {b: 1}}\n", lambda root: Remove(root / "a" / "<<"), "<< is a merge key"),
        (
            "a: !vault x\n",
            lambda root: Set(root / "a", "y"),
            "the tag !vault is unknown: what it makes of the value cannot be told",
        ),
        (
            "a: !merge {b: 1}\n",
            lambda root: Insert(root / "a", "c", 1),
            "the tag !merge is unknown: what it makes of the value cannot be told",
        ),
        (
            "a: ${IP}\n",
            lambda root: Set(root / "a", "y"),
            "the value is filled in by a template or a variable",
        ),
        (
            "a: x-{{ .b }}\n",
            lambda root: ReplacePart(Place(root.document, ("a",), part=(2, 8)), "y"),
            "the value is filled in by a template or a variable",
        ),
        ("a: 1\n", lambda root: Insert(root, "a", 2), "a is there already"),
        ("a: 1\n", lambda root: RenameKey(root / "a", "a"), "a is there already"),
        ("a: 1\na: 2\n", lambda root: Remove(root / "a"), "a stands twice in one mapping"),
        ("a: 1\n", lambda root: Set(root / "b", 2), "b is not there"),
        ("a: []\n", lambda root: Set(root / "a" / 0, 2), "a[0] is not there"),
        ("a: 1\n", lambda root: Insert(root / "a", "b", 2), "a is no mapping"),
        ("a: 1\n", lambda root: Append(root / "a", 2), "a is no list"),
        ("a: [1]\n", lambda root: RenameKey(root / "a" / 0, "b"), "has no key that could be"),
        ("a: 1\n", lambda root: Remove(root), "the whole document cannot be removed"),
        ("a: 1\n", lambda root: ReplacePart(root / "a", "b"), "a is no string"),
        (
            "a:\n- 1 # c\n- 2\n",
            lambda root: Set(root / "a", "x"),
            "comments stand inside the value",
        ),
        ("? a\n: 1\n", lambda root: Remove(root / "a"), "keys are written with `?` here"),
        (
            "on: 1\n",
            lambda root: Set(root / "on", 2),
            "the key on is read as true",
        ),
        ("{a: b}: 1\nc: 2\n", lambda root: Remove(root / "c"), "a key that is itself a mapping"),
        (
            "a: >\n  x y\n",
            lambda root: ReplacePart(Place(root.document, ("a",), part=(0, 1)), "z"),
            "the text stands in a block scalar whose lines cannot be traced back",
        ),
    ],
)
def test_refusal(edited, before, make, reason):
    with pytest.raises(Refusal) as refusal:
        edited(before, make)
    assert reason in refusal.value.reason


def test_an_anchor_that_is_defined_again_is_another_anchor(edited):
    """Legal YAML, and real: aliases mean the definition last before them."""
    before = "a: &x 1\nb: &x 2\nc: *x\n"
    assert edited(before, lambda root: Set(root / "a", 3)) == "a: 3\nb: &x 2\nc: *x\n"
    with pytest.raises(Refusal, match="used elsewhere"):
        edited(before, lambda root: Set(root / "b", 3))


def test_an_alias_itself_may_be_replaced_or_removed(edited):
    before = "a: &x 1\nb: *x\nc: *x\n"
    assert edited(before, lambda root: Set(root / "b", 3)) == "a: &x 1\nb: 3\nc: *x\n"
    assert edited(before, lambda root: Remove(root / "b")) == "a: &x 1\nc: *x\n"
    assert edited(before, lambda root: RenameKey(root / "b", "d")) == "a: &x 1\nd: *x\nc: *x\n"


def test_edits_beside_anchors_and_merge_keys_are_made(edited):
    before = "a: &x\n  k: 1\nb:\n  <<: *x\n  m: 1\n"
    assert edited(before, lambda root: Insert(root / "b", "o", 2)) == before + "  o: 2\n"


def test_two_edits_that_contradict_one_another(edited):
    make = lambda root: [Remove(root / "a"), RenameKey(root / "a" / "b", "c")]  # noqa: E731
    with pytest.raises(Refusal):
        edited("a: {b: 1}\nd: 1\n", make)
