"""The command line: what can be typed, what comes out where, and the exit code."""

from __future__ import annotations

import io
import json
import os
import subprocess
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from textwrap import dedent
from typing import Any

import pytest

from mlblint import cards, cli

L2 = """\
apiVersion: metallb.io/v1beta1
kind: L2Advertisement
metadata:
  name: lan
  namespace: metallb-system
spec:
  ipAddressPools:
    - lan
"""
FIXED = f"{L2}  interfaces:\n    - eth0\n"
CONFIG = "network: {interfaces: [eth0]}\nrules: {select: [MLB301]}\n"
CLEAN = FIXED.replace("name: lan", "name: clean", 1)

OWN_RULE = """\
id: ACME1
name: pool-not-ours
title: pool of somebody else
severity: error
why: Only ours are routed.
match: {group: metallb.io, kind: L2Advertisement}
require: {properties: {metadata: {properties: {name: {const: ours}}}}}
at: [metadata, name]
message: "`{name}` is not ours"
"""


@dataclass(frozen=True)
class Outcome:
    code: int
    out: str
    err: str


class Shell:
    """Runs mlblint in this process, in a folder with a repository."""

    def __init__(
        self,
        root: Path,
        capture: pytest.CaptureFixture[bytes],
        monkeypatch: pytest.MonkeyPatch,
    ) -> None:
        self.root = root
        self._capture = capture
        self._monkeypatch = monkeypatch

    def __call__(self, *arguments: str, stdin: bytes = b"", cwd: str = ".") -> Outcome:
        self._monkeypatch.chdir(self.root / cwd)
        self._monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(stdin)))
        self._capture.readouterr()
        code = cli.run(arguments)
        sys.stdout.flush()
        captured = self._capture.readouterr()
        return Outcome(code, captured.out.decode(), captured.err.decode())

    def write(self, files: Mapping[str, str]) -> None:
        for name, text in files.items():
            path = self.root / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(text.encode())

    def read(self, name: str) -> str:
        return (self.root / name).read_bytes().decode()


