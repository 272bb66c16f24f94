"""Text from a repository, made fit for a report: names and messages are shown, never obeyed.

CI systems read what a job prints, line by line: GitHub obeys `::command::` at the beginning of
a line and `##[command]` anywhere in it (actions/runner, src/Runner.Common/ActionCommand.cs), Azure
Pipelines `##vso[command]`.
"""

from __future__ import annotations

import re
from collections.abc import Iterable

from mlblint.report.terminal import printable

_LINE_COMMAND = re.compile(r"^(\s*)::(?=[A-Za-z])")
_INLINE_COMMAND = re.compile(r"##(?=\w*\[)")
_UNDECODABLE = re.compile("[\ud800-\udc7f\udd00-\udfff]")
_SURROGATE = re.compile("[\ud800-\udfff]")
_NO_CHARACTER = re.compile("[\ufffe\uffff]")
"""Illegal in XML 1.0."""
_XML = str.maketrans({"&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;"})


def shown(text: str) -> str:
    """The text on one line, as a person may see it anywhere."""
    return _INLINE_COMMAND.sub("#\u266f", _NO_CHARACTER.sub("\ufffd", printable(text)))


def shown_line(line: str) -> str:
    """A whole line of output, which may be coloured, without a command in it."""
    return _INLINE_COMMAND.sub("#\u266f", _LINE_COMMAND.sub("\\1\u2237", line))


def unicode_path(path: str) -> str:
    """The path as it is; bytes that are not UTF-8, which no other program could make sense
    of, are spelled out."""
    return printable(path) if _SURROGATE.search(path) else path


def path_bytes(path: str) -> bytes:
    """The path as the file system has it (PEP 383)."""
    return _UNDECODABLE.sub("\ufffd", path).encode("utf-8", "surrogateescape")


def to_json(value: object) -> str:
    import json

    return escape_json(json.dumps(value, ensure_ascii=False, indent=2)) + "\n"


def escape_json(text: str) -> str:
    """The same JSON, in which everything that somebody would obey is spelled `\\uXXXX`."""
    import json

    lines = (
        line
        if line.isprintable()
        else "".join(one if one.isprintable() else json.dumps(one)[1:-1] for one in line)
        for line in text.split("\n")
    )
    return _INLINE_COMMAND.sub("#\\\\u0023", "\n".join(lines))


def xml(text: str) -> str:
    """One line of text, for the content of an element or for an attribute in double quotes."""
    return shown(text).translate(_XML)


def xml_element(name: str, attributes: Iterable[tuple[str, object]]) -> str:
    """The inside of a start tag."""
    return name + "".join(f' {key}="{xml(str(value))}"' for key, value in attributes)
