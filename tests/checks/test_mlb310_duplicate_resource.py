"""MLB310: one object, twice in one cluster."""

from __future__ import annotations

from collections.abc import Callable

import pytest

POOL = """\
apiVersion: metallb.io/v1beta1
kind: IPAddressPool
metadata: {name: lan, namespace: metallb-system}
spec: {addresses: [10.0.0.0/28]}
"""
SERVICE = """\
apiVersion: v1
kind: Service
metadata: {name: dns, namespace: dns}
spec: {type: LoadBalancer, selector: {app: dns}, ports: [{port: 53}]}
"""
APPLICATION = """\
apiVersion: argoproj.io/v1alpha1
kind: Application
metadata: {{name: {name}, namespace: argocd}}
spec:
  source: {{repoURL: https://git.example.dev/home.git, path: {path}, targetRevision: HEAD}}
  destination: {{server: {server}, namespace: {name}}}
---
"""
HERE = "https://kubernetes.default.svc"


def application(name: str, path: str, server: str = HERE) -> str:
    return APPLICATION.format(name=name, path=path, server=server)


@pytest.mark.parametrize("text", [POOL, SERVICE])
def test_two_documents_in_one_file(text: str, repository: Callable) -> None:
    repo = repository({"f.yaml": f"{text}---\n{text}"})
    assert repo.spots("MLB310") == ["MLB310 f.yaml:8:18"]
    (finding,) = repo.findings("MLB310")
    assert [related.location.start.line for related in finding.related] == [3]


@pytest.mark.parametrize("text", [POOL, SERVICE])
def test_two_applications_with_a_document_each(text: str, repository: Callable) -> None:
    files = {
        "apps.yaml": application("a", "a") + application("b", "b"),
        "a/f.yaml": text,
        "b/g.yaml": text,
    }
    repo = repository(files)
    assert repo.spots("MLB310") == ["MLB310 b/g.yaml:3:18"]
    (finding,) = repo.findings("MLB310")
    assert "is written twice for one cluster: the one that is applied last" in finding.message
    assert [related.location.path for related in finding.related] == ["a/f.yaml"]


def test_one_document_through_two_applications(repository: Callable) -> None:
    files = {
        "apps.yaml": application("a", "a") + application("b", "b"),
        "a/kustomization.yaml": "resources: [../base]\n",
        "b/kustomization.yaml": "resources: [../base]\n",
        "base/kustomization.yaml": "resources: [f.yaml]\n",
        "base/f.yaml": POOL,
    }
    repo = repository(files)
    assert repo.spots("MLB310") == ["MLB310 base/f.yaml:3:18"]
    (finding,) = repo.findings("MLB310")
    assert "through Application `a` and through Application `b`" in finding.message
    assert [related.location.start.line for related in finding.related] == [3, 10]


def test_one_document_twice_in_one_kustomization(repository: Callable) -> None:
    files = {
        "apps.yaml": application("a", "a"),
        "a/kustomization.yaml": "resources: [f.yaml, ../base]\n",
        "a/f.yaml": POOL,
        "base/kustomization.yaml": "resources: [../a/f.yaml]\n",
    }
    (finding,) = repository(files).findings("MLB310")
    assert "is taken in twice by Application `a`" in finding.message


SILENT = {
    "another kind": {"f.yaml": POOL + "---\n" + POOL.replace("IPAddressPool", "L2Advertisement")},
    "another namespace": {
        "f.yaml": SERVICE + "---\n" + SERVICE.replace("namespace: dns", "namespace: lab")
    },
    "a variable": {"f.yaml": (POOL + "---\n" + POOL).replace("lan", "${POOL}")},
    "a Service for the cluster alone": {
        "f.yaml": (SERVICE + "---\n" + SERVICE).replace("LoadBalancer", "ClusterIP")
    },
    "an example beside its use": {"a/f.yaml": SERVICE, "b/f.yaml": SERVICE},
    "two clusters": {
        "apps.yaml": application("a", "a") + application("b", "b", "https://lab.example.dev"),
        "a/f.yaml": POOL,
        "b/f.yaml": POOL,
    },
    "two folders of clusters": {"clusters/a/f.yaml": POOL, "clusters/b/f.yaml": POOL},
    "a patch": {
        "kustomization.yaml": "resources: [f.yaml]\npatches: [{path: patch.yaml}]\n",
        "f.yaml": POOL,
        "patch.yaml": POOL,
    },
    "namespaces that the deliveries give": {
        "apps.yaml": application("a", "a") + application("b", "b"),
        "a/f.yaml": SERVICE.replace(", namespace: dns", ""),
        "b/f.yaml": SERVICE.replace(", namespace: dns", ""),
    },
}


@pytest.mark.parametrize("files", SILENT.values(), ids=SILENT)
def test_is_silent(files: dict[str, str], repository: Callable) -> None:
    assert repository(files).findings("MLB310") == []
