"""What lies beside the files, and whether it still does."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from mlblint.repo.disk import Disk


def asked(root: Path) -> Disk:
    (root / "folder").mkdir()
    (root / "folder/a.txt").write_text("a")
    (root / ".gitignore").write_text("*.log\n")
    disk = Disk(root)
    assert disk.exists("folder/a.txt")
    assert not disk.exists("gone")
    assert disk.is_folder("folder")
    assert not disk.is_folder("folder/a.txt")
    assert disk.names("folder") == ["a.txt"]
    assert disk.names("gone") is None
    assert disk.text(".gitignore") == "*.log\n"
    assert disk.text("gone") == ""
    return disk


def test_what_is_there(tmp_path: Path) -> None:
    asked(tmp_path)


def test_nothing_has_changed(tmp_path: Path) -> None:
    disk = asked(tmp_path)
    assert Disk(tmp_path).still_says(disk.answers)


@pytest.mark.parametrize(
    "change",
    [
        lambda root: (root / "gone").mkdir(),
        lambda root: (root / "folder/a.txt").unlink(),
        lambda root: (root / "folder/b.txt").write_text(""),
        lambda root: (root / ".gitignore").write_text("*.txt\n"),
    ],
)
def test_something_has(change: object, tmp_path: Path) -> None:
    disk = asked(tmp_path)
    assert callable(change)
    change(tmp_path)
    assert not Disk(tmp_path).still_says(disk.answers)


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="there are no pipes here")
def test_a_pipe_is_not_waited_for(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / ".gitignore")
    assert Disk(tmp_path).text(".gitignore") == ""
