"""Services, and everything else from which a controller or a chart makes one."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterable, Iterator, Mapping
from typing import Any, NamedTuple

from mlblint.records import cached_property, dataclass
from mlblint.repo.addresses import Interval, parse_address
from mlblint.repo.delivery import Delivered
from mlblint.repo.helm import Release, Value
from mlblint.repo.objects_in_values import is_whole_object
from mlblint.repo.resources import Resource, get, holding, is_opaque, mapping, text
from mlblint.text.nodes import Key, Path
from mlblint.text.places import Place

CURRENT_PREFIX = "metallb.io"
FORMER_PREFIX = "metallb.universe.tf"
PREFIXES = (CURRENT_PREFIX, FORMER_PREFIX)
REQUESTS = ("address-pool", "loadBalancerIPs", "allow-shared-ip")
"""What a Service may ask MetalLB for (metallb controller/service.go@v0.15.3)."""


class ServiceValues(NamedTuple):
    """Where a chart's values speak of its Service, and the type that it has by default, as
    far as that is certain."""

    path: Path
    type: str | None


INGRESS_CHARTS: Mapping[str, ServiceValues] = {
    # traefik/traefik-helm-chart traefik/templates/_service.tpl
    "traefik": ServiceValues(("service",), "LoadBalancer"),
    # kubernetes/ingress-nginx charts/ingress-nginx/values.yaml
    "ingress-nginx": ServiceValues(("controller", "service"), "LoadBalancer"),
    # nginx/kubernetes-ingress charts/nginx-ingress/README.md
    "nginx-ingress": ServiceValues(("controller", "service"), "LoadBalancer"),
    # haproxy-ingress/charts haproxy-ingress/README.md
    "haproxy-ingress": ServiceValues(("controller", "service"), "LoadBalancer"),
    # haproxytech/helm-charts kubernetes-ingress/values.yaml
    "kubernetes-ingress": ServiceValues(("controller", "service"), "NodePort"),
    # Kong/charts charts/kong/values.yaml: the default changed
    "kong": ServiceValues(("proxy",), None),
    # bitnami/charts and projectcontour/helm-charts contour/values.yaml
    "contour": ServiceValues(("envoy", "service"), None),
    # istio/istio manifests/charts/gateway/values.yaml
    "gateway": ServiceValues(("service",), None),
}
"""Charts of ingress controllers. The last three make a Service for whose type they have to be
asked, or share their name with other charts."""

# Objects of the core have no templates of Services. Policies only speak of Services, and the
# values of what installs charts are looked at for themselves.
_NO_CARRIERS = frozenset(
    [
        "",
        "kyverno.io",
        "constraints.gatekeeper.sh",
        "templates.gatekeeper.sh",
        "apiextensions.k8s.io",
    ]
)
_FOLLOWED = frozenset(
    ["Application", "ApplicationSet", "HelmRelease", "HelmChart", "HelmChartConfig"]
)

LOAD_BALANCER_FIELDS = (
    "allocateLoadBalancerNodePorts",
    "loadBalancerIP",
    "loadBalancerClass",
    "loadBalancerSourceRanges",
    "externalTrafficPolicy",
    "healthCheckNodePort",
)
"""Fields of a Service that mean something only with `type: LoadBalancer`."""


class Field(NamedTuple):
    """What a field of a Service says, and where that is written."""

    value: Any
    place: Place


@dataclass(frozen=True, eq=False)
class Service:
    """`spec` and `annotations` are where its fields and annotations stand, or would stand;
    `fields` are those written at `spec`, `notes` all its annotations. In a chart's values
    `extra` are other mappings that hold fields of it: its own `spec` first, if it has one
    beside the other values, then those of other layers. `spec_path` leads to its fields, in the
    object or in the chart's values. For a Gateway `spec` names who decides on the Service's
    fields: they cannot be written there."""

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
    annotations_path: Path = ()
    note_places: Mapping[str, Place] = dataclasses.field(default_factory=dict)
    spec_path: Path | None = None

    @property
    def delivered(self) -> Delivered | None:
        return self.source if isinstance(self.source, Delivered) else None

    @cached_property
    def is_manifest(self) -> bool:
        """Whether it is written out as a Service, so that what is not written is not there: a
        chart or a controller adds to what it is told."""
        return self.delivered is not None and self.delivered.resource.is_a("", "Service")

    @property
    def load_balancer_class(self) -> str | None:
        for fields in (self.fields, *(fields for _, fields in self.extra)):
            if fields.get("loadBalancerClass"):
                return text(fields["loadBalancerClass"])
        return None

    def note(self, key: str) -> Place:
        """Where one of its annotations was written: a patch may have given it, or another
        layer of values."""
        if isinstance(self.source, Delivered) and self.annotations_path:
            return self.source.resource.place(*self.annotations_path, key)
        return self.note_places.get(key, self.annotations / key)

    def field(self, *path: Key) -> Field | None:
        """A field as it reaches the cluster; None where it is not given, or not known. Traefik's
        chart takes them from `service.spec` (traefik/templates/_service.tpl@v34)."""
        if self.spec_path is None:
            return None
        if isinstance(self.source, Release):
            home = (*self.spec_path, "spec") if self.source.chart == "traefik" else self.spec_path
            given = self.source.value(*home, *path)
            there = given is not None and given.value is not None
            return Field(given.value, given.place) if given and there else None
        resource, full = self.source.resource, (*self.spec_path, *path)
        value = resource.get(*full)
        known = value is not None and not resource.is_unknown(*full)
        return Field(value, resource.place(*full)) if known else None

    def request(self, suffix: str) -> str | None:
        """The value of one of MetalLB's annotations: the current prefix wins where both
        are given (metallb controller/service.go@v0.15.3, `valueForAnnotation`)."""
        for prefix in PREFIXES:
            value = self.notes.get(f"{prefix}/{suffix}")
            if value is not None:
                return text(value)
        return None

    def address_requests(self) -> list[str]:
        """The addresses that it insists on, as they are written. The annotation is the one
        that MetalLB recommends; with both, it refuses the Service."""
        wanted = self.request("loadBalancerIPs") or ""
        for fields in (self.fields, *(fields for _, fields in self.extra)):
            wanted = wanted or text(fields.get("loadBalancerIP"))
        return [part.strip() for part in wanted.split(",") if part.strip()]

    def addresses(self) -> Iterator[Interval]:
        """Those of them that are addresses."""
        for part in self.address_requests():
            address = parse_address(part)
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
        annotations_path=("metadata", "annotations"),
        spec_path=("spec",),
    )


def in_custom_resource(delivered: Delivered) -> Iterator[Service]:
    """Templates of Services inside other objects: CNPG, ECK, EnvoyProxy, Gateways and the
    like. What stands beside `type: LoadBalancer` is taken for the Service's fields."""
    resource = delivered.resource
    if resource.group in _NO_CARRIERS or resource.kind in _FOLLOWED:
        return
    if resource.is_a("gateway.networking.k8s.io", "Gateway"):
        yield from _of_gateway(delivered)
    for path, fields in _load_balancers(resource):
        annotations = _annotations_path(resource.data, path)
        metadata = mapping(get(resource.data, *annotations[:-1]))
        yield Service(
            name=text(metadata.get("name")) or resource.name,
            namespace=delivered.namespace,
            type="LoadBalancer",
            fields=fields,
            notes=mapping(metadata.get("annotations")),
            spec=resource.place(*path),
            annotations=resource.place(*annotations),
            labels=mapping(metadata.get("labels")) or resource.labels,
            source=delivered,
            annotations_path=annotations,
            spec_path=path,
        )


