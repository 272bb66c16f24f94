"""Address pools and peers in forms that MetalLB has given up, or is about to."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any, NamedTuple

from mlblint.context import Context, subject, subject_of
from mlblint.findings import Fix, Problem, Severity
from mlblint.repo import chart
from mlblint.repo.delivery import WAVE, Delivered
from mlblint.repo.evidence import advertised_interfaces
from mlblint.repo.helm import text_layer
from mlblint.repo.metallb import GROUP, L2, Pool
from mlblint.repo.model import Cluster
from mlblint.repo.resources import Resource, is_opaque, items, mapping, text
from mlblint.repo.versions import (
    ADDRESS_POOL_CRD,
    ADDRESS_POOL_READ,
    CUSTOM_RESOURCES,
    PEER_V1BETA1_DEPRECATED,
    Version,
    applies,
)
from mlblint.text.edits import AddDocument, Append, Edit, Remove, Set
from mlblint.text.places import Place

_CURRENT = f"{GROUP}/v1beta1"
# The fields of a pool of old (internal/config/config.go@v0.12.1), as an IPAddressPool has them.
_POOL = {
    "name": "",
    "protocol": "",
    "addresses": "addresses",
    "auto-assign": "autoAssign",
    "avoid-buggy-ips": "avoidBuggyIPs",
}
_SECTIONS = {"address-pools": "IPAddressPool", "peers": "BGPPeer"}


def check(context: Context) -> Iterator[Problem]:
    for cluster in context.model.clusters:
        for delivered in cluster.delivered:
            for problem in _object(delivered, cluster, context):
                yield replace(problem, subject=subject_of(delivered, cluster))
        for _, release, version in chart.charts(cluster):
            owner = subject(release.subject, cluster) if release.subject else None
            for layer, values in chart.layers(release):
                at = layer.where((*release.key, "configInline"))
                found = mapping(values.get("configInline"))
                for problem in _sections(found, at, "`configInline`", cluster, version):
                    yield replace(problem, subject=owner)


def _object(delivered: Delivered, cluster: Cluster, context: Context) -> Iterator[Problem]:
    resource = delivered.resource
    if resource.is_a("", "ConfigMap") and "config" in mapping(resource.get("data")):
        place = resource.place("data", "config")
        layers, _ = text_layer(place, resource.get("data", "config"))
        for layer in layers:
            name = f"the ConfigMap `{resource.name}`"
            for problem in _sections(layer.data, layer.place, name, cluster, cluster.version):
                if problem.severity == "error" and problem.place.path == ("address-pools",):
                    fix, reason = _written_out(
                        delivered, problem.place, layer.data, cluster, context
                    )
                    problem = replace(problem, fix=fix, unfixable=reason)
                yield problem
    elif resource.is_a(GROUP, "AddressPool"):
        yield _address_pool(delivered, cluster, context)
    elif resource.is_a(GROUP, "BGPPeer") and resource.api_version == _CURRENT:
        yield from _old_peer(resource, cluster.version)


# -- before there were custom resources -------------------------------------------------------


def _sections(
    found: Mapping[str, Any], place: Place, name: str, cluster: Cluster, version: Version | None
) -> Iterator[Problem]:
    """A later MetalLB with objects of its own is only misleading to people."""
    read_until = applies(CUSTOM_RESOURCES, version)
    if read_until is False:
        return
    replaced = any(pool.resource.kind == "IPAddressPool" for pool in cluster.pools)
    severity: Severity = "info" if read_until is None else "warning" if replaced else "error"
    for section, kind in _SECTIONS.items():
        names = [text(mapping(one).get("name")) for one in items(found.get(section))]
        if not names:
            continue
        pools = section == "address-pools"
        outcome = "no Service gets an address of these" if pools else "no session is opened"
        release = f"MetalLB {version}" if version is not None else "MetalLB since 0.13.0"
        yield Problem(
            (place / section).key,
            f"{name} holds `{section}`, which {release} does not read: {outcome}",
            f"write {_listed(kind, names)}"
            + (" and an L2Advertisement or BGPAdvertisement for them" if pools else ""),
            severity=severity,
            unfixable="objects need a file of their own, and somebody who delivers it",
        )


def _written_out(
    delivered: Delivered,
    place: Place,
    found: Mapping[str, Any],
    cluster: Cluster,
    context: Context,
) -> tuple[Fix | None, str | None]:
    """The pools as objects behind the ConfigMap, which keeps what else it holds."""
    resource = delivered.resource
    edits: list[Edit] = [Remove(replace(place, on_key=False))]
    for pool in map(mapping, items(found.get("address-pools"))):
        name, addresses = text(pool.get("name")), items(pool.get("addresses"))
        plain = [text(one) for one in (name, *addresses)]
        if pool.get("protocol") != "layer2":
            return None, "only a person knows which peers and communities a BGPAdvertisement needs"
        if not addresses or not all(plain) or any(map(is_opaque, plain)) or set(pool) - set(_POOL):
            return None, "not all that the pools say can be told here"
        spec = {_POOL[key]: value for key, value in pool.items() if _POOL[key]}
        metadata = _metadata(name, resource)
        edits.append(_beside(resource.base, _written("IPAddressPool", metadata, spec)))
        edits.append(_beside(resource.base, _advertisement(name, resource, cluster, context)))
    if edits[0].place.document.host is None:
        return None, "the text of the ConfigMap cannot be edited"
    return Fix("write the pools as objects behind it", tuple(edits), "unsafe"), None


def _listed(kind: str, names: list[str]) -> str:
    known = [f"`{name}`" for name in names if name]
    return f"objects of kind {kind}" + (f" ({', '.join(known)})" if known else "")


# -- custom resources of former releases ------------------------------------------------------


class _State(NamedTuple):
    severity: Severity
    words: str


def _of_pools(version: Version | None) -> _State:
    if version is None:
        return _State("warning", "MetalLB reads AddressPool objects in 0.13 only, and not since")
    if applies(ADDRESS_POOL_READ, version):
        return _State(
            "warning",
            f"MetalLB {version} still reads AddressPool objects, 0.14.0 does not: after an update "
            "Services get no address of it",
        )
    if applies(CUSTOM_RESOURCES, version) is False:
        return _State(
            "error", f"MetalLB {version} knows no custom resources: the API server refuses it"
        )
    if applies(ADDRESS_POOL_CRD, version):
        return _State(
            "error",
            f"MetalLB {version} does not read AddressPool objects, and its webhook refuses them: "
            "no Service gets an address of it",
        )
    return _State(
        "error",
        f"MetalLB {version} has no kind AddressPool: the API server refuses it, and no Service "
        "gets an address of it",
    )


def _address_pool(delivered: Delivered, cluster: Cluster, context: Context) -> Problem:
    resource = delivered.resource
    state = _of_pools(cluster.version)
    fix, reason = _converted(delivered, cluster, context)
    return Problem(
        resource.place("kind"),
        f"AddressPool `{resource.name}`: {state.words}",
        "make it an IPAddressPool without `protocol`, and announce it by an L2Advertisement or "
        "BGPAdvertisement",
        severity=state.severity,
        fix=fix,
        unfixable=reason,
    )


def _converted(
    delivered: Delivered, cluster: Cluster, context: Context
) -> tuple[Fix | None, str | None]:
    resource = delivered.resource
    protocol = resource.get("spec", "protocol")
    if applies(CUSTOM_RESOURCES, cluster.version) is False:
        return None, "it needs another release of MetalLB"
    if protocol != "layer2":
        return None, "only a person knows which peers and communities a BGPAdvertisement needs"
    kind, version = resource.place("kind"), resource.place("apiVersion")
    edits: list[Edit] = [Set(kind, "IPAddressPool"), Remove(resource.place("spec", "protocol"))]
    if resource.api_version != _CURRENT:
        edits.append(Set(version, _CURRENT))
    if resource.get("spec", "bgpAdvertisements") is not None:
        edits.append(Remove(resource.place("spec", "bgpAdvertisements")))
    if any(edit.place.document is not resource.document for edit in edits):
        return None, "a patch gives part of it"
    if any(ad.covers(Pool(delivered)) for ad in cluster.advertisements):
        return Fix("make it an IPAddressPool", tuple(edits), "unsafe"), None
    if is_opaque(resource.name) or not resource.name:
        return None, "its name is not known, which an L2Advertisement needs"
    if any(ad.resource.name == resource.name for ad in cluster.advertisements):
        return None, "there is an advertisement of that name already, for other pools"
    edits.append(_beside(resource.base, _advertisement(resource.name, resource, cluster, context)))
    return Fix("make it an IPAddressPool with an L2Advertisement", tuple(edits), "unsafe"), None


def _beside(base: Place, value: dict[str, object]) -> Edit:
    """Behind the document or, for an item of a List, at its end."""
    return (
        Append(Place(base.document, base.path[:-1]), value)
        if base.path
        else AddDocument(base, value)
    )


def _metadata(name: str, resource: Resource, later: int = 0) -> dict[str, object]:
    """For an object in the place of another one, in its wave or one behind it."""
    metadata: dict[str, object] = {"name": name}
    if resource.namespace:
        metadata["namespace"] = resource.namespace
    wave = text(resource.annotations.get(WAVE))
    if wave.lstrip("+-").isdigit():
        metadata["annotations"] = {WAVE: str(int(wave) + later)}
    return metadata


def _advertisement(
    name: str, resource: Resource, cluster: Cluster, context: Context
) -> dict[str, object]:
    """What `protocol: layer2` meant."""
    spec: dict[str, object] = {"ipAddressPools": [name]}
    evidence = advertised_interfaces(cluster, resource)
    interfaces = list(context.config.network.interfaces) or (evidence and evidence.value)
    if interfaces:
        spec["interfaces"] = interfaces
    metadata = _metadata(name, resource, later=1)
    return _written(L2, metadata, spec)


def _written(kind: str, metadata: object, spec: object) -> dict[str, object]:
    return {"apiVersion": _CURRENT, "kind": kind, "metadata": metadata, "spec": spec}


def _old_peer(resource: Resource, version: Version | None) -> Iterator[Problem]:
    if applies(PEER_V1BETA1_DEPRECATED, version):
        place = resource.place("apiVersion")
        yield Problem(
            place,
            f"BGPPeer `{resource.name}` is of v1beta1, which MetalLB {version} still serves and "
            "will give up: fields that came after 0.13.0, such as `vrf`, are dropped from it",
            f"write `apiVersion: {GROUP}/v1beta2`",
            severity="info",
            fix=Fix("make it one of v1beta2", (Set(place, f"{GROUP}/v1beta2"),), "unsafe"),
        )
