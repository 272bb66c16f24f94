"""The repository model as plain data, described by schemas/model.json."""

from __future__ import annotations

import json
from collections import Counter
from typing import Any

from mlblint.repo import flux
from mlblint.repo.addresses import EntryFault
from mlblint.repo.delivery import Delivery, Wave
from mlblint.repo.helm import Release
from mlblint.repo.metallb import Advertisement, Entry, Installation, Pool
from mlblint.repo.model import Cluster, Model
from mlblint.repo.resources import Resource
from mlblint.repo.services import PREFIXES, Service
from mlblint.text.places import Place, positions

VERSION = 1

View = dict[str, Any]


def as_json(model: Model) -> str:
    return json.dumps(view(model), indent=2) + "\n"


def view(model: Model) -> View:
    known = [cluster for cluster in model.clusters if cluster.name is not None]
    return {
        "version": VERSION,
        "engines": sorted(model.engines),
        "clusters": [_cluster(cluster) for cluster in known],
        "alone": [_cluster(cluster) for cluster in model.clusters if cluster.name is None],
        "undelivered": [
            {**_object(one.resource), "reason": one.reason} for one in model.undelivered
        ],
        "files": {
            "templates": sorted(model.index.templates),
            "encrypted": sorted(model.index.encrypted),
            "broken": sorted({broken.source.path for broken in model.index.broken}),
        },
    }


def _cluster(cluster: Cluster) -> View:
    """Without a name, the only cluster or one whose name does not show: `""` becomes null."""
    return {
        "name": cluster.name or None,
        "because": cluster.because,
        "engines": sorted(cluster.engines),
        "roots": sorted(cluster.roots),
        "objects": len(cluster.delivered),
        "deliveries": _deliveries(cluster),
        "byHand": _by_hand(cluster),
        "metallb": _metallb(cluster),
        "pools": [_pool(pool, cluster) for pool in cluster.pools],
        "services": [_service(s) for s in cluster.services if s.type == "LoadBalancer"],
        "gaps": _gaps(cluster),
    }


# -- deliveries ---------------------------------------------------------------------------


def _deliveries(cluster: Cluster) -> list[View]:
    """A tree. What stands above a delivery belongs to it even if it lives in another cluster."""
    contents: dict[int, View] = {}
    roots: list[View] = []

    def node(delivery: Delivery) -> View:
        if id(delivery) not in contents:
            found = contents[id(delivery)] = _delivery(delivery)
            siblings = node(delivery.parent)["deliveries"] if delivery.parent else roots
            siblings.append(found)
        return contents[id(delivery)]

    for delivery in cluster.deliveries:
        node(delivery)
    for delivered in cluster.delivered:
        if delivered.by is not None:
            node(delivered.by)["objects"] += 1
    for release in cluster.releases:
        if release.by is not None:
            node(release.by)["charts"].append(_chart(release))
    for remote in cluster.remotes:
        if remote.by is not None:
            node(remote.by)["remotes"].append({"url": remote.url, **_where(remote.place)})
    return roots


def _delivery(delivery: Delivery) -> View:
    resource = delivery.resource
    return {
        "engine": delivery.engine,
        **_object(resource),
        "targetNamespace": delivery.namespace,
        "destination": delivery.destination,
        "wave": _wave(delivery.wave),
        "dependsOn": [
            f"{namespace}/{name}" if namespace else name
            for namespace, name in flux.depends_on(resource)
            if delivery.engine == "flux"
        ],
        "objects": 0,
        "charts": [],
        "remotes": [],
        "deliveries": [],
    }


def _wave(wave: Wave | None) -> View | None:
    if wave is None:
        return None
    return {
        "number": wave.number,
        "inherited": wave.inherited,
        "givenBy": _object(wave.given_by),
    }


def _chart(release: Release) -> View:
    return {
        "release": release.name,
        "chart": release.chart,
        "repository": release.repository,
        "version": release.version,
        "namespace": release.namespace,
        "allValuesKnown": release.complete,
        **_where(release.place),
    }


