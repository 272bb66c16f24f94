"""MLB308: what MetalLB's parser refuses, by release and way of speaking BGP."""

from __future__ import annotations

from collections.abc import Callable, Mapping

import pytest

RULE = "MLB308"


def document(kind: str, name: str, spec: str, version: str = "v1beta1") -> str:
    body = "\n".join(f"  {line}" for line in spec.strip().splitlines())
    return (
        f"apiVersion: metallb.io/{version}\n"
        f"kind: {kind}\n"
        f"metadata: {{name: {name}, namespace: metallb-system}}\n"
        f"spec:\n{body}\n"
    )


def peer(name: str, spec: str, version: str = "v1beta2") -> str:
    return document("BGPPeer", name, spec, version)


def pool(name: str, *addresses: str) -> str:
    return document("IPAddressPool", name, f"addresses: [{', '.join(addresses)}]")


def advertisement(name: str, spec: str) -> str:
    return document("BGPAdvertisement", name, spec)


def node(name: str, labels: str = "") -> str:
    return f"apiVersion: v1\nkind: Node\nmetadata: {{name: {name}, labels: {{{labels}}}}}\n"


def config(release: str | None, bgp_type: str | None) -> str:
    known = {"version": release, "bgp-type": bgp_type}
    given = ", ".join(f"{key}: {value}" for key, value in known.items() if value)
    return f"metallb: {{{given}}}\n"


@pytest.fixture
def said(repository: Callable) -> Callable[..., list[tuple[str, str]]]:
    """What is pointed at, and what is wrong with it; warnings with an exclamation mark."""

    def look(
        documents: list[str], release: str | None = "0.16.1", bgp_type: str | None = "frr"
    ) -> list[tuple[str, str]]:
        text = "---\n".join(documents)
        repo = repository({".mlblint.yaml": config(release, bgp_type), "all.yaml": text})
        lines = text.splitlines()
        found = []
        for finding in repo.findings(RULE):
            start, end = finding.location.start, finding.location.end
            assert start.line == end.line
            assert finding.judges == "acceptance"
            assert finding.fix is None
            assert finding.unfixable
            mark = "" if finding.severity == "error" else "!"
            message = finding.message.partition(": ")[2].partition(". ")[0]
            found.append((mark + lines[start.line - 1][start.column - 1 : end.column - 1], message))
        return found

    return look


Said = Callable[..., list[tuple[str, str]]]
PLAIN = "myASN: 64512\npeerASN: 64513\npeerAddress: 10.0.0.1"


