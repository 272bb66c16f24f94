"""MLB207: addresses that end in .0 and .255."""

from __future__ import annotations

from collections.abc import Callable

import pytest

POOL = """\
apiVersion: metallb.io/v1beta1
kind: IPAddressPool
metadata: {{name: lan, namespace: metallb-system}}
spec:
  addresses:
  - {addresses}
{more}"""
L2 = """\
---
apiVersion: metallb.io/v1beta1
kind: L2Advertisement
metadata: {name: lan, namespace: metallb-system}
"""


def file(addresses: str, more: str = "", advertisement: str = L2) -> dict[str, str]:
    return {"f.yaml": POOL.format(addresses=addresses, more=more) + advertisement}


@pytest.mark.parametrize(
    ("addresses", "shown"),
    [
        ("10.0.0.0/24", "10.0.0.0 and 10.0.0.255"),
        ("10.0.0.0/30", "10.0.0.0 among"),
        ("10.0.0.250-10.0.0.255", "10.0.0.255 among"),
        ("10.0.0.254-10.0.1.1", "10.0.0.255 and 10.0.1.0"),
        ("10.4.11.0-10.4.15.254", "10.4.11.0 and 10.4.15.0"),
    ],
)
def test_the_first_and_the_last_are_shown(addresses: str, shown: str, repository: Callable) -> None:
    repo = repository(file(addresses))
    assert repo.spots("MLB207") == ["MLB207 f.yaml:6:5"]
    (finding,) = repo.findings("MLB207")
    assert f"end in .0 or .255, {shown}" in finding.message
    assert repo.fixed("MLB207") == {}, "unsafe"
    assert repo.fixed("MLB207", unsafe=True) == file(addresses, "  avoidBuggyIPs: true\n")


@pytest.mark.parametrize(
    ("addresses", "more"),
    [
        ("10.0.0.1-10.0.0.254", ""),
        ("10.0.0.0/32", ""),
        ("10.0.0.255-10.0.0.255", ""),
        ("fd00::/120", ""),
        ("'${POOL}'", ""),
        ("10.0.0.0/24", "  avoidBuggyIPs: true\n"),
        ("10.0.0.0/24", "  avoidBuggyIPs: false\n"),
        ("10.0.0.0/24", "  avoidBuggyIPs: ${AVOID}\n"),
        ("10.0.0.0/24", "  autoAssign: false\n"),
        ("10.0.0.0/24", "  autoAssign: ${AUTO}\n"),
    ],
)
def test_is_silent(addresses: str, more: str, repository: Callable) -> None:
    assert repository(file(addresses, more)).findings("MLB207") == []


def test_two_ranges_are_one_finding_and_one_key(repository: Callable) -> None:
    repo = repository(file("10.0.0.0/24\n  - 10.0.1.0/24"))
    assert repo.spots("MLB207") == ["MLB207 f.yaml:6:5"]
    assert repo.fixed("MLB207", unsafe=True) == file(
        "10.0.0.0/24\n  - 10.0.1.0/24", "  avoidBuggyIPs: true\n"
    )


@pytest.mark.parametrize(("version", "count"), [("0.13.3", 0), ("0.13.4", 1)])
def test_the_field_is_as_old_as_0_13_4(version: str, count: int, repository: Callable) -> None:
    config = f"metallb: {{version: {version}}}\n"
    repo = repository({".mlblint.yaml": config, **file("10.0.0.0/24")})
    assert len(repo.findings("MLB207")) == count


@pytest.mark.parametrize(
    ("advertisement", "severities"),
    [
        (L2, ["warning"]),
        (L2.replace("L2A", "BGPA"), ["info"]),
        (L2 + L2.replace("L2A", "BGPA"), ["warning"]),
        ("", []),
    ],
)
def test_bgp_routes_each_address(
    advertisement: str, severities: list[str], repository: Callable
) -> None:
    found = repository(file("10.0.0.0/24", advertisement=advertisement)).findings("MLB207")
    assert [finding.severity for finding in found] == severities
