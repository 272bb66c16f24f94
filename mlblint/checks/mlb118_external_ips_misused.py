"""Addresses of pools that a Service takes for itself instead of asking MetalLB for them."""

from __future__ import annotations

from collections.abc import Iterator

from mlblint.context import Context, subject_of_service
from mlblint.findings import Problem
from mlblint.repo.addresses import parse_address
from mlblint.repo.allocation import PoolTable
from mlblint.repo.metallb import Pool
from mlblint.repo.model import Cluster
from mlblint.repo.requests import is_metallbs_alone, wanted_prefix
from mlblint.repo.resources import items, text
from mlblint.repo.services import CURRENT_PREFIX, PREFIXES, Field, Service

_FIELD = "externalIPs"


def check(context: Context) -> Iterator[Problem]:
    for cluster in context.model.clusters:
        pools = PoolTable(cluster.pools)
        for service in cluster.services:
            field = service.field(_FIELD)
            if field is None or _asks_for_an_address(service):
                continue
            if is_metallbs_alone(service, cluster):
                for address in items(field.value):
                    pool = _pool_of(text(address), pools)
                    if pool is not None:
                        yield _problem(text(address), pool, field, service, cluster, context)
                        break


def _asks_for_an_address(service: Service) -> bool:
    annotated = any(f"{prefix}/loadBalancerIPs" in service.notes for prefix in PREFIXES)
    return annotated or service.field("loadBalancerIP") is not None


def _pool_of(address: str, pools: PoolTable) -> Pool | None:
    parsed = parse_address(address)
    holding = pools.holding(parsed) if parsed is not None else ()
    return min(holding, key=pools.order.__getitem__, default=None)


def _problem(
    address: str, pool: Pool, field: Field, service: Service, cluster: Cluster, context: Context
) -> Problem:
    prefix = wanted_prefix(context.config.metallb.annotation_prefix, (cluster,)) or CURRENT_PREFIX
    return Problem(
        place=field.place.key,
        message=(
            f"Service `{service.name}` has `{address}` among its `{_FIELD}`, an address of the "
            f"pool `{pool.name}`: MetalLB does not read this field. It assigns another address to "
            "the Service, announces this one for nobody, and may give it to another Service"
        ),
        help=f"ask for it by the annotation `{prefix}/loadBalancerIPs`, and remove `{_FIELD}`",
        subject=subject_of_service(service, cluster),
        unfixable="something else than MetalLB may bring that address to the nodes",
    )
