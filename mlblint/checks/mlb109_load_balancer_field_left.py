"""Fields that only mean something with another type of Service than the one that is given."""

from __future__ import annotations

from collections.abc import Iterator

from mlblint.context import Context, subject_of_service
from mlblint.findings import Fix, Problem
from mlblint.repo.model import Cluster
from mlblint.repo.requests import is_written_as, spot
from mlblint.repo.resources import is_opaque
from mlblint.repo.services import Field, Service
from mlblint.text.edits import Remove
from mlblint.text.places import Place

_TYPES = ("ClusterIP", "NodePort", "ExternalName", "LoadBalancer")

# kubernetes pkg/apis/core/validation/validation.go@v1.33, `ValidateService`
_REFUSED = {
    "loadBalancerClass": "may only be used when `type` is `LoadBalancer`",
    "loadBalancerSourceRanges": "may only be used when `type` is `LoadBalancer`",
    "allocateLoadBalancerNodePorts": "may only be used when `type` is `LoadBalancer`",
    "externalTrafficPolicy": "may only be set for externally-accessible Services",
    "healthCheckNodePort": (
        "may only be set when `type` is `LoadBalancer` and `externalTrafficPolicy` is `Local`"
    ),
}

_POINTERS = ("allocateLoadBalancerNodePorts", "loadBalancerClass")


def check(context: Context) -> Iterator[Problem]:
    judged = [
        (service, cluster)
        for cluster in context.model.clusters
        for service in cluster.services
        if _is_object(service) and _type(service) is not None
    ]
    # A base may be a LoadBalancer in another overlay, which needs the field.
    needed = {
        spot(field.place)
        for service, _ in judged
        for name, field in _given(service)
        if name in _allowed(service)
    }
    for service, cluster in judged:
        allowed = _allowed(service)
        for name, field in _given(service):
            if name not in allowed:
                shared = spot(field.place) in needed
                yield _problem(name, field.place, shared, service, cluster)


def _is_object(service: Service) -> bool:
    """A template of a Service may be given another type by what it is a template for."""
    delivered = service.delivered
    return delivered is not None and delivered.resource.is_a("", "Service")


def _type(service: Service) -> str | None:
    """None if it is not known here, or there is no such type."""
    assert service.delivered is not None
    if service.delivered.resource.is_unknown("spec", "type"):
        return None
    return service.type if service.type in _TYPES else None


def _given(service: Service) -> Iterator[tuple[str, Field]]:
    """To the API server an empty list, an empty text and 0 are no value, where it has no pointer
    to tell them apart."""
    for name in (*_REFUSED, "loadBalancerIP"):
        field = service.field(name) if name in service.fields else None
        if field is not None and not is_opaque(field.value) and (field.value or name in _POINTERS):
            yield name, field


def _allowed(service: Service) -> frozenset[str]:
    if service.type == "LoadBalancer":
        policy = service.fields.get("externalTrafficPolicy") or "Cluster"
        fields = frozenset([*_REFUSED, "loadBalancerIP"])
        return fields - {"healthCheckNodePort"} if policy == "Cluster" else fields
    outside = service.type == "NodePort" or service.fields.get("externalIPs")
    return frozenset(["externalTrafficPolicy"] if outside else [])


def _problem(field: str, place: Place, shared: bool, service: Service, cluster: Cluster) -> Problem:
    typed = "type" in service.fields
    kind = f"is of type {service.type}" if typed else "has no `type`, so it is a ClusterIP Service"
    if field == "loadBalancerIP":
        message = (
            f"Service `{service.name}` {kind}, but has `loadBalancerIP`: the API server keeps the "
            "field, and nobody gives the Service that address"
        )
    else:
        message = (
            f"Service `{service.name}` {kind}, but has `{field}`, which {_REFUSED[field]}: the API "
            "server refuses the Service"
        )
    unfixable = None
    if shared:
        unfixable = (
            "another overlay makes this a Service that needs the field: patch it in this one"
        )
    elif not is_written_as(place, field):
        unfixable = "a patch gives it: remove it there"
    # Without a type it may just as well be the type that was forgotten.
    fix = Fix(f"remove `{field}`", (Remove(place),), "safe" if typed else "unsafe")
    return Problem(
        place=place.key,
        message=message,
        help="remove it" if typed else "give the Service `type: LoadBalancer`, or remove the field",
        subject=subject_of_service(service, cluster),
        severity="warning" if field == "loadBalancerIP" else None,
        judges="reachability" if field == "loadBalancerIP" else None,
        fix=None if unfixable else fix,
        unfixable=unfixable,
    )
