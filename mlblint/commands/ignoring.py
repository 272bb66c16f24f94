"""`--add-ignore`: comments for what is found, made and proven as fixes are."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from itertools import groupby

from mlblint.commands import Failure
from mlblint.commands.mending import Mended, mend
from mlblint.findings import Finding, Fix
from mlblint.pipeline import Request, Result, lint
from mlblint.report.terminal import printable
from mlblint.suppressions import NEVER, RULE
from mlblint.text.commenting import comment_place
from mlblint.text.edits import AddComment, Edit, RewriteComment
from mlblint.text.ignores import LINE, Ignore, ignores, read, written
from mlblint.text.source import Source
from mlblint.text.splices import Refusal

_TITLE = "ignore it here"
_NOT_THESE = {
    RULE: "it is about an ignore comment: `--fix` removes that",
    NEVER: "mlblint itself is at fault",
}


def ignore_all(request: Request, reason: str) -> tuple[Mended, int]:
    """Looks for the comments to add, until a look finds nothing more that could be ignored;
    and how many findings they hide."""
    _refuse_bad_reason(reason)
    hidden_before = _hidden(lint(request))
    mended = mend(request, unsafe=False, prepare=lambda result: list(_prepared(result, reason)))
    return mended, _hidden(mended.result) - hidden_before


def _hidden(result: Result) -> int:
    return sum(
        1 for one in result.suppressed if one.suppression and one.suppression.by == "comment"
    )


def _refuse_bad_reason(reason: str) -> None:
    words = read(written(LINE, ["MLB301"], reason)) if reason.isprintable() else None
    if words is None or words.error is not None:
        why = words.error if words else "it has to be text on one line, without ` # `"
        raise Failure(printable(f"--reason {reason}: {why}"))


def _prepared(result: Result, reason: str) -> Iterator[Finding]:
    """The findings with a comment for their fix; those on one line share it."""
    for path, on_path in groupby(result.findings, key=lambda finding: finding.location.path):
        source = result.sources(path)
        comments = list(ignores(source)) if source is not None else []
        for line, group in groupby(on_path, key=lambda finding: finding.location.start.line):
            found = list(group)
            rules = sorted({one.rule for one in found} - set(_NOT_THESE))
            edit, refused = _edit(result, source, line, rules, reason, comments)
            for finding in found:
                why = _NOT_THESE.get(finding.rule, refused)
                fix = None if why or edit is None else Fix(_TITLE, (edit,))
                yield replace(finding, fix=fix, unfixable=why)


def _edit(
    result: Result,
    source: Source | None,
    line: int,
    rules: Sequence[str],
    reason: str,
    comments: Sequence[Ignore],
) -> tuple[Edit | None, str | None]:
    """The edit that makes a line's comment, or why there can be none."""
    if source is None:
        return None, "the file cannot be read"
    if not rules:
        return None, None
    try:
        place = comment_place(source, line)
    except Refusal as refusal:
        return None, refusal.reason
    assert result.protection is not None
    protected = result.protection.reason(place.document)
    if protected is not None:
        return None, protected
    for comment in comments:
        if _can_take(comment, line, reason):
            return _merged(comment, rules), None
    return AddComment(place, written(LINE, rules, reason)), None


def _can_take(comment: Ignore, line: int, reason: str) -> bool:
    """Whether more rules can join those of a comment: its reason and its date must be theirs
    as well."""
    return (
        comment.word == LINE
        and comment.error is None
        and comment.first == line
        and comment.until is None
        and (not reason or comment.reason == reason)
    )


def _merged(comment: Ignore, rules: Sequence[str]) -> Edit:
    text = comment.place.document.text
    stretch = comment.place.stretch
    assert stretch is not None
    end = comment.selectors[-1].span[1]
    spaced = len(comment.selectors) < 2 or ", " in text[stretch[0] : end]
    names = [one.name for one in comment.selectors]
    added = [rule for rule in rules if rule not in names]
    more = "".join(f"{', ' if spaced else ','}{rule}" for rule in added)
    return RewriteComment(comment.place, text[stretch[0] : end] + more + text[end : stretch[1]])
