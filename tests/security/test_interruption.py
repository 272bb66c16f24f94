"""Signals, pipes that break, disks that are full: no traceback, nothing half written."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

pytestmark = pytest.mark.skipif(os.name != "posix", reason="needs POSIX signals")

ROOT = Path(__file__).parents[2]
SERVICE = (
    "apiVersion: v1\nkind: Service\nmetadata:\n  name: web\n  annotations:\n"
    "    metallb.universe.tf/address-pol: x\nspec:\n  type: LoadBalancer\n"
)
ENVIRONMENT = {**os.environ, "PYTHONPATH": str(ROOT)}
PHASES = {
    "listing": "mlblint.discovery.repository_files",
    "reading": "mlblint.boundaries.read",
    "linting": "mlblint.engine.run",
    "fixing": "mlblint.fixing.fix",
    "writing": "mlblint.writing._fill",
    "renaming": "mlblint.writing.os.fsync",
}
COMMANDS = {
    "lint": ["."],
    "fix": ["--fix", "--unsafe-fixes"],
    "add-ignore": ["--add-ignore", "--reason", "x"],
    "write-baseline": ["--write-baseline", "b.json"],
    "output-file": ["--output-format", "json", "--output-file", "r.json"],
    "init": ["init", "--force"],
}
REACHED = {
    "lint": ("listing", "reading", "linting"),
    "fix": ("fixing",),
    "add-ignore": ("linting", "writing", "renaming"),
    "write-baseline": ("linting", "writing", "renaming"),
    "output-file": ("writing", "renaming"),
    "init": ("listing", "writing", "renaming"),
}
MATRIX = [(command, phase) for command, phases in REACHED.items() for phase in phases]

PROGRAM = """
import pathlib, sys, time, importlib
sys.path[:] = [one for one in sys.path if one]
target, started, *arguments = sys.argv[1:]
parts = target.split(".")
for end in range(len(parts) - 1, 0, -1):
    try:
        owner = importlib.import_module(".".join(parts[:end]))
        break
    except ImportError:
        pass
for name in parts[end:-1]:
    owner = getattr(owner, name)
def stopped(*_, **__):
    pathlib.Path(started).touch()
    time.sleep(60)
setattr(owner, parts[-1], stopped)
for module in list(sys.modules.values()):
    pass
from mlblint import cli
sys.argv = ["mlblint", *arguments]
sys.exit(cli.main())
"""


@pytest.fixture
def root(tmp_path: Path) -> Path:
    folder = tmp_path / "repo"
    folder.mkdir()
    (folder / ".mlblint.yaml").write_text("")
    (folder / "a.yaml").write_text(SERVICE)
    (folder / "r.json").write_text("old")
    return folder


def state(root: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in root.iterdir()}


@pytest.mark.parametrize(("number", "code"), [(signal.SIGINT, 130), (signal.SIGTERM, 143)])
@pytest.mark.parametrize(("command", "phase"), MATRIX)
def test_a_signal_leaves_everything_as_it_was(
    root: Path, tmp_path: Path, command: str, phase: str, number: signal.Signals, code: int
) -> None:
    started = tmp_path / "started"
    before = state(root)
    process = subprocess.Popen(
        [sys.executable, "-c", PROGRAM, PHASES[phase], str(started), *COMMANDS[command]],
        cwd=root,
        env=ENVIRONMENT,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    )
    deadline = time.monotonic() + 60
    while not started.exists() and process.poll() is None and time.monotonic() < deadline:
        time.sleep(0.02)
    assert started.exists(), process.communicate()
    process.send_signal(number)
    out, err = process.communicate(timeout=30)
    assert (process.returncode, out, err) == (code, b"", b"")
    assert state(root) == before


def mlblint(root: Path, arguments: list[str], redirected: str = "") -> tuple[int, str]:
    words = " ".join(f"'{word}'" for word in [sys.executable, "-m", "mlblint", *arguments])
    done = subprocess.run(
        ["sh", "-c", f"{words} {redirected}"],
        cwd=root,
        env=ENVIRONMENT,
        capture_output=True,
        text=True,
        check=False,
    )
    return done.returncode, done.stdout + done.stderr


FULL = {
    "lint": (["."], ">/dev/full"),
    "diff": (["--diff", "--unsafe-fixes"], ">/dev/full"),
    "json": (["--output-format", "json"], ">/dev/full"),
    "report": (["--output-format", "json", "--output-file", "/dev/full"], ""),
    "baseline": (["--write-baseline", "/dev/full"], ""),
    "errors": (["--select", "NONSENSE"], "2>/dev/full"),
    "init": (["init", "--print"], ">/dev/full"),
    "model": (["model"], ">/dev/full"),
}


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="needs /dev/full")
@pytest.mark.parametrize(("arguments", "redirected"), FULL.values(), ids=FULL)
def test_a_full_disk_is_one_line_and_exit_code_2(
    root: Path, arguments: list[str], redirected: str
) -> None:
    before = state(root)
    code, output = mlblint(root, arguments, redirected)
    assert code == 2
    assert "Traceback" not in output
    assert "internal error" not in output
    assert len(output.splitlines()) <= 1
    assert state(root) == before


@pytest.mark.parametrize("command", ["lint", "add-ignore", "write-baseline", "output-file", "init"])
@pytest.mark.parametrize("closed", [">&-", "2>&-", ">&- 2>&-"])
def test_closed_streams_change_nothing_else(root: Path, command: str, closed: str) -> None:
    code, output = mlblint(root, COMMANDS[command], closed)
    assert code in (0, 1)
    assert "Traceback" not in output


@pytest.mark.parametrize("command", [["."], ["--output-format", "json"], ["rules"], ["model"]])
def test_a_reader_that_leaves_is_exit_code_141(root: Path, command: list[str]) -> None:
    with subprocess.Popen(
        [sys.executable, "-m", "mlblint", *command],
        cwd=root,
        env=ENVIRONMENT,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    ) as process:
        assert process.stdout is not None
        assert process.stderr is not None
        process.stdout.close()
        assert process.stderr.read() == b""
    assert process.returncode == 141


@pytest.mark.skipif(os.name != "posix" or os.geteuid() == 0, reason="root may write everywhere")
@pytest.mark.parametrize("command", ["add-ignore", "write-baseline", "init"])
def test_a_folder_that_is_read_only_is_said(root: Path, command: str) -> None:
    root.chmod(0o555)
    before = state(root)
    code, output = mlblint(root, COMMANDS[command])
    root.chmod(0o755)
    assert code == 2
    assert "Permission denied" in output
    assert state(root) == before
