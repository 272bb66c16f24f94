"""What a check is given."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from mlblint.config import Config
from mlblint.findings import Subject
from mlblint.records import dataclass
from mlblint.repo.delivery import Delivered
from mlblint.repo.model import Cluster, Model
from mlblint.repo.resources import Resource, is_opaque
from mlblint.repo.services import Service

if TYPE_CHECKING:
    from mlblint.suppressions import Verdict


@dataclass(frozen=True)
class Context:
    """`options` are those of the rule at hand, with its defaults filled in. `ignores` are the
    comments that hide nothing, known once the other rules have run."""

    model: Model
    config: Config
    options: Mapping[str, Any]
    ignores: tuple[Verdict, ...] = ()


def subject(resource: Resource, cluster: Cluster | None, namespace: str | None = None) -> Subject:
    return Subject(
        resource.api_version,
        resource.kind,
        namespace or resource.namespace,
        resource.name,
        _name(cluster),
    )


def subject_of(delivered: Delivered, cluster: Cluster | None) -> Subject:
    return subject(delivered.resource, cluster, delivered.namespace)


def subject_of_service(service: Service, cluster: Cluster | None) -> Subject:
    """For a Service that a chart makes, what installs the chart."""
    if service.delivered is not None:
        return subject_of(service.delivered, cluster)
    return Subject("v1", "Service", service.namespace, service.name, _name(cluster))


def _name(cluster: Cluster | None) -> str | None:
    """A name that a template or a variable fills in tells nobody which cluster it is."""
    name = cluster.name if cluster else None
    return None if name is None or is_opaque(name) else name or None
