"""Configurations that MetalLB's own code has judged: an error of ours means that it refuses them.

Every case is a cluster of its own, and each release and way of speaking BGP is one run over all.
"""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from mlblint.findings import Finding

CASES = Path(__file__).parents[2] / "shared" / "cases" / "metallb-verdicts.json"
RELEASES = ("v0.14.9", "v0.15.3", "v0.16.1")
BGP_TYPES = ("native", "frr")

pytestmark = pytest.mark.skipif(not CASES.is_file(), reason=f"{CASES} is not on this machine")

# Cases whose verdict files alone cannot give, each with the reason.
UNKNOWABLE: Mapping[str, str] = {}


@cache
def cases() -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = json.loads(CASES.read_text())
    return found


def judged(bgp_type: str) -> Iterator[dict[str, Any]]:
    return (case for case in cases() if case.get("bgp_type", bgp_type) == bgp_type)


@pytest.fixture
def errors(repository: Callable) -> Callable[[str, str], Mapping[str, list[Finding]]]:
    """The errors that speak for MetalLB, by case."""

    def look(release: str, bgp_type: str) -> Mapping[str, list[Finding]]:
        config = {
            "metallb": {"version": release.removeprefix("v"), "bgp-type": bgp_type},
            "clusters": [{"each": "cases/*"}],
        }
        files = {f"cases/{case['id']}/all.yaml": case["manifests"] for case in judged(bgp_type)}
        repo = repository({**files, ".mlblint.yaml": json.dumps(config)})
        found: dict[str, list[Finding]] = defaultdict(list)
        for finding in repo.findings():
            if finding.judges == "acceptance" and finding.severity == "error":
                found[finding.location.path.split("/")[1]].append(finding)
        return found

    return look


@pytest.mark.parametrize("bgp_type", BGP_TYPES)
@pytest.mark.parametrize("release", RELEASES)
def test_we_agree_with_metallb(
    release: str, bgp_type: str, errors: Callable[[str, str], Mapping[str, list[Finding]]]
) -> None:
    found = errors(release, bgp_type)
    missed: list[str] = []
    false: list[str] = []
    for case in judged(bgp_type):
        accepted = case.get("accepted_by", {}).get(release, case["valid"])
        if case["id"] in UNKNOWABLE or accepted != bool(found.get(case["id"])):
            continue
        if accepted:
            false += [f"{case['id']}: {f.rule} {f.message}" for f in found[case["id"]]]
        else:
            missed.append(f"{case['id']}: {case.get('error_v0.16.1') or case['why']}")
    total = len(list(judged(bgp_type)))
    wrong = len(missed) + len({line.split(":")[0] for line in false})
    print(f"\n{release} {bgp_type}: {total - wrong} of {total} as MetalLB judges")
    assert (missed, false) == ([], [])
