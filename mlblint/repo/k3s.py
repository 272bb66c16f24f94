"""How the servers of k3s are started, where the repository shows it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any, NamedTuple

from mlblint.repo.files import Files
from mlblint.repo.resources import get, is_opaque, items, mapping, text
from mlblint.repo.words import K3S_BALANCER, K3S_SERVERS
from mlblint.text.documents import Document, embedded
from mlblint.text.places import Place

(SERVICE_LB,) = K3S_BALANCER

_CONFIG = re.compile(r"(?:^|/)k3s/config\.ya?ml(?:\.d/[^/]+\.ya?ml)?$")
_VARIABLES = re.compile(r"(?:^|/)(?:group_vars|host_vars|inventory)/|(?:^|/)inventory\.ya?ml$")
# The names of k3s-io/k3s-ansible, and of the role xanmanning.k3s.
_ARGUMENTS, _TEXT, _OBJECT = K3S_SERVERS
# What only a server understands (k3s-io/k3s pkg/cli/cmds/server.go@v1.31, `ServerFlags`): an
# agent has a config.yaml of the same name.
_OF_SERVERS = frozenset(
    [
        *("cluster-init", "tls-san", "disable", "cluster-cidr", "service-cidr", "cluster-dns"),
        *("flannel-backend", "datastore-endpoint", "write-kubeconfig", "write-kubeconfig-mode"),
        *("disable-network-policy", "disable-kube-proxy", "disable-cloud-controller"),
        *("kube-apiserver-arg", "kube-controller-manager-arg", "kube-scheduler-arg"),
        *("secrets-encryption", "etcd-expose-metrics", "disable-helm-controller"),
    ]
)


class Start(NamedTuple):
    """What a server is told; `disabled` is None where that cannot be known in full."""

    place: Place
    disabled: frozenset[str] | None


def starts(files: Files) -> Iterator[Start]:
    for path in files.paths:
        if _CONFIG.search(path):
            for document in files.all_documents(path):
                yield from _of_config(Place(document), document.data)
        elif _VARIABLES.search(path) and _mentions_servers(path, files):
            for document in files.all_documents(path):
                yield from _of_variables(document)


def _mentions_servers(path: str, files: Files) -> bool:
    return files.mentions(path, *K3S_SERVERS)


def _of_config(place: Place, data: object) -> Iterator[Start]:
    config = mapping(data)
    if not _OF_SERVERS.isdisjoint(config):
        given = place / "disable"
        yield Start(given.key if given.exists else place, _disabled(config))


def _disabled(config: Any) -> frozenset[str] | None:
    given = config.get("disable")
    values = [text(value) for value in (items(given) or [given])]
    return None if any(map(is_opaque, values)) else _names(values)


def _names(values: list[str]) -> frozenset[str]:
    return frozenset(name.strip() for value in values for name in value.split(","))


def _of_variables(document: Document) -> Iterator[Start]:
    given = get(document.data, _ARGUMENTS)
    if isinstance(given, str):
        named = re.findall(r"--(?:disable|no-deploy)[= ]+[\"']?([\w.,-]+)", given)
        known = SERVICE_LB in _names(named) or not is_opaque(given)
        yield Start(Place(document, (_ARGUMENTS,), on_key=True), _names(named) if known else None)
    if isinstance(get(document.data, _TEXT), str):
        for inner in embedded(document, (_TEXT,)):
            yield from _of_config(Place(inner), inner.data)
    yield from _of_config(Place(document, (_OBJECT,)), get(document.data, _OBJECT))
