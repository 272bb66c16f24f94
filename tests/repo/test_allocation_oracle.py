"""What the allocator's model says of random clusters, against MetalLB's way, address by address."""

from __future__ import annotations

import itertools
import random
from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any, get_args

import pytest

from mlblint.repo.allocation import Allocator, RefusalKind
from mlblint.repo.delivery import Delivered
from mlblint.repo.exhaustion import shortages
from mlblint.repo.metallb import Pool
from mlblint.repo.resources import Resource
from mlblint.repo.service_allocation import Namespaces
from mlblint.repo.services import Service, of_resource
from mlblint.repo.versions import Version
from mlblint.text.documents import Document, documents
from mlblint.text.places import Place
from mlblint.text.source import Source
from tests.repo.metallb_oracle import Oracle

RELEASES = ((0, 14, 8), (0, 14, 9), (0, 15, 3), (0, 16, 1))
NAMESPACES = {"red": {"team": "a"}, "blue": {"team": "b"}}
Data = dict[str, Any]


def nothing() -> Place:
    (document,) = documents(Source.from_bytes("f.yaml", b"a: b\n"))
    assert isinstance(document, Document)
    return Place(document)


PINNED = {
    "IPv4": ["10.0.0.0"] * 6 + ["10.0.0.2", "10.0.1.0", "10.9.9.9", "10.0.0.0-10.0.0.2"],
    "IPv6": ["fd00:0::", "fd00:0::", "fd00:1::", "fd00:9::", "fd00::/64"],
    "IPv4 IPv6": ["10.0.0.0,fd00:0::", "10.0.0.2,fd00:0::", "10.0.0.0,fd00:1::", "10.0.0.0,"],
}


def pool(draw: random.Random, number: int) -> Data:
    size = draw.choice(["", "", "/31"])
    entries = [f"10.0.{number}.{draw.choice([0, 0, 0, 0, 2, 254])}{size or '/32'}"]
    v6 = f"fd00:{number}::{'/127' if size else '/128'}"
    spec: Data = {"addresses": draw.choice([entries, entries, [v6], [*entries, v6]])}
    if draw.random() < 0.2:
        spec["autoAssign"] = False
    if draw.random() < 0.2:
        spec["avoidBuggyIPs"] = True
    if draw.random() < 0.4:
        spec["serviceAllocation"] = draw.choice(
            [
                {"priority": draw.randint(0, 3), "namespaces": ["red"]},
                {"namespaces": ["blue", "red"]},
                {"namespaceSelectors": [{"matchLabels": {"team": "b"}}]},
                {"serviceSelectors": [{"matchLabels": {"app": "x"}}]},
                {"namespaces": ["red"], "serviceSelectors": [{"matchLabels": {"app": "x"}}]},
                {"priority": 5},
            ]
        )
    return {"metadata": {"name": f"pool{number}"}, "spec": spec}


def service(draw: random.Random, number: int) -> Data:
    notes: Data = {}
    families = draw.choice([["IPv4"], ["IPv4"], ["IPv6"], ["IPv4", "IPv6"]])
    spec: Data = {
        "type": "LoadBalancer",
        "ipFamilies": families,
        "clusterIPs": [{"IPv4": "10.96.0.9", "IPv6": "fd96::9"}[one] for one in families],
        "ports": [{"port": draw.choice([80, 80, 443]), "protocol": draw.choice(["TCP", "UDP"])}],
        "selector": {"app": draw.choice(["x", "y"])},
        "externalTrafficPolicy": draw.choice(["Cluster", "Cluster", "Local"]),
    }
    if len(families) == 2:
        spec["ipFamilyPolicy"] = draw.choice(["RequireDualStack", "PreferDualStack"])
    if draw.random() < 0.6:
        wanted = families if draw.random() < 0.9 else ["IPv4"]
        notes["metallb.io/loadBalancerIPs"] = draw.choice(PINNED[" ".join(sorted(wanted))])
    if draw.random() < 0.3:
        notes["metallb.io/address-pool"] = f"pool{draw.choice([0, 0, 1, 9])}"
    if draw.random() < 0.4:
        notes["metallb.io/allow-shared-ip"] = draw.choice(["k", "k", "l", ""])
    return {
        "metadata": {
            "name": f"s{number}",
            "namespace": draw.choice(["red", "blue"]),
            "labels": {"app": draw.choice(["x", "y"])},
            "annotations": notes,
        },
        "spec": spec,
    }


