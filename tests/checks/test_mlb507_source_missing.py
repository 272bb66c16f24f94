"""MLB507: what is certain to be missing, and everything that is somebody else's matter."""

from __future__ import annotations

from collections.abc import Callable

import pytest

HERE = "https://git.example.com/cluster"
SERVICE = """\
apiVersion: v1
kind: Service
metadata: {name: web}
spec: {type: LoadBalancer}
"""


def application(
    name: str, path: str, repository: str = HERE, more: str = "", spec: str = ""
) -> str:
    return f"""\
apiVersion: argoproj.io/v1alpha1
kind: Application
metadata: {{name: {name}}}
spec:
  source:
    repoURL: {repository}
    path: {path}
{more}{spec}"""


def argo(*more: str, **files: str) -> dict[str, str]:
    """Two Applications show which repository is this one."""
    return {
        "apps/one.yaml": application("one", "one"),
        "apps/two.yaml": application("two", "two"),
        "one/service.yaml": SERVICE,
        "two/service.yaml": SERVICE,
        **{f"apps/more{index}.yaml": text for index, text in enumerate(more)},
        **files,
    }


def spots(repository: Callable, files: dict) -> list[str]:
    return repository(files).spots("MLB507")


PATH = ["MLB507 apps/more0.yaml:7:11"]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (application("x", "three"), PATH),
        (application("x", "./one/inner"), PATH),
        (application("x", "three", more="    targetRevision: HEAD\n"), PATH),
        (application("x", "three", more="    targetRevision: main\n"), PATH),
        (application("x", "three", more="    targetRevision: staging\n"), []),
        (application("x", "three", more="    targetRevision: v1.2.0\n"), []),
        (application("x", "three", more="    plugin: {name: cdk8s}\n"), []),
        (application("x", "three", "https://git.example.com/other"), []),
        (application("x", "three", "https://git.example.com/cluster.git"), PATH),
        (application("x", "'{{ path }}'"), []),
        (application("x", "one"), []),
        (application("x", "."), []),
    ],
)
def test_paths_of_argo_cd(text: str, expected: list, repository: Callable) -> None:
    assert spots(repository, argo(text)) == expected


def test_one_path_of_two_proves_nothing(repository: Callable) -> None:
    files = {
        "apps/one.yaml": application("one", "one"),
        "apps/x.yaml": application("x", "three"),
        "one/service.yaml": SERVICE,
    }
    assert spots(repository, files) == []


def test_two_repositories_that_could_be_this_one_prove_nothing(repository: Callable) -> None:
    other = "https://git.example.com/other"
    more = application("x", "three"), application("y", "one", other)
    assert spots(repository, argo(*more)) == []


def test_a_folder_without_manifests_exists(repository: Callable) -> None:
    files = argo(application("x", "three"), **{"three/main.jsonnet": "{}\n"})
    assert spots(repository, files) == []


def test_what_is_excluded_exists(repository: Callable) -> None:
    files = argo(application("x", "three"), **{"three/a.yaml": SERVICE})
    files |= {".mlblint.yaml": "exclude: [three/]\n"}
    assert spots(repository, files) == []


def test_a_submodule_may_not_be_checked_out(repository: Callable) -> None:
    modules = '[submodule "three"]\n\tpath = three\n\turl = https://git.example.com/three\n'
    files = argo(application("x", "three/inner"), **{".gitmodules": modules})
    assert spots(repository, files) == []


def test_a_sparse_checkout_shows_little(repository: Callable) -> None:
    files = argo(application("x", "three"), **{".git/info/sparse-checkout": "/apps/\n"})
    assert spots(repository, files) == []


VALUES = ["MLB507 apps/more0.yaml:9:25"]


@pytest.mark.parametrize(
    ("path", "helm", "expected"),
    [
        ("one", "{valueFiles: [values.yaml]}", []),
        ("one", "{valueFiles: [prod.yaml]}", VALUES),
        ("one", "{valueFiles: [../two/service.yaml]}", []),
        ("one", "{valueFiles: [/two/values.yaml]}", VALUES),
        ("one", "{valueFiles: [prod.yaml], ignoreMissingValueFiles: true}", []),
        ("one", "{valueFiles: ['values-*.yaml']}", []),
        ("one", "{valueFiles: ['$ARGOCD_APP_NAME.yaml']}", []),
        ("one", "{valueFiles: ['{{ env }}.yaml']}", []),
        ("one", "{valueFiles: ['https://example.com/values.yaml']}", []),
        ("one", "{valueFiles: ['secrets://prod.yaml']}", []),
    ],
)
def test_value_files(path: str, helm: str, expected: list, repository: Callable) -> None:
    text = application("x", path, more=f"    targetRevision: HEAD\n    helm: {helm}\n")
    chart = {"one/Chart.yaml": "name: one\nversion: 1.0.0\n", "one/values.yaml": "a: b\n"}
    assert spots(repository, argo(text, **chart)) == expected


