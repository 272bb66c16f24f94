"""Strategic merge, exactly as kustomize does it, its oddities included.

kustomize does not use Kubernetes' own implementation: a list with two merge keys loses a patch
that spells out a default (`protocol: TCP`), for instance. What is deployed is what kustomize
makes, so this follows its walker step by step (kyaml/yaml/walk/{map,associative_sequence}.go,
kyaml/yaml/merge2/{merge2,smpdirective}.go, kyaml/yaml/fns.go@kyaml/v0.18).
"""

from __future__ import annotations

from mlblint.records import dataclass
from mlblint.repo.merge_keys import Schema, schema_of
from mlblint.repo.spellings import is_quoted, spelling
from mlblint.repo.traced import Traced, is_blank, plain_text, scalar_text
from mlblint.text.places import Place

DIRECTIVE = "$patch"


@dataclass(frozen=True)
class PatchError(Exception):
    """Why kustomize refuses to apply a patch, and the part of the patch that is to blame."""

    problem: str
    place: Place

    def __str__(self) -> str:
        return self.problem


def strategic_merge(target: Traced, patch: Traced) -> Traced | None:
    """The target after the patch; None if the patch deletes it."""
    if _directive(patch) == "replace":
        # The walker swaps the root for the patch, and the caller keeps the old root.
        return target
    return _merge(target, patch, None)


def _merge(target: Traced | None, patch: Traced | None, schema: Schema | None) -> Traced | None:
    first = patch if is_blank(target) else target
    if first is None or first.is_null:
        return target if patch is None else None
    if target is None and schema is None and first.parts is None and _stays(first.data):
        return first
    schema = schema or _schema_inside(target, patch)
    for source in (target, patch):
        if source is not None and not source.is_null and _kind(source) != _kind(first):
            raise PatchError(
                f"a {_kind(source)} cannot be merged into a {_kind(first)}",
                (patch or source).place,
            )
    if first.is_map:
        return _merge_maps(target, patch, schema)
    if first.is_list and schema is not None and schema.keys is not None:
        return _merge_lists(target, patch, schema, schema.keys)
    return _merge_scalars(target, patch)


def _stays(added: object) -> bool:
    """Whether the walk that follows would change nothing: there are no directives in it, nothing
    that is taken away, and no object with a schema of its own."""
    if isinstance(added, dict):
        special = DIRECTIVE in added or "apiVersion" in added
        return not special and all(map(_stays, added.values()))
    return added is not None


def _merge_scalars(target: Traced | None, patch: Traced | None) -> Traced | None:
    """A value keeps the quotes of the one that it replaces, and thereby becomes a string."""
    if patch is None or patch.is_null:
        return target if patch is None else None
    if target is None or not isinstance(target.data, str) or isinstance(patch.data, str):
        return patch
    return patch.with_data(spelling(patch)) if is_quoted(target) else patch


def _schema_inside(target: Traced | None, patch: Traced | None) -> Schema | None:
    for source in (target, patch):
        api_version = source.field("apiVersion") if source is not None else None
        if source is not None and api_version is not None:
            found = schema_of(plain_text(api_version), plain_text(source.field("kind")))
            if found is not None:
                return found
    return None


def _kind(node: Traced) -> str:
    return "mapping" if node.is_map else "list" if node.is_list else "scalar"


def _merge_maps(
    target: Traced | None, patch: Traced | None, schema: Schema | None
) -> Traced | None:
    if patch is not None and patch.is_null:
        return None
    directive = _directive(patch) if patch is not None else None
    if directive == "delete":
        return None
    if patch is not None and directive is not None:
        known = directive in ("replace", "merge")
        if not known and not is_blank(target):
            raise PatchError(f'"{directive}" is no patch strategy', patch.place / DIRECTIVE)
        bare = patch.dropping(DIRECTIVE) if known else patch
        target, patch = (bare, bare) if target is patch else (target, bare)
    if is_blank(target) or directive == "replace":
        target = patch
    return None if target is None else _merge_fields(target, patch, schema)


def _merge_fields(target: Traced, patch: Traced | None, schema: Schema | None) -> Traced:
    inner = schema.fields if schema is not None else {}
    names = set(patch.names) if patch is not None else set()
    # Lists with merge keys are tidied even where the patch does not mention them.
    names.update(name for name in inner if target.get(name) is not None)
    result = target
    for name in sorted(names):
        before = target.get(name)
        given = before if target is patch else patch.get(name) if patch is not None else None
        after = _merge(before, given, inner.get(name))
        if after is None or after.is_null:
            result = result.without(name, given.place) if given is not None else result
        elif after is not before:
            result = result.with_field(name, after)
    return result


def _directive(patch: Traced) -> str | None:
    node = patch.get(DIRECTIVE) if patch.is_map else None
    return scalar_text(node) if node is not None else None


def _merge_lists(
    target: Traced | None, patch: Traced | None, schema: Schema, keys: tuple[str, ...]
) -> Traced | None:
    if patch is not None and patch.is_null:
        return None
    if target is None or target.is_null:
        assert patch is not None
        items = list(patch.items)
        return patch.with_items(_merge_items(items, items, keys, schema.items))
    given = list(patch.items) if patch is not None else None
    if given is not None:
        directive = _list_directive(given)
        if directive is not None:
            _set(given, (DIRECTIVE,), (directive,), None)
        if directive == "delete":
            return None
        if directive == "replace":
            assert patch is not None
            return patch.with_items(_merge_items(given, given, keys, schema.items))
    before = target.items
    after = _merge_items(list(before), given, keys, schema.items)
    unchanged = len(after) == len(before) and all(
        a is b for a, b in zip(after, before, strict=True)
    )
    return target if unchanged else target.with_items(after)


