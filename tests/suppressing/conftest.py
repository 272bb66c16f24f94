"""What the tests of suppressions share: mlblint run on a small repository, at a fixed date."""

from __future__ import annotations

import io
import json
import subprocess
import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from mlblint import cli, command_line

TODAY = date(2026, 11, 21)
CONFIG = "network: {interfaces: [eth0]}\nrules: {select: [MLB301, MLB903]}\n"


def advertisement(name: str = "lan", *, spec: str = "spec:", above: str = "") -> str:
    """One finding of MLB301, on the line of `spec`."""
    return (
        "apiVersion: metallb.io/v1beta1\n"
        "kind: L2Advertisement\n"
        "metadata:\n"
        f"  name: {name}\n"
        "  namespace: metallb-system\n"
        f"{above}{spec}\n"
        "  ipAddressPools: [lan]\n"
    )


@dataclass(frozen=True)
class Outcome:
    code: int
    out: str
    err: str


@dataclass(frozen=True)
class Shell:
    root: Path
    capture: pytest.CaptureFixture[bytes]
    monkeypatch: pytest.MonkeyPatch

    def __call__(self, *arguments: str, stdin: bytes = b"", cwd: str = ".") -> Outcome:
        self.monkeypatch.chdir(self.root / cwd)
        self.monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(stdin)))
        self.capture.readouterr()
        code = cli.run(arguments)
        sys.stdout.flush()
        captured = self.capture.readouterr()
        return Outcome(code, captured.out.decode(), captured.err.decode())

    def write(self, files: Mapping[str, str]) -> None:
        for name, text in files.items():
            path = self.root / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(text.encode())

    def read(self, name: str) -> str:
        return (self.root / name).read_bytes().decode()

    def spots(self, *arguments: str) -> list[str]:
        """Rule and line of each finding that is shown."""
        lines = self(*arguments, "--output-format", "concise").out.splitlines()
        found = [line.split(": ", 1) for line in lines if ": " in line and ".yaml:" in line]
        return [f"{rest.split()[1]} {place.rpartition(':')[0]}" for place, rest in found]

    def json(self, *arguments: str) -> dict[str, Any]:
        report: dict[str, Any] = json.loads(self(*arguments, "--output-format", "json").out)
        return report

    def git(self, *arguments: str) -> str:
        identity = ["-c", "user.name=x", "-c", "user.email=x@example.com"]
        command = ["git", *identity, "-c", "commit.gpgsign=false", *arguments]
        run = subprocess.run(command, cwd=self.root, check=True, capture_output=True)
        return run.stdout.decode().strip()

    def commit(self, files: Mapping[str, str] | None = None) -> str:
        """Everything that is there, with these files; the id of the commit."""
        if not (self.root / ".git").exists():
            self.git("init", "-q", "-b", "main")
        self.write(files or {})
        self.git("add", "-A")
        self.git("commit", "-q", "--allow-empty", "-m", "x")
        return self.git("rev-parse", "HEAD")


@pytest.fixture
def shell(
    tmp_path: Path,
    capsysbinary: pytest.CaptureFixture[bytes],
    monkeypatch: pytest.MonkeyPatch,
) -> Shell:
    for name in ("NO_COLOR", "FORCE_COLOR", "MLBLINT_DEBUG"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("COLUMNS", "80")

    class Today(date):
        @classmethod
        def today(cls) -> date:
            return TODAY

    monkeypatch.setattr(command_line, "date", Today)
    shell = Shell(tmp_path, capsysbinary, monkeypatch)
    shell.write({".mlblint.yaml": CONFIG})
    return shell


@pytest.fixture
def l2() -> Callable[..., str]:
    return advertisement


@pytest.fixture
def today() -> date:
    return TODAY
