"""What controllers write into a cluster, committed to the repository."""

from __future__ import annotations

from collections.abc import Iterator

from mlblint.context import Context, subject_of, subject_of_service
from mlblint.findings import Fix, Problem
from mlblint.repo.delivery import Delivered
from mlblint.repo.metallb import GROUP
from mlblint.repo.model import Cluster
from mlblint.repo.near_requests import ALLOCATED
from mlblint.repo.requests import is_written_as
from mlblint.repo.resources import Resource
from mlblint.repo.services import FORMER_PREFIX, PREFIXES, Service
from mlblint.repo.versions import METALLB_IO_ANNOTATIONS, applies
from mlblint.text.edits import Remove

# metallb api/v1beta1@v0.16.1 and frr-k8s api/v1beta1@v0.0.21: their specs are empty.
_STATUS_KINDS = {
    GROUP: ("ServiceL2Status", "ServiceBGPStatus", "ConfigurationState"),
    "frrk8s.metallb.io": ("FRRNodeState", "BGPSessionState"),
}


def check(context: Context) -> Iterator[Problem]:
    for cluster in context.model.clusters:
        for service in cluster.services:
            for prefix in PREFIXES:
                if f"{prefix}/{ALLOCATED}" in service.notes:
                    yield _allocated(service, prefix, cluster)
        for delivered in cluster.delivered:
            resource = delivered.resource
            if resource.kind in _STATUS_KINDS.get(resource.group, ()):
                yield _status_object(delivered, cluster)
            elif "status" in resource.data and _is_judged(resource):
                yield _status(delivered, cluster)


def _is_judged(resource: Resource) -> bool:
    return resource.group == GROUP or resource.is_a("", "Service")


def _allocated(service: Service, prefix: str, cluster: Cluster) -> Problem:
    key = f"{prefix}/{ALLOCATED}"
    place = service.note(key)
    message = (
        f"`{key}` is what MetalLB's controller notes on a Service after it has assigned an "
        "address; it never reads it, so here it asks for no pool, and contradicts the cluster as "
        "soon as the address comes from another one"
    )
    if prefix == FORMER_PREFIX and applies(METALLB_IO_ANNOTATIONS, cluster.version):
        message += (
            f". MetalLB {cluster.version} does not write this prefix any more, and logs a warning "
            "event about it"
        )
    removable = is_written_as(place, key)
    return Problem(
        place=place.key,
        message=message,
        help="remove it; `address-pool` is the annotation that asks for a pool",
        subject=subject_of_service(service, cluster),
        fix=Fix(f"remove `{key}`", (Remove(place, prune=True),)) if removable else None,
        unfixable=None if removable else "a patch or a parameter gives it: remove it there",
    )


def _status(delivered: Delivered, cluster: Cluster) -> Problem:
    resource = delivered.resource
    place = resource.place("status")
    removable = is_written_as(place, "status")
    return Problem(
        place=place.key,
        message=(
            f"{resource.kind} `{resource.name}` has a `status`: controllers write it, and the API "
            "server drops it from what is applied, so that it only shows what once was"
        ),
        help="remove it",
        subject=subject_of(delivered, cluster),
        # What `kubectl create --dry-run` prints misleads nobody.
        severity=None if _says_something(resource.get("status")) else "info",
        fix=Fix("remove `status`", (Remove(place),)) if removable else None,
        unfixable=None if removable else "a patch gives it: remove it there",
    )


def _says_something(value: object) -> bool:
    if isinstance(value, dict):
        return any(map(_says_something, value.values()))
    return value not in (None, "", [])


def _status_object(delivered: Delivered, cluster: Cluster) -> Problem:
    resource = delivered.resource
    return Problem(
        place=resource.place(),
        message=(
            f"{resource.kind} `{resource.name}` is written by MetalLB itself, to tell what it "
            "does: applied from Git it configures nothing, and shows a state that is over"
        ),
        help="take the object out of the repository",
        subject=subject_of(delivered, cluster),
        unfixable="the whole object has to go: delete the document, or the file and what names it",
    )
