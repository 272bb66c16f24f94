"""The hooks, run by pre-commit itself on a repository of its own."""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
pytestmark = pytest.mark.long


def git(folder: Path, *arguments: str) -> str:
    identity = ["-c", "user.name=a user", "-c", "user.email=user@example.com"]
    return subprocess.run(
        ["git", *identity, *arguments], cwd=folder, check=True, capture_output=True, text=True
    ).stdout


@pytest.fixture(scope="module")
def hooks(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A Git repository that holds mlblint as it is now, committed or not."""
    folder = tmp_path_factory.mktemp("hooks")
    for name in git(ROOT, "ls-files", "-z", "--cached", "--others", "--exclude-standard").split(
        "\0"
    ):
        if name and (ROOT / name).is_file():
            (folder / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(ROOT / name, folder / name)
    git(folder, "init", "-q")
    git(folder, "add", "-A")
    git(folder, "commit", "-q", "-m", "hooks")
    return folder


@pytest.fixture
def cluster(tmp_path: Path) -> Path:
    folder = tmp_path / "cluster"
    shutil.copytree(ROOT / "tests/fixtures/talos/broken", folder)
    git(folder, "init", "-q")
    git(folder, "add", "-A")
    return folder


def hook(name: str, hooks: Path, cluster: Path, *options: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "pre_commit", "try-repo", str(hooks), name, *options],
        cwd=cluster,
        capture_output=True,
        text=True,
    )


def test_a_commit_with_findings_is_stopped(hooks: Path, cluster: Path) -> None:
    run = hook("mlblint", hooks, cluster, "--all-files")
    assert run.returncode == 1, run.stdout + run.stderr
    assert "MLB301" in run.stdout
    assert git(cluster, "diff", "--stat") == ""


def test_only_the_staged_file_is_judged_but_the_repository_is_known(
    hooks: Path, cluster: Path
) -> None:
    run = hook("mlblint", hooks, cluster, "--files", "workloads/jellyfin/service.yaml")
    assert run.returncode == 1, run.stdout + run.stderr
    assert "MLB101" in run.stdout
    assert "MLB301" not in run.stdout


def test_the_fix_hook_mends_the_files_and_stops_the_commit_once(hooks: Path, cluster: Path) -> None:
    first = hook("mlblint-fix", hooks, cluster, "--all-files")
    assert first.returncode == 1, first.stdout + first.stderr
    assert "service.yaml" in git(cluster, "diff", "--stat")
    git(cluster, "add", "-A")
    second = hook("mlblint-fix", hooks, cluster, "--all-files")
    assert second.returncode == 0, second.stdout + second.stderr
