"""MLB409: fields that the API server prunes."""

from __future__ import annotations

from collections.abc import Callable
from textwrap import dedent

import pytest


def thing(kind: str, spec: str, version: str = "v1beta1") -> str:
    return (
        f"apiVersion: metallb.io/{version}\nkind: {kind}\nmetadata:\n  name: lagoon\nspec:\n{spec}"
    )


POOL = "  addresses: [192.0.2.0/28]\n"
PEER = "  myASN: 1\n  peerASN: 2\n  peerAddress: 192.0.2.1\n"

# Text, release, what the message says of the field, and the text after the fix, if there is one.
PRUNED = {
    "wrong case": (
        thing("IPAddressPool", POOL + "  AvoidBuggyIPs: true # .255\n"),
        None,
        "`spec.AvoidBuggyIPs` is not spelt like a field of IPAddressPool",
        thing("IPAddressPool", POOL + "  avoidBuggyIPs: true # .255\n"),
    ),
    "one for many": (
        thing("L2Advertisement", "  interface:\n    - eth0\n"),
        None,
        "`spec.interface` is not spelt like a field of L2Advertisement",
        thing("L2Advertisement", "  interfaces:\n    - eth0\n"),
    ),
    "one for many, of another shape": (
        thing("L2Advertisement", "  nodeSelector: {matchLabels: {a: b}}\n"),
        None,
        "`spec.nodeSelector` is not spelt like a field of L2Advertisement",
        None,
    ),
    "beside the right one": (
        thing("L2Advertisement", "  interface: [eth0]\n  interfaces: [eth1]\n"),
        None,
        "`spec.interface` is not spelt like a field of L2Advertisement",
        None,
    ),
    "inside a list": (
        thing("L2Advertisement", "  nodeSelectors:\n    - matchlabels: {a: b}\n"),
        None,
        "`spec.nodeSelectors[0].matchlabels` is not spelt like",
        thing("L2Advertisement", "  nodeSelectors:\n    - matchLabels: {a: b}\n"),
    ),
    "of the old pool": (
        thing("IPAddressPool", POOL + "  protocol: layer2\n"),
        None,
        "`spec.protocol` was a field of AddressPool, which MetalLB 0.14 gave up",
        None,
    ),
    "of another kind": (
        thing("IPAddressPool", POOL + "  interfaces: [eth0]\n"),
        None,
        "`spec.interfaces` is a field of L2Advertisement, not of IPAddressPool",
        None,
    ),
    "of several other kinds": (
        thing("IPAddressPool", POOL + "  nodeSelectors: []\n"),
        None,
        "`spec.nodeSelectors` is a field of BGPAdvertisement and BGPPeer and L2Advertisement",
        None,
    ),
    "one level too high": (
        thing("IPAddressPool", POOL + "  namespaces: [docks]\n"),
        None,
        "`spec.namespaces` stands in the wrong place: IPAddressPool has "
        "`spec.serviceAllocation.namespaces`",
        None,
    ),
    "outside of spec": (
        thing("L2Advertisement", "  {}\ninterfaces: [eth0]\n"),
        None,
        "`interfaces` stands in the wrong place: L2Advertisement has `spec.interfaces`",
        None,
    ),
    "of the later version of a kind": (
        thing("BGPPeer", PEER + "  vrf: red\n"),
        None,
        "`spec.vrf` is a field of BGPPeer v1beta2, but not of v1beta1",
        None,
    ),
    "of a later release": (
        thing("IPAddressPool", POOL + "  serviceAllocation: {priority: 1}\n"),
        "0.13.7",
        "`spec.serviceAllocation` exists since MetalLB 0.13.8, and this cluster runs 0.13.7",
        None,
    ),
    "misspelt": (
        thing("BGPPeer", PEER + "  ebgpMultiHoop: true\n", "v1beta2"),
        "0.15.3",
        "`spec.ebgpMultiHoop` is no field of BGPPeer in MetalLB 0.15.3",
        None,
    ),
    "misspelt, of a release that nobody knows yet": (
        thing("BGPPeer", PEER + "  eBGPMultihop: true\n", "v1beta2"),
        "0.19.0",
        "`spec.eBGPMultihop` is not spelt like a field of BGPPeer",
        thing("BGPPeer", PEER + "  ebgpMultiHop: true\n", "v1beta2"),
    ),
    "in the metadata": (
        thing("L2Advertisement", "  {}\n").replace("  name: l", "  label: {a: b}\n  name: l"),
        None,
        "`metadata.label` is not spelt like a field of L2Advertisement",
        thing("L2Advertisement", "  {}\n").replace("  name: l", "  labels: {a: b}\n  name: l"),
    ),
    "in a list, unlike any other": (
        thing("Community", "  communities: [{name: a, value: '1:2', colour: red}]\n"),
        None,
        "`spec.communities[0].colour` is no field of Community in any release of MetalLB",
        None,
    ),
}


