"""What Services ask of MetalLB, and whether it is MetalLB that they ask."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import cache
from typing import TYPE_CHECKING, NamedTuple

from mlblint.repo.resources import get, is_opaque
from mlblint.repo.services import (
    CURRENT_PREFIX,
    FORMER_PREFIX,
    PREFIXES,
    REQUESTS,
    Field,
    Service,
)
from mlblint.repo.versions import LOAD_BALANCER_IPS, METALLB_IO_ANNOTATIONS, Version, applies
from mlblint.text.places import Place

if TYPE_CHECKING:
    from mlblint.repo.model import Cluster

_OTHERS = ("io.cilium/", "lbipam.cilium.io/", "kube-vip.io/", "purelb.io/", "service.beta.")
"""Beginnings of annotations by which a Service speaks to other load balancers."""


def runs_metallb(cluster: Cluster) -> bool:
    """Whether anything tells that this cluster has MetalLB."""
    shown = cluster.installations or cluster.pools or cluster.advertisements
    return bool(shown or cluster.known.version or cluster.known.namespace)


def is_for_metallb(service: Service, cluster: Cluster) -> bool:
    """Services with a class are served by MetalLB only if it runs with that class; those that
    speak to another implementation only if MetalLB is there, or is spoken to as well."""
    if service.load_balancer_class not in (None, cluster.load_balancer_class):
        return False
    if not is_meant_for_others(service):
        return True
    return bool(cluster.installations or cluster.pools or cluster.advertisements)


def is_meant_for_others(service: Service) -> bool:
    """Whether it speaks to another implementation, and asks nothing of MetalLB."""
    if not any(key.startswith(_OTHERS) for key in service.notes):
        return False
    return all(service.request(suffix) is None for suffix in REQUESTS)


def is_metallbs_alone(service: Service, cluster: Cluster) -> bool:
    """Whether the Service gets its address from MetalLB, and nobody else in sight reads the
    same fields: Cilium, kube-vip and k3s' own load balancer know `loadBalancerIP` as well."""
    if service.type != "LoadBalancer" or not runs_metallb(cluster):
        return False
    others = any(key.startswith(_OTHERS) for key in service.notes)
    beside = "CiliumLoadBalancerIPPool" in cluster.kinds
    return is_for_metallb(service, cluster) and not others and not beside


def wanted_prefix(configured: str, clusters: Sequence[Cluster]) -> str | None:
    """`auto` follows MetalLB's version; without a version it asks for nothing."""
    if configured != "auto":
        return configured
    honoured = {applies(METALLB_IO_ANNOTATIONS, cluster.version) for cluster in clusters}
    if honoured == {True}:
        return CURRENT_PREFIX
    return FORMER_PREFIX if False in honoured else None


class Contradiction(NamedTuple):
    """One request under both prefixes, with different values."""

    suffix: str
    current: Field
    former: Field


def contradictions(service: Service, cluster: Cluster) -> Iterator[Contradiction]:
    if service.type != "LoadBalancer" or not is_for_metallb(service, cluster):
        return
    for suffix in REQUESTS:
        keys = [f"{prefix}/{suffix}" for prefix in PREFIXES]
        if not all(key in service.notes for key in keys):
            continue
        current, former = (note(service, key) for key in keys)
        if current is not None and former is not None and current.value != former.value:
            yield Contradiction(suffix, current, former)


def asks_for_something(service: Service) -> bool:
    """Whether it asks MetalLB for anything, by whatever name and under whatever prefix: what
    is misspelt or stands in the wrong place is a request as soon as somebody puts it right."""
    given = [service.notes, service.fields, *(fields for _, fields in service.extra)]
    names = (str(name).lower() for one in given for name, value in one.items() if value)
    return any("metallb" in one or one.startswith("loadbalancerip") for one in names)


def note(service: Service, key: str) -> Field | None:
    """An annotation that is there, and whose value is known."""
    value = service.notes.get(key)
    if value is None or is_opaque(value):
        return None
    delivered, path = service.delivered, service.annotations_path
    if delivered is not None and path and delivered.resource.is_unknown(*path, key):
        return None
    return Field(value, service.note(key))


@cache
def keys_read(suffix: str, version: Version | None) -> tuple[str, ...]:
    """The annotations in which MetalLB looks for a request, in their order: the first that is
    there counts."""
    if suffix == "loadBalancerIPs" and applies(LOAD_BALANCER_IPS, version) is False:
        return ()
    since = applies(METALLB_IO_ANNOTATIONS, version)
    return tuple(f"{one}/{suffix}" for one in ((FORMER_PREFIX,) if since is False else PREFIXES))


def requested_by_annotation(service: Service, cluster: Cluster) -> tuple[str, Field] | None:
    """The annotation by which it asks for addresses, as the MetalLB of its cluster reads it: the
    current prefix wins by being there, even if it says nothing (metallb
    controller/service.go@v0.15.3, `valueForAnnotation`)."""
    for key in keys_read("loadBalancerIPs", cluster.version):
        if key in service.notes:
            found = note(service, key)
            return (key, found) if found is not None and found.value else None
    return None


def spot(place: Place) -> tuple[object, ...]:
    """What is equal for the same place in two readings of a file."""
    document = place.document
    host = document.host
    around = spot(Place(host.document, host.path)) if host else (document.source.path,)
    return (*around, document.part, document.index, place.path)


def is_written_as(place: Place, key: str) -> bool:
    """Whether a key of that name stands there, which could be renamed or taken away. Helm
    parameters and JSON patches give a value without it."""
    return bool(place.path) and place.path[-1] == key and place.exists


def as_written(place: Place) -> object:
    """What stands in the file, before variables are filled in."""
    return get(place.document.data, *place.path)
