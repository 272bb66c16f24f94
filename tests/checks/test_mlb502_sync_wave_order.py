"""MLB502: what is in order with what, and when the wrong order is certain to fail."""

from __future__ import annotations

from collections.abc import Callable

import pytest

APPLICATION = """\
apiVersion: argoproj.io/v1alpha1
kind: Application
metadata:
  name: {name}{wave}
spec:
  source:
    repoURL: https://git.example.com/cluster
    path: {name}
"""
CHART = """\
apiVersion: argoproj.io/v1alpha1
kind: Application
metadata:
  name: metallb{wave}
spec:
  source:
    repoURL: https://metallb.github.io/metallb
    chart: metallb
    targetRevision: 0.15.3
"""
POOL = """\
apiVersion: metallb.io/v1beta1
kind: IPAddressPool
metadata:
  name: lan
  namespace: metallb-system{wave}
spec:
  addresses: [10.0.0.0/24]
"""
L2 = """\
apiVersion: metallb.io/v1beta1
kind: L2Advertisement
metadata:
  name: lan
  namespace: metallb-system{wave}
"""
SERVICE = """\
apiVersion: v1
kind: Service
metadata:
  name: web{wave}
spec:
  type: LoadBalancer
  selector: {{app: web}}
"""
HEALTH = """\
apiVersion: v1
kind: ConfigMap
metadata: {name: argocd-cm, namespace: argocd}
data:
  resource.customizations.health.argoproj.io_Application: |
    return {status = "Healthy"}
"""


def wave(value: object) -> str:
    if value is None:
        return ""
    return f'\n  annotations:\n    argocd.argoproj.io/sync-wave: "{value}"'


def app_of_apps(chart: object, pool: object, web: object = None) -> dict[str, str]:
    return {
        "root.yaml": APPLICATION.format(name="root", wave=""),
        "root/metallb.yaml": CHART.format(wave=wave(chart)),
        "root/addresses.yaml": APPLICATION.format(name="addresses", wave=wave(pool)),
        "root/web.yaml": APPLICATION.format(name="web", wave=wave(web)),
        "addresses/pool.yaml": POOL.format(wave=""),
        "web/service.yaml": SERVICE.format(wave=""),
    }


def found(repository: Callable, files: dict) -> list[tuple[str, str]]:
    return [(f.location.path, f.severity) for f in repository(files).findings("MLB502")]


@pytest.mark.parametrize(
    ("waves", "expected"),
    [
        ((0, 1, 2), []),
        ((None, 1, 2), []),
        ((0, None, None), []),
        ((2, 1), [("root/addresses.yaml", "warning")]),
        ((1, 1), [("root/addresses.yaml", "warning")]),
        ((0, 2, 1), [("root/web.yaml", "warning")]),
        ((0, 2, 2), []),
        ((3, 1, 2), [("root/addresses.yaml", "warning"), ("root/web.yaml", "warning")]),
        (("{{ wave }}", -1), []),
        (("first", -1), []),
    ],
)
def test_applications_below_one_application(
    waves: tuple, expected: list, repository: Callable
) -> None:
    assert found(repository, app_of_apps(*waves)) == expected


@pytest.mark.parametrize("waves", [(2, 1), (0, 2, 1)])
def test_with_a_health_check_argo_cd_waits_for_ever(waves: tuple, repository: Callable) -> None:
    files = {**app_of_apps(*waves), "root/cm.yaml": HEALTH}
    ((_, severity),) = found(repository, files)
    assert severity == "error"


def test_several_pools_of_one_application(repository: Callable) -> None:
    files = {**app_of_apps(0, 2, 1), "root/cm.yaml": HEALTH}
    files["addresses/more.yaml"] = POOL.format(wave="").replace("name: lan", "name: more")
    assert found(repository, files) == [("root/web.yaml", "error")]


def test_with_a_health_check_the_same_wave_is_luck(repository: Callable) -> None:
    files = {**app_of_apps(1, 1), "root/cm.yaml": HEALTH}
    assert found(repository, files) == [("root/addresses.yaml", "warning")]


def test_crds_from_elsewhere_are_no_reason_to_wait(repository: Callable) -> None:
    crd = """\
apiVersion: apiextensions.k8s.io/v1
kind: CustomResourceDefinition
metadata: {name: ipaddresspools.metallb.io}
"""
    files = {**app_of_apps(2, 1), "root/cm.yaml": HEALTH, "root/crd.yaml": crd}
    assert found(repository, files) == [("root/addresses.yaml", "warning")]


def test_an_application_set_gives_no_order(repository: Callable) -> None:
    template = """\
apiVersion: argoproj.io/v1alpha1
kind: ApplicationSet
metadata: {name: all}
spec:
  generators:
    - list:
        elements:
          - {name: addresses, wave: "1"}
          - {name: metallb, wave: "2"}
  template:
    metadata:
      name: "{{name}}"
      annotations: {argocd.argoproj.io/sync-wave: "{{wave}}"}
    spec:
      source: {repoURL: https://git.example.com/cluster, path: "{{name}}"}
"""
    files = {
        "all.yaml": template,
        "addresses/pool.yaml": POOL.format(wave=""),
        "metallb/Chart.yaml": "name: metallb-wrapper\nversion: 1.0.0\ndependencies:\n"
        "  - {name: metallb, version: 0.15.3, repository: https://metallb.github.io/metallb}\n",
    }
    assert found(repository, files) == []


