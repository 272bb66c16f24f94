"""What a commit breaks in files that it does not contain: what a hook has to tell.

A hook is passed the files that the commit adds or changes, not those that it deletes; and to
change one file can break another.
"""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from functools import cache
from itertools import chain
from pathlib import Path

from mlblint import git
from mlblint.config import find_root
from mlblint.discovery import is_manifest
from mlblint.findings import Finding
from mlblint.pipeline import Mark, Request, concerns, files_of
from mlblint.records import dataclass
from mlblint.revisions import (
    RevisionError,
    asked,
    branching_point,
    hidden,
    look_back,
    presence,
    refuse_options,
)

FROM, TO = "PRE_COMMIT_FROM_REF", "PRE_COMMIT_TO_REF"
"""What pre-commit tells its hooks of a push, and of `--from-ref` and `--to-ref`."""

_COMMIT = re.compile("[0-9a-f]{40,64}")


@dataclass(frozen=True)
class Commit:
    """What is about to be committed or pushed. `changed` are the paths, from the `top` of the
    working tree, that differ from all `parents`; `breaking` may break others: they differ from
    one of the parents. `is_here` says whether the working tree is what is judged. `index` is the
    one that Git made for this commit, if not the usual one."""

    top: Path
    index: str | None
    parents: tuple[str, ...]
    changed: frozenset[str]
    breaking: frozenset[str]
    is_here: bool = True


def about(folder: Path, environment: Mapping[str, str]) -> Commit:
    """The commit that a hook in this folder is asked about. Raises RevisionError where there is
    no Git repository."""
    run = git.run(folder, "rev-parse", "--show-toplevel", "--absolute-git-dir")
    if run is None:
        raise RevisionError("there is no `git` to ask")
    if run.returncode:
        raise RevisionError(f"{folder} is not in a Git repository")
    top, git_folder = map(Path, os.fsdecode(run.stdout).split("\n")[:2])
    index = _index(folder, git_folder, environment)
    if environment.get(FROM) and environment.get(TO):
        return _pushed(top, index, environment[FROM], environment[TO])
    parents = _parents(top, git_folder)
    if not parents:
        return _commit(top, index, (), [dict.fromkeys(tracked(top, index), "A")])
    changes = [
        _changes(top, index, "diff-index", "--cached", *_NAMES, parent, "--") for parent in parents
    ]
    return _commit(top, index, parents, changes)


def tracked(root: Path, index: str | None) -> list[str]:
    """The files below `root` that the commit holds: others stay where they are."""
    run = git.run(root, "ls-files", "-z", "--cached", index=index)
    if run is None or run.returncode:
        raise RevisionError("Git cannot list the files of the commit")
    return os.fsdecode(run.stdout).split("\0")[:-1]


def judged(
    request: Request, commit: Commit, listed: Sequence[str], paths: Sequence[str]
) -> Request:
    """The request, asking also for what the commit breaks beyond the named files. The commit
    lists its files; `paths` are those to look at."""
    request = replace(request, listed=paths, exists=_existing(request.root, listed))
    looked_at = {*paths, *(request.named or ())}
    mark = _mark(request, commit, frozenset(listed) - looked_at)
    return replace(request, marks=(*request.marks, mark), beyond=True)


# --- which findings the commit answers for ---------------------------------------------------


def _mark(request: Request, commit: Commit, unseen: frozenset[str]) -> Mark:
    """Hides what lies elsewhere and is not new. Only if something lies elsewhere, the
    repository is looked at as it was."""

    @cache
    def old(parent: str) -> Mark:
        return look_back(request, files_of(request), parent, unseen)[0]

    is_left_out = _left_out(request.root, commit)

    def mark(findings: Sequence[Finding]) -> Sequence[Finding]:
        findings = [
            hidden(one) if _is_elsewhere(one, request) and is_left_out(one) else one
            for one in findings
        ]
        for parent in commit.parents:
            if any(_is_elsewhere(one, request) for one in findings):
                marked = old(parent)(findings)
                findings = [
                    other if _is_elsewhere(one, request) else one
                    for one, other in zip(findings, marked, strict=True)
                ]
        return findings

    return mark


