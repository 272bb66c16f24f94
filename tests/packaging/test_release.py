"""What releases are made of: requirements, the bill of materials, the workflows."""

from __future__ import annotations

import base64
import hashlib
import os
import re
import subprocess
import sys
from importlib import util
from pathlib import Path
from types import ModuleType
from typing import Any
from zipfile import ZipFile

import pytest

from mlblint.text.documents import Document, documents
from mlblint.text.source import Source

ROOT = Path(__file__).parents[2]
WORKFLOWS = sorted((ROOT / ".github/workflows").glob("*.yml"))


def script(name: str) -> ModuleType:
    spec = util.spec_from_file_location(f"ci_{name}", ROOT / f"ci/{name}.py")
    assert spec is not None
    assert spec.loader is not None
    module = util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


# --- lowest versions -------------------------------------------------------------------------


def test_every_dependency_has_a_lowest_version_and_no_highest() -> None:
    lines = subprocess.run(
        [sys.executable, ROOT / "ci/lowest.py", "dev", "docs", "fuzz"],
        capture_output=True,
        text=True,
        check=True,
    ).stdout.splitlines()
    assert "click==8.1.0" in lines
    assert "ruamel.yaml==0.18.6" in lines
    assert all(re.fullmatch(r"[\w.-]+==\d+(\.\d+){2,}(\s*;.*)?", line) for line in lines)


@pytest.mark.parametrize("requirement", ["click", "click<9", "click>=8,<9", "click~=8.1"])
def test_a_range_that_cannot_be_tested_at_both_ends_is_refused(requirement: str) -> None:
    project = {"dependencies": [requirement], "optional-dependencies": {}}
    with pytest.raises(SystemExit, match="expected `name>=version`"):
        list(script("lowest").constraints(project, []))


# --- the bill of materials -------------------------------------------------------------------


@pytest.fixture
def wheel(tmp_path: Path) -> Path:
    path = tmp_path / "made_up-1.2-py3-none-any.whl"
    digest = base64.urlsafe_b64encode(hashlib.sha256(b"x = 1\n").digest()).rstrip(b"=").decode()
    with ZipFile(path, "w") as archive:
        archive.writestr("made_up/a,b.py", "x = 1\n")
        archive.writestr(
            "made_up-1.2.dist-info/METADATA",
            "Metadata-Version: 2.4\nName: Made.up\nVersion: 1.2\nSummary: s\n"
            "License-Expression: Apache-2.0\nRequires-Dist: ruamel.yaml>=0.18.6\n"
            "Requires-Dist: tomli>=2.0; python_version < '3.11'\n"
            "Requires-Dist: pytest>=8; extra == 'dev'\n\nDescription: no\n",
        )
        archive.writestr(
            "made_up-1.2.dist-info/RECORD",
            f"made_up/a,b.py,sha256={digest},6\nmade_up-1.2.dist-info/RECORD,,\n",
        )
    return path


def test_the_bill_says_what_is_in_the_wheel_and_what_it_needs(wheel: Path) -> None:
    sbom = script("sbom")
    bill: dict[str, Any] = sbom.bill(wheel)
    assert bill == sbom.bill(wheel), "the same wheel, the same bill"
    root = bill["metadata"]["component"]
    assert root["purl"] == "pkg:pypi/made-up@1.2"
    assert root["hashes"][0]["content"] == hashlib.sha256(wheel.read_bytes()).hexdigest()
    (file,) = root["components"]
    assert file["name"] == "made_up/a,b.py"
    assert file["hashes"][0]["content"] == hashlib.sha256(b"x = 1\n").hexdigest()
    assert [one["purl"] for one in bill["components"]] == [
        "pkg:pypi/ruamel-yaml",
        "pkg:pypi/tomli",
    ]
    known = {root["bom-ref"], *(one["bom-ref"] for one in bill["components"])}
    assert {one["ref"] for one in bill["dependencies"]} == known
    assert set(bill["dependencies"][0]["dependsOn"]) == known - {root["bom-ref"]}


# --- workflows -------------------------------------------------------------------------------


def loaded(path: Path) -> dict[str, Any]:
    (document,) = documents(Source.from_bytes(path.name, path.read_bytes()))
    assert isinstance(document, Document)
    assert isinstance(document.data, dict)
    return document.data


def steps(path: Path) -> list[dict[str, Any]]:
    return [step for job in loaded(path)["jobs"].values() for step in job["steps"]]


WRITES = {("release.yml", "publish"): {"id-token", "attestations"}}
"""Who may do more than read, and what."""


@pytest.mark.parametrize("path", WORKFLOWS, ids=lambda path: path.name)
def test_a_job_may_do_only_what_it_needs(path: Path) -> None:
    workflow = loaded(path)
    assert workflow["permissions"] in ({}, {"contents": "read"})
    for name, job in workflow["jobs"].items():
        given = job.get("permissions", workflow["permissions"])
        writes = {scope for scope, level in given.items() if level != "read"}
        assert writes == WRITES.get((path.name, name), set())
        assert "timeout-minutes" in job
    # YAML 1.1 reads the key `on` as true.
    triggers = workflow.get("on", workflow.get("true"))
    assert set(triggers) <= {"push", "pull_request"}, "none that gives strangers a token"


@pytest.mark.parametrize("path", WORKFLOWS, ids=lambda path: path.name)
def test_no_expression_is_part_of_a_script(path: Path) -> None:
    assert [step["run"] for step in steps(path) if "${{" in step.get("run", "")] == []
    assert "secrets." not in path.read_text("utf-8")


@pytest.mark.parametrize("path", WORKFLOWS, ids=lambda path: path.name)
def test_what_a_workflow_calls_is_there(path: Path) -> None:
    targets = set(re.findall(r"^([\w-]+):", (ROOT / "Makefile").read_text("utf-8"), re.MULTILINE))
    for step in steps(path):
        command = step.get("run", "")
        if command.startswith("make "):
            assert command.removeprefix("make ") in targets
        elif command:
            assert os.access(ROOT / command, os.X_OK), command
        else:
            assert re.fullmatch(r"[\w-]+/[\w-]+@(v\d+|release/v\d+|[0-9a-f]{40})", step["uses"])
        if step.get("uses", "").startswith("actions/checkout@"):
            assert step["with"]["persist-credentials"] is False


def test_what_is_published_is_what_was_tested() -> None:
    jobs = loaded(ROOT / ".github/workflows/release.yml")["jobs"]
    assert jobs["test"]["needs"] == "build"
    assert jobs["publish"]["needs"] == "test"
    assert not any("run" in step for step in jobs["publish"]["steps"]), "the token sees no script"
    assert [name for name, job in jobs.items() if "ci/build.sh" in str(job)] == ["build"]


def test_the_workflows_name_the_pythons_of_the_package() -> None:
    text = (ROOT / "pyproject.toml").read_text("utf-8")
    supported = set(re.findall(r"Python :: (3\.\d+)", text))
    release = loaded(ROOT / ".github/workflows/release.yml")["jobs"]["test"]
    assert set(release["strategy"]["matrix"]["python"]) == supported
    ci = loaded(ROOT / ".github/workflows/ci.yml")["jobs"]
    whole = next(s for s in ci["whole"]["steps"] if "python" in s.get("uses", ""))
    assert {whole["with"]["python-version"], *ci["python"]["strategy"]["matrix"]["python"]} == (
        supported
    )


@pytest.mark.parametrize("name", ["build.sh", "test-wheel.sh"])
def test_the_scripts_can_be_read_by_the_shell(name: str) -> None:
    subprocess.run(["bash", "-n", ROOT / "ci" / name], check=True)