@pytest.mark.parametrize(
    ("spec", "at", "message"),
    [
        (
            "myASN: 0\npeerASN: 1\npeerAddress: 10.0.0.1",
            "0",
            "`myASN` is 0, and a BGP speaker needs an AS number of its own",
        ),
        (
            "myASN: 1\npeerASN: 0\npeerAddress: 10.0.0.1",
            "0",
            "the peer has no AS number: `peerASN` or `dynamicASN` is missing, or 0",
        ),
        (
            "myASN: 1\npeerAddress: 10.0.0.1",
            "spec",
            "the peer has no AS number: `peerASN` or `dynamicASN` is missing, or 0",
        ),
        (
            PLAIN + "\ndynamicASN: external",
            "external",
            "`peerASN` and `dynamicASN` exclude each other",
        ),
        (
            "myASN: 5\npeerASN: 5\npeerAddress: 10.0.0.1\nebgpMultiHop: true",
            "true",
            "`ebgpMultiHop` is for eBGP, but `myASN` and `peerASN` are both 5: iBGP",
        ),
        ("myASN: 1\npeerASN: 2", "spec", "the peer has neither `peerAddress` nor `interface`"),
        (PLAIN + "\ninterface: eth0", "eth0", "`peerAddress` and `interface` exclude each other"),
        ("myASN: 1\npeerASN: 2\npeerAddress: 1.1.1", "1.1.1", "`1.1.1` is no IP address"),
        (
            "myASN: 1\npeerASN: 2\npeerAddress: 10.0.0.1/32",
            "10.0.0.1/32",
            "`10.0.0.1/32` is no IP address",
        ),
        (PLAIN + "\nrouterID: me", "me", "`me` is no IP address"),
        (PLAIN + "\nsourceAddress: 10.0.0.01", "10.0.0.01", "`10.0.0.01` is no IP address"),
        (PLAIN + "\nholdTime: 90", None, None),
        (PLAIN + "\nholdTime: '90'", "'90'", "`90` is no duration as Go writes it"),
        (PLAIN + "\nkeepaliveTime: 1 m", "1 m", "`1 m` is no duration as Go writes it"),
        (
            PLAIN + "\nholdTime: 2900ms",
            "2900ms",
            "the hold time is `2900ms`, but BGP allows 0 or at least 3 seconds",
        ),
        (PLAIN + "\nholdTime: 900ms", None, None),
        (
            PLAIN + "\nholdTime: -500ms",
            "-500ms",
            "the hold time is `-500ms`, but BGP allows 0 or at least 3 seconds",
        ),
        (PLAIN + "\nholdTime: -500ms\nkeepaliveTime: -600ms", None, None),
        (
            PLAIN + "\nkeepaliveTime: 800ms",
            "800ms",
            "the hold time is three times `800ms`, but BGP allows 0 or at least 3 seconds",
        ),
        (
            PLAIN + "\nholdTime: 30s\nkeepaliveTime: 31s",
            "31s",
            "`keepaliveTime` is `31s`, longer than `holdTime` (`30s`)",
        ),
        (PLAIN + "\nholdTime: 1m\nkeepaliveTime: 60s", None, None),
        (
            PLAIN + "\nconnectTime: 0s",
            "0s",
            "`connectTime` is `0s`, not a whole number of seconds from 1 to 65535",
        ),
        (
            PLAIN + "\nconnectTime: 1500ms",
            "1500ms",
            "`connectTime` is `1500ms`, not a whole number of seconds from 1 to 65535",
        ),
        (PLAIN + "\nconnectTime: 65535s", None, None),
        (
            PLAIN + "\npassword: a\npasswordSecret: {name: bgp}",
            "{name: bgp}",
            "`password` and `passwordSecret` exclude each other",
        ),
        (PLAIN + "\npasswordSecret: {name: elsewhere}", None, None),
        (PLAIN + "\nbfdProfile: fast", "fast", "there is no BFDProfile `fast` in this cluster"),
        (PLAIN + "\nbfdProfile: ${PROFILE}", None, None),
        (PLAIN.replace("10.0.0.1", "${ROUTER}"), None, None),
        (
            PLAIN + "\nnodeSelectors:\n- {matchLabels: {a: b}}\n- {matchLabels: {a: b}}",
            "{matchLabels: {a: b}}",
            "`spec.nodeSelectors` has two equal selectors",
        ),
    ],
)
def test_one_peer(spec: str, at: str | None, message: str | None, said: Said) -> None:
    assert said([peer("tor", spec)]) == ([(at, message)] if at else [])


def test_every_release_has_its_own_fields(said: Said) -> None:
    unnumbered = peer("tor", "myASN: 1\ndynamicASN: internal\ninterface: eth0")
    assert said([unnumbered], "0.16.1") == []
    assert said([unnumbered], "0.15.0") == []
    # 0.14.9 has no interface, and its CRD demands the address: that is the schema's verdict.
    assert said([unnumbered], "0.14.9") == []
    both = peer("tor", PLAIN + "\ninterface: eth0")
    assert [at for at, _ in said([both], "0.15.0")] == ["eth0"]
    assert said([both], "0.14.9") == []
    assert [at for at, _ in said([both], None)] == ["!eth0"], "some releases prune the field"
    assert said([both], "0.12.1") == [], "no custom resources are read"
    dynamic = peer("tor", PLAIN + "\ndynamicASN: external")
    assert said([dynamic], "0.14.8") == []
    assert [at for at, _ in said([dynamic], "0.14.9")] == ["external"]


