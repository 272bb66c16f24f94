"""Asking Git, without letting it run anything or write anything."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from subprocess import CompletedProcess

# Git sets these for hooks. They may mean another repository or, being relative, another folder;
# and every file that a commit takes lies in the working tree too, where it is listed whatever
# index is asked.
_OF_ANOTHER_REPOSITORY = frozenset(
    [
        "GIT_ALTERNATE_OBJECT_DIRECTORIES",
        "GIT_COMMON_DIR",
        "GIT_DIR",
        "GIT_INDEX_FILE",
        "GIT_NAMESPACE",
        "GIT_OBJECT_DIRECTORY",
        "GIT_PREFIX",
        "GIT_WORK_TREE",
    ]
)

_SETTINGS = (
    # No program that the repository's own configuration names may run.
    "core.fsmonitor=false",
    "core.hooksPath=/dev/null",
    # Looking is harmless in a repository of another user (containers in CI).
    "safe.directory=*",
)


def run(root: str | Path, *arguments: str, stdin: bytes = b"") -> CompletedProcess[bytes] | None:
    """`git ARGUMENTS` in a folder; None where there is no Git. The caller sees to it that no
    argument from outside is taken for an option."""
    import subprocess

    command = ["git", "--no-pager"]
    for setting in _SETTINGS:
        command += ["-c", setting]
    environment = {k: v for k, v in os.environ.items() if k not in _OF_ANOTHER_REPOSITORY}
    # Neither write the index, nor fetch what a partial clone lacks.
    environment |= {"GIT_OPTIONAL_LOCKS": "0", "GIT_NO_LAZY_FETCH": "1", "LC_ALL": "C"}
    try:
        return subprocess.run(
            [*command, *arguments],
            cwd=root,
            env=environment,
            input=stdin,
            capture_output=True,
            check=False,
        )
    except OSError:
        return None
