"""Layers import downwards only."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

PACKAGE = Path(__file__).parents[1] / "mlblint"

# From the bottom to the top. A module may import from its own layer and from those below.
LAYERS = (
    ("package_data", "records", "boundaries", "patterns"),
    ("text",),
    ("schema", "schema_quick", "findings", "discovery", "changes", "writing", "git"),
    ("repo",),
    ("config",),
    ("cards", "compiled_cards"),
    ("suppressions",),
    ("context",),
    ("checks", "card_rules"),
    ("engine",),
    ("fixing",),
    ("judging",),
    ("cache",),
    ("pipeline",),
    ("baseline", "revisions"),
    ("commits",),
    ("init", "rule_docs"),
    ("report",),
    ("manual", "command_line", "commands", "cli", "help_docs", "__main__"),
)


def layer(module: str) -> int:
    part = module.split(".")[1]
    return next(level for level, names in enumerate(LAYERS) if part in names)


def imports(path: Path) -> Iterator[str]:
    """The modules of the package that a file imports, also inside functions."""
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if isinstance(node, ast.ImportFrom) and node.module:
            if node.module == "mlblint":
                yield from (f"mlblint.{alias.name}" for alias in node.names)
            else:
                yield node.module
        elif isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)


MODULES = sorted(
    path for path in PACKAGE.rglob("*.py") if path.relative_to(PACKAGE).as_posix() != "__init__.py"
)


@pytest.mark.parametrize("path", MODULES, ids=lambda path: str(path.relative_to(PACKAGE)))
def test_a_module_imports_only_from_below(path: Path) -> None:
    own = "mlblint." + path.relative_to(PACKAGE).with_suffix("").as_posix().replace("/", ".")
    above = [
        module
        for module in imports(path)
        if module.startswith("mlblint.")
        and not module.startswith("mlblint.__version__")
        and layer(module) > layer(own)
    ]
    assert above == []


@pytest.mark.parametrize("path", sorted((PACKAGE / "checks").glob("mlb*.py")), ids=lambda p: p.stem)
def test_no_check_reads_another(path: Path) -> None:
    assert [module for module in imports(path) if module.startswith("mlblint.checks")] == []


@pytest.mark.parametrize("path", sorted((PACKAGE / "checks").glob("mlb*.py")), ids=lambda p: p.stem)
def test_checks_open_no_files(path: Path) -> None:
    names = {
        node.id for node in ast.walk(ast.parse(path.read_text())) if isinstance(node, ast.Name)
    }
    assert "open" not in names
    assert {"os", "io", "pathlib", "subprocess"}.isdisjoint(imports(path))
