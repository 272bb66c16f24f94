"""Regular expressions that come with a repository, matched in linear time.

Python's matcher goes back over what it has read, and `(a+)+$` makes it do so for ever. Here a
pattern is a graph, and a text takes all ways through it at once; what one character leads to is
remembered. References to groups, and looking more than one character ahead, are refused: they
cannot be had in linear time, and Go, whose expressions kustomize and MetalLB use, has none either.
"""

from __future__ import annotations

import re
import sys
from collections.abc import Callable, Iterable
from functools import lru_cache
from importlib import import_module
from typing import Any, NamedTuple

# What Python itself reads patterns with. It is private, for want of a public one; but for its name
# it has been the same for twenty years (3.14 adds `\z`). A part that is not known here is refused
# (`_Builder.part`), and a test compares what comes out with Python's own matcher, on every Python
# that the suite runs on.
_NEW = sys.version_info >= (3, 11)
op: Any = import_module("re._constants" if _NEW else "sre_constants")
parser: Any = import_module("re._parser" if _NEW else "sre_parse")

MAX_STATES = 2_000
"""More than the pattern has characters: `a{1000}` has a thousand."""

MAX_STEPS = 20_000_000
"""Characters of a text, times states of a pattern."""

NEVER = r"[^\s\S]"
"""Matches nothing."""

_REMEMBERED = 20_000
_START, _WORD, _OTHER = range(3)
_MATCHED = 0
_CATEGORIES = {
    op.CATEGORY_DIGIT: r"\d",
    op.CATEGORY_NOT_DIGIT: r"\D",
    op.CATEGORY_SPACE: r"\s",
    op.CATEGORY_NOT_SPACE: r"\S",
    op.CATEGORY_WORD: r"\w",
    op.CATEGORY_NOT_WORD: r"\W",
}
_FLAGS = re.IGNORECASE | re.DOTALL | re.ASCII | re.UNICODE

Test = Callable[[str], Any]
Around = Callable[[int, str, bool], bool]
"""Whether a place is meant: what is before it, the character behind it ("" at the end), and
whether that is the last."""


class PatternError(ValueError):
    """Why a pattern cannot be used."""


class State(NamedTuple):
    """`test` takes a character; without it, the way on is free `if` the place is right."""

    test: Test | None
    condition: Around | None
    after: tuple[int, ...]


class Pattern:
    """Says whether a text matches, and no more."""

    def __init__(self, text: str, flags: int = 0) -> None:
        self.text = text
        self._states, self._first = _built(text, flags)
        self._known: dict[tuple[frozenset[int], int, str, bool], tuple[bool, frozenset[int]]] = {}

    def search(self, text: str) -> bool:
        return self._run(text, anywhere=True, to_end=False)

    def match(self, text: str) -> bool:
        return self._run(text, anywhere=False, to_end=False)

    def fullmatch(self, text: str) -> bool:
        return self._run(text, anywhere=False, to_end=True)

    def _run(self, text: str, *, anywhere: bool, to_end: bool) -> bool:
        if len(text) * len(self._states) > MAX_STEPS:
            raise PatternError(f"a text of {len(text):,} characters is too long for this pattern")
        first = frozenset([self._first])
        here, before, last = first, _START, len(text) - 1
        for at, character in enumerate(text):
            matched, here = self._step(here, before, character, at == last)
            if matched and not to_end:
                return True
            if anywhere:
                here |= first
            elif not here:
                return False
            before = _WORD if character.isalnum() or character == "_" else _OTHER
        return self._step(here, before, "", False)[0]

    def _step(
        self, here: frozenset[int], before: int, character: str, last: bool
    ) -> tuple[bool, frozenset[int]]:
        """Whether the text may end here, and where the character leads."""
        key = here, before, character, last
        known = self._known.get(key)
        if known is None:
            if len(self._known) >= _REMEMBERED:
                self._known.clear()
            known = self._known[key] = self._stepped(*key)
        return known

    def _stepped(
        self, here: frozenset[int], before: int, character: str, last: bool
    ) -> tuple[bool, frozenset[int]]:
        todo, seen = list(here), set(here)
        led: set[int] = set()
        while todo:
            state = self._states[todo.pop()]
            if state.test is not None:
                if character and state.test(character):
                    led.update(state.after)
            elif state.condition is None or state.condition(before, character, last):
                todo += [one for one in state.after if one not in seen]
                seen.update(state.after)
        return _MATCHED in seen, frozenset(led)


@lru_cache(maxsize=512)
def compiled(text: str, flags: int = 0) -> Pattern:
    """Raises PatternError."""
    return Pattern(text, flags)


def is_tame(text: str) -> bool:
    """Whether Python's own matcher takes linear time, too: at the most one repetition, of
    nothing that can be read in two ways, behind a `^`."""
    try:
        parsed = list(parser.parse(text))
    except (re.error, OverflowError, RecursionError):
        return False
    anchored = bool(parsed) and parsed[0] == (op.AT, op.AT_BEGINNING)
    repeated = str(parsed).count("REPEAT")
    return not repeated or (anchored and repeated == 1 and "BRANCH" not in str(parsed))


