"""A repository to look at."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

Write = Callable[..., None]
Git = Callable[..., bytes]


@pytest.fixture(scope="session")
def git() -> Git:
    """Runs git in a folder, untouched by whatever repository the tests run in."""

    def git(folder: Path, *arguments: str, stdin: bytes = b"", **variables: str) -> bytes:
        who = (
            "-c",
            "user.name=t",
            "-c",
            "user.email=t@example.com",
            "-c",
            "init.defaultBranch=main",
        )
        environment = {k: v for k, v in os.environ.items() if not k.startswith("GIT_")} | variables
        run = subprocess.run(
            ["git", "-C", str(folder), *who, "-c", "protocol.file.allow=always", *arguments],
            input=stdin,
            capture_output=True,
            env=environment,
            check=False,
        )
        assert run.returncode in (0, 1), run.stderr
        return run.stdout

    return git


@pytest.fixture
def root(tmp_path: Path) -> Path:
    root = tmp_path / "repository"
    root.mkdir()
    return root


@pytest.fixture
def write(root: Path) -> Write:
    def write(*names: str, text: str = "a: 1\n") -> None:
        for name in names:
            path = root / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text)

    return write


@pytest.fixture
def in_git(root: Path, git: Git) -> None:
    git(root, "init")
