"""Sync waves that put MetalLB behind what needs it."""

from __future__ import annotations

import posixpath
from collections.abc import Hashable, Iterable, Iterator
from functools import cached_property
from math import inf
from typing import NamedTuple

from mlblint.context import Context, subject
from mlblint.findings import Note, Problem
from mlblint.records import dataclass
from mlblint.repo import steps
from mlblint.repo.argo_config import checks_health_of_applications
from mlblint.repo.delivery import WAVE, Delivery, own_wave
from mlblint.repo.metallb import POOL_KINDS
from mlblint.repo.model import Cluster, Model
from mlblint.repo.resources import Resource
from mlblint.repo.steps import Part
from mlblint.text.places import Place

_RANKS = {"metallb": 0, "pool": 1, "advertisement": 2, "ingress": 3, "apps": 3}
_NEEDED = ("MetalLB", "the pool", "the advertisement")


@dataclass(frozen=True, eq=False)
class Member:
    """Something that one Application (or whoever applies a folder) applies in a wave: a part
    itself, or an Application that leads to it. `resource` is None for what a chart makes."""

    rank: int
    number: int
    part: Part
    resource: Resource | None
    over: Delivery | None

    @property
    def is_itself(self) -> bool:
        return self.resource is None or self.resource is self.part.resource

    @property
    def identity(self) -> Hashable:
        own = self.resource if self.resource is not None else self.part.by
        # An Application may bring several pools; of all else, one is as good as the other.
        pool = self.part.resource if self.rank == 1 else None
        return id(own), self.rank, self.is_itself, id(pool)


@dataclass(frozen=True, eq=False)
class Queue:
    """What is applied in waves together."""

    cluster: Cluster
    members: list[Member]

    @cached_property
    def has_all_pools(self) -> bool:
        found = {id(one.part.resource) for one in self.members if one.rank == 1}
        return found == {id(pool.resource) for pool in self.cluster.pools}

    @cached_property
    def first_pool(self) -> float:
        return min((one.number for one in self.members if one.rank == 1), default=inf)


class Known(NamedTuple):
    """Whether Argo CD waits for the health of Applications, and whether all pools are seen."""

    waits: bool
    all_pools: bool


def check(context: Context) -> Iterator[Problem]:
    for cluster in context.model.clusters:
        if cluster.engines and "argo" not in cluster.engines:
            continue
        known: Known | None = None
        for queue in _queues(cluster):
            for early, late in _contradictions(queue.members):
                known = known or _known(cluster, context.model)
                yield _problem(early, late, queue, known)


def _known(cluster: Cluster, model: Model) -> Known:
    pools = (pool.delivered for pool in cluster.pools)
    return Known(
        waits=checks_health_of_applications(cluster.files, model),
        all_pools=not any(model.may_have_unseen(cluster, one, *POOL_KINDS) for one in pools),
    )


def _queues(cluster: Cluster) -> Iterator[Queue]:
    """Two things are in order only within the lowest Application over both; without one in
    sight, whoever applies their folder may be it."""
    queues: dict[Hashable, dict[Hashable, Member]] = {}
    for part in steps.parts(cluster):
        if part.step not in _RANKS:
            continue
        for resource, over in _links(part):
            number = own_wave(resource) if resource is not None else 0
            if number is not None and (resource is None or not steps.is_hook(resource)):
                member = Member(_RANKS[part.step], number, part, resource, over)
                queues.setdefault(_queue(member), {}).setdefault(member.identity, member)
    yield from (Queue(cluster, list(queue.values())) for queue in queues.values())


def _links(part: Part) -> Iterator[tuple[Resource | None, Delivery | None]]:
    """The part, each Application over it, and who applies each. An ApplicationSet applies its
    Applications in no order."""
    resource, over = part.resource, part.by
    while over is not None:
        if over.resource.kind == "Application":
            yield resource, over
        resource, over = over.resource, over.parent
    if resource is not None:
        yield resource, None


def _queue(member: Member) -> Hashable:
    if member.over is not None:
        return id(member.over)
    return posixpath.dirname(member.resource.file) if member.resource is not None else None


