"""Which pieces of YAML are looked at, wherever they stand."""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path

from mlblint.repo.files import Files
from mlblint.repo.index import RELEVANT
from mlblint.repo.model import build
from mlblint.repo.texts import live_documents

WANTED = re.compile("metallb.io/address-pool")
ASKING = (
    "apiVersion: v1\nkind: Service\nmetadata:\n  name: web\n"
    "  annotations: {metallb.io/address-pool: lan}\nspec: {type: LoadBalancer}\n"
)


def live(files: Mapping[str, str]) -> list[str]:
    changed = {path: text.encode() for path, text in files.items()}
    found = build(Files(Path("/nowhere"), (), changed, RELEVANT))
    return [
        document.source.path + ("" if document.host is None else f" {document.host.path[-1]}")
        for document in live_documents(found, WANTED)
    ]


def test_objects_and_files_that_are_none() -> None:
    values = "service: {annotations: {metallb.io/address-pool: lan}}\n"
    assert live({"web.yaml": ASKING, "values.yaml": values, "other.yaml": "a: metallb\n"}) == [
        "values.yaml",
        "web.yaml",
    ]


def test_text_inside_other_text() -> None:
    inner = "".join(f"        {line}\n" for line in ASKING.splitlines())
    outer = "".join(f"    {line}\n" for line in f"more: |\n{inner}".splitlines())
    data = f"apiVersion: v1\nkind: ConfigMap\nmetadata: {{name: a}}\ndata:\n  a: |\n{outer}"
    assert live({"a.yaml": data}) == ["a.yaml", "a.yaml a", "a.yaml more"]


def test_no_archives_and_nothing_that_nobody_applies() -> None:
    files = {
        "archive/web.yaml": ASKING,
        "web/kustomization.yaml": "resources: [used.yaml]\n",
        "web/used.yaml": ASKING,
        "web/left-out.yaml": ASKING,
    }
    assert live(files) == ["web/used.yaml"]


def test_kustomizations_and_their_patches() -> None:
    head = "apiVersion: kustomize.config.k8s.io/v1beta1\nkind: Kustomization\n"
    patch = "patches:\n- path: patch.yaml\n- target: {kind: Service}\n  patch: |\n    %s\n"
    inline = "- {op: add, path: /metadata/annotations/a, value: metallb.io/address-pool}"
    files = {
        "web/kustomization.yaml": f"{head}resources: [web.yaml]\n{patch % inline}",
        "web/patch.yaml": ASKING,
        "web/web.yaml": ASKING.replace("metallb.io/address-pool: lan", ""),
    }
    assert live(files) == [
        "web/kustomization.yaml",
        "web/kustomization.yaml patch",
        "web/patch.yaml",
    ]
