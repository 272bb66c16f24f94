"""A file is the old one or the new one at every moment, whatever happens."""

from __future__ import annotations

import errno
import os
import stat
import subprocess
import sys
from pathlib import Path

import pytest

from mlblint import writing
from mlblint.writing import WriteError, write

CLOSE = os.close
OLD, NEW = b"old\r\n", b"\xef\xbb\xbfnew"

CALLS = [
    (os, "open"),
    (os, "write"),
    (os, "fsync"),
    (os, "close"),
    (os, "fchown"),
    (Path, "chmod"),
    (Path, "stat"),
    (Path, "read_bytes"),
    (Path, "replace"),
    (Path, "unlink"),
]
"""What a write asks of the system."""


@pytest.fixture
def root(tmp_path: Path) -> Path:
    (tmp_path / "dir").mkdir()
    (tmp_path / "dir" / "x.yaml").write_bytes(OLD)
    return tmp_path


def content(root: Path) -> bytes:
    return (root / "dir" / "x.yaml").read_bytes()


def names(root: Path) -> list[str]:
    return sorted(path.name for path in (root / "dir").iterdir())


def test_the_bytes_are_replaced_and_nothing_is_left_behind(root):
    write(root, "dir/x.yaml", OLD, NEW)
    assert content(root) == NEW
    assert names(root) == ["x.yaml"]


@pytest.mark.parametrize("mode", [0o644, 0o600, 0o755, 0o664])
def test_the_mode_stays(root, mode):
    (root / "dir" / "x.yaml").chmod(mode)
    write(root, "dir/x.yaml", OLD, NEW)
    assert stat.S_IMODE((root / "dir" / "x.yaml").stat().st_mode) == mode


@pytest.mark.skipif(os.name != "posix" or os.geteuid() != 0, reason="only root gives files away")
def test_the_owner_stays(root):
    os.chown(root / "dir" / "x.yaml", 1234, 4321)
    write(root, "dir/x.yaml", OLD, NEW)
    status = (root / "dir" / "x.yaml").stat()
    assert (status.st_uid, status.st_gid) == (1234, 4321)


def test_a_file_that_changed_in_between_is_left_alone(root):
    with pytest.raises(WriteError, match=r"dir/x\.yaml: it changed since it was read"):
        write(root, "dir/x.yaml", b"older", NEW)
    assert content(root) == OLD


def test_a_read_only_file_is_left_alone(root):
    (root / "dir" / "x.yaml").chmod(0o444)
    with pytest.raises(WriteError, match=r"dir/x\.yaml: it is read-only"):
        write(root, "dir/x.yaml", OLD, NEW)
    assert content(root) == OLD


def test_a_file_that_is_gone(root):
    with pytest.raises(WriteError, match=r"dir/y\.yaml: No such file"):
        write(root, "dir/y.yaml", OLD, NEW)


def test_a_folder_is_no_file(root):
    (root / "z.yaml").mkdir()
    with pytest.raises(WriteError, match=r"z\.yaml: it is no regular file"):
        write(root, "z.yaml", OLD, NEW)


def test_a_link_inside_the_repository_stays_a_link(root):
    (root / "link.yaml").symlink_to("dir/x.yaml")
    write(root, "link.yaml", OLD, NEW)
    assert (root / "link.yaml").is_symlink()
    assert content(root) == NEW


def test_a_link_out_of_the_repository_is_not_followed(root, tmp_path_factory):
    outside = tmp_path_factory.mktemp("elsewhere") / "y.yaml"
    outside.write_bytes(OLD)
    (root / "link.yaml").symlink_to(outside)
    (root / "folder").symlink_to(outside.parent)
    for path in ("link.yaml", "folder/y.yaml"):
        with pytest.raises(WriteError, match="a symbolic link out of the repository"):
            write(root, path, OLD, NEW)
    assert outside.read_bytes() == OLD


def test_links_that_lead_nowhere(root):
    (root / "gone.yaml").symlink_to("nothing")
    (root / "loop.yaml").symlink_to("loop.yaml")
    for path in ("gone.yaml", "loop.yaml"):
        with pytest.raises(WriteError):
            write(root, path, OLD, NEW)


def test_a_repository_behind_a_link(root, tmp_path_factory):
    link = tmp_path_factory.mktemp("elsewhere") / "repository"
    link.symlink_to(root)
    write(link, "dir/x.yaml", OLD, NEW)
    assert content(root) == NEW


