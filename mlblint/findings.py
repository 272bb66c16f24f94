"""What checks say, and what it becomes once the text is asked where that is."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

from mlblint.records import dataclass
from mlblint.text.places import Place
from mlblint.text.source import Position

if TYPE_CHECKING:
    from datetime import date

    from mlblint.text.edits import Edit

Severity = Literal["error", "warning", "info"]
Applicability = Literal["safe", "unsafe"]
Judges = Literal["acceptance", "reachability", "plan", "delivery", "style"]

INTERNAL_ERROR = "MLB000"
"""The rule that a crash of mlblint itself is reported by."""

SEVERITIES: tuple[Severity, ...] = ("error", "warning", "info")


@dataclass(frozen=True)
class Subject:
    """The object that a finding is about, as Kubernetes names it."""

    api_version: str
    kind: str
    namespace: str | None
    name: str
    cluster: str | None = None

    def __str__(self) -> str:
        return (
            f"{self.kind} {self.namespace}/{self.name}"
            if self.namespace
            else (f"{self.kind} {self.name}")
        )


@dataclass(frozen=True)
class Fix:
    """What would mend it. All edits are made, or none."""

    title: str
    edits: tuple[Edit, ...]
    applicability: Applicability = "safe"


@dataclass(frozen=True)
class Note:
    """A second place that belongs to a finding, and why."""

    place: Place
    message: str


@dataclass(frozen=True)
class Problem:
    """What a check yields. `message` says what was found, what was expected and what happens
    in the cluster; `help` says what to do. Without `severity` and `judges` the
    card's count. Without a fix, `unfixable` says why there is none."""

    place: Place
    message: str
    help: str
    subject: Subject | None = None
    severity: Severity | None = None
    notes: tuple[Note, ...] = ()
    fix: Fix | None = None
    unfixable: str | None = None
    judges: Judges | None = None


@dataclass(frozen=True)
class Location:
    """A problem's place in a file: `path` is relative to the repository root."""

    path: str
    start: Position
    end: Position


@dataclass(frozen=True)
class Related:
    location: Location
    message: str


@dataclass(frozen=True)
class Suppression:
    """Why a finding is not shown: a comment beside it, the baseline, or that it was there
    before the change that is looked at. `reason` is what a comment says."""

    by: Literal["comment", "baseline", "revision"]
    reason: str = ""
    until: date | None = None


@dataclass(frozen=True)
class Finding:
    """A problem that a rule found, ready to be reported or fixed. With a `suppression` it is
    neither fixed nor does it fail the run."""

    rule: str
    name: str
    severity: Severity
    judges: Judges
    message: str
    help: str
    location: Location
    subject: Subject | None
    related: tuple[Related, ...]
    fingerprint: str
    fix: Fix | None
    unfixable: str | None
    suppression: Suppression | None = None
