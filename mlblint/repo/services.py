"""Services, and everything else from which a controller or a chart makes one."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from mlblint.repo.addresses import Interval, parse_address
from mlblint.repo.delivery import Delivered
from mlblint.repo.helm import Layer, Release
from mlblint.repo.resources import get, mapping, text
from mlblint.text.nodes import Path
from mlblint.text.places import Place

CURRENT_PREFIX = "metallb.io"
FORMER_PREFIX = "metallb.universe.tf"
PREFIXES = (CURRENT_PREFIX, FORMER_PREFIX)
REQUESTS = ("address-pool", "loadBalancerIPs", "allow-shared-ip")
"""What a Service may ask MetalLB for (metallb controller/service.go@v0.15.3)."""

INGRESS_CHARTS: Mapping[str, Path] = {
    "traefik": ("service",),
    "ingress-nginx": ("controller", "service"),
    "nginx-ingress": ("controller", "service"),
    "haproxy-ingress": ("controller", "service"),
    "kubernetes-ingress": ("controller", "service"),
    "contour": ("envoy", "service"),
    "kong": ("proxy",),
    "envoy-gateway": (),
    "istio-ingress": ("service",),
    "istio-ingressgateway": ("service",),
    "gateway": ("service",),
}
"""Charts of ingress controllers whose Service is a LoadBalancer unless the values say
otherwise, and where their values speak of it."""

LOAD_BALANCER_FIELDS = (
    "allocateLoadBalancerNodePorts",
    "loadBalancerIP",
    "loadBalancerClass",
    "loadBalancerSourceRanges",
    "externalTrafficPolicy",
    "healthCheckNodePort",
)
"""Fields of a Service that mean something only with `type: LoadBalancer`."""


@dataclass(frozen=True, eq=False)
class Service:
    """`spec` and `annotations` are where its fields and annotations stand, or would stand;
    `fields` and `notes` are what they say. In a chart's values `spec` is the mapping that
    holds `type`, and `extra` are other mappings of the same Service."""

    name: str
    namespace: str | None
    type: str
    fields: Mapping[str, Any]
    notes: Mapping[str, Any]
    spec: Place
    annotations: Place
    labels: Mapping[str, Any]
    source: Delivered | Release
    extra: tuple[tuple[Place, Mapping[str, Any]], ...] = ()

    @property
    def delivered(self) -> Delivered | None:
        return self.source if isinstance(self.source, Delivered) else None

    @property
    def load_balancer_class(self) -> str | None:
        for fields in (self.fields, *(fields for _, fields in self.extra)):
            if fields.get("loadBalancerClass"):
                return text(fields["loadBalancerClass"])
        return None

    def request(self, suffix: str) -> str | None:
        """The value of one of MetalLB's annotations: the current prefix wins where both
        are given (metallb controller/service.go@v0.15.3, `valueForAnnotation`)."""
        for prefix in PREFIXES:
            value = self.notes.get(f"{prefix}/{suffix}")
            if value is not None:
                return text(value)
        return None

    def addresses(self) -> Iterator[Interval]:
        """The addresses that it insists on."""
        wanted = self.request("loadBalancerIPs") or ""
        wanted = wanted or text(self.fields.get("loadBalancerIP"))
        for fields in (fields for _, fields in self.extra):
            wanted = wanted or text(fields.get("loadBalancerIP"))
        for part in wanted.split(","):
            address = parse_address(part.strip())
            if address is not None:
                yield address


def of_resource(delivered: Delivered) -> Service | None:
    resource = delivered.resource
    if not resource.is_a("", "Service") or not isinstance(resource.get("spec"), Mapping):
        return None
    return Service(
        name=resource.name,
        namespace=delivered.namespace,
        type=text(resource.get("spec", "type")) or "ClusterIP",
        fields=mapping(resource.get("spec")),
        notes=resource.annotations,
        spec=resource.place("spec"),
        annotations=resource.place("metadata", "annotations"),
        labels=resource.labels,
        source=delivered,
    )


def in_custom_resource(delivered: Delivered) -> Iterator[Service]:
    """Templates of Services inside other objects: CNPG, Strimzi, ECK, Gateways and the like.
    Whatever stands beside `type: LoadBalancer` is taken for the Service's spec."""
    resource = delivered.resource
    if resource.group == "" or resource.kind in ("Application", "ApplicationSet", "HelmRelease"):
        return
    for path, fields in _load_balancers(resource.data, ()):
        annotations, notes = _annotations(resource.data, path)
        yield Service(
            name=resource.name,
            namespace=delivered.namespace,
            type="LoadBalancer",
            fields=fields,
            notes=notes,
            spec=resource.place(*path),
            annotations=resource.place(*annotations),
            labels=resource.labels,
            source=delivered,
        )


def in_values(release: Release) -> Iterator[Service]:
    """The Services that a chart's values speak of: every mapping with `type: LoadBalancer`
    and, for known charts, the one whose type is that by default."""
    known = INGRESS_CHARTS.get(release.chart)
    found: set[Path] = set()
    for layer in reversed(release.layers):
        for path, fields in _load_balancers(layer.data, ()):
            home = path[:-1] if path[-1:] == ("spec",) else path
            if home not in found and layer.items is None:
                found.add(home)
                yield _values_service(release, layer, home, fields)
    if known and (*release.key, *known) not in found:
        service = _default_service(release, (*release.key, *known))
        if service is not None:
            yield service


def _default_service(release: Release, path: Path) -> Service | None:
    for type_path in ((*path, "type"), (*path, "spec", "type")):
        if release.value(*type_path[len(release.key) :]) is not None:
            return None
    if (
        release.value(*path[len(release.key) :], "enabled") not in (None,)
        and (release.value(*path[len(release.key) :], "enabled") or (None,))[0] is False
    ):
        return None
    for layer in reversed(release.layers):
        if layer.items is None and isinstance(get(layer.data, *path), Mapping):
            return _values_service(release, layer, path, mapping(get(layer.data, *path)))
    return None


def _values_service(
    release: Release, layer: Layer, path: Path, fields: Mapping[str, Any]
) -> Service:
    place = layer.where(path)
    outer = mapping(get(layer.data, *path))
    spec = mapping(outer.get("spec"))
    return Service(
        name=release.name,
        namespace=release.namespace,
        type="LoadBalancer",
        fields=outer,
        notes=mapping(outer.get("annotations")),
        spec=place,
        annotations=place / "annotations",
        labels={},
        source=release,
        extra=((place / "spec", spec),) if spec else (),
    )


def _load_balancers(data: object, path: Path) -> Iterator[tuple[Path, Mapping[str, Any]]]:
    if isinstance(data, Mapping):
        if data.get("type") == "LoadBalancer":
            yield path, data
        for key, value in data.items():
            yield from _load_balancers(value, (*path, key))
    elif isinstance(data, list):
        for index, value in enumerate(data):
            yield from _load_balancers(value, (*path, index))


def _annotations(data: Mapping[str, Any], path: Path) -> tuple[Path, Mapping[str, Any]]:
    """The annotations of a Service template: beside its type, or in the metadata beside it."""
    for candidate in (
        (*path, "annotations"),
        (*path[:-1], "metadata", "annotations"),
        (
            *path[:-1],
            "annotations",
        ),
    ):
        notes = get(data, *candidate)
        if isinstance(notes, Mapping):
            return candidate, notes
    return (*path, "annotations"), {}
