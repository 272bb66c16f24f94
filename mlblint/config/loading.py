"""From the data of a configuration file to a Config, by way of schemas/config.json."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any, TypeVar

from mlblint.config.errors import ConfigError, dotted, together
from mlblint.config.files import ConfigFile, duplicate_keys, find_config, read
from mlblint.config.model import (
    ClusterConfig,
    Config,
    DnsConfig,
    MetallbConfig,
    NetworkConfig,
    Origins,
    RulesConfig,
    SyncWaves,
    VpnConfig,
)
from mlblint.config.selectors import rule_problem, selector_problem
from mlblint.package_data import data_folder
from mlblint.schema import Formats, Schema, Violation, found, violations

KnownRules = Mapping[str, str] | Callable[[tuple[str, ...]], Mapping[str, str]]
"""Ids of rules and their names; or a function that finds them, given `rules.extend-rules`."""

T = TypeVar("T")


def load(root: Path, *, explicit: Path | None = None, known_rules: KnownRules) -> Config:
    """The configuration of a repository, or the one in the file `explicit`."""
    files = (explicit,) if explicit else find_config(root)
    if not files:
        return Config()
    file = read(files[0], root, named=explicit is not None)
    names = _names(known_rules, file.data)
    errors = [*duplicate_keys(file), *_violations(file, config_schema(), _formats(names))]
    if errors:
        raise together(errors)
    return build(file.data, Origins(file, tuple(path.name for path in files[1:])))


def override(config: Config, values: Mapping[str, Any]) -> Config:
    """The configuration with other values, by dotted key, from the command line:
    `{"rules.select": ("MLB3",), "fail-on": "error"}`."""
    for name, value in values.items():
        section, _, key = name.replace("-", "_").rpartition(".")
        if section:
            value = replace(getattr(config, section), **{key: value})
        config = replace(config, **{section or key: value})
    given = {tuple(name.split(".")) for name in values}
    origins = replace(config.origins, command_line=config.origins.command_line | given)
    return replace(config, origins=origins)


def check_options(config: Config, schemas: Mapping[str, Schema]) -> None:
    """Raises ConfigError if an option does not satisfy the schema of its rule."""
    file = config.origins.file
    if file is None:
        return
    errors = [
        _error(file, replace(violation, path=("rules", "options", rule, *violation.path)))
        for rule, options in config.rules.options.items()
        for violation in violations(schemas.get(rule, {}), options)
    ]
    if errors:
        raise together(errors)


def config_schema() -> dict[str, Any]:
    text = (data_folder("schemas") / "config.json").read_text(encoding="utf-8")
    schema: dict[str, Any] = json.loads(text)
    return schema


def build(data: Mapping[str, Any], origins: Origins) -> Config:
    """What `data`, which satisfies the schema, means."""
    network = _given(data.get("network"))
    if "reserved" in network:
        network["reserved"] = {k: _listed(v) for k, v in network["reserved"].items()}
    waves = {step: int(wave) for step, wave in _given(data.get("sync-waves")).items()}
    top = {key: data[key] for key in ("exclude", "fail-on", "cache-dir", "baseline") if key in data}
    return Config(
        metallb=_section(MetallbConfig, data.get("metallb")),
        network=_section(NetworkConfig, network),
        vpn=_section(VpnConfig, data.get("vpn")),
        sync_waves=_section(SyncWaves, waves),
        dns=_section(DnsConfig, data.get("dns")),
        clusters=tuple(_section(ClusterConfig, one) for one in data.get("clusters") or ()),
        rules=_rules(_given(data.get("rules"))),
        origins=origins,
        **_arguments(_given(top)),
    )


def _rules(data: dict[str, Any]) -> RulesConfig:
    # What options hold is judged by the schemas of rules, which know lists, not tuples.
    options = data.pop("options", {})
    return replace(_section(RulesConfig, data), options=options)


def _section(cls: Callable[..., T], data: Mapping[str, Any] | None) -> T:
    return cls(**_arguments(_given(data)))


def _given(data: Mapping[str, Any] | None) -> dict[str, Any]:
    """A key without a value counts as not given."""
    return {key: value for key, value in (data or {}).items() if value is not None}


def _arguments(data: Mapping[str, Any]) -> dict[str, Any]:
    return {key.replace("-", "_"): _frozen(value) for key, value in data.items()}


def _frozen(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _frozen(item) for key, item in value.items()}
    return tuple(value) if isinstance(value, list) else value


def _listed(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [value]


def _mapping(value: object) -> Mapping[str, Any]:
    return value if isinstance(value, dict) else {}


def _names(known_rules: KnownRules, data: Mapping[str, Any]) -> Mapping[str, str]:
    if isinstance(known_rules, Mapping):
        return known_rules
    paths = _mapping(data.get("rules")).get("extend-rules")
    listed = paths if isinstance(paths, list) else []
    return known_rules(tuple(path for path in listed if isinstance(path, str) and path))


def _formats(known_rules: Mapping[str, str]) -> Formats:
    return {
        "mlblint-address": _address_problem,
        "mlblint-rule": partial(rule_problem, known_rules=known_rules),
        "mlblint-rule-selector": partial(selector_problem, known_rules=known_rules),
    }


def _address_problem(text: str) -> str | None:
    # Most repositories have no configuration with addresses.
    from mlblint.repo.addresses import parse_range

    if parse_range(text):
        return None
    expected = "expected an address, a CIDR or a range, such as 192.168.7.100-192.168.7.199"
    return f"{expected}; found {found(text)}"


def _violations(file: ConfigFile, schema: Schema, formats: Formats) -> Iterator[ConfigError]:
    for violation in violations(schema, file.data, formats):
        yield _error(file, violation)


def _error(file: ConfigFile, violation: Violation) -> ConfigError:
    name, message = dotted(violation.path), violation.message
    if violation.kind == "unknown-key":
        message = message.replace(f"`{violation.path[-1]}`", f"`{name}`", 1)
        if violation.nearest:
            meant = dotted((*violation.path[:-1], violation.nearest))
            message = f"unknown key `{name}`; did you mean `{meant}`?"
    else:
        message = f"`{name}`: {message}" if name else message
    on_key = violation.kind in ("unknown-key", "bad-key")
    reading = "" if on_key else file.reading(violation.path)
    return file.error(violation.path, message + reading, on_key)
