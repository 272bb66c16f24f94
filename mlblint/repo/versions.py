"""MetalLB's releases, the constraints that choose one of them, and what changed in which."""

from __future__ import annotations

import re
import sys
from collections.abc import Mapping
from functools import lru_cache
from typing import NamedTuple

from mlblint.records import dataclass


class Version(NamedTuple):
    major: int
    minor: int
    patch: int

    def __str__(self) -> str:
        return f"{self.major}.{self.minor}.{self.patch}"


# A suffix is a pre-release or, more often on charts and image tags, a packager's revision
# (0.15.3-debian-12-r0). Either behaves as the release it names.
_NUMBER = r"(0|[1-9]\d{0,5})"
_EXACT = re.compile(rf"v?{_NUMBER}\.{_NUMBER}\.{_NUMBER}([-+][\w.+-]+)?", re.ASCII)


@lru_cache(maxsize=1_000)
def parse_version(text: str) -> Version | None:
    """An exact version; `0.15` names no release but a range of them, and is None."""
    match = _EXACT.fullmatch(text.strip())
    return Version(*map(int, match.group(1, 2, 3))) if match else None


def _releases(minor: int, patches: range) -> tuple[Version, ...]:
    return tuple(Version(0, minor, patch) for patch in patches)


# The tags of metallb/metallb. 0.9.0 and 0.9.1 "were never released"
# (website/content/release-notes/_index.md@v0.16.1).
RELEASES: tuple[Version, ...] = (
    *_releases(9, range(2, 7)),
    *_releases(10, range(4)),
    *_releases(11, range(1)),
    *_releases(12, range(2)),
    *_releases(13, range(13)),
    *_releases(14, range(10)),
    *_releases(15, range(4)),
    *_releases(16, range(2)),
)

# "Helm Charts are now provided" (website/content/release-notes/_index.md@v0.16.1, 0.10.0).
FIRST_CHART = Version(0, 10, 0)


def newest_matching(constraint: str) -> Version | None:
    """The release that Helm, Argo CD and Flux install for a chart version constraint.

    An exact version is taken at its word, known or not. All three read constraints with
    github.com/Masterminds/semver/v3 (constraints.go).
    """
    exact = parse_version(constraint.strip().removeprefix("="))
    if exact:
        return exact
    alternatives = [_spans(group) for group in constraint.split("||")]
    if not all(alternatives):
        return None
    charts = (release for release in RELEASES if release >= FIRST_CHART)
    return max(
        (chart for chart in charts if any(_within(chart, spans) for spans in alternatives)),
        default=None,
    )


# A point on the line of versions. The fourth number puts a pre-release (0) before its release
# (1); a shorter point comes before every longer one that it begins.
_Point = tuple[int, ...]
_END: _Point = (sys.maxsize,)


class _Span(NamedTuple):
    low: _Point
    high: _Point
    inside: bool = True


_HYPHEN_RANGE = re.compile(r"^\s*(\S+)\s+-\s+(\S+)\s*$")
_SPACE_AFTER_OPERATOR = re.compile(r"(?<=[=<>~^])\s+(?=[v\dxX*])")
_BETWEEN_ATOMS = re.compile(r"\s*,\s*|\s+")
_PART = r"(\d{1,6}|[xX*])"
_ATOM = re.compile(
    rf"(!=|>=|=>|<=|=<|~>|[=<>~^]?)v?{_PART}(?:\.{_PART})?(?:\.{_PART})?"
    r"(-[0-9A-Za-z.-]+)?(?:\+[0-9A-Za-z.-]+)?",
    re.ASCII,
)


def _within(version: Version, spans: list[_Span]) -> bool:
    point = (*version, 1)
    return all((span.low <= point < span.high) is span.inside for span in spans)


def _spans(group: str) -> list[_Span]:
    """What every condition of one alternative admits; empty if one cannot be read."""
    text = _HYPHEN_RANGE.sub(r">=\1 <=\2", group)
    text = _SPACE_AFTER_OPERATOR.sub("", text.strip())
    spans = [_span(atom) for atom in _BETWEEN_ATOMS.split(text)]
    return [span for span in spans if span] if all(spans) else []


