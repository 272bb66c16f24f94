"""schemas/config.json, the code and the documentation say the same."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import fields, is_dataclass
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mlblint.cards import built_in_cards
from mlblint.config import Config, ConfigError, load, render_config
from mlblint.config.loading import build, config_schema
from mlblint.config.model import Origins

DOCUMENTATION = Path(__file__).parents[2] / "docs/configuration.md"


def _keys(schema: dict, path: str = "") -> list[tuple[str, dict]]:
    found = []
    for key, inner in schema.get("properties", {}).items():
        found.append((f"{path}{key}", inner))
        found += _keys(inner, f"{path}{key}.")
        found += _keys(inner.get("items", {}), f"{path}{key}[].")
    return found


KEYS = dict(_keys(config_schema()))
OPTIONS = {key: schema for key, schema in KEYS.items() if "default" in schema}


@pytest.fixture
def catalogue() -> Mapping[str, str]:
    """The rules that there are, and one of a user's own."""
    return {card.id: card.name for card in built_in_cards()} | {"ACME1": "our-own"}


def test_every_key_is_described_with_an_example():
    definitions = config_schema()["$defs"]
    for key, schema in [*KEYS.items(), *definitions.items()]:
        assert {"title", "description", "examples"} <= schema.keys(), key


def test_every_default_of_the_schema_is_the_one_in_the_code():
    report = json.loads(render_config(Config(), "json"))
    flat = {}
    for key, value in report["config"].items():
        is_section = isinstance(value, dict)
        flat |= {f"{key}.{inner}": v for inner, v in value.items()} if is_section else {key: value}
    assert flat == {key: schema["default"] for key, schema in OPTIONS.items()}


def test_every_option_of_the_code_is_in_the_schema():
    config, sections = Config(), set()
    for one in fields(config):
        value = getattr(config, one.name)
        if is_dataclass(value) and one.name != "origins":
            sections |= {f"{one.name}.{inner.name}" for inner in fields(value)}
        elif one.name != "origins":
            sections.add(one.name)
    assert sections == {key.replace("-", "_") for key in OPTIONS}


def test_every_example_of_the_schema_is_accepted(tmp_path, catalogue):
    for key, schema in KEYS.items():
        if "[]" in key:
            continue
        for example in schema["examples"]:
            data = example
            for part in reversed(key.split(".")):
                data = {part: data}
            (tmp_path / ".mlblint.yaml").write_text(json.dumps(data))
            load(tmp_path, known_rules=catalogue)


def test_every_key_is_documented_with_its_default():
    text = DOCUMENTATION.read_text(encoding="utf-8")
    sections = dict(re.findall(r"^#+ `([a-z0-9-]+)`\n(.*?)(?=^## |\Z)", text, re.M | re.S))
    for key, schema in OPTIONS.items():
        section, _, name = key.rpartition(".")
        default = json.dumps(schema["default"]).strip('"').replace("null", "\u2013")
        row = rf"^\| `{name}` \| [^|]+ \| `?{re.escape(default)}`? \| .+ \|$"
        assert re.search(row, sections[section or "top-level"], re.M), key


@pytest.mark.parametrize("block", range(2))
def test_the_examples_in_the_documentation_are_valid(tmp_path, catalogue, block):
    text = DOCUMENTATION.read_text(encoding="utf-8")
    name, fence = [(".mlblint.yaml", "yaml"), ("pyproject.toml", "toml")][block]
    blocks = re.findall(rf"^```{fence}\n(.*?)^```", text, re.M | re.S)
    assert blocks
    for one in blocks:
        (tmp_path / name).write_text(one)
        load(tmp_path, known_rules=catalogue)


# Values near to valid ones, of every type, at every key.
LEAVES = st.sampled_from(
    [
        *(None, True, 0, 1.5, 2.0, "", "x", "eth0", "10.0.0.1", "10.0.0.9-10.0.0.1", "a/b"),
        *("0.15.3", "auto", "frr", "error", "never", "MLB3", "MLB301", "!x"),
        *([], ["x"], ["10.0.0.1"], ["MLB3"], [1]),
        *([{"each": "a"}], [{"name": "a", "paths": ["b"]}], [{"name": "a"}], [{"each": ""}]),
        *({}, {"x": "10.0.0.1"}, {"MLB301": "error"}, {"MLB301": {}}, {"": "x"}, {"x": ["ALL"]}),
    ]
)


@st.composite
def configurations(draw: st.DrawFn) -> dict:
    data: dict = {}
    for key in draw(st.lists(st.sampled_from([*OPTIONS, "metallb", "zzz.x"]), max_size=4)):
        section, _, name = key.rpartition(".")
        target = data.setdefault(section, {}) if section else data
        if isinstance(target, dict):
            target[name] = draw(LEAVES)
    return data


@given(data=configurations())
def test_what_the_schema_accepts_can_be_built_and_all_else_is_explained(
    tmp_path_factory, rules, data
):
    folder = tmp_path_factory.mktemp("config")

    def read(text: str) -> Config | tuple[ConfigError, ...]:
        (folder / ".mlblint.yaml").write_text(text)
        try:
            return load(folder, known_rules=rules)
        except ConfigError as error:
            return error.all

    result = read(json.dumps(data))
    if isinstance(result, Config):
        assert result == build(data, Origins())
        assert read(render_config(result)) == result
    else:
        assert all(error.line == 1 and error.message for error in result)
