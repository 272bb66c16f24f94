"""Node ports that the API server does not give."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import NamedTuple

from mlblint.context import Context, subject_of_service
from mlblint.findings import Note, Problem
from mlblint.repo.model import Cluster
from mlblint.repo.resources import items, mapping
from mlblint.repo.services import Field, Service

# kubernetes pkg/kubeapiserver/options/options.go@v1.33, `DefaultServiceNodePortRange`
_DEFAULT_RANGE = "30000-32767"
_TYPES = ("ClusterIP", "NodePort", "LoadBalancer")
_UNFIXABLE = "which port is free, and who has to be told of it, only a person knows"


class _NodePort(NamedTuple):
    service: Service
    position: int
    protocol: str
    field: Field


def check(context: Context) -> Iterator[Problem]:
    low, high = map(int, context.options.get("range", _DEFAULT_RANGE).split("-"))
    for cluster in context.model.clusters:
        first: dict[tuple[str, int], _NodePort] = {}
        for port in _node_ports(cluster):
            if port.service.type == "ClusterIP":
                yield _without_effect(port, cluster)
                continue
            if not low <= port.field.value <= high:
                yield _outside(port, low, high, cluster)
            rival = first.setdefault((port.protocol, port.field.value), port)
            if not _is_same(rival, port):
                yield _taken(port, rival, cluster)


def _node_ports(cluster: Cluster) -> Iterator[_NodePort]:
    for service in cluster.services:
        if service.delivered is None or service.type not in _TYPES:
            continue
        for index, item in enumerate(items(service.fields.get("ports"))):
            field = service.field("ports", index, "nodePort")
            if field is not None and isinstance(field.value, int) and field.value:
                yield _NodePort(service, index, _protocol(mapping(item)), field)


def _protocol(port: Mapping[str, object]) -> str:
    return str(port.get("protocol") or "TCP")


def _is_same(left: _NodePort, right: _NodePort) -> bool:
    """The same line of the same object, which may be delivered more than once."""
    a, b = left.service, right.service
    if a.name != b.name or left.position != right.position:
        return False
    return None in (a.namespace, b.namespace) or a.namespace == b.namespace


def _outside(port: _NodePort, low: int, high: int, cluster: Cluster) -> Problem:
    return Problem(
        place=port.field.place,
        message=(
            f"Service `{port.service.name}` asks for the node port `{port.field.value}`, which "
            f"does not lie between {low} and {high}: the API server refuses the Service"
        ),
        help=(
            f"take a port from {low} to {high}, or set the option `range` of this rule to what the "
            "API server's `--service-node-port-range` says"
        ),
        subject=subject_of_service(port.service, cluster),
        unfixable=_UNFIXABLE,
    )


def _taken(port: _NodePort, rival: _NodePort, cluster: Cluster) -> Problem:
    namespace = rival.service.namespace or "default"
    # What nobody in sight applies may be meant for another day, or as an alternative.
    applied = any(one.service.delivered and one.service.delivered.by for one in (port, rival))
    return Problem(
        place=port.field.place,
        message=(
            f"Service `{port.service.name}` asks for the node port `{port.field.value}` "
            f"({port.protocol}), which `{namespace}/{rival.service.name}` has: the API server "
            "refuses the one that it gets to see later"
        ),
        help="give one of them another port",
        subject=subject_of_service(port.service, cluster),
        severity=None if applied else "warning",
        notes=(Note(rival.field.place, "the same port"),),
        unfixable=_UNFIXABLE,
    )


def _without_effect(port: _NodePort, cluster: Cluster) -> Problem:
    return Problem(
        place=port.field.place,
        message=(
            f"Service `{port.service.name}` is of type ClusterIP, but asks for the node port "
            f"`{port.field.value}`: the API server refuses the Service"
        ),
        help="give the Service `type: NodePort`, or remove the node port",
        subject=subject_of_service(port.service, cluster),
        unfixable="it may be the port that is wrong, or the type",
    )
