"""Sync waves that are no integer, or no string."""

from __future__ import annotations

from collections.abc import Iterator

from mlblint.context import Context, subject_of
from mlblint.findings import Fix, Problem
from mlblint.repo.delivery import WAVE, Delivered, is_wave
from mlblint.repo.model import Cluster
from mlblint.repo.resources import get, is_opaque
from mlblint.text.edits import Set

_STRAY = " \t\r\n\"'"


def check(context: Context) -> Iterator[Problem]:
    for cluster in context.model.clusters:
        for delivered in cluster.delivered:
            resource = delivered.resource
            given = resource.annotations
            if WAVE in given and not resource.is_unknown("metadata", "annotations", WAVE):
                yield from _judge(delivered, given[WAVE], cluster)


def _judge(delivered: Delivered, value: object, cluster: Cluster) -> Iterator[Problem]:
    if is_opaque(value) or (isinstance(value, str) and is_wave(value)):
        return
    if not (value is None or isinstance(value, str | int | float)):
        return
    place = delivered.resource.place("metadata", "annotations", WAVE)
    what = f"{delivered.resource.kind} `{delivered.resource.name}`"
    meant = _meant(value)
    fix = None
    if meant is not None and get(place.document.data, *place.path) == value:
        fix = Fix(f'write `{WAVE}: "{meant}"`', (Set(place, meant),))
    yield Problem(
        place=place,
        message=_message(what, value),
        help=f'write `{WAVE}: "{meant}"`' if meant is not None else "write an integer in quotes",
        subject=subject_of(delivered, cluster),
        fix=fix,
        unfixable=None if fix is not None else _why_not(meant),
    )


def _meant(value: object) -> str | None:
    """The wave that was certainly meant: a number without quotes, or one with too many."""
    if isinstance(value, int) and not isinstance(value, bool):
        return str(value)
    bare = value.strip(_STRAY) if isinstance(value, str) else ""
    return bare if is_wave(bare) else None


def _message(what: str, value: object) -> str:
    if isinstance(value, str) or value is None:
        found = f"`{value}` is no integer" if value else "the sync wave is empty"
        return (
            f"{found}: Argo CD takes no notice of it, and applies {what} in wave 0 like everything "
            "that has none"
        )
    written = str(value).lower() if isinstance(value, bool) else str(value)
    return (
        f"the sync wave {written} is not in quotes, and so no string: annotations must be strings, "
        f"and the API server refuses {what} as a whole"
    )


def _why_not(meant: str | None) -> str:
    if meant is None:
        return "which wave is meant cannot be told"
    return "the number is filled in by a template, which would be lost"
