"""Which files the command line names."""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence
from pathlib import Path

import pytest

from mlblint.discovery import DiscoveryError, named, repository_files


def of(root: Path, *arguments: str, cwd: str = "", exclude: Sequence[str] = ()) -> object:
    """The named files, sorted, and the notes if there are any."""
    notes: list[str] = []
    files = repository_files(root, exclude)
    cwd_path = root / cwd
    found = named(root, cwd_path, arguments, files, exclude=exclude, note=notes.append)
    return (sorted(found), notes) if notes else sorted(found)


@pytest.fixture
def repository(root: Path, write: Callable[..., None], git: Callable[..., bytes]) -> Path:
    git(root, "init")
    write("a.yaml", "apps/b.yaml", "apps/deep/c.yaml", "apps2/d.yaml", "notes.txt", "ignored.yaml")
    (root / ".gitignore").write_text("ignored.yaml\n")
    return root


def test_a_folder_names_all_files_below(repository):
    assert of(repository, "apps") == ["apps/b.yaml", "apps/deep/c.yaml"]
    assert (
        of(repository, "apps/")
        == of(repository, str(repository / "apps"))
        == of(repository, "apps")
    )
    assert of(repository, "./apps/../apps") == of(repository, "apps")
    assert of(repository, ".") == ["a.yaml", "apps/b.yaml", "apps/deep/c.yaml", "apps2/d.yaml"]


def test_a_file_names_itself_whatever_its_suffix(repository):
    assert of(repository, "a.yaml", "./apps/b.yaml", "a.yaml") == ["a.yaml", "apps/b.yaml"]
    assert of(repository, "notes.txt") == ["notes.txt"]


def test_arguments_are_seen_from_the_current_folder(repository):
    assert of(repository, "b.yaml", "../a.yaml", cwd="apps") == ["a.yaml", "apps/b.yaml"]
    assert of(repository, cwd="apps/deep") == ["apps/deep/c.yaml"]
    assert of(repository, "..", cwd="apps/deep") == ["apps/b.yaml", "apps/deep/c.yaml"]


def test_links_name_what_they_lead_to(repository, tmp_path):
    (repository / "link.yaml").symlink_to("apps/b.yaml")
    (repository / "folder").symlink_to("apps/deep")
    assert of(repository, "link.yaml", "folder") == ["apps/b.yaml", "apps/deep/c.yaml"]
    assert of(repository, "folder/../b.yaml") == ["apps/b.yaml"]
    (tmp_path / "elsewhere").symlink_to(repository)
    assert of(repository, str(tmp_path / "elsewhere/a.yaml")) == ["a.yaml"]


def test_what_is_named_but_left_out_is_told(repository):
    assert of(repository, "a.yaml", "ignored.yaml") == (
        ["a.yaml"],
        ["ignored.yaml: skipped, because Git ignores it or another repository has it"],
    )
    assert of(repository, "apps/b.yaml", exclude=["apps/"]) == (
        [],
        ["apps/b.yaml: skipped, because `exclude` in the configuration matches it"],
    )
    assert of(repository, "notes.txt", exclude=["*.txt"])[1] == [
        "notes.txt: skipped, because `exclude` in the configuration matches it"
    ]
    assert of(repository, "apps", exclude=["apps/"]) == (
        [],
        ["apps: no YAML or JSON files here that are not excluded or ignored"],
    )


def test_arguments_that_name_nothing_are_errors(repository, tmp_path):
    (tmp_path / "x.yaml").touch()
    (repository / "out.yaml").symlink_to("../x.yaml")
    (repository / "dangling.yaml").symlink_to("missing.yaml")
    os.mkfifo(repository / "pipe")
    for argument, message in {
        "missing.yaml": "missing.yaml: no such file or folder",
        "a.yaml/b": "a.yaml/b: no such file or folder",
        "..": f"..: outside of the repository {repository}",
        "../x.yaml": f"../x.yaml: outside of the repository {repository}",
        "out.yaml": f"out.yaml: outside of the repository {repository}",
        "dangling.yaml": "dangling.yaml: a link that leads to nothing",
        "pipe": "pipe: neither a file nor a folder",
    }.items():
        with pytest.raises(DiscoveryError) as caught:
            of(repository, "a.yaml", argument)
        assert str(caught.value) == message


def test_known_files_are_named_without_asking_the_file_system(tmp_path):
    files = [f"apps/{number}.yaml" for number in range(5)]
    assert named(tmp_path, tmp_path / "apps", ["1.yaml", "./3.yaml"], files) == {
        "apps/1.yaml",
        "apps/3.yaml",
    }
