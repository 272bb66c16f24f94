"""Label selectors against every set of labels of a small world."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from itertools import product
from typing import Any

from fuzz.choices import Choices, seed
from fuzz.seeds import manifests
from mlblint.repo.label_selectors import OPERATORS, canonical, faults, pinned, share_node
from mlblint.repo.resources import selects
from mlblint.text.documents import Document, documents
from mlblint.text.scalars import TooManyValuesError
from mlblint.text.source import NotTextError, Source

KEYS, VALUES = ("a", "b"), ("x", "y", "z")
WORLD: tuple[Mapping[str, Any], ...] = tuple(
    {key: value for key, value in zip(KEYS, chosen, strict=True) if value}
    for chosen in product(("", *VALUES), repeat=len(KEYS))
)
DECISIONS = 64


def seeds() -> Iterator[bytes]:
    for number in range(64):
        decisions = bytes((number * 31 + at * (number % 7 + 1)) % 256 for at in range(DECISIONS))
        yield decisions + b"matchLabels: {a/b: x}\nmatchExpressions: [{key: a, operator: In}]\n"
    for data in manifests():
        if b"match" in data:
            yield seed(b"").ljust(DECISIONS, b"\0") + data


def check(data: bytes) -> None:
    choices = Choices(data, DECISIONS)
    left = [_selector(choices) for _ in range(choices.number(3))]
    right = [_selector(choices) for _ in range(choices.number(3))]
    both = [labels for labels in WORLD if _selected(left, labels) and _selected(right, labels)]
    assert share_node(left, right, WORLD) == bool(both)
    assert share_node(left, right, ()) is not False or not both
    fixed = pinned(left)
    if fixed is not None:
        key, values = fixed
        assert all(labels.get(key) in values for labels in WORLD if _selected(left, labels))
    for selector in left:
        assert canonical(selector) == canonical(selector)
        assert [one for one in faults(selector) if one.path[0] == "matchLabels"] == []
    _anything(choices.rest)


def _selected(selectors: list[dict[str, Any]], labels: Mapping[str, Any]) -> bool:
    return not selectors or any(_matches(one, labels) for one in selectors)


def _matches(selector: dict[str, Any], labels: Mapping[str, Any]) -> bool:
    """Written anew from Kubernetes' documentation."""
    expected = all(labels.get(k) == v for k, v in selector["matchLabels"].items())
    for one in selector["matchExpressions"]:
        here, among = one["key"] in labels, labels.get(one["key"]) in one["values"]
        answer = {"In": here and among, "NotIn": not (here and among), "Exists": here}
        expected = expected and answer.get(one["operator"], not here)
    assert selects(selector, labels) == expected
    return expected


def _selector(choices: Choices) -> dict[str, Any]:
    labels = {choices.among(KEYS): choices.among(VALUES) for _ in range(choices.number(2))}
    expressions = [
        {
            "key": choices.among(KEYS),
            "operator": choices.among(OPERATORS),
            "values": [choices.among(VALUES) for _ in range(1 + choices.number(2))],
        }
        for _ in range(choices.number(3))
    ]
    return {"matchLabels": labels, "matchExpressions": expressions}


def _anything(text: bytes) -> None:
    """Whatever stands where a selector is expected, in somebody's file."""
    try:
        source = Source.from_bytes("x.yaml", text)
        found = [one.data for one in documents(source) if isinstance(one, Document)]
    except (NotTextError, TooManyValuesError):
        return
    for value in found:
        for fault in faults(value):
            assert fault.message
        canonical(value)
        share_node([value], found, ())
        share_node([value], found, WORLD)
        pinned(found)
