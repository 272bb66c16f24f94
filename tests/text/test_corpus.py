"""The laws of editing on what people really write: `../shared/corpus` beside the repository."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from random import Random

import pytest

from mlblint.text import scalars
from mlblint.text.documents import Document, Understood, documents, embedded
from mlblint.text.edits import Append, Edit, Insert, Remove, RenameKey, ReplacePart, Set
from mlblint.text.nodes import Mapping, Scalar, Sequence, walk
from mlblint.text.parser import parse
from mlblint.text.places import Place
from mlblint.text.planning import plan
from mlblint.text.proof import prove
from mlblint.text.repeated import has_repeated_keys
from mlblint.text.source import NotTextError, Source
from mlblint.text.splices import Refusal, Splice

CORPUS = Path(__file__).parents[2].parent / "shared" / "corpus"
SUFFIXES = {".yaml", ".yml", ".json"}

pytestmark = pytest.mark.long


def sources() -> Iterator[Source]:
    for path in sorted(CORPUS.rglob("*")):
        if path.suffix in SUFFIXES and path.is_file():
            try:
                yield Source.from_bytes(str(path.relative_to(CORPUS)), path.read_bytes())
            except NotTextError:
                continue


def documents_of(source: Source) -> list[Document]:
    """The documents of a file, and mappings inside their block scalars."""
    found = [one for one in documents(source) if isinstance(one, Document) and one.root is not None]
    inner: list[Document] = []
    for document in found:
        assert document.root is not None
        for path, node in walk(document.root):
            if isinstance(node, Scalar) and node.style in ("|", ">"):
                inner += [x for x in embedded(document, path) if isinstance(x.root, Mapping)]
    return found + inner


def edits_of(document: Document) -> Iterator[Edit]:
    """One of every kind, at places that differ from document to document."""
    rng = Random(document.start + len(document.text))
    assert document.root is not None
    nodes = list(walk(document.root))
    mappings = [(path, node) for path, node in nodes if isinstance(node, Mapping) and node.pairs]
    lists = [path for path, node in nodes if isinstance(node, Sequence)]
    scalars = [(path, node) for path, node in nodes if isinstance(node, Scalar) and path]
    keys = [path for path, _ in nodes if path and isinstance(path[-1], str)]
    root = Place(document)
    if isinstance(document.root, Mapping):
        yield Insert(root / "metadata" / "annotations", "mlblint.dev/wave", "1")
    for path, node in rng.sample(mappings, min(2, len(mappings))):
        sibling = node.pairs[rng.randrange(len(node.pairs))][0]
        after = sibling.text if isinstance(sibling, Scalar) else None
        yield Insert(Place(document, path), "mlblint.dev/x", {"a": ["b"]}, after)
    for path in rng.sample(keys, min(2, len(keys))):
        yield RenameKey(Place(document, path), "mlblint.dev/renamed")
        yield Remove(Place(document, path), prune=rng.random() < 0.5)
    for path in rng.sample(lists, min(2, len(lists))):
        yield Append(Place(document, path), rng.choice(["x", {"a": 1, "b": ["c"]}]))
        yield Remove(Place(document, (*path, 0)))
    for path, node in rng.sample(scalars, min(2, len(scalars))):
        yield Set(Place(document, path), rng.choice(["on", "x", 1, ["a"]]))
        yield ReplacePart(Place(document, path, part=(0, min(1, len(node.text)))), "q")


def planned(edit: Edit) -> tuple[Splice, ...] | Refusal:
    try:
        return plan([edit])
    except Refusal as refusal:
        return refusal


def outcome(source: Source, edit: Edit) -> str:
    """What became of one edit; that a plan can be proven is the law."""
    splices = planned(edit)
    if isinstance(splices, Refusal):
        return "refused"
    new = prove(source, splices, [edit])
    at, moved = 0, 0
    for splice in splices:
        assert source.text[at : splice.start] == new[at + moved : splice.start + moved]
        moved += len(splice.text) - (splice.end - splice.start)
        at = splice.end
    assert source.text[at:] == new[at + moved :]
    assert source.encoded(source.text) == source.data
    return "made"


@pytest.mark.skipif(not CORPUS.is_dir(), reason=f"no corpus at {CORPUS}")
def test_every_edit_is_proven_or_refused(capsys: pytest.CaptureFixture[str]) -> None:
    counts: Counter[str] = Counter()
    for source in sources():
        counts["files"] += 1
        for document in documents_of(source):
            counts["documents"] += 1
            for edit in edits_of(document):
                kind = type(edit).__name__
                try:
                    counts[f"{kind} {outcome(source, edit)}"] += 1
                except Refusal as refusal:
                    pytest.fail(f"{source.path} {edit.place.path} {kind}: {refusal.reason}")
    with capsys.disabled():
        print("\n" + ", ".join(f"{name}: {count:,}" for name, count in sorted(counts.items())))
    made = sum(count for name, count in counts.items() if name.endswith("made"))
    refused = sum(count for name, count in counts.items() if name.endswith("refused"))
    assert made > 20 * refused


@pytest.mark.skipif(not CORPUS.is_dir(), reason=f"no corpus at {CORPUS}")
def test_what_is_read_without_a_parser_is_what_it_says() -> None:
    parts = [part for source in sources() for part in documents(source)]
    understood = [part for part in parts if isinstance(part, Understood)]
    for one in understood:
        at = f"{one.source.path} at {one.start}"
        (parsed,) = parse(one.source.text[slice(*one.part)], one.part[0])
        assert (parsed.start, parsed.end) == (one.start, one.end), at
        assert repr(scalars.data(parsed.root)) == repr(one.data), at
        assert not has_repeated_keys(parsed.root), at
    # If it is less, reading got slower.
    assert len(understood) > 0.8 * len(parts)
