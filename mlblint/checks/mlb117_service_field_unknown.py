"""Fields and values of Services that Kubernetes does not know, but nearly."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from functools import partial
from typing import Any, NamedTuple

from mlblint.context import Context, subject, subject_of_service
from mlblint.findings import Fix, Problem
from mlblint.repo.delivery import WAVE
from mlblint.repo.helm import Release
from mlblint.repo.model import Cluster
from mlblint.repo.refusals import refusals
from mlblint.repo.requests import is_written_as, note
from mlblint.repo.resources import get, is_opaque, items, mapping
from mlblint.repo.services import (
    INGRESS_CHARTS,
    LOAD_BALANCER_FIELDS,
    PREFIXES,
    REQUESTS,
    Service,
)
from mlblint.text.edits import RenameKey, Set
from mlblint.text.nodes import Path
from mlblint.text.places import Place

# kubernetes staging/src/k8s.io/api/core/v1/types.go@v1.33, `ServiceSpec`
_FIELDS: Mapping[str, type] = {
    "allocateLoadBalancerNodePorts": bool,
    "clusterIP": str,
    "clusterIPs": list,
    "externalIPs": list,
    "externalName": str,
    "externalTrafficPolicy": str,
    "healthCheckNodePort": int,
    "internalTrafficPolicy": str,
    "ipFamilies": list,
    "ipFamilyPolicy": str,
    "loadBalancerClass": str,
    "loadBalancerIP": str,
    "loadBalancerSourceRanges": list,
    "ports": list,
    "publishNotReadyAddresses": bool,
    "selector": dict,
    "sessionAffinity": str,
    "sessionAffinityConfig": dict,
    "trafficDistribution": str,
    "type": str,
}
_PORT_FIELDS: Mapping[str, type] = {
    "appProtocol": str,
    "name": str,
    "nodePort": int,
    "port": int,
    "protocol": str,
    "targetPort": object,
}
# Alpha fields of releases long gone.
_FORMER = ("ipFamily", "topologyKeys")

_POLICIES = ("Cluster", "Local")
_VALUES: Mapping[str, tuple[str, ...]] = {
    "externalTrafficPolicy": _POLICIES,
    "internalTrafficPolicy": _POLICIES,
    "ipFamilies": ("IPv4", "IPv6"),
    "ipFamilyPolicy": ("SingleStack", "PreferDualStack", "RequireDualStack"),
    "protocol": ("TCP", "UDP", "SCTP"),
    "sessionAffinity": ("None", "ClientIP"),
    "type": ("ClusterIP", "NodePort", "LoadBalancer", "ExternalName"),
}
# CloudNativePG's and Elastic's objects have a whole ServiceSpec there.
_TEMPLATES = (("serviceTemplate", "spec"), ("service", "spec"))
# Charts whose values of a Service are called as its fields are, and that read no others.
_CALLED_ALIKE = frozenset(INGRESS_CHARTS) - {"traefik"} | {"app-template"}
_ABOUT_ADDRESSES = frozenset(field.lower() for field in LOAD_BALANCER_FIELDS)
_CALLED: Mapping[type, str] = {
    bool: "true or false",
    dict: "a mapping",
    int: "a whole number",
    list: "a list",
    str: "a text",
}
_REQUESTS = frozenset(f"{prefix}/{suffix}" for prefix in PREFIXES for suffix in REQUESTS)
_NEAR = 0.8
_CLEARLY = 0.05


class _Part(NamedTuple):
    """A mapping that reaches the API server as it stands, and the fields that it may have."""

    fields: Mapping[str, Any]
    known: Mapping[str, type]
    place: Callable[[str], Place]


def check(context: Context) -> Iterator[Problem]:
    for cluster in context.model.clusters:
        for service in cluster.services:
            for part in _parts(service):
                yield from _unknown_fields(part, service, cluster)
                yield from _unknown_values(part, service, cluster)
                yield from _wrong_types(part, service, cluster)
            for one in refusals(service):
                yield _refused(
                    one.place, one.what, one.help, service, cluster, one.meant, one.certain
                )
            yield from _annotations(service, cluster)
        for release in cluster.releases:
            yield from _types_in_values(release, cluster)


def _types_in_values(release: Release, cluster: Cluster) -> Iterator[Problem]:
    """A type that is nearly one, where a chart's values ask for an address: charts pass it on."""
    for layer, path, fields in release.holding("type"):
        type_ = fields["type"]
        if not isinstance(type_, str) or is_opaque(type_) or type_ in _VALUES["type"]:
            continue
        asks = any("metallb" in str(key) for key in mapping(fields.get("annotations")))
        if not asks and "loadBalancerIP" not in fields:
            continue
        near = _nearest(type_, _VALUES["type"])
        if len(near) == 1:
            place = layer.where((*release.key, *path, "type"))
            yield Problem(
                place=place,
                message=(
                    f"the values of `{release.name}` give a Service the type `{type_}`, which "
                    "is none: the API server refuses what the chart makes of it"
                ),
                help=f"`{near[0]}` is meant",
                subject=subject(release.subject, cluster) if release.subject else None,
                fix=Fix(f"write `{near[0]}`", (Set(place, near[0]),), "unsafe"),
            )


