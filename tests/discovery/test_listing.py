"""Which files belong to a repository."""

from __future__ import annotations

import os
import socket
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from mlblint import discovery
from mlblint.discovery import repository_files

Git = Callable[..., bytes]


@pytest.fixture(params=["git", "no git"])
def either(request: pytest.FixtureRequest, root: Path, git: Git) -> None:
    """The same holds with Git and without."""
    if request.param == "git":
        git(root, "init")


@pytest.mark.usefixtures("either")
def test_yaml_and_json_files_are_listed_in_order(root, write):
    write("b.yaml", "a/z.yml", "a/b/c.json", "README.md", "values.yaml.tpl", ".hidden/x.yaml")
    assert repository_files(root) == [".hidden/x.yaml", "a/b/c.json", "a/z.yml", "b.yaml"]


@pytest.mark.usefixtures("in_git")
def test_what_git_ignores_is_not_listed(root, write):
    write("a.yaml", "rendered/b.yaml", "deep/secret.yaml", "deep/c.yaml")
    (root / ".gitignore").write_text("rendered/\n")
    (root / "deep/.gitignore").write_text("secret.*\n")
    (root / ".git/info/exclude").write_text("nothing\n")
    assert repository_files(root) == ["a.yaml", "deep/c.yaml"]


def test_the_name_that_kustomize_takes_without_a_suffix(root, write):
    write("Kustomization", "base/Kustomization", "kustomization", "base/MyKustomization")
    assert repository_files(root) == ["Kustomization", "base/Kustomization"]


@pytest.mark.usefixtures("in_git")
def test_tracked_files_are_listed_even_if_ignored_and_never_twice(root, write, git):
    write("a.yaml", "b.yaml", text="one\n")
    (root / ".gitignore").write_text("a.yaml\n")
    git(root, "add", "--force", "a.yaml", "b.yaml")
    git(root, "commit", "-m", "one")
    git(root, "checkout", "-b", "other")
    write("b.yaml", text="two\n")
    git(root, "commit", "-am", "two")
    git(root, "checkout", "main")
    write("b.yaml", text="three\n")
    git(root, "commit", "-am", "three")
    git(root, "merge", "other")
    assert git(root, "ls-files", "--unmerged").count(b"b.yaml") == 3
    assert repository_files(root) == ["a.yaml", "b.yaml"]


@pytest.mark.usefixtures("in_git")
def test_tracked_files_that_are_gone_are_not_listed(root, write, git):
    write("a.yaml", "folder/b.yaml")
    git(root, "add", ".")
    (root / "folder/b.yaml").unlink()
    (root / "folder").rmdir()
    assert repository_files(root) == ["a.yaml"]


@pytest.mark.usefixtures("either")
def test_excluded_files_are_not_listed(root, write):
    write("a.yaml", "archive/b.yaml", "apps/archive/c.yaml", "apps/d.generated.yaml")
    assert repository_files(root, ["archive/", "*.generated.yaml"]) == ["a.yaml"]
    assert repository_files(root, ["/archive"]) == [
        "a.yaml",
        "apps/archive/c.yaml",
        "apps/d.generated.yaml",
    ]


@pytest.mark.usefixtures("either")
@pytest.mark.skipif(os.name == "nt", reason="Windows has no such names")
def test_odd_names_survive(root, write):
    names = [
        'quote".yaml',
        "new\nline.yaml",
        "back\\slash.yaml",
        "blank .yaml",
        "ü/ö.yaml",
        "-n.yaml",
    ]
    odd = os.fsdecode(b"caf\xe9.yaml")
    write(*names, odd)
    assert repository_files(root) == sorted([*names, odd])
    assert all((root / name).read_text() == "a: 1\n" for name in repository_files(root))


