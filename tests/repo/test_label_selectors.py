"""Label selectors: what Kubernetes refuses, and which select the same."""

from __future__ import annotations

import pytest

from mlblint.repo.label_selectors import canonical, faults, pinned, share_node

LONG = "a" * 64


@pytest.mark.parametrize(
    "selector",
    [
        {},
        None,
        {"matchLabels": {"a": "", "example.com/a_b.c": "A1", "x" * 63: "y" * 63}},
        {"matchExpressions": [{"key": "kubernetes.io/hostname", "operator": "Exists"}]},
        {"matchExpressions": [{"key": "a", "operator": "NotIn", "values": ["b", ""]}]},
        {"matchExpressions": [{"key": "a", "operator": "DoesNotExist", "values": []}]},
        {"matchLabels": {"a": "${VALUE}", "b": 1}},
        {"matchExpressions": [{"key": "a", "operator": "{{ operator }}", "values": []}]},
        {"matchExpressions": [{"key": "a", "operator": "In", "values": ["${A}"]}]},
    ],
)
def test_selectors_that_kubernetes_takes(selector: object) -> None:
    assert list(faults(selector)) == []


@pytest.mark.parametrize(
    ("selector", "path"),
    [
        (
            {"matchLabels": {"kubernetes.io/hostname": "*"}},
            ("matchLabels", "kubernetes.io/hostname"),
        ),
        ({"matchLabels": {"a": "worker-"}}, ("matchLabels", "a")),
        ({"matchLabels": {"a": "b c"}}, ("matchLabels", "a")),
        ({"matchLabels": {"a": "b\n"}}, ("matchLabels", "a")),
        ({"matchLabels": {"a": "\u0430"}}, ("matchLabels", "a")),
        ({"matchLabels": {"a": LONG}}, ("matchLabels", "a")),
        ({"matchLabels": {LONG: "a"}}, ("matchLabels", LONG)),
        ({"matchLabels": {"": "a"}}, ("matchLabels", "")),
        ({"matchLabels": {"/a": "a"}}, ("matchLabels", "/a")),
        ({"matchLabels": {"a/b/c": "a"}}, ("matchLabels", "a/b/c")),
        ({"matchLabels": {"Example.com/a": "a"}}, ("matchLabels", "Example.com/a")),
        (
            {"matchExpressions": [{"key": "a", "operator": "in", "values": ["b"]}]},
            ("matchExpressions", 0, "operator"),
        ),
        (
            {"matchExpressions": [{"key": "a", "operator": "In"}]},
            ("matchExpressions", 0, "values"),
        ),
        (
            {"matchExpressions": [{"key": "a", "operator": "DoesNotExist", "values": ["b"]}]},
            ("matchExpressions", 0, "values"),
        ),
        (
            {"matchExpressions": [{"key": "a", "operator": "In", "values": ["b", "w*"]}]},
            ("matchExpressions", 0, "values", 1),
        ),
        (
            {"matchExpressions": [{"key": "a!", "operator": "Exists"}]},
            ("matchExpressions", 0, "key"),
        ),
    ],
)
def test_selectors_that_kubernetes_refuses(selector: object, path: tuple) -> None:
    assert [fault.path for fault in faults(selector)] == [path]


def test_the_order_of_values_is_of_no_account_but_that_of_expressions() -> None:
    def expressions(*several: tuple[str, list[str]]) -> object:
        return {"matchExpressions": [{"key": k, "operator": "In", "values": v} for k, v in several]}

    assert canonical(expressions(("a", ["x", "y"]))) == canonical(expressions(("a", ["y", "x"])))
    one, other = ("a", ["x"]), ("b", ["x"])
    assert canonical(expressions(one, other)) != canonical(expressions(other, one))
    assert canonical({"matchLabels": {"a": "1", "b": "2"}}) == canonical(
        {"matchLabels": {"b": "2", "a": "1"}, "matchExpressions": []}
    )


def rack(*values: str) -> object:
    return {"matchExpressions": [{"key": "rack", "operator": "In", "values": list(values)}]}


ZONE = {"matchLabels": {"zone": "east"}}


@pytest.mark.parametrize(
    ("left", "right", "expected"),
    [
        ([], [rack("a")], True),
        ([rack("a")], [rack("a")], True),
        ([rack("a")], [rack("b")], False),
        ([rack("a"), rack("b")], [rack("c"), rack("d")], False),
        ([rack("a"), rack("b")], [rack("c"), rack("b")], True),
        ([rack("a", "b")], [rack("b", "c")], None),
        ([rack("a")], [ZONE], None),
        ([rack("a")], [{"matchLabels": {"rack": "b"}}], False),
        ([rack("a")], [{"matchLabels": {"rack": "${RACK}"}}], None),
    ],
)
def test_nodes_that_nobody_knows(left: list, right: list, expected: bool | None) -> None:
    assert share_node(left, right, []) is expected
    assert share_node(right, left, []) is expected


@pytest.mark.parametrize(
    ("selectors", "expected"),
    [
        ([], None),
        ([{}], None),
        ([rack("a")], ("rack", {"a"})),
        ([rack("a"), rack("b", "c")], ("rack", {"a", "b", "c"})),
        ([rack("a"), ZONE], None),
        ([{"matchLabels": {"rack": "${RACK}"}}], None),
        ([{"matchLabels": {"zone": "east"}, **rack("a", "b")}], ("zone", {"east"})),
    ],
)
def test_what_selectors_pin(selectors: list, expected: tuple | None) -> None:
    assert pinned(selectors) == expected


def test_nodes_that_are_known() -> None:
    nodes = [{"rack": "a", "zone": "west"}, {"rack": "b", "zone": "east"}]
    assert share_node([rack("b")], [ZONE], nodes) is True
    assert share_node([rack("a")], [ZONE], nodes) is False
    assert share_node([], [], nodes) is True
    assert share_node([rack("c")], [rack("c")], nodes) is False
