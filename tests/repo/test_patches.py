"""Patches on single objects: what changes, and where each value comes from afterwards."""

from __future__ import annotations

import textwrap
from pathlib import Path
from typing import Any

import pytest

from mlblint.repo.files import Files
from mlblint.repo.kustomization import Kustomization
from mlblint.repo.kustomize import Built, apply_kustomization
from mlblint.repo.resources import Resource, resources
from mlblint.repo.selection import label_selector_matches
from mlblint.text.places import Place, positions

SERVICE = """\
apiVersion: v1
kind: Service
metadata:
  name: web
spec:
  type: LoadBalancer
  ports:
    - name: http
      port: 80
    - name: https
      port: 443
"""
POOL = """\
apiVersion: metallb.io/v1beta1
kind: IPAddressPool
metadata:
  name: lan
spec:
  addresses:
    - 10.0.0.1/32
    - 10.0.0.2/32
"""


def patched(base: str, *patches: str, target: str = "") -> Built:
    """The object with patches that stand in a kustomization file."""
    lines = ["patches:"]
    for patch in patches:
        lines.append("  - patch: |-")
        lines.append(textwrap.indent(textwrap.dedent(patch), " " * 6).rstrip())
        if target:
            lines.append(f"    target: {target}")
    contents = {"base.yaml": base.encode(), "kustomization.yaml": "\n".join(lines).encode()}
    files = Files(Path("nowhere"), [], contents)
    [document] = files.documents("kustomization.yaml")
    asked = Kustomization.of_file(Place(document), "")
    given = [one for document in files.documents("base.yaml") for one in resources(document)]
    return apply_kustomization(given, asked, files)


def merged(base: str, spec: str) -> Any:
    """The spec of a Service whose spec a strategic patch merges with another."""
    patch = f"apiVersion: v1\nkind: Service\nmetadata: {{name: web}}\nspec: {spec}\n"
    built = patched(
        f"apiVersion: v1\nkind: Service\nmetadata: {{name: web}}\nspec: {base}\n", patch
    )
    assert built.faults == ()
    return built.resources[0].data["spec"]


def operated(base: str, *operations: str) -> Built:
    patch = "\n".join(f"- {operation}" for operation in operations)
    return patched(base, patch, target="{kind: .*}")


def line(resource: Resource, *path: str | int) -> tuple[str, int]:
    place = resource.place(*path)
    return place.document.source.path, positions(place)[0].line


