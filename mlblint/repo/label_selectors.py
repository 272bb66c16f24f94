"""Kubernetes' label selectors: what the API machinery refuses, and what two have in common."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from mlblint.records import dataclass
from mlblint.repo.resources import is_opaque, items, mapping, selects, text
from mlblint.text.nodes import Path

OPERATORS = ("In", "NotIn", "Exists", "DoesNotExist")

_NAME = re.compile(r"([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9]")
_PREFIX = re.compile(r"[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*")
_LONGEST, _LONGEST_PREFIX = 63, 253


@dataclass(frozen=True)
class SelectorFault:
    """`path` is seen from the selector; `value` is the label value at fault, if it is one."""

    path: Path
    message: str
    value: str | None = None


def faults(selector: object) -> Iterator[SelectorFault]:
    """What `LabelSelectorAsSelector` stumbles over (apimachinery
    pkg/apis/meta/v1/helpers.go and pkg/labels/selector.go, `NewRequirement`, @v0.34.1). Values
    of the wrong JSON type are the schema's business."""
    selector = mapping(selector)
    for key, value in mapping(selector.get("matchLabels")).items():
        yield from _key_faults(key, ("matchLabels", key))
        yield from _value_faults(value, ("matchLabels", key))
    for index, expression in enumerate(items(selector.get("matchExpressions"))):
        if isinstance(expression, Mapping):
            yield from _expression_faults(expression, ("matchExpressions", index))


def _expression_faults(expression: Mapping[str, Any], at: Path) -> Iterator[SelectorFault]:
    operator, values = expression.get("operator"), items(expression.get("values"))
    if is_opaque(operator) or any(map(is_opaque, values)):
        return
    if isinstance(operator, str) and operator not in OPERATORS:
        expected = ", ".join(OPERATORS)
        yield SelectorFault(
            (*at, "operator"), f"`{operator}` is no operator of label selectors ({expected})"
        )
    elif operator in ("In", "NotIn") and not values:
        yield SelectorFault((*at, "values"), f"the operator `{operator}` needs values")
    elif operator in ("Exists", "DoesNotExist") and values:
        yield SelectorFault((*at, "values"), f"the operator `{operator}` takes no values")
    if isinstance(expression.get("key"), str):
        yield from _key_faults(expression["key"], (*at, "key"))
    for index, value in enumerate(values):
        yield from _value_faults(value, (*at, "values", index))


def _key_faults(key: str, at: Path) -> Iterator[SelectorFault]:
    """apimachinery pkg/util/validation/validation.go, `IsQualifiedName`."""
    if is_opaque(key):
        return
    *prefixes, name = key.split("/")
    if len(prefixes) > 1:
        yield SelectorFault(at, f"`{key}` is no label key: it has more than one slash")
    elif any(len(p) > _LONGEST_PREFIX or not _PREFIX.fullmatch(p) for p in prefixes):
        yield SelectorFault(at, f"`{key}` is no label key: what stands before `/` is no DNS name")
    elif len(name) > _LONGEST or not _NAME.fullmatch(name):
        yield SelectorFault(at, f"`{key}` is no label key")


def _value_faults(value: object, at: Path) -> Iterator[SelectorFault]:
    if not isinstance(value, str) or is_opaque(value) or not value:
        return
    if len(value) > _LONGEST:
        yield SelectorFault(at, f"`{value}` is longer than {_LONGEST} characters", value)
    elif not _NAME.fullmatch(value):
        yield SelectorFault(
            at,
            f"`{value}` is no label value, which consists of letters, digits, `-`, `_` and `.`, "
            "and begins and ends with a letter or digit",
            value,
        )


Canonical = tuple[tuple[tuple[str, str], ...], tuple[tuple[str, str, tuple[str, ...]], ...]]


def canonical(selector: object) -> Canonical:
    """Equal for selectors that MetalLB takes for duplicates: it sorts the values, but not the
    expressions (metallb internal/config/config.go@v0.16.1, `validateLabelSelectorDuplicate`)."""
    selector = mapping(selector)
    labels = mapping(selector.get("matchLabels"))
    return (
        tuple(sorted((key, str(value)) for key, value in labels.items())),
        tuple(
            (
                text(mapping(e).get("key")),
                text(mapping(e).get("operator")),
                tuple(sorted(map(str, items(mapping(e).get("values"))))),
            )
            for e in items(selector.get("matchExpressions"))
        ),
    )


def share_node(
    left: Sequence[object], right: Sequence[object], nodes: Sequence[Mapping[str, Any]]
) -> bool | None:
    """Whether some node is selected by both lists, in each of which one selector is enough and
    none means every node. `nodes` are the labels of the nodes, if they are known. Without
    them, None where it depends on the nodes."""
    if nodes:
        return any(_selected(left, labels) and _selected(right, labels) for labels in nodes)
    if not left or not right:
        return True
    pairs = [(canonical(a), canonical(b)) for a in left for b in right]
    if any(a == b for a, b in pairs):
        return True
    return False if all(_disjoint(a, b) for a, b in pairs) else None


def pinned(selectors: Sequence[object]) -> tuple[str, frozenset[str]] | None:
    """A label that everything selected has, and the values one of which it must have: lists of
    selectors that pin one label to different values have nothing in common."""
    wanted = [_wanted(canonical(one)) for one in selectors]
    if not wanted:
        return None
    common = set.intersection(*map(set, wanted))
    key = min(common, key=lambda k: (len({v for one in wanted for v in one[k]}), k), default=None)
    return (key, frozenset().union(*(one[key] for one in wanted))) if key is not None else None


def _selected(selectors: Sequence[object], labels: Mapping[str, Any]) -> bool:
    return not selectors or any(selects(one, labels) for one in selectors)


def _disjoint(left: Canonical, right: Canonical) -> bool:
    """Whether no object satisfies both, whatever labels there are."""
    wanted, also = _wanted(left), _wanted(right)
    return any(wanted[key].isdisjoint(also[key]) for key in wanted.keys() & also.keys())


def _wanted(selector: Canonical) -> dict[str, frozenset[str]]:
    """The values that a key may have, where they are listed."""
    labels, expressions = selector
    found = {key: frozenset([value]) for key, value in labels if not is_opaque(value)}
    for key, operator, values in expressions:
        if operator == "In" and not any(map(is_opaque, values)):
            found[key] = found.get(key, frozenset(values)) & frozenset(values)
    return found
