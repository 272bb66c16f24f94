"""Comments that say what is to be ignored: `# mlblint: ignore[RULE] reason`.

What stands between the brackets is read as words; which rules there are is not known here.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import field
from datetime import date

from mlblint.records import dataclass
from mlblint.text.comments import Span, comment_spans
from mlblint.text.documents import Chunk, Document, chunks, embedded
from mlblint.text.layout import Lines, content_start, every_node, is_block_scalar, last_line
from mlblint.text.nodes import Mapping as MappingNode
from mlblint.text.nodes import Scalar, walk
from mlblint.text.nodes import Sequence as SequenceNode
from mlblint.text.parser import YamlError, parse
from mlblint.text.places import Place
from mlblint.text.source import Source

LINE, DOCUMENT, FILE = "ignore", "ignore-document", "ignore-file"
WORDS = (LINE, DOCUMENT, FILE)

MAX_EMBEDDING = 4

_HINT = re.compile(r"#[ \t]*mlblint:")
# It ends with the comment, or where another tool's comment begins: ` # `.
_DIRECTIVE = re.compile(
    r"(?:^|(?<=[ \t]))#+[ \t]*mlblint:[ \t]*"
    r"(?P<word>[A-Za-z][A-Za-z-]*)(?P<rest>.*?)(?=[ \t]+#+[ \t]|[ \t]*$)"
)
_LIST = re.compile(r"\[(?P<selectors>[^\]]*)\](?P<rest>.*)")
_UNTIL = re.compile(r"(?:^|(?<=\s))until=(\S*)")
_DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
_HEAD = re.compile(r"(?:(?:---[ \t]*|[ \t]*(?:#[^\r\n]*)?)(?:\r\n|\r|\n|\Z))*")


@dataclass(frozen=True)
class Selector:
    """What a comment calls a rule; `span` is where in the document's text."""

    name: str
    span: Span


@dataclass(frozen=True)
class Ignore:
    """`place` is the comment, or the part of it that speaks to mlblint. It means the lines of
    the file from `first` to `last`. Without an `error`, the selectors are well formed."""

    place: Place
    word: str
    selectors: tuple[Selector, ...]
    reason: str
    until: date | None
    first: int
    last: int
    error: str | None = None

    @property
    def path(self) -> str:
        return self.place.document.source.path


@dataclass(frozen=True)
class Words:
    """What one directive says, offsets counted from its `#`."""

    word: str
    selectors: tuple[Selector, ...] = ()
    reason: str = ""
    until: date | None = None
    error: str | None = None


def ignores(source: Source) -> Iterator[Ignore]:
    """All that a file says, in the order of its lines within each document. Text in JSON, and
    in strings that cannot be traced back to lines, holds no comments."""
    # The plain search comes first: it is the one that reads every file.
    if "mlblint:" not in source.text or not _HINT.search(source.text):
        return
    if source.path.endswith(".json"):
        return
    for number, chunk in enumerate(chunks(source.text)):
        if _HINT.search(chunk.text):
            found, comments = _parsed(source, number, chunk)
            yield from _in_part(found, comments, chunk.start + len(chunk.text))


def written(word: str, selectors: Sequence[str], reason: str = "") -> str:
    """The comment that says this."""
    return " ".join(filter(None, [f"# mlblint: {word}[{', '.join(selectors)}]", reason]))


def read(comment: str) -> Words | None:
    """What a text says that is a directive and nothing else."""
    match = _DIRECTIVE.match(comment)
    return _words(match) if match and match.end() == len(comment) else None


def _parsed(source: Source, number: int, chunk: Chunk) -> tuple[list[Document], list[Span]]:
    """The documents of a chunk with its comments. Of text that is no YAML only what stands
    above the first content is surely a comment."""
    part = (chunk.start, chunk.start + len(chunk.text))
    head = Document(source, number, None, *part, part=part)
    try:
        parsed = parse(chunk.text, chunk.start)
    except YamlError:
        match = _HEAD.match(source.text, *part)
        end = match.end() if match else part[0]
        return [head], list(comment_spans(source.text, part[0], end, []))
    found = [Document(source, number, one.root, one.start, one.end, part=part) for one in parsed]
    roots = [one.root for one in parsed if one.root is not None]
    return found or [head], list(comment_spans(source.text, *part, roots))


def _in_part(found: list[Document], comments: list[Span], end: int) -> Iterator[Ignore]:
    """What the comments of some documents say, which were parsed together, and the comments
    of YAML inside their block scalars. `end` is where in their text it ends that concerns
    them."""
    scope = _Scope(found, end)
    text = found[0].text
    for start, stop in comments:
        for match in _DIRECTIVE.finditer(text[start:stop]):
            words = _words(match)
            if words is not None:
                yield scope.ignore(words, (start + match.start(), start + match.end()))
    for document in found:
        yield from _inside(document)


