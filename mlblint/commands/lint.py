"""`mlblint [--fix | --diff] [PATH...]`."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Iterable
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

from mlblint.cards import Card
from mlblint.commands import Failure, known
from mlblint.commands.output import say, say_bytes, style, tell, write_report
from mlblint.commands.progress import shown
from mlblint.commands.remembering import memory
from mlblint.commands.repository import (
    Repository,
    current_folder,
    names,
    refuse_bad_configuration,
    repository,
)
from mlblint.commands.showing import show_files, show_settings
from mlblint.config import Config, override, selector_problem
from mlblint.discovery import DiscoveryError, named, repository_files
from mlblint.findings import SEVERITIES, Finding
from mlblint.pipeline import Request, Result
from mlblint.pipeline import lint as look
from mlblint.records import dataclass
from mlblint.repo.files import Files
from mlblint.report import formats, text
from mlblint.report.colours import Choice
from mlblint.report.harmless import shown_line
from mlblint.report.summary import Summary, plural, summarise
from mlblint.report.terminal import printable
from mlblint.report.text import Style

if TYPE_CHECKING:
    from mlblint.commands.hook import Part
    from mlblint.commands.mending import Mended


@dataclass(frozen=True)
class Options:
    """What the command line says, checked for contradictions."""

    paths: tuple[str, ...] = ()
    fix: bool = False
    diff: bool = False
    unsafe_fixes: bool = False
    show_fixes: bool = False
    select: tuple[str, ...] = ()
    ignore: tuple[str, ...] = ()
    output_format: tuple[str, ...] = ()
    output_file: tuple[str, ...] = ()
    statistics: bool = False
    exit_zero: bool = False
    exit_non_zero_on_fix: bool = False
    stdin_filename: str | None = None
    add_ignore: bool = False
    reason: str | None = None
    baseline: str | None = None
    no_baseline: bool = False
    write_baseline: str | None = None
    grow_baseline: bool = False
    diff_base: str | None = None
    hook: bool = False
    watch: bool = False
    show_files: bool = False
    show_settings: bool = False
    no_cache: bool = False
    color: Choice = "auto"
    config: str | None = None
    today: date | None = None

    @property
    def stdin(self) -> bool:
        return self.paths == ("-",)

    @property
    def output_is_taken(self) -> bool:
        """Whether standard output carries a patch or a fixed file instead of a report."""
        return self.diff or ((self.fix or self.add_ignore) and self.stdin)


@dataclass(frozen=True)
class Run:
    """What was found and, with `--fix` or `--diff`, what was mended before that. `failed` if
    something could not be done that should have been; `undone` if what is printed would
    change what is reported."""

    result: Result
    fixed: tuple[Finding, ...] = ()
    failed: bool = False
    undone: bool = False


@dataclass(frozen=True)
class Subject:
    """What a command line is about: the repository, and its configuration with what the command
    line says. With `--hook`, `part` is what a commit has to do with it."""

    folder: Path
    root: Path
    config: Config
    cards: tuple[Card, ...]
    part: Part | None = None


def lint(options: Options) -> int:
    if options.watch:
        from mlblint.commands.watch import watch

        return watch(options)
    if options.hook:
        return _lint_commit(current_folder(), options)
    about = subject(options)
    if options.show_settings:
        show_settings(about.config)
        return 0
    if options.show_files:
        wanted = _request(about, options).named
        if wanted is None:
            wanted = frozenset(repository_files(about.root, about.config.exclude))
        show_files(about.folder, about.root, wanted)
        return 0
    return look_and_report(about, options)[0]


def subject(options: Options) -> Subject:
    folder = current_folder()
    start = options.stdin_filename or "." if options.stdin else (*options.paths, ".")[0]
    return _subject(folder, folder / start, options)


def _subject(folder: Path, start: Path, options: Options, part: Part | None = None) -> Subject:
    found = repository(start, folder / options.config if options.config else None)
    return Subject(folder, found.root, _configured(found, options), found.cards, part)


def _lint_commit(folder: Path, options: Options) -> int:
    from mlblint.commands import hook

    parts = hook.parts(folder, options.paths)
    if len(parts) > 1 and options.output_file:
        raise Failure("--output-file: the commit has files of several configurations")
    codes = [0]
    for part in parts:
        if part.root != folder:
            sys.stdout.flush()
            tell(f"in {os.path.relpath(part.root, folder)}, from where the paths are seen:")
        codes.append(look_and_report(_subject(folder, part.root, options, part), options)[0])
    return max(codes)


def look_and_report(
    about: Subject, options: Options, prepare: Callable[[Request], Request] = lambda same: same
) -> tuple[int, Files | None]:
    """The exit code, and the files as they were read."""
    _refuse_bad_targets(options)
    with refuse_bad_configuration(about.root), shown(sys.stderr, os.environ) as track:
        request = replace(_request(about, options), track=track, cards=about.cards)
        if not options.no_cache:
            request = replace(request, memory=memory(about.root, about.config, about.cards))
        request = prepare(request)
        if options.write_baseline is not None:
            name, grow = options.write_baseline, options.grow_baseline
            return known.write_baseline(request, about.folder, name, about.cards, grow=grow), None
        request, baseline = known.with_known(
            request, about.folder, options.baseline, options.no_baseline, options.diff_base
        )
        run = _run(request, options)
    if baseline is not None:
        known.tell_stale(baseline, run.result, about.cards)
    for path, reason in run.result.unreadable:
        tell(f"{path}: cannot be read: {reason}")
    _report(run, about.root, about.cards, options)
    return _exit_code(run, about.config, options), run.result.repository


def _run(request: Request, options: Options) -> Run:
    if options.add_ignore:
        from mlblint.commands.ignoring import ignore_all

        mended, count = ignore_all(request, options.reason or "")
        failed = _hand_over(mended, request, options)
        changed = {change.path for change in mended.changes}
        if not options.diff:
            counted = plural(count, "finding")
            tell(f"ignore comments for {counted} in {plural(len(changed), 'file')}")
        return Run(mended.result, (), failed, undone=options.diff and bool(changed))
    if options.fix or options.diff:
        from mlblint.commands.mending import mend

        mended = mend(request, unsafe=options.unsafe_fixes)
        return Run(mended.result, mended.fixed, _hand_over(mended, request, options))
    return Run(look(request))


def _hand_over(mended: Mended, request: Request, options: Options) -> bool:
    """Prints or writes the changes; whether something went wrong."""
    from mlblint.commands.mending import as_patch, write_all

    problems: list[str] = []
    if options.diff:
        say_bytes(as_patch(request.root, mended.changes))
    elif options.stdin:
        changed = {change.path: change.new for change in mended.changes}
        for path, data in request.changed.items():
            say_bytes(changed.get(path, data))
    else:
        problems = write_all(request.root, mended.changes)
    for problem in problems:
        tell(f"not written: {problem}")
    return bool(problems)


def _configured(found: Repository, options: Options) -> Config:
    """`--select` takes the place of what the configuration selects and ignores; `--ignore` is
    added to it."""
    select, ignore = _listed(options.select), _listed(options.ignore)
    for option, selectors in (("--select", select), ("--ignore", ignore)):
        for selector in selectors:
            problem = selector_problem(selector, names(found.cards))
            if problem:
                raise Failure(printable(f"{option}: {problem}"))
    values: dict[str, tuple[str, ...] | str | None] = {}
    if select:
        values = {"rules.select": select, "rules.ignore": ignore}
    elif ignore:
        values = {"rules.ignore": (*found.config.rules.ignore, *ignore)}
    if options.baseline is not None or options.no_baseline:
        values["baseline"] = options.baseline
    return override(found.config, values)


def _listed(values: Iterable[str]) -> tuple[str, ...]:
    parts = (part.strip() for value in values for part in value.split(","))
    return tuple(part for part in parts if part)


def _refuse_bad_targets(options: Options) -> None:
    """A long run should not end with a report that has nowhere to go."""
    for file in options.output_file:
        parent = Path(file).parent
        if file != "-" and not parent.is_dir():
            raise Failure(printable(f"--output-file {file}: there is no folder {parent}"))


def _request(about: Subject, options: Options) -> Request:
    root, config, folder = about.root, about.config, about.folder
    if about.part is not None:
        from mlblint.commands import hook

        return hook.request(about.part, config, folder, options.today)
    if options.stdin:
        path = _stdin_path(root, folder, options.stdin_filename or "stdin.yaml")
        changed = {path: _read_stdin()}
        return Request(root, config, frozenset([path]), changed, today=options.today)
    if not options.paths and (folder == root or options.write_baseline is not None):
        return Request(root, config, today=options.today)
    try:
        files = repository_files(root, config.exclude)
        wanted = named(root, folder, options.paths, files, exclude=config.exclude, note=tell)
    except DiscoveryError as error:
        raise Failure(printable(str(error))) from None
    return Request(root, config, wanted, today=options.today, listed=files)


def _stdin_path(root: Path, folder: Path, name: str) -> str:
    """The name that standard input goes by, seen from the root: the root was found from it."""
    path = (folder / name).parent.resolve() / Path(name).name
    if not path.is_relative_to(root):
        raise Failure(printable(f"--stdin-filename {name}: outside of the repository {root}"))
    return path.relative_to(root).as_posix()


def _read_stdin() -> bytes:
    if sys.stdin is None:
        raise Failure("standard input is closed")
    return sys.stdin.buffer.read()


# --- reports ---------------------------------------------------------------------------------


def _report(run: Run, root: Path, cards: tuple[Card, ...], options: Options) -> None:
    result = run.result
    counts = summarise(
        result.findings,
        files=result.files,
        templates=result.templates,
        encrypted=result.encrypted,
        unreadable=result.unreadable,
        fixed=len(run.fixed),
        suppressed=result.suppressed,
    )
    shown = tuple(one for one in result.suppressed if not _is_old(one))
    report = formats.Report(
        result.findings,
        counts,
        cards,
        result.sources,
        done=not options.diff,
        suppressed=shown,
    )
    wanted = options.output_format or ("full",)
    for form, file in zip(wanted, options.output_file or ("-",), strict=True):
        if form in formats.WRITERS:
            written = formats.WRITERS[form](report)
            if file == "-":
                say_bytes(written.encode())
            else:
                write_report(root, file, written)
        elif file != "-":
            write_report(root, file, _text(form, run, counts, options, Style()))
        elif options.output_is_taken:
            sys.stderr.write(_text(form, run, counts, options, style(options.color, sys.stderr)))
        else:
            say(_text(form, run, counts, options, style(options.color, sys.stdout)))


def _is_old(finding: Finding) -> bool:
    """`--diff-base` asks for what is new, and for nothing else."""
    return finding.suppression is not None and finding.suppression.by == "revision"


def _text(form: str, run: Run, counts: Summary, options: Options, look: Style) -> str:
    result = run.result
    lines: list[str] = []
    if options.diff:
        pass
    elif options.statistics:
        lines += text.statistics(result.findings, look)
    elif form == "concise":
        lines += text.concise(result.findings, look)
    elif form == "grouped":
        lines += text.grouped(result.findings, look)
    else:
        lines += text.full(result.findings, result.sources, look)
    if options.show_fixes and run.fixed:
        lines += text.fixes(run.fixed, look, done=options.fix)
    lines += text.summary(counts, look, done=not options.diff)
    return "".join(f"{shown_line(line)}\n" for line in lines)


# --- exit code -------------------------------------------------------------------------------


def _exit_code(run: Run, config: Config, options: Options) -> int:
    if run.failed or run.result.internal_errors or run.result.unreadable:
        return 2
    if options.exit_zero:
        return 0
    if run.fixed and options.exit_non_zero_on_fix:
        return 1
    # A patch that is only printed mends nothing yet.
    left = (*run.result.findings, *(run.fixed if options.diff else ()))
    return int(run.undone or any(_fails(finding, config) for finding in left))


def _fails(finding: Finding, config: Config) -> bool:
    if config.fail_on == "never":
        return False
    return SEVERITIES.index(finding.severity) <= SEVERITIES.index(config.fail_on)
