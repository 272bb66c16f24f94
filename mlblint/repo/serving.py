"""Which Services get their addresses from MetalLB, as far as that is certain."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from mlblint.repo.requests import is_metallbs_alone
from mlblint.repo.resources import is_opaque
from mlblint.repo.services import REQUESTS, Service
from mlblint.repo.versions import LOAD_BALANCER_CLASS, applies

if TYPE_CHECKING:
    from mlblint.repo.model import Cluster


def asks_metallb(service: Service) -> bool:
    """Whether it speaks to MetalLB in its annotations."""
    return any(service.request(suffix) is not None for suffix in REQUESTS)


def served(cluster: Cluster) -> Iterator[Service]:
    """MetalLB serves the Services of its class or, without one, those that have none (metallb
    internal/k8s/controllers/service_controller.go@v0.15.3, `filterByLoadBalancerClass`). Others
    may serve them as well, unless they ask MetalLB or nobody else is in sight."""
    for service in cluster.services:
        ours = service.load_balancer_class == cluster.load_balancer_class
        if service.type != "LoadBalancer" or not ours:
            continue
        if asks_metallb(service) or is_metallbs_alone(service, cluster):
            yield service


def class_is_certain(cluster: Cluster) -> bool:
    """Whether `load_balancer_class` is what MetalLB runs with: someone said so, or its own
    chart is told all its values here. Manifests may be patched."""
    if cluster.known.load_balancer_class:
        return True
    if is_opaque(cluster.load_balancer_class):
        return False
    return bool(cluster.installations) and all(
        installation.upstream
        and installation.release is not None
        and installation.release.complete
        and applies(LOAD_BALANCER_CLASS, installation.version) is not False
        for installation in cluster.installations
    )
