"""The built-in cards in a form that is read at once: reading fifty YAML files takes longer than
linting a small repository.

`rules/compiled.json` holds what each card says, but for its examples, under the digest of the
card's bytes. A card that was changed since is not found in it and read as YAML: an old file costs
time, never truth. `python -m mlblint.rule_docs --write` writes it.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

NAME = "compiled.json"

Heads = Mapping[str, Any]


def digest(card: bytes) -> str:
    return hashlib.sha256(card).hexdigest()


def read(folder: Path) -> Heads:
    try:
        heads = json.loads((folder / NAME).read_bytes())
    except (OSError, ValueError):
        return {}
    return heads if isinstance(heads, dict) else {}


def render(cards: Iterable[tuple[bytes, Any]]) -> str:
    """Of each card the bytes, and what they say."""
    heads = {digest(text): head for text, head in cards}
    return json.dumps(heads, indent=1, sort_keys=True, ensure_ascii=False) + "\n"
