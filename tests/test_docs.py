"""The pages say what really happens: every command in them is run, and prints what they show.

Before each block of commands a comment says where it is run: in a copy of a fixture, one for each
page, which later blocks of the page find as the earlier ones left it.

    <!-- run in: talos/broken, exit: 1 -->

`…` stands for what is left out. What cannot be run here says why:

    <!-- not run: needs a package index -->
"""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
FIXTURES = ROOT / "tests/fixtures"
PAGES = [ROOT / "README.md", *sorted((ROOT / "docs").glob("*.md"))]

_BLOCK = re.compile(r"(?:<!-- (?P<how>[^\n]*?) -->\n\n?)?```console\n(?P<text>.*?)```", re.DOTALL)
_RUN = re.compile(
    r"run in: (?P<where>[\w./-]+)(?:, exit: (?P<code>\d))?(?:, as: (?P<name>[\w-]+))?"
)


@dataclass(frozen=True)
class Block:
    page: str
    how: str
    text: str

    def commands(self) -> Iterator[tuple[str, str]]:
        """Each command, with what is shown below it."""
        for part in re.split(r"^\$ ", self.text, flags=re.MULTILINE)[1:]:
            command, _, shown = part.partition("\n")
            while command.endswith("\\"):
                more, _, shown = shown.partition("\n")
                command = f"{command[:-1].rstrip()} {more.strip()}"
            yield re.sub(r"\s+#(?: .*)?$", "", command), shown.rstrip("\n")


def blocks(page: Path) -> list[Block]:
    found = _BLOCK.finditer(page.read_text("utf-8"))
    return [Block(page.name, one["how"] or "", one["text"]) for one in found]


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_every_block_of_commands_says_how_it_is_run(page: Path) -> None:
    for block in blocks(page):
        assert _RUN.fullmatch(block.how) or re.fullmatch(r"not run: .+", block.how), block.text


@pytest.fixture
def shell(tmp_path: Path) -> Callable[[str, Path], subprocess.CompletedProcess[str]]:
    program = tmp_path / "bin" / "mlblint"
    program.parent.mkdir()
    program.write_text(f'#!/bin/sh\nexec "{sys.executable}" -m mlblint "$@"\n')
    program.chmod(0o755)
    environment = {
        "PATH": f"{program.parent}:{os.environ['PATH']}",
        "PYTHONPATH": str(ROOT),
        "HOME": str(tmp_path),
        "COLUMNS": "100",
        "GIT_AUTHOR_NAME": "a user",
        "GIT_AUTHOR_EMAIL": "user@example.com",
        "GIT_COMMITTER_NAME": "a user",
        "GIT_COMMITTER_EMAIL": "user@example.com",
    }

    def run(command: str, folder: Path) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            ["bash", "-c", command],
            cwd=folder,
            env=environment,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )

    return run


@pytest.mark.parametrize(
    "page", [page for page in PAGES if blocks(page)], ids=lambda page: page.name
)
def test_commands_print_what_the_page_shows(
    page: Path, tmp_path: Path, shell: Callable[[str, Path], subprocess.CompletedProcess[str]]
) -> None:
    for block in blocks(page):
        how = _RUN.fullmatch(block.how)
        if how is None:
            continue
        folder = tmp_path / (how["name"] or how["where"])
        if not folder.exists():
            shutil.copytree(FIXTURES / how["where"], folder)
            shell("git init -q -b main && git add -A && git commit -qm start", folder)
        commands = list(block.commands())
        for number, (command, shown) in enumerate(commands):
            done = shell(command, folder)
            last = number == len(commands) - 1
            expected = int(how["code"] or 0) if last else None
            # Only the last command of a block has an exit code to speak of; the others must not
            # have failed to do their work.
            if expected is None:
                assert done.returncode in (0, 1), f"{command}\n{done.stdout}"
            else:
                assert done.returncode == expected, f"{command}\n{done.stdout}"
            if shown:
                assert matches(done.stdout.rstrip("\n"), shown), f"{command}\n{done.stdout}"


def matches(printed: str, shown: str) -> bool:
    parts = (re.escape(part) for part in shown.split("…"))
    return re.fullmatch(".*".join(parts), printed, re.DOTALL) is not None


def test_a_page_that_lies_is_noticed() -> None:
    assert matches("one\ntwo\nthree", "one\n…\nthree")
    assert not matches("one\ntwo", "one\n…\nthree")
    assert not matches("one\ntwo", "one")


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_links_lead_somewhere(page: Path) -> None:
    for target in re.findall(r"\]\(([^)#:\s]+)(?:#[^)]*)?\)", page.read_text("utf-8")):
        assert (page.parent / target).exists(), target
