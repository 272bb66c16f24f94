"""Values as YAML or JSON text, in the style of the place where they go."""

from __future__ import annotations

import re
from dataclasses import replace
from functools import lru_cache

from mlblint.records import dataclass
from mlblint.text.scalars import plain_is_safe


@dataclass(frozen=True)
class Style:
    """How the neighbours are written.

    `step` is the indentation of a nested mapping, `list_step` that of a list under its key,
    `dash` what stands between the column of a list item and its content. `quotes` surround
    strings that need them, `habit` those that could do without ("" if the neighbours do),
    `key_habit` likewise the keys. Where a text ends without a line break (`unended`), a block
    scalar could not end with one.
    """

    step: int = 2
    list_step: int = 2
    dash: str = "- "
    quotes: str = '"'
    habit: str = ""
    key_habit: str = ""
    flow_lists: bool = False
    unended: bool = False
    json: bool = False
    colon: str = ": "
    comma: str = ", "


_BASE_60 = re.compile(r"[-+]?[0-9][0-9_]*(:[0-5]?[0-9])+(\.[0-9_]*)?")
# libyaml refuses a colon or question mark inside a plain scalar there.
_FLOW_INDICATOR = re.compile(r"[,\[\]{}:?]")
_ESCAPES = {'"': '\\"', "\\": "\\\\", "\n": "\\n", "\r": "\\r", "\t": "\\t"}


@lru_cache(maxsize=1)
def _unprintable() -> re.Pattern[str]:
    """Not compiled at the start: that takes 4 ms, and most runs write nothing."""
    return re.compile(
        "[^\x20-\x7e\xa0-\u2027\u202a-\ud7ff\ue000-\ufefe\uff00-\ufffd\U00010000-\U0010ffff]"
    )


def scalar(value: object, style: Style, flow: bool = False) -> str:
    if value is None:
        return "null"
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int):
        return str(value)
    if isinstance(value, float):
        return _number(value)
    if isinstance(value, str):
        return string(value, style, flow)
    raise TypeError(f"{type(value).__name__} cannot be written as YAML")


def _number(value: float) -> str:
    if value != value:
        return ".nan"
    if value in (float("inf"), float("-inf")):
        return ".inf" if value > 0 else "-.inf"
    return repr(value)


def string(value: str, style: Style, flow: bool = False) -> str:
    if style.json:
        return double_quoted(value)
    if plain_is_possible(value, flow):
        return quoted(value, style.habit) if style.habit else value
    return quoted(value, style.habit or style.quotes)


def name(key: str, style: Style, flow: bool = False) -> str:
    return string(key, replace(style, habit=style.key_habit), flow)


def quoted(value: str, quotes: str) -> str:
    if quotes == "'" and not _unprintable().search(value):
        return "'" + value.replace("'", "''") + "'"
    return double_quoted(value)


def double_quoted(value: str) -> str:
    """With escapes that YAML and JSON share."""
    return '"' + "".join(map(_escaped, value)) + '"'


def _escaped(character: str) -> str:
    if character in _ESCAPES:
        return _ESCAPES[character]
    return f"\\u{ord(character):04x}" if _unprintable().match(character) else character


def plain_is_possible(value: str, flow: bool = False) -> bool:
    """Whether the string, without quotes, is read back as itself: by Kubernetes, and by the
    parsers of YAML 1.1 and 1.2 that other tools use."""
    if not value or value != value.strip() or _unprintable().search(value):
        return False
    if value[0] in ",[]{}#&*!|>'\"%@`?:" or value.startswith(("---", "...")):
        return False
    if value[0] == "-" and (len(value) == 1 or value[1] in " ,[]{}"):
        return False
    if ": " in value or " #" in value or value.endswith(":") or value in ("=", "<<"):
        return False
    if flow and _FLOW_INDICATOR.search(value):
        return False
    return not _BASE_60.fullmatch(value) and plain_is_safe(value)


def is_nested(value: object) -> bool:
    """Whether the value takes lines of its own in block style."""
    return isinstance(value, dict | list | tuple) and len(value) > 0


def block(value: object, style: Style) -> list[str]:
    """The lines of a mapping or list with something in it, not indented."""
    if isinstance(value, dict):
        return [line for key, item in value.items() for line in entry(str(key), item, style)]
    assert isinstance(value, list | tuple)
    return [line for one in value for line in item_lines(one, style)]


def entry(key: str, value: object, style: Style) -> list[str]:
    """The lines of one key of a mapping with its value."""
    ended = isinstance(value, str) and value.endswith("\n")
    if isinstance(value, str) and is_text(value) and not (style.json or (ended and style.unended)):
        header = "|" if ended else "|-"
        return [f"{name(key, style)}: {header}", *_deeper(value.splitlines(), style.step)]
    if not is_nested(value) or (style.flow_lists and is_flat(value)):
        return [f"{name(key, style)}: {inline(value, style)}"]
    step = style.step if isinstance(value, dict) else style.list_step
    return [f"{name(key, style)}:", *_deeper(block(value, style), step)]


def _deeper(lines: list[str], columns: int) -> list[str]:
    """Blank lines stay empty."""
    return [" " * columns + line if line else "" for line in lines]


def is_text(value: str) -> bool:
    """Whether a block scalar is the natural form of the string, and gives it back exactly."""
    return (
        "\n" in value
        and not value.endswith("\n\n")
        and not value.startswith((" ", "\n"))
        and not _unprintable().search(value.replace("\n", ""))
    )


def item_lines(value: object, style: Style) -> list[str]:
    """The lines of one list item."""
    if not is_nested(value):
        return [style.dash + inline(value, style)]
    first, *rest = block(value, style)
    return [style.dash + first, *_deeper(rest, len(style.dash))]


def is_flat(value: object) -> bool:
    return isinstance(value, list | tuple) and not any(
        isinstance(one, dict | list | tuple) for one in value
    )


def inline(value: object, style: Style) -> str:
    """The value on one line."""
    if isinstance(value, dict):
        pairs = (pair(str(key), item, style) for key, item in value.items())
        return "{" + style.comma.join(pairs) + "}"
    if isinstance(value, list | tuple):
        return "[" + style.comma.join(_in_flow(one, style) for one in value) + "]"
    return scalar(value, style)


def pair(key: str, value: object, style: Style) -> str:
    """A key with its value inside a flow mapping."""
    return name(key, style, flow=True) + style.colon + _in_flow(value, style)


def _in_flow(value: object, style: Style) -> str:
    if isinstance(value, dict | list | tuple):
        return inline(value, style)
    return scalar(value, style, flow=True)


def spread(value: object, style: Style, indent: int) -> str:
    """A flow collection with a line for each member; its brackets stand at `indent`."""
    if not is_nested(value):
        return _in_flow(value, style)
    inner = indent + style.step
    if isinstance(value, dict):
        brackets = "{}"
        members = [
            name(str(key), style, flow=True) + style.colon + spread(item, style, inner)
            for key, item in value.items()
        ]
    else:
        assert isinstance(value, list | tuple)
        brackets = "[]"
        members = [spread(one, style, inner) for one in value]
    lines = ",\n".join(" " * inner + member for member in members)
    return f"{brackets[0]}\n{lines}\n{' ' * indent}{brackets[1]}"