def _parts(service: Service) -> Iterator[_Part]:
    for fields, place in _specs(service):
        yield _Part(fields, _FIELDS, place)
        for index, port in enumerate(items(fields.get("ports"))):
            yield _Part(mapping(port), _PORT_FIELDS, partial(place, "ports", index))


def _specs(service: Service) -> Iterator[tuple[Mapping[str, Any], Callable[..., Place]]]:
    """Where a Service's own fields are written as the API server gets to see them."""
    path = service.spec_path
    if path is None:
        return
    if isinstance(service.source, Release):
        chart = service.source.chart
        home = (*service.source.key, *path, *(("spec",) if chart == "traefik" else ()))
        for layer in service.source.layers:
            fields = mapping(get(layer.data, *home))
            yield (
                fields if chart == "traefik" else _surely_passed_on(fields, chart),
                lambda *keys, layer=layer: layer.where((*home, *keys)),
            )
        return
    resource = service.source.resource
    if resource.is_a("", "Service") or path[-2:] in _TEMPLATES:
        known = {k: v for k, v in service.fields.items() if not resource.is_unknown(*path, k)}
        yield known, lambda *keys: resource.place(*path, *keys)


def _surely_passed_on(fields: Mapping[str, Any], chart: str) -> Mapping[str, Any]:
    """Other charts have values of their own. `local` is no policy to any of them."""
    return {
        name: value
        for name, value in fields.items()
        if name == "externalTrafficPolicy"
        or (
            chart in _CALLED_ALIKE
            and not _ABOUT_ADDRESSES.isdisjoint([name.lower(), name.lower().removesuffix("s")])
        )
    }


def _unknown_fields(part: _Part, service: Service, cluster: Cluster) -> Iterator[Problem]:
    for name, value in part.fields.items():
        if name in part.known or name in _FORMER or is_opaque(name):
            continue
        near = _nearest(name, part.known)
        if near:
            yield _unknown_field(name, value, near, part, service, cluster)


def _nearest(name: str, known: Mapping[str, Any] | tuple[str, ...]) -> list[str]:
    """What may be meant: one name if it is clear."""
    from difflib import SequenceMatcher

    ratios = sorted(
        ((SequenceMatcher(None, name.lower(), one.lower()).ratio(), one) for one in known),
        reverse=True,
    )
    return [one for ratio, one in ratios if ratio >= max(_NEAR, ratios[0][0] - _CLEARLY)]


def _unknown_field(
    name: str, value: object, near: list[str], part: _Part, service: Service, cluster: Cluster
) -> Problem:
    place, meant = part.place(name), near[0]
    fits = isinstance(value, part.known[meant]) and "," not in str(value)
    unfixable = None
    if meant in part.fields:
        unfixable = f"`{meant}` stands beside it: decide which is meant"
    elif len(near) > 1:
        unfixable = "more than one field may be meant"
    elif not fits:
        unfixable = f"what it says is no value for `{meant}`"
    elif not is_written_as(place, name):
        unfixable = "a patch or a parameter gives it: write the right name there"
    help_text = " or ".join(f"`{one}`" for one in near)
    if name == "loadBalancerIPs":
        help_text += ", or MetalLB's annotation of this name, which is no field,"
    rename = Fix(f"rename to `{meant}`", (RenameKey(place, meant),), "unsafe")
    outcome = "the API server drops it, or refuses the Service where fields are validated strictly"
    if isinstance(service.source, Release) and service.source.chart != "traefik":
        outcome = f"the chart {service.source.chart} does not read it, and its Service goes without"
    return Problem(
        place=place.key,
        message=(
            f"Service `{service.name}` has `{name}`, which is no field of a Service: {outcome}"
        ),
        help=f"{help_text} is meant; names of fields are case-sensitive",
        subject=subject_of_service(service, cluster),
        fix=None if unfixable else rename,
        unfixable=unfixable,
    )


