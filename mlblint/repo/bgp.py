"""How MetalLB speaks BGP: by itself, through FRR in the speaker, or through frr-k8s."""

from __future__ import annotations

import posixpath
from typing import Literal

from mlblint.repo.helm import Release
from mlblint.repo.metallb import Installation
from mlblint.repo.resources import Resource, is_opaque, items, mapping, text
from mlblint.repo.versions import FRR_BY_DEFAULT, FRR_K8S_BY_DEFAULT, Version, applies

BgpType = Literal["native", "frr", "frr-k8s"]

_TYPES: dict[str, BgpType] = {"": "native", "native": "native", "frr": "frr", "frr-k8s": "frr-k8s"}
_VARIABLE = "METALLB_BGP_TYPE"


def bgp_type(installation: Installation, version: Version | None) -> BgpType | None:
    """None where it cannot be told, or where the chart's values contradict each other."""
    if installation.release is not None:
        return _of_chart(installation.release, version) if installation.upstream else None
    if installation.remote is not None:
        return _of_manifests(installation)
    return _of_speaker(installation.speaker) if installation.speaker is not None else None


def _of_chart(release: Release, version: Version | None) -> BgpType | None:
    """The chart refuses to be rendered with both (metallb
    charts/metallb/templates/speaker.yaml@v0.16.1)."""
    frr = _switch(release, ("speaker", "frr", "enabled"), applies(FRR_BY_DEFAULT, version))
    own = _switch(release, ("frrk8s", "enabled"), applies(FRR_K8S_BY_DEFAULT, version))
    external = _switch(release, ("frrk8s", "external"), False)
    if None in (frr, own, external):
        return None
    if own or external:
        return None if frr else "frr-k8s"
    return "frr" if frr else "native"


def _switch(release: Release, path: tuple[str, ...], default: bool | None) -> bool | None:
    given = release.value(*path)
    if given is None:
        return default if release.complete else None
    return bool(given.value) if not is_opaque(given.value) else None


def _of_manifests(installation: Installation) -> BgpType | None:
    """`config/frr-k8s`, or `config/manifests/metallb-frr-k8s.yaml`."""
    name = posixpath.basename(installation.folder).removesuffix(".yaml").removeprefix("metallb")
    return _TYPES.get(name.strip("-").removeprefix("prometheus-").removesuffix("-prometheus"))


def _of_speaker(speaker: Resource) -> BgpType | None:
    path = ("spec", "template", "spec", "containers")
    for container in map(mapping, items(speaker.get(*path))):
        if text(container.get("name")) == "speaker":
            variables = map(mapping, items(container.get("env")))
            given = [one.get("value") for one in variables if one.get("name") == _VARIABLE]
            return _TYPES.get(text(given[0])) if given else "native"
    return None
