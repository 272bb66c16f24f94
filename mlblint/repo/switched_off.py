"""What somebody took out of a kustomization on purpose: its entry is a comment now."""

from __future__ import annotations

import posixpath
import re

from mlblint.repo.files import Files
from mlblint.repo.index import kustomization_file

_COMMENTS = re.compile(r"(?:^|\s)#(.*)$", re.MULTILINE)


def is_switched_off(path: str, files: Files) -> bool:
    """Whether a comment of a kustomization above names the file, or a folder that it is in."""
    folder = posixpath.dirname(path)
    while True:
        kustomization = kustomization_file(files, folder)
        source = files.source(kustomization) if kustomization is not None else None
        if source is not None and _names(source.text, posixpath.relpath(path, folder or ".")):
            return True
        if not folder:
            return False
        folder = posixpath.dirname(folder)


def _names(text: str, relative: str) -> bool:
    parts = relative.split("/")
    entries = {"/".join(parts[: length + 1]) for length in range(len(parts))}
    words = (word for comment in _COMMENTS.findall(text) for word in comment.split())
    return any(word.strip("\"',-").removeprefix("./").rstrip("/") in entries for word in words)
