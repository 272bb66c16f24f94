"""MLB408: what the API server refuses, by release."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable
from textwrap import dedent

import pytest


def pool(spec: str, kind: str = "IPAddressPool", version: str = "v1beta1") -> str:
    return (
        f"apiVersion: metallb.io/{version}\nkind: {kind}\nmetadata:\n  name: orchard\nspec:\n{spec}"
    )


def runs(release: str) -> str:
    return f"metallb: {{version: {release}}}\n"


ADDRESSES = "  addresses: [192.0.2.0/28]\n"
PEER = "  peerAddress: 192.0.2.1\n"

REFUSED = {
    "a quoted boolean": (pool(ADDRESSES + '  autoAssign: "true"\n'), None, "f.yaml:7:15"),
    "a number in a list of texts": (pool("  addresses: [10]\n"), None, "f.yaml:6:15"),
    "a text for a list": (pool("  addresses: 192.0.2.0/28\n"), None, "f.yaml:6:14"),
    "no addresses": (pool("  autoAssign: true\n"), None, "f.yaml:5:1"),
    "addresses that are null": (pool("  addresses:\n  autoAssign: true\n"), None, "f.yaml:6:3"),
    "no spec": (pool("").removesuffix("spec:\n"), None, "f.yaml:2:7"),
    "a list of one null": (pool("  addresses: [192.0.2.0/28, null]\n"), None, "f.yaml:6:29"),
    "a name in capitals": (pool(ADDRESSES).replace("orchard", "Orchard"), None, "f.yaml:4:9"),
    "no name": (pool(ADDRESSES).replace("  name: orchard", "  labels: {}"), None, "f.yaml:3:1"),
    "a label that is a number": (
        pool(ADDRESSES).replace("  name: orchard", "  name: orchard\n  labels: {row: 4}"),
        None,
        "f.yaml:5:17",
    ),
    "a selector's label that is a boolean": (
        pool("  nodeSelectors: [{matchLabels: {speaker: true}}]\n", "L2Advertisement"),
        None,
        "f.yaml:6:43",
    ),
    "an expression without an operator": (
        pool("  nodeSelectors: [{matchExpressions: [{key: a}]}]\n", "L2Advertisement"),
        None,
        "f.yaml:6:39",
    ),
    "too low": (pool("  receiveInterval: 2\n", "BFDProfile"), None, "f.yaml:6:20"),
    "too high": (pool("  receiveInterval: 90000\n", "BFDProfile"), None, "f.yaml:6:20"),
    "another word": (
        pool("  myASN: 1\n  dynamicASN: both\n" + PEER, "BGPPeer", "v1beta2"),
        "0.15.0",
        "f.yaml:7:15",
    ),
    "port 0 since 0.15.0": (
        pool("  myASN: 1\n  peerASN: 2\n  peerPort: 0\n" + PEER, "BGPPeer", "v1beta2"),
        "0.15.0",
        "f.yaml:8:13",
    ),
    "no peerASN before 0.14.9": (
        pool("  myASN: 1\n" + PEER, "BGPPeer", "v1beta2"),
        "0.14.8",
        "f.yaml:5:1",
    ),
    "a protocol of the first kind of pool": (
        pool(ADDRESSES + "  protocol: l2\n", "AddressPool"),
        "0.13.12",
        "f.yaml:7:13",
    ),
    "a version that never was": (pool(ADDRESSES, version="v1beta2"), None, "f.yaml:1:13"),
    "a kind that is none": (pool(ADDRESSES, "IpAddressPool"), None, "f.yaml:2:7"),
    "a kind of another release": (pool(ADDRESSES), "0.12.1", "f.yaml:2:7"),
}


@pytest.mark.parametrize(("text", "release", "place"), REFUSED.values(), ids=REFUSED)
def test_refused(text: str, release: str | None, place: str, repository: Callable) -> None:
    config = {".mlblint.yaml": runs(release)} if release else {}
    repo = repository({"f.yaml": text, **config})
    assert repo.spots("MLB408") == [f"MLB408 {place}"]
    (finding,) = repo.findings("MLB408")
    assert (finding.severity, finding.judges, finding.fix) == ("error", "acceptance", None)
    assert finding.unfixable


def test_of_an_unknown_release_what_all_that_have_the_field_refuse(repository: Callable) -> None:
    text = pool(ADDRESSES + '  serviceAllocation: {priority: "5"}\n  autoAssign: "no"\n')
    findings = repository({"f.yaml": text}).findings("MLB408")
    assert [finding.severity for finding in findings] == ["warning", "error"]


TAKEN = {
    "words for booleans": (pool(ADDRESSES + "  autoAssign: yes\n"), None),
    "a key that is null": (pool(ADDRESSES + "  autoAssign:\n"), None),
    "a number filled in later": (
        pool("  myASN: ${ASN}\n  peerASN: '{{ asn }}'\n" + PEER, "BGPPeer", "v1beta2"),
        None,
    ),
    "delimiters of somebody's own": (pool('  addresses: [{ env "lb_range" }]\n'), None),
    "a value that a kustomization elsewhere replaces": (pool("  addresses: _replaced_\n"), None),
    "an advertisement without a spec": (
        pool("", "L2Advertisement").removesuffix("spec:\n"),
        None,
    ),
    "port 0 before 0.15.0": (
        pool("  myASN: 1\n  peerASN: 2\n  peerPort: 0\n" + PEER, "BGPPeer", "v1beta2"),
        "0.14.9",
    ),
    "port 0 in some release": (
        pool("  myASN: 1\n  peerASN: 2\n  peerPort: 0\n" + PEER, "BGPPeer", "v1beta2"),
        None,
    ),
    "no peerASN since 0.14.9": (
        pool("  myASN: 1\n  dynamicASN: internal\n" + PEER, "BGPPeer", "v1beta2"),
        "0.14.9",
    ),
    "a field that this release prunes": (
        pool(ADDRESSES + "  serviceAllocation: [1]\n"),
        "0.13.7",
    ),
    "a whole number with a point": (pool("  detectMultiplier: 3.0\n", "BFDProfile"), None),
    "a pool that 407 speaks of": (
        pool(ADDRESSES + "  protocol: l2\n", "AddressPool"),
        "0.15.3",
    ),
    "the operator's kind": (pool("  logLevel: 5\n", "MetalLB"), None),
    "what MetalLB writes": (pool(ADDRESSES + "status: 7\n"), "0.15.3"),
    "a kind that a later release may have": (pool("  a: 1\n", "Trellis"), "0.17.0"),
    "a wave that is a number": (
        pool(ADDRESSES).replace(
            "  name: orchard",
            "  name: orchard\n  annotations: {argocd.argoproj.io/sync-wave: 1}",
        ),
        None,
    ),
    "Calico's": (
        pool("  peerIP: 5\n", "BGPPeer").replace("metallb.io/v1beta1", "crd.x.org/v1"),
        None,
    ),
}


@pytest.mark.parametrize(("text", "release"), TAKEN.values(), ids=TAKEN)
def test_taken(text: str, release: str | None, repository: Callable) -> None:
    config = {".mlblint.yaml": runs(release)} if release else {}
    assert repository({"f.yaml": text, **config}).findings("MLB408") == []


def test_a_patch_is_no_object_and_the_patched_one_is_judged(repository: Callable) -> None:
    kustomization = dedent("""\
        resources: [pool.yaml]
        patches:
          - path: patch.yaml
        """)
    patch = pool("  autoAssign: 'no'\n")
    repo = repository(
        {"kustomization.yaml": kustomization, "pool.yaml": pool(ADDRESSES), "patch.yaml": patch}
    )
    assert repo.spots("MLB408") == ["MLB408 patch.yaml:6:15"]


def test_each_cluster_has_its_release(repository: Callable) -> None:
    def cluster(release: str) -> str:
        return (
            f"resources: ['github.com/metallb/metallb/config/native?ref=v{release}', peer.yaml]\n"
        )

    peer = pool("  myASN: 1\n  peerASN: 2\n  peerPort: 0\n" + PEER, "BGPPeer", "v1beta2")
    repo = repository(
        {
            "clusters/east/kustomization.yaml": cluster("0.14.9"),
            "clusters/east/peer.yaml": peer,
            "clusters/west/kustomization.yaml": cluster("0.15.3"),
            "clusters/west/peer.yaml": peer,
            ".mlblint.yaml": "clusters: [{each: 'clusters/*'}]\n",
        }
    )
    assert repo.spots("MLB408") == ["MLB408 clusters/west/peer.yaml:8:13"]


def test_clean_objects_cost_no_import_of_jsonschema(repository: Callable) -> None:
    release = dedent("""\
        apiVersion: helm.toolkit.fluxcd.io/v2
        kind: HelmRelease
        metadata: {name: metallb}
        spec:
          chart: {spec: {chart: metallb, version: 0.15.3}}
          values: {speaker: {logLevel: info, ignoreExcludeLB: true}, imagePullSecrets: [{name: a}]}
        """)
    repo = repository({"f.yaml": pool(ADDRESSES), "release.yaml": release})
    code = (
        "import sys; from mlblint.cli import main\n"
        "sys.argv[1:] = ['--select', 'MLB404,MLB405,MLB407,MLB408,MLB409', '.']\n"
        "try: main()\n"
        "except SystemExit as end: assert not end.code\n"
        "assert 'jsonschema' not in sys.modules"
    )
    subprocess.run([sys.executable, "-c", code], cwd=repo.root, check=True)