def fate(pools: Sequence[Data], services: Sequence[Data], version: Any) -> set[str]:
    """Who stays pending if they come in this order."""
    oracle = Oracle(pools, NAMESPACES, version)
    return {one["metadata"]["name"] for one in services if oracle.give(one) is None}


def allocator(pools: Sequence[Data], services: Sequence[Data], version: Any) -> Allocator:
    def delivered(kind: str, group: str, data: Mapping[str, Any]) -> Delivered:
        whole = {"apiVersion": group, "kind": kind, **data}
        return Delivered(Resource(nothing(), whole), None, data["metadata"].get("namespace"))

    def made(data: Data) -> Service:
        found = of_resource(delivered("Service", "v1", data))
        assert found is not None
        return found

    seen = [
        delivered("Namespace", "v1", {"metadata": {"name": name, "labels": labels}})
        for name, labels in NAMESPACES.items()
    ]
    return Allocator(
        version=Version(*version),
        pools=tuple(Pool(delivered("IPAddressPool", "metallb.io/v1beta1", one)) for one in pools),
        services=tuple(map(made, services)),
        namespaces=Namespaces.of(seen),
    )


def as_written(services: Sequence[Data], version: Any) -> Sequence[Data]:
    """Nobody writes cluster IPs into a manifest, and before 0.14.9 there was one prefix, while
    the oracle knows the other one only."""
    written = []
    for one in services:
        notes = one["metadata"]["annotations"]
        if version < (0, 14, 9):
            notes = {k.replace("metallb.io", "metallb.universe.tf"): v for k, v in notes.items()}
        spec = {key: value for key, value in one["spec"].items() if key != "clusterIPs"}
        metadata = {**one["metadata"], "annotations": notes}
        written.append({**one, "metadata": metadata, "spec": spec})
    return written


def compared(seed: int) -> Counter[str]:
    """What was found in one random cluster, each finding held against every order in which
    Services and pools may come."""
    draw = random.Random(seed)
    version = draw.choice(RELEASES)
    pools = [pool(draw, number) for number in range(draw.randint(1, 3))]
    services = [service(draw, number) for number in range(draw.randint(1, 4))]
    ours = allocator(pools, as_written(services, version), version)
    fates = [
        fate(ordered, arrived, version)
        for ordered in itertools.permutations(pools)
        for arrived in itertools.permutations(services)
    ]
    refused = {request.service.name for request in ours.refusals}
    assert all(refused <= pending for pending in fates), (seed, "refused, but served")
    for clash in ours.clashes:
        pair = {clash.request.service.name, clash.earlier.service.name}
        assert all(pair & pending for pending in fates), (seed, "clash, but both are served")
    accepted = {one["metadata"]["name"] for one in services} - refused
    always = all(accepted & pending for pending in fates)
    short = list(shortages(ours))
    assert always or not short, (seed, "short, but all are served")
    counts = Counter(refusal.kind for refusal in ours.refusals.values())
    missed = always and not (short or ours.clashes)
    return counts + Counter(clash=len(ours.clashes), short=len(short), missed=int(missed))


@pytest.fixture(scope="module")
def counts() -> Counter[str]:
    return sum(map(compared, range(800)), Counter())


def test_what_we_say_holds_in_whatever_order_the_services_come(counts: Counter[str]) -> None:
    """Each of these was said, and of each `compared` made sure."""
    kinds = get_args(RefusalKind)
    said = {kind for kind in (*kinds, "clash", "short") if counts[kind] >= 2}
    assert said == {*kinds, "clash", "short"} - {"conflicting"}, counts


def test_hardly_anything_is_missed(counts: Counter[str]) -> None:
    """A Service that would like both families takes them although another one needs one."""
    assert counts["missed"] <= 6, counts
