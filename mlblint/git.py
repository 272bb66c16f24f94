"""Asking Git, without letting it run anything, fetch anything or write anything.

The repository that is asked may have been written by a stranger, its `.git/config` included.
"""

from __future__ import annotations

import os
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from subprocess import CompletedProcess

PATIENCE = 120.0
"""Seconds that Git may take: the configuration may include a pipe, which never ends."""

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
    f"core.hooksPath={os.devnull}",
    "core.alternateRefsCommand=",
    # Looking is harmless in a repository of another user (containers in CI).
    "safe.directory=*",
)

_ENVIRONMENT = {
    # Neither write the index, nor fetch what a partial clone lacks.
    "GIT_OPTIONAL_LOCKS": "0",
    "GIT_NO_LAZY_FETCH": "1",
    # Git before 2.44 fetches all the same. It may ask by no protocol then; unlike
    # protocol.allow, this wins over the configuration (git transport.c@v2.45.0,
    # is_transport_allowed).
    "GIT_ALLOW_PROTOCOL": "none",
    "GIT_TERMINAL_PROMPT": "0",
    "LC_ALL": "C",
}


class GitTimeoutError(Exception):
    """Git did not answer."""


def run(
    root: str | Path, *arguments: str, stdin: bytes = b"", index: str | None = None
) -> CompletedProcess[bytes] | None:
    """`git ARGUMENTS` in a folder, with its own `index` or this one; None where there is no
    Git. The caller sees to it that no argument from outside is taken for an option."""
    import subprocess

    search = _search_path(str(root), os.environ.get("PATH", os.defpath))
    program = _program(search)
    if program is None:
        return None
    command = [program, "--no-pager"]
    for setting in _SETTINGS:
        command += ["-c", setting]
    environment = {k: v for k, v in os.environ.items() if k not in _OF_ANOTHER_REPOSITORY}
    environment |= {**_ENVIRONMENT, "PATH": os.pathsep.join(search)}
    if index is not None:
        environment["GIT_INDEX_FILE"] = index
    try:
        return subprocess.run(
            [*command, *arguments],
            cwd=root,
            env=environment,
            input=stdin,
            capture_output=True,
            check=False,
            timeout=PATIENCE,
        )
    except subprocess.TimeoutExpired:
        raise GitTimeoutError(f"Git did not answer in {PATIENCE:.0f} seconds") from None
    except OSError:
        return None


@lru_cache(maxsize=8)
def _search_path(root: str, path: str) -> tuple[str, ...]:
    """The folders where programs are looked for. A folder of the repository is none, whether
    it is called `.` there or by its name."""
    real_root = Path(root).resolve()
    folders = map(Path, filter(None, path.split(os.pathsep)))
    return tuple(
        str(folder)
        for folder in folders
        if folder.is_absolute() and not folder.resolve().is_relative_to(real_root)
    )


@lru_cache(maxsize=8)
def _program(search: tuple[str, ...]) -> str | None:
    """Git, by its whole path: Windows would look for it in the current folder first, and
    `shutil.which` does the same there."""
    candidates = (Path(folder, "git.exe" if os.name == "nt" else "git") for folder in search)
    return next((str(one) for one in candidates if one.is_file() and os.access(one, os.X_OK)), None)
