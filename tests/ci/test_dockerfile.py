"""The image, as far as it can be judged without building it: what goes into it, and who runs."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

from mlblint.command_line import lint

ROOT = Path(__file__).parents[2]


def instructions() -> list[tuple[str, str]]:
    text = (ROOT / "Dockerfile").read_text()
    lines = re.sub(r"\\\n", " ", re.sub(r"(?m)^\s*#.*\n", "", text)).splitlines()
    parts = (line.split(None, 1) for line in lines if line.strip())
    return [(name, rest) for name, rest in parts]


def copied() -> list[tuple[list[str], str]]:
    words = [rest.split() for name, rest in instructions() if name == "COPY"]
    return [(sources, target) for *sources, target in words]


def test_it_runs_as_nobody_in_particular() -> None:
    users = [rest for name, rest in instructions() if name == "USER"]
    assert users[-1].isdecimal()
    assert users[-1] != "0"
    last = instructions()[-1]
    assert last[0] == "ENTRYPOINT"
    assert json.loads(last[1]) == [lint.name]


def test_only_what_is_there_is_copied_and_nothing_downloaded_by_name() -> None:
    assert not any(name == "ADD" for name, _ in instructions())
    for sources, _ in copied():
        assert all((ROOT / source).exists() for source in sources)


def test_what_it_is_made_from_is_pinned_to_a_python_that_is_supported() -> None:
    images = {rest.split()[0] for name, rest in instructions() if name == "FROM"}
    (image,) = images
    version = image.removeprefix("python:").removesuffix("-slim")
    assert f"Python :: {version}" in (ROOT / "pyproject.toml").read_text()


@pytest.mark.long
def test_what_is_copied_is_enough_for_a_wheel(tmp_path: Path) -> None:
    for sources, target in copied():
        for source in sources:
            path = tmp_path / "source" / (source if target == "./" else target)
            path.parent.mkdir(exist_ok=True)
            (shutil.copytree if (ROOT / source).is_dir() else shutil.copy2)(ROOT / source, path)
    build = [sys.executable, "-m", "build", "--wheel", "--outdir", str(tmp_path)]
    subprocess.run([*build, str(tmp_path / "source")], check=True, capture_output=True)
    (wheel,) = tmp_path.glob("*.whl")
    names = zipfile.ZipFile(wheel).namelist()
    assert "mlblint/cli.py" in names
    assert "mlblint/rules/MLB301-l2-interfaces-missing.yaml" in names
    assert "mlblint/schemas/config.json" in names
