"""What is remembered of one repository.

Three files: which bytes its files had (`files`), what was worked out of such bytes (`facts`), and
what the rules said of the whole (`run`). The last is for a repository that is the same to the
last byte, with the same settings; whatever part of it somebody asks about, it is part of that.
"""

from __future__ import annotations

import sys
from collections.abc import Iterable, Mapping
from datetime import date
from hashlib import blake2b
from pathlib import Path
from typing import TYPE_CHECKING, Any

from mlblint.cache import findings, snapshot
from mlblint.package_data import fingerprint
from mlblint.records import dataclass
from mlblint.repo.files import Files, Known

if TYPE_CHECKING:
    from mlblint.cache.folder import Folder
    from mlblint.findings import Finding


@dataclass(frozen=True)
class Verdict:
    """What the rules said of a state of a repository: all that is needed to report it. `dated`
    if they would say another thing on another day."""

    findings: tuple[Finding, ...]
    templates: frozenset[str]
    encrypted: frozenset[str]
    dated: bool = False


class Memory:
    """Of a repository, for one run. `question` is everything but its files that the answer of
    the rules depends on; `relevant` everything that facts about files depend on."""

    def __init__(self, folder: Folder, root: Path, question: str, relevant: str) -> None:
        self._folder = folder
        self._base = str(root)
        tool = f"{fingerprint()}\0{sys.version}"
        self._files = _name("files", self._base)
        self._facts = _name("facts", self._base, tool, relevant)
        self._run = _name("run", self._base, tool, question, relevant)
        self._before: Mapping[str, Any] = {}
        self._snapshot = snapshot.Snapshot({}, {}, 0)

    def look(self, paths: Iterable[str]) -> Mapping[str, Known]:
        """Which bytes the files have, as far as that is known."""
        self._before = _mapping(self._folder.read(self._files))
        self._snapshot = snapshot.take(self._base, paths, self._before)
        return self._snapshot.known

    def with_facts(self, known: Mapping[str, Known]) -> dict[str, Known]:
        if not known:
            return {}
        facts = _mapping(self._folder.read(self._facts))
        return {path: one._replace(facts=facts.get(one.digest)) for path, one in known.items()}

    def recall(self, files: Files, known: Mapping[str, Known], today: date) -> Verdict | None:
        """What the rules said, if everything that they looked at is the same."""
        digests = {path: one.digest for path, one in known.items()}
        state = _state(files.paths, digests)
        said = _mapping(self._folder.read(self._run)) if state else {}
        if not said or said["state"] != state or said["today"] not in (None, today.isoformat()):
            return None
        answers = {(name, path): answer for name, path, answer in said["answers"]}
        if not files.disk.still_says(answers):
            return None
        self._keep_stamps(digests)
        found = findings.decoded(said["findings"], files)
        return Verdict(found, frozenset(said["templates"]), frozenset(said["encrypted"]))

    def keep(self, files: Files, verdict: Verdict | None, today: date) -> None:
        """What was worked out and, with a verdict, what was said."""
        known = {path: one for path in files.paths if (one := files.facts(path)) is not None}
        digests = {path: one.digest for path, one in known.items()}
        self._keep_stamps(digests)
        self._folder.write(self._facts, {one.digest: one.facts for one in known.values()})
        state = _state(files.paths, digests)
        if verdict is not None and state:
            said = {
                "state": state,
                "today": today.isoformat() if verdict.dated else None,
                "answers": [[*asked, answer] for asked, answer in files.disk.answers.items()],
                "findings": findings.encoded(verdict.findings),
                "templates": sorted(verdict.templates),
                "encrypted": sorted(verdict.encrypted),
            }
            self._folder.write(self._run, said)
        self._folder.tidy()

    def _keep_stamps(self, digests: Mapping[str, str]) -> None:
        """A file that was touched is read once, and not by every run from then on."""
        stamps = snapshot.kept(self._snapshot, digests)
        if stamps != self._before:
            self._folder.write(self._files, stamps)


def _state(paths: Iterable[str], digests: Mapping[str, str]) -> str | None:
    """One name for all files with all their bytes; None if some could not be read."""
    parts: list[str] = []
    for path in paths:
        if path not in digests:
            return None
        parts += (path, digests[path])
    return blake2b("\0".join(parts).encode("utf-8", "surrogateescape")).hexdigest()


def _name(kind: str, base: str, *rest: str) -> str:
    """Names of one repository begin alike, so that a person can see what belongs together."""
    where, what = (
        blake2b("\0".join(one).encode("utf-8", "surrogateescape"), digest_size=8).hexdigest()
        for one in ((base,), rest)
    )
    return f"{where}-{kind}-{what}" if rest else f"{where}-{kind}"


def _mapping(value: object) -> Mapping[str, Any]:
    return value if isinstance(value, dict) else {}
