"""Values that a chart does not read, or does not render with."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import NamedTuple

from mlblint.context import Context, subject
from mlblint.findings import Fix, Problem, Severity, Subject
from mlblint.repo import chart
from mlblint.repo.chart import Given
from mlblint.repo.helm import Release
from mlblint.repo.ingress_values import unread_service_values
from mlblint.repo.kinds import served
from mlblint.repo.metallb import bitnami_major
from mlblint.repo.model import Cluster
from mlblint.repo.releases import misplaced_values, value_files_beside
from mlblint.repo.resources import get, items, mapping, text
from mlblint.repo.schemas import field, since_of, until_of
from mlblint.repo.services import INGRESS_CHARTS
from mlblint.repo.versions import (
    CONFIG_INLINE_FAILS,
    EXCLUDE_LABEL,
    FRR_K8S,
    RELEASES,
    Version,
    applies,
)
from mlblint.schema import nearest, surely_meant
from mlblint.text.edits import Insert, Remove, RenameKey, Set
from mlblint.text.guards import dotted
from mlblint.text.nodes import Path
from mlblint.text.places import Place

_IGNORE_EXCLUDE_LB = ("speaker", "ignoreExcludeLB")
_LEGACY = ("configInline", "existingConfigMap")
_BITNAMI_READS_OBJECTS = 4
_UNSURE = "what was meant has to be decided by a person"


class _Verdict(NamedTuple):
    """What is wrong with a value, and where it was surely meant to stand."""

    words: str
    help: str
    severity: Severity = "warning"
    target: Path | None = None


def check(context: Context) -> Iterator[Problem]:
    for cluster in context.model.clusters:
        for _, release, version in chart.charts(cluster):
            for problem in _judge(release, version, context):
                yield replace(problem, subject=_subject(release, cluster))
        for release in cluster.releases:
            others = (*_services(release), *_misplaced(release, context), *_of_bitnami(release))
            for problem in others:
                yield replace(problem, subject=_subject(release, cluster))


def _subject(release: Release, cluster: Cluster) -> Subject | None:
    return subject(release.subject, cluster) if release.subject is not None else None


def _judge(release: Release, version: Version | None, context: Context) -> Iterator[Problem]:
    files = context.model.files
    for found in (*chart.unread(release, version), *_switch_of_subchart(release, version)):
        if chart.is_read_by_templates(files, release, str(found.path[-1])):
            continue
        verdict = _verdict(found, release, version)
        if verdict is not None:
            yield _problem(found, verdict, release, version)
    for found in _outside(release):
        key = str(found.path[0])
        if not chart.is_read_by_templates(files, release, key):
            name = release.key[0]
            verdict = _Verdict(
                f"stands outside `{name}`, the key of the dependency in {_file(release)}",
                f"move it under `{name}`",
            )
            yield _problem(found, verdict, release, version)


def _file(release: Release) -> str:
    return release.place.document.source.path


def _problem(found: Given, verdict: _Verdict, release: Release, version: Version | None) -> Problem:
    fix = _moving(found, verdict.target, release) if verdict.target else None
    outcome = (
        "Helm refuses to render it, and nothing is installed or updated"
        if verdict.severity == "error"
        else "Helm takes it without a word, and nothing in the cluster changes"
    )
    name = f"MetalLB's chart {version}" if version is not None else "MetalLB's chart"
    return Problem(
        found.place if found.layer.items is not None else found.place.key,
        f"`{dotted(found.path)}` {verdict.words}: {name} ignores it. {outcome}"
        if verdict.severity != "error"
        else f"`{dotted(found.path)}` {verdict.words}: {outcome}",
        verdict.help,
        severity=verdict.severity,
        fix=fix,
        unfixable=None if fix else _UNSURE,
    )


def _moving(found: Given, target: Path, release: Release) -> Fix | None:
    """Not where the value is given already: one of the two was not meant."""
    if release.value(*target) is not None:
        return None
    if found.layer.items is not None:
        return _renamed_parameter(found, target, release)
    if target[:-1] == found.path[:-1]:
        edit = RenameKey(found.place, str(target[-1]))
        return Fix(f"rename it to `{target[-1]}`", (edit,), "unsafe")
    if isinstance(found.value, list | Mapping):
        return None
    home = found.layer.where((*release.key, *target[:-1]))
    edits = (Insert(home, str(target[-1]), found.value), Remove(found.place, prune=True))
    return Fix(f"move it to `{dotted(target)}`", edits, "unsafe")


def _renamed_parameter(found: Given, target: Path, release: Release) -> Fix | None:
    """An Application gives parameters as a list of names and values."""
    is_whole = (*release.key, *found.path) in (found.layer.items or {})
    if not is_whole or found.place.path[-1] != "value":
        return None
    name = Place(found.place.document, (*found.place.path[:-1], "name"))
    full = dotted((*release.key, *target))
    return Fix(f"rename it to `{full}`", (Set(name, full),), "unsafe")


# -- what was meant ---------------------------------------------------------------------------


def _verdict(found: Given, release: Release, version: Version | None) -> _Verdict | None:
    path, key = found.path, str(found.path[-1])
    if path[0] in _LEGACY:
        return _legacy(path, version)
    if path == ("frr-k8s", "enabled"):
        off = found.value is False
        return _Verdict(
            "is a value of no chart; frr-k8s is switched by `frrk8s.enabled`",
            "write `frrk8s.enabled`",
            target=("frrk8s", "enabled") if off else None,
        )
    if path == _IGNORE_EXCLUDE_LB and applies(EXCLUDE_LABEL, version) is False:
        return None  # No node is left out that the value would have to bring back.
    ever = field(chart.schema(), path)
    if ever is not None and version is not None:
        # People copy all values from the chart of another release.
        return None if _is_harmless(ever, found.value) else _of_another_release(ever, version)
    if version is not None and version > RELEASES[-1]:
        return None
    if surely_meant(key, _IGNORE_EXCLUDE_LB[1:]) or _squashed(key) == "ignoreexcludelb":
        on = found.value in (True, "true")
        return _Verdict(
            "stands in the wrong place; it is read as `speaker.ignoreExcludeLB` only",
            "move it to `speaker.ignoreExcludeLB`",
            target=_IGNORE_EXCLUDE_LB if on else None,
        )
    return _resource(key) or _elsewhere(found, release)


def _is_harmless(ever: Mapping[str, object], value: object) -> bool:
    """A default, or a switch that is off."""
    if "properties" in ever:
        below = mapping(ever["properties"])
        return isinstance(value, Mapping) and all(
            key in below and _is_harmless(below[key], one) for key, one in value.items()
        )
    befores = map(mapping, mapping(ever.get("x-before")).values())
    return value in (None, False) or value in [one.get("default") for one in (ever, *befores)]


def _squashed(key: str) -> str:
    return key.lower().replace("-", "").replace("_", "")


def _legacy(path: Path, version: Version | None) -> _Verdict:
    fails = path[0] == "configInline" and applies(CONFIG_INLINE_FAILS, version)
    return _Verdict(
        "has not been supported since MetalLB 0.13.0, which reads custom resources instead",
        "write IPAddressPool and L2Advertisement objects",
        "error" if fails else "warning",
    )


def _of_another_release(ever: Mapping[str, object], version: Version) -> _Verdict:
    since, until = since_of(ever), until_of(ever)
    if since is not None and version < since:
        return _Verdict(
            f"came with release {since}", f"update MetalLB to {since} or later, or leave it out"
        )
    now = text(ever.get("x-now"))
    return _Verdict(
        f"was given up with release {until}",
        f"its place is `{now}` now" if now else "take it out",
        target=tuple(now.split(".")) if now else None,
    )


def _resource(key: str) -> _Verdict | None:
    """Custom resources never were values of this chart."""
    kind = surely_meant(key, served()) or ("IPAddressPool" if "pool" in key.lower() else None)
    if kind is None:
        return None
    if kind == "AddressPool":
        kind = "IPAddressPool"
    return _Verdict(
        "is no value of this chart in any release, which makes no custom resources",
        f"write an object of kind {kind} into a manifest of its own",
    )


def _elsewhere(found: Given, release: Release) -> _Verdict:
    path, key = found.path, str(found.path[-1])
    beside = list(mapping(mapping(field(chart.schema(), path[:-1])).get("properties")))
    sibling = surely_meant(key, beside)
    if sibling is not None:
        target = (*path[:-1], sibling)
        return _Verdict(
            f"is not spelt like `{dotted(target)}`", f"write `{sibling}`", target=target
        )
    if len(path) == 1 and key == release.chart and isinstance(found.value, Mapping):
        return _Verdict(
            "is a level too deep: the chart is installed by itself, not as a dependency",
            f"take the level `{key}` away",
        )
    homes = [home for home in _paths(chart.schema(), ()) if home[-1] == key and home != path]
    if len(homes) == 1:
        where = dotted(homes[0])
        return _Verdict(
            f"stands in the wrong place; it is read as `{where}`", f"move it to `{where}`"
        )
    close = nearest(key, beside)
    where = f"`{dotted(path[:-1])}`" if path[:-1] else "the chart"
    return _Verdict(
        "is no value of this chart",
        f"did you mean `{close}`?"
        if close
        else f"{where} has {', '.join(f'`{x}`' for x in beside)}",
    )


def _paths(schema: Mapping[str, object], path: Path) -> Iterator[Path]:
    for key, below in mapping(schema.get("properties")).items():
        yield (*path, key)
        yield from _paths(below, (*path, key))


def _switch_of_subchart(release: Release, version: Version | None) -> Iterator[Given]:
    """`frr-k8s` holds the values of another chart, which has no such switch."""
    if applies(FRR_K8S, version) is not False:
        for layer, values in chart.layers(release):
            if get(values, "frr-k8s", "enabled") is not None:
                yield chart.given(release, layer, ("frr-k8s", "enabled"))


def _outside(release: Release) -> Iterator[Given]:
    """Values of MetalLB's chart at the top of those of the chart that depends on it."""
    if not release.key:
        return
    pulled = items(get(release.place.document.data, "dependencies"))
    own = {text(mapping(one).get(name)) for one in pulled for name in ("alias", "name")}
    for layer in release.layers:
        for key in ("speaker", "controller", "crds", "frrk8s", *_LEGACY):
            value = layer.data.get(key)
            if isinstance(value, Mapping) and value and key not in own:
                yield Given(layer, (key,), value, chart.where(layer, (key,)))


