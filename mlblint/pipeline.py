"""The way through the house: paths → sources → documents → model → checks → findings.

What is imported here is what a run needs that finds nothing changed since the last one; the rest
is imported when something has to be judged.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import field, replace
from datetime import date
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from mlblint import discovery
from mlblint.cache.memory import Memory, Verdict
from mlblint.cards import Card, all_cards
from mlblint.config import Config, check_options, is_enabled, matches
from mlblint.findings import INTERNAL_ERROR, Finding
from mlblint.records import dataclass
from mlblint.repo import reading
from mlblint.repo.facts import Known, OutdatedError
from mlblint.repo.files import Files
from mlblint.repo.index import RELEVANT
from mlblint.repo.reading import Track
from mlblint.text.source import Source

if TYPE_CHECKING:
    from mlblint.repo.model import Model
    from mlblint.repo.protected import Protection

Mark = Callable[[Sequence[Finding]], Sequence[Finding]]
"""Gives a suppression to the findings that are known already."""


@dataclass(frozen=True)
class Request:
    """`named` are the files to report on, None for all; `beyond` them, what no mark hides. The
    whole repository is looked at in any case: the files that are `listed`, if somebody has done
    that, beside what `exists`, if somebody knows better than the disk. `changed` holds bytes that
    stand in for what is on disk. Comments that ignore something until a day before `today` have
    expired. `marks` say what is known already. `track` follows the work, if somebody wants to
    see it. With a `memory`, what earlier runs have left is used, and something left for later.
    `cards` are those of all rules, if somebody has read them."""

    root: Path
    config: Config
    named: frozenset[str] | None = None
    changed: Mapping[str, bytes] = field(default_factory=dict)
    files: Files | None = None
    today: date | None = None
    marks: tuple[Mark, ...] = ()
    beyond: bool = False
    track: Track | None = None
    memory: Memory | None = None
    listed: Sequence[str] | None = None
    exists: Callable[[str], bool] | None = None
    cards: tuple[Card, ...] | None = None


@dataclass(frozen=True)
class Result:
    """`suppressed` are findings that a comment or a mark hides. `unreadable` are files with
    the reason; templates and encrypted files are counted. `repository` is what was read, for
    another look; `ran` are the rules that were asked, and `all_findings` what they say of the
    whole repository. `protection` is None of what was only remembered."""

    findings: tuple[Finding, ...]
    suppressed: tuple[Finding, ...]
    files: int
    templates: int
    encrypted: int
    unreadable: tuple[tuple[str, str], ...]
    internal_errors: bool
    sources: Callable[[str], Source | None]
    all_findings: tuple[Finding, ...]
    repository: Files
    protection: Protection | None
    ran: frozenset[str]


def lint(request: Request) -> Result:
    try:
        return _lint(request)
    except OutdatedError:
        # A file changed while it was looked at: then nothing that was known of it counts.
        files = request.files.unknown() if request.files is not None else None
        return _lint(replace(request, memory=None, files=files))


def _lint(request: Request) -> Result:
    if request.files is not None:
        return _judged(request, request.files.with_changes(request.changed))
    files = _listed(request)
    known = request.memory.look(files.paths) if request.memory else {}
    if request.memory and known and not files.changed:
        verdict = request.memory.recall(files, known, request.today or date.today())
        if verdict is not None:
            return _result(request, files, verdict)
    return _judged(request, _read(request, files, known))


def _read(request: Request, files: Files, known: Mapping[str, Known]) -> Files:
    """With facts about all files: those that are remembered, and those of files that are read
    now. Where there are many, the rest of the program is loaded meanwhile."""
    facts = request.memory.with_facts(known) if request.memory else {}
    unknown = [path for path in files.paths if path not in facts or facts[path].facts is None]
    count = reading.processes(len(unknown))
    if count > 1:
        load = partial(_load, request)
        facts |= reading.read_together(files, unknown, count, load, request.track)
    elif unknown:
        paths = request.track("Reading files", unknown) if request.track else unknown
        facts |= reading.facts_of(files.knowing(known).only(paths))
    return files.knowing(facts)


def _load(request: Request) -> None:
    """What will be needed; in a smaller run, a rule is loaded when it is asked."""
    from mlblint import judging

    judging.load(card.check for card in _wanted(request) if card.check is not None)


def _judged(request: Request, files: Files) -> Result:
    from mlblint.judging import judge

    config = request.config
    cards = _cards(request)
    check_options(config, {card.id: card.options or {} for card in cards})
    judgement = judge(files, config, cards, request.today, request.track)
    verdict = Verdict(judgement.findings, judgement.templates, judgement.encrypted, judgement.dated)
    if request.memory is not None and not files.changed:
        is_whole = not (judgement.crashed or files.unreadable)
        today = request.today or date.today()
        request.memory.keep(files, verdict if is_whole else None, today)
    result = _result(request, files, verdict)
    return replace(result, internal_errors=judgement.crashed, protection=judgement.protection)


def _result(request: Request, files: Files, verdict: Verdict) -> Result:
    """What was asked about, of what the rules say of everything."""
    ignored = per_file_ignores(request.config)
    findings: Sequence[Finding] = [one for one in verdict.findings if not ignored(one)]
    for mark in request.marks:
        findings = mark(findings)
    concerned = [one for one in findings if is_asked(one, request)]
    named = request.named if request.named is not None else files.names
    return Result(
        findings=tuple(one for one in concerned if one.suppression is None),
        suppressed=tuple(one for one in concerned if one.suppression is not None),
        files=len(named),
        templates=len(verdict.templates & named),
        encrypted=len(verdict.encrypted & named),
        unreadable=tuple(
            (path, reason) for path, reason in sorted(files.unreadable.items()) if path in named
        ),
        internal_errors=False,
        sources=partial(_source, files),
        all_findings=tuple(findings),
        repository=files,
        protection=None,
        ran=frozenset(card.id for card in _wanted(request)),
    )


def _source(files: Files, path: str) -> Source | None:
    """A file as it was judged; None if it is not that any more."""
    try:
        source = files.source(path)
        _ = source.text if source else None
    except OutdatedError:
        return None
    return source


def _cards(request: Request) -> tuple[Card, ...]:
    if request.cards is not None:
        return request.cards
    return all_cards(request.root, request.config.rules.extend_rules)


def _wanted(request: Request) -> list[Card]:
    rules = request.config.rules
    cards = _cards(request)
    return [c for c in cards if is_enabled(rules.select, rules.ignore, c.id, c.name)]


def load_model(root: Path, config: Config) -> Model:
    from mlblint.judging import build_model

    return build_model(files_of(Request(root, config)), config)


def files_of(request: Request) -> Files:
    """The files of a request, with what is known of them."""
    if request.files is not None:
        return request.files.with_changes(request.changed)
    files = _listed(request)
    return _read(request, files, request.memory.look(files.paths) if request.memory else {})


def _listed(request: Request) -> Files:
    listed = request.listed
    if listed is None:
        listed = discovery.repository_files(request.root, request.config.exclude)
    # A file that was named is looked at whatever its name ends with.
    paths = [*listed, *(request.named or ())]
    relevant = relevant_to(request.config)
    return Files(request.root, paths, request.changed, relevant, request.exists)


def relevant_to(config: Config) -> re.Pattern[str]:
    """Retired domains may stand in any document."""
    retired = config.dns.retired_domains
    if not retired:
        return RELEVANT
    return re.compile("|".join([RELEVANT.pattern, *map(re.escape, retired)]), RELEVANT.flags)


def is_asked(finding: Finding, request: Request) -> bool:
    """Whether a finding is one of those that were asked for."""
    is_beyond = request.beyond and finding.suppression is None
    return is_beyond or concerns(finding, request.named)


def concerns(finding: Finding, named: frozenset[str] | None) -> bool:
    """Whether a finding lies in the named files, or they have a part in it."""
    if named is None or finding.rule == INTERNAL_ERROR:
        return True
    places = (finding.location, *(related.location for related in finding.related))
    return any(place.path in named for place in places)


def per_file_ignores(config: Config) -> Callable[[Finding], bool]:
    ignores = [
        (discovery.glob_matcher([glob]), selectors)
        for glob, selectors in config.rules.per_file_ignores.items()
    ]

    def ignored(finding: Finding) -> bool:
        return any(
            matches(selector, finding.rule, finding.name)
            for is_meant, selectors in ignores
            if is_meant(finding.location.path)
            for selector in selectors
        )

    return ignored
