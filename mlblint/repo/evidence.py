"""Values that a repository itself suggests, for fixes that have to write one."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping

from mlblint.records import dataclass
from mlblint.repo.model import Cluster
from mlblint.repo.resources import Resource, is_opaque


@dataclass(frozen=True)
class Evidence:
    """`certain` if a person said so, and it was not merely seen elsewhere."""

    value: object
    certain: bool


def advertised_interfaces(cluster: Cluster, resource: Resource) -> Evidence | None:
    """The interfaces that every other L2Advertisement of the cluster names."""
    own = Counter(cluster.interfaces.at.get(resource.base, ()))
    others = [one for one, times in cluster.interfaces.times.items() if times > own[one]]
    if len(others) != 1 or not others[0]:
        return None
    if not all(others[0]) or any(map(is_opaque, others[0])):
        return None
    return Evidence(list(others[0]), certain=False)


EVIDENCE: Mapping[str, Callable[[Cluster, Resource], Evidence | None]] = {
    "advertised-interfaces": advertised_interfaces,
}