def test_since_when_an_unknown_release_refuses(repository: Callable) -> None:
    spec = "addresses: [10.0.0.0/24]\nserviceAllocation: {namespaces: [a, a]}"
    (finding,) = repository({"f.yaml": document("IPAddressPool", "lan", spec)}).findings(RULE)
    assert finding.severity == "warning"
    assert "MetalLB from 0.13.8 on refuses that" in finding.message


def test_v1beta1_lacks_fields(said: Said) -> None:
    fields = PLAIN + "\nvrf: red\npassword: a\npasswordSecret: {name: bgp}"
    assert said([peer("tor", fields, "v1beta1")], bgp_type="native") == []
    assert [at for at, _ in said([peer("tor", fields)], bgp_type="native")] == [
        "red",
        "{name: bgp}",
    ]


@pytest.mark.parametrize(
    ("release", "field", "since"),
    [
        ("0.13.8", "vrf: red", "0.13.8"),
        ("0.14.4", "connectTime: 1s", "0.14.4"),
        ("0.14.4", "disableMP: true", "0.14.4"),
        ("0.14.6", "enableGracefulRestart: true", "0.14.6"),
        ("0.15.0", "dualStackAddressFamily: true", "0.15.0"),
        ("0.16.0", "localASN: 65000", "0.16.0"),
        ("0.13.0", "keepaliveTime: 10s", "0.13.0"),
    ],
)
def test_native_bgp_lacks_them(release: str, field: str, since: str, said: Said) -> None:
    name, _, value = field.partition(": ")
    expected = [(value, f"`{name}` works with FRR only, and this MetalLB speaks native BGP")]
    documents = [peer("tor", f"{PLAIN}\n{field}")]
    assert said(documents, since, "native") == expected
    assert said(documents, since, "frr") == []
    assert said(documents, since, "frr-k8s") == []
    assert said(documents, since, None) == []


@pytest.mark.parametrize(
    "field", ["disableMP: false", "keepaliveTime: 0s", "enableGracefulRestart: false", "vrf: ''"]
)
def test_what_native_bgp_takes(field: str, said: Said) -> None:
    assert said([peer("tor", f"{PLAIN}\n{field}")], bgp_type="native") == []


def test_native_bgp_knows_no_profiles(said: Said) -> None:
    documents = [document("BFDProfile", "fast", "echoMode: true")]
    message = "BFD works with FRR only, and this MetalLB speaks native BGP"
    assert said(documents, bgp_type="native") == [("BFDProfile", message)]
    assert said(documents) == []


def test_native_bgp_announces_ipv4(said: Said) -> None:
    both = pool("lan", "10.0.0.0/24", "fd00::/64")
    all_pools, other = advertisement("all", "localPref: 1"), advertisement("x", "peers: [tor]")
    message = "`fd00::/64` is IPv6, and this MetalLB speaks native BGP, which announces IPv4 only"
    assert said([both, all_pools], bgp_type="native") == [("fd00::/64", message)]
    assert said([both], bgp_type="native") == []
    assert said([both, all_pools]) == []
    elsewhere = advertisement("x", "ipAddressPools: [other]")
    assert said([both, elsewhere], bgp_type="native") == []
    assert said([both, elsewhere], "0.14.9", "native") == []
    assert said([both, elsewhere], "0.14.8", "native") == [("fd00::/64", message)]
    assert said([both, other], bgp_type="native") == [("fd00::/64", message)]


def selecting(value: str) -> str:
    return f"{PLAIN}\nnodeSelectors: [{{matchLabels: {{rack: {value}}}}}]"


