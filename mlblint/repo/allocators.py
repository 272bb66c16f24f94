"""MetalLB's allocator in each cluster: what of its pools and Services is in sight."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mlblint.repo.allocation import Allocator
from mlblint.repo.delivery import Delivered
from mlblint.repo.metallb import POOL_KINDS, pools
from mlblint.repo.serving import served
from mlblint.repo.versions import CUSTOM_RESOURCES, applies

if TYPE_CHECKING:
    from mlblint.repo.model import Cluster, Model


def allocators(model: Model) -> dict[Cluster, Allocator]:
    others = pools(Delivered(undelivered.resource) for undelivered in model.undelivered)
    return {
        cluster: Allocator(
            version=cluster.version,
            pools=cluster.pools,
            services=tuple(served(cluster)),
            namespaces=cluster.known_namespaces,
            complete=_shows_all_pools(cluster, model),
            others=others,
        )
        for cluster in model.clusters
    }


def _shows_all_pools(cluster: Cluster, model: Model) -> bool:
    """MetalLB before 0.13 has its pools in a ConfigMap, and each MetalLB reads those of its own
    namespace."""
    if not cluster.pools or applies(CUSTOM_RESOURCES, cluster.version) is False:
        return False
    if len({installation.namespace for installation in cluster.installations}) > 1:
        return False
    one_of_each = {pool.delivered.by: pool.delivered for pool in cluster.pools}
    return not any(
        model.may_have_unseen(cluster, delivered, *POOL_KINDS) for delivered in one_of_each.values()
    )
