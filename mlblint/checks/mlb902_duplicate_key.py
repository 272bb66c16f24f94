"""Keys that stand twice in one mapping, of which only the last has a say."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from mlblint.context import Context
from mlblint.findings import Note, Problem
from mlblint.repo.index import is_chart_template
from mlblint.repo.resources import is_opaque
from mlblint.repo.texts import read_documents
from mlblint.text.documents import Document
from mlblint.text.nodes import Key, Path, Scalar
from mlblint.text.places import Place
from mlblint.text.repeated import Repeated, repeated_keys

_OBJECT = ("apiVersion", "kind")


def check(context: Context) -> Iterator[Problem]:
    model = context.model
    for document in read_documents(model):
        if not document.repeats_keys:
            continue
        path = document.source.path
        found = [one for one in repeated_keys(document.root) if not is_opaque(one.path[-1])]
        if not found or is_chart_template(model.files, path):
            continue
        applied = bool(model.clusters_of(path))
        for problem in _problems(document, found):
            yield replace(problem, severity="error" if applied else "warning")


def _problems(document: Document, found: list[Repeated]) -> Iterator[Problem]:
    mappings: dict[Path, dict[Key, Repeated]] = {}
    for one in found:
        mappings.setdefault(one.path[:-1], {})[one.path[-1]] = one
    for repeated in mappings.values():
        if all(key in repeated for key in _OBJECT):
            first = min((repeated[key] for key in _OBJECT), key=lambda one: one.keys[-1].start)
            yield _two_objects(document, first)
        else:
            yield from (_twice(document, one) for one in repeated.values())


def _two_objects(document: Document, one: Repeated) -> Problem:
    return Problem(
        place=Place(document, one.path, on_key=True),
        message=(
            "`apiVersion` and `kind` stand twice in one object: it seems that two objects lost the "
            "`---` between them. kustomize, and so Flux, refuses the document; Argo CD, kubectl "
            "and k3s apply only what stands last, and the first object never comes to be"
        ),
        help="write `---` on a line of its own between the two objects",
        notes=(Note(_key(document, one.keys[0]), "the first object begins here"),),
        unfixable="where the one ends and the other begins is for a person to decide",
    )


def _twice(document: Document, one: Repeated) -> Problem:
    return Problem(
        place=Place(document, one.path, on_key=True),
        message=(
            f"the key `{one.path[-1]}` stands {_times(one)} in one mapping: kustomize, and so "
            "Flux, refuses an object with such a mapping; Helm, Argo CD, kubectl and k3s keep what "
            "stands last and drop the rest without a word"
        ),
        help="keep one of them, with everything that belongs there",
        notes=(Note(_key(document, one.keys[0]), "here it stands first"),),
        unfixable="which of them is meant is for a person to decide",
    )


def _key(document: Document, key: Scalar) -> Place:
    """A path leads to the last of the keys only."""
    return Place(Document(document.source, document.index, key, key.start, key.end, document.host))


def _times(one: Repeated) -> str:
    return "twice" if len(one.keys) == 2 else f"{len(one.keys)} times"
