"""Which files belong to a repository, and which of them the command line names."""

from __future__ import annotations

import os
import re
import socket
import subprocess
from collections.abc import Callable, Sequence
from pathlib import Path

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from mlblint import discovery
from mlblint.discovery import DiscoveryError, glob_matcher, named, repository_files

Write = Callable[..., None]


def git(folder: Path, *arguments: str, stdin: bytes = b"", **variables: str) -> bytes:
    who = ("-c", "user.name=t", "-c", "user.email=t@example.com", "-c", "init.defaultBranch=main")
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


@pytest.fixture(params=["git", "no git"])
def either(request: pytest.FixtureRequest, root: Path) -> None:
    """The same holds with Git and without."""
    if request.param == "git":
        git(root, "init")


@pytest.fixture
def in_git(root: Path) -> None:
    git(root, "init")


# --- listing --------------------------------------------------------------------------------


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


@pytest.mark.usefixtures("in_git")
def test_tracked_files_are_listed_even_if_ignored_and_never_twice(root, write):
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
def test_tracked_files_that_are_gone_are_not_listed(root, write):
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
def test_a_folder_that_became_a_link_has_no_files(root, write, tmp_path):
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
def test_a_repository_inside_keeps_its_files(root, write):
    write("a.yaml", "vendor/other/b.yaml")
    git(root / "vendor/other", "init")
    assert repository_files(root) == ["a.yaml"]


@pytest.mark.usefixtures("in_git")
def test_a_submodule_keeps_its_files(root, write, tmp_path):
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
def test_a_worktree_is_a_repository_too(root, write, tmp_path):
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
def test_the_variables_that_git_sets_for_hooks_do_not_mislead(root, write, tmp_path, monkeypatch):
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
def test_a_commit_of_single_files_shows_its_hook_the_files_of_the_working_tree(root, write):
    """`git commit FILE` gives its hooks an index of its own."""
    write("a.yaml", "b.yaml")
    git(root, "add", ".")
    hook = root / ".git/hooks/pre-commit"
    program = "from pathlib import Path; from mlblint.discovery import repository_files; "
    program += "Path('.git/seen').write_text(repr(repository_files(Path.cwd())))"
    hook.write_text(f'#!/bin/sh\nenv > .git/environment\nexec "$PYTHON" -c "{program}"\n')
    hook.chmod(0o755)
    import sys

    git(root, "commit", "-m", "one", "a.yaml", PYTHON=sys.executable)
    assert "GIT_INDEX_FILE=" in (root / ".git/environment").read_text()
    assert (root / ".git/seen").read_text() == "['a.yaml', 'b.yaml']"


@pytest.mark.usefixtures("in_git")
def test_no_program_of_the_repository_is_run_and_nothing_is_written(root, write, tmp_path):
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


def test_without_git_on_the_path_folders_are_walked(root, write, tmp_path, monkeypatch):
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


# --- naming ---------------------------------------------------------------------------------


def of(root: Path, *arguments: str, cwd: str = "", exclude: Sequence[str] = ()) -> object:
    """The named files, sorted, and the notes if there are any."""
    notes: list[str] = []
    files = repository_files(root, exclude)
    cwd_path = root / cwd
    found = named(root, cwd_path, arguments, files, exclude=exclude, note=notes.append)
    return (sorted(found), notes) if notes else sorted(found)


@pytest.fixture
def repository(root: Path, write: Write) -> Path:
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


# --- globs ----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("glob", "matched", "not_matched"),
    [
        ("a.yaml", ["a.yaml", "x/a.yaml", "a.yaml/b"], ["aa.yaml", "a_yaml"]),
        ("/a.yaml", ["a.yaml"], ["x/a.yaml"]),
        ("apps/*.yaml", ["apps/a.yaml"], ["apps/x/a.yaml", "x/apps/a.yaml"]),
        ("archive/", ["archive/a", "x/archive/y/a"], ["archive", "x/archive"]),
        ("apps/archive/", ["apps/archive/a"], ["x/apps/archive/a"]),
        ("**/archive", ["archive/a", "x/y/archive"], ["x/archived"]),
        ("apps/**", ["apps/a", "apps/x/a"], ["apps", "xapps/a"]),
        ("a/**/b", ["a/b", "a/x/b", "a/x/y/b/c"], ["a/xb", "ab"]),
        ("a**b", ["ab", "axxb", "x/ab"], ["a/b"]),
        ("?.yaml", ["a.yaml", "x/b.yaml"], ["ab.yaml", "/.yaml"]),
        ("[a-c].yaml", ["b.yaml"], ["d.yaml", "-.yaml"]),
        ("[!a-c].yaml", ["d.yaml"], ["b.yaml"]),
        ("x[/]y", [], ["x/y"]),
        (r"\*.yaml", ["*.yaml"], ["a.yaml"]),
        ("[z-a]", ["z"], ["a", "-"]),
        ("a[", [], ["a["]),
        ("", [], ["a"]),
        ("*", ["a", "x/a", "new\nline"], []),
    ],
)
def test_globs_mean_what_they_mean_to_git(glob, matched, not_matched):
    matches = glob_matcher([glob])
    assert [path for path in [*matched, *not_matched] if matches(path)] == matched


def test_without_globs_nothing_matches():
    assert not glob_matcher([])("a.yaml")


def test_one_of_several_globs_is_enough():
    matches = glob_matcher(["a|b", "(", "c/"])
    assert [path for path in ("a|b", "a", "(", "c/d", "c") if matches(path)] == ["a|b", "(", "c/d"]


GLOBS = st.lists(
    st.sampled_from(
        ["a", "b", "/", "/", "*", "**", "**/", "?", "[ab]", "[!a]", "[b-a]", ".", "\\a"]
    ),
    min_size=1,
    max_size=6,
).map("".join)
PATHS = st.lists(st.text("ab.", min_size=1, max_size=3), min_size=1, max_size=4).map("/".join)


@pytest.fixture(scope="module")
def empty_repository(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("globs")
    git(folder, "init")
    return folder


@settings(max_examples=100, deadline=None)
@given(glob=GLOBS, paths=st.lists(PATHS, min_size=10, max_size=30, unique=True))
def test_globs_agree_with_git(empty_repository, glob, paths):
    # gitignore(5) calls `**` behind a letter a regular asterisk; git itself cuts the letters off
    # (dir.c@v2.39.5 match_pathname) and then reads a `**` that stands at the start.
    assume(not re.search(r"[^/*]\*\*", glob))
    paths = [path for path in paths if not {"", ".", ".."} & set(path.split("/"))]
    (empty_repository / ".git/info/exclude").write_text(glob + "\n")
    ignored = git(
        empty_repository,
        *("check-ignore", "--no-index", "-z", "--stdin"),
        stdin="".join(f"{path}\0" for path in paths).encode(),
    )
    matches = glob_matcher([glob])
    assert [path for path in paths if matches(path)] == ignored.decode().split("\0")[:-1]
