"""MLB113: addresses of no pool, and of pools that are there for others."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from tests.checks.addresses import config, pool, service, written

WANTED = service(notes={"loadBalancerIPs": "10.0.1.5"})
RED = {"serviceAllocation": {"namespaces": ["red"]}}


def found(repository: Callable, text: str, version: str = "0.15.3") -> list[Any]:
    result: list[Any] = repository({".mlblint.yaml": config(version), "f.yaml": text}).findings(
        "MLB113"
    )
    return result


def test_in_no_pool(repository: Callable) -> None:
    (finding,) = found(repository, pool() + pool("dmz", "10.2.0.0/24") + WANTED)
    assert (finding.severity, finding.judges) == ("error", "acceptance")
    assert (
        "asks for 10.0.1.5, which is in no pool of the cluster "
        "(`lan`: 10.0.0.0/24; `dmz`: 10.2.0.0/24)"
    ) in finding.message
    assert finding.location.start.line == 14


@pytest.mark.parametrize(
    "others",
    [
        "",
        pool(addresses="10.0.1.0/24"),
        pool(addresses="10.0.1.5-10.0.1.5", autoAssign=False),
        pool(addresses="${RANGE}"),
        pool(addresses="10.0.0.0/24 ${RANGE}"),
        pool("${NAME}"),
        pool(addresses="10.0.1.5"),
        pool() + written("metallb.io/v1beta1", "AddressPool", "old", "m", {},
                         {"addresses": ["10.0.1.0/24"]}),
    ],
)  # fmt: skip
def test_nothing_is_said_of_what_might_fit(others: str, repository: Callable) -> None:
    """The bare address is a fault of its own, and the last pool is read up to 0.13."""
    assert found(repository, others + WANTED, "0.13.12") == []


def test_pools_that_this_release_does_not_read(repository: Callable) -> None:
    legacy = written(
        "metallb.io/v1beta1", "AddressPool", "old", "m", {}, {"addresses": ["10.0.1.0/24"]}
    )
    assert len(found(repository, pool() + legacy + WANTED)) == 1
    assert found(repository, legacy + WANTED) == [], "no pool at all: that is another fault"


def test_pools_of_no_known_place(repository: Callable) -> None:
    files = {"charts/pools/Chart.yaml": "name: pools\n", "f.yaml": pool() + WANTED}
    template = pool(addresses="10.0.1.0/24").replace("spec: {", "spec: {{ .Values.x }}\n  {{ if {")
    files["charts/pools/templates/pool.yaml"] = template
    assert repository(files).findings("MLB113") == []


def test_a_chart_that_makes_pools(repository: Callable) -> None:
    release = """\
---
apiVersion: helm.toolkit.fluxcd.io/v2
kind: HelmRelease
metadata: {name: metallb-config, namespace: m}
spec:
  chart: {spec: {chart: metallb-config, sourceRef: {kind: HelmRepository, name: truecharts}}}
  values: {ipAddressPools: [{name: more}]}
