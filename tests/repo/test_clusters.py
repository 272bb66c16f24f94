"""Which deliveries end in one cluster, in the layouts that repositories have."""

from __future__ import annotations

import random
from collections.abc import Mapping
from pathlib import Path

import pytest

from mlblint.repo.clusters import ClusterRule
from mlblint.repo.files import Files
from mlblint.repo.index import RELEVANT
from mlblint.repo.model import Cluster, Model, build
from mlblint.report.model_view import view

GIT = "https://git.example.com/cluster"
METALLB = "metallb-system"
IN_CLUSTER = "{name: in-cluster}"


def model(files: Mapping[str, str], *rules: ClusterRule) -> Model:
    changed = {path: text.encode() for path, text in files.items()}
    return build(Files(Path("/nowhere"), (), changed, RELEVANT), rules)


def pool(addresses: str = "10.0.0.0/24", name: str = "lan") -> str:
    return (
        "apiVersion: metallb.io/v1beta1\nkind: IPAddressPool\n"
        f"metadata: {{name: {name}, namespace: {METALLB}}}\n"
        f"spec: {{addresses: ['{addresses}']}}\n"
    )


def service(name: str, namespace: str = "web") -> str:
    return (
        "apiVersion: v1\nkind: Service\n"
        f"metadata: {{name: {name}, namespace: {namespace}}}\nspec: {{type: LoadBalancer}}\n"
    )


def flux(name: str, path: str, more: str = "") -> str:
    return (
        "apiVersion: kustomize.toolkit.fluxcd.io/v1\nkind: Kustomization\n"
        f"metadata: {{name: {name}, namespace: flux-system}}\n"
        f"spec:\n  path: {path}\n  sourceRef: {{kind: GitRepository, name: flux-system}}\n{more}"
    )


def application(name: str, path: str, more: str = "", destination: str = IN_CLUSTER) -> str:
    return (
        "apiVersion: argoproj.io/v1alpha1\nkind: Application\n"
        f"metadata: {{name: {name}, namespace: argocd}}\n"
        f"spec:\n  destination: {destination}\n"
        f"  source:\n    repoURL: {GIT}\n    path: '{path}'\n    {more}\n"
    )


def kustomization(*resources: str, more: str = "") -> str:
    return f"resources: [{', '.join(resources)}]\n{more}"


def contents(found: Model) -> dict[str | None, list[str]]:
    """For each cluster its pools, by their addresses, and its Services, by name."""
    result: dict[str | None, list[str]] = {}
    for cluster in found.clusters:
        names = [entry.text for one in cluster.pools for entry in one.entries]
        names += [one.name for one in cluster.services]
        result.setdefault(cluster.name, []).extend(sorted(names))
    return {name: names for name, names in result.items() if names}


def named(found: Model, name: str) -> Cluster:
    (cluster,) = [cluster for cluster in found.clusters if cluster.name == name]
    return cluster


def alone(found: Model) -> dict[tuple[str, ...], str]:
    return {c.roots: c.because for c in found.clusters if c.name is None}


class TestOneCluster:
    def test_everything_goes_there_where_nothing_tells_two_apart(self) -> None:
        found = model({"pool.yaml": pool(), "web/service.yaml": service("web")})
        assert contents(found) == {"": ["10.0.0.0/24", "web"]}

    def test_it_adopts_what_is_applied_by_hand(self) -> None:
        found = model(
            {
                "root.yaml": application("root", "apps"),
                "apps/service.yaml": service("web"),
                "metallb/pool.yaml": pool(),
            }
        )
        assert contents(found) == {"": ["10.0.0.0/24", "web"]}

    def test_but_nothing_that_it_has_already(self) -> None:
        found = model(
            {
                "root.yaml": application("root", "apps"),
                "apps/service.yaml": service("web"),
                "examples/service.yaml": service("web"),
                "other/service.yaml": service("other"),
            }
        )
        assert contents(found) == {"": ["other", "web"], None: ["web"]}
        assert alone(found) == {
            ("examples/service.yaml",): "the cluster gets one of its objects from elsewhere"
        }

    def test_nor_a_second_overlay_of_what_is_delivered(self) -> None:
        found = model(
            {
                "root.yaml": application("root", "web/overlays/prod"),
                "web/base/kustomization.yaml": kustomization("service.yaml"),
                "web/base/service.yaml": service("web"),
                "web/overlays/prod/kustomization.yaml": kustomization("../../base"),
                "web/overlays/dev/kustomization.yaml": kustomization("../../base"),
            }
        )
        assert contents(found) == {"": ["web"], None: ["web"]}


