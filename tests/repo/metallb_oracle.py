"""MetalLB's allocator as it works, one Service after the other and address by address.

It knows nothing of mlblint's code, which never goes from address to address: the tests compare the
two. The rules of the game are those of metallb internal/allocator/allocator.go and
controller/service.go.
"""

from __future__ import annotations

import ipaddress
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

Address = ipaddress.IPv4Address | ipaddress.IPv6Address


@dataclass
class Taken:
    key: tuple[str, str]
    ports: set[tuple[str, int]] = field(default_factory=set)


@dataclass
class Oracle:
    """`pools` in the order in which Go happens to go through them; `version` as a tuple."""

    pools: Sequence[Mapping[str, Any]]
    namespaces: Mapping[str, Mapping[str, str]]
    version: tuple[int, int, int]
    taken: dict[Address, Taken] = field(default_factory=dict)

    def give(self, service: Mapping[str, Any]) -> list[Address] | None:
        """What the next Service gets; None if it stays pending."""
        wanted = self.choice(service)
        if wanted is None or not all(self.free(one, service) for one in wanted):
            return None
        for one in wanted:
            there = self.taken.setdefault(one, Taken(key_of(service)))
            there.ports |= ports_of(service)
        return wanted

    def choice(self, service: Mapping[str, Any]) -> list[Address] | None:
        notes, spec = service["metadata"].get("annotations", {}), service["spec"]
        text, lone = notes.get("metallb.io/loadBalancerIPs", ""), spec.get("loadBalancerIP", "")
        named = notes.get("metallb.io/address-pool", "")
        if text and lone:
            return None
        if not (text or lone):
            return self.from_pool(service, named) if named else self.from_any(service)
        try:
            parts = [part.strip() for part in text.split(",")] if text else [lone]
            wanted = [ipaddress.ip_address(part) for part in parts]
        except ValueError:
            return None
        if sorted(one.version for one in wanted) != versions_of(service):
            return None
        pool = next((p for p in self.pools if all(one in set(usable(p)) for one in wanted)), None)
        if pool is None or not self.admits(pool, service):
            return None
        return wanted if named in ("", pool["metadata"]["name"]) else None

    def from_pool(self, service: Mapping[str, Any], name: str) -> list[Address] | None:
        pool = next((p for p in self.pools if p["metadata"]["name"] == name), None)
        if pool is None or not self.admits(pool, service):
            return None
        found = self.first_free(pool, service)
        needed = versions_of(service)
        if all(version in found for version in needed):
            return [found[version] for version in needed]
        return list(found.values()) or None if self.may_fall_back(service) else None

    def from_any(self, service: Mapping[str, Any]) -> list[Address] | None:
        reserved = [p for p in self.pools if self.is_reserved_for(p, service)]
        ordered = sorted(reserved, key=lambda p: allocation(p).get("priority", 0) or 1 << 40)
        common = [p for p in self.pools if "serviceAllocation" not in p["spec"]]
        for pools in (ordered, [p for p in common if p["spec"].get("autoAssign", True)]):
            for pool in pools:
                found = self.first_free(pool, service)
                if all(version in found for version in versions_of(service)):
                    return [found[version] for version in versions_of(service)]
            for pool in pools if self.may_fall_back(service) else ():
                found = self.first_free(pool, service)
                if found:
                    return list(found.values())
        return None

    def first_free(self, pool: Mapping[str, Any], service: Mapping[str, Any]) -> dict[int, Address]:
        found: dict[int, Address] = {}
        for one in usable(pool):
            if one.version not in found and self.free(one, service):
                found[one.version] = one
        return found

    def free(self, address: Address, service: Mapping[str, Any]) -> bool:
        there = self.taken.get(address)
        if there is None:
            return True
        shares = bool(there.key[0]) and there.key == key_of(service)
        return shares and not there.ports & ports_of(service)

    def may_fall_back(self, service: Mapping[str, Any]) -> bool:
        return (
            service["spec"].get("ipFamilyPolicy") == "PreferDualStack"
            and versions_of(service) == [4, 6]
            and self.version >= (0, 14, 9)
        )

    def is_reserved_for(self, pool: Mapping[str, Any], service: Mapping[str, Any]) -> bool:
        if "serviceAllocation" not in pool["spec"] or not pool["spec"].get("autoAssign", True):
            return False
        spec = allocation(pool)
        if not any(
            spec.get(key) for key in ("namespaces", "namespaceSelectors", "serviceSelectors")
        ):
            return self.version >= (0, 15, 0)
        namespace = service["metadata"]["namespace"]
        in_it = namespace in self.for_namespaces(pool)
        return (in_it or bool(spec.get("serviceSelectors"))) and self.admits(pool, service)

    def admits(self, pool: Mapping[str, Any], service: Mapping[str, Any]) -> bool:
        names = self.for_namespaces(pool)
        if names and service["metadata"]["namespace"] not in names:
            return False
        selectors = allocation(pool).get("serviceSelectors", [])
        labels = service["metadata"].get("labels", {})
        return not selectors or any(matches(one, labels) for one in selectors)

    def for_namespaces(self, pool: Mapping[str, Any]) -> set[str]:
        spec = allocation(pool)
        selected = {
            name
            for name, labels in self.namespaces.items()
            for selector in spec.get("namespaceSelectors", [])
            if matches(selector, {**labels, "kubernetes.io/metadata.name": name})
        }
        return selected | set(spec.get("namespaces", []))


def allocation(pool: Mapping[str, Any]) -> Mapping[str, Any]:
    found: Mapping[str, Any] = pool["spec"].get("serviceAllocation", {})
    return found


def matches(selector: Mapping[str, Any], labels: Mapping[str, str]) -> bool:
    return selector.get("matchLabels", {}).items() <= labels.items()


def usable(pool: Mapping[str, Any]) -> Iterator[Address]:
    for entry in pool["spec"]["addresses"]:
        for one in ipaddress.ip_network(entry):
            buggy = one.version == 4 and int(one) % 256 in (0, 255)
            if not (buggy and pool["spec"].get("avoidBuggyIPs")):
                yield one


def versions_of(service: Mapping[str, Any]) -> list[int]:
    return sorted(ipaddress.ip_address(one).version for one in service["spec"]["clusterIPs"])


def key_of(service: Mapping[str, Any]) -> tuple[str, str]:
    notes, spec = service["metadata"].get("annotations", {}), service["spec"]
    local = spec.get("externalTrafficPolicy") == "Local"
    selector = ",".join(sorted(f"{k}={v}" for k, v in spec.get("selector", {}).items()))
    return notes.get("metallb.io/allow-shared-ip", ""), selector if local else ""


def ports_of(service: Mapping[str, Any]) -> set[tuple[str, int]]:
    return {(port.get("protocol", "TCP"), port["port"]) for port in service["spec"]["ports"]}
