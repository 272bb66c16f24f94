"""Address pools as MetalLB before 0.13 reads them: from a ConfigMap, or the chart's values."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from mlblint.repo.delivery import Delivered
from mlblint.repo.helm import Release
from mlblint.repo.metallb import Pool, chart_installation
from mlblint.repo.resources import Resource, get, items, mapping, text
from mlblint.text.documents import embedded
from mlblint.text.nodes import Path
from mlblint.text.places import Place

# Where the controller looks unless told otherwise (controller/main.go@v0.12.1, flag `config`,
# and manifests/namespace.yaml@v0.12.1).
_CONFIG_MAP = "config"
_NAMESPACE = "metallb-system"
_POOLS = "address-pools"
# The fields of internal/config/config.go@v0.12.1, `addressPool`, as an AddressPool has them.
_FIELDS = {
    "addresses": "addresses",
    "auto-assign": "autoAssign",
    "avoid-buggy-ips": "avoidBuggyIPs",
    "protocol": "protocol",
}


def legacy_pools(
    delivered: Iterable[Delivered], releases: Iterable[Release], namespace: str | None
) -> Iterator[Pool]:
    for one in delivered:
        inside = (one.namespace or _NAMESPACE) == (namespace or _NAMESPACE)
        if inside and one.resource.is_a("", "ConfigMap") and one.resource.name == _CONFIG_MAP:
            yield from _in_config_map(one)
    for release in releases:
        if chart_installation(release) is not None and release.subject is not None:
            given = release.value("configInline", _POOLS)
            owner = Delivered(release.subject, release.by, release.namespace)
            yield from _pools(given.value, given.place, owner) if given is not None else ()


def _in_config_map(config_map: Delivered) -> Iterator[Pool]:
    resource = config_map.resource
    place = resource.place("data", _CONFIG_MAP)
    as_written = get(place.document.data, *place.path) == resource.get("data", _CONFIG_MAP)
    if resource.is_unknown("data", _CONFIG_MAP) or not as_written:
        return
    for document in embedded(place.document, place.path):
        yield from _pools(get(document.data, _POOLS), Place(document, (_POOLS,)), config_map)


def _pools(listed: object, place: Place, given_by: Delivered) -> Iterator[Pool]:
    for index, pool in enumerate(map(mapping, items(listed))):
        resource = _address_pool(pool, place / index, given_by)
        yield Pool(Delivered(resource, given_by.by, given_by.namespace))


def _address_pool(pool: Mapping[str, Any], place: Place, given_by: Delivered) -> Resource:
    """The AddressPool that says the same, with the places of what it is made from."""
    origins: dict[Path, Place] = {("spec",): place, ("metadata", "name"): place / "name"}
    for old, new in _FIELDS.items():
        origins["spec", new] = place / old
    return Resource(
        base=place,
        data={
            "apiVersion": "metallb.io/v1beta1",
            "kind": "AddressPool",
            "metadata": {"name": text(pool.get("name")), "namespace": given_by.namespace},
            "spec": {new: pool[old] for old, new in _FIELDS.items() if old in pool},
        },
        origins=origins,
    )
