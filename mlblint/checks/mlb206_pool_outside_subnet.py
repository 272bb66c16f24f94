"""Pools announced by L2 in a subnet in which no machine of the network looks for them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from mlblint.config import NetworkConfig
from mlblint.context import Context, subject_of
from mlblint.findings import Problem
from mlblint.repo.addresses import Interval, blocks, parse_range, union
from mlblint.repo.metallb import Entry, Pool
from mlblint.repo.model import Cluster

_GATEWAYS = ("gateway", "router", "default-gateway", "firewall")
_AT_MOST = 3


def check(context: Context) -> Iterator[Problem]:
    network = context.config.network
    subnets = union(filter(None, map(parse_range, network.subnets)))
    if not subnets:
        return
    for cluster in context.model.clusters:
        for pool in cluster.pools:
            # Routers learn the way to what BGP announces.
            if cluster.mode(pool) != "l2":
                continue
            # One finding for a pool: it has one route, and one remedy.
            outside = {entry: _outside(entry, subnets) for entry in pool.entries}
            first = next((entry for entry, found in outside.items() if found), None)
            if first is not None:
                everything = [interval for found in outside.values() for interval in found]
                yield _problem(first, pool, everything, cluster, network)


def _outside(entry: Entry, subnets: Sequence[Interval]) -> Sequence[Interval]:
    """Nothing is said of a family of which no subnet is known."""
    interval = entry.interval
    if interval is None or all(subnet.family != interval.family for subnet in subnets):
        return ()
    return interval.minus(subnets)


def _problem(
    entry: Entry,
    pool: Pool,
    outside: Sequence[Interval],
    cluster: Cluster,
    network: NetworkConfig,
) -> Problem:
    shown = ", ".join(map(str, outside))
    return Problem(
        place=entry.place,
        message=(
            f"pool `{pool.name}` is announced by L2, but {shown} lies outside `network.subnets` "
            f"({', '.join(network.subnets)}): other machines do not ask for such addresses by ARP, "
            "they send the packets to their gateway, and without a static route there nothing "
            "arrives"
        ),
        help=(
            f"give {_gateway(network)} a static route to {_routes(outside)}, on-link or with "
            f"{_node(network)} as next hop; or move the pool into a subnet of the nodes, or "
            "announce it by BGP"
        ),
        subject=subject_of(pool.delivered, cluster),
        unfixable="the route is missing outside the repository",
    )


def _gateway(network: NetworkConfig) -> str:
    for name in _GATEWAYS:
        if network.reserved.get(name):
            return f"the gateway {network.reserved[name][0]}"
    return "the gateway"


def _node(network: NetworkConfig) -> str:
    return f"a node ({network.nodes[0]})" if network.nodes else "a node"


def _routes(outside: Sequence[Interval]) -> str:
    found = [block for interval in outside for block in blocks(interval, _AT_MOST + 1)]
    return ", ".join(found) if len(found) <= _AT_MOST else ", ".join(map(str, outside))
