"""What the model says of MetalLB in a cluster."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import pytest

from mlblint.repo.files import Files
from mlblint.repo.index import RELEVANT
from mlblint.repo.model import Cluster, Known, Model, build
from mlblint.repo.versions import Version


def model(files: Mapping[str, str], known: Known | None = None) -> Model:
    changed = {path: text.encode() for path, text in files.items()}
    return build(Files(Path("/nowhere"), (), changed, RELEVANT), (), known)


def cluster(files: Mapping[str, str], known: Known | None = None) -> Cluster:
    (only,) = model(files, known).clusters
    return only


def metallb(version: str, namespace: str = "metallb-system") -> str:
    return (
        "apiVersion: argoproj.io/v1alpha1\nkind: Application\n"
        f"metadata: {{name: metallb-{version}}}\n"
        f"spec:\n  destination: {{namespace: {namespace}}}\n"
        "  source:\n    repoURL: https://metallb.github.io/metallb\n    chart: metallb\n"
        f"    targetRevision: {version}\n"
    )


def object_(kind: str, name: str, spec: str = "") -> str:
    return (
        f"apiVersion: metallb.io/v1beta1\nkind: {kind}\n"
        f"metadata: {{name: {name}, labels: {{site: {name}}}}}\n{spec}"
    )


POOL = object_("IPAddressPool", "lan", "spec: {addresses: [10.0.0.0/24]}\n")


class TestInstallations:
    def test_one(self) -> None:
        found = cluster({"app.yaml": metallb("0.15.3", "network")})
        assert (found.version, found.namespace) == (Version(0, 15, 3), "network")

    def test_two_that_differ_leave_it_open(self) -> None:
        found = cluster({"a.yaml": metallb("0.15.3"), "b.yaml": metallb("0.14.9")})
        assert (found.version, found.namespace) == (None, "metallb-system")

    def test_the_configuration_wins(self) -> None:
        known = Known(Version(0, 14, 9), "other", "example.com/lb")
        found = cluster({"app.yaml": metallb("0.15.3")}, known)
        assert found.version == Version(0, 14, 9)
        assert (found.namespace, found.load_balancer_class) == ("other", "example.com/lb")

    def test_manifests_from_elsewhere_are_installed_by_who_applies_the_kustomization(self) -> None:
        found = cluster(
            {
                "app.yaml": "apiVersion: argoproj.io/v1alpha1\nkind: Application\n"
                "metadata: {name: lb}\nspec: {source: {repoURL: https://x/y, path: lb}}\n",
                "lb/kustomization.yaml": "namespace: own\n"
                "resources: ['github.com/metallb/metallb/config/native?ref=v0.15.2']\n",
            }
        )
        (installation,) = found.installations
        assert installation.by is not None
        assert installation.by.resource.name == "lb"
        assert (found.version, found.namespace) == (Version(0, 15, 2), "own")


class TestModes:
    def mode(self, *others: str, pool: str = POOL) -> str | None:
        found = cluster({"all.yaml": "---\n".join([pool, *others])})
        return found.mode(found.pools[0])

    def test_nobody_announces_it(self) -> None:
        other = object_("L2Advertisement", "a", "spec: {ipAddressPools: [dmz]}\n")
        assert self.mode(other) is None

    @pytest.mark.parametrize("spec", ["", "spec: {}\n", "spec: {ipAddressPools: [lan]}\n"])
    def test_one_way(self, spec: str) -> None:
        assert self.mode(object_("L2Advertisement", "a", spec)) == "l2"
        assert self.mode(object_("BGPAdvertisement", "a", spec)) == "bgp"

    def test_both_ways(self) -> None:
        l2, bgp = object_("L2Advertisement", "a"), object_("BGPAdvertisement", "a")
        assert self.mode(l2, bgp) == "both"

    def test_by_the_labels_of_the_pool(self) -> None:
        spec = "spec: {ipAddressPoolSelectors: [{matchLabels: {site: %s}}]}\n"
        assert self.mode(object_("BGPAdvertisement", "a", spec % "lan")) == "bgp"
        assert self.mode(object_("BGPAdvertisement", "a", spec % "dmz")) is None

    @pytest.mark.parametrize(("protocol", "mode"), [("layer2", "l2"), ("bgp", "bgp"), ("x", None)])
    def test_an_address_pool_says_it_itself(self, protocol: str, mode: str | None) -> None:
        spec = f"spec: {{protocol: {protocol}, addresses: [10.0.0.0/24]}}\n"
        assert self.mode(pool=object_("AddressPool", "lan", spec)) == mode

    def test_who_announces_it(self) -> None:
        found = cluster(
            {"all.yaml": "---\n".join([POOL, *(object_("L2Advertisement", n) for n in "ab")])}
        )
        assert [one.resource.name for one in found.announcers(found.pools[0])] == ["a", "b"]


def test_a_large_block_of_ipv6_costs_nothing() -> None:
    spec = "spec: {addresses: ['fd00::/8', '2001:db8::/48']}\n"
    (pool,) = cluster({"pool.yaml": object_("IPAddressPool", "lan", spec)}).pools
    sizes = [entry.interval.size for entry in pool.entries if entry.interval]
    assert sizes == [2**120, 2**80]


def test_a_file_has_a_say_in_every_cluster_that_it_shapes() -> None:
    patch = "- {op: add, path: /spec/addresses/0, value: 10.9.0.0/24}"
    found = model(
        {
            "base/kustomization.yaml": "resources: [pool.yaml]\n",
            "base/pool.yaml": POOL,
            "clusters/a/kustomization.yaml": "resources: [../../base]\n",
            "clusters/b/kustomization.yaml": "resources: [../../base]\n"
            "patches: [{path: patch.yaml, target: {kind: IPAddressPool}}]\n",
            "clusters/b/patch.yaml": f"{patch} # metallb\n",
        }
    )
    names = {
        path: [one.name for one in found.clusters_of(path)]
        for path in ("base/pool.yaml", "clusters/b/patch.yaml", "elsewhere.yaml")
    }
    assert names == {
        "base/pool.yaml": ["a", "b"],
        "clusters/b/patch.yaml": ["b"],
        "elsewhere.yaml": [],
    }
    places = [one.pools[0].entries[0].place.document.source.path for one in found.clusters]
    assert places == ["base/pool.yaml", "clusters/b/patch.yaml"]


def test_values_have_a_say_in_the_cluster_of_their_chart() -> None:
    application = metallb("0.15.3").replace(
        "  source:\n    repoURL", "  sources:\n  - ref: own\n    repoURL: https://x/y\n  - repoURL"
    )
    found = model(
        {
            "app.yaml": f"{application}    helm: {{valueFiles: [$own/values/metallb.yaml]}}\n",
            "values/metallb.yaml": "speaker: {}\n",
        }
    )
    assert len(found.clusters_of("values/metallb.yaml")) == 1


def test_engines_are_those_of_all_clusters() -> None:
    kustomization = (
        "apiVersion: kustomize.toolkit.fluxcd.io/v1\nkind: Kustomization\n"
        "metadata: {name: a}\nspec: {path: ./a}\n"
    )
    found = model({"app.yaml": metallb("0.15.3"), "ks.yaml": kustomization})
    assert found.engines == {"argo", "flux"}
