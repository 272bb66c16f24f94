"""Whole folders, as kustomize builds them. The fixtures are small repositories."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from mlblint.repo.files import Files
from mlblint.repo.kustomization import Kustomization
from mlblint.repo.kustomize import Builder, Built, Fault, build, kustomization_of
from mlblint.repo.resources import Resource, resources
from mlblint.text.places import Place, positions

FIXTURES = Path(__file__).parents[1] / "fixtures" / "kustomize"


def files_of(repository: str, relevant: re.Pattern[str] | None = None) -> Files:
    root = FIXTURES / repository
    paths = sorted(str(path.relative_to(root)) for path in root.rglob("*") if path.is_file())
    return Files(root, paths, relevant=relevant)


def built(repository: str, folder: str = "") -> Built:
    return build(files_of(repository), folder)


def one(found: Built, kind: str) -> Resource:
    [resource] = [resource for resource in found.resources if resource.kind == kind]
    return resource


def at(place: Place) -> tuple[str, int]:
    return place.document.source.path, positions(place)[0].line


def told(faults: tuple[Fault, ...]) -> list[tuple[str, str, int]]:
    return [(fault.kind, *at(fault.place)) for fault in faults]


class TestOverlays:
    def test_a_base_is_left_as_it_is(self) -> None:
        found = built("overlays", "base")
        assert [(r.kind, r.namespace, r.name) for r in found.resources] == [
            ("Namespace", None, "metallb-system"),
            ("IPAddressPool", None, "lan"),
            ("L2Advertisement", None, "lan"),
            ("Service", None, "web"),
            ("Deployment", None, "web"),
        ]
        assert one(found, "IPAddressPool").get("spec", "addresses") == []

    def test_an_overlay_moves_renames_labels_and_patches(self) -> None:
        found = built("overlays", "prod")
        pool, service = one(found, "IPAddressPool"), one(found, "Service")
        assert (pool.namespace, pool.name) == ("network", "prod-lan")
        assert pool.data["spec"] == {"addresses": ["10.0.0.0/28"], "autoAssign": False}
        assert service.labels == {"env": "prod", "app": "web"}
        assert service.get("spec", "selector") == {"app": "web"}
        # An unquoted wave is a string once kustomize has written it.
        assert service.annotations == {
            "argocd.argoproj.io/sync-wave": "3",
            "metallb.io/loadBalancerIPs": "10.0.0.5",
            "owner": "platform",
        }
        assert found.faults == ()

    def test_a_namespace_is_renamed_and_what_has_no_namespace_gets_none(self) -> None:
        namespace = one(built("overlays", "prod"), "Namespace")
        assert (namespace.name, namespace.namespace) == ("network", None)

    def test_each_value_points_at_what_gave_it(self) -> None:
        found = built("overlays", "prod")
        pool, service = one(found, "IPAddressPool"), one(found, "Service")
        own = "prod/kustomization.yaml"
        assert at(pool.place("spec", "addresses", 0)) == (own, 22)
        assert at(pool.place("metadata", "namespace")) == (own, 3)
        assert at(pool.place("metadata", "name")) == (own, 4)
        assert at(service.place("metadata", "labels", "env")) == (own, 11)
        assert at(service.place("metadata", "annotations", "owner")) == (own, 8)
        assert at(service.place("metadata", "annotations", "argocd.argoproj.io/sync-wave")) == (
            "base/web.yaml",
            9,
        )
        assert at(service.place("spec", "externalTrafficPolicy")) == ("prod/web.patch.yaml", 6)
        assert at(service.place("spec", "ports", 0, "name")) == ("base/web.yaml", 15)
        assert pool.file == "base/pool.yaml"

    def test_old_names_for_patches_work_as_well(self) -> None:
        found = built("overlays", "staging")
        assert one(found, "L2Advertisement").data["spec"] == {"interfaces": ["eth0", "eth1"]}
        assert one(found, "IPAddressPool").data["spec"] == {"addresses": ["10.1.0.0/28"]}
        assert [r.kind for r in found.resources if r.kind == "Deployment"] == []
        assert found.patches == {"staging/pool.yaml", "staging/interfaces.json"}

    def test_overlays_of_overlays_know_the_earlier_names(self) -> None:
        service = one(built("overlays", "prod-blue"), "Service")
        assert (service.namespace, service.name) == ("blue", "prod-web-blue")
        assert service.data["spec"] == {"type": "ClusterIP", "clusterIP": "None"}

    def test_all_files_that_shape_a_folder_are_known(self) -> None:
        found = built("overlays", "prod")
        assert found.used == {
            "base/kustomization.yaml",
            "base/namespace.yaml",
            "base/pool.yaml",
            "base/web.yaml",
            "prod/kustomization.yaml",
            "prod/web.patch.yaml",
        }
        assert found.patches == {"prod/web.patch.yaml"}

    def test_a_base_is_the_same_whoever_built_it_before(self) -> None:
        builder = Builder(files_of("overlays"))
        before = [dict(r.data) for r in builder.build("base").resources]
        for folder in ("prod", "staging", "prod-blue"):
            builder.build(folder)
        assert [dict(r.data) for r in builder.build("base").resources] == before
        assert [dict(r.data) for r in built("overlays", "base").resources] == before

    def test_documents_that_cannot_matter_are_read_only_if_a_patch_may_make_them(self) -> None:
        builder = Builder(files_of("overlays", re.compile("metallb")))
        relevant = ["Namespace", "IPAddressPool", "L2Advertisement"]
        assert [r.kind for r in builder.build("base").resources] == relevant
        assert [r.kind for r in builder.build("prod").resources] == [
            *relevant,
            "Service",
            "Deployment",
        ]


def test_components_change_what_was_gathered_before_them() -> None:
    found = built("components", "app")
    service, pool = one(found, "Service"), one(found, "IPAddressPool")
    assert service.annotations == {
        "metallb.io/address-pool": "lan",
        "from": "app",
        "lan": "true",
        "argocd.argoproj.io/sync-wave": "4",
    }
    assert pool.annotations == {
        "from": "app",
        "lan": "true",
        "argocd.argoproj.io/sync-wave": "4",
    }
    wave = service.place("metadata", "annotations", "argocd.argoproj.io/sync-wave")
    assert at(wave) == ("shared/waves/wave/kustomization.yaml", 4)
    assert at(service.place("metadata", "annotations", "from")) == ("app/kustomization.yaml", 7)


class TestGenerated:
    def test_config_maps_keep_the_name_that_others_call_them_by(self) -> None:
        values, plan, token = built("generated").generated
        assert (values.resource.name, values.files) == (
            "values",
            {"values.yaml": "metallb-values.yaml"},
        )
        assert plan.resource.data["data"] == {"range": "10.3.0.10-10.3.0.20", "pool": "lan"}
        assert (token.resource.kind, token.resource.data["data"]) == ("Secret", {})
        assert one(built("generated"), "HelmRelease").get("spec", "valuesFrom", 0, "name") == (
            "values"
        )

    def test_replacements_are_worked_out_where_their_source_is_known(self) -> None:
        found = built("generated")
        lan, guests = (r for r in found.resources if r.kind == "IPAddressPool")
        assert lan.get("spec", "addresses") == ["10.3.0.1/32", "10.3.0.10-10.3.0.20"]
        assert lan.annotations == {"plan.example/range": "10.3.0.10-10.3.0.20"}
        assert guests.get("spec", "addresses") == ["10.3.0.30-10.3.0.10-10.3.0.20"]
        assert guests.get("spec", "avoidBuggyIPs") is True
        assert at(lan.place("spec", "addresses", 1)) == ("kustomization.yaml", 10)
        assert found.opaque == ()


class TestElsewhere:
    def test_charts_are_told_with_their_values(self) -> None:
        [chart] = built("elsewhere").helm_charts
        assert (chart.name, chart.version, chart.data["releaseName"]) == (
            "metallb",
            "0.14.9",
            "metallb",
        )
        assert chart.repository == "https://metallb.github.io/metallb"
        assert (chart.place / "valuesInline").exists
        assert [(name, path) for name, _, path in chart.values_files()] == [
            ("values.yaml", "values.yaml"),
            ("more.yaml", "more.yaml"),
        ]

    def test_the_namespace_of_a_kustomization_is_that_of_its_charts_and_remotes(self) -> None:
        found = built("elsewhere")
        assert [chart.namespace for chart in found.helm_charts] == ["network"]
        assert [(r.repository, r.ref, r.namespace) for r in found.remotes] == [
            ("github.com/metallb/metallb", "v0.15.2", "network"),
            ("github.com/metallb/metallb", "v0.14.8", "network"),
            ("github.com/example/crds", "v1.2.3", "network"),
        ]

    def test_a_patch_may_be_meant_for_what_is_not_here(self) -> None:
        found = built("elsewhere")
        assert [at(place) for place in found.unmatched] == [("kustomization.yaml", 20)]
        assert told(found.faults) == [("missing", "kustomization.yaml", 13)]


class TestFaults:
    @pytest.mark.parametrize(
        ("folder", "expected"),
        [
            ("circle/a", [("cycle", "circle/b/kustomization.yaml", 2)]),
            ("circle/b", [("cycle", "circle/a/kustomization.yaml", 2)]),
            (
                "circular-components/one",
                [("cycle", "circular-components/two/kustomization.yaml", 3)],
            ),
            ("itself", [("cycle", "itself/kustomization.yaml", 2)]),
            ("upwards/inner", [("cycle", "upwards/inner/kustomization.yaml", 2)]),
            ("two-become-one", [("duplicate", "two-become-one/kustomization.yaml", 1)]),
            (
                "twice",
                [
                    ("duplicate", "twice/kustomization.yaml", 4),
                    ("duplicate", "twice/kustomization.yaml", 1),
                ],
            ),
        ],
    )
    def test_what_stops_kustomize_is_told_at_its_entry(
        self, folder: str, expected: list[tuple[str, str, int]]
    ) -> None:
        assert told(built("broken", folder).faults) == expected

    def test_circles_end_when_only_some_documents_are_read(self) -> None:
        builder = Builder(files_of("broken", re.compile("metallb")))
        [fault] = builder.build("circular-components/one").faults
        assert fault.kind == "cycle"

    def test_circles_do_not_depend_on_what_was_built_before(self) -> None:
        builder = Builder(files_of("broken"))
        for folder in ("circle/a", "circle/b", "circle/a"):
            assert told(builder.build(folder).faults) == told(built("broken", folder).faults)

    def test_entries_that_point_at_nothing(self) -> None:
        found = built("broken", "nothing-there")
        own = "nothing-there/kustomization.yaml"
        assert sorted((line, kind) for kind, file, line in told(found.faults) if file == own) == [
            (2, "missing"),
            (3, "missing"),
            (4, "outside"),
            (5, "no-kustomization"),
            (6, "outside-root"),
            (8, "missing"),
            (9, "wrong-kind"),
            (11, "missing"),
            (16, "missing"),
            (19, "missing"),
            (20, "missing"),
        ]
        assert [fault.message for fault in found.missing][:4] == [
            '"absent.yaml" does not exist',
            '"absent/" does not exist',
            '"../../../../../outside" leaves the repository',
            '"plain" is a folder without a kustomization',
        ]

    def test_what_a_lost_patch_would_have_changed_is_unknown(self) -> None:
        found = built("broken", "nothing-there")
        assert one(found, "IPAddressPool").is_unknown("spec", "addresses")

    def test_patches_that_kustomize_refuses(self) -> None:
        found = built("broken", "patches")
        assert told(found.faults) == [
            ("patch", "patches/kustomization.yaml", 6),
            ("patch", "patches/kustomization.yaml", 6),
            ("patch", "patches/kustomization.yaml", 9),
            ("patch-target", "patches/kustomization.yaml", 15),
            ("patch", "patches/kustomization.yaml", 24),
            ("patch", "patches/kustomization.yaml", 25),
            ("patch", "patches/kustomization.yaml", 29),
        ]
        lan, guests = found.resources
        assert not lan.is_unknown("spec")
        assert guests.is_unknown("spec")

    def test_a_folder_without_a_kustomization_is_nothing(self) -> None:
        found = built("broken", "nothing-there/plain")
        assert (found.resources, found.used, found.faults) == ((), frozenset(), ())


class TestUndecided:
    def test_builtin_transformers_are_applied(self) -> None:
        assert one(built("undecided"), "Namespace").labels == {"gateway": "true"}

    def test_values_with_variables_are_unknown(self) -> None:
        found = built("undecided")
        service = one(found, "Service")
        assert service.is_unknown("metadata", "annotations", "metallb.io/address-pool")
        assert service.is_unknown("spec", "ports", 0, "name")
        assert service.is_unknown("spec", "ports")
        assert not service.is_unknown("spec", "ports", 0, "port")
        assert not one(found, "ConfigMap").is_unknown("data")

    def test_nothing_is_known_after_a_transformer_of_somebody_else(self) -> None:
        found = built("undecided", "custom")
        assert one(found, "Service").is_unknown("metadata", "name")
        assert [at(opaque.place) for opaque in found.opaque] == [
            ("custom/kustomization.yaml", 2),
            ("custom/transformer.yaml", 2),
        ]
        assert "custom/generator.yaml" in found.used


class TestOtherEngines:
    def flux(self, files: Files) -> Resource:
        [resource] = resources(files.documents("cluster/kustomization.yaml")[0])
        return resource

    def test_a_flux_kustomization_is_none_of_kustomize(self) -> None:
        files = files_of("flux")
        assert kustomization_of(files, "cluster") is None
        place = kustomization_of(files, "apps")
        assert place is not None
        assert place.document.source.path == "apps/kustomization.yaml"

    def test_flux_adds_to_the_kustomization_of_the_folder(self) -> None:
        files = files_of("flux")
        found = Builder(files).build("apps", Kustomization.of_flux(self.flux(files)))
        pool = one(found, "IPAddressPool")
        assert pool.namespace == "network"
        assert pool.get("spec", "addresses") == ["10.7.0.0/28"]
        assert pool.labels == {"team": "net"}
        assert pool.annotations == {"wave": "1", "cluster": "home"}
        assert at(pool.place("metadata", "namespace")) == ("cluster/kustomization.yaml", 8)
        assert at(pool.place("spec", "addresses", 0)) == ("cluster/kustomization.yaml", 19)

    def test_flux_makes_a_kustomization_where_there_is_none(self) -> None:
        files = files_of("flux")
        extra = Kustomization.of_flux(self.flux(files))
        pool = one(Builder(files).build_entries("plain", ["pool.yaml"], extra), "IPAddressPool")
        assert (pool.namespace, pool.name) == ("network", "plain")
        assert pool.get("spec", "addresses") == ["10.7.0.0/28"]

    def test_an_application_adds_to_it_as_well(self) -> None:
        files = files_of("overlays")
        section = {
            "namePrefix": "argo-",
            "namespace": "argo",
            "commonAnnotations": {"a": "b"},
            "commonLabels": {"app": "shop"},
            "patches": [
                {
                    "target": {"kind": "IPAddressPool"},
                    "patch": "- {op: add, path: /spec/x, value: 1}",
                }
            ],
        }
        place = Place(files.documents("base/namespace.yaml")[0], ("spec", "kustomize"))
        found = Builder(files).build("base", Kustomization.of_application(section, place))
        service = one(found, "Service")
        assert (service.namespace, service.name) == ("argo", "argo-web")
        assert service.annotations["a"] == "b"
        assert service.get("spec", "selector") == {"app": "shop"}

    def test_labels_of_an_application_may_leave_selectors_alone(self) -> None:
        files = files_of("overlays")
        section = {"commonLabels": {"app": "shop"}, "labelWithoutSelector": True}
        place = Place(files.documents("base/namespace.yaml")[0], ("spec", "kustomize"))
        found = Builder(files).build("base", Kustomization.of_application(section, place))
        assert one(found, "Service").labels == {"app": "shop"}
        assert one(found, "Service").get("spec", "selector") is None


def test_the_order_of_files_does_not_matter() -> None:
    root = FIXTURES / "overlays"
    paths = [str(path.relative_to(root)) for path in root.rglob("*") if path.is_file()]
    results = []
    for order in (sorted(paths), sorted(paths, reverse=True)):
        found = build(Files(root, order), "prod-blue")
        results.append(
            [(dict(r.data), {p: at(o) for p, o in r.origins.items()}) for r in found.resources]
        )
    assert results[0] == results[1]
