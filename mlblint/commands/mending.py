"""What `--fix` and `--diff` do before the report."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path

from mlblint import fixing
from mlblint.findings import Finding
from mlblint.fixing import Change
from mlblint.pipeline import Request, Result, files_of, is_asked, lint
from mlblint.records import dataclass
from mlblint.text.patch import patch
from mlblint.writing import WriteError, write


@dataclass(frozen=True)
class Mended:
    """`result` is what would be found if the changes were made."""

    result: Result
    changes: tuple[Change, ...]
    fixed: tuple[Finding, ...]


Prepare = Callable[[Result], Sequence[Finding]]


def _as_found(result: Result) -> Sequence[Finding]:
    return result.findings


def mend(request: Request, *, unsafe: bool, prepare: Prepare = _as_found) -> Mended:
    """Looks for the changes; nothing is written. `prepare` may give the findings of a look
    other fixes than their rules did."""
    result: Result | None = None
    # What is only remembered cannot be mended.
    request = replace(request, files=files_of(request))

    def findings(state: Mapping[str, bytes]) -> Sequence[Finding]:
        nonlocal result
        # Of the whole repository: a fix must not lead to a finding in another file either.
        changed = {**request.changed, **state}
        known = result.repository if result else request.files
        result = lint(replace(request, named=None, changed=changed, files=known))
        return (*prepare(result), *result.suppressed)

    def forbidden(path: str) -> str | None:
        if request.named is None or path in request.named:
            return None
        return f"the fix would change {path}, which is not among the files named"

    outcome = fixing.fix(findings, unsafe=unsafe, forbidden=forbidden)
    if result is None:
        raise AssertionError("a fix begins by looking")
    if request.named is not None:
        # The last look was at the final state, but counted the files of the whole repository.
        changed = {change.path: change.new for change in outcome.changes}
        known = result.repository
        result = lint(replace(request, changed={**request.changed, **changed}, files=known))
    remaining = [_explained(finding) for finding in outcome.remaining if is_asked(finding, request)]
    visible = tuple(one for one in remaining if one.suppression is None)
    suppressed = tuple(one for one in remaining if one.suppression is not None)
    result = replace(result, findings=visible, suppressed=suppressed)
    return Mended(result, outcome.changes, outcome.applied)


def _explained(finding: Finding) -> Finding:
    """A fix that was refused is none; one that only waits for `--unsafe-fixes` is there."""
    if finding.unfixable == fixing.UNSAFE:
        return replace(finding, unfixable=None)
    return replace(finding, fix=None)


def write_all(root: Path, changes: Sequence[Change]) -> list[str]:
    """Writes the files, and returns what went wrong: each file is written or left alone."""
    problems: list[str] = []
    for change in changes:
        try:
            write(root, change.path, change.old, change.new)
        except WriteError as error:
            problems.append(str(error))
    return problems


def as_patch(root: Path, changes: Sequence[Change]) -> bytes:
    """For `git apply`, to which names begin at the top of the Git repository."""
    prefix = _below_git(root)
    return b"".join(patch(prefix + change.path, change.old, change.new) for change in changes)


def _below_git(root: Path) -> str:
    for folder in (root, *root.parents):
        if (folder / ".git").exists():
            below = root.relative_to(folder).as_posix()
            return "" if below == "." else f"{below}/"
    return ""
