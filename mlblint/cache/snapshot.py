"""Which files are what they were: by what the system says of them, or by their bytes."""

from __future__ import annotations

import os
import time
from collections.abc import Iterable, Mapping
from typing import Any

from mlblint import boundaries
from mlblint.records import dataclass
from mlblint.repo.facts import Known, digest

Stamp = tuple[int, int, int, int]
"""Size, times of change (of the content, and of anything), and inode."""

Before = Mapping[str, Any]
"""By path: a stamp and the digest that belonged to it, in one list."""

_FINE, _COARSE = 50_000_000, 2_000_000_000
"""Nanoseconds within which two changes may get the same time, by the kind of file system."""


@dataclass(frozen=True)
class Snapshot:
    """`stamps` were taken before anything was read."""

    stamps: Mapping[str, Stamp]
    known: Mapping[str, Known]
    taken: int


def take(base: str, paths: Iterable[str], before: Before) -> Snapshot:
    """Files that changed since are read. Without anything from before, none is: there is no
    state that could be the same."""
    taken = time.time_ns()
    stamps: dict[str, Stamp] = {}
    known: dict[str, Known] = {}
    for path in paths:
        try:
            status = os.lstat(f"{base}/{path}")
            stamp = (status.st_size, status.st_mtime_ns, status.st_ctime_ns, status.st_ino)
            stamps[path] = stamp
            one = before.get(path)
            if one is not None and tuple(one[:4]) == stamp:
                known[path] = Known(one[4])
            elif before:
                data = boundaries.read(f"{base}/{path}")
                known[path] = Known(digest(data), None, data)
        except OSError:
            continue
    return Snapshot(stamps, known, taken)


def kept(snapshot: Snapshot, digests: Mapping[str, str]) -> dict[str, list[Any]]:
    """What the next run compares with. A file that changed just before it was read may have
    changed again since, without another time: it will be read again."""
    return {
        path: [*stamp, digests[path]]
        for path, stamp in snapshot.stamps.items()
        if path in digests and _is_settled(stamp, snapshot.taken)
    }


def _is_settled(stamp: Stamp, taken: int) -> bool:
    changed = max(stamp[1], stamp[2])
    return taken - changed > (_COARSE if stamp[1] % 1_000_000 == 0 else _FINE)
