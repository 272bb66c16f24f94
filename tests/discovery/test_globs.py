"""Globs mean what they mean in .gitignore."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from mlblint.discovery import glob_matcher


@pytest.mark.parametrize(
    ("glob", "matched", "not_matched"),
    [
        ("a.yaml", ["a.yaml", "x/a.yaml", "a.yaml/b"], ["aa.yaml", "a_yaml"]),
        ("/a.yaml", ["a.yaml"], ["x/a.yaml"]),
        ("apps/*.yaml", ["apps/a.yaml"], ["apps/x/a.yaml", "x/apps/a.yaml"]),
        ("archive/", ["archive/a", "x/archive/y/a"], ["archive", "x/archive"]),
        ("apps/archive/", ["apps/archive/a"], ["x/apps/archive/a"]),
        ("**/archive", ["archive/a", "x/y/archive"], ["x/archived"]),
        ("apps/**", ["apps/a", "apps/x/a"], ["apps", "xapps/a"]),
        ("a/**/b", ["a/b", "a/x/b", "a/x/y/b/c"], ["a/xb", "ab"]),
        ("a**b", ["ab", "axxb", "x/ab"], ["a/b"]),
        ("?.yaml", ["a.yaml", "x/b.yaml"], ["ab.yaml", "/.yaml"]),
        ("[a-c].yaml", ["b.yaml"], ["d.yaml", "-.yaml"]),
        ("[!a-c].yaml", ["d.yaml"], ["b.yaml"]),
        ("x[/]y", [], ["x/y"]),
        (r"\*.yaml", ["*.yaml"], ["a.yaml"]),
        ("[z-a]", ["z"], ["a", "-"]),
        ("a[", [], ["a["]),
        ("", [], ["a"]),
        ("*", ["a", "x/a", "new\nline"], []),
    ],
)
def test_globs_mean_what_they_mean_to_git(glob, matched, not_matched):
    matches = glob_matcher([glob])
    assert [path for path in [*matched, *not_matched] if matches(path)] == matched


def test_without_globs_nothing_matches():
    assert not glob_matcher([])("a.yaml")


def test_one_of_several_globs_is_enough():
    matches = glob_matcher(["a|b", "(", "c/"])
    assert [path for path in ("a|b", "a", "(", "c/d", "c") if matches(path)] == ["a|b", "(", "c/d"]


GLOBS = st.lists(
    st.sampled_from(
        ["a", "b", "/", "/", "*", "**", "**/", "?", "[ab]", "[!a]", "[b-a]", ".", "\\a"]
    ),
    min_size=1,
    max_size=6,
).map("".join)
PATHS = st.lists(st.text("ab.", min_size=1, max_size=3), min_size=1, max_size=4).map("/".join)


@pytest.fixture(scope="module")
def empty_repository(tmp_path_factory: pytest.TempPathFactory, git: Callable[..., bytes]) -> Path:
    folder = tmp_path_factory.mktemp("globs")
    git(folder, "init")
    return folder


@settings(max_examples=100, deadline=None)
@given(glob=GLOBS, paths=st.lists(PATHS, min_size=10, max_size=30, unique=True))
def test_globs_agree_with_git(empty_repository, glob, paths, git):
    # gitignore(5) calls `**` behind a letter a regular asterisk; git itself cuts the letters off
    # (dir.c@v2.39.5 match_pathname) and then reads a `**` that stands at the start.
    assume(not re.search(r"[^/*]\*\*", glob))
    paths = [path for path in paths if not {"", ".", ".."} & set(path.split("/"))]
    (empty_repository / ".git/info/exclude").write_text(glob + "\n")
    ignored = git(
        empty_repository,
        *("check-ignore", "--no-index", "-z", "--stdin"),
        stdin="".join(f"{path}\0" for path in paths).encode(),
    )
    matches = glob_matcher([glob])
    assert [path for path in paths if matches(path)] == ignored.decode().split("\0")[:-1]
