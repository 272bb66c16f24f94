"""MetalLB's own manifests, which Flux or Argo CD takes straight from its Git repository."""

from __future__ import annotations

import posixpath
import re

from mlblint.repo import argo
from mlblint.repo.argo import ApplicationSource
from mlblint.repo.delivery import Delivery
from mlblint.repo.metallb import remote_installation
from mlblint.repo.referents import Referents
from mlblint.repo.resources import Resource, mapping, text
from mlblint.repo.roots import Remote
from mlblint.repo.versions import newest_matching
from mlblint.text.places import Place

_HOST = "github.com/metallb/"
_FOLDERS = ("config/", "manifests")
# To Argo CD this is the name of a tag or a branch, never a range (util/git/client.go@v2.14,
# `resolveSemverRevision`).
_BARE = re.compile(r"v?\d+(?:\.\d+)*")


def of_flux(kustomization: Resource, by: Delivery, referents: Referents) -> Remote | None:
    """What a Kustomization takes from a GitRepository that is MetalLB's."""
    path = _folder(kustomization.get("spec", "path"))
    reference = mapping(kustomization.get("spec", "sourceRef"))
    if not path.startswith(_FOLDERS) or reference.get("kind") != "GitRepository":
        return None
    owner = text(reference.get("namespace")) or kustomization.namespace
    source = referents.source("GitRepository", text(reference.get("name")), owner, kustomization)
    if source is None:
        return None
    url = text(source.get("spec", "url"))
    place = kustomization.place("spec", "path")
    return _remote(url, path, _flux_ref(source), by, place, by.namespace)


def of_argo(source: ApplicationSource, delivery: Delivery) -> Remote | None:
    """What an Application takes from it. The namespace of its destination is for objects without
    one, which these are not."""
    path = _folder(source.path)
    if not path.startswith(_FOLDERS):
        return None
    only = text(source.directory.get("include"))
    place = delivery.resource.place(*source.at, "path")
    namespace = text(source.kustomize.get("namespace")) or None
    ref = source.revision
    if ref is not None and not _BARE.fullmatch(ref):
        ref = _of_range(ref) or ref
    return _remote(source.repository, posixpath.join(path, only), ref, delivery, place, namespace)


def _folder(path: object) -> str:
    return posixpath.normpath(text(path).strip("/") or ".")


def _remote(
    repository: str, path: str, ref: str | None, by: Delivery, place: Place, namespace: str | None
) -> Remote | None:
    key = argo.repository_key(repository)
    url = f"https://{key}//{path}" + (f"?ref={ref}" if ref else "")
    if not key.startswith(_HOST) or remote_installation(url, place, namespace) is None:
        return None
    return Remote(url, place, namespace, by)


def _flux_ref(source: Resource) -> str | None:
    """The later ones win (fluxcd/source-controller api/v1/gitrepository_types.go@v1.4,
    `GitRepositoryRef`)."""
    ref = mapping(source.get("spec", "ref"))
    if ref.get("commit"):
        return text(ref["commit"])
    if ref.get("name"):
        return text(ref["name"]).removeprefix("refs/tags/")
    return _of_range(text(ref.get("semver"))) or text(ref.get("tag")) or text(ref.get("branch"))


def _of_range(wanted: str) -> str | None:
    """The tag of the newest release that a range of versions allows."""
    found = newest_matching(wanted) if wanted else None
    return f"v{found}" if found else None
