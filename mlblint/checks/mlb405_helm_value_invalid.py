"""Values with which MetalLB's chart does not render, or which it takes for something else."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace

from mlblint.context import Context, subject
from mlblint.findings import Fix, Note, Problem
from mlblint.repo import argo, chart
from mlblint.repo.helm import Release, Value
from mlblint.repo.resources import get, is_opaque
from mlblint.repo.schemas import faults, field
from mlblint.repo.versions import (
    FRR_K8S,
    MONITORS_EXCLUSIVE,
    NODE_SELECTOR_NEEDS_MEMBERLIST,
    Version,
    applies,
)
from mlblint.text.edits import Set
from mlblint.text.guards import dotted
from mlblint.text.nodes import Path

_REFUSED = "Helm refuses to render the chart, and nothing is installed or updated"
_OFF = ("false", "no", "off", "0")
_UNFIXABLE = "which value was meant has to be decided by a person"


def check(context: Context) -> Iterator[Problem]:
    for cluster in context.model.clusters:
        for _, release, version in chart.charts(cluster):
            owner = subject(release.subject, cluster) if release.subject else None
            for problem in (*_types(release, version), *_combinations(release, version)):
                yield replace(problem, subject=owner, unfixable=_UNFIXABLE)
            for problem in _parameters(release):
                yield replace(problem, subject=owner)


# -- single values ----------------------------------------------------------------------------


def _types(release: Release, version: Version | None) -> Iterator[Problem]:
    for layer, values in chart.layers(release):
        for fault in faults(chart.schema(), values, version):
            found = chart.given(release, layer, fault.path)
            where = (*fault.path, fault.missing) if fault.missing else fault.path
            if _counts(release, found) and not is_opaque(found.value):
                words = f"`{dotted(where)}` is missing" if fault.missing else fault.message
                name = "" if fault.missing else f"`{dotted(fault.path)}`: "
                yield Problem(
                    found.place.key if fault.kind == "unknown-key" else found.place,
                    f"{name}{words}. The chart's own schema asks for it, so {_REFUSED}",
                    _help(found.value),
                )
        for path, value in _switches(chart.schema(), values, ()):
            found = chart.given(release, layer, path)
            if _counts(release, found) and str(value).lower() in _OFF:
                yield Problem(
                    found.place,
                    f'`{dotted(path)}` is the text "{value}": to a template every text that is '
                    "not empty is true, so the chart does the opposite of what this says",
                    "write `false` without quotes",
                    severity="warning",
                )


def _parameters(release: Release) -> Iterator[Problem]:
    """The parameters of an Application are texts (argo-cd
    pkg/apis/application/v1alpha1/types.go@v2.14, `HelmParameter`)."""
    if release.subject is None or not argo.is_application(release.subject):
        return
    for layer in release.layers:
        for path, place in (layer.items or {}).items():
            value = get(place.document.data, *place.path)
            if not isinstance(value, (bool, int, float)):
                continue
            # Of a number it is not certain how it was written.
            written = str(value).lower() if isinstance(value, bool) else None
            yield Problem(
                place,
                f"`{dotted(path)}`: expected a text; found {_shown(value)}, which is none without "
                "quotes. The API server refuses the Application as a whole, and Argo CD neither "
                "installs nor updates anything of it",
                "write it in quotes: Helm takes it for what it is all the same",
                fix=Fix("put it in quotes", (Set(place, written),)) if written else None,
                unfixable=None if written else "how a number was written is not certain",
            )


def _shown(value: object) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)


def _counts(release: Release, found: chart.Given) -> bool:
    """Whether no later layer has another value there: Helm checks what is left in the end."""
    last = release.value(*found.path)
    return last is None or last.layer is found.layer


def _help(value: object) -> str:
    bare = value in ("true", "false") or (isinstance(value, str) and value.isdigit())
    return "write it without quotes" if bare else "give it a value that the chart takes"


def _switches(
    schema: Mapping[str, object], values: object, path: Path
) -> Iterator[tuple[Path, str]]:
    """Texts where the chart has true or false and does not check it."""
    if not isinstance(values, Mapping):
        return
    for key, value in values.items():
        here = field(schema, (key,)) or {}
        if isinstance(here.get("default"), bool) and "type" not in here and isinstance(value, str):
            yield (*path, key), value
        yield from _switches(here, value, (*path, key))


# -- values that exclude each other -----------------------------------------------------------


def _combinations(release: Release, version: Version | None) -> Iterator[Problem]:
    for judge in (_backends, _monitors, _node_selector):
        yield from judge(release, version)


def _backends(release: Release, version: Version | None) -> Iterator[Problem]:
    """charts/metallb/templates/speaker.yaml@v0.16.1"""
    if applies(FRR_K8S, version) is False:
        return

    def setting(*path: str) -> object:
        return chart.setting(release, version, *path)

    frr, own = setting("speaker", "frr", "enabled"), setting("frrk8s", "enabled")
    external = setting("frrk8s", "external")
    name = f"MetalLB's chart {version}" if version is not None else "MetalLB's chart"
    if frr is True and (own is True or external is True):
        other = ("frrk8s", "enabled" if own is True else "external")
        yield from _conflict(
            release,
            [("speaker", "frr", "enabled"), other],
            f"{name} has FRR in the speaker and frr-k8s switched on at once",
            "set one of `speaker.frr.enabled` and `frrk8s.enabled` to `false`; both, where "
            "nothing speaks BGP",
        )
    if own is True and external is True:
        yield from _conflict(
            release,
            [("frrk8s", "external"), ("frrk8s", "enabled")],
            f"{name} is to install frr-k8s and to use one that is there already",
            "set one of `frrk8s.enabled` and `frrk8s.external` to `false`",
        )
    if external is True and setting("frrk8s", "namespace") == "":
        yield from _conflict(
            release,
            [("frrk8s", "external")],
            f"{name} is not told where the frr-k8s runs that it is to use",
            "name its namespace in `frrk8s.namespace`",
        )


def _monitors(release: Release, version: Version | None) -> Iterator[Problem]:
    """charts/metallb/templates/{podmonitor,servicemonitor}.yaml@v0.16.1"""
    on = [
        monitor
        for monitor in ("podMonitor", "serviceMonitor")
        if chart.setting(release, version, "prometheus", monitor, "enabled") is True
    ]
    if len(on) == 2 and applies(MONITORS_EXCLUSIVE, version):
        yield from _conflict(
            release,
            [("prometheus", monitor, "enabled") for monitor in reversed(on)],
            "a PodMonitor and ServiceMonitors are switched on at once",
            "set one of them to `false`",
        )
    if on and chart.setting(release, version, "prometheus", "rbacPrometheus") is True:
        for key in ("serviceAccount", "namespace"):
            if chart.setting(release, version, "prometheus", key) == "":
                yield from _conflict(
                    release,
                    [("prometheus", on[0], "enabled")],
                    f"`prometheus.{on[0]}` is switched on, and `prometheus.{key}` does not say "
                    "who may look for pods",
                    f"set `prometheus.{key}`, or `prometheus.rbacPrometheus` to `false`",
                )
                return


def _node_selector(release: Release, version: Version | None) -> Iterator[Problem]:
    """charts/metallb/templates/speaker.yaml@v0.15.0"""
    if not applies(NODE_SELECTOR_NEEDS_MEMBERLIST, version):
        return
    selector = chart.setting(release, version, "speaker", "nodeSelector")
    if selector and chart.setting(release, version, "speaker", "memberlist", "enabled") is False:
        yield from _conflict(
            release,
            [("speaker", "nodeSelector"), ("speaker", "memberlist", "enabled")],
            "`speaker.nodeSelector` leaves out nodes while the member list is switched off, so "
            "that speakers would take nodes without one for candidates",
            "leave the member list on, or let speakers run on all nodes",
        )


def _conflict(
    release: Release, paths: list[tuple[str, ...]], words: str, remedy: str
) -> Iterator[Problem]:
    """At the first of the values that somebody gave; the others are notes. Defaults alone are
    no conflict."""
    given: list[tuple[tuple[str, ...], Value]] = [
        (path, value) for path in paths if (value := release.value(*path)) is not None
    ]
    if given:
        yield Problem(
            given[0][1].place,
            f"{words}: {_REFUSED}",
            remedy,
            notes=tuple(Note(value.place, f"`{dotted(path)}`") for path, value in given[1:]),
        )
