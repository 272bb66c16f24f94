"""Splices and how they are put together."""

from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mlblint.text.splices import Occupied, Refusal, Splice, apply, compose, joined, shift


@st.composite
def splices_of(draw, length):
    points = draw(st.lists(st.integers(0, length), max_size=6, unique=True).map(sorted))
    pairs = list(zip(points[::2], points[1::2], strict=False))
    return [Splice(start, end, draw(st.text("xyz", max_size=3))) for start, end in pairs]


@given(st.data())
def test_composed_splices_do_what_one_after_the_other_does(data):
    text = "abcdefghij"
    first = data.draw(splices_of(len(text)))
    middle = apply(text, first)
    second = data.draw(splices_of(len(middle)))
    both = compose(first, second)
    assert apply(text, both) == apply(middle, second)
    assert all(one.end < other.start for one, other in pairwise(both))


def test_apply():
    assert apply("abc", [Splice(0, 1, "x"), Splice(2, 2, "y"), Splice(3, 3, "z")]) == "xbycz"
    with pytest.raises(Refusal, match="overlap"):
        apply("abc", [Splice(0, 2, ""), Splice(1, 3, "")])


@pytest.mark.parametrize(
    ("one", "other", "meet"),
    [
        ((0, 2), (3, 4), False),
        ((0, 2), (2, 4), True),
        ((0, 3), (2, 4), True),
        ((2, 2), (2, 2), True),
        ((5, 9), (6, 7), True),
        ((4, 4), (1, 3), False),
    ],
)
def test_meeting_what_is_occupied(one, other, meet):
    for first, second in ((one, other), (other, one)):
        occupied = Occupied()
        occupied.take([Splice(20, 30, ""), Splice(*first, "x")])
        assert occupied.meets([Splice(11, 12, ""), Splice(*second, "x")]) is meet


def test_joined_keeps_the_order_of_insertions_at_one_place():
    assert joined([Splice(3, 3, "b"), Splice(1, 2, "a"), Splice(3, 4, "a")]) == [
        Splice(1, 2, "a"),
        Splice(3, 4, "ba"),
    ]


def test_shift():
    assert shift([Splice(1, 2, "a")], 5) == (Splice(6, 7, "a"),)
