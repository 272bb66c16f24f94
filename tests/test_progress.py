"""The progress of a long run: when it shows, what of it is left, and that it costs nothing."""

from __future__ import annotations

import io
from collections.abc import Mapping
from pathlib import Path

import pytest

from mlblint.commands.progress import Progress, shown
from mlblint.config import Config
from mlblint.pipeline import Request, lint


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True

    def screen(self) -> str:
        """What can be seen at the end."""
        line = ""
        for part in self.getvalue().split("\r"):
            line = part + line[len(part) :]
        return line.rstrip()


def clock(step: float) -> Progress:
    times = iter(step * number for number in range(10_000))
    return Progress(Terminal(), lambda: next(times))


def drawn(progress: Progress) -> list[str]:
    stream = progress._stream
    assert isinstance(stream, Terminal)
    return [part for part in stream.getvalue().split("\r") if part.strip()]


def test_a_short_run_shows_nothing() -> None:
    progress = clock(0.001)
    assert list(progress.track("Reading files", range(400))) == list(range(400))
    assert drawn(progress) == []


def test_a_long_run_shows_how_far_it_is_ten_times_a_second() -> None:
    progress = clock(0.01)
    assert list(progress.track("Reading files", range(1000))) == list(range(1000))
    bars = drawn(progress)
    assert bars[0] == "Reading files [....................] 49 of 1,000"
    assert any("[##########..........] 5" in bar for bar in bars)
    assert len(bars) == pytest.approx(95, abs=2)


def test_it_fits_a_narrow_terminal(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", "30")
    progress = clock(1)
    list(progress.track("Reading files", range(9)))
    assert set(map(len, drawn(progress))) == {29}


@pytest.fixture(autouse=True)
def wide(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", "80")


def test_nothing_of_it_is_left() -> None:
    progress = clock(1)
    for number in progress.track("Asking rules", range(3)):
        stream = progress._stream
        assert isinstance(stream, Terminal)
        assert stream.screen().endswith(f"{number} of 3")
    assert stream.screen() == ""


def test_nothing_of_it_is_left_by_what_goes_wrong() -> None:
    progress = clock(1)
    tracked = progress.track("Asking rules", range(3))
    next(tracked)
    tracked.close()  # type: ignore[attr-defined]
    stream = progress._stream
    assert isinstance(stream, Terminal)
    assert "Asking" in stream.getvalue()
    assert stream.screen() == ""


def test_the_lengths_of_lines_that_shrink_do_not_matter() -> None:
    progress = clock(1)
    list(progress.track("Reading many files", range(1000)))
    list(progress.track("Asking", range(2)))
    stream = progress._stream
    assert isinstance(stream, Terminal)
    assert stream.screen() == ""


@pytest.mark.parametrize(
    ("stream", "environment", "expected"),
    [
        (Terminal(), {}, True),
        (Terminal(), {"NO_COLOR": "1"}, True),
        (Terminal(), {"CI": ""}, True),
        (Terminal(), {"CI": "true"}, False),
        (Terminal(), {"TERM": "dumb"}, False),
        (io.StringIO(), {}, False),
        (io.StringIO(), {"FORCE_COLOR": "1"}, False),
    ],
)
def test_it_is_for_people_at_a_terminal(
    stream: io.StringIO, environment: Mapping[str, str], expected: bool
) -> None:
    with shown(stream, environment) as track:
        assert (track is not None) == expected


def test_a_run_that_is_followed_finds_the_same(tmp_path: Path) -> None:
    kind = "apiVersion: metallb.io/v1beta1\nkind: L2Advertisement\n"
    for number in range(3):
        (tmp_path / f"{number}.yaml").write_text(f"{kind}metadata: {{name: a{number}}}\n")
    followed: list[tuple[str, int]] = []

    def track(what: str, items: object) -> object:
        followed.append((what, len(items)))  # type: ignore[arg-type]
        return items

    request = Request(tmp_path, Config())
    alone = lint(request)
    seen = lint(Request(tmp_path, Config(), track=track))  # type: ignore[arg-type]
    assert seen.findings
    assert [f.fingerprint for f in seen.findings] == [f.fingerprint for f in alone.findings]
    # One rule has its say when the others are done: it judges the comments that hide nothing.
    assert followed == [("Reading files", 3), ("Asking rules", len(alone.ran) - 1)]
