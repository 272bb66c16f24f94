"""Differences that Argo CD shows for ever, and instructions to ignore some that never match."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from fnmatch import fnmatchcase
from typing import Any, NamedTuple

from mlblint.context import Context, subject
from mlblint.findings import Fix, Problem
from mlblint.repo import argo
from mlblint.repo.argo_config import ignores_ca_bundle
from mlblint.repo.metallb import GROUP, Installation, brings_crds
from mlblint.repo.model import Cluster
from mlblint.repo.resources import Resource, get, is_opaque, items, mapping, text
from mlblint.repo.versions import ADDRESS_POOL_CRD, CA_BUNDLE_PLACEHOLDER, Version, applies
from mlblint.text.edits import Append, Edit, Insert, RenameKey, Set
from mlblint.text.places import Place

_CRDS = "apiextensions.k8s.io"
_CRD = "CustomResourceDefinition"
_POINTER = "/spec/conversion/webhook/clientConfig/caBundle"
_SELECTORS = ("jsonPointers", "jqPathExpressions", "managedFieldsManagers")
_MISSPELT = {
    "jsonPointer": "jsonPointers",
    "jqPathExpression": "jqPathExpressions",
    "jqPathExpresssions": "jqPathExpressions",
    "managedFieldsManager": "managedFieldsManagers",
}
_VERSION = re.compile(r"v\d+(?:(?:alpha|beta)\d+)?")
_ONLY_SLASHES = re.compile(r"[\w~-]+(?:/[\w.~-]+)+")
_PATH = ("spec", "ignoreDifferences")


class Fault(NamedTuple):
    """Why an entry never matches, and the edit that mends it, if that is certain."""

    place: Place
    message: str
    help: str
    edit: Edit | None = None
    written: object = None


def check(context: Context) -> Iterator[Problem]:
    model = context.model
    everything = {path for cluster in model.clusters for path in cluster.files}
    for cluster in model.clusters:
        for delivery in cluster.deliveries:
            if argo.is_application(delivery.resource):
                yield from _dead_entries(delivery.resource, cluster)
        drifting = [one for one in cluster.installations if _drifts(one, cluster)]
        if drifting and not ignores_ca_bundle(everything, model):
            for installation in drifting:
                yield from _drift(installation, cluster)


# -- the drift ----------------------------------------------------------------------------


def _drifts(installation: Installation, cluster: Cluster) -> bool:
    version = cluster.known.version or _crd_version(installation)
    return (
        installation.upstream
        and installation.by is not None
        and argo.is_application(installation.by.resource)
        and (brings_crds(installation) or _has_placeholder(installation, cluster))
        and applies(CA_BUNDLE_PLACEHOLDER, version) is True
    )


def _crd_version(installation: Installation) -> Version | None:
    """The CRDs are those of the chart or of the manifests, whatever image runs."""
    return installation.version if installation.release is None else installation.chart_version


def _has_placeholder(installation: Installation, cluster: Cluster) -> bool:
    """Whether the CRD is written out beside the speaker, with a bundle."""
    return any(
        one.by is installation.by
        and one.resource.is_a(_CRDS, _CRD)
        and one.resource.name == f"bgppeers.{GROUP}"
        and one.resource.get("spec", "conversion", "webhook", "clientConfig", "caBundle")
        for one in cluster.delivered
    )


def _drift(installation: Installation, cluster: Cluster) -> Iterator[Problem]:
    assert installation.by is not None
    application = installation.by.resource
    version = cluster.known.version or _crd_version(installation)
    names = [f"bgppeers.{GROUP}"]
    if applies(ADDRESS_POOL_CRD, version):
        names.append(f"addresspools.{GROUP}")
    entries = [_repaired(mapping(entry)) for entry in items(application.get(*_PATH))]
    missing = [name for name in names if not any(_ignores(entry, name) for entry in entries)]
    unknown = application.is_unknown(*_PATH) or any(is_opaque(str(entry)) for entry in entries)
    if not missing or unknown:
        return
    crds = "CRDs " if len(missing) > 1 else "CRD "
    crds += " and ".join(f"`{name}`" for name in missing)
    place = application.place(*_PATH)
    yield Problem(
        place=place.key,
        message=(
            f"MetalLB {version} ships the {crds} with a `caBundle` that its "
            f"controller overwrites, and Application `{application.name}` does not ignore the "
            "difference: it is OutOfSync for ever, and with selfHeal the two overwrite each other"
        ),
        help=f"ignore `{_POINTER}` there; from 0.15.0 the CRD has no such field any more",
        subject=subject(application, cluster),
        fix=Fix(
            "ignore the `caBundle` of the CRD",
            tuple(Append(place, _entry(name)) for name in missing),
            "unsafe",
        ),
    )


def _entry(name: str) -> dict[str, object]:
    return {"group": _CRDS, "kind": _CRD, "name": name, "jsonPointers": [_POINTER]}


def _ignores(entry: Mapping[str, Any], name: str) -> bool:
    """Group and kind may be patterns (Argo CD util/argo/normalizers/diff_normalizer.go@v2.14)."""
    if not fnmatchcase(_CRDS, text(entry.get("group"))):
        return False
    if not fnmatchcase(_CRD, text(entry.get("kind"))) or entry.get("name") not in (None, "", name):
        return False
    if entry.get("namespace"):
        return False
    pointers = map(text, items(entry.get("jsonPointers")))
    return (
        any(p == _POINTER or _POINTER.startswith(f"{p}/") for p in pointers if p)
        or bool(items(entry.get("jqPathExpressions")))
        or bool(items(entry.get("managedFieldsManagers")))
    )


# -- entries that never match -------------------------------------------------------------


def _dead_entries(application: Resource, cluster: Cluster) -> Iterator[Problem]:
    for index, entry in enumerate(items(application.get(*_PATH))):
        if not isinstance(entry, Mapping) or is_opaque(str(dict(entry))):
            continue
        if application.is_unknown(*_PATH, index):
            continue
        place = application.place(*_PATH, index)
        for fault in _faults(entry, place):
            certain = fault.edit is not None and _is_written(fault)
            fix = Fix(fault.help, (fault.edit,), "unsafe") if fault.edit and certain else None
            yield Problem(
                place=fault.place,
                message=(
                    f"{fault.message}: the entry never matches, and Application "
                    f"`{application.name}` stays OutOfSync for what it was to ignore"
                ),
                help=fault.help,
                subject=subject(application, cluster),
                fix=fix,
                unfixable=None if fix else "what was meant cannot be told for certain",
            )


def _is_written(fault: Fault) -> bool:
    """Not if a generator fills it in."""
    at = fault.place
    return bool(get(at.document.data, *at.path) == fault.written)


def _faults(entry: Mapping[str, Any], place: Place) -> Iterator[Fault]:
    group, kind = text(entry.get("group")), text(entry.get("kind"))
    if _means_crd(entry):
        if kind != _CRD:
            message = f"a {kind or 'resource'} has no `spec.conversion`, only its CRD has"
            edit = Set(place / "kind", _CRD) if "kind" in entry else None
            yield Fault(place / "kind", message, f"write `kind: {_CRD}`", edit, entry.get("kind"))
        if group != _CRDS:
            yield _wrong_group(entry, place, group, _CRDS)
    elif (right := _right_group(group)) != group:
        yield _wrong_group(entry, place, group, right)
    yield from _wrong_pointers(entry, place)
    if not any(items(entry.get(key)) for key in _SELECTORS):
        yield _without_selector(entry, place)


def _wrong_group(entry: Mapping[str, Any], place: Place, group: str, right: str) -> Fault:
    at = place / "group"
    if "/" in group or _VERSION.fullmatch(group):
        message = (
            f"the group `{group}` has a version in it, groups are compared without: it should be "
            f"{_quoted(right)}"
        )
    else:
        message = f"the group is {_quoted(group)}, that of CRDs is `{right}`"
    edit: Edit = Set(at, right) if "group" in entry else Insert(place, "group", right)
    return Fault(at, message, f"write `group: {_quoted(right, '')}`", edit, entry.get("group"))


def _quoted(group: str, mark: str = "`") -> str:
    return f"{mark}{group}{mark}" if group else '""'


def _wrong_pointers(entry: Mapping[str, Any], place: Place) -> Iterator[Fault]:
    for index, pointer in enumerate(items(entry.get("jsonPointers"))):
        right = _right_pointer(entry, pointer)
        if not isinstance(pointer, str) or right == pointer:
            continue
        at = place / "jsonPointers" / index
        if not pointer.startswith("/"):
            message = f"the JSON pointer `{pointer}` does not begin with `/`"
        else:
            message = f"a CRD has no `{pointer}`, its `caBundle` is in `{_POINTER}`"
        edit = Set(at, right) if right is not None else None
        remedy = f"write `{right}`" if right is not None else "write it as `/a/b/c`"
        yield Fault(at, message, remedy, edit, pointer)


def _without_selector(entry: Mapping[str, Any], place: Place) -> Fault:
    wrong = next((key for key in entry if _MISSPELT.get(key) and items(entry[key])), None)
    if wrong is not None:
        right = _MISSPELT[wrong]
        message = f"`{wrong}` is no field of it, `{right}` is"
        edit = RenameKey(place / wrong, right)
        return Fault(place / wrong, message, f"write `{right}`", edit, entry[wrong])
    message = f"it has none of {', '.join(f'`{key}`' for key in _SELECTORS)}"
    name = text(entry.get("name"))
    if _means_crd(entry) or (entry.get("kind") == _CRD and name.endswith(f".{GROUP}")):
        insert = Insert(place, "jsonPointers", [_POINTER])
        remedy = f"add `jsonPointers: [{_POINTER}]`"
        return Fault(place, message, remedy, insert, entry)
    return Fault(place, message, "say which fields are to be ignored")


# -- what was meant -----------------------------------------------------------------------


def _repaired(entry: Mapping[str, Any]) -> dict[str, Any]:
    """The entry as the fixes would leave it."""
    fixed = {_MISSPELT.get(key, key): value for key, value in entry.items()}
    if _means_crd(entry):
        fixed |= {"group": _CRDS, "kind": _CRD}
    else:
        fixed["group"] = _right_group(text(entry.get("group")))
    fixed["jsonPointers"] = [
        _right_pointer(entry, pointer) for pointer in items(fixed.get("jsonPointers"))
    ]
    return fixed


def _means_crd(entry: Mapping[str, Any]) -> bool:
    """A field of the CRD is sought in objects of MetalLB's kinds."""
    pointers = " ".join(map(str, items(entry.get("jsonPointers"))))
    wanted = "/spec/conversion" in pointers or "caBundle" in pointers
    group = _right_group(text(entry.get("group")))
    name = text(entry.get("name"))
    named = not name or name.endswith(f".{GROUP}")
    foreign = group == GROUP or (group == _CRDS and entry.get("kind") in _METALLB_KINDS)
    return wanted and named and foreign


_METALLB_KINDS = ("BGPPeer", "AddressPool", "IPAddressPool", "L2Advertisement")


def _right_group(group: str) -> str:
    bare = group.partition("/")[0] if "/" in group else group
    return "" if _VERSION.fullmatch(bare) else bare


def _right_pointer(entry: Mapping[str, Any], pointer: object) -> str | None:
    """None where it is wrong and nobody can tell what is right."""
    if not isinstance(pointer, str):
        return None
    if not pointer.startswith("/"):
        return f"/{pointer}" if _ONLY_SLASHES.fullmatch(pointer) else None
    in_crd = entry.get("kind") == _CRD or _means_crd(entry)
    return _POINTER if in_crd and pointer.endswith("/caBundle") else pointer
