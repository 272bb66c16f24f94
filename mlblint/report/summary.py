"""What a run comes to, in numbers."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable

from mlblint.findings import SEVERITIES, Finding
from mlblint.records import dataclass


@dataclass(frozen=True)
class Summary:
    errors: int = 0
    warnings: int = 0
    infos: int = 0
    fixable_safe: int = 0
    fixable_unsafe: int = 0
    fixed: int = 0
    files: int = 0
    templates: int = 0
    encrypted: int = 0
    unreadable: tuple[tuple[str, str], ...] = ()
    by_comment: int = 0
    by_baseline: int = 0
    by_revision: int = 0

    @property
    def total(self) -> int:
        return self.errors + self.warnings + self.infos

    @property
    def by_severity(self) -> str:
        counts = (
            plural(self.errors, "error") if self.errors else "",
            plural(self.warnings, "warning") if self.warnings else "",
            f"{self.infos} info" if self.infos else "",
        )
        return ", ".join(filter(None, counts))

    @property
    def hidden(self) -> str:
        comments = "a comment" if self.by_comment == 1 else "comments"
        older = "is" if self.by_revision == 1 else "are"
        counts = (
            f"{self.by_comment} by {comments}" if self.by_comment else "",
            f"{self.by_baseline} by the baseline" if self.by_baseline else "",
            f"{self.by_revision} that {older} older than the change" if self.by_revision else "",
        )
        return ", ".join(filter(None, counts))

    @property
    def skipped(self) -> str:
        counts = (
            plural(self.templates, "template") if self.templates else "",
            plural(self.encrypted, "encrypted file") if self.encrypted else "",
            plural(len(self.unreadable), "unreadable file") if self.unreadable else "",
        )
        return ", ".join(filter(None, counts))


def summarise(
    findings: Iterable[Finding],
    *,
    files: int = 0,
    templates: int = 0,
    encrypted: int = 0,
    unreadable: tuple[tuple[str, str], ...] = (),
    fixed: int = 0,
    suppressed: Iterable[Finding] = (),
) -> Summary:
    severities = dict.fromkeys(SEVERITIES, 0)
    fixable = {"safe": 0, "unsafe": 0}
    for finding in findings:
        severities[finding.severity] += 1
        if finding.fix:
            fixable[finding.fix.applicability] += 1
    by = Counter(one.suppression.by for one in suppressed if one.suppression)
    return Summary(
        errors=severities["error"],
        warnings=severities["warning"],
        infos=severities["info"],
        fixable_safe=fixable["safe"],
        fixable_unsafe=fixable["unsafe"],
        fixed=fixed,
        files=files,
        templates=templates,
        encrypted=encrypted,
        unreadable=unreadable,
        by_comment=by["comment"],
        by_baseline=by["baseline"],
        by_revision=by["revision"],
    )


def plural(count: int, noun: str) -> str:
    return f"{count} {noun}" if count == 1 else f"{count} {noun}s"