def _span(atom: str) -> _Span | None:
    match = _ATOM.fullmatch(atom)
    if not match:
        return None
    operator, *parts, suffix = match.groups()
    given: list[int] = []
    for part in parts:
        if part is None or not part.isdigit():
            break
        given.append(int(part))
    base: _Point = (*(*given, 0, 0, 0)[:3], 0 if suffix else 1)
    # How much of the point the text determines: nothing, major, minor, or all four numbers.
    depth = len(given) if len(given) < 3 else 4

    def after(depth: int) -> _Point:
        return (*base[: depth - 1], base[depth - 1] + 1) if depth else _END

    if operator in ("", "="):
        return _Span(base, after(depth))
    if operator == "!=":
        return _Span(base, after(depth or 4), inside=False)
    if operator == ">":
        return _Span(after(depth or 4), _END)
    if operator in (">=", "=>"):
        return _Span(base, _END)
    if operator == "<":
        return _Span((), base)
    if operator in ("<=", "=<"):
        return _Span((), after(depth or 2))
    if operator in ("~", "~>"):
        return _Span(base, after(min(depth, 2)))
    # The caret keeps the first number that is not zero; below 1.0.0 that is the minor.
    fixed = 1 if base[0] or depth == 1 else 2 if base[1] or depth == 2 else 3
    return _Span(base, after(fixed))


@dataclass(frozen=True, slots=True)
class Change:
    """Something true of MetalLB from one release on, and before another if it ended."""

    since: Version
    until: Version | None
    source: str
    note: str


def applies(change: Change, version: Version | None) -> bool | None:
    """Whether that holds for a version; None if the version is unknown."""
    if version is None:
        return None
    return change.since <= version and (change.until is None or version < change.until)


def _since(release: str, source: str, note: str, until: str | None = None) -> Change:
    def version(text: str) -> Version:
        return Version(*map(int, text.split(".")))

    return Change(version(release), version(until) if until else None, f"{source}@v{release}", note)


_CONFIG = "internal/config/config.go"
_CRDS = "config/crd/bases"
_NOTES = "website/content/release-notes/_index.md"
_VALUES = "charts/metallb/values.yaml"


# annotations and requests
METALLB_IO_ANNOTATIONS = _since(
    "0.14.9",
    "controller/service.go:33-44",
    "metallb.io/ annotations are read and win over metallb.universe.tf/",
)
LOAD_BALANCER_IPS = _since(
    "0.12.0", "controller/service.go", "the annotation loadBalancerIPs is read"
)
ALLOCATED_FROM_POOL = _since(
    "0.13.8", "controller/service.go", "the controller writes ip-allocated-from-pool"
)
REQUESTED_ADDRESS_IN_REQUESTED_POOL = _since(
    "0.13.10", _NOTES, "a requested address must lie in the requested pool"
)
PREFER_DUAL_STACK_FALLBACK = _since(
    "0.14.9", "internal/allocator/allocator.go", "PreferDualStack is content with one family"
)
LOAD_BALANCER_CLASS = _since(
    "0.13.0", _VALUES, "loadBalancerClass restricts MetalLB to Services of that class"
)

# custom resources
CUSTOM_RESOURCES = _since("0.13.0", _CRDS, "custom resources replace the ConfigMap")
ADDRESS_POOL_READ = _since("0.13.0", _CONFIG, "AddressPool objects are read", "0.14.0")
ADDRESS_POOL_CRD = _since("0.13.0", _CRDS, "the AddressPool CRD is installed", "0.14.3")
PEER_V1BETA1_DEPRECATED = _since("0.14.9", _CRDS, "BGPPeer v1beta1 is deprecated, and still served")
NAMESPACE_CHECK = _since(
    "0.13.5", _NOTES, "the webhook refuses objects outside MetalLB's namespace"
)
AVOID_BUGGY_IPS = _since("0.13.4", _CRDS, "IPAddressPool has avoidBuggyIPs")
SERVICE_ALLOCATION = _since("0.13.8", _CRDS, "IPAddressPool has serviceAllocation")
SERVICE_ALLOCATION_MATCHES_ALL = _since(
    "0.15.0", _CONFIG, "serviceAllocation without selectors matches every Service"
)
POOL_CONTAINS_NODE_CHECK = _since(
    "0.15.0", _CONFIG, "a pool that contains a node address is refused", "0.15.1"
)

