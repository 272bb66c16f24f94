"""MLB208: allocations that mean nothing, or not what they seem to."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from tests.checks.addresses import config, pool


def found(repository: Callable, version: str = "0.15.3", **spec: Any) -> list[Any]:
    files = {".mlblint.yaml": config(version), "f.yaml": pool(**spec)}
    result: list[Any] = repository(files).findings("MLB208")
    return result


@pytest.mark.parametrize(
    ("version", "count"), [("0.13.7", 0), ("0.13.8", 1), ("0.14.9", 1), ("0.15.0", 0)]
)
@pytest.mark.parametrize("allocation", [{"priority": 10}, {}, {"namespaces": []}])
def test_nobody_named_by_version(
    allocation: dict[str, Any], version: str, count: int, repository: Callable
) -> None:
    findings = found(repository, version, serviceAllocation=allocation)
    assert [f.severity for f in findings] == ["warning"] * count
    assert all(f"MetalLB {version} takes that for nobody" in f.message for f in findings)


def test_an_unknown_version_is_given_the_benefit_of_the_doubt(repository: Callable) -> None:
    assert repository({"f.yaml": pool(serviceAllocation={"priority": 1})}).findings("MLB208") == []


def test_a_priority_that_orders_nothing(repository: Callable) -> None:
    allocation = {"priority": 10, "namespaces": ["red"]}
    (finding,) = found(repository, serviceAllocation=allocation, autoAssign=False)
    assert "`autoAssign: false`: the priority orders" in finding.message
    assert found(repository, serviceAllocation={"namespaces": ["red"]}, autoAssign=False) == []
    assert found(repository, serviceAllocation=allocation, autoAssign="${AUTO}") == []


@pytest.mark.parametrize(
    ("name", "fine"),
    [
        ("red", True),
        ("red-2", True),
        ("team-*", False),
        ("*", False),
        ("Red", False),
        ("red_2", False),
        ("-red", False),
        ("a" * 64, False),
        ("${NAMESPACE}", True),
    ],
)
def test_names_that_no_namespace_can_have(name: str, fine: bool, repository: Callable) -> None:
    findings = found(repository, serviceAllocation={"namespaces": ["blue", name]})
    assert [f"`{name}`, a name that no Namespace can have" in f.message for f in findings] == (
        [] if fine else [True]
    )


def test_selectors_are_left_to_the_cluster(repository: Callable) -> None:
    """Which Namespaces and Services there are, a repository need not know."""
    for key in ("namespaceSelectors", "serviceSelectors"):
        allocation = {key: [{"matchLabels": {"team": "a"}}]}
        assert found(repository, "0.14.9", serviceAllocation=allocation) == []
