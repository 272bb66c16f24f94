"""Which lists of Kubernetes' own kinds a strategic merge merges by key, and which objects have
no namespace.

kustomize 5.5 carries the OpenAPI document of Kubernetes 1.21
(kyaml/openapi/kubernetesapi/v1_21_2@kyaml/v0.18): `x-kubernetes-patch-strategy`,
`x-kubernetes-patch-merge-key` and `x-kubernetes-list-map-keys`. A kind that is not in it has no
merge keys and counts as namespaced.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import field

from mlblint.records import dataclass


@dataclass(frozen=True)
class Schema:
    """`keys` tells how items of a list are recognised: () is a set of scalars, None a list that
    a patch replaces. `items` is the schema of each."""

    fields: Mapping[str, Schema] = field(default_factory=dict)
    keys: tuple[str, ...] | None = None
    items: Schema | None = None


def _by(*keys: str, items: Schema | None = None) -> Schema:
    return Schema(keys=keys, items=items)


_METADATA = Schema({"finalizers": _by(), "ownerReferences": _by("uid")})
_CONTAINER = Schema(
    {
        "env": _by("name"),
        "ports": _by("containerPort", "protocol"),
        "volumeDevices": _by("devicePath"),
        "volumeMounts": _by("mountPath"),
    }
)
_POD = Schema(
    {
        "containers": _by("name", items=_CONTAINER),
        "initContainers": _by("name", items=_CONTAINER),
        "ephemeralContainers": _by("name", items=_CONTAINER),
        "hostAliases": _by("ip"),
        "imagePullSecrets": _by("name"),
        "topologySpreadConstraints": _by("topologyKey", "whenUnsatisfiable"),
        "volumes": _by("name"),
    }
)
_TEMPLATE = Schema({"metadata": _METADATA, "spec": _POD})
_WORKLOAD = Schema({"metadata": _METADATA, "spec": Schema({"template": _TEMPLATE})})
_CRON_JOB = Schema({"metadata": _METADATA, "spec": Schema({"jobTemplate": _WORKLOAD})})
_WEBHOOKS = Schema({"metadata": _METADATA, "webhooks": _by("name")})
_OTHER = Schema({"metadata": _METADATA})

_SCHEMAS: Mapping[tuple[str, str], Schema] = {
    ("v1", "Service"): Schema(
        {"metadata": _METADATA, "spec": Schema({"ports": _by("port", "protocol")})}
    ),
    ("v1", "ServiceAccount"): Schema({"metadata": _METADATA, "secrets": _by("name")}),
    ("v1", "Pod"): _TEMPLATE,
    ("v1", "PodTemplate"): Schema({"metadata": _METADATA, "template": _TEMPLATE}),
    ("v1", "Node"): Schema({"metadata": _METADATA, "spec": Schema({"podCIDRs": _by()})}),
    ("v1", "ReplicationController"): _WORKLOAD,
    ("apps/v1", "DaemonSet"): _WORKLOAD,
    ("apps/v1", "Deployment"): _WORKLOAD,
    ("apps/v1", "ReplicaSet"): _WORKLOAD,
    ("apps/v1", "StatefulSet"): _WORKLOAD,
    ("batch/v1", "Job"): _WORKLOAD,
    ("batch/v1", "CronJob"): _CRON_JOB,
    ("batch/v1beta1", "CronJob"): _CRON_JOB,
    ("admissionregistration.k8s.io/v1", "MutatingWebhookConfiguration"): _WEBHOOKS,
    ("admissionregistration.k8s.io/v1", "ValidatingWebhookConfiguration"): _WEBHOOKS,
    ("admissionregistration.k8s.io/v1beta1", "MutatingWebhookConfiguration"): _WEBHOOKS,
    ("admissionregistration.k8s.io/v1beta1", "ValidatingWebhookConfiguration"): _WEBHOOKS,
}

_NAMESPACED: Mapping[str, str] = {
    "apps/v1": "ControllerRevision",
    "autoscaling/v1": "HorizontalPodAutoscaler",
    "autoscaling/v2beta1": "HorizontalPodAutoscaler",
    "autoscaling/v2beta2": "HorizontalPodAutoscaler",
    "coordination.k8s.io/v1": "Lease",
    "coordination.k8s.io/v1beta1": "Lease",
    "discovery.k8s.io/v1": "EndpointSlice",
    "discovery.k8s.io/v1beta1": "EndpointSlice",
    "extensions/v1beta1": "Ingress",
    "networking.k8s.io/v1": "Ingress NetworkPolicy",
    "networking.k8s.io/v1beta1": "Ingress",
    "policy/v1": "PodDisruptionBudget",
    "policy/v1beta1": "PodDisruptionBudget",
    "rbac.authorization.k8s.io/v1": "Role RoleBinding",
    "rbac.authorization.k8s.io/v1beta1": "Role RoleBinding",
    "storage.k8s.io/v1beta1": "CSIStorageCapacity",
    "v1": "ConfigMap Endpoints Event LimitRange PersistentVolumeClaim ResourceQuota Secret",
}

_CLUSTER_WIDE: Mapping[str, str] = {
    "admissionregistration.k8s.io/v1": (
        "MutatingWebhookConfiguration ValidatingWebhookConfiguration"
    ),
    "admissionregistration.k8s.io/v1beta1": (
        "MutatingWebhookConfiguration ValidatingWebhookConfiguration"
    ),
    "apiextensions.k8s.io/v1": "CustomResourceDefinition",
    "apiextensions.k8s.io/v1beta1": "CustomResourceDefinition",
    "apiregistration.k8s.io/v1": "APIService",
    "apiregistration.k8s.io/v1beta1": "APIService",
    "certificates.k8s.io/v1": "CertificateSigningRequest",
    "certificates.k8s.io/v1beta1": "CertificateSigningRequest",
    "flowcontrol.apiserver.k8s.io/v1beta1": "FlowSchema PriorityLevelConfiguration",
    "networking.k8s.io/v1": "IngressClass",
    "networking.k8s.io/v1beta1": "IngressClass",
    "node.k8s.io/v1": "RuntimeClass",
    "node.k8s.io/v1beta1": "RuntimeClass",
    "policy/v1beta1": "PodSecurityPolicy",
    "rbac.authorization.k8s.io/v1": "ClusterRole ClusterRoleBinding",
    "rbac.authorization.k8s.io/v1beta1": "ClusterRole ClusterRoleBinding",
    "scheduling.k8s.io/v1": "PriorityClass",
    "scheduling.k8s.io/v1beta1": "PriorityClass",
    "storage.k8s.io/v1": "CSIDriver CSINode StorageClass VolumeAttachment",
    "storage.k8s.io/v1beta1": "CSIDriver CSINode StorageClass VolumeAttachment",
    "v1": "ComponentStatus Namespace Node NodeProxyOptions PersistentVolume",
}

_CLUSTER_WIDE_KINDS = {
    version: frozenset(kinds.split()) for version, kinds in _CLUSTER_WIDE.items()
}


def schema_of(api_version: str, kind: str) -> Schema | None:
    found = _SCHEMAS.get((api_version, kind))
    if found is not None:
        return found
    known = f"{_NAMESPACED.get(api_version, '')} {_CLUSTER_WIDE.get(api_version, '')}".split()
    return _OTHER if kind in known else None


def is_cluster_wide(api_version: str, kind: str) -> bool:
    return kind in _CLUSTER_WIDE_KINDS.get(api_version, ())
