"""Things found by their labels: a selector need not be tried on each of them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any, Generic, TypeVar

from mlblint.repo.resources import items, mapping, selects, text

T = TypeVar("T")
_Label = tuple[str, str]


class Labelled(Generic[T]):
    """`things` in their order, each with its labels."""

    def __init__(self, things: Iterable[tuple[Mapping[str, Any], T]]) -> None:
        self._things = list(things)
        self._with: dict[_Label, list[int]] = {}
        for at, (labels, _) in enumerate(self._things):
            for label in labels.items():
                if _is_plain(label):
                    self._with.setdefault(label, []).append(at)

    def selected(self, selector: object) -> Iterator[T]:
        required = required_labels(selector)
        near: Iterable[int] = range(len(self._things))
        if required is not None:
            near = sorted({at for label in required for at in self._with.get(label, ())})
        for at in near:
            labels, thing = self._things[at]
            if selects(selector, labels):
                yield thing


def required_labels(selector: object) -> Sequence[_Label] | None:
    """Labels of which whatever is selected has one; None where the selector names none."""
    for label in mapping(mapping(selector).get("matchLabels")).items():
        if _is_plain(label):
            return [label]
    for expression in map(mapping, items(mapping(selector).get("matchExpressions"))):
        values = items(expression.get("values"))
        listed = [(text(expression.get("key")), value) for value in values]
        if expression.get("operator") == "In" and all(map(_is_plain, listed)):
            return listed
    return None


def _is_plain(label: tuple[object, object]) -> bool:
    """What is no text, Kubernetes refuses; and not all of it can be looked up."""
    return isinstance(label[0], str) and isinstance(label[1], str)
