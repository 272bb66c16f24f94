"""Whether a kustomization can make objects matter that would not matter without it."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from typing import Any

from mlblint.repo.files import Files, join
from mlblint.repo.kustomization import Kustomization, PatchSource
from mlblint.repo.resources import NOT_FILLED_IN
from mlblint.repo.stage import is_above

MAX_LAYERS = 100
"""Kustomizations on top of each other."""

_KIND = re.compile(r"\bkind[\"']?:\s*[\"']?([A-Za-z]+)")
_GROUPS = {
    **dict.fromkeys(["Application", "ApplicationSet", "AppProject"], "argoproj.io"),
    "HelmRelease": "helm.toolkit.fluxcd.io",
    "Kustomization": "kustomize.toolkit.fluxcd.io",
    **dict.fromkeys(
        ["GitRepository", "HelmChart", "HelmRepository", "OCIRepository"],
        "source.toolkit.fluxcd.io",
    ),
    **dict.fromkeys(
        ["IPAddressPool", "L2Advertisement", "BGPAdvertisement", "BGPPeer"], "metallb.io"
    ),
    **dict.fromkeys(["Service", "Namespace"], ""),
}
"""Groups of kinds that patches often name without one."""


class Reach:
    """`find` gives the kustomization of a folder."""

    def __init__(self, files: Files, find: Callable[[str], Kustomization | None]) -> None:
        self._files = files
        self._find = find
        self._components: dict[str, bool] = {}

    def is_everything(self, asked: Kustomization, above: tuple[str, ...]) -> bool:
        """Whether it may turn a document that does not matter into one that does."""
        relevant = self._files.relevant
        if relevant is None or asked.replacements or asked.transformers:
            return True
        sources = (*asked.strategic_patches, *asked.patches, *asked.json_patches)
        added = (pairs.values.plain() for pairs in (*asked.labels, *asked.annotations))
        return (
            any(self._patch_matters(source, asked.folder, relevant) for source in sources)
            or any(relevant.search(str(_telling(pairs))) for pairs in added)
            or any(
                self._component_is(component, above)
                for component in self._components_of(asked, above)
            )
        )

    def _component_is(self, one: Kustomization, above: tuple[str, ...]) -> bool:
        folder = one.folder
        if folder not in self._components and len(above) < MAX_LAYERS:
            self._components[folder] = self.is_everything(one, (*above, folder))
        return self._components.get(folder, True)

    def _components_of(
        self, asked: Kustomization, above: tuple[str, ...]
    ) -> Iterator[Kustomization]:
        for entry in asked.components:
            path = join(asked.folder, entry.text())
            if path is not None and not any(is_above(path, visited) for visited in above):
                found = self._find(path)
                if found is not None:
                    yield found

    def _patch_matters(self, source: PatchSource, folder: str, relevant: re.Pattern[str]) -> bool:
        content = source.content
        if source.path is not None:
            path = join(folder, source.path.text())
            if path is None or not self._files.parts(path):
                return False
            file = self._files.source(path)
            patch = file.text if file is not None else ""
        else:
            patch = str(content.plain()) if content is not None else ""
        return bool(relevant.search(patch)) and not _aims_at_what_is_read(source, patch, relevant)


def _telling(added: Mapping[str, Any]) -> Mapping[str, Any]:
    """Without what only keeps Flux from filling anything in: it stands on dashboards, mostly."""
    return {key: value for key, value in added.items() if key != NOT_FILLED_IN}


def _aims_at_what_is_read(source: PatchSource, patch: str, relevant: re.Pattern[str]) -> bool:
    """Whether every object that the patch can change matters without it."""
    target = source.target
    if target is not None and target.group:
        return bool(relevant.search(f"apiVersion: {target.group}/v1\nkind: {target.kind}\n"))
    kinds = [target.kind] if target is not None else _KIND.findall(patch)
    return bool(kinds) and all(
        kind in _GROUPS and relevant.search(f"apiVersion: {_GROUPS[kind]}/v1\nkind: {kind}\n")
        for kind in kinds
    )
