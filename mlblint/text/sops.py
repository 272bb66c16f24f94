"""Files that SOPS encrypted: their checksum covers every value, also those in the clear."""

from __future__ import annotations

import re

from mlblint.text.documents import Document, documents
from mlblint.text.nodes import Mapping, pair
from mlblint.text.source import Source

_KEY = re.compile(r"""^["']?sops["']?[ \t]*:|"sops"[ \t]*:""", re.MULTILINE)


def is_encrypted(source: Source) -> bool:
    if not _KEY.search(source.text):
        return False
    return any(isinstance(one, Document) and _has_checksum(one) for one in documents(source))


def _has_checksum(document: Document) -> bool:
    found = pair(document.root, "sops") if isinstance(document.root, Mapping) else None
    return found is not None and pair(found[1], "mac") is not None
