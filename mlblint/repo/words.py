"""Words that are looked for in every file, or nearly: where a file has none of them, whoever looks
for them need not read it. Each tuple is one question, which is asked when a file is read.

Plain searches: a pattern of alternatives takes fifty times as long over a whole repository.
"""

from __future__ import annotations

COMMENTS = ("mlblint:",)
DEFINITIONS = ("CustomResourceDefinition",)
CONFIG_MAPS = ("ConfigMap", "configMapGenerator")
FLUX_SOURCES = ("source.toolkit.fluxcd.io/",)

# Calico's BGPConfiguration, Cilium's BGP and L2 announcements, kube-router's flag.
OTHER_ANNOUNCERS = (
    "serviceLoadBalancerIPs",
    "CiliumBGP",
    "CiliumL2Announcement",
    "advertise-loadbalancer-ip",
)

MACHINES = (
    "machine:",
    '"machine":',
    "ansible_host",
    "ipAddress",
    "bonds",
    "bridges",
    "BondConfig",
    "BridgeConfig",
    "LinkConfig",
    "Layer2VIPConfig",
    "NodeNetworkConfigurationPolicy",
    "k0sctl.k0sproject.io",
    "InternalIP",
    "kube-vip/kube-vip",
    "apiserver_endpoint",
    "kube_vip_address",
    "cluster_api_addr",
    "peerAddress",
    "nfs:",
    "nfs.csi.k8s.io",
)

EVERYWHERE = (COMMENTS, DEFINITIONS, CONFIG_MAPS, FLUX_SOURCES, OTHER_ANNOUNCERS, MACHINES)