class TestFolders:
    def test_an_overlay_for_each_cluster(self) -> None:
        """Services of an application go to the overlay of the same name elsewhere."""
        files = {
            "metallb/base/kustomization.yaml": kustomization("pool.yaml"),
            "metallb/base/pool.yaml": pool(),
            "web/base/kustomization.yaml": kustomization("service.yaml"),
            "web/base/service.yaml": service("web"),
            "wiki/overlays/prod/kustomization.yaml": kustomization("service.yaml"),
            "wiki/overlays/prod/service.yaml": service("wiki"),
            "notes/service.yaml": service("notes"),
        }
        for site, last in (("prod", 10), ("dev", 20)):
            folder = f"metallb/overlays/{site}"
            files[f"{folder}/pool.yaml"] = pool(f"10.0.0.{last}/32")
            files[f"{folder}/kustomization.yaml"] = kustomization(
                "../../base", more="patches: [{path: pool.yaml}]\n"
            )
            files[f"web/overlays/{site}/kustomization.yaml"] = kustomization("../../base")
        found = model(files)
        assert contents(found) == {
            "dev": ["10.0.0.20/32", "web"],
            "prod": ["10.0.0.10/32", "web", "wiki"],
            None: ["notes"],
        }
        assert alone(found) == {
            ("notes/service.yaml",): "which of the clusters it belongs to cannot be told"
        }

    def test_a_folder_for_each_cluster(self) -> None:
        found = model(
            {
                "clusters/attic/infra/pool.yaml": pool("10.1.0.0/24"),
                "clusters/attic/web.yaml": service("web"),
                "clusters/cellar/infra/pool.yaml": pool("10.2.0.0/24"),
            }
        )
        assert contents(found) == {"attic": ["10.1.0.0/24", "web"], "cellar": ["10.2.0.0/24"]}

    def test_even_if_they_have_nothing_in_common(self) -> None:
        found = model(
            {
                "clusters/attic/pool.yaml": pool("10.1.0.0/24", "one"),
                "clusters/cellar/pool.yaml": pool("10.2.0.0/24", "other"),
            }
        )
        assert contents(found) == {"attic": ["10.1.0.0/24"], "cellar": ["10.2.0.0/24"]}

    def test_many_clusters_on_two_levels(self) -> None:
        """All bring the same pool; what lies between the levels may belong to any."""
        files = {
            f"{place}/{site}/pool.yaml": pool(f"10.{a}.{b}.0/24")
            for a, place in enumerate(("rke", "fleet"))
            for b, site in enumerate(("north", "south"))
        }
        found = model({**files, "rke/service.yaml": service("web")})
        assert contents(found) == {
            "fleet/north": ["10.1.0.0/24"],
            "fleet/south": ["10.1.1.0/24"],
            "rke/north": ["10.0.0.0/24"],
            "rke/south": ["10.0.1.0/24"],
            None: ["web"],
        }

    def test_a_base_with_patches_of_flux_for_each_cluster(self) -> None:
        patch = (
            "  patches:\n  - target: {kind: IPAddressPool}\n    patch: |\n"
            "      - {op: replace, path: /spec/addresses, value: [10.0.0.%d/32]}\n"
        )
        files = {
            f"clusters/{site}/infra.yaml": flux("infra", "./infra", patch % number)
            for number, site in enumerate(("prod", "staging"), 1)
        }
        found = model({**files, "infra/pool.yaml": pool(), "infra/web.yaml": service("web")})
        assert contents(found) == {
            "prod": ["10.0.0.1/32", "web"],
            "staging": ["10.0.0.2/32", "web"],
        }

    def test_the_same_application_in_two_clusters(self) -> None:
        found = model(
            {
                "attic/root.yaml": application("web", "attic/apps"),
                "attic/apps/pool.yaml": pool("10.1.0.0/24"),
                "cellar/root.yaml": application("web", "cellar/apps"),
                "cellar/apps/pool.yaml": pool("10.2.0.0/24"),
            }
        )
        assert contents(found) == {"attic": ["10.1.0.0/24"], "cellar": ["10.2.0.0/24"]}
        assert named(found, "attic").because == (
            "`attic` and `cellar` both bring Application `argocd/web`"
        )

    def test_a_file_for_each_cluster(self) -> None:
        found = model(
            {
                "bootstrap/prod.yaml": application("apps", "apps/prod"),
                "bootstrap/dev.yaml": application("apps", "apps/dev"),
                "apps/prod/pool.yaml": pool("10.1.0.0/24"),
                "apps/dev/pool.yaml": pool("10.2.0.0/24"),
            }
        )
        assert contents(found) == {"prod": ["10.1.0.0/24"], "dev": ["10.2.0.0/24"]}

    def test_values_for_each_environment(self) -> None:
        """One chart, and a file of values for each cluster."""
        files = {
            "charts/metallb/Chart.yaml": "name: lb\nversion: 1.0.0\ndependencies:\n"
            "- {name: metallb, version: 0.15.3, repository: 'https://metallb.github.io/metallb'}\n",
        }
        for site in ("lab", "prod"):
            values = f"helm: {{valueFiles: [values.{site}.yaml]}}"
            files[f"clusters/{site}/metallb.yaml"] = application(
                "metallb", "charts/metallb", values
            )
            files[f"charts/metallb/values.{site}.yaml"] = (
                f"metallb: {{loadBalancerClass: {site}.example.com/lb}}\n"
            )
        found = model(files)
        classes = {cluster.name: cluster.load_balancer_class for cluster in found.clusters}
        assert classes == {"lab": "lab.example.com/lb", "prod": "prod.example.com/lb"}