# advertisements
L2_INTERFACES = _since("0.13.6", _CRDS, "L2Advertisement has interfaces")
SERVICE_SELECTORS = _since(
    "0.16.0", _CRDS, "L2Advertisement and BGPAdvertisement have serviceSelectors"
)
EXCLUDE_LABEL = _since(
    "0.14.0", "internal/k8s/nodes/nodes.go", "nodes with the exclude label do not announce"
)
IGNORE_EXCLUDE_LB = _since("0.14.4", _VALUES, "speaker.ignoreExcludeLB overrides the exclude label")
EXCLUDED_INTERFACES = _since(
    "0.13.10", _VALUES, "L2 skips the interfaces that metallb-excludel2 names"
)
EXCLUDED_LXC_INTERFACES = _since(
    "0.15.3",
    "charts/metallb/templates/exclude-l2-config.yaml",
    "metallb-excludel2 names ^lxc.* too",
)
L2_WITHOUT_MEMBERLIST = _since(
    "0.15.0", "speaker/layer2_controller.go", "without memberlist every node is a candidate"
)
L2_ELECTION_BY_SERVICE = _since(
    "0.16.0",
    "speaker/layer2_controller.go",
    "candidates are the nodes selected for pool and Service",
)

# BGP
PEER_ASN_OPTIONAL = _since("0.14.9", _CRDS, "BGPPeer may have dynamicASN instead of peerASN")
PEER_ADDRESS_OPTIONAL = _since("0.15.0", _CRDS, "BGPPeer may have interface instead of peerAddress")
DISABLE_MP_SKIPS_WEBHOOK = _since(
    "0.15.0",
    "internal/k8s/webhooks/webhookv1beta2/bgppeer_webhook.go",
    "creating a BGPPeer with disableMP is not checked",
)
PEERS_COMPARED_PER_NODE = _since(
    "0.16.0", "internal/config/validation.go", "FRR peers conflict only where they share a node"
)
NATIVE_IPV6_POOL_UNSELECTED = _since(
    "0.14.9",
    "internal/config/validation.go",
    "native BGP allows IPv6 pools that it does not advertise",
)
PEER_VRF = _since("0.13.8", _CRDS, "BGPPeer has vrf")
PEER_CONNECT_TIME = _since("0.14.4", _CRDS, "BGPPeer has connectTime")
PEER_DISABLE_MP = _since("0.14.4", _CRDS, "BGPPeer has disableMP")
PEER_GRACEFUL_RESTART = _since("0.14.6", _CRDS, "BGPPeer has enableGracefulRestart")
PEER_DUAL_STACK = _since("0.15.0", _CRDS, "BGPPeer has dualStackAddressFamily")
PEER_LOCAL_ASN = _since("0.16.0", _CRDS, "BGPPeer has localASN")
LARGE_COMMUNITIES = _since("0.13.10", _NOTES, "large communities are read")
LOCAL_PREF_CHECK = _since("0.13.10", _NOTES, "conflicting local preferences are refused")
LOCAL_PREF_BY_FAMILY = _since(
    "0.15.0", _CONFIG, "only aggregation lengths of the families in the pool tell updates apart"
)

# the chart
CONFIG_INLINE_REMOVED = _since(
    "0.13.0", _VALUES, "configInline and existingConfigMap have no effect"
)
CONFIG_INLINE_FAILS = _since("0.13.3", _NOTES, "the chart does not render with configInline")
FRR_BY_DEFAULT = _since("0.13.10", _VALUES, "speaker.frr.enabled is true by default", "0.16.0")
FRR_K8S = _since("0.14.0", _VALUES, "frrk8s.enabled exists, and excludes speaker.frr.enabled")
FRR_K8S_BY_DEFAULT = _since("0.16.0", _VALUES, "frrk8s.enabled is true by default")
MONITORS_EXCLUSIVE = _since(
    "0.14.9",
    "charts/metallb/templates/podmonitor.yaml",
    "podMonitor beside serviceMonitor does not render",
)
NODE_SELECTOR_NEEDS_MEMBERLIST = _since(
    "0.15.0",
    "charts/metallb/templates/speaker.yaml",
    "speaker.nodeSelector without memberlist does not render",
)
CA_BUNDLE_PLACEHOLDER = _since(
    "0.13.0", _CRDS, "a CRD ships a caBundle that the controller overwrites", "0.15.0"
)
CA_BUNDLE_FIELD_OWNER = _since(
    "0.14.0", "internal/k8s/webhook.go:43", "the controller writes caBundle as field owner MetalLB"
)
WEBHOOK_CERT_SECRET = _since(
    "0.14.4",
    "charts/metallb/templates/webhooks.yaml",
    "the webhook's Secret is metallb-webhook-cert",
)

