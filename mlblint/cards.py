"""Rule cards: everything there is to know about a rule, but for its Python code."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from functools import cached_property, lru_cache
from pathlib import Path
from typing import Any, Literal, get_args

from mlblint import boundaries, compiled_cards
from mlblint.findings import Judges, Severity
from mlblint.package_data import data_folder
from mlblint.records import dataclass
from mlblint.repo.versions import CHANGES, Change
from mlblint.text.documents import Document
from mlblint.text.nodes import Mapping as MappingNode
from mlblint.text.nodes import Path as Keys
from mlblint.text.parser import YamlError, parse
from mlblint.text.places import Place, positions
from mlblint.text.scalars import TooManyValuesError
from mlblint.text.source import NotTextError, Position, Source

Availability = Literal["safe", "unsafe", "sometimes", "none"]
Verb = Literal["insert", "set", "append", "remove", "rename"]

JUDGE_OF_COMMENTS = "MLB903"
"""The rule that comes when all others have spoken: on comments that hide nothing."""

OWN_PREFIX = "MLB"
PLACEHOLDERS = ("kind", "name", "namespace", "value")

_PLACEHOLDER = re.compile(r"\{([a-z]+)\}")
_AT = re.compile(r"(.+?):(\d+):(\d+)(?:-(\d+):(\d+))?")
# Half of a card is its examples, which a lint never looks at: they are parsed when asked for.
_EXAMPLES = re.compile(r"^examples[ \t]*:", re.MULTILINE)
_TOP_LEVEL = re.compile(r"^[^\s#-]", re.MULTILINE)


@dataclass(eq=False)
class CardError(Exception):
    """What is wrong with a card, and where."""

    path: str
    line: int
    column: int
    message: str

    def __str__(self) -> str:
        return f"{self.path}:{self.line}:{self.column}: {self.message}"


@dataclass(frozen=True)
class Operation:
    """A change of the resource: `key` is what `insert` inserts (behind `after`), or the new
    name that `rename` gives. The value is `value`, or the one that stands under the keys
    `from_config` of the configuration, or else the one that the repository suggests, by a
    method of the name `evidence`."""

    verb: Verb
    path: Keys
    key: str = ""
    after: str | None = None
    value: object = None
    from_config: tuple[str, ...] | None = None
    evidence: str | None = None


@dataclass(frozen=True)
class FixPolicy:
    """`why` argues that the fix is safe or unsafe, or says why there is none."""

    availability: Availability = "none"
    why: str = ""
    title: str = ""
    operations: tuple[Operation, ...] = ()


@dataclass(frozen=True)
class Pattern:
    """A rule without Python: resources of these kinds that satisfy `where` must satisfy
    `require`, where the cluster's MetalLB may have the `change`, if one is named. Without `at`,
    each violation points at its own place."""

    group: str
    kinds: tuple[str, ...]
    change: Change | None
    where: Mapping[str, Any] | bool
    require: Mapping[str, Any] | bool
    at: Keys | None
    message: str
    help: str


@dataclass(frozen=True)
class Expected:
    """A finding that an example must have."""

    rule: str
    severity: Severity
    path: str
    start: Position
    end: Position | None
    message: str
    help: str | None = None
    unfixable: str | None = None


@dataclass(frozen=True)
class Example:
    """A small repository. `fixed` holds the files that `--fix` changes; with `unsafe`, they
    are what `--fix --unsafe-fixes` makes of them."""

    title: str
    files: Mapping[str, str]
    config: Mapping[str, Any]
    findings: tuple[Expected, ...]
    fixed: Mapping[str, str]
    unsafe: bool

    @property
    def is_good(self) -> bool:
        return not self.findings


@dataclass(frozen=True, eq=False)
class Card:
    """`check` is the module in mlblint/checks that finds the problems, if there is one."""

    id: str
    name: str
    title: str
    severity: Severity
    category: str
    since: str
    judges: Judges
    why: str
    sources: tuple[str, ...]
    options: Mapping[str, Any] | None
    fix: FixPolicy
    pattern: Pattern | None
    check: str | None
    source: Source

    @cached_property
    def examples(self) -> tuple[Example, ...]:
        match = _EXAMPLES.search(self.source.text)
        if match is None:
            return ()
        document = _document(self.source, match.start(), len(self.source.text))
        data: Any = document.data
        return tuple(_example(self, example) for example in data["examples"] or ())


@lru_cache(maxsize=1)
def built_in_cards() -> tuple[Card, ...]:
    return load_cards(data_folder("rules"))


def all_cards(root: Path, extend_rules: Iterable[str]) -> tuple[Card, ...]:
    """mlblint's own cards and those in the repository's own folders of rules."""
    cards = built_in_cards()
    for folder in extend_rules:
        try:
            boundaries.inside(root, root / folder)
        except OSError as error:
            raise CardError(folder, 1, 1, f"cannot be read: {error.strerror}") from None
        cards += load_cards(root / folder, allow_check=False, others=cards, root=root)
    return cards


def load_cards(
    folder: Path,
    *,
    allow_check: bool = True,
    others: Iterable[Card] = (),
    root: Path | None = None,
) -> tuple[Card, ...]:
    """The cards that lie in a folder, by their ids. Without `allow_check` they come from a
    user: they may not name Python code, must be right in every detail, and lie inside `root`.
    No two cards, those of `others` included, may share an id or a name."""
    if not folder.is_dir():
        raise CardError(str(folder), 1, 1, "there is no such folder of rules")
    taken = {label: card for card in others for label in (card.id, card.name)}
    cards: list[Card] = []
    heads = compiled_cards.read(folder) if allow_check else {}
    for path in sorted(folder.iterdir()):
        if path.suffix not in (".yaml", ".yml") or not path.is_file():
            continue
        card = _load(path, heads, root, trusted=allow_check)
        for key, label in (("id", card.id), ("name", card.name)):
            if label in taken:
                place = Place(_document(card.source, 0, _head_end(card.source)), (key,))
                other = taken[label].source.path
                raise _error(place, f"`{label}` is taken: it is the {key} of {other}")
            taken[label] = card
        cards.append(card)
    return tuple(sorted(cards, key=lambda card: card.id))


def fill(template: str, values: Mapping[str, str]) -> str:
    """The template with its placeholders filled in; other braces are left alone."""
    return _PLACEHOLDER.sub(lambda match: values.get(match[1], match[0]), template)


def compiled(folder: Path) -> str:
    """What `compiled_cards` reads."""
    paths = sorted(folder.glob("*.yaml"))
    sources = [Source.from_bytes(str(path), path.read_bytes()) for path in paths]
    heads = [_document(source, 0, _head_end(source)).data for source in sources]
    return compiled_cards.render((one.data, head) for one, head in zip(sources, heads, strict=True))


def _load(path: Path, heads: compiled_cards.Heads, root: Path | None, *, trusted: bool) -> Card:
    try:
        file = path if root is None else boundaries.inside(root, path)
        source = Source.from_bytes(str(path), boundaries.read(file))
    except (OSError, NotTextError) as error:
        reason = getattr(error, "strerror", None) or error
        raise CardError(str(path), 1, 1, f"cannot be read: {reason}") from None
    if trusted:
        head = heads.get(compiled_cards.digest(source.data))
        if head is not None:
            return _card(source, head)
        document = _document(source, 0, _head_end(source))
    else:
        document = _document(source, 0, len(source.text))
        try:
            fault = next(_faults(document), None)
        except TooManyValuesError as error:
            raise _error(Place(document), str(error)) from None
        if fault:
            raise _error(*fault)
        _head_end(source)
    data: Any = document.data
    return _card(source, data)


def _head_end(source: Source) -> int:
    """Where the examples begin, behind which nothing else may stand."""
    match = _EXAMPLES.search(source.text)
    if match is None:
        return len(source.text)
    key = _TOP_LEVEL.search(source.text, match.end())
    if key is not None:
        position = source.position(key.start())
        raise CardError(source.path, *position, "`examples` must be the last key of a card")
    return match.start()


def _document(source: Source, start: int, end: int) -> Document:
    try:
        parsed = parse(source.text[start:end], start)
    except YamlError as error:
        position = source.position(min(error.offset, len(source.text)))
        raise CardError(source.path, *position, f"not YAML: {error}") from None
    root = parsed[0].root if len(parsed) == 1 else None
    if not isinstance(root, MappingNode) or root.flow:
        raise CardError(source.path, 1, 1, "expected one rule card, a mapping in block style")
    return Document(source, 0, root, start, end)


def _error(place: Place, message: str) -> CardError:
    return CardError(place.document.source.path, *positions(place)[0], message)


# --- what may be wrong with a user's card ----------------------------------------------------


def _faults(document: Document) -> Iterator[tuple[Place, str]]:
    import json

    from mlblint.schema import nearest, schema_violations, violations

    root = Place(document)
    schema = json.loads((data_folder("schemas") / "rule-card.json").read_text("utf-8"))
    # A misspelt key is more to the point than the missing one that it was meant to be.
    faults = sorted(violations(schema, document.data), key=lambda one: one.kind != "unknown-key")
    for fault in faults:
        place = Place(document, fault.path, on_key=fault.kind in ("unknown-key", "bad-key"))
        yield place, fault.message
    data: Any = document.data
    if faults:
        return
    if data["id"].startswith(OWN_PREFIX):
        yield root / "id", f"ids that begin with {OWN_PREFIX} are mlblint's own"
    if "check" in data:
        yield root / "check", "a rule of your own cannot name Python code: use `match`"
    if "match" not in data:
        yield root, "a rule of your own needs `match`, `require` and `message`"
    change = _get(data, ("match", "change"), None)
    if change is not None and change not in CHANGES:
        meant = nearest(change, CHANGES)
        hint = f"; did you mean `{meant}`?" if meant else ""
        yield root / "match" / "change", f"MetalLB has no change `{change}`{hint}"
    for path in (("match", "where"), ("require",), ("options",)):
        for fault in schema_violations(_get(data, path, True)):
            yield Place(document, path + fault.path), f"no JSON Schema: {fault.message}"
    for path in (("message",), ("help",), ("fix", "title")):
        for name in _PLACEHOLDER.findall(_get(data, path, "")):
            if name not in PLACEHOLDERS:
                known = ", ".join(f"`{{{one}}}`" for one in PLACEHOLDERS)
                yield Place(document, path), f"unknown placeholder `{{{name}}}`; known: {known}"


def _get(data: Any, path: Keys, default: object) -> Any:
    for key in path:
        if not isinstance(data, dict) or key not in data:
            return default
        data = data[key]
    return data


# --- data → card -----------------------------------------------------------------------------


def _card(source: Source, data: Mapping[str, Any]) -> Card:
    return Card(
        id=data["id"],
        name=data["name"],
        title=data["title"],
        severity=data["severity"],
        category=data.get("category", "custom"),
        since=data.get("since", ""),
        judges=data.get("judges", "style"),
        why=data["why"].strip(),
        sources=tuple(data.get("sources", ())),
        options=data.get("options"),
        fix=_fix(data.get("fix", {})),
        pattern=_pattern(data) if "match" in data else None,
        check=data.get("check"),
        source=source,
    )


def _fix(data: Mapping[str, Any]) -> FixPolicy:
    return FixPolicy(
        availability=data.get("availability", "none"),
        why=data.get("why", "").strip(),
        title=data.get("title", ""),
        operations=tuple(_operation(operation) for operation in data.get("operations", ())),
    )


def _operation(data: Mapping[str, Any]) -> Operation:
    verb = next(verb for verb in get_args(Verb) if verb in data)
    details = data[verb]
    config = details.get("from-config")
    return Operation(
        verb,
        tuple(details["path"]),
        details.get("key") or details.get("to") or "",
        details.get("after"),
        details.get("value"),
        tuple(config.split(".")) if config else None,
        details.get("evidence"),
    )


def _pattern(data: Mapping[str, Any]) -> Pattern:
    match, at = data["match"], data.get("at")
    kind = match["kind"]
    return Pattern(
        group=match["group"],
        kinds=(kind,) if isinstance(kind, str) else tuple(kind),
        change=CHANGES[match["change"]] if "change" in match else None,
        where=match.get("where", True),
        require=data["require"],
        at=None if at is None else tuple(at),
        message=" ".join(data["message"].split()),
        help=" ".join(data.get("help", "").split()),
    )


def _example(card: Card, data: Mapping[str, Any]) -> Example:
    return Example(
        title=data["title"],
        files=data["files"],
        config=data.get("config", {}),
        findings=tuple(_expected(card, finding) for finding in data["findings"] or ()),
        fixed=data.get("fixed", {}),
        unsafe=data.get("unsafe", False),
    )


def _expected(card: Card, data: Mapping[str, Any]) -> Expected:
    match = _AT.fullmatch(data["at"])
    if match is None:
        raise CardError(card.source.path, 1, 1, f"`at: {data['at']}` is no path:line:column")
    path, line, column, end_line, end_column = match.groups()
    return Expected(
        rule=data.get("rule", card.id),
        severity=data.get("severity", card.severity),
        path=path,
        start=Position(int(line), int(column)),
        end=Position(int(end_line), int(end_column)) if end_line else None,
        message=" ".join(data["message"].split()),
        help=data.get("help"),
        unfixable=data.get("unfixable"),
    )
