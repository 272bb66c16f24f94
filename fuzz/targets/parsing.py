"""Documents are cut and parsed; both parsers agree; offsets lie where they say they do."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import suppress

from fuzz.choices import Choices, seed
from fuzz.seeds import manifests
from mlblint.text import scalars
from mlblint.text.documents import Broken, Understood, chunks, documents
from mlblint.text.nodes import Alias, Mapping, Node, Scalar
from mlblint.text.parser import YamlError, parse, parse_pure
from mlblint.text.repeated import has_repeated_keys
from mlblint.text.scalars import TooManyValuesError
from mlblint.text.source import NotTextError, Source

# YAML 1.2, and with it the pure parser, has other names of anchors than go-yaml and the C parser.
_OTHER_ANCHOR = re.compile(r"[&*][\w-]*[^\w\s,\[\]{}-]")
# No tag may have a `!` in its name: go-yaml and the C parser keep it, the pure one does not.
_OTHER_TAG = re.compile(r"!\w*!\S*!")
# A mark of byte order that begins a line is skipped by the first two, and a letter to the third.
_OTHER_MARK = re.compile("^\ufeff", re.MULTILINE)
# With a tag in front of an anchor, a node begins at the tag; to the pure parser, at the anchor.
_TAG_FIRST = re.compile(r"!\S*\s+&")

Shape = list[tuple[object, ...]]


def seeds() -> Iterator[bytes]:
    for data in manifests():
        yield seed(data)


def check(data: bytes) -> None:
    choices = Choices(data)
    name = choices.among(["x.yaml", "x.json"])
    try:
        source = Source.from_bytes(name, choices.rest)
    except NotTextError:
        return
    assert source.encoded(source.text) == choices.rest
    assert "".join(chunk.text for chunk in chunks(source.text)) == source.text
    for part in documents(source):
        assert 0 <= part.start <= part.end <= len(source.text)
        if isinstance(part, Broken):
            assert part.error.offset >= part.start
            source.position(part.error.offset)
            continue
        if isinstance(part, Understood):
            assert repr(part.data) == repr(scalars.data(part.root))
            assert part.repeats_keys == has_repeated_keys(part.root)
        with suppress(TooManyValuesError):
            _ = part.data
        if part.root is not None:
            _inside(part.root, source.text)
    for chunk in chunks(source.text):
        if len(chunk.text) <= 2_000:
            _agree(chunk.text)


def _inside(root: Node, text: str) -> None:
    todo = [root]
    while todo:
        node = todo.pop()
        assert 0 <= node.start <= node.end <= len(text)
        if isinstance(node, Scalar):
            written = text[node.start : node.end].replace("\t", " ")
            is_bare = not (node.style or node.tag or node.anchor)
            if is_bare and len(written.splitlines()) <= 1:
                assert written.rstrip() == node.text.replace("\t", " ").rstrip()
        elif not isinstance(node, Alias):
            inner = [n for p in node.pairs for n in p] if isinstance(node, Mapping) else node.items
            assert all(node.start <= one.start for one in inner)
            todo += inner


def _agree(text: str) -> None:
    """What both parsers take, they take for the same."""
    if any(one.search(text) for one in (_OTHER_ANCHOR, _OTHER_TAG, _OTHER_MARK, _TAG_FIRST)):
        return
    try:
        fast = parse(text)
    except YamlError:
        return
    try:
        pure = parse_pure(text)
    except YamlError:
        return
    assert list(map(_shape, (one.root for one in fast))) == list(
        map(_shape, (one.root for one in pure))
    )


def _shape(root: Node | None) -> Shape:
    shape: Shape = []
    todo = [root] if root is not None else []
    while todo:
        node = todo.pop()
        if isinstance(node, Scalar):
            shape.append((node.start, node.end, node.text, node.style, node.tag, node.anchor))
        elif isinstance(node, Alias):
            shape.append((node.start, node.end, node.name))
        else:
            inner = [n for p in node.pairs for n in p] if isinstance(node, Mapping) else node.items
            shape.append((type(node).__name__, node.start, node.end, node.flow, len(inner)))
            todo += inner
    return shape
