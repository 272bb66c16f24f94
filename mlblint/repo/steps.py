"""The steps in which a cluster comes to its addresses, and everything that belongs to one."""

from __future__ import annotations

from collections.abc import Iterator

from mlblint.records import dataclass
from mlblint.repo import flux
from mlblint.repo.delivery import Delivery
from mlblint.repo.helm import Release
from mlblint.repo.model import Cluster
from mlblint.repo.requests import is_for_metallb, is_meant_for_others, runs_metallb
from mlblint.repo.resources import Resource
from mlblint.repo.services import INGRESS_CHARTS, REQUESTS, Service, makes_load_balancer

STEPS = ("metallb", "pool", "advertisement", "ingress", "ingress_config", "apps")
"""Each needs those before it."""

_HOOKS = ("argocd.argoproj.io/hook", "helm.sh/hook")
_INGRESS_CONFIG_GROUPS = ("traefik.io", "traefik.containo.us", "k8s.nginx.org")


@dataclass(frozen=True, eq=False)
class Part:
    """Something that belongs to a step. `resource` is None for what a chart makes, or what
    comes from another repository."""

    step: str
    resource: Resource | None
    by: Delivery | None
    namespace: str | None


def parts(cluster: Cluster) -> Iterator[Part]:
    for installation in cluster.installations:
        yield Part("metallb", installation.speaker, installation.by, installation.namespace)
    for pool in cluster.pools:
        yield Part("pool", pool.resource, pool.delivered.by, pool.delivered.namespace)
    for advertisement in cluster.advertisements:
        delivered = advertisement.delivered
        yield Part("advertisement", delivered.resource, delivered.by, delivered.namespace)
    for release in cluster.releases:
        if (
            release.chart in INGRESS_CHARTS
            and makes_load_balancer(release)
            and _is_applied(release)
        ):
            yield Part("ingress", None, release.by, release.namespace)
    for delivered in cluster.delivered:
        if delivered.resource.group in _INGRESS_CONFIG_GROUPS:
            yield Part("ingress_config", delivered.resource, delivered.by, delivered.namespace)
    for service in cluster.services:
        if service.type == "LoadBalancer" and _needs_metallb(service, cluster):
            own = service.delivered
            yield Part("apps", own.resource if own else None, service.source.by, service.namespace)


def awaits_metallb(cluster: Cluster) -> bool:
    """Whether anything tells that addresses come from MetalLB here: an ingress controller alone
    may as well get its own from a cloud."""
    return runs_metallb(cluster) or any(
        service.request(suffix) is not None for service in cluster.services for suffix in REQUESTS
    )


def _needs_metallb(service: Service, cluster: Cluster) -> bool:
    if not is_for_metallb(service, cluster) or is_meant_for_others(service):
        return False
    return not isinstance(service.source, Release) or _is_applied(service.source)


def _is_applied(release: Release) -> bool:
    """A HelmChartConfig only changes what k3s has installed by itself, before anything else."""
    return release.by is None or release.by.resource.kind != "HelmChartConfig"


def is_hook(resource: Resource) -> bool:
    """Whether Argo CD applies it in a phase of its own, whatever its wave."""
    return any(hook in resource.annotations for hook in _HOOKS)


def flux_kustomizations(by: Delivery) -> list[Resource]:
    """The Flux Kustomizations over something, the nearest first."""
    return [d.resource for d in by.chain() if flux.is_kustomization(d.resource)]
