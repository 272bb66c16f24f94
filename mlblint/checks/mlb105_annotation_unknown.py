"""Requests to MetalLB that nobody reads: for their name, or for where they stand."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any, NamedTuple

from mlblint.context import Context, subject_of, subject_of_service
from mlblint.findings import Fix, Problem, Subject
from mlblint.repo.delivery import Delivered
from mlblint.repo.helm import LookedFor, Release
from mlblint.repo.model import Cluster
from mlblint.repo.near_requests import NearRequest, is_qualified, is_request, near_request
from mlblint.repo.requests import is_for_metallb, is_written_as, runs_metallb, wanted_prefix
from mlblint.repo.resources import Resource, is_opaque, mapping, text
from mlblint.repo.services import Service
from mlblint.text.edits import RenameKey
from mlblint.text.nodes import Path
from mlblint.text.places import Place

_DEAD_ENDS: Mapping[str, tuple[str, ...]] = {
    "": ("Namespace", "Pod", "ServiceAccount"),
    "apps": ("DaemonSet", "Deployment", "ReplicaSet", "StatefulSet"),
    "batch": ("CronJob", "Job"),
    "networking.k8s.io": ("Ingress", "IngressClass"),
    "gateway.networking.k8s.io": ("Gateway", "GatewayClass", "GRPCRoute", "HTTPRoute", "TLSRoute"),
    "metallb.io": ("BGPAdvertisement", "BGPPeer", "IPAddressPool", "L2Advertisement"),
}
"""Objects of which nobody makes a Service with their own annotations. Operators do that with
many other kinds."""

_LABELS: Mapping[str, Path] = {
    "as a label": ("metadata", "labels"),
    "in its selector": ("spec", "selector"),
}
_ELSEWHERE: tuple[Path, ...] = (("metadata", "annotations"), *_LABELS.values())
_METADATA: tuple[Path, ...] = (("metadata",), ("spec", "template", "metadata"))
_DEAD_VALUES: tuple[LookedFor, ...] = ("podAnnotations", "podLabels")


class _Keys(NamedTuple):
    """Annotations, and where each of them stands."""

    notes: Mapping[str, Any]
    place: Callable[[str], Place]
    owner: str
    subject: Subject


def check(context: Context) -> Iterator[Problem]:
    for cluster in context.model.clusters:
        for service in cluster.services:
            yield from _of_service(service, cluster, context)
        for delivered in cluster.delivered:
            yield from _of_gateway(delivered, cluster, context)
            yield from _dead_ends(delivered, cluster)
        for release in cluster.releases:
            yield from _dead_values(release, cluster)


def _of_service(service: Service, cluster: Cluster, context: Context) -> Iterator[Problem]:
    subject = subject_of_service(service, cluster)
    owner = f"Service `{service.name}`"
    if service.type == "LoadBalancer" and is_for_metallb(service, cluster):
        keys = _Keys(service.notes, service.note, owner, subject)
        yield from _unknown(keys, cluster, context)
        yield from _listed(service, owner, subject)
    elif service.type in ("ClusterIP", "NodePort", "ExternalName") and _type_is_known(service):
        for key in filter(is_request, service.notes):
            place = service.note(key)
            reason = f"{owner} is of type {service.type}, to which MetalLB gives no address"
            help_text = "give the Service `type: LoadBalancer`, or remove the annotation"
            yield _unread(key, place, reason, help_text, subject)
    if service.delivered is not None and service.spec_path == ("spec",):
        yield from _not_annotations(service.delivered, owner, subject)
    for key in filter(is_request, service.fields):
        reason = f"{owner} has it beside its type: MetalLB reads annotations only"
        yield _unread(key, service.spec / key, reason, "move it to the annotations", subject)


def _not_annotations(delivered: Delivered, owner: str, subject: Subject) -> Iterator[Problem]:
    for where, path in _LABELS.items():
        for key in filter(is_request, mapping(delivered.resource.get(*path))):
            place = delivered.resource.place(*path, key)
            reason = f"{owner} has it {where}: MetalLB reads annotations only"
            yield _unread(key, place, reason, "move it to `metadata.annotations`", subject)
    for path in _misplaced(delivered.resource):
        above = ".".join(map(str, path[:-1]))
        reason = f"{owner} has it in `{above}`: MetalLB reads `metadata.annotations` only"
        place = delivered.resource.place(*path)
        yield _unread(str(path[-1]), place, reason, "move it there", subject)


def _misplaced(service: Resource) -> Iterator[Path]:
    """Requests beside the annotations, for want of two blanks, or below what is no field of a
    Service, such as `spec.annotations`. What stands in `spec` itself is among its fields."""
    for above in ((), ("metadata",), ("spec",)):
        for name, value in mapping(service.get(*above)).items():
            path = (*above, name)
            if is_request(name) and above == ("metadata",):
                yield path
            elif path not in _ELSEWHERE:
                yield from ((*path, key) for key in mapping(value) if is_request(key))


def _type_is_known(service: Service) -> bool:
    delivered = service.delivered
    return delivered is not None and not delivered.resource.is_unknown("spec", "type")


def _of_gateway(delivered: Delivered, cluster: Cluster, context: Context) -> Iterator[Problem]:
    """The model takes a Gateway for a Service only if it asks for something."""
    resource = delivered.resource
    path = ("spec", "infrastructure", "annotations")
    notes = mapping(resource.get(*path))
    if not resource.is_a("gateway.networking.k8s.io", "Gateway") or any(map(is_request, notes)):
        return
    owner, subject = f"Gateway `{resource.name}`", subject_of(delivered, cluster)
    keys = _Keys(notes, lambda key: resource.place(*path, key), owner, subject)
    yield from _unknown(keys, cluster, context)
    yield from _no_mapping(resource.get(*path), resource.place(*path), owner, subject)


def _unknown(keys: _Keys, cluster: Cluster, context: Context) -> Iterator[Problem]:
    for key in keys.notes:
        near = near_request(key)
        # Without a prefix it may be a word of somebody else's.
        if near is not None and not is_opaque(key) and ("/" in key or runs_metallb(cluster)):
            yield _misspelt(key, near, keys, context)


def _misspelt(key: str, near: NearRequest, keys: _Keys, context: Context) -> Problem:
    place = keys.place(key)
    clusters = context.model.clusters_of(place.document.source.path)
    prefix = near.prefix or wanted_prefix(context.config.metallb.annotation_prefix, clusters)
    meant = f"{prefix}/{near.request}" if prefix and near.request else None
    unfixable = None
    if near.request is None:
        unfixable = "it resembles no annotation of MetalLB's"
    elif meant is None:
        unfixable = "which prefix is meant depends on MetalLB's version, which is not known here"
    elif meant in keys.notes:
        unfixable = f"`{meant}` stands beside it: decide which is meant"
    elif not is_written_as(place, key):
        unfixable = "a patch or a parameter gives it: write the right name there"
    refused = not is_qualified(key)
    ignored = "and the Service gets an arbitrary address" if near.request else "and it does nothing"
    outcome = f"which MetalLB does not know: it ignores it without a word, {ignored}"
    if refused:
        outcome = (
            "which cannot be the name of one: it has one slash at most, no blanks, and letters or "
            "digits at either end, so the API server refuses the whole Service"
        )
    rename = Fix(f"rename to `{meant}`", (RenameKey(place, str(meant)),), "unsafe")
    return Problem(
        place=place.key,
        message=f"{keys.owner} has the annotation `{key}`, {outcome}",
        help=(
            f"`{meant or near.request}` is meant; capital letters count"
            if near.request
            else "MetalLB reads `address-pool`, `loadBalancerIPs` and `allow-shared-ip`"
        ),
        subject=keys.subject,
        severity=None if near.request or refused else "warning",
        judges="acceptance" if refused else None,
        fix=None if unfixable else rename,
        unfixable=unfixable,
    )


def _listed(service: Service, owner: str, subject: Subject) -> Iterator[Problem]:
    if isinstance(service.source, Release):
        given = service.source.value(*(service.spec_path or ()), "annotations")
        if given is not None:
            yield from _no_mapping(given.value, given.place, owner, subject)
    else:
        resource, path = service.source.resource, service.annotations_path
        yield from _no_mapping(resource.get(*path), resource.place(*path), owner, subject)


def _no_mapping(value: object, place: Place, owner: str, subject: Subject) -> Iterator[Problem]:
    """Annotations as a list: the API server refuses them, a chart does not render."""
    if isinstance(value, list) and "metallb" in str(value).lower():
        yield Problem(
            place=place.key,
            message=(
                f"{owner} has a list of annotations, where a mapping was expected: the API server "
                "refuses it, and MetalLB gets to see none of them"
            ),
            help="write each as `key: value`, without a dash in front of it",
            subject=subject,
            unfixable="what each item is meant to say only a person knows",
            judges="acceptance",
        )


def _dead_ends(delivered: Delivered, cluster: Cluster) -> Iterator[Problem]:
    resource = delivered.resource
    if resource.kind not in _DEAD_ENDS.get(resource.group, ()):
        return
    # Istio copies what stands on a Gateway to the Service that it makes for it.
    if resource.kind == "Gateway" and "istio" in text(resource.get("spec", "gatewayClassName")):
        return
    for above in _METADATA:
        for name in ("annotations", "labels"):
            for key in filter(is_request, mapping(resource.get(*above, name))):
                place = resource.place(*above, name, key)
                # What is given to all objects reaches the Services among them.
                if place.document is resource.document:
                    yield _dead_end(key, place, delivered, cluster)


def _dead_end(key: str, place: Place, delivered: Delivered, cluster: Cluster) -> Problem:
    resource = delivered.resource
    gateway = resource.kind == "Gateway"
    return _unread(
        key,
        place,
        f"it stands on {resource.kind} `{resource.name}`, and MetalLB reads Services only",
        "move it to `spec.infrastructure.annotations`, from where the Gateway's Service gets it"
        if gateway
        else "move it to the annotations of the Service",
        subject_of(delivered, cluster),
    )


def _dead_values(release: Release, cluster: Cluster) -> Iterator[Problem]:
    for layer, path, values in release.holding(*_DEAD_VALUES):
        for name in _DEAD_VALUES:
            for key in filter(is_request, mapping(values.get(name))):
                place = layer.where((*release.key, *path, name, key))
                subject = Subject(
                    "v1", "Service", release.namespace, release.name, cluster.name or None
                )
                reason = f"`{name}` are those of pods, and MetalLB reads Services only"
                help_text = "move it to the annotations of the Service"
                yield _unread(key, place, reason, help_text, subject)


def _unread(key: str, place: Place, reason: str, help_text: str, subject: Subject) -> Problem:
    return Problem(
        place=place.key,
        message=f"nobody reads `{key}` here: {reason}, so that it asks for nothing",
        help=help_text,
        subject=subject,
        unfixable="where it belongs only a person knows",
    )
