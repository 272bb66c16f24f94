"""What Kubernetes has against a Service of type LoadBalancer as a whole, whoever serves it."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple

from mlblint.repo.addresses import EntryFault, parse_address, parse_entry
from mlblint.repo.resources import is_opaque, items, mapping
from mlblint.repo.services import Field, Service
from mlblint.text.places import Place

# Capital letters alone, as in `__PORT__`, are more often something that is filled in.
_LITERAL = re.compile(r"(?=.*[a-z])[-A-Za-z0-9_.]+")
_NAME = re.compile(r"(?=.{1,63}$)[a-z0-9](?:[-a-z0-9]*[a-z0-9])?")
_LAST_PORT = 65535


class Refusal(NamedTuple):
    """`meant` is what can only have been meant, None if that is not clear. Without `certain` a
    Service that is in the cluster already may get through."""

    place: Place
    what: str
    help: str
    meant: object = None
    certain: bool = True


def refusals(service: Service) -> Iterator[Refusal]:
    """Kubernetes pkg/apis/core/validation/validation.go@v1.33, `ValidateService`. A chart's
    values are no Service, nor is a template in another object: what makes one adds to them."""
    if not service.is_manifest or service.type != "LoadBalancer":
        return
    headless = service.field("clusterIP")
    if headless is not None and headless.value == "None":
        what = "`clusterIP: None` makes it headless, and a LoadBalancer has a cluster address"
        yield Refusal(headless.place, what, "remove `clusterIP`")
    ranges = service.field("loadBalancerSourceRanges")
    if ranges is not None:
        yield from _no_prefixes(ranges)
    yield from _families(service)
    ports = service.field("ports")
    if ports is not None:
        yield from _ports(ports)
    elif _is_without_ports(service):
        yield Refusal(service.spec.key, "it has no `ports`", "say which ports it has")


def _no_prefixes(ranges: Field) -> Iterator[Refusal]:
    for index, one in enumerate(items(ranges.value)):
        if not isinstance(one, str) or is_opaque(one):
            continue
        entry = parse_entry(one.strip())
        if isinstance(entry, EntryFault) or "/" not in one:
            repair = entry.repair if isinstance(entry, EntryFault) else None
            yield Refusal(
                ranges.place / index,
                f"`{one}` in `loadBalancerSourceRanges` is no prefix",
                f"write `{repair}`" if repair else "write a prefix, such as `10.0.0.0/24`",
                repair if parse_address(one) else None,
            )


def _families(service: Service) -> Iterator[Refusal]:
    """A new Service without a policy has a single family; one that was there keeps its own
    (Kubernetes pkg/registry/core/service/storage/alloc.go@v1.33, `initIPFamilyFields`)."""
    policy, families = service.field("ipFamilyPolicy"), service.field("ipFamilies")
    given = items(families.value) if families is not None else []
    if families is None or len(given) != 2 or any(map(is_opaque, given)):
        return
    help_text = "write `PreferDualStack` or `RequireDualStack`, or remove one of the families"
    if policy is not None and policy.value == "SingleStack":
        what = "`ipFamilyPolicy: SingleStack` allows a new Service one of its two `ipFamilies`"
        yield Refusal(policy.place, what, help_text)
    elif "ipFamilyPolicy" not in service.fields and not _is_unknown(service, "ipFamilyPolicy"):
        what = "it has two `ipFamilies`, of which a new Service without `ipFamilyPolicy` has one"
        yield Refusal(families.place.key, what, help_text, certain=False)


def _is_unknown(service: Service, field: str) -> bool:
    delivered = service.delivered
    return delivered is None or delivered.resource.is_unknown("spec", field)


def _is_without_ports(service: Service) -> bool:
    """Only what an engine applies is certainly a whole Service, and not part of one that is put
    together elsewhere."""
    delivered = service.delivered
    if delivered is None or delivered.by is None or "ports" in service.fields:
        return False
    return not _is_unknown(service, "ports")


def _ports(ports: Field) -> Iterator[Refusal]:
    written = [mapping(one) for one in items(ports.value)]
    names: set[object] = set()
    numbers: set[tuple[object, object]] = set()
    for index, port in enumerate(written):
        place, number, name = ports.place / index, port.get("port"), port.get("name")
        if not name and len(written) > 1:
            yield Refusal(place, "of several ports each needs a `name`", "give it one")
        elif isinstance(name, str) and not is_opaque(name):
            if name in names:
                what = f"two of its ports have the name `{name}`"
                yield Refusal(place / "name", what, "give each a name of its own")
            elif _LITERAL.fullmatch(name) and not _NAME.fullmatch(name):
                what = f"`{name}` is no name of a port"
                yield Refusal(place / "name", what, "write small letters, digits and `-` only")
            names.add(name)
        yield from _target(port.get("targetPort"), place / "targetPort")
        if not isinstance(number, int) or isinstance(number, bool):
            continue
        yield from _number(number, place, port, numbers)


def _number(
    number: int, place: Place, port: Mapping[str, Any], taken: set[tuple[object, object]]
) -> Iterator[Refusal]:
    if not 1 <= number <= _LAST_PORT:
        what = f"the port `{number}` does not lie between 1 and {_LAST_PORT}"
        yield Refusal(place / "port", what, "write a port that exists")
    protocol = port.get("protocol") or "TCP"
    if (number, protocol) in taken and not is_opaque(protocol):
        what = f"it has the port `{number}` ({protocol}) twice"
        yield Refusal(place / "port", what, "remove one, or give it another protocol")
    taken.add((number, protocol))


def _target(target: object, place: Place) -> Iterator[Refusal]:
    """A number in quotes is a name, and a name has a letter at least; 0 means the port itself
    (Kubernetes staging/src/k8s.io/apimachinery/pkg/util/validation/validation.go@v1.33,
    `IsValidPortName`)."""
    if isinstance(target, str) and target.isascii() and target.isdigit():
        what = f'the `targetPort` "{target}" is a text, and so the name of a port, with no letter'
        number = int(target[:6])
        meant = number if number <= _LAST_PORT else None
        yield Refusal(place, what, "write the number without quotes", meant)
    elif isinstance(target, int) and not 0 <= target <= _LAST_PORT:
        what = f"the `targetPort` {target} does not lie between 1 and {_LAST_PORT}"
        yield Refusal(place, what, "write a port that exists")
