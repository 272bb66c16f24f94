"""The baseline: findings that a repository had when it began to use mlblint.

A finding is known by its fingerprint, which stays the same when lines move; `count` is how many
of the same there may be. Everything else in an entry is for people.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import asdict, replace
from typing import Any

from mlblint.findings import Finding, Suppression
from mlblint.package_data import data_folder
from mlblint.records import dataclass
from mlblint.suppressions import NEVER

VERSION = 1


class BaselineError(ValueError):
    """The file is no baseline."""


@dataclass(frozen=True)
class Entry:
    rule: str
    path: str
    resource: str
    fingerprint: str
    count: int


@dataclass(frozen=True)
class Baseline:
    entries: tuple[Entry, ...] = ()

    def mark(self, findings: Sequence[Finding]) -> list[Finding]:
        """The findings; those that are known have a suppression."""
        left = Counter({entry.fingerprint: entry.count for entry in self.entries})
        marked: list[Finding] = []
        for finding in findings:
            if _can_be_known(finding) and left[finding.fingerprint] > 0:
                left[finding.fingerprint] -= 1
                finding = replace(finding, suppression=Suppression("baseline"))
            marked.append(finding)
        return marked

    def stale(self, marked: Iterable[Finding], judged: Collection[str]) -> Iterator[Entry]:
        """The entries that no finding answers any more, with the count of what is missing.
        Of rules that are not among the `judged`, nothing can be said."""
        found = Counter(one.fingerprint for one in marked if _is_known(one))
        for entry in self.entries:
            missing = entry.count - found[entry.fingerprint]
            if missing > 0 and entry.rule in judged:
                yield replace(entry, count=missing)


def made(marked: Iterable[Finding], kept: Iterable[Entry], *, grow: bool) -> Baseline:
    """The baseline of what is found: of what was known already or, to `grow`, of everything.
    Entries that are `kept` belong to rules that were not asked."""
    entries = {entry.fingerprint: entry for entry in kept}
    for finding in marked:
        if _is_known(finding) or (grow and _can_be_known(finding)):
            before = entries.get(finding.fingerprint)
            entries[finding.fingerprint] = _entry(finding, before)
    return Baseline(tuple(sorted(entries.values(), key=lambda e: (e.path, e.rule, e.fingerprint))))


def _entry(finding: Finding, before: Entry | None) -> Entry:
    if before is not None:
        return replace(before, count=before.count + 1)
    resource = str(finding.subject) if finding.subject else ""
    return Entry(finding.rule, finding.location.path, resource, finding.fingerprint, 1)


def _can_be_known(finding: Finding) -> bool:
    return finding.suppression is None and finding.rule != NEVER


def _is_known(finding: Finding) -> bool:
    return finding.suppression is not None and finding.suppression.by == "baseline"


# --- the file --------------------------------------------------------------------------------


def render(baseline: Baseline) -> str:
    """One entry a line, so that changes can be read and merged."""
    lines = ",\n".join(f"    {json.dumps(asdict(entry))}" for entry in baseline.entries)
    entries = f"[\n{lines}\n  ]" if lines else "[]"
    return f'{{\n  "version": {VERSION},\n  "findings": {entries}\n}}\n'


def read(data: bytes) -> Baseline:
    from mlblint.schema import violations

    try:
        content: Any = json.loads(data.decode("utf-8"))
    except ValueError as error:
        raise BaselineError(f"this is not a baseline: {error}") from None
    except RecursionError:
        raise BaselineError("this is not a baseline: it is nested too deeply") from None
    schema = json.loads((data_folder("schemas") / "baseline.json").read_text("utf-8"))
    for fault in violations(schema, content):
        where = "".join(f"[{k}]" if isinstance(k, int) else f".{k}" for k in fault.path)
        raise BaselineError(f"this is not a baseline: {where.removeprefix('.')}: {fault.message}")
    entries = tuple(Entry(**entry) for entry in content["findings"])
    twice = [key for key, n in Counter(one.fingerprint for one in entries).items() if n > 1]
    if twice:
        raise BaselineError(f"the fingerprint {twice[0]} stands there twice: was it merged?")
    return Baseline(entries)
