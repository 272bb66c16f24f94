"""Rancher Fleet: what the bundle of a folder with a fleet.yaml brings to each cluster.

A cluster is known by what its entry in `targetCustomizations` takes: the overlay folder or, if it
takes none, the name of the cluster or of the entry (rancher/fleet docs, gitrepo-content.md@v0.11).
"""

from __future__ import annotations

import posixpath
from collections.abc import Callable, Iterator, Mapping
from dataclasses import field, replace
from typing import Any

from mlblint.records import dataclass
from mlblint.repo import releases
from mlblint.repo.delivery import Delivery
from mlblint.repo.files import Files, join
from mlblint.repo.helm import Home, Layer, Release, wanted_version
from mlblint.repo.index import kustomization_file
from mlblint.repo.kustomize import Built
from mlblint.repo.resources import Resource, get, items, mapping, text
from mlblint.text.documents import Document
from mlblint.text.places import Place

GROUP = "fleet.cattle.io"
FILE = "fleet.yaml"
_KEYS = frozenset(
    """defaultNamespace namespace namespaceLabels helm kustomize yaml targets
    targetCustomizations dependsOn labels paused diff rolloutStrategy ignore""".split()
)
_OVERLAYS, _PATCH = "overlays", "_patch"
_MANIFESTS = (".yaml", ".yml", ".json")

Objects = Callable[[str], list[Resource]]


@dataclass(frozen=True, eq=False)
class Part:
    """What a bundle brings to one cluster. `chart` and `kustomization` are folders. With
    `namespace` everything is put there, whatever it says itself."""

    delivery: Delivery
    namespace: str | None = None
    releases: tuple[Release, ...] = ()
    chart: str | None = None
    kustomization: str | None = None
    objects: tuple[Resource, ...] = ()
    files: frozenset[str] = frozenset()
    gaps: tuple[tuple[Place, str], ...] = field(default=())

    def moved(self, built: Built) -> Built:
        return replace(built, resources=tuple(_moved(r, self.namespace) for r in built.resources))


def bundle(files: Files, folder: str) -> Document | None:
    """The fleet.yaml of a folder. Other programs use the name for Kubernetes objects."""
    path = posixpath.join(folder, FILE)
    for document in files.all_documents(path) if files.has(path) else ():
        data = mapping(document.data)
        if data and "kind" not in data and not _KEYS.isdisjoint(data):
            return document
    return None


def installs_a_chart(files: Files, folder: str) -> bool:
    """Whether the bundle of a folder is a chart: then the manifests beside it are not applied
    (rancher/fleet internal/helmdeployer/render/helm.go@v0.11, `toChart`)."""
    document = bundle(files, folder)
    helm = mapping(get(document.data, "helm")) if document is not None else {}
    return bool(text(helm.get("chart")) or text(helm.get("repo")))


def parts(folder: str, files: Files, objects: Objects) -> Iterator[Part]:
    document = bundle(files, folder)
    if document is None:
        return
    targets = items(get(document.data, "targetCustomizations"))
    wanted: list[tuple[int | None, Mapping[str, Any]]] = [
        (index, mapping(target))
        for index, target in enumerate(targets)
        if mapping(target).get("doNotDeploy") is not True
    ]
    seen: set[str] = set()
    for index, target in wanted if targets else [(None, {})]:
        name = _cluster(target)
        # The first entry that fits a cluster is taken.
        if name is None or name not in seen:
            seen.add(name or "")
            yield _part(document, folder, index, target, files, objects)


def _cluster(target: Mapping[str, Any]) -> str | None:
    overlays = [text(one) for one in items(get(target, "yaml", _OVERLAYS)) if text(one)]
    labels = mapping(get(target, "clusterSelector", "matchLabels"))
    names = [
        posixpath.basename(overlays[-1]) if overlays else "",
        posixpath.basename(text(get(target, "kustomize", "dir")).rstrip("/")),
        text(target.get("clusterName")),
        text(labels.get("management.cattle.io/cluster-display-name")),
        text(target.get("clusterGroup")),
        text(target.get("name")),
    ]
    return next(filter(None, names), None)


