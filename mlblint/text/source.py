"""A file as it lies on disk, and the text that it holds."""

from __future__ import annotations

import codecs
from bisect import bisect_right
from functools import cached_property
from typing import NamedTuple

from mlblint.records import dataclass

_BOMS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)

_BOM_STARTS = tuple(bom for bom, _ in _BOMS)


class Position(NamedTuple):
    """Both count from 1; columns count characters, not bytes."""

    line: int
    column: int


class NotTextError(ValueError):
    """The bytes are no Unicode text: a binary, or an encrypted file."""


@dataclass(frozen=True, eq=False)
class Source:
    """`path` is relative to the repository root and uses "/". `text` has no byte order mark
    and keeps every line ending."""

    path: str
    data: bytes
    text: str
    bom: bytes = b""
    encoding: str = "utf-8"

    @classmethod
    def from_bytes(cls, path: str, data: bytes) -> Source:
        bom, encoding = b"", "utf-8"
        if data.startswith(_BOM_STARTS):
            bom, encoding = next((b, e) for b, e in _BOMS if data.startswith(b))
        try:
            text = (data[len(bom) :] if bom else data).decode(encoding)
        except UnicodeDecodeError as error:
            raise NotTextError(f"not {encoding.upper()} text: {error.reason}") from None
        if "\0" in text:
            raise NotTextError("binary, not text")
        return cls(path, data, text, bom, encoding)

    def encoded(self, text: str) -> bytes:
        """The bytes of the file if its text were `text`."""
        return self.bom + text.encode(self.encoding)

    @cached_property
    def line_starts(self) -> list[int]:
        return line_starts(self.text)

    def position(self, offset: int) -> Position:
        line = bisect_right(self.line_starts, offset)
        return Position(line, offset - self.line_starts[line - 1] + 1)

    def line(self, number: int) -> str:
        """The text of a line (from 1), without its line ending."""
        start = self.line_starts[number - 1]
        end = self.line_starts[number] if number < len(self.line_starts) else len(self.text)
        return self.text[start:end].rstrip("\r\n")


def line_starts(text: str) -> list[int]:
    """Lines end as YAML's do in practice: with LF, CRLF, or a lone CR."""
    starts = [0]
    find = text.find
    if "\r" not in text:
        at = find("\n")
        while at >= 0:
            starts.append(at + 1)
            at = find("\n", at + 1)
        return starts
    for at, character in enumerate(text):
        if character == "\n" or (character == "\r" and text[at + 1 : at + 2] != "\n"):
            starts.append(at + 1)
    return starts
