"""Fixes → changed files: plan, prove, look again, until nothing is left to do.

Nothing is written here. A fix is made whole or not at all; one that cannot be proven, or that
leaves a finding which was not there before, is taken back, and its finding says so.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import field, replace
from itertools import pairwise

from mlblint.findings import Finding, Fix
from mlblint.records import dataclass
from mlblint.text.edits import Edit
from mlblint.text.patch import patch
from mlblint.text.planning import plan
from mlblint.text.proof import prove
from mlblint.text.sops import is_encrypted
from mlblint.text.source import Source
from mlblint.text.splices import Occupied, Refusal, Splice

Lint = Callable[[Mapping[str, bytes]], Sequence[Finding]]
"""All findings of the repository, if these bytes stood in these files."""

NO_FIX = "the rule has no fix for this"
UNSAFE = "the fix is unsafe: --unsafe-fixes applies it"
ENCRYPTED = "the file is encrypted by SOPS: any edit would break its checksum"
NOT_REACHED = "the fixes did not come to rest: run again"
SUPPRESSED = "the finding is suppressed"
NO_EFFECT = "the fix was taken back: the finding would still be there"


@dataclass(frozen=True)
class Change:
    path: str
    old: bytes
    new: bytes


@dataclass(frozen=True)
class Result:
    """`applied` are the findings whose fixes were made, in order; `remaining` are the others,
    each with the reason why it is not fixed."""

    changes: tuple[Change, ...]
    applied: tuple[Finding, ...]
    remaining: tuple[Finding, ...]
    converged: bool = True


@dataclass(frozen=True)
class FilePlan:
    """What a fix would do to one file."""

    source: Source
    edits: tuple[Edit, ...]
    splices: tuple[Splice, ...]


Plans = Mapping[str, FilePlan]


def plans(fix: Fix) -> Plans:
    """The fix as splices, per file; raises Refusal."""
    by_path: dict[str, list[Edit]] = {}
    for edit in fix.edits:
        by_path.setdefault(edit.place.document.source.path, []).append(edit)
    return {
        path: FilePlan(edits[0].place.document.source, tuple(edits), plan(edits))
        for path, edits in by_path.items()
    }


@dataclass(frozen=True, eq=False)
class _Taken:
    """A finding whose fix is made in this round."""

    finding: Finding
    plans: Plans


Key = tuple[str, str, bool]


def _key(finding: Finding) -> Key:
    """One that comes to light is another than the suppressed one that it was."""
    return finding.rule, finding.fingerprint, finding.suppression is not None


@dataclass(frozen=True)
class _Run:
    lint: Lint
    unsafe: bool
    forbidden: Callable[[str], str | None]
    rejected: Mapping[Key, str]
    encrypted: dict[Source, bool] = field(default_factory=dict)

    def obstacle(self, finding: Finding) -> str | None:
        """Why the fix of a finding is not to be made, before it is planned."""
        if finding.suppression is not None:
            return SUPPRESSED
        if finding.fix is None:
            return finding.unfixable or NO_FIX
        if finding.fix.applicability == "unsafe" and not self.unsafe:
            return UNSAFE
        if _key(finding) in self.rejected:
            return self.rejected[_key(finding)]
        sources = {e.place.document.source.path: e.place.document.source for e in finding.fix.edits}
        for path, source in sorted(sources.items()):
            reason = self.forbidden(path)
            if reason is None and self._is_encrypted(source):
                reason = ENCRYPTED
            if reason is not None:
                return reason
        return None

    def _is_encrypted(self, source: Source) -> bool:
        if source not in self.encrypted:
            self.encrypted[source] = is_encrypted(source)
        return self.encrypted[source]


def fix(
    lint: Lint,
    *,
    unsafe: bool = False,
    forbidden: Callable[[str], str | None] = lambda path: None,
    rounds: int = 10,
) -> Result:
    """Apply fixes until none is left. `forbidden` says why a file must not be changed, or None
    if it may be."""
    rejected: dict[Key, str] = {}
    while True:
        run = _Run(lint, unsafe, forbidden, rejected)
        history, last = _attempt(run, rounds)
        culprits = _culprits(run, history, last)
        if not culprits:
            return _result(history, last)
        rejected.update(culprits)


@dataclass(frozen=True)
class _Round:
    """The state at its beginning, what was found then, which fixes are made, and why the
    others are not."""

    state: Mapping[str, bytes]
    findings: Sequence[Finding]
    taken: Sequence[_Taken]
    reasons: Mapping[Key, str]


def _attempt(run: _Run, rounds: int) -> tuple[list[_Round], _Round]:
    """Round after round, up to the cap; the last one makes no fixes any more."""
    history: list[_Round] = []
    state: dict[str, bytes] = {}
    while True:
        findings = run.lint(state)
        now = _Round(dict(state), findings, *_take(run, findings))
        if not now.taken or len(history) == rounds:
            return history, now
        history.append(now)
        state.update(_made(now.taken))


def _take(run: _Run, findings: Iterable[Finding]) -> tuple[list[_Taken], dict[Key, str]]:
    """The fixes of one round, and why the others are not among them."""
    reasons: dict[Key, str] = {}
    planned: list[_Taken] = []
    for finding in sorted(findings, key=_position):
        reason = run.obstacle(finding)
        if reason is None and finding.fix is not None:
            try:
                planned.append(_Taken(finding, plans(finding.fix)))
                continue
            except Refusal as refusal:
                reason = refusal.reason
        reasons.setdefault(_key(finding), reason or NO_FIX)
    while planned:
        candidates, waiting = _apart(planned)
        taken = _accepted([], candidates, _unproven, reasons)
        if taken:
            return taken, {**{_key(one.finding): NOT_REACHED for one in waiting}, **reasons}
        planned = waiting
    return [], reasons


def _apart(planned: Iterable[_Taken]) -> tuple[list[_Taken], list[_Taken]]:
    """Fixes that do not meet in any file, and those that wait for them."""
    candidates: list[_Taken] = []
    waiting: list[_Taken] = []
    occupied: dict[str, Occupied] = defaultdict(Occupied)
    for one in planned:
        if any(occupied[path].meets(file.splices) for path, file in one.plans.items()):
            waiting.append(one)
            continue
        candidates.append(one)
        for path, file in one.plans.items():
            occupied[path].take(file.splices)
    return candidates, waiting


def _position(finding: Finding) -> tuple[str, int, int, str, str]:
    start = finding.location.start
    return finding.location.path, start.line, start.column, finding.rule, finding.fingerprint


Objection = Callable[[Sequence[_Taken]], str | None]


def _accepted(
    base: Sequence[_Taken],
    candidates: Sequence[_Taken],
    objection: Objection,
    reasons: dict[Key, str],
) -> list[_Taken]:
    """The candidates to which, together with `base`, nobody objects. The others are found by
    halving, so that one bad fix among many costs little."""
    if not candidates:
        return []
    reason = objection([*base, *candidates])
    if reason is None:
        return list(candidates)
    if len(candidates) == 1:
        reasons[_key(candidates[0].finding)] = reason
        return []
    half = len(candidates) // 2
    first = _accepted(base, candidates[:half], objection, reasons)
    second = _accepted([*base, *first], candidates[half:], objection, reasons)
    return first + second


def _unproven(taken: Sequence[_Taken]) -> str | None:
    try:
        _made(taken)
    except Refusal as refusal:
        return f"the fix could not be proven: {refusal.reason}"
    return None


def _made(taken: Sequence[_Taken]) -> dict[str, bytes]:
    """The bytes of the files with all these fixes, each proven."""
    by_path: dict[str, list[FilePlan]] = {}
    for one in taken:
        for path, planned in one.plans.items():
            by_path.setdefault(path, []).append(planned)
    made: dict[str, bytes] = {}
    for path, files in by_path.items():
        source = files[0].source
        splices = sorted(splice for file in files for splice in file.splices)
        edits = [edit for file in files for edit in file.edits]
        made[path] = source.encoded(prove(source, splices, edits))
    return made


def _culprits(run: _Run, history: Sequence[_Round], last: _Round) -> dict[Key, str]:
    """The fixes that have to be taken back, with the reason."""
    if not history:
        return {}
    made = Counter(_key(one.finding) for round_ in history for one in round_.taken)
    first, final = _count(history[0].findings), _count(last.findings)
    if last.taken:
        returning = {key: NO_EFFECT for key, times in made.items() if times > max(1, first[key])}
        if returning:
            return returning
    useless = {key: NO_EFFECT for key in made if final[key] > max(0, first[key] - made[key])}
    if useless:
        return useless
    new = _new(history[0].findings, last.findings, made)
    return _who_led_to(new, run, [*history, last]) if new else {}


def _count(findings: Iterable[Finding]) -> Counter[Key]:
    return Counter(map(_key, findings))


def _new(
    before: Sequence[Finding], after: Sequence[Finding], fixed: Counter[Key]
) -> dict[Key, Finding]:
    """Findings that were not there before. One that another fix only moved, a remark on a key
    that was renamed, for instance, takes the place of one of its rule in its file."""
    gone = _count(before) - _count(after) - fixed
    moved: Counter[Key] = Counter()
    for finding in before:
        if gone[_key(finding)] > 0:
            gone[_key(finding)] -= 1
            moved[_neighbourhood(finding)] += 1
    known = _count(before)
    new: dict[Key, Finding] = {}
    for finding in after:
        # What begins to be hidden was there before, too.
        candidates = (_key(finding), _key(replace(finding, suppression=None)))
        key = next((one for one in candidates if known[one] > 0), None)
        if key is not None:
            known[key] -= 1
        elif moved[_neighbourhood(finding)] > 0:
            moved[_neighbourhood(finding)] -= 1
        else:
            new[_key(finding)] = finding
    return new


def _neighbourhood(finding: Finding) -> Key:
    return finding.rule, finding.location.path, finding.suppression is not None


def _who_led_to(new: Mapping[Key, Finding], run: _Run, rounds: Sequence[_Round]) -> dict[Key, str]:
    """The fixes of the first round after which one of the new findings was there."""
    for now, following in pairwise(rounds):
        known = _count(now.findings)
        appeared = {key for key in _count(following.findings) - known if key in new}
        if not appeared:
            continue

        def objection(
            taken: Sequence[_Taken], now: _Round = now, appeared: set[Key] = appeared
        ) -> str | None:
            found = _count(run.lint({**now.state, **_made(taken)})) - _count(now.findings)
            led_to = sorted(key for key in found if key in appeared)
            return f"the fix was taken back: it would lead to {led_to[0][0]}" if led_to else None

        culprits: dict[Key, str] = {}
        _accepted([], now.taken, objection, culprits)
        return culprits or {
            _key(one.finding): f"the fix was taken back: it would lead to {min(appeared)[0]}"
            for one in now.taken
        }
    return {}


def _result(history: Sequence[_Round], last: _Round) -> Result:
    old: dict[str, bytes] = {}
    for round_ in history:
        for one in round_.taken:
            for path, file in one.plans.items():
                old.setdefault(path, file.source.data)
    changes = (Change(path, old[path], last.state[path]) for path in sorted(old))
    return Result(
        tuple(change for change in changes if change.old != change.new),
        tuple(one.finding for round_ in history for one in round_.taken),
        tuple(
            replace(finding, unfixable=last.reasons.get(_key(finding), NOT_REACHED))
            for finding in last.findings
        ),
        converged=not last.taken,
    )


def diff(changes: Iterable[Change]) -> bytes:
    """What the changes do, as a patch that `git apply` accepts."""
    return b"".join(patch(change.path, change.old, change.new) for change in changes)
