"""What charts of ingress controllers do not read, although it looks like a field of a Service."""

from __future__ import annotations

import re
from collections.abc import Iterator

from mlblint.repo.helm import Layer, Release
from mlblint.repo.resources import get, mapping
from mlblint.repo.versions import parse_version
from mlblint.text.nodes import Path

_TRAEFIK = re.compile(
    r"traefik\.github\.io|helm\.traefik\.io|(?:ghcr|docker)\.io/traefik|^traefik$"
)
_INGRESS_NGINX = re.compile(r"kubernetes\.github\.io/ingress-nginx|^ingress-nginx$")

# traefik/traefik-helm-chart traefik/templates/_service.tpl@v34: of a Service's own fields only
# those under `spec` are taken over as they are. Charts before 9 are those of Traefik 1.
_TRAEFIK_FIELDS = (
    "loadBalancerIP",
    "externalTrafficPolicy",
    "allocateLoadBalancerNodePorts",
    "healthCheckNodePort",
)


def unread_service_values(release: Release) -> Iterator[tuple[Layer, Path, Path]]:
    """A value of a layer that nobody reads, and the path under which it would be."""
    if release.chart == "traefik" and _is_traefik(release):
        for layer in release.layers:
            for home in _homes(layer, release):
                for name in _TRAEFIK_FIELDS:
                    if get(layer.data, *release.key, *home, name) is not None:
                        yield layer, (*home, name), (*home, "spec", name)
    elif release.chart == "ingress-nginx" and _INGRESS_NGINX.search(release.repository):
        # kubernetes/ingress-nginx charts/ingress-nginx/templates/controller-service.yaml
        home = ("controller", "service")
        for layer in release.layers:
            for name in mapping(get(layer.data, *release.key, *home, "spec")):
                yield layer, (*home, "spec", name), (*home, name)


def _is_traefik(release: Release) -> bool:
    """k3s brings the chart itself, so that nobody says where it comes from."""
    version = parse_version(release.version or "")
    recent = version is None or version.major >= 9
    return recent and (not release.repository or _TRAEFIK.search(release.repository) is not None)


def _homes(layer: Layer, release: Release) -> Iterator[Path]:
    yield ("service",)
    more = mapping(get(layer.data, *release.key, "service", "additionalServices"))
    yield from (("service", "additionalServices", name) for name in more)
