"""Everything that MetalLB refuses in one cluster."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from functools import reduce
from itertools import groupby

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
    Dialect,
    Refusal,
    configuration,
    dialects,
)
from mlblint.repo.versions import Version
from mlblint.text.places import Place

_RULES = (peers, sessions, advertisements, communities, selection)


_Found = dict[tuple[str, Place], Refusal]


def refused(model: Model, cluster: Cluster) -> list[Refusal]:
    """Where the release is not known: what the newest refuses, and since when; where it is not
    known how it speaks BGP: what it refuses both ways."""
    found: _Found | None = None
    newer: _Found = {}
    before: Version | None = None
    for release, modes in groupby(dialects(cluster.version, cluster.bgp_type), _version):
        now = reduce(_both, (_by_place(configuration(model, cluster, mode)) for mode in modes))
        kept = now if found is None else _both(found, now)
        for key in (found or {}).keys() - kept.keys():
            newer[key] = replace((found or {})[key], since=before)
        found, before = kept, release
        if not found:
            break
    return [one for one in (*(found or {}).values(), *newer.values()) if not one.covered]


def _version(dialect: Dialect) -> Version:
    return dialect.version


def _by_place(config: Configuration) -> _Found:
    return {(refusal.rule, refusal.place): refusal for refusal in _refusals(config)}


def _refusals(config: Configuration) -> Iterator[Refusal]:
    for rule in _RULES:
        yield from rule.refusals(config)


def _both(left: _Found, right: _Found) -> _Found:
    return {
        key: replace(
            one,
            covered=one.covered and right[key].covered,
            certain=one.certain and right[key].certain,
        )
        for key, one in left.items()
        if key in right
    }
