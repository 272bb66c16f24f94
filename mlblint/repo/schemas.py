"""JSON Schemas that know releases: what the API server and the chart take, by version.

One schema speaks of every release. `x-since` and `x-until` say in which a field exists, `x-before`
which keywords were others before a release: the entry of the nearest release to come counts.
`x-ignored` marks what is dropped unread.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping
from functools import cache
from typing import Any, Concatenate, ParamSpec, TypeVar

from mlblint.package_data import data_folder
from mlblint.repo.resources import mapping
from mlblint.repo.versions import RELEASES, Version, parse_version
from mlblint.schema import Schema, Violation, violations
from mlblint.text.nodes import Path

P = ParamSpec("P")
T = TypeVar("T")

_SINCE, _UNTIL, _BEFORE, _IGNORED = "x-since", "x-until", "x-before", "x-ignored"


@cache
def load(name: str) -> Schema:
    """A file of the folder `schemas`."""
    schema: Schema = json.loads((data_folder("schemas") / name).read_text("utf-8"))
    return schema


def _once(function: Callable[Concatenate[Schema, P], T]) -> Callable[Concatenate[Schema, P], T]:
    """The same of a schema, worked out once: thousands of objects may have it."""
    known: dict[object, tuple[Schema, T]] = {}

    def remembered(schema: Schema, /, *rest: P.args, **named: P.kwargs) -> T:
        key = (id(schema), rest, *named.items())
        if key not in known:
            # The schema is kept, so that no other gets its identity.
            known[key] = schema, function(schema, *rest, **named)
        return known[key][1]

    return remembered


def is_in(schema: Schema, version: Version) -> bool:
    """Whether something exists in a release."""
    since, until = since_of(schema), _release(schema.get(_UNTIL))
    return (since is None or since <= version) and (until is None or version < until)


def since_of(schema: Schema) -> Version | None:
    return _release(schema.get(_SINCE))


def until_of(schema: Schema) -> Version | None:
    return _release(schema.get(_UNTIL))


@_once
def at(schema: Schema, version: Version) -> Schema:
    """The schema of one release, in keywords of JSON Schema alone."""
    return _at_release(schema, version)


def _at_release(schema: Schema, version: Version) -> Schema:
    if schema.get(_IGNORED):
        return {}
    changes = {parse_version(text): keywords for text, keywords in schema.get(_BEFORE, {}).items()}
    ahead = [release for release in changes if release is not None and version < release]
    keywords = {**schema, **(changes[min(ahead)] if ahead else {})}
    return {
        keyword: _at(keyword, value, version)
        for keyword, value in keywords.items()
        if not keyword.startswith("x-")
    }


def _at(keyword: str, value: Any, version: Version) -> Any:
    if keyword in ("properties", "$defs"):
        return {
            key: _at_release(field, version)
            for key, field in value.items()
            if is_in(field, version)
        }
    if keyword in ("items", "additionalProperties", "if", "then", "else"):
        return _at_release(value, version) if isinstance(value, Mapping) else value
    return value


@_once
def eras(schema: Schema) -> list[Version]:
    """The oldest release of each span of releases that have one schema."""
    starts = {release for release in _turns(schema) if is_in(schema, release)}
    first = next((release for release in RELEASES if is_in(schema, release)), None)
    return sorted(starts | {first} if first is not None else starts)


def _turns(schema: Any) -> Iterator[Version]:
    if not isinstance(schema, Mapping):
        return
    texts = [schema.get(_SINCE), schema.get(_UNTIL), *mapping(schema.get(_BEFORE))]
    yield from (release for text in texts if (release := _release(text)) is not None)
    for keyword, value in schema.items():
        if keyword in ("properties", "$defs"):
            for field in value.values():
                yield from _turns(field)
        elif keyword != _BEFORE:
            yield from _turns(value)


def faults(
    schema: Schema, data: object, version: Version | None, *, drops_unknown: bool = False
) -> list[Violation]:
    """What is wrong with `data`; of an unknown release, only what is wrong in every one. Where
    fields that a schema does not know are dropped unread, the releases before a field came say
    nothing of it."""
    if version is not None:
        return list(violations(at(schema, version), data))
    found: list[Violation] = []
    for index, release in enumerate(reversed(eras(schema))):
        then = at(schema, release)
        here = list(violations(then, data))
        at_places = {(one.path, one.kind, one.missing) for one in here}
        found = (
            [
                one
                for one in found
                if (one.path, one.kind, one.missing) in at_places
                or (drops_unknown and field(then, one.path) is None)
            ]
            if index
            else here
        )
        if not found:
            break
    return found


def unknown_keys(schema: Schema, data: object, version: Version | None) -> Iterator[Path]:
    """Where `data` has keys that no schema speaks of; in an unknown release, none ever did."""
    here = at(schema, version) if version is not None else schema
    yield from _unknown(here, here, data, ())


def _unknown(root: Schema, schema: Any, data: object, path: Path) -> Iterator[Path]:
    schema = followed(root, schema)
    if isinstance(data, list):
        for index, item in enumerate(data):
            yield from _unknown(root, schema.get("items"), item, (*path, index))
    known = schema.get("properties")
    if not isinstance(data, Mapping) or known is None or schema.get(_IGNORED):
        return
    for key, value in data.items():
        if key in known:
            yield from _unknown(root, known[key], value, (*path, key))
        elif "additionalProperties" not in schema and isinstance(key, str):
            yield (*path, key)


def field(root: Schema, path: Path) -> Schema | None:
    """What the schema says of the value at `path`, if anything."""
    schema: Any = root
    for key in path:
        schema = followed(root, schema)
        schema = (
            schema.get("items")
            if isinstance(key, int)
            else mapping(schema.get("properties")).get(key)
        )
        if schema is None:
            return None
    return followed(root, schema)


def followed(root: Schema, schema: Any) -> Mapping[str, Any]:
    """The schema itself, or what its `$ref` leads to."""
    if isinstance(schema, Mapping) and "$ref" in schema:
        target: Mapping[str, Any] = root["$defs"][schema["$ref"].rpartition("/")[2]]
        return target
    return mapping(schema)


def without_nulls(data: Any) -> Any:
    """Data as the API server and Helm look at it: a key that is null is not there."""
    if isinstance(data, Mapping):
        return {k: without_nulls(value) for k, value in data.items() if value is not None}
    return [without_nulls(item) for item in data] if isinstance(data, list) else data


def _release(text: object) -> Version | None:
    return parse_version(text) if isinstance(text, str) else None
