"""Addresses that are asked for by the field that Kubernetes deprecates."""

from __future__ import annotations

from collections.abc import Iterator

from mlblint.context import Context, subject_of_service
from mlblint.findings import Fix, Problem
from mlblint.repo.model import Cluster
from mlblint.repo.requests import (
    as_written,
    is_metallbs_alone,
    is_written_as,
    runs_metallb,
    wanted_prefix,
)
from mlblint.repo.resources import is_opaque, mapping
from mlblint.repo.services import INGRESS_CHARTS, PREFIXES, Field, Service
from mlblint.repo.versions import LOAD_BALANCER_IPS, applies
from mlblint.text.edits import Insert, Remove
from mlblint.text.places import Place

FIELD, ANNOTATION = "loadBalancerIP", "loadBalancerIPs"


def check(context: Context) -> Iterator[Problem]:
    for cluster in context.model.clusters:
        if applies(LOAD_BALANCER_IPS, cluster.version) is False:
            continue
        for service in cluster.services:
            field = service.field(FIELD)
            if field is None or not isinstance(field.value, str) or not field.value:
                continue
            # With both, MetalLB refuses the Service, which is another matter.
            asked = any(f"{prefix}/{ANNOTATION}" in service.notes for prefix in PREFIXES)
            if is_metallbs_alone(service, cluster) and not asked:
                yield _problem(field, service, cluster, context)


def _problem(field: Field, service: Service, cluster: Cluster, context: Context) -> Problem:
    clusters = context.model.clusters_of(field.place.document.source.path) or (cluster,)
    prefix = wanted_prefix(context.config.metallb.annotation_prefix, clusters)
    home = _annotations(field.place, service)
    unfixable = None
    if prefix is None:
        unfixable = "which prefix to use depends on MetalLB's version, which is not known here"
    elif not all(map(runs_metallb, clusters)):
        unfixable = "another cluster without MetalLB, as far as can be seen, gets this as well"
    elif home is None or not is_written_as(field.place, FIELD):
        unfixable = "a patch or a parameter gives it: write the annotation there"
    elif is_opaque(as_written(field.place)) or as_written(field.place) != field.value:
        unfixable = "a variable fills in the address: move it by hand"
    return Problem(
        place=field.place.key,
        message=(
            f"Service `{service.name}` asks for {_asked(field.value)} by `{FIELD}`, which "
            "Kubernetes deprecated in 1.24: MetalLB still reads it, but where the field is "
            "dropped one day the Service gets an arbitrary address; it also takes one address only"
        ),
        help=f"move it to the annotation `{prefix or PREFIXES[0]}/{ANNOTATION}`",
        subject=subject_of_service(service, cluster),
        fix=_fix(field, home, prefix, service) if home and prefix and not unfixable else None,
        unfixable=unfixable,
    )


def _asked(value: object) -> str:
    """A variable has a name; of what a template fills in only a mark is left."""
    return "an address" if "{{" in str(value) else f"`{value}`"


def _annotations(place: Place, service: Service) -> Place | None:
    """Where the annotation belongs: beside the field, in a patch as well."""
    delivered = service.delivered
    if delivered is None:
        return service.annotations
    if place.document is delivered.resource.document:
        return service.annotations
    is_patch = place.path == ("spec", FIELD) and delivered.resource.is_a("", "Service")
    return Place(place.document, ("metadata", "annotations")) if is_patch else None


def _leaving(field: Field, service: Service) -> Place:
    """The field, or the `spec` of a chart's values that would be empty without it."""
    above = Place(field.place.document, field.place.path[:-1])
    alone = mapping(as_written(above)).keys() == {FIELD}
    is_spec = service.delivered is None and above.path[-1:] == ("spec",)
    return above if is_spec and alone else field.place


def _fix(field: Field, home: Place, prefix: str, service: Service) -> Fix:
    key = f"{prefix}/{ANNOTATION}"
    # A chart that is not known may have no annotations for its Service, unless some are there.
    chart = getattr(service.source, "chart", None)
    certain = chart is None or chart in INGRESS_CHARTS or bool(service.notes)
    return Fix(
        f"move it to `{key}`",
        (Insert(home, key, field.value), Remove(_leaving(field, service))),
        "safe" if certain else "unsafe",
    )
