"""Globs of Git and of others."""

from __future__ import annotations

import pytest

from mlblint.repo.globs import Dialect, glob_pattern


@pytest.mark.parametrize(
    ("pattern", "path", "matches"),
    [
        ("apps/*", "apps/a", True),
        ("apps/*", "apps/a/b", False),
        ("apps/**", "apps/a/b", True),
        ("**/values.yaml", "values.yaml", True),
        ("**/values.yaml", "a/b/values.yaml", True),
        ("a/**/z", "a/z", True),
        ("a/**/z", "a/b/c/z", True),
        ("v?.yaml", "v1.yaml", True),
        ("v?.yaml", "v/.yaml", False),
        ("v[0-9].yaml", "v1.yaml", True),
        ("v[!0-9].yaml", "v1.yaml", False),
        ("v[!0-9].yaml", "vx.yaml", True),
        ("a.b", "aXb", False),
        ("a\\*b", "a*b", True),
        ("a\\*b", "axb", False),
        ("{a,b}", "{a,b}", True),
        ("{a,b}", "a", False),
    ],
)
def test_as_git_has_them(pattern: str, path: str, matches: bool) -> None:
    assert bool(glob_pattern(pattern).fullmatch(path)) is matches


@pytest.mark.parametrize(
    ("pattern", "path", "matches"),
    [
        ("*.yaml", "a/b.yaml", True),
        ("{a,b}.yaml", "b.yaml", True),
        ("{a,b}.yaml", "c.yaml", False),
        ("{a/*,{x,y}.json}", "y.json", True),
        ("a,b", "a,b", True),
        ("{a,b", "a", False),
        ("a}", "a", False),
    ],
)
def test_a_dialect_may_have_alternatives_and_cross_folders(
    pattern: str, path: str, matches: bool
) -> None:
    dialect = Dialect(star=".*", folders=".*/", double_star=".*", one=".", braces=True)
    assert bool(glob_pattern(pattern, dialect).fullmatch(path)) is matches
