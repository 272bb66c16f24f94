"""MLB501: who must carry a wave, who need not, and which number the fix writes."""

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
    path: {path}
"""
CHART = """\
apiVersion: argoproj.io/v1alpha1
kind: Application
metadata:
  name: {name}{wave}
spec:
  source:
    repoURL: https://charts.example.com/{chart}
    chart: {chart}
    targetRevision: 0.13.12
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
spec:
  interfaces: [eth0]
"""
SERVICE = """\
apiVersion: v1
kind: Service
metadata:
  name: web
spec:
  type: LoadBalancer
  selector: {app: web}
"""

MIDDLEWARE = """\
apiVersion: traefik.io/v1alpha1
kind: Middleware
metadata: {name: headers}
"""


def wave(number: int | None) -> str:
    if number is None:
        return ""
    return f'\n  annotations:\n    argocd.argoproj.io/sync-wave: "{number}"'


def app_of_apps(**waves: int | None) -> dict[str, str]:
    """A root Application over one for each step, with these waves."""
    names = ("chart", "pool", "advertisement", "ingress", "config", "app")
    given = {name: wave(waves.get(name)) for name in names}
    folder = {
        "apps/chart.yaml": CHART.format(name="metallb", chart="metallb", wave=given["chart"]),
        "apps/pool.yaml": POOL.format(wave=given["pool"]),
        "apps/advertisement.yaml": L2.format(wave=given["advertisement"]),
        "apps/ingress.yaml": CHART.format(name="traefik", chart="traefik", wave=given["ingress"]),
        "apps/config.yaml": APPLICATION.format(name="cfg", path="cfg", wave=given["config"]),
        "apps/app.yaml": APPLICATION.format(name="web", path="web", wave=given["app"]),
    }
    return {
        "root.yaml": APPLICATION.format(name="root", path="apps", wave=""),
        **folder,
        "cfg/middleware.yaml": MIDDLEWARE,
        "web/service.yaml": SERVICE,
    }


@pytest.mark.parametrize(
    ("waves", "written"),
    [
        ({}, {"chart": 0, "pool": 1, "advertisement": 2, "ingress": 3, "config": 4, "app": 5}),
        ({"chart": -10}, {"pool": 1, "advertisement": 2, "ingress": 3, "config": 4, "app": 5}),
        ({"chart": 10}, {"pool": 11, "advertisement": 12, "ingress": 13, "config": 14, "app": 15}),
        ({"app": 1}, {"chart": -4, "pool": -3, "advertisement": -2, "ingress": -1, "config": 0}),
        (
            {"chart": 0, "pool": 1, "ingress": 20, "app": 30},
            {"advertisement": 2, "config": 21},
        ),
    ],
)
def test_numbers(waves: dict, written: dict, repository: Callable) -> None:
    repo = repository(app_of_apps(**waves))
    assert repo.fixed("MLB501") == {
        f"apps/{name}.yaml": app_of_apps(**{name: number})[f"apps/{name}.yaml"]
        for name, number in written.items()
    }


def test_no_room(repository: Callable) -> None:
    repo = repository(app_of_apps(chart=0, advertisement=1, ingress=3, config=4, app=5))
    (finding,) = repo.findings("MLB501")
    assert (finding.location.path, finding.fix) == ("apps/pool.yaml", None)
    assert finding.unfixable == "the waves of the other steps leave no room for it"


def test_a_scheme_of_your_own(repository: Callable) -> None:
    config = "sync-waves: {metallb: 100, pool: 110, advertisement: 120, ingress: 130}\n"
    fixed = repository({**app_of_apps(), ".mlblint.yaml": config}).fixed("MLB501")
    assert '"110"' in fixed["apps/pool.yaml"]


def test_a_wave_of_an_application_above_counts(repository: Callable) -> None:
    files = app_of_apps()
    files["root.yaml"] = APPLICATION.format(name="root", path="apps", wave=wave(7))
    assert repository(files).findings("MLB501") == []


def test_a_service_needs_none_and_an_application_without_one_neither(repository: Callable) -> None:
    files = {
        "root.yaml": APPLICATION.format(name="root", path="apps", wave=""),
        "apps/web.yaml": APPLICATION.format(name="web", path="web", wave=""),
        "web/service.yaml": SERVICE.replace("LoadBalancer", "ClusterIP"),
        "plain/service.yaml": SERVICE,
    }
    assert repository(files).findings("MLB501") == []


def test_without_an_engine_pools_and_advertisements_count(repository: Callable) -> None:
    repo = repository({"a.yaml": POOL.format(wave=""), "b.yaml": L2.format(wave="")})
    assert repo.spots("MLB501") == ["MLB501 a.yaml:3:1", "MLB501 b.yaml:3:1"]


FLUX = """\
apiVersion: kustomize.toolkit.fluxcd.io/v1
kind: Kustomization
metadata: {{name: {name}, namespace: flux-system}}
spec:
  path: ./{name}{extra}
  sourceRef: {{kind: GitRepository, name: flux-system}}