def _of_gateway(delivered: Delivered) -> Iterator[Service]:
    """The Service that a Gateway's controller makes gets the annotations of
    `spec.infrastructure`. That it is to have an address of MetalLB's shows in them alone."""
    resource = delivered.resource
    notes = mapping(resource.get("spec", "infrastructure", "annotations"))
    if any(f"{prefix}/{request}" in notes for prefix in PREFIXES for request in REQUESTS):
        yield Service(
            name=resource.name,
            namespace=delivered.namespace,
            type="LoadBalancer",
            fields={},
            notes=notes,
            spec=resource.place("spec", "gatewayClassName"),
            annotations=resource.place("spec", "infrastructure", "annotations"),
            labels=mapping(resource.get("spec", "infrastructure", "labels")),
            source=delivered,
        )


def _load_balancers(resource: Resource) -> Iterator[tuple[Path, Mapping[str, Any]]]:
    # envoyproxy/gateway api/v1alpha1/shared_types.go, `KubernetesServiceSpec`: an EnvoyProxy's
    # is a LoadBalancer unless another type is given.
    by_default = "envoyService" if resource.kind == "EnvoyProxy" else ""
    for path, fields in holding(resource.data, "type", by_default):
        if fields.get("type") == "LoadBalancer":
            yield path, fields
        inner = fields.get(by_default)
        if isinstance(inner, Mapping) and inner.get("type") is None:
            yield (*path, by_default), inner


def _annotations_path(data: Mapping[str, Any], path: Path) -> Path:
    """Where the annotations of a Service template stand or belong: in the metadata beside its
    `spec`, beside that, or right beside its type."""
    if path[-1:] != ("spec",):
        return (*path, "annotations")
    beside = (*path[:-1], "annotations")
    return beside if get(data, *beside) is not None else (*path[:-1], "metadata", "annotations")


