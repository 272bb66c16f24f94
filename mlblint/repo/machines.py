"""What a repository says of the machines under its clusters and beside them: their addresses, and
which network interfaces are parts of others. Talos, talhelper, Ansible, k0sctl, netplan, nmstate,
kube-vip and Nodes speak of them, BGP peers of the router, and volumes of NFS servers.

Such files are no Kubernetes objects, and nothing in them has to mention MetalLB: they are found
by words that all files of a kind have, and read only when a rule asks.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from typing import Any
from urllib.parse import urlsplit

from mlblint.records import dataclass
from mlblint.repo.addresses import Interval, parse_address
from mlblint.repo.files import Files
from mlblint.repo.helm import Release
from mlblint.repo.index import is_archived, is_encrypted
from mlblint.repo.resources import get, is_opaque, items, mapping, resources, text
from mlblint.repo.words import DEFINITIONS, MACHINES
from mlblint.text.documents import Document
from mlblint.text.nodes import Path
from mlblint.text.places import Place

_NOT_OURS = frozenset(["sample", "samples", "example", "examples", "test", "tests", "testdata"])
API_SERVER = "the API server"
ROUTER = "the router"
NFS_SERVER = "an NFS server"
_TALOS = "v1alpha1"
_ITS_VARIABLES = ("apiserver_endpoint", "kube_vip_address", "cluster_api_addr")
_SEPARATORS = re.compile(r"[,\s]+")


@dataclass(frozen=True)
class Claim:
    """An address that a machine, or the API server, has already. `owner` says in a message
    whose it is; `cluster` is the name that the file gives to the cluster, if it does."""

    address: Interval
    owner: str
    place: Place
    cluster: str | None = None


@dataclass(frozen=True)
class Member:
    """A network interface that is part of a bond or a bridge."""

    interface: str
    master: str
    place: Place
    cluster: str | None = None


Fact = Claim | Member


def facts(files: Files) -> Iterator[Fact]:
    """Everything that the repository says of machines, in the order of its files."""
    for path in files.paths:
        if not _may_tell(path, files):
            continue
        if is_archived(path) or not _NOT_OURS.isdisjoint(path.split("/")[:-1]):
            continue
        for document in files.all_documents(path):
            if not is_encrypted(document):
                yield from _in_document(document)


def _may_tell(path: str, files: Files) -> bool:
    # The definitions of custom resources are long, and full of such words.
    return files.mentions(path, *MACHINES) and not files.mentions(path, *DEFINITIONS)


def _in_document(document: Document) -> Iterator[Fact]:
    data = document.data
    if not isinstance(data, dict):
        return
    at = Place(document)
    if data.get("kind") and data.get("apiVersion"):
        for resource in resources(document):
            reader = _OBJECTS.get(resource.kind)
            yield from reader(resource.data, resource.base) if reader else ()
            if resource.kind in _WITH_VOLUMES:
                yield from _nfs_servers(resource.data, resource.base)
    elif "machine" in data:
        yield from _talos(data, at)
    elif isinstance(data.get("nodes"), list):
        yield from _listed_nodes(data, at)
    elif isinstance(data.get("network"), dict):
        yield from _netplan(data["network"], at / "network")
    else:
        yield from _ansible(data, at)


# -- Talos --------------------------------------------------------------------------------


def _talos(data: Mapping[str, Any], at: Place) -> Iterator[Fact]:
    """A machine configuration or a patch of one (siderolabs/talos
    pkg/machinery/config/types/v1alpha1/v1alpha1_types.go@v1.10)."""
    cluster = mapping(data.get("cluster"))
    named = text(cluster.get("clusterName")) or None
    network = mapping(mapping(data.get("machine")).get("network"))
    host = text(network.get("hostname")) or "a Talos machine"
    here = at / "machine" / "network" / "interfaces"
    yield from _interfaces(items(network.get("interfaces")), here, host, named)
    endpoint = mapping(cluster.get("controlPlane")).get("endpoint")
    yield from _endpoint(endpoint, at / "cluster" / "controlPlane" / "endpoint", named)


def _interfaces(listed: list[Any], at: Place, host: str, named: str | None) -> Iterator[Fact]:
    """The interfaces of Talos and of talhelper, which has the same keys."""
    for index, interface in enumerate(map(mapping, listed)):
        here, name = at / index, text(interface.get("interface"))
        for key in ("bond", "bridge"):
            parts = items(mapping(interface.get(key)).get("interfaces"))
            yield from _members(parts, name, here / key / "interfaces", named)
        links = [(interface, here)]
        vlans = enumerate(map(mapping, items(interface.get("vlans"))))
        links += [(vlan, here / "vlans" / number) for number, vlan in vlans]
        for link, where in links:
            given = enumerate(items(link.get("addresses")))
            for number, address in given:
                yield from _claim(address, f"`{host}`", where / "addresses" / number, named)
            for number, route in enumerate(map(mapping, items(link.get("routes")))):
                at_route = where / "routes" / number / "gateway"
                yield from _claim(route.get("gateway"), ROUTER, at_route, named)
            address = mapping(link.get("vip")).get("ip")
            yield from _claim(address, API_SERVER, where / "vip" / "ip", named)


def _talos_document(data: Mapping[str, Any], at: Place) -> Iterator[Fact]:
    """The documents of newer configurations
    (siderolabs/talos pkg/machinery/config/types/network@v1.12)."""
    if data.get("apiVersion") != _TALOS:
        return
    name = text(data.get("name"))
    if data.get("kind") == "Layer2VIPConfig":
        yield from _claim(name, API_SERVER, at / "name", None)
    if data.get("kind") in ("BondConfig", "BridgeConfig"):
        yield from _members(items(data.get("links")), name, at / "links", None)
    for index, address in enumerate(items(data.get("addresses"))):
        where = at / "addresses" / index / "address"
        yield from _claim(mapping(address).get("address"), "a Talos machine", where, None)


# -- lists of nodes -----------------------------------------------------------------------


def _listed_nodes(data: Mapping[str, Any], at: Place) -> Iterator[Fact]:
    """talhelper's talconfig.yaml (budimanjojo/talhelper pkg/config/config.go@v3)."""
    named = text(data.get("clusterName")) or None
    yield from _endpoint(data.get("endpoint"), at / "endpoint", named)
    for index, node in enumerate(map(mapping, data["nodes"])):
        here = at / "nodes" / index
        host = text(node.get("hostname")) or "a Talos machine"
        yield from _claim(node.get("ipAddress"), f"`{host}`", here / "ipAddress", named)
        listed = items(node.get("networkInterfaces"))
        yield from _interfaces(listed, here / "networkInterfaces", host, named)


