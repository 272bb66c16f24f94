"""Lists and selectors in which something stands twice, which Kubernetes allows."""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Iterator

from mlblint.repo.label_selectors import canonical
from mlblint.repo.metallb import BGP, L2
from mlblint.repo.resources import is_opaque, items, mapping
from mlblint.repo.validation.configuration import SELECTORS, Configuration, Object, Refusal
from mlblint.text.nodes import Key, Path

_LISTS = {
    BGP: ("ipAddressPools", "communities", "peers"),
    L2: ("ipAddressPools",),
}
_ONCE = "let it stand once"


def refusals(config: Configuration) -> Iterator[Refusal]:
    for kind, fields in _LISTS.items():
        for one in config.of(kind):
            for field in fields:
                yield from _twice_in_list(one, (field,))
    for pool in config.of("IPAddressPool"):
        yield from _twice_in_list(pool, ("serviceAllocation", "namespaces"))
    for kind, paths in SELECTORS.items():
        for one in config.of(kind):
            for path in paths:
                yield from _in_selectors(one, path)


def _twice_in_list(one: Object, path: Path) -> Iterator[Refusal]:
    values = items(one.get(str(path[0]), *path[1:]))
    named = ((i, v) for i, v in enumerate(values) if isinstance(v, str) and not is_opaque(v))
    for index, first, value in _repeated(named):
        yield _refusal(one, path, index, first, f"`{value}` stands twice in `{_dotted(path)}`")


def _in_selectors(one: Object, path: Path) -> Iterator[Refusal]:
    """metallb internal/config/config.go@v0.16.1, `validateLabelSelectorDuplicate`."""
    selectors = items(one.get(str(path[0]), *path[1:]))
    for index, first, _ in _repeated((i, canonical(s)) for i, s in enumerate(selectors)):
        yield _refusal(one, path, index, first, f"`{_dotted(path)}` has two equal selectors")
    for index, selector in enumerate(selectors):
        at = (*path, index, "matchExpressions")
        expressions = items(mapping(selector).get("matchExpressions"))
        known = ((i, canonical({"matchExpressions": [e]})) for i, e in enumerate(expressions))
        for second, first, _ in _repeated(known):
            yield _refusal(one, at, second, first, "two expressions of one selector are equal")
        for number, expression in enumerate(expressions):
            values = enumerate(items(mapping(expression).get("values")))
            for second, first, value in _repeated((i, str(v)) for i, v in values):
                inside = (*at, number, "values")
                message = f"`{value}` stands twice among the values of a selector"
                yield _refusal(one, inside, second, first, message)


def _repeated(values: Iterable[tuple[int, Hashable]]) -> Iterator[tuple[int, int, Hashable]]:
    """Index, first index and value of everything that was there before."""
    first: dict[Hashable, int] = {}
    for index, value in values:
        if value in first:
            yield index, first[value], value
        first.setdefault(value, index)


def _refusal(one: Object, path: Path, index: Key, first: Key, message: str) -> Refusal:
    return Refusal(
        "twice",
        one.delivered,
        one.place(*path, index),
        message,
        _ONCE,
        notes=((one.place(*path, first), "the first of the two"),),
    )


def _dotted(path: Path) -> str:
    return ".".join(map(str, ("spec", *path)))
