"""MLB410: what counts as a second installation, and where k3s shows its ServiceLB."""

from __future__ import annotations

from collections.abc import Callable

import pytest


def chart(name: str = "metallb", values: str = "{}", version: str = "0.15.3") -> str:
    return (
        f"apiVersion: argoproj.io/v1alpha1\nkind: Application\nmetadata: {{name: {name}}}\nspec:\n"
        "  source:\n    repoURL: https://metallb.github.io/metallb\n    chart: metallb\n"
        f"    targetRevision: {version}\n    helm: {{valuesObject: {values}}}\n"
    )


RELEASE = """\
apiVersion: helm.toolkit.fluxcd.io/v2
kind: HelmRelease
metadata: {name: metallb, namespace: metallb-system}
spec: {chart: {spec: {chart: metallb, version: 0.14.9}}}
"""
SPEAKER = """\
apiVersion: apps/v1
kind: DaemonSet
metadata: {name: speaker, namespace: metallb-system}
spec:
  template:
    spec:
      containers:
      - {name: speaker, image: "quay.io/metallb/speaker:v0.15.3"}
"""
REMOTE = "resources: ['github.com/metallb/metallb/config/native?ref=v0.15.2']\n"
TWICE = {
    "an Application and a HelmRelease": (
        {"a.yaml": chart(), "b.yaml": RELEASE},
        "b.yaml:4:30",
    ),
    "two Applications": ({"a.yaml": chart(), "b.yaml": chart("lb")}, "b.yaml:7:12"),
    "manifests, and a speaker written out": (
        {"a/kustomization.yaml": REMOTE, "b.yaml": SPEAKER},
        "b.yaml:3:18",
    ),
    "manifests under a chart": (
        {"metallb/kustomization.yaml": REMOTE + "helmCharts: [{name: metallb, version: 0.15.3}]\n"},
        "metallb/kustomization.yaml:1:13",
    ),
}


@pytest.mark.parametrize(("files", "place"), TWICE.values(), ids=TWICE)
def test_twice(files: dict[str, str], place: str, repository: Callable) -> None:
    repo = repository(files)
    assert repo.spots("MLB410") == [f"MLB410 {place}"]
    (finding,) = repo.findings("MLB410")
    assert len(finding.related) == 1
    assert finding.fix is None


def application_set(server: str) -> str:
    return (
        "apiVersion: argoproj.io/v1alpha1\nkind: ApplicationSet\nmetadata: {name: metallb}\nspec:\n"
        "  generators:\n  - list: {elements: [{name: a}, {name: b}]}\n  template:\n"
        "    metadata: {name: 'metallb-{{name}}'}\n    spec:\n"
        f"      destination: {{name: '{server}'}}\n"
        "      source: {repoURL: https://metallb.github.io/metallb, chart: metallb,"
        " targetRevision: 0.15.3}\n"
    )


ONCE = {
    "CRDs alone": {
        "a.yaml": chart("crds", "{controller: {enabled: false}, speaker: {enabled: false}}"),
        "b.yaml": RELEASE,
    },
    "a controller and its speakers": {
        "a.yaml": chart("controller", "{speaker: {enabled: false}}"),
        "b.yaml": chart("speakers", "{controller: {enabled: false}}"),
    },
    "two classes": {
        "a.yaml": chart("inner", "{loadBalancerClass: inner}"),
        "b.yaml": chart("outer", "{loadBalancerClass: outer}"),
    },
    "the chart of the configuration": {
        "a.yaml": chart(),
        "b.yaml": chart("config").replace("chart: metallb", "chart: metallb-config"),
    },
    "manifests with a patch": {
        "a/kustomization.yaml": REMOTE + "patches: [{path: speaker.yaml}]\n",
        "a/speaker.yaml": SPEAKER,
    },
    "one speaker for each architecture": {
        "a.yaml": SPEAKER + "---\n" + SPEAKER.replace("name: speaker,", "name: speaker-arm,", 1)
    },
    "what the chart renders to, to look at": {"a.yaml": chart(), "rendered/b.yaml": SPEAKER},
    "a chart that nobody installs": {
        "a.yaml": chart(),
        "charts/lb/Chart.yaml": (
            "name: lb\ndependencies:\n- name: metallb\n  version: 0.15.3\n"
            "  repository: https://metallb.github.io/metallb\n"
        ),
    },
    "one for each cluster": {
        "clusters/a/metallb.yaml": chart(),
        "clusters/b/metallb.yaml": chart(),
    },
    "a set of Applications for several clusters": {"a.yaml": application_set("{{name}}")},
    "the same chart through an overlay": {
        "base/kustomization.yaml": "resources: [metallb.yaml]\n",
        "base/metallb.yaml": RELEASE,
        "prod/kustomization.yaml": "resources: [../base]\n",
    },
}


