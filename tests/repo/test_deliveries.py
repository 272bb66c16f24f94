"""What applies what: where chains begin, where they lead, and what they do not reach."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import pytest

from mlblint.repo.deliveries import Sweep, sweep
from mlblint.repo.delivery import Delivered
from mlblint.repo.files import Files
from mlblint.repo.index import RELEVANT, index
from mlblint.repo.roots import Root

GIT = "https://git.example.com/cluster"


def swept(files: Mapping[str, str]) -> Sweep:
    changed = {path: text.encode() for path, text in files.items()}
    return sweep(index(Files(Path("/nowhere"), (), changed, RELEVANT)))


def application(name: str, path: str, more: str = "") -> str:
    return (
        "apiVersion: argoproj.io/v1alpha1\nkind: Application\n"
        f"metadata: {{name: {name}, namespace: argocd}}\n"
        f"spec:\n  destination: {{namespace: of-{name}}}\n"
        f"  source:\n    repoURL: {GIT}\n    path: '{path}'\n{more}"
    )


def flux(name: str, path: str, more: str = "") -> str:
    return (
        "apiVersion: kustomize.toolkit.fluxcd.io/v1\nkind: Kustomization\n"
        f"metadata: {{name: {name}, namespace: flux-system}}\n"
        f"spec:\n  path: {path}\n  sourceRef: {{kind: GitRepository, name: flux-system}}\n{more}"
    )


def service(name: str) -> str:
    return (
        f"apiVersion: v1\nkind: Service\nmetadata: {{name: {name}}}\nspec: {{type: LoadBalancer}}\n"
    )


def kustomization(*resources: str, more: str = "") -> str:
    return f"resources: [{', '.join(resources)}]\n{more}"


def paths(found: Sweep) -> list[str]:
    return [root.path for root in found.roots]


def chains(root: Root) -> dict[str, list[str]]:
    """For each object the names of those that apply it, the nearest first."""
    return {one.resource.name: [d.resource.name for d in one.chain()] for one in root.delivered}


def undelivered(found: Sweep) -> dict[str, str]:
    return {one.resource.name: one.reason for one in found.undelivered}


def by_name(root: Root) -> dict[str, Delivered]:
    return {one.resource.name: one for one in root.delivered}


def test_applications_lead_on_to_what_they_apply() -> None:
    found = swept(
        {
            "root.yaml": application("root", "apps"),
            "apps/web.yaml": application("web", "web"),
            "web/service.yaml": service("web-http"),
        }
    )
    (root,) = found.roots
    assert chains(root) == {"root": [], "web": ["root"], "web-http": ["web", "root"]}
    assert by_name(root)["web-http"].namespace == "of-web"
    assert root.files == {"root.yaml", "apps/web.yaml", "web/service.yaml"}


def test_an_application_without_recursion_takes_no_files_from_folders_inside() -> None:
    files = {"root.yaml": application("root", "apps"), "apps/inner/service.yaml": service("web")}
    assert undelivered(swept(files)) == {"web": "nothing in the repository applies it"}
    files["root.yaml"] += "    directory: {recurse: true}\n"
    assert undelivered(swept(files)) == {}


def test_an_application_may_insist_on_plain_files() -> None:
    files = {
        "root.yaml": application("root", "apps"),
        "apps/kustomization.yaml": kustomization("named.yaml"),
        "apps/named.yaml": service("named"),
        "apps/other.yaml": service("other"),
    }
    assert undelivered(swept(files)) == {
        "other": "the kustomization of its folder does not name it"
    }
    files["root.yaml"] += "    directory: {jsonnet: {}}\n"
    assert undelivered(swept(files)) == {}


class TestCircles:
    def test_an_application_that_contains_itself(self) -> None:
        found = swept({"apps/root.yaml": application("root", "apps"), "apps/b.yaml": service("b")})
        (root,) = found.roots
        assert chains(root) == {"root": [], "b": ["root"]}

    def test_an_application_beside_a_kustomization_that_does_not_name_it(self) -> None:
        found = swept(
            {
                "apps/root.yaml": application("root", "apps"),
                "apps/kustomization.yaml": kustomization("b.yaml"),
                "apps/b.yaml": service("b"),
            }
        )
        assert [chains(root) for root in found.roots] == [{"root": [], "b": ["root"]}]
        assert undelivered(found) == {}

    def test_applications_that_apply_each_other(self) -> None:
        found = swept({"a/b.yaml": application("b", "b"), "b/a.yaml": application("a", "a")})
        assert [chains(root) for root in found.roots] == [{"b": [], "a": ["b"]}]

    def test_a_flux_kustomization_that_applies_its_own_folder(self) -> None:
        found = swept(
            {
                "cluster/flux-system/kustomization.yaml": kustomization("sync.yaml", "extra.yaml"),
                "cluster/flux-system/sync.yaml": flux("flux-system", "./cluster"),
                "cluster/flux-system/extra.yaml": service("extra"),
                "cluster/web.yaml": service("web"),
            }
        )
        (root,) = found.roots
        assert chains(root) == {
            "flux-system": [],
            "extra": ["flux-system"],
            "web": ["flux-system"],
        }
        assert len(root.delivered) == 3, "the second time it is known who applies it"

    def test_what_only_such_a_kustomization_leads_to_is_no_beginning(self) -> None:
        found = swept(
            {
                "cluster/sync.yaml": flux("flux-system", "./cluster"),
                "cluster/infra.yaml": flux("infra", "./infra"),
                "infra/kustomization.yaml": kustomization(
                    "base.yaml",
                    more="patches:\n- target: {name: pools}\n  patch: |-\n"
                    "    [{op: replace, path: /spec/path, value: ./pools/here}]\n",
                ),
                "infra/base.yaml": flux("pools", "./pools/nowhere"),
                "pools/here/web.yaml": service("web"),
            }
        )
        assert paths(found) == ["cluster/sync.yaml"]
        assert chains(found.roots[0])["web"] == ["pools", "infra", "flux-system"]

    def test_a_flux_kustomization_that_only_its_own_folder_names(self) -> None:
        found = swept(
            {
                "cluster/kustomization.yaml": kustomization("sync.yaml", "web.yaml"),
                "cluster/sync.yaml": flux("sync", "./cluster"),
                "cluster/web.yaml": service("web"),
            }
        )
        assert [chains(root) for root in found.roots] == [{"sync": [], "web": ["sync"]}]

    def test_kustomizations_that_use_each_other(self) -> None:
        found = swept(
            {
                "a/kustomization.yaml": kustomization("../b", "web.yaml"),
                "a/web.yaml": service("web"),
                "b/kustomization.yaml": kustomization("../a"),
            }
        )
        assert [chains(root) for root in found.roots] == [{"web": []}]
        assert "contains this kustomization" in found.roots[0].gaps[0].reason

    def test_an_application_set_that_makes_what_applies_it(self) -> None:
        application_set = (
            "apiVersion: argoproj.io/v1alpha1\nkind: ApplicationSet\nmetadata: {name: all}\n"
            "spec:\n  generators:\n  - list: {elements: [{path: sets}]}\n"
            "  template:\n    metadata: {name: 'of-{{path}}'}\n"
            f"    spec: {{source: {{repoURL: {GIT}, path: '{{{{path}}}}'}}}}\n"
        )
        (root,) = swept({"sets/all.yaml": application_set}).roots
        assert chains(root) == {"all": [], "of-sets": ["all"]}

    def test_many_ways_to_one_folder_are_gone_once(self) -> None:
        """Each of the levels doubles the number of ways."""
        files = {"root.yaml": application("root", "l0")}
        for level in range(12):
            for side in ("a", "b"):
                files[f"l{level}/{side}.yaml"] = application(f"{side}{level}", f"l{level + 1}")
        files["l12/web.yaml"] = service("web")
        (root,) = swept(files).roots
        assert len(root.delivered) < 100
        assert chains(root)["web"][-1] == "root"


class TestFlux:
    def test_the_folders_of_a_folder_without_kustomization_are_no_beginnings(self) -> None:
        found = swept(
            {
                "cluster/apps.yaml": flux("apps", "./apps"),
                "apps/web/kustomization.yaml": kustomization("service.yaml"),
                "apps/web/service.yaml": service("web"),
            }
        )
        assert paths(found) == ["cluster/apps.yaml"]
        assert chains(found.roots[0])["web"] == ["apps"]

    def test_a_path_that_only_the_kustomization_above_fills_in(self) -> None:
        found = swept(
            {
                "cluster/apps.yaml": flux(
                    "apps", "./apps", "  postBuild: {substitute: {site: attic}}\n"
                ),
                "apps/web.yaml": flux("web", "./sites/${site}/web"),
                "sites/attic/web/kustomization.yaml": kustomization("service.yaml"),
                "sites/attic/web/service.yaml": service("web-http"),
            }
        )
        assert paths(found) == ["cluster/apps.yaml"]
        assert chains(found.roots[0])["web-http"] == ["web", "apps"]

    def test_what_is_switched_off_takes_along_what_it_would_apply(self) -> None:
        found = swept(
            {
                "cluster/apps.yaml": flux("apps", "./apps"),
                "apps/kustomization.yaml": kustomization("wiki/ks.yaml"),
                "apps/wiki/ks.yaml": flux("wiki", "./apps/wiki/app"),
                "apps/wiki/app/service.yaml": service("wiki-http"),
                "apps/web/ks.yaml": flux("web", "./apps/web/app"),
                "apps/web/app/service.yaml": service("web-http"),
            }
        )
        assert paths(found) == ["cluster/apps.yaml"]
        assert undelivered(found) == {
            "web": "nothing names it in the kustomizations above it",
            "web-http": "nothing names it in the kustomizations above it",
        }

    def test_a_release_whose_chart_lies_in_the_repository(self) -> None:
        release = (
            "apiVersion: helm.toolkit.fluxcd.io/v2\nkind: HelmRelease\n"
            "metadata: {name: addresses, namespace: network}\n"
            "spec:\n  chart:\n    spec:\n      chart: ./charts/addresses\n"
            "      sourceRef: {kind: GitRepository, name: flux-system}\n"
        )
        found = swept(
            {
                "cluster/release.yaml": release,
                "charts/addresses/Chart.yaml": "name: addresses\nversion: 1.0.0\n",
                "charts/addresses/templates/web.yaml": service("web"),
            }
        )
        (root,) = found.roots
        assert chains(root) == {"addresses": [], "web": ["addresses"]}
        assert by_name(root)["web"].namespace == "network"


class TestCharts:
    CHART = "name: own\nversion: 1.0.0\n"

    def test_one_that_nothing_installs_is_judged_alone(self) -> None:
        found = swept({"own/Chart.yaml": self.CHART, "own/templates/web.yaml": service("web")})
        assert [(r.path, r.alone) for r in found.roots] == [
            ("own", "nothing here installs the chart")
        ]

    def test_one_beside_a_kustomization_is_only_where_its_objects_come_from(self) -> None:
        chart = "name: lb\ndependencies: [{name: metallb, version: 0.15.3, repository: 'x'}]\n"
        rendered = {"lb/Chart.yaml": chart, "lb/rendered/web.yaml": service("web")}
        named = swept({**rendered, "lb/kustomization.yaml": kustomization("rendered/web.yaml")})
        assert paths(named) == ["lb"]
        assert [release.chart for root in named.roots for release in root.releases] == []
        alone = swept(rendered)
        assert [release.chart for root in alone.roots for release in root.releases] == ["metallb"]

    def test_one_that_makes_applications_sets_the_repository_going(self) -> None:
        found = swept(
            {
                "apps/Chart.yaml": self.CHART,
                "apps/templates/web.yaml": application("web", "web"),
                "web/service.yaml": service("web-http"),
            }
        )
        assert [(r.path, r.alone) for r in found.roots] == [("apps", None)]
        assert chains(found.roots[0])["web-http"] == ["web"]

    def test_one_that_is_installed_and_those_inside_it_are_no_beginnings(self) -> None:
        found = swept(
            {
                "app.yaml": application("own", "own"),
                "own/Chart.yaml": self.CHART,
                "own/charts/inner/Chart.yaml": "name: inner\nversion: 1.0.0\n",
                "own/charts/inner/templates/web.yaml": service("web"),
            }
        )
        assert paths(found) == ["app.yaml"]


class TestWhatIsNotFollowed:
    @pytest.mark.parametrize(
        ("path", "reason"),
        [
            ("missing", "there is no folder `missing` here"),
            ("{{ .Values.path }}", "`{{ .Values.path }}` is filled in elsewhere"),
        ],
    )
    def test_paths(self, path: str, reason: str) -> None:
        files = {"a.yaml": application("a", path), "b.yaml": application("b", "web")}
        found = swept({**files, "c.yaml": application("c", "web"), "web/s.yaml": service("web")})
        assert [gap.reason for root in found.roots for gap in root.gaps] == [reason]

    def test_other_repositories(self) -> None:
        elsewhere = application("a", "x").replace(GIT, "https://git.example.com/other")
        found = swept(
            {"a.yaml": elsewhere, "b.yaml": application("b", "web"), "web/s.yaml": service("web")}
        )
        assert [gap.reason for root in found.roots for gap in root.gaps] == [
            "`https://git.example.com/other` is another repository"
        ]

    def test_what_a_path_may_lead_to_is_judged_alone(self) -> None:
        found = swept(
            {
                "apps.yaml": application("apps", "apps"),
                "apps/one.yaml": application("one", "apps/{{ name }}/app"),
                "apps/web/app/service.yaml": service("web"),
                "apps/web/notes/service.yaml": service("notes"),
            }
        )
        assert [(r.path, r.alone is not None) for r in found.roots] == [
            ("apps.yaml", False),
            ("apps/web/app/service.yaml", True),
        ]
        assert undelivered(found) == {"notes": "nothing in the repository applies it"}

    def test_a_component_that_nothing_uses(self) -> None:
        component = "apiVersion: kustomize.config.k8s.io/v1alpha1\nkind: Component\n# metallb\n"
        found = swept(
            {
                "parts/one/kustomization.yaml": component + "resources: [web.yaml]\n",
                "parts/one/web.yaml": service("web"),
                "parts/two/kustomization.yaml": component + "patches: [{path: p.yaml}]\n",
                "parts/two/p.yaml": service("patched"),
                "use/kustomization.yaml": kustomization(
                    "own.yaml", more="components: [../parts/two]"
                ),
                "use/own.yaml": service("patched"),
            }
        )
        assert paths(found) == ["use"]
        assert undelivered(found)["web"] == "nothing in the repository applies it"
        assert [one.reason for one in found.undelivered if one.resource.kind == "Component"] == [
            "nothing uses the component"
        ]

    def test_kustomizations_and_patches_are_no_objects_that_somebody_forgot(self) -> None:
        found = swept(
            {
                "web/kustomization.yaml": "kind: Kustomization\n"
                "apiVersion: kustomize.config.k8s.io/v1beta1\n"
                "resources: [service.yaml]\npatches: [{path: patch.yaml}] # metallb\n",
                "web/service.yaml": service("web"),
                "web/patch.yaml": service("web"),
            }
        )
        assert undelivered(found) == {}

    def test_archives_are_not_even_that(self) -> None:
        found = swept({"web.yaml": service("web"), "archive/old.yaml": service("old")})
        assert paths(found) == ["web.yaml"]
        assert undelivered(found) == {}


def test_files_and_kustomizations_that_nothing_applies_are_beginnings() -> None:
    found = swept(
        {
            "a/service.yaml": service("a"),
            "b/kustomization.yaml": kustomization("service.yaml"),
            "b/service.yaml": service("b"),
            "b/left-out.yaml": service("left-out"),
        }
    )
    assert paths(found) == ["b", "a/service.yaml"]
    assert undelivered(found) == {"left-out": "the kustomization of its folder does not name it"}
