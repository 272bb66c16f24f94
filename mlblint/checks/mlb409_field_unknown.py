"""Fields of MetalLB objects that the API server prunes without a word."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from mlblint.context import Context, subject_of
from mlblint.findings import Fix, Problem, Subject
from mlblint.repo.kinds import OPERATOR_KINDS, Home, fields, schema_of, served
from mlblint.repo.metallb import GROUP
from mlblint.repo.resources import Resource, get, is_opaque, mapping
from mlblint.repo.schemas import at, field, is_in, since_of, unknown_keys, without_nulls
from mlblint.repo.versions import RELEASES, Version
from mlblint.schema import Schema, accepts, nearest, surely_meant
from mlblint.text.edits import RenameKey
from mlblint.text.guards import dotted
from mlblint.text.nodes import Path

_FORMER_POOL = "AddressPool"
_UNSURE = "which field was meant has to be decided by a person"


class _Guess(NamedTuple):
    """What can be said of a field that is none. `sibling` is the field beside it that was
    surely meant."""

    words: str
    help: str
    sibling: str | None = None


def check(context: Context) -> Iterator[Problem]:
    for cluster in context.model.clusters:
        for delivered in cluster.delivered:
            resource = delivered.resource
            if resource.group == GROUP and resource.kind not in OPERATOR_KINDS:
                yield from _judge(resource, cluster.version, subject_of(delivered, cluster))


def _judge(resource: Resource, version: Version | None, subject: Subject) -> Iterator[Problem]:
    schema = schema_of(resource.kind, resource.api_version.rpartition("/")[2])
    if schema is None or (version is not None and not is_in(schema, version)):
        return
    for path in unknown_keys(schema, without_nulls(resource.data), version):
        # What stands in `status` is no wish, and rule 104's.
        if path[0] == "status" or is_opaque(path[-1]) or resource.is_unknown(*path):
            continue
        guess = _guess(resource, schema, path, version)
        # A release that is not known here may have more fields.
        if guess.sibling or version is None or version <= RELEASES[-1]:
            yield _problem(resource, schema, path, guess, subject)


def _problem(
    resource: Resource, schema: Schema, path: Path, guess: _Guess, subject: Subject
) -> Problem:
    fix = _renaming(resource, schema, path, guess.sibling) if guess.sibling else None
    return Problem(
        resource.place(*path).key,
        f"`{dotted(path)}` {guess.words}: the API server drops it without a word, and MetalLB "
        "never sees it",
        guess.help,
        subject=subject,
        fix=fix,
        unfixable=None if fix else _UNSURE,
    )


def _renaming(resource: Resource, schema: Schema, path: Path, name: str) -> Fix | None:
    """Only where the value fits, the field is not given yet, and the key stands by itself: in
    a JSON patch it is a part of a path."""
    meant = (*path[:-1], name)
    found = field(schema, meant)
    place = resource.place(*path)
    if found is None or get(resource.data, *meant) is not None or place.path[-1:] != path[-1:]:
        return None
    plain = {"$defs": schema.get("$defs", {}), **found}
    value = without_nulls(resource.get(*path))
    if not accepts(at(plain, RELEASES[-1]), value):
        return None
    return Fix(f"rename it to `{name}`", (RenameKey(place, name),), "unsafe")


def _guess(resource: Resource, schema: Schema, path: Path, version: Version | None) -> _Guess:
    kind, key = resource.kind, str(path[-1])
    release = f"MetalLB {version}" if version is not None else "any release of MetalLB"
    ever = field(schema, path)
    if ever is not None:
        since = since_of(ever)
        return _Guess(
            f"exists since MetalLB {since}, and this cluster runs {version}",
            f"update MetalLB to {since} or later, or do without it",
        )
    beside = list(mapping(mapping(_around(schema, path, version)).get("properties")))
    sibling = surely_meant(key, beside)
    if sibling is not None:
        return _Guess(
            f"is not spelt like a field of {kind}, which has `{sibling}`",
            f"write `{sibling}`",
            sibling,
        )
    home = _home(resource, path)
    if home is not None:
        return home
    close = nearest(key, beside)
    if close is not None:
        return _Guess(f"is no field of {kind} in {release}", f"did you mean `{close}`?")
    where = dotted(path[:-1]) if path[:-1] else kind
    known = ", ".join(f"`{one}`" for one in beside)
    return _Guess(
        f"is no field of {kind} in {release}",
        f"`{where}` has {known}" if known else "take it out",
    )


def _around(schema: Schema, path: Path, version: Version | None) -> Schema | None:
    return field(at(schema, version) if version is not None else schema, path[:-1])


def _home(resource: Resource, path: Path) -> _Guess | None:
    """Where a field of that name belongs: elsewhere in this kind, in another version of it, or
    in another kind."""
    kind, key = resource.kind, str(path[-1])
    own = resource.api_version.rpartition("/")[2]
    homes = [home for home in _homes() if surely_meant(key, [str(home.path[-1])])]
    for home in homes:
        where = dotted(home.path)
        if home.kind == kind and home.version == own and home.path != path:
            return _Guess(
                f"stands in the wrong place: {kind} has `{where}`", f"move it to `{where}`"
            )
        if home.kind == kind and home.version != own:
            return _Guess(
                f"is a field of {kind} {home.version}, but not of {own}",
                f"write `apiVersion: {GROUP}/{home.version}`",
            )
    others = [home for home in homes if home.kind not in (kind, _FORMER_POOL)]
    literal = [home for home in others if home.path[-1] == key]
    names = sorted({home.kind for home in literal or others})
    if len(path) == 2 and names:
        aim = "of these addresses" if kind == "IPAddressPool" else "that it is meant for"
        return _Guess(
            f"is a field of {' and '.join(names)}, not of {kind}",
            f"give it to the {' or '.join(names)} {aim}",
        )
    if key == "protocol" and kind == "IPAddressPool":
        return _Guess(
            "was a field of AddressPool, which MetalLB 0.14 gave up",
            "leave it out: an L2Advertisement announces the pool by layer2, a BGPAdvertisement by "
            "bgp",
        )
    return None


def _homes() -> Iterator[Home]:
    for kind, versions in served().items():
        for version in versions:
            yield from fields(kind, version)
