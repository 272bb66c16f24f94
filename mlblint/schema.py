"""Judges data by JSON Schemas (draft 2020-12), and explains in plain words.

Importing jsonschema takes as long as linting a small repository, and most data is valid. So a
few functions here decide for themselves whether data is valid, as far as a schema keeps to
common keywords (schema_quick.py); jsonschema judges by all other schemas, and finds what is
wrong in the rest.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from typing import TYPE_CHECKING, Any, Literal

from mlblint.patterns import PatternError, compiled, is_tame
from mlblint.records import dataclass
from mlblint.schema_quick import (
    MAX_STEPS,
    BeyondQuickError,
    Formats,
    Quick,
    Schema,
    TooCostlyError,
)
from mlblint.text.nodes import Path

__all__ = [
    "BadSchemaError",
    "Formats",
    "Schema",
    "Violation",
    "accepts",
    "found",
    "nearest",
    "schema_violations",
    "surely_meant",
    "violations",
]

if TYPE_CHECKING:
    from jsonschema import ValidationError


class BadSchemaError(ValueError):
    """The schema itself cannot be used."""


_UNUSABLE = (re.error, RecursionError, PatternError, TooCostlyError)


@dataclass(frozen=True)
class Violation:
    """`path` leads to the value that is wrong or, for an unknown or bad key, to that key; for
    a missing key, to the mapping that should have it."""

    path: Path
    message: str
    kind: Literal["value", "unknown-key", "bad-key", "missing-key"] = "value"
    missing: str | None = None
    nearest: str | None = None


def accepts(schema: Schema, data: object, formats: Formats | None = None) -> bool:
    """Whether `data` is valid."""
    try:
        return Quick(schema, formats or {}).accepts(schema, data)
    except BeyondQuickError:
        return next(_errors(schema, data, formats or {}), None) is None
    except _UNUSABLE as error:
        raise BadSchemaError(str(error)) from None


def violations(schema: Schema, data: object, formats: Formats | None = None) -> Iterator[Violation]:
    """Everything that is wrong with `data`."""
    formats = formats or {}
    try:
        if Quick(schema, formats).accepts(schema, data):
            return
    except BeyondQuickError:
        pass
    except _UNUSABLE as bad:
        raise BadSchemaError(str(bad)) from None
    explainer = _Explainer(data, formats)
    for error in _errors(schema, data, formats):
        yield from explainer.explain(error)


def schema_violations(schema: object) -> Iterator[Violation]:
    """What keeps `schema` from being a schema."""
    from jsonschema import Draft202012Validator

    explainer = _Explainer(schema, {})
    for error in Draft202012Validator(Draft202012Validator.META_SCHEMA).iter_errors(schema):
        yield from explainer.explain(error)
    yield from _bad_patterns(schema, ())


def _bad_patterns(schema: Any, path: Path) -> Iterator[Violation]:
    """Patterns that could take for ever, anywhere: a reference may lead to any place. Keys of
    `patternProperties` are matched by Python itself, and have to be simple."""
    if isinstance(schema, list):
        for index, item in enumerate(schema):
            yield from _bad_patterns(item, (*path, index))
    if not isinstance(schema, Mapping):
        return
    for key, value in schema.items():
        yield from _bad_patterns(value, (*path, key))
        if key == "pattern" and isinstance(value, str):
            try:
                compiled(value)
            except PatternError as error:
                yield Violation((*path, key), f"the pattern cannot be used: {error}")
        if key == "patternProperties" and isinstance(value, Mapping):
            for text in value:
                if not is_tame(text):
                    message = "keys of `patternProperties` may have one `^` and one repetition"
                    yield Violation((*path, key, text), message, "bad-key")


MANY = 500
"""Among more names than these no nearest one is looked for: whoever has so many does not see at a
glance whether it was meant, and for many that are misspelt the time would grow with both."""


def nearest(name: str, known: Collection[str]) -> str | None:
    """The known name that was probably meant."""
    if len(known) > MANY:
        return None
    by_lower = {one.lower().replace("_", "-"): one for one in known}
    match = closest(name.lower().replace("_", "-"), by_lower)
    return by_lower[match] if match is not None else None


def closest(name: str, known: Collection[str], cutoff: float = 0.6) -> str | None:
    """The same, where capital letters and the like make a difference."""
    from difflib import get_close_matches

    found = get_close_matches(name, known, 1, cutoff) if len(known) <= MANY else ()
    return found[0] if found else None


def surely_meant(name: str, known: Iterable[str]) -> str | None:
    """The only known name that differs in case, hyphens or number alone."""
    meant = [one for one in known if _same_word(_bare(name), _bare(one))]
    return meant[0] if len(meant) == 1 else None


def _bare(name: str) -> str:
    return name.lower().replace("_", "").replace("-", "")


def _same_word(one: str, other: str) -> bool:
    return any(one + ending == other or other + ending == one for ending in ("", "s", "es"))


def found(value: object) -> str:
    """A value, as a message names it."""
    if value is None:
        return "nothing"
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, int | float):
        return f"the number {value}"
    if isinstance(value, str):
        return f'"{value}"' if len(value) <= 60 else f'"{value[:57]}..."'
    if isinstance(value, Mapping):
        return "a mapping"
    return "a list" if isinstance(value, list) else f"the {type(value).__name__} {value}"


def _errors(schema: Schema, data: object, formats: Formats) -> Iterator[ValidationError]:
    from jsonschema import FormatChecker
    from referencing import Registry
    from referencing.exceptions import Unresolvable

    checker = FormatChecker(formats=())
    for name, problem in formats.items():
        checker.checks(name)(_format_check(problem))
    # With a registry of its own the validator never fetches a `$ref` from the network.
    validator = _validator()(_without_false(schema), registry=Registry(), format_checker=checker)
    try:
        yield from validator.iter_errors(data)
    except Unresolvable as error:
        raise BadSchemaError(f"the reference {error.ref} leads nowhere") from None
    except _UNUSABLE as error:
        raise BadSchemaError(str(error)) from None


def _validator() -> Any:
    """jsonschema's, but that no pattern and no references make it take for ever."""
    from jsonschema import Draft202012Validator, ValidationError
    from jsonschema.validators import extend

    left = MAX_STEPS
    follow = Draft202012Validator.VALIDATORS["$ref"]

    def reference(validator: Any, *arguments: Any) -> Iterator[ValidationError]:
        nonlocal left
        left -= 1
        if left < 0:
            raise TooCostlyError(f"it follows more than {MAX_STEPS:,} references")
        yield from follow(validator, *arguments)

    def pattern(_: Any, text: str, value: object, __: Any) -> Iterator[ValidationError]:
        if isinstance(value, str) and not compiled(text).search(value):
            yield ValidationError(f"{value!r} does not match {text!r}")

    keywords = {"$ref": reference, "$dynamicRef": None, "pattern": pattern}
    return extend(Draft202012Validator, keywords)  # type: ignore[no-untyped-call]