"""
    assert found(repository, pool() + release + WANTED) == []


def test_two_clusters(repository: Callable) -> None:
    files = {
        ".mlblint.yaml": 'clusters: [{each: "clusters/*"}]\n',
        "clusters/a/f.yaml": pool() + WANTED,
        "clusters/b/f.yaml": pool(addresses="10.0.1.0/24") + WANTED,
    }
    (finding,) = repository(files).findings("MLB113")
    assert finding.location.path == "clusters/a/f.yaml"


class TestBuggyAddresses:
    TEXT = pool(avoidBuggyIPs=True) + service(notes={"loadBalancerIPs": "10.0.0.255"})

    def test_not_handed_out(self, repository: Callable) -> None:
        (finding,) = found(repository, self.TEXT)
        assert "pool `lan` holds but does not hand out" in finding.message
        assert [related.location.start.line for related in finding.related] == [5]

    def test_before_the_field_was_there(self, repository: Callable) -> None:
        assert found(repository, self.TEXT, "0.13.3") == []

    def test_without_a_version_it_is_less_certain(self, repository: Callable) -> None:
        (finding,) = repository({"f.yaml": self.TEXT}).findings("MLB113")
        assert finding.severity == "warning"

    def test_only_with_the_field(self, repository: Callable) -> None:
        text = pool() + service(notes={"loadBalancerIPs": "10.0.0.255"})
        assert found(repository, text) == []


class TestServiceAllocation:
    @pytest.mark.parametrize("notes", [{"address-pool": "lan"}, {"loadBalancerIPs": "10.0.0.5"}])
    def test_whoever_asks_must_be_meant_too(
        self, notes: dict[str, str], repository: Callable
    ) -> None:
        (finding,) = found(repository, pool(**RED) + service(notes=notes))
        assert "`serviceAllocation` of that pool is for namespace `red` only" in finding.message
        assert found(repository, pool(**RED) + service(namespace="red", notes=notes)) == []

    @pytest.mark.parametrize(
        ("allocation", "labels", "refused"),
        [
            ({"serviceSelectors": [{"matchLabels": {"app": "x"}}]}, {"app": "y"}, True),
            ({"serviceSelectors": [{"matchLabels": {"app": "x"}}]}, {"app": "x"}, False),
            ({"serviceSelectors": [{"matchLabels": {"app": "x"}}]}, {"app": "${X}"}, False),
            ({"serviceSelectors": [{"matchLabels": {"app": "${X}"}}]}, {"app": "y"}, False),
            ({"serviceSelectors": [{"matchLabels": {"app": "x"}}, {}]}, {"app": "y"}, False),
            ({"namespaces": ["red", "${NAMESPACE}"]}, {}, False),
            ({"namespaces": ["red"], "serviceSelectors": [{}]}, {}, True),
            ({"priority": 4}, {}, False),
            ({}, {}, False),
        ],
    )
    def test_selectors(
        self, allocation: Any, labels: dict[str, str], refused: bool, repository: Callable
    ) -> None:
        asked = service(labels=labels, notes={"address-pool": "lan"})
        text = pool(serviceAllocation=allocation) + asked
        assert bool(found(repository, text)) is refused

    @pytest.mark.parametrize(
        ("team", "refused"), [(None, False), ({"team": "b"}, True), ({"team": "a"}, False)]
    )
    def test_labels_of_namespaces_are_known_if_they_are_in_sight(
        self, team: dict[str, str] | None, refused: bool, repository: Callable
    ) -> None:
        """Those of the Service's, and of one that the selector does match: selectors that
        match none restrict nothing."""
        selector = {"namespaceSelectors": [{"matchLabels": {"team": "a"}}]}
        text = pool(serviceAllocation=selector) + service(notes={"address-pool": "lan"})
        for name, labels in (("apps", team), ("other", {"team": "a"})):
            if labels is not None:
                text += f"---\napiVersion: v1\nkind: Namespace\nmetadata: {{name: {name}, "
                text += f"labels: {{team: {labels['team']}}}}}\n"
        assert bool(found(repository, text)) is refused

    def test_every_namespace_is_labelled_with_its_name(self, repository: Callable) -> None:
        selector = {"matchLabels": {"kubernetes.io/metadata.name": "apps"}}
        text = pool(serviceAllocation={"namespaces": ["x"], "namespaceSelectors": [selector]})
        asked = {"address-pool": "lan"}
        assert found(repository, text + service(notes=asked)) == []
        assert len(found(repository, text + service(namespace="y", notes=asked))) == 1

    def test_before_the_field_was_there(self, repository: Callable) -> None:
        text = pool(**RED) + service(notes={"address-pool": "lan"})
        assert found(repository, text, "0.13.7") == []


class TestAnotherPool:
    TEXT = pool() + pool("dmz", "10.0.1.0/24") + service(
        notes={"address-pool": "lan", "loadBalancerIPs": "10.0.1.5"}
    )  # fmt: skip

    @pytest.mark.parametrize(("version", "count"), [("0.13.9", 0), ("0.13.10", 1), ("0.16.1", 1)])
    def test_by_version(self, version: str, count: int, repository: Callable) -> None:
        assert len(found(repository, self.TEXT, version)) == count

    def test_without_a_version(self, repository: Callable) -> None:
        (finding,) = repository({"f.yaml": self.TEXT}).findings("MLB113")
        assert finding.severity == "warning"
        assert "(since MetalLB 0.13.10)" in finding.message
