"""Where chains of deliveries begin, and all that they reach."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import field
from typing import Literal, NamedTuple, TypeVar

from mlblint.records import dataclass
from mlblint.repo.delivery import Delivered, Delivery, Engine
from mlblint.repo.helm import Release
from mlblint.repo.resources import Resource
from mlblint.text.places import Place

K = TypeVar("K")


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
    """Something that could not be followed: what it brings or changes is not known. `nothing`
    says that it leads nowhere: there is no such file or folder."""

    place: Place
    reason: str
    by: Delivery | None = None
    nothing: bool = False


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
    def applied(self) -> set[str]:
        """The files that it leads to, and not only refers to by the name of something."""
        return {one.resource.file for one in self.delivered} | (self.files - self.lookups)

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

    def divided(self, place: Callable[[Item | Delivery], K]) -> dict[K, Root]:
        """A root for everything that has one place, for each place."""
        parts: dict[K, Root] = {}

        def part(one: Item | Delivery) -> Root:
            key = place(one)
            if key not in parts:
                parts[key] = Root(self.start, self.path, alone=self.alone)
            return parts[key]

        for delivery in self.deliveries:
            part(delivery).deliveries.append(delivery)
        for item in self.everything():
            own = part(item)
            own.files.update(shaped_by(item))
            if isinstance(item, Delivered):
                own.delivered.append(item)
            elif isinstance(item, Release):
                own.releases.append(item)
            elif isinstance(item, Remote):
                own.remotes.append(item)
            else:
                own.gaps.append(item)
        return parts


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