class TestDestinations:
    def test_applications_deliver_to_several_clusters(self) -> None:
        found = model(
            {
                "root.yaml": application("root", "apps"),
                "apps/prod.yaml": application("p", "prod", destination="{name: prod}"),
                "apps/lab.yaml": application(
                    "l", "lab", destination="{server: 'https://10.0.0.1:6443'}"
                ),
                "apps/home.yaml": application(
                    "h", "home", destination="{server: https://kubernetes.default.svc}"
                ),
                "prod/pool.yaml": pool("10.1.0.0/24"),
                "lab/pool.yaml": pool("10.2.0.0/24"),
                "home/pool.yaml": pool("10.3.0.0/24"),
                "by-hand.yaml": service("by-hand"),
            }
        )
        assert contents(found) == {
            "": ["10.3.0.0/24"],
            "https://10.0.0.1:6443": ["10.2.0.0/24"],
            "prod": ["10.1.0.0/24"],
            None: ["by-hand"],
        }
        assert named(found, "prod").files == {"root.yaml", "apps/prod.yaml", "prod/pool.yaml"}

    def test_what_all_applications_deliver_to_is_where_things_are_applied_by_hand(self) -> None:
        found = model(
            {
                "app.yaml": application("web", "web", destination="{name: prod}"),
                "web/service.yaml": service("web"),
                "pool.yaml": pool(),
            }
        )
        assert contents(found) == {"prod": ["10.0.0.0/24", "web"]}

    def test_flux_delivers_to_a_cluster_of_which_it_has_the_credentials(self) -> None:
        remote = "  kubeConfig: {secretRef: {name: edge}}\n"
        found = model(
            {
                "a.yaml": flux("a", "./a", remote),
                "b.yaml": flux("b", "./b"),
                "a/pool.yaml": pool("10.1.0.0/24"),
                "b/pool.yaml": pool("10.2.0.0/24"),
            }
        )
        assert contents(found) == {"edge": ["10.1.0.0/24"], "": ["10.2.0.0/24"]}

    def test_one_name_in_two_clusters_is_two_destinations(self) -> None:
        files: dict[str, str] = {}
        for site in ("north", "south"):
            files[f"{site}/root.yaml"] = application(
                "root", f"{site}/apps", destination="{name: prod}"
            )
            files[f"{site}/apps/pool.yaml"] = pool(f"10.{len(files)}.0.0/24")
        assert contents(model(files)) == {
            "north/prod": ["10.1.0.0/24"],
            "south/prod": ["10.3.0.0/24"],
        }

    @pytest.mark.parametrize(("selector", "same"), [("prod", True), ("lab", False)])
    def test_clusters_that_an_application_set_knows(self, selector: str, same: bool) -> None:
        """The same generators mean the same clusters, whichever those are."""

        def application_set(name: str, label: str) -> str:
            return (
                "apiVersion: argoproj.io/v1alpha1\nkind: ApplicationSet\n"
                f"metadata: {{name: {name}}}\nspec:\n"
                f"  generators: [{{clusters: {{selector: {{matchLabels: {{env: {label}}}}}}}}}]\n"
                f"  template:\n    metadata: {{name: '{{{{name}}}}-{name}'}}\n"
                "    spec:\n      destination: {name: '{{name}}'}\n"
                f"      source: {{repoURL: {GIT}, path: {name}}}\n"
            )

        found = model(
            {
                "metallb.yaml": application_set("metallb", "prod"),
                "web.yaml": application_set("web", selector),
                "metallb/pool.yaml": pool(),
                "web/service.yaml": service("web-http"),
            }
        )
        together = {"{{name}}": ["10.0.0.0/24", "web-http"]}
        apart = {"{{name}}": ["10.0.0.0/24"], "{{name}} (2)": ["web-http"]}
        assert contents(found) == (together if same else apart)


