"""Git is asked in a repository that a stranger wrote: it runs nothing, fetches nothing, writes
nothing, and is not found in the repository itself."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

import pytest

from mlblint import cli

SERVICE = (
    "apiVersion: v1\nkind: Service\nmetadata:\n  name: web\n  annotations:\n"
    "    metallb.universe.tf/address-pol: x\nspec:\n  type: LoadBalancer\n"
)

pytestmark = pytest.mark.skipif(os.name != "posix", reason="the traps are shell scripts")


def git(folder: Path, *arguments: str) -> str:
    identity = ["-c", "user.name=t", "-c", "user.email=t@example.com"]
    done = subprocess.run(
        ["git", *identity, *arguments], cwd=folder, check=True, capture_output=True, text=True
    )
    return done.stdout.strip()


class Done(NamedTuple):
    returncode: int
    stdout: bytes
    stderr: bytes


Run = Callable[..., Done]


@pytest.fixture
def mlblint(monkeypatch: pytest.MonkeyPatch, capfdbinary: pytest.CaptureFixture[bytes]) -> Run:
    def run(folder: Path, *arguments: str) -> Done:
        monkeypatch.chdir(folder)
        return Done(cli.run(arguments), *capfdbinary.readouterr())

    return run


@pytest.fixture
def hostile(tmp_path: Path) -> Path:
    root = tmp_path / "repo"
    root.mkdir()
    git(root, "init", "-q", "-b", "main")
    (root / "a.yaml").write_text(SERVICE)
    git(root, "add", ".")
    git(root, "commit", "-qm", "one")
    return root


@pytest.fixture
def trap(tmp_path: Path) -> Path:
    """A program that leaves a mark when it runs."""
    program = tmp_path / "trap"
    program.write_text(f"#!/bin/sh\ntouch '{tmp_path}/sprung'\n")
    program.chmod(0o755)
    return program


def sprung(trap: Path) -> bool:
    return (trap.parent / "sprung").exists()


PROGRAMS = [
    "alias.ls-files=!{trap}",
    "alias.cat-file=!{trap}",
    "core.alternateRefsCommand={trap}",
    "core.askPass={trap}",
    "core.editor={trap}",
    "core.fsmonitor={trap}",
    "core.gitProxy={trap}",
    "core.hooksPath={folder}",
    "core.pager={trap}",
    "core.sshCommand={trap}",
    "credential.helper=!{trap}",
    "diff.external={trap}",
    "diff.x.command={trap}",
    "diff.x.textconv={trap}",
    "filter.x.clean={trap}",
    "filter.x.process={trap}",
    "filter.x.smudge={trap}",
    "filter.x.required=true",
    "gpg.program={trap}",
    "log.showSignature=true",
    "merge.x.driver={trap}",
    "pager.ls-files={trap}",
    "pager.cat-file={trap}",
    "sequence.editor={trap}",
    "uploadpack.packObjectsHook={trap}",
]


@pytest.mark.parametrize("arguments", [[], ["--diff-base", "HEAD~1"], ["--fix"]], ids=str)
def test_git_runs_no_program_that_the_repository_names(
    hostile: Path, trap: Path, arguments: list[str], mlblint: Run
) -> None:
    (hostile / ".gitattributes").write_text("* filter=x diff=x merge=x\n")
    git(hostile, "add", ".")
    git(hostile, "commit", "-qm", "two")
    hooks = trap.parent / "hooks"
    hooks.mkdir()
    for name in ("post-index-change", "reference-transaction", "post-checkout", "pre-auto-gc"):
        for folder in (hooks, hostile / ".git" / "hooks"):
            folder.mkdir(exist_ok=True)
            (folder / name).write_bytes(trap.read_bytes())
            (folder / name).chmod(0o755)
    for setting in PROGRAMS:
        key, _, value = setting.partition("=")
        git(hostile, "config", key, value.format(trap=trap, folder=hooks))
    (hostile / "a.yaml").write_text(SERVICE + "# changed\n")
    done = mlblint(hostile, "--output-format", "concise", *arguments)
    assert not sprung(trap)
    assert done.returncode in (0, 1)


def test_the_traps_are_real(hostile: Path, trap: Path) -> None:
    git(hostile, "config", "core.fsmonitor", str(trap))
    subprocess.run(["git", "ls-files", "-o"], cwd=hostile, check=False, capture_output=True)
    assert sprung(trap)


def test_git_fetches_nothing_that_a_partial_clone_lacks(
    hostile: Path, trap: Path, mlblint: Run
) -> None:
    """Also with a Git that knows no GIT_NO_LAZY_FETCH, which `git -c` stands in for here."""
    (hostile / "a.yaml").write_text(SERVICE + "# two\n")
    git(hostile, "commit", "-qam", "two")
    blob = git(hostile, "rev-parse", "HEAD~1:a.yaml")
    (hostile / ".git" / "objects" / blob[:2] / blob[2:]).unlink()
    for key, value in [
        ("core.repositoryFormatVersion", "1"),
        ("extensions.partialClone", "evil"),
        ("remote.evil.url", "ssh://example.invalid/x"),
        ("remote.evil.promisor", "true"),
        ("core.sshCommand", str(trap)),
        ("protocol.allow", "always"),
        ("protocol.ssh.allow", "always"),
        ("protocol.ext.allow", "always"),
    ]:
        git(hostile, "config", key, value)
    done = mlblint(hostile, "--diff-base", "HEAD~1")
    assert not sprung(trap)
    assert done.returncode == 2
    assert b"this clone lacks a.yaml" in done.stderr


def test_no_protocol_is_allowed_even_where_git_fetches_by_itself(
    hostile: Path, trap: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from mlblint import git as asking

    git(hostile, "config", "core.sshCommand", str(trap))
    git(hostile, "config", "protocol.ssh.allow", "always")
    monkeypatch.setitem(asking._ENVIRONMENT, "GIT_NO_LAZY_FETCH", "0")
    done = asking.run(hostile, "ls-remote", "ssh://example.invalid/x")
    assert done is not None
    assert b"transport 'ssh' not allowed" in done.stderr
    assert not sprung(trap)


@pytest.mark.parametrize("search", [".", "", "{root}", "{root}/bin"])
def test_git_is_not_found_in_the_repository(
    hostile: Path, trap: Path, search: str, mlblint: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    (hostile / "bin").mkdir()
    for place in (hostile / "git", hostile / "bin" / "git"):
        place.write_bytes(trap.read_bytes())
        place.chmod(0o755)
    monkeypatch.setenv("PATH", f"{search.format(root=hostile)}:{os.environ['PATH']}")
    done = mlblint(hostile, "--output-format", "concise")
    assert not sprung(trap)
    assert done.returncode == 1
    assert b"a.yaml" in done.stdout


def test_git_writes_nothing(hostile: Path, mlblint: Run) -> None:
    def state() -> dict[str, int]:
        return {str(p): p.stat().st_mtime_ns for p in (hostile / ".git").rglob("*")}

    os.utime(hostile / "a.yaml")
    before = state()
    mlblint(hostile)
    mlblint(hostile, "--diff-base", "HEAD")
    assert state() == before


NAMES = [
    b"--output-file=x.yaml",
    b"-c.yaml",
    b"--upload-pack=touch pwned.yaml",
    b"a\nb.yaml",
    b"a\tb.yaml",
    b"'$(touch pwned)'.yaml",
    b'";touch pwned;".yaml',
    b"\xff\xfe.yaml",
    b":(top)x.yaml",
    b"*.yaml",
    b"\x1b]0;x\x07.yaml",
]


@pytest.mark.parametrize("name", NAMES, ids=repr)
def test_names_are_never_options_patterns_or_commands(
    hostile: Path, name: bytes, mlblint: Run
) -> None:
    Path(os.fsdecode(os.fsencode(hostile) + b"/" + name)).write_text(SERVICE)
    git(hostile, "add", ".")
    git(hostile, "commit", "-qm", "odd")
    before = sorted(hostile.iterdir())
    done = mlblint(hostile, "--output-format", "json", "--diff-base", "HEAD~1")
    assert done.returncode == 1
    assert done.stderr == b""
    assert b'"path"' in done.stdout
    assert sorted(hostile.iterdir()) == before


@pytest.mark.parametrize("revision", ["--output=x", "-x", "\n", "--upload-pack=touch pwned"])
def test_a_revision_is_never_an_option(hostile: Path, revision: str, mlblint: Run) -> None:
    done = mlblint(hostile, f"--diff-base={revision}")
    assert done.returncode == 2
    assert b"is not the name of a revision" in done.stderr
    assert not (hostile / "x").exists()


def test_a_git_folder_elsewhere_lists_nothing_outside(
    hostile: Path, tmp_path: Path, mlblint: Run
) -> None:
    """`core.worktree` and a file `.git` point to other folders; what is read stays below."""
    other = tmp_path / "other"
    other.mkdir()
    (other / "secret.yaml").write_text(SERVICE.replace("web", "secret"))
    git(hostile, "config", "core.worktree", str(other))
    done = mlblint(hostile, "--output-format", "concise")
    assert b"secret" not in done.stdout + done.stderr

    git(other, "init", "-q", "-b", "main")
    git(other, "add", ".")
    git(other, "commit", "-qm", "one")
    victim = tmp_path / "victim"
    victim.mkdir()
    (victim / ".git").write_text(f"gitdir: {other}/.git\n")
    (victim / "b.yaml").write_text(SERVICE)
    done = mlblint(victim, "--output-format", "concise")
    assert b"b.yaml" in done.stdout
    assert b"secret" not in done.stdout + done.stderr


def test_a_configuration_of_git_that_never_ends_is_waited_for_in_vain(
    hostile: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from mlblint import git as asking

    os.mkfifo(hostile / ".git" / "pipe")
    (hostile / ".git" / "config").write_text("[include]\n\tpath = pipe\n")
    monkeypatch.setattr(asking, "PATIENCE", 0.5)
    with pytest.raises(asking.GitTimeoutError, match="Git did not answer"):
        asking.run(hostile, "ls-files")