# --- text → graph ------------------------------------------------------------------------------


def _built(text: str, flags: int) -> tuple[list[State], int]:
    try:
        parsed = parser.parse(text, flags)
        flags = parsed.state.flags
        if flags & ~_FLAGS:
            raise PatternError("it sets a flag other than `i`, `s` or `a`")
        builder = _Builder(MAX_STATES + 2 * len(text))
        return builder.states, builder.sequence(parsed, _MATCHED, flags)
    except (re.error, OverflowError) as error:
        raise PatternError(str(error)) from None
    except RecursionError:
        raise PatternError("it is nested too deeply") from None


class _Builder:
    """Builds from the end: each part is told the state that comes after it."""

    def __init__(self, limit: int) -> None:
        self.limit = limit
        self.states: list[State] = [State(None, None, ())]

    def add(
        self,
        after: Iterable[int],
        test: Test | None = None,
        condition: Around | None = None,
    ) -> int:
        if len(self.states) >= self.limit:
            raise PatternError(f"it has more than {self.limit:,} parts, counting repetitions")
        self.states.append(State(test, condition, tuple(after)))
        return len(self.states) - 1

    def sequence(self, parts: Any, after: int, flags: int) -> int:
        for code, argument in reversed(list(parts)):
            after = self.part(code, argument, after, flags)
        return after

    def part(self, code: Any, argument: Any, after: int, flags: int) -> int:
        if code in (op.LITERAL, op.NOT_LITERAL, op.ANY, op.IN):
            return self.add([after], test=_test(code, argument, flags))
        if code is op.BRANCH:
            return self.add([self.sequence(one, after, flags) for one in argument[1]])
        if code is op.SUBPATTERN:
            _, added, removed, inner = argument
            if (added | removed) & ~_FLAGS:
                raise PatternError("it sets a flag other than `i`, `s` or `a`")
            return self.sequence(inner, after, (flags | added) & ~removed)
        if code in (op.MAX_REPEAT, op.MIN_REPEAT):
            least, most, inner = argument
            return self.repeat(least, most, inner, after, flags)
        if code is op.AT and argument in _PLACES:
            return self.add([after], condition=_PLACES[argument])
        if code in (op.ASSERT, op.ASSERT_NOT):
            return self.add([after], condition=_ahead(code, argument, flags))
        raise PatternError("it refers to a group, or uses something else that takes no linear time")

    def repeat(self, least: int, most: int, inner: Any, after: int, flags: int) -> int:
        if most == op.MAXREPEAT:
            loop = self.add([])
            body = self.sequence(inner, loop, flags)
            self.states[loop] = State(None, None, (body, after))
            first = loop
        else:
            first = after
            for _ in range(most - least):
                first = self.add([self.sequence(inner, first, flags), after])
        for _ in range(least):
            # An empty group takes no states, and could be repeated for ever.
            first = self.add([self.sequence(inner, first, flags)])
        return first


def _test(code: Any, argument: Any, flags: int) -> Test:
    """Judges one character as Python's own matcher does."""
    if code is op.LITERAL and not flags & re.IGNORECASE:
        return chr(argument).__eq__
    if code is op.ANY:
        source = "."
    elif code is op.IN:
        negated = any(one is op.NEGATE for one, _ in argument)
        members = "".join(_member(*one) for one in argument if one[0] is not op.NEGATE)
        source = f"[{'^' if negated else ''}{members}]"
    else:
        source = f"[{'^' if code is op.NOT_LITERAL else ''}{_character(argument)}]"
    return _one_character(source, flags & _FLAGS)


@lru_cache(maxsize=4096)
def _one_character(source: str, flags: int) -> Test:
    return re.compile(source, flags).match


def _member(code: Any, argument: Any) -> str:
    if code is op.RANGE:
        return f"{_character(argument[0])}-{_character(argument[1])}"
    return _CATEGORIES[argument] if code is op.CATEGORY else _character(argument)


def _character(code: int) -> str:
    return f"\\U{code:08x}"


def _ahead(code: Any, argument: Any, flags: int) -> Around:
    """A look at the next character, such as `(?!/)`."""
    direction, inner = argument
    parts = list(inner)
    if direction < 0 or len(parts) != 1 or parts[0][0] not in (op.LITERAL, op.NOT_LITERAL, op.IN):
        raise PatternError("it looks ahead or behind")
    kind, of = parts[0]
    test, wanted = _test(kind, of, flags), code is op.ASSERT
    return lambda before, character, last: bool(character and test(character)) is wanted


def _is_end(before: int, character: str, last: bool) -> bool:
    return not character or (last and character == "\n")


def _is_boundary(before: int, character: str, last: bool) -> bool:
    return (before == _WORD) != (character.isalnum() or character == "_")


_PLACES: dict[Any, Around] = {
    op.AT_BEGINNING: lambda before, character, last: before == _START,
    op.AT_BEGINNING_STRING: lambda before, character, last: before == _START,
    op.AT_END: _is_end,
    op.AT_END_STRING: lambda before, character, last: not character,
    op.AT_BOUNDARY: _is_boundary,
    op.AT_NON_BOUNDARY: lambda *place: not _is_boundary(*place),
}
