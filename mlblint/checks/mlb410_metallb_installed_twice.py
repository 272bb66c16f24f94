"""Two of a kind in one cluster: MetalLB twice, or MetalLB beside ServiceLB of k3s."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from mlblint.context import Context, subject
from mlblint.findings import Note, Problem
from mlblint.repo.helm import Release
from mlblint.repo.k3s import SERVICE_LB, Start, starts
from mlblint.repo.metallb import Installation
from mlblint.repo.model import Cluster, Model
from mlblint.repo.resources import Resource
from mlblint.repo.words import K3S_BALANCER


def check(context: Context) -> Iterator[Problem]:
    for cluster in context.model.clusters:
        yield from _twice(cluster)
    yield from _beside_service_lb(context.model)


# --- MetalLB twice ---------------------------------------------------------------------------


def _twice(cluster: Cluster) -> Iterator[Problem]:
    first: list[Installation] = []
    for installation in cluster.installations:
        if not _is_certain(installation, cluster):
            continue
        rival = next((one for one in first if _are_rivals(one, installation)), None)
        if rival is None:
            first.append(installation)
            continue
        owner = _owner(installation)
        yield Problem(
            place=installation.place,
            message=(
                f"MetalLB is installed twice in this cluster: here {_how(installation)}, and "
                f"{_how(rival)}. Two controllers give out the same addresses without knowing of "
                "each other, and of two speakers on a node only one gets its ports"
            ),
            help="keep one of the two, and take the other out of the repository and of the cluster",
            subject=subject(owner, cluster) if owner is not None else None,
            notes=(Note(rival.place, "the other installation"),),
            unfixable="which of the two is the right one is for a person to decide",
        )


def _is_certain(installation: Installation, cluster: Cluster) -> bool:
    """What nothing in sight applies may be there to be looked at only: the output of `helm
    template`, or a chart. Where no engine is in sight, people apply things by hand."""
    if installation.by is not None:
        return True
    release = installation.release
    lone_chart = release is not None and release.subject is None and bool(release.key)
    return not cluster.engines and not lone_chart


def _are_rivals(one: Installation, other: Installation) -> bool:
    if _identity(one) == _identity(other) or _classes(one) != _classes(other):
        return False
    return not _parts(one).isdisjoint(_parts(other))


def _identity(installation: Installation) -> object:
    """Equal for one and the same installation, met on two ways."""
    release = installation.release
    if release is None:
        return "manifests", installation.namespace, installation.remote is None
    owner = release.subject
    if owner is None:
        return "chart", release.namespace, release.name
    return owner.kind, owner.group, owner.namespace, owner.name


def _parts(installation: Installation) -> frozenset[str]:
    """A chart may be installed for its CRDs alone."""
    release = installation.release
    if release is None:
        return frozenset(["speaker"] if installation.speaker else ["controller", "speaker"])
    given = {part: release.value(part, "enabled") for part in ("controller", "speaker")}
    return frozenset(part for part, one in given.items() if one is None or one.value is True)


def _classes(installation: Installation) -> object:
    """Two installations that serve different classes of Services do not meet."""
    given = installation.release.value("loadBalancerClass") if installation.release else None
    return (given.value or None) if given is not None else None


def _owner(installation: Installation) -> Resource | None:
    if installation.release is not None:
        return installation.release.subject
    return installation.speaker


def _how(installation: Installation) -> str:
    release: Release | None = installation.release
    if release is None:
        return "from manifests" if installation.remote is None else "from MetalLB's manifests"
    owner = release.subject
    return f"by {owner.kind} `{owner.name}`" if owner is not None else "from its chart"


# --- MetalLB beside ServiceLB ----------------------------------------------------------------


def _beside_service_lb(model: Model) -> Iterator[Problem]:
    clusters = [one for one in model.clusters if one.installations and not one.load_balancer_class]
    if not clusters or any(one.load_balancer_class for one in model.clusters):
        return
    shown = list(starts(model.files))
    if any(one.disabled is None or SERVICE_LB in one.disabled for one in shown):
        return
    own = {one.place.document.source.path for one in shown}
    for start in shown:
        cluster = _cluster_of(start, clusters, model)
        if cluster is not None and not _mentioned_elsewhere(own, model):
            yield _left_on(start)


def _cluster_of(start: Start, clusters: Sequence[Cluster], model: Model) -> Cluster | None:
    near = [one for one in model.clusters_of(start.place.document.source.path) if one in clusters]
    candidates = near or clusters
    return candidates[0] if len(candidates) == 1 else None


def _mentioned_elsewhere(own: set[str], model: Model) -> bool:
    """A script or a unit may tell the servers more than their configuration does."""
    others = (path for path in model.files.paths if path not in own)
    return any(model.files.mentions(path, *K3S_BALANCER) for path in others)


def _left_on(start: Start) -> Problem:
    return Problem(
        place=start.place,
        message=(
            "k3s brings a load balancer of its own, ServiceLB, which these servers are not told "
            "to leave out, beside MetalLB: both answer the same Services. ServiceLB takes their "
            "ports on every node and writes the nodes' addresses over MetalLB's"
        ),
        help="start the servers with `disable: [servicelb]` (`--disable servicelb`)",
        unfixable="k3s reads this only when it starts: somebody has to restart the servers",
    )
