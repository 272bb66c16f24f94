"""MetalLB in one cluster: how it is installed, its pools, and who announces them."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from typing import Literal

from mlblint.records import cached_property, dataclass
from mlblint.repo.addresses import EntryFault, Interval, parse_entry
from mlblint.repo.delivery import Delivered, Delivery
from mlblint.repo.helm import Release
from mlblint.repo.holders import Holders
from mlblint.repo.remotes import remote
from mlblint.repo.resources import Resource, is_opaque, items, mapping, selects, text
from mlblint.repo.versions import (
    FIRST_CHART,
    RELEASES,
    Version,
    newest_matching,
    parse_version,
)
from mlblint.text.places import Place

Mode = Literal["l2", "bgp"]

GROUP = "metallb.io"
POOL_KINDS = ("IPAddressPool", "AddressPool")
L2 = "L2Advertisement"
BGP = "BGPAdvertisement"

# The chart's own repository, its registry (oci://quay.io/metallb/chart/metallb), the name that
# its documentation gives to the first, and mirrors that repack it unchanged under its versions.
_UPSTREAM_CHART = re.compile(
    r"metallb\.github\.io|github\.com/metallb/|quay\.io/metallb|^metallb$|/charts-mirror(?:/|$)"
)
_PUBLISHER = re.compile(r"metallb\.github\.io|quay\.io/metallb")
_CHARTS = "https://metallb.github.io/"
_WORD = re.compile(r"[A-Za-z]{2,}", re.ASCII)
# MetalLB's own numbers, whoever mirrors it: other publishers have charts of this name as well,
# but with numbers of their own (Bitnami's 6.4.7 installs 0.14.8).
_UPSTREAM_NUMBER = re.compile(r"[\^~>=v\s]*0\.(?:9|1\d)(?:\.|$)")
# Copied beside MetalLB's own repository, such a number names no chart at all.
_BITNAMI_MAJORS = range(2, 7)
_BITNAMI = re.compile(r"bitnami", re.IGNORECASE)
_MAJOR = re.compile(r"[\^~=v\s]*(\d+)(?:\.(?:\d+|[x*]))*(?:-.*)?")
# The folder `manifests` had a kustomization of its own before 0.13.
_MANIFESTS = re.compile(
    r"config/(?:prometheus-)?(?:native|frr)|(?:^|/)metallb[\w-]*\.yaml$|^(?:config/)?manifests/?$"
)
_TAG = re.compile(r"(?:metallb-chart-)?(v?\d+\.\d+\.\d+.*)")
_SPEAKER = re.compile(r"(?:^|[/-])(?:metallb[/-]speaker)(?::([^@]+))?(?:@.*)?$")


@dataclass(frozen=True, eq=False)
class Installation:
    """MetalLB as something in the repository installs it: with a chart, from manifests of
    its own repository, or from a DaemonSet that is written out. `upstream` tells charts of
    MetalLB's own from those of other publishers, whose versions and values differ. `version`
    is that of the programs that run; values may choose other images than those of the chart, whose
    number is `chart_version`. `folder` is what is taken of that repository, at `remote`."""

    version: Version | None
    namespace: str | None
    place: Place
    upstream: bool
    by: Delivery | None = None
    release: Release | None = None
    remote: Place | None = None
    folder: str = ""
    speaker: Resource | None = None
    chart_version: Version | None = None


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
                self._addresses(index, value),
            )
            for index, value in enumerate(items(self.resource.get("spec", "addresses")))
        )

    def _addresses(self, index: int, value: object) -> Interval | EntryFault | None:
        if not isinstance(value, str) or is_opaque(value):
            return None
        return None if self.resource.is_unknown("spec", "addresses", index) else parse_entry(value)

    def contains(self, address: Interval) -> bool:
        return any(True for _ in self._holders.of(address))

    @cached_property
    def _holders(self) -> Holders[Entry]:
        return Holders((one.interval, one) for one in self.entries if one.interval)

    @cached_property
    def known(self) -> bool:
        """Whether every address of the pool can be told from the repository."""
        return bool(self.entries) and all(e.addresses is not None for e in self.entries)

    @property
    def labels_are_open(self) -> bool:
        """Whether something may yet give it other labels."""
        resource = self.resource
        return resource.is_unknown("metadata", "labels") or is_opaque(str(resource.labels))


@dataclass(frozen=True, eq=False)
class Advertisement:
    delivered: Delivered

    @property
    def resource(self) -> Resource:
        return self.delivered.resource

    @property
    def mode(self) -> Mode:
        return "l2" if self.resource.kind == L2 else "bgp"

    @property
    def interfaces(self) -> list[str]:
        return [text(name) for name in items(self.resource.get("spec", "interfaces"))]

    @cached_property
    def covers_all(self) -> bool:
        """Neither names nor selectors mean every pool (metallb internal/config/config.go
        @v0.15.3, `l2AdvertisementsFor`). A name that is filled in later may be any."""
        names = items(self.resource.get("spec", "ipAddressPools"))
        selectors = items(self.resource.get("spec", "ipAddressPoolSelectors"))
        return not (names or selectors) or any(map(is_opaque, names))

    def covers(self, pool: Pool) -> bool:
        """`coverage` answers this for many."""
        names = items(self.resource.get("spec", "ipAddressPools"))
        selectors = items(self.resource.get("spec", "ipAddressPoolSelectors"))
        if self.covers_all or pool.name in names or is_opaque(pool.name):
            return True
        return any(selects(selector, pool.resource.labels) for selector in selectors)

    @cached_property
    def is_open(self) -> bool:
        """Whether it may turn out to cover other pools once everything is filled in."""
        resource, selectors = self.resource, ("spec", "ipAddressPoolSelectors")
        return (
            resource.is_unknown("spec", "ipAddressPools")
            or resource.is_unknown(*selectors)
            or is_opaque(str(resource.get(*selectors)))
        )


def chart_installation(release: Release) -> Installation | None:
    if release.chart != "metallb":
        return None
    version = newest_matching(release.version) if release.version else None
    if version is not None and version.major in _BITNAMI_MAJORS:
        version = None
    upstream = bool(
        _UPSTREAM_CHART.search(release.repository) or _UPSTREAM_NUMBER.match(release.version or "")
    )
    return Installation(
        version=_running(release, version) if upstream else None,
        namespace=release.namespace,
        place=release.place,
        upstream=upstream,
        by=release.by,
        release=release,
        chart_version=version if upstream else None,
    )


def unpublished(release: Release) -> Version | None:
    """The exact version that is asked for, if MetalLB's own repository of charts has never had
    it. A newer minor version than all that are known, and another patch of the last two, may have
    come since."""
    asked = parse_version((release.version or "").strip("= "))
    if release.chart != "metallb" or not _PUBLISHER.search(release.repository):
        return None
    if asked is None or asked in RELEASES[RELEASES.index(FIRST_CHART) :]:
        return None
    is_closed = asked.major == 0 and asked.minor < RELEASES[-1].minor - 1
    return asked if is_closed or asked.major in _BITNAMI_MAJORS else None


def bitnami_major(release: Release) -> int | None:
    """The major number of Bitnami's chart that is asked for, the last one where any will do; None
    where it cannot be told, or the chart is somebody else's."""
    if release.chart != "metallb" or not _BITNAMI.search(release.repository):
        return None
    if release.version == "*":
        return _BITNAMI_MAJORS[-1]
    major = _MAJOR.fullmatch(release.version or "")
    return int(major[1]) if major else None


