"""`git apply` makes of the old bytes what the fix made of them."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mlblint.text.patch import patch


def applied(folder: Path, path: str, old: bytes, new: bytes) -> bytes:
    """What Git makes of the old bytes."""
    target = folder / path
    target.parent.mkdir(parents=True, exist_ok=True)
    target.write_bytes(old)
    subprocess.run(
        ["git", "-c", "core.autocrlf=false", "apply", "--whitespace=nowarn", "-"],
        cwd=folder,
        input=patch(path, old, new),
        check=True,
        capture_output=True,
    )
    return target.read_bytes()


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("repository")
    subprocess.run(["git", "init", "-q"], cwd=path, check=True)
    return path


@pytest.mark.parametrize(
    ("old", "new"),
    [
        pytest.param(b"a\nb\nc\n", b"a\nB\nc\n", id="a line"),
        pytest.param(b"a\nb", b"a\nb\nc", id="no final newline"),
        pytest.param(b"a\nb", b"a\nb\n", id="a final newline added"),
        pytest.param(b"a\nb\n", b"a\nb", id="a final newline taken away"),
        pytest.param(b"a\r\nb\r\n", b"a\r\nB\r\nc\r\n", id="CRLF"),
        pytest.param(b"a\r\nb\nc\r", b"a\r\nB\nc\r", id="mixed endings"),
        pytest.param(b"\xef\xbb\xbfa: 1\n", b"\xef\xbb\xbfa: 2\n", id="BOM"),
        pytest.param("日本: 😀\n".encode(), "日本: é\n".encode(), id="wide characters"),
        pytest.param(b"", b"a\n", id="from nothing"),
        pytest.param(b"a\n", b"", id="to nothing"),
        pytest.param(b"x\n" * 50, b"y\n" + b"x\n" * 48 + b"z\n", id="both ends"),
        pytest.param("a: é\n".encode("utf-16"), "a: ü\n".encode("utf-16"), id="UTF-16"),
    ],
)
def test_git_applies_it(folder, old, new):
    assert applied(folder, "dir/x.yaml", old, new) == new


@pytest.mark.parametrize(
    "path",
    [
        "a b.yaml",
        "é.yaml",
        'q".yaml',
        "tab\t.yaml",
        "back\\slash.yaml",
        "日/本.yaml",
        "new\nline",
        "-x",
    ],
)
def test_odd_file_names(folder, path):
    assert applied(folder, path, b"a: 1\n", b"a: 2\n") == b"a: 2\n"


def test_the_same_bytes_are_no_patch():
    assert patch("x.yaml", b"a\n", b"a\n") == b""


def test_how_it_looks():
    assert patch("x.yaml", b"a\nb\nc\nd\ne\nf\n", b"a\nb\nc\nd\nE\nf\n") == (
        b"diff --git a/x.yaml b/x.yaml\n--- a/x.yaml\n+++ b/x.yaml\n"
        b"@@ -2,5 +2,5 @@\n b\n c\n d\n-e\n+E\n f\n"
    )


LINES = st.lists(st.sampled_from([b"a\n", b"b\n", b"c\r\n", b"\n", b"\\ x\n"]), max_size=14)
ENDS = st.sampled_from([b"", b"x"])


@settings(max_examples=60, deadline=None)
@given(LINES, ENDS, LINES, ENDS)
def test_git_applies_any_patch(folder, some, end, others, other_end):
    old, new = b"".join(some) + end, b"".join(others) + other_end
    if old != new:
        assert applied(folder, "any.yaml", old, new) == new
