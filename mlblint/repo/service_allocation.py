"""Whom a pool serves: `spec.autoAssign` and `spec.serviceAllocation`, by MetalLB's version.

A pool may be asked for although it hands out nothing by itself, and the two questions have
different answers (metallb internal/allocator/allocator.go@v0.16.1, `isPoolCompatibleWithService`
and `pinnedPoolsForService`).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from mlblint.records import cached_property, dataclass
from mlblint.repo.certainty import Certainty, both, either
from mlblint.repo.delivery import Delivered
from mlblint.repo.labelled import Labelled
from mlblint.repo.metallb import Pool
from mlblint.repo.resources import is_opaque, items, mapping, selects, text
from mlblint.repo.services import Service
from mlblint.repo.versions import (
    SERVICE_ALLOCATION,
    SERVICE_ALLOCATION_MATCHES_ALL,
    Version,
    applies,
)

_NAME_LABEL = "kubernetes.io/metadata.name"

Labels = Mapping[str, Any]


@dataclass(frozen=True, eq=False)
class Namespaces:
    """The Namespaces that a cluster gets from the repository. Their labels are known, those of
    others are not; that every one is labelled with its name is the API server's doing."""

    labels: Mapping[str, Labels]

    @classmethod
    def of(cls, delivered: Iterable[Delivered]) -> Namespaces:
        return cls(
            {
                one.resource.name: {**one.resource.labels, _NAME_LABEL: one.resource.name}
                for one in delivered
                if one.resource.is_a("", "Namespace")
                and not one.resource.is_unknown("metadata", "labels")
            }
        )

    def selected(self, selector: object, name: str) -> Certainty:
        if _has_opaque(selector):
            return None
        labels = self.labels.get(name)
        if labels is not None:
            return None if _has_opaque(labels) else selects(selector, labels)
        if _keys(selector) <= {_NAME_LABEL}:
            return selects(selector, {_NAME_LABEL: name})
        return None

    def any_selected(self, selectors: Iterable[object]) -> Certainty:
        """Whether some Namespace of the cluster is selected; those that nobody can see here
        might be."""
        known = (one for one in selectors if not _has_opaque(one))
        return any(True for one in known for _ in self._labelled.selected(one)) or None

    def perhaps_selected(self, selector: object) -> Iterable[str]:
        """Those in sight that are selected, and those that may be once they are filled in."""
        if _has_opaque(selector):
            return self.labels
        return [*self._labelled.selected(selector), *self._open]

    @cached_property
    def _open(self) -> list[str]:
        return [name for name, labels in self.labels.items() if _has_opaque(labels)]

    @cached_property
    def _labelled(self) -> Labelled[str]:
        is_open = set(self._open)
        return Labelled((ls, name) for name, ls in self.labels.items() if name not in is_open)


@dataclass(frozen=True, eq=False)
class Allocation:
    """A pool's `spec.serviceAllocation`. `present` is what MetalLB sees: before 0.13.8 the
    field did not exist, and the API server dropped it. `known` are the cluster's Namespaces."""

    pool: Pool
    version: Version | None
    known: Namespaces

    @cached_property
    def _spec(self) -> object:
        return self.pool.resource.get("spec", "serviceAllocation")

    @cached_property
    def present(self) -> Certainty:
        if self.pool.resource.is_unknown("spec", "serviceAllocation") or is_opaque(self._spec):
            return None
        written = isinstance(self._spec, Mapping)
        return written and applies(SERVICE_ALLOCATION, self.version) is not False

    @cached_property
    def namespaces(self) -> list[Any]:
        return items(mapping(self._spec).get("namespaces"))

    @cached_property
    def namespace_selectors(self) -> list[Any]:
        return items(mapping(self._spec).get("namespaceSelectors"))

    @cached_property
    def service_selectors(self) -> list[Any]:
        return items(mapping(self._spec).get("serviceSelectors"))

    @property
    def selects_nothing(self) -> bool:
        """Whether it names nobody: until 0.15.0 nobody got an address then unless he asked."""
        return not (self.namespaces or self.namespace_selectors or self.service_selectors)

    @cached_property
    def assigns_itself(self) -> Certainty:
        given = self.pool.resource.get("spec", "autoAssign")
        if self.pool.resource.is_unknown("spec", "autoAssign") or is_opaque(given):
            return None
        return given is not False

    def admits(self, service: Service) -> Certainty:
        """Whether the Service may have an address of the pool if it asks for one."""
        if not self.present:
            return None if self.present is None else True
        anywhere = not (self.namespaces or self.namespace_selectors)
        named = True if anywhere else self.admits_namespace(service.namespace or "default")
        return both(named, self._has_labels(service))

    @cached_property
    def perhaps_admitted(self) -> frozenset[str] | None:
        """The Namespaces in sight of which `admits_namespace` does not say no, where it says no
        of most."""
        if self._may_restrict_nothing or self._names_are_opaque:
            return None
        selected = map(self.known.perhaps_selected, self.namespace_selectors)
        return self.names.union(*selected)

    def admits_namespace(self, name: str) -> Certainty:
        named = self._in_namespace(name)
        # Selectors that match no Namespace restrict nothing.
        return None if named is False and self._may_restrict_nothing else named

    @cached_property
    def _may_restrict_nothing(self) -> bool:
        return not self.namespaces and self.known.any_selected(self.namespace_selectors) is None

    def hands_out(self, service: Service) -> Certainty:
        """Whether the Service may get an address of the pool without asking for it."""
        if not self.present:
            return both(self.assigns_itself, None if self.present is None else True)
        if self.selects_nothing:
            return both(self.assigns_itself, applies(SERVICE_ALLOCATION_MATCHES_ALL, self.version))
        chosen: Certainty = True
        if not self.service_selectors:
            chosen = self._in_namespace(service.namespace or "default")
        return both(self.assigns_itself, self.admits(service), chosen)

    @cached_property
    def _names_are_opaque(self) -> bool:
        return _has_opaque(self.namespaces)

    @cached_property
    def names(self) -> frozenset[str]:
        return frozenset(map(text, self.namespaces))

    @cached_property
    def _selectors_are_opaque(self) -> bool:
        return _has_opaque(self.service_selectors)

    def _in_namespace(self, name: str) -> Certainty:
        if name not in self._answers:
            self._answers[name] = self._find(name)
        return self._answers[name]

    @cached_property
    def _answers(self) -> dict[str, Certainty]:
        """Services are many more than namespaces."""
        return {}

    def _find(self, name: str) -> Certainty:
        if is_opaque(name):
            return None
        listed = name in self.names or (None if self._names_are_opaque else False)
        return either(
            [listed, *(self.known.selected(one, name) for one in self.namespace_selectors)]
        )

    def _has_labels(self, service: Service) -> Certainty:
        if not self.service_selectors:
            return True
        # What a chart or a controller makes has labels that nobody sees here.
        if not service.is_manifest or _has_opaque(service.labels):
            return None
        assert service.delivered is not None
        if service.delivered.resource.is_unknown("metadata", "labels"):
            return None
        if self._selectors_are_opaque:
            return None
        return any(selects(selector, service.labels) for selector in self.service_selectors)


def _keys(selector: object) -> set[str]:
    expressions = items(mapping(selector).get("matchExpressions"))
    return {
        *mapping(mapping(selector).get("matchLabels")),
        *(text(mapping(expression).get("key")) for expression in expressions),
    }


def _has_opaque(value: object) -> bool:
    if isinstance(value, Mapping):
        return any(_has_opaque(inner) for inner in (*value.keys(), *value.values()))
    return any(map(_has_opaque, value)) if isinstance(value, list) else is_opaque(value)
