"""What lies on disk beside the files that are looked at: whether something is there, mostly.

What was asked is remembered with the answers, so that a later run can find out whether it would
be told the same.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping
from hashlib import blake2b
from pathlib import Path

from mlblint import boundaries

Question = tuple[str, str]
"""The name of a method and a path below the root."""


class Disk:
    """`exists` knows better whether something is there, for instance where a commit arrives."""

    def __init__(self, root: Path, exists: Callable[[str], bool] | None = None) -> None:
        self._root = str(root)
        self._exists = exists
        self.answers: dict[Question, object] = {}

    def exists(self, path: str) -> bool:
        return bool(self._answer("exists", path))

    def is_folder(self, path: str) -> bool:
        return bool(self._answer("is_folder", path))

    def names(self, folder: str) -> list[str] | None:
        """What lies in a folder and is no folder; None where that cannot be told."""
        found = self._answer("names", folder)
        return found if isinstance(found, list) else None

    def text(self, path: str) -> str:
        """The text of a file that is not looked at itself; of none, none."""
        self._answer("text", path)
        return _text(f"{self._root}/{path}")

    def still_says(self, answers: Mapping[Question, object]) -> bool:
        """Whether the same questions would be answered in the same way."""
        return all(self._ask(*question) == answer for question, answer in answers.items())

    def _ask(self, name: str, path: str) -> object:
        if name == "exists" and self._exists is not None:
            return self._exists(path)
        ask = _QUESTIONS.get(name)
        return ask(f"{self._root}/{path}") if ask else None

    def _answer(self, name: str, path: str) -> object:
        question = (name, path)
        if question not in self.answers:
            self.answers[question] = self._ask(name, path)
        return self.answers[question]


def _names(folder: str) -> list[str] | None:
    try:
        with os.scandir(folder) as entries:
            return sorted(entry.name for entry in entries if not entry.is_dir())
    except OSError:
        return None


def _text(path: str) -> str:
    try:
        return boundaries.read(path).decode("utf-8", "replace")
    except OSError:
        return ""


def _digest(path: str) -> str:
    return blake2b(_text(path).encode(), digest_size=16).hexdigest()


_QUESTIONS: dict[str, Callable[[str], object]] = {
    "exists": os.path.exists,
    "is_folder": os.path.isdir,
    "names": _names,
    "text": _digest,
}
