"""MLB407: what MetalLB has given up, by release."""

from __future__ import annotations

from collections.abc import Callable
from textwrap import dedent

import pytest

MLB = "MLB407"

POOL = dedent("""\
    apiVersion: metallb.io/v1beta1
    kind: AddressPool
    metadata:
      name: cellar
    spec:
      protocol: layer2
      addresses:
      - 192.0.2.0/28
    """)
CONVERTED = POOL.replace("Address", "IPAddress").replace("  protocol: layer2\n", "")
ADVERTISEMENT = dedent("""\
    ---
    apiVersion: metallb.io/v1beta1
    kind: L2Advertisement
    metadata:
      name: cellar
    spec:
      ipAddressPools:
      - cellar
    """)
CONFIG_MAP = dedent("""\
    apiVersion: v1
    kind: ConfigMap
    metadata:
      name: config
    data:
      config: |
        peers:
        - {name: router, peer-address: 192.0.2.254, peer-asn: 1, my-asn: 2}
        address-pools:
        - name: cellar
          protocol: bgp
          addresses: [192.0.2.0/28]
    """)
PEER = dedent("""\
    apiVersion: metallb.io/v1beta1
    kind: BGPPeer
    metadata:
      name: router
    spec:
      myASN: 1
      peerASN: 2
      peerAddress: 192.0.2.254
    """)


def found(files: dict[str, str], version: str | None, repository: Callable) -> list[str]:
    config = {".mlblint.yaml": f"metallb: {{version: {version}}}\n"} if version else {}
    return [
        f"{one.severity} {one.location.path}:{one.location.start.line}"
        for one in repository({**files, **config}).findings(MLB)
    ]


@pytest.mark.parametrize(
    ("version", "severity"),
    [
        ("0.12.1", "error"),
        ("0.13.12", "warning"),
        ("0.14.0", "error"),
        ("0.14.3", "error"),
        (None, "warning"),
    ],
)
def test_a_pool_of_the_first_kind(version: str | None, severity: str, repository: Callable) -> None:
    assert found({"f.yaml": POOL}, version, repository) == [f"{severity} f.yaml:2"]


@pytest.mark.parametrize(
    ("version", "severity"), [("0.12.1", None), ("0.13.0", "error"), (None, "info")]
)
def test_the_config_map(version: str | None, severity: str | None, repository: Callable) -> None:
    wanted = [f"{severity} f.yaml:7", f"{severity} f.yaml:9"] if severity else []
    assert found({"f.yaml": CONFIG_MAP}, version, repository) == wanted


def test_a_config_map_beside_pools_of_the_new_form_misleads_people_only(
    repository: Callable,
) -> None:
    files = {"f.yaml": CONFIG_MAP, "pool.yaml": CONVERTED}
    assert found(files, "0.15.3", repository) == ["warning f.yaml:7", "warning f.yaml:9"]


def test_a_config_map_of_something_else(repository: Callable) -> None:
    other = "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: config}\ndata:\n  config: |\n"
    files = {"a.yaml": other + "    metallb: 1\n", "b.yaml": other + "    address-pools: {}\n"}
    assert found(files, "0.15.3", repository) == []


LAYER2 = dedent("""\
    apiVersion: v1
    kind: ConfigMap
    metadata:
      name: config
      namespace: lb
    data:
      config: |
        address-pools:
        - name: cellar
          protocol: layer2
          auto-assign: false
          addresses:
          - 192.0.2.0/28
        bgp-communities:
          known: "64512:1"
    """)


def test_pools_of_the_config_map_become_objects(repository: Callable) -> None:
    start, end = LAYER2.index("    address-pools"), LAYER2.index("    bgp-communities")
    advertisement = ADVERTISEMENT.replace("name: cellar\n", "name: cellar\n  namespace: lb\n")
    objects = dedent("""\
        ---
        apiVersion: metallb.io/v1beta1
        kind: IPAddressPool
        metadata:
          name: cellar
          namespace: lb
        spec:
          autoAssign: false
          addresses:
            - 192.0.2.0/28
        """) + advertisement.replace("  - ", "    - ")
    config = {".mlblint.yaml": "metallb: {version: 0.15.3}\n"}
    assert fixed({"f.yaml": LAYER2, **config}, repository) == {
        "f.yaml": LAYER2[:start] + LAYER2[end:] + objects
    }


@pytest.mark.parametrize(
    ("old", "new", "reason"),
    [
        ("layer2", "bgp", "which peers"),
        ("192.0.2.0/28", "${RANGE}", "not all that the pools say"),
        ("auto-assign", "bgp-advertisements", "not all that the pools say"),
    ],
)
def test_pools_of_the_config_map_that_are_left_to_people(
    old: str, new: str, reason: str, repository: Callable
) -> None:
    files = {
        "f.yaml": LAYER2.replace(old, new),
        ".mlblint.yaml": "metallb: {version: 0.15.3}\n",
    }
    (finding,) = repository(files).findings(MLB)
    assert finding.fix is None
    assert reason in (finding.unfixable or "")


def test_pools_in_a_text_in_quotes_are_left_to_people(repository: Callable) -> None:
    pools = "{address-pools: [{name: a, protocol: layer2, addresses: [192.0.2.0/28]}]}"
    text = LAYER2[: LAYER2.index("|")] + f'"{pools}"\n'
    files = {"f.yaml": text, ".mlblint.yaml": "metallb: {version: 0.15.3}\n"}
    (finding,) = repository(files).findings(MLB)
    assert finding.fix is None
    assert "only in a block scalar" in (finding.unfixable or "")


