"""Everything that MetalLB refuses in one cluster."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from mlblint.repo.model import Cluster, Model
from mlblint.repo.validation import (
    advertisements,
    communities,
    peers,
    selection,
    sessions,
)
from mlblint.repo.validation.configuration import (
    Configuration,
    Refusal,
    configuration,
    dialects,
)
from mlblint.text.places import Place

_RULES = (peers, sessions, advertisements, communities, selection)


def refused(model: Model, cluster: Cluster) -> list[Refusal]:
    """Where the release, or how it speaks BGP, is not known: what all of them refuse."""
    found: dict[tuple[str, Place], Refusal] | None = None
    for dialect in dialects(cluster.version, cluster.bgp_type):
        now = {(r.rule, r.place): r for r in _refusals(configuration(model, cluster, dialect))}
        found = now if found is None else _both(found, now)
        if not found:
            break
    return [refusal for refusal in (found or {}).values() if not refusal.covered]


def _refusals(config: Configuration) -> Iterator[Refusal]:
    for rule in _RULES:
        yield from rule.refusals(config)


def _both(
    left: dict[tuple[str, Place], Refusal], right: dict[tuple[str, Place], Refusal]
) -> dict[tuple[str, Place], Refusal]:
    return {
        key: replace(
            one,
            covered=one.covered and right[key].covered,
            certain=one.certain and right[key].certain,
        )
        for key, one in left.items()
        if key in right
    }
