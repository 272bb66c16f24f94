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

from mlblint.config import Config
from mlblint.pipeline import Request, lint

SMALLEST = 30
LINEAR, QUADRATIC = 2.0, 4.0
ALLOWED = 2.4
"""Sorting, and tables that grow now and then, take a little more than twice."""

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
    return lines_run(lambda: lint(Request(root, Config())))


@pytest.mark.parametrize("files", [services, flux, irrelevant], ids=lambda one: one.__name__)
def test_a_lint_grows_with_the_repository(files: Callable[[int], Files], tmp_path: Path) -> None:
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
