"""Advertisements that name a pool or peer that is not there."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from mlblint.context import Context, subject_of
from mlblint.findings import Problem
from mlblint.repo.label_selectors import faults
from mlblint.repo.metallb import GROUP, POOL_KINDS, Advertisement
from mlblint.repo.model import Cluster
from mlblint.repo.resources import is_opaque, items, mapping, selects
from mlblint.repo.unseen import PEER
from mlblint.schema import nearest


def check(context: Context) -> Iterator[Problem]:
    for cluster in context.model.clusters:
        pools = [pool.name for pool in cluster.pools]
        peers = [d.resource.name for d in cluster.delivered if d.resource.is_a(GROUP, PEER)]
        for advertisement in cluster.advertisements:
            # What is not in sight may bring what is missing.
            beside = advertisement.delivered
            if pools and not context.model.may_have_unseen(cluster, beside, *POOL_KINDS):
                yield from _unknown(advertisement, cluster, "ipAddressPools", "pool", pools)
                yield from _selects_nothing(advertisement, cluster)
            if advertisement.mode == "l2" or not peers:
                continue
            if not context.model.may_have_unseen(cluster, beside, PEER):
                yield from _unknown(advertisement, cluster, "peers", PEER, peers)


def _unknown(
    advertisement: Advertisement, cluster: Cluster, field: str, what: str, known: Sequence[str]
) -> Iterator[Problem]:
    resource = advertisement.resource
    if any(map(is_opaque, known)) or resource.is_unknown("spec", field):
        return
    for index, name in enumerate(items(resource.get("spec", field))):
        if not isinstance(name, str) or is_opaque(name) or name in known:
            continue
        meant = nearest(name, known)
        yield Problem(
            place=resource.place("spec", field, index),
            message=(
                f"{resource.kind} `{resource.name}` names the {what} `{name}`, which this cluster "
                f"does not have: MetalLB ignores that in silence and announces {_none(what)}"
            ),
            help=(f"did you mean `{meant}`? " if meant else "") + f"There {_are(known)}",
            subject=subject_of(advertisement.delivered, cluster),
            unfixable=f"which {what} is meant is for a person to decide",
        )


def _none(what: str) -> str:
    return "nothing to it" if what == PEER else "none of its addresses"


def _are(known: Iterable[str]) -> str:
    names = sorted(set(known))
    shown = ", ".join(f"`{name}`" for name in names[:5]) + (" and others" if names[5:] else "")
    return f"is {shown}" if len(names) == 1 else f"are {shown}"


def _selects_nothing(advertisement: Advertisement, cluster: Cluster) -> Iterator[Problem]:
    """A selector that no pool satisfies. What is left to be filled in may satisfy it yet, and
    what Kubernetes refuses is another matter."""
    resource, field = advertisement.resource, "ipAddressPoolSelectors"
    if resource.is_unknown("spec", field) or any(
        pool.resource.is_unknown("metadata", "labels")
        or any(map(is_opaque, pool.resource.labels.values()))
        for pool in cluster.pools
    ):
        return
    for index, selector in enumerate(items(resource.get("spec", field))):
        if any(map(is_opaque, _values(selector))) or next(faults(selector), None):
            continue
        if not any(selects(selector, pool.resource.labels) for pool in cluster.pools):
            yield Problem(
                place=resource.place("spec", field, index),
                message=(
                    f"{resource.kind} `{resource.name}` has a selector that no pool of this "
                    "cluster satisfies: MetalLB announces nothing because of it, and says nothing"
                ),
                help="give the pool that is meant these labels, or name it in `ipAddressPools`",
                subject=subject_of(advertisement.delivered, cluster),
                unfixable="which pool is meant is for a person to decide",
            )


def _values(selector: object) -> Iterator[object]:
    yield from mapping(mapping(selector).get("matchLabels")).values()
    for expression in items(mapping(selector).get("matchExpressions")):
        yield from (mapping(expression).get("key"), *items(mapping(expression).get("values")))
