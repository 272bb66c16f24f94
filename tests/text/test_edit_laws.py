"""Laws of editing, on YAML that is hostile in its layout.

The text is made up together with its data: block and flow style, every kind of quotes and block
scalar, comments and blank lines anywhere, several documents, YAML inside YAML, any line ending.
"""

from __future__ import annotations

import json
import re
from collections import Counter
from dataclasses import dataclass, field
from random import Random
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from mlblint.text import plain
from mlblint.text.documents import Document, documents, embedded
from mlblint.text.edits import Append, Edit, Insert, Remove, RenameKey, ReplacePart, Set
from mlblint.text.emit import plain_is_possible
from mlblint.text.nodes import Mapping, Scalar, Sequence, walk
from mlblint.text.places import Place
from mlblint.text.planning import plan
from mlblint.text.proof import prove
from mlblint.text.source import Source
from mlblint.text.splices import Refusal, Splice, apply

STRINGS = [
    *"a on 1 0777 1.5 null ~ - = << x:y http://x/#y 10.0.0.1-10.0.0.9 2001:db8::/32".split(),
    *"it's x=1,y=2 [y] {x *a &b !c %d @e `f ? : 12:30:45 2024-01-01 日本 😀😀 é ${A}".split(),
    *("", "x: y", "a # b", 'say "hi"', " lead", "trail ", "\t", "\u00a0b", "\\", "\u2028", "\x85"),
]  # fmt: skip
KEYS = [*"a b c name metallb.io/x on 1 é kind it's".split(), "x y", "#k", "a: b"]
SCALARS: list[Any] = [*STRINGS, -5, 0, 99, True, False, None]
COLLECTIONS: list[Any] = [
    [],
    {},
    ["on"],
    ["x", "1"],
    {"on": "y"},
    {"a": {"b": ["c"]}},
    [{"a": 1, "b": ["c"]}],
]


def a_value(rng: Random) -> Any:
    return rng.choice(SCALARS if rng.random() < 0.6 else COLLECTIONS)


