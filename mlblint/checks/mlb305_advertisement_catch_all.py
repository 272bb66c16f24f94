"""Advertisements of everything that defeat the restrictions of others."""

from __future__ import annotations

from collections.abc import Iterator

from mlblint.context import Context, subject_of
from mlblint.findings import Note, Problem
from mlblint.repo.metallb import Advertisement
from mlblint.repo.model import Cluster
from mlblint.repo.resources import is_opaque

_AT_MOST = 4
"""More of those whose restrictions are lost are counted in the message."""

_RESTRICTIONS = {
    "l2": ("interfaces", "nodeSelectors", "serviceSelectors"),
    "bgp": ("peers", "nodeSelectors", "serviceSelectors"),
}


def check(context: Context) -> Iterator[Problem]:
    for cluster in context.model.clusters:
        for mode, fields in _RESTRICTIONS.items():
            ads = [ad for ad in cluster.advertisements if ad.mode == mode]
            everything = [ad for ad in ads if _is_catch_all(ad)]
            restricted = [ad for ad in ads if _restricts(ad, fields) and _is_used(ad, cluster)]
            if restricted:
                for ad in everything:
                    yield _problem(ad, restricted, fields, cluster)


def _is_catch_all(ad: Advertisement) -> bool:
    """A specification that says nothing: all pools, all nodes, all interfaces, all peers."""
    spec = ad.resource.get("spec")
    if ad.resource.is_unknown("spec") or is_opaque(spec):
        return False
    return not spec or (isinstance(spec, dict) and not any(spec.values()))


def _restricts(ad: Advertisement, fields: tuple[str, ...]) -> list[str]:
    given = ((field, ad.resource.get("spec", field)) for field in fields)
    # An empty selector in the list selects every node (metallb internal/config/config.go
    # @v0.15.3, `selectedNodes`).
    return [field for field, value in given if isinstance(value, list) and all(value) and value]


def _is_used(ad: Advertisement, cluster: Cluster) -> bool:
    return not cluster.pools or bool(cluster.coverage.covered(ad))


def _problem(
    ad: Advertisement, restricted: list[Advertisement], fields: tuple[str, ...], cluster: Cluster
) -> Problem:
    resource = ad.resource
    others = ", ".join(f"`{other.resource.name}`" for other in restricted[:_AT_MOST])
    if len(restricted) > _AT_MOST:
        others += f" and {len(restricted) - _AT_MOST} others"
    defeated = sorted({field for other in restricted for field in _restricts(other, fields)})
    what = "`" + "` and `".join(defeated) + "`"
    everywhere = (
        "every node announces every pool on every interface"
        if ad.mode == "l2"
        else "every node announces every pool to every peer"
    )
    return Problem(
        place=resource.place("spec").key if "spec" in resource.data else resource.place("kind"),
        message=(
            f"{resource.kind} `{resource.name}` restricts nothing, and advertisements add up: "
            f"{everywhere}, and {what} of {others} have no effect"
        ),
        help=(
            f"delete `{resource.name}` if it is left over, or name the pools in it for which "
            "there is no other advertisement"
        ),
        subject=subject_of(ad.delivered, cluster),
        notes=tuple(
            Note(
                other.resource.place("spec", _restricts(other, fields)[0]).key,
                f"{other.resource.kind} `{other.resource.name}` is to be announced less widely",
            )
            for other in restricted[:_AT_MOST]
        ),
        unfixable="which of the advertisements is meant is for a person to decide",
    )
