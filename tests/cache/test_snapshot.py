"""Which files are taken for unchanged, and which are read to find out."""

from __future__ import annotations

import os
import time
from pathlib import Path

import pytest

from mlblint.cache import snapshot
from mlblint.cache.snapshot import kept, take
from mlblint.repo.facts import Known, digest

HOUR_AGO = time.time() - 3600


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "a.yaml"
    path.write_bytes(b"a: 1\n")
    return path


def before(file: Path) -> dict[str, list[object]]:
    """What a run keeps that looks at the file long after it was written."""
    now = take(str(file.parent), ["a.yaml"], {})
    later = snapshot.Snapshot(now.stamps, now.known, now.taken + 3_600_000_000_000)
    return kept(later, {"a.yaml": digest(file.read_bytes())})


def test_the_first_look_reads_nothing(file: Path) -> None:
    assert take(str(file.parent), ["a.yaml"], {}).known == {}


def test_a_file_that_has_not_changed_is_not_read(
    file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    known = before(file)
    monkeypatch.setattr(snapshot.boundaries, "read", None)
    assert take(str(file.parent), ["a.yaml"], known).known == {"a.yaml": Known(digest(b"a: 1\n"))}


def test_a_file_that_was_touched_is_read_and_found_the_same(file: Path) -> None:
    known = before(file)
    os.utime(file, (HOUR_AGO, HOUR_AGO))
    found = take(str(file.parent), ["a.yaml"], known).known["a.yaml"]
    assert found == Known(digest(b"a: 1\n"), None, b"a: 1\n")


def test_another_content_of_the_same_size_with_the_time_put_back(file: Path) -> None:
    """As `cp -p` and tar do. That the inode has changed can be seen all the same."""
    known = before(file)
    status = file.stat()
    time.sleep(0.02)
    file.write_bytes(b"a: 2\n")
    os.utime(file, ns=(status.st_atime_ns, status.st_mtime_ns))
    assert take(str(file.parent), ["a.yaml"], known).known["a.yaml"].digest == digest(b"a: 2\n")


def test_another_file_in_its_place(file: Path) -> None:
    known = before(file)
    (file.parent / "b").write_bytes(b"a: 2\n")
    (file.parent / "b").replace(file)
    assert take(str(file.parent), ["a.yaml"], known).known["a.yaml"].digest == digest(b"a: 2\n")


def test_a_file_that_changed_a_moment_ago_is_read_again(file: Path) -> None:
    """It may change once more before the clock of the file system moves on."""
    now = take(str(file.parent), ["a.yaml"], {})
    assert kept(now, {"a.yaml": digest(b"a: 1\n")}) == {}


def test_clocks_that_know_only_seconds(file: Path) -> None:
    second = 1_000_000_000
    stamp = (5, 100 * second, 100 * second, 1)
    for age, is_kept in ((second, False), (3 * second, True)):
        seen = snapshot.Snapshot({"a.yaml": stamp}, {}, 100 * second + age)
        assert bool(kept(seen, {"a.yaml": "x"})) is is_kept


def test_a_file_that_is_gone_or_cannot_be_read(file: Path) -> None:
    known = before(file)
    file.unlink()
    assert take(str(file.parent), ["a.yaml"], known).known == {}
