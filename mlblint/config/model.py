"""The configuration as the rest of the program sees it. docs/configuration.md explains it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import field
from typing import Any, Literal

from mlblint.config.files import ConfigFile
from mlblint.findings import Severity
from mlblint.records import dataclass
from mlblint.text.nodes import Path


@dataclass(frozen=True)
class MetallbConfig:
    version: str | None = None
    namespace: str | None = None
    bgp_type: Literal["native", "frr", "frr-k8s"] | None = None
    load_balancer_class: str | None = None
    annotation_prefix: Literal["metallb.universe.tf", "metallb.io", "auto"] = "metallb.universe.tf"


@dataclass(frozen=True)
class NetworkConfig:
    """Every address can be read by `mlblint.repo.addresses.parse_range`."""

    interfaces: tuple[str, ...] = ()
    subnets: tuple[str, ...] = ()
    nodes: tuple[str, ...] = ()
    dhcp: tuple[str, ...] = ()
    reserved: Mapping[str, tuple[str, ...]] = field(default_factory=dict)


@dataclass(frozen=True)
class VpnConfig:
    """`services` are globs of "namespace/name"."""

    services: tuple[str, ...] = ()
    namespaces: tuple[str, ...] = ()
    hostnames: tuple[str, ...] = ()
    selector: Mapping[str, str] = field(default_factory=dict)
    reaches_l2: bool = False


@dataclass(frozen=True)
class SyncWaves:
    metallb: int = 0
    pool: int = 1
    advertisement: int = 2
    ingress: int = 3
    ingress_config: int = 4
    apps: int = 5


@dataclass(frozen=True)
class DnsConfig:
    """`retired_domains` leads from a domain to the one that took its place."""

    retired_domains: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class ClusterConfig:
    """Either `name` and `paths`, or `each`."""

    name: str | None = None
    paths: tuple[str, ...] = ()
    each: str | None = None


@dataclass(frozen=True)
class RulesConfig:
    """Rules are named by selectors (see `selectors.py`); `options` by the ids of rules."""

    select: tuple[str, ...] = ("ALL",)
    ignore: tuple[str, ...] = ()
    severity: Mapping[str, Severity] = field(default_factory=dict)
    options: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    extend_rules: tuple[str, ...] = ()
    per_file_ignores: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    promote_fixes: tuple[str, ...] = ()
    demote_fixes: tuple[str, ...] = ()


@dataclass(frozen=True)
class Origins:
    """Where values came from. `passed_over` are configuration files that another one hides."""

    file: ConfigFile | None = None
    passed_over: tuple[str, ...] = ()
    command_line: frozenset[Path] = frozenset()

    def of(self, path: Path) -> str:
        """`default`, `command line`, or a file with the line."""
        if any(path[: len(given)] == given for given in self.command_line):
            return "command line"
        return self.file.where(path) if self.file and self.file.gives(path) else "default"


@dataclass(frozen=True)
class Config:
    metallb: MetallbConfig = field(default_factory=MetallbConfig)
    network: NetworkConfig = field(default_factory=NetworkConfig)
    vpn: VpnConfig = field(default_factory=VpnConfig)
    sync_waves: SyncWaves = field(default_factory=SyncWaves)
    dns: DnsConfig = field(default_factory=DnsConfig)
    clusters: tuple[ClusterConfig, ...] = ()
    rules: RulesConfig = field(default_factory=RulesConfig)
    exclude: tuple[str, ...] = ()
    fail_on: Severity | Literal["never"] = "warning"
    cache_dir: str | None = None
    baseline: str | None = None
    origins: Origins = field(default_factory=Origins, compare=False, repr=False)
