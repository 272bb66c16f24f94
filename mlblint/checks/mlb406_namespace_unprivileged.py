"""A namespace in which the speaker's pods may be refused."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple

from mlblint.context import Context, subject
from mlblint.findings import Fix, Note, Problem, Severity
from mlblint.repo import argo, fleet, flux
from mlblint.repo.delivery import Delivered
from mlblint.repo.metallb import Installation
from mlblint.repo.model import Cluster, Model
from mlblint.repo.pod_security import ENFORCE, PRIVILEGED, PodSecurity, pod_security
from mlblint.repo.releases import K3S_GROUP
from mlblint.repo.resources import Resource, get, is_opaque, items, mapping
from mlblint.text.edits import Edit, Insert, Set
from mlblint.text.places import Place


class Maker(NamedTuple):
    """What makes the namespace: a manifest, or somebody who installs something in it. `place`
    is that of its label, or of what lacks it. `labels` is where labels could be written; None
    where there is no place for them."""

    resource: Resource
    place: Place
    labels: Place | None
    given: Mapping[str, Any]


class Unlabelled(NamedTuple):
    namespace: str
    maker: Maker
    installation: Installation
    cluster: Cluster


def check(context: Context) -> Iterator[Problem]:
    found = list(_unlabelled(context.model))
    # What the whole repository says is asked for only if it matters.
    security = pod_security(context.model) if found else None
    for one in found:
        if security and (ENFORCE in one.maker.given or not security.exempts(one.namespace)):
            yield _problem(one, security)


def _unlabelled(model: Model) -> Iterator[Unlabelled]:
    for cluster in model.clusters:
        seen: set[str] = set()
        for installation in cluster.installations:
            namespace = cluster.known.namespace or installation.namespace
            if namespace is None or is_opaque(namespace) or namespace in seen:
                continue
            seen.add(namespace)
            if _has_speaker(installation):
                makers = list(_makers(namespace, installation, cluster))
                if makers and not any(map(_is_settled, makers)):
                    yield Unlabelled(namespace, makers[0], installation, cluster)


def _has_speaker(installation: Installation) -> bool:
    """MetalLB's own manifests, taken from elsewhere, bring their namespace with its labels."""
    release = installation.release
    if release is None:
        return installation.remote is None
    enabled = release.value("speaker", "enabled")
    return release.complete and (enabled is None or enabled.value is True)


def _problem(one: Unlabelled, security: PodSecurity) -> Problem:
    maker = one.maker
    edit = _edit(maker)
    return Problem(
        place=maker.place,
        message=_message(maker, one.namespace, security),
        help=(
            f"give the namespace the label `{ENFORCE}: {PRIVILEGED}`"
            if maker.labels is not None
            else f"write a Namespace with the label `{ENFORCE}: {PRIVILEGED}`"
        ),
        subject=subject(maker.resource, one.cluster),
        severity=_severity(maker, security),
        notes=tuple(_notes(one, security)),
        fix=Fix(f"label the namespace `{PRIVILEGED}`", (edit,), "unsafe") if edit else None,
        unfixable=None if edit else _why_not(maker),
    )


# -- who makes the namespace --------------------------------------------------------------


def _makers(namespace: str, installation: Installation, cluster: Cluster) -> Iterator[Maker]:
    for delivered in cluster.delivered:
        if _is_namespace(delivered, namespace):
            yield _manifest(delivered.resource)
    yield from _installer(installation, namespace)


def _is_namespace(one: Delivered, name: str) -> bool:
    return one.resource.is_a("", "Namespace") and one.resource.name == name


def _manifest(resource: Resource) -> Maker:
    # In the object itself: labels that a kustomization gives would reach others as well.
    labels = resource.base / "metadata" / "labels"
    given = ENFORCE in resource.labels
    place = resource.place("metadata", "labels", ENFORCE) if given else labels.key
    return Maker(resource, place, labels, resource.labels)


