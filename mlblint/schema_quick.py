"""Whether data is valid, for schemas that keep to common keywords, without jsonschema."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from mlblint.patterns import compiled

Schema = Mapping[str, Any]

Formats = Mapping[str, Callable[[str], str | None]]
"""For values of `format`: what is wrong with a text, or None. Other formats are not checked."""

DRAFT = "https://json-schema.org/draft/2020-12/schema"


class BeyondQuickError(Exception):
    """The schema uses something that only jsonschema understands."""


MAX_STEPS = 100_000
"""References that are followed to judge one value: each may lead to two others, and so on."""


class TooCostlyError(Exception):
    """To judge the value takes more than `MAX_STEPS` references."""


class Quick:
    """One method for each keyword; a keyword says nothing about values of another type."""

    def __init__(self, root: Schema, formats: Formats) -> None:
        self.root = root
        self.formats = formats
        self.left = MAX_STEPS

    def accepts(self, schema: Schema | bool, value: object) -> bool:
        if isinstance(schema, bool):
            return schema
        for keyword, argument in schema.items():
            check = _QUICK.get(keyword)
            if check is None:
                self._ignore(schema, keyword, argument)
            elif not check(self, schema, argument, value):
                return False
        return True

    def _ignore(self, schema: Schema, keyword: str, argument: object) -> None:
        # The name of the whole schema changes nothing: references stay inside it.
        named = keyword == "$id" and str(argument).startswith("https://")
        of_the_root = (keyword, argument) == ("$schema", DRAFT) or named
        if keyword not in _ANNOTATIONS and not (of_the_root and schema is self.root):
            raise BeyondQuickError(keyword)

    def ref(self, _: Schema, argument: str, value: object) -> bool:
        if not argument.startswith("#/$defs/") or argument.count("/") > 2 or "%" in argument:
            raise BeyondQuickError("$ref")
        self.left -= 1
        if self.left < 0:
            raise TooCostlyError(f"it follows more than {MAX_STEPS:,} references")
        try:
            return self.accepts(self.root["$defs"][argument[len("#/$defs/") :]], value)
        except KeyError:
            raise BeyondQuickError("$ref") from None

    def type(self, _: Schema, argument: str | list[str], value: object) -> bool:
        names = [argument] if isinstance(argument, str) else argument
        return any(_is_a(value, name) for name in names)

    def enum(self, _: Schema, argument: list[object], value: object) -> bool:
        return any(_same(value, one) for one in argument)

    def const(self, _: Schema, argument: object, value: object) -> bool:
        return _same(value, argument)

    def pattern(self, _: Schema, argument: str, value: object) -> bool:
        return not isinstance(value, str) or compiled(argument).search(value)

    def format(self, _: Schema, argument: str, value: object) -> bool:
        check = self.formats.get(argument)
        return check is None or not isinstance(value, str) or check(value) is None

    def min_length(self, _: Schema, argument: int, value: object) -> bool:
        return not isinstance(value, str) or len(value) >= argument

    def max_length(self, _: Schema, argument: int, value: object) -> bool:
        return not isinstance(value, str) or len(value) <= argument

    def items(self, _: Schema, argument: Schema | bool, value: object) -> bool:
        return not isinstance(value, list) or all(self.accepts(argument, one) for one in value)

    def min_items(self, _: Schema, argument: int, value: object) -> bool:
        return not isinstance(value, list) or len(value) >= argument

    def max_items(self, _: Schema, argument: int, value: object) -> bool:
        return not isinstance(value, list) or len(value) <= argument

    def minimum(self, _: Schema, argument: float, value: object) -> bool:
        return not _is_a(value, "number") or value >= argument  # type: ignore[operator]

    def maximum(self, _: Schema, argument: float, value: object) -> bool:
        return not _is_a(value, "number") or value <= argument  # type: ignore[operator]

    def min_properties(self, _: Schema, argument: int, value: object) -> bool:
        return not isinstance(value, dict) or len(value) >= argument

    def max_properties(self, _: Schema, argument: int, value: object) -> bool:
        return not isinstance(value, dict) or len(value) <= argument

    def properties(self, _: Schema, argument: Mapping[str, Any], value: object) -> bool:
        return not isinstance(value, dict) or all(
            self.accepts(schema, value[key]) for key, schema in argument.items() if key in value
        )

    def additional(self, schema: Schema, argument: Schema | bool, value: object) -> bool:
        if "patternProperties" in schema:
            raise BeyondQuickError("patternProperties")
        known = schema.get("properties", {})
        return not isinstance(value, dict) or all(
            self.accepts(argument, item) for key, item in value.items() if key not in known
        )

    def property_names(self, _: Schema, argument: Schema | bool, value: object) -> bool:
        return not isinstance(value, dict) or all(self.accepts(argument, key) for key in value)

    def required(self, _: Schema, argument: list[str], value: object) -> bool:
        return not isinstance(value, dict) or all(key in value for key in argument)

    def all_of(self, _: Schema, argument: list[Schema], value: object) -> bool:
        return all(self.accepts(one, value) for one in argument)

    def any_of(self, _: Schema, argument: list[Schema], value: object) -> bool:
        return any(self.accepts(one, value) for one in argument)

    def one_of(self, _: Schema, argument: list[Schema], value: object) -> bool:
        return sum(self.accepts(one, value) for one in argument) == 1

    def negation(self, _: Schema, argument: Schema, value: object) -> bool:
        return not self.accepts(argument, value)

    def condition(self, schema: Schema, argument: Schema, value: object) -> bool:
        branch = schema.get("then" if self.accepts(argument, value) else "else", True)
        return self.accepts(branch, value)

    def branch(self, *_: object) -> bool:
        """`then` and `else` are looked at by `if`, and mean nothing without it."""
        return True


_QUICK: dict[str, Callable[[Quick, Schema, Any, object], bool]] = {
    "$ref": Quick.ref,
    "type": Quick.type,
    "enum": Quick.enum,
    "const": Quick.const,
    "pattern": Quick.pattern,
    "format": Quick.format,
    "minLength": Quick.min_length,
    "maxLength": Quick.max_length,
    "items": Quick.items,
    "minItems": Quick.min_items,
    "maxItems": Quick.max_items,
    "minimum": Quick.minimum,
    "maximum": Quick.maximum,
    "minProperties": Quick.min_properties,
    "maxProperties": Quick.max_properties,
    "properties": Quick.properties,
    "additionalProperties": Quick.additional,
    "propertyNames": Quick.property_names,
    "required": Quick.required,
    "allOf": Quick.all_of,
    "anyOf": Quick.any_of,
    "oneOf": Quick.one_of,
    "not": Quick.negation,
    "if": Quick.condition,
    "then": Quick.branch,
    "else": Quick.branch,
}
_ANNOTATIONS = frozenset(
    ["$comment", "$defs", "title", "description", "default", "examples", "errorMessage"]
)


def _is_a(value: object, name: str) -> bool:
    if isinstance(value, bool):
        return name == "boolean"
    if name == "integer":
        return isinstance(value, int) or (isinstance(value, float) and value.is_integer())
    kinds: dict[str, type | tuple[type, ...]] = {
        "null": type(None),
        "string": str,
        "array": list,
        "object": dict,
        "number": (int, float),
    }
    return name in kinds and isinstance(value, kinds[name])


def _same(left: object, right: object) -> bool:
    if isinstance(right, list | dict):
        raise BeyondQuickError("comparison of collections")
    if isinstance(left, bool) or isinstance(right, bool):
        return left is right
    return left == right
