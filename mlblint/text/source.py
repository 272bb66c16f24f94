"""A file as it lies on disk, and the text that it holds."""

from __future__ import annotations

import codecs
from bisect import bisect_right
from collections.abc import Callable
from functools import cached_property
from typing import NamedTuple

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


class Source:
    """`path` is relative to the repository root and uses "/". `text` has no byte order mark
    and keeps every line ending. The bytes are asked for when somebody needs them: most of what
    is known of most files was worked out before."""

    def __init__(self, path: str, read: Callable[[], bytes]) -> None:
        self.path = path
        self._read = read

    @classmethod
    def from_bytes(cls, path: str, data: bytes) -> Source:
        """Raises NotTextError."""
        source = cls(path, lambda: data)
        _ = source.text
        return source

    @classmethod
    def from_text(cls, path: str, text: str) -> Source:
        return cls(path, text.encode)

    @cached_property
    def data(self) -> bytes:
        return self._read()

    @cached_property
    def bom(self) -> bytes:
        return next((bom for bom, _ in _BOMS if self.data.startswith(bom)), b"")

    @cached_property
    def encoding(self) -> str:
        return dict(_BOMS).get(self.bom, "utf-8")

    @cached_property
    def text(self) -> str:
        data = self.data
        if data.startswith(_BOM_STARTS):
            data = data[len(self.bom) :]
            text = _decoded(data, self.encoding)
        else:
            text = _decoded(data, "utf-8")
        if "\0" in text:
            raise NotTextError("binary, not text")
        return text

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


def _decoded(data: bytes, encoding: str) -> str:
    try:
        return data.decode(encoding)
    except UnicodeDecodeError as error:
        raise NotTextError(f"not {encoding.upper()} text: {error.reason}") from None


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
