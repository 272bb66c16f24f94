"""`replacements:` copy a value of one object into fields of others
(api/filters/replacement/replacement.go@v0.18)."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from mlblint.records import dataclass
from mlblint.repo.selection import Identity, Item
from mlblint.repo.strategic_merge import PatchError
from mlblint.repo.traced import Traced, scalar_text
from mlblint.text.nodes import Path
from mlblint.text.places import Place
from mlblint.text.scalars import resolve_plain

_STEP = re.compile(r"\[[^\]]*\]|(?:\\.|[^.\\])+")


@dataclass(frozen=True)
class _Wanted:
    """Unlike the target of a patch, no regular expressions: what is given must be equal."""

    group: str
    version: str
    kind: str
    name: str
    namespace: str

    def means(self, item: Item) -> bool:
        return any(self._is(identity) for identity in item.identities)

    def _is(self, identity: Identity) -> bool:
        group, _, version = identity.api_version.rpartition("/")
        return (
            self.group in ("", group)
            and self.version in ("", version)
            and self.kind in ("", identity.kind)
            and self.name in ("", identity.name)
            and self.namespace in ("", identity.namespace)
        )


@dataclass(frozen=True)
class _Options:
    delimiter: str
    index: int
    create: bool


def replaced(items: Sequence[Item], replacement: Traced) -> list[Item]:
    """Raises PatchError where kustomize refuses. If the source is not among the objects, which
    may be because it comes from elsewhere, the targets are unknown."""
    source, targets = replacement.get("source"), replacement.get("targets")
    if source is None or targets is None:
        raise PatchError("a replacement needs a source and targets", replacement.place)
    value = _source_value(items, source)
    result = list(items)
    for target in targets.items:
        select = target.get("select")
        if select is None:
            raise PatchError("a target needs `select`", target.place)
        wanted = _wanted(select)
        rejected = [_wanted(one) for one in _listed(target, "reject")]
        for at, item in enumerate(result):
            if wanted.means(item) and not any(one.means(item) for one in rejected):
                result[at] = _written(item, target, value)
    return result


def _source_value(items: Sequence[Item], source: Traced) -> Traced | None:
    wanted = _wanted(source)
    found = [item for item in items if wanted.means(item)]
    if len(found) > 1:
        raise PatchError("the source of the replacement means several objects", source.place)
    if not found:
        return None
    steps = path_steps(_string(source, "fieldPath") or "metadata.name")
    paths = list(_matching(found[0].root, steps))
    node = found[0].root.at(*paths[0]) if paths else None
    if node is None:
        if found[0].files is not None:
            return None
        raise PatchError("the source of the replacement has no such field", source.place)
    options = _options(source)
    if not options.delimiter:
        return node
    parts = scalar_text(node).split(options.delimiter)
    if not 0 <= options.index < len(parts):
        raise PatchError("the source of the replacement has no such part", source.place)
    return node.with_data(parts[options.index])


def _written(item: Item, target: Traced, value: Traced | None) -> Item:
    options = _options(target)
    root = item.root
    for field in _listed(target, "fieldPaths") or [Traced("metadata.name", target.place)]:
        steps = path_steps(scalar_text(field))
        if not steps:
            raise PatchError("a field path is a text, such as metadata.name", field.place)
        paths = list(_matching(root, steps))
        if not paths and options.create and not any(map(_is_of_list, steps)):
            paths = [tuple(steps)]
        if not paths and not any(map(_is_search, steps)):
            raise PatchError(f'the target has no field "{scalar_text(field)}"', field.place)
        for path in paths:
            before = root.at(*path)
            root = root.put(path, _new_value(before, value, options, field.place))
    return item.remembering().with_root(root)


def _new_value(
    before: Traced | None, value: Traced | None, options: _Options, place: Place
) -> Traced:
    if value is None:
        return (before or Traced(None, place)).as_unknown()
    if value.parts is not None or isinstance(value.data, dict | list):
        return value
    text = scalar_text(value)
    if options.delimiter:
        parts = scalar_text(before).split(options.delimiter) if before is not None else []
        if options.index < 0:
            parts.insert(0, text)
        elif options.index >= len(parts):
            parts.append(text)
        else:
            parts[options.index] = text
        text = options.delimiter.join(parts)
    # Only the spelling is copied; what it means is up to the field that it is copied into.
    is_text = before is not None and isinstance(before.data, str)
    return Traced(text if is_text else resolve_plain(text), value.place, unknown=value.unknown)


def path_steps(path: str) -> list[str]:
    return [
        step if step.startswith("[") else re.sub(r"\\(.)", r"\1", step)
        for step in _STEP.findall(path)
    ]


def _is_search(step: str) -> bool:
    return step == "*" or step.startswith("[")


def _is_of_list(step: str) -> bool:
    return _is_search(step) or step.isdigit() or step == "-"


def _matching(node: Traced, steps: Sequence[str], path: Path = ()) -> Iterator[Path]:
    """The places that a path means, of those that exist."""
    if not steps:
        yield path
        return
    step, rest = steps[0], steps[1:]
    if node.is_list:
        for index, item in enumerate(node.items):
            if _selects(step, index, item):
                yield from _matching(item, rest, (*path, index))
    else:
        inner = node.get(step)
        if inner is not None:
            yield from _matching(inner, rest, (*path, step))


def _selects(step: str, index: int, item: Traced) -> bool:
    if step == "*":
        return True
    if not step.startswith("["):
        return step == str(index)
    key, _, text = step[1:-1].partition("=")
    part = item if not key else item.get(key) if item.is_map else None
    return part is not None and scalar_text(part) == text


def _wanted(node: Traced) -> _Wanted:
    return _Wanted(
        *(_string(node, key) for key in ("group", "version", "kind", "name", "namespace"))
    )


def _options(node: Traced) -> _Options:
    options = node.get("options")
    if options is None:
        return _Options("", 0, False)
    create, index = options.get("create"), options.get("index")
    return _Options(
        delimiter=_string(options, "delimiter"),
        index=index.data if index is not None and isinstance(index.data, int) else 0,
        create=create is not None and create.data is True,
    )


def _string(node: Traced, key: str) -> str:
    found = node.get(key)
    return scalar_text(found) if found is not None and not found.is_null else ""


def _listed(node: Traced, key: str) -> list[Traced]:
    found = node.get(key)
    return found.items if found is not None else []
