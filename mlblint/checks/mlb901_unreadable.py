"""YAML that no parser accepts, in a document that could matter."""

from __future__ import annotations

from collections.abc import Iterator

from mlblint.context import Context
from mlblint.findings import Problem
from mlblint.repo.index import is_archived
from mlblint.text.documents import Document
from mlblint.text.places import Place
from mlblint.text.source import Source


def check(context: Context) -> Iterator[Problem]:
    index = context.model.index
    for broken in index.broken:
        path = broken.source.path
        if is_archived(path) and not context.model.clusters_of(path):
            continue
        at = min(broken.error.offset, len(broken.source.text))
        document = Document(broken.source, 0, broken.source.text, None, at, at)
        yield Problem(
            place=Place(document),
            message=f"this is not YAML: {broken.error}. Nothing in this document can be applied",
            help="mend the document, or `exclude` the file if it is meant for another program",
            severity="error" if context.model.clusters_of(path) else "warning",
            unfixable="what was meant is for a person to decide",
        )
    for path, reason in index.not_text.items():
        yield Problem(
            place=Place(Document(Source(path, b"", ""), 0, "", None, 0, 0)),
            message=f"the file cannot be read as YAML: it is {reason}",
            help="give it another name, or `exclude` it",
            severity="warning",
            unfixable="it is not a text",
        )
