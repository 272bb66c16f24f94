"""The repository that a command is about, and its configuration."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from mlblint.cards import Card, CardError, all_cards, built_in_cards
from mlblint.commands import Failure
from mlblint.config import Config, ConfigError, find_root, load
from mlblint.git import GitTimeoutError
from mlblint.records import dataclass
from mlblint.report.terminal import printable


@dataclass(frozen=True)
class Repository:
    root: Path
    config: Config
    cards: tuple[Card, ...]


def current_folder() -> Path:
    try:
        return Path.cwd()
    except OSError as error:
        raise Failure(f"the current folder cannot be used: {error.strerror}") from None


def repository(start: Path, config_file: Path | None = None) -> Repository:
    """The repository that `start` lies in. Raises Failure for what is wrong with its
    configuration or its own rules."""
    root = find_root(start)
    cards = built_in_cards()

    def known_rules(folders: tuple[str, ...]) -> Mapping[str, str]:
        nonlocal cards
        cards = all_cards(root, folders)
        return names(cards)

    with refuse_bad_configuration(root):
        config = load(root, explicit=config_file, known_rules=known_rules)
    return Repository(root, config, cards)


@contextmanager
def refuse_bad_configuration(root: Path) -> Iterator[None]:
    try:
        yield
    except ConfigError as error:
        raise Failure(*(printable(line) for line in str(error).split("\n"))) from None
    except CardError as error:
        place = f"{_below(root, error.path)}:{error.line}:{error.column}"
        raise Failure(printable(f"{place}: {error.message}")) from None
    except GitTimeoutError as error:
        raise Failure(str(error)) from None


def names(cards: tuple[Card, ...]) -> Mapping[str, str]:
    return {card.id: card.name for card in cards}


def _below(root: Path, path: str) -> str:
    try:
        return Path(path).relative_to(root).as_posix()
    except ValueError:
        return path
