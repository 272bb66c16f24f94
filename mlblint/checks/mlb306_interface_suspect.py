"""Interfaces on which an address is announced badly, or not at all."""

from __future__ import annotations

import re
from collections.abc import Iterator

from mlblint.context import Context, subject_of
from mlblint.findings import Note, Problem
from mlblint.repo.machines import Member
from mlblint.repo.metallb import Advertisement
from mlblint.repo.model import Cluster
from mlblint.repo.resources import is_opaque, items
from mlblint.repo.versions import EXCLUDED_INTERFACES, EXCLUDED_LXC_INTERFACES, Change, applies
from mlblint.text.places import Place

# systemd's predictable names for radios (wl…), and those of older kernels and drivers.
_WIRELESS = re.compile(r"wl(?:an\d|[opsx]\w|\d)|wifi\d|ath\d|ra\d")
# Linux allows nearly everything in a name, but nobody calls an interface that way.
_PATTERN = re.compile(r"[*?\[\]^$|(){}\\+]")
_IMPOSSIBLE = re.compile(r"[/\s]")
_LONGEST = 15
"""include/uapi/linux/if.h: IFNAMSIZ is 16, with the byte that ends the name."""

_EXCLUDED = re.compile(
    r"docker|cbr|dummy|virbr|lxcbr|veth|lo$|cali|tunl|flannel|kube-ipvs|cni|nodelocaldns"
)
_EXCLUDE_LIST = "metallb-excludel2"


def check(context: Context) -> Iterator[Problem]:
    for cluster in context.model.clusters:
        named = [ad for ad in cluster.advertisements if ad.mode == "l2" and ad.interfaces]
        if not named:
            continue
        members = _members(cluster, context)
        skips = not _has_own_list(cluster)
        for ad in named:
            for index, name in enumerate(items(ad.resource.get("spec", "interfaces"))):
                place = ad.resource.place("spec", "interfaces", index)
                unknown = ad.resource.is_unknown("spec", "interfaces", index)
                if isinstance(name, str) and not unknown and not is_opaque(name):
                    excluded = _exclusion(name, cluster) if skips else None
                    found = _reason(name, members.get(name), excluded)
                    if found is not None:
                        yield _problem(found, name, place, ad, cluster, members.get(name))


def _members(cluster: Cluster, context: Context) -> dict[str, Member]:
    found: dict[str, Member] = {}
    for fact in context.model.machines(cluster):
        if isinstance(fact, Member):
            found.setdefault(fact.interface, fact)
    return found


def _problem(
    found: tuple[str, str],
    name: str,
    place: Place,
    ad: Advertisement,
    cluster: Cluster,
    member: Member | None,
) -> Problem:
    reason, remedy = found
    notes: tuple[Note, ...] = ()
    if member is not None:
        notes = (Note(member.place, f"`{name}` becomes part of `{member.master}`"),)
    return Problem(
        place=place,
        message=f"L2Advertisement `{ad.resource.name}` names the interface {reason}",
        help=remedy,
        subject=subject_of(ad.delivered, cluster),
        notes=notes,
        unfixable="which interface is meant is for a person to decide",
    )


def _reason(name: str, member: Member | None, excluded: Change | None) -> tuple[str, str] | None:
    """What is wrong with a name, and the remedy."""
    if _PATTERN.search(name) or _IMPOSSIBLE.search(name) or len(name) > _LONGEST:
        return (
            f"`{name}`: names are literal, not patterns or lists, no interface is called that, "
            "and a node on which no other name fits announces nothing",
            "write out the names, one item for each (`ip link` on a node shows them)",
        )
    if "@" in name:
        return (
            f"`{name}`: what `ip link` shows behind the @ is no part of the name, and a node on "
            "which no other name fits announces nothing",
            f"write `{name.partition('@')[0]}`",
        )
    if member is not None:
        return (
            f"`{name}`, which is part of `{member.master}`: MetalLB skips such interfaces, and "
            "nobody answers ARP there",
            f"name `{member.master}` instead",
        )
    if excluded is not None:
        return (
            f"`{name}`, and the list of interfaces that MetalLB skips ({_EXCLUDE_LIST}, since "
            f"{excluded.since}) has it: nobody answers ARP there",
            "name the interface that faces the LAN (`ip route` on a node shows it)",
        )
    if _WIRELESS.match(name):
        return (
            f"`{name}`, which is a radio: many of them, those of Raspberry Pis for instance, do "
            "not hear ARP for addresses that are not their own, and Services are reached by "
            "fits and starts",
            "name the interface of the cable",
        )
    return None


def _exclusion(name: str, cluster: Cluster) -> Change | None:
    """The list's origin, if it has the name (metallb charts/metallb/templates/
    exclude-l2-config.yaml@v0.16.1)."""
    if _EXCLUDED.match(name):
        found = EXCLUDED_INTERFACES
    elif name.startswith("lxc"):
        found = EXCLUDED_LXC_INTERFACES
    else:
        return None
    return None if applies(found, cluster.version) is False else found


def _has_own_list(cluster: Cluster) -> bool:
    """Whether the list is switched off, or another one is given."""
    for installation in cluster.installations:
        release = installation.release
        switch = release.value("speaker", "excludeInterfaces", "enabled") if release else None
        if switch is not None and switch.value is not True:
            return True
    return any(
        delivered.resource.is_a("", "ConfigMap") and delivered.resource.name == _EXCLUDE_LIST
        for delivered in cluster.delivered
    )
