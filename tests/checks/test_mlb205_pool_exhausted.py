"""MLB205: more Services than addresses, in whatever order they come."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from tests.checks.addresses import FORMER, config, pool, service

ONE, TWO = "10.0.0.1/32", "10.0.0.2-10.0.0.3"
V4, V6 = {"ipFamilies": ["IPv4"]}, {"ipFamilies": ["IPv6"]}
BOTH = {"ipFamilyPolicy": "RequireDualStack"}
PREFER = {"ipFamilyPolicy": "PreferDualStack", "ipFamilies": ["IPv4", "IPv6"]}


def some(count: int, first: str = "s", **more: Any) -> str:
    return "".join(service(f"{first}{number}", **more) for number in range(count))


def asking(name: str) -> dict[str, Any]:
    return {"notes": {"address-pool": name}}


def found(repository: Callable, text: str, version: str = "0.15.3") -> list[Any]:
    result: list[Any] = repository({".mlblint.yaml": config(version), "f.yaml": text}).findings(
        "MLB205"
    )
    return result


@pytest.mark.parametrize(
    ("text", "who", "said"),
    [
        (pool(addresses=TWO) + some(3), "s2", "pool `lan` has 2 usable addresses"),
        (pool(addresses=TWO) + some(5), "s2", "Services need 5 at least"),
        (pool(addresses=ONE) + some(2, **asking("lan")), "s1", "has 1 usable address, and"),
        # Who pins or names comes first, so the one that does not is left with nothing.
        (pool(addresses=ONE) + some(1) + some(1, "t", **asking("lan")), "s0", "need 2"),
        (pool(addresses=ONE) + some(1) + service("t", notes={"loadBalancerIPs": "10.0.0.1"}),
         "s0", "need 2"),
        (pool("a", ONE) + pool("b", TWO) + some(4), "s3", "the pools `a`, `b` together have 3"),
        (pool("a", ONE) + pool("b", TWO, autoAssign=False) + some(2), "s1", "pool `a` has 1"),
        (pool("a", ONE, serviceAllocation={"namespaces": ["red"]}) + some(2, namespace="red"),
         "s1", "pool `a` has 1"),
        (pool("a", ONE, serviceAllocation={"namespaces": ["red"]}) + pool("b", "10.0.0.9/32")
         + some(3, namespace="red"), "s2", "the pools `a`, `b` together have 2"),
        (pool("a", ONE, serviceAllocation={"namespaces": ["red"]}) + pool("b", "10.0.0.9/32")
         + some(2), "s1", "pool `b` has 1"),
        (pool(addresses="10.0.0.0/31 10.0.0.255/32", avoidBuggyIPs=True) + some(2), "s1",
         "has 1 usable address, and"),
        (pool(addresses=f"{TWO} fd00::1/128") + some(2, **V6), "s1", "1 usable IPv6 address"),
        (pool(addresses=f"{TWO} fd00::1/128") + some(2, **BOTH), "s1", "1 usable IPv6 address"),
        (pool("a", TWO) + pool("b", "10.0.0.9/32 fd00::/64") + some(2, **BOTH), "s1",
         "pool `b` has 1 usable IPv4 address"),
        (pool(addresses=f"{ONE} fd00::1/128") + some(3, **PREFER), "s2", "2 usable addresses"),
        # All have the family that the cluster gives first, whichever that is.
        (pool(addresses=f"{ONE} fd00::1/128") + some(2), "s1", "2 usable addresses"),
    ],
)  # fmt: skip
def test_too_few(text: str, who: str, said: str, repository: Callable) -> None:
    (finding,) = found(repository, text)
    assert (finding.severity, finding.judges) == ("error", "acceptance")
    assert finding.subject.name == who
    assert said in finding.message


SHARING = {"notes": {"allow-shared-ip": "k"}}


@pytest.mark.parametrize(
    "text",
    [
        pool(addresses=TWO) + some(2),
        pool(addresses="fd00::/64") + some(300, **V6),
        some(4),
        pool(addresses="${RANGE}") + some(4),
        pool(addresses=ONE) + pool("b", "${RANGE}") + some(4),
        pool(addresses=ONE, autoAssign="${AUTO}") + some(4),
        pool(addresses=ONE, serviceAllocation={"namespaceSelectors": [{"matchLabels": {"a": "b"}}]})
        + some(4),
        # The pools overlap: another fault, and MetalLB takes neither.
        pool(addresses=ONE) + pool("b", "10.0.0.0/31") + some(4),
        pool(addresses=ONE) + some(1) + some(3, "t", loadBalancerClass="tailscale"),
        pool(addresses=ONE) + some(1) + some(3, "t", type="ClusterIP"),
        pool(addresses=ONE) + some(1) + some(3, "t", notes={"loadBalancerIPs": "${IP}"}),
        pool(addresses=ONE) + service("a", **SHARING)
        + service("b", ports=[{"port": 81}], **SHARING),
        pool(addresses=ONE) + some(1) + service("t", loadBalancerIP="nonsense"),
        pool("a", ONE, serviceAllocation={"namespaces": ["red"]}) + pool("b", "10.0.0.9/32")
        + some(2, namespace="red"),
        # The same Service, written twice.
        pool(addresses=ONE) + service("a", notes={"loadBalancerIPs": "10.0.0.1"}) * 2,
    ],
)  # fmt: skip
def test_enough_or_not_known(text: str, repository: Callable) -> None:
    assert found(repository, text) == []


@pytest.mark.parametrize(
    ("second", "short"),
    [
        ({"ports": [{"port": 81}], **SHARING}, False),
        (SHARING, True),
        ({"ports": [{"port": 81}], "notes": {"allow-shared-ip": "l"}}, True),
        ({"ports": [{"port": 81}]}, True),
        ({"ports": [{"port": 81}], "externalTrafficPolicy": "Local", **SHARING}, True),
    ],
)
def test_who_may_share_is_counted_once(
    second: dict[str, Any], short: bool, repository: Callable
) -> None:
    text = pool(addresses=ONE) + service("a", **SHARING) + service("b", **second)
    assert bool(found(repository, text)) is short


def test_one_family_was_not_enough_before(repository: Callable) -> None:
    text = pool(addresses=ONE) + service(**PREFER)
    (finding,) = found(repository, text, "0.14.8")
    assert "an IPv4 and an IPv6 address of one pool" in finding.message
    assert found(repository, text, "0.14.9") == []
    assert repository({".mlblint.yaml": "", "f.yaml": text}).findings("MLB205") == []


@pytest.mark.parametrize(
    ("text", "said", "line"),
    [
        (pool(autoAssign=False) + service(), "every pool of the cluster has `autoAssign: false`",
         10),
        (pool(serviceAllocation={"namespaces": ["red"]}) + service(), "for others", 10),
        (pool() + service(**V6), "needs an IPv6 address, of which no pool that it may use has any",
         10),
        (pool() + service(notes={"address-pool": "lan"}, **V6), "of which pool `lan` has none", 9),
        (pool() + pool("v6", "fd00::/64") + service(**BOTH), "an IPv6 address of one pool", 15),
    ],
)  # fmt: skip
def test_never_an_address(text: str, said: str, line: int, repository: Callable) -> None:
    (finding,) = found(repository, text)
    assert finding.severity == "error"
    assert said in finding.message
    assert finding.location.start.line == line


def test_a_priority_alone_by_version(repository: Callable) -> None:
    text = pool(serviceAllocation={"priority": 3}) + service()
    assert len(found(repository, text, "0.14.9")) == 1
    assert found(repository, text, "0.15.0") == []
    assert repository({".mlblint.yaml": "", "f.yaml": text}).findings("MLB205") == []


def test_what_a_chart_makes_is_less_certain(repository: Callable) -> None:
    release = f"""\
---
apiVersion: helm.toolkit.fluxcd.io/v2
kind: HelmRelease
metadata: {{name: dns, namespace: dns}}
spec:
  chart: {{spec: {{chart: dns, sourceRef: {{kind: HelmRepository, name: apps}}}}}}
  values:
    service: {{type: LoadBalancer, annotations: {{{FORMER}/address-pool: lan}}}}
"""
    (finding,) = found(repository, pool(addresses=ONE) + release + service(**asking("lan")))
    assert finding.severity == "warning"
