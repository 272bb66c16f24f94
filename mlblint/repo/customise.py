"""The transformations of a kustomization, in kustomize's order."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator

from mlblint.repo.files import Files, join
from mlblint.repo.kustomization import Kustomization, PatchSource, field_specs, patch_source
from mlblint.repo.patches import (
    PathError,
    apply_patch,
    mark_unknown,
    read_patch,
)
from mlblint.repo.replacements import replaced
from mlblint.repo.resources import is_opaque
from mlblint.repo.stage import Stage, is_above
from mlblint.repo.strategic_merge import PatchError
from mlblint.repo.traced import Traced
from mlblint.repo.transformers import (
    METADATA_LABELS,
    Pairs,
    with_affix,
    with_namespace,
    with_pairs,
)
from mlblint.text.documents import Document, embedded
from mlblint.text.places import Place

_HARMLESS = ("ImageTagTransformer", "ReplicaCountTransformer")


def customise(stage: Stage, asked: Kustomization, files: Files) -> None:
    """Changes what the stage holds as the kustomization wants it (api/internal/target/
    kusttarget_configplugin.go@v0.18, `configureBuiltinTransformers`)."""
    for source in (*asked.strategic_patches, *asked.patches):
        _patch(stage, source, asked.folder, files)
    if asked.namespace is not None:
        _move(stage, asked.namespace)
    if asked.name_prefix is not None:
        _rename(stage, asked.name_prefix.text(), "", asked.name_prefix.place)
    if asked.name_suffix is not None:
        _rename(stage, "", asked.name_suffix.text(), asked.name_suffix.place)
    for pairs in (*asked.labels, *asked.annotations):
        stage.items = [with_pairs(item, pairs) for item in stage.items]
    for source in asked.json_patches:
        _patch(stage, source, asked.folder, files)
    for entry in asked.replacements:
        _replace(stage, entry, asked.folder, files)
    for entry in asked.transformers:
        _transform(stage, entry, asked.folder, files)
    for variable in asked.variables:
        _mark_variable(stage, variable)


def _patch(stage: Stage, source: PatchSource, folder: str, files: Files) -> None:
    try:
        patch = read_patch(source, folder, files)
    except PathError as error:
        _missing_file(stage, error.entry.text(), error.entry.place, folder, files)
        stage.items = mark_unknown(stage.items, source)
        return
    except PatchError as error:
        stage.fault("patch", error.place, error.problem)
        stage.items = mark_unknown(stage.items, source)
        return
    if patch.file is not None:
        _note_file(stage, patch.file, source.place, folder)
        stage.patch_files.add(patch.file)
    result = apply_patch(stage.items, patch)
    stage.items = result.items
    for problem in result.problems:
        stage.fault("patch", problem.place, problem.problem)
    stage.unmatched += result.unmatched
    # A target that selects nothing is fine; a patch that names its object must find it.
    if stage.is_complete and (source.target is None or source.form == "strategic"):
        for place in result.unmatched:
            stage.fault("patch-target", place, "no object matches the patch")


def _missing_file(stage: Stage, entry: str, place: Place, folder: str, files: Files) -> None:
    path = join(folder, entry)
    if path is None:
        stage.fault("outside", place, f'"{entry}" leaves the repository')
    elif is_opaque(entry) or files.exists(path):
        stage.not_followed(place, f'"{entry}" is not read')
    else:
        stage.fault("missing", place, f'"{entry}" does not exist')


def _note_file(stage: Stage, path: str, place: Place, folder: str) -> None:
    stage.used.add(path)
    if not is_above(folder, path):
        stage.fault("outside-root", place, f'"{path}" is not in or below "{folder or "."}"')


def _move(stage: Stage, namespace: Traced, unset_only: bool = False) -> None:
    before = stage.items
    stage.items = [with_namespace(item, namespace, unset_only) for item in before]
    stage.move(namespace.text())
    if len({item.identity for item in stage.items}) == len(stage.items):
        return
    earlier = Counter(item.identity for item in before)
    for identity, count in Counter(item.identity for item in stage.items).items():
        if count > 1 and earlier[identity] < count:
            stage.fault(
                "duplicate",
                namespace.place,
                f"the namespace makes {count} objects one: {identity.kind} {identity.name}",
            )


def _rename(stage: Stage, prefix: str, suffix: str, place: Place) -> None:
    stage.items = [with_affix(item, prefix, suffix, place) for item in stage.items]


def _replace(stage: Stage, entry: Traced, folder: str, files: Files) -> None:
    for replacement in _replacements(stage, entry, folder, files):
        try:
            stage.items = replaced(stage.items, replacement)
        except PatchError as error:
            stage.fault("patch", error.place, error.problem)


def _replacements(stage: Stage, entry: Traced, folder: str, files: Files) -> Iterator[Traced]:
    path = entry.get("path")
    if path is None:
        yield entry
        return
    for document in _file(stage, path, folder, files):
        root = Traced(document.data, Place(document))
        yield from root.items if root.is_list else [root]


def _file(stage: Stage, path: Traced, folder: str, files: Files) -> list[Document]:
    file = join(folder, path.text())
    if file is None or not files.has(file):
        _missing_file(stage, path.text(), path.place, folder, files)
        return []
    _note_file(stage, file, path.place, folder)
    return files.all_documents(file)


def _transform(stage: Stage, entry: Traced, folder: str, files: Files) -> None:
    """A transformer that is configured in a file or in the kustomization itself."""
    if "\n" in entry.text():
        documents: Iterable[Document] = embedded(entry.place.document, entry.place.path)
    else:
        documents = _file(stage, entry, folder, files)
        if not documents:
            _forget(stage, entry.place, "the transformer is not read")
    for document in documents:
        config = Traced(document.data, Place(document))
        kind = config.get("kind")
        if not _builtin(stage, config, kind.text() if kind is not None else "", folder, files):
            _forget(stage, config.place, "what the transformer does is not known")


def _forget(stage: Stage, place: Place, reason: str) -> None:
    stage.not_followed(place, reason)
    stage.items = [item.with_root(item.root.as_unknown()) for item in stage.items]


def _builtin(stage: Stage, config: Traced, kind: str, folder: str, files: Files) -> bool:
    """Whether it is one of kustomize's own (plugin/builtin@v0.18), which then is applied."""
    specs = config.get("fieldSpecs")
    fields = field_specs(specs.items) if specs is not None else ()
    if kind in ("LabelTransformer", "AnnotationsTransformer"):
        values = config.get("labels" if kind == "LabelTransformer" else "annotations")
        if values is not None:
            pairs = Pairs(values, fields or METADATA_LABELS)
            stage.items = [with_pairs(item, pairs) for item in stage.items]
        return specs is not None
    if kind == "NamespaceTransformer":
        namespace, unset = config.at("metadata", "namespace"), config.get("unsetOnly")
        if namespace is not None and namespace.text():
            _move(stage, namespace, unset is not None and unset.data is True)
        return not fields or any(spec.path == ("metadata", "namespace") for spec in fields)
    if kind in ("PatchTransformer", "PatchJson6902Transformer"):
        _patch(stage, patch_source(config, "any"), folder, files)
        return True
    return kind in _HARMLESS


def _mark_variable(stage: Stage, variable: Traced) -> None:
    name = variable.get("name")
    if name is None or not name.text():
        return
    mark = f"$({name.text()})"
    stage.items = [
        item.with_root(_marked(item.root, lambda text: mark in text)) for item in stage.items
    ]


def _marked(node: Traced, means: Callable[[str], bool]) -> Traced:
    """With every string unknown of which that is true."""
    if node.is_map:
        for key in node.names:
            part = node.fields[key]
            changed = _marked(part, means)
            node = node if changed is part else node.with_field(key, changed)
        return node
    if node.is_list:
        items = node.items
        changed_items = [_marked(item, means) for item in items]
        same = all(a is b for a, b in zip(items, changed_items, strict=True))
        return node if same else node.with_items(changed_items)
    return node.as_unknown() if means(node.text()) else node
