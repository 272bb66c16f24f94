"""`--watch`: what it notices, what it reads again, what it says. Time is brought along."""

from __future__ import annotations

import errno
import io
import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from datetime import datetime
from pathlib import Path

import pytest

from mlblint.changes import take
from mlblint.cli import run
from mlblint.commands import Failure
from mlblint.commands.lint import Options
from mlblint.commands.watch import INTERVAL, NAMED, PATIENCE, Clock, watch
from mlblint.repo.files import Files
from mlblint.text.source import Source

L2 = """\
apiVersion: metallb.io/v1beta1
kind: L2Advertisement
metadata: {name: lan, namespace: metallb-system}
spec: {ipAddressPools: [lan]}
"""
FIXED = L2.replace("[lan]}", "[lan], interfaces: [eth0]}")
CONFIG = "rules: {select: [MLB301]}\nnetwork: {interfaces: [eth0]}\nexclude: [old/]\n"
OWN_RULE = """\
id: ACME1
name: pool-not-ours
title: pool of somebody else
severity: error
why: Only ours are routed.
match: {group: metallb.io, kind: L2Advertisement}
require: {properties: {metadata: {properties: {name: {const: ours}}}}}
at: [metadata, name]
message: "`{name}` is not ours"
"""

Step = Callable[[], object]


class Watch:
    """Does one step whenever the loop has waited, and then ends it as Ctrl-C does."""

    def __init__(self, root: Path, capture: pytest.CaptureFixture[str]) -> None:
        self.root = root
        self.read: list[list[str]] = [[]]
        self.quiet = 0
        self._capture = capture

    def __call__(self, *steps: Step, **options: object) -> list[str]:
        """What was told and shown before the first step, and after each."""
        rest: Iterator[Step] = iter(steps)
        said: list[str] = []

        def wait(seconds: float) -> None:
            if seconds != INTERVAL:
                self.quiet += 1
                return
            out, err = self._capture.readouterr()
            said.append(err + out)
            self.read.append([])
            step = next(rest, None)
            if step is None:
                raise KeyboardInterrupt
            step()

        given = {"output_format": ("concise",), **options}
        with pytest.raises(KeyboardInterrupt):
            watch(
                Options(**given),  # type: ignore[arg-type]
                Clock(wait, lambda: 0.0, lambda: datetime(2026, 11, 21, 5, 4, 3)),
            )
        return said

    def write(self, name: str, text: str) -> Step:
        def step() -> None:
            path = self.root / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text)

        return step

    def remove(self, name: str) -> Step:
        return (self.root / name).unlink


