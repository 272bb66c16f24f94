"""Address entries that MetalLB refuses, or from which it gets no address."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator

from mlblint.context import Context, subject_of
from mlblint.findings import Fix, Problem, Subject
from mlblint.repo.addresses import EntryFault, FaultKind, has_host_bits
from mlblint.repo.metallb import Entry, Pool
from mlblint.repo.resources import is_opaque
from mlblint.repo.validation.configuration import read_pools
from mlblint.text.edits import Set

_CONSEQUENCE = "MetalLB refuses the pool, and none of its addresses is assigned"
_FORMS = "a CIDR block (`192.168.7.0/28`) or a range (`192.168.7.10-192.168.7.20`)"

_SAID: dict[FaultKind, str] = {
    "empty": "is empty, and a CIDR block or a range was expected",
    "spaces": "has blanks in or around a CIDR block, where MetalLB allows none",
    "bare-address": "is a bare address, and a CIDR block or a range was expected",
    "bad-prefix": "has a prefix length that there is not",
    "leading-zeros": "has numbers with leading zeros, which some programs read as octal",
    "not-an-address": "is neither a CIDR block nor a range of addresses",
    "partial-end": "ends in a part of an address, and a whole one was expected",
    "prefix-in-range": "has a prefix length in a range, which joins two plain addresses",
    "reversed": "starts after its end",
    "mixed-families": "mixes IPv4 and IPv6",
}


def check(context: Context) -> Iterator[Problem]:
    for cluster in context.model.clusters:
        for pool in (*read_pools(cluster), *cluster.legacy_pools):
            subject = subject_of(pool.delivered, cluster)
            yield from _no_entries(pool, subject)
            for entry in pool.entries:
                yield from _judge(entry, pool, subject)


def _no_entries(pool: Pool, subject: Subject) -> Iterator[Problem]:
    if pool.resource.get("spec", "addresses") == [] and not pool.resource.is_unknown(
        "spec", "addresses"
    ):
        yield Problem(
            place=pool.resource.place("spec", "addresses"),
            message=f"pool `{pool.name}` has no addresses: {_CONSEQUENCE}",
            help=f"write {_FORMS}, or remove the pool",
            subject=subject,
            unfixable="only a person knows the addresses",
        )


def _judge(entry: Entry, pool: Pool, subject: Subject) -> Iterator[Problem]:
    if isinstance(entry.addresses, EntryFault):
        yield _fault(entry, entry.addresses, pool, subject)
    elif entry.addresses is not None and has_host_bits(entry.text):
        network = str(entry.addresses)
        yield Problem(
            place=entry.place,
            message=(
                f"`{entry.text}` of pool `{pool.name}` names an address inside its block: MetalLB "
                f"hands out all of {network}"
            ),
            help="write the first address of the block, or a range if fewer are meant",
            subject=subject,
            severity="info",
            unfixable="whether the whole block is meant is for a person to decide",
        )


def _fault(entry: Entry, fault: EntryFault, pool: Pool, subject: Subject) -> Problem:
    if not fault.refused:
        said = "goes from IPv4 to IPv6"
        consequence = "MetalLB accepts it and gets no address from it, so that none is assigned"
    else:
        said, consequence = _SAID[fault.kind], _CONSEQUENCE
    repair = fault.repair
    return Problem(
        place=entry.place,
        message=f"`{entry.text}` of pool `{pool.name}` {said}{_foreign(entry)}: {consequence}",
        help=f"write `{repair}`" if repair else f"write {_FORMS}",
        subject=subject,
        fix=Fix(f"write `{repair}`", (Set(entry.place, repair),)) if repair else None,
        unfixable=None if repair else "which addresses are meant is for a person to decide",
    )


def _foreign(entry: Entry) -> str:
    """Letters that only look like those of an address: people paste them, and nobody sees it."""
    strange = [c for c in dict.fromkeys(entry.text) if not c.isascii()]
    if not strange or is_opaque(entry.text):
        return ""
    names = ", ".join(f"U+{ord(c):04X} {unicodedata.name(c, '')}".rstrip() for c in strange)
    return f" (it contains {names})"