@pytest.mark.usefixtures("either")
def test_links_are_listed_as_what_they_lead_to_and_never_followed_outside(root, write, tmp_path):
    (tmp_path / "outside").mkdir()
    (tmp_path / "outside/x.yaml").write_text("a: 1\n")
    write("real.yaml", "folder/inner.yaml", "values.tpl")
    (root / "link.yaml").symlink_to("real.yaml")
    (root / "chain.yaml").symlink_to("link.yaml")
    (root / "other-suffix.yaml").symlink_to("values.tpl")
    (root / "outside.yaml").symlink_to("../outside/x.yaml")
    (root / "absolute.yaml").symlink_to(tmp_path / "outside/x.yaml")
    (root / "nothing.yaml").symlink_to("missing.yaml")
    (root / "loop.yaml").symlink_to("loop.yaml")
    (root / "to-folder").symlink_to("folder")
    (root / "to-outside").symlink_to(tmp_path / "outside")
    (root / "up.yaml").symlink_to(root)
    assert repository_files(root) == ["folder/inner.yaml", "real.yaml", "values.tpl"]
    assert repository_files(root, ["real.yaml", "values.tpl"]) == ["folder/inner.yaml"]


@pytest.mark.usefixtures("in_git")
def test_a_folder_that_became_a_link_has_no_files(root, write, tmp_path, git):
    write("a.yaml", "folder/deep/b.yaml")
    git(root, "add", ".")
    (root / "folder").rename(tmp_path / "moved")
    (root / "folder").symlink_to(tmp_path / "moved")
    assert repository_files(root) == ["a.yaml"]


@pytest.mark.usefixtures("in_git")
def test_a_link_to_something_ignored_is_not_listed(root, write):
    write("ignored.yaml")
    (root / ".gitignore").write_text("ignored.yaml\n")
    (root / "link.yaml").symlink_to("ignored.yaml")
    (root / "into-git.yaml").symlink_to(".git/config")
    assert repository_files(root) == []


@pytest.mark.usefixtures("either")
def test_a_repository_inside_keeps_its_files(root, write, git):
    write("a.yaml", "vendor/other/b.yaml")
    git(root / "vendor/other", "init")
    assert repository_files(root) == ["a.yaml"]


@pytest.mark.usefixtures("in_git")
def test_a_submodule_keeps_its_files(root, write, tmp_path, git):
    library = tmp_path / "library"
    library.mkdir()
    git(library, "init")
    (library / "x.yaml").write_text("a: 1\n")
    git(library, "add", ".")
    git(library, "commit", "-m", "one")
    write("a.yaml")
    git(root, "submodule", "add", str(library), "library")
    assert (root / "library/x.yaml").exists()
    assert repository_files(root) == ["a.yaml"]
    assert repository_files(root / "library") == ["x.yaml"]


@pytest.mark.usefixtures("in_git")
def test_a_worktree_is_a_repository_too(root, write, tmp_path, git):
    write("a.yaml")
    git(root, "add", ".")
    git(root, "commit", "-m", "one")
    git(root, "worktree", "add", str(tmp_path / "tree"))
    assert repository_files(tmp_path / "tree") == ["a.yaml"]


@pytest.mark.usefixtures("in_git")
def test_a_folder_of_a_repository_is_listed_from_there(root, write):
    write("a.yaml", "apps/b.yaml", "apps/ignored.yaml")
    (root / ".gitignore").write_text("ignored.yaml\n")
    assert repository_files(root / "apps") == ["b.yaml"]


@pytest.mark.usefixtures("in_git")
def test_a_root_that_an_outer_repository_ignores_is_listed_all_the_same(root, write):
    write("build/a.yaml")
    (root / ".gitignore").write_text("build/\n")
    assert repository_files(root / "build") == ["a.yaml"]


@pytest.mark.usefixtures("in_git")
def test_the_variables_that_git_sets_for_hooks_do_not_mislead(
    root, write, tmp_path, monkeypatch, git
):
    other = tmp_path / "other"
    other.mkdir()
    git(other, "init")
    write("a.yaml", "ignored.yaml")
    (root / ".gitignore").write_text("ignored.yaml\n")
    git(root, "add", ".")
    for name, value in {
        "GIT_DIR": str(other / ".git"),
        "GIT_WORK_TREE": str(other),
        "GIT_INDEX_FILE": ".git/next-index-1.lock",
        "GIT_PREFIX": "apps/",
    }.items():
        monkeypatch.setenv(name, value)
    assert repository_files(root) == ["a.yaml"]


