"""Scalars as kustomize reads them.

Its parser is a go-yaml v3, to which `yes`, `no`, `on`, `off`, `y` and `n` are strings
(kyaml/internal/forked/github.com/go-yaml/yaml/resolve.go@kyaml/v0.18), while `kubectl apply` takes
them for booleans. JSON patches are read by sigs.k8s.io/yaml, as everything else is.
"""

from __future__ import annotations

from mlblint.repo.traced import Traced, scalar_text
from mlblint.repo.words import WORD_AS_VALUE
from mlblint.text.nodes import Scalar, find, resolved, walk

_WORDS = frozenset("y Y n N yes Yes YES no No NO on On ON off Off OFF".split())


def as_kustomize_reads(root: Traced) -> Traced:
    document = root.place.document
    if not document.contains(WORD_AS_VALUE):
        return root
    node = find(document.root, root.place.path)
    for path, scalar in walk(node) if node is not None else ():
        if isinstance(scalar, Scalar) and scalar.text in _WORDS:
            part = root.at(*path)
            if part is not None and isinstance(part.data, bool):
                root = root.put(path, part.with_data(scalar.text))
    return root


def with_text_annotations(root: Traced) -> Traced:
    """kustomize rewrites all annotations, as strings (api/resource/resource.go@v0.18,
    `RemoveBuildAnnotations`): `sync-wave: 5` is refused by Kubernetes, but not if it went
    through kustomize."""
    values = root.value("metadata", "annotations")
    if not isinstance(values, dict) or all(isinstance(value, str) for value in values.values()):
        return root
    annotations = root.at("metadata", "annotations")
    assert annotations is not None
    changed = annotations
    for key in annotations.names:
        value = annotations.get(key)
        if value is not None and not value.text():
            changed = changed.with_field(key, value.with_data(spelling(value)))
    return root if changed is annotations else root.put(("metadata", "annotations"), changed)


def spelling(node: Traced) -> str:
    """How a scalar is written; "" for anything that is none."""
    written = find(node.place.document.root, node.place.path)
    written = resolved(written) if written is not None else None
    return written.text if isinstance(written, Scalar) else scalar_text(node)


def is_quoted(node: Traced) -> bool:
    written = find(node.place.document.root, node.place.path)
    written = resolved(written) if written is not None else None
    return isinstance(written, Scalar) and written.style != ""
