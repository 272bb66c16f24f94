"""Where the files that are no Python lie: rule cards and JSON Schemas."""

from __future__ import annotations

import os
from collections.abc import Iterator
from hashlib import blake2b
from pathlib import Path

_PACKAGE = Path(__file__).resolve().parent


def data_folder(name: str) -> Path:
    """The folder `name`: inside the package in a wheel, beside it in a checkout."""
    inside, beside = _PACKAGE / name, _PACKAGE.parent / name
    if inside.is_dir():
        return inside
    if beside.is_dir():
        return beside
    raise FileNotFoundError(f"mlblint is not installed completely: {inside} is missing")


def fingerprint() -> str:
    """What changes when mlblint does, be it a release or a line of a checkout."""
    folders = (_PACKAGE, data_folder("rules"), data_folder("schemas"))
    stamps = sorted(one for folder in folders for one in _stamps(str(folder)))
    return blake2b(repr(stamps).encode(), digest_size=16).hexdigest()


def _stamps(folder: str) -> Iterator[tuple[str, int, int]]:
    with os.scandir(folder) as entries:
        for entry in entries:
            if entry.is_dir():
                if entry.name != "__pycache__":
                    yield from _stamps(entry.path)
            else:
                status = entry.stat()
                yield entry.path, status.st_size, status.st_mtime_ns