class TestConfiguration:
    FILES = {  # noqa: RUF012 - nobody changes it
        "infra/a/pool.yaml": pool("10.1.0.0/24"),
        "infra/b/pool.yaml": pool("10.2.0.0/24"),
        "apps/service.yaml": service("web"),
    }

    def test_paths_override_what_the_repository_shows(self) -> None:
        prod = ClusterRule("prod", ("infra/a/**", "apps/**"), None)
        found = model(self.FILES, prod)
        assert contents(found) == {"prod": ["10.1.0.0/24", "web"], None: ["10.2.0.0/24"]}
        assert alone(found) == {
            ("infra/b/pool.yaml",): "`clusters` in the configuration does not name it"
        }

    def test_one_for_each_folder(self) -> None:
        found = model(self.FILES, ClusterRule(None, (), "infra/*"))
        assert contents(found) == {"a": ["10.1.0.0/24"], "b": ["10.2.0.0/24"], None: ["web"]}

    def test_a_path_may_belong_to_several(self) -> None:
        rules = [ClusterRule(name, (f"infra/{name}/**", "apps/**"), None) for name in "ab"]
        assert contents(model(self.FILES, *rules)) == {
            "a": ["10.1.0.0/24", "web"],
            "b": ["10.2.0.0/24", "web"],
        }

    def test_a_kustomization_belongs_to_the_folder_that_is_named(self) -> None:
        files = {"a/kustomization.yaml": kustomization("pool.yaml"), "a/pool.yaml": pool()}
        assert contents(model(files, ClusterRule("prod", ("a/**",), None))) == {
            "prod": ["10.0.0.0/24"]
        }

    def test_of_a_chain_that_begins_nowhere_its_parts_decide(self) -> None:
        """The highest one that a cluster holds, not the object at the end."""
        found = model(
            {
                "bootstrap/root.yaml": application("root", "clusters/a/apps"),
                "bootstrap/other.yaml": application("other", "clusters/b/apps"),
                "clusters/a/apps/web.yaml": application("web", "shared/web"),
                "clusters/b/apps/pool.yaml": pool(),
                "shared/web/service.yaml": service("web-http"),
            },
            ClusterRule("a", ("clusters/a/**",), None),
            ClusterRule("b", ("clusters/b/**", "shared/**"), None),
        )
        assert contents(found) == {"a": ["web-http"], "b": ["10.0.0.0/24"]}