"""
RELEASE = """\
apiVersion: helm.toolkit.fluxcd.io/v2
kind: HelmRelease
metadata: {name: metallb, namespace: metallb-system}
spec:
  chart: {spec: {chart: metallb, version: 0.13.12}}
"""


@pytest.mark.parametrize(
    ("depends", "places"),
    [
        ("", ["MLB501 clusters/config.yaml:4:1"]),
        ("\n  dependsOn: [{name: metallb}]", []),
        ("\n  dependsOn: [{name: between}]", []),
        ("\n  dependsOn: [{name: apps}]", ["MLB501 clusters/config.yaml:6:3"]),
    ],
)
def test_flux_says_it_by_depends_on(depends: str, places: list[str], repository: Callable) -> None:
    between = "\n  dependsOn: [{name: metallb}]"
    files = {
        "clusters/metallb.yaml": FLUX.format(name="metallb", extra=""),
        "clusters/between.yaml": FLUX.format(name="between", extra=between),
        "clusters/apps.yaml": FLUX.format(name="apps", extra=""),
        "clusters/config.yaml": FLUX.format(name="config", extra=depends),
        "metallb/release.yaml": RELEASE,
        "config/pool.yaml": POOL.format(wave=""),
        "config/l2.yaml": L2.format(wave=""),
        "apps/service.yaml": SERVICE,
        "between/service.yaml": SERVICE.replace("name: web", "name: api"),
    }
    repo = repository(files)
    assert repo.spots("MLB501") == places
    assert all(f.fix is None for f in repo.findings("MLB501"))


@pytest.mark.parametrize(
    ("name", "help_text"),
    [
        ("flux-system/metallb", "write `name: metallb`"),
        ("network/metallb", "write `name: metallb` and `namespace: network` beside it"),
        ("${NAMESPACE}/metallb", None),
    ],
)
def test_no_object_has_a_slash_in_its_name(
    name: str, help_text: str | None, repository: Callable
) -> None:
    depends = f"\n  dependsOn: [{{name: metallb}}, {{name: {name}}}]".replace(name, f'"{name}"')
    files = {
        "clusters/metallb.yaml": FLUX.format(name="metallb", extra=""),
        "clusters/config.yaml": FLUX.format(name="config", extra=depends),
        "metallb/release.yaml": RELEASE,
        "config/pool.yaml": POOL.format(wave=""),
    }
    found = repository(files).findings("MLB501")
    assert [(f.location.start.line, f.severity, f.help) for f in found] == (
        [(6, "error", help_text)] if help_text else []
    )


def test_common_annotations_are_not_the_place_for_a_wave(repository: Callable) -> None:
    files = {
        "root.yaml": APPLICATION.format(name="root", path="metallb", wave=""),
        "metallb/kustomization.yaml": "resources: [pool.yaml]\ncommonAnnotations: {a: b}\n",
        "metallb/pool.yaml": POOL.format(wave=""),
    }
    assert repository(files).fixed("MLB501") == {"metallb/pool.yaml": POOL.format(wave=wave(1))}


def test_common_annotations_can_carry_it(repository: Callable) -> None:
    annotation = 'commonAnnotations: {argocd.argoproj.io/sync-wave: "1"}\n'
    files = {
        "root.yaml": APPLICATION.format(name="root", path="metallb", wave=""),
        "metallb/kustomization.yaml": f"resources: [pool.yaml]\n{annotation}",
        "metallb/pool.yaml": POOL.format(wave=""),
    }
    assert repository(files).findings("MLB501") == []


POOL_OF_NOBODY = (
    "apiVersion: metallb.io/v1beta1\nkind: IPAddressPool\n"
    "metadata: {name: lan, namespace: metallb-system}\nspec: {addresses: [192.0.2.8/29]}\n"
)


@pytest.mark.parametrize(
    ("path", "found"),
    [
        ("metallb/pool.yaml", 1),
        ("roles/metallb/files/pool.yaml", 0),
        ("infra/roles/metallb/templates/pool.yml", 0),
        ("ansible/metallb/pool.yaml", 0),
        ("roles/pool.yaml", 1),
    ],
)
def test_argo_cd_does_not_apply_what_ansible_does(
    path: str, found: int, repository: Callable
) -> None:
    assert len(repository({path: POOL_OF_NOBODY}).findings("MLB501")) == found


def test_argo_cd_is_only_said_to_apply_what_something_shows_it_to(repository: Callable) -> None:
    (finding,) = repository({"pool.yaml": POOL_OF_NOBODY}).findings("MLB501")
    assert "nothing here shows who applies it, and Argo CD would apply it" in finding.message
    other = POOL_OF_NOBODY.replace("name: lan,", "name: wan, annotations: {NOTE: '0'},")
    noted = other.replace("NOTE", "argocd.argoproj.io/sync-wave").replace("2.8", "2.16")
    (finding,) = repository({"pool.yaml": POOL_OF_NOBODY, "wan.yaml": noted}).findings("MLB501")
    assert "Argo CD applies it together" in finding.message


def test_without_metallb_an_ingress_gets_its_address_elsewhere(repository: Callable) -> None:
    files = app_of_apps()
    cloud = {
        path: text
        for path, text in files.items()
        if path not in ("apps/chart.yaml", "apps/pool.yaml", "apps/advertisement.yaml")
    }
    assert repository(cloud).findings("MLB501") == []
    asked = "name: web\n  annotations: {metallb.universe.tf/address-pool: lan}\n"
    cloud["web/service.yaml"] = SERVICE.replace("name: web\n", asked)
    places = ["apps/app.yaml:3:1", "apps/config.yaml:3:1", "apps/ingress.yaml:3:1"]
    assert repository(cloud).spots("MLB501") == [f"MLB501 {place}" for place in places]


@pytest.mark.parametrize(
    ("values", "found"),
    [
        ("", True),
        ("service: {type: LoadBalancer}", True),
        ("service: {type: '{{ .Values.type }}'}", True),
        ("service: {type: ClusterIP}", False),
        ("service: {enabled: false}", False),
        ("service: {spec: {type: NodePort}}", False),
    ],
)
def test_an_ingress_controller_without_an_address(
    values: str, found: bool, repository: Callable
) -> None:
    files = app_of_apps(chart=0, pool=1, advertisement=2, config=4, app=5)
    files["apps/ingress.yaml"] += f'    helm:\n      values: "{values}"\n'
    assert repository(files).spots("MLB501") == ["MLB501 apps/ingress.yaml:3:1"] * found


def test_services_of_other_implementations_wait_for_others(repository: Callable) -> None:
    files = app_of_apps(chart=0, pool=1, advertisement=2, ingress=3, config=4)
    assert repository(files).spots("MLB501") == ["MLB501 apps/app.yaml:3:1"]
    notes = "name: web\n  annotations: {lbipam.cilium.io/ips: 10.0.0.9}\n"
    files["web/service.yaml"] = SERVICE.replace("name: web\n", notes)
    assert repository(files).findings("MLB501") == []


def test_what_only_changes_the_ingress_of_k3s_installs_nothing(repository: Callable) -> None:
    files = app_of_apps(chart=0, pool=1, advertisement=2, config=4, app=5)
    files["apps/ingress.yaml"] = (
        "apiVersion: helm.cattle.io/v1\n"
        "kind: HelmChartConfig\n"
        "metadata: {name: traefik, namespace: kube-system}\n"
        "spec:\n"
        "  valuesContent: |\n"
        "    service: {type: LoadBalancer}\n"
    )
    assert repository(files).findings("MLB501") == []


APPLICATION_SET = """\
apiVersion: argoproj.io/v1alpha1
kind: ApplicationSet
metadata:
  name: everything