@dataclass
class Writer:
    """Writes made-up YAML; `rng` decides everything that a person could write differently."""

    rng: Random
    comments: int = 0
    depth: int = 0
    lines: list[str] = field(default_factory=list)

    def chance(self, percent: int) -> bool:
        return self.rng.randrange(100) < percent

    def comment(self) -> str:
        self.comments += 1
        return self.rng.choice(["# c{}", "#c{} it's", '# "c{}: {{', "#\tc{} é"]).format(
            self.comments
        )

    def tail(self) -> str:
        """What may stand behind a value."""
        if self.chance(15):
            return self.rng.choice([" ", "  ", " \t"]) + self.comment()
        return self.rng.choice(["", "", "", " ", "\t"]) if self.chance(20) else ""

    def between(self, column: int, deepest: int) -> None:
        """Blank lines and comments on lines of their own."""
        while self.chance(12):
            kind = self.rng.choice(["blank", "spaces", "comment", "comment", "deep"])
            if kind == "blank":
                self.lines.append("")
            elif kind == "spaces":
                self.lines.append(" " * self.rng.randint(1, 6))
            else:
                at = column if kind == "comment" else deepest
                self.lines.append(" " * at + self.comment())

    def mapping(self, column: int, first: str = "") -> None:
        keys = self.rng.sample(KEYS, self.rng.randint(1, 4))
        for number, key in enumerate(keys):
            prefix = first if number == 0 and first else " " * column
            if number or not first:
                self.between(column, column + self.rng.randint(0, 3))
            name = self.token(key, flow=False, is_key=True)
            colon = self.rng.choice([":", ":", ":", " :"])
            self.value(prefix + name + colon, column, in_mapping=True)

    def sequence(self, column: int, first: str = "") -> None:
        for number in range(self.rng.randint(1, 3)):
            prefix = first if number == 0 and first else " " * column
            if number or not first:
                self.between(column, column + 1)
            dash = "-" + " " * self.rng.choice([1, 1, 1, 3])
            if self.depth < 3 and self.chance(45):
                self.depth += 1
                nested = self.mapping if self.chance(75) else self.sequence
                nested(column + len(dash), prefix + dash)
                self.depth -= 1
            else:
                self.value(prefix + "-", column, in_mapping=False)

    def value(self, head: str, column: int, in_mapping: bool) -> None:
        kind = self.rng.randint(0, 9)
        if kind <= 3 and self.depth < 3 and in_mapping:
            self.lines.append(head + self.tail())
            self.depth += 1
            inner = column + self.rng.choice([2, 2, 4, 1])
            self.between(inner, inner)
            if self.chance(60):
                self.mapping(inner)
            else:
                self.sequence(column if self.chance(40) else inner)
            self.depth -= 1
        elif kind == 4:
            self.block_scalar(head, column)
        elif kind == 5:
            self.lines.append(head if head.endswith("-") else head + self.tail())
        elif kind == 6:
            self.flow_on_lines(head, column)
        else:
            gap = self.rng.choice([" ", " ", "  "])
            self.lines.append(head + gap + self.inline() + self.tail())

    def block_scalar(self, head: str, column: int) -> None:
        indent = self.rng.choice([2, 2, 3])
        chomp = self.rng.choice(["", "-", "+"])
        if self.depth < 3 and self.chance(60):
            inner = Writer(self.rng, self.comments, self.depth + 2)
            inner.mapping(0)
            self.comments = inner.comments
            body, style = inner.lines, "|"
            # A line of blanks that is longer than the indentation is content; keep it short.
            body = [line if line.strip() else "" for line in body]
            while body and not body[0]:
                body.pop(0)
        else:
            body = self.rng.choices(["x", "", "# no comment", "é: 😀"], k=self.rng.randint(0, 3))
            body = ["text", *body]
            style = self.rng.choice(["|", ">"])
        explicit = str(indent) if self.chance(20) or body[0].startswith(" ") else ""
        note = " " + self.comment() if self.chance(15) else ""
        self.lines.append(f"{head} {style}{explicit}{chomp}{note}")
        margin = " " * (column + indent)
        self.lines += [margin + line if line else "" for line in body]
        self.lines += [""] * self.rng.choice([0, 0, 1, 2])

    def flow_on_lines(self, head: str, column: int) -> None:
        margin = " " * (column + 2)
        is_mapping = self.chance(50)
        self.lines.append(f"{head} {'{' if is_mapping else '['}{self.tail()}")
        names = self.rng.sample(KEYS, self.rng.randint(0, 3))
        for number, name in enumerate(names):
            if self.chance(15):
                self.lines.append(margin + self.comment())
            comma = "," if number + 1 < len(names) or self.chance(30) else ""
            key = f"{self.token(name, flow=True, is_key=True)}: " if is_mapping else ""
            self.lines.append(margin + key + self.inline(flow=True) + comma + self.tail())
        self.lines.append(f"{' ' * (column + 1)}{'}' if is_mapping else ']'}{self.tail()}")

    def inline(self, flow: bool = False, depth: int = 0) -> str:
        kind = self.rng.randint(0, 9) if depth < 2 else 9
        if kind == 0:
            members = [self.inline(True, depth + 1) for _ in range(self.rng.randint(0, 3))]
            return "[" + self.rng.choice([", ", ","]).join(members) + "]"
        if kind == 1:
            names = self.rng.sample(KEYS, self.rng.randint(0, 3))
            pad = self.rng.choice(["", " "])
            members = [
                f"{self.token(name, True, True)}: {self.inline(True, depth + 1)}" for name in names
            ]
            return "{" + pad + ", ".join(members) + pad + "}"
        value = self.rng.choice(SCALARS)
        if isinstance(value, str):
            return self.token(value, flow or depth > 0)
        return {None: "null", True: "true", False: "false"}.get(value, str(value))

    def token(self, text: str, flow: bool, is_key: bool = False) -> str:
        style = self.rng.choice(["", "", "'", '"'])
        if style == "" and plain_is_possible(text, flow):
            return text
        if style == "'" and text.isprintable():
            return "'" + text.replace("'", "''") + "'"
        return json.dumps(text, ensure_ascii=not text.isprintable())


