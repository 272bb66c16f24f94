"""MetalLB in one cluster: what installs it, its pools, who announces them, and to whom."""

from __future__ import annotations

from collections.abc import Iterable

import pytest

from mlblint.repo.addresses import EntryFault, parse_address
from mlblint.repo.announcement import Reach
from mlblint.repo.delivery import Delivered
from mlblint.repo.evidence import advertised_interfaces
from mlblint.repo.helm import Release
from mlblint.repo.metallb import (
    Advertisement,
    Installation,
    Pool,
    advertisements,
    chart_installation,
    manifest_installation,
    pools,
    remote_installation,
)
from mlblint.repo.model import Cluster
from mlblint.repo.resources import Resource, resources
from mlblint.repo.services import Service, of_resource
from mlblint.text.documents import Document, documents
from mlblint.text.places import Place, positions
from mlblint.text.source import Source


def document(text: str) -> Document:
    (found,) = documents(Source.from_bytes("f.yaml", text.encode()))
    assert isinstance(found, Document)
    return found


def resource(text: str) -> Resource:
    (found,) = resources(document(text))
    return found


def metallb(kind: str, spec: str, metadata: str = "name: lan") -> Delivered:
    text = f"apiVersion: metallb.io/v1beta1\nkind: {kind}\nmetadata: {{{metadata}}}\n{spec}\n"
    return Delivered(resource(text), None, "metallb-system")


def pool(spec: str = "spec: {addresses: [10.0.0.0/24]}", metadata: str = "name: lan") -> Pool:
    return Pool(metallb("IPAddressPool", spec, metadata))


PLACE = Place(document("chart: metallb\n"), ("chart",))


def of_chart(repository: str, version: str | None, chart: str = "metallb") -> Installation | None:
    return chart_installation(Release("r", "lb", chart, repository, version, PLACE, None))


class TestCharts:
    @pytest.mark.parametrize(
        ("repository", "version", "installed"),
        [
            ("https://metallb.github.io/metallb", "0.15.2", "0.15.2"),
            ("https://metallb.github.io/metallb/", "v0.14.9", "0.14.9"),
            ("https://metallb.github.io/metallb", "0.14.x", "0.14.9"),
            ("https://metallb.github.io/metallb", "*", "0.16.1"),
            ("https://metallb.github.io/metallb", None, None),
            ("oci://quay.io/metallb/chart", "0.15.3", "0.15.3"),
            ("quay.io/metallb/chart", "0.15.3", "0.15.3"),
            ("oci://ghcr.io/home-operations/charts-mirror", "0.14.9", "0.14.9"),
            ("metallb", "*", "0.16.1"),
            ("https://harbor.example/chartrepo/mirror", "0.15.2", "0.15.2"),
            ("https://harbor.example/chartrepo/mirror", "^0.14", "0.14.9"),
            ("", "0.13.12", "0.13.12"),
        ],
    )
    def test_metallbs_own(
        self, repository: str, version: str | None, installed: str | None
    ) -> None:
        found = of_chart(repository, version)
        assert found is not None
        assert found.upstream
        assert (str(found.version) if found.version else None) == installed
        assert (found.namespace, found.place) == ("lb", PLACE)

    @pytest.mark.parametrize(
        ("repository", "version"),
        [
            ("https://charts.bitnami.com/bitnami", "6.4.7"),
            ("oci://registry-1.docker.io/bitnamicharts", "*"),
            ("oci://oci.trueforge.org/truecharts", "21.1.0"),
            ("oci://registry.suse.com/edge/charts", "302.0.0+up0.14.9"),
            ("", "4.1.2"),
            ("", "*"),
            ("https://charts.bitnami.com/bitnami", "0.1.28"),
        ],
    )
    def test_other_publishers_versions_say_nothing_of_metallbs(
        self, repository: str, version: str
    ) -> None:
        found = of_chart(repository, version)
        assert found is not None
        assert (found.upstream, found.version) == (False, None)

    def test_a_number_that_metallb_never_had(self) -> None:
        """Someone copied another publisher's: there is no such chart to be installed."""
        found = of_chart("https://metallb.github.io/metallb", "6.4.22")
        assert found is not None
        assert (found.upstream, found.version) == (True, None)

    @pytest.mark.parametrize("chart", ["traefik", "metallb-config", "charts/metallb"])
    def test_other_charts_install_other_things(self, chart: str) -> None:
        assert of_chart("https://metallb.github.io/metallb", "0.15.2", chart) is None


