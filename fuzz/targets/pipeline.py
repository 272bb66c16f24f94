"""The whole way, on a repository of which one file is mutilated."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from functools import cache
from pathlib import Path

from fuzz.choices import Choices, seed
from fuzz.seeds import LONGEST, Tree, trees
from mlblint.config import Config
from mlblint.config.loading import build
from mlblint.config.model import Origins
from mlblint.findings import Finding
from mlblint.fixing import diff, fix
from mlblint.pipeline import Request, lint
from mlblint.repo.files import Files
from mlblint.repo.index import RELEVANT

ROOT = Path("/nowhere")
_HUNK = re.compile(rb"@@ -(\d+),(\d+) \+\d+,\d+ @@")


SMALL = 8
"""Files of a repository that is looked at often enough in a second."""


def seeds() -> Iterator[bytes]:
    for number, tree in enumerate(trees()):
        if len(tree.files) > SMALL:
            continue
        for at, path in enumerate(sorted(tree.files)):
            if len(tree.files[path]) <= LONGEST:
                yield seed(tree.files[path], *_decisions(number, at, len(tree.files)))


def _decisions(tree: int, file: int, files: int) -> tuple[int, ...]:
    """As `check` takes them: a number takes as many bytes as its choice needs."""
    wide = (tree // 256, tree % 256) if len(trees()) > 256 else (tree,)
    return (*wide, file) if files > 1 else wide


def check(data: bytes) -> None:
    choices = Choices(data)
    tree = choices.among(trees())
    path = choices.among(sorted(tree.files))
    unsafe = bool(choices.number(2))
    state = {**tree.files, path: choices.rest}
    files = Files(ROOT, (), state, RELEVANT)
    request = Request(ROOT, _config(tree), files=files)

    def findings(changed: Mapping[str, bytes]) -> tuple[Finding, ...]:
        result = lint(
            Request(request.root, request.config, changed={**state, **changed}, files=files)
        )
        crashes = [one.message for one in result.all_findings if one.rule == "MLB000"]
        assert not crashes, crashes
        assert not result.internal_errors
        return result.findings

    result = fix(findings, unsafe=unsafe)
    assert result.converged
    assert all(finding.unfixable for finding in result.remaining)
    if result.changes:
        changed = {change.path: change.new for change in result.changes}
        again = fix(lambda more: findings({**changed, **more}), unsafe=unsafe)
        assert again.changes == (), "a second run changes nothing"
    for change in result.changes:
        assert _patched(change.old, diff([change])) == change.new


@cache
def _empty() -> Config:
    return Config()


def _config(tree: Tree) -> Config:
    return build(dict(tree.config), Origins()) if tree.config else _empty()


def _patched(old: bytes, patch: bytes) -> bytes:
    """What a program that reads patches makes of the old bytes."""
    lines = [line + b"\n" for line in old.split(b"\n")]
    lines[-1] = lines[-1][:-1]
    new: list[bytes] = []
    at = 0
    body = patch.split(b"\n")[:-1]
    for number, line in enumerate(body):
        if match := _HUNK.fullmatch(line):
            start = int(match[1]) - (1 if int(match[2]) else 0)
            new += lines[at:start]
            at = start
        elif line.startswith((b"---", b"+++", b"diff ", b"\\")) and not new and at == 0:
            continue
        elif line[:1] in b" -+" and line:
            text = line[1:] + (b"" if body[number + 1 : number + 2] == [_NO_BREAK] else b"\n")
            if line[:1] in b" -":
                assert lines[at] == text, "the patch speaks of lines that are there"
                at += 1
            if line[:1] in b" +":
                new.append(text)
    return b"".join(new + lines[at:])


_NO_BREAK = b"\\ No newline at end of file"
