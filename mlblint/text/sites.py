"""Where a value stands: what is around it, and what of the text it occupies."""

from __future__ import annotations

import re

from mlblint.records import dataclass
from mlblint.text.comments import comment_spans
from mlblint.text.documents import Document
from mlblint.text.layout import (
    Lines,
    colon_end,
    content_start,
    dash,
    is_block,
    is_block_scalar,
    last_line,
)
from mlblint.text.nodes import Alias, Key, Mapping, Node, Path, Sequence
from mlblint.text.splices import Refusal

_PROPERTY_TOKEN = re.compile(r"[&!][^\s,\[\]{}]*")

Collection = Mapping | Sequence


@dataclass(frozen=True)
class Site:
    """The value `node` in its document; `nodes` lead to it from the root."""

    document: Document
    lines: Lines
    path: Path
    nodes: tuple[Node, ...]

    @property
    def text(self) -> str:
        return self.document.text

    @property
    def node(self) -> Node:
        return self.nodes[-1]

    @property
    def parent(self) -> Collection | None:
        parent = self.nodes[-2] if len(self.nodes) > 1 else None
        return None if isinstance(parent, Alias) else parent  # type: ignore[return-value]

    @property
    def in_flow(self) -> bool:
        """Whether a flow collection is around it."""
        return self.parent is not None and self.parent.flow

    @property
    def index(self) -> int:
        """Its number among the members of its parent; of duplicate keys the last counts."""
        if isinstance(self.parent, Mapping):
            return max(i for i, (_, value) in enumerate(self.parent.pairs) if value is self.node)
        key = self.path[-1]
        assert isinstance(key, int)
        return key

    @property
    def key(self) -> Node | None:
        return self.parent.pairs[self.index][0] if isinstance(self.parent, Mapping) else None

    @property
    def around(self) -> Site:
        """The site of the parent."""
        return Site(self.document, self.lines, self.path[:-1], self.nodes[:-1])

    @property
    def last_key(self) -> Key:
        return self.path[-1]

    @property
    def column(self) -> int:
        """The column of the key or dash in front of it."""
        return self.lines.column(self.member_start)

    @property
    def member_start(self) -> int:
        """Where its key, or its dash, begins."""
        if self.key is not None:
            return self.key.start
        if isinstance(self.parent, Sequence) and not self.parent.flow:
            return dash(self.lines, self.parent, self.index)
        return self.node.start

    @property
    def slot(self) -> int:
        """Where a value would begin: behind the colon or the dash."""
        if self.key is not None:
            end = colon_end(self.text, self.key)
            if end is None:
                raise Refusal("no colon stands behind the key")
            return end
        if isinstance(self.parent, Sequence) and not self.parent.flow:
            return self.member_start + 1
        return self.node.start

    @property
    def is_empty(self) -> bool:
        """Whether nothing is written there, or only an anchor or tag."""
        return content_start(self.text, self.node) == self.node.end

    @property
    def end(self) -> int:
        """Where the value's own text ends."""
        if is_block(self.node) or is_block_scalar(self.node):
            return self.lines.end(last_line(self.lines, self.node))
        return self.node.end

    @property
    def properties_end(self) -> int:
        """Where an anchor or tag in front of the value ends; else the slot."""
        end = self.slot
        start, stop = self.node.start, content_start(self.text, self.node)
        for match in _PROPERTY_TOKEN.finditer(self.text, start, stop):
            end = match.end()
        return end

    def blanks_to_line_end(self, at: int) -> int:
        """The end of the blanks behind an offset if nothing else follows on the line."""
        end = self.lines.end(self.lines.number(at))
        return at if self.text[at:end].strip(" \t") else end

    def no_comments(self, start: int, end: int) -> None:
        """Refuse to lose comments; a comment behind the value's last line stays."""
        if "#" in self.text[start:end] and any(
            start <= at < end for at, _ in comment_spans(self.text, start, end, [self.node])
        ):
            raise Refusal("comments stand inside the value that would be replaced")