def test_frr_has_one_session_with_a_neighbour(said: Said) -> None:
    message = (
        "BGPPeer `a` has the same address or interface, and FRR has one session with each neighbour"
    )
    twice = [peer("a", PLAIN), peer("b", PLAIN + "\nholdTime: 9s")]
    for bgp_type in ("frr", "frr-k8s"):
        assert said(twice, bgp_type=bgp_type) == [("10.0.0.1", message)]
    assert said(twice, bgp_type="native") == []
    assert said(twice, bgp_type=None) == []
    assert said([peer("a", PLAIN), peer("b", PLAIN + "\nvrf: red")]) == []
    unnumbered = "myASN: 1\npeerASN: 2\ninterface: eth0"
    assert said([peer("a", unnumbered), peer("b", unnumbered)]) == [("eth0", message)]


@pytest.mark.parametrize(
    ("left", "right", "nodes", "release", "expected"),
    [
        ("one", "two", [], "0.15.3", ["10.0.0.1"]),
        ("one", "two", [], "0.16.1", []),
        ("one", "one", [], "0.16.1", ["10.0.0.1"]),
        ("one", "two", ["rack: one", "rack: two"], "0.16.1", []),
        ("one", "two", ["rack: one", "rack: two"], "0.15.3", ["10.0.0.1"]),
        ("one", "one", ["rack: one"], "0.16.1", ["10.0.0.1"]),
        ("one", "one", ["rack: three"], "0.16.1", []),
    ],
)
def test_peers_that_share_no_node(
    left: str, right: str, nodes: list[str], release: str, expected: list[str], said: Said
) -> None:
    documents = [
        peer("a", selecting(left)),
        peer("b", selecting(right)),
        *(node(f"n{i}", labels) for i, labels in enumerate(nodes)),
    ]
    assert [at for at, _ in said(documents, release)] == expected


def test_whether_a_node_is_shared_is_not_known(said: Said) -> None:
    other = f"{PLAIN}\nnodeSelectors: [{{matchLabels: {{zone: east}}}}]"
    documents = [peer("a", selecting("one")), peer("b", other)]
    assert [at for at, _ in said(documents)] == ["!10.0.0.1"]
    assert [at for at, _ in said([*documents, node("n", "rack: one, zone: east")])] == ["10.0.0.1"]
    assert said([*documents, node("n", "rack: one")]) == []


def test_frr_has_one_router_id_and_one_own_number(said: Said) -> None:
    def other(number: int, extra: str) -> str:
        return peer(f"p{number}", f"myASN: 1\npeerASN: 2\npeerAddress: 10.0.0.{number}\n{extra}")

    assert said([other(1, "routerID: 1.1.1.1"), other(2, "routerID: 1.1.1.2"), other(3, "")]) == [
        (
            "1.1.1.2",
            "its `routerID` is `1.1.1.2`, but that of BGPPeer `p1` is `1.1.1.1`: FRR has one per "
            "node",
        ),
        (
            "spec",
            "its `routerID` is missing, but that of BGPPeer `p1` is `1.1.1.1`: FRR has one per "
            "node",
        ),
    ]
    assert said([other(1, "routerID: 1.1.1.1"), other(2, "routerID: ${ID}")]) == []
    asn = [other(1, ""), other(2, "").replace("myASN: 1", "myASN: 3")]
    assert said(asn) == [
        ("3", "its `myASN` is 3, but that of BGPPeer `p1` is 1: FRR has one per node and VRF")
    ]
    assert said([asn[0], asn[1] + "  vrf: red\n"]) == []
    assert said(asn, bgp_type="native") == []


def secret(kind: str, content: str = "") -> str:
    return (
        "apiVersion: v1\nkind: Secret\nmetadata: {name: bgp, namespace: metallb-system}\n"
        f"type: {kind}\n{content}"
    )