def _part(
    document: Document,
    folder: str,
    index: int | None,
    target: Mapping[str, Any],
    files: Files,
    objects: Objects,
) -> Part:
    place = Place(document)
    namespace = text(target.get("namespace")) or text(get(document.data, "namespace")) or None
    default = text(target.get("defaultNamespace")) or text(get(document.data, "defaultNamespace"))
    name = text(get(document.data, "name")) or posixpath.basename(folder) or "bundle"
    head = {"apiVersion": f"{GROUP}/v1alpha1", "kind": "Bundle", "metadata": {"name": name}}
    resource = Resource(place, {**mapping(document.data), **head})
    delivery = Delivery("fleet", resource, None, namespace or default or None, _cluster(target))
    part = Part(delivery, namespace, files=frozenset([document.source.path]))
    own = place / "targetCustomizations" / index if index is not None else place
    gaps = [(own / key, "it is not followed") for key in ("helm",) if _is_unread(target, key)]
    directory = text(get(target, "kustomize", "dir")) or text(
        get(document.data, "kustomize", "dir")
    )
    kustomized = join(folder, directory or ".")
    if kustomized is None or not kustomization_file(files, kustomized):
        kustomized = None
    chart = _release(document, target, own, files)
    if chart is not None:
        # Kustomize gets what the chart makes as one more resource.
        moved = replace(chart, by=delivery, namespace=delivery.namespace)
        return replace(part, releases=(moved,), kustomization=kustomized, gaps=tuple(gaps))
    if files.has(posixpath.join(folder, "Chart.yaml")):
        return replace(part, chart=folder, gaps=tuple(gaps))
    if kustomized is not None:
        return replace(part, kustomization=kustomized)
    paths, patched = _manifests(folder, target, files)
    return replace(
        part,
        objects=tuple(
            _moved(_unknown(one) if path in patched else one, namespace)
            for path in paths
            for one in objects(path)
        ),
        files=part.files | set(paths),
    )


def _is_unread(target: Mapping[str, Any], key: str) -> bool:
    return not set(mapping(target.get(key))) <= {"values", "version", "valuesFiles", "releaseName"}


def _release(
    document: Document, target: Mapping[str, Any], own: Place, files: Files
) -> Release | None:
    """The chart, with what one cluster's entry adds to its values."""
    release = releases.of_fleet(document, files)
    if release is None:
        return None
    helm = mapping(target.get("helm"))
    everywhere = mapping(get(document.data, "helm"))
    version = wanted_version(helm.get("version")) if helm.get("version") else release.version
    values = mapping(helm.get("values"))
    place = own / "helm" / "values"
    added = (Layer("object", place, values),) if values else ()
    folder = posixpath.dirname(document.source.path)
    paths = [join(folder, text(name)) for name in items(everywhere.get("valuesFiles"))]
    known = all(path is not None and files.has(path) for path in paths)
    known = known and not ({"valuesFrom"} & {*helm, *everywhere} or helm.get("valuesFiles"))
    return replace(
        release,
        version=version,
        layers=(*release.layers, *added),
        complete=known and not _is_unread(target, "helm"),
        home=Home(place, "values", "object") if added else release.home,
    )


def _manifests(
    folder: str, target: Mapping[str, Any], files: Files
) -> tuple[list[str], frozenset[str]]:
    """The files of a bundle that is neither a chart nor a kustomization, and those of them
    that a cluster's overlay patches. A file of an overlay takes the place of the one with the
    same name; `x_patch.yaml` patches `x.yaml`."""
    found = {path[len(folder) + 1 if folder else 0 :]: path for path in _below(folder, files)}
    patched: set[str] = set()
    for overlay in map(text, items(get(target, "yaml", _OVERLAYS))):
        inner = join(folder, posixpath.join(_OVERLAYS, overlay))
        for path in files.below(inner) if inner is not None else ():
            name = path[len(inner or "") + 1 :]
            stem, extension = posixpath.splitext(name)
            if stem.endswith(_PATCH):
                patched.add(found.get(stem.removesuffix(_PATCH) + extension, ""))
            elif extension in _MANIFESTS:
                found[name] = path
    return sorted(found.values()), frozenset(patched)


def _below(folder: str, files: Files) -> Iterator[str]:
    for path in files.in_folder(folder):
        if path.endswith(_MANIFESTS) and posixpath.basename(path) != FILE:
            yield path
    for inner in files.subfolders(folder):
        # A folder with a fleet.yaml is a bundle of its own.
        is_overlays = posixpath.basename(inner) == _OVERLAYS
        if not is_overlays and not files.has(posixpath.join(inner, FILE)):
            yield from _below(inner, files)


def _moved(resource: Resource, namespace: str | None) -> Resource:
    if namespace is None:
        return resource
    metadata = {**mapping(resource.get("metadata")), "namespace": namespace}
    return replace(resource, data={**resource.data, "metadata": metadata})


def _unknown(resource: Resource) -> Resource:
    return replace(resource, unknown=frozenset([("spec",), ("metadata",)]))
