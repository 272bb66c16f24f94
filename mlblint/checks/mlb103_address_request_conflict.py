"""Requests of one Service that contradict each other."""

from __future__ import annotations

from collections.abc import Iterator

from mlblint.context import Context, subject_of_service
from mlblint.findings import Fix, Note, Problem
from mlblint.repo.helm import Release
from mlblint.repo.model import Cluster, Model
from mlblint.repo.requests import (
    Contradiction,
    contradictions,
    is_for_metallb,
    is_written_as,
    requested_by_annotation,
)
from mlblint.repo.resources import is_opaque
from mlblint.repo.services import (
    CURRENT_PREFIX,
    FORMER_PREFIX,
    INGRESS_CHARTS,
    Field,
    Service,
)
from mlblint.repo.versions import METALLB_IO_ANNOTATIONS, applies
from mlblint.text.edits import Remove


def check(context: Context) -> Iterator[Problem]:
    for cluster in context.model.clusters:
        for service in cluster.services:
            for contradiction in contradictions(service, cluster):
                yield _two_prefixes(contradiction, service, cluster, context.model)
            if service.type == "LoadBalancer" and is_for_metallb(service, cluster):
                yield from _field_and_annotation(service, cluster)


def _two_prefixes(
    found: Contradiction, service: Service, cluster: Cluster, model: Model
) -> Problem:
    """metallb controller/service.go@v0.15.3, `valueForAnnotation`: whether the current key is
    there decides, not what it says. Before 0.14.9 nobody looks for it."""
    current, former = (f"{prefix}/{found.suffix}" for prefix in (CURRENT_PREFIX, FORMER_PREFIX))
    # A base may reach clusters of different versions.
    sharing = {cluster, *model.clusters_of(found.former.place.document.source.path)}
    answers = {applies(METALLB_IO_ANNOTATIONS, one.version) for one in sharing}
    since = answers.pop() if len(answers) == 1 else None
    both = (
        f"Service `{service.name}` has `{current}: {_shown(found.current)}` beside "
        f"`{former}: {_shown(found.former)}`"
    )
    if since is None:
        message = (
            f"{both}: MetalLB reads the former from 0.14.9 on, the latter before, and drops the "
            "other one without a word"
        )
    elif since:
        message = (
            f"{both}: MetalLB {cluster.version} reads `{current}` because it is there, and drops "
            f"`{_shown(found.former)}` without a word"
        )
    else:
        message = (
            f"{both}: MetalLB {cluster.version} does not know the prefix `{CURRENT_PREFIX}/`, and "
            f"drops `{_shown(found.current)}` without a word"
        )
    loser, key = (found.current, current) if since is False else (found.former, former)
    winner = found.former if since is False else found.current
    fix, unfixable = None, None
    if since is None:
        unfixable = "which of the two counts depends on MetalLB's version, which is not known here"
    elif is_written_as(loser.place, key):
        fix = Fix(f"remove `{key}`, which is not read", (Remove(loser.place),), "unsafe")
    else:
        unfixable = "a patch or a parameter gives it: decide there which value is meant"
    return Problem(
        place=loser.place.key,
        message=message,
        help="decide which value is meant, and write it once",
        subject=subject_of_service(service, cluster),
        notes=(Note(winner.place.key, "the same request with another value"),),
        fix=fix,
        unfixable=unfixable,
        # MetalLB accepts this.
        judges="reachability",
    )


def _shown(field: Field) -> str:
    return str(field.value) or '""'


def _field_and_annotation(service: Service, cluster: Cluster) -> Iterator[Problem]:
    """metallb controller/service.go@v0.15.3, `getDesiredLbIPs`: both are an error, even if they
    are equal; an annotation that says nothing does not count."""
    field = service.field("loadBalancerIP")
    annotation = requested_by_annotation(service, cluster)
    if annotation is None or field is None or not field.value or is_opaque(field.value):
        return
    key, wanted = annotation
    refused = (
        f"Service `{service.name}` has `loadBalancerIP: {field.value}` beside "
        f"`{key}: {wanted.value}`"
    )
    consequence = "refuses the Service (AllocationFailed), even if both say the same"
    certain = _passes_on(service)
    since = applies(METALLB_IO_ANNOTATIONS, cluster.version)
    if key.startswith(CURRENT_PREFIX) and since is None:
        certain = False
        message = (
            f"{refused}: MetalLB from 0.14.9 on {consequence}, so that it gets no address; "
            "before, it ignores the annotation"
        )
    elif certain:
        message = f"{refused}: MetalLB {consequence}, and it gets no address"
    else:
        message = f"{refused}: if what makes the Service passes on both, MetalLB {consequence}"
    is_there = is_written_as(field.place, "loadBalancerIP")
    remove = Fix("remove `loadBalancerIP`", (Remove(field.place),), "unsafe")
    yield Problem(
        place=field.place.key,
        message=message,
        help="remove `loadBalancerIP`, which Kubernetes deprecates; the annotation stays",
        subject=subject_of_service(service, cluster),
        severity="error" if certain else "warning",
        notes=(Note(wanted.place.key, "the annotation"),),
        fix=remove if is_there else None,
        unfixable=None if is_there else "a patch or a parameter gives the field: remove it there",
    )


def _passes_on(service: Service) -> bool:
    """Whether the field surely reaches the Service: what charts and operators do with fields of
    their own only they know. A `spec` is that of a Service as it stands."""
    if isinstance(service.source, Release):
        return service.source.chart in INGRESS_CHARTS
    kind = service.source.resource.kind
    return kind == "EnvoyProxy" or (service.spec_path or ())[-1:] == ("spec",)
