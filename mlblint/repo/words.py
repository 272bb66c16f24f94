"""Words that are looked for in many files: where a file has none of them, whoever looks for them
need not read it. Each tuple is one question (`Files.mentions`); those that are asked of nearly
every file are asked when it is read.

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

IGNORE_FLAG = ("--ignore-exclude-lb",)
BGP = ("BGP", "bgp", "FRRConf")
K3S_SERVERS = ("extra_server_args", "server_config_yaml", "k3s_server")
K3S_BALANCER = ("servicelb",)
POD_SECURITY = ("PodSecurity",)
ADMISSION = ("admissionControl",)
TALOS = ("talos.dev", "siderolabs")

EVERYWHERE = (COMMENTS, DEFINITIONS, CONFIG_MAPS, FLUX_SOURCES, OTHER_ANNOUNCERS, MACHINES)

ALL = (
    *EVERYWHERE,
    IGNORE_FLAG,
    BGP,
    K3S_SERVERS,
    K3S_BALANCER,
    POD_SECURITY,
    ADMISSION,
    TALOS,
)
"""Every question that is ever asked: so a later run can ask the same of a file that has changed."""
