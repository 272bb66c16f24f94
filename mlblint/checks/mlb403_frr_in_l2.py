"""FRR running for a BGP that a cluster does not speak."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from functools import cache

from mlblint.context import Context, subject
from mlblint.findings import Fix, Problem
from mlblint.repo import values_edits, words
from mlblint.repo.bgp import BgpType, bgp_type
from mlblint.repo.helm import Release
from mlblint.repo.metallb import GROUP, Installation, named_version
from mlblint.repo.model import Cluster, Model
from mlblint.repo.versions import Version
from mlblint.text.edits import Set

_SWITCHES: dict[BgpType, tuple[str, ...]] = {
    "frr": ("speaker", "frr", "enabled"),
    "frr-k8s": ("frrk8s", "enabled"),
}
_COSTS: dict[BgpType, str] = {
    "frr": "every speaker pod carries the containers of an FRR that has nobody to talk to",
    "frr-k8s": "every node runs a pod of FRR that has nobody to talk to",
}
_BGP_KINDS = ("BGPAdvertisement", "BGPPeer", "BFDProfile", "AddressPool")
_FRR_GROUP = "frrk8s.metallb.io"
# Also where it cannot be read as an object: in templates, encrypted files and values.
_BGP = re.compile(
    r"^[ \t-]*[\"']?kind[\"']?[ \t]*:[ \t]*[\"']?(?:BGPPeer|BGPAdvertisement|FRRConfiguration)\b"
    r"|^[ \t-]*[\"']?protocol[\"']?[ \t]*:[ \t]*[\"']?bgp\b",
    re.MULTILINE,
)


def check(context: Context) -> Iterator[Problem]:
    model = context.model

    @cache
    def is_l2_only(cluster: Cluster) -> bool:
        return _is_l2_only(cluster, model)

    for cluster in model.clusters:
        for installation in cluster.installations:
            version = cluster.known.version or installation.version
            kind = bgp_type(installation, version)
            if kind in _SWITCHES and kind == cluster.bgp_type and is_l2_only(cluster):
                shared = any(
                    not is_l2_only(other)
                    for path in _files(installation)
                    for other in model.clusters_of(path)
                )
                yield from _problems(installation, cluster, version, kind, shared)


def _is_l2_only(cluster: Cluster, model: Model) -> bool:
    """Whether all that could bring BGP is in sight, and nothing does."""
    if not cluster.advertisements or any(ad.mode != "l2" for ad in cluster.advertisements):
        return False
    ours = {installation.remote for installation in cluster.installations}
    if cluster.gaps or any(remote.place not in ours for remote in cluster.remotes):
        return False
    if any(
        one.resource.is_a(GROUP, *_BGP_KINDS) or one.resource.group == _FRR_GROUP
        for one in cluster.delivered
    ):
        return False
    return not any(
        _mentions_bgp(path, model)
        for path in model.files.paths
        if path in cluster.files or not model.clusters_of(path)
    )


def _mentions_bgp(path: str, model: Model) -> bool:
    if not model.files.mentions(path, *words.BGP):
        return False
    source = model.files.source(path)
    return source is not None and _BGP.search(source.text) is not None


def _files(installation: Installation) -> set[str]:
    layers = installation.release.layers if installation.release is not None else ()
    places = (installation.place, *(layer.place for layer in layers))
    return {place.document.source.path for place in places}


def _problems(
    installation: Installation,
    cluster: Cluster,
    version: Version | None,
    kind: BgpType,
    shared: bool,
) -> Iterator[Problem]:
    release = installation.release
    owner = installation.speaker if release is None else release.subject
    metallb = named_version(version, release)
    name = "FRR" if kind == "frr" else "frr-k8s"
    useless = f"but this cluster announces by L2 only: {_COSTS[kind]}"
    problem = Problem(
        place=installation.place,
        message=f"{metallb} runs {name}, {useless}",
        help="use MetalLB's manifests of `config/native`",
        subject=subject(owner, cluster) if owner is not None else None,
        unfixable="these are manifests: which of their parts are FRR's, nothing tells",
    )
    if release is None:
        yield problem
    elif not _is(False, release, "speaker", "enabled") and not _is(
        True, release, "frrk8s", "external"
    ):
        path = _SWITCHES[kind]
        given = release.value(*path)
        value = ".".join((*release.key, *path))
        how = f"`{value}: true`" if given else f"`{value}` is on by default"
        fix, unfixable = _fix(release, path, shared)
        yield replace(
            problem,
            place=given.place if given else values_edits.where(release, path),
            message=f"{metallb} runs {name} ({how}), {useless}",
            help=f"set `{value}: false` in the chart's values",
            fix=fix,
            unfixable=unfixable,
        )


def _fix(release: Release, path: tuple[str, ...], shared: bool) -> tuple[Fix | None, str | None]:
    if shared:
        return None, "another cluster, which may speak BGP, is installed with the same values"
    given = release.value(*path)
    if given is not None:
        value = "false" if given.layer.form == "parameters" else False
        return Fix("set it to `false`", (Set(given.place, value),)), None
    edit = values_edits.insertion(release, path, False)
    if edit is None:
        return None, "there is no file of values in which it could be set"
    return Fix(f"add `{'.'.join((*release.key, *path))}: false`", (edit,)), None


def _is(wanted: bool, release: Release, *path: str) -> bool:
    given = release.value(*path)
    return given is not None and given.value is wanted
