"""MLB108: the deprecated field, and where its value goes."""

from __future__ import annotations

from collections.abc import Callable

import pytest

POOL = """\
apiVersion: metallb.io/v1beta1
kind: IPAddressPool
metadata: {name: lan, namespace: metallb-system}
spec: {addresses: [10.0.0.0/24]}
"""
SERVICE = """\
apiVersion: v1
kind: Service
metadata:
  name: web
{annotations}spec:
  type: LoadBalancer
  {field}
  selector: {{app: web}}
"""


def service(annotations: str = "", field: str = "loadBalancerIP: 10.0.0.5") -> str:
    above = f"  annotations:\n    {annotations}\n" if annotations else ""
    return SERVICE.format(annotations=above, field=field)


def moved(key: str, beside: str = "") -> str:
    annotations = f"{beside}\n    {key}: 10.0.0.5" if beside else f"{key}: 10.0.0.5"
    return service(annotations).replace("  loadBalancerIP: 10.0.0.5\n", "")


def test_it_moves_to_the_annotation(repository: Callable) -> None:
    repo = repository({"pool.yaml": POOL, "f.yaml": service()})
    assert repo.spots("MLB108") == ["MLB108 f.yaml:7:3"]
    assert repo.fixed("MLB108") == {"f.yaml": moved("metallb.universe.tf/loadBalancerIPs")}


def test_other_annotations_stay(repository: Callable) -> None:
    repo = repository({"pool.yaml": POOL, "f.yaml": service("a: b # c")})
    expected = moved("metallb.universe.tf/loadBalancerIPs", "a: b # c")
    assert repo.fixed("MLB108") == {"f.yaml": expected}


@pytest.mark.parametrize(
    ("prefix", "version", "expected"),
    [
        ("metallb.io", "0.15.3", "metallb.io"),
        ("auto", "0.15.3", "metallb.io"),
        ("auto", "0.14.8", "metallb.universe.tf"),
        ("metallb.universe.tf", "0.15.3", "metallb.universe.tf"),
    ],
)
def test_the_prefix_is_the_repositorys(
    prefix: str, version: str, expected: str, repository: Callable
) -> None:
    config = f'metallb: {{annotation-prefix: {prefix}, version: "{version}"}}\n'
    repo = repository({".mlblint.yaml": config, "f.yaml": service()})
    assert repo.fixed() == {"f.yaml": moved(f"{expected}/loadBalancerIPs")}


@pytest.mark.parametrize(
    ("config", "reason"),
    [("metallb: {annotation-prefix: auto}\n", "depends on MetalLB's version")],
)
def test_without_a_prefix_nothing_is_done(config: str, reason: str, repository: Callable) -> None:
    (finding,) = repository(
        {".mlblint.yaml": config, "pool.yaml": POOL, "f.yaml": service()}
    ).findings("MLB108")
    assert reason in (finding.unfixable or "")


@pytest.mark.parametrize(
    "text",
    [
        service("metallb.universe.tf/loadBalancerIPs: 10.0.0.5"),
        service("io.cilium/lb-ipam-ips: 10.0.0.5"),
        service("kube-vip.io/loadbalancerIPs: 10.0.0.5"),
        service(field="loadBalancerIP: 10.0.0.5\n  loadBalancerClass: tailscale"),
        service(field='loadBalancerIP: ""'),
        service(field="loadBalancerIP:"),
        service().replace("LoadBalancer\n", "ClusterIP\n"),
    ],
)
def test_is_left_alone(text: str, repository: Callable) -> None:
    assert repository({"pool.yaml": POOL, "f.yaml": text}).findings("MLB108") == []


def test_without_a_metallb_somebody_else_reads_the_field(repository: Callable) -> None:
    assert repository({"f.yaml": service()}).findings("MLB108") == []


def test_cilium_beside_metallb_reads_it_as_well(repository: Callable) -> None:
    cilium = "apiVersion: cilium.io/v2\nkind: CiliumLoadBalancerIPPool\nmetadata: {name: a}\n"
    repo = repository({"pool.yaml": POOL, "cilium.yaml": cilium, "f.yaml": service()})
    assert repo.findings("MLB108") == []


def test_a_release_before_the_annotation(repository: Callable) -> None:
    files = {".mlblint.yaml": 'metallb: {version: "0.11.0"}\n', "f.yaml": service()}
    assert repository(files).findings("MLB108") == []


def test_a_variable_is_moved_by_hand(repository: Callable) -> None:
    repo = repository({"pool.yaml": POOL, "f.yaml": service(field="loadBalancerIP: ${IP}")})
    (finding,) = repo.findings("MLB108")
    assert finding.unfixable == "a variable fills in the address: move it by hand"


def test_the_patch_that_gives_it_gets_the_annotation(repository: Callable) -> None:
    patch = (
        "apiVersion: v1\nkind: Service\nmetadata:\n  name: web\nspec:\n  loadBalancerIP: 10.0.0.5\n"
    )
    repo = repository(
        {
            "kustomization.yaml": "resources: [pool.yaml, f.yaml]\npatches: [{path: p.yaml}]\n",
            "pool.yaml": POOL,
            "f.yaml": service("a: b", "sessionAffinity: None"),
            "p.yaml": patch,
        }
    )
    assert repo.spots("MLB108") == ["MLB108 p.yaml:6:3"]
    fixed = repo.fixed("MLB108")["p.yaml"]
    assert "  annotations:\n    metallb.universe.tf/loadBalancerIPs: 10.0.0.5\n" in fixed
    assert "loadBalancerIP:" not in fixed