@pytest.mark.parametrize("files", ONCE.values(), ids=ONCE)
def test_once(files: dict[str, str], repository: Callable) -> None:
    assert repository(files).findings("MLB410") == []


SERVERS = {
    "a config": ("k3s/config.yaml", "write-kubeconfig-mode: '0644'\ntls-san: [a]\n", "1:1"),
    "a config that disables others": (
        "roles/files/etc/rancher/k3s/config.yaml",
        "cluster-init: true\ndisable: [traefik]\n",
        "2:1",
    ),
    "arguments": (
        "inventory/group_vars/all.yml",
        "k3s_version: v1.31\nextra_server_args: --disable traefik --tls-san a\n",
        "2:1",
    ),
    "a config in a variable": (
        "inventory.yml",
        "server_config_yaml: |\n  tls-san: [a]\n  disable:\n    - traefik\n",
        "3:3",
    ),
    "a variable of a role": (
        "group_vars/all.yml",
        "k3s_server:\n  disable: traefik,local-storage\n",
        "2:3",
    ),
}


@pytest.mark.parametrize(("path", "text", "place"), SERVERS.values(), ids=SERVERS)
def test_service_lb_left_on(path: str, text: str, place: str, repository: Callable) -> None:
    files = {"metallb.yaml": chart(), path: text}
    assert repository(files).spots("MLB410") == [f"MLB410 {path}:{place}"]
    assert repository({**files, "metallb.yaml": ""}).findings("MLB410") == []
    own_class = chart(values="{loadBalancerClass: metallb}")
    assert repository({**files, "metallb.yaml": own_class}).findings("MLB410") == []


@pytest.mark.parametrize(
    "files",
    [
        {"k3s/config.yaml": "cluster-init: true\ndisable: [traefik, servicelb]\n"},
        {"k3s/config.yaml": "cluster-init: true\ndisable: traefik,servicelb\n"},
        {"k3s/config.yaml": "cluster-init: true\ndisable: '{{ disabled }}'\n"},
        {
            "k3s/config.yaml": "cluster-init: true\n",
            "k3s/config.yaml.d/lb.yaml": "disable: [servicelb]\n",
        },
        {"k3s/config.yaml": "cluster-init: true\n", "up.yaml": "run: k3s --disable servicelb\n"},
        # An agent's; and some other program's.
        {"k3s/config.yaml": "server: https://a:6443\ntoken: b\n"},
        {"app/config.yaml": "cluster-init: true\n"},
        {"group_vars/all.yml": "extra_server_args: --disable=servicelb --disable traefik\n"},
        {"group_vars/all.yml": "extra_server_args: '{{ x }} --disable servicelb'\n"},
        {"group_vars/all.yml": "extra_server_args: '{{ extra_args }} --tls-san a'\n"},
        {"group_vars/all.yml": "server_config_yaml: |\n  disable: [servicelb]\n"},
        {"group_vars/all.yml": "k3s_server: {disable: [servicelb]}\n"},
        {"docs/all.yml": "extra_server_args: --tls-san a\n"},
    ],
)
def test_service_lb_off_or_not_shown(files: dict[str, str], repository: Callable) -> None:
    assert repository({"metallb.yaml": chart(), **files}).findings("MLB410") == []


def test_of_two_clusters_nobody_knows_whose_servers_these_are(repository: Callable) -> None:
    files = {
        "clusters/a/metallb.yaml": chart(),
        "clusters/b/metallb.yaml": chart(),
        "k3s/config.yaml": "cluster-init: true\n",
    }
    assert repository(files).findings("MLB410") == []
