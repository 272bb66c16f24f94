"""The proof that a change of a file does what its edits declare, and nothing else.

Documents whose text is the same need no parsing. Of the others the data must be what the
edits make of the old data, in the same order, and no comment may be lost that no removal
took. YAML inside a scalar that was edited is held to the same, as a text of its own.
"""

from __future__ import annotations

import json
from bisect import bisect_right
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence

from mlblint.records import dataclass
from mlblint.text import plain, scalars
from mlblint.text.commenting import comments_after
from mlblint.text.comments import comment_spans, scalar_spans
from mlblint.text.documents import Chunk, Document, chunks
from mlblint.text.edits import AddDocument, CommentEdit, Edit, Remove
from mlblint.text.nodes import Node, Path, find, key_node
from mlblint.text.parser import Parsed, YamlError, parse
from mlblint.text.source import Source, line_starts
from mlblint.text.splices import Refusal, Splice, apply


def prove(source: Source, splices: Sequence[Splice], edits: Iterable[Edit]) -> str:
    """The new text of the file; raises Refusal if it is not provably right."""
    new = apply(source.text, splices)
    if source.encoded(source.text) != source.data:
        raise Refusal("its bytes cannot be written back as they were read")
    located = [(_address(edit.place.document), edit) for edit in edits]
    tabs_are_blanks = source.path.endswith(".json")
    try:
        _prove_text(source.text, new, located, tabs_are_blanks)
    except (YamlError, scalars.TooManyValuesError, RecursionError) as error:
        raise Refusal(f"the result could not be read back ({error})") from None
    return new


Address = tuple[tuple[Path, int], ...]
"""Per level, from the file inwards: the scalar that holds the text, and where in that text the
document begins."""

Located = tuple[Address, Edit]


def _address(document: Document) -> Address:
    if document.host is None:
        return (((), document.start),)
    return (*_address(document.host.document), (document.host.path, document.start))


@dataclass(frozen=True)
class _Embedded:
    """Stands in the expected data for a string that holds YAML with edits of its own."""

    text: str
    edits: tuple[Located, ...]


def _prove_text(old: str, new: str, edits: Sequence[Located], tabs_are_blanks: bool) -> None:
    old_chunks, new_chunks = list(chunks(old)), list(chunks(new))
    starts = [chunk.start for chunk in old_chunks]
    by_chunk: dict[int, list[Located]] = {}
    added: dict[int, list[AddDocument]] = {}
    for one in edits:
        number = bisect_right(starts, one[0][0][1]) - 1
        if isinstance(one[1], AddDocument):
            added.setdefault(number, []).append(one[1])
        else:
            by_chunk.setdefault(number, []).append(one)
    remaining = _without_added(new_chunks, len(old_chunks), added)
    for number, (before, after) in enumerate(zip(old_chunks, remaining, strict=True)):
        own = by_chunk.get(number, [])
        if before.text != after.text or any(len(address) == 1 for address, _ in own):
            _prove_chunk(before, after, own, tabs_are_blanks)


def _without_added(
    new: Sequence[Chunk], count: int, added: Mapping[int, Sequence[AddDocument]]
) -> list[Chunk]:
    """The documents that were there before; those that edits added behind them are proven."""
    if len(new) != count + sum(map(len, added.values())):
        raise Refusal("the number of documents would change")
    kept: list[Chunk] = []
    rest = iter(new)
    for number in range(count):
        kept.append(next(rest))
        for edit in added.get(number, ()):
            documents = parse(next(rest).text)
            if len(documents) != 1:
                raise Refusal("the number of documents would change")
            _prove_data(plain.as_read(edit.value), scalars.data(documents[0].root))
    return kept


def _prove_chunk(old: Chunk, new: Chunk, edits: Sequence[Located], tabs_are_blanks: bool) -> None:
    _prove_json(old.text, new.text)
    old_text = old.text.replace("\t", " ") if tabs_are_blanks else old.text
    new_text = new.text.replace("\t", " ") if tabs_are_blanks else new.text
    before, after = parse(old_text), parse(new_text)
    if len(before) != len(after):
        raise Refusal("the number of documents would change")
    removals: list[tuple[Node, Path]] = []
    for one, other in zip(before, after, strict=True):
        own = [edit for edit in edits if edit[0][0][1] == old.start + one.start]
        expected = _expected(one, own)
        _prove_data(expected, scalars.data(other.root))
        if one.root is not None:
            removals += [
                (one.root, _gone(expected, edit))
                for address, edit in own
                if isinstance(edit, Remove) and len(address) == 1
            ]
    here = [edit for address, edit in edits if len(address) == 1]
    comments = _Comments(
        old_text, before, [e for e in here if isinstance(e, CommentEdit)], old.start
    )
    if here and len(comments.edits) == len(edits):
        comments.prove_exactly(new_text, after)
    else:
        comments.prove(new_text, after, removals)


def _prove_json(old: str, new: str) -> None:
    """What was JSON stays JSON, which is stricter than YAML's brackets."""
    if old.lstrip()[:1] in ("{", "[") and _is_json(old) and not _is_json(new):
        raise Refusal("the result would no longer be JSON")


def _is_json(text: str) -> bool:
    try:
        json.loads(text)
    except ValueError:
        return False
    return True


