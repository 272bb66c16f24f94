"""A configuration is read, or refused in words: nothing else comes out of it."""

from __future__ import annotations

import json
import tempfile
from collections.abc import Iterator
from functools import cache
from pathlib import Path

from fuzz.choices import Choices, seed
from fuzz.seeds import trees
from mlblint.cards import built_in_cards
from mlblint.config import Config, ConfigError, load
from mlblint.config.loading import config_schema
from mlblint.config.rendering import render_config

NAMES = (".mlblint.yaml", "pyproject.toml")


def seeds() -> Iterator[bytes]:
    for tree in trees():
        if tree.config:
            yield seed(json.dumps(tree.config))
    properties = config_schema()["properties"]
    for key in properties:
        yield seed(f"{key}: [x]\n")
        yield seed(f"[tool.mlblint]\n{key} = 1\n", 1)
    yield seed("[tool.mlblint.network]\ninterfaces = ['eth0']\n", 1)
    yield seed(json.dumps({key: {} for key in properties}))


def check(data: bytes) -> None:
    choices = Choices(data)
    name = choices.among(NAMES)
    folder = _folder()
    for other in NAMES:
        (folder / other).unlink(missing_ok=True)
    (folder / name).write_bytes(choices.rest)
    try:
        config = load(folder, known_rules=_rules())
    except ConfigError as error:
        assert all(one.message for one in error.all)
        assert all(line.isprintable() for line in str(error).split("\n"))
        return
    assert isinstance(config, Config)
    assert render_config(config)


@cache
def _folder() -> Path:
    memory = Path("/dev/shm")
    return Path(tempfile.mkdtemp(dir=memory if memory.is_dir() else None))


@cache
def _rules() -> dict[str, str]:
    return {card.id: card.name for card in built_in_cards()}
