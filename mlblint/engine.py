"""Runs the checks, and asks the text where that is what they found."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace
from functools import partial
from importlib import import_module
from typing import TYPE_CHECKING

from mlblint import card_rules
from mlblint.cards import Card
from mlblint.config import Config, is_enabled, matches
from mlblint.context import Context, subject
from mlblint.findings import (
    INTERNAL_ERROR,
    SEVERITIES,
    Applicability,
    Finding,
    Fix,
    Location,
    Problem,
    Related,
    Severity,
    Subject,
)
from mlblint.records import dataclass
from mlblint.repo.facts import OutdatedError
from mlblint.repo.model import Model
from mlblint.repo.protected import Protection
from mlblint.repo.resources import resource_at
from mlblint.text.nodes import Scalar, child, find, resolved
from mlblint.text.places import Place, positions
from mlblint.text.source import Position

if TYPE_CHECKING:
    from mlblint.suppressions import Verdict
    from mlblint.text.edits import Edit

Check = Callable[[Context], Iterator[Problem]]


@dataclass(frozen=True)
class Rule:
    card: Card
    check: Check


@dataclass(frozen=True)
class Outcome:
    findings: tuple[Finding, ...]
    crashed: bool


def rules(cards: Iterable[Card], config: Config) -> list[Rule]:
    """The rules that the configuration asks for; the code of the others is not imported."""
    wanted = config.rules
    return [
        Rule(card, _check(card))
        for card in cards
        if is_enabled(wanted.select, wanted.ignore, card.id, card.name)
    ]


def _check(card: Card) -> Check:
    if card.check is None:
        return partial(card_rules.check, card)
    return partial(_imported, card.check)


def _imported(name: str, context: Context) -> Iterator[Problem]:
    """A rule's code is imported when the rule is asked."""
    check: Check = import_module(f"mlblint.checks.{name}").check
    return check(context)


def run(
    model: Model, config: Config, wanted: Iterable[Rule], ignores: tuple[Verdict, ...] = ()
) -> Outcome:
    found: dict[tuple[str, Location], Finding] = {}
    crashed = False
    protection = Protection(model)
    for rule in wanted:
        options = config.rules.options.get(rule.card.id, {})
        context = Context(model, config, options, ignores)
        try:
            for problem in rule.check(context):
                finding = _finding(rule.card, problem, config, protection)
                key = (finding.rule, finding.location)
                # A base that several clusters share is judged once, at its worst.
                if key not in found or _rank(finding) < _rank(found[key]):
                    found[key] = finding
        except OutdatedError:
            raise
        except Exception as error:
            crashed = True
            crash = _crash(rule.card, error)
            found[crash.rule, crash.location] = crash
    return Outcome(tuple(sorted(found.values(), key=order)), crashed)


def _rank(finding: Finding) -> int:
    return SEVERITIES.index(finding.severity)


def order(finding: Finding) -> tuple[str, Position, str, str]:
    return finding.location.path, finding.location.start, finding.rule, finding.message


def _finding(card: Card, problem: Problem, config: Config, protection: Protection) -> Finding:
    if problem.subject is None:
        problem = replace(problem, subject=_owner(problem.place))
    fix, unfixable = _fixable(problem, protection)
    if fix is not None:
        fix = replace(fix, applicability=_applicability(card, fix, config))
    return Finding(
        rule=card.id,
        name=card.name,
        severity=_severity(card, problem, config),
        judges=problem.judges or card.judges,
        message=problem.message,
        help=problem.help,
        location=location(problem.place),
        subject=problem.subject,
        related=tuple(Related(location(n.place), n.message) for n in problem.notes),
        fingerprint=_fingerprint(card, problem),
        fix=fix,
        unfixable=unfixable,
    )


def location(place: Place) -> Location:
    start, end = positions(place)
    return Location(place.document.source.path, start, end)


def _severity(card: Card, problem: Problem, config: Config) -> Severity:
    for selector, severity in config.rules.severity.items():
        if matches(selector, card.id, card.name):
            return severity
    return problem.severity or card.severity


