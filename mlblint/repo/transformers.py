"""What kustomize does to every object: namespaces, names, labels, annotations.

The fields are those of api/internal/konfig/builtinpluginconsts@v0.18.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable

from mlblint.records import dataclass
from mlblint.repo.merge_keys import is_cluster_wide
from mlblint.repo.selection import Item
from mlblint.repo.traced import Traced, scalar_text
from mlblint.text.places import Place

Change = Callable[[Traced], Traced]

_LIST = "[]"


@dataclass(frozen=True)
class FieldSpec:
    """Where a transformer writes: a path that passes through lists, for some kinds only."""

    path: tuple[str, ...]
    create: bool = True
    group: str = ""
    version: str = ""
    kind: str = ""

    def means(self, group: str, version: str, kind: str) -> bool:
        return (
            self.kind in ("", kind) and self.group in ("", group) and self.version in ("", version)
        )


def field_spec(
    path: str, kind: str = "", group: str = "", version: str = "", create: bool = True
) -> FieldSpec:
    """`path` is divided by "/"; a backslash takes that meaning away."""
    steps = (step.replace("\\/", "/") for step in re.split(r"(?<!\\)/", path))
    return FieldSpec(tuple(step for step in steps if step), create, group, version, kind)


METADATA_LABELS = (field_spec("metadata/labels"),)
METADATA_ANNOTATIONS = (field_spec("metadata/annotations"),)

_TEMPLATES = (
    ("ReplicationController", "", "v1"),
    ("Deployment", "", ""),
    ("ReplicaSet", "", ""),
    ("DaemonSet", "", ""),
    ("StatefulSet", "apps", ""),
    ("Job", "batch", ""),
)
_CRON_JOB = ("spec/jobTemplate/metadata", "spec/jobTemplate/spec/template/metadata")

TEMPLATE_LABELS = (
    *METADATA_LABELS,
    *(field_spec("spec/template/metadata/labels", *kind) for kind in _TEMPLATES),
    *(field_spec(f"{path}/labels", "CronJob", "batch") for path in _CRON_JOB),
    field_spec("spec/volumeClaimTemplates[]/metadata/labels", "StatefulSet", "apps"),
)
ANNOTATIONS = (
    *METADATA_ANNOTATIONS,
    *(
        field_spec("spec/template/metadata/annotations", kind, "batch" if kind == "Job" else "")
        for kind, _, _ in _TEMPLATES
    ),
    *(field_spec(f"{path}/annotations", "CronJob", "batch") for path in _CRON_JOB),
)

_AFFINITY = (
    "spec/template/spec/affinity/{}/preferredDuringSchedulingIgnoredDuringExecution/"
    "podAffinityTerm/labelSelector/matchLabels",
    "spec/template/spec/affinity/{}/requiredDuringSchedulingIgnoredDuringExecution/"
    "labelSelector/matchLabels",
)

SELECTOR_LABELS = (
    *TEMPLATE_LABELS,
    field_spec("spec/selector", "Service", version="v1"),
    field_spec("spec/selector", "ReplicationController", version="v1"),
    field_spec("spec/selector/matchLabels", "Deployment"),
    field_spec("spec/selector/matchLabels", "ReplicaSet"),
    field_spec("spec/selector/matchLabels", "DaemonSet"),
    field_spec("spec/selector/matchLabels", "StatefulSet", "apps"),
    field_spec("spec/selector/matchLabels", "Job", "batch", create=False),
    field_spec("spec/jobTemplate/spec/selector/matchLabels", "CronJob", "batch", create=False),
    field_spec("spec/selector/matchLabels", "PodDisruptionBudget", "policy", create=False),
    *(
        field_spec(path, "NetworkPolicy", "networking.k8s.io", create=False)
        for path in (
            "spec/podSelector/matchLabels",
            "spec/ingress/from/podSelector/matchLabels",
            "spec/egress/to/podSelector/matchLabels",
        )
    ),
    *(
        field_spec(path.format(affinity), kind, "apps", create=False)
        for kind in ("Deployment", "StatefulSet")
        for affinity in ("podAffinity", "podAntiAffinity")
        for path in _AFFINITY
    ),
    *(
        field_spec(
            "spec/template/spec/topologySpreadConstraints/labelSelector/matchLabels",
            kind,
            "apps",
            create=False,
        )
        for kind in ("Deployment", "StatefulSet")
    ),
)

_NAMESPACE_FIELDS = (
    field_spec("metadata/name", "Namespace", create=True),
    field_spec("spec/service/namespace", "APIService", "apiregistration.k8s.io"),
    field_spec(
        "spec/conversion/webhook/clientConfig/service/namespace",
        "CustomResourceDefinition",
        "apiextensions.k8s.io",
        create=False,
    ),
)


@dataclass(frozen=True, eq=False)
class Pairs:
    """Labels or annotations, and the fields that they are added to."""

    values: Traced
    specs: tuple[FieldSpec, ...]


def with_pairs(item: Item, pairs: Pairs) -> Item:
    given = pairs.values.fields

    def add(node: Traced) -> Traced:
        for key, value in given.items():
            node = node.with_field(key, value)
        return node

    return with_fields(item, pairs.specs, pairs.values.place, add)


def with_fields(item: Item, specs: Iterable[FieldSpec], place: Place, change: Change) -> Item:
    root = item.root
    group, _, version = item.identity.api_version.rpartition("/")
    for spec in specs:
        if spec.means(group, version, item.identity.kind):
            root = _at(root, spec.path, spec.create, place, change)
    return item if root is item.root else item.with_root(root)


def _at(node: Traced, path: tuple[str, ...], create: bool, place: Place, change: Change) -> Traced:
    if node.is_list:
        return node.with_items([_at(one, path, create, place, change) for one in node.items])
    if not path:
        return change(node)
    name, is_list = path[0].removesuffix(_LIST), path[0].endswith(_LIST)
    inner = node.get(name)
    if inner is None or inner.is_null:
        if not create or is_list:
            return node
        inner = Traced({}, place)
    changed = _at(inner, path[1:], create, place, change)
    return node if changed is inner else node.with_field(name, changed)


def with_namespace(item: Item, namespace: Traced, unset_only: bool = False) -> Item:
    """A Namespace is renamed, and nothing without a namespace gets one
    (api/filters/namespace/namespace.go@v0.18)."""
    item = item.remembering()

    def put(node: Traced) -> Traced:
        return node if unset_only and scalar_text(node) not in ("", "null") else namespace

    root = item.root
    kind = item.identity.kind
    if not is_cluster_wide(item.identity.api_version, kind):
        before = root.at("metadata", "namespace")
        if before is None or not unset_only or scalar_text(before) in ("", "null"):
            root = root.put(("metadata", "namespace"), namespace)
    if kind in ("RoleBinding", "ClusterRoleBinding"):
        root = _with_default_subjects(root, namespace)
    return with_fields(item.with_root(root), _NAMESPACE_FIELDS, namespace.place, put)


def _with_default_subjects(root: Traced, namespace: Traced) -> Traced:
    subjects = root.get("subjects")
    if subjects is None or not subjects.is_list:
        return root
    changed = [
        one.with_field("namespace", namespace)
        if (name := one.get("name")) is not None and name.text() == "default"
        else one
        for one in subjects.items
    ]
    return root.with_field("subjects", subjects.with_items(changed))


def with_affix(item: Item, prefix: str, suffix: str, place: Place) -> Item:
    """plugin/builtin/prefixtransformer/PrefixTransformer.go@v0.18: three kinds keep their
    names. The name then comes from the key that gave the affix."""
    first = item.earlier[0] if item.earlier else item.identity
    group = first.api_version.rpartition("/")[0]
    if first.kind in ("CustomResourceDefinition", "Namespace") or (
        first.kind == "APIService" and group == "apiregistration.k8s.io"
    ):
        return item
    item = item.remembering()
    name = f"{prefix}{item.identity.name}{suffix}"
    return item.with_root(item.root.put(("metadata", "name"), Traced(name, place)))