class TestNamesAreLookedUpInTheOwnCluster:
    """A ConfigMap of another cluster says nothing, however near it lies."""

    PLAN = (
        "apiVersion: v1\nkind: ConfigMap\n"
        "metadata: {name: plan, namespace: flux-system}\ndata: {lan: %s}\n"
    )
    FROM = "  postBuild: {substituteFrom: [{kind: ConfigMap, name: plan}]}\n"

    def test_each_cluster_has_its_own(self) -> None:
        files = {
            "infra/pool.yaml": pool("${lan}"),
            "apps/infra.yaml": flux("infra", "./infra", self.FROM),
        }
        for number, site in enumerate(("attic", "cellar"), 1):
            files[f"clusters/{site}/apps.yaml"] = flux("apps", "./apps")
            files[f"clusters/{site}/plan.yaml"] = self.PLAN % f"10.{number}.0.0/24"
        assert contents(model(files)) == {"attic": ["10.1.0.0/24"], "cellar": ["10.2.0.0/24"]}

    def test_that_of_the_other_is_not_taken(self) -> None:
        files = {
            "infra/pool.yaml": pool("${lan}"),
            "clusters/attic/infra.yaml": flux("infra", "./infra", self.FROM),
            "clusters/attic/plan.yaml": self.PLAN % "10.1.0.0/24",
            "clusters/cellar/infra.yaml": flux("infra", "./infra", self.FROM),
        }
        assert contents(model(files)) == {"attic": ["10.1.0.0/24"], "cellar": ["${lan}"]}

    def test_the_configuration_says_whose_they_are(self) -> None:
        files = {"infra/pool.yaml": pool("${lan}"), "plans/a.yaml": self.PLAN % "10.1.0.0/24"}
        for name in "ab":
            files[f"{name}/infra.yaml"] = flux("infra", "./infra", self.FROM)
        rules = [
            ClusterRule("a", ("a/**", "plans/a.yaml"), None),
            ClusterRule("b", ("b/**", "plans/b.yaml"), None),
        ]
        assert contents(model(files, *rules)) == {"a": ["10.1.0.0/24"], "b": ["${lan}"]}

    def test_nor_is_the_configuration_of_a_chart_of_k3s(self) -> None:
        def chart(kind: str, more: str) -> str:
            return (
                f"apiVersion: helm.cattle.io/v1\nkind: {kind}\n"
                f"metadata: {{name: metallb, namespace: kube-system}}\nspec: {{{more}}}\n"
            )

        reference = "chart: metallb, repo: https://metallb.github.io/metallb, version: 0.15.3"
        found = model(
            {
                "clusters/attic/pool.yaml": pool(),
                "clusters/attic/chart.yaml": chart("HelmChart", reference),
                "clusters/cellar/pool.yaml": pool(),
                "clusters/cellar/chart.yaml": chart("HelmChart", reference),
                "clusters/cellar/config.yaml": chart(
                    "HelmChartConfig", "valuesContent: 'loadBalancerClass: example.com/lb'"
                ),
            }
        )
        classes = {cluster.name: cluster.load_balancer_class for cluster in found.clusters}
        assert classes == {"attic": None, "cellar": "example.com/lb"}


def test_the_order_of_files_does_not_matter() -> None:
    files = {
        "root.yaml": application("root", "apps"),
        "apps/prod.yaml": application("p", "web/overlays/prod", destination="{name: prod}"),
        "web/base/kustomization.yaml": kustomization("service.yaml"),
        "web/base/service.yaml": service("web"),
        "web/overlays/prod/kustomization.yaml": kustomization("../../base"),
        "web/overlays/dev/kustomization.yaml": kustomization("../../base"),
        "metallb/pool.yaml": pool(),
        "metallb/copy/pool.yaml": pool("10.9.0.0/24"),
    }
    expected = view(model(files))
    for seed in range(10):
        shuffled = list(files.items())
        random.Random(seed).shuffle(shuffled)
        assert view(model(dict(shuffled))) == expected
