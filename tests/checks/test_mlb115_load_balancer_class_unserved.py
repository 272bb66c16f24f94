"""MLB115: the class that MetalLB serves, and those of Services that are meant for it."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from tests.checks.addresses import service

OURS = "metallb.io/metallb"


def installed(values: str, version: str = "0.15.3", more: str = "") -> str:
    return (
        "---\napiVersion: helm.toolkit.fluxcd.io/v2\nkind: HelmRelease\n"
        "metadata: {name: metallb, namespace: metallb-system}\n"
        f"spec:\n  chart: {{spec: {{chart: metallb, version: {version},"
        " sourceRef: {kind: HelmRepository, name: metallb}}}\n"
        f"  values: {{{values}}}\n{more}"
    )


ASKING = {"address-pool": "lan"}


@pytest.mark.parametrize(
    ("values", "asked", "said"),
    [
        ("", service(loadBalancerClass=OURS), "MetalLB runs without a class"),
        ("", service(loadBalancerClass="metallb"), "MetalLB runs without a class"),
        ("", service(loadBalancerClass="example.dev/lb", notes=ASKING), "runs without a class"),
        (f"loadBalancerClass: {OURS}", service(loadBalancerClass="metallb"), "of that class"),
        (f"loadBalancerClass: {OURS}", service(notes=ASKING), "has no `loadBalancerClass`"),
    ],
)
def test_ignored(values: str, asked: str, said: str, repository: Callable) -> None:
    (finding,) = repository({"f.yaml": asked + installed(values)}).findings("MLB115")
    assert (finding.severity, finding.judges) == ("error", "acceptance")
    assert said in finding.message
    assert finding.location.start.line == 5


@pytest.mark.parametrize(
    ("values", "asked"),
    [
        ("", service()),
        ("", service(loadBalancerClass="tailscale")),
        ("", service(loadBalancerClass="io.cilium/bgp-control-plane", notes=ASKING)),
        ("", service(loadBalancerClass="example.dev/lb")),
        ("", service(loadBalancerClass="${CLASS}", notes=ASKING)),
        ("", service(loadBalancerClass=OURS, type="ClusterIP")),
        (f"loadBalancerClass: {OURS}", service(loadBalancerClass=OURS)),
        # Another implementation may serve the Services without a class.
        (f"loadBalancerClass: {OURS}", service()),
        ("loadBalancerClass: '${CLASS}'", service(notes=ASKING)),
    ],
)
def test_fine(values: str, asked: str, repository: Callable) -> None:
    assert repository({"f.yaml": asked + installed(values)}).findings("MLB115") == []


def test_what_metallb_runs_with_must_be_known(repository: Callable) -> None:
    asked = service(loadBalancerClass=OURS)
    hidden = installed("", more="  valuesFrom: [{kind: Secret, name: more}]\n")
    for files in (asked, asked + hidden, asked + installed("", "0.12.1")):
        assert repository({"f.yaml": files}).findings("MLB115") == []


def test_the_configuration_knows(repository: Callable) -> None:
    config = f"metallb: {{load-balancer-class: {OURS}}}\n"
    repo = repository({".mlblint.yaml": config, "f.yaml": service(notes=ASKING)})
    assert repo.spots("MLB115") == ["MLB115 f.yaml:5:16"]
