"""Services that pin one address and may not share it."""

from __future__ import annotations

from collections.abc import Iterator

from mlblint.context import Context, subject_of_service
from mlblint.findings import Note, Problem
from mlblint.repo.address_requests import Request, field_place
from mlblint.repo.model import Cluster
from mlblint.repo.sharing import Clash
from mlblint.text.places import Place


def check(context: Context) -> Iterator[Problem]:
    for cluster, allocator in context.model.allocators.items():
        for clash in allocator.clashes:
            yield _problem(clash, cluster)


def _problem(clash: Clash, cluster: Cluster) -> Problem:
    request, earlier = clash.request, clash.earlier
    name, other = _names(clash, cluster)
    reasons = list(_reasons(clash))
    assert earlier.asked is not None
    return Problem(
        place=_place(clash),
        message=(
            f"Services `{name}` and `{other}` both ask for {clash.address}, but "
            f"{' and '.join(reasons)}: MetalLB gives the address to the one that comes first, and "
            "the other stays without any"
        ),
        help=_help(clash),
        subject=subject_of_service(request.service, cluster),
        notes=(Note(earlier.asked.place, f"Service `{other}` asks for {clash.address}"),),
        unfixable="whether the two may share the address is for a person to decide",
    )


def _names(clash: Clash, cluster: Cluster) -> tuple[str, str]:
    name, other = (_name(one, cluster) for one in (clash.request, clash.earlier))
    if name != other:
        return name, other
    home, its = _homes(clash)
    return f"{name} {home}", f"{other} {its}"


def _name(request: Request, cluster: Cluster) -> str:
    subject = subject_of_service(request.service, cluster)
    return f"{subject.namespace}/{subject.name}" if subject.namespace else subject.name


def _homes(clash: Clash) -> tuple[str, str]:
    """Two Services of one release go by its name: where its values speak of them tells them
    apart."""
    pair = (clash.request.service, clash.earlier.service)
    home, its = (".".join(map(str, one.spec_path or ())) for one in pair)
    return home, its


def _reasons(clash: Clash) -> Iterator[str]:
    name, other = clash.request.service.name, clash.earlier.service.name
    if name == other and clash.request.service.source is clash.earlier.service.source:
        name, other = _homes(clash)
    if clash.keys:
        own, its = clash.request.sharing_key, clash.earlier.sharing_key
        if not own and not its:
            yield "neither has the annotation `allow-shared-ip`"
        elif not own or not its:
            yield f"`{other if own else name}` does not have the annotation `allow-shared-ip`"
        else:
            yield f"their keys in `allow-shared-ip` differ (`{own}`, `{its}`)"
    if clash.ports:
        used = ", ".join(f"{protocol} {port}" for protocol, port in clash.ports)
        yield f"both use {used}"
    if clash.backends:
        local = [one for one in (clash.request, clash.earlier) if one.backend != ""]
        if len(local) > 1:
            yield "both have `externalTrafficPolicy: Local` with different selectors"
        else:
            only = name if local[0] is clash.request else other
            yield f"only `{only}` has `externalTrafficPolicy: Local`"


def _help(clash: Clash) -> str:
    if clash.ports:
        return "give one of them another address: no port of an address serves two Services"
    if clash.keys:
        return (
            "give one of them another address or, if they are meant to share this one, both the "
            "annotation `allow-shared-ip` with the same value"
        )
    return (
        "with `externalTrafficPolicy: Cluster` on both they may share the address; `Local` can "
        "only be shared by Services with the same selector"
    )


def _place(clash: Clash) -> Place:
    """The key that would have to change, if it is the later Service's."""
    request = clash.request
    assert request.asked is not None
    if clash.keys and request.sharing is not None:
        return request.sharing.place
    if not clash.keys and clash.backends and request.backend:
        return field_place(request.service, "externalTrafficPolicy")
    return request.asked.place
