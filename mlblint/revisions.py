"""What a change causes: the repository is looked at as it was before, too.

Where lines have moved does not matter then, and a fault that the change causes in a file that it
does not touch is found like any other.
"""

from __future__ import annotations

import hashlib
import re
from collections import Counter, defaultdict
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import replace
from functools import cache
from itertools import chain
from pathlib import Path

from mlblint import git
from mlblint.discovery import glob_matcher, is_manifest
from mlblint.findings import SEVERITIES, Finding, Suppression
from mlblint.pipeline import Mark, Request, files_of, lint
from mlblint.records import dataclass
from mlblint.repo.files import Files
from mlblint.suppressions import NEVER

_FILE_MODES = ("100644", "100755")
_LINE = re.compile(rb"([0-7]+) (\w+) ([0-9a-f]+)\t(.*)", re.DOTALL)


class RevisionError(ValueError):
    """The revision cannot be looked at."""


def since(request: Request, revision: str) -> Request:
    """The request with a mark for all findings that were there already where the current
    branch left `revision`."""
    now = files_of(request)
    mark, before = look_back(request, now, branching_point(request.root, revision))
    files = before.with_changes(request.changed, now.paths, now.exists)
    return replace(request, files=files, marks=(*request.marks, mark))


def look_back(
    request: Request, now: Files, commit: str, unseen: Collection[str] = ()
) -> tuple[Mark, Files]:
    """A mark for all findings that were there in a commit, and its files. What is `unseen` is
    in neither look."""
    tree = [entry for entry in _tree(request.root, commit) if entry.path not in unseen]
    before = _files_before(request, now, tree)
    if (
        not before.changed
        and not request.changed
        and before.paths == now.paths
        # What lies beside them can only have been deleted: what it says was never read.
        and all(now.exists(entry.path) for entry in tree if not now.has(entry.path))
    ):
        return _all_were_there, now
    old = lint(
        Request(
            request.root,
            request.config,
            changed=before.changed,
            files=before,
            today=request.today,
            cards=request.cards,
        )
    )
    appeared, vanished = now.names - before.names, before.names - now.names
    return _mark(old.findings, appeared, vanished), before


# --- which findings are old ------------------------------------------------------------------


def _all_were_there(findings: Sequence[Finding]) -> list[Finding]:
    return [hidden(one) if _can_be_old(one) else one for one in findings]


def hidden(finding: Finding) -> Finding:
    return replace(finding, suppression=Suppression("revision"))


def _mark(old: Sequence[Finding], appeared: frozenset[str], vanished: frozenset[str]) -> Mark:
    """A finding is old if there was one with its fingerprint that was not milder. Where the
    fingerprint holds the file's name, because no object does, one of the same words in a
    file that has vanished is the same in a file that has appeared: it was renamed."""

    def mark(findings: Sequence[Finding]) -> list[Finding]:
        known: dict[tuple[str, str], list[Finding]] = defaultdict(list)
        for finding in old:
            known[finding.rule, finding.fingerprint].append(finding)
        first = [_was_there(finding, known) for finding in findings]
        moved = Counter(
            (one.rule, one.message)
            for left in known.values()
            for one in left
            if one.location.path in vanished
        )
        return [_was_moved(finding, moved, appeared) for finding in first]

    return mark


def _was_there(finding: Finding, known: Mapping[tuple[str, str], list[Finding]]) -> Finding:
    candidates = known.get((finding.rule, finding.fingerprint), [])
    for candidate in candidates:
        if _can_be_old(finding) and _rank(candidate) <= _rank(finding):
            candidates.remove(candidate)
            return hidden(finding)
    return finding


def _was_moved(
    finding: Finding, moved: Counter[tuple[str, str]], appeared: frozenset[str]
) -> Finding:
    key = finding.rule, finding.message
    if not _can_be_old(finding) or finding.location.path not in appeared or not moved[key]:
        return finding
    moved[key] -= 1
    return hidden(finding)


def _can_be_old(finding: Finding) -> bool:
    return finding.suppression is None and finding.rule != NEVER


def _rank(finding: Finding) -> int:
    return SEVERITIES.index(finding.severity)


# --- what was there --------------------------------------------------------------------------


@dataclass(frozen=True)
class _Entry:
    """A file, a link or a submodule in a tree of Git."""

    path: str
    id: str
    is_file: bool