# -- what never reaches a chart ----------------------------------------------------------------


def _misplaced(release: Release, context: Context) -> Iterator[Problem]:
    """Values in a field that the object which installs the chart does not have, or in a file
    that is not the chart's."""
    if release.subject is None or release.chart not in ("metallb", *INGRESS_CHARTS):
        return
    for wrong, home in misplaced_values(release.subject):
        yield Problem(
            release.subject.place(*wrong).key,
            f"{release.subject.kind} has no field `{dotted(wrong)}`: the API server refuses or "
            f"drops it, and the chart {release.chart} gets none of these values",
            f"move it to `{dotted(home)}`",
            severity="error",
            unfixable=_UNSURE,
        )
    for path, entry, beside in value_files_beside(release.subject, context.model.files):
        yield Problem(
            release.subject.place(*path),
            f"`{entry}` is looked for inside of the chart {release.chart}, where it is another "
            f"file or none: nothing reads `{beside}`",
            f"name this repository among `sources` with a `ref` and write `$ref/{beside}`, or put "
            "the values into `valuesObject`",
            severity="error",
            unfixable=_UNSURE,
        )


# -- other charts -----------------------------------------------------------------------------


def _of_bitnami(release: Release) -> Iterator[Problem]:
    """bitnami/charts bitnami/metallb/README.md@metallb/6.4.22, "To 4.0.0"."""
    major = bitnami_major(release)
    if major is None or major < _BITNAMI_READS_OBJECTS:
        return
    for layer, values in chart.layers(release):
        for key in _LEGACY:
            if values.get(key):
                found = chart.given(release, layer, (key,))
                yield Problem(
                    found.place if layer.items is not None else found.place.key,
                    f"`{key}` is of no use to Bitnami's chart since its release 4.0.0, which "
                    "brings a MetalLB that reads custom resources instead: no Service gets an "
                    "address of it",
                    "write IPAddressPool and L2Advertisement objects",
                    unfixable=_UNSURE,
                )


def _services(release: Release) -> Iterator[Problem]:
    for layer, path, target in unread_service_values(release):
        found = chart.given(release, layer, path)
        fix = _moving(found, target, release)
        yield Problem(
            found.place if layer.items is not None else found.place.key,
            f"`{dotted(path)}` is read as `{dotted(target)}` only: the chart {release.chart} "
            "ignores it, and its Service goes without",
            f"move it to `{dotted(target)}`",
            fix=fix,
            unfixable=None if fix else _UNSURE,
        )
