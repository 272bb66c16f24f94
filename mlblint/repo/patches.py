"""Patches: reading them from wherever they stand, and applying them to the objects they mean."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import field
from functools import lru_cache

from mlblint.records import dataclass
from mlblint.repo.files import Files, join
from mlblint.repo.json_patch import json_patch
from mlblint.repo.kustomization import PatchSource
from mlblint.repo.resources import resources
from mlblint.repo.selection import Item, identity_of
from mlblint.repo.spellings import as_kustomize_reads
from mlblint.repo.strategic_merge import PatchError, strategic_merge
from mlblint.repo.traced import Traced, trace
from mlblint.text.documents import Broken, Document, embedded
from mlblint.text.places import Place


@dataclass(frozen=True)
class PathError(Exception):
    """An entry that points at nothing that could be read."""

    entry: Traced


@dataclass(frozen=True, eq=False)
class Patch:
    """Either objects to merge or operations to perform. `file` is where it stands, unless it
    is part of what asks for it."""

    source: PatchSource
    objects: tuple[Traced, ...] = ()
    operations: tuple[Traced, ...] = ()
    file: str | None = None


@dataclass(frozen=True, eq=False)
class Patched:
    """`unmatched` are the patches, or objects of a patch, that found nothing to change."""

    items: list[Item]
    problems: list[PatchError] = field(default_factory=list)
    unmatched: list[Place] = field(default_factory=list)


def read_patch(source: PatchSource, folder: str, files: Files) -> Patch:
    """Raises PathError or PatchError."""
    content, path = source.content, source.path
    if content is not None and path is not None:
        raise PatchError("a patch cannot have both `patch` and `path`", source.place)
    if content is not None and not content.text():
        if content.is_list:
            return Patch(source, operations=tuple(content.items))
        if content.is_map:
            return Patch(source, objects=(content,))
    file = None
    if content is not None:
        documents = list(embedded(content.place.document, content.place.path))
        where = content.place
    elif path is not None:
        file = join(folder, path.text())
        if file is None or not files.has(file):
            raise PathError(path)
        parts = files.all_parts(file)
        documents = [part for part in parts if isinstance(part, Document)]
        where = path.place
        if any(isinstance(part, Broken) for part in parts):
            raise PatchError(f'the patch "{path.text()}" is not readable as YAML', where)
    else:
        raise PatchError("a patch needs `patch` or `path`", source.place)
    return _patch(source, documents, where, file)


def _patch(source: PatchSource, documents: list[Document], where: Place, file: str | None) -> Patch:
    filled = [document for document in documents if document.data is not None]
    if len(filled) == 1 and isinstance(filled[0].data, list) and filled[0].data:
        root = Traced(filled[0].data, Place(filled[0]))
        return Patch(source, operations=tuple(root.items), file=file)
    objects = [one for document in filled for one in _objects(document)]
    if not objects:
        raise PatchError(
            "this is neither a list of JSON patch operations nor an object with apiVersion, "
            "kind and metadata.name",
            where,
        )
    return Patch(source, objects=tuple(objects), file=file)


@lru_cache(maxsize=1024)
def _objects(document: Document) -> tuple[Traced, ...]:
    """Hundreds of kustomizations may ask for one and the same patch."""
    return tuple(as_kustomize_reads(trace(one)) for one in resources(document) if one.name)


def apply_patch(items: Sequence[Item], patch: Patch) -> Patched:
    if patch.operations:
        return _apply_operations(items, patch)
    if patch.source.target is None or patch.source.form == "strategic":
        return _apply_by_identity(items, patch)
    if len(patch.objects) > 1:
        problem = "a patch with a target cannot have several documents"
        return Patched(list(items), [PatchError(problem, patch.source.place)])
    return _apply_to_selected(items, patch)


def mark_unknown(items: Sequence[Item], source: PatchSource) -> list[Item]:
    """A patch that cannot be read may do anything to the objects that it names."""
    target = source.target
    if target is None:
        return list(items)
    return [
        item.with_root(item.root.as_unknown()) if target.matches(item) else item for item in items
    ]


def _apply_operations(items: Sequence[Item], patch: Patch) -> Patched:
    target = patch.source.target
    if target is None:
        problem = "a JSON patch needs a target"
        return Patched(list(items), [PatchError(problem, patch.source.place)])
    result = Patched([])
    matched = False
    for item in items:
        if not target.matches(item):
            result.items.append(item)
            continue
        matched = True
        try:
            root = json_patch(item.root, list(patch.operations))
            result.items.append(item.remembering().with_root(root))
        except PatchError as error:
            result.problems.append(error)
            result.items.append(item)
    if not matched:
        result.unmatched.append(patch.source.place)
    return result


def _apply_to_selected(items: Sequence[Item], patch: Patch) -> Patched:
    target = patch.source.target
    assert target is not None
    result = Patched([])
    bare = _without_identity(patch.objects[0], patch.source)
    matched = False
    for item in items:
        if target.matches(item):
            matched = True
            result.items.extend(_merged(item, bare, patch.source, result))
        else:
            result.items.append(item)
    if not matched:
        result.unmatched.append(patch.source.place)
    return result


def _apply_by_identity(items: Sequence[Item], patch: Patch) -> Patched:
    result = Patched(list(items))
    for one in patch.objects:
        wanted = identity_of(one)
        matches = [item for item in result.items if wanted in item.identities]
        if not matches:
            result.unmatched.append(one.place)
        elif len(matches) > 1:
            problem = f"the patch means several objects: {wanted.kind} {wanted.name}"
            result.problems.append(PatchError(problem, one.place))
        else:
            at = result.items.index(matches[0])
            bare = _without_identity(one, patch.source)
            result.items[at : at + 1] = _merged(matches[0], bare, patch.source, result)
    return result


def _without_identity(patch: Traced, source: PatchSource) -> Traced:
    """api/resource/resource.go@v0.18, `ApplySmPatch`: the object stays what it is called."""
    patch = patch.dropping("apiVersion")
    if not source.may_change_kind:
        patch = patch.dropping("kind")
    metadata = patch.get("metadata")
    if metadata is not None and metadata.is_map:
        metadata = metadata.dropping("namespace")
        if not source.may_rename:
            metadata = metadata.dropping("name")
        patch = patch.with_field("metadata", metadata)
    return patch


def _merged(item: Item, patch: Traced, source: PatchSource, result: Patched) -> Iterator[Item]:
    if source.may_rename or source.may_change_kind:
        item = item.remembering()
    try:
        root = strategic_merge(item.root, patch)
    except PatchError as error:
        result.problems.append(error)
        yield item
        return
    if root is not None:
        yield item.with_root(root)