@pytest.fixture
def shell(
    tmp_path: Path,
    capsysbinary: pytest.CaptureFixture[bytes],
    monkeypatch: pytest.MonkeyPatch,
) -> Shell:
    for name in ("NO_COLOR", "FORCE_COLOR", "MLBLINT_DEBUG"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("COLUMNS", "80")
    shell = Shell(tmp_path, capsysbinary, monkeypatch)
    shell.write({".mlblint.yaml": CONFIG, "apps/l2.yaml": L2, "infra/clean.yaml": CLEAN})
    return shell


ONE_PROBLEM = "1 problem in 3 files: 1 warning.\n1 fixable with `--fix`.\n"


# --- lint ------------------------------------------------------------------------------------


def test_findings_are_shown_with_their_code_and_the_exit_code_is_1(shell: Shell) -> None:
    outcome = shell()
    assert outcome.code == 1
    assert outcome.err == ""
    assert outcome.out.startswith("warning[MLB301] l2-interfaces-missing\n")
    assert "\n --> apps/l2.yaml:6:1\n" in outcome.out
    assert outcome.out.endswith(f"\n\n{ONE_PROBLEM}")


def test_nothing_found_is_said_and_the_exit_code_is_0(shell: Shell) -> None:
    assert shell("infra") == Outcome(0, "No problems in 1 file.\n", "")


def test_a_file_a_folder_and_the_repository_give_the_same_findings(shell: Shell) -> None:
    first = shell("--output-format", "concise").out.splitlines()[0]
    assert first.startswith("apps/l2.yaml:6:1: warning MLB301 ")
    for path, cwd in ((".", "apps"), ("l2.yaml", "apps"), ("apps", "."), ("../apps", "infra")):
        outcome = shell("--output-format", "concise", path, cwd=cwd)
        assert outcome.out.splitlines()[0] == first, path
    absolute = shell("--output-format", "concise", str(shell.root / "apps"), cwd="infra")
    assert absolute.out.splitlines()[0] == first


def test_another_repository_can_be_named(
    shell: Shell, tmp_path_factory: pytest.TempPathFactory
) -> None:
    elsewhere = tmp_path_factory.mktemp("elsewhere")
    relative = os.path.relpath(shell.root / "apps", elsewhere)
    outcome = shell("--output-format", "concise", relative, cwd=str(elsewhere))
    assert outcome.out.startswith("apps/l2.yaml:6:1: warning MLB301 ")


def test_select_takes_the_place_of_the_configuration_and_ignore_is_added(shell: Shell) -> None:
    shell.write({".mlblint.yaml": "rules: {select: [MLB301], ignore: [MLB1]}\n"})
    assert shell("--select", "MLB9,MLB4").code == 0
    assert shell("--select", "l2-interfaces-missing").code == 1
    assert shell("--ignore", "MLB301").code == 0
    shell.write({".mlblint.yaml": "rules: {ignore: [MLB301]}\n"})
    assert shell("--select", "MLB301").code == 1
    assert shell("--select", "MLB3", "--ignore", "MLB301").code == 0


def test_an_unknown_rule_is_refused_with_the_nearest_one(shell: Shell) -> None:
    outcome = shell("--select", "MLB301,MLB3001")
    assert outcome == Outcome(
        2, "", 'mlblint: --select: unknown rule "MLB3001"; did you mean MLB301?\n'
    )


@pytest.mark.parametrize(
    ("fail_on", "code"), [("error", 0), ("warning", 1), ("info", 1), ("never", 0)]
)
def test_fail_on_says_which_findings_count(shell: Shell, fail_on: str, code: int) -> None:
    shell.write({".mlblint.yaml": f"{CONFIG}fail-on: {fail_on}\n"})
    assert shell().code == code


def test_exit_zero_still_shows_the_findings(shell: Shell) -> None:
    outcome = shell("--exit-zero")
    assert outcome.code == 0
    assert outcome.out.endswith(ONE_PROBLEM)


def test_a_path_that_is_called_like_a_command(shell: Shell) -> None:
    shell.write({"explain/l2.yaml": L2})
    for arguments in (("./explain",), ("--", "explain"), ("--exit-zero", "explain")):
        assert "explain/l2.yaml:6:1" in shell("--output-format", "concise", *arguments).out


def test_the_configuration_can_be_named(shell: Shell) -> None:
    shell.write({"other/lint.yaml": "rules: {ignore: [ALL]}\n"})
    assert shell("--config", "../other/lint.yaml", "..", cwd="apps").code == 0


def test_rules_of_ones_own(shell: Shell) -> None:
    shell.write(
        {
            ".mlblint.yaml": "rules: {select: [ACME], extend-rules: [lint/]}\n",
            "lint/own.yaml": OWN_RULE,
        }
    )
    outcome = shell("--output-format", "concise")
    assert outcome.out.splitlines()[:2] == [
        "apps/l2.yaml:4:9: error ACME1 `lan` is not ours",
        "infra/clean.yaml:4:9: error ACME1 `clean` is not ours",
    ]
    assert shell("explain", "acme1").out.startswith("ACME1 pool-not-ours\n")
    assert "ACME1" in shell("rules").out


def test_rules_of_ones_own_are_read_once(shell: Shell, monkeypatch: pytest.MonkeyPatch) -> None:
    shell.write(
        {".mlblint.yaml": "rules: {extend-rules: [lint/]}\n", "lint/own.yaml": OWN_RULE},
    )
    read: list[Path] = []

    def noted(folder: Path, **more: Any) -> tuple[cards.Card, ...]:
        read.append(folder)
        return load_cards(folder, **more)

    load_cards = cards.load_cards
    monkeypatch.setattr(cards, "load_cards", noted)
    assert "ACME1" in shell("--output-format", "concise").out
    assert read.count(shell.root / "lint") == 1


def test_a_name_that_is_not_utf_8_is_shown_and_survives(shell: Shell) -> None:
    path = os.fsencode(shell.root) + b"/apps/caf\xe9.yaml"
    with open(path, "w") as file:  # noqa: PTH123 - Path knows no bytes
        file.write(L2)
    name = os.fsdecode(b"apps/caf\xe9.yaml")
    assert shell("--output-format", "concise", name).out.startswith("apps/caf\\xe9.yaml:6:1: ")
    (finding,) = json.loads(shell("--output-format", "json", name).out)["findings"]
    assert finding["path"] == name
    assert shell("--fix", name).code == 0
    assert "+++ " in shell("--diff").out


# --- reports ---------------------------------------------------------------------------------


def test_several_reports_go_to_several_files(shell: Shell) -> None:
    outcome = shell(
        "--output-format", "concise", "--output-file", "-",
        "--output-format", "json", "--output-file", "report.json",
        "--output-format", "full", "--output-file", "report.txt",
    )  # fmt: skip
    assert outcome.out.startswith("apps/l2.yaml:6:1: warning MLB301 ")
    assert json.loads(shell.read("report.json"))["findings"][0]["rule"] == "MLB301"
    assert shell.read("report.txt").startswith("warning[MLB301] l2-interfaces-missing\n")


def test_colours_stay_out_of_files(shell: Shell) -> None:
    outcome = shell("--color", "always", "--output-file", "report.txt")
    assert outcome.out == ""
    assert "\x1b" not in shell.read("report.txt")
    assert "\x1b[1;33mwarning[MLB301]" in shell("--color", "always").out
    assert "\x1b" not in shell().out


def test_a_report_that_cannot_be_written_is_refused_before_the_work(shell: Shell) -> None:
    outcome = shell("--fix", "--output-file", "no/report.txt")
    assert outcome == Outcome(
        2, "", "mlblint: --output-file no/report.txt: there is no folder no\n"
    )
    assert shell.read("apps/l2.yaml") == L2
    outcome = shell("--output-file", "apps")
    assert outcome == Outcome(
        2, "", "mlblint: apps: the report cannot be written: Is a directory\n"
    )


def test_statistics_count_instead(shell: Shell) -> None:
    outcome = shell("--statistics")
    assert outcome.out == f"1  MLB301 l2-interfaces-missing (1 fixable)\n{ONE_PROBLEM}"


# --- fix and diff ----------------------------------------------------------------------------


def test_fix_changes_the_files_and_a_second_time_nothing(shell: Shell) -> None:
    assert shell("--fix") == Outcome(0, "Fixed 1 problem. No problems left in 3 files.\n", "")
    assert shell.read("apps/l2.yaml") == FIXED
    assert shell("--fix") == Outcome(0, "No problems in 3 files.\n", "")
    assert shell.read("apps/l2.yaml") == FIXED


def test_fix_can_be_made_to_fail_a_pre_commit_run(shell: Shell) -> None:
    assert shell("--fix", "--exit-non-zero-on-fix").code == 1
    assert shell("--fix", "--exit-non-zero-on-fix").code == 0


def test_only_the_files_named_are_changed(shell: Shell) -> None:
    shell.write({"other/l2.yaml": L2.replace("name: lan", "name: other", 1)})
    assert shell("--fix", "other").code == 0
    assert shell.read("apps/l2.yaml") == L2
    assert "eth0" in shell.read("other/l2.yaml")


def test_what_was_fixed_can_be_listed(shell: Shell) -> None:
    assert shell("--fix", "--show-fixes").out == dedent(
        """\
        Fixed:
          apps/l2.yaml:6:1: MLB301 name the interfaces

        Fixed 1 problem. No problems left in 3 files.
        """
    )


def test_diff_prints_a_patch_that_git_applies_and_fix_agrees_with(shell: Shell) -> None:
    outcome = shell("--diff", "--show-fixes")
    assert outcome.code == 1
    assert outcome.err == dedent(
        """\
        Would fix:
          apps/l2.yaml:6:1: MLB301 name the interfaces

        Would fix 1 problem. No problems would be left in 3 files.
        """
    )
    assert shell.read("apps/l2.yaml") == L2
    subprocess.run(["git", "apply"], input=outcome.out.encode(), cwd=shell.root, check=True)
    assert shell.read("apps/l2.yaml") == FIXED
    assert shell("--diff") == Outcome(0, "", "No problems in 3 files.\n")


def test_a_finding_says_why_it_is_not_fixed(shell: Shell) -> None:
    shell.write({".mlblint.yaml": "rules: {select: [MLB301]}\n", "infra/clean.yaml": ""})
    outcome = shell("--fix")
    assert outcome.code == 1
    assert "  = no fix: nothing tells the value: write `network.interfaces`" in outcome.out


def test_an_unsafe_fix_waits_until_it_is_asked_for(shell: Shell) -> None:
    # Without the configuration, the other advertisement tells the interface.
    shell.write({".mlblint.yaml": "rules: {select: [MLB301]}\n"})
    outcome = shell("--fix")
    assert outcome.code == 1
    assert "(unsafe, needs `--fix --unsafe-fixes`)" in outcome.out
    assert outcome.out.endswith("1 fixable with `--fix --unsafe-fixes`.\n")
    assert shell.read("apps/l2.yaml") == L2
    assert shell("--fix", "--unsafe-fixes").code == 0
    assert shell.read("apps/l2.yaml") == FIXED


def test_a_file_that_cannot_be_written_is_said_and_the_exit_code_is_2(
    shell: Shell, monkeypatch: pytest.MonkeyPatch
) -> None:
    from mlblint.commands import mending
    from mlblint.writing import WriteError

    def refuse(root: Path, path: str, old: bytes, new: bytes) -> None:
        raise WriteError(path, "it changed since it was read; run again")

    monkeypatch.setattr(mending, "write", refuse)
    outcome = shell("--fix")
    assert outcome.code == 2
    assert outcome.err == (
        "mlblint: not written: apps/l2.yaml: it changed since it was read; run again\n"
    )


# --- standard input --------------------------------------------------------------------------


def test_standard_input_is_linted_under_its_name(shell: Shell) -> None:
    shell.write({"apps/l2.yaml": CLEAN})
    outcome = shell(
        "--output-format", "concise", "--stdin-filename", "l2.yaml", "-",
        stdin=L2.encode(), cwd="apps",
    )  # fmt: skip
    assert outcome.code == 1
    assert outcome.out.startswith("apps/l2.yaml:6:1: warning MLB301 ")
    assert shell.read("apps/l2.yaml") == CLEAN


def test_standard_input_needs_no_name(shell: Shell) -> None:
    outcome = shell("--output-format", "concise", "-", stdin=L2.encode())
    assert outcome.out.startswith("stdin.yaml:6:1: warning MLB301 ")


def test_fixed_standard_input_goes_to_standard_output_and_findings_beside_it(shell: Shell) -> None:
    crlf = L2.replace("\n", "\r\n")
    outcome = shell("--fix", "-", stdin=crlf.encode())
    assert outcome == Outcome(
        0,
        FIXED.replace("\n", "\r\n"),
        "Fixed 1 problem. No problems left in 1 file.\n",
    )
    assert shell("--fix", "-", stdin=b"a: 1").out == "a: 1"


def test_the_patch_of_standard_input(shell: Shell) -> None:
    outcome = shell("--diff", "--stdin-filename", "new.yaml", "-", stdin=L2.encode())
    assert outcome.out.startswith("diff --git a/new.yaml b/new.yaml\n")
    assert outcome.out.endswith("+  interfaces:\n+    - eth0\n")


def test_the_name_decides_which_repository_standard_input_belongs_to(
    shell: Shell, tmp_path_factory: pytest.TempPathFactory
) -> None:
    elsewhere = tmp_path_factory.mktemp("elsewhere")
    outcome = shell(
        "--output-format", "concise", "--stdin-filename", str(shell.root / "new/x.yaml"), "-",
        stdin=L2.encode(), cwd=str(elsewhere),
    )  # fmt: skip
    assert outcome.out.startswith("new/x.yaml:6:1: warning MLB301 ")


# --- other commands --------------------------------------------------------------------------


@pytest.mark.parametrize("rule", ["MLB301", "mlb301", "l2-interfaces-missing"])
def test_explain_takes_an_id_or_a_name(shell: Shell, rule: str) -> None:
    outcome = shell("explain", rule)
    assert (outcome.code, outcome.err) == (0, "")
    assert outcome.out.startswith("MLB301 l2-interfaces-missing\n")


@pytest.mark.parametrize(
    ("rule", "hint"),
    [
        ("MLB3001", "did you mean MLB301?"),
        ("l2-interface-missing", "did you mean l2-interfaces-missing?"),
        ("\x1b[2J", "`mlblint rules` lists all rules"),
    ],
)
def test_explain_does_not_know_every_rule(shell: Shell, rule: str, hint: str) -> None:
    shown = rule.replace("\x1b", "␛")
    assert shell("explain", rule) == Outcome(2, "", f"mlblint: unknown rule {shown}; {hint}\n")


def test_rules_in_three_forms(shell: Shell) -> None:
    assert "MLB301  l2-interfaces-missing" in shell("rules").out
    rules = json.loads(shell("rules", "--format", "json").out)
    assert "MLB301" in [rule["id"] for rule in rules]
    assert "| [MLB301](docs/rules/MLB301.md)" in shell("rules", "--format", "markdown").out


def test_rules_are_explained_whatever_the_configuration_says(shell: Shell) -> None:
    shell.write({".mlblint.yaml": "nonsense: 1\n"})
    outcome = shell("explain", "MLB301")
    assert outcome.code == 0
    assert outcome.err.startswith("mlblint: .mlblint.yaml:1:1: unknown key `nonsense`")


def test_config_tells_where_values_come_from(shell: Shell) -> None:
    assert "interfaces: [eth0]  # .mlblint.yaml:1\n" in shell("config", cwd="apps").out
    assert json.loads(shell("config", "--format", "json").out)["file"] == ".mlblint.yaml"


def test_init_writes_what_it_finds_once(shell: Shell) -> None:
    (shell.root / ".mlblint.yaml").unlink()
    (shell.root / ".git").mkdir()
    printed = shell("init", "--print", cwd="apps")
    assert "    - eth0  # seen in infra/clean.yaml:10\n" in printed.out
    outcome = shell("init", cwd="apps")
    assert outcome == Outcome(0, "", f"mlblint: wrote {shell.root.resolve() / '.mlblint.yaml'}\n")
    assert shell.read(".mlblint.yaml") == printed.out
    again = shell("init")
    assert again.code == 2
    assert again.err.startswith("mlblint: .mlblint.yaml is there already")
    assert shell("init", "--force").code == 0
    assert shell("--select", "MLB301").code == 1


# --- what goes wrong -------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("--fixx",), "No such option"),
        (("--fix", "--diff"), "--fix and --diff exclude each other"),
        (("-", "apps"), "- (standard input) cannot be combined with other paths"),
        (("--stdin-filename", "a.yaml"), "--stdin-filename is for standard input"),
        (("--unsafe-fixes",), "--unsafe-fixes needs --fix or --diff"),
        (("--show-fixes",), "--show-fixes needs --fix or --diff"),
        (("--exit-non-zero-on-fix",), "--exit-non-zero-on-fix needs --fix or --diff"),
        (("--output-format", "xml"), "is not one of 'full', 'concise', 'json'"),
        (
            ("--output-format", "full", "--output-format", "json"),
            "several reports need an --output-file each",
        ),
        (("--output-file", "a", "--output-file", "b"), "give one --output-file for each"),
        (
            ("--output-format=full", "--output-format=json", "--output-file=-", "--output-file=-"),
            "two reports cannot go to the same --output-file",
        ),
        (("--diff", "--output-format", "json"), "standard output is taken"),
        (("--diff", "--output-file", "-"), "standard output is taken"),
        (("--fix", "-", "--output-format", "json"), "standard output is taken"),
        (("explain",), "Missing argument 'RULE'"),
    ],
)
def test_a_wrong_command_line_is_refused(
    shell: Shell, arguments: Sequence[str], message: str
) -> None:
    outcome = shell(*arguments)
    assert (outcome.code, outcome.out) == (2, "")
    assert message in outcome.err
    assert outcome.err.startswith("Usage: mlblint ")


