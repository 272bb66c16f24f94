"""A file's documents, each parsed on its own, and YAML inside their block scalars."""

from __future__ import annotations

import re
from collections.abc import Container, Iterator, Sequence
from functools import cache, cached_property
from hashlib import blake2b

from mlblint.records import dataclass
from mlblint.text import scalars
from mlblint.text.embedded import LineMap, literal_lines
from mlblint.text.nodes import Node, Path, Scalar, find, resolved
from mlblint.text.parser import YamlError, parse
from mlblint.text.repeated import has_repeated_keys
from mlblint.text.source import Position, Source

# `---` at the start of a line ends a document wherever it stands, inside scalars too.
_SEPARATOR = re.compile(r"^---(?=[ \t\r\n]|\Z)", re.MULTILINE)
_DIRECTIVE = re.compile(r"^%", re.MULTILINE)
_COMMENTS = re.compile(r"(?:[ \t]*(?:#[^\r\n]*)?(?:\r\n|\r|\n))*")


class Document:
    """One YAML document. `text` is what the offsets of its nodes refer to: the text of the
    whole file or, for YAML inside a block scalar, the text that the scalar stands for. `part`
    is the stretch of it between two separators that was parsed on its own."""

    def __init__(
        self,
        source: Source,
        index: int,
        root: Node | None,
        start: int,
        end: int,
        host: Host | None = None,
        part: tuple[int, int] = (0, 0),
    ) -> None:
        self.source = source
        self.index = index
        self.root = root
        self.start = start
        self.end = end
        self.host = host
        self.part = part

    @property
    def text(self) -> str:
        return self.source.text if self.host is None else self.host.text

    @cached_property
    def answers(self) -> dict[str, bool]:
        """Which patterns occur, of those that were asked for, by their names."""
        return {}

    def contains(self, pattern: re.Pattern[str]) -> bool:
        """Whether the pattern occurs in the text of the document."""
        name = name_of(pattern.pattern)
        if name not in self.answers:
            found = pattern.search(self.text, self.start, self.end)
            self.answers[name] = found is not None
        return self.answers[name]

    @cached_property
    def data(self) -> object:
        """What Kubernetes would read. Never change it in place: others share it."""
        return scalars.data(self.root)

    @cached_property
    def repeats_keys(self) -> bool:
        return has_repeated_keys(self.root)

    @cached_property
    def inside(self) -> dict[Path, Sequence[Document]]:
        """What `embedded` has found, to be asked for there: one patch is often asked for by
        hundreds of kustomizations."""
        return {}

    def file_offset(self, offset: int) -> int:
        if self.host is None:
            return offset
        return self.host.document.file_offset(self.host.lines.outer(offset))

    def position(self, offset: int) -> Position:
        return self.source.position(self.file_offset(offset))


class Understood(Document):
    """A document of which is known what it means; where its parts stand is worked out when
    somebody asks."""

    def __init__(
        self,
        source: Source,
        index: int,
        start: int,
        end: int,
        part: tuple[int, int],
        data: object,
        repeats_keys: bool = False,
        answers: dict[str, bool] | None = None,
    ) -> None:
        super().__init__(source, index, None, start, end, part=part)
        del self.root
        self.data = data
        self.repeats_keys = repeats_keys
        self.answers = answers or {}

    @cached_property
    def root(self) -> Node | None:  # type: ignore[override]
        parsed = parse(_as_yaml(self.source)[slice(*self.part)], self.part[0])
        return next(one.root for one in parsed if one.start == self.start)


@dataclass(frozen=True, eq=False)
class Host:
    """Where a piece of embedded YAML stands: the scalar at `path` of `document`, which stands
    for `text`."""

    document: Document
    path: Path
    lines: LineMap
    text: str


@dataclass(frozen=True)
class Chunk:
    """The part of a text between two separators: one document, as a rule."""

    text: str
    start: int


@dataclass(frozen=True, eq=False)
class Broken:
    """Text that is no YAML: the error's offset refers to `text`, as a document's nodes do.
    `part` is as in a document."""

    source: Source
    error: YamlError
    start: int
    end: int
    part: tuple[int, int]


@cache
def name_of(question: str) -> str:
    """A short name for what is asked of thousands of texts."""
    return blake2b(question.encode(), digest_size=6).hexdigest()


def chunks(text: str) -> Iterator[Chunk]:
    start = 0
    for match in _SEPARATOR.finditer(text):
        before = text[start : match.start()]
        # Directives, and comments at the top, belong to the document that the separator opens.
        if _DIRECTIVE.search(before) or _COMMENTS.fullmatch(before):
            continue
        yield Chunk(before, start)
        start = match.start()
    yield Chunk(text[start:], start)


def documents(
    source: Source,
    wanted: re.Pattern[str] | None = None,
    known: Container[int] = frozenset(),
) -> Iterator[Document | Broken]:
    """The documents of a file; with `wanted`, only those in which that pattern occurs. Those in
    parts that are `known`, by the place where they begin, are left out."""
    # A run that finds nothing changed reads nothing: 1 ms less.
    from mlblint.text.simple import simple

    for index, chunk in enumerate(chunks(_as_yaml(source))):
        if wanted is not None and not wanted.search(chunk.text):
            continue
        if chunk.start in known:
            continue
        part = (chunk.start, chunk.start + len(chunk.text))
        found = simple(chunk.text)
        if found is not None:
            yield Understood(source, index, part[0] + found.start, part[1], part, found.data)
            continue
        try:
            parsed = parse(chunk.text, chunk.start)
        except YamlError as error:
            yield Broken(source, error, *part, part)
            continue
        for one in parsed:
            yield Document(source, index, one.root, one.start, one.end, part=part)


def _as_yaml(source: Source) -> str:
    """Tabs are white space in JSON and an error in YAML; JSON strings cannot hold them."""
    is_json = source.path.endswith(".json")
    return source.text.replace("\t", " ") if is_json else source.text


def embedded(document: Document, path: Path) -> Iterator[Document]:
    """The YAML documents inside the string at `path`. Text that is no YAML has none: it may be a
    template, or any other text."""
    known = document.inside
    if path not in known:
        known[path] = tuple(_embedded(document, path))
    return iter(known[path])


def _embedded(document: Document, path: Path) -> Iterator[Document]:
    node = find(document.root, path)
    node = resolved(node) if node is not None else None
    if not isinstance(node, Scalar) or not isinstance(scalars.resolve(node), str):
        return
    host = Host(document, path, literal_lines(document.text, node), node.text)
    for chunk in chunks(node.text):
        try:
            parsed = parse(chunk.text, chunk.start)
        except YamlError:
            continue
        part = (chunk.start, chunk.start + len(chunk.text))
        for index, one in enumerate(parsed):
            yield Document(document.source, index, one.root, one.start, one.end, host, part)
