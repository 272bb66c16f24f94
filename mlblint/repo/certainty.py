"""Yes, no, or not known (None): conclusions that admit what cannot be seen (Kleene's logic)."""

from __future__ import annotations

from collections.abc import Iterable

Certainty = bool | None


def either(answers: Iterable[Certainty]) -> Certainty:
    """Yes if one is, no if none can be."""
    unknown = False
    for answer in answers:
        if answer:
            return True
        unknown = unknown or answer is None
    return None if unknown else False


def both(*answers: Certainty) -> Certainty:
    if any(answer is False for answer in answers):
        return False
    return None if None in answers else True
