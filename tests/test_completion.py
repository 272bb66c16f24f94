"""Completion, asked for as shells ask for it, and in the shells themselves."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from mlblint import cli


def answers(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], *words: str
) -> list[str]:
    """What is offered for the last word, as bash would ask."""
    monkeypatch.setenv("_MLBLINT_COMPLETE", "bash_complete")
    monkeypatch.setenv("COMP_WORDS", " ".join(["mlblint", *words]))
    monkeypatch.setenv("COMP_CWORD", str(len(words)))
    assert cli.run([]) == 0
    return capsys.readouterr().out.split()


@pytest.mark.parametrize(
    ("words", "offered"),
    [
        (("mo",), "plain,model"),
        (("--unsafe",), "plain,--unsafe-fixes"),
        (("--output-format", "sar"), "plain,sarif"),
        (("--select", "mlb301"), "plain,MLB301"),
        (("--select", "MLB101,MLB301"), "plain,MLB101,MLB301"),
        (("explain", "MLB301"), "plain,MLB301"),
        (("model", "--format", "j"), "plain,json"),
        (("completion", "z"), "plain,zsh"),
    ],
)
def test_words_that_are_offered(
    words: tuple[str, ...],
    offered: str,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    assert offered in answers(monkeypatch, capsys, *words)


def test_commands_come_first_only(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    assert "plain,explain" not in answers(monkeypatch, capsys, "--fix", "ex")


def test_another_shell_is_refused(capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.run(["completion", "tcsh"]) == 2
    assert "tcsh" in capsys.readouterr().err


@pytest.fixture
def program(tmp_path: Path) -> dict[str, str]:
    """An environment in which `mlblint` is on the path, and nobody's settings."""
    file = tmp_path / "bin" / "mlblint"
    file.parent.mkdir()
    file.write_text(f'#!/bin/sh\nexec "{sys.executable}" -m mlblint "$@"\n')
    file.chmod(0o755)
    root = str(Path(__file__).parents[1])
    path = f"{file.parent}:{os.environ['PATH']}"
    return {"PATH": path, "HOME": str(tmp_path), "PYTHONPATH": root, "TERM": "dumb"}


def shell(name: str, script: str, environment: dict[str, str]) -> str:
    if shutil.which(name) is None:
        pytest.skip(f"{name} is not on this machine")
    run = subprocess.run(
        [name, "-c", script], env=environment, capture_output=True, text=True, check=True
    )
    return run.stdout


def test_bash_completes(program: dict[str, str]) -> None:
    script = (
        'eval "$(mlblint completion bash)"; COMP_WORDS=(mlblint --sel); COMP_CWORD=1; '
        '_mlblint_completion mlblint; echo "${COMPREPLY[@]}"'
    )
    assert shell("bash", script, program) == "--select\n"


def test_fish_completes(program: dict[str, str]) -> None:
    script = "mlblint completion fish | source; complete -C 'mlblint explain MLB301'"
    assert shell("fish", script, program) == "MLB301\tl2-interfaces-missing\n"


def test_zsh_can_load_the_script(program: dict[str, str]) -> None:
    script = (
        "autoload -Uz compinit && compinit -u -D; "
        'eval "$(mlblint completion zsh)"; whence -w _mlblint_completion; echo $_comps[mlblint]'
    )
    assert shell("zsh", script, program) == "_mlblint_completion: function\n_mlblint_completion\n"