def _by_hand(cluster: Cluster) -> list[View]:
    """The beginnings from which objects come that nothing in the repository applies."""
    counts: Counter[str] = Counter()
    for delivered in cluster.delivered:
        if delivered.by is None:
            file = delivered.resource.file
            above = [root for root in cluster.roots if _is_below(file, root)]
            counts[max(above, key=len, default=file)] += 1
    return [{"path": path, "objects": count} for path, count in sorted(counts.items())]


def _is_below(file: str, root: str) -> bool:
    return root in ("", file) or file.startswith(f"{root}/")


# -- MetalLB ------------------------------------------------------------------------------


def _metallb(cluster: Cluster) -> View:
    version = cluster.version
    return {
        "version": str(version) if version else None,
        "namespace": cluster.namespace,
        "bgpType": cluster.bgp_type,
        "loadBalancerClass": cluster.load_balancer_class,
        "installations": [_installation(one) for one in cluster.installations],
    }


def _installation(one: Installation) -> View:
    kind = "manifests from elsewhere" if one.remote else "manifests"
    return {
        "from": "chart" if one.release else kind,
        "chart": one.release.chart if one.release else None,
        "upstream": one.upstream,
        "version": str(one.version) if one.version else None,
        "namespace": one.namespace,
        "by": _object(one.by.resource) if one.by else None,
        **_where(one.place),
    }


def _pool(pool: Pool, cluster: Cluster) -> View:
    return {
        **_object(pool.resource),
        "namespace": pool.delivered.namespace,
        "mode": cluster.mode(pool),
        "autoAssign": pool.resource.get("spec", "autoAssign") is not False,
        "wave": _wave(pool.delivered.wave),
        "addresses": [_entry(entry) for entry in pool.entries],
        "announcedBy": [_advertisement(one) for one in cluster.announcers(pool)],
    }


def _entry(entry: Entry) -> View:
    """`size` is a text: numbers of IPv6 addresses are larger than many programs can read."""
    interval, fault = entry.interval, entry.addresses
    return {
        "text": entry.text,
        "interval": str(interval) if interval else None,
        "size": str(interval.size) if interval else None,
        "fault": fault.kind if isinstance(fault, EntryFault) else None,
        **_where(entry.place),
    }


def _advertisement(one: Advertisement) -> View:
    return {
        **_object(one.resource),
        "mode": one.mode,
        "interfaces": one.interfaces,
        "wave": _wave(one.delivered.wave),
    }


def _service(service: Service) -> View:
    owner = service.delivered.resource if service.delivered else None
    return {
        "carrier": owner.kind if owner else "Helm values",
        "namespace": service.namespace,
        "name": service.name,
        "addresses": service.address_requests(),
        "pool": service.request("address-pool"),
        "sharingKey": service.request("allow-shared-ip"),
        "loadBalancerClass": service.load_balancer_class,
        **_where(_asking(service)),
    }


def _asking(service: Service) -> Place:
    """Where a Service says what it wants, or that it is a LoadBalancer."""
    keys = [f"{prefix}/{key}" for key in ("loadBalancerIPs", "address-pool") for prefix in PREFIXES]
    places = [(service.annotations / key).key for key in keys]
    homes = (service.spec, *(place for place, _ in service.extra))
    places += [(home / key).key for key in ("loadBalancerIP", "type") for home in homes]
    return next((place for place in places if place.exists), service.spec)


# -- places -------------------------------------------------------------------------------


def _gaps(cluster: Cluster) -> list[View]:
    found = [{"reason": gap.reason, **_where(gap.place)} for gap in cluster.gaps]
    unique = {(gap["path"], gap["line"], gap["reason"]): gap for gap in found}
    return [unique[key] for key in sorted(unique)]


def _object(resource: Resource) -> View:
    return {
        "kind": resource.kind,
        "namespace": resource.namespace,
        "name": resource.name,
        **_where(resource.base),
    }


def _where(place: Place) -> View:
    return {"path": place.document.source.path, "line": positions(place)[0].line}
