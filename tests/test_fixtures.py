"""The four clusters of tests/fixtures: what is found in the broken ones, and what mends them.

`findings.txt` beside them holds the concise report of the broken repository. A README there tells
what a person has to change after the fixes, as a patch, if anything.
"""

from __future__ import annotations

import os
import re
import shutil
import subprocess
from collections.abc import Mapping
from pathlib import Path

import pytest

from mlblint import cli

FIXTURES = Path(__file__).parent / "fixtures"
CLUSTERS = ("vpn", "talos", "homelab", "gt")
_PATCH = re.compile(r"```diff\n(.*?)```", re.DOTALL)


@pytest.fixture(params=CLUSTERS)
def cluster(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture
def broken(cluster: str, tmp_path: Path) -> Path:
    root = tmp_path / cluster
    shutil.copytree(FIXTURES / cluster / "broken", root)
    # In a repository of its own Git applies patches to it, and to nothing around it.
    subprocess.run(["git", "init", "-q"], cwd=root, check=True)
    return root


class Program:
    """mlblint, run in a folder."""

    def __init__(self, folder: Path, output: pytest.CaptureFixture[bytes]) -> None:
        self.folder = folder
        self.output = output

    def __call__(self, *arguments: str) -> tuple[int, bytes]:
        before = Path.cwd()
        os.chdir(self.folder)
        try:
            code = cli.run(arguments)
        finally:
            os.chdir(before)
        return code, self.output.readouterr().out

    def findings(self, *arguments: str) -> list[str]:
        report = self("--output-format", "concise", *arguments)[1].decode()
        return [line for line in report.splitlines() if re.match(r"\S+:\d+:\d+: ", line)]


@pytest.fixture
def mlblint(broken: Path, capfdbinary: pytest.CaptureFixture[bytes]) -> Program:
    return Program(broken, capfdbinary)


def contents(root: Path) -> Mapping[str, bytes]:
    return {
        path.relative_to(root).as_posix(): path.read_bytes()
        for path in root.rglob("*")
        if path.is_file() and ".git" not in path.parts
    }


def test_the_broken_one_has_exactly_these_findings(cluster: str, mlblint: Program) -> None:
    expected = (FIXTURES / cluster / "findings.txt").read_text().splitlines()
    assert mlblint.findings() == expected
    assert mlblint()[0] == 1


def test_the_clean_one_has_none(cluster: str, mlblint: Program) -> None:
    mlblint.folder = FIXTURES / cluster / "clean"
    assert mlblint.findings() == []
    assert mlblint()[0] == 0


def test_the_fixes_make_one_of_the_other(cluster: str, broken: Path, mlblint: Program) -> None:
    options = ["--fix", "--unsafe-fixes"]
    by_hand = _PATCH.search((FIXTURES / cluster / "README.md").read_text())
    assert mlblint(*options)[0] == bool(by_hand)
    fixed = contents(broken)
    assert mlblint(*options)[0] == bool(by_hand)
    assert contents(broken) == fixed, "a second run changes nothing"
    if by_hand:
        git_apply(by_hand[1].encode(), broken)
        # What a person decides may uncover something that can be mended.
        assert mlblint(*options)[0] == 0
    assert contents(broken) == contents(FIXTURES / cluster / "clean")


def test_the_diff_is_what_the_fix_does(broken: Path, mlblint: Program) -> None:
    before = contents(broken)
    patch = mlblint("--diff", "--unsafe-fixes")[1]
    assert contents(broken) == before
    git_apply(patch, broken)
    by_patch = contents(broken)
    for name, content in before.items():
        (broken / name).write_bytes(content)
    mlblint("--fix", "--unsafe-fixes")
    assert contents(broken) == by_patch


def test_the_diff_applies_where_the_repository_is_a_folder_of_another(
    broken: Path, mlblint: Program
) -> None:
    inner = broken / "inner"
    shutil.copytree(FIXTURES / "talos" / "broken", inner)
    mlblint.folder = inner
    git_apply(mlblint("--diff", "--unsafe-fixes")[1], broken)
    assert mlblint.findings() == []


def test_a_file_a_folder_and_everything_agree(broken: Path, mlblint: Program) -> None:
    everything = mlblint.findings()
    paths = [path for path in sorted(contents(broken)) if path.endswith(".yaml")]
    for path in paths:
        own = [line for line in everything if line.startswith(f"{path}:")]
        for argument in (path, str(Path(path).parent)):
            found = mlblint.findings(argument)
            assert [line for line in found if line.startswith(f"{path}:")] == own


def test_any_working_folder_gives_the_same(broken: Path, mlblint: Program) -> None:
    everything = mlblint.findings()
    mlblint.folder = next(
        path for path in sorted(broken.iterdir()) if path.is_dir() and path.name != ".git"
    )
    assert mlblint.findings("..") == everything


def git_apply(patch: bytes, root: Path) -> None:
    subprocess.run(["git", "apply", "-"], cwd=root, input=patch, check=True)
