"""Everything that the repository delivers, from the beginnings that nothing in it applies."""

from __future__ import annotations

import posixpath
import re
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import replace

from mlblint.patterns import compiled
from mlblint.records import dataclass
from mlblint.repo import argo, fleet, flux
from mlblint.repo.files import Files, join
from mlblint.repo.following import Follower, Repository, is_application_set
from mlblint.repo.index import (
    KUSTOMIZATION_NAMES,
    Index,
    chart_of,
    is_archived,
    kustomization_file,
)
from mlblint.repo.kustomization import GROUP as KUSTOMIZE
from mlblint.repo.resources import Resource, WrittenAt, get, is_opaque, items, text
from mlblint.repo.roots import Remote, Root, Start

_PLACEHOLDER = re.compile(r"\{\{.*?\}\}|\$\{.*?\}")

LEFT_OUT = "the kustomization of its folder does not name it"
NOT_NAMED = "nothing names it in the kustomizations above it"
UNUSED_COMPONENT = "nothing uses the component"
NOTHING = "nothing in the repository applies it"
PERHAPS = "whether anything applies it depends on what is filled in later"
BESIDE_CHART = (
    "the fleet.yaml above it installs a chart, and Fleet applies no manifest beside a chart"
)
BY_HAND_ONLY = "nothing here installs the chart"


@dataclass(frozen=True, eq=False)
class Undelivered:
    """An object that nothing applies although it is no one's patch, and why that is so."""

    resource: Resource
    reason: str


@dataclass(frozen=True, eq=False)
class Sweep:
    """Every root, and the objects that no root reaches."""

    roots: tuple[Root, ...]
    undelivered: tuple[Undelivered, ...]
    repository: Repository

    def again(self, roots: Iterable[Root], within: frozenset[str]) -> list[Root]:
        """The roots, if what others refer to by name is only looked for in some files."""
        follower = Follower(self.repository, within)
        return [replace(follower.follow(root.start), alone=root.alone) for root in roots]


def sweep(index: Index) -> Sweep:
    return _Sweeper(index).run()


