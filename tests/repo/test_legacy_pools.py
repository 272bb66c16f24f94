"""Pools of MetalLB before 0.13, and where their addresses stand."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from textwrap import indent

import pytest

from mlblint.repo.files import Files
from mlblint.repo.index import RELEVANT
from mlblint.repo.model import Cluster, Known, build
from mlblint.repo.versions import Version
from mlblint.text.places import positions

TEXT = """\
address-pools:
# the upper end
- name: lan
  protocol: layer2
  addresses:
  - 192.168.7.200-192.168.7.250
- name: far
  protocol: bgp
  auto-assign: false
  addresses: [10.0.0.0/24, "{{ more }}"]
"""
CONFIG_MAP = (
    "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: config, namespace: metallb-system}\n"
    f"data:\n  config: |\n{indent(TEXT, '    ')}"
)
CHART = (
    "apiVersion: argoproj.io/v1alpha1\nkind: Application\nmetadata: {name: metallb}\nspec:\n"
    "  destination: {namespace: lb}\n  source:\n    repoURL: https://metallb.github.io/metallb\n"
    "    chart: metallb\n    targetRevision: 0.12.1\n    helm:\n      values: |\n"
    f"        configInline:\n{indent(TEXT, '          ')}"
)
OLD = Known(version=Version(0, 12, 1))


def cluster(files: Mapping[str, str], known: Known = OLD) -> Cluster:
    changed = {path: text.encode() for path, text in files.items()}
    (only,) = build(Files(Path("/nowhere"), (), changed, RELEVANT), (), known).clusters
    return only


@pytest.mark.parametrize(
    ("text", "line", "namespace"), [(CONFIG_MAP, 11, "metallb-system"), (CHART, 18, "lb")]
)
def test_addresses_keep_their_places(text: str, line: int, namespace: str) -> None:
    found = cluster({"f.yaml": text}, Known() if text == CHART else OLD)
    lan, far = found.legacy_pools
    assert (lan.name, far.name) == ("lan", "far")
    assert (found.mode(lan), found.mode(far)) == ("l2", "bgp")
    assert (lan.known, far.known) == (True, False)
    assert lan.delivered.namespace == namespace
    assert far.resource.get("spec", "autoAssign") is False
    (entry,) = lan.entries
    assert str(entry.interval) == "192.168.7.200-192.168.7.250"
    assert positions(entry.place)[0].line == line
    assert found.pools == ()


@pytest.mark.parametrize(
    ("text", "known"),
    [
        (CONFIG_MAP, Known(version=Version(0, 13, 0))),
        # Nobody knows whether it is read.
        (CONFIG_MAP, Known()),
        (CHART.replace("0.12.1", "0.13.3"), Known()),
        (CONFIG_MAP.replace("name: config", "name: other"), OLD),
        (CONFIG_MAP.replace("metallb-system", "web"), OLD),
        (CONFIG_MAP.replace("config: |", "other: |"), OLD),
        (CONFIG_MAP.replace("address-pools:", "peers:"), OLD),
    ],
)
def test_what_is_not_read_has_no_pools(text: str, known: Known) -> None:
    assert cluster({"f.yaml": text}, known).legacy_pools == ()


def test_a_namespace_that_the_repository_shows() -> None:
    known = Known(version=Version(0, 12, 1), namespace="web")
    text = CONFIG_MAP.replace("metallb-system", "web")
    assert len(cluster({"f.yaml": text}, known).legacy_pools) == 2
