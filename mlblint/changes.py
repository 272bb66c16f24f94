"""What has changed on disk, found by asking again: that needs no other package, and works on
every file system."""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping
from dataclasses import replace
from pathlib import Path

from mlblint.discovery import folders, repository_files
from mlblint.records import dataclass

Stamp = tuple[int, ...] | None
"""What differs when a file has been written or replaced; None if there is none."""


@dataclass(frozen=True)
class Snapshot:
    """The YAML and JSON files of a repository, and `others`, at a moment: stamps by full path.
    Where a stamp of `lists` differs, there may be other files: folders, and what Git ignores."""

    root: str
    others: tuple[str, ...]
    files: Mapping[str, Stamp]
    lists: Mapping[str, Stamp]

    def later(self) -> Snapshot:
        if any(stamp(path) != known for path, known in self.lists.items()):
            return take(self.root, self.others)
        return Snapshot(self.root, self.others, _stamps(self.files), self.lists)

    def also(self, others: Iterable[str]) -> Snapshot:
        """With more files to be watched, which are known as they are now."""
        more = tuple(path for path in others if path not in self.others)
        return replace(self, others=self.others + more, files={**_stamps(more), **self.files})

    def differing(self, later: Snapshot) -> frozenset[str]:
        paths = {*self.files, *later.files}
        return frozenset(p for p in paths if self.files.get(p) != later.files.get(p))


def take(root: str, others: Iterable[str] = ()) -> Snapshot:
    others = tuple(others)
    lists: dict[str, Stamp] = {}
    for folder, entries in folders(root):
        path = f"{root}/{folder}" if folder else root
        lists[path] = stamp(path)
        if any(entry.name == ".gitignore" for entry in entries):
            lists[f"{path}/.gitignore"] = stamp(f"{path}/.gitignore")
    paths = [f"{root}/{name}" for name in repository_files(Path(root))]
    return Snapshot(root, others, _stamps([*paths, *others]), lists)


def stamp(path: str) -> Stamp:
    try:
        found = os.stat(path)  # noqa: PTH116 - it is asked thousands of times
    except OSError:
        return None
    return found.st_ino, found.st_size, found.st_mtime_ns, found.st_ctime_ns


def _stamps(paths: Iterable[str]) -> dict[str, Stamp]:
    return {path: stamp(path) for path in paths}
