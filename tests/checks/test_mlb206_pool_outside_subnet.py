"""MLB206: pools beside the subnets of the network."""

from __future__ import annotations

from collections.abc import Callable

import pytest

POOL = """\
apiVersion: metallb.io/v1beta1
kind: IPAddressPool
metadata: {{name: lan, namespace: metallb-system}}
spec:
  addresses: [{addresses}]
---
apiVersion: metallb.io/v1beta1
kind: {kind}
metadata: {{name: lan, namespace: metallb-system}}
"""
CONFIG = "network: {subnets: [10.0.0.0/24, 10.0.1.0/24]}\n"


@pytest.mark.parametrize(
    ("addresses", "outside"),
    [
        ("10.9.0.0/24", "10.9.0.0-10.9.0.255"),
        ("10.0.1.250-10.0.2.5", "10.0.2.0-10.0.2.5"),
        ("9.255.255.255-10.0.2.0", "9.255.255.255, 10.0.2.0"),
    ],
)
def test_the_part_outside_is_shown(addresses: str, outside: str, repository: Callable) -> None:
    files = {"f.yaml": POOL.format(addresses=addresses, kind="L2Advertisement")}
    repo = repository({".mlblint.yaml": CONFIG, **files})
    assert repo.spots("MLB206") == ["MLB206 f.yaml:5:15"]
    (finding,) = repo.findings("MLB206")
    assert f"by L2, but {outside} lies outside" in finding.message


@pytest.mark.parametrize(
    ("addresses", "kind", "config"),
    [
        ("10.0.0.200-10.0.1.20", "L2Advertisement", CONFIG),
        ("10.9.0.0/24", "BGPAdvertisement", CONFIG),
        ("10.9.0.0/24", "Community", CONFIG),
        ("10.9.0.0/24", "L2Advertisement", ""),
        ("fd00::/120", "L2Advertisement", CONFIG),
        ("'${POOL}'", "L2Advertisement", CONFIG),
    ],
)
def test_is_silent(addresses: str, kind: str, config: str, repository: Callable) -> None:
    files = {"f.yaml": POOL.format(addresses=addresses, kind=kind)}
    repo = repository({".mlblint.yaml": config, **files})
    assert repo.findings("MLB206") == []


@pytest.mark.parametrize(
    ("network", "route"),
    [
        ("", "give the gateway a static route to 10.9.0.0/24, on-link or with a node as next hop"),
        (
            ", nodes: [10.0.0.11], reserved: {gateway: 10.0.0.1}",
            "give the gateway 10.0.0.1 a static route to 10.9.0.0/24, on-link or with a node "
            "(10.0.0.11) as next hop",
        ),
    ],
)
def test_the_route_is_named(network: str, route: str, repository: Callable) -> None:
    files = {
        ".mlblint.yaml": f"network: {{subnets: [10.0.0.0/24]{network}}}\n",
        "f.yaml": POOL.format(addresses="10.9.0.0/24", kind="L2Advertisement"),
    }
    (finding,) = repository(files).findings("MLB206")
    assert finding.help.startswith(route)


def test_a_range_of_many_blocks_is_named_as_it_is(repository: Callable) -> None:
    files = {
        ".mlblint.yaml": CONFIG,
        "f.yaml": POOL.format(addresses="10.9.0.1-10.9.0.254", kind="L2Advertisement"),
    }
    (finding,) = repository(files).findings("MLB206")
    assert "a static route to 10.9.0.1-10.9.0.254, on-link" in finding.help


def test_a_pool_has_one_finding(repository: Callable) -> None:
    text = POOL.format(addresses="10.0.0.0/28, 10.9.0.0/28, 10.9.1.0/28", kind="L2Advertisement")
    repo = repository({".mlblint.yaml": CONFIG, "f.yaml": text})
    assert repo.spots("MLB206") == ["MLB206 f.yaml:5:28"]
    (finding,) = repo.findings("MLB206")
    assert "10.9.0.0-10.9.0.15, 10.9.1.0-10.9.1.15 lies outside" in finding.message
    assert "static route to 10.9.0.0/28, 10.9.1.0/28, on-link" in finding.help
