"""Services that serve from the pods of one node only."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from mlblint.context import Context, subject_of_service
from mlblint.findings import Fix, Problem
from mlblint.repo.announcement import Reach
from mlblint.repo.helm import Release
from mlblint.repo.labelled import Labelled
from mlblint.repo.model import Cluster
from mlblint.repo.requests import is_for_metallb, is_meant_for_others, is_written_as
from mlblint.repo.resources import mapping, text
from mlblint.repo.services import Field, Service
from mlblint.text.edits import Edit, Remove, Set

_POLICY = "externalTrafficPolicy"
# What these charts run on every node unless they are told otherwise
# (bitnami/charts bitnami/contour/values.yaml: envoy.kind).
_ON_EVERY_NODE = ("contour",)

_Pods = Mapping[str | None, Labelled[bool]]


def check(context: Context) -> Iterator[Problem]:
    for cluster in context.model.clusters:
        pods = _pods_on_every_node(cluster)
        reach = Reach(cluster, cluster.mode)
        for service in cluster.services:
            policy = service.field(_POLICY)
            if policy is None or policy.value != "Local" or service.type != "LoadBalancer":
                continue
            if (
                is_for_metallb(service, cluster)
                and not is_meant_for_others(service)
                # By nothing else: BGP takes traffic to every node that has a pod.
                and reach.of(service) == {"l2"}
                and not _runs_on_every_node(service, pods)
            ):
                yield _problem(policy, service, cluster)


def _pods_on_every_node(cluster: Cluster) -> _Pods:
    """The pods of DaemonSets, by namespace: such a pod is wherever the address is answered
    for."""
    found: dict[str | None, list[tuple[Mapping[str, Any], bool]]] = {}
    if "DaemonSet" in cluster.kinds:
        for delivered in cluster.delivered:
            if delivered.resource.is_a("apps", "DaemonSet"):
                labels = mapping(delivered.resource.get("spec", "template", "metadata", "labels"))
                found.setdefault(delivered.namespace, []).append((labels, True))
    return {namespace: Labelled(pods) for namespace, pods in found.items()}


def _runs_on_every_node(service: Service, pods: _Pods) -> bool:
    if isinstance(service.source, Release):
        return _chart_runs_on_every_node(service.source, service)
    selector = mapping(service.fields.get("selector"))
    there = pods.get(service.namespace)
    return bool(selector and there and any(there.selected({"matchLabels": selector})))


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
