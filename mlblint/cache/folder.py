"""The folder of the cache: sealed files, written in one step, and not too many of them.

A seal is a digest that only this user's key gives. So what is damaged, cut off or written by
somebody else, with a pull request for instance, is no cache at all.
"""

from __future__ import annotations

import contextlib
import errno
import json
import os
import sys
import time
from collections.abc import Iterator, Mapping
from hashlib import blake2b
from pathlib import Path
from typing import Any

from mlblint import boundaries

KEY, TAG = "key", "CACHEDIR.TAG"
SUFFIX, PART = ".mlblint", ".mlblint-part"
MAX_FILE = 64 * 1024 * 1024
MAX_FOLDER = 512 * 1024 * 1024
"""Bytes: facts about 50,000 files take 30 MB."""
MAX_FILES = 1_000
MAX_AGE = 30 * 24 * 3600.0
"""Seconds after which what nobody has used goes."""

_LEFT_BEHIND = 3600.0
_KEY_SIZE = 32
_SEAL_SIZE = 32

# The mark by which programs that make backups know a cache (https://bford.info/cachedir/).
_TAG = b"Signature: 8a477f597d28d172789f06886806bc55\n# A cache of mlblint.\n"


def home(environment: Mapping[str, str]) -> Path | None:
    """Where the platform keeps caches; None where that cannot be told."""
    given = environment.get("XDG_CACHE_HOME", "")
    if Path(given).is_absolute():
        return Path(given, "mlblint")
    if os.name == "nt":
        local = environment.get("LOCALAPPDATA", "")
        return Path(local, "mlblint", "Cache") if Path(local).is_absolute() else None
    user = environment.get("HOME", "")
    if not Path(user).is_absolute():
        return None
    caches = ("Library", "Caches") if sys.platform == "darwin" else (".cache",)
    return Path(user, *caches, "mlblint")


def opened(root: Path, own: str | None, environment: Mapping[str, str]) -> Folder | None:
    """The cache for a repository: the user's, or the folder of its `own` that the configuration
    names. None where the user has none: nothing that a run could fail for."""
    user = home(environment)
    # A key that lies in the repository may be anybody's.
    if user is None or _is_inside(user, root):
        return None
    try:
        key = _key(user)
    except OSError:
        return None
    return Folder(user if own is None else _own(root, own), key)


def _own(root: Path, name: str) -> Path:
    """Raises OSError for a folder that is not to be used, because of what is in it as well."""
    path = boundaries.inside(root, root / name)
    if not (path / TAG).is_file() and path.exists() and any(path.iterdir()):
        raise FileExistsError(errno.EEXIST, "there are other files in it")
    _prepare(path)
    return path


def clear(user: Path) -> bool:
    """Takes away all that this user's cache holds, its key included; whether there was any."""
    found = list(_files(user))
    for entry in found:
        Path(entry.path).unlink()
    return bool(found)


class Folder:
    def __init__(self, path: Path, key: bytes) -> None:
        self.path = path
        self._key = key

    def read(self, name: str) -> Any:
        """What was written under a name; None if there is nothing, or nothing to believe."""
        file = self.path / f"{name}{SUFFIX}"
        try:
            content = file.read_bytes()
            if time.time() - file.stat().st_mtime > MAX_AGE / 30:
                os.utime(file)
        except OSError:
            return None
        seal, payload = content[:_SEAL_SIZE], content[_SEAL_SIZE:]
        if seal != self._seal(name, payload):
            return None
        return json.loads(payload)

    def write(self, name: str, value: object) -> None:
        payload = json.dumps(value, separators=(",", ":")).encode()
        if len(payload) > MAX_FILE:
            return
        with contextlib.suppress(OSError):
            _put(self.path / f"{name}{SUFFIX}", self._seal(name, payload) + payload)

    def _seal(self, name: str, payload: bytes) -> bytes:
        seal = blake2b(name.encode(), key=self._key, digest_size=_SEAL_SIZE)
        seal.update(payload)
        return seal.digest()

    def tidy(self) -> None:
        """Takes away what was not used for long, and the oldest of what is too much."""
        now, total = time.time(), 0
        kept = [(entry, entry.stat()) for entry in _files(self.path) if entry.name != KEY]
        newest_first = sorted(kept, key=lambda one: -one[1].st_mtime)
        for number, (entry, status) in enumerate(newest_first):
            total += status.st_size
            limit = MAX_AGE if entry.name.endswith(SUFFIX) else _LEFT_BEHIND
            is_too_much = number >= MAX_FILES or total > MAX_FOLDER
            if is_too_much or now - status.st_mtime > limit:
                with contextlib.suppress(OSError):
                    Path(entry.path).unlink()


def _is_inside(path: Path, root: Path) -> bool:
    return Path(os.path.realpath(path)).is_relative_to(os.path.realpath(root))


def _key(user: Path) -> bytes:
    file = user / KEY
    try:
        key = file.read_bytes()
    except FileNotFoundError:
        _prepare(user)
        # Of two runs that do this at once, one loses what it is about to write.
        _put(file, os.urandom(_KEY_SIZE))
        key = file.read_bytes()
    if len(key) != _KEY_SIZE:
        raise OSError(errno.EINVAL, "no key")
    return key


def _put(file: Path, content: bytes) -> None:
    """In one step, and through no link that somebody has put there."""
    part = Path(f"{file}.{os.urandom(4).hex()}{PART}")
    try:
        with part.open("xb") as new:
            new.write(content)
        part.replace(file)
    except OSError:
        with contextlib.suppress(OSError):
            part.unlink()
        raise


def _prepare(folder: Path) -> None:
    """Git, and programs that make backups, are told to look away."""
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    for name, content in ((".gitignore", b"*\n"), (TAG, _TAG)):
        if not os.path.lexists(folder / name):
            _put(folder / name, content)


def _files(folder: Path) -> Iterator[os.DirEntry[str]]:
    """What a cache has written; nothing else is ever taken away."""
    try:
        with os.scandir(folder) as entries:
            found = [one for one in entries if one.is_file(follow_symlinks=False)]
    except OSError:
        return
    for entry in found:
        if entry.name == KEY or entry.name.endswith((SUFFIX, PART)):
            yield entry