def _k0sctl(data: Mapping[str, Any], at: Place) -> Iterator[Fact]:
    """k0sproject/k0sctl README.md: `spec.hosts`."""
    if not text(data.get("apiVersion")).startswith("k0sctl.k0sproject.io/"):
        return
    named = text(mapping(data.get("metadata")).get("name")) or None
    for index, host in enumerate(items(mapping(data.get("spec")).get("hosts"))):
        ssh = mapping(mapping(host).get("ssh"))
        where = at / "spec" / "hosts" / index / "ssh" / "address"
        yield from _claim(ssh.get("address"), "a host of k0sctl", where, named)


def _ansible(data: Mapping[str, Any], at: Place) -> Iterator[Fact]:
    """An inventory: groups with `hosts` and `children`. Or variables of a host or a group."""
    for key in _ITS_VARIABLES:
        yield from _claim(data.get(key), API_SERVER, at / key, None)
    todo: list[tuple[object, Place]] = [(group, at / name) for name, group in data.items()]
    while todo:
        group, here = todo.pop(0)
        if not isinstance(group, dict):
            continue
        for host, given in mapping(group.get("hosts")).items():
            yield from _host(str(host), mapping(given), here / "hosts" / host)
        children = mapping(group.get("children")).items()
        todo += [(child, here / "children" / name) for name, child in children]


def _host(name: str, given: Any, at: Place) -> Iterator[Fact]:
    yield from _claim(name, f"`{name}`", at.key, None)
    for key in ("ansible_host", "ip", "access_ip"):
        yield from _claim(given.get(key), f"`{name}`", at / key, None)


# -- objects and network configuration ----------------------------------------------------


def _node(data: Mapping[str, Any], at: Place) -> Iterator[Fact]:
    """Node and CiliumNode."""
    name = text(mapping(data.get("metadata")).get("name"))
    for part, key in (("status", "address"), ("spec", "ip")):
        for index, address in enumerate(items(mapping(data.get(part)).get("addresses"))):
            if mapping(address).get("type") in ("InternalIP", "ExternalIP"):
                where = at / part / "addresses" / index / key
                yield from _claim(mapping(address).get(key), f"`{name}`", where, None)


def _nmstate(data: Mapping[str, Any], at: Place) -> Iterator[Fact]:
    """nmstate/kubernetes-nmstate: NodeNetworkConfigurationPolicy."""
    state = mapping(mapping(data.get("spec")).get("desiredState"))
    here = at / "spec" / "desiredState" / "interfaces"
    for index, interface in enumerate(map(mapping, items(state.get("interfaces")))):
        name = text(interface.get("name"))
        bond = mapping(interface.get("link-aggregation"))
        for key in ("port", "slaves"):
            where = here / index / "link-aggregation" / key
            yield from _members(items(bond.get(key)), name, where, None)
        ports = items(mapping(interface.get("bridge")).get("port"))
        for number, port in enumerate(ports):
            where = here / index / "bridge" / "port" / number / "name"
            yield from _member(mapping(port).get("name"), name, where, None)


