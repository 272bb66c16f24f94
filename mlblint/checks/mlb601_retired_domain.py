"""Host names under a domain that the configuration calls retired."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from itertools import groupby

from mlblint.context import Context
from mlblint.findings import Fix, Problem
from mlblint.repo.host_names import HostName, beside, host_names
from mlblint.repo.texts import live_documents
from mlblint.text.edits import ReplacePart
from mlblint.text.places import Place

_HOST = re.compile(r"(?:\*\.|\.)?(?:[\w-]+\.)*[\w-]+", re.ASCII)


def check(context: Context) -> Iterator[Problem]:
    domains = context.config.dns.retired_domains
    if not domains:
        return
    pattern = re.compile("|".join(map(re.escape, domains)), re.IGNORECASE)
    for document in live_documents(context.model, pattern):
        for place, found in groupby(host_names(document), key=lambda name: name.place):
            names = list(found)
            retired = [(name, old) for name in names if (old := _retired(name.text, domains))]
            if retired:
                others = [name.text for name in names] + list(beside(place))
                yield _problem(place, retired, domains, others)


def _retired(host: str, domains: Mapping[str, str]) -> str | None:
    """The longest of the retired domains under which the host lies. A domain may have moved
    to a part of itself: what lies there has arrived."""
    if not _HOST.fullmatch(host):
        return None
    fitting = [
        old for old, new in domains.items() if _is_under(host, old) and not _is_under(host, new)
    ]
    return max(fitting, key=len, default=None)


def _is_under(host: str, domain: str) -> bool:
    return f".{host.lower()}".endswith(f".{domain.lower()}")


def _renamed(host: str, domains: Mapping[str, str]) -> str:
    old = _retired(host, domains)
    return host if old is None else host[: -len(old)] + domains[old]


def _problem(
    place: Place,
    retired: list[tuple[HostName, str]],
    domains: Mapping[str, str],
    others: Iterable[str],
) -> Problem:
    first, old = retired[0]
    hosts = ", ".join(f"`{name.text}`" for name, _ in retired)
    renamed = [_renamed(name.text, domains) for name, _ in retired]
    lie = "lie" if len(retired) > 1 else "lies"
    problem = Problem(
        place=place.key if isinstance(place.path[-1], str) else place,
        message=(
            f"ExternalDNS is restricted to {hosts}, and `dns.retired-domains` calls `{old}` "
            f"retired: it writes no record under `{domains[old]}`, so nobody finds the addresses"
            if first.filters
            else f"{hosts} {lie} under `{old}`, which `dns.retired-domains` calls retired: nothing "
            "resolves the name any more, so nobody finds the address behind it"
        ),
        help=f"use {', '.join(f'`{new}`' for new in renamed)}",
    )
    later = [_renamed(name, domains) for name in others]
    twice = next((name for name in renamed if later.count(name) > 1), None)
    if twice is not None:
        reason = f"`{twice}` would stand there twice: whether one of them may go, nothing tells"
        return replace(problem, unfixable=reason)
    if any(_retired(name, domains) for name in renamed):
        return replace(problem, unfixable=f"`{domains[old]}` is retired as well")
    # From the last to the first: what is replaced moves what comes behind it.
    edits = [
        ReplacePart(replace(place, part=(name.part[1] - len(old), name.part[1])), domains[old])
        for name, old in reversed(retired)
    ]
    title = f"use {', '.join(f'`{domains[old]}`' for old in dict.fromkeys(o for _, o in retired))}"
    return replace(problem, fix=Fix(title, tuple(edits)))
