"""Services that serve from the pods of one node only."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from mlblint.context import Context, subject_of_service
from mlblint.findings import Fix, Problem
from mlblint.repo.announcement import reachable_pools
from mlblint.repo.helm import Release
from mlblint.repo.model import Cluster
from mlblint.repo.requests import is_for_metallb, is_meant_for_others, is_written_as
from mlblint.repo.resources import mapping, text
from mlblint.repo.services import Field, Service
from mlblint.text.edits import Edit, Remove, Set

_POLICY = "externalTrafficPolicy"
# What these charts run on every node unless they are told otherwise
# (bitnami/charts bitnami/contour/values.yaml: envoy.kind).
_ON_EVERY_NODE = ("contour",)


def check(context: Context) -> Iterator[Problem]:
    for cluster in context.model.clusters:
        pods = _pods_on_every_node(cluster)
        for service in cluster.services:
            policy = service.field(_POLICY)
            if policy is None or policy.value != "Local" or service.type != "LoadBalancer":
                continue
            if (
                is_for_metallb(service, cluster)
                and not is_meant_for_others(service)
                and _is_announced_by_l2(service, cluster)
                and not _runs_on_every_node(service, pods)
            ):
                yield _problem(policy, service, cluster)


def _is_announced_by_l2(service: Service, cluster: Cluster) -> bool:
    """By nothing else: BGP takes traffic to every node that has a pod."""
    pools = reachable_pools(service, cluster)
    return bool(pools) and all(cluster.mode(pool) == "l2" for pool in pools)


def _pods_on_every_node(cluster: Cluster) -> Mapping[str | None, list[Mapping[str, Any]]]:
    """The labels of the pods of DaemonSets, by namespace: such a pod is wherever the address is
    answered for."""
    found: dict[str | None, list[Mapping[str, Any]]] = {}
    if "DaemonSet" in cluster.kinds:
        for delivered in cluster.delivered:
            if delivered.resource.is_a("apps", "DaemonSet"):
                labels = mapping(delivered.resource.get("spec", "template", "metadata", "labels"))
                found.setdefault(delivered.namespace, []).append(labels)
    return found


def _runs_on_every_node(
    service: Service, pods: Mapping[str | None, list[Mapping[str, Any]]]
) -> bool:
    if isinstance(service.source, Release):
        return _chart_runs_on_every_node(service.source, service)
    selector = mapping(service.fields.get("selector"))
    return bool(selector) and any(
        selector.items() <= labels.items() for labels in pods.get(service.namespace, ())
    )


def _chart_runs_on_every_node(release: Release, service: Service) -> bool:
    """Charts say it beside their Service, or under `deployment`."""
    above = (service.spec_path or ())[:-1]
    for path in ((*above, "kind"), ("deployment", "kind"), ("kind",)):
        kind = release.value(*path)
        if kind is not None and text(kind.value).lower() == "daemonset":
            return True
    return release.chart in _ON_EVERY_NODE


def _problem(policy: Field, service: Service, cluster: Cluster) -> Problem:
    fix = Fix("write `Cluster`", tuple(_edits(policy, service)), "unsafe")
    return Problem(
        place=policy.place.key if is_written_as(policy.place, _POLICY) else policy.place,
        message=(
            f"Service `{service.name}` has `{_POLICY}: Local`, and its address is announced by L2: "
            "MetalLB supports that, but one node answers for the address, so only pods on that "
            "node are served, the others stand idle, and without a ready pod on a node that may "
            "announce it the address is withdrawn (`notOwner`)"
        ),
        help=(
            "`Cluster` serves from all pods; the price is that they see a node's address instead "
            "of the client's. Where they need the client's, run a pod on every node, and ignore "
            "this rule here"
        ),
        subject=subject_of_service(service, cluster),
        fix=fix,
    )


def _edits(policy: Field, service: Service) -> Iterator[Edit]:
    yield Set(policy.place, "Cluster")
    # The API server refuses this one where the policy is not `Local`.
    check = service.field("healthCheckNodePort")
    if check is not None and is_written_as(check.place, "healthCheckNodePort"):
        yield Remove(check.place)
