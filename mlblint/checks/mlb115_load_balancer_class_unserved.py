"""Services of a class that MetalLB does not serve, although they are meant for it."""

from __future__ import annotations

import re
from collections.abc import Iterator

from mlblint.context import Context, subject_of_service
from mlblint.findings import Problem
from mlblint.repo.address_requests import field_place
from mlblint.repo.model import Cluster
from mlblint.repo.resources import is_opaque
from mlblint.repo.services import Service
from mlblint.repo.serving import asks_metallb, class_is_certain

_OTHERS = re.compile(
    r"tailscale|cilium|k3s|rke2|aws|amazonaws|gke|google|azure|digitalocean|hetzner|hcloud"
    r"|kube-vip|purelb|loxilb|openelb|porter|ngrok|frp|cloudflare|inlets|oraclecloud|openstack"
)
"""Classes of implementations that have nothing to do with MetalLB."""


def check(context: Context) -> Iterator[Problem]:
    for cluster in context.model.clusters:
        if not class_is_certain(cluster):
            continue
        for service in cluster.services:
            if service.type == "LoadBalancer" and _is_missed(service, cluster):
                yield _problem(service, cluster)


def _is_missed(service: Service, cluster: Cluster) -> bool:
    its = service.load_balancer_class
    if its == cluster.load_balancer_class or is_opaque(its):
        return False
    if its is None:
        return asks_metallb(service)
    return "metallb" in its or (asks_metallb(service) and not _OTHERS.search(its))


def _problem(service: Service, cluster: Cluster) -> Problem:
    its, served = service.load_balancer_class, cluster.load_balancer_class
    has = f"has `loadBalancerClass: {its}`" if its else "has no `loadBalancerClass`"
    expected = (
        f"MetalLB runs with `loadBalancerClass: {served}` and serves Services of that class alone"
        if served
        else "MetalLB runs without a class and serves only Services that have none"
    )
    remedy = (
        f"set `loadBalancerClass: {served}` on the Service"
        if served
        else f"take the field away, or run MetalLB with `loadBalancerClass: {its}`"
    )
    return Problem(
        place=field_place(service, "loadBalancerClass" if its else "type"),
        message=(
            f"Service `{service.name}` {has}, but {expected}: it ignores this one, which stays "
            "without an address"
        ),
        help=f"{remedy}; the field cannot be changed later, so the Service has to be made anew",
        subject=subject_of_service(service, cluster),
        unfixable="Kubernetes refuses to change the field of a Service that exists",
    )
