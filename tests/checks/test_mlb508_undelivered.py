"""MLB508: what was forgotten, and what was left out on purpose."""

from __future__ import annotations

from collections.abc import Callable

import pytest

POOL = """\
apiVersion: metallb.io/v1beta1
kind: IPAddressPool
metadata: {{name: {name}, namespace: metallb-system}}
spec: {{addresses: [10.0.{number}.0/24]}}
"""
LAN = POOL.format(name="lan", number=1)
DMZ = POOL.format(name="dmz", number=2)
APPLICATION = """\
apiVersion: argoproj.io/v1alpha1
kind: Application
metadata: {name: lan}
spec:
  source: {repoURL: https://git.example.com/cluster, path: lan}
"""


@pytest.mark.parametrize(
    ("comment", "found"),
    [
        ("", 1),
        ("# the addresses of the house", 1),
        ("# - dmz.yaml", 0),
        ("#- ./dmz.yaml", 0),
        ('# - "dmz.yaml"  until the firewall is there', 0),
        ("# - other-dmz.yaml", 1),
    ],
)
def test_left_out_of_the_kustomization(comment: str, found: int, repository: Callable) -> None:
    files = {
        "kustomization.yaml": f"resources:\n  - lan.yaml\n  {comment}\n",
        "lan.yaml": LAN,
        "dmz.yaml": DMZ,
    }
    assert repository(files).spots("MLB508") == ["MLB508 dmz.yaml:2:7"] * found


@pytest.mark.parametrize(("comment", "found"), [("", 1), ("# - dmz", 0), ("# - dmz/", 0)])
def test_a_folder_that_is_not_named(comment: str, found: int, repository: Callable) -> None:
    files = {
        "app.yaml": APPLICATION,
        "lan/kustomization.yaml": f"resources:\n  - lan.yaml\n  {comment}\n",
        "lan/lan.yaml": LAN,
        "lan/dmz/pool.yaml": DMZ,
    }
    assert repository(files).spots("MLB508") == ["MLB508 lan/dmz/pool.yaml:2:7"] * found


def test_beside_what_argo_cd_applies(repository: Callable) -> None:
    files = {"app.yaml": APPLICATION, "lan/pool.yaml": LAN, "dmz/pool.yaml": DMZ}
    assert repository(files).spots("MLB508") == ["MLB508 dmz/pool.yaml:2:7"]


def test_everything_by_hand(repository: Callable) -> None:
    assert repository({"lan/pool.yaml": LAN, "dmz/pool.yaml": DMZ}).findings("MLB508") == []


def test_where_nothing_is_delivered_nothing_is_missing(repository: Callable) -> None:
    files = {"kustomization.yaml": "resources: []\n", "dmz.yaml": DMZ}
    assert repository(files).findings("MLB508") == []


def test_another_version_of_what_is_there(repository: Callable) -> None:
    files = {
        "kustomization.yaml": "resources: [lan.yaml]\n",
        "lan.yaml": LAN,
        "lan-old.yaml": LAN,
    }
    assert repository(files).findings("MLB508") == []


def test_archives_and_other_objects(repository: Callable) -> None:
    service = "apiVersion: v1\nkind: Service\nmetadata: {name: web}\nspec: {type: LoadBalancer}\n"
    files = {
        "kustomization.yaml": "resources: [lan.yaml]\n",
        "lan.yaml": LAN,
        "web.yaml": service,
        "archive/dmz.yaml": DMZ,
    }
    assert repository(files).findings("MLB508") == []


def test_a_patch_is_no_object(repository: Callable) -> None:
    files = {
        "kustomization.yaml": "resources: [lan.yaml]\npatches: [{path: patch.yaml}]\n",
        "lan.yaml": LAN,
        "patch.yaml": POOL.format(name="lan", number=3),
    }
    assert repository(files).findings("MLB508") == []


@pytest.mark.parametrize(
    ("fleet", "found"),
    [
        ("helm: {chart: metallb, repo: https://metallb.github.io/metallb}\n", 1),
        ("helm: {repo: https://example.com/metallb-0.15.3.tgz}\n", 1),
        ("defaultNamespace: metallb-system\n", 0),
        ("helm: {releaseName: lan}\n", 0),
    ],
)
def test_fleet_applies_no_manifest_beside_a_chart(
    fleet: str, found: int, repository: Callable
) -> None:
    pool = (
        "apiVersion: metallb.io/v1beta1\nkind: IPAddressPool\n"
        "metadata: {name: lan}\nspec: {addresses: [192.0.2.0/28]}\n"
    )
    repo = repository({"lb/fleet.yaml": fleet, "lb/pool.yaml": pool})
    findings = repo.findings("MLB508")
    assert len(findings) == found
    assert all("Fleet applies no manifest beside a chart" in one.message for one in findings)


CHART = """\
apiVersion: argoproj.io/v1alpha1
kind: Application
metadata: {name: metallb}
spec:
  source: {repoURL: https://metallb.github.io/metallb, chart: metallb, targetRevision: 0.15.3}
"""


def test_beside_metallb_itself(repository: Callable) -> None:
    root = APPLICATION.replace("name: lan", "name: root").replace("path: lan", "path: apps")
    files = {"root.yaml": root, "apps/metallb.yaml": CHART, "dmz/pool.yaml": DMZ}
    (finding,) = repository(files).findings("MLB508")
    assert (finding.location.path, finding.severity) == ("dmz/pool.yaml", "info")
    assert "while MetalLB itself is" in finding.message
    del files["root.yaml"]
    assert repository(files, "by hand").findings("MLB508") == []
