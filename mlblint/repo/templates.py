"""The two template languages of ApplicationSets, as far as a repository decides them.

What cannot be worked out stays as it is written, which makes the text opaque.
"""

from __future__ import annotations

import posixpath
import re
from collections.abc import Callable, Mapping
from typing import Any

from mlblint.repo.resources import get

Parameters = Mapping[str, Any]
Fill = Callable[[str, Parameters], str]

_TAG = re.compile(r"\{\{(.*?)\}\}", re.DOTALL)
# A hyphen beside the braces takes the blanks around the action away.
_ACTION = re.compile(r"(?:\s*\{\{-(?=\s)|\{\{)(.*?)(?:(?<=\s)-\}\}\s*|\}\})", re.DOTALL)
_WORD = re.compile(r'\s*(?:"((?:[^"\\]|\\.)*)"|`([^`]*)`|([^\s"`|()]+))')
_UNKNOWN = object()


def filled(value: object, parameters: Parameters, fill: Fill) -> Any:
    """Data with every string in it filled in; keys are text as well."""
    if isinstance(value, Mapping):
        return {
            fill(str(key), parameters): filled(inner, parameters, fill)
            for key, inner in value.items()
        }
    if isinstance(value, list):
        return [filled(item, parameters, fill) for item in value]
    return fill(value, parameters) if isinstance(value, str) and "{{" in value else value


def fill_tags(text: str, parameters: Parameters) -> str:
    """`{{name}}`: a name that is not known stays (Argo CD applicationset/utils/utils.go@v2.14,
    `Replace`)."""

    def replacement(match: re.Match[str]) -> str:
        value = parameters.get(match[1].strip())
        return value if isinstance(value, str) else match[0]

    return _TAG.sub(replacement, text)


def fill_actions(text: str, parameters: Parameters) -> str:
    """Go templates: fields, `index`, and pipelines of a few functions. Conditions and loops
    stay."""

    def replacement(match: re.Match[str]) -> str:
        value = _pipeline(match[1], parameters)
        if isinstance(value, bool):
            return str(value).lower()
        return str(value) if isinstance(value, str | int | float) else match[0]

    return _ACTION.sub(replacement, text)


def _pipeline(action: str, parameters: Parameters) -> object:
    value: object = _UNKNOWN
    for number, part in enumerate(action.split("|")):
        words = _words(part)
        if not words:
            return _UNKNOWN
        arguments = [_value(word, parameters) for word in words[1:]]
        if words[0] == "index" and not number:
            value = get(arguments[0], *arguments[1:]) if arguments else _UNKNOWN
        elif words[0] in _FUNCTIONS:
            value = _called(words[0], arguments if not number else [*arguments, value])
        elif len(words) == 1 and not number:
            value = _value(words[0], parameters)
        else:
            return _UNKNOWN
    return value


def _words(text: str) -> list[Any]:
    """Names as they are; literals in a tuple of one."""
    words: list[Any] = []
    at, end = 0, len(text.rstrip())
    while at < end:
        match = _WORD.match(text, at)
        if match is None:
            return []
        quoted = match[1] if match[1] is not None else match[2]
        words.append(match[3] if quoted is None else (quoted,))
        at = match.end()
    return words


def _value(word: Any, parameters: Parameters) -> Any:
    if isinstance(word, tuple):
        return word[0]
    if re.fullmatch(r"\d+", word):
        return int(word)
    if not word.startswith("."):
        return _UNKNOWN
    value: Any = parameters
    for name in word[1:].split(".") if word != "." else ():
        value = value.get(name, _UNKNOWN) if isinstance(value, Mapping) else _UNKNOWN
    return value


def _called(name: str, arguments: list[Any]) -> object:
    function, count = _FUNCTIONS[name]
    if name == "default" and len(arguments) == count and arguments[1] in (_UNKNOWN, None, ""):
        return arguments[0]
    if len(arguments) != count or not all(isinstance(one, str) for one in arguments):
        return _UNKNOWN
    return function(*arguments)


def sanitised(name: str) -> str:
    """A name as Kubernetes allows it (Argo CD applicationset/utils/utils.go@v2.14,
    `SanitizeName`)."""
    return re.sub(r"[^-a-z0-9.]", "-", name.lower())[:253].strip("-.")


_FUNCTIONS: dict[str, tuple[Callable[..., str], int]] = {
    "normalize": (sanitised, 1),
    "lower": (str.lower, 1),
    "upper": (str.upper, 1),
    "trim": (str.strip, 1),
    "toString": (str, 1),
    "quote": (lambda value: f'"{value}"', 1),
    "base": (posixpath.basename, 1),
    "dir": (posixpath.dirname, 1),
    "trimPrefix": (lambda prefix, value: value.removeprefix(prefix), 2),
    "trimSuffix": (lambda suffix, value: value.removesuffix(suffix), 2),
    "default": (lambda _, value: value, 2),
    "replace": (lambda old, new, value: value.replace(old, new), 3),
}
