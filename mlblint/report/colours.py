"""Colours, and the rules by which people say whether they want them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import IO, Literal

from mlblint.findings import Severity
from mlblint.records import dataclass

Choice = Literal["auto", "always", "never"]

_BOLD, _DIM, _RED, _YELLOW, _CYAN, _GREEN = "1", "2", "1;31", "1;33", "1;36", "32"
_SEVERITY = {"error": _RED, "warning": _YELLOW, "info": _CYAN}


def wanted(choice: Choice, stream: IO[str] | None, environment: Mapping[str, str]) -> bool:
    """`--color` wins over NO_COLOR, NO_COLOR over FORCE_COLOR, and that over the stream."""
    if choice != "auto":
        return choice == "always"
    if environment.get("NO_COLOR"):
        return False
    if environment.get("FORCE_COLOR", "0") not in ("", "0"):
        return True
    if environment.get("TERM") == "dumb":
        return False
    return stream is not None and stream.isatty()


@dataclass(frozen=True)
class Colours:
    enabled: bool = False

    def _paint(self, code: str, text: str) -> str:
        return f"\x1b[{code}m{text}\x1b[0m" if self.enabled and text else text

    def bold(self, text: str) -> str:
        return self._paint(_BOLD, text)

    def dim(self, text: str) -> str:
        return self._paint(_DIM, text)

    def added(self, text: str) -> str:
        return self._paint(_GREEN, text)

    def removed(self, text: str) -> str:
        return self._paint(_RED, text)

    def severity(self, severity: Severity, text: str) -> str:
        return self._paint(_SEVERITY[severity], text)

    def code(self, lines: list[str]) -> list[str]:
        """Lines of one text in which `code` stands in bold, also across a line's end."""
        painted: list[str] = []
        inside = False
        for line in lines:
            parts = line.split("`")
            pieces = [self.bold(part) if inside else part for part in parts[:1]]
            for part in parts[1:]:
                inside = not inside
                pieces.append(self.bold(part) if inside else part)
            painted.append("`".join(pieces))
        return painted


PLAIN = Colours()
