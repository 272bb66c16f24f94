"""Who applies what: the common shape of Argo CD Applications, Flux Kustomizations and others."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

from mlblint.repo.resources import Resource

Engine = Literal["argo", "flux", "k3s", "fleet"]
WAVE = "argocd.argoproj.io/sync-wave"


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


@dataclass(frozen=True, eq=False)
class Delivered:
    """An object as it reaches a cluster. `by` is None where nothing in sight applies it."""

    resource: Resource
    by: Delivery | None = None
    namespace: str | None = None

    def chain(self) -> Iterator[Delivery]:
        return self.by.chain() if self.by else iter(())
