"""Who gets colours."""

from __future__ import annotations

import io

import pytest

from mlblint.report.colours import PLAIN, Choice, Colours, wanted


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


FILE = io.StringIO()


@pytest.mark.parametrize(
    ("choice", "stream", "environment", "expected"),
    [
        pytest.param("auto", Terminal(), {}, True, id="a terminal"),
        pytest.param("auto", FILE, {}, False, id="no terminal"),
        pytest.param("auto", None, {}, False, id="a closed stream"),
        pytest.param("auto", Terminal(), {"TERM": "dumb"}, False, id="a dumb terminal"),
        pytest.param("auto", Terminal(), {"NO_COLOR": "1"}, False, id="NO_COLOR"),
        pytest.param("auto", Terminal(), {"NO_COLOR": ""}, True, id="an empty NO_COLOR"),
        pytest.param("auto", FILE, {"FORCE_COLOR": "1"}, True, id="FORCE_COLOR"),
        pytest.param("auto", FILE, {"FORCE_COLOR": "0"}, False, id="FORCE_COLOR=0"),
        pytest.param(
            "auto", FILE, {"FORCE_COLOR": "1", "NO_COLOR": "1"}, False, id="NO_COLOR is stronger"
        ),
        pytest.param(
            "auto", FILE, {"FORCE_COLOR": "1", "TERM": "dumb"}, True, id="FORCE_COLOR, dumb"
        ),
        pytest.param("always", FILE, {"NO_COLOR": "1"}, True, id="--color always"),
        pytest.param("never", Terminal(), {"FORCE_COLOR": "1"}, False, id="--color never"),
    ],
)
def test_the_option_the_environment_and_the_stream_decide_in_that_order(
    choice: Choice, stream: io.StringIO | None, environment: dict[str, str], expected: bool
) -> None:
    assert wanted(choice, stream, environment) is expected


def test_code_in_backticks_is_bold_also_across_lines() -> None:
    assert Colours(True).code(["set `a:", "b` and `c`"]) == [
        "set `\x1b[1ma:\x1b[0m",
        "\x1b[1mb\x1b[0m` and `\x1b[1mc\x1b[0m`",
    ]


def test_without_colours_text_stays_as_it_is() -> None:
    assert PLAIN.code(["set `a`"]) == ["set `a`"]
    assert PLAIN.severity("error", "x") + PLAIN.bold("y") + PLAIN.dim("z") == "xyz"
