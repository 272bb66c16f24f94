"""What `mlblint config` prints."""

from __future__ import annotations

import json

from hypothesis import given
from hypothesis import strategies as st

from mlblint.config import Config, override, render_config
from mlblint.config.rendering import comment_text, yaml_text
from mlblint.text.documents import Document, documents
from mlblint.text.source import Source


def test_the_effective_configuration_tells_where_each_value_came_from(config_of):
    text = "network:\n  interfaces: [eth0]\n  reserved:\n    router: 192.168.7.1\n"
    config = override(config_of(text), {"rules.select": ("MLB3",), "fail-on": "error"})
    lines = render_config(config).splitlines()
    assert "  interfaces: [eth0]  # .mlblint.yaml:2" in lines
    assert "    router: [192.168.7.1]  # .mlblint.yaml:4" in lines
    assert "  dhcp: []  # default" in lines
    assert "  select: [MLB3]  # command line" in lines
    assert "fail-on: error  # command line" in lines
    assert "  annotation-prefix: metallb.universe.tf  # default" in lines


def test_what_came_from_toml_has_no_line(config_of):
    config = config_of("[tool.mlblint]\nfail-on = 'info'\n", "pyproject.toml")
    assert config.origins.of(("fail-on",)) == "pyproject.toml [tool.mlblint]"


def test_the_same_as_json(config_of):
    report = json.loads(render_config(config_of("fail-on: info\n"), "json"))
    assert report["file"] == ".mlblint.yaml"
    assert report["passed-over"] == []
    assert report["config"]["fail-on"] == "info"
    assert report["config"]["sync-waves"]["ingress-config"] == 4
    assert report["origins"]["fail-on"] == ".mlblint.yaml:1"
    assert report["origins"]["sync-waves.pool"] == "default"


def test_what_is_rendered_is_a_configuration_of_the_same_meaning(everything, config_of):
    config = config_of(everything)
    assert config_of(render_config(config)) == config
    assert config_of(render_config(Config())) == Config()


def _read(text: str) -> Document:
    (document,) = documents(Source.from_bytes("x.yaml", text.encode()))
    assert isinstance(document, Document)
    return document


@given(st.text(st.characters(exclude_categories=["Cs"])))
def test_every_text_is_rendered_so_that_it_is_read_again(text):
    assert _read(f"a: {yaml_text(text)}  # c\n").data == {"a": text}
    assert _read(f"a: [{yaml_text(text)}]\n").data == {"a": [text]}
    assert _read(f"{yaml_text(text)}: 1\n").data == {text: 1}


@given(st.text())
def test_a_comment_never_ends_early(text):
    comment = comment_text(text)
    assert _read(f"a: 1  # {comment}\nb: 2\n").data == {"a": 1, "b": 2}
