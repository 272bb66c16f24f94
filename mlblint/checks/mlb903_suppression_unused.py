"""Ignore comments that hide nothing."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from mlblint.context import Context
from mlblint.findings import Fix, Problem
from mlblint.suppressions import Verdict, scope
from mlblint.text.edits import RemoveComment, RewriteComment
from mlblint.text.ignores import LINE, Ignore, Selector
from mlblint.text.places import Place

_BACK = "so that one which comes later is seen"


def check(context: Context) -> Iterator[Problem]:
    for verdict in context.ignores:
        if verdict.ignore.error is not None:
            yield _malformed(verdict.ignore, verdict.ignore.error)
        elif verdict.expired:
            yield _expired(verdict.ignore)
        else:
            yield _useless(verdict)


def _malformed(ignore: Ignore, error: str) -> Problem:
    return Problem(
        place=ignore.place,
        message=f"this comment ignores nothing: {error}. What it was to hide is reported",
        help="write `# mlblint: ignore[RULE] reason`, with ids or names of rules and commas, or "
        "remove the comment",
        unfixable="what was meant is for a person to say",
    )


def _expired(ignore: Ignore) -> Problem:
    return Problem(
        place=ignore.place,
        message=f"the time of this `{ignore.word}` was over on {ignore.until}: what it hid is "
        "reported again",
        help="mend what it hid, or give it another date with a new reason",
        fix=Fix("remove the comment", (RemoveComment(ignore.place),)),
    )


def _useless(verdict: Verdict) -> Problem:
    ignore = verdict.ignore
    bad = [*verdict.unused, *(selector for selector, _ in verdict.unknown)]
    left = [one for one in ignore.selectors if one not in bad]
    first = min(bad, key=lambda one: one.span)
    place = replace(ignore.place, stretch=first.span) if left else ignore.place
    edit = RewriteComment(ignore.place, _with(ignore, left)) if left else None
    return Problem(
        place=place,
        message="; ".join(_complaints(verdict)),
        help=f"remove what hides nothing, {_BACK}",
        fix=Fix(
            f"remove {_listed(bad)} from the comment" if left else "remove the comment",
            (edit or RemoveComment(ignore.place),),
        ),
    )


def _complaints(verdict: Verdict) -> Iterator[str]:
    ignore = verdict.ignore
    if verdict.unused:
        which = _listed(verdict.unused)
        if ignore.word == LINE and not ignore.last:
            yield f"`{ignore.word}` of {which} hides nothing: {scope(ignore)}"
        else:
            yield f"`{ignore.word}` of {which} hides nothing: no such finding is {scope(ignore)}"
    for _, problem in verdict.unknown:
        yield f"`{ignore.word}` hides nothing: {problem}"


def _listed(selectors: list[Selector] | tuple[Selector, ...]) -> str:
    return ", ".join(f"`{one.name}`" for one in selectors)


def _with(ignore: Ignore, left: list[Selector]) -> str:
    """The comment with some of its selectors only; they stay as they are written."""
    text = ignore.place.document.text
    start, end = _span(ignore.place)
    first, last = ignore.selectors[0].span[0], ignore.selectors[-1].span[1]
    comma = ", " if ", " in text[first:last] else ","
    return text[start:first] + comma.join(one.name for one in left) + text[last:end]


def _span(place: Place) -> tuple[int, int]:
    assert place.stretch is not None
    return place.stretch
