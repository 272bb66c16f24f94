"""Kubernetes objects in documents."""

from __future__ import annotations

from typing import Any

import pytest

from mlblint.repo.resources import Resource, get, holding, is_opaque, resources, selects
from mlblint.text.documents import Document, documents
from mlblint.text.places import Place
from mlblint.text.source import Source


def document(text: str, path: str = "f.yaml") -> Document:
    (found,) = documents(Source.from_bytes(path, text.encode()))
    assert isinstance(found, Document)
    return found


def objects(text: str) -> list[Resource]:
    return list(resources(document(text)))


def test_an_object_knows_what_it_is() -> None:
    (pool,) = objects(
        "apiVersion: metallb.io/v1beta1\n"
        "kind: IPAddressPool\n"
        "metadata: {name: lan, namespace: metallb-system, labels: {zone: a}}\n"
    )
    assert (pool.group, pool.kind, pool.name, pool.namespace) == (
        "metallb.io",
        "IPAddressPool",
        "lan",
        "metallb-system",
    )
    assert pool.labels == {"zone": "a"}
    assert pool.annotations == {}
    assert pool.file == "f.yaml"


@pytest.mark.parametrize(
    ("api_version", "group"), [("v1", ""), ("apps/v1", "apps"), ("a.b/c/v1", "a.b/c")]
)
def test_the_core_group_is_empty(api_version: str, group: str) -> None:
    (found,) = objects(f"apiVersion: {api_version}\nkind: X\n")
    assert found.group == group


@pytest.mark.parametrize(
    "text", ["", "- a\n", "kind: X\n", "apiVersion: v1\n", "apiVersion: v1\nkind: [a]\n", "text"]
)
def test_other_yaml_holds_no_objects(text: str) -> None:
    parts = documents(Source.from_bytes("f.yaml", text.encode()))
    assert [r for part in parts if isinstance(part, Document) for r in resources(part)] == []


def test_lists_are_opened_however_deep() -> None:
    text = (
        "apiVersion: v1\nkind: List\nitems:\n"
        "- {apiVersion: v1, kind: Service, metadata: {name: a}}\n"
        "- apiVersion: v1\n  kind: ServiceList\n  items:\n"
        "  - {apiVersion: v1, kind: Service, metadata: {name: b}}\n"
        "- not an object\n"
    )
    assert [(r.name, r.base.path) for r in objects(text)] == [
        ("a", ("items", 0)),
        ("b", ("items", 1, "items", 0)),
    ]


def test_a_kind_that_ends_like_a_list_needs_items() -> None:
    (found,) = objects("apiVersion: example.dev/v1\nkind: AllowList\nspec: {}\n")
    assert found.kind == "AllowList"


class TestPlaces:
    def test_a_field_stands_in_the_document(self) -> None:
        (found,) = objects(
            "apiVersion: v1\nkind: List\nitems:\n- {apiVersion: v1, kind: A, spec: {x: 1}}\n"
        )
        assert found.place("spec", "x") == Place(found.document, ("items", 0, "spec", "x"))

    def test_a_patched_field_stands_in_the_patch(self) -> None:
        base, patch = document("apiVersion: v1\nkind: A\n"), document("- value: [a]\n", "p.yaml")
        given = Place(patch, (0, "value"))
        patched = Resource(Place(base), {"spec": {"list": ["a"]}}, {("spec", "list"): given})
        assert patched.place("spec", "list", 0) == Place(patch, (0, "value", 0))
        assert patched.place("spec", "other") == Place(base, ("spec", "other"))
        assert patched.place("spec") == Place(base, ("spec",))


@pytest.mark.parametrize(
    ("path", "value"),
    [
        ((), {"a": [{"b": 1}]}),
        (("a", 0, "b"), 1),
        (("a", 1), None),
        (("a", -1), None),
        (("a", "0"), None),
        (("x", "y"), None),
    ],
)
def test_get(path: tuple[Any, ...], value: object) -> None:
    assert get({"a": [{"b": 1}]}, *path) == value


def test_what_holds_a_key_comes_before_what_holds_it_inside() -> None:
    inner: dict[str, Any] = {"type": None}
    outer: dict[str, Any] = {"type": "x", "more": [1, inner]}
    data = {"name": "y", "service": outer, "other": {"kind": "z"}}
    found = [(("service",), outer), (("service", "more", 1), inner)]
    assert holding(data, "type") == found
    assert holding(data, "type", "kind") == [*found, (("other",), {"kind": "z"})]
    assert holding("type", "type") == []


@pytest.mark.parametrize(
    ("value", "opaque"),
    [
        ("{{ .Values.ip }}", True),
        ("10.0.0.${LAST}", True),
        ("{% if x %}", True),
        ("ENC[AES256_GCM,data:x]", True),
        ("10.0.0.ENC[AES256_GCM,data:x]", True),
        ("<path:secret/data/net#pool>", True),
        ("<LB_IP>", True),
        ("10.0.0.1", False),
        ("a < b", False),
        ("$VAR", False),
        (None, False),
        (["{{ x }}"], False),
    ],
)
def test_is_opaque(value: object, opaque: bool) -> None:
    assert is_opaque(value) is opaque


LABELS = {"app": "web", "tier": "front"}


class TestSelectors:
    @pytest.mark.parametrize("selector", [{}, None, {"matchLabels": {}}, {"matchExpressions": []}])
    def test_an_empty_one_selects_everything(self, selector: object) -> None:
        assert selects(selector, LABELS)
        assert selects(selector, {})

    def test_all_conditions_have_to_hold(self) -> None:
        both = {
            "matchLabels": {"app": "web"},
            "matchExpressions": [{"key": "x", "operator": "Exists"}],
        }
        assert not selects(both, LABELS)
        assert selects(both, {"app": "web", "x": ""})

    @pytest.mark.parametrize(
        ("operator", "key", "values", "selected"),
        [
            ("In", "app", ["web", "api"], True),
            ("In", "app", ["api"], False),
            ("In", "absent", ["web"], False),
            ("NotIn", "app", ["api"], True),
            ("NotIn", "app", ["web"], False),
            ("NotIn", "absent", ["web"], True),
            ("Exists", "app", [], True),
            ("Exists", "absent", [], False),
            ("DoesNotExist", "absent", [], True),
            ("DoesNotExist", "app", [], False),
            ("Matches", "app", ["web"], False),
        ],
    )
    def test_expressions(self, operator: str, key: str, values: list[str], selected: bool) -> None:
        expression = {"key": key, "operator": operator, "values": values}
        assert selects({"matchExpressions": [expression]}, LABELS) is selected