def test_a_missing_folder_is_reported_once(repository: Callable) -> None:
    text = application("x", "three", more="    helm: {valueFiles: [prod.yaml]}\n")
    assert spots(repository, argo(text)) == PATH


@pytest.mark.parametrize(
    ("entry", "revision", "expected"),
    [
        ("$values/one/service.yaml", "main", []),
        ("$values/one/values.yaml", "main", ["MLB507 apps/more0.yaml:9:31"]),
        ("$values/one/values.yaml", "next", []),
        ("$other/one/values.yaml", "main", []),
        ("values.yaml", "main", []),
    ],
)
def test_values_beside_a_chart(
    entry: str, revision: str, expected: list, repository: Callable
) -> None:
    text = f"""\
apiVersion: argoproj.io/v1alpha1
kind: Application
metadata: {{name: x}}
spec:
  sources:
    - repoURL: https://metallb.github.io/metallb
      chart: metallb
      targetRevision: 0.15.3
      helm: {{valueFiles: [    {entry}]}}
    - repoURL: {HERE}
      targetRevision: {revision}
      ref: values
"""
    assert spots(repository, argo(text)) == expected


KUSTOMIZATION = """\
resources:
  - service.yaml
  - {resource}
"""


@pytest.mark.parametrize(
    ("resource", "found"),
    [
        ("other.yaml", 1),
        ("../three", 1),
        ("../../outside", 0),
        ("https://github.com/metallb/metallb/config/native?ref=v0.15.3", 0),
        ("${OVERLAY}/other.yaml", 0),
        ("notes.txt", 0),
    ],
)
def test_entries_of_kustomizations(resource: str, found: int, repository: Callable) -> None:
    files = argo(
        **{
            "one/kustomization.yaml": KUSTOMIZATION.format(resource=resource),
            "one/notes.txt": "plain\n",
        }
    )
    assert len(spots(repository, files)) == found


def test_patches_and_components(repository: Callable) -> None:
    files = {
        "kustomization.yaml": """\
resources: [service.yaml]
components: [features/lan]
patches:
  - path: patch.yaml
configMapGenerator:
  - name: secret
    envs: [not-in-git.env]
""",
        "service.yaml": SERVICE,
    }
    assert spots(repository, files) == [
        "MLB507 kustomization.yaml:2:14",
        "MLB507 kustomization.yaml:4:11",
    ]


def test_what_git_ignores_may_be_made_by_hand(repository: Callable) -> None:
    files = {
        ".gitignore": "*.secret.yaml\n",
        "web/kustomization.yaml": KUSTOMIZATION.format(resource="a.secret.yaml"),
        "web/service.yaml": SERVICE,
    }
    assert spots(repository, files) == []


def test_argo_cd_never_sees_what_git_ignores(repository: Callable) -> None:
    files = argo(
        **{
            ".gitignore": "*.secret.yaml\n",
            "one/kustomization.yaml": KUSTOMIZATION.format(resource="a.secret.yaml"),
        }
    )
    assert spots(repository, files) == ["MLB507 one/kustomization.yaml:3:5"]


def test_an_archive_is_not_delivered(repository: Callable) -> None:
    files = {
        "archive/kustomization.yaml": KUSTOMIZATION.format(resource="x.yaml"),
        "archive/service.yaml": SERVICE,
    }
    assert spots(repository, files) == []


def flux(name: str, path: str, source: str = "flux-system", kind: str = "GitRepository") -> str:
    return f"""\
apiVersion: kustomize.toolkit.fluxcd.io/v1
kind: Kustomization
metadata: {{name: {name}, namespace: flux-system}}
spec:
  path: {path}
  sourceRef: {{kind: {kind}, name: {source}}}
"""


