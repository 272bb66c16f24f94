"""Finding a document again in a text that was parsed anew."""

from __future__ import annotations

from mlblint.text.documents import Chunk, Document, documents, embedded
from mlblint.text.nodes import Path
from mlblint.text.source import Source

Address = tuple[tuple[Path, int], ...]
"""Per level, from the file inwards: the path of the scalar that holds the document, and the
number of the document among those of that text."""


def outermost(document: Document) -> Document:
    """The document of the file in which this one stands."""
    while document.host is not None:
        document = document.host.document
    return document


def document_starts(path: str, chunk: Chunk) -> list[int]:
    """Where the documents of a chunk begin in its file."""
    return [chunk.start + one.start for one in _documents(Source.from_text(path, chunk.text))]


def address(document: Document, starts: list[int]) -> Address:
    """Where the document stands in its chunk, whose documents begin at `starts`."""
    if document.host is None:
        return (((), starts.index(document.start)),)
    outer = document.host
    inner_starts = [one.start for one in embedded(outer.document, outer.path)]
    number = inner_starts.index(document.start)
    return (*address(outer.document, starts), (outer.path, number))


def at_address(source: Source, where: Address) -> Document | None:
    found: list[Document] = _documents(source)
    document: Document | None = None
    for path, number in where:
        if document is not None:
            found = list(embedded(document, path))
        if number >= len(found):
            return None
        document = found[number]
    return document


def _documents(source: Source) -> list[Document]:
    return [one for one in documents(source) if isinstance(one, Document)]
