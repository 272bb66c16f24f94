"""MetalLB's manifests from its own Git repository, as Flux and Argo CD take them."""

from __future__ import annotations

from pathlib import Path

import pytest

from mlblint.repo.files import Files
from mlblint.repo.index import RELEVANT
from mlblint.repo.model import Cluster, build

URL = "https://github.com/metallb/metallb"


def cluster(text: str) -> Cluster:
    files = Files(Path("/nowhere"), (), {"f.yaml": text.encode()}, RELEVANT)
    (found,) = build(files, ()).clusters
    return found


def flux(ref: str, path: str = "./config/native", url: str = URL, more: str = "") -> str:
    return (
        "apiVersion: source.toolkit.fluxcd.io/v1\nkind: GitRepository\n"
        "metadata: {name: upstream, namespace: flux-system}\n"
        f"spec: {{url: {url}, ref: {ref}}}\n---\n"
        "apiVersion: kustomize.toolkit.fluxcd.io/v1\nkind: Kustomization\n"
        "metadata: {name: metallb, namespace: flux-system}\n"
        f"spec:\n  path: {path}\n  sourceRef: {{kind: GitRepository, name: upstream}}\n{more}"
    )


def argo(revision: str, path: str = "config/native", url: str = URL, more: str = "") -> str:
    return (
        "apiVersion: argoproj.io/v1alpha1\nkind: Application\n"
        "metadata: {name: metallb, namespace: argocd}\n"
        "spec:\n  destination: {namespace: elsewhere}\n"
        f"  source:\n    repoURL: {url}\n    path: {path}\n"
        f"    targetRevision: '{revision}'\n{more}"
    )


def installed(text: str) -> tuple[str, str | None, str | None]:
    found = cluster(text)
    assert not found.gaps
    (one,) = found.installations
    return str(one.version), one.namespace, found.bgp_type


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (flux("{tag: v0.15.3}"), ("0.15.3", "metallb-system", "native")),
        (flux("{tag: v0.13.0, semver: 0.14.x}"), ("0.14.9", "metallb-system", "native")),
        (flux("{name: refs/tags/v0.15.2}"), ("0.15.2", "metallb-system", "native")),
        (flux("{branch: main}"), ("None", "metallb-system", "native")),
        (flux("{tag: v0.15.3, commit: 1f2e3d4c5b6a}"), ("None", "metallb-system", "native")),
        (flux("{tag: v0.15.3}", "config/frr"), ("0.15.3", "metallb-system", "frr")),
        (flux("{tag: v0.15.3}", "/config/frr-k8s/"), ("0.15.3", "metallb-system", "frr-k8s")),
        (flux("{tag: v0.15.3}", "config/manifests"), ("0.15.3", "metallb-system", None)),
        (flux("{tag: v0.15.3}", url=f"{URL}.git"), ("0.15.3", "metallb-system", "native")),
        (flux("{tag: v0.15.3}", more="  targetNamespace: lb\n"), ("0.15.3", "lb", "native")),
        (argo("v0.15.3"), ("0.15.3", "metallb-system", "native")),
        (argo("0.14.*"), ("0.14.9", "metallb-system", "native")),
        (argo("HEAD"), ("None", "metallb-system", "native")),
        # A branch of that name exists.
        (argo("v0.14"), ("None", "metallb-system", "native")),
        (
            argo("v0.15.3", more="    kustomize: {namespace: lb}\n"),
            ("0.15.3", "lb", "native"),
        ),
        (
            argo(
                "v0.15.3", "config/manifests", more="    directory: {include: metallb-frr.yaml}\n"
            ),
            ("0.15.3", "metallb-system", "frr"),
        ),
    ],
)
def test_an_installation(text: str, expected: tuple[str, str, str]) -> None:
    assert installed(text) == expected


@pytest.mark.parametrize(
    "text",
    [
        flux("{tag: v0.15.3}", "config/crd"),
        flux("{tag: v0.15.3}", url="https://github.com/example/metallb"),
        flux("{tag: v0.15.3}").replace("name: upstream}\n", "name: other}\n"),
        argo("v0.15.3", "config/crd"),
        argo("v0.15.3", url="https://git.example.com/metallb/metallb"),
    ],
)
def test_what_is_not_one_is_a_gap(text: str) -> None:
    found = cluster(text)
    assert not found.installations
    assert found.gaps