@pytest.mark.parametrize(
    ("config", "message"),
    [
        (
            "network:\n  interface: [eth0]\n",
            ".mlblint.yaml:2:3: unknown key `network.interface`; did you mean `network.interfaces",
        ),
        (
            "rules: {select: [MLB3001]}\n",
            '.mlblint.yaml:1:18: `rules.select[0]`: unknown rule "MLB30',
        ),
        ("rules: {extend-rules: [lint]}\n", "lint:1:1: there is no such folder of rules"),
        ("a: [\n", ".mlblint.yaml:2:1: not valid YAML"),
    ],
)
def test_a_broken_configuration_is_named_with_its_line_and_key(
    shell: Shell, config: str, message: str
) -> None:
    shell.write({".mlblint.yaml": config})
    outcome = shell()
    assert (outcome.code, outcome.out) == (2, "")
    assert outcome.err.startswith(f"mlblint: {message}")


def test_every_mistake_of_a_configuration_is_named(shell: Shell) -> None:
    shell.write({".mlblint.yaml": "nonsense: 1\nfail-on: sometimes\n"})
    lines = shell().err.splitlines()
    assert [line.partition(": ")[2].partition(" ")[0] for line in lines] == [
        ".mlblint.yaml:1:1:",
        ".mlblint.yaml:2:10:",
    ]


