"""A unified patch that `git apply` accepts, byte for byte."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from difflib import SequenceMatcher

CONTEXT = 3

Opcode = tuple[str, int, int, int, int]
"""As difflib's: what happens to which lines of the one text and of the other."""

_ESCAPES = {
    0x07: b"\\a",
    0x08: b"\\b",
    0x09: b"\\t",
    0x0A: b"\\n",
    0x0B: b"\\v",
    0x0C: b"\\f",
    0x0D: b"\\r",
    0x22: b'\\"',
    0x5C: b"\\\\",
}


def patch(path: str, old: bytes, new: bytes) -> bytes:
    """What turns the old bytes of a file into the new ones; nothing if they are the same."""
    if old == new:
        return b""
    before, after = _name(f"a/{path}"), _name(f"b/{path}")
    # Without the tab, a blank in a name would end it.
    tab = b"\t" if " " in path else b""
    header = b"diff --git %s %s\n--- %s%s\n+++ %s%s\n" % (before, after, before, tab, after, tab)
    return header + b"".join(_hunks(old, new))


def _name(path: str) -> bytes:
    """As Git writes it: in quotes if there are characters that are not plain ASCII."""
    # A name that is no Unicode reaches Python with surrogates in it.
    raw = path.encode("utf-8", "surrogateescape")
    quoted = b"".join(map(_escaped, raw))
    return raw if quoted == raw else b'"%s"' % quoted


def _escaped(byte: int) -> bytes:
    if byte in _ESCAPES:
        return _ESCAPES[byte]
    return bytes([byte]) if 0x20 <= byte < 0x7F else b"\\%03o" % byte


def _hunks(old: bytes, new: bytes) -> Iterator[bytes]:
    before, after = _lines(old), _lines(new)
    for group in _groups(_opcodes(before, after)):
        first, last = group[0], group[-1]
        yield b"@@ -%s +%s @@\n" % (_range(first[1], last[2]), _range(first[3], last[4]))
        for kind, i, j, k, m in group:
            if kind == "equal":
                yield from _marked(b" ", before[i:j])
            else:
                yield from _marked(b"-", before[i:j])
                yield from _marked(b"+", after[k:m])


def _opcodes(before: list[bytes], after: list[bytes]) -> Iterator[Opcode]:
    """What begins or ends both is equal, whatever else could be paired with it: Git takes a
    hunk without lines behind its last change for one at the end of the file."""
    head = _common(before, after)
    tail = _common(before[head:][::-1], after[head:][::-1])
    end, new_end = len(before) - tail, len(after) - tail
    yield "equal", 0, head, 0, head
    middle = SequenceMatcher(None, before[head:end], after[head:new_end], autojunk=False)
    for kind, i, j, k, m in middle.get_opcodes():
        yield kind, head + i, head + j, head + k, head + m
    yield "equal", end, len(before), new_end, len(after)


def _groups(opcodes: Iterable[Opcode]) -> Iterator[list[Opcode]]:
    """Changes that lie so close together that the lines around them would meet."""
    group: list[Opcode] = []
    for kind, i, j, k, m in opcodes:
        if kind != "equal":
            group.append((kind, i, j, k, m))
            continue
        is_gap = j - i > 2 * CONTEXT
        if any(code[0] != "equal" for code in group) and is_gap:
            yield [*group, (kind, i, i + CONTEXT, k, k + CONTEXT)]
            group = []
        if not group:
            group = [(kind, max(i, j - CONTEXT), j, max(k, m - CONTEXT), m)]
        else:
            group.append((kind, i, j, k, m))
    if any(code[0] != "equal" for code in group):
        kind, i, j, k, m = group[-1]
        group[-1] = (kind, i, min(j, i + CONTEXT), k, min(m, k + CONTEXT))
        yield group


def _lines(data: bytes) -> list[bytes]:
    lines = data.split(b"\n")
    last = lines.pop()
    return [line + b"\n" for line in lines] + ([last] if last else [])


def _common(some: list[bytes], others: list[bytes]) -> int:
    count = 0
    for one, other in zip(some, others, strict=False):
        if one != other:
            break
        count += 1
    return count


def _range(start: int, end: int) -> bytes:
    length = end - start
    return b"%d,%d" % (start + 1 if length else start, length)


def _marked(mark: bytes, lines: Iterable[bytes]) -> Iterator[bytes]:
    for line in lines:
        yield mark + line
        if not line.endswith(b"\n"):
            yield b"\n\\ No newline at end of file\n"
