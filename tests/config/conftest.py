"""What all tests of the configuration need."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path

import pytest

from mlblint.config import Config, ConfigError, load


@pytest.fixture(scope="session")
def rules() -> Mapping[str, str]:
    return {
        "MLB101": "annotation-prefix",
        "MLB106": "loadbalancer-over-vpn",
        "MLB201": "pool-dhcp-overlap",
        "MLB301": "l2-interfaces-missing",
        "MLB302": "pool-unadvertised",
        "ACME7": "our-own",
    }


@pytest.fixture
def config_of(tmp_path: Path, rules: Mapping[str, str]) -> Callable[..., Config]:
    """The configuration of a repository whose file holds this text."""

    def config_of(text: str, name: str = ".mlblint.yaml") -> Config:
        (tmp_path / name).write_text(text, encoding="utf-8")
        return load(tmp_path, known_rules=rules)

    return config_of


@pytest.fixture
def mistakes(config_of: Callable[..., Config]) -> Callable[..., list[str]]:
    """The lines that tell what is wrong with it."""

    def mistakes(text: str, name: str = ".mlblint.yaml") -> list[str]:
        with pytest.raises(ConfigError) as caught:
            config_of(text, name)
        return str(caught.value).split("\n")

    return mistakes


@pytest.fixture(scope="session")
def everything() -> str:
    """A configuration that gives every key."""
    return EVERYTHING


EVERYTHING = """\
metallb:
  version: 0.15.3
  namespace: infra
  bgp-type: frr-k8s
  load-balancer-class: metallb.io/metallb
  annotation-prefix: auto
network:
  interfaces: [eth0, enp3s0]
  subnets: [192.168.7.0/24, "fd00::/64"]
  nodes: [192.168.7.11]
  dhcp: [192.168.7.100-192.168.7.199]
  reserved: {router: 192.168.7.1, nas: [192.168.7.5, 192.168.7.6]}
vpn:
  services: ["cortex-chat/*"]
  namespaces: [internal]
  hostnames: ["*.example.dev"]
  selector: {access: vpn}
  reaches-l2: true
sync-waves: {metallb: -2, pool: -1, advertisement: 0, ingress: 1, ingress-config: 2, apps: 10}
dns:
  retired-domains: {hellholt.net: goldentooth.net}
clusters:
  - {name: prod, paths: ["clusters/prod/**", "apps/**"]}
  - {each: "clusters/*"}
rules:
  select: [MLB1, l2-interfaces-missing]
  ignore: [MLB106]
  severity: {MLB301: error}
  options: {MLB201: {sizes: [1, 2]}}
  extend-rules: [lint/]
  per-file-ignores: {"clusters/lab/**": [MLB301]}
  promote-fixes: [MLB2]
  demote-fixes: [ALL]
exclude: [archive/]
fail-on: never
cache-dir: .cache/mlblint
"""
