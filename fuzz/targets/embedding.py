"""A place in YAML inside a block scalar is the same characters in the file around it."""

from __future__ import annotations

from collections.abc import Iterator

from fuzz.choices import Choices, seed
from fuzz.seeds import manifests
from mlblint.text.documents import Document, documents, embedded
from mlblint.text.nodes import Scalar, walk
from mlblint.text.places import Place, positions
from mlblint.text.source import NotTextError, Source

HEADERS = ("|", "|-", "|+", "|2", "|4-", "| # c", ">", ">-")
MARGINS = ("  ", "    ", " ")
LEVELS = 3


def seeds() -> Iterator[bytes]:
    for number, data in enumerate(manifests()):
        yield seed(data, number % len(HEADERS), number % len(MARGINS), number % 2, number % 3)


def check(data: bytes) -> None:
    choices = Choices(data)
    text = choices.text
    for _ in range(1 + choices.number(LEVELS)):
        header, margin = choices.among(HEADERS), choices.among(MARGINS)
        break_ = choices.among(["\n", "\r\n"])
        lines = text.splitlines(keepends=True)
        body = "".join(margin + line if line.strip() else line for line in lines)
        text = f"a: 1{break_}b: {header}{break_}{body}"
    try:
        source = Source.from_bytes("x.yaml", text.encode("utf-8", "surrogatepass"))
    except NotTextError:
        return
    for document in documents(source):
        if isinstance(document, Document):
            _every_place(document, LEVELS)


def _every_place(host: Document, levels: int) -> None:
    if host.root is None:
        return
    for path, node in walk(host.root):
        if not isinstance(node, Scalar) or not path or "\n" not in node.text:
            continue
        for inner in embedded(host, path):
            assert inner.host is not None
            if inner.host.lines.inexact is None:
                _same_characters(inner)
            if inner.root is not None:
                for at, _ in walk(inner.root):
                    start, end = positions(Place(inner, at))
                    assert start <= end
            if levels:
                _every_place(inner, levels - 1)


def _same_characters(inner: Document) -> None:
    file, text = inner.source.text, inner.text
    assert inner.host is not None
    exact = _traceable(inner)
    for offset, character in enumerate(text):
        outer = inner.file_offset(offset)
        if exact and character not in "\r\n":
            assert file[outer] == character, (offset, outer, character)


def _traceable(document: Document) -> bool:
    while document.host is not None:
        if document.host.lines.inexact is not None:
            return False
        document = document.host.document
    return True
