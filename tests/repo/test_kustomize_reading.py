"""Which documents a build reads when only those that matter are asked for."""

from __future__ import annotations

from pathlib import Path

import pytest

from mlblint.repo.files import Files
from mlblint.repo.index import RELEVANT
from mlblint.repo.kustomize import build

DEPLOYMENT = "apiVersion: apps/v1\nkind: Deployment\nmetadata: {name: web}\n"
RELEASE = "apiVersion: helm.toolkit.fluxcd.io/v2\nkind: HelmRelease\nmetadata: {name: web}\n"


@pytest.mark.parametrize(
    ("kustomization", "kinds"),
    [
        ("resources: [all.yaml]\n", ["HelmRelease"]),
        (
            "resources: [all.yaml]\n"
            "patches: [{target: {kind: HelmRelease}, patch: '- {op: add, path: /metadata/labels,"
            " value: {fluxcd.io/x: y}}'}]\n",
            ["HelmRelease"],
        ),
        (
            "resources: [all.yaml]\n"
            "patches: [{target: {kind: Deployment}, patch: '- {op: add, path: /metadata/labels,"
            " value: {metallb: y}}'}]\n",
            ["Deployment", "HelmRelease"],
        ),
        (
            "resources: [all.yaml]\n"
            "patches:\n"
            "  - patch: |\n"
            "      apiVersion: helm.toolkit.fluxcd.io/v2\n"
            "      kind: HelmRelease\n"
            "      metadata: {name: web}\n"
            "      spec: {chart: {spec: {chart: metallb}}}\n",
            ["HelmRelease"],
        ),
        (
            "resources: [all.yaml]\n"
            "patches:\n"
            "  - patch: |\n"
            "      apiVersion: apps/v1\n"
            "      kind: Deployment\n"
            "      metadata: {name: web, labels: {metallb: y}}\n",
            ["Deployment", "HelmRelease"],
        ),
        (
            "resources: [all.yaml]\ncommonLabels: {metallb: y}\n",
            ["Deployment", "HelmRelease"],
        ),
        (
            "resources: [all.yaml]\n"
            "commonLabels: {kustomize.toolkit.fluxcd.io/substitute: disabled}\n",
            ["HelmRelease"],
        ),
    ],
)
def test_what_a_patch_could_make_matter_is_read(
    kustomization: str, kinds: list[str], tmp_path: Path
) -> None:
    (tmp_path / "kustomization.yaml").write_text(kustomization)
    (tmp_path / "all.yaml").write_text(f"{DEPLOYMENT}---\n{RELEASE}")
    files = Files(tmp_path, ["kustomization.yaml", "all.yaml"], relevant=RELEVANT)
    assert [resource.kind for resource in build(files, "").resources] == kinds
