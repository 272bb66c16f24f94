"""What upstream thinks of the prefix that the requests of a cluster have, or are to have."""

from __future__ import annotations

from collections.abc import Iterator

from mlblint.context import Context, subject_of_service
from mlblint.findings import Note, Problem
from mlblint.repo.model import Cluster
from mlblint.repo.requests import asks_for_something, is_for_metallb
from mlblint.repo.services import CURRENT_PREFIX, FORMER_PREFIX, REQUESTS, Service
from mlblint.repo.versions import METALLB_IO_ANNOTATIONS, applies
from mlblint.text.places import Place

_SETTING = ("metallb", "annotation-prefix")


def check(context: Context) -> Iterator[Problem]:
    """Once for a cluster, and whichever prefix its requests have now: a rename to the prefix
    that every release honours shall not be held up by what this rule says of the result."""
    wanted = context.config.metallb.annotation_prefix
    if wanted != FORMER_PREFIX or context.config.origins.of(_SETTING) != "default":
        return
    for cluster in context.model.clusters:
        if applies(METALLB_IO_ANNOTATIONS, cluster.version):
            asking = [service for service in cluster.services if _asks(service, cluster)]
            if asking:
                yield _problem(asking, cluster)


def _asks(service: Service, cluster: Cluster) -> bool:
    if service.type != "LoadBalancer" or not is_for_metallb(service, cluster):
        return False
    return asks_for_something(service)


def _problem(asking: list[Service], cluster: Cluster) -> Problem:
    deprecated = [
        service.note(f"{FORMER_PREFIX}/{suffix}").key
        for service in asking
        for suffix in REQUESTS
        if f"{FORMER_PREFIX}/{suffix}" in service.notes
    ]
    return Problem(
        place=_place(asking[0], cluster),
        message=(
            f"`{FORMER_PREFIX}/` is the prefix that requests to MetalLB are to have here, because "
            f"every release honours it; since 0.14.9 upstream calls it deprecated. MetalLB "
            f"{cluster.version}, which this cluster runs, still reads it, and logs a warning event "
            "(`deprecatedAnnotation`) for each annotation that has it"
        ),
        help=(
            f"write `metallb: {{annotation-prefix: {CURRENT_PREFIX}}}` in .mlblint.yaml to ask for "
            f"the new prefix, or `{FORMER_PREFIX}` there to say that it stays"
        ),
        subject=subject_of_service(asking[0], cluster),
        notes=tuple(Note(place, "an annotation that has it") for place in deprecated[:1]),
        unfixable="which prefix to use is decided in .mlblint.yaml",
    )


def _place(first: Service, cluster: Cluster) -> Place:
    """Where the version comes from or, if that is the configuration, the first that asks."""
    shown = [one.place for one in cluster.installations if one.version == cluster.version]
    if shown:
        return shown[0]
    keys = [key for key in first.notes if "metallb" in key.lower()]
    field = first.field("loadBalancerIP")
    if keys:
        return first.note(keys[0]).key
    return field.place.key if field is not None else first.spec