def _without_false(schema: Any) -> Any:
    """The same schema: jsonschema does not tell the path at which it met `false`."""
    if schema is False:
        return {"not": {}}
    if not isinstance(schema, Mapping):
        return schema
    result = dict(schema)
    for keyword, value in schema.items():
        if keyword in ("properties", "patternProperties", "$defs") and isinstance(value, Mapping):
            result[keyword] = {key: _without_false(one) for key, one in value.items()}
        elif keyword in ("allOf", "anyOf", "oneOf", "prefixItems") and isinstance(value, list):
            result[keyword] = [_without_false(one) for one in value]
        elif keyword in ("items", "not", "if", "then", "else") or isinstance(value, Mapping):
            result[keyword] = _without_false(value)
    return result


def _format_check(problem: Callable[[str], str | None]) -> Callable[[object], bool]:
    return lambda value: not isinstance(value, str) or problem(value) is None


@dataclass(frozen=True)
class _Explainer:
    data: object
    formats: Formats

    def explain(self, error: ValidationError) -> Iterator[Violation]:
        path: Path = tuple(error.absolute_path)
        keyword, value = error.validator, error.instance
        schema = error.schema if isinstance(error.schema, Mapping) else {}
        if isinstance(value, str) and isinstance(_at(self.data, path), Mapping):
            # `propertyNames` judges keys: the path ends at the mapping that has them.
            yield Violation((*path, value), self.wrong_value(error), "bad-key")
        elif keyword in ("anyOf", "oneOf") and error.context:
            yield from self.choice(error)
        elif keyword == "not" and error.validator_value == {} and "errorMessage" not in schema:
            yield Violation(path, "is not allowed here", "bad-key")
        elif keyword == "additionalProperties" and isinstance(value, Mapping):
            yield from _unknown_keys(path, schema, value)
        elif keyword == "required" and isinstance(value, Mapping):
            # jsonschema yields one error for each key, and names it in its message alone.
            key = next(key for key in schema["required"] if error.message.startswith(repr(key)))
            yield Violation(path, f"`{key}` is missing", "missing-key", missing=key)
        else:
            yield Violation(path, self.wrong_value(error))

    def choice(self, error: ValidationError) -> Iterator[Violation]:
        """Of several alternatives, those that take values of this type are what was meant."""
        branches: dict[object, list[ValidationError]] = {}
        for inner in error.context or ():
            branches.setdefault(inner.schema_path[0], []).append(inner)
        wrong_types = [
            one
            for branch in branches.values()
            for one in branch
            if one.validator == "type" and not one.path
        ]
        fitting = [
            branch for branch in branches.values() if not any(one in wrong_types for one in branch)
        ]
        if fitting:
            for one in min(fitting, key=len):
                yield from self.explain(one)
        else:
            types = [name for one in wrong_types for name in _listed(one.validator_value)]
            yield Violation(tuple(error.absolute_path), _wrong_type(types, error))

    def wrong_value(self, error: ValidationError) -> str:
        value, argument = error.instance, error.validator_value
        if isinstance(error.schema, Mapping) and "errorMessage" in error.schema:
            return f"{error.schema['errorMessage']}; found {found(value)}"
        if error.validator == "type":
            return _wrong_type(_listed(argument), error)
        if error.validator == "format" and (problem := self.formats[str(argument)](str(value))):
            return problem
        if error.validator == "enum":
            return _wrong_choice(value, _listed(argument))
        if error.validator == "const":
            return _wrong_choice(value, [argument])
        if error.validator == "pattern":
            return f"expected a text of the form {argument}; found {found(value)}"
        if error.validator in ("minimum", "maximum"):
            limit = "at least" if error.validator == "minimum" else "at most"
            return f"expected {limit} {argument}; found {found(value)}"
        if error.validator in ("minLength", "minItems") and argument == 1:
            return "expected one that is not empty"
        return error.message if len(error.message) <= 200 else f"{error.message[:197]}..."