spec:{strategy}
  generators:
    - list:
        elements: [{{name: metallb}}]
  template:
    metadata:
      name: '{{{{ name }}}}'
    spec:
      source:
        repoURL: https://metallb.github.io/metallb
        chart: metallb
        targetRevision: 0.13.12
"""


def test_an_application_set_heeds_no_waves(repository: Callable) -> None:
    repo = repository({"set.yaml": APPLICATION_SET.format(strategy="")})
    (finding,) = repo.findings("MLB501")
    assert finding.message == (
        "Application `metallb` installs MetalLB, and ApplicationSet `everything` makes it in no "
        "order, whatever waves its template gives: Argo CD syncs it together with the others, "
        "before or after what it depends on"
    )
    assert (finding.fix, finding.unfixable) == (
        None,
        "a sync wave on what an ApplicationSet makes has no effect",
    )
    rolling = "\n  strategy: {type: RollingSync}"
    repo = repository({"set.yaml": APPLICATION_SET.format(strategy=rolling)})
    assert repo.findings("MLB501") == []


def test_pools_apart_from_the_chart_are_told_where_waves_count(repository: Callable) -> None:
    files = app_of_apps(chart=0, advertisement=2, ingress=3, config=4, app=5)
    files["pools/pool.yaml"] = files.pop("apps/pool.yaml")
    files["apps/pools.yaml"] = APPLICATION.format(name="pools", path="pools", wave="")
    (finding,) = repository(files).findings("MLB501")
    assert finding.location.path == "pools/pool.yaml"
    assert finding.help == (
        'add the annotation `argocd.argoproj.io/sync-wave: "1"`, and give Application `pools` one '
        "after that of `metallb`, which installs MetalLB"
    )
