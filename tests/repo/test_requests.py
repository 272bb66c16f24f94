"""Who is asked for an address, and what nearly asks for one."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import pytest

from mlblint.repo.files import Files
from mlblint.repo.index import RELEVANT
from mlblint.repo.model import Cluster, build
from mlblint.repo.near_requests import NearRequest, is_request, near_request
from mlblint.repo.requests import (
    asks_for_something,
    is_metallbs_alone,
    runs_metallb,
    wanted_prefix,
)

POOL = """\
apiVersion: metallb.io/v1beta1
kind: IPAddressPool
metadata: {name: lan, namespace: metallb-system}
spec: {addresses: [10.0.0.0/24]}
"""
CILIUM = "apiVersion: cilium.io/v2\nkind: CiliumLoadBalancerIPPool\nmetadata: {name: a}\n"
SERVICE = """\
apiVersion: v1
kind: Service
metadata: {{name: web, annotations: {{{annotations}}}}}
spec: {{type: {type}, selector: {{app: web}}{fields}}}
"""


def cluster(files: Mapping[str, str]) -> Cluster:
    changed = {path: text.encode() for path, text in files.items()}
    (only,) = build(Files(Path("/nowhere"), (), changed, RELEVANT)).clusters
    return only


def service(annotations: str = "a: b", type_: str = "LoadBalancer", fields: str = "") -> str:
    return SERVICE.format(annotations=annotations, type=type_, fields=fields)


@pytest.mark.parametrize(
    ("text", "others", "alone"),
    [
        (service(), POOL, True),
        (service(), "", False),
        (service(type_="NodePort"), POOL, False),
        (service(fields=", loadBalancerClass: x/y"), POOL, False),
        (service("lbipam.cilium.io/ips: 10.0.0.5"), POOL, False),
        (service(), f"{POOL}---\n{CILIUM}", False),
    ],
)
def test_who_gives_the_address(text: str, others: str, alone: bool) -> None:
    found = cluster({"f.yaml": text, "g.yaml": others or "a: b\n"})
    assert runs_metallb(found) is bool(others)
    assert is_metallbs_alone(found.services[0], found) is alone


@pytest.mark.parametrize(
    ("text", "asks"),
    [
        (service(), False),
        (service("metallb.io/pool-name: a"), True),
        (service("MetalLB.io/address-pool: a"), True),
        (service("loadBalancerIP: 10.0.0.5"), True),
        (service(fields=", loadBalancerIp: 10.0.0.5"), True),
        (service(fields=', loadBalancerIP: ""'), False),
        (service(fields=", loadBalancerSourceRanges: [10.0.0.0/8]"), False),
    ],
)
def test_asking_by_whatever_name(text: str, asks: bool) -> None:
    (found,) = cluster({"f.yaml": text}).services
    assert asks_for_something(found) is asks


def test_the_prefix_that_is_configured_needs_no_cluster() -> None:
    assert wanted_prefix("metallb.io", ()) == "metallb.io"
    assert wanted_prefix("auto", ()) is None


def test_a_field_of_a_service_and_where_a_patch_gave_it() -> None:
    patch = (
        "apiVersion: v1\nkind: Service\nmetadata: {name: web}\nspec: {loadBalancerIP: 10.0.0.6}\n"
    )
    found = cluster(
        {
            "kustomization.yaml": "resources: [f.yaml]\npatches: [{path: p.yaml}]\n",
            "f.yaml": service(fields=", loadBalancerIP: 10.0.0.5"),
            "p.yaml": patch,
        }
    )
    field = found.services[0].field("loadBalancerIP")
    assert field is not None
    assert (field.value, field.place.document.source.path) == ("10.0.0.6", "p.yaml")
    assert found.services[0].field("externalTrafficPolicy") is None


@pytest.mark.parametrize(
    ("key", "near"),
    [
        ("metallb.io/address-pool", None),
        ("metallb.io/ip-allocated-from-pool", None),
        ("example.com/pool-name", None),
        ("frrk8s.metallb.io/address-pool", None),
        ("kube-vip.io/loadbalancerIPs", None),
        ("description", None),
        ("metallb.io/poolName", NearRequest("metallb.io", "address-pool")),
        ("metallb.io/colour", NearRequest("metallb.io", None)),
        ("metalb.io/address-pool", NearRequest(None, "address-pool")),
        ("metallb.org/colour", None),
        ("LoadBalancerIPs", NearRequest(None, "loadBalancerIPs")),
    ],
)
def test_keys_that_are_nearly_requests(key: str, near: NearRequest | None) -> None:
    assert near_request(key) == near
    assert not is_request(key) or key == "metallb.io/address-pool"
