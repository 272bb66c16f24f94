"""YAML that no parser accepts, in a document that could matter."""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import chain

from mlblint.context import Context
from mlblint.findings import Problem, Severity
from mlblint.repo.index import is_archived
from mlblint.repo.texts import read_documents
from mlblint.repo.words import UNSEEN
from mlblint.text.documents import Broken, Document
from mlblint.text.nodes import Mapping, Scalar, walk
from mlblint.text.places import Place
from mlblint.text.source import Source

# Blanks of other alphabets and of no width: YAML takes them for letters.
_WHERE_A_BLANK_BELONGS = re.compile(
    rf"(?:^[ \t]*(?:-[ \t]+)*-?|:)(?P<unseen>{UNSEEN.pattern})", re.MULTILINE
)


def check(context: Context) -> Iterator[Problem]:
    return chain(_unreadable(context), _misread(context))


def _severity(context: Context, path: str) -> Severity:
    return "error" if context.model.clusters_of(path) else "warning"


def _unreadable(context: Context) -> Iterator[Problem]:
    index = context.model.index
    for broken in index.broken:
        path = broken.source.path
        if is_archived(path) and not context.model.clusters_of(path):
            continue
        unseen = _unseen_before(broken)
        at = min(broken.error.offset, len(broken.source.text)) if unseen is None else unseen
        document = Document(broken.source, 0, None, at, at)
        why = str(broken.error)
        if unseen is not None:
            why += f"; here stands {_named(broken.source.text[unseen])} where a blank belongs"
        yield Problem(
            place=Place(document),
            message=f"this is not YAML: {why}. Nothing in this document can be applied",
            help=(
                "mend the document, or `exclude` the file if it is meant for another program"
                if unseen is None
                else "write an ordinary blank instead"
            ),
            severity=_severity(context, path),
            unfixable="what was meant is for a person to decide",
        )
    for path, reason in index.not_text.items():
        yield Problem(
            place=Place(Document(Source.from_text(path, ""), 0, None, 0, 0)),
            message=f"the file cannot be read as YAML: it is {reason}",
            help="give it another name, or `exclude` it",
            severity="warning",
            unfixable="it is not a text",
        )


def _unseen_before(broken: Broken) -> int | None:
    """The parser stumbles at the end of the line, or in the next one."""
    text, error = broken.source.text, broken.error.offset
    lines = [text.rfind("\n", broken.start, error) + 1]
    lines.append(text.rfind("\n", broken.start, max(lines[0] - 1, broken.start)) + 1)
    end = text.find("\n", error)
    for start in lines:
        found = _WHERE_A_BLANK_BELONGS.search(text, start, len(text) if end < 0 else end)
        if found is not None:
            return found.start("unseen")
    return None


def _misread(context: Context) -> Iterator[Problem]:
    """An indentation that only looks like one belongs to the key."""
    for document in read_documents(context.model):
        if not document.contains(UNSEEN):
            continue
        for path, node in walk(document.root) if document.root is not None else ():
            for key, _ in node.pairs if isinstance(node, Mapping) else ():
                if isinstance(key, Scalar) and UNSEEN.match(key.text):
                    meant = UNSEEN.sub("", key.text).strip()
                    yield Problem(
                        place=Place(document, (*path, key.text), on_key=True),
                        message=(
                            f"the key `{meant}` begins with {_named(key.text[0])}, which looks "
                            "like a blank and is none: it belongs to the key, and nobody reads "
                            f"what stands here as `{meant}`"
                        ),
                        help="indent it with ordinary blanks",
                        severity=_severity(context, document.source.path),
                        unfixable="how deep it is meant to stand is for a person to decide",
                    )


def _named(character: str) -> str:
    from unicodedata import name

    return f"U+{ord(character):04X} ({name(character).lower()})"
