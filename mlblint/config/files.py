"""Finds the configuration file of a repository and reads it, with the positions of its keys."""

from __future__ import annotations

import os
import re
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from mlblint import boundaries
from mlblint.config.errors import ConfigError, dotted
from mlblint.records import dataclass
from mlblint.text import nodes
from mlblint.text.documents import Broken, Document, documents
from mlblint.text.nodes import Scalar
from mlblint.text.places import Place, positions
from mlblint.text.scalars import TooManyValuesError, resolve
from mlblint.text.source import NotTextError, Position, Source

YAML_NAMES = (".mlblint.yaml", ".mlblint.yml")
PYPROJECT = "pyproject.toml"
TABLE = "tool.mlblint"

_TABLE_HEADER = re.compile(r"^\s*\[+\s*tool\s*\.\s*mlblint\s*[].]", re.MULTILINE)


@dataclass(frozen=True, eq=False)
class ConfigFile:
    """`document` is None for TOML, whose reader knows no positions, and for an empty file."""

    name: str
    data: Mapping[str, Any]
    document: Document | None = None

    def position(self, path: nodes.Path, on_key: bool = False) -> Position | None:
        if self.document is None:
            return None
        return positions(Place(self.document, path, on_key))[0]

    def gives(self, path: nodes.Path) -> bool:
        value: Any = self.data
        for key in path:
            value = value.get(key) if isinstance(value, Mapping) else None
        return value is not None

    def where(self, path: nodes.Path) -> str:
        position = self.position(path, on_key=True)
        return f"{self.name}:{position.line}" if position else f"{self.name} [{TABLE}]"

    def reading(self, path: nodes.Path) -> str:
        """What YAML makes of words like `off`, where it surprises people."""
        node = nodes.find(self.document.root, path) if self.document else None
        value = resolve(node) if isinstance(node, Scalar) else None
        if not isinstance(node, Scalar) or not isinstance(value, bool):
            return ""
        word = str(value).lower()
        return "" if node.text.lower() == word else f" (YAML reads `{node.text}` as {word})"

    def error(self, path: nodes.Path, message: str, on_key: bool = False) -> ConfigError:
        position = self.position(path, on_key)
        line, column = position or (None, None)
        return ConfigError(self.name, line, column, message)


def find_root(start: Path) -> Path:
    """The repository that `start` lies in: the nearest folder, upwards, that has a
    configuration file or `.git` (a file in worktrees); without one, `start` itself."""
    real = start.resolve()
    if not real.is_dir():
        real = real.parent
    # A link in a repository belongs to that, wherever it leads.
    for begin in (_before_links(start), real):
        for folder in (begin, *begin.parents):
            if find_config(folder) or _exists(folder / ".git"):
                return folder
    return real


def _before_links(start: Path) -> Path:
    """The folder, seen from the current one, in which the first link on the way lies."""
    here = Path.cwd()
    plain = Path(os.path.normpath(here / start))
    if not plain.is_relative_to(here):
        return start.resolve()
    folder = here.resolve()
    for part in plain.relative_to(here).parts:
        if (folder / part).is_symlink() or not (folder / part).is_dir():
            break
        folder /= part
    return folder


def find_config(root: Path) -> tuple[Path, ...]:
    """The configuration files of a repository; the first one counts."""
    found = [root / name for name in YAML_NAMES if _exists(root / name)]
    if _has_table(root / PYPROJECT):
        found.append(root / PYPROJECT)
    return tuple(found)


def read(path: Path, root: Path, *, named: bool = False) -> ConfigFile:
    """Raises ConfigError for everything that is no mapping of keys. A file that a person
    `named` may lie anywhere."""
    try:
        name = path.relative_to(root).as_posix()
    except ValueError:
        name = str(path)
    try:
        data = boundaries.read(path if named else boundaries.inside(root, path))
    except OSError as error:
        raise ConfigError(name, None, None, f"cannot be read: {error.strerror}") from None
    try:
        source = Source.from_bytes(name, data)
    except NotTextError as error:
        raise ConfigError(name, None, None, f"cannot be read: {error}") from None
    return _read_toml(source) if path.suffix == ".toml" else _read_yaml(source)


