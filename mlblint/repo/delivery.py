"""Who applies what: the common shape of Argo CD Applications, Flux Kustomizations and others."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Literal

from mlblint.records import dataclass
from mlblint.repo.resources import Resource

Engine = Literal["argo", "flux", "k3s", "fleet"]
WAVE = "argocd.argoproj.io/sync-wave"

# What Go's strconv.Atoi reads (argoproj/gitops-engine pkg/sync/syncwaves/waves.go@v0.7, `Wave`).
_INTEGER = re.compile(r"[+-]?[0-9]+")


@dataclass(frozen=True, eq=False)
class Delivery:
    """Something that applies objects. `parent` applies it in turn, if anything here does.
    `destination` names another cluster than the one that it lives in."""

    engine: Engine
    resource: Resource
    parent: Delivery | None = None
    namespace: str | None = None
    destination: str | None = None

    def chain(self) -> Iterator[Delivery]:
        """This one, and those above it."""
        current: Delivery | None = self
        while current is not None:
            yield current
            current = current.parent

    @property
    def wave(self) -> Wave | None:
        return wave_of(self.resource, self.parent)


@dataclass(frozen=True, eq=False)
class Delivered:
    """An object as it reaches a cluster. `by` is None where nothing in sight applies it."""

    resource: Resource
    by: Delivery | None = None
    namespace: str | None = None

    def chain(self) -> Iterator[Delivery]:
        return self.by.chain() if self.by else iter(())

    @property
    def wave(self) -> Wave | None:
        return wave_of(self.resource, self.by)


@dataclass(frozen=True, eq=False)
class Wave:
    """The effective sync wave of something, and the object whose annotation gives it: itself,
    or the nearest Application above it that has one. `number` is None where the annotation is
    no integer, or not known here."""

    number: int | None
    given_by: Resource
    inherited: bool


def wave_of(resource: Resource, by: Delivery | None) -> Wave | None:
    """Only what Argo CD applies has a wave. Where nobody in sight applies something, its own
    annotation tells who will."""
    current = resource
    for delivery in by.chain() if by else ():
        if delivery.engine == "argo" and _is_annotated(current):
            return _wave(current, resource)
        current = delivery.resource
    unseen = by is None or current.group == "argoproj.io"
    return _wave(current, resource) if unseen and _is_annotated(current) else None


def is_wave(value: str) -> bool:
    """Whether Argo CD reads it as a wave; anything else counts as none."""
    return _INTEGER.fullmatch(value) is not None


def own_wave(resource: Resource) -> int | None:
    """The number of its own annotation; None where there is none, or it cannot be known."""
    return _wave(resource, resource).number if _is_annotated(resource) else None


def _is_annotated(resource: Resource) -> bool:
    return WAVE in resource.annotations or resource.is_unknown("metadata", "annotations", WAVE)


def _wave(given_by: Resource, resource: Resource) -> Wave:
    written = str(given_by.annotations.get(WAVE))
    certain = not given_by.is_unknown("metadata", "annotations", WAVE)
    number = int(written) if certain and is_wave(written) else None
    return Wave(number, given_by, given_by is not resource)
