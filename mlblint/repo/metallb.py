"""MetalLB in one cluster: how it is installed, its pools, and who announces them."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Literal

from mlblint.repo.addresses import EntryFault, Interval, parse_entry
from mlblint.repo.delivery import Delivered, Delivery
from mlblint.repo.helm import Release
from mlblint.repo.resources import Resource, is_opaque, items, mapping, text
from mlblint.repo.versions import Version, newest_matching, parse_version
from mlblint.text.places import Place

GROUP = "metallb.io"
POOL_KINDS = ("IPAddressPool", "AddressPool")
L2 = "L2Advertisement"
BGP = "BGPAdvertisement"

_UPSTREAM_CHART = re.compile(r"metallb\.github\.io|github\.com/metallb/|quay\.io/metallb")
_UPSTREAM_MANIFESTS = re.compile(r"(?:github\.com|githubusercontent\.com)/metallb/metallb/?")
_REMOTE_VERSION = re.compile(r"(?:[?&](?:ref|version)=|/metallb/metallb/)(v?\d+\.\d+\.\d+[^/&]*)")
_IMAGE = re.compile(r"(?:^|/)metallb/(?:speaker|controller)(?::([^@]+))?")


@dataclass(frozen=True, eq=False)
class Installation:
    """MetalLB as something in the repository installs it: with a chart, from manifests of
    its own repository, or from a DaemonSet that is written out. `upstream` tells charts of
    MetalLB's own from those of other publishers, whose versions and values differ."""

    version: Version | None
    namespace: str | None
    place: Place
    upstream: bool
    by: Delivery | None = None
    release: Release | None = None
    remote: Place | None = None
    speaker: Resource | None = None


@dataclass(frozen=True)
class Entry:
    """One line of a pool's addresses; None where it cannot be known."""

    place: Place
    text: str
    addresses: Interval | EntryFault | None

    @property
    def interval(self) -> Interval | None:
        return self.addresses if isinstance(self.addresses, Interval) else None


@dataclass(frozen=True, eq=False)
class Pool:
    delivered: Delivered

    @property
    def resource(self) -> Resource:
        return self.delivered.resource

    @property
    def name(self) -> str:
        return self.resource.name

    @cached_property
    def entries(self) -> tuple[Entry, ...]:
        return tuple(
            Entry(
                self.resource.place("spec", "addresses", index),
                text(value),
                parse_entry(value) if isinstance(value, str) and not is_opaque(value) else None,
            )
            for index, value in enumerate(items(self.resource.get("spec", "addresses")))
        )

    def contains(self, address: Interval) -> bool:
        return any(e.interval and e.interval.contains(address) for e in self.entries)

    @property
    def known(self) -> bool:
        """Whether every address of the pool can be told from the repository."""
        return bool(self.entries) and all(e.addresses is not None for e in self.entries)


@dataclass(frozen=True, eq=False)
class Advertisement:
    delivered: Delivered

    @property
    def resource(self) -> Resource:
        return self.delivered.resource

    @property
    def mode(self) -> Literal["l2", "bgp"]:
        return "l2" if self.resource.kind == L2 else "bgp"

    @property
    def interfaces(self) -> list[str]:
        return [text(name) for name in items(self.resource.get("spec", "interfaces"))]

    def covers(self, pool: Pool) -> bool:
        """Neither names nor selectors mean every pool (metallb internal/config/config.go
        @v0.15.3, `l2AdvertisementsFor`)."""
        names = items(self.resource.get("spec", "ipAddressPools"))
        selectors = items(self.resource.get("spec", "ipAddressPoolSelectors"))
        if not names and not selectors:
            return True
        return pool.name in names or any(selects(s, pool.resource.labels) for s in selectors)


def selects(selector: Any, labels: Mapping[str, Any]) -> bool:
    """Kubernetes' label selector; an empty one matches everything."""
    selector = mapping(selector)
    if any(labels.get(k) != v for k, v in mapping(selector.get("matchLabels")).items()):
        return False
    return all(_satisfied(mapping(e), labels) for e in items(selector.get("matchExpressions")))


def _satisfied(expression: Mapping[str, Any], labels: Mapping[str, Any]) -> bool:
    key, values = text(expression.get("key")), items(expression.get("values"))
    operator = expression.get("operator")
    if operator == "In":
        return key in labels and labels[key] in values
    if operator == "NotIn":
        return labels.get(key) not in values
    return (key in labels) if operator == "Exists" else key not in labels


def chart_installation(release: Release) -> Installation | None:
    if release.chart != "metallb":
        return None
    version = newest_matching(release.version) if release.version else None
    upstream = bool(_UPSTREAM_CHART.search(release.repository)) or (
        # Where the repository is not told, the number tells: nobody else's charts are at 0.9+.
        not release.repository.strip("/")
        and version is not None
        and version.major == 0
        and version.minor >= 9
    )
    return Installation(
        version=version if upstream else None,
        namespace=release.namespace,
        place=release.place,
        upstream=upstream,
        by=release.by,
        release=release,
    )


def remote_installation(url: str, place: Place, namespace: str | None) -> Installation | None:
    """MetalLB's own manifests, taken by a kustomization from its Git repository."""
    if not _UPSTREAM_MANIFESTS.search(url) or "/config/crd" in url:
        return None
    match = _REMOTE_VERSION.search(url)
    return Installation(
        version=parse_version(match[1]) if match else None,
        namespace=namespace or "metallb-system",
        place=place,
        upstream=True,
        remote=place,
    )


def manifest_installation(delivered: Delivered) -> Installation | None:
    """A speaker DaemonSet that is written out in the repository."""
    resource = delivered.resource
    if resource.kind != "DaemonSet":
        return None
    for image in speaker_images(resource):
        match = _IMAGE.search(image)
        if match and "speaker" in image:
            return Installation(
                version=parse_version(match[1]) if match[1] else None,
                namespace=delivered.namespace,
                place=resource.place("metadata", "name"),
                upstream=True,
                by=delivered.by,
                speaker=resource,
            )
    return None


def speaker_images(resource: Resource) -> Iterator[str]:
    for container in items(resource.get("spec", "template", "spec", "containers")):
        yield text(mapping(container).get("image"))


def pools(delivered: Iterable[Delivered]) -> tuple[Pool, ...]:
    return tuple(Pool(d) for d in delivered if d.resource.is_a(GROUP, *POOL_KINDS))


def advertisements(delivered: Iterable[Delivered]) -> tuple[Advertisement, ...]:
    return tuple(Advertisement(d) for d in delivered if d.resource.is_a(GROUP, L2, BGP))