@pytest.mark.parametrize(("text", "release", "words", "fixed"), PRUNED.values(), ids=PRUNED)
def test_pruned(
    text: str, release: str | None, words: str, fixed: str | None, repository: Callable
) -> None:
    config = {".mlblint.yaml": f"metallb: {{version: {release}}}\n"} if release else {}
    repo = repository({"f.yaml": text, **config})
    (finding,) = repo.findings("MLB409")
    assert finding.message.startswith(words)
    assert finding.message.endswith("drops it without a word, and MetalLB never sees it")
    assert (finding.severity, finding.judges) == ("warning", "reachability")
    assert repo.fixed("MLB409") == {}
    assert repo.fixed("MLB409", unsafe=True) == ({"f.yaml": fixed} if fixed else {})


KEPT = {
    "labels of any name": (
        thing("L2Advertisement", "  nodeSelectors: [{matchLabels: {Any/Thing: b}}]\n"),
        None,
    ),
    "what MetalLB writes": (thing("IPAddressPool", POOL + "status: {Any: 1}\n"), "0.15.3"),
    "what MetalLB writes later": (thing("IPAddressPool", POOL + "status: {}\n"), "0.13.9"),
    "a later field, of an unknown release": (
        thing("L2Advertisement", "  serviceSelectors: []\n"),
        None,
    ),
    "a field that no release here knows": (
        thing("L2Advertisement", "  preferredNodeSelectors: []\n"),
        "0.17.0",
    ),
    "a key that is filled in": (thing("L2Advertisement", "  '{{ key }}': 1\n"), None),
    "a key that is null": (thing("L2Advertisement", "  colour:\n"), None),
    "a kind of the operator": (thing("MetalLB", "  colour: red\n"), None),
    "a release without the kind": (thing("L2Advertisement", "  colour: red\n"), "0.12.1"),
    "Calico's": (
        thing("BGPPeer", "  colour: red\n").replace("metallb.io/v1beta1", "projectcalico.org/v3"),
        None,
    ),
}


@pytest.mark.parametrize(("text", "release"), KEPT.values(), ids=KEPT)
def test_kept(text: str, release: str | None, repository: Callable) -> None:
    config = {".mlblint.yaml": f"metallb: {{version: {release}}}\n"} if release else {}
    assert repository({"f.yaml": text, **config}).findings("MLB409") == []


def test_a_patch_is_mended_where_it_is_a_mapping(repository: Callable) -> None:
    patch = thing("L2Advertisement", "  interface: [eth0]\n")
    repo = repository(
        {
            "kustomization.yaml": "resources: [l2.yaml]\npatches: [{path: patch.yaml}]\n",
            "l2.yaml": thing("L2Advertisement", "  ipAddressPools: [lagoon]\n"),
            "patch.yaml": patch,
        }
    )
    assert repo.spots("MLB409") == ["MLB409 patch.yaml:6:3"]
    assert repo.fixed("MLB409", unsafe=True) == {
        "patch.yaml": patch.replace("interface:", "interfaces:")
    }


def test_the_path_of_a_json_patch_is_left_to_people(repository: Callable) -> None:
    kustomization = dedent("""\
        resources: [l2.yaml]
        patches:
          - target: {kind: L2Advertisement}
            patch: |-
              - op: add
                path: /spec/interface
                value: [eth0]
        """)
    repo = repository(
        {
            "kustomization.yaml": kustomization,
            "l2.yaml": thing("L2Advertisement", "  ipAddressPools: [lagoon]\n"),
        }
    )
    (finding,) = repo.findings("MLB409")
    assert finding.location.path == "kustomization.yaml"
    assert repo.fixed("MLB409", unsafe=True) == {}