def test_a_broken_rule_of_ones_own_is_named_with_its_place(shell: Shell) -> None:
    shell.write(
        {
            ".mlblint.yaml": "rules: {extend-rules: [lint]}\n",
            "lint/own.yaml": OWN_RULE.replace("severity: error", "severity: fatal"),
        }
    )
    outcome = shell()
    assert outcome.code == 2
    assert outcome.err.startswith("mlblint: lint/own.yaml:4:11: expected `error`, `warning` or")


@pytest.mark.parametrize("path", ["nope", "apps/nope.yaml"])
def test_a_path_that_is_not_there_is_refused(shell: Shell, path: str) -> None:
    assert shell(path) == Outcome(2, "", f"mlblint: {path}: no such file or folder\n")


def test_a_folder_without_files_is_a_note_and_no_error(shell: Shell) -> None:
    (shell.root / "empty").mkdir()
    outcome = shell("empty")
    assert (outcome.code, outcome.out) == (0, "No problems in 0 files.\n")
    assert outcome.err.startswith("mlblint: empty: no YAML or JSON files here")


def test_a_file_that_cannot_be_read_is_said_and_the_exit_code_is_2(
    shell: Shell, monkeypatch: pytest.MonkeyPatch
) -> None:
    from mlblint.commands import lint

    look = lint.look
    gone = (("apps/x.yaml", "Permission denied"),)
    monkeypatch.setattr(lint, "look", lambda request: replace(look(request), unreadable=gone))
    outcome = shell("--exit-zero")
    assert outcome.code == 2
    assert outcome.err == "mlblint: apps/x.yaml: cannot be read: Permission denied\n"
    assert outcome.out.endswith("Not looked into: 1 unreadable file.\n")


