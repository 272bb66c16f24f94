"""Every piece of YAML in the repository, wherever it stands: files, and text inside them."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Collection, Iterator
from itertools import chain

from mlblint.repo.index import KUSTOMIZATION_NAMES, is_archived
from mlblint.repo.model import Model
from mlblint.repo.resources import WrittenAt, resources
from mlblint.text.documents import Document, embedded
from mlblint.text.nodes import Mapping, Scalar, Sequence, walk

MAX_EMBEDDING = 4


def live_documents(
    model: Model, pattern: re.Pattern[str], words: tuple[str, ...] = ()
) -> Iterator[Document]:
    """The documents in which the pattern occurs, and those inside their strings; if there are
    `words`, it occurs only where one of these stands. Archives that nothing delivers are left out,
    and objects that a kustomization beside them does not name: nothing applies them."""
    for document in _live(model, pattern, words):
        yield from _with_embedded(document, pattern, MAX_EMBEDDING)


def read_documents(model: Model) -> Iterator[Document]:
    """The documents that the model is made of: the live ones, the kustomizations, and the
    values of charts, inside other documents or not."""
    seen: set[int] = set()
    for document in chain(_live(model), _kustomizations(model), _values(model)):
        if id(document) not in seen:
            seen.add(id(document))
            yield document


def _live(
    model: Model, pattern: re.Pattern[str] | None = None, words: tuple[str, ...] = ()
) -> Iterator[Document]:
    dead = {one.resource.written_at for one in model.undelivered}
    files = {written_at.file for written_at in dead}
    for path in model.files.paths:
        if is_archived(path) and not model.clusters_of(path):
            continue
        documents = model.files.documents(path)
        if words and documents and not model.files.mentions(path, *words):
            continue
        for document in documents:
            if pattern is not None and not document.contains(pattern):
                continue
            if path not in files or not _is_dead(document, dead):
                yield document


def _is_dead(document: Document, dead: Collection[WrittenAt]) -> bool:
    objects = list(resources(document))
    return bool(objects) and all(one.written_at in dead for one in objects)


def _kustomizations(model: Model) -> Iterator[Document]:
    for path in model.files.paths:
        if posixpath.basename(path) in KUSTOMIZATION_NAMES and model.clusters_of(path):
            yield from model.files.all_documents(path)


def _values(model: Model) -> Iterator[Document]:
    for cluster in model.clusters:
        for release in cluster.releases:
            yield from (layer.place.document for layer in release.layers)


def _with_embedded(document: Document, pattern: re.Pattern[str], levels: int) -> Iterator[Document]:
    yield document
    if document.root is None or not levels:
        return
    for path, node in walk(document.root):
        if isinstance(node, Scalar) and "\n" in node.text and pattern.search(node.text):
            for inner in embedded(document, path):
                if isinstance(inner.root, Mapping | Sequence):
                    yield from _with_embedded(inner, pattern, levels - 1)