def _is_elsewhere(finding: Finding, request: Request) -> bool:
    return finding.suppression is None and not concerns(finding, request.named)


def _left_out(root: Path, commit: Commit) -> Callable[[Finding], bool]:
    """Whether the hook is not asked about the file of a finding."""
    below = root.relative_to(commit.top).as_posix()
    prefix = "" if below == "." else f"{below}/"
    root_of = cache(find_root)

    def is_left_out(finding: Finding) -> bool:
        path = finding.location.path
        # What the commit changes would have been passed, but for an `exclude` of the hook.
        is_excluded = path.endswith(_PASSED) and prefix + path in commit.changed
        # What has a configuration of its own is judged by that.
        return not commit.is_here or is_excluded or root_of((root / path).parent) != root

    return is_left_out


_PASSED = (".yaml", ".yml", ".json")


def _existing(root: Path, listed: Sequence[str]) -> Callable[[str], bool]:
    """Whether something exists where the commit arrives, too. What Git ignores may be made
    there."""
    is_tracked = presence(listed)

    def exists(path: str) -> bool:
        if not (root / path).exists():
            return False
        if is_tracked(path):
            return True
        ignored = git.run(root, "check-ignore", "--quiet", "--", path)
        return ignored is None or ignored.returncode != 1

    return exists


# --- what Git knows of the commit ------------------------------------------------------------

_NAMES = ("-r", "-z", "--name-status", "--no-renames", "--no-ext-diff", "--ignore-submodules")


def _pushed(top: Path, index: str | None, start: str, end: str) -> Commit:
    refuse_options(start, end)
    head, last = (
        asked(top, "rev-parse", "--verify", "--quiet", f"{one}^{{commit}}") for one in ("HEAD", end)
    )
    if last is None:
        raise RevisionError(f"Git knows no revision `{end}`")
    try:
        base = branching_point(top, start, last)
    except RevisionError:
        # Without a common ancestor pre-commit takes all that differs, too.
        base = branching_point(top, start, start)
    changes = _changes(top, index, "diff-tree", *_NAMES, base, last, "--")
    return replace(_commit(top, index, (base,), [changes]), is_here=head == last)


def _commit(
    top: Path, index: str | None, parents: tuple[str, ...], changes: Sequence[Mapping[str, str]]
) -> Commit:
    changed = frozenset.intersection(*(frozenset(one) for one in changes))
    every = chain.from_iterable(one.items() for one in changes)
    # What is gone need not be a manifest to be missed.
    breaking = frozenset(path for path, how in every if how == "D" or is_manifest(path))
    return Commit(top, index, parents, changed, breaking)


def _changes(top: Path, index: str | None, *arguments: str) -> dict[str, str]:
    """The paths that differ, with the letter that says how."""
    run = git.run(top, *arguments, index=index)
    if run is None or run.returncode:
        raise RevisionError("Git cannot tell what the commit changes")
    words = os.fsdecode(run.stdout).split("\0")[:-1]
    return dict(zip(words[1::2], words[::2], strict=True))


def _parents(top: Path, git_folder: Path) -> tuple[str, ...]:
    """The commits on which this one builds: none below the first, several below a merge."""
    head = asked(top, "rev-parse", "--verify", "--quiet", "HEAD^{commit}")
    if head is None:
        return ()
    try:
        merged = (git_folder / "MERGE_HEAD").read_text("ascii", "replace").split()
    except OSError:
        merged = []
    return (head, *filter(_COMMIT.fullmatch, merged))


def _index(folder: Path, git_folder: Path, environment: Mapping[str, str]) -> str | None:
    """Git makes an index of its own for `git commit -a` and `git commit FILE`, and names it
    from where it runs the hook. That of another repository, whose hook calls this one, is not
    meant."""
    name = environment.get("GIT_INDEX_FILE")
    if not name:
        return None
    index = folder / name
    if index.parent.resolve() != git_folder.resolve() or not index.is_file():
        return None
    return str(index)
