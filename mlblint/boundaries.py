"""What may be read or written at the word of a linted repository: regular files inside it.

Refusals are OSErrors, so that they are told like every other reason why a file cannot be used.
"""

from __future__ import annotations

import errno
import os
import stat
from pathlib import Path

MAX_FILE = 16 * 1024 * 1024
"""Bytes of a file that is read as a whole. etcd takes objects of 1.5 MB, and the largest bundles
of definitions are a third of this."""

TOO_LARGE = f"it is larger than {MAX_FILE >> 20} MB"
OUTSIDE = "it is outside of the repository"


def inside(root: Path, path: Path) -> Path:
    """`path` without symbolic links; an OSError if it leads out of `root`."""
    real = Path(os.path.realpath(path))
    if not real.is_relative_to(os.path.realpath(root)):
        raise PermissionError(errno.EACCES, OUTSIDE)
    return real


def named(root: Path, path: Path) -> Path:
    """A file that a person named on the command line, who may name any; but a link that the
    repository put at that name must not lead out of it."""
    # Not `resolve`, which goes behind the links that this is about.
    plain = Path(os.path.normpath(Path.cwd() / path))
    return inside(root, path) if plain.is_relative_to(os.path.normpath(root)) else path


def read(path: Path | str) -> bytes:
    """The content of a regular file: a pipe or a device would never end."""
    # To open a pipe would wait for somebody who writes into it.
    flags = os.O_RDONLY | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0)
    with os.fdopen(os.open(path, flags), "rb") as file:
        status = os.fstat(file.fileno())
        if not stat.S_ISREG(status.st_mode):
            raise OSError(errno.EINVAL, _kind(status.st_mode))
        if status.st_size > MAX_FILE:
            raise OSError(errno.EFBIG, TOO_LARGE)
        return file.read()


def _kind(mode: int) -> str:
    return os.strerror(errno.EISDIR) if stat.S_ISDIR(mode) else "it is no regular file"
