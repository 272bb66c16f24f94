"""The folder of the cache: who may write there, who is believed, and how large it gets."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from pathlib import Path

import pytest

from mlblint.cache import folder as cache
from mlblint.cache.folder import KEY, MAX_AGE, SUFFIX, TAG, Folder, clear, home, opened


@pytest.fixture
def user(tmp_path: Path) -> dict[str, str]:
    return {"XDG_CACHE_HOME": str(tmp_path / "caches")}


@pytest.fixture
def root(tmp_path: Path) -> Path:
    (tmp_path / "repository").mkdir()
    return tmp_path / "repository"


def used(root: Path, own: str | None, user: dict[str, str]) -> Folder:
    folder = opened(root, own, user)
    assert folder is not None
    return folder


def file_of(folder: Folder, name: str) -> Path:
    return folder.path / f"{name}{SUFFIX}"


@pytest.mark.skipif(sys.platform != "linux", reason="each platform has its own place")
@pytest.mark.parametrize(
    ("environment", "expected"),
    [
        ({"XDG_CACHE_HOME": "/x", "HOME": "/h"}, "/x/mlblint"),
        ({"XDG_CACHE_HOME": "relative", "HOME": "/h"}, "/h/.cache/mlblint"),
        ({"XDG_CACHE_HOME": "", "HOME": "/h"}, "/h/.cache/mlblint"),
        ({"HOME": "relative"}, None),
        ({}, None),
    ],
)
def test_where_the_platform_keeps_caches(environment: dict[str, str], expected: str | None) -> None:
    assert home(environment) == (Path(expected) if expected else None)


def test_what_was_written_is_read(root: Path, user: dict[str, str]) -> None:
    used(root, None, user).write("a", {"b": [1, None, "ü\ud83d"]})
    assert used(root, None, user).read("a") == {"b": [1, None, "ü\ud83d"]}
    assert used(root, None, user).read("other") is None


def test_nobody_else_can_look_or_write(root: Path, user: dict[str, str]) -> None:
    folder = used(root, None, user)
    assert folder.path.stat().st_mode & 0o777 == 0o700


def test_what_is_damaged_is_not_believed(root: Path, user: dict[str, str]) -> None:
    folder = used(root, None, user)
    folder.write("a", {"b": "c"})
    file = file_of(folder, "a")
    whole = file.read_bytes()
    for at in range(len(whole)):
        file.write_bytes(whole[:at] + bytes([whole[at] ^ 1]) + whole[at + 1 :])
        assert folder.read("a") is None
        file.write_bytes(whole[:at])
        assert folder.read("a") is None
    file.write_bytes(whole)
    assert folder.read("a") == {"b": "c"}


def test_what_another_user_has_sealed_is_not_believed(root: Path, tmp_path: Path) -> None:
    """A pull request may bring a whole cache."""
    stranger = {"XDG_CACHE_HOME": str(tmp_path / "stranger")}
    user = {"XDG_CACHE_HOME": str(tmp_path / "user")}
    used(root, ".cache", stranger).write("a", 1)
    assert used(root, ".cache", stranger).read("a") == 1
    assert used(root, ".cache", user).read("a") is None


def test_what_was_kept_for_one_question_answers_no_other(root: Path, user: dict[str, str]) -> None:
    folder = used(root, None, user)
    folder.write("a", 1)
    file_of(folder, "a").rename(file_of(folder, "b"))
    assert folder.read("b") is None


def test_a_key_that_lies_in_the_repository_may_be_anybodys(root: Path) -> None:
    assert opened(root, None, {"XDG_CACHE_HOME": str(root / "cache")}) is None
    assert list(root.iterdir()) == []


def test_without_a_place_for_the_key_nothing_is_kept(root: Path, tmp_path: Path) -> None:
    (tmp_path / "caches").write_text("a file where the folder should be")
    assert opened(root, None, {"XDG_CACHE_HOME": str(tmp_path / "caches")}) is None
    assert opened(root, None, {}) is None


def test_git_and_backups_look_away(root: Path, user: dict[str, str]) -> None:
    folder = used(root, "own/cache", user)
    assert folder.path == root / "own/cache"
    assert (folder.path / ".gitignore").read_text() == "*\n"
    assert (folder.path / TAG).read_bytes().startswith(b"Signature: 8a477f597d28d172789f06886806bc")


def test_a_folder_with_other_files_is_not_taken_for_a_cache(
    root: Path, user: dict[str, str]
) -> None:
    (root / "apps").mkdir()
    (root / "apps/a.yaml").write_text("a: 1\n")
    with pytest.raises(OSError, match="other files"):
        opened(root, "apps", user)
    assert [one.name for one in (root / "apps").iterdir()] == ["a.yaml"]


@pytest.mark.parametrize("own", ["../elsewhere", "/elsewhere", "link"])
def test_never_outside_of_the_repository(
    own: str, root: Path, tmp_path: Path, user: dict[str, str]
) -> None:
    (tmp_path / "elsewhere").mkdir()
    (root / "link").symlink_to("../elsewhere")
    with pytest.raises(OSError, match="outside"):
        opened(root, own, user)
    assert list((tmp_path / "elsewhere").iterdir()) == []


def test_links_in_the_folder_are_replaced_and_not_followed(
    root: Path, tmp_path: Path, user: dict[str, str]
) -> None:
    victim = tmp_path / "victim"
    victim.write_text("precious")
    folder = used(root, "cache", user)
    for name in (file_of(folder, "a").name, ".gitignore"):
        (folder.path / name).unlink(missing_ok=True)
        (folder.path / name).symlink_to(victim)
    used(root, "cache", user).write("a", 1)
    assert victim.read_text() == "precious"
    assert folder.read("a") == 1


def test_a_disk_that_is_full_keeps_what_was_there(
    root: Path, user: dict[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = used(root, None, user)
    folder.write("a", "old")

    def full(self: Path, target: Path) -> Path:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(Path, "replace", full)
    folder.write("a", "new")
    assert folder.read("a") == "old"
    assert not list(folder.path.glob("*part"))


@pytest.mark.parametrize(("limit", "value"), [("MAX_FOLDER", 2500), ("MAX_FILES", 2)])
def test_the_oldest_goes_when_there_is_too_much(
    limit: str, value: int, root: Path, user: dict[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = used(root, None, user)
    for number, name in enumerate("abc"):
        folder.write(name, "x" * 1000)
        os.utime(file_of(folder, name), (0, time.time() - 100 + number))
    monkeypatch.setattr(cache, limit, value)
    folder.tidy()
    assert [folder.read(name) is not None for name in "abc"] == [False, True, True]


def test_what_nobody_uses_goes_and_what_is_used_stays(root: Path, user: dict[str, str]) -> None:
    folder = used(root, None, user)
    for name in "ab":
        folder.write(name, name)
        os.utime(file_of(folder, name), (0, time.time() - MAX_AGE - 10))
    (folder.path / "notes.txt").write_text("of a person")
    os.utime(folder.path / "notes.txt", (0, 0))
    assert folder.read("a") == "a"
    folder.tidy()
    assert folder.read("a") == "a"
    assert folder.read("b") is None
    assert (folder.path / "notes.txt").exists()
    assert (folder.path / KEY).exists()


def test_clearing_takes_away_what_mlblint_has_written(root: Path, user: dict[str, str]) -> None:
    folder = used(root, None, user)
    folder.write("a", 1)
    (folder.path / "notes.txt").write_text("of a person")
    assert clear(folder.path)
    assert (folder.path / "notes.txt").exists()
    assert used(root, None, user).read("a") is None
    assert clear(folder.path), "the new key"
    assert not clear(folder.path)


WRITE = """\
import sys
from pathlib import Path
from mlblint.cache.folder import opened
folder = opened(Path(sys.argv[1]), None, {"XDG_CACHE_HOME": sys.argv[2]})
print("ready", flush=True)
while True:
    folder.write("a", [sys.argv[3]] * 20000)
"""


def test_many_writers_at_once_and_killed(root: Path, user: dict[str, str]) -> None:
    """Whatever is read was written as a whole by one of them."""
    caches = user["XDG_CACHE_HOME"]
    folder = used(root, None, user)
    writers = [
        subprocess.Popen(
            [sys.executable, "-c", WRITE, str(root), caches, name], stdout=subprocess.PIPE
        )
        for name in "xy"
    ]
    try:
        for one in writers:
            assert one.stdout is not None
            one.stdout.readline()
        until = time.monotonic() + 1
        while time.monotonic() < until:
            found = folder.read("a")
            assert found in (None, ["x"] * 20000, ["y"] * 20000)
    finally:
        for one in writers:
            one.kill()
            one.wait()
    assert folder.read("a") in (["x"] * 20000, ["y"] * 20000)