class TestRemotes:
    @pytest.mark.parametrize(
        ("url", "version"),
        [
            ("github.com/metallb/metallb/config/native?ref=v0.15.2", "0.15.2"),
            ("https://github.com/metallb/metallb/config/frr?ref=v0.14.9", "0.14.9"),
            ("https://github.com/metallb/metallb//config/frr-k8s?ref=v0.15.3", "0.15.3"),
            ("git::https://github.com/metallb/metallb.git//config/native?ref=v0.13.12", "0.13.12"),
            ("git@github.com:metallb/metallb.git//config/native?ref=v0.15.2", "0.15.2"),
            ("github.com/metallb/metallb/config/prometheus-native?ref=v0.15.2", "0.15.2"),
            (
                "https://raw.githubusercontent.com/metallb/metallb/v0.14.9/config/manifests/"
                "metallb-native.yaml",
                "0.14.9",
            ),
            (
                "https://raw.githubusercontent.com/metallb/metallb/v0.12.1/manifests/metallb.yaml",
                "0.12.1",
            ),
            (
                "https://raw.githubusercontent.com/metallb/metallb/refs/tags/v0.15.2/config/"
                "manifests/metallb-frr-k8s.yaml",
                "0.15.2",
            ),
            (
                "https://github.com/metallb/metallb/raw/v0.15.2/config/manifests/"
                "metallb-native.yaml",
                "0.15.2",
            ),
            ("github.com/metallb/metallb/config/native?ref=metallb-chart-0.15.2", "0.15.2"),
            ("github.com/metallb/metallb//manifests?ref=v0.12.1", "0.12.1"),
            ("github.com/metallb/metallb/config/native?ref=main", None),
            ("github.com/metallb/metallb/config/native?ref=v0.15", None),
            ("github.com/metallb/metallb/config/native?ref=1f2e3d4c5b6a", None),
            ("github.com/metallb/metallb/config/native", None),
        ],
    )
    def test_its_own_manifests(self, url: str, version: str | None) -> None:
        found = remote_installation(url, PLACE, None)
        assert found is not None
        assert (str(found.version) if found.version else None) == version
        assert (found.upstream, found.remote, found.namespace) == (True, PLACE, "metallb-system")

    def test_a_kustomization_may_move_it(self) -> None:
        url = "github.com/metallb/metallb/config/native?ref=v0.15.2"
        found = remote_installation(url, PLACE, "lb")
        assert found is not None
        assert found.namespace == "lb"

    @pytest.mark.parametrize(
        "url",
        [
            "github.com/metallb/metallb/config/crd?ref=v0.15.2",
            "https://raw.githubusercontent.com/metallb/metallb/v0.12.1/manifests/namespace.yaml",
            "github.com/metallb/metallb-operator/config/default?ref=v0.15.2",
            "github.com/metallb/frr-k8s/config/all-in-one?ref=v0.0.17",
            "github.com/example/metallb/config/native?ref=v0.15.2",
            "github.com/example/metallb/metallb/config/native?ref=v0.15.2",
        ],
    )
    def test_other_things(self, url: str) -> None:
        assert remote_installation(url, PLACE, None) is None


