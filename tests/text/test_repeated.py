"""Which keys stand more than once, and which of their places counts."""

from __future__ import annotations

import pytest

from mlblint.text.documents import Document, documents
from mlblint.text.repeated import repeated_keys
from mlblint.text.source import Source


def repeated(text: str) -> dict[str, list[int]]:
    """Dotted paths, and the lines of the keys."""
    (document,) = documents(Source.from_bytes("f.yaml", text.encode()))
    assert isinstance(document, Document)
    return {
        ".".join(map(str, one.path)): [document.position(key.start).line for key in one.keys]
        for one in repeated_keys(document.root)
    }


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("a: 1\nb: 2\na: 3\n", {"a": [1, 3]}),
        ("a: 1\na: 2\na: 3\n", {"a": [1, 2, 3]}),
        ("a: 1\n'a': 2\n", {"a": [1, 2]}),
        ("- {a: 1, a: 2}\n- {a: 1}\n", {"0.a": [1, 1]}),
        ("x: {a: 1}\ny:\n  z: {a: 1}\n", {}),
        # Another anchor's mapping; a merge key, once and twice.
        ("x: &x {a: 1}\ny: *x\nz: {<<: *x, a: 2}\n", {}),
        ("x: &x {a: 1}\nz:\n  <<: *x\n  <<: *x\n", {}),
        # What is lost is not looked at; what wins is.
        ("x: {a: 1, a: 2}\nx: {b: 1}\n", {"x": [1, 2]}),
        ("x: {a: 1}\nx: {b: 1, b: 2}\n", {"x": [1, 2], "x.b": [2, 2]}),
        ("{{ name }}: 1\n", {}),
        ("a\n", {}),
    ],
)
def test_repeated_keys(text: str, found: dict[str, list[int]]) -> None:
    assert repeated(text) == found