def _applicability(card: Card, fix: Fix, config: Config) -> Applicability:
    if any(matches(one, card.id, card.name) for one in config.rules.demote_fixes):
        return "unsafe"
    if any(matches(one, card.id, card.name) for one in config.rules.promote_fixes):
        return "safe"
    return fix.applicability


def _fixable(problem: Problem, protection: Protection) -> tuple[Fix | None, str | None]:
    """The fix, if it can be made; otherwise why not."""
    if problem.fix is None:
        return None, problem.unfixable
    # A run that finds nothing plans nothing.
    from mlblint.text.planning import plan
    from mlblint.text.splices import Refusal

    by_file: dict[str, list[Edit]] = {}
    for edit in problem.fix.edits:
        reason = protection.reason(edit.place.document)
        if reason is not None:
            return None, reason
        by_file.setdefault(edit.place.document.source.path, []).append(edit)
    try:
        for edits in by_file.values():
            plan(edits)
    except Refusal as refusal:
        return None, str(refusal)
    return problem.fix, None


def _owner(place: Place) -> Subject | None:
    """The object in whose document a place lies, however deep inside its strings."""
    while place.document.host is not None:
        place = Place(place.document.host.document, place.document.host.path)
    resource = resource_at(place)
    return subject(resource, None) if resource is not None else None


def _fingerprint(card: Card, problem: Problem) -> str:
    """Rule, object, path and value: what stays the same when lines move."""
    subject = problem.subject
    identity = (
        (subject.api_version.rpartition("/")[0], subject.kind, subject.namespace, subject.name)
        if subject
        else (problem.place.document.source.path,)
    )
    parts = (card.id, *identity, *_steps(problem.place), _value(problem.place))
    return hashlib.sha256("\0".join(map(str, parts)).encode("utf-8", "replace")).hexdigest()[:32]


def _steps(place: Place) -> Iterator[str]:
    """The path, with list items called by their names: their order means little."""
    node = place.document.root
    for key in place.path:
        below = child(node, key) if node is not None else None
        item = resolved(below) if below is not None else None
        if isinstance(key, str):
            yield key
        elif isinstance(item, Scalar):
            yield "-"
        else:
            named = find(item, ("name",)) or find(item, ("metadata", "name"))
            yield named.text if isinstance(named, Scalar) else str(key)
        node = below


def _value(place: Place) -> str:
    if place.stretch is not None:
        return place.document.text[slice(*place.stretch)]
    node = find(place.document.root, place.path)
    return node.text if isinstance(node, Scalar) else ""


def _crash(card: Card, error: Exception) -> Finding:
    import traceback

    path = _file_at_fault(error)
    at = Position(1, 1)
    last = traceback.extract_tb(error.__traceback__)[-1]
    return Finding(
        rule=INTERNAL_ERROR,
        name="internal-error",
        severity="error",
        judges="style",
        message=(
            f"rule {card.id} ({card.name}) crashed: {type(error).__name__}: {error} "
            f"({last.filename.rpartition('mlblint/')[2]}:{last.lineno}). The other rules went on"
        ),
        help=f"this is a fault of mlblint: report it with the file, or ignore {card.id} for now",
        location=Location(path, at, at),
        subject=None,
        related=(),
        fingerprint=hashlib.sha256(f"{card.id}\0{path}".encode()).hexdigest()[:32],
        fix=None,
        unfixable="mlblint itself is at fault",
    )


def _file_at_fault(error: Exception) -> str:
    """The file that the check was looking at, as far as its innermost variables tell."""
    import traceback

    frames = [frame for frame, _ in traceback.walk_tb(error.__traceback__)]
    for frame in reversed(frames):
        for value in frame.f_locals.values():
            place = value if isinstance(value, Place) else getattr(value, "place", None)
            resource = getattr(getattr(value, "delivered", value), "resource", value)
            document = getattr(place or resource, "document", None)
            source = getattr(document, "source", None)
            if source is not None:
                return str(source.path)
    return "."
