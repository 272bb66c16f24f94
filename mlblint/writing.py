"""Writing a file so that it is the old one or the new one at every moment, never a third."""

from __future__ import annotations

import os
import stat
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

PATIENCE, PAUSE = 10.0, 0.02
"""Seconds to wait for another run, and between two looks."""


class WriteError(Exception):
    """Why a file was not written; it is as it was."""

    def __init__(self, path: str, reason: str) -> None:
        super().__init__(f"{path}: {reason}")
        self.path = path
        self.reason = reason


def write(root: Path, path: str, old: bytes, new: bytes) -> None:
    """Replace the content of a file below `root`; raises WriteError if its bytes are not `old`
    any more, or if it cannot be done."""
    try:
        target = _target(root, path)
        with _locked(target.parent) as folder:
            status = _writable(target, path)
            if target.read_bytes() != old:
                raise WriteError(path, "it changed since it was read; run again")
            _replace(target, new, status)
            _flush(folder)
    except OSError as error:
        raise WriteError(path, error.strerror or str(error)) from None


def put(path: Path, data: bytes, *, follow: bool = True) -> None:
    """Write a file that is made anew, all of it or nothing. What is no plain file (a pipe, a
    device, a link to standard output) is written to or, unless we `follow` it, replaced. An
    OSError says why nothing was written."""
    try:
        status: os.stat_result | None = path.lstat()
    except FileNotFoundError:
        status = None
    if status is not None and not stat.S_ISREG(status.st_mode):
        if follow:
            path.write_bytes(data)
            return
        status = None
    _replace(path, data, status)


def _target(root: Path, path: str) -> Path:
    """The file itself, behind symbolic links."""
    # A link to nowhere, or in a circle, is an OSError or, before Python 3.13, a RuntimeError.
    try:
        target = (root / path).resolve(strict=True)
    except RuntimeError:
        raise WriteError(path, "the symbolic link leads in a circle") from None
    if not target.is_relative_to(root.resolve()):
        raise WriteError(path, f"it is a symbolic link out of the repository, to {target}")
    return target


def _writable(target: Path, path: str) -> os.stat_result:
    status = target.stat()
    if not stat.S_ISREG(status.st_mode):
        raise WriteError(path, "it is no regular file")
    # For root every file is writable, but a read-only file was meant to stay as it is.
    if not status.st_mode & 0o222 or not os.access(target, os.W_OK):
        raise WriteError(path, "it is read-only")
    return status


def _replace(target: Path, new: bytes, status: os.stat_result | None) -> None:
    import secrets

    temporary = target.with_name(f".{target.name[:100]}.{secrets.token_hex(6)}.tmp")
    try:
        flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | getattr(os, "O_CLOEXEC", 0)
        mode = 0o666 if status is None else 0o600
        descriptor = os.open(temporary, flags | getattr(os, "O_BINARY", 0), mode)
        try:
            _fill(descriptor, new)
            if status is not None:
                _take_over(descriptor, temporary, status)
            os.fsync(descriptor)
        finally:
            os.close(descriptor)
        temporary.replace(target)
    except BaseException:
        with suppress(OSError):
            temporary.unlink()
        raise


def _fill(descriptor: int, data: bytes) -> None:
    rest = memoryview(data)
    while rest:
        rest = rest[os.write(descriptor, rest) :]


def _take_over(descriptor: int, temporary: Path, status: os.stat_result) -> None:
    """Owner and mode of the old file; only root may give a file to somebody else."""
    if hasattr(os, "fchown"):
        with suppress(PermissionError):
            os.fchown(descriptor, status.st_uid, status.st_gid)
    # After the owner: changing that clears the set-user-id bits.
    temporary.chmod(stat.S_IMODE(status.st_mode))


@contextmanager
def _locked(folder: Path) -> Iterator[int | None]:
    """Keep other runs from writing in this folder between our look at a file and its
    replacement. Where the system cannot lock a folder, the look alone has to do."""
    if os.name != "posix":
        yield None
        return
    import fcntl

    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        for _ in range(int(PATIENCE / PAUSE)):
            try:
                fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                time.sleep(PAUSE)
            except OSError:
                break
            else:
                break
        else:
            raise BlockingIOError(None, "another run is writing in this folder")
        yield descriptor
    finally:
        os.close(descriptor)


def _flush(folder: int | None) -> None:
    """Make the new name last; the content is safe already, so a refusal is no failure."""
    if folder is not None:
        with suppress(OSError):
            os.fsync(folder)