def a_file(rng: Random) -> bytes:
    writer = Writer(rng)
    for number in range(rng.choice([1, 1, 2, 3])):
        if number or writer.chance(40):
            writer.lines.append("---" + writer.tail())
        writer.between(0, 0)
        writer.depth = 0
        (writer.mapping if writer.chance(85) else writer.sequence)(0)
        if writer.chance(10):
            writer.lines.append("...")
            if writer.chance(50):
                writer.lines.append(writer.comment())
    ending = rng.choice(["\n", "\n", "\r\n"])
    text = ending.join(writer.lines) + rng.choice([ending, ending, "", ending * 2])
    return rng.choice([b"", b"", b"\xef\xbb\xbf"]) + text.encode()


def all_documents(source: Source) -> list[Document]:
    """The documents of a file, and those inside their scalars."""
    found = [one for one in documents(source) if isinstance(one, Document)]
    for document in found:
        if document.root is not None:
            for path, node in walk(document.root):
                if isinstance(node, Scalar) and node.style == "|" and path:
                    found += [
                        inner
                        for inner in embedded(document, path)
                        if isinstance(inner.root, Mapping)
                    ]
    return found


def an_edit(rng: Random, document: Document) -> Edit:
    assert document.root is not None
    path, node = rng.choice(list(walk(document.root)))
    place = Place(document, path)
    kinds = ["set", "remove", "remove"] if path else ["insert"]
    if isinstance(node, Mapping) or (isinstance(node, Scalar) and node.text == ""):
        kinds += ["insert", "insert", "create"]
    if isinstance(node, Sequence):
        kinds += ["append", "append"]
    if path and isinstance(path[-1], str):
        kinds += ["rename"]
    if isinstance(node, Scalar) and node.text:
        kinds += ["part"]
    kind = rng.choice(kinds)
    if kind == "set":
        return Set(place, a_value(rng))
    if kind == "remove":
        return Remove(place, rng.random() < 0.5)
    if kind == "append":
        return Append(place, a_value(rng))
    if kind == "rename":
        return RenameKey(place, rng.choice(["renamed", "off", "a: b2", "{x"]))
    if kind == "part":
        assert isinstance(node, Scalar)
        start = rng.randint(0, len(node.text))
        part = (start, rng.randint(start, len(node.text)))
        return ReplacePart(Place(document, path, part=part), rng.choice(["q", "#", "'", ": "]))
    if kind == "create":
        return Insert(place / "made" / "up", "new", a_value(rng))
    keys = [key.text for key, _ in getattr(node, "pairs", []) if isinstance(key, Scalar)]
    return Insert(place, rng.choice(["new", "off"]), a_value(rng), rng.choice([None, *keys]))


def comments_of(text: str) -> Counter[str]:
    """The made-up comments carry numbers; nothing else in the text looks like them."""
    return Counter(re.findall(r"\bc[0-9]+\b", text))


def outside(text: str, spans: list[tuple[int, int]]) -> list[str]:
    at, parts = 0, []
    for start, end in spans:
        parts.append(text[at:start])
        at = end
    return [*parts, text[at:]]


# The only reasons to refuse a single edit of such text.
REASONS = (
    "filled in by a template",
    "comments stand inside the value",
    "a comment stands between the members",
    "the YAML stands in a",
    "cannot be traced back",
    "would end with the text around it",
    "is no string",
    "is no mapping",
    "is there already",
    "whole document cannot be removed",
    "wants quotes",
    "is not there",
    "merge key",
)


def planned(*edits: Edit) -> tuple[Splice, ...] | None:
    try:
        return plan(edits)
    except Refusal as refusal:
        reason = refusal.reason
    assert any(one in reason for one in REASONS), reason
    return None


