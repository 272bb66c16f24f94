"""The files of a repository, each read and parsed at most once, and only when asked for."""

from __future__ import annotations

import posixpath
import re
from bisect import bisect_left
from collections.abc import Callable, Iterable, Mapping
from errno import EFBIG
from functools import cached_property
from mmap import ACCESS_READ, mmap
from pathlib import Path
from types import MappingProxyType
from typing import TypeVar

from mlblint import boundaries
from mlblint.repo.disk import Disk
from mlblint.repo.facts import Facts, Known, Parts, checked, decoded, digest, encoded, lazily
from mlblint.repo.words import NAME
from mlblint.text.documents import Broken, Document, documents, name_of
from mlblint.text.parser import YamlError
from mlblint.text.scalars import TooManyValuesError
from mlblint.text.source import NotTextError, Source

T = TypeVar("T")

_GIT_CRYPT = b"\0GITCRYPT\0"


class Files:
    """`paths` are relative to `root` and use "/". `changed` holds bytes that stand in for
    what is on disk: standard input, or a fix that is not written yet. Only documents in which
    `relevant` occurs are parsed, unless everything in a file is asked for. `exists` knows of
    any path whether something is there, beside what is looked at: the disk, unless the files
    are those of another time. What is `known` of files on disk is not worked out again."""

    def __init__(
        self,
        root: Path,
        paths: Iterable[str],
        changed: Mapping[str, bytes] | None = None,
        relevant: re.Pattern[str] | None = None,
        exists: Callable[[str], bool] | None = None,
        known: Mapping[str, Known] = MappingProxyType({}),
    ) -> None:
        self.root = root
        self._base = str(root)
        self.relevant = relevant
        self.disk = Disk(root, exists)
        self._exists = exists
        self.changed = dict(changed or {})
        self.paths = tuple(sorted({*paths, *self.changed}))
        self.unreadable: dict[str, str] = {}
        self.not_text: dict[str, str] = {}
        self._known = known
        self._sources: dict[str, Source | None] = {}
        self._relevant: dict[str, Parts] = {}
        self._all: dict[str, Parts] = {}
        self._mentions: dict[str, dict[str, bool]] = {}
        self._names_in: dict[str, list[str]] = {}
        self._looked_into: set[str] = set()

    def only(self, paths: Iterable[str]) -> Files:
        """Some of the files, for a look that nobody else needs to know of."""
        return Files(self.root, paths, None, self.relevant, self._exists, self._known)

    def unknown(self) -> Files:
        """The same files, of which nothing is known."""
        return Files(self.root, self.paths, self.changed, self.relevant, self._exists)

    def knowing(self, known: Mapping[str, Known]) -> Files:
        """The same files, with what is known of them."""
        known = {**self._known, **known}
        other = Files(self.root, self.paths, self.changed, self.relevant, self._exists, known)
        other._looked_into = self._looked_into
        return other

    def with_changes(
        self,
        changed: Mapping[str, bytes],
        paths: Iterable[str] | None = None,
        exists: Callable[[str], bool] | None = None,
    ) -> Files:
        """The same files with other bytes in some of them, or other files. What is the same in
        both is not read or parsed again."""
        known = self.paths if paths is None else paths
        other = Files(self.root, known, changed, self.relevant, exists or self._exists)
        differing = {
            path
            for path in {*self.changed, *other.changed}
            if self.changed.get(path) != other.changed.get(path)
        }
        if paths is not None:
            differing |= self.names ^ other.names
        return other._knowing(self, differing)

    def read_again(self, stale: Iterable[str], paths: Iterable[str]) -> Files:
        """What is on disk later: `paths` are there now, and those that are `stale` have changed."""
        other = Files(self.root, paths, self.changed, self.relevant)
        return other._knowing(self, {*stale} | (self.names ^ other.names))

    def _knowing(self, other: Files, differing: set[str]) -> Files:
        """With what `other` has read and parsed of the files that do not differ."""
        self._known = _without(differing, other._known)
        self._sources = _without(differing, other._sources)
        self._relevant = _without(differing, other._relevant)
        self._all = _without(differing, other._all)
        # What is asked of the one, or read in it, is known of the other.
        self._mentions = _without(differing, other._mentions) if differing else other._mentions
        self._names_in = _without(differing, other._names_in) if differing else other._names_in
        self._looked_into = other._looked_into
        self.unreadable = _without(differing, other.unreadable)
        self.not_text = _without(differing, other.not_text)
        return self

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
    def folders(self) -> frozenset[str]:
        found: set[str] = {""}
        for folder in self._folders:
            while folder not in found:
                found.add(folder)
                folder = posixpath.dirname(folder)
        return frozenset(found)

    @cached_property
    def _subfolders(self) -> dict[str, list[str]]:
        inner: dict[str, list[str]] = {}
        for folder in sorted(self.folders - {""}):
            inner.setdefault(posixpath.dirname(folder), []).append(folder)
        return inner

    def subfolders(self, folder: str) -> list[str]:
        return self._subfolders.get(folder, [])

    @cached_property
    def _by_name(self) -> dict[str, list[str]]:
        found: dict[str, list[str]] = {}
        for path in sorted(self.folders | self.names):
            found.setdefault(posixpath.basename(path), []).append(path)
        return found

    def called(self, name: str) -> list[str]:
        """The files and folders of that name, wherever they are."""
        return self._by_name.get(name, [])

    def has_folder(self, folder: str) -> bool:
        return folder in self.folders

    def in_folder(self, folder: str) -> list[str]:
        """The files that lie directly in a folder."""
        return self._folders.get(folder, [])

    def below(self, folder: str) -> tuple[str, ...]:
        """All files in a folder and in the folders inside it."""
        if not folder:
            return self.paths
        first = bisect_left(self.paths, f"{folder}/")
        # "0" comes right behind "/".
        return self.paths[first : bisect_left(self.paths, f"{folder}0")]

    def source(self, path: str) -> Source | None:
        """The file, or None if there is none, or none that can be read as text."""
        if path not in self._sources:
            self._sources[path] = self._read(path)
        return self._sources[path]

    def exists(self, path: str) -> bool:
        """Whether something lies at a path, whatever it is."""
        return self.disk.exists(path)

    def _read(self, path: str) -> Source | None:
        if path not in self.names:
            return None
        known = self._known_of(path)
        facts = known.facts if known else None
        if known and facts:
            if facts["text"] is not None:
                self.not_text[path] = facts["text"]
                return None
            return lazily(path, known.digest, lambda: self._bytes(path))
        self._looked_into.add(path)
        try:
            if known is None:
                data = self._bytes(path)
            elif known.data is None:
                data = checked(path, known.digest, lambda: self._bytes(path))
            else:
                data = known.data
        except OSError as error:
            if error.errno != EFBIG:
                self.unreadable[path] = error.strerror or str(error)
            elif self._is_relevant_and_large(path):
                self.not_text[path] = "larger than mlblint reads"
            return None
        try:
            return Source.from_bytes(path, data)
        except NotTextError as error:
            self.not_text[path] = "encrypted" if data.startswith(_GIT_CRYPT) else str(error)
        return None

    def _known_of(self, path: str) -> Known | None:
        return None if path in self.changed else self._known.get(path)

    def was_looked_into(self, path: str) -> bool:
        """Whether anybody has seen the text of a file, beyond what is known as facts."""
        return path in self._looked_into

    def _bytes(self, path: str) -> bytes:
        self._looked_into.add(path)
        data = self.changed.get(path)
        # pathlib takes as long to put the two together as the system to read a file.
        return boundaries.read(f"{self._base}/{path}") if data is None else data

    def _is_relevant_and_large(self, path: str) -> bool:
        """Whether anything relevant stands in a file that is too large to be read."""
        if self.relevant is None:
            return True
        wanted = re.compile(self.relevant.pattern.encode(), self.relevant.flags & ~re.UNICODE)
        with (
            (self.root / path).open("rb") as file,
            mmap(file.fileno(), 0, access=ACCESS_READ) as whole,
        ):
            return wanted.search(whole) is not None

    def parts(self, path: str) -> Parts:
        """The relevant documents of a file, whether they could be parsed or not."""
        if path not in self._relevant:
            self._relevant[path] = self._worked_out(path, "parts", self._relevant_parts)
        return self._relevant[path]

    def all_parts(self, path: str) -> Parts:
        """Everything in a file. What is relevant of it stays the same, and the same objects,
        whether this is asked before or after."""
        relevant = self.parts(path)
        if self.relevant is None:
            return relevant
        if path not in self._all:
            rest = self._worked_out(path, "rest", self._other_parts)
            merged = sorted((*relevant, *rest), key=lambda one: one.start) if rest else relevant
            self._all[path] = tuple(merged)
        return self._all[path]

    def _worked_out(self, path: str, what: str, work_out: Callable[[Source], Parts]) -> Parts:
        source = self.source(path)
        if source is None:
            return ()
        known = self._known_of(path)
        if known and known.facts and what in known.facts:
            return decoded(source, known.facts[what])
        return work_out(source)

    def _relevant_parts(self, source: Source) -> Parts:
        if self.relevant is not None and not self.relevant.search(source.text):
            return ()
        return tuple(map(_measured, documents(source, self.relevant)))

    def _other_parts(self, source: Source) -> Parts:
        known = {part.part[0] for part in self.parts(source.path)}
        return tuple(map(_measured, documents(source, known=known)))

    def mentions(self, path: str, *words: str) -> bool:
        """Whether any of the words stands in a file."""
        source = self.source(path)
        if source is None:
            return False
        asked = name_of("\0".join(words))
        if path not in self._mentions:
            known = self._known_of(path)
            self._mentions[path] = dict(known.facts["mentions"]) if known and known.facts else {}
        answers = self._mentions[path]
        if asked not in answers:
            # A generator would take four times as long, and thousands of files are asked.
            answers[asked] = any(map(source.text.__contains__, words))
        return answers[asked]

    def names_in(self, path: str) -> list[str]:
        """What may be names of objects in a file, whatever stands in it."""
        source = self.source(path)
        if path not in self._names_in and source is not None:
            known = self._known_of(path)
            facts = known.facts if known and known.facts else {}
            names = facts.get("names")
            self._names_in[path] = (
                sorted(set(NAME.findall(source.text))) if names is None else names
            )
        return self._names_in.get(path, [])

    def facts(self, path: str) -> Known | None:
        """What is known of a file now, if it is one that is on disk and can be read."""
        source = self.source(path)
        if path in self.changed or path in self.unreadable or not self.has(path):
            return None
        known = self._known_of(path)
        if known is None and source is None:
            return None
        before = (known.facts if known else None) or {"text": self.not_text.get(path)}
        gained: Facts = {"mentions": self._mentions.get(path) or before.get("mentions", {})}
        if path in self._names_in:
            gained["names"] = self._names_in[path]
        if source and "parts" not in before and path in self._relevant:
            gained |= encoded("parts", self._relevant[path], source.text)
        if source and "rest" not in before and path in self._all:
            relevant = {part.part[0] for part in self.parts(path)}
            rest = (part for part in self._all[path] if part.part[0] not in relevant)
            gained |= encoded("rest", rest, source.text)
        name = known.digest if known else digest(source.data) if source else ""
        return Known(name, {**before, **gained})

    def documents(self, path: str) -> list[Document]:
        return [part for part in self.parts(path) if isinstance(part, Document)]

    def all_documents(self, path: str) -> list[Document]:
        return [part for part in self.all_parts(path) if isinstance(part, Document)]

    def has(self, path: str) -> bool:
        return path in self.names


def _measured(part: Document | Broken) -> Document | Broken:
    """Aliases can make a short text stand for more values than anybody can hold; such a
    document is no better than one that cannot be parsed."""
    if isinstance(part, Document) and part.text.find("*", part.start, part.end) >= 0:
        try:
            _ = part.data
        except TooManyValuesError as error:
            problem = YamlError(str(error), part.start)
            return Broken(part.source, problem, part.start, part.end, part.part)
    return part


def _without(paths: set[str], known: Mapping[str, T]) -> dict[str, T]:
    return {path: one for path, one in known.items() if path not in paths}


def join(folder: str, relative: str) -> str | None:
    """The path that `relative` means, seen from `folder`; None if it leaves the repository."""
    if relative.startswith("/"):
        return None
    plain = relative.removeprefix("./")
    if plain and "./" not in plain and "//" not in relative and plain[-1] not in "./":
        # Most entries say it outright.
        return f"{folder}/{plain}" if folder else plain
    path = posixpath.normpath(posixpath.join(folder, relative))
    if path == ".":
        return ""
    return None if path == ".." or path.startswith("../") else path