def test_a_rule_that_crashed_makes_the_exit_code_2(
    shell: Shell, monkeypatch: pytest.MonkeyPatch
) -> None:
    from mlblint.commands import lint

    look = lint.look
    monkeypatch.setattr(lint, "look", lambda request: replace(look(request), internal_errors=True))
    assert shell("infra").code == 2


@pytest.fixture
def crashing(monkeypatch: pytest.MonkeyPatch) -> None:
    from mlblint.commands import lint

    def crash(_: object) -> None:
        raise RuntimeError("two\nlines \x1b[2J")

    monkeypatch.setattr(lint, "look", crash)


@pytest.mark.usefixtures("crashing")
def test_a_crash_is_one_line_that_says_where(shell: Shell) -> None:
    outcome = shell()
    assert (outcome.code, outcome.out) == (2, "")
    assert outcome.err.startswith(
        "mlblint: internal error: RuntimeError: two lines ?[2J (commands/lint.py:"
    )
    assert outcome.err.count("\n") == 1


@pytest.mark.usefixtures("crashing")
def test_a_crash_can_be_looked_into(shell: Shell, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MLBLINT_DEBUG", "1")
    assert "Traceback (most recent call last)" in shell().err


def test_an_interrupted_run_says_nothing(shell: Shell, monkeypatch: pytest.MonkeyPatch) -> None:
    from mlblint.commands import lint

    def interrupt(_: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(lint, "look", interrupt)
    assert shell() == Outcome(130, "", "")