@settings(max_examples=200, deadline=None)
@given(st.integers(0, 2**64))
def test_an_edit_does_to_the_text_what_it_does_to_the_data(seed: int) -> None:
    rng = Random(seed)
    source = Source.from_bytes("x.yaml", a_file(rng))
    every = [one for one in all_documents(source) if one.root is not None]
    document = rng.choice(every)
    edit = an_edit(rng, document)
    splices = planned(edit)
    if splices is None:
        return
    new_text = prove(source, splices, [edit])

    # The data: the same edit on plain Python data, for the document and no other.
    new_source = Source.from_bytes("x.yaml", source.encoded(new_text))
    new_documents = all_documents(new_source)
    if document.host is None:
        number = [one for one in every if one.host is None].index(document)
        after = [one for one in new_documents if one.host is None and one.root is not None]
        wanted = plain.edited(document.data, [edit])
        assert after[number].data == wanted
        others = [one.data for one in every if one.host is None and one is not document]
        assert others == [one.data for i, one in enumerate(after) if i != number]

    # The text: everything outside the splices, its comments, its line endings.
    assert new_text == apply(source.text, splices)
    kept = outside(source.text, [(one.start, one.end) for one in splices])
    assert "".join(kept) == "".join(_kept(new_text, splices))
    if not isinstance(edit, Remove | ReplacePart):
        assert comments_of(new_text) >= comments_of(source.text) - _replaced_comments(
            source, splices
        )
    if "\r\n" in source.text and "\n" not in source.text.replace("\r\n", ""):
        assert "\n" not in new_text.replace("\r\n", "")
    if not isinstance(edit, Remove):
        assert source.text.endswith("\n") == new_text.endswith("\n")


def _kept(new_text: str, splices: Any) -> list[str]:
    spans, moved = [], 0
    for one in splices:
        start = one.start + moved
        spans.append((start, start + len(one.text)))
        moved += len(one.text) - (one.end - one.start)
    return outside(new_text, spans)


def _replaced_comments(source: Source, splices: Any) -> Counter[str]:
    """Text of block scalars may look like a comment."""
    return comments_of(" ".join(source.text[one.start : one.end] for one in splices))


@settings(max_examples=200, deadline=None)
@given(st.integers(0, 2**64))
def test_several_edits_of_one_fix_do_what_they_do_to_the_data(seed: int) -> None:
    rng = Random(seed)
    source = Source.from_bytes("x.yaml", a_file(rng))
    every = [one for one in all_documents(source) if one.root is not None]
    edits: list[Edit] = []
    for _ in range(rng.randint(2, 5)):
        edit = an_edit(rng, rng.choice(every))
        if not any(disturb(edit, other) for other in edits):
            edits.append(edit)
    splices = planned(*edits)
    if splices is None:
        return
    new_text = prove(source, splices, edits)
    after = all_documents(Source.from_bytes("x.yaml", new_text.encode()))
    on_top = [one for one in every if one.host is None]
    if all(edit.place.document.host is None for edit in edits):
        wanted = [
            plain.edited(one.data, [e for e in edits if e.place.document is one]) for one in on_top
        ]
        assert [one.data for one in after if one.host is None and one.root is not None] == wanted


def disturb(edit: Edit, other: Edit) -> bool:
    """Whether one edit changes what the other speaks of, its value or its neighbours' names."""
    some, others = target(edit), target(other)
    length = min(len(some), len(others))
    return some[:length] == others[:length]


def target(edit: Edit) -> tuple[object, ...]:
    place, outer = edit.place, []
    document = place.document
    while document.host is not None:
        outer.append((document.host.path, document.start))
        document = document.host.document
    levels: list[object] = [document.start]
    for path, start in reversed(outer):
        levels += [*path, start]
    levels += place.path
    if isinstance(edit, Insert):
        levels.append(edit.key)
    if isinstance(edit, RenameKey):
        # The new name may be taken by another edit; one rename per mapping is enough here.
        levels.pop()
    return tuple(levels)
