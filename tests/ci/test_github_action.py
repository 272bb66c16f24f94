"""The action for GitHub: what its scripts do, and that nothing from outside gets into them."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from mlblint.text.documents import Document, documents
from mlblint.text.source import Source

ROOT = Path(__file__).parents[2]


def loaded(name: str) -> Any:
    (document,) = documents(Source.from_bytes(name, (ROOT / name).read_bytes()))
    assert isinstance(document, Document)
    return document.data


def git(folder: Path, *arguments: str) -> None:
    identity = ["-c", "user.name=a user", "-c", "user.email=user@example.com"]
    subprocess.run(["git", *identity, *arguments], cwd=folder, check=True, capture_output=True)


@dataclass(frozen=True)
class Job:
    """A runner of GitHub's, as far as the script looks at it."""

    repository: Path
    runner: Path

    def run(self, **environment: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [ROOT / "ci/github.sh"],
            cwd=self.repository,
            env={
                "PATH": os.environ["PATH"],
                "PYTHONPATH": str(ROOT),
                "RUNNER_TEMP": str(self.runner),
                "GITHUB_OUTPUT": str(self.runner / "output"),
                "GITHUB_STEP_SUMMARY": str(self.runner / "summary.md"),
                **environment,
            },
            capture_output=True,
            text=True,
        )

    @property
    def outputs(self) -> dict[str, str]:
        lines = (self.runner / "output").read_text().splitlines()
        return dict(line.split("=", 1) for line in lines)

    def results(self) -> list[str]:
        report = json.loads(Path(self.outputs["sarif-file"]).read_text())
        return [result["ruleId"] for result in report["runs"][0]["results"]]


@pytest.fixture
def job(tmp_path: Path) -> Job:
    program = tmp_path / "runner" / "mlblint" / "bin" / "mlblint"
    program.parent.mkdir(parents=True)
    program.write_text(f'#!/bin/sh\nexec "{sys.executable}" -m mlblint "$@"\n')
    program.chmod(0o755)
    repository = tmp_path / "repository"
    shutil.copytree(ROOT / "tests/fixtures/talos/broken", repository)
    git(repository, "init", "-q", "-b", "main")
    git(repository, "add", "-A")
    git(repository, "commit", "-q", "-m", "a cluster")
    return Job(repository, tmp_path / "runner")


def test_a_push_is_judged_as_a_whole(job: Job) -> None:
    run = job.run(GITHUB_EVENT_NAME="push")
    assert run.returncode == 1, run.stderr
    assert re.search(r"^::warning file=workloads/jellyfin/service.yaml,line=7,", run.stdout, re.M)
    assert job.outputs["exit-code"] == "1"
    assert {"MLB101", "MLB301", "MLB401"} <= set(job.results())
    assert "MLB101" in (job.runner / "summary.md").read_text()


def test_paths_and_options_come_one_a_line(job: Job) -> None:
    job.run(MLBLINT_PATHS="workloads\n", MLBLINT_OPTIONS="--select\nMLB101,MLB301")
    assert job.results() == ["MLB101"]


def test_a_path_is_never_an_option_nor_a_command(job: Job) -> None:
    (job.repository / "--fix").mkdir()
    (job.repository / "--fix" / "$(touch pwned)").mkdir()
    run = job.run(MLBLINT_PATHS="--fix\n--fix/$(touch pwned)\n")
    assert run.returncode == 0, run.stderr
    assert not list(job.repository.rglob("pwned"))
    changed = subprocess.run(["git", "diff", "--quiet"], cwd=job.repository)
    assert changed.returncode == 0


def test_a_pull_request_answers_for_what_it_brings(job: Job) -> None:
    git(job.repository, "checkout", "-q", "-b", "topic")
    (job.repository / "new.yaml").write_text(
        "apiVersion: metallb.io/v1beta1\nkind: L2Advertisement\n"
        "metadata: {name: more, namespace: metallb-system}\nspec: {}\n"
    )
    git(job.repository, "add", "-A")
    git(job.repository, "commit", "-q", "-m", "more")
    git(job.repository, "checkout", "-q", "main")
    git(job.repository, "merge", "-q", "--no-ff", "-m", "merge", "topic")
    run = job.run(GITHUB_EVENT_NAME="pull_request", MLBLINT_OPTIONS="--select\nMLB101,MLB301")
    assert run.returncode == 1, run.stderr
    assert job.results() == ["MLB301"]
    job.run(
        GITHUB_EVENT_NAME="pull_request",
        MLBLINT_CHANGED_ONLY="false",
        MLBLINT_OPTIONS="--select\nMLB101,MLB301",
    )
    assert {"MLB101", "MLB301"} == set(job.results())


def test_a_checkout_without_history_is_judged_as_a_whole_and_says_so(job: Job) -> None:
    run = job.run(GITHUB_EVENT_NAME="pull_request")
    assert run.returncode == 1
    assert "`fetch-depth: 2`" in run.stdout
    assert "MLB101" in job.results()


def test_a_broken_configuration_fails_with_2_and_uploads_nothing(job: Job) -> None:
    (job.repository / ".mlblint.yaml").write_text("metalb: {}\n")
    run = job.run()
    assert run.returncode == 2
    assert "metallb" in run.stderr
    assert job.outputs == {"exit-code": "2"}


def test_no_expression_is_pasted_into_a_script() -> None:
    for step in loaded("action.yml")["runs"]["steps"]:
        assert "${{" not in step.get("run", "")


def test_the_scripts_of_the_action_are_there_and_can_be_run() -> None:
    steps = loaded("action.yml")["runs"]["steps"]
    scripts = [re.search(r"/(ci/\S+\.sh)", step["run"]) for step in steps if "run" in step]
    assert [script[1] for script in scripts if script] == ["ci/install.sh", "ci/github.sh"]
    for script in scripts:
        assert script
        assert os.access(ROOT / script[1], os.X_OK)


def test_every_input_is_used_and_every_output_exists() -> None:
    text = (ROOT / "action.yml").read_text()
    action = loaded("action.yml")
    assert set(re.findall(r"inputs\.([\w-]+)", text)) == set(action["inputs"])
    written = set(re.findall(r'echo "([\w-]+)=', (ROOT / "ci/github.sh").read_text()))
    assert set(action["outputs"]) == written


@pytest.mark.long
def test_the_installation_leaves_the_linted_repository_alone(tmp_path: Path) -> None:
    runner = tmp_path / "runner"
    runner.mkdir()
    empty = tmp_path / "repository"
    empty.mkdir()
    run = subprocess.run(
        [ROOT / "ci/install.sh"],
        cwd=empty,
        env={**os.environ, "RUNNER_TEMP": str(runner), "PYTHONPATH": ""},
        capture_output=True,
        text=True,
    )
    assert run.returncode == 0, run.stderr
    assert run.stdout.startswith("mlblint ")
    assert list(empty.iterdir()) == []
    assert (runner / "mlblint/bin/mlblint").exists()
