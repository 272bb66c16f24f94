"""Rancher Fleet: a bundle for each folder, a cluster for each overlay."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from mlblint.repo.files import Files
from mlblint.repo.index import RELEVANT
from mlblint.repo.model import Cluster, Model, build


def model(files: Mapping[str, str]) -> Model:
    changed = {path: text.encode() for path, text in files.items()}
    return build(Files(Path("/nowhere"), (), changed, RELEVANT))


def pool(addresses: str, namespace: str = "") -> str:
    place = f", namespace: {namespace}" if namespace else ""
    return (
        "apiVersion: metallb.io/v1beta1\nkind: IPAddressPool\n"
        f"metadata: {{name: lan{place}}}\nspec: {{addresses: ['{addresses}']}}\n"
    )


def service(name: str) -> str:
    return (
        f"apiVersion: v1\nkind: Service\nmetadata: {{name: {name}}}\nspec: {{type: LoadBalancer}}\n"
    )


def overlays(*names: str) -> str:
    entries = "".join(f"- {{name: {name}, yaml: {{overlays: [{name}]}}}}\n" for name in names)
    return f"defaultNamespace: metallb-system\ntargetCustomizations:\n{entries}"


def only(found: Model) -> Cluster:
    (cluster,) = found.clusters
    return cluster


def pools(found: Model) -> dict[str | None, list[str]]:
    return {
        c.name: [entry.text for one in c.pools for entry in one.entries] for c in found.clusters
    }


def test_plain_manifests_are_delivered_by_fleet() -> None:
    cluster = only(model({"lb/fleet.yaml": "namespace: web\n", "lb/deep/web.yaml": service("web")}))
    (delivered,) = cluster.delivered
    assert cluster.engines == {"fleet"}
    assert (delivered.namespace, delivered.resource.namespace) == ("web", "web")
    assert [d.resource.name for d in delivered.chain()] == ["lb"]


def test_a_default_namespace_is_only_that() -> None:
    files = {"lb/fleet.yaml": "defaultNamespace: a\n", "lb/lan.yaml": pool("10.0.0.0/24", "b")}
    assert only(model(files)).pools[0].delivered.namespace == "b"


def test_an_overlay_is_a_cluster_in_all_bundles() -> None:
    found = model(
        {
            "lb/fleet.yaml": overlays("north", "south"),
            "lb/overlays/north/lan.yaml": pool("10.1.0.0/24"),
            "lb/overlays/south/lan.yaml": pool("10.2.0.0/24"),
            "web/fleet.yaml": overlays("north"),
            "web/service.yaml": service("web"),
        }
    )
    assert pools(found) == {"north": ["10.1.0.0/24"], "south": ["10.2.0.0/24"]}
    services = {c.name: [one.name for one in c.services] for c in found.clusters}
    assert services == {"north": ["web"], "south": []}


def test_a_file_of_an_overlay_takes_the_place_of_the_one_it_is_called_like() -> None:
    found = model(
        {
            "lb/fleet.yaml": overlays("north", "south"),
            "lb/lan.yaml": pool("10.0.0.0/24"),
            "lb/overlays/north/lan.yaml": pool("10.1.0.0/24"),
        }
    )
    assert pools(found) == {"north": ["10.1.0.0/24"], "south": ["10.0.0.0/24"]}


def test_what_an_overlay_patches_is_unknown() -> None:
    found = model(
        {
            "lb/fleet.yaml": overlays("north"),
            "lb/lan.yaml": pool("10.0.0.0/24"),
            "lb/overlays/north/lan_patch.yaml": "spec: {addresses: [10.1.0.0/24]}\n",
        }
    )
    ((entry,),) = [one.entries for one in found.clusters[0].pools]
    assert entry.addresses is None


def test_an_overlay_that_no_cluster_takes_is_not_applied() -> None:
    found = model(
        {
            "lb/fleet.yaml": overlays("north"),
            "lb/lan.yaml": pool("10.0.0.0/24"),
            "lb/overlays/old/lan.yaml": pool("10.9.0.0/24"),
        }
    )
    assert pools(found) == {"north": ["10.0.0.0/24"]}
    assert [one.resource.file for one in found.undelivered] == ["lb/overlays/old/lan.yaml"]


def test_a_kustomization_for_each_cluster() -> None:
    files = {"lb/base/kustomization.yaml": "resources: [lan.yaml]\n"}
    files["lb/base/lan.yaml"] = pool("10.0.0.0/24")
    targets = ""
    for name in ("north", "south"):
        files[f"lb/sites/{name}/kustomization.yaml"] = "resources: [../../base]\n"
        targets += f"- {{name: {name}, kustomize: {{dir: sites/{name}}}}}\n"
    found = model({**files, "lb/fleet.yaml": f"targetCustomizations:\n{targets}"})
    assert pools(found) == {"north": ["10.0.0.0/24"], "south": ["10.0.0.0/24"]}


def test_a_chart_with_values_for_each_cluster() -> None:
    found = model(
        {
            "lb/fleet.yaml": "defaultNamespace: metallb-system\n"
            "helm:\n  chart: metallb\n  repo: https://metallb.github.io/metallb\n"
            "  version: 0.15.3\n  values: {loadBalancerClass: common}\n"
            "targetCustomizations:\n"
            "- {name: north, helm: {version: 0.14.9}}\n"
            "- {name: south, helm: {values: {loadBalancerClass: own}}}\n"
            "- {name: never, doNotDeploy: true}\n"
        }
    )
    assert {c.name: (str(c.version), c.load_balancer_class) for c in found.clusters} == {
        "north": ("0.14.9", "common"),
        "south": ("0.15.3", "own"),
    }
    assert {c.namespace for c in found.clusters} == {"metallb-system"}


def test_a_folder_with_a_fleet_yaml_is_a_bundle_of_its_own() -> None:
    found = model(
        {
            "fleet.yaml": "namespace: outer\n",
            "a.yaml": service("a"),
            "inner/fleet.yaml": "namespace: inner\n",
            "inner/b.yaml": service("b"),
        }
    )
    names = {(one.namespace, one.resource.name) for one in only(found).delivered}
    assert names == {("outer", "a"), ("inner", "b")}


def test_others_call_their_files_so_too() -> None:
    cluster = only(model({"apps/fleet.yaml": service("fleet")}))
    assert cluster.engines == frozenset()
    assert [one.resource.name for one in cluster.delivered] == ["fleet"]


def test_a_kustomization_beside_a_chart_adds_to_it() -> None:
    files = {
        "lb/fleet.yaml": "defaultNamespace: lb\n"
        "helm: {chart: metallb, repo: https://metallb.github.io/metallb, version: 0.15.3}\n",
        "lb/kustomization.yaml": "resources: [lan.yaml]\n",
        "lb/lan.yaml": pool("10.0.0.0/24"),
        "lb/left-out.yaml": service("web"),
    }
    found = model(files)
    cluster = only(found)
    assert [str(one.version) for one in cluster.installations] == ["0.15.3"]
    assert [one.name for one in cluster.pools] == ["lan"]
    assert [one.resource.name for one in found.undelivered] == ["web"]
