"""Label selectors that Kubernetes refuses."""

from __future__ import annotations

from collections.abc import Iterator

from mlblint.context import Context, subject_of
from mlblint.findings import Fix, Problem
from mlblint.repo.delivery import Delivered
from mlblint.repo.label_selectors import SelectorFault, faults
from mlblint.repo.metallb import GROUP
from mlblint.repo.model import Cluster
from mlblint.repo.resources import Resource, items, mapping
from mlblint.repo.validation.configuration import SELECTORS, since
from mlblint.repo.versions import Version, applies
from mlblint.text.edits import Remove
from mlblint.text.nodes import Path

_HOSTNAME = "kubernetes.io/hostname"
_NODES: Path = ("spec", "nodeSelectors")


def check(context: Context) -> Iterator[Problem]:
    for cluster in context.model.clusters:
        for delivered in cluster.delivered:
            resource = delivered.resource
            if resource.group == GROUP:
                for path in SELECTORS.get(resource.kind, ()):
                    yield from _judge(delivered, path, cluster)


def _judge(delivered: Delivered, path: Path, cluster: Cluster) -> Iterator[Problem]:
    resource = delivered.resource
    change = since(resource.kind, str(path[0]))
    came = change.since if change is not None and cluster.version is None else None
    if change is not None and applies(change, cluster.version) is False:
        return  # A release that does not know the field prunes it.
    for index, selector in enumerate(items(resource.get("spec", *path))):
        at = ("spec", *path, index)
        for fault in faults(selector):
            if not resource.is_unknown(*at, *fault.path):
                yield _problem(delivered, at, fault, cluster, came)


def _problem(
    delivered: Delivered,
    selector: Path,
    fault: SelectorFault,
    cluster: Cluster,
    came: Version | None,
) -> Problem:
    """`came` tells with what the field came, where the release is not known."""
    resource = delivered.resource
    star = fault.value == "*"
    place = resource.place(*selector, *fault.path)
    fix = _without_star(resource, selector, fault) if star else None
    about = "`*` is no wildcard, and no label value either" if star else fault.message
    who = f"MetalLB from {came} on" if came else "MetalLB"
    return Problem(
        place=place.key if fault.path[0] == "matchLabels" else place,
        message=(
            f"{resource.kind} `{resource.name}`: {about}. {who} refuses that: its webhook denies "
            "the object, or else it takes nothing of the whole configuration"
        ),
        severity="warning" if came else None,
        help=_help(fault, selector, star),
        subject=subject_of(delivered, cluster),
        fix=fix,
        unfixable=None if fix else "what was to be selected is for a person to decide",
    )


def _help(fault: SelectorFault, selector: Path, star: bool) -> str:
    if not star:
        return "write it as Kubernetes reads label selectors"
    if selector[:2] == _NODES:
        return "remove the selector: without one every node is selected"
    return "for any value, write an expression with the operator `Exists`"


def _without_star(resource: Resource, selector: Path, fault: SelectorFault) -> Fix | None:
    """`kubernetes.io/hostname: "*"` is meant to select every node, as no selector does. Where
    one of several alternatives selects every node, the others are of no account."""
    if selector[:2] != _NODES or _key(resource, selector, fault) != _HOSTNAME:
        return None
    written = mapping(resource.get(*selector))
    labels = mapping(written.get("matchLabels"))
    expressions = items(written.get("matchExpressions"))
    if len(labels) + len(expressions) == 1:
        return Fix(
            "remove `nodeSelectors`, so that every node is selected",
            (Remove(resource.place(*_NODES)),),
            "unsafe",
        )
    inside = fault.path[:2]
    alone = len(labels) == 1 if inside[0] == "matchLabels" else len(expressions) == 1
    at = (*selector, inside[0]) if alone else (*selector, *inside)
    return Fix("remove the condition on the hostname", (Remove(resource.place(*at)),), "unsafe")


def _key(resource: Resource, selector: Path, fault: SelectorFault) -> object:
    """The label that is asked for, if the star is all that is asked of it."""
    if fault.path[0] == "matchLabels":
        return fault.path[1]
    expression = mapping(resource.get(*selector, *fault.path[:2]))
    alone = expression.get("operator") == "In" and len(items(expression.get("values"))) == 1
    return expression.get("key") if alone else None
