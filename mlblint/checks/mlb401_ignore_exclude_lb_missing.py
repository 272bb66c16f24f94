"""MetalLB installed so that nodes with the exclude label never announce."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from mlblint.context import Context, subject
from mlblint.findings import Fix, Problem, Subject
from mlblint.repo import values_edits
from mlblint.repo.chart import is_misplaced
from mlblint.repo.exclude_label import IGNORE_FLAG, IGNORE_VALUE, LABEL, mentions_flag
from mlblint.repo.helm import Release
from mlblint.repo.metallb import Installation, named_version
from mlblint.repo.model import Cluster
from mlblint.repo.resources import Resource, items, mapping, text
from mlblint.repo.versions import IGNORE_EXCLUDE_LB, Version, applies
from mlblint.text.edits import Append, Set

_CONSEQUENCE = (
    f"nodes with the label {LABEL}, which Talos, "
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
    elif not any(mentions_flag(path, context.model.files) for path in cluster.files):
        yield Problem(
            place=installation.place,
            message=(
                f"MetalLB {version}'s manifests do not give the speaker `{IGNORE_FLAG}`: "
                f"{_CONSEQUENCE}"
            ),
            help=f"patch the DaemonSet `speaker`: append `{IGNORE_FLAG}` to its arguments",
            unfixable="the manifests come from another repository, and need a patch of their own",
        )


def _judge_chart(release: Release, version: Version | None) -> Iterator[Problem]:
    enabled = release.value("speaker", "enabled")
    if enabled is not None and enabled.value is False:
        return
    metallb = named_version(version, release)
    given = release.value(*IGNORE_VALUE)
    if given is not None and given.value is False:
        value = "true" if given.layer.form == "parameters" else True
        yield Problem(
            place=given.place,
            message=(
                f"{metallb} is installed with `speaker.ignoreExcludeLB: false`: {_CONSEQUENCE}"
            ),
            help="set it to `true`",
            # Somebody wrote this on purpose.
            fix=Fix("set it to `true`", (Set(given.place, value),), "unsafe"),
        )
    elif is_misplaced(release, IGNORE_VALUE, True):
        return  # Rule 404 tells where it belongs.
    elif (given is None or given.value is None) and release.complete:
        name = ".".join((*release.key, *IGNORE_VALUE))
        edit = values_edits.insertion(release, IGNORE_VALUE, True)
        yield Problem(
            place=values_edits.where(release, IGNORE_VALUE),
            message=(
                f"{metallb} is installed without `speaker.ignoreExcludeLB: true`: {_CONSEQUENCE}"
            ),
            help=f"set `{name}: true` in the chart's values",
            fix=Fix(f"add `{name}: true`", (edit,)) if edit else None,
            unfixable=None if edit else "there is no file of values in which it could be set",
        )


def _judge_manifest(speaker: Resource, version: Version | None) -> Iterator[Problem]:
    path = ("spec", "template", "spec", "containers")
    for index, container in enumerate(items(speaker.get(*path))):
        if text(mapping(container).get("name")) != "speaker":
            continue
        arguments = items(mapping(container).get("args"))
        if any(text(a) in (IGNORE_FLAG, f"{IGNORE_FLAG}=true") for a in arguments):
            continue
        place = speaker.place(*path, index, "args")
        yield Problem(
            place=place.key if arguments else speaker.place(*path, index, "name"),
            message=(
                f"MetalLB {version or ''}'s speaker runs without `{IGNORE_FLAG}`: {_CONSEQUENCE}"
            ),
            help=f"append `{IGNORE_FLAG}` to its arguments",
            fix=Fix(f"append `{IGNORE_FLAG}`", (Append(place, IGNORE_FLAG),))
            if arguments
            else None,
            unfixable=None if arguments else "the container has no list of arguments",
        )


def _subject(installation: Installation, cluster: Cluster) -> Subject | None:
    owner = installation.speaker
    if owner is None and installation.release is not None:
        owner = installation.release.subject
    return subject(owner, cluster) if owner is not None else None
