"""What `kustomize build` would make of a folder, without running or fetching anything.

Follows kustomize 5.5, the one in kubectl 1.32, and is tested against it.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence, Set
from dataclasses import replace
from functools import cached_property
from typing import NamedTuple

from mlblint.records import dataclass
from mlblint.repo.customise import customise
from mlblint.repo.files import Files, join
from mlblint.repo.generators import generate
from mlblint.repo.index import kustomization_file
from mlblint.repo.kustomization import Kustomization, kustomization_of
from mlblint.repo.reaching import MAX_LAYERS, Reach
from mlblint.repo.remotes import Remote, is_remote, remote
from mlblint.repo.resources import Resource, is_opaque, resources, text
from mlblint.repo.selection import Identity, Item
from mlblint.repo.spellings import as_kustomize_reads
from mlblint.repo.stage import Fault, FaultKind, HelmChart, Opaque, Stage, is_above
from mlblint.repo.traced import Traced, trace
from mlblint.text.documents import Document
from mlblint.text.places import Place

_LOCAL_CONFIG = "config.kubernetes.io/local-config"


@dataclass(frozen=True, eq=False)
class Generated:
    """A ConfigMap or Secret that is made from files: the path of each, by key. Literal values
    of a ConfigMap are in its data. The name lacks the hash that kustomize appends."""

    resource: Resource
    files: Mapping[str, str]


@dataclass(frozen=True, eq=False)
class Built:
    """The objects that a folder stands for. `unmatched` are the patches that changed nothing
    that is known here; with charts or remotes, they may be meant for those."""

    folder: str
    resources: tuple[Resource, ...] = ()
    generated: tuple[Generated, ...] = ()
    helm_charts: tuple[HelmChart, ...] = ()
    remotes: tuple[Remote, ...] = ()
    used: frozenset[str] = frozenset()
    patches: frozenset[str] = frozenset()
    faults: tuple[Fault, ...] = ()
    opaque: tuple[Opaque, ...] = ()
    unmatched: tuple[Place, ...] = ()

    @cached_property
    def missing(self) -> tuple[Fault, ...]:
        """The entries that point at nothing in the repository."""
        kinds = ("missing", "outside", "no-kustomization")
        return tuple(fault for fault in self.faults if fault.kind in kinds)


class Uses(NamedTuple):
    """The files that a build reads; `patches` are those among them with nothing but patches."""

    files: Set[str]
    patches: Set[str]


def build(files: Files, folder: str) -> Built:
    return Builder(files).build(folder)


def apply_kustomization(
    given: Iterable[Resource], asked: Kustomization, files: Files, folder: str = ""
) -> Built:
    """Objects that do not come from a kustomization, as a kustomization would change them."""
    stage = Stage(items=[Item(trace(resource)) for resource in given])
    customise(stage, replace(asked, folder=folder), files)
    return _built(folder, stage)


MAX_BUILDS, MAX_HELD = 50_000, 2_000
"""Builds, and what one holds. Two folders in each layer that take both of the layer below double it
every time."""


class Builder:
    """Builds each folder once; make a new one when files change."""

    def __init__(self, files: Files) -> None:
        self._files = files
        self._builds = 0
        self._reach = Reach(files, self._kustomization)
        self._objects: dict[tuple[str, bool], tuple[list[Item], bool]] = {}
        self._stages: dict[tuple[str, bool], Stage] = {}
        self._kustomizations: dict[str, Kustomization | None] = {}

    def uses(self, folder: str) -> Uses:
        """What a build takes, without making objects of it."""
        asked = self._kustomization(folder)
        stage = self._stage(asked, False, ()) if asked is not None else Stage()
        return Uses(stage.used, stage.patch_files)

    def build(self, folder: str, extra: Kustomization | None = None) -> Built:
        """`extra` is what Flux or Argo CD add to the kustomization of the folder."""
        asked = self._kustomization(folder)
        if asked is None:
            return Built(folder)
        stage = Stage()
        if extra is None:
            stage.absorb(self._stage(asked, False, ()))
        else:
            self._accumulate(stage, asked.extended(extra), False, ())
        return _built(folder, stage)

    def build_entries(self, folder: str, entries: Sequence[str], extra: Kustomization) -> Built:
        """A folder without a kustomization, as if it had one with these resources."""
        found = tuple(Traced(entry, extra.place) for entry in entries)
        stage = Stage()
        asked = replace(extra, folder=folder, resources=found)
        self._accumulate(stage, asked, False, ())
        return _built(folder, stage)

    def _kustomization(self, folder: str) -> Kustomization | None:
        if folder not in self._kustomizations:
            place = kustomization_of(self._files, folder)
            found = Kustomization.of_file(place, folder) if place is not None else None
            self._kustomizations[folder] = found
        return self._kustomizations[folder]

    def _stage(self, asked: Kustomization, everything: bool, above: tuple[str, ...]) -> Stage:
        key = (asked.folder, everything)
        if key in self._stages:
            return self._stages[key]
        stage = Stage()
        self._accumulate(stage, asked, everything, above)
        # What a circle cuts off depends on where it was entered.
        if not any(fault.kind == "cycle" for fault in stage.faults):
            self._stages[key] = stage
        return stage

    def _accumulate(
        self, stage: Stage, asked: Kustomization, everything: bool, above: tuple[str, ...]
    ) -> None:
        """api/internal/target/kusttarget.go@v0.18, `accumulateTarget`. Only documents that
        matter are read, unless a patch may make others matter: `everything`."""
        self._builds += 1
        above = (*above, asked.folder)
        everything = everything or self._reach.is_everything(asked, above)
        if (own := kustomization_file(self._files, asked.folder)) is not None:
            stage.used.add(own)
        for entry in asked.resources:
            self._add_resource(stage, entry, asked.folder, everything, above)
        generate(stage, asked, self._files)
        for chart in asked.charts:
            self._add_chart(stage, chart, asked.folder)
        for generator in asked.generators:
            path = join(asked.folder, generator.text())
            if path is not None and self._files.has(path):
                stage.used.add(path)
            stage.not_followed(generator.place, "what the generator makes is not known")
        for entry in asked.components:
            self._add_component(stage, entry, asked.folder, everything, above)
        customise(stage, asked, self._files)
        self._follow_configurations(stage, asked)

    def _add_resource(
        self,
        stage: Stage,
        entry: Traced,
        folder: str,
        everything: bool,
        above: tuple[str, ...],
    ) -> None:
        if is_opaque(entry.text()):
            stage.not_followed(entry.place, f'"{entry.text()}" is filled in later')
        elif is_remote(entry.text()):
            stage.remotes.append(remote(entry.text(), entry.place))
            stage.is_complete = False
        elif (path := join(folder, entry.text())) is not None and self._files.has(path):
            self._add_file(stage, path, entry, folder, everything)
        else:
            base = self._folder(stage, entry, folder, above)
            if base is not None and base.is_component:
                stage.fault("wrong-kind", entry.place, f'"{entry.text()}" is a component')
            elif base is not None:
                below = self._stage(base, everything, above)
                if stage.held + below.held > MAX_HELD:
                    stage.not_followed(entry.place, f'"{entry.text()}" brings too many objects')
                else:
                    stage.absorb(below)
                    self._note_duplicates(stage, entry)

    def _add_component(
        self,
        stage: Stage,
        entry: Traced,
        folder: str,
        everything: bool,
        above: tuple[str, ...],
    ) -> None:
        """A component changes what is there already (kusttarget.go, `accumulateDirectory`)."""
        if is_opaque(entry.text()):
            stage.not_followed(entry.place, f'"{entry.text()}" is filled in later')
        elif is_remote(entry.text()):
            stage.remotes.append(remote(entry.text(), entry.place))
            stage.not_followed(entry.place, "what the component changes is not known")
        else:
            base = self._folder(stage, entry, folder, above)
            if base is not None and not base.is_component:
                stage.fault("wrong-kind", entry.place, f'"{entry.text()}" is no component')
            elif base is not None:
                self._accumulate(stage, base, everything, above)

    def _folder(
        self, stage: Stage, entry: Traced, folder: str, above: tuple[str, ...]
    ) -> Kustomization | None:
        """The kustomization that an entry means, or what is wrong with it."""
        path = join(folder, entry.text())
        if path is None:
            stage.fault("outside", entry.place, f'"{entry.text()}" leaves the repository')
        elif any(is_above(path, visited) for visited in above):
            stage.fault("cycle", entry.place, f'"{entry.text()}" contains this kustomization')
        elif len(above) >= MAX_LAYERS or self._builds >= MAX_BUILDS:
            stage.not_followed(entry.place, f'"{entry.text()}" is built of too many others')
        elif self._files.has_folder(path):
            found = self._kustomization(path)
            if found is None:
                stage.fault("no-kustomization", entry.place, _without_kustomization(entry.text()))
            return found
        elif self._files.disk.is_folder(path):
            stage.fault("no-kustomization", entry.place, _without_kustomization(entry.text()))
        elif self._files.exists(path):
            stage.not_followed(entry.place, f'"{entry.text()}" is not read')
        else:
            stage.fault("missing", entry.place, f'"{entry.text()}" does not exist')
        return None

    def _add_file(
        self, stage: Stage, path: str, entry: Traced, folder: str, everything: bool
    ) -> None:
        stage.used.add(path)
        if not is_above(folder, path):
            message = f'"{entry.text()}" is not in or below "{folder or "."}"'
            stage.fault("outside-root", entry.place, message)
        found, is_readable = self._objects_in(path, everything)
        stage.items += found
        if not is_readable:
            stage.fault("unreadable", entry.place, f'"{entry.text()}" is not readable as YAML')
            stage.is_complete = False
        self._note_duplicates(stage, entry)

    def _objects_in(self, path: str, everything: bool) -> tuple[list[Item], bool]:
        """The objects in a file, and whether all of it can be read."""
        known = self._objects.get((path, everything))
        if known is None:
            parts = self._files.all_parts(path) if everything else self._files.parts(path)
            documents = [part for part in parts if isinstance(part, Document)]
            found = [Item(as_kustomize_reads(trace(r))) for d in documents for r in resources(d)]
            known = self._objects[path, everything] = (found, len(documents) == len(parts))
        return known

    def _note_duplicates(self, stage: Stage, entry: Traced) -> None:
        """kustomize refuses an object that is there already, and stops at the first."""
        if len({item.identity for item in stage.items}) == len(stage.items):
            return
        if any(fault.kind == "duplicate" for fault in stage.faults):
            return
        seen: set[Identity] = set()
        for item in stage.items:
            identity = item.identity
            if identity in seen:
                message = f"{identity.kind} {identity.name} is there already"
                stage.fault("duplicate", entry.place, message)
                return
            seen.add(identity)

    def _add_chart(self, stage: Stage, node: Traced, folder: str) -> None:
        data = node.plain()
        chart = HelmChart(node.place, data, folder, text(data.get("namespace")) or None)
        stage.charts.append(chart)
        stage.is_complete = False
        for name, place, path in chart.values_files():
            if path is not None and self._files.has(path):
                stage.used.add(path)
            elif path is None:
                stage.fault("outside", place, f'"{name}" leaves the repository')
            elif not self._files.exists(path):
                stage.fault("missing", place, f'"{name}" does not exist')

    def _follow_configurations(self, stage: Stage, asked: Kustomization) -> None:
        """They tell transformers about more fields; references to names that change matter
        here only if names change."""
        for entry in asked.configurations:
            path = join(asked.folder, entry.text())
            if path is None or not self._files.has(path):
                if path is None or not self._files.exists(path):
                    stage.fault("missing", entry.place, f'"{entry.text()}" does not exist')
                continue
            stage.used.add(path)
            changed = {
                "commonLabels": bool(asked.labels),
                "commonAnnotations": bool(asked.annotations),
                "namespace": asked.namespace is not None,
                "nameReference": asked.name_prefix is not None or asked.name_suffix is not None,
            }
            for document in self._files.all_documents(path):
                keys = document.data if isinstance(document.data, dict) else {}
                for key in (key for key in keys if changed.get(key)):
                    reason = f"the fields under {key} are not changed here"
                    stage.opaque.append(Opaque(Place(document) / key, reason))


def _without_kustomization(entry: str) -> str:
    return f'"{entry}" is a folder without a kustomization'


def _built(folder: str, stage: Stage) -> Built:
    applied = [
        item
        for item in stage.items
        if item.resource.annotations.get(_LOCAL_CONFIG) in (None, "false")
    ]
    return Built(
        folder=folder,
        resources=tuple(item.resource for item in applied if item.files is None),
        generated=tuple(
            Generated(item.resource, item.files) for item in applied if item.files is not None
        ),
        helm_charts=tuple(stage.charts),
        remotes=tuple(stage.remotes),
        used=frozenset(stage.used),
        patches=frozenset(stage.patch_files),
        faults=tuple(stage.faults),
        opaque=tuple(stage.opaque),
        unmatched=tuple(stage.unmatched),
    )


__all__ = [
    "Builder",
    "Built",
    "Fault",
    "FaultKind",
    "Generated",
    "HelmChart",
    "Kustomization",
    "Opaque",
    "Remote",
    "apply_kustomization",
    "build",
    "kustomization_of",
]