def test_secrets(said: Said) -> None:
    one = peer("tor", PLAIN + "\npasswordSecret: {name: bgp}")
    basic = "kubernetes.io/basic-auth"
    for content in ("data: {password: eA==}\n", "stringData: {password: x}\n"):
        assert said([one, secret(basic, content)]) == []
    assert said([one, secret(basic)]) == [("Secret", "Secret `bgp` has no key `password`")]
    assert said([one, secret("Opaque", "data: {password: eA==}\n")]) == [
        (
            "Opaque",
            "the type of Secret `bgp` is `Opaque`, but a password is taken from "
            "`kubernetes.io/basic-auth` only",
        )
    ]
    elsewhere = secret("Opaque").replace("metallb-system", "default")
    assert said([one, elsewhere]) == []
    assert said([one, secret("${TYPE}", "data: {password: eA==}\n")]) == []


@pytest.mark.parametrize(
    ("value", "message"),
    [
        ("65535:65535", None),
        ("large:4294967295:0:1", None),
        ("00065000:1", None),
        ("65536:1", "`65536:1` is no BGP community: 65536 is greater than 65535"),
        ("1:-1", "`1:-1` is no BGP community: `-1` is no number"),
        (
            "lar:1:2:3",
            "`lar:1:2:3` is no BGP community: four parts begin with `large`, not with `lar`",
        ),
        (
            "large:4294967296:1:1",
            "`large:4294967296:1:1` is no BGP community: 4294967296 is greater than 4294967295",
        ),
        (
            "1:2:3",
            "`1:2:3` is no BGP community: neither two numbers with a colon nor `large:` with three",
        ),
        ("${COMMUNITY}", None),
    ],
)
def test_communities(value: str, message: str | None, said: Said) -> None:
    spec = f'communities:\n- {{name: mine, value: "{value}"}}'
    expected = [(f'"{value}"', message)] if message else []
    assert said([document("Community", "all", spec)]) == expected


def test_names_of_communities(said: Said) -> None:
    using = advertisement("lan", "communities: [mine, '65000:1']")
    message = (
        "no Community object of this cluster gives a community the name `mine`, and it is none "
        "itself"
    )
    assert said([using]) == [("mine", message)]
    assert said([using], None, None) == [("mine", message)], "whatever runs"
    mine = document("Community", "a", "communities: [{name: mine, value: '1:2'}]")
    assert said([mine, using]) == []
    again = mine.replace("name: a,", "name: b,")
    assert said([mine, again]) == [("mine", "the community `mine` is defined twice")]
    unnamed = document("Community", "a", "communities: [{value: '1:2'}, {name: '', value: '1:3'}]")
    assert said([unnamed]) == [("''", "two communities have no name")]
    opaque = document("Community", "a", "communities: [{name: '${NAME}', value: '1:2'}]")
    assert said([opaque, using]) == []


def test_large_communities(said: Said) -> None:
    using = advertisement("lan", "communities: ['large:1:2:3']")
    assert said([using], "0.16.1", "frr") == []
    assert said([using], "0.16.1", "native") == [
        (
            "'large:1:2:3'",
            "`large:1:2:3` is a large community, which MetalLB's native BGP does not speak",
        )
    ]
    assert said([using], "0.13.9", "frr") == [
        ("'large:1:2:3'", "`large:1:2:3` is a large community, which MetalLB reads since 0.13.10")
    ]


@pytest.mark.parametrize(
    ("field", "values"),
    [("ipAddressPools", "[a, b, a]"), ("peers", "[a, a]"), ("communities", "['1:2', '1:2']")],
)
def test_lists_name_things_once(field: str, values: str, said: Said) -> None:
    found = said([advertisement("lan", f"{field}: {values}")])
    value = "'1:2'" if field == "communities" else "a"
    assert found == [(value, f"`{value.strip(chr(39))}` stands twice in `spec.{field}`")]


