"""What a scalar means to Kubernetes.

Manifests are read by sigs.k8s.io/yaml, whose go-yaml v2 resolves plain scalars by YAML 1.1
(`resolveTable` and `resolve` in sigs.k8s.io/yaml/goyaml.v2/resolve.go@v1.4.0), and not by
YAML 1.2: `on` is true, 010 is eight.
"""

from __future__ import annotations

import re
from typing import TypeGuard

from mlblint.text.nodes import Alias, Mapping, Node, Scalar, Sequence

Plain = str | int | float | bool | None

MAX_VALUES = 1_000_000
"""Values that one document may expand to through its aliases."""

MAX_DIGITS = 64
"""Of integers; go-yaml takes 64 bits, which may be written as so many binary ones."""
MAX_EXPONENT = 308
"""No float is larger than ten to this."""
MAX_FLOAT = 1_000
"""Characters of a float: nobody writes more, and reading them takes their square."""

_WORDS: dict[str, Plain] = {
    **dict.fromkeys("y Y yes Yes YES true True TRUE on On ON".split(), True),
    **dict.fromkeys("n N no No NO false False FALSE off Off OFF".split(), False),
    **dict.fromkeys(["", "~", "null", "Null", "NULL"]),
    **dict.fromkeys([".nan", ".NaN", ".NAN"], float("nan")),
    **dict.fromkeys([".inf", ".Inf", ".INF", "+.inf", "+.Inf", "+.INF"], float("inf")),
    **dict.fromkeys(["-.inf", "-.Inf", "-.INF"], float("-inf")),
}
_NUMBER_START = frozenset("+-.0123456789")
_INTEGER = re.compile(
    r"[-+]?(?:0[xX](?P<hex>[0-9a-fA-F]+)|0[bB](?P<bin>[01]+)|0[oO]?(?P<oct>[0-7]+)"
    r"|(?P<dec>0|[1-9][0-9]*))"
)
_FLOAT = re.compile(r"[-+]?(?:\.[0-9]+|[0-9]+(?:\.[0-9]*)?)(?:[eE][-+]?[0-9]+)?")
_STRING_TAGS = frozenset(["!", "!!str", "tag:yaml.org,2002:str", "tag:yaml.org,2002:binary"])
PLACEHOLDER = "{{ }}"
"""What stands in the data for a placeholder that YAML took for a mapping."""

_MERGE = "<<"


class TooManyValuesError(ValueError):
    """Aliases expand a document beyond `MAX_VALUES`."""


def resolve(scalar: Scalar) -> Plain:
    if scalar.style or scalar.tag in _STRING_TAGS:
        return scalar.text
    return resolve_plain(scalar.text)


def resolve_plain(text: str) -> Plain:
    if text in _WORDS:
        return _WORDS[text]
    if text[0] not in _NUMBER_START:
        return text
    digits = text.replace("_", "")
    if match := _INTEGER.fullmatch(digits):
        base = {"hex": 16, "bin": 2, "oct": 8, "dec": 10}[match.lastgroup or "dec"]
        written = match[match.lastgroup or "dec"]
        if len(written) <= MAX_DIGITS:
            number = int(written, base)
            return -number if digits.startswith("-") else number
        # go-yaml makes a float of it or, beyond the largest one, leaves the text.
        large = base == 10 and len(written) <= MAX_EXPONENT
        return float(digits) if large else text
    if len(digits) > MAX_FLOAT:
        return text
    if _FLOAT.fullmatch(digits):
        return float(digits)
    return text


def is_word(text: str) -> bool:
    """Whether `text` is one of the words that mean no text, written without quotes."""
    return text in _WORDS


def plain_is_safe(text: str) -> bool:
    """Whether `text` written without quotes is read back as that string."""
    return resolve_plain(text) == text and isinstance(resolve_plain(text), str)


def data(node: Node | None) -> object:
    """The node as plain Python data: merge keys merged, the last of duplicate keys kept.

    What an alias refers to is shared, not copied.
    """
    if node is None:
        return None
    return _Builder().build(node)


class _Builder:
    def __init__(self) -> None:
        self._count = 0
        self._expanded = 0
        self._built: dict[int, tuple[object, int]] = {}

    def build(self, node: Node) -> object:
        # Four in five: for these, the rest would take three times as long.
        if type(node) is Scalar and not node.anchor:
            self._count += 1
            return resolve(node)
        if isinstance(node, Alias):
            # An alias inside its own anchor never ends; go-yaml refuses it as well.
            if id(node.target) not in self._built:
                raise TooManyValuesError(f"anchor &{node.name} contains itself")
            value, size = self._built[id(node.target)]
            self._expand(size)
            return value
        before = self._count
        self._count += 1
        value = self._value(node)
        if node.anchor:
            self._built[id(node)] = (value, self._count - before)
        return value

    def _value(self, node: Scalar | Mapping | Sequence) -> object:
        if isinstance(node, Scalar):
            return resolve(node)
        if isinstance(node, Sequence):
            return [self.build(item) for item in node.items]
        if is_placeholder(node):
            return PLACEHOLDER
        result: dict[str, object] = {}
        merged: dict[str, object] = {}
        for key, value in node.pairs:
            if not isinstance(key, Alias) and key.anchor:
                self.build(key)
            built = self.build(value)
            if isinstance(key, Scalar) and key.text == _MERGE and not key.style:
                # Earlier mappings of a merge list win over later ones.
                for source in reversed(built if isinstance(built, list) else [built]):
                    merged.update(source if isinstance(source, dict) else {})
            else:
                result[key.text if _is_text(key) else key_text(key)] = built
        return {**merged, **result} if merged else result

    def _expand(self, values: int) -> None:
        self._count += values
        self._expanded += values
        if self._expanded > MAX_VALUES:
            raise TooManyValuesError(f"aliases expand to more than {MAX_VALUES:,} values")


def is_placeholder(node: Mapping) -> bool:
    """Whether this is an unquoted `{{ name }}`: to YAML a mapping whose key is a mapping, which
    JSON does not have, and to people a template's placeholder."""
    return node.flow and bool(node.pairs) and isinstance(node.pairs[0][0], Mapping)


def _is_text(key: Node) -> TypeGuard[Scalar]:
    """Whether a key is what is written, as nearly all are: it cannot be a boolean."""
    return type(key) is Scalar and key.text not in _WORDS


def key_text(key: Node) -> str:
    """JSON knows only strings as keys; sigs.k8s.io/yaml turns the others into text."""
    if isinstance(key, Alias):
        return key_text(key.target)
    if not isinstance(key, Scalar):
        return ""
    value = resolve(key)
    if isinstance(value, bool):
        return "true" if value else "false"
    return key.text
