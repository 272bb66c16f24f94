"""The effective configuration, for people and for programs."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import asdict, fields
from typing import Any, Literal

from mlblint.config.model import Config
from mlblint.text.nodes import Path
from mlblint.text.scalars import plain_is_safe


def render_config(config: Config, form: Literal["yaml", "json"] = "yaml") -> str:
    """As YAML, it is a configuration file with the origin of each value in a comment."""
    return _as_json(config) if form == "json" else _as_yaml(config)


def yaml_text(text: str) -> str:
    """A text as YAML, in quotes where it needs them."""
    plain = text.replace("-", "").replace(".", "").replace("/", "").replace("_", "")
    if plain.isascii() and plain.isalnum() and text[0].isalnum() and plain_is_safe(text):
        return text
    return '"' + "".join(_escaped(character) for character in text) + '"'


def comment_text(text: str) -> str:
    """A text that stays on one line and can be encoded, for a comment."""
    return "".join(c if c.isprintable() else _escaped(c) for c in text)


def _escaped(character: str) -> str:
    if character in '"\\':
        return f"\\{character}"
    if character.isprintable():
        return character
    code = ord(character)
    return f"\\x{code:02x}" if code < 0x100 else f"\\U{code:08x}"


def _as_yaml(config: Config) -> str:
    origins = config.origins
    lines = ["# The effective configuration, and where each value came from."]
    if origins.file is not None:
        lines.append(f"# Read from {comment_text(origins.file.name)}.")
    lines += [f"# {comment_text(name)} is not read beside it." for name in origins.passed_over]
    for path, text in _lines((), _tree(config)):
        indent = "  " * (len(path) - 1)
        key = f"{indent}{yaml_text(str(path[-1]))}:"
        if text is None:
            lines.append(key)
        else:
            lines.append(f"{key} {text}  # {comment_text(origins.of(path))}")
    return "\n".join(lines) + "\n"


def _lines(path: Path, value: Mapping[str, Any]) -> Iterator[tuple[Path, str | None]]:
    """Each key with its value on one line, or with None where its own keys follow."""
    for key, item in value.items():
        # Options of rules may nest as they like: one line for each rule is enough.
        if isinstance(item, dict) and item and path[:2] != ("rules", "options"):
            yield (*path, key), None
            yield from _lines((*path, key), item)
        else:
            yield (*path, key), _flow(item)


def _flow(value: Any) -> str:
    if isinstance(value, dict):
        return "{" + ", ".join(f"{yaml_text(str(k))}: {_flow(v)}" for k, v in value.items()) + "}"
    if isinstance(value, list | tuple):
        return "[" + ", ".join(_flow(item) for item in value) + "]"
    if isinstance(value, str):
        return yaml_text(value)
    if value is None:
        return "null"
    return str(value).lower() if isinstance(value, bool) else str(value)


def _as_json(config: Config) -> str:
    import json

    tree = _tree(config)
    origins = config.origins
    paths: list[Path] = []
    for key, value in tree.items():
        paths += [(key, inner) for inner in value] if isinstance(value, dict) else [(key,)]
    report = {
        "file": origins.file.name if origins.file else None,
        "passed-over": origins.passed_over,
        "config": tree,
        "origins": {".".join(map(str, path)): origins.of(path) for path in paths},
    }
    return json.dumps(report, indent=2) + "\n"


def _tree(config: Config) -> dict[str, Any]:
    """The configuration by the keys of its file."""
    tree: dict[str, Any] = {}
    for one in fields(config):
        value = getattr(config, one.name)
        if one.name == "origins":
            continue
        if one.name == "clusters":
            value = [_without_empty(asdict(cluster)) for cluster in value]
        elif hasattr(value, "__dataclass_fields__"):
            value = {_key(name): item for name, item in asdict(value).items()}
        tree[_key(one.name)] = value
    return tree


def _key(name: str) -> str:
    return name.replace("_", "-")


def _without_empty(data: dict[str, Any]) -> dict[str, Any]:
    return {key: value for key, value in data.items() if value}