class TestStrategicMerge:
    @pytest.mark.parametrize(
        ("base", "patch", "expected"),
        [
            ("{a: 1, b: 2}", "{b: 3, c: 4}", {"a": 1, "b": 3, "c": 4}),
            ("{a: {x: 1, z: 2}}", "{a: {z: 3}}", {"a": {"x": 1, "z": 3}}),
            ("{a: {x: 1}, b: 2}", "{a: null}", {"b": 2}),
            ("{a: {x: 1, z: 2}}", "{a: {x: null}}", {"a": {"z": 2}}),
            ("{a: 1}", "{b: {x: null, z: 2}}", {"a": 1, "b": {"z": 2}}),
            ("{a: {x: 1}}", "{a: {$patch: replace, z: 2}}", {"a": {"z": 2}}),
            ("{a: {x: 1}, b: 2}", "{a: {$patch: delete}}", {"b": 2}),
            ("{a: {x: 1}}", "{a: {$patch: merge, z: 2}}", {"a": {"x": 1, "z": 2}}),
        ],
    )
    def test_maps(self, base: str, patch: str, expected: Any) -> None:
        assert merged(base, patch) == expected

    @pytest.mark.parametrize(
        ("base", "patch", "expected"),
        [
            # Items of the patch come first, as kustomize prepends them.
            (
                "[{port: 80, name: a}, {port: 443, name: b}]",
                "[{port: 443, nodePort: 30443}, {port: 22}]",
                [
                    {"port": 443, "name": "b", "nodePort": 30443},
                    {"port": 22},
                    {"port": 80, "name": "a"},
                ],
            ),
            (
                "[{port: 53, protocol: TCP}, {port: 53, protocol: UDP}]",
                "[{port: 53, protocol: UDP, name: dns}]",
                [
                    {"port": 53, "protocol": "TCP"},
                    {"port": 53, "protocol": "UDP", "name": "dns"},
                ],
            ),
            ("[{port: 80}, {port: 443}]", "[{port: 80, $patch: delete}]", [{"port": 443}]),
            ("[{port: 80}]", "[{port: 443}, {$patch: replace}]", [{"port": 443}]),
            ("[{port: 80}]", "[]", [{"port": 80}]),
            # A known oddity: spelling out the default protocol loses the patch.
            (
                "[{port: 80, name: a}]",
                "[{port: 80, protocol: TCP, nodePort: 30080}]",
                [{"port": 80, "name": "a"}],
            ),
        ],
    )
    def test_ports_are_merged_by_port_and_protocol(
        self, base: str, patch: str, expected: Any
    ) -> None:
        assert merged(f"{{ports: {base}}}", f"{{ports: {patch}}}") == {"ports": expected}

    def test_other_lists_are_replaced(self) -> None:
        sources = "loadBalancerSourceRanges"
        assert merged(f"{{{sources}: [a, b]}}", f"{{{sources}: [c]}}") == {sources: ["c"]}

    def test_lists_of_custom_resources_are_replaced(self) -> None:
        built = patched(
            POOL,
            """\
            apiVersion: metallb.io/v1beta1
            kind: IPAddressPool
            metadata: {name: lan}
            spec: {addresses: [10.0.0.3/32]}
            """,
        )
        assert built.resources[0].get("spec", "addresses") == ["10.0.0.3/32"]

    def test_a_number_in_the_place_of_a_quoted_string_becomes_one(self) -> None:
        assert merged('{a: "80", b: x}', "{a: 443, b: 443}") == {"a": "443", "b": 443}

    def test_words_that_yaml_once_took_for_booleans_are_strings(self) -> None:
        assert merged("{a: 1}", "{b: yes, c: true}") == {"a": 1, "b": "yes", "c": True}

    def test_an_object_is_deleted(self) -> None:
        patch = "$patch: delete\napiVersion: v1\nkind: Service\nmetadata: {name: web}\n"
        assert patched(SERVICE, patch).resources == ()

    def test_a_patch_with_a_target_leaves_the_name_alone(self) -> None:
        patch = """\
        apiVersion: whatever/v1
        kind: Any
        metadata: {name: any, namespace: other, labels: {a: b}}
        """
        [service] = patched(SERVICE, patch, target="{kind: Service}").resources
        assert service.data["metadata"] == {"name": "web", "labels": {"a": "b"}}
        assert (service.api_version, service.kind) == ("v1", "Service")

    def test_kinds_that_do_not_fit_are_a_fault(self) -> None:
        patch = "apiVersion: v1\nkind: Service\nmetadata: {name: web}\nspec: [a]\n"
        built = patched(SERVICE, patch)
        assert [fault.message for fault in built.faults] == [
            "a list cannot be merged into a mapping"
        ]
        assert built.resources[0].get("spec", "type") == "LoadBalancer"

    def test_documents_are_left_as_they_are(self) -> None:
        patch = "apiVersion: v1\nkind: Service\nmetadata: {name: web}\nspec: {ports: []}\n"
        [service] = patched(SERVICE, patch).resources
        before = service.document.data
        assert isinstance(before, dict)
        assert before["spec"]["ports"] == [
            {"name": "http", "port": 80},
            {"name": "https", "port": 443},
        ]


class TestJsonPatch:
    def test_operations(self) -> None:
        built = operated(
            POOL,
            "{op: add, path: /spec/addresses/-, value: 10.0.0.9/32}",
            "{op: add, path: /spec/addresses/0, value: 10.0.0.0/32}",
            "{op: replace, path: /spec/addresses/-1, value: 10.0.0.8/32}",
            "{op: remove, path: /spec/addresses/1}",
            "{op: copy, from: /metadata/name, path: /spec/copied}",
            "{op: move, from: /spec/copied, path: /spec/moved}",
            "{op: test, path: /spec/moved, value: lan}",
        )
        assert built.faults == ()
        assert built.resources[0].data["spec"] == {
            "addresses": ["10.0.0.0/32", "10.0.0.2/32", "10.0.0.8/32"],
            "moved": "lan",
        }

    @pytest.mark.parametrize("index", ["0_0", "\u0660", " 0", "9" * 5_000])
    def test_what_only_python_takes_for_a_number_is_no_index(self, index: str) -> None:
        operation = f'{{op: replace, path: "/spec/addresses/{index}", value: 10.0.0.9/32}}'
        (fault,) = operated(POOL, operation).faults
        assert "the list has no item" in fault.message

    def test_annotations_exist_for_a_patch_even_where_there_are_none(self) -> None:
        operation = "{op: add, path: /metadata/annotations/a~1b~0c, value: x}"
        assert operated(POOL, operation).resources[0].annotations == {"a/b~c": "x"}

    def test_replace_creates_what_is_not_there(self) -> None:
        operation = "{op: replace, path: /spec/autoAssign, value: false}"
        assert operated(POOL, operation).resources[0].get("spec", "autoAssign") is False

    @pytest.mark.parametrize(
        ("operation", "message"),
        [
            ("{op: remove, path: /spec/nothing}", "there is nothing at /spec/nothing"),
            ("{op: add, path: /spec/a/b, value: 1}", "there is nothing at /spec/a"),
            ("{op: add, path: /spec/addresses/7, value: 1}", 'the list has no item "7"'),
            ("{op: test, path: /metadata/name, value: x}", "the test of the patch fails"),
            ("{op: tweak, path: /spec}", '"tweak" is no operation of a JSON patch'),
            ("{op: add, path: spec, value: 1}", '"path" of the operation is no JSON pointer'),
        ],
    )
    def test_what_kustomize_refuses(self, operation: str, message: str) -> None:
        built = operated(POOL, operation)
        assert [(fault.kind, fault.message) for fault in built.faults] == [("patch", message)]
        assert built.resources[0].get("spec", "addresses") == ["10.0.0.1/32", "10.0.0.2/32"]


