"""What the rules say of a repository: the model, the checks, and the comments that ignore some
of what they find."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date
from importlib import import_module
from itertools import chain

from mlblint import engine
from mlblint.cards import JUDGE_OF_COMMENTS, Card
from mlblint.config import Config, ConfigError
from mlblint.findings import Finding
from mlblint.records import dataclass
from mlblint.repo import model as repository
from mlblint.repo.clusters import ClusterRule
from mlblint.repo.files import Files
from mlblint.repo.model import Known, Model
from mlblint.repo.protected import Protection
from mlblint.repo.reading import Track
from mlblint.repo.services import CURRENT_PREFIX
from mlblint.repo.versions import METALLB_IO_ANNOTATIONS, applies, parse_version
from mlblint.repo.words import COMMENTS


@dataclass(frozen=True)
class Judgement:
    """`dated` if some comments ignore something until a certain day only."""

    findings: tuple[Finding, ...]
    crashed: bool
    dated: bool
    templates: frozenset[str]
    encrypted: frozenset[str]
    protection: Protection


def load(checks: Iterable[str]) -> None:
    """Imports the code of rules before they are asked."""
    for name in checks:
        import_module(f"mlblint.checks.{name}")


def judge(
    files: Files,
    config: Config,
    cards: Sequence[Card],
    today: date | None = None,
    track: Track | None = None,
) -> Judgement:
    model = build_model(files, config)
    refuse_impossible_prefix(config, model)
    rules = engine.rules(cards, config)
    last = [rule for rule in rules if rule.card.id == JUDGE_OF_COMMENTS]
    first = [rule for rule in rules if rule not in last]
    outcome = engine.run(model, config, track("Asking rules", first) if track else first)
    outcome, dated = _without_ignored(outcome, model, config, cards, rules, last, today)
    index = model.index
    return Judgement(
        outcome.findings,
        outcome.crashed,
        dated,
        index.templates,
        index.encrypted,
        Protection(model),
    )


def _without_ignored(
    outcome: engine.Outcome,
    model: Model,
    config: Config,
    cards: Sequence[Card],
    rules: Sequence[engine.Rule],
    last: Sequence[engine.Rule],
    today: date | None,
) -> tuple[engine.Outcome, bool]:
    """What the rules find with marks for what comments hide, and what the last rule says of
    comments that hide none of it; and whether any of that depends on the day."""
    files = model.files
    speaking = [path for path in files.paths if files.mentions(path, *COMMENTS)]
    if not speaking:
        return outcome, False
    # Most repositories have no such comments, and what reads them takes 10 ms to import.
    from mlblint import suppressions
    from mlblint.text.ignores import ignores

    sources = filter(None, map(files.source, speaking))
    comments = list(chain.from_iterable(map(ignores, sources)))
    if not comments:
        return outcome, False
    known = {card.id: card.name for card in cards}
    ran = frozenset() if outcome.crashed else frozenset(rule.card.id for rule in rules)
    split = suppressions.apply(outcome.findings, comments, known, ran, today)
    more = engine.run(model, config, last, split.verdicts)
    findings = (*split.findings, *suppressions.apply_to_own(more.findings, comments))
    ordered = tuple(sorted(findings, key=engine.order))
    dated = any(comment.until is not None for comment in comments)
    return engine.Outcome(ordered, outcome.crashed or more.crashed), dated


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
