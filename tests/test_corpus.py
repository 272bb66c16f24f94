"""Other people's repositories: nothing crashes, and what fixes write keeps the contract.

The repositories lie beside the checkout, in ../shared/corpus; without them these tests are skipped.
"""

from __future__ import annotations

import subprocess
from collections.abc import Mapping, Sequence
from pathlib import Path

import pytest

from mlblint import fixing
from mlblint.config import Config, NetworkConfig, VpnConfig
from mlblint.discovery import repository_files
from mlblint.findings import Finding
from mlblint.fixing import Result
from mlblint.pipeline import Request, lint
from mlblint.text.documents import Document, documents
from mlblint.text.source import Source

CORPUS = Path(__file__).parents[2] / "shared" / "corpus"
REPOSITORIES = sorted(p for p in CORPUS.glob("*") if p.is_dir()) if CORPUS.is_dir() else []

# As much as a configuration can ask for: every address is leased, every Service is for the VPN.
GENEROUS = Config(
    network=NetworkConfig(interfaces=("eth0",), dhcp=("0.0.0.0/2", "192.168.0.0/17", "fd00::/9")),
    vpn=VpnConfig(services=("*/*",)),
)

pytestmark = [
    pytest.mark.long,
    pytest.mark.skipif(not REPOSITORIES, reason="../shared/corpus is not there"),
]


def mended(root: Path, changed: Mapping[str, bytes]) -> Result:
    files = None

    def look(state: Mapping[str, bytes]) -> Sequence[Finding]:
        nonlocal files
        request = Request(root, GENEROUS, changed={**changed, **state}, files=files)
        result = lint(request)
        files = result.repository
        assert not result.internal_errors, [f.message for f in result.findings]
        return result.findings

    return fixing.fix(look, unsafe=True)


@pytest.mark.parametrize("root", REPOSITORIES, ids=lambda path: path.name)
def test_fixes_keep_the_contract(
    root: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    result = mended(root, {})
    assert result.converged
    assert all(finding.unfixable for finding in result.remaining)
    for change in result.changes:
        before, after = parsed(change.path, change.old), parsed(change.path, change.new)
        assert len(before) == len(after), change.path
        assert sum(a.data != b.data for a, b in zip(before, after, strict=True)) > 0
        copy = tmp_path / change.path
        copy.parent.mkdir(parents=True, exist_ok=True)
        copy.write_bytes(change.old)
    subprocess.run(["git", "init", "-q"], cwd=tmp_path, check=True)
    if result.changes:
        patch = fixing.diff(result.changes)
        subprocess.run(["git", "apply", "-"], cwd=tmp_path, input=patch, check=True)
    for change in result.changes:
        assert (tmp_path / change.path).read_bytes() == change.new, change.path
    again = mended(root, {change.path: change.new for change in result.changes})
    assert again.changes == ()
    with capsys.disabled():
        print(
            f"\n  {root.name}: {len(repository_files(root))} files looked at, "
            f"{len(result.applied) + len(result.remaining)} findings, {len(result.applied)} fixes "
            f"in {len(result.changes)} files; the others say why there is none"
        )


def parsed(path: str, data: bytes) -> list[Document]:
    parts = list(documents(Source.from_bytes(path, data)))
    assert all(isinstance(part, Document) for part in parts), path
    return [part for part in parts if isinstance(part, Document)]
