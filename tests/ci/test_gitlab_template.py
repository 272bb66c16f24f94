"""The template for GitLab CI: its script, run as a runner runs it."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import xml.etree.ElementTree as ElementTree
from pathlib import Path
from typing import Any

import pytest

from mlblint.text.documents import Document, documents
from mlblint.text.source import Source

ROOT = Path(__file__).parents[2]


@pytest.fixture
def template() -> Any:
    path = ROOT / "ci/gitlab.yml"
    (document,) = documents(Source.from_bytes(path.name, path.read_bytes()))
    assert isinstance(document, Document)
    return document.data["mlblint"]


@pytest.fixture
def checkout(tmp_path: Path) -> Path:
    program = tmp_path / "bin" / "mlblint"
    program.parent.mkdir()
    program.write_text(f'#!/bin/sh\nexec "{sys.executable}" -m mlblint "$@"\n')
    program.chmod(0o755)
    folder = tmp_path / "checkout"
    shutil.copytree(ROOT / "tests/fixtures/talos/broken", folder)
    subprocess.run(["git", "init", "-q"], cwd=folder, check=True)
    return folder


def run(template: Any, checkout: Path, **variables: str) -> subprocess.CompletedProcess[str]:
    path = f"{checkout.parent / 'bin'}:{os.environ['PATH']}"
    (script,) = template["script"]
    return subprocess.run(
        ["sh", "-e", "-c", script],
        cwd=checkout,
        env={"PATH": path, "PYTHONPATH": str(ROOT), **variables},
        capture_output=True,
        text=True,
    )


def test_writes_the_reports_that_it_declares(template: Any, checkout: Path) -> None:
    done = run(template, checkout, **template["variables"])
    assert done.returncode == 1, done.stderr
    assert "MLB101" in done.stdout
    reports = template["artifacts"]["reports"]
    issues = json.loads((checkout / reports["codequality"]).read_text())
    assert "MLB101" in {issue["check_name"] for issue in issues}
    assert ElementTree.parse(checkout / reports["junit"]).getroot().tag == "testsuites"


def test_arguments_can_be_added(template: Any, checkout: Path) -> None:
    done = run(template, checkout, MLBLINT_ARGUMENTS="--select MLB101 --exit-zero workloads")
    assert done.returncode == 0
    assert "MLB101" in done.stdout
    assert "MLB301" not in done.stdout


def test_a_merge_request_answers_for_what_it_brings(template: Any, checkout: Path) -> None:
    identity = ["-c", "user.name=a user", "-c", "user.email=user@example.com"]
    subprocess.run(["git", "add", "-A"], cwd=checkout, check=True)
    subprocess.run(["git", *identity, "commit", "-q", "-m", "all"], cwd=checkout, check=True)
    head = subprocess.run(
        ["git", "rev-parse", "HEAD"], cwd=checkout, check=True, capture_output=True, text=True
    ).stdout.strip()
    done = run(template, checkout, CI_MERGE_REQUEST_DIFF_BASE_SHA=head)
    assert done.returncode == 0, done.stdout
