"""Addresses of things that kustomizations fetch."""

from __future__ import annotations

import pytest

from mlblint.repo.remotes import is_remote, remote
from mlblint.text.documents import Document
from mlblint.text.places import Place
from mlblint.text.source import Source

SOURCE = Source.from_bytes("kustomization.yaml", b"")
PLACE = Place(Document(SOURCE, 0, None, 0, 0))

METALLB = "github.com/metallb/metallb"


@pytest.mark.parametrize(
    ("url", "repository", "path", "ref"),
    [
        (f"{METALLB}/config/native?ref=v0.15.2", METALLB, "config/native", "v0.15.2"),
        (f"https://{METALLB}/config/frr-k8s?ref=v0.14.9", METALLB, "config/frr-k8s", "v0.14.9"),
        (f"https://{METALLB}//config/native?ref=main&timeout=9s", METALLB, "config/native", "main"),
        (f"https://{METALLB}.git/config/native?version=v1", METALLB, "config/native", "v1"),
        (f"git::https://{METALLB}.git//config/native", METALLB, "config/native", None),
        (f"https://{METALLB}", METALLB, "", None),
        ("git@github.com:metallb/metallb.git//config?ref=abc", METALLB, "config", "abc"),
        ("ssh://git@github.com/metallb/metallb//config", METALLB, "config", None),
        ("https://gitlab.example:8443/a/b//c?ref=d", "gitlab.example:8443/a/b", "c", "d"),
        (
            "https://raw.githubusercontent.com/metallb/metallb/v0.14.8/config/manifests/native.yaml",
            METALLB,
            "config/manifests/native.yaml",
            "v0.14.8",
        ),
        (
            "https://raw.githubusercontent.com/metallb/metallb/refs/tags/v0.14.8/native.yaml",
            METALLB,
            "native.yaml",
            "v0.14.8",
        ),
        (f"https://{METALLB}/raw/v0.13.7/native.yaml", METALLB, "native.yaml", "v0.13.7"),
        (f"https://{METALLB}/releases/download/v1.2/all.yaml", METALLB, "all.yaml", "v1.2"),
        (f"https://{METALLB}/releases/latest/download/all.yaml", METALLB, "all.yaml", None),
    ],
)
def test_an_address_tells_repository_path_and_version(
    url: str, repository: str, path: str, ref: str | None
) -> None:
    assert is_remote(url)
    found = remote(url, PLACE)
    assert (found.repository, found.path, found.ref, found.url) == (repository, path, ref, url)


@pytest.mark.parametrize(
    "entry", ["base", "../base", "./github.com", "pool.yaml", "a/b?ref=c", "github.community/x"]
)
def test_other_entries_are_paths(entry: str) -> None:
    assert not is_remote(entry)