class Nth:
    """Fails the n-th of all the calls."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch, nth: int, failure: BaseException) -> None:
        self.left = nth
        self.failure = failure
        for owner, name in CALLS:
            monkeypatch.setattr(owner, name, self.failing(getattr(owner, name)))

    def failing(self, real):
        def call(*args, **kwargs):
            self.left -= 1
            if self.left == 0:
                if real is CLOSE:
                    # As the system does it: the error comes, and the file is closed.
                    real(*args)
                raise self.failure
            return real(*args, **kwargs)

        return call


@pytest.mark.parametrize(
    "failure",
    [
        OSError(errno.ENOSPC, "No space left on device"),
        PermissionError(errno.EACCES, "Permission denied"),
        OSError(errno.EROFS, "Read-only file system"),
        OSError(errno.EIO, "Input/output error"),
        KeyboardInterrupt(),
    ],
    ids=repr,
)
def test_whatever_call_fails_the_file_is_the_old_or_the_new_one(root, failure):
    seen = set()
    for nth in range(1, 100):
        (root / "dir" / "x.yaml").write_bytes(OLD)
        with pytest.MonkeyPatch.context() as monkeypatch:
            counter = Nth(monkeypatch, nth, failure)
            outcome = attempt(root)
        seen.add((outcome, content(root)))
        assert names(root) == ["x.yaml"], nth
        if counter.left > 0:
            break
    else:
        raise AssertionError("a write takes fewer calls")
    assert nth > len(CALLS) - 2
    assert ("written", NEW) in seen
    assert ("failed", OLD) in seen
    assert {data for _, data in seen} == {OLD, NEW}
    # Only after the replacement may a failure be told although the file is new.
    assert ("written", OLD) not in seen


def attempt(root: Path) -> str:
    try:
        write(root, "dir/x.yaml", OLD, NEW)
    except (WriteError, KeyboardInterrupt):
        return "failed"
    return "written"


def test_a_disk_that_takes_only_a_few_bytes_at_a_time(root, monkeypatch):
    real = os.write
    monkeypatch.setattr(os, "write", lambda descriptor, data: real(descriptor, bytes(data[:2])))
    write(root, "dir/x.yaml", OLD, NEW * 1000)
    assert content(root) == NEW * 1000


KILLED = """
import os, signal, sys
from pathlib import Path
from mlblint import writing
left = int(sys.argv[2])
def deadly(real):
    def call(*args, **kwargs):
        global left
        left -= 1
        if left == 0:
            os.kill(os.getpid(), signal.SIGKILL)
        return real(*args, **kwargs)
    return call
for owner, name in [
    (os, "open"), (os, "write"), (os, "fsync"), (os, "close"), (os, "fchown"),
    (Path, "chmod"), (Path, "stat"), (Path, "read_bytes"), (Path, "replace"),
]:
    setattr(owner, name, deadly(getattr(owner, name)))
writing.write(Path(sys.argv[1]), "dir/x.yaml", *map(bytes.fromhex, sys.argv[3:]))
os._exit(7)
"""


@pytest.mark.long
@pytest.mark.skipif(os.name != "posix", reason="signals")
def test_killed_at_any_call(root):
    seen = set()
    for nth in range(1, 100):
        (root / "dir" / "x.yaml").write_bytes(OLD)
        run = subprocess.run(
            [sys.executable, "-c", KILLED, str(root), str(nth), OLD.hex(), NEW.hex()],
            capture_output=True,
            check=False,
        )
        seen.add(content(root))
        if run.returncode == 7:
            break
        assert run.returncode == -9, run.stderr
    assert nth > 8
    assert seen == {OLD, NEW}


@pytest.mark.skipif(os.name != "posix", reason="folders cannot be locked")
def test_of_two_runs_at_the_same_time_one_writes(root):
    """The second waits, then sees that the file is not the one it read."""
    code = (
        "import sys; from pathlib import Path; from mlblint.writing import write, WriteError\n"
        "sys.stdin.readline()\n"
        "try: write(Path(sys.argv[1]), 'dir/x.yaml', *map(bytes.fromhex, sys.argv[2:]))\n"
        "except WriteError: sys.exit(3)\n"
    )
    runs = [
        subprocess.Popen(
            [sys.executable, "-c", code, str(root), OLD.hex(), new.hex()], stdin=subprocess.PIPE
        )
        for new in (b"one", b"two", b"three")
    ]
    for run in runs:
        assert run.stdin is not None
        run.stdin.write(b"\n")
        run.stdin.flush()
    codes = sorted(run.wait() for run in runs)
    assert codes == [0, 3, 3]
    assert content(root) in (b"one", b"two", b"three")
    assert names(root) == ["x.yaml"]


def test_a_run_that_does_not_end(root, monkeypatch):
    fcntl = pytest.importorskip("fcntl")
    monkeypatch.setattr(writing, "PATIENCE", 0.1)
    holder = os.open(root / "dir", os.O_RDONLY)
    fcntl.flock(holder, fcntl.LOCK_EX)
    with pytest.raises(WriteError, match="another run is writing in this folder"):
        write(root, "dir/x.yaml", OLD, NEW)
    os.close(holder)
    write(root, "dir/x.yaml", OLD, NEW)
    assert content(root) == NEW
