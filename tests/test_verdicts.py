"""Configurations that MetalLB's own code has judged: an error of ours means that it refuses them.

Every case is a cluster of its own, and each release and way of speaking BGP is one run over all.
"""

from __future__ import annotations

import json
import re
from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from mlblint.findings import Finding
from mlblint.text.documents import Document, documents
from mlblint.text.nodes import walk
from mlblint.text.places import Place, positions
from mlblint.text.source import Source

CASES = Path(__file__).parents[2] / "shared" / "cases" / "metallb-verdicts.json"
RELEASES = ("v0.14.9", "v0.15.3", "v0.16.1")

# frr-k8s is judged as frr is. Cases without a way of speaking BGP were judged without the checks
# that are made for one of them: here they run with the way left open.
BGP_TYPES: Mapping[str | None, tuple[str | None, ...]] = {
    None: (None,),
    "native": ("native",),
    "frr": ("frr", "frr-k8s"),
}

pytestmark = pytest.mark.skipif(not CASES.is_file(), reason=f"{CASES} is not on this machine")

# Cases whose verdict files alone cannot give, each with the reason.
UNKNOWABLE: Mapping[str, str] = {
    "config-bgp-peer-with-unavailable-secret-ref": (
        "a Secret that is not in the repository may be in the cluster: passwords are kept elsewhere"
    ),
    "validate-frr-duplicate-address-disjoint-selectors-but-no-nodes-known-conservative": (
        "the verdict is that on a cluster without nodes; with any, these peers share none of them"
    ),
}

# MetalLB's words, and the key that has to be mended. The first that fits counts.
OFFENDING: tuple[tuple[str, str], ...] = (
    (r"invalid BGPPeer address|no Address or Interface", "peerAddress"),
    (r"both Address and Interface", "interface"),
    (r"missing local ASN", "myASN"),
    (r"missing peer ASN", "peerASN"),
    (r"both peer ASN and dynamicASN", "dynamicASN"),
    (r"ebgp-multihop", "ebgpMultiHop"),
    (r"invalid keepaliveTime|keepalive-time set", "keepaliveTime"),
    (r"invalid hold time", "holdTime"),
    (r"invalid router ID|RouterID different", "routerID"),
    (r"myAsn different", "myASN"),
    (r"both password and secret", "passwordSecret"),
    (r"secret type mismatch", "type"),
    (r"password not specified", "data"),
    (r"referencing non existing bfd profile|bfd-profile set", "bfdProfile"),
    (r"bfd echo enabled", "echoMode"),
    (r"receive interval", "receiveInterval"),
    (r"connect time set", "connectTime"),
    (r"EnableGracefulRestart", "enableGracefulRestart"),
    (r"disable MP", "disableMP"),
    (r"has dynamicASN", "dynamicASN"),
    (r"has localASN", "localASN"),
    (r"no prefixes defined|invalid CIDR|overlaps with|ipv6 CIDR", "addresses"),
    (r"mutually exclusive.*aggregationLengthV6|aggregationLengthV6 are", "aggregationLengthV6"),
    (r"invalid aggregation length|mutually exclusive", "aggregationLength"),
    (r"local preference", "localPref"),
    (r"duplicate definition of (?:match expression value|match expressions)", "matchExpressions"),
    (r"duplicate definition in namespaces", "namespaces"),
    (r"duplicate definition of community|CR \".*non legacy|parsing community", "communities"),
    (r"non legacy community|invalid community", "communities"),
    (r"is not a valid label selector operator", "operator"),
    (r"key: Invalid value", "key"),
)
_DUPLICATE = re.compile(r"duplicate definition of (\w+)")


@cache
def cases() -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = json.loads(CASES.read_text())
    return found


def accepted(case: Mapping[str, Any], release: str) -> bool:
    verdict: bool = case.get("accepted_by", {}).get(release, case["valid"])
    return verdict


Look = Callable[[str, str | None], Mapping[str, list[Finding]]]


