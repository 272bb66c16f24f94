"""Which modules a run loads: each takes time before anything is looked at.

Here are the modules of mlblint but for the model and the checks, most of which a lint needs. A new
name in a list is a decision: the hook pays for it on every commit.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterable
from pathlib import Path

import pytest

import mlblint

FAULTY = """\
apiVersion: v1
kind: Service
metadata:
  name: web
  annotations:
    metallb.universe.tf/nonsense: "1"
spec:
  type: ClusterIP
"""

EVERY_RUN = set(
    "__init__ boundaries cards cli command_line compiled_cards context discovery engine findings "
    "git judging manual package_data patterns pipeline records schema schema_quick "
    "card_rules writing "
    "commands.__init__ commands.conflicts commands.known commands.lint commands.output "
    "cache.__init__ cache.findings cache.folder cache.memory cache.snapshot "
    "commands.progress commands.remembering commands.repository commands.showing "
    "config.__init__ config.errors config.files config.loading config.model config.rendering "
    "config.selectors "
    "report.__init__ report.colours report.formats report.frame report.harmless report.summary "
    "report.terminal report.text "
    "text.__init__ text.documents text.embedded text.nodes text.parser text.places text.scalars "
    "text.source "
    # Checks name the edits that would mend what they find, and keys as edits would spell them.
    "text.edits text.emit text.guards text.layout text.repeated text.splices".split()
)
HEAVY = {"jsonschema", "difflib", "fractions", "secrets", "email", "asyncio", "unittest"}


def loaded(folder: Path, *arguments: str) -> set[str]:
    code = (
        "import json, sys; from mlblint import cli; code = cli.run(sys.argv[1:]); "
        "assert code in (0, 1), code; print('', json.dumps(list(sys.modules)), sep='\\n')"
    )
    done = subprocess.run(
        [sys.executable, "-c", code, *arguments],
        cwd=folder,
        env={**os.environ, "PYTHONPATH": str(Path(mlblint.__file__).parents[1])},
        capture_output=True,
        text=True,
        check=True,
    )
    return set(json.loads(done.stdout.splitlines()[-1]))


def own(modules: Iterable[str]) -> set[str]:
    """Without the model and the checks; a package is called as its file is."""
    names = {name.removeprefix("mlblint.") for name in modules if name.startswith("mlblint.")}
    packages = {"cache", "commands", "config", "report", "text"}
    names = {f"{name}.__init__" if name in packages else name for name in names}
    return {"__init__", *(n for n in names if n.split(".")[0] not in ("repo", "checks"))}


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / ".git").mkdir()
    return tmp_path


def test_a_run_that_finds_nothing(folder: Path) -> None:
    (folder / "values.yaml").write_text("replicas: 1\n")
    modules = loaded(folder)
    assert own(modules) == EVERY_RUN
    assert not modules & HEAVY
    assert "ruamel.yaml" not in modules, "nothing here is worth parsing"


def test_plain_manifests_without_findings_need_no_parser(folder: Path) -> None:
    right = FAULTY.replace("nonsense", "address-pool").replace("ClusterIP", "LoadBalancer")
    (folder / "service.yaml").write_text(f"{right}  selector:\n    app: web\n")
    assert "ruamel.yaml" not in loaded(folder)


def test_a_run_that_finds_something_loads_what_plans_its_fixes(folder: Path) -> None:
    (folder / "service.yaml").write_text(FAULTY)
    modules = loaded(folder)
    reading = {"text.one_line", "text.simple"}
    planning = "addresses blocks commenting flows guards outward planning sites splices"
    assert own(modules) - EVERY_RUN <= reading | {f"text.{name}" for name in planning.split()}


def test_rules_that_are_not_asked_are_not_loaded(folder: Path) -> None:
    (folder / "service.yaml").write_text(FAULTY)
    checks = {name for name in loaded(folder, "--select", "MLB105") if ".checks.mlb" in name}
    assert checks == {"mlblint.checks.mlb105_annotation_unknown"}