def _contradictions(members: list[Member]) -> Iterator[tuple[Member, Member]]:
    """Each that comes before something that it needs, and what that is."""
    latest: dict[int, Member] = {}
    for member in members:
        known = latest.get(member.rank)
        if known is None or member.number > known.number:
            latest[member.rank] = member
    charts: dict[int, dict[int, Member]] = {}
    for member in members:
        if member.rank == 0 and not member.is_itself:
            charts.setdefault(member.number, {})[id(member.resource)] = member
    for member in members:
        needed = (latest[rank] for rank in range(member.rank) if rank in latest)
        late = next((one for one in needed if one.number > member.number), None)
        if late is None and member.rank in (1, 2):
            late = _beside(member, charts.get(member.number, {}).values())
        if late is not None and member.resource is not None:
            yield member, late


def _beside(member: Member, charts: Iterable[Member]) -> Member | None:
    """MetalLB in the same wave, if it is an Application of its own: what one Application
    applies in one wave is another question."""
    return next((one for one in charts if one.resource is not member.resource), None)


def _problem(early: Member, late: Member, queue: Queue, known: Known) -> Problem:
    resource = early.resource
    assert resource is not None
    stuck = early.number < late.number and _never_goes_on(early, late, queue, known)
    return Problem(
        place=_wave_place(resource),
        message=f"{_what(early)} is in wave {early.number}, {_what(late)}, which it needs, "
        f"{_relation(early, late)}: {_consequence(early, late, stuck)}",
        help=f"give it a wave after {late.number}, or {_needed(late)} one before {early.number}",
        subject=subject(resource, queue.cluster),
        severity="error" if stuck else "warning",
        notes=(Note(_late_place(late), f"{_needed(late)} comes in wave {late.number}"),),
        unfixable="which of the two waves is meant is for a person to decide",
    )


def _wave_place(resource: Resource) -> Place:
    return resource.place("metadata", "annotations", WAVE)


def _late_place(late: Member) -> Place:
    if late.resource is not None:
        return _wave_place(late.resource)
    owner = late.part.by.resource if late.part.by is not None else None
    assert owner is not None
    return owner.place("metadata", "name")


def _relation(early: Member, late: Member) -> str:
    return "in the same one" if early.number == late.number else f"only in wave {late.number}"


def _what(member: Member) -> str:
    if member.resource is None:
        return "MetalLB's chart" if member.rank == 0 else "the ingress controller's chart"
    return f"{member.resource.kind} `{member.resource.name}`"


def _needed(late: Member) -> str:
    return _NEEDED[late.rank]


def _never_goes_on(early: Member, late: Member, queue: Queue, known: Known) -> bool:
    """Whether Argo CD stays in the earlier wave for ever in a cluster that has nothing yet.
    What does not become healthy is waited for: a Service of type LoadBalancer until it has an
    address (gitops-engine pkg/health/health_service.go@v0.7), an Application only where Argo CD
    checks the health of Applications. CRDs that the same sync brings are brought forward
    (pkg/sync/sync_tasks.go@v0.7, `Sort`); those of another Application are not."""
    harmless = late.rank == 2 or (early.rank == 2 and late.rank == 1)
    if early.over is None or harmless:
        return False
    if not early.is_itself:
        return known.waits and _is_all(early, late, queue, known)
    if early.rank in (1, 2):
        return not late.is_itself and not queue.cluster.crds_come_alone
    is_service = early.resource is not None and early.resource.kind == "Service"
    return is_service and _is_all(early, late, queue, known)


def _is_all(early: Member, late: Member, queue: Queue, known: Known) -> bool:
    """Whether nothing of what is needed comes earlier, or from elsewhere."""
    if late.rank == 0:
        return len(queue.cluster.installations) == 1 and not queue.cluster.crds_come_alone
    return known.all_pools and queue.has_all_pools and queue.first_pool > early.number


def _consequence(early: Member, late: Member, stuck: bool) -> str:
    if early.rank == 3:
        if stuck:
            return (
                "Argo CD waits until its Service has an address, which nobody gives it, and never "
                "comes to the later wave"
            )
        if late.rank == 2:
            return "its address is announced by nobody until then"
        return "its Service gets no address until then"
    if late.rank == 1:
        return "it announces addresses that MetalLB does not have yet"
    if stuck:
        return (
            "the API server refuses it, because its kind does not exist yet, and Argo CD never "
            "comes to the later wave"
        )
    if late.is_itself and early.is_itself:
        return (
            "Argo CD brings the CRDs forward, and MetalLB's webhook, which is not there yet, does "
            "not check it"
        )
    return (
        "the first attempts fail, because its kind or MetalLB's webhook is not there yet, and "
        "Argo CD gives up after five of them, unless `retry` says otherwise"
    )