class TestManifests:
    def installation(self, image: str, kind: str = "DaemonSet") -> Installation | None:
        text = (
            f"apiVersion: apps/v1\nkind: {kind}\nmetadata:\n  name: speaker\nspec:\n"
            "  template: {spec: {containers: [{name: proxy, image: x},"
            f" {{name: speaker, image: '{image}'}}]}}}}\n"
        )
        return manifest_installation(Delivered(resource(text), None, "metallb-system"))

    @pytest.mark.parametrize(
        ("image", "version"),
        [
            ("quay.io/metallb/speaker:v0.15.2", "0.15.2"),
            ("metallb/speaker:v0.9.6", "0.9.6"),
            ("harbor.example:5000/quay.io/metallb/speaker:v0.14.9", "0.14.9"),
            ("quay.io/metallb/speaker:v0.14.9@sha256:0123", "0.14.9"),
            ("quay.io/metallb/speaker@sha256:0123", None),
            ("quay.io/metallb/speaker:main", None),
            ("quay.io/metallb/speaker", None),
            ("docker.io/bitnami/metallb-speaker:0.14.8-debian-12-r0", "0.14.8"),
        ],
    )
    def test_a_speaker_shows_the_version(self, image: str, version: str | None) -> None:
        found = self.installation(image)
        assert found is not None
        assert (str(found.version) if found.version else None) == version
        assert found.namespace == "metallb-system"
        assert positions(found.place)[0] == (4, 9)

    @pytest.mark.parametrize(
        "image",
        [
            "quay.io/metallb/controller:v0.15.2",
            "example/speaker:v0.15.2",
            "metallb/speaker-ui:v1.0.0",
        ],
    )
    def test_other_images_do_not(self, image: str) -> None:
        assert self.installation(image) is None

    def test_only_a_daemon_set_is_the_speaker(self) -> None:
        assert self.installation("quay.io/metallb/speaker:v0.15.2", "Deployment") is None


class TestPools:
    def test_objects_of_other_groups_are_not_ours(self) -> None:
        calico = Delivered(
            resource("apiVersion: projectcalico.org/v3\nkind: IPAddressPool\nmetadata: {name: a}\n")
        )
        ours = metallb("IPAddressPool", "spec: {}")
        old = metallb("AddressPool", "spec: {}")
        advertisement = metallb("L2Advertisement", "")
        everything = [calico, ours, old, advertisement]
        assert [found.delivered for found in pools(everything)] == [ours, old]
        assert [found.delivered for found in advertisements(everything)] == [advertisement]

    def test_each_entry_knows_its_place_and_what_it_holds(self) -> None:
        first, second, third = pool(
            "spec:\n  addresses:\n  - 10.0.0.0/30\n  - 10.0.1.9\n  - ${RANGE}"
        ).entries
        assert (first.text, str(first.interval)) == ("10.0.0.0/30", "10.0.0.0-10.0.0.3")
        assert positions(first.place)[0] == (6, 5)
        assert isinstance(second.addresses, EntryFault)
        assert second.interval is None
        assert (third.text, third.addresses) == ("${RANGE}", None)

    @pytest.mark.parametrize(
        ("addresses", "known"),
        [
            ("[10.0.0.0/24, 10.0.1.1]", True),
            ("['${RANGE}']", False),
            ("[10.0.0.0/24, '${RANGE}']", False),
            # A template engine's own brackets, which are YAML as well.
            ('[{ env "lb_range" }]', False),
            ("[10]", False),
            ("[]", False),
            ("${RANGES}", False),
        ],
    )
    def test_a_pool_is_known_if_all_its_addresses_are(self, addresses: str, known: bool) -> None:
        assert pool(f"spec:\n  addresses: {addresses}").known is known

    def test_contains(self) -> None:
        found = pool("spec: {addresses: [10.0.0.0/24, fd00::/64]}")
        for text, inside in (("10.0.0.255", True), ("10.0.1.0", False), ("fd00::1", True)):
            address = parse_address(text)
            assert address is not None
            assert found.contains(address) is inside


class TestAdvertisements:
    @pytest.mark.parametrize(
        ("spec", "covered"),
        [
            ("", True),
            ("spec:", True),
            ("spec: {}", True),
            ("spec: {ipAddressPools: []}", True),
            ("spec: {ipAddressPools: [lan]}", True),
            ("spec: {ipAddressPools: [other]}", False),
            ("spec: {ipAddressPools: [other, '${POOL}']}", True),
            ("spec: {ipAddressPoolSelectors: [{matchLabels: {zone: a}}]}", True),
            ("spec: {ipAddressPoolSelectors: [{matchLabels: {zone: b}}]}", False),
            ("spec: {ipAddressPools: [other], ipAddressPoolSelectors: [{}]}", True),
        ],
    )
    def test_which_pools_are_covered(self, spec: str, covered: bool) -> None:
        found = Advertisement(metallb("L2Advertisement", spec))
        assert found.covers(pool(metadata="name: lan, labels: {zone: a}")) is covered

    def test_mode_and_interfaces(self) -> None:
        l2 = Advertisement(metallb("L2Advertisement", "spec: {interfaces: [eth0, eth1]}"))
        assert (l2.mode, l2.interfaces) == ("l2", ["eth0", "eth1"])
        bgp = Advertisement(metallb("BGPAdvertisement", ""))
        assert (bgp.mode, bgp.interfaces) == ("bgp", [])


