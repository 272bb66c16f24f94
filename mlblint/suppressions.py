"""Which findings are suppressed by comments, and which comments suppress nothing."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import field, replace
from datetime import date

from mlblint.cards import JUDGE_OF_COMMENTS
from mlblint.config import matches, selector_problem
from mlblint.findings import INTERNAL_ERROR, Finding, Suppression
from mlblint.records import dataclass
from mlblint.text.ignores import DOCUMENT, LINE, WORDS, Ignore, Selector

RULE = JUDGE_OF_COMMENTS
"""Reports such comments, and so comes when all other rules have spoken."""

NEVER = INTERNAL_ERROR
"""A crash of mlblint itself cannot be ignored."""


@dataclass(frozen=True)
class Verdict:
    """A comment of which something, or everything, hides nothing. `unknown` are the selectors
    that name no rule, each with what is wrong with it."""

    ignore: Ignore
    unused: tuple[Selector, ...] = ()
    unknown: tuple[tuple[Selector, str], ...] = ()
    expired: bool = False


@dataclass(frozen=True)
class Split:
    """All findings, those that a comment means with a suppression; and what is to be said of
    comments."""

    findings: tuple[Finding, ...]
    verdicts: tuple[Verdict, ...]


def apply(
    findings: Iterable[Finding],
    ignores: Sequence[Ignore],
    known_rules: Mapping[str, str],
    ran: frozenset[str],
    today: date | None,
) -> Split:
    """`known_rules` leads from ids to names. A comment is called unused only if every rule that
    it means is among those that `ran`."""
    valid = [one for one in ignores if one.error is None and not _is_expired(one, today)]
    lookup = _Lookup(valid)
    used: set[tuple[int, str]] = set()
    marked: list[Finding] = []
    for finding in findings:
        meant = [] if finding.rule == NEVER else list(lookup.meaning(finding))
        used.update((id(ignore), name) for ignore, name in meant)
        marked.append(_suppressed(finding, [ignore for ignore, _ in meant]))
    own = known_rules.get(RULE, "")
    verdicts = (_verdict(one, used, known_rules, ran, today, own) for one in ignores)
    return Split(tuple(marked), tuple(filter(None, verdicts)))


def apply_to_own(findings: Iterable[Finding], ignores: Sequence[Ignore]) -> Iterator[Finding]:
    """What is said of comments can be ignored too, but only by the rule's own id or name: `ALL`
    would hide that itself is of no use."""
    valid = [one for one in ignores if one.error is None]
    lookup = _Lookup(valid)
    for finding in findings:
        names = (finding.rule, finding.name)
        meant = [ignore for ignore, name in lookup.meaning(finding) if name in names]
        yield finding if finding.rule == NEVER else _suppressed(finding, meant)


@dataclass(frozen=True)
class _Lookup:
    """Comments by the lines that they mean; those for more than a line or a block, by file."""

    ignores: Sequence[Ignore]
    _by_line: dict[tuple[str, int], list[Ignore]] = field(default_factory=lambda: defaultdict(list))
    _by_file: dict[str, list[Ignore]] = field(default_factory=lambda: defaultdict(list))

    def __post_init__(self) -> None:
        for one in self.ignores:
            if one.word != LINE:
                self._by_file[one.path].append(one)
                continue
            for line in range(one.first, one.last + 1):
                self._by_line[one.path, line].append(one)

    def meaning(self, finding: Finding) -> Iterator[tuple[Ignore, str]]:
        """The comments that mean a finding, the nearest first, and by which selector."""
        path, line = finding.location.path, finding.location.start.line
        near = self._by_line.get((path, line), [])
        wide = [one for one in self._by_file.get(path, []) if one.first <= line <= one.last]
        for one in (*near, *sorted(wide, key=lambda one: WORDS.index(one.word))):
            for selector in one.selectors:
                if matches(selector.name, finding.rule, finding.name):
                    yield one, selector.name


def _suppressed(finding: Finding, by: Sequence[Ignore]) -> Finding:
    if not by:
        return finding
    return replace(finding, suppression=Suppression("comment", by[0].reason, by[0].until))


def _is_expired(ignore: Ignore, today: date | None) -> bool:
    return ignore.until is not None and today is not None and ignore.until < today


def _verdict(
    ignore: Ignore,
    used: set[tuple[int, str]],
    known_rules: Mapping[str, str],
    ran: frozenset[str],
    today: date | None,
    own: str,
) -> Verdict | None:
    if ignore.error is not None:
        return Verdict(ignore)
    meant = {
        one: {rule for rule in known_rules.items() if matches(one.name, *rule)}
        for one in ignore.selectors
    }
    judged = [one for one in ignore.selectors if {rule for rule, _ in meant[one]} <= ran]
    unknown = [(one, selector_problem(one.name, known_rules)) for one in judged]
    if _is_expired(ignore, today):
        return Verdict(ignore, expired=True) if len(judged) == len(ignore.selectors) else None
    unused = tuple(
        one
        for one in judged
        if meant[one] and (id(ignore), one.name) not in used and one.name not in (RULE, own)
    )
    wrong = tuple((one, problem) for one, problem in unknown if problem)
    return Verdict(ignore, unused, wrong) if unused or wrong else None


def scope(ignore: Ignore) -> str:
    """The place that a comment means, for people."""
    if ignore.word == LINE:
        if not ignore.last:
            return "there is no line below it"
        return "on its line" if ignore.first == ignore.last else "in its block"
    return "in this document" if ignore.word == DOCUMENT else "in this file"