def _list_directive(items: list[Traced]) -> str | None:
    for item in items:
        if item.is_map and item.get(DIRECTIVE) is not None:
            return _directive(item) if len(item.names) == 1 else None
    return None


def _merge_items(
    target: list[Traced], patch: list[Traced] | None, keys: tuple[str, ...], schema: Schema | None
) -> list[Traced]:
    """`target` is used up; it may be the same list as `patch`."""
    names = keys or ("",)
    values = _values([patch or [], target], names)
    if len(names) > 1:
        values = _unified(values)
    result: list[Traced] = []
    used: tuple[str, ...] = names
    for wanted in values:
        used, texts = _used_keys(values, wanted, names)
        sought, sought_texts = _used_keys([texts], texts, used)
        before = _find(target, sought, sought_texts)
        given = _find(patch, sought, sought_texts) if patch is not None else None
        item = _merge(before, given, schema)
        if before is not None and before is not given:
            _swap(target, before, before if _replaces(given) else item or before)
        if given is not None and patch is not None:
            # A directive is taken out of the patch where it stands: who comes by again, because
            # two keys lead here, finds none.
            bare = given.dropping(DIRECTIVE) if _directive(given) else given
            _swap(patch, given, item or bare if before is given else bare)
        if item is None or item.is_null or (item.is_map and not item.names):
            _set(target, used, texts, None)
            continue
        for key, text in zip(used, texts, strict=True):
            if key and text and item.get(key) is None:
                item = item.with_field(key, Traced(text, item.place / key))
        _set(result, used, texts, item)
    if not values:
        return target
    for item in list(target):
        _append(result, used, item)
    return result


def _replaces(patch: Traced | None) -> bool:
    return patch is not None and _directive(patch) == "replace"


def _swap(items: list[Traced], old: Traced, new: Traced) -> None:
    items[:] = [new if one is old else one for one in items]


def _values(sources: list[list[Traced]], keys: tuple[str, ...]) -> list[tuple[str, ...]]:
    """What identifies each item, those of the patch first, every one once."""
    found: dict[tuple[str, ...], None] = {}
    for items in sources:
        for item in items:
            texts = []
            for key in keys:
                part = item if key == "" else item.get(key) if item.is_map else None
                texts.append("" if is_blank(part) or part is None else scalar_text(part))
            found.setdefault(tuple(texts))
    return list(found)


def _unified(values: list[tuple[str, ...]]) -> list[tuple[str, ...]]:
    """Items that differ only where one of them says nothing count as one and the same."""
    unified = list(values)
    for i in range(len(unified)):
        one = unified[i]
        for j in range(len(unified)):
            pairs = list(zip(one, unified[j], strict=True))
            if any(a == b for a, b in pairs) and all(a == b or not a or not b for a, b in pairs):
                unified[i] = unified[j] = tuple(a or b for a, b in pairs)
    return unified


def _used_keys(
    values: list[tuple[str, ...]], texts: tuple[str, ...], keys: tuple[str, ...]
) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Only the keys that some item has count; if none has any, all do."""
    used = [i for i in range(len(keys)) if any(value[i] for value in values)]
    if not used:
        return keys, texts
    return tuple(keys[i] for i in used), tuple(texts[i] for i in used)


def _find(items: list[Traced], keys: tuple[str, ...], texts: tuple[str, ...]) -> Traced | None:
    for item in items:
        if keys[0] == "":
            if scalar_text(item) == texts[0]:
                return item
        elif item.is_map:
            parts = [item.get(key) for key in keys]
            if all(
                part is not None and scalar_text(part) == text
                for part, text in zip(parts, texts, strict=True)
            ):
                return item
    return None


def _append(result: list[Traced], keys: tuple[str, ...], item: Traced) -> None:
    if keys[0] == "":
        _set(result, keys, (scalar_text(item),), item)
        return
    texts: list[str] = []
    for key in keys:
        part = item.get(key) if item.is_map else None
        if part is None:
            result.append(item)
        else:
            texts.append(scalar_text(part))
    if len(keys) > 1:
        _set(result, keys, tuple(texts), None)
    _set(result, keys, tuple(texts), item)


def _set(
    items: list[Traced], keys: tuple[str, ...], texts: tuple[str, ...], item: Traced | None
) -> None:
    """Replaces the items that match, or removes them; appends if none does."""
    kept: list[Traced] = []
    matched = False
    for one in items:
        if one.is_null or (one.is_map and not one.names):
            continue
        if not one.is_map and keys[0] and texts and texts[0]:
            kept.append(one)
            continue
        if not _matches(one, keys, texts):
            if texts:
                kept.append(one)
            continue
        matched = True
        if item is not None:
            kept.append(item)
    if item is not None and not matched:
        kept.append(item)
    items[:] = kept


def _matches(item: Traced, keys: tuple[str, ...], texts: tuple[str, ...]) -> bool:
    found = False
    for index, key in enumerate(keys):
        # With fewer texts than keys, the last answer stands for the rest.
        if index < len(texts):
            part = item if key == "" else item.get(key) if item.is_map else None
            found = part is not None and (
                scalar_text(part) == texts[index] or (key != "" and not texts[index])
            )
        if not found:
            return False
    return found
