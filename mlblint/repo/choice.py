"""From which pools MetalLB chooses by itself, for a Service that asks for none.

To ask every pool for every Service would take a time that grows with both.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import cached_property
from typing import Any

from mlblint.records import dataclass
from mlblint.repo.certainty import Certainty
from mlblint.repo.metallb import Pool
from mlblint.repo.resources import is_opaque, mapping
from mlblint.repo.service_allocation import Allocation, Namespaces
from mlblint.repo.services import Service


@dataclass(frozen=True, eq=False)
class Choice:
    allocations: Mapping[Pool, Allocation]
    namespaces: Namespaces

    @cached_property
    def common(self) -> tuple[tuple[Pool, Certainty], ...]:
        """The pools from which everybody gets an address, and those that might be such."""
        found = ((pool, one) for pool, one in self.allocations.items() if not one.present)
        return tuple(
            (pool, None if one.present is None else one.assigns_itself)
            for pool, one in found
            if one.assigns_itself is not False
        )

    @cached_property
    def common_is_uncertain(self) -> bool:
        return any(certainty is None for _, certainty in self.common)

    def reserved(self, service: Service) -> Sequence[tuple[Pool, Certainty]]:
        """The pools from which only some Services get an address, this one among them."""
        found = (
            (pool, self.allocations[pool].hands_out(service))
            for pool in self._reserved_for(service)
        )
        return [(pool, certainty) for pool, certainty in found if certainty is not False]

    def _reserved_for(self, service: Service) -> Iterator[Pool]:
        namespace = service.namespace or "default"
        yield from self._by_namespace.get(namespace, ())
        if namespace not in self._by_selectors:
            self._by_selectors[namespace] = self._selected(namespace)
        yield from self._by_selectors[namespace]
        if service.is_manifest and not any(map(is_opaque, service.labels)):
            for label in service.labels.items():
                yield from self._by_label.get(label, ())
        else:
            yield from dict.fromkeys(pool for pools in self._by_label.values() for pool in pools)

    @cached_property
    def _by_namespace(self) -> Mapping[str, Sequence[Pool]]:
        """The pools that are there for certain namespaces by their names alone."""
        found: dict[str, list[Pool]] = {}
        for pool, allocation in self.allocations.items():
            if _is_by_name(allocation):
                for name in allocation.names:
                    found.setdefault(name, []).append(pool)
        return found

    @cached_property
    def _by_label(self) -> Mapping[tuple[str, Any], Sequence[Pool]]:
        """The pools that are there for Services with certain labels, by one label of each of
        their selectors."""
        found: dict[tuple[str, Any], list[Pool]] = {}
        for pool, allocation in self.allocations.items():
            for label in dict.fromkeys(_labels_of(allocation)):
                found.setdefault(label, []).append(pool)
        return found

    @cached_property
    def _by_selectors(self) -> dict[str, Sequence[Pool]]:
        """All others that are not there for everybody, by the namespaces asked about so far."""
        return {}

    def _selected(self, namespace: str) -> Sequence[Pool]:
        near: Iterable[int] = range(len(self._others))
        if namespace in self.namespaces.labels:
            near = sorted([*self._anywhere, *self._at.get(namespace, ())])
        found = (self._others[at] for at in near)
        return [pool for pool, one in found if not _is_closed_to(namespace, one)]

    @cached_property
    def _others(self) -> Sequence[tuple[Pool, Allocation]]:
        return [
            (pool, one)
            for pool, one in self.allocations.items()
            if one.present is not False and not _is_by_name(one) and not _labels_of(one)
        ]

    @cached_property
    def _at(self) -> Mapping[str, Sequence[int]]:
        """Of the others, the places of those that are there for Namespaces in sight, by these."""
        found: dict[str, list[int]] = {}
        for at, (_, one) in enumerate(self._others):
            for name in _admitted(one) or ():
                found.setdefault(name, []).append(at)
        return found

    @cached_property
    def _anywhere(self) -> Sequence[int]:
        return [at for at, (_, one) in enumerate(self._others) if _admitted(one) is None]


def _admitted(allocation: Allocation) -> frozenset[str] | None:
    """The Namespaces to which a pool may be open, None if that tells little."""
    if not allocation.present or not allocation.namespace_selectors:
        return None
    return allocation.perhaps_admitted


def _is_closed_to(namespace: str, allocation: Allocation) -> bool:
    if not allocation.present or not allocation.namespace_selectors:
        return False
    return allocation.admits_namespace(namespace) is False


def _labels_of(allocation: Allocation) -> list[tuple[str, Any]]:
    """A label that a Service must have for each selector; none if that does not tell whom the
    pool is for."""
    selectors = allocation.service_selectors
    required = [dict(mapping(mapping(one).get("matchLabels"))) for one in selectors]
    if not allocation.present or _is_by_name(allocation) or not all(required):
        return []
    labels = [next(iter(one.items())) for one in required]
    return [] if any(is_opaque(part) for label in labels for part in label) else labels


def _is_by_name(allocation: Allocation) -> bool:
    names = allocation.namespaces
    by_name = allocation.present and names and not allocation.namespace_selectors
    return bool(by_name) and not any(map(is_opaque, names))