@pytest.mark.usefixtures("in_git")
def test_a_commit_of_single_files_shows_its_hook_the_files_of_the_working_tree(root, write, git):
    """`git commit FILE` gives its hooks an index of its own."""
    write("a.yaml", "b.yaml")
    git(root, "add", ".")
    hook = root / ".git/hooks/pre-commit"
    program = "from pathlib import Path; from mlblint.discovery import repository_files; "
    program += "Path('.git/seen').write_text(repr(repository_files(Path.cwd())))"
    hook.write_text(f'#!/bin/sh\nenv > .git/environment\nexec "$PYTHON" -c "{program}"\n')
    hook.chmod(0o755)
    git(root, "commit", "-m", "one", "a.yaml", PYTHON=sys.executable)
    assert "GIT_INDEX_FILE=" in (root / ".git/environment").read_text()
    assert (root / ".git/seen").read_text() == "['a.yaml', 'b.yaml']"


@pytest.mark.usefixtures("in_git")
@pytest.mark.skipif(os.geteuid() != 0, reason="only root can give a folder away")
def test_a_repository_of_another_user_is_listed_as_git_would(root, write):
    write("a.yaml", "ignored.yaml")
    (root / ".gitignore").write_text("ignored.yaml\n")
    os.chown(root, 12345, 12345)
    os.chown(root / ".git", 12345, 12345)
    assert repository_files(root) == ["a.yaml"]


@pytest.mark.usefixtures("in_git")
def test_no_program_of_the_repository_is_run_and_nothing_is_written(root, write, tmp_path, git):
    trap = tmp_path / "trap"
    trap.write_text(f"#!/bin/sh\ntouch {tmp_path}/sprung\n")
    trap.chmod(0o755)
    write("a.yaml", "hooks/post-index-change")
    for setting in ("core.fsmonitor", "core.sshCommand", "core.pager", "alias.ls-files"):
        git(root, "config", setting, str(trap))
    git(root, "config", "core.hooksPath", str(tmp_path))
    git(root, "-c", "core.fsmonitor=false", "-c", "core.hooksPath=/dev/null", "add", "a.yaml")
    os.utime(root / "a.yaml", (1, 1))
    index = (root / ".git/index").read_bytes()
    assert repository_files(root) == ["a.yaml"]
    assert not (tmp_path / "sprung").exists()
    assert (root / ".git/index").read_bytes() == index


def test_without_git_on_the_path_folders_are_walked(root, write, tmp_path, monkeypatch, git):
    write("a.yaml", "node_modules/b.yaml", "x/.terraform/c.yaml", ".venv/d.yaml", ".hg/e.yaml")
    git(root, "init")
    monkeypatch.setenv("PATH", str(tmp_path))
    assert repository_files(root) == ["a.yaml"]


def test_a_repository_that_git_refuses_is_walked(root, write):
    write("a.yaml")
    (root / ".git").write_text("gitdir: /nowhere\n")
    assert repository_files(root) == ["a.yaml"]


@pytest.mark.usefixtures("either")
def test_what_is_no_regular_file_is_not_listed(root, write):
    write("a.yaml", "folder.yaml/b.yaml")
    os.mkfifo(root / "pipe.yaml")
    with socket.socket(socket.AF_UNIX) as bound:
        bound.bind(os.path.relpath(root / "socket.yaml"))
        assert repository_files(root) == ["a.yaml", "folder.yaml/b.yaml"]


def test_what_vanishes_while_it_is_listed_is_left_out(root, write, monkeypatch):
    write("a.yaml", "folder/b.yaml")
    monkeypatch.setattr(
        discovery, "_git_files", lambda root: ["a.yaml", "folder/b.yaml", "c/d.yaml"]
    )
    (root / "folder/b.yaml").unlink()
    assert repository_files(root) == ["a.yaml"]
    assert repository_files(root / "missing") == []


@pytest.mark.skipif(os.geteuid() == 0, reason="root may read every folder")
def test_a_folder_that_may_not_be_read_is_left_out(root, write):
    write("a.yaml", "secret/b.yaml")
    (root / "secret").chmod(0)
    try:
        assert repository_files(root) == ["a.yaml"]
    finally:
        (root / "secret").chmod(0o700)
