from __future__ import annotations

from collections.abc import Callable, Iterable

import pytest

from mlblint.text.documents import Document, documents, embedded
from mlblint.text.edits import Edit
from mlblint.text.places import Place
from mlblint.text.planning import plan
from mlblint.text.proof import prove
from mlblint.text.source import Source

Edits = Callable[[Place], Edit | Iterable[Edit]]


@pytest.fixture
def edited() -> Callable[..., str]:
    """The text of a file after edits, which are told the place of its document."""

    def after(text: str, make: Edits, path: str = "x.yaml", document: int = 0) -> str:
        source = Source.from_bytes(path, text.encode())
        found = [one for one in documents(source) if isinstance(one, Document)]
        made = make(Place(found[document]))
        edits = list(made) if isinstance(made, Iterable) else [made]
        return prove(source, plan(edits), edits)

    return after


@pytest.fixture
def inside() -> Callable[..., Place]:
    """The place of the first document that stands inside a scalar."""

    def place(outer: Place, *path: str | int) -> Place:
        return Place(next(iter(embedded(outer.document, path))))

    return place
