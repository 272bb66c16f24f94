"""MetalLB resources outside the namespace in which MetalLB runs."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import cached_property

from mlblint.context import Context, subject_of
from mlblint.findings import Fix, Note, Problem
from mlblint.records import dataclass
from mlblint.repo.delivery import Delivered
from mlblint.repo.metallb import BGP, GROUP, L2, POOL_KINDS, Pool
from mlblint.repo.model import Cluster, Model
from mlblint.repo.resources import is_opaque, items, text
from mlblint.repo.versions import NAMESPACE_CHECK, applies
from mlblint.text.documents import Document
from mlblint.text.edits import Insert, Set
from mlblint.text.places import Place

_KINDS = (*POOL_KINDS, L2, BGP, "BGPPeer", "BFDProfile", "Community")
_FIELD = ("metadata", "namespace")


def check(context: Context) -> Iterator[Problem]:
    others = _Others(context.model)
    for cluster in context.model.clusters:
        home = _home(cluster)
        for delivered in cluster.delivered:
            if not delivered.resource.is_a(GROUP, *_KINDS) or not _is_known(delivered):
                continue
            if home is not None and delivered.namespace != home:
                yield _misplaced(delivered, home, cluster, others)
            elif home is None and _says_default(delivered) and not cluster.installations:
                yield _in_default(delivered, cluster)
        if home is None:
            yield from _torn_apart(cluster)


def _home(cluster: Cluster) -> str | None:
    """Where MetalLB runs. Bitnami's chart can be told another namespace than its release's."""
    home = cluster.namespace
    moved = any(
        one.release is not None and one.release.value("namespaceOverride") is not None
        for one in cluster.installations
    )
    if cluster.known.namespace is None and moved:
        return None
    return None if home is None or is_opaque(home) else home


def _is_known(delivered: Delivered) -> bool:
    namespace = delivered.namespace
    return (
        namespace is not None
        and not is_opaque(namespace)
        and not delivered.resource.is_unknown(*_FIELD)
    )


def _says_default(delivered: Delivered) -> bool:
    """Other names say nothing: MetalLB may run anywhere."""
    return delivered.namespace == delivered.resource.namespace == "default"


def _misplaced(delivered: Delivered, home: str, cluster: Cluster, others: _Others) -> Problem:
    resource = delivered.resource
    refused = applies(NAMESPACE_CHECK, cluster.version)
    fate = {
        True: "its webhook refuses the object",
        False: "it ignores the object",
        None: "it ignores the object, or refuses it (its webhook does from 0.13.5 on)",
    }[refused]
    fix, unfixable = _fix(delivered, home, others)
    return Problem(
        place=resource.place(*_FIELD),
        message=(
            f"{resource.kind} `{resource.name}` goes to namespace `{delivered.namespace}`, but "
            f"MetalLB runs in `{home}` and reads nothing elsewhere: {fate}"
        ),
        help=f"put it into namespace `{home}`",
        subject=subject_of(delivered, cluster),
        notes=tuple(_notes(delivered, cluster)),
        fix=fix,
        unfixable=unfixable,
    )


def _in_default(delivered: Delivered, cluster: Cluster) -> Problem:
    resource = delivered.resource
    return Problem(
        place=resource.place(*_FIELD),
        message=(
            f"{resource.kind} `{resource.name}` goes to namespace `default`, where nothing says "
            "that MetalLB runs: it reads its configuration from its own namespace only "
            "(metallb-system in its manifests and documents), and its webhook refuses the object "
            "elsewhere"
        ),
        help=(
            "put it where MetalLB runs; if that is `default`, write `metallb: {namespace: "
            "default}` in .mlblint.yaml"
        ),
        subject=subject_of(delivered, cluster),
        unfixable="nothing tells where MetalLB runs: write `metallb.namespace` in .mlblint.yaml",
    )


def _torn_apart(cluster: Cluster) -> Iterator[Problem]:
    """Wherever MetalLB runs, an advertisement and the pool that it names belong together."""
    places: dict[str, list[Pool]] = {}
    for pool in cluster.pools:
        places.setdefault(pool.name, []).append(pool)
    for ad in cluster.advertisements:
        for name in items(ad.resource.get("spec", "ipAddressPools")):
            pools = places.get(text(name), [])
            parts = [ad.delivered, *(pool.delivered for pool in pools)]
            if not all(map(_is_known, parts)) or any(map(_says_default, parts)):
                continue
            if pools and all(pool.delivered.namespace != ad.delivered.namespace for pool in pools):
                yield _torn(ad.delivered, pools[0], cluster)
                break


def _torn(delivered: Delivered, pool: Pool, cluster: Cluster) -> Problem:
    resource = delivered.resource
    return Problem(
        place=resource.place(*_FIELD),
        message=(
            f"{resource.kind} `{resource.name}` goes to namespace `{delivered.namespace}`, but the "
            f"pool `{pool.name}` that it names goes to `{pool.delivered.namespace}`: MetalLB reads "
            "only the namespace in which it runs, so one of the two is ignored or refused, and the "
            "pool is not announced"
        ),
        help="put both where MetalLB runs",
        subject=subject_of(delivered, cluster),
        severity="warning",
        notes=(Note(pool.resource.place(*_FIELD), f"the namespace of pool `{pool.name}`"),),
        unfixable="nothing tells where MetalLB runs: write `metallb.namespace` in .mlblint.yaml",
    )


def _fix(delivered: Delivered, home: str, others: _Others) -> tuple[Fix | None, str | None]:
    resource = delivered.resource
    place = resource.place(*_FIELD)
    title = f"put it into namespace `{home}`"
    if resource.namespace is None:
        metadata = resource.place("metadata")
        return Fix(title, (Insert(metadata, "namespace", home, "name"),), "unsafe"), None
    own = Place(resource.base.document, (*resource.base.path, *_FIELD))
    moved = others.at(place) if place != own else None
    if moved is not None:
        return None, f"what stands there decides for {moved}, too"
    return Fix(title, (Set(place, home),), "unsafe"), None


@dataclass(frozen=True, eq=False)
class _Others:
    """What is not MetalLB's, by the place from which it gets its namespace: that of a
    kustomization is for all its objects and charts, and renames the Namespace itself."""

    model: Model

    def at(self, place: Place) -> str | None:
        found = [self._found[key] for key in (place, place.document) if key in self._found]
        return min(found)[1] if found else None

    @cached_property
    def _found(self) -> Mapping[Place | Document, tuple[int, str]]:
        """In the order in which it is met; a chart by its document."""
        found: dict[Place | Document, tuple[int, str]] = {}
        for cluster in self.model.clusters:
            for release in cluster.releases:
                chart = len(found), f"the chart `{release.name}`"
                found.setdefault(release.place.document, chart)
            for resource in (one.resource for one in cluster.delivered):
                field = ("metadata", "name") if resource.is_a("", "Namespace") else _FIELD
                if resource.group != GROUP:
                    named = len(found), f"{resource.kind} `{resource.name}`"
                    found.setdefault(resource.place(*field), named)
        return found


def _notes(delivered: Delivered, cluster: Cluster) -> Iterator[Note]:
    if delivered.by is not None and delivered.resource.namespace is None:
        by = delivered.by.resource
        yield Note(by.place("metadata", "name"), f"{by.kind} `{by.name}` gives it the namespace")
    for installation in cluster.installations:
        if cluster.known.namespace is None:
            yield Note(installation.place, f"installs MetalLB into `{installation.namespace}`")
