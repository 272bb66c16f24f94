"""Requests to MetalLB under the prefix that this repository does not use."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import replace

from mlblint.context import Context
from mlblint.findings import Fix, Problem, Severity
from mlblint.repo.model import Cluster, Model
from mlblint.repo.requests import contradictions, spot, wanted_prefix
from mlblint.repo.services import CURRENT_PREFIX, FORMER_PREFIX, REQUESTS
from mlblint.repo.texts import live_documents
from mlblint.repo.versions import METALLB_IO_ANNOTATIONS, applies
from mlblint.repo.words import CURRENT_REQUESTS, FORMER_REQUESTS
from mlblint.text.documents import Document
from mlblint.text.edits import Edit, Remove, RenameKey, ReplacePart
from mlblint.text.nodes import Mapping, Node, Path, Scalar, find, pair, walk
from mlblint.text.places import Place

_SUFFIXES = "|".join(REQUESTS)
_KEY = re.compile(rf"(metallb\.(?:io|universe\.tf))/({_SUFFIXES})")
# In a JSON6902 pointer "/" is written "~1"; in the name of a Helm parameter dots of a key
# are escaped.
_POINTER = re.compile(rf"(?:^|/)(metallb\.(?:io|universe\.tf))~1({_SUFFIXES})$")
_PARAMETER = re.compile(rf"(?:^|\.)(metallb\\\.(?:io|universe\\\.tf))/({_SUFFIXES})$")
_ANYWHERE = re.compile(rf"metallb\\?\.(?:io|universe\\?\.tf)(?:/|~1)(?:{_SUFFIXES})")
_UNWANTED: dict[str, tuple[str, ...]] = {
    FORMER_PREFIX: CURRENT_REQUESTS,
    CURRENT_PREFIX: FORMER_REQUESTS,
}
"""The words that stand where something is to be renamed, by the prefix that is wanted."""
_NOT_ANNOTATIONS = ("labels", "selector")


def check(context: Context) -> Iterator[Problem]:
    contested = _contested(context.model)
    configured = context.config.metallb.annotation_prefix
    for document in live_documents(context.model, _ANYWHERE, _UNWANTED.get(configured, ())):
        clusters = context.model.clusters_of(document.source.path)
        wanted = wanted_prefix(configured, clusters)
        if wanted is None or document.root is None:
            continue
        for place, found, suffix in _requests(document):
            if found != wanted and spot(place) not in contested:
                yield _problem(place, found, wanted, suffix, clusters)


def _contested(model: Model) -> set[tuple[object, ...]]:
    """Requests that contradict the same one under the other prefix: before one of them gets
    another name a person has to say which is meant."""
    found = (
        c
        for cluster in model.clusters
        for s in cluster.services
        for c in contradictions(s, cluster)
    )
    return {spot(one.place) for c in found for one in (c.current, c.former)}


def _requests(document: Document) -> Iterator[tuple[Place, str, str]]:
    """Each request: the place of its name, its prefix and the rest of it."""
    assert document.root is not None
    for path, node in walk(document.root):
        if isinstance(node, Mapping) and not _is_no_annotations(path):
            for key, _ in node.pairs:
                if isinstance(key, Scalar) and (match := _KEY.fullmatch(key.text)):
                    yield Place(document, (*path, key.text), on_key=True), match[1], match[2]
                elif isinstance(key, Scalar) and (match := _PARAMETER.search(key.text)):
                    place = Place(document, (*path, key.text), on_key=True)
                    yield place, match[1].replace("\\", ""), match[2]
        elif isinstance(node, Scalar) and path and path[-1] in ("path", "name"):
            match = _POINTER.search(node.text) or _PARAMETER.search(node.text)
            if match and not _is_removal(document, path):
                part = (match.start(1), match.end(1))
                yield Place(document, path, part=part), match[1].replace("\\", ""), match[2]


def _is_no_annotations(path: Path) -> bool:
    return bool(path) and str(path[-1]).lower().endswith(_NOT_ANNOTATIONS)


def _is_removal(document: Document, path: Path) -> bool:
    """Taking an annotation away, or testing for it, asks MetalLB for nothing."""
    operation = find(document.root, (*path[:-1], "op"))
    return isinstance(operation, Scalar) and operation.text in ("remove", "test")


def _problem(
    place: Place,
    found: str,
    wanted: str,
    suffix: str,
    clusters: Sequence[Cluster],
) -> Problem:
    ignoring = next(
        (c.version for c in clusters if applies(METALLB_IO_ANNOTATIONS, c.version) is False), None
    )
    severity: Severity = "warning"
    if wanted == CURRENT_PREFIX:
        message = (
            f"`{found}/{suffix}` has the prefix that MetalLB deprecated in 0.14.9; this "
            f"repository uses `{wanted}/`. MetalLB still honours it, and logs a warning event"
        )
    elif ignoring is not None:
        severity = "error"
        message = (
            f"MetalLB {ignoring} ignores `{found}/{suffix}`: it reads only `{wanted}/` (the "
            f"prefix `{found}/` came with 0.14.9), so the Service gets an arbitrary address"
        )
    else:
        message = (
            f"`{found}/{suffix}` does not have the prefix `{wanted}/`, which every MetalLB "
            f"release honours; releases before 0.14.9 ignore `{found}/`. Upstream renamed the "
            f"prefix the other way in 0.14.9: since then both work, and `{wanted}/` is deprecated"
        )
    help_text = f"rename it to `{wanted}/{suffix}`"
    if wanted == FORMER_PREFIX and ignoring is None:
        help_text += (
            f", or write `metallb: {{annotation-prefix: {found}}}` in .mlblint.yaml to ask for "
            f"`{found}/` instead"
        )
    problem = Problem(place, message, help_text, severity=severity)
    return _with_fix(problem, found, wanted, suffix)


def _with_fix(problem: Problem, found: str, wanted: str, suffix: str) -> Problem:
    place = problem.place
    if place.part is not None or not _KEY.fullmatch(str(place.path[-1])):
        return replace(problem, fix=_rename_inside(place, found, wanted, suffix))
    parent = find(place.document.root, place.path[:-1])
    other = pair(parent, f"{wanted}/{suffix}") if parent is not None else None
    if other is None:
        rename: Edit = RenameKey(replace(place, on_key=False), f"{wanted}/{suffix}")
        return replace(problem, fix=Fix(f"rename to `{wanted}/{suffix}`", (rename,)))
    if _text(other[1]) == _text(find(place.document.root, place.path)):
        remove = Remove(replace(place, on_key=False))
        return replace(
            problem,
            help=f"`{wanted}/{suffix}` stands beside it with the same value: remove this one",
            fix=Fix(f"remove it: `{wanted}/{suffix}` says the same", (remove,)),
        )
    return replace(
        problem,
        unfixable=f"`{wanted}/{suffix}` stands beside it with another value: decide which is meant",
    )


def _rename_inside(place: Place, found: str, wanted: str, suffix: str) -> Fix:
    if place.on_key:
        key = str(place.path[-1])
        escaped = wanted.replace(".", "\\.")
        name = key[: key.rindex(found.replace(".", "\\."))] + f"{escaped}/{suffix}"
        return Fix(f"rename to `{name}`", (RenameKey(replace(place, on_key=False), name),))
    node = find(place.document.root, place.path)
    escapes = isinstance(node, Scalar) and "\\" in node.text
    text = wanted.replace(".", "\\.") if escapes else wanted
    operation = _text(find(place.document.root, (*place.path[:-1], "op")))
    # What a patch replaces has to be there under that name, perhaps in a base from elsewhere.
    return Fix(
        f"write `{text}` instead",
        (ReplacePart(place, text),),
        "unsafe" if operation == "replace" else "safe",
    )


def _text(node: Node | None) -> str | None:
    return node.text if isinstance(node, Scalar) else None
