"""MLB204: entries that MetalLB refuses."""

from __future__ import annotations

from collections.abc import Callable

import pytest

RULE = "MLB204"
POOL = """\
apiVersion: metallb.io/v1beta1
kind: IPAddressPool
metadata: {{name: lan, namespace: metallb-system}}
spec:
  addresses:
  - {} # ours
"""


@pytest.mark.parametrize(
    "entry",
    [
        "10.0.0.0/24",
        "10.0.0.1/32",
        "10.0.0.1-10.0.0.9",
        "10.0.0.1  -  10.0.0.9",
        "' 10.0.0.1-10.0.0.9'",
        '"10.0.0.1\\u00a0-\\u00a010.0.0.9"',
        "10.0.0.5-10.0.0.5",
        "fd00::/64",
        "fd00::1-fd00::ff",
        "::ffff:10.0.0.0/120",
        "0.0.0.0/0",
        "${RANGE}",
        "10.0.0.${N}",
        "'{{ range }}'",
    ],
)
def test_what_metallb_takes(entry: str, repository: Callable) -> None:
    assert repository({"f.yaml": POOL.format(entry)}).spots(RULE) == []


@pytest.mark.parametrize(
    ("entry", "said"),
    [
        ("10.0.0.1-250", "ends in a part of an address, and a whole one was expected"),
        ("10.0.0.1/24-10.0.0.9", "has a prefix length in a range, which joins two plain addresses"),
        ("10.0.0.9-10.0.0.1", "starts after its end"),
        ("fd00::1-10.0.0.1", "mixes IPv4 and IPv6"),
        ("10.0.0.01/32", "has numbers with leading zeros, which some programs read as octal"),
        ("10.0.0.0/33", "has a prefix length that there is not"),
        ("10.0.0.0/255.255.255.0", "has a prefix length that there is not"),
        ("10.0.0.256/32", "is neither a CIDR block nor a range of addresses"),
        ("lan", "is neither a CIDR block nor a range of addresses"),
        ("10.0.0.1, 10.0.0.2", "is neither a CIDR block nor a range of addresses"),
    ],
)
def test_what_it_refuses(entry: str, said: str, repository: Callable) -> None:
    (finding,) = repository({"f.yaml": POOL.format(entry)}).findings(RULE)
    assert finding.severity == "error"
    assert finding.message == (
        f"`{entry}` of pool `lan` {said}: MetalLB refuses the pool, and none of its addresses is "
        "assigned"
    )
    assert finding.unfixable == "which addresses are meant is for a person to decide"


def test_nothing_at_all(repository: Callable) -> None:
    assert repository({"f.yaml": POOL.format("''")}).spots(RULE) == ["MLB204 f.yaml:6:5"]
    none = POOL.format("").rsplit("\n", 2)[0].replace("addresses:", "addresses: []") + "\n"
    (finding,) = repository({"f.yaml": none}).findings(RULE)
    assert finding.message == (
        "pool `lan` has no addresses: MetalLB refuses the pool, and none of its addresses is "
        "assigned"
    )


def test_from_ipv4_to_ipv6(repository: Callable) -> None:
    (finding,) = repository({"f.yaml": POOL.format("10.0.0.1-fd00::1")}).findings(RULE)
    assert finding.severity == "error"
    assert finding.message == (
        "`10.0.0.1-fd00::1` of pool `lan` goes from IPv4 to IPv6: MetalLB accepts it and gets no "
        "address from it, so that none is assigned"
    )


def test_letters_that_look_like_digits(repository: Callable) -> None:
    (finding,) = repository({"f.yaml": POOL.format("10.0.0.\u041e/32")}).findings(RULE)
    assert "(it contains U+041E CYRILLIC CAPITAL LETTER O): MetalLB" in finding.message


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("10.0.0.7", "10.0.0.7/32"),
        ('"10.0.0.7"', '"10.0.0.7/32"'),
        ("fd00::7", "fd00::7/128"),
        ("10.0.0.0 /24", "10.0.0.0/24"),
        ("' 10.0.0.0/24'", "'10.0.0.0/24'"),
        ('"10.0.0.0/24\u00a0"', '"10.0.0.0/24"'),
    ],
)
def test_the_same_addresses_as_metallb_reads_them(
    before: str, after: str, repository: Callable
) -> None:
    repo = repository({"f.yaml": POOL.format(before)})
    assert repo.fixed(RULE) == {"f.yaml": POOL.format(after)}


def test_an_address_inside_its_block(repository: Callable) -> None:
    (finding,) = repository({"f.yaml": POOL.format("10.0.0.77/24")}).findings(RULE)
    assert finding.severity == "info"
    assert finding.message == (
        "`10.0.0.77/24` of pool `lan` names an address inside its block: MetalLB hands out all of "
        "10.0.0.0-10.0.0.255"
    )


def test_patched_pools(repository: Callable) -> None:
    files = {
        "base/pool.yaml": POOL.format("10.0.0.7"),
        "base/kustomization.yaml": "resources: [pool.yaml]\n",
        "prod/kustomization.yaml": (
            "resources: [../base]\npatches:\n- target: {kind: IPAddressPool}\n  patch: |\n"
            "    - {op: replace, path: /spec/addresses, value: [10.0.0.8]} # prod\n"
        ),
    }
    repo = repository(files)
    assert repo.spots(RULE) == ["MLB204 prod/kustomization.yaml:5:52"]
    fixed = files["prod/kustomization.yaml"].replace("10.0.0.8", "10.0.0.8/32")
    assert repo.fixed(RULE) == {"prod/kustomization.yaml": fixed}


OLD = """\
apiVersion: v1
kind: ConfigMap
metadata: {{name: config, namespace: metallb-system}}
data:
  config: |
    address-pools:
    - name: lan
      protocol: layer2
      addresses:
      - {} # the printers
"""


@pytest.mark.parametrize(
    ("address", "mended"),
    [("10.0.0.7", "10.0.0.7/32"), ("10.0.9.32-10.0.7.63", None), ("10.0.0.0/24", "")],
)
def test_pools_of_old(address: str, mended: str | None, repository: Callable) -> None:
    config = "metallb: {version: 0.12.1}\n"
    repo = repository({".mlblint.yaml": config, "f.yaml": OLD.format(address)})
    assert repo.spots(RULE) == (["MLB204 f.yaml:10:9"] if mended != "" else [])
    assert repo.fixed(RULE) == ({"f.yaml": OLD.format(mended)} if mended else {})