@pytest.mark.parametrize(
    ("version", "severities"), [("0.12.1", []), ("0.13.1", ["error"]), ("0.15.3", ["error"])]
)
def test_pools_in_the_values_of_the_chart(
    version: str, severities: list[str], repository: Callable
) -> None:
    text = dedent(f"""\
        apiVersion: helm.cattle.io/v1
        kind: HelmChart
        metadata:
          name: metallb
        spec:
          chart: metallb
          repo: https://metallb.github.io/metallb
          version: {version}
          valuesContent: |
            configInline:
              address-pools:
                - name: cellar
        """)
    repo = repository({"f.yaml": text})
    assert [one.severity for one in repo.findings(MLB)] == severities
    assert repo.spots(MLB) == [f"{MLB} f.yaml:11:7"] * len(severities)


@pytest.mark.parametrize(
    ("version", "wanted"), [("0.14.8", []), ("0.14.9", ["info f.yaml:1"]), (None, [])]
)
def test_a_peer_of_the_first_version(
    version: str | None, wanted: list[str], repository: Callable
) -> None:
    assert found({"f.yaml": PEER}, version, repository) == wanted


def test_a_peer_gets_the_second_version(repository: Callable) -> None:
    repo = repository({"f.yaml": PEER, ".mlblint.yaml": "metallb: {version: 0.15.3}\n"})
    assert repo.fixed(MLB) == {}
    assert repo.fixed(MLB, unsafe=True) == {"f.yaml": PEER.replace("v1beta1", "v1beta2")}


def fixed(files: dict[str, str], repository: Callable, *rules: str) -> dict[str, str]:
    changed: dict[str, str] = repository(files).fixed(*(rules or (MLB,)), unsafe=True)
    return changed


def test_a_pool_becomes_two_objects(repository: Callable) -> None:
    more = "---\nkind: Namespace\napiVersion: v1\nmetadata: {name: metallb}\n"
    assert fixed({"f.yaml": POOL + more}, repository) == {
        "f.yaml": CONVERTED + ADVERTISEMENT + more
    }


def test_a_pool_in_a_list(repository: Callable) -> None:
    def listed(*objects: str) -> str:
        return "apiVersion: v1\nkind: List\nitems:\n" + "".join(
            ("- " if at == 0 else "  ") + line + "\n"
            for one in objects
            for at, line in enumerate(one.removeprefix("---\n").splitlines())
        )

    new = fixed({"f.yaml": listed(POOL)}, repository)
    assert new == {"f.yaml": listed(CONVERTED, ADVERTISEMENT)}


def test_a_pool_of_the_alpha_version(repository: Callable) -> None:
    text = POOL.replace("v1beta1", "v1alpha1").removesuffix("\n")
    assert fixed({"f.yaml": text}, repository) == {
        "f.yaml": (CONVERTED + ADVERTISEMENT).removesuffix("\n")
    }


def test_what_the_advertisement_takes_over(repository: Callable) -> None:
    meta = '  name: cellar\n  namespace: lb\n  annotations:\n    {}: "{}"\n'
    wave = "argocd.argoproj.io/sync-wave"
    text = POOL.replace("  name: cellar\n", meta.format(wave, 3))
    config = "network: {interfaces: [eth0]}\n"
    new = fixed({"f.yaml": text, ".mlblint.yaml": config}, repository)["f.yaml"]
    assert new.split("---\n")[1] == ADVERTISEMENT.removeprefix("---\n").replace(
        "  name: cellar\n", meta.format(wave, 4)
    ) + ("  interfaces:\n  - eth0\n")


def test_a_pool_that_an_advertisement_names_already_needs_no_other(repository: Callable) -> None:
    files = {"f.yaml": POOL, "l2.yaml": ADVERTISEMENT.replace("name: cellar", "name: all")}
    assert fixed(files, repository) == {"f.yaml": CONVERTED}


def test_all_rules_together_leave_nothing_new(repository: Callable) -> None:
    config = "metallb: {version: 0.15.3}\nnetwork: {interfaces: [eth0]}\n"
    repo = repository({"f.yaml": POOL, ".mlblint.yaml": config})
    before = {one.rule for one in repo.findings()}
    repo = repository({**repo.fixed(unsafe=True), ".mlblint.yaml": config})
    assert {one.rule for one in repo.findings()} <= before - {MLB}


UNFIXABLE = {
    "by BGP": (POOL.replace("layer2", "bgp"), {}, "which peers"),
    "without a name that is known": (
        POOL.replace("cellar", "'{{ name }}'"),
        {},
        "its name is not known",
    ),
    "beside an advertisement of its name": (
        POOL,
        {"l2.yaml": ADVERTISEMENT.replace("- cellar", "- attic")},
        "of that name already",
    ),
    "by a patch": (
        POOL.replace("  protocol: layer2\n", ""),
        {
            "kustomization.yaml": "resources: [f.yaml]\npatches: [{path: p.yaml}]\n",
            "p.yaml": POOL[: POOL.index("  addresses")],
        },
        "a patch gives part of it",
    ),
}


@pytest.mark.parametrize(("text", "files", "reason"), UNFIXABLE.values(), ids=UNFIXABLE)
def test_left_to_people(
    text: str, files: dict[str, str], reason: str, repository: Callable
) -> None:
    (finding,) = repository({"f.yaml": text, **files}).findings(MLB)
    assert finding.fix is None
    assert reason in (finding.unfixable or "")
    assert fixed({"f.yaml": text, **files}, repository) == {}


def test_a_release_without_custom_resources_keeps_its_objects(repository: Callable) -> None:
    files = {"f.yaml": POOL, ".mlblint.yaml": "metallb: {version: 0.12.1}\n"}
    assert fixed(files, repository) == {}
