"""MLB309: MetalLB's objects and MetalLB's namespace."""

from __future__ import annotations

from collections.abc import Callable

import pytest

POOL = """\
apiVersion: metallb.io/v1beta1
kind: IPAddressPool
metadata:
  name: lan
  namespace: metallb-system
spec: {addresses: [10.0.0.0/28]}
"""
APPLICATION = """\
apiVersion: argoproj.io/v1alpha1
kind: Application
metadata: {{name: {name}, namespace: argocd}}
spec:
  source: {{repoURL: '{repo}', {what}, targetRevision: {revision}}}
  destination: {{server: https://kubernetes.default.svc, namespace: {namespace}}}
---
"""


def chart(namespace: str, version: str = "0.15.3") -> str:
    return APPLICATION.format(
        name="metallb",
        repo="https://metallb.github.io/metallb",
        what="chart: metallb",
        revision=version,
        namespace=namespace,
    )


def folder(path: str, namespace: str) -> str:
    return APPLICATION.format(
        name="addresses",
        repo="https://git.example.dev/home.git",
        what=f"path: {path}",
        revision="HEAD",
        namespace=namespace,
    )


def test_an_object_elsewhere_is_refused_and_moved(repository: Callable) -> None:
    repo = repository({"metallb.yaml": chart("infra"), "pool.yaml": POOL})
    (finding,) = repo.findings("MLB309")
    assert (finding.location.start, finding.severity) == ((5, 14), "error")
    assert finding.message == (
        "IPAddressPool `lan` goes to namespace `metallb-system`, but MetalLB runs in `infra` and "
        "reads nothing elsewhere: its webhook refuses the object"
    )
    assert [related.location.path for related in finding.related] == ["metallb.yaml"]
    assert repo.fixed("MLB309") == {}, "unsafe"
    moved = POOL.replace("metallb-system", "infra")
    assert repo.fixed("MLB309", unsafe=True) == {"pool.yaml": moved}


@pytest.mark.parametrize(
    ("version", "fate"),
    [
        ("0.13.4", "it ignores the object"),
        ("0.13.5", "its webhook refuses the object"),
        ("'${VERSION}'", "it ignores the object, or refuses it (its webhook does from 0.13.5 on)"),
    ],
)
def test_the_webhook_checks_since_0_13_5(version: str, fate: str, repository: Callable) -> None:
    repo = repository({"metallb.yaml": chart("infra", version), "pool.yaml": POOL})
    (finding,) = repo.findings("MLB309")
    assert finding.message.endswith(f": {fate}")


@pytest.mark.parametrize(
    "kind",
    ["AddressPool", "L2Advertisement", "BGPAdvertisement", "BGPPeer", "BFDProfile", "Community"],
)
def test_every_kind_that_people_write(kind: str, repository: Callable) -> None:
    files = {"metallb.yaml": chart("infra"), "f.yaml": POOL.replace("IPAddressPool", kind)}
    assert repository(files).spots("MLB309") == ["MLB309 f.yaml:5:14"]


SILENT = {
    "where it runs": {"metallb.yaml": chart("metallb-system"), "pool.yaml": POOL},
    "it may run anywhere": {"pool.yaml": POOL.replace("metallb-system", "network")},
    "no namespace at all": {"pool.yaml": POOL.replace("  namespace: metallb-system\n", "")},
    "a variable": {
        "metallb.yaml": chart("infra"),
        "pool.yaml": POOL.replace("metallb-system", "${NAMESPACE}"),
    },
    "MetalLB in a variable": {"metallb.yaml": chart("'${NAMESPACE}'"), "pool.yaml": POOL},
    "two installations": {
        "a.yaml": chart("infra"),
        "b.yaml": chart("lab").replace("name: metallb,", "name: other,"),
        "pool.yaml": POOL,
    },
    "default, where it runs": {
        "metallb.yaml": chart("default"),
        "pool.yaml": POOL.replace("metallb-system", "default"),
    },
    "another group": {
        "metallb.yaml": chart("infra"),
        "pool.yaml": POOL.replace("metallb.io", "example.dev"),
    },
}


@pytest.mark.parametrize("files", SILENT.values(), ids=SILENT)
def test_is_silent(files: dict[str, str], repository: Callable) -> None:
    assert repository(files).findings("MLB309") == []


def test_default_is_where_nobody_puts_it(repository: Callable) -> None:
    pool = POOL.replace("metallb-system", "default")
    repo = repository({"pool.yaml": pool})
    assert repo.spots("MLB309") == ["MLB309 pool.yaml:5:14"]
    (finding,) = repo.findings("MLB309")
    assert finding.fix is None
    told = repository({"pool.yaml": pool, ".mlblint.yaml": "metallb: {namespace: default}\n"})
    assert told.findings("MLB309") == []