def cluster(delivered: Iterable[Delivered]) -> Cluster:
    return Cluster("lab", tuple(delivered), (), (), frozenset())


class TestReachablePools:
    def service(self, annotations: str = "", namespace: str = "web", labels: str = "") -> Service:
        text = (
            "apiVersion: v1\nkind: Service\n"
            f"metadata: {{name: s, annotations: {{{annotations}}}, labels: {{{labels}}}}}\n"
            "spec: {type: LoadBalancer}\n"
        )
        found = of_resource(Delivered(resource(text), None, namespace))
        assert found is not None
        return found

    def names(self, service: Service, *found: Pool) -> frozenset[str]:
        return Reach(cluster(p.delivered for p in found), lambda one: one.name).of(service)

    LAN = "spec: {addresses: [10.0.0.0/24]}"
    DMZ = "spec: {addresses: [10.1.0.0/24], autoAssign: false}"
    VAR = "spec: {addresses: ['${RANGE}'], autoAssign: false}"

    @pytest.mark.parametrize(
        ("annotations", "reached"),
        [
            ("", ["lan"]),
            ("metallb.io/address-pool: dmz", ["dmz"]),
            ("metallb.io/address-pool: gone", []),
            ("metallb.io/address-pool: '${POOL}'", ["lan", "dmz", "var"]),
            ("metallb.io/loadBalancerIPs: 10.1.0.9", ["dmz", "var"]),
            ("metallb.io/loadBalancerIPs: '10.0.0.9,10.1.0.9'", ["var"]),
            ("metallb.io/loadBalancerIPs: '${IP}'", ["lan", "dmz", "var"]),
            ("metallb.io/loadBalancerIPs: 10.1.0.9, metallb.io/address-pool: lan", []),
        ],
    )
    def test_what_is_asked_for_decides(self, annotations: str, reached: list[str]) -> None:
        lan, dmz, var = (
            pool(spec, f"name: {name}")
            for spec, name in ((self.LAN, "lan"), (self.DMZ, "dmz"), (self.VAR, "var"))
        )
        assert self.names(self.service(annotations), lan, dmz, var) == set(reached)

    @pytest.mark.parametrize(
        ("allocation", "reached"),
        [
            ("{namespaces: [web]}", True),
            ("{namespaces: [other]}", False),
            ("{namespaces: [other], namespaceSelectors: [{matchLabels: {a: b}}]}", True),
            ("{serviceSelectors: [{matchLabels: {app: web}}]}", True),
            ("{serviceSelectors: [{matchLabels: {app: other}}]}", False),
            ("{namespaces: [web], serviceSelectors: [{matchLabels: {app: other}}]}", False),
            ("{priority: 1}", True),
        ],
    )
    def test_a_pool_may_be_for_some_only(self, allocation: str, reached: bool) -> None:
        found = pool(f"spec: {{addresses: [10.0.0.0/24], serviceAllocation: {allocation}}}")
        assert self.names(self.service(labels="app: web"), found) == ({"lan"} if reached else set())


class TestEvidence:
    def interfaces(self, *specs: str) -> object:
        own = metallb("L2Advertisement", "", "name: own")
        others = [metallb("L2Advertisement", spec, f"name: o{n}") for n, spec in enumerate(specs)]
        found = advertised_interfaces(cluster([own, *others]), own.resource)
        return (found.value, found.certain) if found is not None else None

    @pytest.mark.parametrize(
        ("specs", "value"),
        [
            (["spec: {interfaces: [eth0]}"], (["eth0"], False)),
            (["spec: {interfaces: [eth0]}", "spec: {interfaces: [eth0]}"], (["eth0"], False)),
            (["spec: {interfaces: [eth0]}", "spec: {interfaces: [eth1]}"], None),
            (["spec: {interfaces: [eth0]}", "spec: {}"], None),
            (["spec: {interfaces: ['${NIC}']}"], None),
            (["spec: {}"], None),
            ([], None),
        ],
    )
    def test_the_interfaces_that_all_others_name(self, specs: list[str], value: object) -> None:
        assert self.interfaces(*specs) == value
