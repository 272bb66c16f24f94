"""Text from a repository is shown, never obeyed."""

from __future__ import annotations

import json
from xml.etree import ElementTree

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mlblint.report.harmless import (
    escape_json,
    path_bytes,
    shown,
    shown_line,
    unicode_path,
    xml,
    xml_element,
)

ANYTHING = st.text(st.one_of(st.characters(codec=None), st.sampled_from('#[:\n"\\\ufffe<&')))


@pytest.mark.parametrize(
    ("line", "harmless"),
    [
        ("::error::x", "\u2237error::x"),
        ("  ::error::x", "  \u2237error::x"),
        ("fd00::1/128", "fd00::1/128"),
        ("::1/128", "::1/128"),
        ("a ##[group]x", "a #\u266f[group]x"),
        ("###vso[a]", "##\u266fvso[a]"),
        ("## [a]", "## [a]"),
    ],
)
def test_a_line_holds_no_command(line: str, harmless: str) -> None:
    assert shown_line(line) == harmless


def test_text_is_printable_and_holds_no_command() -> None:
    assert shown("a\n##[group]\x1b") == "a␊#\u266f[group]␛"


def test_a_path_stays_itself_unless_no_other_program_could_read_it() -> None:
    assert unicode_path("a\nü.yaml") == "a\nü.yaml"
    assert unicode_path("caf\udce9.yaml") == "caf\\xe9.yaml"
    assert path_bytes("ü/caf\udce9") == b"\xc3\xbc/caf\xe9"
    assert path_bytes("\ud800") == b"\xef\xbf\xbd"


@given(ANYTHING)
@settings(max_examples=200)
def test_escaped_json_says_the_same(text: str) -> None:
    escaped = escape_json(json.dumps({text: [text]}, ensure_ascii=False, indent=2))
    # A pair of surrogates is spelled like the one character that it is in UTF-16.
    assert json.loads(escaped) == json.loads(json.dumps({text: [text]}))
    assert all(one == "\n" or one.isprintable() for one in escaped)
    assert "##[" not in escaped


@given(ANYTHING)
@settings(max_examples=200)
def test_xml_can_be_parsed_and_says_what_is_shown(text: str) -> None:
    element = ElementTree.fromstring(f"<{xml_element('a', [('b', text)])}>{xml(text)}</a>")
    assert element.attrib == {"b": shown(text)}
    assert (element.text or "") == shown(text)
