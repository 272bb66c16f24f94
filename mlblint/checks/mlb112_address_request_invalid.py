"""Requests for addresses that MetalLB cannot read, or never grants."""

from __future__ import annotations

from collections.abc import Iterator

from mlblint.context import Context, subject_of_service
from mlblint.findings import Problem
from mlblint.repo.address_requests import Asked, Fault, Request
from mlblint.repo.allocation import Refusal

_WHAT = {
    "range": "`{found}` is a range, not an address",
    "prefix": "`{found}` is a prefix, not an address",
    "list": "`{found}` is a list where one address was expected",
    "blank": "`{found}` has blanks around the address, which MetalLB does not take away here",
    "nothing": "there is nothing beside one of its commas, where an address was expected",
    "not-an-address": "`{found}` is no IP address",
    "too-many": "`{found}` names more than two addresses",
    "one-family": ("`{found}` names two addresses of one family, where one of each was expected"),
}
_HELP = {
    "range": "name one address of the range; MetalLB has no other way to ask for some of a pool "
    "than `address-pool`",
    "prefix": "write the address alone, without `/` and what follows",
    "list": "put a list into the annotation `loadBalancerIPs`, with commas: the field takes one",
    "too-many": "a Service gets one address of each family at most: make further Services",
    "one-family": "a Service gets one address of each family at most: make a second Service",
}


def check(context: Context) -> Iterator[Problem]:
    for cluster, allocator in context.model.allocators.items():
        for request, refusal in allocator.refusals.items():
            found = _found(refusal)
            if found is None:
                continue
            what, help_text = found
            asked = request.asked
            assert asked is not None
            yield Problem(
                place=asked.place,
                message=(
                    f"Service `{request.service.name}` asks for an address in `{asked.key}`, but "
                    f"{what}: MetalLB refuses the request (AllocationFailed), and the Service "
                    "stays without an address"
                ),
                help=help_text,
                subject=subject_of_service(request.service, cluster),
                unfixable="only a person knows which address is meant",
            )


def _found(refusal: Refusal) -> tuple[str, str] | None:
    request = refusal.request
    if refusal.kind == "invalid":
        assert request.fault is not None
        assert request.asked is not None
        return _of_fault(request.fault, request.asked)
    if refusal.kind == "family":
        return _of_family(request)
    if refusal.kind == "two-pools":
        return (
            f"`{_value(request)}` lies in two pools, and MetalLB takes both addresses of a "
            "Service from one",
            "put a range of each family into one pool, and ask for addresses of that",
        )
    return None


def _of_fault(fault: Fault, asked: Asked) -> tuple[str, str]:
    help_text = _HELP.get(fault.kind, "write one plain address, or two of different families")
    return _WHAT[fault.kind].format(found=fault.found or asked.value), help_text


def _of_family(request: Request) -> tuple[str, str]:
    value = _value(request)
    if request.families == {"both"}:
        return (
            f"`{value}` is one address, and the Service is of both families, so one of each was "
            "expected",
            "name an IPv4 and an IPv6 address of one pool in the annotation `loadBalancerIPs`, or "
            "ask for none",
        )
    if request.family == "both":
        return (
            f"`{value}` is of both families, and the Service is of one",
            "set `ipFamilyPolicy: RequireDualStack`, or name one address",
        )
    other = "IPv4" if request.family == "IPv6" else "IPv6"
    return (
        f"`{value}` is {request.family}, and the Service is {other} only",
        "name an address of the Service's family, or change its `ipFamilies`",
    )


def _value(request: Request) -> str:
    return request.asked.value if request.asked else ""
