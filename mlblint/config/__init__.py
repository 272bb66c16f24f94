"""`.mlblint.yaml` or `[tool.mlblint]` of pyproject.toml → one frozen Config."""

from __future__ import annotations

from mlblint.config.errors import ConfigError
from mlblint.config.files import find_config, find_root
from mlblint.config.loading import check_options, load, override
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
from mlblint.config.rendering import render_config
from mlblint.config.selectors import is_enabled, matches, selector_problem

__all__ = [
    "ClusterConfig",
    "Config",
    "ConfigError",
    "DnsConfig",
    "MetallbConfig",
    "NetworkConfig",
    "Origins",
    "RulesConfig",
    "SyncWaves",
    "VpnConfig",
    "check_options",
    "find_config",
    "find_root",
    "is_enabled",
    "load",
    "matches",
    "override",
    "render_config",
    "selector_problem",
]