@pytest.fixture
def looking(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> Watch:
    monkeypatch.chdir(tmp_path)
    for name, text in {
        ".mlblint.yaml": CONFIG, "apps/l2.yaml": L2, "apps/b.yaml": "b: 1\n", "old/x.yaml": L2,
    }.items():  # fmt: skip
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text(text)
    looking = Watch(tmp_path, capsys)
    original = Source.from_bytes

    def from_bytes(path: str, data: bytes) -> Source:
        looking.read[-1].append(path)
        return original(path, data)

    monkeypatch.setattr(Source, "from_bytes", from_bytes)
    return looking


def found(said: str) -> list[str]:
    return [line.split()[0].rstrip(":") for line in said.splitlines() if " MLB301 " in line]


def test_it_looks_at_the_start_and_then_waits(looking: Watch) -> None:
    first, *later = looking(lambda: None, lambda: None)
    assert first.startswith("mlblint: 05:04:03: watching 4 files; Ctrl-C ends this\n")
    assert found(first) == ["apps/l2.yaml:4:1"]
    assert later == ["", ""]


def test_a_change_is_told_and_looked_at(looking: Watch) -> None:
    _, fixed, broken = looking(
        looking.write("apps/l2.yaml", FIXED), looking.write("apps/l2.yaml", L2)
    )
    assert fixed == ("mlblint: 05:04:03: apps/l2.yaml has changed\nNo problems in 3 files.\n")
    assert found(broken) == ["apps/l2.yaml:4:1"]


def test_only_what_changed_is_read_again(looking: Watch) -> None:
    looking(
        looking.write("apps/b.yaml", "b: 22\n"),
        looking.write("apps/c.yaml", "c: 3\n"),
        looking.remove("apps/l2.yaml"),
    )
    settings = ".mlblint.yaml"
    assert sorted(looking.read[0]) == [settings, settings, "apps/b.yaml", "apps/l2.yaml"]
    assert [[p for p in one if p != settings] for one in looking.read[1:4]] == [
        ["apps/b.yaml"],
        ["apps/c.yaml"],
        [],
    ]


def test_new_files_and_those_that_are_gone(looking: Watch) -> None:
    _, new, gone = looking(
        looking.write("new/deep/l2.yaml", L2.replace("name: lan", "name: more")),
        looking.remove("apps/l2.yaml"),
    )
    assert new.startswith("mlblint: 05:04:03: new/deep/l2.yaml is new\n")
    assert found(new) == ["apps/l2.yaml:4:1", "new/deep/l2.yaml:4:1"]
    assert gone.startswith("mlblint: 05:04:03: apps/l2.yaml is gone\n")
    assert found(gone) == ["new/deep/l2.yaml:4:1"]


def test_a_file_in_a_folder_that_was_empty_is_found(looking: Watch) -> None:
    said = looking((looking.root / "later").mkdir, looking.write("later/l2.yaml", L2))
    assert said[1] == ""
    assert "later/l2.yaml is new" in said[2]


def test_a_file_that_is_replaced_has_changed(looking: Watch) -> None:
    def save() -> None:
        temporary = looking.root / "apps/.l2.yaml.swp"
        temporary.write_text(FIXED)
        temporary.rename(looking.root / "apps/l2.yaml")

    assert looking(save)[1].startswith("mlblint: 05:04:03: apps/l2.yaml has changed\n")


def test_a_file_that_is_written_in_steps_is_looked_at_once_it_is_whole(
    looking: Watch, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = looking.root / "apps/l2.yaml"
    pieces = iter([L2[:30], L2[:60], FIXED])
    from mlblint.commands import watch as module

    taking = module.take

    def write_more_and_take(*arguments: object) -> object:
        text = next(pieces, None)
        if text:
            path.write_text(text)
        return taking(*arguments)  # type: ignore[arg-type]

    def begin() -> None:
        path.write_text("")
        monkeypatch.setattr(module, "take", write_more_and_take)

    assert looking(begin)[1].count("has changed") == 1
    assert looking.quiet == 4


def test_somebody_who_never_stops_writing_is_not_waited_for(
    looking: Watch, monkeypatch: pytest.MonkeyPatch
) -> None:
    from mlblint.commands import watch as module

    taking = module.take
    log = looking.root / "apps/log.json"

    def write_more_and_take(*arguments: object) -> object:
        log.write_text((log.read_text() if log.exists() else "") + "1\n")
        return taking(*arguments)  # type: ignore[arg-type]

    def begin() -> None:
        log.write_text("")
        monkeypatch.setattr(module, "take", write_more_and_take)

    assert "apps/log.json is new" in looking(begin)[1]
    assert looking.quiet == PATIENCE


def test_a_disk_that_answers_slowly_is_asked_less_often(looking: Watch) -> None:
    waited: list[float] = []
    times = iter([0.0, 0.01, 1.0, 1.1, 2.0, 2.0])

    def wait(seconds: float) -> None:
        waited.append(round(seconds, 6))
        if len(waited) == 4:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        watch(Options(), Clock(wait, lambda: next(times)))
    assert waited == [INTERVAL, INTERVAL, 2.0, INTERVAL]


def test_many_changes_are_counted(looking: Watch) -> None:
    def checkout() -> None:
        for number in range(NAMED + 4):
            (looking.root / f"apps/n{number}.yaml").write_text("")

    named = ", ".join(f"apps/n{number}.yaml is new" for number in range(NAMED))
    assert looking(checkout)[1].startswith(f"mlblint: 05:04:03: {named}, and 4 more\n")


def test_what_does_not_matter_is_not_looked_at(looking: Watch) -> None:
    said = looking(looking.write("old/x.yaml", "x: 1\n"), looking.write("README.md", "nothing\n"))
    assert said[1:] == ["", ""]


def test_a_broken_configuration_is_said_and_mended(looking: Watch) -> None:
    said = looking(
        looking.write(".mlblint.yaml", "rules: [\n"),
        looking.write("apps/l2.yaml", FIXED),
        looking.write(".mlblint.yaml", CONFIG),
    )
    assert "mlblint: .mlblint.yaml:2:1: not valid YAML" in said[1]
    assert "mlblint: .mlblint.yaml:2:1: not valid YAML" in said[2]
    assert said[3].endswith("No problems in 3 files.\n")


def test_what_changed_under_a_broken_configuration_is_read_afterwards(looking: Watch) -> None:
    said = looking(
        looking.write(".mlblint.yaml", CONFIG + "nonsense: 1\n"),
        looking.write("apps/l2.yaml", FIXED),
        looking.write(".mlblint.yaml", CONFIG + "fail-on: error\n"),
    )
    assert found(said[0]) == ["apps/l2.yaml:4:1"]
    assert found(said[3]) == []


def test_rules_of_ones_own_are_watched_wherever_they_lie(looking: Watch) -> None:
    own = CONFIG.replace("[MLB301]", "[ACME], extend-rules: [old/lint]")
    looking.write("old/lint/a.yaml", OWN_RULE)()
    said = looking(
        looking.write(".mlblint.yaml", own),
        looking.write("old/lint/a.yaml", OWN_RULE.replace("not ours", "foreign")),
        looking.write("old/lint/a.yaml", OWN_RULE.replace("severity: error", "severity: x")),
        looking.write("old/lint/a.yaml", OWN_RULE),
    )  # fmt: skip
    assert "ACME1 `lan` is not ours" in said[1]
    assert "ACME1 `lan` is foreign" in said[2]
    assert "old/lint/a.yaml:4:11: expected `error`" in said[3]
    assert "ACME1 `lan` is not ours" in said[4]


def test_a_baseline_is_watched(looking: Watch) -> None:
    os.chdir(looking.root)
    assert run(["--write-baseline", "known.json"]) == 0
    said = looking(looking.remove("known.json"), baseline="known.json")
    assert found(said[0]) == []
    assert "mlblint: known.json: there is no such baseline" in said[1]


def test_a_file_that_vanishes_before_it_is_read_is_said(
    looking: Watch, monkeypatch: pytest.MonkeyPatch
) -> None:
    reading = Files._read

    def vanish(files: Files, path: str) -> Source | None:
        if path == "apps/c.yaml":
            (files.root / path).unlink()
        return reading(files, path)

    monkeypatch.setattr(Files, "_read", vanish)
    said = looking(looking.write("apps/c.yaml", "c: 1\n"), lambda: None)
    assert "mlblint: apps/c.yaml: cannot be read: No such file or directory" in said[1]
    assert said[2].startswith("mlblint: 05:04:03: apps/c.yaml is gone\n")
    assert "cannot be read" not in said[2]


def test_what_git_ignores_is_not_watched(looking: Watch) -> None:
    subprocess.run(["git", "init", "-q"], cwd=looking.root, check=True)
    said = looking(
        looking.write(".gitignore", "/apps/l2.yaml\n"),
        looking.write("apps/l2.yaml", FIXED),
        looking.write(".gitignore", "# nothing here\n"),
    )
    assert "apps/l2.yaml is gone" in said[1]
    assert said[2] == ""
    assert "apps/l2.yaml is new" in said[3]
    assert found(said[3]) == []


def test_a_named_file_of_another_suffix_is_watched(looking: Watch) -> None:
    looking.write("apps/l2.txt", L2)()
    said = looking(looking.write("apps/l2.txt", FIXED), paths=("apps/l2.txt",))
    assert found(said[0]) == ["apps/l2.txt:4:1"]
    assert said[1] == "mlblint: 05:04:03: apps/l2.txt has changed\nNo problems in 1 file.\n"


def test_a_named_path_that_is_gone_is_said_and_may_come_back(looking: Watch) -> None:
    said = looking(
        looking.remove("apps/l2.yaml"),
        looking.write("apps/l2.yaml", FIXED),
        paths=("apps/l2.yaml",),
    )
    assert said[1].endswith("mlblint: apps/l2.yaml: no such file or folder\n")
    assert said[2].endswith("No problems in 1 file.\n")


@pytest.mark.parametrize(
    "options", [{"select": ("MLB3001",)}, {"paths": ("nope",)}, {"config": "nope.yaml"}]
)
def test_what_is_wrong_at_the_start_ends_it(looking: Watch, options: dict[str, object]) -> None:
    with pytest.raises(Failure):
        watch(Options(**options), Clock(lambda seconds: pytest.fail("it waits")))  # type: ignore[arg-type]


class Full(io.StringIO):
    def write(self, text: str) -> int:
        raise OSError(errno.ENOSPC, "No space left on device")


def test_an_output_that_is_full_ends_it(looking: Watch, monkeypatch: pytest.MonkeyPatch) -> None:
    def fill() -> None:
        looking.write("apps/l2.yaml", FIXED)()
        monkeypatch.setattr("mlblint.commands.discard_output", lambda: None)
        monkeypatch.setattr(sys, "stdout", Full())

    with pytest.raises(Failure, match="standard output cannot be written"):
        looking(fill)


def test_the_screen_is_cleared_on_a_terminal_only(
    looking: Watch, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("TERM", raising=False)
    monkeypatch.setattr(sys.stdout, "isatty", lambda: True)
    assert "\x1b[2J\x1b[H" in looking(looking.write("apps/b.yaml", ""))[1]
    monkeypatch.setenv("TERM", "dumb")
    assert "\x1b[2J" not in "".join(looking(looking.write("apps/b.yaml", "b: 333\n")))


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("--fix",), "--fix and --watch exclude each other"),
        (("--add-ignore",), "--add-ignore and --watch exclude each other"),
        (("--write-baseline", "x"), "--write-baseline and --watch exclude each other"),
        (("--diff",), "--watch and --diff exclude each other"),
        (("--output-file", "x"), "--watch and --output-file exclude each other"),
        (("--output-format", "json"), "--watch is for people: the format is full, concise or"),
        (("-",), "--watch is about files: - (standard input) is none"),
        (("--show-files",), "--watch and --show-files exclude each other"),
    ],
)
def test_what_makes_no_sense_with_it_is_refused(
    arguments: tuple[str, ...], message: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(["--watch", *arguments]) == 2
    assert message in capsys.readouterr().err


def test_a_snapshot_notices_what_keeps_size_and_time(tmp_path: Path) -> None:
    path = tmp_path / "a.yaml"
    path.write_text("a: 1\n")
    before = take(str(tmp_path))
    other = tmp_path / "b"
    other.write_text("a: 2\n")
    shutil.copystat(path, other)
    other.replace(path)
    assert before.differing(before.later()) == {str(path)}


# --- as a process ----------------------------------------------------------------------------


@pytest.mark.skipif(os.name != "posix", reason="needs POSIX signals")
@pytest.mark.parametrize(("number", "code"), [(signal.SIGINT, 130), (signal.SIGTERM, 143)])
def test_the_process_looks_again_and_ends(
    looking: Watch, number: signal.Signals, code: int
) -> None:
    with process(looking.root) as running:
        assert running.stdout is not None
        assert running.stdout.readline().startswith("apps/l2.yaml:4:1")
        assert running.stdout.readline().startswith("1 problem")
        assert "fixable" in running.stdout.readline()
        (looking.root / "apps/l2.yaml").write_text(FIXED)
        assert running.stdout.readline() == "No problems in 3 files.\n"
        running.send_signal(number)
        out, err = running.communicate(timeout=30)
    assert (running.returncode, out) == (code, "")
    assert "apps/l2.yaml has changed" in err
    assert "Traceback" not in err


def test_a_reader_that_goes_away_ends_it_at_the_next_change(looking: Watch) -> None:
    with process(looking.root) as running:
        assert running.stdout is not None
        assert running.stdout.readline()
        running.stdout.close()
        deadline = time.monotonic() + 30
        number = 0
        while running.poll() is None and time.monotonic() < deadline:
            number += 1
            (looking.root / "apps/b.yaml").write_text(f"b: {number}\n")
            time.sleep(1)
        assert running.stderr is not None
        assert "Traceback" not in running.stderr.read()
    assert running.returncode == 141


def process(folder: Path) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-m", "mlblint", "--watch", "--output-format", "concise"],
        cwd=folder,
        env={**os.environ, "PYTHONPATH": str(Path(__file__).parents[1])},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
