"""What the tests share: small repositories, written from a mapping, linted and fixed."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from mlblint.cards import built_in_cards
from mlblint.config import load
from mlblint.findings import Finding
from mlblint.fixing import fix
from mlblint.pipeline import Request, Result, lint


@dataclass(frozen=True)
class Repository:
    """A repository on disk; `lint` sees what is there at that moment."""

    root: Path

    def lint(self, changed: Mapping[str, bytes] | None = None, **request: Any) -> Result:
        config = load(self.root, known_rules={c.id: c.name for c in built_in_cards()})
        return lint(Request(self.root, config, changed=changed or {}, **request))

    def findings(self, *rules: str) -> list[Finding]:
        return [f for f in self.lint().findings if not rules or f.rule in rules]

    def spots(self, *rules: str) -> list[str]:
        """Rule and place of each finding, as one reads them in a report."""
        return [
            f"{f.rule} {f.location.path}:{f.location.start.line}:{f.location.start.column}"
            for f in self.findings(*rules)
        ]

    def fixed(self, *rules: str, unsafe: bool = False) -> dict[str, str]:
        """The files that the fixes of these rules (of all, without any) would change."""

        def lint(changed: Mapping[str, bytes]) -> list[Finding]:
            return [f for f in self.lint(changed).findings if not rules or f.rule in rules]

        result = fix(lint, unsafe=unsafe)
        return {change.path: change.new.decode() for change in result.changes}


def write(root: Path, files: Mapping[str, str | bytes]) -> None:
    for name, content in files.items():
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content if isinstance(content, bytes) else content.encode())


@pytest.fixture
def repository(tmp_path: Path) -> Callable[[Mapping[str, str | bytes]], Repository]:
    def make(files: Mapping[str, str | bytes], folder: str = ".") -> Repository:
        write(tmp_path / folder, {".mlblint.yaml": "", **files})
        return Repository(tmp_path / folder)

    return make