def _inside(document: Document) -> Iterator[Ignore]:
    if document.root is None or _levels(document) >= MAX_EMBEDDING:
        return
    for path, node in walk(document.root):
        if not isinstance(node, Scalar) or node.style != "|" or not _HINT.search(node.text):
            continue
        by_part: dict[Span, list[Document]] = {}
        for inner in embedded(document, path):
            by_part.setdefault(inner.part, []).append(inner)
        for part, found in by_part.items():
            host = found[0].host
            roots = [one.root for one in found if one.root is not None]
            if host is None or host.lines.inexact:
                continue
            if all(isinstance(root, MappingNode | SequenceNode) for root in roots):
                comments = list(comment_spans(node.text, *part, roots))
                yield from _in_part(found, comments, part[1])


def _levels(document: Document) -> int:
    level = 0
    while document.host is not None:
        level, document = level + 1, document.host.document
    return level


# --- which lines are meant -------------------------------------------------------------------


@dataclass(frozen=True)
class _Scope:
    documents: Sequence[Document]
    end: int
    _blocks: dict[int, int] = field(default_factory=dict)

    def __post_init__(self) -> None:
        for document in self.documents:
            self._blocks.update(_block_scalars(document))

    def ignore(self, words: Words, span: Span) -> Ignore:
        document = next((d for d in reversed(self.documents) if d.start <= span[0]), None)
        place = Place(document or self.documents[0], stretch=span)
        first, last = self._lines(words.word, place)
        selectors = (
            Selector(one.name, (span[0] + one.span[0], span[0] + one.span[1]))
            for one in words.selectors
        )
        return Ignore(
            place,
            words.word,
            tuple(selectors),
            words.reason,
            words.until,
            first,
            last,
            words.error,
        )

    def _lines(self, word: str, place: Place) -> tuple[int, int]:
        document, span = place.document, place.stretch
        assert span is not None
        source = document.source
        if word == FILE:
            return 1, len(source.line_starts)
        final = document.position(max(document.part[0], self.end - 1)).line
        if word == DOCUMENT:
            return document.position(document.part[0]).line, final
        line, column = document.position(span[0])
        if not source.line(line)[: column - 1].strip():
            line += 1
            while line <= final and source.line(line).lstrip().startswith("#"):
                line += 1
            if line > final:
                return line, 0
        return line, max(line, self._blocks.get(line, line))


def _block_scalars(document: Document) -> Mapping[int, int]:
    """From the line on which a block scalar is announced to its last."""
    if document.root is None or ("|" not in document.text and ">" not in document.text):
        return {}
    lines = Lines(document)
    found: dict[int, int] = {}
    for node in every_node(document.root):
        if not is_block_scalar(node):
            continue
        header = document.position(content_start(document.text, node)).line
        last = document.position(lines.start(last_line(lines, node))).line
        found[header] = max(last, found.get(header, 0))
    return found


# --- what is said ----------------------------------------------------------------------------


def _words(match: re.Match[str]) -> Words | None:
    """None for a comment that only begins with our name."""
    word, rest = match["word"], match["rest"]
    if word not in WORDS:
        if not rest.startswith("[") and not word.startswith("ignore-"):
            return None
        return Words(word, error=f"`{word}` is not one of {', '.join(f'`{one}`' for one in WORDS)}")
    inner = _LIST.fullmatch(rest.lstrip(" \t"))
    if inner is None:
        if rest.lstrip(" \t").startswith("["):
            return Words(word, error="the bracket is not closed")
        return Words(word, error=f"it does not say which rules: `{word}[MLB301]`")
    offset = match.end("rest") - len(rest.lstrip(" \t")) - match.start() + 1
    selectors = tuple(_selectors(inner["selectors"], offset))
    if not all(one.name for one in selectors):
        return Words(word, selectors, error="a rule is missing between the brackets")
    return _tail(word, selectors, inner["rest"])


def _selectors(text: str, offset: int) -> Iterator[Selector]:
    for part in text.split(","):
        start = offset + len(part) - len(part.lstrip())
        yield Selector(part.strip(), (start, start + len(part.strip())))
        offset += len(part) + 1


def _tail(word: str, selectors: tuple[Selector, ...], rest: str) -> Words:
    until: date | None = None
    days = _UNTIL.findall(rest)
    for day in days:
        try:
            until = date.fromisoformat(day) if _DAY.fullmatch(day) else None
        except ValueError:
            until = None
        if until is None:
            return Words(word, selectors, error=f"`until={day}` is no date like 2027-01-31")
    if len(days) > 1:
        return Words(word, selectors, error="it says `until=` twice")
    reason = " ".join(_UNTIL.sub("", rest).split())
    return Words(word, selectors, reason.lstrip(":-\u2013\u2014 "), until)
