"""Which files belong to a repository, and which of them the command line names.

What Git ignores is ignored. Files of submodules and of repositories inside the repository
belong to those. Symbolic links are not followed: a file is known by the name at which it lies.
"""

from __future__ import annotations

import os
import posixpath
import re
import stat
from collections.abc import Callable, Iterable, Iterator, Sequence
from pathlib import Path

from mlblint import git
from mlblint.patterns import NEVER, Pattern

SUFFIXES = (".yaml", ".yml", ".json")
_WITHOUT_SUFFIX = "Kustomization"
"""kustomize takes this name as well (kustomize `api/konfig/general.go`)."""

# A walk without Git skips what holds no manifests of anybody's own.
_SKIPPED_FOLDERS = frozenset(
    [".git", ".hg", ".svn", "node_modules", ".venv", ".terraform", "__pycache__"]
)


class DiscoveryError(ValueError):
    """An argument names nothing that could be linted."""


def is_manifest(path: str) -> bool:
    """Whether a file of this name is looked at without being named."""
    return path.endswith(SUFFIXES) or posixpath.basename(path) == _WITHOUT_SUFFIX


def repository_files(
    root: Path, exclude: Sequence[str] = (), listed: Iterable[str] | None = None
) -> list[str]:
    """Every YAML and JSON file below `root`, relative to it and with "/", sorted; of those
    that are `listed`, if somebody has asked Git already.

    Names that are no UTF-8 are spelled with surrogate escapes, as `os` does.
    """
    base = str(root)
    if listed is None:
        listed = _git_files(base)
    names = set(_walk(base) if listed is None else listed)
    excluded = glob_matcher(exclude)
    real = _RealFolders(base)
    found: set[str] = set()
    for name in names:
        if is_manifest(name) and real.has(name.rpartition("/")[0]) and not excluded(name):
            target = _regular_file(base, name)
            if target == name or (target in names and not excluded(target)):
                found.add(target)
    return sorted(found)


def named(
    root: Path,
    cwd: Path,
    arguments: Sequence[str],
    files: Iterable[str],
    *,
    exclude: Sequence[str] = (),
    note: Callable[[str], object] = lambda text: None,
) -> frozenset[str]:
    """The files that the arguments name; without arguments, those in the current folder.

    `files` are those of the repository. A file of another suffix counts if it is named itself.
    `note` is told what is named and left out all the same.
    """
    known = files if isinstance(files, frozenset) else frozenset(files)
    excluded = glob_matcher(exclude)
    here = _relative(str(cwd), str(root))
    result: set[str] = set()
    for argument in arguments or (".",):
        path = _plain(here, argument)
        if path is None or path not in known:
            path = _inside(root, cwd, argument)
        if path in known:
            result.add(path)
        elif stat.S_ISDIR(_mode(f"{root}/{path}")):
            below = [one for one in known if not path or one.startswith(f"{path}/")]
            if not below:
                note(f"{argument}: no YAML or JSON files here that are not excluded or ignored")
            result.update(below)
        elif excluded(path):
            note(f"{argument}: skipped, because `exclude` in the configuration matches it")
        elif is_manifest(path):
            note(f"{argument}: skipped, because Git ignores it or another repository has it")
        else:
            result.add(path)
    return frozenset(result)


def glob_matcher(globs: Iterable[str]) -> Callable[[str], bool]:
    """Whether a file is meant by one of the globs, which are those of .gitignore: a folder
    that matches means all files below; `!` has no meaning."""
    patterns = [_translate(glob) for glob in globs]
    if not patterns:
        return lambda path: False
    return Pattern("|".join(f"(?:{pattern})" for pattern in patterns), re.DOTALL).fullmatch


# --- listing --------------------------------------------------------------------------------


def _git_files(root: str) -> list[str] | None:
    """All files that Git knows or would add, or None where Git cannot tell."""
    run = git.run(root, "ls-files", "-z", "--cached", "--others", "--exclude-standard")
    if run is None:
        return None
    names = os.fsdecode(run.stdout).split("\0")[:-1]
    # A folder that an outer repository ignores as a whole has no files for Git.
    if run.returncode or not (names or os.path.lexists(f"{root}/.git")):
        return None
    return names


def _walk(root: str) -> Iterator[str]:
    """All files below `root`."""
    for folder, entries in folders(root):
        for entry in entries:
            if not _is_folder(entry):
                yield f"{folder}/{entry.name}" if folder else entry.name


def folders(root: str) -> Iterator[tuple[str, list[os.DirEntry[str]]]]:
    """The folders below `root`, and what lies in each; one that vanishes or may not be read is
    left out."""
    todo = [""]
    while todo:
        folder = todo.pop()
        try:
            with os.scandir(f"{root}/{folder}") as scan:
                entries = list(scan)
        except OSError:
            continue
        if folder and any(entry.name == ".git" for entry in entries):
            continue
        yield folder, entries
        for entry in entries:
            if _is_folder(entry) and entry.name not in _SKIPPED_FOLDERS:
                todo.append(f"{folder}/{entry.name}" if folder else entry.name)


