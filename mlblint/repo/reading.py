"""Reading and parsing many files at once, in several processes.

The processes take pieces of the list from a pipe until it is empty, and each sends what it has
found in one go. What one of them could not do is simply not known afterwards.
"""

from __future__ import annotations

import contextlib
import marshal
import os
import posixpath
import signal
import struct
from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Any

from mlblint.repo.facts import Known, Parts
from mlblint.repo.files import Files
from mlblint.repo.index import KUSTOMIZATION_NAMES
from mlblint.repo.words import EVERYWHERE, IN_DOCUMENTS, NAMED, WITH_DOCUMENTS
from mlblint.text.documents import Document

Track = Callable[[str, Sequence[Any]], Iterable[Any]]
"""Gives back what it is given, one by one, and tells somebody how far it is with what."""

WORTH_IT = 300
"""Files, from which on a second process saves more than it takes: of a run over 400 files, a
quarter, on two cores."""
MOST = 4
"""Processes, this one included."""

_PIECE = 16
_MAX_PIECES = 8000
"""Numbers of two bytes fill a pipe of 16 kB at most, which is what every system has."""
_NUMBER = struct.Struct("=H")


def processes(files: int) -> int:
    """How many should share the work."""
    if files < WORTH_IT or not hasattr(os, "fork"):
        return 1
    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count()
    return min(cores or 1, MOST)


def read_together(
    files: Files,
    paths: Sequence[str],
    count: int,
    meanwhile: Callable[[], object] = lambda: None,
    track: Track | None = None,
) -> dict[str, Known]:
    """What `count` processes find in some of the files. This one does something else before it
    takes part."""
    size = max(_PIECE, -(-len(paths) // _MAX_PIECES))
    pieces = [paths[at : at + size] for at in range(0, len(paths), size)]
    queue, fill = os.pipe()
    os.write(fill, b"".join(map(_NUMBER.pack, range(len(pieces)))))
    os.close(fill)
    helpers = [_helper(files, pieces, queue) for _ in range(count - 1)]
    try:
        meanwhile()
        steps = track("Reading files", range(len(paths))) if track else range(len(paths))
        found = dict(_share(files, pieces, queue, steps))
        for _, answer in helpers:
            found |= _received(answer)
    finally:
        # Whatever ends this process, a signal for instance, ends them as well.
        os.close(queue)
        for process, _ in helpers:
            os.kill(process, signal.SIGKILL)
            os.waitpid(process, 0)
    return found


def _share(
    files: Files, pieces: Sequence[Sequence[str]], queue: int, steps: Iterable[int]
) -> Iterator[tuple[str, Known]]:
    """`steps` count the files, so that somebody can see how far all processes have come."""
    reached = 0
    for step in steps:
        if step < reached:
            continue
        number = os.read(queue, _NUMBER.size)
        if not number:
            return
        piece = pieces[_NUMBER.unpack(number)[0]]
        reached = (_NUMBER.unpack(number)[0] + 1) * len(pieces[0])
        yield from facts_of(files.only(piece))


def facts_of(
    files: Files, questions: Iterable[Sequence[str]] = EVERYWHERE
) -> Iterator[tuple[str, Known]]:
    """What is to be known of files, worked out in this process."""
    for path in files.paths:
        for words in questions:
            files.mentions(path, *words)
        is_named = any(files.mentions(path, *words) for words in NAMED)
        if is_named:
            files.names_in(path)
        parts = files.parts(path)
        if (is_named and parts) or posixpath.basename(path) in KUSTOMIZATION_NAMES:
            parts = files.all_parts(path)
        _ask_documents(files, path, parts)
        known = files.facts(path)
        if known is not None:
            yield path, known


def _ask_documents(files: Files, path: str, parts: Parts) -> None:
    documents = [part for part in parts if isinstance(part, Document)]
    for words in WITH_DOCUMENTS if documents else ():
        files.mentions(path, *words)
    for document in documents:
        for pattern in IN_DOCUMENTS:
            document.contains(pattern)


def _helper(files: Files, pieces: Sequence[Sequence[str]], queue: int) -> tuple[int, int]:
    """A process that takes part, and the pipe that its answer comes from."""
    answer, end = os.pipe()
    process = os.fork()
    if process:
        os.close(end)
        return process, answer
    # Nothing of this process may get out, least of all an exception or somebody's clean-up.
    try:
        # Only if nobody else can read it, a pipe breaks when the reader is gone.
        os.close(answer)
        signal.signal(signal.SIGTERM, signal.SIG_DFL)
        signal.signal(signal.SIGINT, signal.SIG_DFL)
        steps = range(sum(map(len, pieces)))
        found = [(path, *known) for path, known in _share(files, pieces, queue, steps)]
        with os.fdopen(end, "wb") as stream:
            stream.write(marshal.dumps(found))
    finally:
        os._exit(0)


def _received(answer: int) -> dict[str, Known]:
    """Facts have a form that JSON can hold, but marshal is four times as fast; it is fit for what
    this program itself has sent."""
    with os.fdopen(answer, "rb") as stream:
        content = stream.read()
    with contextlib.suppress(EOFError, ValueError, TypeError):
        return {path: Known(*known) for path, *known in marshal.loads(content)}
    return {}
