"""Text as a terminal shows it: how wide it is, where to break it, what must not get there."""

from __future__ import annotations

import unicodedata

TAB = 4
_JOINERS = "\u200c\u200d"


def printable(text: str) -> str:
    """The text on one line and without anything that a terminal would obey: control
    characters, escape sequences, changes of the writing direction."""
    if text.isprintable():
        return text
    return "".join(_visible(character) for character in text)


def _visible(character: str) -> str:
    code = ord(character)
    if code < 0x20:
        return chr(0x2400 + code)
    if code == 0x7F:
        return "\u2421"
    if 0xDC80 <= code <= 0xDCFF:
        # A byte of a file name that is not UTF-8 (PEP 383).
        return f"\\x{code - 0xDC00:02x}"
    if character not in _JOINERS and unicodedata.category(character) in (
        "Cc",
        "Cf",
        "Cs",
        "Zl",
        "Zp",
    ):
        return "\ufffd"
    return character


def _width(character: str) -> int:
    if character.isascii():
        return 1
    if character in _JOINERS or unicodedata.category(character) in ("Mn", "Me"):
        return 0
    return 2 if unicodedata.east_asian_width(character) in "WF" else 1


def width(text: str) -> int:
    """The columns that a printable text takes."""
    return len(text) if text.isascii() else sum(map(_width, text))


def cells(line: str) -> list[str]:
    """What is shown for each character of a line of code; a tab becomes blanks."""
    if "\t" not in line:
        return [_visible(character) for character in line] if not line.isprintable() else list(line)
    shown: list[str] = []
    column = 0
    for character in line:
        cell = " " * (TAB - column % TAB) if character == "\t" else _visible(character)
        column += width(cell)
        shown.append(cell)
    return shown


def wrap(text: str, limit: int) -> list[str]:
    """The text in lines of at most `limit` columns. What has no blank stays whole: a path
    or an address must be fit for copying."""
    lines: list[str] = []
    for paragraph in text.split("\n"):
        line = ""
        for word in paragraph.split():
            if line and width(line) + 1 + width(word) > limit:
                lines.append(line)
                line = word
            else:
                line = f"{line} {word}" if line else word
        lines.append(line)
    return lines
