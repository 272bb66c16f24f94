"""Pools and Services in a line each, for the tests of the rules about who gets which address."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

FORMER = "metallb.universe.tf"


def pool(name: str = "lan", addresses: str = "10.0.0.0/24", **spec: Any) -> str:
    whole = {"addresses": addresses.split(), **spec}
    return written("metallb.io/v1beta1", "IPAddressPool", name, "metallb-system", {}, whole)


def service(
    name: str = "web",
    namespace: str = "apps",
    labels: Mapping[str, str] | None = None,
    prefix: str = FORMER,
    notes: Mapping[str, str] | None = None,
    **spec: Any,
) -> str:
    """`notes` are MetalLB's annotations without their prefix."""
    annotations = {f"{prefix}/{key}": value for key, value in (notes or {}).items()}
    metadata = {"annotations": annotations, "labels": labels or {}}
    whole = {"type": "LoadBalancer", "ports": [{"port": 80}], "selector": {"app": name}, **spec}
    return written("v1", "Service", name, namespace, metadata, whole)


def written(
    api: str, kind: str, name: str, namespace: str, metadata: Mapping[str, Any], spec: Any
) -> str:
    """As YAML in flow style, each part on a line of its own: metadata are the third, spec the
    fourth."""
    whole = {"name": name, "namespace": namespace, **metadata}
    return (
        f"---\napiVersion: {api}\nkind: {kind}\nmetadata: {json.dumps(whole)}\n"
        f"spec: {json.dumps(spec)}\n"
    )


def config(version: str = "0.15.3", **more: Any) -> str:
    return json.dumps({"metallb": {"version": version}, **more})
