"""mlblint as a process: start-up, streams, signals, and the width of its help."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from mlblint import command_line

MLBLINT = [sys.executable, "-m", "mlblint"]
COMMANDS = [[], *([name] for name in command_line.COMMANDS)]


def run(*arguments: str, **options: object) -> subprocess.CompletedProcess[str]:
    return subprocess.run(  # type: ignore[call-overload, no-any-return]
        [*MLBLINT, *arguments], capture_output=True, text=True, check=False, **options
    )


def python(code: str) -> str:
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    return done.stdout


@pytest.mark.parametrize("option", ["--version", "--help"])
def test_version_and_help_load_click_and_nothing_else(option: str) -> None:
    loaded = "import sys; before = set(sys.modules); {}; print(*(set(sys.modules) - before))"
    click = set(python(loaded.format("import click, click._compat, __future__")).split())
    ours = set(
        python(
            "import io, sys; real = sys.stdout; "
            + loaded.format(
                "from mlblint import cli; sys.stdout = io.StringIO(); "
                f"cli.run(['{option}']); sys.stdout = real"
            )
        ).split()
    )
    own = {name for name in ours - click if name.partition(".")[0] == "mlblint"}
    assert own == {
        "mlblint",
        "mlblint.cli",
        "mlblint.command_line",
        "mlblint.commands",
        "mlblint.manual",
    }
    assert {name for name in ours if name.partition(".")[0] in ("ruamel", "jsonschema")} == set()


def test_the_version_is_one_line() -> None:
    from mlblint import __version__

    assert run("--version").stdout == f"mlblint {__version__}\n"


@pytest.mark.parametrize("command", COMMANDS, ids=lambda command: " ".join(command) or "mlblint")
@pytest.mark.parametrize("columns", [40, 80, 200])
def test_help_fits_the_terminal(command: list[str], columns: int) -> None:
    done = run(*command, "-h", env={**os.environ, "COLUMNS": str(columns)})
    assert (done.returncode, done.stderr) == (0, "")
    assert max(map(len, done.stdout.splitlines())) <= min(columns, 88)


def test_help_names_the_commands_and_every_option() -> None:
    text = run("--help").stdout
    for word in ("explain", "rules", "init", "config"):
        assert f"\n  {word} " in text
    for option in ("fix", "diff", "select", "ignore", "output-format", "output-file", "color"):
        assert f"--{option}" in text
    assert "mlblint --diff | git apply" in text


def test_a_reader_that_goes_away_is_no_error(tmp_path: Path) -> None:
    with subprocess.Popen(
        [*MLBLINT, "rules", "--format", "json"], stdout=subprocess.PIPE, stderr=subprocess.PIPE
    ) as process:
        assert process.stdout is not None
        assert process.stderr is not None
        process.stdout.close()
        assert process.stderr.read() == b""
    assert process.returncode == 141


@pytest.mark.skipif(os.name != "posix", reason="needs a POSIX shell")
@pytest.mark.parametrize("streams", [">&-", "2>&-", ">&- 2>&-", "<&- >&- 2>&-"])
def test_closed_streams_are_no_error(tmp_path: Path, streams: str) -> None:
    (tmp_path / "a.yaml").write_text("a: 1\n")
    command = f"'{sys.executable}' -m mlblint {streams}"
    done = subprocess.run(["sh", "-c", command], cwd=tmp_path, capture_output=True, check=False)
    assert done.returncode == 0
    assert done.stderr == b""


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="needs /dev/full")
@pytest.mark.parametrize("command", ["rules", "config", "--help"])
def test_an_output_that_is_full_is_one_line_and_the_exit_code_is_2(command: str) -> None:
    with Path("/dev/full").open("w") as full:
        done = subprocess.run(
            [*MLBLINT, command], stdout=full, stderr=subprocess.PIPE, text=True, check=False
        )
    assert done.returncode == 2
    assert done.stderr == ("mlblint: standard output cannot be written: No space left on device\n")


def test_names_and_texts_of_all_scripts_can_be_printed_in_any_locale(tmp_path: Path) -> None:
    (tmp_path / "ü.yaml").write_text("a: [ü\n")
    env = {**os.environ, "PYTHONIOENCODING": "ascii", "LC_ALL": "C"}
    done = run("--output-format", "concise", cwd=tmp_path, env=env)
    assert "internal error" not in done.stderr
    assert done.stdout.isascii()


@pytest.mark.skipif(os.name != "posix", reason="needs POSIX signals")
@pytest.mark.parametrize(
    ("number", "code"), [(signal.SIGINT, 130), (signal.SIGTERM, 143)], ids=["SIGINT", "SIGTERM"]
)
def test_a_signal_ends_the_run_without_a_word(
    tmp_path: Path, number: signal.Signals, code: int
) -> None:
    started = tmp_path / "started"
    program = (
        "import pathlib, sys, time\n"
        "from mlblint import cli\n"
        "from mlblint.commands import lint\n"
        "def look(request):\n"
        f"    pathlib.Path({str(started)!r}).touch()\n"
        "    time.sleep(60)\n"
        "lint.look = look\n"
        "sys.argv = ['mlblint']\n"
        "sys.exit(cli.main())\n"
    )
    with subprocess.Popen(
        [sys.executable, "-c", program],
        cwd=tmp_path,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    ) as process:
        deadline = time.monotonic() + 30
        while not started.exists() and time.monotonic() < deadline:
            time.sleep(0.02)
        process.send_signal(number)
        out, err = process.communicate(timeout=30)
    assert (process.returncode, out, err) == (code, b"", b"")


def test_a_folder_that_has_vanished_is_one_line(tmp_path: Path) -> None:
    folder = tmp_path / "gone"
    folder.mkdir()
    command = (
        f"import os; os.rmdir({str(folder)!r}); from mlblint.cli import main; "
        "import sys; sys.argv = ['mlblint']; sys.exit(main())"
    )
    done = subprocess.run(
        [sys.executable, "-c", command], cwd=folder, capture_output=True, text=True, check=False
    )
    assert done.returncode == 2
    assert done.stderr == (
        "mlblint: the current folder cannot be used: No such file or directory\n"
    )