def _netplan(network: Any, at: Place) -> Iterator[Fact]:
    for key in ("bonds", "bridges"):
        for name, link in mapping(network.get(key)).items():
            parts = items(mapping(link).get("interfaces"))
            yield from _members(parts, str(name), at / key / name / "interfaces", None)


def _kube_vip(data: Mapping[str, Any], at: Place) -> Iterator[Fact]:
    """kube-vip's DaemonSet or static Pod; `address` was called `vip_address` once
    (kube-vip/kube-vip pkg/kubevip/config_envvar.go@v0.8)."""
    path: Path = ("spec",) if data.get("kind") == "Pod" else ("spec", "template", "spec")
    for index, container in enumerate(map(mapping, items(get(data, *path, "containers")))):
        if "kube-vip" not in text(container.get("image")):
            continue
        for number, variable in enumerate(map(mapping, items(container.get("env")))):
            if variable.get("name") in ("address", "vip_address"):
                where = replace(at, path=(*at.path, *path, "containers", index, "env", number))
                yield from _claim(variable.get("value"), API_SERVER, where / "value", None)


def _bgp_peer(data: Mapping[str, Any], at: Place) -> Iterator[Fact]:
    if text(data.get("apiVersion")).startswith("metallb.io/"):
        address = mapping(data.get("spec")).get("peerAddress")
        yield from _claim(address, ROUTER, at / "spec" / "peerAddress", None)


def _nfs_servers(data: object, at: Place) -> Iterator[Claim]:
    """Volumes, StorageClasses of the NFS driver, and charts' values that are like them."""
    if isinstance(data, Mapping):
        parameters = data.get("parameters")
        if data.get("provisioner") == "nfs.csi.k8s.io" and isinstance(parameters, Mapping):
            where = at / "parameters" / "server"
            yield from _claim(parameters.get("server"), NFS_SERVER, where, None)
        if data.get("type") == "nfs" or at.path[-1:] == ("nfs",):
            yield from _claim(data.get("server"), NFS_SERVER, at / "server", None)
        for key, value in data.items():
            yield from _nfs_servers(value, at / key)
    elif isinstance(data, list):
        for index, value in enumerate(data):
            yield from _nfs_servers(value, at / index)


def of_releases(releases: Iterable[Release]) -> Iterator[Claim]:
    """NFS servers among values, and the API server's address in those of kube-vip's chart
    (kube-vip/helm-charts charts/kube-vip/values.yaml)."""
    for release in releases:
        for layer in release.layers:
            if layer.items is None:
                yield from _nfs_servers(layer.data, layer.place)
        given = release.value("config", "address") if release.chart == "kube-vip" else None
        if given is not None:
            yield from _claim(given.value, API_SERVER, given.place, None)


_WITH_VOLUMES = frozenset(
    "PersistentVolume Pod Deployment StatefulSet DaemonSet Job CronJob StorageClass".split()
)
_OBJECTS = {
    "BGPPeer": _bgp_peer,
    "DaemonSet": _kube_vip,
    "Pod": _kube_vip,
    "Node": _node,
    "CiliumNode": _node,
    "Cluster": _k0sctl,
    "NodeNetworkConfigurationPolicy": _nmstate,
    "LinkConfig": _talos_document,
    "BondConfig": _talos_document,
    "BridgeConfig": _talos_document,
    "Layer2VIPConfig": _talos_document,
}


# -- values -------------------------------------------------------------------------------


def _claim(value: object, owner: str, place: Place, named: str | None) -> Iterator[Claim]:
    """One address or several, with or without the length of their network's prefix."""
    if isinstance(value, str) and not is_opaque(value):
        for part in _SEPARATORS.split(value):
            address = parse_address(part.partition("/")[0])
            if address is not None and not _is_nobodys(address):
                yield Claim(address, owner, place, named)


def _is_nobodys(address: Interval) -> bool:
    """Loopback, link-local and unspecified addresses."""
    if address.family == 4:
        return address.first >> 24 in (0, 127) or address.first >> 16 == 0xA9FE
    return address.first <= 1 or address.first >> 118 == 0x3FA


def _endpoint(value: object, place: Place, named: str | None) -> Iterator[Claim]:
    if isinstance(value, str) and not is_opaque(value):
        try:
            host = urlsplit(value).hostname
        except ValueError:
            return
        yield from _claim(host, API_SERVER, place, named)


def _members(listed: Iterable[Any], master: str, at: Place, named: str | None) -> Iterator[Member]:
    for index, value in enumerate(listed):
        yield from _member(value, master, at / index, named)


def _member(value: object, master: str, place: Place, named: str | None) -> Iterator[Member]:
    if isinstance(value, str) and not is_opaque(value) and master and not is_opaque(master):
        yield Member(value, master, place, named)
