"""The way through the house: paths → sources → documents → model → checks → findings."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import field
from datetime import date
from itertools import chain
from pathlib import Path
from typing import Any

from mlblint import discovery, engine
from mlblint.cards import JUDGE_OF_COMMENTS, Card, all_cards
from mlblint.config import Config, ConfigError, check_options, matches
from mlblint.findings import Finding
from mlblint.records import dataclass
from mlblint.repo import model as repository
from mlblint.repo.clusters import ClusterRule
from mlblint.repo.files import Files
from mlblint.repo.index import RELEVANT
from mlblint.repo.model import Known, Model
from mlblint.repo.protected import Protection
from mlblint.repo.services import CURRENT_PREFIX
from mlblint.repo.versions import METALLB_IO_ANNOTATIONS, applies, parse_version
from mlblint.text.source import Source

Mark = Callable[[Sequence[Finding]], Sequence[Finding]]
"""Gives a suppression to the findings that are known already."""

Track = Callable[[str, Sequence[Any]], Iterable[Any]]
"""Gives back what it is given, one by one, and tells somebody how far it is with what."""


@dataclass(frozen=True)
class Request:
    """`named` are the files to report on, None for all; `beyond` them, what no mark hides. The
    whole repository is looked at in any case. `changed` holds bytes that stand in for what is on
    disk. Comments that ignore something until a day before `today` have expired. `marks` say
    what is known already. `track` follows the work, if somebody wants to see it."""

    root: Path
    config: Config
    named: frozenset[str] | None = None
    changed: Mapping[str, bytes] = field(default_factory=dict)
    files: Files | None = None
    today: date | None = None
    marks: tuple[Mark, ...] = ()
    beyond: bool = False
    track: Track | None = None


@dataclass(frozen=True)
class Result:
    """`suppressed` are findings that a comment or a mark hides. `unreadable` are files with
    the reason; templates and encrypted files are counted. `repository` is what was read, for
    another look; `ran` are the rules that were asked, and `all_findings` what they say of the
    whole repository."""

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
    protection: Protection
    ran: frozenset[str]


def lint(request: Request) -> Result:
    files = files_of(request)
    if request.track:
        # Whoever builds the model finds the files read.
        for path in request.track("Reading files", files.paths):
            files.parts(path)
    model = build_model(files, request.config)
    refuse_impossible_prefix(request.config, model)
    cards = all_cards(request.root, request.config.rules.extend_rules)
    check_options(request.config, {card.id: card.options or {} for card in cards})
    rules = engine.rules(cards, request.config)
    outcome = _outcome(model, request, cards, rules)
    ignored = per_file_ignores(request.config)
    findings: Sequence[Finding] = [one for one in outcome.findings if not ignored(one)]
    for mark in request.marks:
        findings = mark(findings)
    concerned = [one for one in findings if is_asked(one, request)]
    named = request.named if request.named is not None else model.files.names
    return Result(
        findings=tuple(one for one in concerned if one.suppression is None),
        suppressed=tuple(one for one in concerned if one.suppression is not None),
        files=len(named),
        templates=len(model.index.templates & named),
        encrypted=len(model.index.encrypted & named),
        unreadable=tuple(
            (path, reason)
            for path, reason in sorted(model.files.unreadable.items())
            if path in named
        ),
        internal_errors=outcome.crashed,
        sources=model.files.source,
        all_findings=tuple(findings),
        repository=model.files,
        protection=Protection(model),
        ran=frozenset(rule.card.id for rule in rules),
    )


def _outcome(
    model: Model, request: Request, cards: Sequence[Card], rules: Sequence[engine.Rule]
) -> engine.Outcome:
    """What the rules find, and then what one of them says of the comments that hide none of
    it."""
    last = [rule for rule in rules if rule.card.id == JUDGE_OF_COMMENTS]
    first = [rule for rule in rules if rule not in last]
    tracked = request.track("Asking rules", first) if request.track else first
    outcome = engine.run(model, request.config, tracked)
    speaking = [path for path in model.files.paths if model.files.mentions(path, "mlblint:")]
    if not speaking:
        return outcome
    # Most repositories have no such comments, and what reads them takes 10 ms to import.
    from mlblint import suppressions
    from mlblint.text.ignores import ignores

    sources = filter(None, map(model.files.source, speaking))
    comments = list(chain.from_iterable(map(ignores, sources)))
    if not comments:
        return outcome
    known = {card.id: card.name for card in cards}
    ran = frozenset() if outcome.crashed else frozenset(rule.card.id for rule in rules)
    split = suppressions.apply(outcome.findings, comments, known, ran, request.today)
    more = engine.run(model, request.config, last, split.verdicts)
    findings = (*split.findings, *suppressions.apply_to_own(more.findings, comments))
    return engine.Outcome(
        tuple(sorted(findings, key=engine.order)), outcome.crashed or more.crashed
    )


def load_model(root: Path, config: Config) -> Model:
    return build_model(files_of(Request(root, config)), config)


def files_of(request: Request) -> Files:
    if request.files is not None:
        return request.files.with_changes(request.changed)
    return opened(request, discovery.repository_files(request.root, request.config.exclude))


def opened(
    request: Request, paths: Sequence[str], exists: Callable[[str], bool] | None = None
) -> Files:
    # A file that was named is looked at whatever its name ends with.
    paths = [*paths, *(request.named or ())]
    return Files(request.root, paths, request.changed, _relevant(request.config), exists)


def _relevant(config: Config) -> re.Pattern[str]:
    """Retired domains may stand in any document."""
    retired = config.dns.retired_domains
    if not retired:
        return RELEVANT
    return re.compile("|".join([RELEVANT.pattern, *map(re.escape, retired)]), RELEVANT.flags)


def build_model(files: Files, config: Config) -> Model:
    rules = [ClusterRule(c.name, c.paths, c.each) for c in config.clusters]
    known = Known(
        version=parse_version(config.metallb.version) if config.metallb.version else None,
        namespace=config.metallb.namespace,
        bgp_type=config.metallb.bgp_type,
        load_balancer_class=config.metallb.load_balancer_class,
    )
    return repository.build(files, rules, known)


def refuse_impossible_prefix(config: Config, model: Model) -> None:
    """A MetalLB that does not know the prefix would ignore every request."""
    if config.metallb.annotation_prefix != CURRENT_PREFIX:
        return
    for cluster in model.clusters:
        if applies(METALLB_IO_ANNOTATIONS, cluster.version) is False:
            path = ("metallb", "annotation-prefix")
            file = config.origins.file
            at = file.position(path) if file else None
            raise ConfigError(
                file.name if file else "command line",
                at.line if at else None,
                at.column if at else None,
                f"`metallb.annotation-prefix: {CURRENT_PREFIX}` cannot be: this repository runs "
                f"MetalLB {cluster.version}, and releases before 0.14.9 ignore that prefix",
            )


def is_asked(finding: Finding, request: Request) -> bool:
    """Whether a finding is one of those that were asked for."""
    is_beyond = request.beyond and finding.suppression is None
    return is_beyond or concerns(finding, request.named)


def concerns(finding: Finding, named: frozenset[str] | None) -> bool:
    """Whether a finding lies in the named files, or they have a part in it."""
    if named is None or finding.rule == engine.INTERNAL_ERROR:
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
