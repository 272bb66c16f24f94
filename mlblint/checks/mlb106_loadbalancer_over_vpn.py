"""Services for VPN clients whose address only machines in the same Ethernet segment find."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from fnmatch import fnmatchcase
from functools import partial
from typing import Any, NamedTuple

from mlblint.config import VpnConfig
from mlblint.context import Context, subject_of_service
from mlblint.findings import Fix, Problem
from mlblint.repo.announcement import Reach
from mlblint.repo.metallb import Pool
from mlblint.repo.model import Cluster
from mlblint.repo.requests import is_for_metallb
from mlblint.repo.resources import get, text
from mlblint.repo.services import LOAD_BALANCER_FIELDS, PREFIXES, REQUESTS, Service
from mlblint.text.edits import Edit, Insert, Remove, Set
from mlblint.text.places import Place

MARK = "mlblint.dev/access"
_HOSTNAMES = ("external-dns.alpha.kubernetes.io/hostname", "tailscale.com/hostname")


def check(context: Context) -> Iterator[Problem]:
    vpn = context.config.vpn
    if vpn.reaches_l2:
        return
    for cluster in context.model.clusters:
        reach = Reach(cluster, partial(_is_announced_by_bgp, cluster))
        for service in cluster.services:
            mark = _mark(service, vpn)
            if mark is None or not is_for_metallb(service, cluster):
                continue
            if service.type == "LoadBalancer":
                unreachable = not (_legacy_bgp(cluster) or True in reach.of(service))
            else:
                unreachable = mark.explicit and _could_be_node_port(service)
            if unreachable:
                yield _problem(service, cluster, mark, context)


class _Mark(NamedTuple):
    """Why a Service is taken to be meant for VPN clients; `explicit` if it was named itself."""

    reason: str
    explicit: bool


def _mark(service: Service, vpn: VpnConfig) -> _Mark | None:
    access = text(service.notes.get(MARK))
    if access:
        return _Mark(f"its annotation `{MARK}: vpn`", True) if access == "vpn" else None
    name = f"{service.namespace or 'default'}/{service.name}"
    for pattern in vpn.services:
        if fnmatchcase(name, pattern):
            return _Mark(f"`vpn.services` has `{pattern}`", True)
    selector = vpn.selector
    if selector and all(service.labels.get(key) == value for key, value in selector.items()):
        return _Mark("`vpn.selector` matches its labels", True)
    for pattern in vpn.namespaces:
        if fnmatchcase(service.namespace or "default", pattern):
            return _Mark(f"`vpn.namespaces` has `{pattern}`", False)
    for host in _hosts(service.notes):
        for pattern in vpn.hostnames:
            if fnmatchcase(host, pattern):
                return _Mark(f"`vpn.hostnames` has `{pattern}`", False)
    return None


def _hosts(notes: Mapping[str, Any]) -> Iterator[str]:
    for key in _HOSTNAMES:
        yield from (host.strip() for host in text(notes.get(key)).split(",") if host.strip())


def _is_announced_by_bgp(cluster: Cluster, pool: Pool) -> bool:
    """Whether routers carry the address to the VPN."""
    return "bgp" in cluster.coverage.modes(pool)


def _legacy_bgp(cluster: Cluster) -> bool:
    return any(cluster.mode(pool) == "bgp" for pool in cluster.legacy_pools)


def _could_be_node_port(service: Service) -> bool:
    """A headless Service could not: the API server refuses `clusterIP: None` with NodePort."""
    return service.type == "ClusterIP" and service.fields.get("clusterIP") != "None"


def _problem(service: Service, cluster: Cluster, mark: _Mark, context: Context) -> Problem:
    if service.type == "LoadBalancer":
        announced = (
            "its address is announced by L2 only"
            if any(advertisement.mode == "l2" for advertisement in cluster.advertisements)
            else "nothing here announces its address by BGP"
        )
        message = (
            f"Service `{service.name}` is meant for VPN clients ({mark.reason}), but is of type "
            f"LoadBalancer and {announced}: ARP does not cross a routed VPN, so no VPN client "
            "ever reaches it"
        )
    else:
        message = (
            f"Service `{service.name}` is meant for VPN clients ({mark.reason}), but is of type "
            "ClusterIP: its address exists inside the cluster only"
        )
    nodes = context.config.network.nodes
    node = nodes[0] if nodes else "<node address>"
    help_text = (
        f"use `type: NodePort` and reach it at http://{node}:{_node_port(service)} (node ports "
        "lie between 30000 and 32767), announce its pool by BGP, or set `vpn.reaches-l2: true` "
        "if the VPN ends inside the LAN's segment"
    )
    # A Gateway has no field for the type of the Service that is made for it.
    writable = isinstance(get(service.spec.document.data, *service.spec.path), Mapping)
    place = service.spec / "type" if writable else service.spec
    if service.extra and "type" in service.extra[0][1]:
        place = service.extra[0][0] / "type"
    return Problem(
        place=place,
        message=message,
        help=help_text,
        subject=subject_of_service(service, cluster),
        fix=Fix("make it a NodePort Service", tuple(_edits(service, place))) if writable else None,
        unfixable=None if writable else "what makes this Service decides on its type",
    )


def _node_port(service: Service) -> str:
    ports = service.fields.get("ports")
    first = ports[0] if isinstance(ports, list) and ports else None
    port = first.get("nodePort") if isinstance(first, Mapping) else None
    return str(port) if port else "<node port>"


def _edits(service: Service, place: Place) -> Iterator[Edit]:
    if place.exists:
        yield Set(place, "NodePort")
    else:
        yield Insert(service.spec, "type", "NodePort")
    for fields_place, fields in ((service.spec, service.fields), *service.extra):
        superfluous = [field for field in LOAD_BALANCER_FIELDS if field in fields]
        yield from (Remove(fields_place / field, prune=True) for field in superfluous)
    requests = [
        f"{prefix}/{suffix}"
        for prefix in PREFIXES
        for suffix in REQUESTS
        if f"{prefix}/{suffix}" in service.notes
    ]
    # With `prune` no empty `annotations:` is left over.
    yield from (Remove(service.note(request), prune=True) for request in requests)