def _unknown_values(part: _Part, service: Service, cluster: Cluster) -> Iterator[Problem]:
    for name, allowed in _VALUES.items():
        if name not in part.known or name not in part.fields:
            continue
        value = part.fields[name]
        each: list[tuple[Path, Any]] = [((at,), one) for at, one in enumerate(items(value))]
        for inside, one in each or [((), value)]:
            if isinstance(one, str) and one and one not in allowed and not is_opaque(one):
                place = part.place(name)
                where = Place(place.document, (*place.path, *inside))
                yield _unknown_value(name, one, where, allowed, service, cluster)


def _unknown_value(
    name: str,
    value: str,
    place: Place,
    allowed: tuple[str, ...],
    service: Service,
    cluster: Cluster,
) -> Problem:
    near = _nearest(value, allowed)
    known = ", ".join(f"`{one}`" for one in allowed)
    clear = len(near) == 1
    return Problem(
        place=place,
        message=(
            f"Service `{service.name}` has `{name}: {value}`, which is none of {known}: the API "
            "server refuses the Service"
        ),
        help=f"`{near[0]}` is meant" if clear else f"write one of {known}",
        subject=subject_of_service(service, cluster),
        fix=Fix(f"write `{near[0]}`", (Set(place, near[0]),), "unsafe") if clear else None,
        unfixable=None if clear else "which of them is meant only a person knows",
        judges="acceptance",
    )


def _wrong_types(part: _Part, service: Service, cluster: Cluster) -> Iterator[Problem]:
    """What Kubernetes cannot read into the field. A chart's values are written anew, and lose
    their quotes, unless it passes on the whole mapping."""
    if isinstance(service.source, Release) and service.source.chart != "traefik":
        return
    for name, value in part.fields.items():
        expected = part.known.get(name, object)
        if value is None or is_opaque(value) or _fits(value, expected):
            continue
        yield _refused(
            part.place(name),
            f"`{name}` is {_written(value)}, where {_CALLED[expected]} was expected",
            f"write {_CALLED[expected]}" + (", without quotes" if isinstance(value, str) else ""),
            service,
            cluster,
            _unquoted(value, expected),
        )


def _fits(value: object, expected: type) -> bool:
    if isinstance(value, bool):
        return expected in (bool, object)
    if isinstance(value, float) and expected is int:
        return value.is_integer()
    return isinstance(value, expected)


def _unquoted(value: object, expected: type) -> object:
    """The number, or the truth value, that stands in quotes; a list of the only item."""
    if expected is list and isinstance(value, str):
        return [value]
    if expected is bool and value in ("true", "false"):
        return value == "true"
    if expected is int and isinstance(value, str) and value.isascii() and value.isdigit():
        return int(value)
    return None


def _annotations(service: Service, cluster: Cluster) -> Iterator[Problem]:
    """Annotations are texts, and an object with any other is refused as a whole. The waves of
    Argo CD are a rule of their own. Some charts put into quotes what they are given."""
    if service.type != "LoadBalancer":
        return
    for key in service.notes if service.is_manifest else _REQUESTS.intersection(service.notes):
        given = note(service, key) if key != WAVE else None
        if given is None or isinstance(given.value, str):
            continue
        value, meant = given.value, None
        if isinstance(value, bool | int):
            meant = _written(value)
        elif isinstance(value, list) and len(value) == 1 and isinstance(value[0], str):
            meant = value[0]
        yield _refused(
            given.place,
            f"the annotation `{key}` is {_written(value)}, where a text was expected",
            "put it in quotes" if not isinstance(value, list | dict) else "write a text",
            service,
            cluster,
            meant,
            certain=service.is_manifest,
        )


def _written(value: object) -> str:
    if isinstance(value, list):
        return "a list"
    if isinstance(value, Mapping):
        return "a mapping"
    if isinstance(value, str):
        return f'the text "{value}"'
    return str(value).lower() if isinstance(value, bool) else str(value)


def _refused(
    place: Place,
    what: str,
    help_text: str,
    service: Service,
    cluster: Cluster,
    meant: object = None,
    certain: bool = True,
) -> Problem:
    clear = meant is not None
    outcome = "the API server refuses the Service"
    if not certain:
        given = "is new" if service.is_manifest else "is handed on as it stands"
        outcome = f"if it {given}, {outcome}"
    return Problem(
        place=place,
        message=f"Service `{service.name}`: {what}: {outcome}",
        help=help_text,
        subject=subject_of_service(service, cluster),
        fix=Fix(help_text, (Set(place, meant),), "unsafe") if clear else None,
        severity=None if certain else "warning",
        unfixable=None if clear else "only a person knows what is meant",
        judges="acceptance",
    )
