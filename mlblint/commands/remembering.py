"""What earlier runs have left: for a lint, and for people who want it gone."""

from __future__ import annotations

import os
from collections.abc import Iterable
from pathlib import Path

from mlblint.cache import folder as cache
from mlblint.cache.memory import Memory
from mlblint.cards import Card
from mlblint.commands import Failure
from mlblint.commands.output import say, tell
from mlblint.config import Config
from mlblint.package_data import data_folder
from mlblint.pipeline import relevant_to
from mlblint.report.terminal import printable


def memory(root: Path, config: Config, cards: Iterable[Card]) -> Memory | None:
    """None where nothing can be kept."""
    try:
        folder = cache.opened(root, config.cache_dir, os.environ)
    except OSError as error:
        tell(printable(f"`cache-dir: {config.cache_dir}` is not used: {error.strerror}"))
        return None
    if folder is None:
        return None
    own = str(data_folder("rules"))
    written = [c.source.text for c in cards if not c.source.path.startswith(own)]
    file = config.origins.file
    question = repr((config, file.name if file else None, written))
    return Memory(folder, root, question, relevant_to(config).pattern)


def show(clear: bool) -> int:
    """Where the user's cache is, or that it is no more."""
    user = cache.home(os.environ)
    if user is None:
        raise Failure("no folder for caches is known: neither XDG_CACHE_HOME nor HOME is set")
    if not clear:
        say(printable(str(user)) + "\n")
        return 0
    try:
        found = cache.clear(user)
    except OSError as error:
        raise Failure(printable(f"{user}: {error.strerror}")) from None
    tell(printable(f"{user}: {'cleared' if found else 'there is nothing to clear'}"))
    return 0
