"""What a kustomization fetches from elsewhere: nothing is, here, but it names a version."""

from __future__ import annotations

import re
from urllib.parse import parse_qs

from mlblint.records import dataclass
from mlblint.text.places import Place

_REMOTE = re.compile(r"(?:git::|gh:|[a-z]+://|[\w.-]+@[\w.-]+[:/]|github\.com[:/])", re.IGNORECASE)
_SCHEME = re.compile(r"^(?:git::)?(?:[a-z]+://)?(?:[^@/]+@)?", re.IGNORECASE)
_RAW = re.compile(
    r"raw\.githubusercontent\.com/([^/]+/[^/]+)/(?:refs/(?:heads|tags)/)?([^/]+)/(.+)"
)
_FILE_AT_REF = re.compile(
    r"([^/]+/[^/]+/[^/]+)/(?:-/)?(?:raw|blob)/(?:refs/(?:heads|tags)/)?([^/]+)/(.+)"
)
_RELEASE = re.compile(r"([^/]+/[^/]+/[^/]+)/releases/download/([^/]+)/(.+)")
_LATEST = re.compile(r"([^/]+/[^/]+/[^/]+)/releases/latest/download/(.+)")


@dataclass(frozen=True)
class Remote:
    """`repository` is host and path without scheme (github.com/metallb/metallb); `ref` is the
    branch, tag or commit, `path` what is taken from it. `namespace` is the one that the
    kustomizations around it set."""

    place: Place
    url: str
    repository: str
    path: str
    ref: str | None
    namespace: str | None = None


def is_remote(entry: str) -> bool:
    """kustomize looks for a host in front (api/internal/git/repospec.go@v0.18)."""
    return _REMOTE.match(entry) is not None


def remote(entry: str, place: Place) -> Remote:
    address, _, query = entry.partition("?")
    values = parse_qs(query)
    ref = next((values[key][0] for key in ("ref", "version") if values.get(key)), None)
    bare = _SCHEME.sub("", address)
    if bare.lower().startswith("gh:"):
        bare = "github.com/" + bare[3:]
    if match := _RAW.match(bare):
        return Remote(place, entry, f"github.com/{match[1]}", match[3], match[2])
    if match := _RELEASE.match(bare) or _FILE_AT_REF.match(bare):
        return Remote(place, entry, match[1], match[3], match[2])
    if match := _LATEST.match(bare):
        return Remote(place, entry, match[1], match[2], None)
    repository, path = _split(re.sub(r"^([^/:]+):(?!\d)", r"\1/", bare))
    return Remote(place, entry, repository, path, ref)


def _split(address: str) -> tuple[str, str]:
    if "//" in address:
        repository, _, path = address.partition("//")
    elif ".git/" in address or address.endswith(".git"):
        repository, _, path = address.partition(".git")
    else:
        parts = address.split("/")
        repository, path = "/".join(parts[:3]), "/".join(parts[3:])
    return repository.removesuffix(".git").strip("/"), path.strip("/")
