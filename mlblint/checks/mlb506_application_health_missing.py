"""Waves between Applications, and an Argo CD that does not wait for Applications."""

from __future__ import annotations

from collections.abc import Iterator

from mlblint.context import Context
from mlblint.findings import Note, Problem
from mlblint.repo.argo_config import checks_health_of_applications, settings
from mlblint.repo.delivery import WAVE, Delivery, own_wave
from mlblint.repo.model import Cluster

_KEY = "resource.customizations.health.argoproj.io_Application"


def check(context: Context) -> Iterator[Problem]:
    model = context.model
    if not any(cluster.installations or cluster.pools for cluster in model.clusters):
        return
    everything = {path for cluster in model.clusters for path in cluster.files}
    for cluster in model.clusters:
        ordered = _ordered(cluster)
        found = list(settings(cluster)) if ordered is not None else []
        if ordered is None or not found or not all(one.complete for one in found):
            continue
        if checks_health_of_applications(everything, model):
            return
        parent, child = ordered
        place = child.resource.place("metadata", "annotations", WAVE)
        yield Problem(
            place=found[0].place,
            message=(
                f"Argo CD's configuration has no health check for Application: the waves of the "
                f"Applications below `{parent.resource.name}` only say which one is created "
                "first, and nothing waits until MetalLB is there before its users come"
            ),
            help=(
                f"add `{_KEY}` with the check from Argo CD's documentation (until 1.8 it was "
                "built in), or rely on syncs that are tried again"
            ),
            notes=(Note(place, "a wave between Applications"),),
            unfixable="a health check is a program, which is for a person to choose",
        )


def _ordered(cluster: Cluster) -> tuple[Delivery, Delivery] | None:
    """An Application over others that have different waves, and one of those."""
    first: dict[int, tuple[int, Delivery]] = {}
    for delivery in cluster.deliveries:
        parent = delivery.parent
        if parent is None or {parent.resource.kind, delivery.resource.kind} != {"Application"}:
            continue
        number = own_wave(delivery.resource)
        wave = 0 if number is None else number
        known, other = first.setdefault(id(parent), (wave, delivery))
        if known != wave:
            return parent, delivery if number is not None else other
    return None
