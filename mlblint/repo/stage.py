"""What a kustomization has gathered so far, and all that was noticed on the way."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import field, replace
from typing import Any, Literal

from mlblint.records import dataclass
from mlblint.repo.files import join
from mlblint.repo.remotes import Remote
from mlblint.repo.resources import items, text
from mlblint.repo.selection import Item
from mlblint.text.places import Place

FaultKind = Literal[
    "missing",
    "outside",
    "outside-root",
    "no-kustomization",
    "wrong-kind",
    "cycle",
    "unreadable",
    "duplicate",
    "patch",
    "patch-target",
]


@dataclass(frozen=True)
class Fault:
    """Something at which `kustomize build` stops. `outside-root` is the exception: Flux
    allows files above the folder of a kustomization, kubectl and Argo CD do not."""

    kind: FaultKind
    place: Place
    message: str


@dataclass(frozen=True)
class Opaque:
    """Something that is not followed; what it brings or changes is not known."""

    place: Place
    reason: str


@dataclass(frozen=True, eq=False)
class HelmChart:
    """An entry of `helmCharts`. `namespace` is where its objects end up: kustomizations around
    it move them. Paths in it are relative to `folder`."""

    place: Place
    data: Mapping[str, Any]
    folder: str
    namespace: str | None

    @property
    def name(self) -> str:
        return text(self.data.get("name"))

    @property
    def repository(self) -> str:
        return text(self.data.get("repo"))

    @property
    def version(self) -> str:
        return text(self.data.get("version"))

    def values_files(self) -> Iterator[tuple[str, Place, str | None]]:
        """As written, where, and the path in the repository if it is there."""
        if text(self.data.get("valuesFile")):
            name = text(self.data["valuesFile"])
            yield name, self.place / "valuesFile", join(self.folder, name)
        for index, name in enumerate(items(self.data.get("additionalValuesFiles"))):
            place = self.place / "additionalValuesFiles" / index
            yield text(name), place, join(self.folder, text(name))


@dataclass(eq=False)
class Stage:
    """`is_complete` says that all objects are known: nothing came from elsewhere."""

    items: list[Item] = field(default_factory=list)
    charts: list[HelmChart] = field(default_factory=list)
    remotes: list[Remote] = field(default_factory=list)
    used: set[str] = field(default_factory=set)
    patch_files: set[str] = field(default_factory=set)
    faults: list[Fault] = field(default_factory=list)
    opaque: list[Opaque] = field(default_factory=list)
    unmatched: list[Place] = field(default_factory=list)
    is_complete: bool = True

    def fault(self, kind: FaultKind, place: Place, message: str) -> None:
        self.faults.append(Fault(kind, place, message))

    def not_followed(self, place: Place, reason: str) -> None:
        self.opaque.append(Opaque(place, reason))
        self.is_complete = False

    @property
    def held(self) -> int:
        objects = len(self.items) + len(self.charts) + len(self.remotes)
        return objects + len(self.faults) + len(self.opaque) + len(self.unmatched)

    def absorb(self, other: Stage) -> None:
        self.items += other.items
        self.charts += other.charts
        self.remotes += other.remotes
        self.used |= other.used
        self.patch_files |= other.patch_files
        self.faults += other.faults
        self.opaque += other.opaque
        self.unmatched += other.unmatched
        self.is_complete = self.is_complete and other.is_complete

    def move(self, namespace: str) -> None:
        """What is not here goes to the namespace as well."""
        self.charts = [replace(chart, namespace=namespace) for chart in self.charts]
        self.remotes = [replace(one, namespace=namespace) for one in self.remotes]


def is_above(folder: str, other: str) -> bool:
    """Whether `other` is the folder or lies in it."""
    return folder in ("", other) or other.startswith(f"{folder}/")