@pytest.mark.parametrize(
    ("text", "found"),
    [
        (flux("x", "./three"), 1),
        (flux("x", "./three", "elsewhere"), 0),
        (flux("x", "./three", kind="OCIRepository"), 0),
        (flux("x", "./${CLUSTER}"), 0),
        (flux("x", "./one"), 0),
        (flux("x", "./"), 0),
    ],
)
def test_paths_of_flux(text: str, found: int, repository: Callable) -> None:
    files = {
        "clusters/a.yaml": flux("one", "./one") + "---\n" + flux("two", "two") + "---\n" + text,
        "one/service.yaml": SERVICE,
        "two/service.yaml": SERVICE,
    }
    assert len(spots(repository, files)) == found


def test_a_source_with_another_branch_or_more_in_it(repository: Callable) -> None:
    source = """\
apiVersion: source.toolkit.fluxcd.io/v1
kind: GitRepository
metadata: {name: flux-system, namespace: flux-system}
spec: {url: https://git.example.com/cluster, SPEC}
"""
    for spec, found in (
        ("ref: {branch: main}", 1),
        ("ref: {branch: next}", 0),
        ("include: [{repository: {name: more}}]", 0),
    ):
        files = {
            "clusters/a.yaml": "---\n".join(
                [flux("one", "./one"), flux("two", "./two"), flux("x", "./three")]
            ),
            "clusters/source.yaml": source.replace("SPEC", spec),
            "one/service.yaml": SERVICE,
            "two/service.yaml": SERVICE,
        }
        assert len(spots(repository, files)) == found


def test_help_knows_where_it_went(repository: Callable) -> None:
    files = argo(application("x", "lan/metallb"), **{"infra/metallb/service.yaml": SERVICE})
    (finding,) = repository(files).findings("MLB507")
    assert finding.help == "there is `infra/metallb`; correct the path or remove the entry"


@pytest.mark.parametrize(
    ("name", "severity"),
    [
        ("sealed-secret.yaml", "warning"),
        ("values.sops.yaml", "warning"),
        ("servce.yaml", "error"),
    ],
)
def test_a_secret_may_be_missing_in_this_checkout_only(
    repository: Callable, name: str, severity: str
) -> None:
    kustomization = f"resources: [service.yaml, {name}]\n"
    files = argo(**{"one/kustomization.yaml": kustomization})
    assert [f.severity for f in repository(files).findings("MLB507")] == [severity]


@pytest.mark.parametrize(
    ("helm", "found"),
    [
        ("valuesFiles: [values.yaml, inner/more.yaml]", []),
        ("valuesFiles: [values.yaml, gone.yaml]", ["MLB507 lb/fleet.yaml:4:30"]),
        # Not from the top of the repository.
        ("valuesFiles: [lb/values.yaml]", ["MLB507 lb/fleet.yaml:4:17"]),
        ("valuesFiles: ['${ .ClusterName }.yaml']", []),
    ],
)
def test_files_of_values_of_a_fleet_bundle(
    helm: str, found: list[str], repository: Callable
) -> None:
    bundle = f"helm:\n  chart: metallb\n  repo: https://metallb.github.io/metallb\n  {helm}\n"
    files = {"lb/fleet.yaml": bundle, "lb/values.yaml": "a: 1\n", "lb/inner/more.yaml": "b: 2\n"}
    assert repository(files).spots("MLB507") == found


def test_files_of_values_for_single_clusters_of_fleet(repository: Callable) -> None:
    bundle = (
        "helm:\n  chart: metallb\n  repo: https://metallb.github.io/metallb\n"
        "targetCustomizations:\n- name: one\n  helm:\n    valuesFiles: [one.yaml]\n"
        "- name: two\n  helm:\n    valuesFiles: [two.yaml]\n"
    )
    repo = repository({"lb/fleet.yaml": bundle, "lb/one.yaml": "a: 1\n"})
    assert repo.spots("MLB507") == ["MLB507 lb/fleet.yaml:10:19"]
    assert "Fleet fails on Bundle `lb`" in repo.findings("MLB507")[0].message


NESTED = {"three/base/pool.yaml": SERVICE, "three/README.md": "no manifest\n"}


