"""Rules on a terminal: one card in full, or all of them in a list."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence

from mlblint.cards import Card, Example
from mlblint.report.colours import PLAIN, Colours
from mlblint.report.terminal import printable, wrap
from mlblint.rule_docs import changes, config_lines, facts, finding_line, fix_command, options

MIN_TITLE = 30
"""Columns that a title needs beside the name of its rule."""

_BULLET = re.compile(r"(\s*(?:[-*]|\d+\.)\s+)(.*)", re.DOTALL)


def explain(card: Card, limit: int, colours: Colours = PLAIN) -> str:
    """A card on a terminal of `limit` columns."""
    lines = [
        f"{colours.severity(card.severity, card.id)} {colours.bold(card.name)}",
        *colours.code(wrap(printable(card.title), limit)),
        "",
        *(line for fact in facts(card) for line in _fact(*fact, limit, colours)),
    ]
    sections = [("Why", card.why), ("Fix", card.fix.why), ("Options", options(card))]
    for heading, text in sections:
        if text:
            lines += ["", colours.bold(heading), *_indented(_flow(text, limit - 2, colours))]
    bad = next((example for example in card.examples if not example.is_good), None)
    if bad:
        lines += ["", colours.bold(f"Example: {printable(bad.title)}")]
        lines += _indented(_example_lines(bad, limit - 2, colours))
    if card.sources:
        sources = "\n".join(f"- {source}" for source in card.sources)
        lines += ["", colours.bold("Sources"), *_indented(_flow(sources, limit - 2, colours))]
    return "\n".join(lines) + "\n"


def catalogue(cards: Sequence[Card], limit: int, colours: Colours = PLAIN) -> str:
    """All rules in columns; on a narrow terminal the titles stand below."""
    ids = max((len(card.id) for card in cards), default=0)
    names = max((len(card.name) for card in cards), default=0)
    before = ids + names + len("  warning") + 4
    lines: list[str] = []
    for card in cards:
        if limit - before >= MIN_TITLE:
            head = f"{colours.bold(card.id)}{'':{ids - len(card.id)}}  {card.name:<{names}}  "
            first, *more = colours.code(wrap(printable(card.title), limit - before))
            lines.append(f"{head}{colours.severity(card.severity, f'{card.severity:<7}')}  {first}")
            lines += [" " * before + line for line in more]
        else:
            severity = colours.severity(card.severity, card.severity)
            lines.append(f"{colours.bold(card.id)} {card.name} ({severity})")
            lines += _indented(colours.code(wrap(printable(card.title), limit - 2)))
    return "".join(f"{line}\n" for line in lines)


def _fact(label: str, text: str, limit: int, colours: Colours) -> Iterator[str]:
    first, *more = colours.code(wrap(text, limit - 10))
    yield f"{colours.dim(f'{label:<8}')}  {first}"
    yield from (f"{'':10}{line}" for line in more)


def _flow(markdown: str, limit: int, colours: Colours) -> Iterator[str]:
    """Markdown with its paragraphs and lists broken anew; code blocks stay as they are."""
    inside_code = False
    for block in _blocks(markdown):
        if block.startswith("```"):
            inside_code = not inside_code
        elif inside_code or block.startswith("    "):
            yield f"    {printable(block.removeprefix('    '))}".rstrip()
        elif bullet := _BULLET.fullmatch(block):
            marker, text = bullet.groups()
            lines = colours.code(wrap(printable(" ".join(text.split())), limit - len(marker)))
            yield marker + lines[0]
            yield from (" " * len(marker) + line for line in lines[1:])
        else:
            yield from colours.code(wrap(printable(" ".join(block.split())), limit))


def _blocks(markdown: str) -> Iterator[str]:
    """Paragraphs, list items, lines of code, and the empty lines between them."""
    block: list[str] = []
    code = False
    for line in markdown.strip().split("\n"):
        fence = line.startswith("```")
        if block and (fence or not line.strip() or _BULLET.match(line)):
            yield "\n".join(block)
            block = []
        if fence or code or not line.strip():
            yield line
        else:
            block.append(line)
        code = code != fence
    if block:
        yield "\n".join(block)


def _example_lines(example: Example, limit: int, colours: Colours) -> Iterator[str]:
    for path, text in example.files.items():
        yield colours.dim(f"{printable(path)}:")
        yield from _indented(printable(line) for line in text.splitlines())
    if example.config:
        yield colours.dim(".mlblint.yaml:")
        yield from _indented(map(printable, config_lines(example.config)))
    yield ""
    for finding in example.findings:
        yield from colours.code(wrap(printable(finding_line(finding)), limit))
    if example.fixed:
        yield ""
        yield from colours.code([f"`{fix_command(example)}`:"])
        for line in changes(example):
            paint = {"+": colours.added, "-": colours.removed}.get(line[:1], str)
            yield paint(printable(line))


def _indented(lines: Iterable[str]) -> list[str]:
    return [f"  {line}".rstrip() for line in lines]
