"""Options of `mlblint` that contradict each other."""

from __future__ import annotations

from typing import Any

import click

_ONE_OF = ("fix", "add_ignore", "write_baseline", "watch", "show_files", "show_settings")
"""What a run can be for, beside reporting."""

_REPORTS = ("diff", "output_format", "output_file", "statistics")
_NOT_WITH = {
    "write_baseline": (*_REPORTS, "baseline", "no_baseline", "diff_base", "stdin_filename"),
    "watch": ("diff", "output_file"),
    "show_files": _REPORTS,
    "show_settings": _REPORTS,
    "hook": (
        "diff_base",
        "add_ignore",
        "write_baseline",
        "stdin_filename",
        "watch",
        "show_files",
        "show_settings",
    ),
}
_FOR_PEOPLE = ("full", "concise", "grouped")


def refuse_conflicts(given: dict[str, Any]) -> None:
    _about_purpose(given)
    _about_baseline(given)
    _about_input(given)
    _about_output(given)


def _about_purpose(given: dict[str, Any]) -> None:
    purposes = [_name(option) for option in _ONE_OF if _is_given(given, option)]
    if len(purposes) > 1:
        raise click.UsageError(f"{purposes[0]} and {purposes[1]} exclude each other")
    if given["fix"] and given["diff"]:
        raise click.UsageError("--fix and --diff exclude each other")
    for option, others in _NOT_WITH.items():
        for other in others if _is_given(given, option) else ():
            if _is_given(given, other):
                raise click.UsageError(f"{_name(option)} and {_name(other)} exclude each other")
    for option in ("unsafe_fixes", "show_fixes", "exit_non_zero_on_fix"):
        if given[option] and given["add_ignore"]:
            raise click.UsageError(f"{_name(option)} is about fixes: --add-ignore makes none")
        if given[option] and not (given["fix"] or given["diff"]):
            raise click.UsageError(f"{_name(option)} needs --fix or --diff")
    if given["reason"] is not None and not given["add_ignore"]:
        raise click.UsageError("--reason needs --add-ignore")


def _about_baseline(given: dict[str, Any]) -> None:
    if given["baseline"] is not None and given["no_baseline"]:
        raise click.UsageError("--baseline and --no-baseline exclude each other")
    if given["write_baseline"] is None:
        if given["grow_baseline"]:
            raise click.UsageError("--grow-baseline needs --write-baseline")
        return
    if given["paths"]:
        raise click.UsageError("a baseline is for the whole repository: give no PATH")


def _about_input(given: dict[str, Any]) -> None:
    if given["hook"] and "-" in given["paths"]:
        raise click.UsageError("--hook is about a commit, not about standard input")
    if "-" in given["paths"] and len(given["paths"]) > 1:
        raise click.UsageError("- (standard input) cannot be combined with other paths")
    if given["stdin_filename"] and given["paths"] != ("-",):
        raise click.UsageError("--stdin-filename is for standard input: give - as the only path")
    for option in ("watch", "show_files", "show_settings"):
        if given[option] and given["paths"] == ("-",):
            raise click.UsageError(f"{_name(option)} is about files: - (standard input) is none")


def _about_output(given: dict[str, Any]) -> None:
    formats, files = given["output_format"], given["output_file"]
    writes = given["fix"] or given["add_ignore"]
    if given["watch"] and not set(formats) <= set(_FOR_PEOPLE):
        raise click.UsageError("--watch is for people: the format is full, concise or grouped")
    taken = given["diff"] or (writes and given["paths"] == ("-",))
    if files and len(files) != len(formats or ("full",)):
        raise click.UsageError(
            "give one --output-file for each --output-format (- is standard output)"
        )
    if len(formats) > 1 and not files:
        raise click.UsageError("several reports need an --output-file each")
    if len(set(files)) < len(files):
        raise click.UsageError("two reports cannot go to the same --output-file")
    if taken and "-" in files:
        raise click.UsageError("standard output is taken: give another --output-file")
    if taken and formats and not files:
        raise click.UsageError("standard output is taken: give an --output-file as well")


def _name(option: str) -> str:
    return f"--{option.replace('_', '-')}"


def _is_given(given: dict[str, Any], option: str) -> bool:
    return given[option] not in (None, False, ())
