"""`--hook`: the files of a commit, and what it breaks in others."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date
from functools import cache
from pathlib import Path

from mlblint import commits
from mlblint.commands import Failure
from mlblint.commands.output import tell
from mlblint.commits import Commit
from mlblint.config import Config, find_root
from mlblint.discovery import DiscoveryError, named, repository_files
from mlblint.git import GitTimeoutError
from mlblint.pipeline import Request
from mlblint.records import dataclass
from mlblint.report.terminal import printable
from mlblint.revisions import RevisionError


@dataclass(frozen=True)
class Part:
    """The files of a commit that have the same configuration; none if it only deletes some."""

    root: Path
    paths: tuple[str, ...]
    commit: Commit


def parts(folder: Path, paths: tuple[str, ...]) -> list[Part]:
    """What there is to look at: nothing, in a commit without manifests."""
    with _refused():
        commit = commits.about(folder, os.environ)
    root_of = cache(find_root)
    found: dict[Path, list[str]] = {}
    for path in paths:
        found.setdefault(root_of((folder / path).parent), []).append(path)
    for root in found:
        if not root.is_relative_to(commit.top):
            raise Failure(printable(f"--hook: {root} is outside of {commit.top}"))
    for path in sorted(commit.breaking):
        root = root_of((commit.top / path).parent)
        # A link may have taken the place of a folder, and lead anywhere.
        if root.is_relative_to(commit.top):
            found.setdefault(root, [])
    return [Part(root, tuple(names), commit) for root, names in found.items()]


def request(part: Part, config: Config, folder: Path, today: date | None) -> Request:
    with _refused():
        listed = commits.tracked(part.root, part.commit.index)
        files = repository_files(part.root, config.exclude, listed)
        wanted: frozenset[str] = frozenset()
        if part.paths:
            wanted = named(part.root, folder, part.paths, files, exclude=config.exclude, note=tell)
        asked = Request(part.root, config, wanted, today=today)
        return commits.judged(asked, part.commit, listed, files)


@contextmanager
def _refused() -> Iterator[None]:
    try:
        yield
    except (RevisionError, GitTimeoutError) as error:
        raise Failure(printable(f"--hook: {error}")) from None
    except DiscoveryError as error:
        raise Failure(printable(str(error))) from None
