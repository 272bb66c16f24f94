"""MLB111: two Services on one address, and the conditions of MetalLB's `sharingOK`."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from tests.checks.addresses import FORMER, config, pool, service

IP = "10.0.0.9"


def on_it(name: str, key: str | None = None, **spec: Any) -> str:
    notes = {"loadBalancerIPs": IP} | ({"allow-shared-ip": key} if key is not None else {})
    return service(name, notes=notes, **spec)


UDP = [{"port": 80, "protocol": "UDP"}]
LOCAL = {"externalTrafficPolicy": "Local"}


@pytest.mark.parametrize(
    ("first", "second", "reason"),
    [
        (on_it("a"), on_it("b", ports=UDP), "neither has the annotation `allow-shared-ip`"),
        (on_it("a", ""), on_it("b", "", ports=UDP), "neither has the annotation"),
        (on_it("a", "k"), on_it("b", ports=UDP), "`b` does not have the annotation"),
        (on_it("a"), on_it("b", "k", ports=UDP), "`a` does not have the annotation"),
        (on_it("a", "k"), on_it("b", "l", ports=UDP), "differ (`l`, `k`)"),
        (on_it("a", "k"), on_it("b", "k"), "but both use TCP 80"),
        (on_it("a", "k", **LOCAL), on_it("b", "k", ports=UDP), "only `a` has"),
        (on_it("a", "k"), on_it("b", "k", ports=UDP, **LOCAL), "only `b` has"),
        (on_it("a", "k", **LOCAL), on_it("b", "k", ports=UDP, **LOCAL), "different selectors"),
        (on_it("a"), on_it("b"), "`allow-shared-ip` and both use TCP 80"),
    ],
)
def test_the_message_names_the_condition_that_fails(
    first: str, second: str, reason: str, repository: Callable
) -> None:
    (finding,) = repository({"f.yaml": pool() + first + second}).findings("MLB111")
    assert (finding.severity, finding.judges) == ("error", "acceptance")
    assert reason in finding.message
    assert finding.subject.name == "b", "the later one"
    assert [related.location.start.line for related in finding.related] == [9]


SAME = {"selector": {"app": "x"}, **LOCAL}


@pytest.mark.parametrize(
    ("first", "second"),
    [
        (on_it("a", "k"), on_it("b", "k", ports=UDP)),
        (on_it("a", "k", **SAME), on_it("b", "k", ports=UDP, **SAME)),
        # The key of a Local one without a selector is that of a Cluster one.
        (on_it("a", "k", selector={}, **LOCAL), on_it("b", "k", ports=UDP)),
        (on_it("a", "k", externalTrafficPolicy="Cluster"), on_it("b", "k", ports=UDP)),
        # Somebody else's, opaque, or the same Service once more.
        (on_it("a"), on_it("b", loadBalancerClass="tailscale")),
        (on_it("a"), on_it("b", type="ClusterIP")),
        (on_it("a", "k"), on_it("b", "${KEY}")),
        (on_it("a", "k"), on_it("b", "k", ports=[{"port": "${PORT}"}])),
        (on_it("a"), on_it("a")),
        (on_it("a"), service("b", notes={"loadBalancerIPs": "10.0.0.8"})),
        # The second one never gets that far.
        (on_it("a"), service("b", notes={"loadBalancerIPs": f"{IP},10.0.0.8"})),
    ],
)
def test_fine(first: str, second: str, repository: Callable) -> None:
    assert repository({"f.yaml": pool() + first + second}).spots("MLB111") == []


def test_namespaces_play_no_part(repository: Callable) -> None:
    both = [service("a", namespace, notes={"loadBalancerIPs": IP}) for namespace in ("x", "y")]
    assert len(repository({"f.yaml": "".join(both)}).findings("MLB111")) == 1


def test_field_and_annotation_ask_for_one_address(repository: Callable) -> None:
    other = service("b", loadBalancerIP=IP)
    assert len(repository({"f.yaml": pool() + on_it("a") + other}).findings("MLB111")) == 1
    assert repository({"f.yaml": on_it("a") + other}).findings("MLB111") == [], (
        "nothing says that MetalLB serves it"
    )


def test_the_third_is_compared_with_all(repository: Callable) -> None:
    three = on_it("a", "k") + on_it("b", "k", ports=UDP) + on_it("c", "k", ports=UDP)
    (finding,) = repository({"f.yaml": three}).findings("MLB111")
    assert "Services `apps/c` and `apps/b` both ask" in finding.message


def test_a_key_that_this_release_does_not_read(repository: Callable) -> None:
    both = on_it("a", "k") + service(
        "b",
        prefix="metallb.io",
        notes={"loadBalancerIPs": IP, "allow-shared-ip": "k"},
        ports=UDP,
    )
    assert repository({"f.yaml": both}).findings("MLB111") == []
    old = repository({".mlblint.yaml": config("0.14.8"), "f.yaml": both})
    assert old.findings("MLB111") == [], "0.14.8 does not see that the second one asks"


def test_two_clusters(repository: Callable) -> None:
    files = {
        ".mlblint.yaml": 'clusters: [{each: "clusters/*"}]\n',
        "clusters/a/f.yaml": on_it("a"),
        "clusters/b/f.yaml": on_it("b"),
    }
    assert repository(files).findings("MLB111") == []


def release(name: str, values: str) -> str:
    return (
        "---\napiVersion: helm.toolkit.fluxcd.io/v2\nkind: HelmRelease\n"
        f"metadata: {{name: {name}, namespace: apps}}\n"
        "spec:\n  chart: {spec: {chart: app, sourceRef: {kind: HelmRepository, name: apps}}}\n"
        f"  values: {{service: {{type: LoadBalancer, {values}}}}}\n"
    )


@pytest.mark.parametrize(
    ("first", "second", "found"),
    [
        # Neither ports nor selectors of a chart's Service are known.
        (f"annotations: {{{FORMER}/loadBalancerIPs: {IP}, {FORMER}/allow-shared-ip: k}}",) * 2
        + (0,),
        (f"annotations: {{{FORMER}/loadBalancerIPs: {IP}, {FORMER}/allow-shared-ip: k}}",
         f"annotations: {{{FORMER}/loadBalancerIPs: {IP}, {FORMER}/allow-shared-ip: l}}", 1),
        (f"annotations: {{{FORMER}/loadBalancerIPs: {IP}}}",
         f"annotations: {{{FORMER}/loadBalancerIPs: {IP}}}", 1),
        # Annotations may have a key of their own in such values.
        (f"loadBalancerIP: {IP}", f"loadBalancerIP: {IP}", 0),
    ],
)  # fmt: skip
def test_values_of_charts(first: str, second: str, found: int, repository: Callable) -> None:
    files = {"f.yaml": pool() + release("a", first) + release("b", second)}
    assert len(repository(files).findings("MLB111")) == found


def test_the_rendering_of_a_chart_beside_its_values(repository: Callable) -> None:
    rendered = service(
        "release-name-app",
        labels={"app.kubernetes.io/managed-by": "Helm"},
        notes={"loadBalancerIPs": IP},
    )
    values = f"annotations: {{{FORMER}/loadBalancerIPs: {IP}}}"
    assert repository({"f.yaml": release("a", values) + rendered}).findings("MLB111") == []


def test_one_place_for_two_namespaces(repository: Callable) -> None:
    """Of two overlays nobody knows whether they are for one cluster."""
    files = {"base/kustomization.yaml": "resources: [f.yaml]\n", "base/f.yaml": on_it("a")}
    for name in ("dev", "prod"):
        files[f"{name}/kustomization.yaml"] = f"namespace: {name}\nresources: [../base]\n"
    assert repository(files).findings("MLB111") == []


def test_two_services_of_one_chart_are_told_apart(repository: Callable) -> None:
    service = (
        "{type: LoadBalancer, loadBalancerIP: 192.0.2.7, "
        "annotations: {metallb.universe.tf/allow-shared-ip: KEY}}"
    )
    files = {
        "hole/fleet.yaml": "defaultNamespace: hole\nhelm:\n  chart: pihole\n  values:\n"
        f"    dns: {service.replace('KEY', 'a')}\n    web: {service.replace('KEY', 'b')}\n",
        "lb/fleet.yaml": "defaultNamespace: lb\n",
        "lb/pool.yaml": "apiVersion: metallb.io/v1beta1\nkind: IPAddressPool\n"
        "metadata: {name: lan}\nspec: {addresses: [192.0.2.0/28]}\n",
    }
    (finding,) = repository(files).findings("MLB111")
    assert finding.message.startswith("Services `hole/hole web` and `hole/hole dns` both ask for")