def _installer(installation: Installation, namespace: str) -> Iterator[Maker]:
    resource = installation.by.resource if installation.by is not None else None
    if resource is None:
        return
    if argo.is_application(resource):
        yield from _application(resource, namespace)
    elif flux.is_helm_release(resource):
        if resource.get("spec", "install", "createNamespace") is True:
            place = resource.place("spec", "install", "createNamespace")
            yield Maker(resource, place.key, None, {})
    elif resource.is_a(fleet.GROUP, "Bundle"):
        yield from _bundle(resource)
    elif resource.is_a(K3S_GROUP, "HelmChart") and resource.get("spec", "createNamespace") is True:
        yield Maker(resource, resource.place("spec", "createNamespace").key, None, {})


def _bundle(resource: Resource) -> Iterator[Maker]:
    """Fleet labels the namespace of a bundle, unless an entry for one cluster says otherwise
    (rancher/fleet docs, ref-fleet-yaml.md@v0.11, `namespaceLabels`)."""
    given = mapping(resource.get("namespaceLabels"))
    targets = map(mapping, items(resource.get("targetCustomizations")))
    if given and not any("namespaceLabels" in target for target in targets):
        labels = resource.place("namespaceLabels")
        yield Maker(resource, labels / ENFORCE if ENFORCE in given else labels.key, labels, given)


def _application(resource: Resource, namespace: str) -> Iterator[Maker]:
    """The metadata count only beside the option (Argo CD controller/sync_namespace.go@v2.14)."""
    options = items(resource.get("spec", "syncPolicy", "syncOptions"))
    if "CreateNamespace=true" not in options:
        return
    if argo.destination_namespace(resource) == namespace:
        path = ("spec", "syncPolicy", "managedNamespaceMetadata", "labels")
        labels, given = resource.place(*path), mapping(resource.get(*path))
        place = labels / ENFORCE if ENFORCE in given else labels.key
        yield Maker(resource, place, labels, given)


def _is_settled(maker: Maker) -> bool:
    """Whether it is right, or cannot be told."""
    level = maker.given.get(ENFORCE)
    path = ("metadata", "labels", ENFORCE)
    unknown = maker.resource.kind == "Namespace" and maker.resource.is_unknown(*path)
    return level == PRIVILEGED or is_opaque(level) or unknown


# -- what is said of it -------------------------------------------------------------------


def _severity(maker: Maker, security: PodSecurity) -> Severity:
    return "warning" if ENFORCE in maker.given or security.default is not None else "info"


def _message(maker: Maker, namespace: str, security: PodSecurity) -> str:
    refused = (
        "the API server refuses the speaker's pods, which use the network of their node, and "
        "nobody announces an address"
    )
    if ENFORCE in maker.given:
        level = maker.given[ENFORCE]
        return f"the namespace `{namespace}` enforces the Pod Security level `{level}`: {refused}"
    missing = f"the namespace `{namespace}` has no label `{ENFORCE}: {PRIVILEGED}`"
    default = security.default
    if default is not None:
        return (
            f"{missing}, and this cluster enforces `{default.level}` ({default.because}): {refused}"
        )
    return (
        f"{missing}: where a cluster enforces a stricter level by default, as Talos does, {refused}"
    )


def _notes(one: Unlabelled, security: PodSecurity) -> Iterator[Note]:
    yield Note(one.installation.place, "MetalLB is installed here")
    default = security.default
    if ENFORCE not in one.maker.given and default is not None and default.place is not None:
        yield Note(default.place, f"this shows that `{default.level}` is enforced")


def _edit(maker: Maker) -> Edit | None:
    if maker.labels is None or _makes_others(maker):
        return None
    written = mapping(get(maker.labels.document.data, *maker.labels.path))
    if ENFORCE in written:
        return Set(maker.labels / ENFORCE, PRIVILEGED)
    # What a kustomization says of it wins over the namespace itself.
    return None if ENFORCE in maker.given else Insert(maker.labels, ENFORCE, PRIVILEGED)


def _makes_others(maker: Maker) -> bool:
    """Whether the namespace is filled in, as in the template of an ApplicationSet."""
    if not argo.is_application(maker.resource):
        return False
    place = maker.resource.place("spec", "destination", "namespace")
    return is_opaque(get(place.document.data, *place.path))


def _why_not(maker: Maker) -> str:
    if maker.labels is None:
        return "who makes the namespace can give it no labels"
    if _makes_others(maker):
        return "the template makes other namespaces as well"
    return "a kustomization gives the label, perhaps to others as well"
