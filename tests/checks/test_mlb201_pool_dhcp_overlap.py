"""MLB201: pools and DHCP ranges."""

from __future__ import annotations

from collections.abc import Callable

import pytest

POOL = """\
apiVersion: metallb.io/v1beta1
kind: IPAddressPool
metadata: {{name: lan, namespace: metallb-system}}
spec:
  addresses:
  - {addresses} # ours
"""


@pytest.mark.parametrize(
    ("dhcp", "before", "after"),
    [
        ("10.0.0.50-10.0.0.99", "10.0.0.90-10.0.0.120", "10.0.0.100-10.0.0.120"),
        ("10.0.0.110-10.0.0.199", "10.0.0.90-10.0.0.120", "10.0.0.90-10.0.0.109"),
        ("10.0.0.0/25", "10.0.0.0/24", "10.0.0.128-10.0.0.255"),
        ("10.0.0.1-10.0.0.254", "10.0.0.0-10.0.0.254", "10.0.0.0/32"),
        ("fd00::100-fd00::1ff", "fd00::/112", None),
    ],
)
def test_the_pool_is_cut_back(
    dhcp: str, before: str, after: str | None, repository: Callable
) -> None:
    config = f"network: {{dhcp: ['{dhcp}']}}\n"
    repo = repository({".mlblint.yaml": config, "f.yaml": POOL.format(addresses=before)})
    assert repo.spots("MLB201") == ["MLB201 f.yaml:6:5"]
    assert repo.fixed("MLB201") == {}, "unsafe"
    if after is not None:
        expected = {"f.yaml": POOL.format(addresses=after)}
        assert repo.fixed("MLB201", unsafe=True) == expected


def test_a_hole_in_the_middle_leaves_two_ranges(repository: Callable) -> None:
    repo = repository(
        {
            ".mlblint.yaml": "network: {dhcp: [10.0.0.100-10.0.0.199]}\n",
            "f.yaml": POOL.format(addresses="10.0.0.50-10.0.0.250"),
        }
    )
    assert repo.fixed("MLB201", unsafe=True) == {
        "f.yaml": POOL.format(addresses="10.0.0.50-10.0.0.99") + "  - 10.0.0.200-10.0.0.250\n"
    }


def test_nothing_left(repository: Callable) -> None:
    config = "network: {dhcp: [10.0.0.0/16]}\n"
    repo = repository({".mlblint.yaml": config, "f.yaml": POOL.format(addresses="10.0.0.0/24")})
    (finding,) = repo.findings("MLB201")
    assert finding.unfixable == "nothing would be left of the pool"
    two = POOL.format(addresses="10.0.0.0/24") + "  - 192.168.1.0/28\n"
    repo = repository({".mlblint.yaml": config, "f.yaml": two})
    assert repo.fixed("MLB201", unsafe=True) == {
        "f.yaml": POOL.format(addresses="x").replace("  - x # ours\n", "  - 192.168.1.0/28\n")
    }


@pytest.mark.parametrize(
    "addresses", ["10.0.0.90-10.0.0.109", "${POOL}", "'{{ pool }}'", "10.0.0.5", "fd00::/120"]
)
def test_is_silent(addresses: str, repository: Callable) -> None:
    config = "network: {dhcp: [10.0.0.110-10.0.0.199]}\n"
    repo = repository({".mlblint.yaml": config, "f.yaml": POOL.format(addresses=addresses)})
    assert repo.findings("MLB201") == []


def test_a_pool_that_a_patch_moves_is_judged_where_the_patch_puts_it(repository: Callable) -> None:
    files = {
        ".mlblint.yaml": "network: {dhcp: [10.0.0.100-10.0.0.199]}\n",
        "base/kustomization.yaml": "resources: [pool.yaml]\n",
        "base/pool.yaml": POOL.format(addresses="10.0.0.100-10.0.0.150"),
        "prod/kustomization.yaml": (
            "resources: [../base]\n"
            "patches:\n"
            "  - target: {kind: IPAddressPool}\n"
            "    patch: |\n"
            "      - op: replace\n"
            "        path: /spec/addresses\n"
            "        value: [%s]\n"
        ),
    }
    good = {**files, "prod/kustomization.yaml": files["prod/kustomization.yaml"] % "10.1.0.0/24"}
    assert repository(good).findings("MLB201") == []
    bad = {**files, "prod/kustomization.yaml": files["prod/kustomization.yaml"] % "10.0.0.128/25"}
    assert repository(bad).spots("MLB201") == ["MLB201 prod/kustomization.yaml:7:17"]


def test_a_pool_in_a_config_map_of_an_old_release(repository: Callable) -> None:
    text = (
        "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: config, namespace: metallb-system}\n"
        "data:\n  config: |\n    address-pools:\n    - name: lan\n      protocol: layer2\n"
        "      addresses:\n      - 192.168.7.100-192.168.7.250 # half of it\n"
    )
    config = "metallb: {version: 0.12.1}\nnetwork: {dhcp: [192.168.7.100-192.168.7.199]}\n"
    repo = repository({".mlblint.yaml": config, "f.yaml": text})
    assert repo.spots("MLB201") == ["MLB201 f.yaml:10:9"]
    assert repo.fixed("MLB201", unsafe=True) == {"f.yaml": text.replace("7.100-192", "7.200-192")}
