"""What the tests share: small repositories, written from a mapping, linted and fixed."""

from __future__ import annotations

import os
import subprocess
import tempfile
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import hypothesis
import pytest

from mlblint.cards import built_in_cards
from mlblint.config import load
from mlblint.findings import Finding
from mlblint.fixing import Result, diff, fix
from mlblint.pipeline import Request, lint
from mlblint.pipeline import Result as Linted
from mlblint.text.documents import Document, documents
from mlblint.text.source import Source

# No folder of examples: tests change into fixtures, where it would be left behind.
# Nor a complaint about a machine that does other things at the same time. Who works on the code
# tries other examples each time; whether a change lands is no matter of chance.
hypothesis.settings.register_profile(
    "mlblint",
    database=None,
    derandomize=bool(os.environ.get("CI")),
    suppress_health_check=[hypothesis.HealthCheck.too_slow],
)
hypothesis.settings.load_profile("mlblint")


@pytest.fixture(autouse=True, scope="session")
def own_cache(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """What runs leave behind is left in a folder of the tests."""
    before = os.environ.get("XDG_CACHE_HOME")
    os.environ["XDG_CACHE_HOME"] = str(tmp_path_factory.mktemp("cache"))
    yield
    if before is None:
        del os.environ["XDG_CACHE_HOME"]
    else:
        os.environ["XDG_CACHE_HOME"] = before


@dataclass(frozen=True)
class Repository:
    """A repository on disk; `lint` sees what is there at that moment."""

    root: Path

    def lint(self, changed: Mapping[str, bytes] | None = None, **request: Any) -> Linted:
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
        """The files that the fixes of these rules (of all, without any) would change. Whatever
        test asks for it, the contract of fixes is checked as well."""
        result = self._fix({}, rules, unsafe)
        changed = {change.path: change.new for change in result.changes}
        assert result.converged
        assert all(finding.unfixable for finding in result.remaining), "each says why"
        assert self._fix(changed, rules, unsafe).changes == (), "a second run changes nothing"
        self._patch_gives(result)
        for change in result.changes:
            parts = documents(Source.from_bytes(change.path, change.new))
            assert all(isinstance(part, Document) for part in parts), "it is still YAML"
        return {path: data.decode() for path, data in changed.items()}

    def _fix(self, state: Mapping[str, bytes], rules: tuple[str, ...], unsafe: bool) -> Result:
        def lint(changed: Mapping[str, bytes]) -> list[Finding]:
            found = self.lint({**state, **changed}).findings
            return [f for f in found if not rules or f.rule in rules]

        return fix(lint, unsafe=unsafe)

    def _patch_gives(self, result: Result) -> None:
        """What `--diff` prints, applied by Git, is what `--fix` writes."""
        if not result.changes:
            return
        with tempfile.TemporaryDirectory() as name:
            folder = Path(name)
            write(folder, {change.path: change.old for change in result.changes})
            patch = diff(result.changes)
            subprocess.run(["git", "apply", "-"], cwd=folder, input=patch, check=True)
            for change in result.changes:
                assert (folder / change.path).read_bytes() == change.new


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