class TestProvenance:
    def test_a_merged_value_points_at_the_patch_and_its_neighbours_at_the_base(self) -> None:
        patch = """\
        apiVersion: v1
        kind: Service
        metadata:
          name: web
        spec:
          externalTrafficPolicy: Local
          ports:
            - port: 443
              nodePort: 30443
        """
        [service] = patched(SERVICE, patch).resources
        assert line(service, "spec", "externalTrafficPolicy") == ("kustomization.yaml", 8)
        assert line(service, "spec", "type") == ("base.yaml", 6)
        # The second port of the base came to be the first.
        assert line(service, "spec", "ports", 0, "nodePort") == ("kustomization.yaml", 11)
        assert line(service, "spec", "ports", 0, "name") == ("base.yaml", 10)
        assert line(service, "spec", "ports", 1, "name") == ("base.yaml", 8)

    def test_a_replaced_list_points_at_the_patch_item_by_item(self) -> None:
        [pool] = operated(POOL, "{op: replace, path: /spec/addresses, value: [a, b]}").resources
        place = pool.place("spec", "addresses", 1)
        assert (place.document.source.path, place.path) == ("kustomization.yaml", (0, "value", 1))

    def test_items_that_move_still_point_at_where_they_stand(self) -> None:
        [pool] = operated(POOL, "{op: remove, path: /spec/addresses/0}").resources
        assert line(pool, "spec", "addresses", 0) == ("base.yaml", 8)

    def test_a_field_that_a_patch_takes_away_points_at_the_patch(self) -> None:
        [pool] = operated(POOL, "{op: remove, path: /spec/addresses}").resources
        assert pool.get("spec", "addresses") is None
        assert line(pool, "spec", "addresses") == ("kustomization.yaml", 3)

    def test_an_untouched_object_has_no_origins(self) -> None:
        [pool] = patched(POOL).resources
        assert pool.origins == {}
        assert pool.data is pool.document.data


class TestTargets:
    @pytest.mark.parametrize(
        ("target", "selected"),
        [
            ("{kind: IPAddressPool}", True),
            ("{kind: IPAddress}", False),
            ("{kind: IPAddress.*, name: l.n, version: v1.*}", True),
            ("{group: metallb.io}", True),
            ("{group: metallb}", False),
            ("{namespace: default}", True),
            ("{namespace: other}", False),
            ("{name: '[', kind: IPAddressPool}", False),
            ("{labelSelector: 'a=b'}", False),
            ("{labelSelector: '!a', annotationSelector: 'x notin (y)'}", True),
        ],
    )
    def test_a_target_selects_by_whole_patterns(self, target: str, selected: bool) -> None:
        built = patched(POOL, "- {op: add, path: /spec/x, value: 1}", target=target)
        assert (built.resources[0].get("spec", "x") == 1) is selected
        assert len(built.unmatched) == (0 if selected else 1)
        assert built.faults == ()

    @pytest.mark.parametrize(
        ("selector", "matches"),
        [
            ("", True),
            ("env", True),
            ("!env", False),
            ("env=prod", True),
            ("env == prod", True),
            ("env!=prod", False),
            ("other!=prod", True),
            ("env in (dev, prod)", True),
            ("env notin (dev,prod)", False),
            ("other notin (dev)", True),
            ("env=prod,tier>1", True),
            ("tier<1", False),
            ("tier>x", False),
            ("env in (prod", False),
        ],
    )
    def test_label_selectors(self, selector: str, matches: bool) -> None:
        assert label_selector_matches(selector, {"env": "prod", "tier": "2"}) is matches