def in_values(release: Release) -> Iterator[Service]:
    """The Services of type LoadBalancer that a chart's values speak of, and the one that a
    known chart makes by itself."""
    homes: dict[Path, str | None] = {}
    known = INGRESS_CHARTS.get(release.chart)
    if known is not None and release.complete:
        homes[known.path] = known.type
        homes |= dict.fromkeys(_secondary(release, known.path), known.type)
    for layer, path, fields in release.holding("type"):
        if fields["type"] == "LoadBalancer" and path[:1] not in _keys(release.others):
            home = path[:-1] if path[-1:] == ("spec",) else path
            if not is_whole_object(get(layer.data, *release.key, *home)):
                homes.setdefault(home, None)
    for home, default in homes.items():
        given = _type(release, home)
        type_ = given.value if given is not None else default
        if type_ == "LoadBalancer" and _is_made(release, home):
            yield from _in_layers(release, home, given)


def makes_load_balancer(release: Release) -> bool:
    """Whether a known chart's Service is, or may be, of type LoadBalancer."""
    known = INGRESS_CHARTS[release.chart]
    given = _type(release, known.path)
    type_ = given.value if given is not None else known.type
    certain = release.complete and type_ is not None and not is_opaque(type_)
    return not certain or (type_ == "LoadBalancer" and _is_made(release, known.path))


def _keys(names: Iterable[str]) -> set[Path]:
    return {(name,) for name in names}


def _secondary(release: Release, home: Path) -> Iterator[Path]:
    """Further Services that have the main one's type unless they are given their own:
    ingress-nginx's internal one, which is made if it has annotations
    (charts/ingress-nginx/templates/controller-service-internal.yaml@helm-chart-4.12), and
    Traefik's additional ones (traefik/templates/service.yaml@v34)."""
    if release.chart == "ingress-nginx":
        internal = (*home, "internal")
        enabled = release.value(*internal, "enabled")
        if enabled is not None and enabled.value is True and _notes(release, internal):
            yield internal
    elif release.chart == "traefik":
        for layer in release.layers:
            names = mapping(get(layer.data, *release.key, *home, "additionalServices"))
            yield from ((*home, "additionalServices", name) for name in names)


def _type(release: Release, home: Path) -> Value | None:
    """Traefik's chart lets `service.spec` say it as well, which comes last."""
    for path in ((*home, "spec", "type"), (*home, "type")):
        found = release.value(*path)
        if found is not None and found.value is not None:
            return found
    return None


def _is_made(release: Release, home: Path) -> bool:
    """Whether nothing switches off the Service, or the part of the chart that it belongs to."""
    for length in range(len(home) + 1):
        for switch in ("enabled", "create"):
            found = release.value(*home[:length], switch)
            if found is not None and found.value is False:
                return False
    external = release.value(*home, "external", "enabled")
    return not (release.chart == "ingress-nginx" and external and external.value is False)


def _in_layers(release: Release, home: Path, type_: Value | None) -> Iterator[Service]:
    """The Service at `home`: what the layer says of it that gives its type, or else the last
    one that speaks of it, or could."""
    path = (*release.key, *home)
    layers = [layer for layer in reversed(release.layers) if layer.items is None]
    speaking = [layer for layer in layers if isinstance(get(layer.data, *path), Mapping)]
    own = type_.layer if type_ is not None else next(iter([*speaking, *layers]), None)
    if own is None:
        return
    annotated = [layer for layer in layers if get(layer.data, *path, "annotations")]
    extra = [
        (layer.where(at), found)
        for layer in (own, *(layer for layer in speaking if layer is not own))
        for at in ((*path, "spec"), path)
        if (found := mapping(get(layer.data, *at))) and (layer, at) != (own, path)
    ]
    yield Service(
        name=release.name,
        namespace=release.namespace,
        type="LoadBalancer",
        fields=mapping(get(own.data, *path)),
        notes=_notes(release, home),
        spec=own.where(path),
        annotations=next(iter([*annotated, own])).where((*path, "annotations")),
        note_places={
            key: layer.where((*path, "annotations", key))
            for layer in reversed(annotated)
            for key in mapping(get(layer.data, *path, "annotations"))
        },
        labels={},
        source=release,
        extra=tuple(extra),
        spec_path=home,
    )


def _notes(release: Release, home: Path) -> Mapping[str, Any]:
    """Annotations of all layers; later ones win, and null takes one away."""
    notes: dict[str, Any] = {}
    for layer in release.layers:
        notes |= mapping(get(layer.data, *release.key, *home, "annotations"))
    return {key: value for key, value in notes.items() if value is not None}
