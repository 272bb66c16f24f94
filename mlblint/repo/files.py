"""The files of a repository, each read and parsed at most once, and only when asked for."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterable, Mapping
from functools import cached_property, lru_cache
from pathlib import Path

from mlblint.text.documents import Broken, Document, documents
from mlblint.text.source import NotTextError, Source

SUFFIXES = (".yaml", ".yml", ".json")


class Files:
    """`paths` are relative to `root` and use "/". `changed` holds bytes that stand in for
    what is on disk: standard input, or a fix that is not written yet."""

    def __init__(
        self, root: Path, paths: Iterable[str], changed: Mapping[str, bytes] | None = None
    ) -> None:
        self.root = root
        self.changed = dict(changed or {})
        self.paths = tuple(sorted({*paths, *self.changed}))
        self.unreadable: dict[str, str] = {}
        self._sources: dict[str, Source | None] = {}
        self._documents: dict[str, tuple[Document | Broken, ...]] = {}

    @cached_property
    def names(self) -> frozenset[str]:
        return frozenset(self.paths)

    @cached_property
    def _folders(self) -> dict[str, list[str]]:
        folders: dict[str, list[str]] = {}
        for path in self.paths:
            folders.setdefault(posixpath.dirname(path), []).append(path)
        return folders

    @cached_property
    def _all_folders(self) -> frozenset[str]:
        found: set[str] = {""}
        for folder in self._folders:
            while folder not in found:
                found.add(folder)
                folder = posixpath.dirname(folder)
        return frozenset(found)

    def has_folder(self, folder: str) -> bool:
        return folder in self._all_folders

    def in_folder(self, folder: str) -> list[str]:
        """The files that lie directly in a folder."""
        return self._folders.get(folder, [])

    def below(self, folder: str) -> list[str]:
        prefix = f"{folder}/" if folder else ""
        return [path for path in self.paths if path.startswith(prefix)]

    def source(self, path: str) -> Source | None:
        """The file, or None if there is none, or none that can be read as text."""
        if path not in self._sources:
            self._sources[path] = self._read(path)
        return self._sources[path]

    def _read(self, path: str) -> Source | None:
        if path not in self.names:
            return None
        try:
            data = self.changed.get(path)
            if data is None:
                data = (self.root / path).read_bytes()
            return Source.from_bytes(path, data)
        except OSError as error:
            self.unreadable[path] = error.strerror or str(error)
        except NotTextError as error:
            self.unreadable[path] = str(error)
        return None

    def parts(self, path: str) -> tuple[Document | Broken, ...]:
        """Everything in a file, whether it could be parsed or not."""
        if path not in self._documents:
            source = self.source(path)
            self._documents[path] = tuple(documents(source)) if source else ()
        return self._documents[path]

    def documents(self, path: str) -> list[Document]:
        return [part for part in self.parts(path) if isinstance(part, Document)]


def join(folder: str, relative: str) -> str | None:
    """The path that `relative` means, seen from `folder`; None if it leaves the repository."""
    if relative.startswith("/"):
        return None
    path = posixpath.normpath(posixpath.join(folder, relative))
    if path == ".":
        return ""
    return None if path == ".." or path.startswith("../") else path


@lru_cache(maxsize=1024)
def glob_pattern(pattern: str) -> re.Pattern[str]:
    """Git's wildcards: `*` and `?` stop at "/", `**` does not."""
    parts: list[str] = []
    at = 0
    while at < len(pattern):
        if pattern.startswith("**/", at):
            parts.append("(?:[^/]+/)*")
            at += 3
        elif pattern.startswith("**", at):
            parts.append(".*")
            at += 2
        else:
            character = pattern[at]
            parts.append({"*": "[^/]*", "?": "[^/]"}.get(character) or re.escape(character))
            at += 1
    return re.compile("".join(parts))
