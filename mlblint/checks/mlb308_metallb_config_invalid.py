"""Configurations that MetalLB's webhook or parser refuses."""

from __future__ import annotations

from collections.abc import Iterator

from mlblint.context import Context, subject_of
from mlblint.findings import Note, Problem
from mlblint.repo.validation.configuration import Refusal
from mlblint.repo.validation.verdict import refused

_CONSEQUENCE = (
    "refuses that: its webhook denies the object, or else the speakers take nothing of the "
    "new configuration and go on with the old one"
)
_PERHAPS = (
    "Where a node is selected by both, MetalLB refuses that: the speakers take nothing of the new "
    "configuration and go on with the old one"
)


def check(context: Context) -> Iterator[Problem]:
    for cluster in context.model.clusters:
        for refusal in refused(context.model, cluster):
            resource = refusal.of.resource
            consequence = f"{_who(refusal)} {_CONSEQUENCE}" if refusal.certain else _PERHAPS
            yield Problem(
                place=refusal.place,
                message=f"{resource.kind} `{resource.name}`: {refusal.message}. {consequence}",
                help=refusal.help,
                subject=subject_of(refusal.of, cluster),
                severity=None if refusal.certain and refusal.since is None else "warning",
                notes=tuple(_notes(refusal)),
                unfixable="what was meant is for a person to decide",
            )


def _who(refusal: Refusal) -> str:
    return "MetalLB" if refusal.since is None else f"MetalLB from {refusal.since} on"


def _notes(refusal: Refusal) -> Iterator[Note]:
    return (Note(place, message) for place, message in refusal.notes)
