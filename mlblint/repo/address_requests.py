"""What a Service asks MetalLB for, as MetalLB of one version reads it.

metallb controller/service.go@v0.16.1, `allocateIPs` and `getDesiredLbIPs`; the ports and the
backend are those of internal/allocator/k8salloc/k8salloc.go.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any, Literal

from mlblint.records import cached_property, dataclass
from mlblint.repo.addresses import EntryFault, Interval, parse_address, parse_entry
from mlblint.repo.helm import Release
from mlblint.repo.requests import keys_read
from mlblint.repo.resources import is_opaque, items, mapping, text
from mlblint.repo.services import Service
from mlblint.repo.versions import Version
from mlblint.text.places import Place

Family = Literal["IPv4", "IPv6", "both"]
EVERY: frozenset[Family] = frozenset(["IPv4", "IPv6", "both"])
DEFAULT: frozenset[Family] = frozenset(["IPv4", "IPv6"])
"""One address, of the family that the cluster gives to Services first."""

_FAMILY_FIELDS = ("ipFamilies", "ipFamilyPolicy", "clusterIPs", "clusterIP")

FaultKind = Literal[
    "range", "prefix", "list", "blank", "nothing", "not-an-address", "too-many", "one-family"
]
Port = tuple[str, int]


@dataclass(frozen=True)
class Fault:
    """Why what is asked for is no request that MetalLB understands; `found` is the part."""

    kind: FaultKind
    found: str


@dataclass(frozen=True)
class Asked:
    """A value that asks for something, and the key, or the field, under which it stands."""

    key: str
    value: str
    service: Service

    @property
    def place(self) -> Place:
        _, dot, field = self.key.partition("spec.")
        return field_place(self.service, field) if dot else self.service.note(self.key)


@dataclass(frozen=True, eq=False)
class Request:
    service: Service
    version: Version | None

    @cached_property
    def annotation(self) -> Asked | None:
        """The addresses that an annotation asks for."""
        return self._annotated("loadBalancerIPs")

    @cached_property
    def field(self) -> Asked | None:
        """The address that `spec.loadBalancerIP` asks for."""
        value = _first(self.service, "loadBalancerIP")
        if not isinstance(value, str) or not value:
            return None
        return Asked("spec.loadBalancerIP", value, self.service)

    @cached_property
    def pool(self) -> Asked | None:
        return self._annotated("address-pool")

    @cached_property
    def sharing(self) -> Asked | None:
        return self._annotated("allow-shared-ip")

    @property
    def sharing_key(self) -> str:
        return self.sharing.value if self.sharing else ""

    @property
    def sharing_is_known(self) -> bool:
        """Where a chart's values have no annotations of the Service that speak to MetalLB, they
        may stand under another key."""
        return self.service.is_manifest or bool(self.annotation or self.pool or self.sharing)

    @property
    def asked(self) -> Asked | None:
        return self.annotation or self.field

    @cached_property
    def is_known(self) -> bool:
        """Whether everything it asks for can be read off the repository."""
        source = self.service.source
        if self.service.delivered is None:
            if not (isinstance(source, Release) and source.complete):
                return False
        else:
            resource = self.service.delivered.resource
            path = self.service.annotations_path or ("metadata", "annotations")
            fields = (path, ("spec", "loadBalancerIP")) if resource.unknown else ()
            if any(resource.is_unknown(*field) for field in fields):
                return False
        asked = filter(None, (self.annotation, self.field, self.pool, self.sharing))
        return not any(is_opaque(one.value) for one in asked)

    @cached_property
    def addresses(self) -> tuple[Interval, ...]:
        return tuple(filter(None, self._parsed))

    @cached_property
    def fault(self) -> Fault | None:
        if self.asked is None:
            return None
        if None in self._parsed:
            part = self._parts[self._parsed.index(None)]
            return Fault(_fault_of(part), part)
        if len(self.addresses) > 2:
            return Fault("too-many", self.asked.value)
        if len({address.family for address in self.addresses}) < len(self.addresses):
            return Fault("one-family", self.asked.value)
        return None

    @property
    def family(self) -> Family:
        """Of the addresses asked for."""
        if len(self.addresses) == 2:
            return "both"
        return "IPv4" if self.addresses[0].family == 4 else "IPv6"

    @cached_property
    def families(self) -> frozenset[Family]:
        return families(self.service)

    @cached_property
    def prefers_both(self) -> bool:
        return bool(_first(self.service, "ipFamilyPolicy") == "PreferDualStack")

    @cached_property
    def ports(self) -> frozenset[Port] | None:
        return ports(self.service)

    @cached_property
    def backend(self) -> str | None:
        return backend(self.service)

    @cached_property
    def _parsed(self) -> list[Interval | None]:
        return [parse_address(part) for part in self._parts]

    @cached_property
    def _parts(self) -> list[str]:
        if self.annotation is not None:
            return [part.strip() for part in self.annotation.value.split(",")]
        return [self.field.value] if self.field is not None else []

    def _annotated(self, suffix: str) -> Asked | None:
        """The newer prefix wins by its presence, even if nothing is asked for under it."""
        for key in keys_read(suffix, self.version):
            value = self.service.notes.get(key)
            if value is not None:
                return Asked(key, value, self.service) if text(value) else None
        return None


def field_place(service: Service, field: str) -> Place:
    """Where one of its fields was written, or would have to be: a patch may have given it, or
    another layer of values."""
    if service.is_manifest and service.delivered is not None:
        return service.delivered.resource.place("spec", field)
    return next((p for p, fields in _fields(service) if field in fields), service.spec) / field


def families(service: Service) -> frozenset[Family]:
    """Of what families its addresses may be. MetalLB looks at the cluster IPs, which the API
    server chooses as `ipFamilies` and `ipFamilyPolicy` say."""
    if not service.extra and service.fields.keys().isdisjoint(_FAMILY_FIELDS):
        decided = service.is_manifest and not _are_unknown(service, *_FAMILY_FIELDS)
        return DEFAULT if decided else EVERY
    cluster_ips = _first(service, "clusterIPs") or [_first(service, "clusterIP")]
    known = [parse_address(text(address)) for address in items(cluster_ips)]
    listed = items(_first(service, "ipFamilies"))
    policy = _first(service, "ipFamilyPolicy")
    if any(map(is_opaque, [*listed, policy])) or _are_unknown(service, *_FAMILY_FIELDS):
        return EVERY
    if policy == "RequireDualStack" or len(listed) == 2 or len(known) == 2:
        return frozenset(["both"]) if policy != "SingleStack" else EVERY
    first = _first_family(listed, known)
    if policy == "PreferDualStack":
        return frozenset([*first, "both"])
    return first if service.is_manifest or policy else EVERY


def ports(service: Service) -> frozenset[Port] | None:
    """Protocols and ports, None where a chart or a controller decides on them."""
    if not service.is_manifest or _are_unknown(service, "ports"):
        return None
    found: set[Port] = set()
    for port in items(service.fields.get("ports")):
        number, protocol = mapping(port).get("port"), mapping(port).get("protocol", "TCP")
        if not isinstance(number, int) or is_opaque(protocol):
            return None
        found.add((text(protocol), number))
    return frozenset(found)


def backend(service: Service) -> str | None:
    """What two Services on one address must have in common: nothing, if they pass traffic on
    to any node, or else their selector. None if that cannot be known."""
    policy = _first(service, "externalTrafficPolicy")
    if is_opaque(policy) or (policy is None and not service.is_manifest):
        return None
    if _are_unknown(service, "externalTrafficPolicy", "selector"):
        return None
    if policy != "Local":
        return ""
    selector = mapping(service.fields.get("selector"))
    if not service.is_manifest or any(map(is_opaque, selector.values())):
        return None
    return ",".join(f"{key}={selector[key]}" for key in sorted(selector))


def _fields(service: Service) -> Iterator[tuple[Place, Mapping[str, Any]]]:
    yield service.spec, service.fields
    yield from service.extra


def _first(service: Service, field: str) -> Any:
    value = service.fields.get(field)
    if value is not None or not service.extra:
        return value
    return next((f[field] for _, f in service.extra if f.get(field) is not None), None)


def _are_unknown(service: Service, *fields: str) -> bool:
    """Whether something sets one of them to what cannot be worked out here."""
    if not service.is_manifest or service.delivered is None:
        return False
    resource = service.delivered.resource
    return bool(resource.unknown) and any(resource.is_unknown("spec", one) for one in fields)


def _first_family(listed: list[Any], known: list[Interval | None]) -> frozenset[Family]:
    if listed:
        return frozenset(["IPv6" if listed[0] == "IPv6" else "IPv4"])
    if known and known[0] is not None:
        return frozenset(["IPv6" if known[0].family == 6 else "IPv4"])
    return DEFAULT


def _fault_of(part: str) -> FaultKind:
    """What somebody had in mind who wrote this for an address."""
    if not part:
        return "nothing"
    if "," in part:
        return "list"
    if parse_address(part.strip()) is not None:
        return "blank"
    if re.search(r"\s", part.strip()) and all(map(parse_address, part.split())):
        return "list"
    entry = parse_entry(part)
    if isinstance(entry, EntryFault):
        return "not-an-address"
    return "range" if "-" in part else "prefix"