def _expected(document: Parsed, edits: Sequence[Located]) -> object:
    """What the edits make of the old data."""
    data = scalars.data(document.root)
    inner: dict[Path, list[Located]] = {}
    for address, edit in edits:
        if len(address) > 1:
            inner.setdefault(address[1][0], []).append((address[1:], edit))
    for path, below in inner.items():
        text = plain.value_at(data, path)
        if not isinstance(text, str):
            raise Refusal("the embedded text is no string")
        stand_in = _Embedded(text, tuple(below))
        data = plain.changed_at(data, path, lambda _, it=stand_in: it)  # type: ignore[misc]
    return plain.edited(data, [edit for address, edit in edits if len(address) == 1])


def _prove_data(expected: object, actual: object) -> None:
    if isinstance(expected, _Embedded):
        if not isinstance(actual, str):
            raise Refusal("the embedded text would no longer be a string")
        _prove_text(expected.text, actual, expected.edits, False)
    elif type(expected) is not type(actual):
        raise Refusal("the data would change in a way that the fix did not declare")
    elif isinstance(expected, dict) and isinstance(actual, dict):
        if list(expected) != list(actual):
            raise Refusal("other keys would change than the fix declared")
        for key, value in expected.items():
            _prove_data(value, actual[key])
    elif isinstance(expected, list) and isinstance(actual, list):
        if len(expected) != len(actual):
            raise Refusal("other list items would change than the fix declared")
        for one, other in zip(expected, actual, strict=True):
            _prove_data(one, other)
    elif expected != actual and (expected == expected or actual == actual):
        raise Refusal("the data would change in a way that the fix did not declare")


def _gone(expected: object, removal: Remove) -> Path:
    """The outermost part of the removal's path that the edits left no trace of."""
    path = removal.place.path
    if not removal.prune:
        return path
    depth = 1
    while depth < len(path):
        try:
            plain.value_at(expected, path[:depth])
        except Refusal:
            break
        depth += 1
    return path[:depth]


@dataclass(frozen=True)
class _Comments:
    """The comments of a text that begins at `start`, and the edits made to them."""

    text: str
    parsed: Sequence[Parsed]
    edits: Sequence[CommentEdit]
    start: int

    def prove_exactly(self, new: str, after: Sequence[Parsed]) -> None:
        """Where nothing else changes, each comment is the one expected, beside the same line."""
        spans = self._own()
        new_spans = _spans(new, after)
        rest, new_rest = _Rest.of(self.text, spans), _Rest.of(new, new_spans)
        if rest.lines != new_rest.lines:
            raise Refusal("more than comments would change")
        wanted = [(rest.beside(at), text) for at, text in self._wanted(spans)]
        found = [(new_rest.beside(start), new[start:end]) for start, end in new_spans]
        if wanted != found:
            raise Refusal("other comments would change than the fix declared")

    def prove(
        self, new: str, after: Sequence[Parsed], removals: Sequence[tuple[Node, Path]]
    ) -> None:
        if "#" not in self.text and "#" not in new:
            return
        spans = self._own()
        found = Counter(new[start:end] for start, end in _spans(new, after))
        wanted = Counter(text for _, text in self._wanted(spans))
        if found - wanted:
            raise Refusal("a comment would appear")
        lost = wanted - found
        if not lost:
            return
        contents = scalar_spans(self.text, _roots(self.parsed))
        zones = [_zone(self.text, root, path, contents) for root, path in removals]
        for start, end in spans:
            if any(zone_start <= start < zone_end for zone_start, zone_end in zones):
                lost[self.text[start:end]] -= 1
        if any(count > 0 for count in lost.values()):
            raise Refusal("a comment would be lost")

    def _own(self) -> list[tuple[int, int]]:
        return _spans(self.text, self.parsed)

    def _wanted(self, spans: Sequence[tuple[int, int]]) -> list[tuple[int, str]]:
        return comments_after(self.text, spans, self.edits, self.start)


@dataclass(frozen=True)
class _Rest:
    """What the lines of a text hold beside comments, without lines that hold nothing else, and
    where each of them ends."""

    lines: tuple[str, ...]
    ends: tuple[int, ...]

    @classmethod
    def of(cls, text: str, spans: Sequence[tuple[int, int]]) -> _Rest:
        starts = line_starts(text)
        comments = {bisect_right(starts, start) - 1: start for start, _ in spans}
        lines: list[str] = []
        ends: list[int] = []
        for number, start in enumerate(starts):
            end = starts[number + 1] if number + 1 < len(starts) else len(text)
            line = text[start : comments.get(number, end)].rstrip()
            if line or number not in comments:
                lines.append(line)
                ends.append(end)
        return cls(tuple(lines), tuple(ends))

    def beside(self, offset: int) -> int:
        """The number of the line to which a comment there belongs: its own, or the one below."""
        return bisect_right(self.ends, offset)


def _spans(text: str, parsed: Sequence[Parsed]) -> list[tuple[int, int]]:
    return list(comment_spans(text, 0, len(text), _roots(parsed)))


def _roots(parsed: Sequence[Parsed]) -> list[Node]:
    return [one.root for one in parsed if one.root is not None]


def _zone(
    text: str, root: Node, path: Path, contents: Sequence[tuple[int, int]]
) -> tuple[int, int]:
    """Where comments stand that may go with the node at `path`: from the line below the content
    in front of it to the content behind it."""
    node, key = find(root, path), key_node(root, path)
    if node is None or key is None:
        return 0, 0
    start, end = key.start, node.end
    before = max((stop for _, stop in contents if stop <= start), default=0)
    line_end = text.find("\n", max(0, before - 1)) if before else 0
    after = min((begin for begin, _ in contents if begin >= end), default=len(text))
    return min(start, line_end if line_end >= 0 else start), after