def test_selectors_stand_once(said: Said) -> None:
    spec = """\
serviceAllocation:
  namespaces: [a, a]
  serviceSelectors:
  - matchExpressions:
    - {key: x, operator: In, values: [b, a, b]}
    - {key: y, operator: In, values: [a, c]}
    - {key: y, operator: In, values: [c, a]}
addresses: [10.0.0.0/24]
"""
    documents = [document("IPAddressPool", "lan", spec)]
    expected = [
        ("a", "`a` stands twice in `spec.serviceAllocation.namespaces`"),
        ("b", "`b` stands twice among the values of a selector"),
        (
            "{key: y, operator: In, values: [c, a]}",
            "two expressions of one selector are equal",
        ),
    ]
    assert said(documents) == expected
    assert said(documents, "0.13.7") == [], "the field is pruned"
    l2 = document("L2Advertisement", "lan", "interfaces: [eth0, eth0]\nserviceSelectors: [{}, {}]")
    assert said([l2]) == [("{}", "`spec.serviceSelectors` has two equal selectors")]
    assert said([l2], "0.15.3") == []


@pytest.mark.parametrize(
    ("spec", "at", "message"),
    [
        (
            "aggregationLength: 33",
            "33",
            "`aggregationLength` is 33, and an IPv4 prefix has at most 32 bits",
        ),
        (
            "aggregationLengthV6: 129",
            "129",
            "`aggregationLengthV6` is 129, and an IPv6 prefix has at most 128 bits",
        ),
        (
            "aggregationLength: 24",
            "24",
            "`aggregationLength` is 24, but `10.0.0.2-10.0.0.254` of pool `v4` holds no block "
            "greater than /26",
        ),
        ("aggregationLength: 26", None, None),
        ("aggregationLength: 0", None, None),
        ("localPref: -1", "-1", "`localPref` is negative"),
        ("localPref: 4294967295", None, None),
        (
            "localPref: 4294967296",
            "4294967296",
            "`localPref` is 4294967296, more than BGP has room for",
        ),
        (
            "aggregationLengthV6: 63",
            "63",
            "`aggregationLengthV6` is 63, but `fd00::/64` of pool `v6` holds no block greater than "
            "/64",
        ),
        ("aggregationLengthV6: 63\nipAddressPools: [v4]", None, None),
        ("aggregationLength: 24\nipAddressPoolSelectors: [{matchLabels: {a: b}}]", None, None),
        (
            "aggregationLengthV6: 100\nserviceSelectors: [{matchLabels: {a: b}}]",
            "100",
            "`aggregationLengthV6` is 100, and `serviceSelectors` allow no aggregation",
        ),
        ("aggregationLength: 32\nserviceSelectors: [{matchLabels: {a: b}}]", None, None),
    ],
)
def test_aggregation(spec: str, at: str | None, message: str | None, said: Said) -> None:
    documents = [
        pool("v4", "10.0.0.2-10.0.0.254"),
        pool("v6", "fd00::/64"),
        advertisement("lan", spec),
    ]
    assert said(documents) == ([(at, message)] if at else [])


NODES = [node("n1", "rack: one"), node("n2", "rack: two")]


@pytest.mark.parametrize(
    ("left", "right", "release", "clash"),
    [
        ("localPref: 100", "localPref: 200", "0.16.1", True),
        ("localPref: 100", "localPref: 200", "0.13.9", False),
        ("localPref: 100", "localPref: 100", "0.16.1", False),
        ("localPref: 100", "peers: [tor]", "0.16.1", True),
        ("localPref: 100\naggregationLength: 24", "localPref: 200", "0.16.1", False),
        ("localPref: 100\naggregationLength: 24", "localPref: 200", "0.14.9", True),
        ("localPref: 100\naggregationLengthV6: 64", "localPref: 200", "0.16.1", True),
        ("localPref: 100\npeers: [a]", "localPref: 200\npeers: [b]", "0.16.1", False),
        ("localPref: 100\npeers: [a]", "localPref: 200\npeers: [b, a]", "0.16.1", True),
        ("localPref: 100\nipAddressPools: [lan]", "localPref: 2\nipAddressPools: [x]", "0.16.1", 0),
        ("localPref: 100", "localPref: 200\nserviceSelectors: [{}]", "0.16.1", False),
        ("localPref: 100", "localPref: 200\nserviceSelectors: [{}]", "0.15.3", True),
    ],
)
def test_local_preferences(left: str, right: str, release: str, clash: bool, said: Said) -> None:
    documents = [pool("lan", "10.0.0.0/24"), advertisement("a", left), advertisement("b", right)]
    found = said([*documents, *NODES], release)
    assert [message.startswith("its local preference is ") for _, message in found] == (
        [True] if clash else []
    )
    # Without nodes there is nothing to refuse, and every cluster has some.
    assert [at[0] for at, _ in said(documents, release)] == (["!"] if clash else [])


