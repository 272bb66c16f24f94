"""`--baseline`, `--write-baseline` and `--diff-base`: what was there already."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from mlblint import boundaries
from mlblint.cards import Card
from mlblint.commands import Failure
from mlblint.commands.output import tell
from mlblint.pipeline import Request, Result, lint
from mlblint.records import dataclass
from mlblint.report.summary import plural
from mlblint.report.terminal import printable
from mlblint.writing import put

if TYPE_CHECKING:
    from mlblint.baseline import Baseline, Entry

SHOWN = 5
"""So many stale entries are listed; of more, the number is told."""


@dataclass(frozen=True)
class Known:
    """A baseline, and what it is called on the command line."""

    name: str
    baseline: Baseline


def with_known(
    request: Request, folder: Path, given: str | None, without: bool, diff_base: str | None
) -> tuple[Request, Known | None]:
    """The request with marks for what is known, and the baseline that applies."""
    name = given if given is not None else request.config.baseline
    known: Known | None = None
    if name is not None and not without:
        if given is not None:
            path = _allowed(boundaries.named, request.root, folder / name, name)
        else:
            path = _allowed(boundaries.inside, request.root, request.root / name, name)
        known = Known(name, _read(path, name))
        request = replace(request, marks=(known.baseline.mark, *request.marks))
    if diff_base is not None:
        from mlblint.revisions import RevisionError, since

        try:
            request = since(request, diff_base)
        except RevisionError as error:
            raise Failure(printable(f"--diff-base {diff_base}: {error}")) from None
    return request, known


def tell_stale(known: Known, result: Result, cards: Sequence[Card]) -> None:
    """The baseline should not hide what somebody breaks again."""
    stale = _stale(known.baseline, result, cards)
    if not stale:
        return
    count = sum(entry.count for entry in stale)
    tell(
        f"{known.name}: {plural(count, 'known finding')} no longer there; "
        f"`mlblint --write-baseline {known.name}` takes them out:"
    )
    for entry in stale[:SHOWN]:
        about = f" ({entry.resource})" if entry.resource else ""
        tell(f"  {entry.path}: {entry.rule}{about}")
    if len(stale) > SHOWN:
        tell(f"  and {len(stale) - SHOWN} more")


def _stale(baseline: Baseline, result: Result, cards: Sequence[Card]) -> list[Entry]:
    if result.internal_errors or result.unreadable:
        return []
    return list(baseline.stale(result.all_findings, _judged(baseline, result, cards)))


def _judged(baseline: Baseline, result: Result, cards: Sequence[Card]) -> frozenset[str]:
    """The rules that were asked, and those that do not exist any more."""
    known = {card.id for card in cards}
    return result.ran | {one.rule for one in baseline.entries if one.rule not in known}


# --- writing ---------------------------------------------------------------------------------


def write_baseline(
    request: Request, folder: Path, name: str, cards: Sequence[Card], *, grow: bool
) -> int:
    from mlblint.baseline import Baseline, made, render

    path = _allowed(boundaries.named, request.root, folder / name, name)
    is_new = not path.exists()
    old = Baseline() if is_new else _read(path, name)
    result = lint(replace(request, marks=(*request.marks, old.mark)))
    if result.internal_errors or result.unreadable:
        where = f" ({result.unreadable[0][0]} cannot be read)" if result.unreadable else ""
        raise Failure(printable(f"{name}: not written: not everything could be looked at{where}"))
    judged = _judged(old, result, cards)
    kept = [entry for entry in old.entries if entry.rule not in judged]
    baseline = made(result.all_findings, kept, grow=is_new or grow)
    _write(path, name, render(baseline).encode())
    gone = sum(entry.count for entry in old.stale(result.all_findings, judged))
    total = sum(entry.count for entry in baseline.entries)
    tell(f"{name}: {plural(total, 'known finding')}{f', {gone} taken out' if gone else ''}")
    if result.findings and not (is_new or grow):
        count = plural(len(result.findings), "new finding")
        tell(f"{name}: {count} left out: mend or ignore them, or add --grow-baseline")
    return 0


def _allowed(limit: Callable[[Path, Path], Path], root: Path, path: Path, name: str) -> Path:
    try:
        return limit(root, path)
    except OSError as error:
        raise Failure(printable(f"{name}: cannot be used: {error.strerror}")) from None


def _read(path: Path, name: str) -> Baseline:
    from mlblint.baseline import BaselineError, read

    try:
        return read(boundaries.read(path))
    except FileNotFoundError:
        raise Failure(
            printable(f"{name}: there is no such baseline; `--write-baseline {name}` makes one")
        ) from None
    except OSError as error:
        raise Failure(printable(f"{name}: cannot be read: {error.strerror}")) from None
    except BaselineError as error:
        raise Failure(printable(f"{name}: {error}")) from None


def _write(path: Path, name: str, data: bytes) -> None:
    try:
        put(path, data)
    except OSError as error:
        raise Failure(printable(f"{name}: cannot be written: {error.strerror}")) from None
