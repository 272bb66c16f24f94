"""MetalLB objects that the API server refuses: their kind, its version, or what a field holds."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import replace

from mlblint.context import Context, subject_of
from mlblint.findings import Problem
from mlblint.repo.delivery import WAVE
from mlblint.repo.kinds import OPERATOR_KINDS, schema_of, served
from mlblint.repo.metallb import GROUP
from mlblint.repo.resources import Resource, get, is_opaque
from mlblint.repo.schemas import faults, is_in, since_of, without_nulls
from mlblint.repo.versions import ADDRESS_POOL_READ, RELEASES, Version, applies
from mlblint.schema import Schema, Violation, nearest
from mlblint.text.guards import dotted
from mlblint.text.nodes import Path

_CONSEQUENCE = "so the cluster keeps what it has, and gets nothing of this"
_WAITS = re.compile(r"_[\w-]+_")
_FORMER_POOL = "AddressPool"
_WAVE_PATH = ("metadata", "annotations", WAVE)  # A wave that is a number is rule 503's.


def check(context: Context) -> Iterator[Problem]:
    for cluster in context.model.clusters:
        for delivered in cluster.delivered:
            resource = delivered.resource
            if resource.group != GROUP or resource.kind in OPERATOR_KINDS:
                continue
            if resource.kind == _FORMER_POOL and not applies(ADDRESS_POOL_READ, cluster.version):
                continue  # Rule 407 tells what became of it.
            for problem in _judge(resource, cluster.version):
                yield replace(problem, subject=subject_of(delivered, cluster))


def _judge(resource: Resource, version: Version | None) -> Iterator[Problem]:
    if is_opaque(resource.kind) or is_opaque(resource.api_version):
        return
    schema = schema_of(resource.kind, resource.api_version.rpartition("/")[2])
    if schema is None or (version is not None and not is_in(schema, version)):
        yield from _not_served(resource, schema, version)
        return
    data = without_nulls(resource.data)
    certain = faults(schema, data, version)
    newer = faults(schema, data, version, drops_unknown=True) if version is None else certain
    for violation in newer:
        path = (*violation.path, violation.missing) if violation.missing else violation.path
        if path != _WAVE_PATH and not _is_undecided(resource, path):
            problem = _problem(resource, path, violation, version)
            # A release from before the field drops it.
            yield problem if violation in certain else replace(problem, severity="warning")


def _not_served(
    resource: Resource, schema: Schema | None, version: Version | None
) -> Iterator[Problem]:
    kind, versions = resource.kind, served().get(resource.kind, ())
    if schema is not None and version is not None:
        since = since_of(schema)
        words = "no longer has" if since is not None and since <= version else "does not have yet"
        yield Problem(
            resource.place("kind"),
            f"MetalLB {version} {words} the kind {kind} of {resource.api_version}: the API server "
            f"does not know it and refuses `{resource.name}`, {_CONSEQUENCE}",
            f"{kind} came with MetalLB {since}",
            unfixable="it needs another release of MetalLB",
        )
    elif versions:
        known = " and ".join(f"{GROUP}/{one}" for one in versions)
        yield Problem(
            resource.place("apiVersion"),
            f"MetalLB never had {kind} in `{resource.api_version}`, only in {known}: the API "
            f"server refuses `{resource.name}`, {_CONSEQUENCE}",
            f"write `apiVersion: {GROUP}/{versions[-1]}`, and check the fields",
            unfixable="another version may have other fields",
        )
    else:
        meant = nearest(kind, served())
        newest = RELEASES[-1]
        if meant is None and (version is None or version > newest):
            return
        hint = f"did you mean `{meant}`?" if meant else f"its kinds are {', '.join(served())}"
        yield Problem(
            resource.place("kind"),
            f"MetalLB has no kind `{kind}`: the API server refuses `{resource.name}`, "
            f"{_CONSEQUENCE}",
            hint,
            unfixable="which kind was meant has to be decided by a person",
        )


def _is_undecided(resource: Resource, path: Path) -> bool:
    """Whether somebody else may yet fill in what is wrong here, or around it."""
    if resource.is_unknown(*path) or is_opaque(get(resource.data, *path)):
        return True
    around = get(resource.data, *path[:-1])
    beside = around if isinstance(around, Mapping) else {}
    return any(map(is_opaque, (*beside, around))) or _is_placeholder(get(resource.data, *path))


def _is_placeholder(value: object) -> bool:
    """`_replaced_` waits for a kustomization; `[{ env "range" }]` is a template, whose
    delimiters can be read as YAML."""
    if isinstance(value, str):
        return _WAITS.fullmatch(value) is not None
    if not isinstance(value, Mapping) or len(value) != 1:
        return False
    ((key, inner),) = value.items()
    return inner is None and " " in str(key)


def _named(resource: Resource) -> str:
    return f"{resource.kind} `{resource.name}`" if resource.name else resource.kind


def _problem(
    resource: Resource, path: Path, violation: Violation, version: Version | None
) -> Problem:
    where = dotted(path)
    fault = f"`{where}` is missing" if violation.missing else f"`{where}`: {violation.message}"
    release = f" of MetalLB {version}" if version is not None else ""
    bare = resource.get(*path) in ("true", "false") or str(resource.get(*path)).isdigit()
    quoted = bare and violation.message.endswith('"')
    return Problem(
        resource.place(*path),
        f"{fault}. The API server refuses the {_named(resource)} by the schema"
        f"{release}, {_CONSEQUENCE}",
        "write it without quotes" if quoted else f"give `{where}` a value that the schema allows",
        unfixable="which value was meant has to be decided by a person",
    )