def test_the_configuration_tells_where_it_runs(repository: Callable) -> None:
    config = "metallb: {namespace: infra}\n"
    repo = repository({".mlblint.yaml": config, "pool.yaml": POOL})
    moved = POOL.replace("metallb-system", "infra")
    assert repo.fixed("MLB309", unsafe=True) == {"pool.yaml": moved}


BARE = POOL.replace("  namespace: metallb-system\n", "")


def test_a_destination_gives_the_namespace(repository: Callable) -> None:
    right = {"apps.yaml": chart("infra") + folder("pools", "infra"), "pools/pool.yaml": BARE}
    assert repository(right).findings("MLB309") == []


def test_a_wrong_destination_is_outdone_by_the_object(repository: Callable) -> None:
    wrong = {"apps.yaml": chart("infra") + folder("pools", "lab"), "pools/pool.yaml": BARE}
    repo = repository(wrong)
    assert repo.spots("MLB309") == ["MLB309 pools/pool.yaml:3:1"]
    (finding,) = repo.findings("MLB309")
    assert [r.message for r in finding.related] == [
        "Application `addresses` gives it the namespace",
        "installs MetalLB into `infra`",
    ]
    fixed = BARE.replace("  name: lan\n", "  name: lan\n  namespace: infra\n")
    assert repo.fixed("MLB309", unsafe=True) == {"pools/pool.yaml": fixed}


KUSTOMIZATION = "kind: Kustomization\nnamespace: lab\nresources: [pool.yaml%s]\n"
SERVICE = "apiVersion: v1\nkind: Service\nmetadata: {name: dns}\nspec: {type: LoadBalancer}\n"


@pytest.mark.parametrize(
    ("more", "fixable"),
    [({}, True), ({"pools/service.yaml": SERVICE}, False)],
)
def test_the_kustomization_decides(
    more: dict[str, str], fixable: bool, repository: Callable
) -> None:
    kustomization = KUSTOMIZATION % "".join(f", {name.partition('/')[2]}" for name in more)
    files = {
        "apps.yaml": chart("infra") + folder("pools", "infra"),
        "pools/kustomization.yaml": kustomization,
        "pools/pool.yaml": POOL,
        **more,
    }
    repo = repository(files)
    assert repo.spots("MLB309") == ["MLB309 pools/kustomization.yaml:2:12"]
    if fixable:
        fixed = {"pools/kustomization.yaml": kustomization.replace("lab", "infra")}
        assert repo.fixed("MLB309", unsafe=True) == fixed
    else:
        (finding,) = repo.findings("MLB309")
        assert finding.unfixable == "what stands there decides for Service `dns`, too"


def test_two_clusters_have_two_namespaces(repository: Callable) -> None:
    files = {
        "clusters/attic/metallb.yaml": chart("infra"),
        "clusters/attic/pool.yaml": POOL,
        "clusters/cellar/metallb.yaml": chart("metallb-system"),
        "clusters/cellar/pool.yaml": POOL,
    }
    assert repository(files).spots("MLB309") == ["MLB309 clusters/attic/pool.yaml:5:14"]


ADVERTISEMENT = """\
apiVersion: metallb.io/v1beta1
kind: L2Advertisement
metadata:
  name: lan
  namespace: network
spec: {ipAddressPools: [lan]}
"""


@pytest.mark.parametrize(
    ("pool", "advertisement", "spots"),
    [
        (POOL, ADVERTISEMENT, ["MLB309 l2.yaml:5:14"]),
        (POOL, ADVERTISEMENT.replace("network", "metallb-system"), []),
        (POOL, ADVERTISEMENT.replace("[lan]", "[dmz]"), []),
        (POOL, ADVERTISEMENT.replace("{ipAddressPools: [lan]}", "{}"), []),
        (POOL + "---\n" + POOL.replace("metallb-system", "network"), ADVERTISEMENT, []),
        (POOL.replace("metallb-system", "${NAMESPACE}"), ADVERTISEMENT, []),
        (BARE, ADVERTISEMENT, []),
    ],
)
def test_an_advertisement_apart_from_its_pool(
    pool: str, advertisement: str, spots: list[str], repository: Callable
) -> None:
    repo = repository({"pool.yaml": pool, "l2.yaml": advertisement})
    assert repo.spots("MLB309") == spots
    assert {finding.severity for finding in repo.findings("MLB309")} <= {"warning"}


def test_with_metallb_s_namespace_the_other_one_is_wrong(repository: Callable) -> None:
    files = {"metallb.yaml": chart("network"), "pool.yaml": POOL, "l2.yaml": ADVERTISEMENT}
    assert repository(files).spots("MLB309") == ["MLB309 pool.yaml:5:14"]
