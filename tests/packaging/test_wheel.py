"""The wheel that people install: built, put into an empty environment, and used there."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import venv
from pathlib import Path
from zipfile import ZipFile

import pytest

ROOT = Path(__file__).parents[2]
pytestmark = pytest.mark.long


@pytest.fixture(scope="module")
def checkout(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """What Git tracks, and nothing that happens to lie beside it."""
    folder = tmp_path_factory.mktemp("checkout") / "mlblint"
    tracked = subprocess.run(
        ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"],
        cwd=ROOT,
        check=True,
        capture_output=True,
    ).stdout.split(b"\0")
    for name in filter(None, (part.decode() for part in tracked)):
        if (ROOT / name).is_file():
            (folder / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(ROOT / name, folder / name)
    return folder


@pytest.fixture(scope="module")
def wheel(checkout: Path) -> Path:
    subprocess.run([sys.executable, "-m", "build", "--wheel", str(checkout)], check=True)
    (built,) = (checkout / "dist").glob("*.whl")
    return built


@pytest.fixture(scope="module")
def installed(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("venv")
    venv.create(folder, with_pip=True)
    subprocess.run(
        [folder / "bin/python", "-m", "pip", "install", "--quiet", str(wheel)], check=True
    )
    return folder / "bin/mlblint"


def run(program: Path, *arguments: str, cwd: Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run([program, *arguments], cwd=cwd, capture_output=True, text=True)


def test_lints_and_fixes_outside_the_checkout(installed: Path, tmp_path: Path) -> None:
    repository = tmp_path / "cluster"
    shutil.copytree(ROOT / "tests/fixtures/talos/broken", repository)
    found = run(installed, "--output-format", "json", cwd=repository)
    assert found.returncode == 1, found.stderr
    rules = {finding["rule"] for finding in json.loads(found.stdout)["findings"]}
    assert {"MLB101", "MLB301", "MLB401", "MLB501"} <= rules
    assert run(installed, "--fix", cwd=repository).stderr == ""
    again = run(installed, "--output-format", "json", cwd=repository)
    left = {finding["rule"] for finding in json.loads(again.stdout)["findings"]}
    assert left == rules & {"MLB107"}, "that one wants a decision"


def test_knows_its_rules_and_itself(installed: Path, tmp_path: Path) -> None:
    assert run(installed, "--version", cwd=tmp_path).stdout.startswith("mlblint")
    assert "l2-interfaces-missing" in run(installed, "rules", cwd=tmp_path).stdout
    assert "interfaces" in run(installed, "explain", "MLB301", cwd=tmp_path).stdout


def test_brings_the_schemas_of_metallbs_kinds(installed: Path, tmp_path: Path) -> None:
    pool = "apiVersion: metallb.io/v1beta1\nkind: IPAddressPool\nmetadata: {name: a}\nspec: {}\n"
    (tmp_path / "pool.yaml").write_text(pool)
    found = run(installed, "--select", "MLB408", "--output-format", "json", cwd=tmp_path)
    assert [one["rule"] for one in json.loads(found.stdout)["findings"]] == ["MLB408"]


def test_two_builds_of_two_checkouts_give_the_same_bytes(
    checkout: Path, wheel: Path, tmp_path: Path
) -> None:
    """Whatever the clock, the permissions and the folder are."""
    other = tmp_path / "elsewhere"
    shutil.copytree(checkout, other, ignore=shutil.ignore_patterns("dist"))
    for number, path in enumerate(sorted(other.rglob("*"))):
        if path.is_file():
            path.chmod(path.stat().st_mode & 0o700)
            os.utime(path, (1_000_000_000 + number, 1_000_000_000 + number))
    subprocess.run(
        ["bash", "-c", 'umask 077; exec "$0" -m build --wheel .', sys.executable],
        cwd=other,
        check=True,
    )
    (again,) = (other / "dist").glob("*.whl")
    assert again.name == wheel.name
    assert again.read_bytes() == wheel.read_bytes()


def test_nothing_runs_at_installation_and_nothing_lies_outside_the_package(wheel: Path) -> None:
    with ZipFile(wheel) as archive:
        names = archive.namelist()
        metadata = next(name for name in names if name.endswith(".dist-info/WHEEL"))
        assert "Root-Is-Purelib: true" in archive.read(metadata).decode()
        entries = archive.read(metadata.replace("WHEEL", "entry_points.txt")).decode()
        modes = {one.external_attr >> 16 & 0o111 for one in archive.infolist()}
    tops = {name.split("/")[0] for name in names}
    assert tops == {"mlblint", metadata.split("/")[0]}
    assert {Path(name).suffix for name in names if name.startswith("mlblint/")} <= {
        *(".py", ".yaml", ".json", ".typed"),
    }
    assert not any("__pycache__" in name for name in names)
    assert entries.split() == ["[console_scripts]", "mlblint", "=", "mlblint.cli:main"]
    assert modes == {0}


def test_the_bill_of_materials_names_every_file(wheel: Path) -> None:
    written = subprocess.run(
        [sys.executable, ROOT / "ci/sbom.py", wheel], check=True, capture_output=True
    ).stdout
    bill = json.loads(written)
    listed = {one["name"] for one in bill["metadata"]["component"]["components"]}
    with ZipFile(wheel) as archive:
        assert {name for name in archive.namelist() if not name.endswith("/RECORD")} == listed
    assert {"click", "jsonschema", "ruamel-yaml"} <= {one["name"] for one in bill["components"]}
