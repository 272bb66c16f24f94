"""What a fuzzer's bytes mean: a few decisions in front, and behind them a text."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TypeVar

T = TypeVar("T")

HEAD = 16
"""Bytes in front that decide. They do not move when the text grows, so that a mutation of the
text leaves the decisions alone."""


class Choices:
    """Decisions, taken from the bytes in front and, when those are used up, all the first one
    that can be made."""

    def __init__(self, data: bytes, head: int = HEAD) -> None:
        self._head = list(data[:head])
        self.rest = data[head:]

    @property
    def text(self) -> str:
        return self.rest.decode("utf-8", "replace")

    def number(self, below: int) -> int:
        """From 0 to `below` - 1."""
        if below <= 1:
            return 0
        value, size = 0, 1
        while size < below:
            value, size = value * 256 + (self._head.pop(0) if self._head else 0), size * 256
        return value % below

    def among(self, options: Sequence[T]) -> T:
        return options[self.number(len(options))]


def seed(text: str | bytes, *decisions: int) -> bytes:
    """An input with that text."""
    raw = text if isinstance(text, bytes) else text.encode("utf-8", "surrogateescape")
    return bytes(decisions).ljust(HEAD, b"\0") + raw