def test_a_json_patch_is_left_to_a_person(repository: Callable) -> None:
    patch = "[{op: add, path: /spec/loadBalancerIP, value: 10.0.0.5}]"
    kustomization = (
        "resources: [pool.yaml, f.yaml]\n"
        f"patches:\n  - target: {{kind: Service}}\n    patch: '{patch}'\n"
    )
    repo = repository(
        {
            "kustomization.yaml": kustomization,
            "pool.yaml": POOL,
            "f.yaml": service(field="sessionAffinity: None"),
        }
    )
    (finding,) = repo.findings("MLB108")
    assert finding.unfixable == "a patch or a parameter gives it: write the annotation there"


def test_a_base_for_a_cluster_without_metallb_stays(repository: Callable) -> None:
    repo = repository(
        {
            ".mlblint.yaml": "clusters: [{each: 'clusters/*'}]\n",
            "base/kustomization.yaml": "resources: [f.yaml]\n",
            "base/f.yaml": service(),
            "clusters/a/kustomization.yaml": "resources: [../../base, pool.yaml]\n",
            "clusters/a/pool.yaml": POOL,
            "clusters/b/kustomization.yaml": "resources: [../../base]\n",
        }
    )
    (finding,) = repo.findings("MLB108")
    assert "another cluster without MetalLB" in (finding.unfixable or "")


VALUES = """\
apiVersion: helm.toolkit.fluxcd.io/v2
kind: HelmRelease
metadata: {{name: web, namespace: web}}
spec:
  chart: {{spec: {{chart: {chart}, version: 1.0.0, sourceRef: {{kind: HelmRepository, name: x}}}}}}
  values:
    {parent}:
      type: LoadBalancer
{fields}"""
GIVEN = "      loadBalancerIP: 10.0.0.5\n"
ANNOTATED = "      annotations:\n        a: b\n"


@pytest.mark.parametrize(
    ("chart", "parent", "fields", "applicability"),
    [
        ("jellyfin", "service", GIVEN, "unsafe"),
        ("jellyfin", "service", GIVEN + ANNOTATED, "safe"),
        ("kong", "proxy", GIVEN, "safe"),
        ("traefik", "service", "      spec:\n        loadBalancerIP: 10.0.0.5\n", "safe"),
        # Traefik's chart does not read it there.
        ("traefik", "service", GIVEN, None),
    ],
)
def test_values_of_charts(
    chart: str, parent: str, fields: str, applicability: str | None, repository: Callable
) -> None:
    text = VALUES.format(chart=chart, parent=parent, fields=fields)
    repo = repository({"pool.yaml": POOL, "f.yaml": text})
    found = repo.findings("MLB108")
    assert [f.fix and f.fix.applicability for f in found] == (
        [applicability] if applicability else []
    )
    for fixed in repo.fixed("MLB108", unsafe=True).values():
        assert "        metallb.universe.tf/loadBalancerIPs: 10.0.0.5\n" in fixed
        assert "loadBalancerIP:" not in fixed


def test_a_template_in_a_custom_resource(repository: Callable) -> None:
    text = """\
apiVersion: postgresql.cnpg.io/v1
kind: Cluster
metadata: {name: db, namespace: a}
spec:
  managed:
    services:
      additional:
        - serviceTemplate:
            metadata: {name: db}
            spec: {type: LoadBalancer, loadBalancerIP: 10.0.0.5}
"""
    fixed = repository({"pool.yaml": POOL, "f.yaml": text}).fixed("MLB108")["f.yaml"]
    assert "spec: {type: LoadBalancer}\n" in fixed
    assert "metallb.universe.tf/loadBalancerIPs: 10.0.0.5" in fixed


TRAEFIK = """\
apiVersion: argoproj.io/v1alpha1
kind: Application
metadata: {name: traefik}
spec:
  source:
    repoURL: https://traefik.github.io/charts
    chart: traefik
    targetRevision: 36.3.0
    helm:
      valuesObject:
        service:
"""


@pytest.mark.parametrize(
    ("more", "left"),
    [("", ""), ("            externalTrafficPolicy: Cluster\n", "          spec:\n")],
)
def test_a_spec_that_would_be_empty_goes_with_it(
    more: str, left: str, repository: Callable
) -> None:
    spec = "          spec:\n            loadBalancerIP: 10.0.0.5\n"
    notes = "          annotations:\n            metallb.universe.tf/loadBalancerIPs: 10.0.0.5\n"
    repo = repository({"pool.yaml": POOL, "f.yaml": TRAEFIK + spec + more})
    assert repo.fixed("MLB108") == {"f.yaml": TRAEFIK + left + more + notes}


@pytest.mark.parametrize(("value", "shown"), [("${IP}", "`${IP}`"), ("'{{ ip }}'", "an address")])
def test_an_address_that_is_filled_in(value: str, shown: str, repository: Callable) -> None:
    opaque = service(field=f"loadBalancerIP: {value}")
    (finding,) = repository({"pool.yaml": POOL, "f.yaml": opaque}).findings("MLB108")
    assert finding.message.startswith(f"Service `web` asks for {shown} by `loadBalancerIP`, ")
