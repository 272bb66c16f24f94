"""The host names that a document gives to Services, routes, certificates and ExternalDNS."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import NamedTuple

from mlblint.text.documents import Document
from mlblint.text.nodes import Path, Scalar, Sequence, find, resolved, walk
from mlblint.text.places import Place

# Values that are host names, or lists of them: of Ingress, Gateway API, cert-manager, Traefik,
# ExternalDNS, and of the values of charts that make such objects.
_NAMES = frozenset(
    [
        *("host", "hosts", "hostname", "hostnames", "domain", "domains", "main", "sans", "fqdn"),
        *("commonName", "dnsName", "dnsNames", "dnsZones"),
        *("domainFilter", "domainFilters", "domain-filter"),
    ]
)
_ANNOTATION = re.compile(
    r"external-dns\.(?:alpha\.)?kubernetes\.io/(?:hostname|internal-hostname|target)"
)
_FILTERS = frozenset(["domainFilter", "domainFilters", "domain-filter"])
_ARGUMENT = "--domain-filter"
# Traefik's rules: Host(`a.example`, `b.example`), HostSNI(`c.example`).
_MATCHER = re.compile(r"\bHost(?:SNI|Header)?\(([^)]*)\)")
_QUOTED = re.compile(r"(?<=[`\"'])[^`\"',]+(?=[`\"'])")
_LISTED = re.compile(r"[^,\s](?:[^,]*[^,\s])?")


class HostName(NamedTuple):
    """`part` is where it stands in the string at `place`; `filters` is true of what tells
    ExternalDNS the domains that it may write."""

    text: str
    place: Place
    part: tuple[int, int]
    filters: bool


def host_names(document: Document) -> Iterator[HostName]:
    for path, node in walk(document.root) if document.root is not None else ():
        if isinstance(node, Sequence):
            yield from _in_arguments(document, path, node)
        elif isinstance(node, Scalar):
            yield from _in_value(document, path, node)


def _in_value(document: Document, path: Path, node: Scalar) -> Iterator[HostName]:
    key = next((key for key in reversed(path) if isinstance(key, str)), "")
    place = Place(document, path)
    if key == "match":
        for matcher in _MATCHER.finditer(node.text):
            for name in _QUOTED.finditer(node.text, *matcher.span(1)):
                yield HostName(name[0], place, name.span(), False)
    elif key in _NAMES or _ANNOTATION.fullmatch(key):
        yield from _listed(node.text, 0, place, key in _FILTERS)


def _in_arguments(document: Document, path: Path, arguments: Sequence) -> Iterator[HostName]:
    """`--domain-filter=a.example`, or the same in two arguments."""
    before = ""
    for index, node in enumerate(arguments.items):
        text = node.text if isinstance(node, Scalar) else ""
        place = Place(document, (*path, index))
        if before == _ARGUMENT:
            yield from _listed(text, 0, place, True)
        elif text.startswith(f"{_ARGUMENT}="):
            yield from _listed(text, len(_ARGUMENT) + 1, place, True)
        before = text


def _listed(text: str, start: int, place: Place, filters: bool) -> Iterator[HostName]:
    for name in _LISTED.finditer(text, start):
        yield HostName(name[0], place, name.span(), filters)


def beside(place: Place) -> Iterator[str]:
    """The strings at the same place in the other items of the list around it."""
    path = place.path
    at = next((at for at in reversed(range(len(path))) if isinstance(path[at], int)), None)
    if at is None:
        return
    around = find(place.document.root, path[:at])
    listed = resolved(around) if around is not None else None
    for index, item in enumerate(listed.items if isinstance(listed, Sequence) else ()):
        other = find(item, path[at + 1 :])
        if index != path[at] and isinstance(other, Scalar):
            yield other.text
