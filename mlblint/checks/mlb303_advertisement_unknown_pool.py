"""Advertisements that name a pool or peer that is not there."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from functools import cached_property

from mlblint.context import Context, subject_of
from mlblint.findings import Problem
from mlblint.records import dataclass
from mlblint.repo.label_selectors import faults
from mlblint.repo.metallb import GROUP, POOL_KINDS, Advertisement
from mlblint.repo.model import Cluster
from mlblint.repo.resources import Resource, is_opaque, items, mapping
from mlblint.repo.unseen import PEER
from mlblint.schema import nearest


@dataclass(frozen=True, eq=False)
class _Known:
    """Everything of one sort that a cluster has, by name."""

    what: str
    field: str
    names: frozenset[str]

    @cached_property
    def is_open(self) -> bool:
        """Whether a name that is filled in later may be any."""
        return any(map(is_opaque, self.names))

    @cached_property
    def ordered(self) -> Sequence[str]:
        return sorted(self.names)

    @cached_property
    def listed(self) -> str:
        shown = ", ".join(f"`{name}`" for name in self.ordered[:5])
        shown += " and others" if self.ordered[5:] else ""
        return f"is {shown}" if len(self.ordered) == 1 else f"are {shown}"


def check(context: Context) -> Iterator[Problem]:
    for cluster in context.model.clusters:
        pools = _Known("pool", "ipAddressPools", frozenset(pool.name for pool in cluster.pools))
        peers = _Known(PEER, "peers", frozenset(_peers(cluster)))
        labels_are_known = _are_known(pool.resource for pool in cluster.pools)
        for advertisement in cluster.advertisements:
            # What is not in sight may bring what is missing.
            beside = advertisement.delivered
            if pools.names and not context.model.may_have_unseen(cluster, beside, *POOL_KINDS):
                yield from _unknown(advertisement, cluster, pools)
                if labels_are_known:
                    yield from _selects_nothing(advertisement, cluster)
            if advertisement.mode == "l2" or not peers.names:
                continue
            if not context.model.may_have_unseen(cluster, beside, PEER):
                yield from _unknown(advertisement, cluster, peers)


def _peers(cluster: Cluster) -> Iterator[str]:
    return (one.resource.name for one in cluster.delivered if one.resource.is_a(GROUP, PEER))


def _are_known(pools: Iterable[Resource]) -> bool:
    return not any(
        pool.is_unknown("metadata", "labels") or any(map(is_opaque, pool.labels.values()))
        for pool in pools
    )


def _unknown(advertisement: Advertisement, cluster: Cluster, known: _Known) -> Iterator[Problem]:
    resource, what = advertisement.resource, known.what
    if known.is_open or resource.is_unknown("spec", known.field):
        return
    for index, name in enumerate(items(resource.get("spec", known.field))):
        if not isinstance(name, str) or is_opaque(name) or name in known.names:
            continue
        meant = nearest(name, known.ordered)
        yield Problem(
            place=resource.place("spec", known.field, index),
            message=(
                f"{resource.kind} `{resource.name}` names the {what} `{name}`, which this cluster "
                f"does not have: MetalLB ignores that in silence and announces {_none(what)}"
            ),
            help=(f"did you mean `{meant}`? " if meant else "") + f"There {known.listed}",
            subject=subject_of(advertisement.delivered, cluster),
            unfixable=f"which {what} is meant is for a person to decide",
        )


def _none(what: str) -> str:
    return "nothing to it" if what == PEER else "none of its addresses"


def _selects_nothing(advertisement: Advertisement, cluster: Cluster) -> Iterator[Problem]:
    """A selector that no pool satisfies. What is left to be filled in may satisfy it yet, and
    what Kubernetes refuses is another matter."""
    resource, field = advertisement.resource, "ipAddressPoolSelectors"
    if resource.is_unknown("spec", field):
        return
    for index, selector in enumerate(items(resource.get("spec", field))):
        if any(map(is_opaque, _values(selector))) or next(faults(selector), None):
            continue
        if not cluster.coverage.selected(selector):
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
