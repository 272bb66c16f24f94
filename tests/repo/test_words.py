"""Where a word is looked for first, it has to stand wherever the pattern would be found."""

from __future__ import annotations

import pytest

from mlblint.checks import mlb101_annotation_prefix
from mlblint.repo import unseen, words


@pytest.mark.parametrize("kind", unseen._KINDS)
def test_every_kind_of_metallb_has_a_word(kind: str) -> None:
    assert any(word in kind for word in words.METALLB_KINDS)


@pytest.mark.parametrize(
    ("asked", "prefixes"),
    [
        (words.CURRENT_REQUESTS, ("metallb.io", r"metallb\.io")),
        (
            words.FORMER_REQUESTS,
            tuple(f"metallb{one}.universe{other}.tf" for one in ("", "\\") for other in ("", "\\")),
        ),
    ],
)
def test_every_request_has_a_word(asked: tuple[str, ...], prefixes: tuple[str, ...]) -> None:
    for prefix in prefixes:
        for separator in ("/", "~1"):
            text = f"{prefix}{separator}address-pool"
            assert mlb101_annotation_prefix._ANYWHERE.search(text)
            assert any(word in text for word in asked)