@pytest.mark.parametrize(
    ("more", "files", "expected"),
    [
        ("", {}, PATH),
        ("    directory: {recurse: false}\n", {}, PATH),
        ("    directory: {recurse: true}\n", {}, []),
        ("    directory: {recurse: '{{ .Values.deep }}'}\n", {}, []),
        ("    plugin: {name: cdk8s}\n", {}, []),
        ("    ref: values\n", {}, []),
        ("    helm: {releaseName: x}\n", {}, []),
        ("", {"three/kustomization.yaml": "resources: [base/pool.yaml]\n"}, []),
        ("", {"three/Kustomization": "resources: [base/pool.yaml]\n"}, []),
        ("", {"three/main.jsonnet": "{}\n"}, []),
    ],
)
def test_a_folder_with_nothing_but_folders(
    more: str, files: dict, expected: list, repository: Callable
) -> None:
    repo = repository(argo(application("x", "three", more=more), **NESTED, **files))
    assert repo.spots("MLB507") == expected


def test_what_becomes_of_a_folder_that_is_not_searched(repository: Callable) -> None:
    (finding,) = repository(argo(application("x", "three"), **NESTED)).findings("MLB507")
    assert (finding.severity, finding.fix) == ("warning", None)
    assert finding.message == (
        "in the folder `three` lie only other folders, `three/base` among them, which Argo CD does "
        "not search: unless a plugin does, Application `x` shows as synced, and nothing of it is "
        "in the cluster"
    )


def test_a_manifest_is_no_suggestion_for_values(repository: Callable) -> None:
    missing = application("x", "one", more="    helm: {valueFiles: [values.yaml]}\n")
    (finding,) = repository(argo(missing, **{"one/application.yaml": SERVICE})).findings("MLB507")
    assert finding.help == "correct the path, add what is missing, or remove the entry"
    near = argo(missing, **{"one/value.yaml": SERVICE})
    (finding,) = repository(near).findings("MLB507")
    assert finding.help == "did you mean `one/value.yaml`?"


CHARTS = "https://metallb.github.io/metallb"


@pytest.mark.parametrize(
    ("where", "version", "missing"),
    [
        (CHARTS, "6.4.22", True),
        (CHARTS, "0.13.13", True),
        (CHARTS, "v0.9.6", True),
        ("oci://quay.io/metallb/chart", "0.13.19", True),
        (CHARTS, "0.15.3", False),
        (CHARTS, "v0.13.12", False),
        (CHARTS, "0.13.x", False),
        # What has come since, nobody here can know.
        (CHARTS, "0.99.0", False),
        (CHARTS, "0.15.9", False),
        (CHARTS, "1.0.0", False),
        (CHARTS, "${VERSION}", False),
        (CHARTS, "x", False),
        (CHARTS, "latest", True),
        (CHARTS, "HEAD", True),
        (CHARTS, "", True),
        ("oci://quay.io/metallb/chart", "latest", False),
        ("https://charts.example.com", "latest", False),
        ("https://charts.bitnami.com/bitnami", "6.4.22", False),
        ("https://charts.example.com", "0.13.13", False),
    ],
)
def test_charts_that_were_never_published(
    where: str, version: str, missing: bool, repository: Callable
) -> None:
    files = {
        "metallb.yaml": f"""\
apiVersion: argoproj.io/v1alpha1
kind: Application
metadata: {{name: metallb}}
spec:
  source: {{repoURL: "{where}", chart: metallb, targetRevision: "{version}"}}
"""
    }
    found = repository(files).findings("MLB507")
    assert [f.location.start.line for f in found] == [5] * missing


@pytest.mark.parametrize(
    ("source", "missing"),
    [
        (f"{{repoURL: {CHARTS}, chart: metallb}}", True),
        (f"{{repoURL: {CHARTS}, chart: metallb, targetRevision: 0.15}}", True),
        (f"{{repoURL: {CHARTS}, chart: metallb, targetRevision: '0.15'}}", False),
        ("{repoURL: oci://quay.io/metallb/chart/metallb, path: .}", False),
    ],
)
def test_an_application_names_the_version_of_its_chart(
    source: str, missing: bool, repository: Callable
) -> None:
    files = {
        "metallb.yaml": f"""\
apiVersion: argoproj.io/v1alpha1
kind: Application
metadata: {{name: metallb}}
spec:
  source: {source}
"""
    }
    found = repository(files).findings("MLB507")
    assert [f.location.start.line for f in found] == [5] * missing


def test_others_take_the_newest_chart(repository: Callable) -> None:
    files = {
        "metallb.yaml": f"""\
apiVersion: helm.cattle.io/v1
kind: HelmChart
metadata: {{name: metallb, namespace: kube-system}}
spec: {{repo: {CHARTS}, chart: metallb, targetNamespace: metallb-system}}
"""
    }
    assert not repository(files).findings("MLB507")