def _is_folder(entry: os.DirEntry[str]) -> bool:
    try:
        return entry.is_dir(follow_symlinks=False)
    except OSError:
        return False


class _RealFolders:
    """Remembers which folders are reached without a symbolic link: Git still lists the files
    of a folder that has been replaced by one."""

    def __init__(self, root: str) -> None:
        self._root = root
        self._known = {"": True}

    def has(self, folder: str) -> bool:
        unknown: list[str] = []
        while folder not in self._known:
            unknown.append(folder)
            folder = folder.rpartition("/")[0]
        real = self._known[folder]
        for inner in reversed(unknown):
            real = real and stat.S_ISDIR(_mode(f"{self._root}/{inner}"))
            self._known[inner] = real
        return real


def _mode(path: str) -> int:
    try:
        return os.lstat(path).st_mode
    except OSError:
        return 0


def _regular_file(root: str, name: str) -> str | None:
    """The name itself or, for a link, the name of the file inside `root` that it leads to."""
    path = f"{root}/{name}"
    mode = _mode(path)
    if stat.S_ISREG(mode):
        return name
    if not stat.S_ISLNK(mode):
        return None
    target = _relative(os.path.realpath(path), os.path.realpath(root))
    return target if target and stat.S_ISREG(_mode(f"{root}/{target}")) else None


def _relative(path: str, root: str) -> str | None:
    """`path` seen from `root`; None if it does not lie below."""
    if path == root:
        return ""
    prefix = root if root.endswith(os.sep) else root + os.sep
    return path[len(prefix) :].replace(os.sep, "/") if path.startswith(prefix) else None


# --- naming ---------------------------------------------------------------------------------


def _plain(here: str | None, argument: str) -> str | None:
    """What most arguments mean, without asking the file system: pre-commit gives thousands."""
    path = argument.replace(os.sep, "/")
    if here is None or path.startswith("/") or ".." in path.split("/"):
        return None
    return posixpath.normpath(posixpath.join(here, path))


def _inside(root: Path, cwd: Path, argument: str) -> str:
    """An argument as a path below `root`."""
    full = cwd / argument
    if not os.path.lexists(full):
        raise DiscoveryError(f"{argument}: no such file or folder")
    real_root = os.path.realpath(root)
    path = _relative(os.path.realpath(full), real_root)
    if path is None:
        raise DiscoveryError(f"{argument}: outside of the repository {real_root}")
    mode = _mode(f"{real_root}/{path}")
    if not mode:
        raise DiscoveryError(f"{argument}: a link that leads to nothing")
    if not (stat.S_ISDIR(mode) or stat.S_ISREG(mode)):
        raise DiscoveryError(f"{argument}: neither a file nor a folder")
    return path


# --- globs ----------------------------------------------------------------------------------


def _translate(glob: str) -> str:
    """The pattern of all files that a glob means (git wildmatch.c@v2.45.0, gitignore(5))."""
    folders_only = glob.endswith("/")
    body = glob.removesuffix("/")
    anchored = "/" in body
    body = body.removeprefix("/")
    below = "/.*" if folders_only else "(?:/.*)?"
    return ("" if anchored else "(?:.*/)?") + _translate_body(body) + below


def _translate_body(glob: str) -> str:
    parts: list[str] = []
    at = 0
    while at < len(glob):
        match = _TOKEN.match(glob, at)
        if match is None:
            # An unclosed class, or a backslash at the end: such a pattern matches nothing.
            return NEVER
        token, starts_name = match[0], at == 0 or glob[at - 1] == "/"
        at = match.end()
        if token.startswith("**") and token.endswith("/") and starts_name:
            parts.append("(?:.*/)?")
        elif token.startswith("**") and starts_name and at == len(glob):
            parts.append(".+")
        elif token.startswith("*"):
            parts.append("[^/]*" + token.lstrip("*"))
        elif token == "?":
            parts.append("[^/]")
        elif match["members"] is not None:
            parts.append(_class(match["members"], bool(match["negated"])))
        else:
            parts.append(re.escape(token[-1]))
    return "".join(parts)


_TOKEN = re.compile(
    r"\*\*+/|\*+|\?|\\.|\[(?P<negated>[!^]?)(?P<members>\]?(?:\\.|[^\]\\])*)\]|[^\[\\]", re.DOTALL
)
_MEMBER = re.compile(r"\\?(.)(?:-\\?(.))?", re.DOTALL)


def _class(members: str, negated: bool) -> str:
    inner = ""
    for first, last in _MEMBER.findall(members):
        # A range that runs backwards means its first character.
        inner += f"{re.escape(first)}-{re.escape(max(first, last or first))}"
    return f"(?!/)[{'^' if negated else ''}{inner}]"
