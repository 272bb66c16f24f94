"""One object written down twice in one file."""

from __future__ import annotations

from collections.abc import Iterator

from mlblint.repo.metallb import BGP
from mlblint.repo.validation.configuration import PEER, PROFILE, Configuration, Object, Refusal

_WHATEVER_IT_SAYS = ("IPAddressPool", PROFILE)
_IF_EQUAL = (PEER, BGP)


def refusals(config: Configuration) -> Iterator[Refusal]:
    """A cluster holds one object of a name, so that MetalLB never sees the second; but its
    parser refuses both (metallb internal/config/config.go@v0.16.1, `poolsFor`,
    `bfdProfilesFor`, `peersFor`, `validateDuplicateBGPAdvertisements`). Within a file it is a
    copy that somebody forgot to rename; from two deliveries it is something else."""
    for kind in (*_WHATEVER_IT_SAYS, *_IF_EQUAL):
        seen: dict[tuple[str, str | None, str], Object] = {}
        for one in config.of(kind):
            key = (one.resource.file, one.delivered.namespace, one.name)
            first = seen.setdefault(key, one)
            if first.resource.base != one.resource.base and (
                kind in _WHATEVER_IT_SAYS or first.resource.get("spec") == one.resource.get("spec")
            ):
                yield Refusal(
                    "defined-twice",
                    one.delivered,
                    one.resource.place("metadata", "name"),
                    f"this file has two objects of kind {kind} with the name `{one.name}`, of "
                    "which the cluster keeps one",
                    "rename one of the two, or remove it",
                    notes=((first.resource.place("metadata", "name"), "the first of the two"),),
                )