def test_a_pool_beside_the_application_that_brings_its_kind(repository: Callable) -> None:
    files = {
        "root.yaml": APPLICATION.format(name="root", wave=""),
        "root/metallb.yaml": CHART.format(wave=wave(1)),
        "root/pool.yaml": POOL.format(wave=wave(0)),
    }
    (finding,) = repository(files).findings("MLB502")
    assert (finding.severity, finding.location.path) == ("error", "root/pool.yaml")
    assert "the API server refuses it" in finding.message
    files["root/pool.yaml"] = POOL.format(wave=wave(2))
    assert found(repository, files) == []
    files["root/l2.yaml"] = L2.format(wave=wave(0))
    assert found(repository, files) == [("root/l2.yaml", "error")]


UMBRELLA = {
    "root.yaml": APPLICATION.format(name="metallb", wave=""),
    "metallb/Chart.yaml": "name: wrapper\nversion: 1.0.0\ndependencies:\n"
    "  - {name: metallb, version: 0.15.3, repository: https://metallb.github.io/metallb}\n",
}


@pytest.mark.parametrize(
    ("annotations", "expected"),
    [
        (wave(1), []),
        (wave(0), []),
        (wave(-1), [("metallb/templates/pool.yaml", "warning")]),
        (wave(-1) + "\n    argocd.argoproj.io/hook: PostSync", []),
        (wave("{{ .Values.wave }}"), []),
    ],
)
def test_a_pool_beside_the_chart_in_one_application(
    annotations: str, expected: list, repository: Callable
) -> None:
    files = {**UMBRELLA, "metallb/templates/pool.yaml": POOL.format(wave=annotations)}
    assert found(repository, files) == expected


def test_a_service_waits_only_for_pools_that_are_all_later(repository: Callable) -> None:
    files = {
        "root.yaml": APPLICATION.format(name="web", wave=""),
        "web/service.yaml": SERVICE.format(wave=wave(1)),
        "web/pool.yaml": POOL.format(wave=wave(2)),
    }
    assert found(repository, files) == [("web/service.yaml", "error")]
    files["other.yaml"] = POOL.format(wave=wave(0)).replace("name: lan", "name: other")
    assert found(repository, files) == [("web/service.yaml", "warning")]


def test_a_pool_may_come_from_a_template(repository: Callable) -> None:
    files = {
        "root.yaml": APPLICATION.format(name="web", wave=""),
        "web/service.yaml": SERVICE.format(wave=wave(1)),
        "web/pool.yaml": POOL.format(wave=wave(2)),
        "roles/metallb.yaml": "- k8s:\n    definition:\n      apiVersion: metallb.io/v1beta1\n"
        "      kind: IPAddressPool\n",
    }
    assert found(repository, files) == [("web/service.yaml", "warning")]


def test_a_service_of_another_implementation_waits_for_no_pool(repository: Callable) -> None:
    files = {
        "root.yaml": APPLICATION.format(name="web", wave=""),
        "web/service.yaml": SERVICE.format(wave=wave(1)) + "  loadBalancerClass: tailscale\n",
        "web/pool.yaml": POOL.format(wave=wave(2)),
    }
    assert found(repository, files) == []


def test_an_advertisement_before_its_pool_is_a_warning(repository: Callable) -> None:
    files = {
        "root.yaml": APPLICATION.format(name="lan", wave=""),
        "lan/all.yaml": POOL.format(wave=wave(2)) + "---\n" + L2.format(wave=wave(1)),
    }
    (finding,) = repository(files).findings("MLB502")
    assert finding.severity == "warning"
    assert finding.message.endswith("it announces addresses that MetalLB does not have yet")


def test_roots_of_one_folder_may_be_applied_together(repository: Callable) -> None:
    same = {
        "apps/metallb.yaml": CHART.format(wave=wave(2)),
        "apps/addresses.yaml": APPLICATION.format(name="addresses", wave=wave(1)),
        "addresses/pool.yaml": POOL.format(wave=""),
    }
    assert found(repository, same) == [("apps/addresses.yaml", "warning")]


def test_roots_of_two_folders_have_no_order(repository: Callable) -> None:
    files = {
        "base/metallb.yaml": CHART.format(wave=wave(2)),
        "apps/addresses.yaml": APPLICATION.format(name="addresses", wave=wave(1)),
        "addresses/pool.yaml": POOL.format(wave=""),
    }
    assert found(repository, files) == []


def test_waves_of_different_applications_are_not_compared(repository: Callable) -> None:
    """A number inside one Application says nothing about one inside another."""
    files = app_of_apps(0, 1)
    files["addresses/pool.yaml"] = POOL.format(wave=wave(-5))
    assert found(repository, files) == []


def test_flux_knows_no_waves(repository: Callable) -> None:
    files = {
        "cluster/ks.yaml": """\
apiVersion: kustomize.toolkit.fluxcd.io/v1
kind: Kustomization
metadata: {name: lan, namespace: flux-system}
spec:
  path: ./lan
  sourceRef: {kind: GitRepository, name: flux-system}
""",
        "lan/all.yaml": POOL.format(wave=wave(2)) + "---\n" + L2.format(wave=wave(1)),
    }
    assert found(repository, files) == []