def branching_point(root: Path, revision: str, branch: str = "HEAD") -> str:
    """The commit where the branch left the revision."""
    refuse_options(revision, branch)
    inside = git.run(root, "rev-parse", "--is-shallow-repository")
    if inside is None:
        raise RevisionError("there is no `git` to ask")
    if inside.returncode:
        raise RevisionError(f"{root} is not in a Git repository")
    shallow = inside.stdout.strip() == b"true"
    deepen = (
        ". This clone is shallow: fetch more of its history (`git fetch --unshallow`; "
        "`fetch-depth: 0` in actions/checkout, `GIT_DEPTH: 0` in GitLab)"
    )
    commit = asked(root, "rev-parse", "--verify", "--quiet", f"{revision}^{{commit}}")
    if commit is None:
        hint = deepen if shallow else f". Was it fetched? (`git fetch origin {revision}`)"
        raise RevisionError(f"Git knows no revision `{revision}`{hint}")
    base = asked(root, "merge-base", branch, commit)
    if base is None:
        hint = deepen if shallow else ": the histories have nothing in common"
        raise RevisionError(f"the current branch and `{revision}` have no common ancestor{hint}")
    return base


def refuse_options(*revisions: str) -> None:
    for revision in revisions:
        if revision.startswith("-") or not revision.strip() or "\0" in revision:
            raise RevisionError(f"`{revision}` is not the name of a revision")


def asked(root: Path, *arguments: str) -> str | None:
    run = git.run(root, *arguments)
    if run is None or run.returncode:
        return None
    return run.stdout.decode("ascii", "replace").split("\n")[0].strip() or None


def _tree(root: Path, commit: str) -> list[_Entry]:
    """What a commit holds below `root`."""
    run = git.run(root, "ls-tree", "-r", "-z", commit)
    if run is None or run.returncode:
        raise RevisionError(f"Git cannot list the files of {commit}")
    found: list[_Entry] = []
    for line in run.stdout.split(b"\0"):
        match = _LINE.fullmatch(line)
        if match:
            path = match[4].decode("utf-8", "surrogateescape")
            is_file = match[1].decode() in _FILE_MODES
            found.append(_Entry(path, match[3].decode(), is_file))
    return found


def _files_before(request: Request, now: Files, tree: Sequence[_Entry]) -> Files:
    """The repository as the tree has it. Files that are the same today are read, and later
    parsed, once."""
    excluded = glob_matcher(request.config.exclude)
    named = request.named or frozenset()
    wanted = [
        blob
        for blob in tree
        if blob.is_file
        and (is_manifest(blob.path) or blob.path in named)
        and not excluded(blob.path)
    ]
    differing = [blob for blob in wanted if blob.path in request.changed or not _is_same(now, blob)]
    contents = _contents(request.root, differing)
    existed = presence([entry.path for entry in tree])
    return now.with_changes(contents, [blob.path for blob in wanted], existed)


def presence(names: Sequence[str]) -> Callable[[str], bool]:
    """Whether something is there, in a tree of these files, links and submodules."""

    @cache
    def known() -> tuple[frozenset[str], frozenset[str]]:
        return frozenset(names), frozenset(chain.from_iterable(map(_above, names)))

    def exists(path: str) -> bool:
        entries, folders = known()
        # What lies behind a link or in a submodule cannot be known.
        return path in entries or path in folders or not entries.isdisjoint(_above(path))

    return exists


def _above(path: str) -> Iterator[str]:
    while path := path.rpartition("/")[0]:
        yield path


def _is_same(now: Files, blob: _Entry) -> bool:
    """Whether the file has the content that Git named so. Git is not asked: to compare, it
    might run a filter that the repository's configuration names."""
    source = now.source(blob.path)
    if source is None:
        return False
    name = "sha256" if len(blob.id) == 64 else "sha1"
    digest = hashlib.new(name, b"blob %d\0" % len(source.data), usedforsecurity=False)
    digest.update(source.data)
    return digest.hexdigest() == blob.id


def _contents(root: Path, blobs: Sequence[_Entry]) -> dict[str, bytes]:
    if not blobs:
        return {}
    asked = "".join(f"{blob.id}\n" for blob in blobs).encode()
    run = git.run(root, "cat-file", "--batch", stdin=asked)
    if run is None or run.returncode:
        raise RevisionError("Git cannot read the files of the revision")
    contents: dict[str, bytes] = {}
    at = 0
    for blob in blobs:
        head_end = run.stdout.index(b"\n", at)
        words = run.stdout[at:head_end].split()
        if len(words) != 3 or words[1] != b"blob":
            raise RevisionError(
                f"this clone lacks {blob.path} as it was (it is a partial one): fetch it first"
            )
        start, size = head_end + 1, int(words[2])
        contents[blob.path] = run.stdout[start : start + size]
        at = start + size + 1
    return contents
