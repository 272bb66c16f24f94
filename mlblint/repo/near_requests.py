"""Annotations that are nearly requests to MetalLB: what people write who mean one."""

from __future__ import annotations

import re
from typing import NamedTuple

from mlblint.repo.services import PREFIXES, REQUESTS

ALLOCATED = "ip-allocated-from-pool"
"""What MetalLB's controller writes; nobody asks for anything with it."""

_DIVIDED = re.compile(r"(.*)/([^/]*)|(metallb(?:\.universe\.tf|\.io)?)[.:_-](.+)", re.IGNORECASE)
# Kubernetes staging/src/k8s.io/apimachinery/pkg/util/validation/validation.go@v1.33,
# `IsQualifiedName`, which gets to see annotations in small letters.
_LABEL = r"[a-z0-9](?:[-a-z0-9]*[a-z0-9])?"
_QUALIFIED = re.compile(
    rf"(?:(?=[^/]{{1,253}}/){_LABEL}(?:\.{_LABEL})*/)?(?=.{{1,63}}$)[a-z0-9](?:[-\w.]*[a-z0-9])?",
    re.ASCII,
)
_BROKEN = re.compile(r"[\s/]*(metallb\.(?:universe\.tf|io))[\s/]+(.*)", re.IGNORECASE)
_NO_LETTER = re.compile(r"[^a-z0-9]")
_NEAR = 0.8

_SYNONYMS = {
    "addresspool": "address-pool",
    "addresspools": "address-pool",
    "ipaddresspool": "address-pool",
    "ippool": "address-pool",
    "pool": "address-pool",
    "poolname": "address-pool",
    "allowshared": "allow-shared-ip",
    "allowsharing": "allow-shared-ip",
    "sharedip": "allow-shared-ip",
    "sharingkey": "allow-shared-ip",
    "ip": "loadBalancerIPs",
    "ips": "loadBalancerIPs",
    "loadbalancerip": "loadBalancerIPs",
}


class NearRequest(NamedTuple):
    """A key that MetalLB does not know. `prefix` is one of MetalLB's, None if the key has none
    of them; `request` what it resembles, None if nothing."""

    prefix: str | None
    request: str | None


def is_request(key: str) -> bool:
    prefix, _, suffix = key.rpartition("/")
    return prefix in PREFIXES and suffix in REQUESTS


def is_qualified(key: str) -> bool:
    """Whether an annotation may be called so: the API server refuses an object with any other."""
    return _QUALIFIED.fullmatch(key.lower()) is not None


def near_request(key: str) -> NearRequest | None:
    """None for keys that MetalLB knows, and for those that have nothing to do with it."""
    broken = None if is_qualified(key) else _BROKEN.fullmatch(key)
    if broken is not None:
        parts = (broken[2], *re.split(r"[\s/]+", broken[2]))
        return NearRequest(broken[1].lower(), next(filter(None, map(_resembled, parts)), None))
    divided = _DIVIDED.fullmatch(key)
    if divided is None:
        # Without a prefix only the name of the field, or of the annotation, tells what is meant.
        bare = _plain(key) in {"loadbalancerip", *map(_plain, REQUESTS)}
        return NearRequest(None, _resembled(key)) if bare else None
    prefix = divided[1] if divided[1] is not None else divided[3]
    suffix = divided[2] if divided[2] is not None else divided[4]
    if "/" in key and prefix in PREFIXES:
        known = suffix in (*REQUESTS, ALLOCATED)
        return None if known else NearRequest(prefix, _resembled(suffix))
    request = _resembled(suffix) if _is_meant_for_metallb(prefix) else None
    return NearRequest(None, request) if request is not None else None


def _plain(text: str) -> str:
    return _NO_LETTER.sub("", text.lower())


def _resembled(suffix: str) -> str | None:
    plain = _plain(suffix)
    if plain in _SYNONYMS:
        return _SYNONYMS[plain]
    ratio, nearest = max((_likeness(plain, _plain(one)), one) for one in REQUESTS)
    return nearest if ratio >= _NEAR else None


def _is_meant_for_metallb(prefix: str) -> bool:
    """Not `frrk8s.metallb.io`, which is another group of the project's."""
    lower = prefix.lower()
    if lower.endswith(f".{PREFIXES[0]}"):
        return False
    if not lower.startswith("m"):
        return False
    return lower.startswith("metallb") or max(_likeness(lower, one) for one in PREFIXES) >= _NEAR


def _likeness(left: str, right: str) -> float:
    from difflib import SequenceMatcher

    return SequenceMatcher(None, left, right).ratio()
