"""What is wrong with a configuration, one line for each mistake."""

from __future__ import annotations

from collections.abc import Iterable

from mlblint.text.nodes import Path


class ConfigError(ValueError):
    """The first mistake of a configuration; `more` holds the others. As a text, all of them.

    `line` and `column` count from 1, and are None where the position is not known.
    """

    def __init__(
        self,
        path: str,
        line: int | None,
        column: int | None,
        message: str,
        more: tuple[ConfigError, ...] = (),
    ) -> None:
        super().__init__(path, line, column, message)
        self.path = path
        self.line = line
        self.column = column
        self.message = message
        self.more = more

    @property
    def all(self) -> tuple[ConfigError, ...]:
        return (self, *self.more)

    def __str__(self) -> str:
        return "\n".join(error.one_line() for error in self.all)

    def one_line(self) -> str:
        place = [self.path, *(str(at) for at in (self.line, self.column) if at is not None)]
        line = f"{':'.join(place)}: {self.message}"
        return "".join(c if c.isprintable() else repr(c)[1:-1] for c in line)


def together(errors: Iterable[ConfigError]) -> ConfigError:
    """All errors of a file as one, in the order of the text."""
    first, *more = sorted(errors, key=lambda error: (error.line or 0, error.column or 0))
    return ConfigError(first.path, first.line, first.column, first.message, tuple(more))


def dotted(path: Path) -> str:
    """A key as people write it: `network.dhcp[0]`."""
    text = ""
    for key in path:
        if isinstance(key, int):
            text += f"[{key}]"
        else:
            plain = key.replace("-", "").replace("_", "").isalnum()
            text += f".{key}" if plain else f'."{key}"'
    return text.removeprefix(".")
