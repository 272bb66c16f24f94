"""`--show-files` and `--show-settings` say what a run would do, and do nothing."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from mlblint.cli import run

ENCRYPTED = "a: ENC[AES256_GCM,data:x]\nsops: {mac: x}\n"
FILES = {
    ".mlblint.yaml": "exclude: [old/]\nfail-on: error\nbaseline: known.json\n",
    "apps/plain.yaml": "a: 1\n",
    "apps/template.yaml": "{{ if metallb }}\na: 1\n",
    "apps/secret.yaml": ENCRYPTED,
    "apps/notes.txt": "a: 1\n",
    "apps/data.json": "{}\n",
    "old/x.yaml": "a: 1\n",
}


@pytest.fixture
def root(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    for name, text in FILES.items():
        path = tmp_path / name
        path.parent.mkdir(exist_ok=True)
        path.write_text(text)
    monkeypatch.chdir(tmp_path)
    return tmp_path


def lines(capsys: pytest.CaptureFixture[str], *arguments: str) -> list[str]:
    assert run(arguments) == 0
    return capsys.readouterr().out.splitlines()


@pytest.mark.usefixtures("root")
def test_the_files_are_listed_one_a_line(capsys: pytest.CaptureFixture[str]) -> None:
    below = ["apps/data.json", "apps/plain.yaml", "apps/secret.yaml", "apps/template.yaml"]
    assert lines(capsys, "--show-files") == [".mlblint.yaml", *below]
    assert lines(capsys, "--show-files", "apps") == below


def test_a_file_that_is_named_is_listed_whatever_its_suffix(
    root: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert lines(capsys, "--show-files", "apps/notes.txt") == ["apps/notes.txt"]


def test_what_is_excluded_is_not_listed_even_if_it_is_named(
    root: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(["--show-files", "old/x.yaml"]) == 0
    out, err = capsys.readouterr()
    assert out == ""
    assert err.startswith("mlblint: old/x.yaml: skipped, because `exclude`")


@pytest.mark.parametrize("folder", [".", "apps", "old"])
def test_the_names_are_those_that_other_programs_can_open_from_here(
    root: Path, folder: str, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(root / folder)
    listed = lines(capsys, "--show-files", str(root))
    assert len(listed) == 5
    assert all(Path(name).is_file() for name in listed)


def test_a_name_that_is_not_utf_8_comes_out_as_it_is(root: Path) -> None:
    name = b"apps/caf\xe9.yaml"
    with open(os.path.join(os.fsencode(root), name), "w"):  # noqa: PTH118, PTH123 - bytes
        pass
    listed = subprocess.run(
        [sys.executable, "-m", "mlblint", "--show-files", "apps"],
        cwd=root,
        env={**os.environ, "PYTHONPATH": str(Path(__file__).parents[1])},
        capture_output=True,
        check=True,
    )
    assert name in listed.stdout.split(b"\n")


def test_nothing_is_read_but_the_configuration(
    root: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (root / "apps/plain.yaml").write_text("a: [\nkind: Service\n")
    assert "apps/plain.yaml" in lines(capsys, "--show-files")


def test_the_settings_are_what_the_command_config_prints(
    root: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    printed = lines(capsys, "config")
    assert lines(capsys, "--show-settings") == printed
    monkeypatch.chdir("/")
    assert lines(capsys, "--show-settings", str(root / "apps")) == printed


@pytest.mark.usefixtures("root")
def test_the_settings_know_what_the_command_line_says(capsys: pytest.CaptureFixture[str]) -> None:
    shown = lines(capsys, "--show-settings", "--select", "MLB3", "--no-baseline")
    assert "  select: [MLB3]  # command line" in shown
    assert "fail-on: error  # .mlblint.yaml:2" in shown
    assert "baseline: null  # command line" in shown
    shown = lines(capsys, "--show-settings", "--ignore", "MLB3", "--baseline", "other.json")
    assert "  ignore: [MLB3]  # command line" in shown
    assert "baseline: other.json  # command line" in shown


@pytest.mark.parametrize("what", ["--show-files", "--show-settings"])
@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("--fix",), "--fix and {} exclude each other"),
        (("--write-baseline", "x"), "--write-baseline and {} exclude each other"),
        (("--diff",), "{} and --diff exclude each other"),
        (("--output-format", "json"), "{} and --output-format exclude each other"),
        (("--statistics",), "{} and --statistics exclude each other"),
        (("-",), "{} is about files: - (standard input) is none"),
        (("--hook",), "--hook and {} exclude each other"),
    ],
)
def test_what_contradicts_them_is_refused(
    what: str, arguments: tuple[str, ...], message: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run([what, *arguments]) == 2
    assert message.format(what) in capsys.readouterr().err


def test_they_exclude_each_other(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["--show-files", "--show-settings"]) == 2
    assert "--show-files and --show-settings exclude" in capsys.readouterr().err
