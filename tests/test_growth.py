"""What is done grows with the repository, not with its square.

Counted are the lines of Python that run, which are the same on every machine. Twice as much must
take about twice as many more: for n, 2n and 4n, the second step is twice the first one where the
growth is linear, and four times where it is quadratic.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from types import FrameType
from typing import Any

import pytest

from mlblint import schema
from mlblint.config import Config, NetworkConfig, VpnConfig
from mlblint.pipeline import Request, lint
from mlblint.repo import reading


@pytest.fixture(autouse=True)
def one_process(monkeypatch: pytest.MonkeyPatch) -> None:
    """What others do could not be counted."""
    monkeypatch.setattr(reading, "processes", lambda files: 1)


SMALLEST = 30
LINEAR, QUADRATIC = 2.0, 4.0
ALLOWED = 2.4
"""Sorting, and tables that grow now and then, take a little more than twice."""

EVERYTHING = Config(
    network=NetworkConfig(
        interfaces=("eth0",),
        subnets=("10.0.0.0/16",),
        nodes=("10.0.0.7",),
        dhcp=("10.0.1.0/24",),
        reserved={"router": ("10.0.0.1",)},
    ),
    vpn=VpnConfig(services=("*/*",)),
)
"""As much as a configuration can ask for."""

_SERVICE = """\
apiVersion: v1
kind: Service
metadata:
  name: s{i}
  annotations: {{metallb.io/loadBalancerIPs: 10.{high}.{low}.255}}
spec: {{type: LoadBalancer, ports: [{{port: 80}}]}}
"""
_POOL = """\
apiVersion: metallb.io/v1beta1
kind: IPAddressPool
metadata: {{name: p{i}, namespace: metallb-system}}
spec: {{addresses: [10.{high}.{low}.0/24]}}
"""
_ADVERTISEMENT = """\
apiVersion: metallb.io/v1beta1
kind: L2Advertisement
metadata: {name: all, namespace: metallb-system}
"""
_FLUX = """\
apiVersion: kustomize.toolkit.fluxcd.io/v1
kind: Kustomization
metadata: {{name: a{i}, namespace: flux-system}}
spec:
  path: ./apps/a{i}
  postBuild: {{substituteFrom: [{{kind: ConfigMap, name: c{i}}}]}}
  sourceRef: {{kind: GitRepository, name: flux-system}}
"""
_RELEASE = """\
apiVersion: helm.toolkit.fluxcd.io/v2
kind: HelmRelease
metadata: {{name: r{i}, namespace: a{i}}}
spec:
  chart: {{spec: {{chart: app, sourceRef: {{kind: HelmRepository, name: h{i}}}}}}}
  valuesFrom: [{{kind: ConfigMap, name: c{i}}}]
