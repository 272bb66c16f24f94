"""MLB112: what MetalLB reads in a request, and whether the Service could have it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from tests.checks.addresses import config, pool, service

BOTH = {"ipFamilyPolicy": "RequireDualStack"}


@pytest.mark.parametrize(
    ("value", "said"),
    [
        ("10.0.0.1-10.0.0.5", "is a range, not an address"),
        ("10.0.0.8/32", "is a prefix, not an address"),
        ("10.0.0.1,", "there is nothing beside one of its commas"),
        ("10.0.0.1 10.0.0.2", "is a list where one address was expected"),
        ("web.example.dev", "`web.example.dev` is no IP address"),
        ("10.0.0.01", "`10.0.0.01` is no IP address"),
        ("fe80::1%eth0", "is no IP address"),
        ("10.0.0.1, fd00::1, fd00::2", "names more than two addresses"),
        ("10.0.0.1,10.0.0.2", "names two addresses of one family"),
        ("::ffff:10.0.0.1,10.0.0.2", "names two addresses of one family"),
        ("10.0.0.1,fd00::1", "is of both families, and the Service is of one"),
    ],
)
def test_annotations(value: str, said: str, repository: Callable) -> None:
    (finding,) = repository({"f.yaml": service(notes={"loadBalancerIPs": value})}).findings(
        "MLB112"
    )
    assert (finding.severity, finding.judges) == ("error", "acceptance")
    assert said in finding.message
    assert "`metallb.universe.tf/loadBalancerIPs`" in finding.message
    assert finding.location.start.line == 4


@pytest.mark.parametrize(
    ("value", "said"),
    [
        (" 10.0.0.1", "has blanks around the address"),
        ("10.0.0.1,10.0.0.2", "is a list where one address was expected"),
        ("10.0.0.1-10.0.0.5", "is a range, not an address"),
    ],
)
def test_the_field_holds_one_address(value: str, said: str, repository: Callable) -> None:
    (finding,) = repository({"f.yaml": pool() + service(loadBalancerIP=value)}).findings("MLB112")
    assert said in finding.message
    assert "`spec.loadBalancerIP`" in finding.message
    assert finding.location.start.line == 10


@pytest.mark.parametrize(
    ("value", "spec", "said"),
    [
        ("10.0.0.1", {"ipFamilies": ["IPv6"]}, "is IPv4, and the Service is IPv6 only"),
        ("fd00::1", {"ipFamilies": ["IPv4"]}, "is IPv6, and the Service is IPv4 only"),
        ("fd00::1", {"clusterIP": "10.96.0.4"}, "is IPv6, and the Service is IPv4 only"),
        ("10.0.0.1", BOTH, "is one address, and the Service is of both families"),
        ("10.0.0.1", {"ipFamilies": ["IPv4", "IPv6"]}, "is one address"),
        ("10.0.0.1", {"ipFamilyPolicy": "PreferDualStack", "ipFamilies": ["IPv6", "IPv4"]},
         "is one address"),
        ("10.0.0.1,fd00::1", {"ipFamilyPolicy": "SingleStack"}, "is of both families"),
    ],
)  # fmt: skip
def test_families(value: str, spec: dict[str, Any], said: str, repository: Callable) -> None:
    files = {"f.yaml": service(notes={"loadBalancerIPs": value}, **spec)}
    (finding,) = repository(files).findings("MLB112")
    assert said in finding.message


@pytest.mark.parametrize(
    ("value", "spec"),
    [
        (" 10.0.0.1 ", {}),
        ("10.0.0.1", {}),
        ("fd00::1", {}),
        ("10.0.0.1, fd00::1", BOTH),
        # Whether a second family is there, only the cluster knows.
        ("10.0.0.1", {"ipFamilyPolicy": "PreferDualStack"}),
        ("10.0.0.1,fd00::1", {"ipFamilyPolicy": "PreferDualStack"}),
        ("10.0.0.1,fd00::1", {"ipFamilyPolicy": "${POLICY}"}),
        ("10.0.0.1", {"ipFamilies": ["${FAMILY}"]}),
        ("${IP}", {}),
        ("10.0.0.1,${IP}", {}),
        ("<path:secret#ip>", {}),
        ("", {}),
        ("nonsense", {"type": "NodePort"}),
        ("nonsense", {"loadBalancerClass": "tailscale"}),
        # Both at once is another fault, and refused before this one.
        ("nonsense", {"loadBalancerIP": "10.0.0.1"}),
    ],
)
def test_fine(value: str, spec: dict[str, Any], repository: Callable) -> None:
    files = {"f.yaml": pool() + service(notes={"loadBalancerIPs": value}, **spec)}
    assert repository(files).findings("MLB112") == []


def test_who_serves_the_field_nobody_knows(repository: Callable) -> None:
    field = service(loadBalancerIP="nonsense")
    cilium = service(loadBalancerIP="nonsense").replace(
        '"annotations": {', '"annotations": {"lbipam.cilium.io/ips": "10.0.0.1"'
    )
    assert repository({"f.yaml": field}).findings("MLB112") == []
    assert repository({"f.yaml": pool() + cilium}).findings("MLB112") == []


class TestTwoPools:
    POOLS = pool("v4", "10.0.0.0/24") + pool("v6", "fd00::/120")
    ASKED = service(notes={"loadBalancerIPs": "10.0.0.1,fd00::1"}, **BOTH)

    def test_both_addresses_come_from_one(self, repository: Callable) -> None:
        (finding,) = repository({"f.yaml": self.POOLS + self.ASKED}).findings("MLB112")
        assert "lies in two pools" in finding.message

    def test_one_pool(self, repository: Callable) -> None:
        one = pool("lan", "10.0.0.0/24 fd00::/120")
        assert repository({"f.yaml": one + self.ASKED}).findings("MLB112") == []

    def test_a_pool_that_is_filled_in_later(self, repository: Callable) -> None:
        files = {"f.yaml": self.POOLS + pool("more", "${RANGE}") + self.ASKED}
        assert repository(files).findings("MLB112") == []


def test_the_patch_is_to_blame(repository: Callable) -> None:
    files = {
        "base/kustomization.yaml": "resources: [service.yaml]\n",
        "base/service.yaml": service(),
        "prod/kustomization.yaml": (
            "resources: [../base, pool.yaml]\npatches:\n- patch: |\n"
            "    apiVersion: v1\n    kind: Service\n    metadata: {name: web, namespace: apps}\n"
            "    spec:\n      loadBalancerIP: 10.0.0.300\n"
        ),
        "prod/pool.yaml": pool(),
    }
    assert repository(files).spots("MLB112") == ["MLB112 prod/kustomization.yaml:8:23"]


def test_a_key_that_this_release_does_not_read(repository: Callable) -> None:
    asked = service(prefix="metallb.io", notes={"loadBalancerIPs": "nonsense"})
    old = repository({".mlblint.yaml": config("0.14.8"), "f.yaml": asked})
    assert old.findings("MLB112") == []
    new = repository({".mlblint.yaml": config("0.14.9"), "f.yaml": asked})
    assert len(new.findings("MLB112")) == 1


def test_values_in_a_block_scalar(repository: Callable) -> None:
    application = """\
apiVersion: argoproj.io/v1alpha1
kind: Application
metadata: {name: traefik, namespace: argocd}
spec:
  source:
    repoURL: https://traefik.github.io/charts
    chart: traefik
    targetRevision: 34.0.0
    helm:
      values: |
        service:
          annotations:
            metallb.universe.tf/loadBalancerIPs: 10.0.0.1/32
  destination: {namespace: traefik}
"""
    assert repository({"f.yaml": application}).spots("MLB112") == ["MLB112 f.yaml:13:50"]