def asks_for_a_word(release: Release) -> bool:
    """Whether a word such as `latest` stands for the version: Helm, Argo CD and Flux compare
    with numbers. What an OCI registry holds may have such a tag."""
    return (
        release.chart == "metallb"
        and release.repository.startswith(_CHARTS)
        and _WORD.fullmatch(release.version or "") is not None
    )


def _running(release: Release, version: Version | None) -> Version | None:
    """The version of the images: the chart's own, if no value says otherwise; None if they
    differ."""
    running = set()
    for component in ("controller", "speaker"):
        given = release.value(component, "image", "tag")
        named = text(given.value) if given is not None else ""
        running.add(parse_version(named) if named else version)
    return running.pop() if len(running) == 1 else None


def named_version(version: Version | None, release: Release | None) -> str:
    """MetalLB and its version; where only a range was asked for, from where the number comes."""
    if version is None:
        return "MetalLB"
    wanted = release.version if release is not None else None
    if not wanted or parse_version(wanted.strip("= ")) or newest_matching(wanted) != version:
        return f"MetalLB {version}"
    limits = "no version is fixed" if wanted == "*" else f"`{wanted}` is asked for"
    return f"MetalLB {version} (the newest known, as {limits})"


def remote_installation(url: str, place: Place, namespace: str | None) -> Installation | None:
    """MetalLB's own manifests, taken by a kustomization from its Git repository. They bring
    their namespace with them."""
    found = remote(url, place)
    if found.repository.lower() != "github.com/metallb/metallb":
        return None
    if not _MANIFESTS.search(found.path):
        return None
    tag = _TAG.fullmatch(found.ref or "")
    return Installation(
        version=parse_version(tag[1]) if tag else None,
        namespace=namespace or "metallb-system",
        place=place,
        upstream=True,
        remote=place,
        folder=found.path,
    )


def manifest_installation(delivered: Delivered) -> Installation | None:
    """A speaker DaemonSet that is written out in the repository."""
    resource = delivered.resource
    if not resource.is_a("apps", "DaemonSet"):
        return None
    for image in container_images(resource):
        match = _SPEAKER.search(image)
        if match:
            return Installation(
                version=parse_version(match[1]) if match[1] else None,
                namespace=delivered.namespace,
                place=resource.place("metadata", "name"),
                upstream=True,
                by=delivered.by,
                speaker=resource,
            )
    return None


def container_images(resource: Resource) -> Iterator[str]:
    for container in items(resource.get("spec", "template", "spec", "containers")):
        yield text(mapping(container).get("image"))


def has_no_speaker(installation: Installation) -> bool:
    release = installation.release
    speaker = release.value("speaker", "enabled") if release is not None else None
    return speaker is not None and speaker.value is not True


def pools(delivered: Iterable[Delivered]) -> tuple[Pool, ...]:
    return tuple(Pool(d) for d in delivered if d.resource.is_a(GROUP, *POOL_KINDS))


def advertisements(delivered: Iterable[Delivered]) -> tuple[Advertisement, ...]:
    return tuple(Advertisement(d) for d in delivered if d.resource.is_a(GROUP, L2, BGP))


def crds_come_alone(delivered: Iterable[Delivered]) -> bool:
    """Whether MetalLB's CRDs are written out: then they do not have to wait for its chart."""
    return any(
        one.resource.kind == "CustomResourceDefinition" and one.resource.name.endswith(f".{GROUP}")
        for one in delivered
    )


def brings_crds(installation: Installation) -> bool:
    """Whether the CRDs come with it, and are not written out: the chart has them in a subchart,
    among its templates (metallb charts/metallb/values.yaml@v0.15.3, `crds.enabled`). A speaker
    that is written out has none about it that would not be in sight as well."""
    if installation.speaker is not None:
        return False
    enabled = installation.release.value("crds", "enabled") if installation.release else None
    return enabled is None or enabled.value is not False