# As rule cards name them.
CHANGES: Mapping[str, Change] = {
    "metallb-io-annotations": METALLB_IO_ANNOTATIONS,
    "load-balancer-ips": LOAD_BALANCER_IPS,
    "allocated-from-pool": ALLOCATED_FROM_POOL,
    "requested-address-in-requested-pool": REQUESTED_ADDRESS_IN_REQUESTED_POOL,
    "prefer-dual-stack-fallback": PREFER_DUAL_STACK_FALLBACK,
    "load-balancer-class": LOAD_BALANCER_CLASS,
    "custom-resources": CUSTOM_RESOURCES,
    "address-pool-read": ADDRESS_POOL_READ,
    "address-pool-crd": ADDRESS_POOL_CRD,
    "peer-v1beta1-deprecated": PEER_V1BETA1_DEPRECATED,
    "namespace-check": NAMESPACE_CHECK,
    "avoid-buggy-ips": AVOID_BUGGY_IPS,
    "service-allocation": SERVICE_ALLOCATION,
    "service-allocation-matches-all": SERVICE_ALLOCATION_MATCHES_ALL,
    "pool-contains-node-check": POOL_CONTAINS_NODE_CHECK,
    "l2-interfaces": L2_INTERFACES,
    "service-selectors": SERVICE_SELECTORS,
    "exclude-label": EXCLUDE_LABEL,
    "ignore-exclude-lb": IGNORE_EXCLUDE_LB,
    "excluded-interfaces": EXCLUDED_INTERFACES,
    "excluded-lxc-interfaces": EXCLUDED_LXC_INTERFACES,
    "l2-without-memberlist": L2_WITHOUT_MEMBERLIST,
    "l2-election-by-service": L2_ELECTION_BY_SERVICE,
    "peer-asn-optional": PEER_ASN_OPTIONAL,
    "peer-address-optional": PEER_ADDRESS_OPTIONAL,
    "disable-mp-skips-webhook": DISABLE_MP_SKIPS_WEBHOOK,
    "peers-compared-per-node": PEERS_COMPARED_PER_NODE,
    "native-ipv6-pool-unselected": NATIVE_IPV6_POOL_UNSELECTED,
    "peer-vrf": PEER_VRF,
    "peer-connect-time": PEER_CONNECT_TIME,
    "peer-disable-mp": PEER_DISABLE_MP,
    "peer-graceful-restart": PEER_GRACEFUL_RESTART,
    "peer-dual-stack": PEER_DUAL_STACK,
    "peer-local-asn": PEER_LOCAL_ASN,
    "large-communities": LARGE_COMMUNITIES,
    "local-pref-check": LOCAL_PREF_CHECK,
    "local-pref-by-family": LOCAL_PREF_BY_FAMILY,
    "config-inline-removed": CONFIG_INLINE_REMOVED,
    "config-inline-fails": CONFIG_INLINE_FAILS,
    "frr-by-default": FRR_BY_DEFAULT,
    "frr-k8s": FRR_K8S,
    "frr-k8s-by-default": FRR_K8S_BY_DEFAULT,
    "monitors-exclusive": MONITORS_EXCLUSIVE,
    "node-selector-needs-memberlist": NODE_SELECTOR_NEEDS_MEMBERLIST,
    "ca-bundle-placeholder": CA_BUNDLE_PLACEHOLDER,
    "ca-bundle-field-owner": CA_BUNDLE_FIELD_OWNER,
    "webhook-cert-secret": WEBHOOK_CERT_SECRET,
}
