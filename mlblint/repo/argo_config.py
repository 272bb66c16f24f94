"""Argo CD's own configuration, as far as the repository shows it."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from mlblint.records import dataclass
from mlblint.repo.model import Cluster, Model
from mlblint.repo.resources import mapping
from mlblint.text.places import Place

# `resource.customizations.health.argoproj.io_Application` or, as it was before 1.8,
# `argoproj.io/Application:` with `health.lua` below it, wherever it is written: a patch that is
# not followed may bring it (Argo CD docs/operator-manual/health.md@v2.14).
_HEALTH = re.compile(
    r"health\.argoproj\.io_(?:Application\b|\*)|argoproj\.io/Application[\"']?:\s*(?:\n|\||\{)"
    r"|resourceHealthChecks"
)
# The same for what is left out of the comparison (docs/user-guide/diffing.md@v2.14).
_CA_BUNDLE = re.compile(r"caBundle|/spec/conversion\b|\.spec\.conversion\b")
_CUSTOMIZED = re.compile(
    r"ignoreDifferences\.(?:all|apiextensions\.k8s\.io_CustomResourceDefinition)\b"
    r"|apiextensions\.k8s\.io/CustomResourceDefinition[\"']?:|resourceIgnoreDifferences"
)


@dataclass(frozen=True, eq=False)
class Settings:
    """The ConfigMap argocd-cm, or the values of the argo-cd chart that become it. `complete` is
    false where some of it is not known."""

    place: Place
    data: Mapping[str, Any]
    complete: bool


def settings(cluster: Cluster) -> Iterator[Settings]:
    for delivered in cluster.delivered:
        resource = delivered.resource
        if resource.is_a("", "ConfigMap") and resource.name == "argocd-cm":
            certain = not resource.is_unknown("data")
            place = resource.place("data")
            yield Settings(place.key, mapping(resource.get("data")), certain)
    for release in cluster.releases:
        if release.chart == "argo-cd":
            # argoproj/argo-helm charts/argo-cd/values.yaml: `server.config` until 5.0.
            given = [release.value("configs", "cm"), release.value("server", "config")]
            data = {key: value for one in given if one for key, value in mapping(one.value).items()}
            place = next((one.place.key for one in given if one), release.place)
            yield Settings(place, data, release.complete)


def checks_health_of_applications(files: Iterable[str], model: Model) -> bool:
    """Whether any of the files speaks of such a health check: then an Application that another
    one applies is waited for."""
    return any(_HEALTH.search(text) for text in _texts(files, model))


def ignores_ca_bundle(files: Iterable[str], model: Model) -> bool:
    """Whether Argo CD itself is told, for all Applications, to leave the caBundle of CRDs out
    of its comparisons."""
    return any(
        _CUSTOMIZED.search(text) and _CA_BUNDLE.search(text) for text in _texts(files, model)
    )


def _texts(files: Iterable[str], model: Model) -> Iterator[str]:
    sources = (model.files.source(path) for path in sorted(files))
    return (source.text for source in sources if source is not None)