def duplicate_keys(file: ConfigFile) -> Iterator[ConfigError]:
    """Of two equal keys the later one would win in silence."""
    if file.document is None or file.document.root is None:
        return
    for path, node in nodes.walk(file.document.root):
        if not isinstance(node, nodes.Mapping):
            continue
        lines: dict[str, int] = {}
        for key, _ in node.pairs:
            if not isinstance(key, Scalar):
                continue
            line, column = file.document.position(key.start)
            if key.text in lines:
                message = f"`{dotted((*path, key.text))}` is given twice, first in line "
                yield ConfigError(file.name, line, column, f"{message}{lines[key.text]}")
            lines.setdefault(key.text, line)


def _exists(path: Path) -> bool:
    # Path.exists raises where a folder may not be searched; os.path.lexists does not.
    return os.path.lexists(path)


def _has_table(path: Path) -> bool:
    """Whether a pyproject.toml means to configure mlblint, even if it is broken."""
    try:
        data = boundaries.read(boundaries.inside(path.parent, path))
    except OSError:
        return False
    if b"mlblint" not in data:
        return False
    text = data.decode(errors="replace")
    try:
        return _table(_toml(text)) is not None
    except ValueError:
        return _TABLE_HEADER.search(text) is not None


def _read_yaml(source: Source) -> ConfigFile:
    parts = list(documents(source))
    for part in parts:
        if isinstance(part, Broken):
            line, column = source.position(min(part.error.offset, len(source.text)))
            raise ConfigError(source.path, line, column, f"not valid YAML: {part.error}")
    filled = [part for part in parts if isinstance(part, Document) and part.root is not None]
    if not filled:
        return ConfigFile(source.path, {})
    document = filled[0]
    if len(filled) > 1:
        line, column = positions(Place(filled[1]))[0]
        message = "a second YAML document; all of the configuration belongs into one"
        raise ConfigError(source.path, line, column, message)
    try:
        data = document.data
    except TooManyValuesError as error:
        raise ConfigError(source.path, 1, 1, f"cannot be read: {error}") from None
    file = ConfigFile(source.path, data if isinstance(data, dict) else {}, document)
    if data is not None and not isinstance(data, dict):
        from mlblint.schema import found

        message = "expected a mapping of keys, such as `network: {interfaces: [eth0]}`"
        raise file.error((), f"{message}; found {found(data)}")
    return file


def _read_toml(source: Source) -> ConfigFile:
    try:
        table = _table(_toml(source.text))
    except ValueError as error:
        # The reader tells the position in its message alone: "... (at line 1, column 5)".
        text, _, place = str(error).partition(" (at ")
        numbers = [int(number) for number in re.findall(r"[0-9]+", place)]
        line, column = numbers if len(numbers) == 2 else (None, None)
        raise ConfigError(source.path, line, column, f"not valid TOML: {text}") from None
    if table is None:
        message = f"has no table [{TABLE}]; in TOML files the configuration stands there"
        raise ConfigError(source.path, None, None, message)
    if not isinstance(table, dict):
        raise ConfigError(source.path, None, None, f"`{TABLE}`: expected a table")
    return ConfigFile(source.path, table)


def _toml(text: str) -> dict[str, Any]:
    """Raises ValueError for a text that is no TOML."""
    if sys.version_info >= (3, 11):
        import tomllib
    else:
        import tomli as tomllib  # type: ignore[import-not-found, unused-ignore]

    try:
        table: dict[str, Any] = tomllib.loads(text)
    except RecursionError:
        raise ValueError("nested too deeply") from None
    return table


def _table(data: Any) -> object:
    for key in TABLE.split("."):
        data = data.get(key) if isinstance(data, dict) else None
    return data