def test_local_preferences_of_different_nodes(said: Said) -> None:
    def on(name: str, rack: str, preference: int) -> str:
        selector = f"nodeSelectors: [{{matchLabels: {{rack: {rack}}}}}]"
        return advertisement(name, f"localPref: {preference}\n{selector}")

    documents = [pool("lan", "10.0.0.0/24"), on("a", "one", 1), on("b", "two", 2)]
    assert said([*documents, *NODES]) == []
    assert said(documents) == []
    assert len(said([*documents, on("c", "two", 3), *NODES])) == 1


def test_echo_and_ipv6(said: Said) -> None:
    profile = document("BFDProfile", "fast", "echoMode: true")
    documents = [
        pool("lan", "fd00::/64"),
        peer("tor", PLAIN + "\nbfdProfile: fast"),
        advertisement("lan", "peers: [tor]"),
    ]
    message = (
        "BFD's echo works with IPv4 only, but BGPPeer `tor` uses this profile, and "
        "BGPAdvertisement `lan` announces `fd00::/64` to it"
    )
    assert said([profile, *documents]) == [("true", message)]
    assert said([profile, *documents], bgp_type=None) == [("true", message)]
    assert said([profile.replace("true", "false"), *documents]) == []
    assert said([profile, *documents[:2], advertisement("lan", "peers: [other]")]) == []


def test_other_clusters_namespaces_and_kinds(repository: Callable) -> None:
    two = {"a/peer.yaml": peer("a", PLAIN), "b/peer.yaml": peer("b", PLAIN)}
    settings = "clusters: [{name: a, paths: [a/**]}, {name: b, paths: [b/**]}]\n"
    assert (
        repository({**two, ".mlblint.yaml": config("0.15.3", "frr") + settings}).spots(RULE) == []
    )
    assert len(repository({**two, ".mlblint.yaml": config("0.15.3", "frr")}).spots(RULE)) == 1
    elsewhere = peer("b", PLAIN).replace("metallb-system", "other")
    inside = "metallb: {version: 0.15.3, bgp-type: frr, namespace: metallb-system}\n"
    files = {**two, "b/peer.yaml": elsewhere, ".mlblint.yaml": inside}
    assert repository(files).spots(RULE) == [], "MetalLB does not see it"
    calico = peer("b", "peerIP: 10.0.0.1").replace("metallb.io/v1beta2", "projectcalico.org/v3")
    assert repository({**files, "b/peer.yaml": calico}).spots(RULE) == []


def test_a_patch_is_no_object_and_is_pointed_at(repository: Callable) -> None:
    files: Mapping[str, str] = {
        ".mlblint.yaml": config("0.16.1", "frr"),
        "base/peer.yaml": peer("tor", "myASN: 1\npeerASN: 2\npeerAddress: 10.0.0.1"),
        "base/kustomization.yaml": "resources: [peer.yaml]\n",
        "prod/patch.yaml": peer("tor", "peerAddress: nowhere"),
        "prod/kustomization.yaml": "resources: [../base]\npatches: [{path: patch.yaml}]\n",
    }
    assert repository(files).spots(RULE) == ["MLB308 prod/patch.yaml:5:16"]
