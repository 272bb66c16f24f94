"""Rules that are a card and nothing else: resources that match must satisfy a schema."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any

from mlblint.cards import Card, Operation, Pattern, fill
from mlblint.config import Config
from mlblint.context import Context, subject_of
from mlblint.findings import Fix, Problem
from mlblint.repo.delivery import Delivered
from mlblint.repo.evidence import EVIDENCE, Evidence
from mlblint.repo.metallb import BGP, L2
from mlblint.repo.model import Cluster
from mlblint.repo.resources import Resource, get, is_opaque
from mlblint.repo.versions import applies
from mlblint.schema import accepts, violations
from mlblint.text.nodes import Path

if TYPE_CHECKING:
    from mlblint.text.edits import Edit


def check(card: Card, context: Context) -> Iterator[Problem]:
    pattern = card.pattern
    assert pattern is not None
    for cluster in context.model.clusters:
        if pattern.change and applies(pattern.change, cluster.version) is False:
            continue
        if cluster.only_assigns and _asks_who_announces(card, pattern):
            continue
        for delivered in cluster.delivered:
            resource = delivered.resource
            if resource.is_a(pattern.group, *pattern.kinds) and _accepts(pattern.where, resource):
                for path in _faults(pattern, resource):
                    yield _problem(card, pattern, path, delivered, cluster, context)


def _asks_who_announces(card: Card, pattern: Pattern) -> bool:
    """Advertisements are the speaker's: without one, nobody reads what they say."""
    return card.judges == "reachability" and {L2, BGP}.issuperset(pattern.kinds)


def _accepts(schema: Mapping[str, Any] | bool, resource: Resource) -> bool:
    return schema if isinstance(schema, bool) else accepts(schema, resource.data)


def _faults(pattern: Pattern, resource: Resource) -> Iterator[Path]:
    """The places that fall short; of what cannot be known nothing is concluded."""
    if _accepts(pattern.require, resource):
        return
    if pattern.at is not None or pattern.require is False:
        at = pattern.at or ()
        if not _is_undecided(resource, at):
            yield at
        return
    assert isinstance(pattern.require, Mapping)
    for violation in violations(pattern.require, resource.data):
        if not _is_undecided(resource, violation.path):
            yield violation.path


def _is_undecided(resource: Resource, path: Path) -> bool:
    return resource.is_unknown(*path) or is_opaque(get(resource.data, *path))


def _problem(
    card: Card,
    pattern: Pattern,
    path: Path,
    delivered: Delivered,
    cluster: Cluster,
    context: Context,
) -> Problem:
    resource = delivered.resource
    place = resource.place(*path)
    value = get(resource.data, *path)
    words = {
        "kind": resource.kind,
        "name": resource.name,
        "namespace": delivered.namespace or "default",
        "value": "" if value is None else str(value),
    }
    fix, unfixable = _fix(card, resource, cluster, context, words)
    return Problem(
        place=place if place.exists and path else place.key,
        message=fill(pattern.message, words),
        help=fill(pattern.help, words),
        subject=subject_of(delivered, cluster),
        fix=fix,
        unfixable=unfixable,
    )


def _fix(
    card: Card, resource: Resource, cluster: Cluster, context: Context, words: Mapping[str, str]
) -> tuple[Fix | None, str | None]:
    if not card.fix.operations:
        return None, card.fix.why or "what is right here is for a person to decide"
    edits: list[Edit] = []
    certain = True
    for operation in card.fix.operations:
        value = operation.value
        if operation.from_config or operation.evidence:
            evidence = _evidence(operation, context.config, cluster, resource)
            if evidence is None:
                return None, _missing(operation)
            value = evidence.value
            certain = certain and evidence.certain
        edits.append(_edit(operation, resource, value))
    safe = card.fix.availability in ("safe", "sometimes") and certain
    title = fill(card.fix.title, words) or card.title
    return Fix(title, tuple(edits), "safe" if safe else "unsafe"), None


def _evidence(
    operation: Operation, config: Config, cluster: Cluster, resource: Resource
) -> Evidence | None:
    if operation.from_config:
        value: Any = config
        for key in operation.from_config:
            value = getattr(value, key.replace("-", "_"))
        if value:
            return Evidence(list(value) if isinstance(value, tuple) else value, certain=True)
    return EVIDENCE[operation.evidence](cluster, resource) if operation.evidence else None


def _missing(operation: Operation) -> str:
    key = ".".join(operation.from_config or ())
    return (
        f"nothing tells the value: write `{key}` in .mlblint.yaml"
        if key
        else ("nothing in the repository tells the value")
    )


def _edit(operation: Operation, resource: Resource, value: object) -> Edit:
    from mlblint.text.edits import Append, Insert, Remove, RenameKey, Set

    place = resource.place(*operation.path)
    if operation.verb == "insert" and (place / operation.key).exists:
        # There, but null or empty.
        return Set(place / operation.key, value)
    if operation.verb == "insert":
        return Insert(place, operation.key, value, operation.after)
    if operation.verb == "set":
        return Set(place, value)
    if operation.verb == "append":
        return Append(place, value)
    return Remove(place) if operation.verb == "remove" else RenameKey(place, operation.key)
