"""What holds for every format of reports. `MLBLINT_WRITE_GOLDEN=1 pytest tests/report` writes
the golden files anew."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from textwrap import dedent

import click
import pytest

from mlblint import __version__, cli, command_line
from mlblint.report.formats import FORMATS, WRITERS, Report

ROOT = Path(__file__).parents[2]
GOLDEN = Path(__file__).parent / "golden"
DOCS = (ROOT / "docs/reports.md").read_text("utf-8")

COMMAND = re.compile(r"\s*::[A-Za-z]")
OWN_COMMAND = re.compile(r"::(error|warning|notice) file=")


def obeyed(form: str, text: str) -> list[str]:
    """Whatever in a report a terminal, a CI system or a decoder would stumble over."""
    found = [one for one in text if one != "\n" and not one.isprintable()]
    found += re.findall(r"##\w*\[", text)
    own = OWN_COMMAND if form == "github" else None
    found += [
        line for line in text.splitlines() if COMMAND.match(line) and not (own and own.match(line))
    ]
    return found


# --- golden files ----------------------------------------------------------------------------


@pytest.mark.parametrize("form", FORMATS)
def test_the_report_on_a_real_repository_is_the_golden_file(
    form: str, run_on_talos: Callable[[str], str]
) -> None:
    file = GOLDEN / f"talos.{form}"
    text = golden(form, run_on_talos(form))
    if os.environ.get("MLBLINT_WRITE_GOLDEN"):
        file.write_bytes(text.encode())
    assert text == file.read_bytes().decode()


def golden(form: str, text: str) -> str:
    """Without what changes with every release and every new rule."""
    if form != "sarif":
        return text
    log = json.loads(text)
    (run,) = log["runs"]
    driver, found = run["tool"]["driver"], {result["ruleId"] for result in run["results"]}
    assert driver["version"] == __version__
    driver["version"] = "0.0.0"
    driver["rules"] = [rule for rule in driver["rules"] if rule["id"] in found]
    return json.dumps(log, ensure_ascii=False, indent=2) + "\n"


def test_there_is_a_golden_file_of_every_format_and_no_other() -> None:
    assert {file.name for file in GOLDEN.iterdir()} == {f"talos.{form}" for form in FORMATS}


# --- all formats, all states -----------------------------------------------------------------


@pytest.mark.parametrize("form", WRITERS)
@pytest.mark.parametrize("state", ["nothing", "talos", "hostile"])
def test_every_format_renders_every_state_the_same_each_time(
    form: str, state: str, request: pytest.FixtureRequest
) -> None:
    report: Report = request.getfixturevalue(state)
    text = WRITERS[form](report)
    assert text == WRITERS[form](report)
    assert obeyed(form, text) == []
    text.encode()
    if text:
        assert text.endswith("\n")
        assert not text.endswith("\n\n")


@pytest.mark.parametrize("form", FORMATS)
def test_no_name_on_disk_comes_through_raw(
    form: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    root = os.fsencode(tmp_path / "repository")
    names = (
        b"::add-mask::y",
        b"a\n::error file=x",
        b"</testcase>",
        b"##[group]",
        b"\x1b[1mb",
        b"\xe9",
    )
    for number, name in enumerate(names):
        folder = root + b"/" + name
        os.makedirs(folder)  # noqa: PTH103 - Path knows no bytes
        label = json.dumps("\n" + os.fsdecode(name) if name != b"\xe9" else "::group::")
        with open(folder + b"/l2-%d.yaml" % number, "w") as file:  # noqa: PTH123
            file.write(
                "apiVersion: metallb.io/v1beta1\nkind: L2Advertisement\n"
                f"metadata: {{name: {label}}}\n"
            )
    (tmp_path / "repository/.mlblint.yaml").write_text("rules: {select: [MLB301]}\n")
    monkeypatch.chdir(tmp_path / "repository")
    target = tmp_path / "report"
    assert cli.run(["--output-format", form, "--output-file", str(target)]) == 1
    text = target.read_bytes().decode()
    assert obeyed(form, text) == []
    if form == "github":
        assert len(text.splitlines()) == len(names)


# --- where formats are named -----------------------------------------------------------------


def test_the_command_line_knows_exactly_these_formats() -> None:
    assert sorted(command_line.FORMATS) == sorted(FORMATS)
    (option,) = [one for one in command_line.lint.params if one.name == "output_format"]
    assert isinstance(option, click.Option)
    names = (option.help or "").partition(": ")[2].partition(". ")[0]
    words = set(re.findall(r"\w+", names)) - {"or", "for", "people", "programs"}
    assert words == set(FORMATS)


def test_the_documentation_has_a_section_on_each_and_no_other() -> None:
    assert re.findall(r"^\| \[`(\w+)`\]\(#\w+\) \|", DOCS, re.MULTILINE) == list(FORMATS)
    assert re.findall(r"^## `(\w+)`$", DOCS, re.MULTILINE) == list(FORMATS)


@pytest.mark.parametrize("form", FORMATS)
def test_the_excerpt_in_the_documentation_is_real(form: str) -> None:
    section = DOCS.split(f"\n## `{form}`\n")[1].split("\n## `")[0]
    excerpt = re.search(r"```\w*\n(.*?)```", section, re.DOTALL)
    assert excerpt
    real = (GOLDEN / f"talos.{form}").read_text("utf-8").splitlines()
    shown = dedent(excerpt[1]).splitlines()
    parts = (real[at : at + len(shown)] for at in range(len(real) - len(shown) + 1))
    assert any(is_excerpt(shown, dedent("\n".join(part)).splitlines()) for part in parts)


def is_excerpt(shown: list[str], real: list[str]) -> bool:
    """A line that ends with `…` may go on."""
    return len(shown) == len(real) and all(
        line.startswith(one[:-1]) if one.endswith("…") else line == one
        for one, line in zip(shown, real, strict=True)
    )


# --- lazy imports ----------------------------------------------------------------------------


@pytest.mark.parametrize("form", FORMATS)
def test_only_the_format_asked_for_is_imported(form: str, tmp_path: Path) -> None:
    code = (
        "import sys; from mlblint import cli; "
        f"cli.run(['--output-format', {form!r}, '--output-file', 'report']); "
        "print(*(name.rpartition('.')[2] for name in sys.modules if 'mlblint.report.' in name))"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=tmp_path, capture_output=True, text=True, check=True
    )
    modules = {name: name for name in WRITERS} | {"json": "json_report"}
    loaded = set(done.stdout.split()) & set(modules.values())
    assert loaded == ({modules[form]} if form in WRITERS else set())
