"""MetalLB installed so that nodes with the exclude label never announce."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from mlblint.context import Context, subject
from mlblint.findings import Fix, Problem, Subject
from mlblint.repo.helm import Layer, Release
from mlblint.repo.metallb import Installation
from mlblint.repo.model import Cluster
from mlblint.repo.resources import Resource, get, items, mapping, text
from mlblint.repo.versions import IGNORE_EXCLUDE_LB, Version, applies
from mlblint.text.edits import Append, Edit, Insert, Set
from mlblint.text.places import Place

_KEY = ("speaker", "ignoreExcludeLB")
_FLAG = "--ignore-exclude-lb"
_CONSEQUENCE = (
    "nodes with the label node.kubernetes.io/exclude-from-external-load-balancers, which Talos, "
    "kubeadm and others put on control planes, never announce an address"
)


def check(context: Context) -> Iterator[Problem]:
    for cluster in context.model.clusters:
        for installation in cluster.installations:
            version = cluster.known.version or installation.version
            if installation.upstream and applies(IGNORE_EXCLUDE_LB, version):
                for problem in _judge(installation, cluster, version, context):
                    yield replace(problem, subject=_subject(installation, cluster))


def _judge(
    installation: Installation, cluster: Cluster, version: Version | None, context: Context
) -> Iterator[Problem]:
    if installation.release is not None:
        yield from _judge_chart(installation.release, version)
    elif installation.speaker is not None:
        yield from _judge_manifest(installation.speaker, version)
    elif not any(_mentions_flag(path, context) for path in cluster.files):
        yield Problem(
            place=installation.place,
            message=(
                f"MetalLB {version}'s manifests do not give the speaker `{_FLAG}`: {_CONSEQUENCE}"
            ),
            help=f"patch the DaemonSet `speaker`: append `{_FLAG}` to its arguments",
            unfixable="the manifests come from another repository, and need a patch of their own",
        )


def _mentions_flag(path: str, context: Context) -> bool:
    """What comes from elsewhere cannot be patched here, but the patch can be seen."""
    source = context.model.files.source(path)
    return source is not None and _FLAG in source.text


def _judge_chart(release: Release, version: Version | None) -> Iterator[Problem]:
    enabled = release.value("speaker", "enabled")
    if enabled is not None and enabled.value is False:
        return
    given = release.value(*_KEY)
    if given is not None and given.value is False:
        value = "true" if given.layer.form == "parameters" else True
        yield Problem(
            place=given.place,
            message=(
                f"MetalLB {version} is installed with `speaker.ignoreExcludeLB: false`: "
                f"{_CONSEQUENCE}"
            ),
            help="set it to `true`",
            # Somebody wrote this on purpose.
            fix=Fix("set it to `true`", (Set(given.place, value),), "unsafe"),
        )
    elif (given is None or given.value is None) and release.complete:
        name = ".".join((*release.key, *_KEY))
        edit = _insertion(release)
        yield Problem(
            place=_where(release),
            message=(
                f"MetalLB {version} is installed without `speaker.ignoreExcludeLB: true`: "
                f"{_CONSEQUENCE}"
            ),
            help=f"set `{name}: true` in the chart's values",
            fix=Fix(f"add `{name}: true`", (edit,)) if edit else None,
            unfixable=None if edit else "there is no file of values in which it could be set",
        )


def _values(release: Release) -> Layer | None:
    """Where the value belongs: beside what is said of the speaker already, or else in the
    values that come last."""
    layers = [layer for layer in reversed(release.layers) if layer.form != "parameters"]
    speaking = [x for x in layers if mapping(get(x.data, *release.key, "speaker"))]
    return next(iter(speaking or layers), None)


def _where(release: Release) -> Place:
    layer = _values(release)
    if layer is None:
        return release.layers[-1].place.key if release.layers else release.place
    speaker = layer.where((*release.key, "speaker"))
    if speaker.exists:
        return speaker.key
    host = layer.place.document.host
    if layer.form == "text" and host is not None:
        return Place(host.document, host.path, on_key=True)
    return layer.place.key


def _insertion(release: Release) -> Edit | None:
    layer = _values(release)
    if layer is not None:
        return Insert(layer.where((*release.key, "speaker")), _KEY[1], True)
    name = ".".join((*release.key, *_KEY))
    if release.layers:
        place = release.layers[-1].place
        if isinstance(get(place.document.data, *place.path), list):
            return Append(place, {"name": name, "value": "true"})
        return Insert(place, name, "true")
    if release.home is None:
        return None
    place, key, form = release.home
    if form == "text":
        return Insert(place, key, f"{_KEY[0]}:\n  {_KEY[1]}: true\n")
    nested: object = {_KEY[1]: True}
    for outer in reversed((*release.key, _KEY[0])):
        nested = {outer: nested}
    return Insert(place, key, nested)


def _judge_manifest(speaker: Resource, version: Version | None) -> Iterator[Problem]:
    path = ("spec", "template", "spec", "containers")
    for index, container in enumerate(items(speaker.get(*path))):
        if text(mapping(container).get("name")) != "speaker":
            continue
        arguments = items(mapping(container).get("args"))
        if any(text(a) in (_FLAG, f"{_FLAG}=true") for a in arguments):
            continue
        place = speaker.place(*path, index, "args")
        yield Problem(
            place=place.key if arguments else speaker.place(*path, index, "name"),
            message=(f"MetalLB {version or ''}'s speaker runs without `{_FLAG}`: {_CONSEQUENCE}"),
            help=f"append `{_FLAG}` to its arguments",
            fix=Fix(f"append `{_FLAG}`", (Append(place, _FLAG),)) if arguments else None,
            unfixable=None if arguments else "the container has no list of arguments",
        )


def _subject(installation: Installation, cluster: Cluster) -> Subject | None:
    owner = installation.speaker
    if owner is None and installation.release is not None:
        owner = installation.release.subject
    return subject(owner, cluster) if owner is not None else None