class _Sweeper:
    def __init__(self, index: Index) -> None:
        self.files: Files = index.files
        self.index = index
        self.repository = Repository(index)
        self.follower = Follower(self.repository)
        self.kustomizations = _kustomizations(index.files)
        self.bundles = {
            posixpath.dirname(path): path
            for path in index.files.paths
            if path.rpartition("/")[2] == fleet.FILE
            and not is_archived(path)
            and fleet.bundle(index.files, posixpath.dirname(path)) is not None
        }
        self.components: set[str] = set()
        self.used: set[str] = set()
        self.patches: set[str] = set()
        self.roots: list[Root] = []
        self.reached: set[WrittenAt] = set()
        self.applied: Counter[str] = Counter()
        """How many roots lead to a file through Argo CD, Flux or Fleet."""

    def run(self) -> Sweep:
        beginnings = self._look_at_kustomizations()
        deliverers = [r for r in self.index.resources if _delivers(r) and not is_archived(r.file)]
        targeted, covered = self._targets(deliverers)
        self._enter(Start("fleet", folder) for folder in self.bundles)
        self._enter(Start("kustomization", f) for f in beginnings if f not in targeted)
        self._enter(Start("file", path) for path in self._free_files(self.used | covered))
        self._drop_entered()
        self._drop_passed_over()
        self._enter_charts(bootstrap=True)
        self._enter_leftovers(deliverers)
        self._drop_entered()
        self._enter_possible(deliverers)
        self._enter_charts(bootstrap=False)
        return Sweep(tuple(self.roots), tuple(self._undelivered()), self.repository)

    # -- who uses what ------------------------------------------------------------------

    def _look_at_kustomizations(self) -> list[str]:
        """Notes what they use, and returns the folders of those that no other uses."""
        nested = {
            inner
            for folder, path in self.kustomizations.items()
            for inner in self._named_by(folder, path)
        }
        free = [folder for folder in self.kustomizations if folder not in nested]
        self.components = {folder for folder in free if self._is_component(folder)}
        beginnings = [folder for folder in free if folder not in self.components]
        for folder in (*beginnings, *sorted(self.components)):
            self._note_use(folder)
        # What only kustomizations in a circle use begins somewhere all the same.
        for folder in self.kustomizations:
            if folder in nested and self.kustomizations[folder] not in self.used:
                beginnings.append(folder)
                self._note_use(folder)
        return beginnings

    def _is_component(self, folder: str) -> bool:
        documents = self.files.all_documents(self.kustomizations[folder])[:1]
        return any(get(document.data, "kind") == "Component" for document in documents)

    def _named_by(self, folder: str, path: str) -> Iterator[str]:
        for document in self.files.all_documents(path)[:1]:
            for key in ("resources", "bases", "components"):
                for entry in map(text, items(get(document.data, key))):
                    inner = join(folder, entry)
                    if inner is not None and inner != folder and inner in self.kustomizations:
                        yield inner

    def _note_use(self, folder: str) -> None:
        uses = self.repository.builder.uses(folder)
        self.used |= uses.files
        self.patches |= uses.patches

    def _targets(self, deliverers: Iterable[Resource]) -> tuple[set[str], set[str]]:
        """Folders that something applies as a whole, and the files that it covers."""
        folders: set[str] = set()
        covered: set[str] = set()
        for deliverer in deliverers:
            for folder in self._folders_of(deliverer):
                if folder in folders:
                    continue
                folders.add(folder)
                if folder in self.kustomizations:
                    continue
                covered.update(self.repository.files.below(folder))
                if flux.is_kustomization(deliverer):
                    folders.update(flux.generated_entries(self.files, folder))
        for folder in self.bundles:
            inside = self.repository.files.below(folder)
            covered.update(inside)
            folders.update(f for f in map(posixpath.dirname, inside) if f in self.kustomizations)
        return folders, covered

    def _folders_of(self, deliverer: Resource) -> Iterator[str]:
        if flux.is_kustomization(deliverer):
            folder = flux.source_folder(deliverer, self.files)
            if folder is not None:
                yield folder
            return
        for application in self._applications(deliverer):
            for source in argo.sources(application):
                if source.folder is not None and source.repository in self.repository.local:
                    yield source.folder

    def _applications(self, deliverer: Resource) -> list[Resource]:
        if argo.is_application(deliverer):
            return [deliverer]
        return self.repository.generated(deliverer) if is_application_set(deliverer) else []

    # -- beginnings ---------------------------------------------------------------------

    def _enter(self, starts: Iterable[Start], alone: str | None = None) -> None:
        for start in starts:
            root = self.follower.follow(start)
            root.alone = alone
            if not root.is_empty or root.deliveries:
                self._keep(root)

    def _keep(self, root: Root) -> None:
        self.roots.append(root)
        self.reached.update(one.resource.written_at for one in root.delivered)
        self.reached.update(one.resource.written_at for one in root.deliveries)
        if root.is_driven:
            self.applied.update(root.files)

    def _free_files(self, taken: set[str]) -> Iterator[str]:
        for path in self.files.paths:
            if path in taken or is_archived(path) or not self.repository.objects(path):
                continue
            # A file beside a kustomization that does not name it is applied by nobody.
            left_out = posixpath.dirname(path) in self.kustomizations
            if not left_out and chart_of(self.files, path) is None:
                yield path

    def _drop_entered(self) -> None:
        """What a delivery applies is no beginning. Of two that apply each other, the first is."""
        paths = {root.path for root in self.roots}
        dropped: set[str] = set()
        for root in self.roots:
            if root.path not in dropped:
                dropped |= (root.entered & paths) - {root.path}
        self._keep_only(root for root in self.roots if root.path not in dropped)

    def _drop_passed_over(self) -> None:
        """Files that a kustomization above them, which something applies, does not name."""
        self._keep_only(
            root
            for root in self.roots
            if root.start.kind != "file" or self._passed_over(root.path, root) is None
        )

    def _keep_only(self, roots: Iterable[Root]) -> None:
        kept = list(roots)
        self.roots, self.reached, self.applied = [], set(), Counter()
        for root in kept:
            self._keep(root)

    def _enter_leftovers(self, deliverers: list[Resource]) -> None:
        """What only reaches itself, or is part of a circle, begins somewhere all the same. What
        the kustomizations around it pass over is switched off, with all that it would apply."""
        later: list[tuple[Resource, Root]] = []
        for deliverer in deliverers:
            if deliverer.written_at not in self.reached and deliverer.file not in self.patches:
                root = self.follower.follow(Start("object", deliverer.file, deliverer))
                if self._is_entered(deliverer, root):
                    self._keep(root)
                else:
                    later.append((deliverer, root))
        for deliverer, root in later:
            unreached = deliverer.written_at not in self.reached
            if unreached and self._passed_over(deliverer.file) is None:
                self._keep(root)

    def _is_entered(self, deliverer: Resource, root: Root) -> bool:
        folder = posixpath.dirname(deliverer.file)
        return any(path in root.entered for path in (deliverer.file, *_upwards(folder)))

    def _enter_possible(self, deliverers: list[Resource]) -> None:
        """What may be applied by something whose path is not known yet is judged alone."""
        patterns = [compiled(pattern) for d in deliverers for pattern in self._possible(d)]
        if not patterns:
            return
        files = {
            resource.file
            for resource in self.index.resources
            if resource.written_at not in self.reached and not is_archived(resource.file)
        }
        possible = (
            path
            for path in sorted(files - self.patches - self.used)
            if any(p.match(path) for p in patterns) and chart_of(self.files, path) is None
        )
        self._enter((Start("file", path) for path in possible), PERHAPS)

    def _possible(self, deliverer: Resource) -> Iterator[str]:
        if flux.is_kustomization(deliverer):
            paths = [text(deliverer.get("spec", "path")).removeprefix("./")]
        else:
            found = map(argo.sources, self._applications(deliverer))
            paths = [text(source.path) for several in found for source in several]
        for path in filter(is_opaque, paths):
            fixed = [re.escape(part) for part in _PLACEHOLDER.split(path.strip("/"))]
            # A path that is wholly unknown says nothing.
            if fixed[0]:
                yield ".*".join(fixed) + "/"

    def _enter_charts(self, bootstrap: bool) -> None:
        """Charts of this repository that nothing in sight installs. One that makes
        Applications or the like is how such a repository is set going, by hand. One beside a
        kustomization only says from what the objects that this one names were rendered."""
        installed = {path for root in self.roots for path in root.files}
        for path in self.files.paths:
            folder, _, name = path.rpartition("/")
            if name != "Chart.yaml" or path in installed or is_archived(path):
                continue
            if folder in self.kustomizations:
                continue
            if bootstrap and not any(map(_delivers, self.repository.templates(folder))):
                continue
            self._enter([Start("chart", folder)], None if bootstrap else BY_HAND_ONLY)
            installed.update(self.repository.files.below(folder))

    # -- what is left -------------------------------------------------------------------

    def _undelivered(self) -> Iterator[Undelivered]:
        for resource in self.index.resources:
            file = resource.file
            if resource.written_at in self.reached or file in self.patches or is_archived(file):
                continue
            if resource.group != KUSTOMIZE:
                reason = self._passed_over(file) or self._beside_chart(file) or NOTHING
                yield Undelivered(resource, reason)
            elif posixpath.dirname(file) in self.components:
                yield Undelivered(resource, UNUSED_COMPONENT)

    def _beside_chart(self, path: str) -> str | None:
        nearest = next((f for f in _upwards(posixpath.dirname(path)) if f in self.bundles), None)
        if nearest is None or not fleet.installs_a_chart(self.files, nearest):
            return None
        return BESIDE_CHART

    def _passed_over(self, path: str, by: Root | None = None) -> str | None:
        """Why the kustomizations around a file do not apply it, if that is certain: the one of
        its folder does not name it, or one above that something else applies."""
        if path in self.used:
            return None
        folder = posixpath.dirname(path)
        if folder in self.kustomizations:
            return LEFT_OUT
        above = next((f for f in _upwards(folder) if f in self.kustomizations), None)
        if above is None:
            return None
        file = self.kustomizations[above]
        others = self.applied[file] - (by is not None and by.is_driven and file in by.files)
        return NOT_NAMED if others else None


def _delivers(resource: Resource) -> bool:
    return (
        argo.is_application(resource)
        or is_application_set(resource)
        or flux.is_kustomization(resource)
    )


def _kustomizations(files: Files) -> dict[str, str]:
    """The folders with a kustomization, and its file."""
    found: dict[str, str] = {}
    for path in files.paths:
        folder, _, name = path.rpartition("/")
        if name in KUSTOMIZATION_NAMES and not is_archived(path):
            own = kustomization_file(files, folder)
            if own is not None:
                found[folder] = own
    return found


def _upwards(folder: str) -> Iterator[str]:
    """The folder and those that contain it, the root of the repository included."""
    while folder:
        yield folder
        folder = posixpath.dirname(folder)
    yield ""


__all__ = ["Remote", "Root", "Sweep", "Undelivered", "sweep"]
