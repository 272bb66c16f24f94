"""What is remembered of one repository.

Three files: which bytes its files had (`files`), what was worked out of such bytes (`facts`), and
what the rules said of the whole (`run`). The last is for a repository in which nothing has changed
that they looked at, with the same settings; whatever somebody asks about is a part of it.
"""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from hashlib import blake2b
from pathlib import Path
from typing import TYPE_CHECKING, Any

from mlblint.cache import findings, snapshot
from mlblint.package_data import fingerprint
from mlblint.records import dataclass
from mlblint.repo import words
from mlblint.repo.facts import Known
from mlblint.repo.files import Files
from mlblint.repo.reading import facts_of

if TYPE_CHECKING:
    from mlblint.cache.folder import Folder
    from mlblint.findings import Finding


MANY = 50
"""So many files may have changed for their facts to be compared. With more, the rules are asked."""


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
        facts = self._facts_of(None)
        return {
            path: one._replace(facts=facts.get(_key(path, one.digest)))
            for path, one in known.items()
        }

    def recall(self, files: Files, known: Mapping[str, Known], today: date) -> Verdict | None:
        """What the rules said, if everything that they looked at is the same."""
        digests = {path: one.digest for path, one in known.items()}
        said = _mapping(self._folder.read(self._run))
        if not said or not _is_same_day(said, today) or said["names"] != _names(files.paths):
            return None
        if not all(path in digests for path in files.paths):
            return None
        before = dict(zip(files.paths, said["digests"], strict=True))
        alike = _mapping(said["alike"])
        changed = {
            path: old for path, old in before.items() if digests[path] not in (old, alike.get(path))
        }
        if changed and not self._are_beside_the_point(changed, said, files.knowing(known)):
            return None
        if not files.disk.still_says({(name, at): answer for name, at, answer in said["answers"]}):
            return None
        if changed:
            alike = {**alike, **{path: digests[path] for path in changed}}
            self._folder.write(self._run, {**said, "alike": alike})
        self._keep_stamps(digests)
        found = findings.decoded(said["findings"], files)
        return Verdict(found, frozenset(said["templates"]), frozenset(said["encrypted"]))

    def _are_beside_the_point(
        self, changed: Mapping[str, str], said: Mapping[str, Any], files: Files
    ) -> bool:
        """Whether the rules would have said the same of other bytes in some files: nobody looked
        into those, what is relevant in them means the same, and they have the same answer to every
        question that was asked of them. Most commits change nothing else."""
        if len(changed) > MANY or not changed.keys().isdisjoint(said["seen"]):
            return False
        facts = self._facts_of(said["run"])
        now = dict(facts_of(files.only(changed), words.ALL))
        return all(
            path in now
            and _are_alike(_mapping(facts.get(_key(path, old))), _mapping(now[path].facts))
            for path, old in changed.items()
        )

    def keep(self, files: Files, verdict: Verdict | None, today: date) -> None:
        """What was worked out and, with a verdict, what was said."""
        known = {path: one for path in files.paths if (one := files.facts(path)) is not None}
        digests = {path: one.digest for path, one in known.items()}
        self._keep_stamps(digests)
        facts = {_key(path, one.digest): one.facts for path, one in known.items()}
        run = os.urandom(8).hex()
        self._folder.write(self._facts, {"run": run, "facts": facts})
        if verdict is not None and len(digests) == len(files.paths):
            said: dict[str, Any] = {
                "run": run,
                "names": _names(files.paths),
                "digests": [digests[path] for path in files.paths],
                # Digests of the same files later, with which they meant the same.
                "alike": {},
                "seen": [path for path in files.paths if files.was_looked_into(path)],
                "today": today.isoformat() if verdict.dated else None,
                "answers": [[*asked, answer] for asked, answer in files.disk.answers.items()],
                "findings": findings.encoded(verdict.findings),
                "templates": sorted(verdict.templates),
                "encrypted": sorted(verdict.encrypted),
            }
            self._folder.write(self._run, said)
        self._folder.tidy()

    def _facts_of(self, run: str | None) -> Mapping[str, Any]:
        """What is kept of files. A run is told only what it has kept itself: another one, with
        other rules, may have asked less of them."""
        kept = _mapping(self._folder.read(self._facts))
        return _mapping(kept.get("facts")) if run in (None, kept.get("run")) else {}

    def _keep_stamps(self, digests: Mapping[str, str]) -> None:
        """A file that was touched is read once, and not by every run from then on."""
        stamps = snapshot.kept(self._snapshot, digests)
        if stamps != self._before:
            self._folder.write(self._files, stamps)


def _is_same_day(said: Mapping[str, Any], today: date) -> bool:
    """Where it matters."""
    return said["today"] in (None, today.isoformat())


def _key(path: str, digest: str) -> str:
    """The same bytes are read in another way where they are said to be JSON."""
    return f"{digest}.json" if path.endswith(".json") else digest


def _are_alike(old: Mapping[str, Any], new: Mapping[str, Any]) -> bool:
    """Facts of one file, before and after a change."""
    asked = _mapping(old.get("mentions"))
    return (
        "parts" in old
        and "parts" in new
        and all(_meaning(old.get(one)) == _meaning(new.get(one)) for one in ("parts", "rest"))
        and old["text"] is None
        and new["text"] is None
        and old.get("names") == new.get("names")
        and all(new["mentions"].get(question) == answer for question, answer in asked.items())
    )


def _meaning(parts: Sequence[Sequence[Any]] | None) -> str:
    """What documents say, in their order, wherever they stand; of text that cannot be parsed,
    also where. Spelled out, because to Python 1 is True, and the order of keys is none."""
    return json.dumps(
        [[index, *rest[4:], *(rest if index < 0 else ())] for index, *rest in parts]
        if parts is not None
        else None
    )


def _names(paths: Iterable[str]) -> str:
    return blake2b("\0".join(paths).encode("utf-8", "surrogateescape")).hexdigest()


def _name(kind: str, base: str, *rest: str) -> str:
    """Names of one repository begin alike, so that a person can see what belongs together."""
    where, what = (
        blake2b("\0".join(one).encode("utf-8", "surrogateescape"), digest_size=8).hexdigest()
        for one in ((base,), rest)
    )
    return f"{where}-{kind}-{what}" if rest else f"{where}-{kind}"


def _mapping(value: object) -> Mapping[str, Any]:
    return value if isinstance(value, dict) else {}
