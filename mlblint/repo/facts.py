"""What was worked out of a file's bytes, in a form that outlives the run: lists and texts, as
JSON has them. A document that is made of it knows what it means; where its parts stand is
worked out anew, when somebody asks.

Facts may come from a file that somebody else wrote: whatever is not of this form is refused.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable
from hashlib import blake2b
from typing import Any, NamedTuple

from mlblint.text.documents import Broken, Document, Understood
from mlblint.text.parser import YamlError
from mlblint.text.source import Source

Facts = dict[str, Any]
"""`text`: why the file is none, or null. `parts` and `all`: its relevant documents and all of
them, if they were asked for. `mentions`: which words occur in it, of those that were asked for.
`names`: what may be the name of an object, likewise."""

Parts = tuple[Document | Broken, ...]

MAX_GROWTH = 8
"""Aliases let a document mean much more than is written. What takes so many times the room of
the file is not kept; ordinary documents take less than that."""


class Known(NamedTuple):
    """What is known of a file before it is asked for: the digest of its bytes, what was worked
    out of them, and the bytes themselves, if they had to be read."""

    digest: str
    facts: Facts | None = None
    data: bytes | None = None


class OutdatedError(Exception):
    """A file is not what it was when the facts about it were looked up."""


def digest(data: bytes) -> str:
    return blake2b(data, digest_size=16).hexdigest()


def encoded(what: str, parts: Iterable[Document | Broken], text: str) -> Facts:
    """What is to be kept of some documents of a file, under the name `what`."""
    found = [_of_broken(one) if isinstance(one, Broken) else _of_document(one) for one in parts]
    if "*" in text and len(json.dumps(found)) > MAX_GROWTH * (len(text) + 100):
        return {}
    return {what: found}


def decoded(source: Source, facts: Iterable[Any]) -> Parts:
    return tuple(_part(source, *one) for one in facts)


def _of_document(document: Document) -> list[Any]:
    place = (document.index, document.start, document.end, *document.part)
    return [*place, document.answers, document.repeats_keys, document.data]


def _of_broken(broken: Broken) -> list[Any]:
    error = broken.error
    return [-1, broken.start, broken.end, *broken.part, error.offset, error.problem, None]


def _part(
    source: Source, index: int, start: int, end: int, first: int, last: int, *more: Any
) -> Document | Broken:
    part = (first, last)
    if index < 0:
        offset, problem, _ = more
        return Broken(source, YamlError(problem, offset), start, end, part)
    answers, repeats_keys, data = more
    return Understood(source, index, start, end, part, data, repeats_keys, answers)


def lazily(path: str, wanted: str, read: Callable[[], bytes]) -> Source:
    """The source of a file of which the digest is known."""

    return Source(path, lambda: checked(path, wanted, read))


def checked(path: str, wanted: str, read: Callable[[], bytes]) -> bytes:
    """The bytes of a file, if they are those that are meant."""
    try:
        data = read()
    except OSError:
        raise OutdatedError(path) from None
    if digest(data) != wanted:
        raise OutdatedError(path)
    return data
