"""The steps in which a cluster comes to its addresses, and everything that belongs to one."""

from __future__ import annotations

from collections.abc import Iterator

from mlblint.records import dataclass
from mlblint.repo import flux
from mlblint.repo.delivery import Delivery
from mlblint.repo.model import Cluster
from mlblint.repo.requests import is_for_metallb
from mlblint.repo.resources import Resource
from mlblint.repo.services import INGRESS_CHARTS

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
        if release.chart in INGRESS_CHARTS:
            yield Part("ingress", None, release.by, release.namespace)
    for delivered in cluster.delivered:
        if delivered.resource.group in _INGRESS_CONFIG_GROUPS:
            yield Part("ingress_config", delivered.resource, delivered.by, delivered.namespace)
    for service in cluster.services:
        if service.type == "LoadBalancer" and is_for_metallb(service, cluster):
            own = service.delivered
            yield Part("apps", own.resource if own else None, service.source.by, service.namespace)


def is_hook(resource: Resource) -> bool:
    """Whether Argo CD applies it in a phase of its own, whatever its wave."""
    return any(hook in resource.annotations for hook in _HOOKS)


def flux_kustomizations(by: Delivery) -> list[Resource]:
    """The Flux Kustomizations over something, the nearest first."""
    return [d.resource for d in by.chain() if flux.is_kustomization(d.resource)]