"""
_SOURCE = """\
apiVersion: source.toolkit.fluxcd.io/v1
kind: HelmRepository
metadata: {{name: h{i}, namespace: a{i}}}
spec: {{url: https://charts.example.com}}
"""
_CONFIG_MAP = """\
apiVersion: v1
kind: ConfigMap
metadata: {{name: c{i}, namespace: a{i}}}
data: {{values.yaml: "replicas: 1"}}
"""
_DEPLOYMENT = "apiVersion: apps/v1\nkind: Deployment\nmetadata: {{name: d{i}}}\n"
_FREE_SERVICE = """\
apiVersion: v1
kind: Service
metadata: {{name: s{i}, namespace: a{i}, labels: {{app: s{i}}}}}
spec: {{type: LoadBalancer, externalTrafficPolicy: Local, ports: [{{port: 80}}]}}
"""
_RESERVED_POOL = """\
apiVersion: metallb.io/v1beta1
kind: IPAddressPool
metadata: {{name: p{i}, namespace: metallb-system}}
spec:
  addresses: [10.{high}.{low}.0/24]
  serviceAllocation: {{{allocation}}}
"""
_NAMESPACE = """\
apiVersion: v1
kind: Namespace
metadata: {{name: a{i}, labels: {{team: t{i}}}}}
"""
_RESTRICTED = """\
apiVersion: metallb.io/v1beta1
kind: {kind}
metadata: {{name: ad{i}, namespace: metallb-system}}
spec: {{{spec}}}
"""
_LABELLED_POOL = """\
apiVersion: metallb.io/v1beta1
kind: IPAddressPool
metadata: {{name: p{i}, namespace: metallb-system, labels: {{site: l{i}}}}}
spec: {{addresses: [10.{high}.{low}.0/24]}}
"""
_PEER = """\
apiVersion: metallb.io/v1beta2
kind: BGPPeer
metadata: {{name: peer{i}, namespace: metallb-system}}
spec:
  myASN: 64500
  peerASN: 64501
  peerAddress: 10.{high}.{low}.1
  bfdProfile: bfd{i}
  passwordSecret: {{name: secret{i}}}
  nodeSelectors: [{{matchLabels: {{kubernetes.io/hostname: n{i}}}}}]
---
apiVersion: metallb.io/v1beta1
kind: BFDProfile
metadata: {{name: bfd{i}, namespace: metallb-system}}
spec: {{echoMode: true}}
---
apiVersion: v1
kind: Secret
metadata: {{name: secret{i}, namespace: metallb-system}}
type: kubernetes.io/basic-auth
stringData: {{password: x}}
---
apiVersion: metallb.io/v1beta1
kind: BGPAdvertisement
metadata: {{name: bgp{i}, namespace: metallb-system}}
spec: {{peers: [peer{i}], ipAddressPools: [p{i}], aggregationLength: 28, localPref: {i}}}
"""
_APPLICATION = """\
apiVersion: argoproj.io/v1alpha1
kind: Application
metadata:
  name: {name}
  namespace: argocd
  annotations: {{argocd.argoproj.io/sync-wave: "{wave}"}}
spec:
  destination: {{server: https://kubernetes.default.svc, namespace: metallb-system}}
  source: {{repoURL: https://git.example.com/x.git, path: {path}, targetRevision: HEAD}}
"""
_CHART = """\
apiVersion: argoproj.io/v1alpha1
kind: Application
metadata: {name: metallb, namespace: argocd, annotations: {argocd.argoproj.io/sync-wave: "9"}}
spec:
  destination: {server: https://kubernetes.default.svc, namespace: metallb-system}
  source: {repoURL: https://metallb.github.io/metallb, chart: metallb, targetRevision: 0.15.3}
"""
_WAITING = """\
apiVersion: kustomize.toolkit.fluxcd.io/v1
kind: Kustomization
metadata: {{name: k{i}, namespace: flux-system}}
spec:
  path: ./apps/k{i}
  dependsOn: [{{name: k{before}}}]
  sourceRef: {{kind: GitRepository, name: flux-system}}
"""
_METALLB = """\
apiVersion: helm.toolkit.fluxcd.io/v2
kind: HelmRelease
metadata: {name: metallb, namespace: metallb-system}
spec:
  chart: {spec: {chart: metallb, version: 0.15.3, sourceRef: {kind: HelmRepository, name: m}}}
"""

Files = Iterator[tuple[str, str]]


def services(count: int) -> Files:
    """Pools, and as many Services that are pinned to addresses in them."""
    yield "advertisement.yaml", _ADVERTISEMENT
    for i in range(count):
        numbers = {"i": i, "high": i >> 8, "low": i & 255}
        yield f"pools/{i}.yaml", _POOL.format(**numbers)
        yield f"services/{i}.yaml", _SERVICE.format(**numbers)


def flux(count: int) -> Files:
    """Folders of Flux, each with a chart and what that refers to by name."""
    for i in range(count):
        yield f"cluster/{i}.yaml", _FLUX.format(i=i)
        folder = f"apps/a{i}"
        yield f"{folder}/kustomization.yaml", "resources: [release.yaml, source.yaml, map.yaml]\n"
        yield f"{folder}/release.yaml", _RELEASE.format(i=i)
        yield f"{folder}/source.yaml", _SOURCE.format(i=i)
        yield f"{folder}/map.yaml", _CONFIG_MAP.format(i=i)


def irrelevant(count: int) -> Files:
    for i in range(count):
        yield f"apps/a{i}/deployment.yaml", _DEPLOYMENT.format(i=i)


def advertisements(count: int) -> Files:
    """As many as there are pools: by name, by label; some that name nothing, two for all."""
    yield "l2.yaml", _ADVERTISEMENT
    yield "bgp.yaml", _ADVERTISEMENT.replace("L2A", "BGPA")
    for i in range(count):
        numbers = {"i": i, "high": i >> 8, "low": i & 255}
        yield f"pools/{i}.yaml", _LABELLED_POOL.format(**numbers)
        kind = "BGPAdvertisement" if i % 2 else "L2Advertisement"
        for n, spec in enumerate(
            [
                f"ipAddressPools: [p{i}]",
                f"ipAddressPoolSelectors: [{{matchLabels: {{site: l{i}}}}}]",
                f"ipAddressPools: [gone{i}]",
                f"ipAddressPoolSelectors: [{{matchLabels: {{site: gone{i}}}}}]",
            ]
        ):
            text = _RESTRICTED.format(kind=kind, spec=spec, i=f"{i}-{n}")
            yield f"advertisements/{i}-{n}.yaml", text


def bgp_peers(count: int) -> Files:
    """Peers with their profiles, passwords, pools and advertisements."""
    yield "metallb.yaml", _METALLB
    for i in range(count):
        numbers = {"i": i, "high": i >> 8, "low": i & 255}
        yield f"peers/{i}.yaml", _PEER.format(**numbers)
        yield f"pools/{i}.yaml", _POOL.format(**numbers)


def namespaces(count: int) -> Files:
    """Namespaces, each with Services and pools that are for it, or for one of its Services."""
    yield "advertisement.yaml", _ADVERTISEMENT
    for i in range(count):
        yield f"namespaces/{i}.yaml", _NAMESPACE.format(i=i)
        yield f"services/{i}.yaml", _FREE_SERVICE.format(i=i)
        for n, allocation in enumerate(
            [
                f"namespaces: [a{i}]",
                f"namespaceSelectors: [{{matchLabels: {{team: t{i}}}}}]",
                f"serviceSelectors: [{{matchLabels: {{app: s{i}}}}}]",
            ]
        ):
            at = 3 * i + n
            numbers = {"i": at, "high": at >> 8, "low": at & 255}
            yield f"pools/{at}.yaml", _RESERVED_POOL.format(allocation=allocation, **numbers)


def applications(count: int) -> Files:
    """Applications below one, with pools in the wrong order, and folders that are missing."""
    yield "root.yaml", _APPLICATION.format(name="root", wave=0, path="apps")
    yield "apps/metallb.yaml", _CHART
    for i in range(count):
        yield f"apps/a{i}.yaml", _APPLICATION.format(name=f"a{i}", wave=i % 5, path=f"lb/a{i}")
        yield f"apps/g{i}.yaml", _APPLICATION.format(name=f"g{i}", wave=1, path=f"gone/g{i}")
        numbers = {"i": i, "high": i >> 8, "low": i & 255}
        yield f"lb/a{i}/pool.yaml", _POOL.format(**numbers)
        yield f"lb/a{i}/service.yaml", _SERVICE.format(**numbers)


def kustomizations(count: int) -> Files:
    """Kustomizations of Flux, each of which waits for the one before it."""
    yield "apps/k0/metallb.yaml", _METALLB
    for i in range(count):
        yield f"cluster/{i}.yaml", _WAITING.format(i=i, before=max(i - 1, 0))
        numbers = {"i": i, "high": i >> 8, "low": i & 255}
        yield f"apps/k{i}/pool.yaml", _POOL.format(**numbers)


def wrong(count: int) -> Files:
    """Findings of many rules, about which there is something to say of all others."""
    yield "metallb.yaml", _METALLB
    for i in range(count):
        numbers = {"i": i, "high": i >> 8, "low": i & 255}
        pool = _POOL.format(**numbers).replace("metallb-system", "default")
        yield f"pools/{i}.yaml", f"{pool}---\n{pool.replace('.0/24', '.128/25')}"
        yield f"services/{i}.yaml", _SERVICE.format(**numbers).replace(": 10.", ": 172.")
        asking = _SERVICE.format(**numbers).replace("loadBalancerIPs: 10.", "address-pool: p1")
        yield f"services/p{i}.yaml", asking
        yield f"services/k{i}/kustomization.yaml", f"resources: [gone{i}.yaml]\n"


def lines_run(function: Callable[[], object]) -> int:
    count = 0

    def trace(frame: FrameType, event: str, argument: Any) -> Any:
        nonlocal count
        count += event == "line"
        return trace

    before = sys.gettrace()
    sys.settrace(trace)
    try:
        function()
    finally:
        sys.settrace(before)
    return count


def cost(root: Path, files: Files) -> int:
    for path, text in files:
        (root / path).parent.mkdir(parents=True, exist_ok=True)
        (root / path).write_text(text)
    (root / ".git").mkdir()
    return lines_run(lambda: lint(Request(root, EVERYTHING)))


@pytest.mark.parametrize(
    "files",
    [
        services,
        advertisements,
        bgp_peers,
        namespaces,
        applications,
        kustomizations,
        flux,
        wrong,
        irrelevant,
    ],
    ids=lambda one: one.__name__,
)
def test_a_lint_grows_with_the_repository(
    files: Callable[[int], Files], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    # So many names are compared with each that is misspelt, and no more.
    monkeypatch.setattr(schema, "MANY", 10)
    # What is loaded and remembered once counts for none of them.
    cost(tmp_path / "first", files(2))
    one, two, four = (cost(tmp_path / str(n), files(n * SMALLEST)) for n in (1, 2, 4))
    assert (four - two) / (two - one) < ALLOWED


def test_counting_tells_linear_from_quadratic() -> None:
    def pairs(count: int) -> int:
        return lines_run(lambda: [(a, b) for a in range(count) for b in range(count)])

    def each(count: int) -> int:
        return lines_run(lambda: [a + 1 for a in range(count)])

    growth = [(f(400) - f(200)) / (f(200) - f(100)) for f in (each, pairs)]
    assert growth == pytest.approx([LINEAR, QUADRATIC], rel=0.1)
