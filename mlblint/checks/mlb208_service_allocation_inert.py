"""Pools that are there for Services that cannot exist, or hand out nothing by a slip."""

from __future__ import annotations

import re
from collections.abc import Iterator

from mlblint.context import Context, subject_of
from mlblint.findings import Problem
from mlblint.repo.model import Cluster
from mlblint.repo.resources import is_opaque, mapping
from mlblint.repo.service_allocation import Allocation
from mlblint.repo.versions import SERVICE_ALLOCATION_MATCHES_ALL, applies
from mlblint.text.nodes import Key

# A Namespace's name is an RFC 1123 label (apimachinery pkg/util/validation/validation.go@v0.31).
_NAME = re.compile(r"[a-z0-9](?:[-a-z0-9]{0,61}[a-z0-9])?")


def check(context: Context) -> Iterator[Problem]:
    for cluster, allocator in context.model.allocators.items():
        for allocation in allocator.allocations.values():
            if allocation.present:
                yield from _of_pool(allocation, cluster)


def _of_pool(allocation: Allocation, cluster: Cluster) -> Iterator[Problem]:
    name = allocation.pool.name
    has_priority = "priority" in mapping(allocation.pool.resource.get("spec", "serviceAllocation"))
    if allocation.assigns_itself is False and has_priority:
        yield _problem(
            allocation,
            cluster,
            ("priority",),
            f"pool `{name}` has a priority, but also `autoAssign: false`: the priority orders the "
            "pools from which MetalLB chooses by itself, and this is none of them, so it means "
            "nothing",
            "remove the priority, or let the pool assign by itself",
        )
    elif allocation.selects_nothing and _hands_out_nothing(allocation):
        yield _problem(
            allocation,
            cluster,
            (),
            f"pool `{name}` has a `serviceAllocation` that names no namespace and no selector: "
            f"MetalLB {allocation.version} takes that for nobody, and hands out none of its "
            "addresses unless a Service asks for the pool (0.15.0 and later take it for "
            "everybody)",
            "name whom the pool is for, leave `serviceAllocation` out, or upgrade to 0.15.0",
        )
    for index, namespace in enumerate(allocation.namespaces):
        if (
            isinstance(namespace, str)
            and not is_opaque(namespace)
            and not _NAME.fullmatch(namespace)
        ):
            yield _problem(
                allocation,
                cluster,
                ("namespaces", index),
                f"pool `{name}` is for namespace `{namespace}`, a name that no Namespace can have: "
                "MetalLB compares names literally, so no Service gets an address of the pool on "
                "account of it",
                "name each namespace in full, or select them by labels in `namespaceSelectors`",
            )


def _hands_out_nothing(allocation: Allocation) -> bool:
    everybody = applies(SERVICE_ALLOCATION_MATCHES_ALL, allocation.version)
    return everybody is False and allocation.assigns_itself is True


def _problem(
    allocation: Allocation, cluster: Cluster, path: tuple[Key, ...], message: str, help_text: str
) -> Problem:
    pool = allocation.pool
    return Problem(
        place=pool.resource.place("spec", "serviceAllocation", *path),
        message=message,
        help=help_text,
        subject=subject_of(pool.delivered, cluster),
        unfixable="only a person knows whom the pool is for",
    )