def _at(data: object, path: Path) -> object:
    for key in path:
        data = data[key]  # type: ignore[index]
    return data


def _unknown_keys(path: Path, schema: Schema, value: Mapping[str, Any]) -> Iterator[Violation]:
    known, patterns = list(schema.get("properties", {})), schema.get("patternProperties", {})
    for key in value:
        if key in known or any(re.search(pattern, key) for pattern in patterns):
            continue
        meant = nearest(key, known)
        hint = f"; known here: {', '.join(f'`{one}`' for one in known)}" if known else ""
        if meant:
            hint = f"; did you mean `{meant}`?"
        yield Violation((*path, key), f"unknown key `{key}`{hint}", "unknown-key", nearest=meant)


def _wrong_choice(value: object, choices: list[object]) -> str:
    allowed = [one if isinstance(one, str) else _json(one) for one in choices if one is not None]
    meant = nearest(value, allowed) if isinstance(value, str) else None
    hint = f"; did you mean `{meant}`?" if meant else ""
    return f"expected {_either([f'`{one}`' for one in allowed])}; found {found(value)}{hint}"


def _wrong_type(names: list[str], error: ValidationError) -> str:
    schema, value = error.schema, error.instance
    types = [name for name in names if name != "null"] or names
    expected = _either([_TYPES.get(name, name) for name in types])
    examples = schema.get("examples") if isinstance(schema, Mapping) else None
    example = f", such as {_json(examples[0])}" if examples and types != ["boolean"] else ""
    scalar = isinstance(value, bool | int | float)
    hint = "; put it in quotes to make it a text" if scalar and "string" in names else ""
    return f"expected {expected}{example}; found {found(value)}{hint}"


_TYPES = {
    "string": "a text",
    "array": "a list",
    "object": "a mapping",
    "boolean": "true or false",
    "integer": "a whole number",
    "number": "a number",
    "null": "nothing",
}


def _json(value: object) -> str:
    import json

    return json.dumps(value, ensure_ascii=False)


def _listed(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [value]


def _either(words: list[str]) -> str:
    words = list(dict.fromkeys(words))
    return " or ".join([", ".join(words[:-1]), words[-1]]) if len(words) > 1 else "".join(words)
