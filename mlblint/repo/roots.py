"""Where chains of deliveries begin, and all that they reach."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from typing import Literal, NamedTuple

from mlblint.repo.delivery import Delivered, Delivery, Engine
from mlblint.repo.helm import Release
from mlblint.repo.resources import Resource
from mlblint.text.nodes import Path
from mlblint.text.places import Place


class Key(NamedTuple):
    """What is written where, whoever reads it, and however often."""

    file: str
    start: int
    path: Path


def key_of(resource: Resource) -> Key:
    return Key(resource.file, resource.document.start, resource.base.path)


class Start(NamedTuple):
    """How a chain begins: with a folder's kustomization, with a file of objects, with one
    object that delivers others, with a Fleet bundle's fleet.yaml, or with a chart that nothing
    installs."""

    kind: Literal["kustomization", "file", "object", "fleet", "chart"]
    path: str
    resource: Resource | None = None


@dataclass(frozen=True)
class Remote:
    """A base that a kustomization takes from elsewhere."""

    url: str
    place: Place
    namespace: str | None
    by: Delivery | None


@dataclass(frozen=True)
class Gap:
    """Something that could not be followed: what it brings or changes is not known."""

    place: Place
    reason: str
    by: Delivery | None = None


@dataclass(eq=False)
class Root:
    """A beginning, and all that it reaches. `path` is its file or folder: it tells which
    cluster this is. `entered` are the files and folders that its deliveries apply. `alone`
    says why it is judged apart from everything else, if that is known from the start.
    `lookups` are the files in which objects were found that others refer to by name; with
    None among them, one was not found, or might be another one."""

    start: Start
    path: str
    delivered: list[Delivered] = field(default_factory=list)
    releases: list[Release] = field(default_factory=list)
    remotes: list[Remote] = field(default_factory=list)
    deliveries: list[Delivery] = field(default_factory=list)
    gaps: list[Gap] = field(default_factory=list)
    files: set[str] = field(default_factory=set)
    entered: set[str] = field(default_factory=set)
    lookups: set[str | None] = field(default_factory=set)
    alone: str | None = None

    @property
    def is_empty(self) -> bool:
        return not (self.delivered or self.releases or self.remotes)

    @property
    def engines(self) -> frozenset[Engine]:
        return frozenset(delivery.engine for delivery in self.deliveries)

    @property
    def is_driven(self) -> bool:
        """Whether Argo CD, Flux or Fleet are told here what to apply, and from where. Whoever
        applies a HelmRelease or a HelmChart is another question."""
        kinds = ("Application", "ApplicationSet", "Kustomization", "Bundle")
        return any(delivery.resource.kind in kinds for delivery in self.deliveries)

    def everything(self) -> Iterator[Item]:
        yield from self.delivered
        yield from self.releases
        yield from self.remotes
        yield from self.gaps

    def part(self, keep: Callable[[Item | Delivery], bool]) -> Root:
        """A root with some of the things that this one reaches."""
        part = replace(
            self,
            delivered=[one for one in self.delivered if keep(one)],
            releases=[one for one in self.releases if keep(one)],
            remotes=[one for one in self.remotes if keep(one)],
            deliveries=[one for one in self.deliveries if keep(one)],
            gaps=[one for one in self.gaps if keep(one)],
        )
        part.files = {path for one in part.everything() for path in shaped_by(one)}
        return part


Item = Delivered | Release | Remote | Gap


def shaped_by(one: Item) -> Iterator[str]:
    """The files that have a say in something."""
    if isinstance(one, Delivered):
        yield one.resource.file
        yield from (place.document.source.path for place in one.resource.origins.values())
    else:
        yield one.place.document.source.path
    if isinstance(one, Release):
        yield from (layer.place.document.source.path for layer in one.layers)
    for above in one.by.chain() if one.by else ():
        yield above.resource.file
