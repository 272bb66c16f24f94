"""Words that are looked for in many files: where a file has none of them, whoever looks for them
need not read it. Each tuple is one question (`Files.mentions`); those that are asked of nearly
every file are asked when it is read.

Plain searches: a pattern of alternatives takes fifty times as long over a whole repository. Where
there is no way around a pattern, it is asked of each document (`Document.contains`).
"""

from __future__ import annotations

import re

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

# Prefixes of requests to MetalLB, in a name, in a pointer of a JSON patch, in a parameter of Helm.
CURRENT_REQUESTS = ("metallb.io", "metallb\\.io")
FORMER_REQUESTS = ("metallb.universe", "metallb\\.universe")
METALLB_KINDS = (
    "AddressPool",
    "L2Advertisement",
    "BGPAdvertisement",
    "BGPPeer",
    "Community",
    "BFDProfile",
)
EXCLUDE_LABELS = ("node.kubernetes.io/exclude-from-external-load-balancers",)

UNSEEN = re.compile("[\u00a0\u2000-\u200b\u202f\u2060\u3000\ufeff]")
"""What looks like a blank, or like nothing, and is neither to YAML."""
VARIABLE = re.compile(r"\$\{")
WORD_AS_VALUE = re.compile(
    r"[:\-,\[][ \t]+(?:[yYnN]|yes|Yes|YES|no|No|NO|on|On|ON|off|Off|OFF)[ \t]*(?:[\r\n,\]}#]|\Z)"
)
"""What may be a boolean to one reader of YAML and a text to another."""

# In any style of YAML, and behind an anchor, a tag or the mark of a block.
NAME = re.compile(r"""name["']?\s*:(?:\s+[&!|>]\S*)*\s*["']?([^\s"'{}\[\],]+)""")
"""What may be the name of an object, wherever it stands."""

NAMED = (CONFIG_MAPS, FLUX_SOURCES)
"""Where one of these stands, the names in the file are asked for: others may refer to them."""

IN_DOCUMENTS = (UNSEEN, VARIABLE, WORD_AS_VALUE)
"""Patterns that are asked of nearly every document, and therefore when it is read."""

EVERYWHERE = (
    COMMENTS,
    DEFINITIONS,
    CONFIG_MAPS,
    FLUX_SOURCES,
    OTHER_ANNOUNCERS,
    MACHINES,
)

WITH_DOCUMENTS = (CURRENT_REQUESTS, FORMER_REQUESTS, METALLB_KINDS, EXCLUDE_LABELS)
"""Questions about files in which something is relevant."""

ALL = (
    *EVERYWHERE,
    *WITH_DOCUMENTS,
    IGNORE_FLAG,
    BGP,
    K3S_SERVERS,
    K3S_BALANCER,
    POD_SECURITY,
    ADMISSION,
    TALOS,
)
"""Every question that is ever asked: so a later run can ask the same of a file that has changed."""