@pytest.fixture
def look(repository: Callable) -> Look:
    """The findings by case."""

    def look(release: str, bgp_type: str | None) -> Mapping[str, list[Finding]]:
        metallb = {"version": release.removeprefix("v")}
        if bgp_type is not None:
            metallb["bgp-type"] = bgp_type
        config = {"metallb": metallb, "clusters": [{"each": "cases/*"}]}
        files = {
            f"cases/{case['id']}/all.yaml": case["manifests"]
            for case in cases()
            if bgp_type in BGP_TYPES[case.get("bgp_type")]
        }
        repo = repository({**files, ".mlblint.yaml": json.dumps(config)}, folder=str(bgp_type))
        found: dict[str, list[Finding]] = defaultdict(list)
        for finding in repo.findings():
            found[finding.location.path.split("/")[1]].append(finding)
        return found

    return look


def errors(findings: list[Finding]) -> list[Finding]:
    return [f for f in findings if f.judges == "acceptance" and f.severity == "error"]


def disagreements(
    case: Mapping[str, Any], release: str, findings: list[Finding], bgp_type: str | None
) -> Iterator[str]:
    about = f"{case['id']} ({bgp_type or 'any BGP type'})"
    found = errors(findings)
    if accepted(case, release):
        yield from (f"{about}: refused for nothing: {f.rule} {f.message}" for f in found)
        if case.get("lint") and all(f.severity == "info" for f in findings):
            yield f"{about}: no warning, but {case['why']}"
        return
    words = case.get("error_v0.16.1") or case["why"]
    if not found:
        yield f"{about}: not refused, but {words}"
    elif case["valid"] is False and (key := offending_key(words)):
        keys = {one for finding in found for one in keys_at(case["manifests"], finding)}
        if key not in keys:
            yield f"{about}: refused at {sorted(keys)}, not at {key}: {words}"


def offending_key(words: str) -> str | None:
    """None where MetalLB's words do not tell."""
    for pattern, key in OFFENDING:
        if re.search(pattern, words):
            return key
    listed = _DUPLICATE.search(words)
    return listed[1] if listed else None


def keys_at(text: str, finding: Finding) -> Iterator[str]:
    """The keys that lead to what a finding points at; for one that points at a key without
    the value that is missing, all that could stand there."""
    location = finding.location
    for document in documents(Source.from_bytes("all.yaml", text.encode())):
        if not isinstance(document, Document) or document.root is None:
            continue
        for path, _ in walk(document.root):
            for place in (Place(document, path), Place(document, path).key):
                if path and positions(place) == (location.start, location.end):
                    yield from (str(key) for key in path if isinstance(key, str))
                    if path == ("spec",):
                        yield from MISSING_IN_SPEC
                    if path == ("kind",):
                        yield from ("data", "type")


MISSING_IN_SPEC = ("peerAddress", "peerASN", "routerID", "localPref", "addresses")


@pytest.mark.parametrize("release", RELEASES)
def test_we_agree_with_metallb(release: str, look: Look) -> None:
    ways = {way for several in BGP_TYPES.values() for way in several}
    found = {way: look(release, way) for way in ways}
    wrong: dict[str, list[str]] = {}
    for case in cases():
        for way in BGP_TYPES[case.get("bgp_type")]:
            of_case = found[way].get(case["id"], [])
            wrong.setdefault(case["id"], []).extend(disagreements(case, release, of_case, way))
    agreed = sum(not lines for lines in wrong.values())
    unknown = [name for name in UNKNOWABLE if wrong[name]]
    print(f"\n{agreed} of {len(wrong)} at {release} ({len(unknown)} more cannot be known)")
    for name in unknown:
        print(f"  {name}: {UNKNOWABLE[name]}")
    missed = [line for name, lines in wrong.items() if name not in UNKNOWABLE for line in lines]
    assert not missed, "\n".join(missed)


def test_no_case_is_called_unknowable_in_vain(look: Look) -> None:
    """A case that we agree on in every release does not belong into that list."""
    unknown = [case for case in cases() if case["id"] in UNKNOWABLE]
    assert len(unknown) == len(UNKNOWABLE)
    newest = RELEASES[-1]
    for case in unknown:
        for way in BGP_TYPES[case.get("bgp_type")]:
            of_case = look(newest, way).get(case["id"], [])
            assert list(disagreements(case, newest, of_case, way)), case["id"]
