"""What may reach a cluster without being seen: whoever says that something is missing has to be
sure that it does not come from elsewhere."""

from __future__ import annotations

import re
from collections.abc import Iterable

from mlblint.records import dataclass
from mlblint.repo.delivery import Delivered, Delivery
from mlblint.repo.files import Files
from mlblint.repo.helm import Release
from mlblint.repo.index import Index, is_archived, is_encrypted
from mlblint.repo.metallb import BGP, GROUP, L2, POOL_KINDS, remote_installation
from mlblint.repo.resources import Resource, get, resources, text
from mlblint.repo.roots import Gap, Remote
from mlblint.repo.words import DEFINITIONS, METALLB_KINDS, OTHER_ANNOUNCERS
from mlblint.text.documents import Broken, Document

PEER, COMMUNITY, PROFILE = "BGPPeer", "Community", "BFDProfile"

_KINDS = (*POOL_KINDS, L2, BGP, PEER, COMMUNITY, PROFILE)
_MENTION = re.compile(rf"kind[\"']?[ \t]*:[ \t]*[\"']?({'|'.join(_KINDS)})\b")
_NEAR = re.compile(r"metal-?lb|advertis|load-?balancer|\bbgp\b|\bl2\b", re.IGNORECASE)
_DEFINITIONS = re.compile(r"\bcrds?\b", re.IGNORECASE)

# Parts of a kustomization that bring no objects of MetalLB: they change those that are there.
_CHANGES = frozenset(
    (key,)
    for key in (
        "patches",
        "patchesStrategicMerge",
        "patchesJson6902",
        "replacements",
        "configMapGenerator",
        "secretGenerator",
    )
)


@dataclass(frozen=True, eq=False)
class Unseen:
    """What may reach a cluster and is not seen. `speaks` if some of it speaks of MetalLB; `owners`
    are those who bring some of it, None for what nothing in sight applies."""

    speaks: bool
    owners: frozenset[Delivery | None]

    @classmethod
    def of(
        cls, gaps: Iterable[Gap], remotes: Iterable[Remote], releases: Iterable[Release]
    ) -> Unseen:
        gaps = [gap for gap in gaps if gap.place.path[:1] not in _CHANGES]
        remotes = [remote for remote in remotes if not _is_metallbs_own(remote)]
        speaks = (
            any(map(_speaks, gaps))
            or any(_is_near(remote.by, remote.url) for remote in remotes)
            or any(map(_may_install, releases))
        )
        return cls(speaks, frozenset([*(gap.by for gap in gaps), *(r.by for r in remotes)]))

    def may_be_beside(self, one: Delivered) -> bool:
        """Whether objects of MetalLB may come along with one that is seen, or from anywhere."""
        return self.speaks or one.by in self.owners


def _speaks(gap: Gap) -> bool:
    written = text(get(gap.place.document.data, *gap.place.path))
    return _is_near(gap.by, gap.reason, written, gap.place.document.source.path)


def _is_metallbs_own(remote: Remote) -> bool:
    """MetalLB's own manifests hold none of its objects."""
    return remote_installation(remote.url, remote.place, remote.namespace) is not None


def _may_install(release: Release) -> bool:
    """A chart that is not MetalLB's own."""
    return release.chart != "metallb" and _is_near(release.by, release.chart, release.name)


def _is_near(by: Delivery | None, *written: str) -> bool:
    if by is not None and _DEFINITIONS.search(by.resource.name):
        return False
    named = (by.resource.name, by.namespace or "") if by is not None else ()
    return any(map(_NEAR.search, (*named, *written)))


def mentioned_kinds(index: Index) -> frozenset[str]:
    """The kinds of MetalLB that stand where it cannot be told what becomes of them: in templates,
    encrypted files, a chart's values, tasks of Ansible and the like."""
    return frozenset(
        match[1]
        for path in index.files.paths
        if not is_archived(path)
        if index.files.parts(path) and index.files.mentions(path, *METALLB_KINDS)
        for part in index.files.parts(path)
        if isinstance(part, Broken) or part.contains(_MENTION)
        if _could_become_objects(part)
        for match in _MENTION.finditer(part.source.text, part.start, part.end)
    )


def _could_become_objects(part: Document | Broken) -> bool:
    """An object of MetalLB is seen for what it is, and a definition or a patch brings none."""
    if isinstance(part, Broken) or is_encrypted(part):
        return True
    found = list(resources(part))
    return not found or not all(map(_brings_nothing, found))


def _brings_nothing(resource: Resource) -> bool:
    return resource.group == GROUP or resource.kind in ("CustomResourceDefinition", "Kustomization")


def announces_otherwise(files: Files) -> bool:
    """Whether something here but MetalLB may announce the addresses that Services have got."""
    return any(
        files.mentions(path, *OTHER_ANNOUNCERS) and not files.mentions(path, *DEFINITIONS)
        for path in files.paths
        if not is_archived(path)
    )
