"""MetalLB's objects applied at one stroke with what brings their kinds and their webhook."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from mlblint.context import Context, subject_of
from mlblint.findings import Note, Problem
from mlblint.records import dataclass
from mlblint.repo import argo, flux
from mlblint.repo.delivery import WAVE, Delivered, Delivery, own_wave
from mlblint.repo.metallb import GROUP, Installation, brings_crds
from mlblint.repo.model import Cluster
from mlblint.repo.resources import Resource, text
from mlblint.repo.steps import flux_kustomizations, is_hook

_OPTION = "SkipDryRunOnMissingResource=true"
_OPTIONS = "argocd.argoproj.io/sync-options"


@dataclass(frozen=True)
class Race:
    """One way to be too early: which objects are, what happens, and what to do about it."""

    concerns: Callable[[Delivered], bool]
    owner: Delivery
    together: str
    consequence: str
    help: str


def check(context: Context) -> Iterator[Problem]:
    for cluster in context.model.clusters:
        objects = [one for one in cluster.delivered if one.resource.group == GROUP]
        if not objects or cluster.crds_come_alone:
            continue
        for installation in cluster.installations:
            if brings_crds(installation):
                for race in _races(installation):
                    yield from _judge(race, objects, installation, cluster)


def _judge(
    race: Race, objects: list[Delivered], installation: Installation, cluster: Cluster
) -> Iterator[Problem]:
    early = [one for one in objects if race.concerns(one)]
    if not early:
        return
    first = early[0].resource
    others = f" and {len(early) - 1} more like it" if len(early) > 1 else ""
    place = first.place("metadata", "annotations", WAVE)
    owner = race.owner.resource
    yield Problem(
        place=place if WAVE in first.annotations else first.place("metadata", "name"),
        message=(
            f"{owner.kind} `{owner.name}` applies {first.kind} `{first.name}`{others} "
            f"{race.together}: {race.consequence}"
        ),
        help=race.help,
        subject=subject_of(early[0], cluster),
        notes=tuple(_notes(installation, owner)),
        unfixable="how the two are to be parted is for a person to decide",
    )


def _races(installation: Installation) -> Iterator[Race]:
    by = installation.by
    if by is None:
        return
    if by.resource.kind == "Application":
        yield _in_one_wave(by)
    elif flux.is_helm_release(by.resource):
        yield _in_one_chart(by)
        yield from _in_one_kustomization(by)
    for above in by.chain():
        if above is not by and above.resource.kind == "Application":
            yield _beside_the_application(by, above)


def _in_one_wave(by: Delivery) -> Race:
    """Argo CD makes no dry run of objects whose CRD is part of the sync (gitops-engine
    pkg/sync/sync_context.go@v0.7, `hasCRDOfGroupKind`): what is missing is the webhook."""
    limit = by.resource.get("spec", "syncPolicy", "retry", "limit")
    patient = isinstance(limit, int) and limit < 0

    def concerns(one: Delivered) -> bool:
        number = own_wave(one.resource) if WAVE in one.resource.annotations else 0
        return one.by is by and number == 0 and not patient and not _is_prepared(one, by)

    return Race(
        concerns,
        by,
        "in the same wave as MetalLB itself",
        "the webhook that judges it is registered, but does not answer before the controller runs, "
        "so the API server refuses it, the sync fails, and only a later attempt may have more luck",
        f'give it the annotation `{WAVE}: "1"`, so that Argo CD waits for MetalLB',
    )


def _beside_the_application(by: Delivery, above: Delivery) -> Race:
    """Everything is tried out before the first wave, also what belongs to later ones."""
    return Race(
        lambda one: one.by is above and not _is_prepared(one, above),
        above,
        f"beside {by.resource.kind} `{by.resource.name}`, which brings its kind",
        "before it applies anything, Argo CD makes a dry run of everything; in a new cluster that "
        "fails on the unknown kind, whatever its wave, and MetalLB is never installed",
        f"give it the annotation `{_OPTIONS}: {_OPTION}`, or an Application of its own",
    )


def _in_one_kustomization(by: Delivery) -> Iterator[Race]:
    """fluxcd/pkg ssa/manager_apply.go@ssa/v0.40, `ApplyAll`."""
    chain = flux_kustomizations(by)
    owner = next((d for d in by.chain() if chain and d.resource is chain[0]), None)
    if owner is not None:
        yield Race(
            lambda one: one.by is owner,
            owner,
            f"together with HelmRelease `{by.resource.name}`, which brings its kind",
            "before it applies anything, Flux makes a dry run of everything; in a new cluster that "
            "fails on the unknown kind, and the HelmRelease is never applied",
            "put it into a Kustomization of its own, with `dependsOn` on this one and `wait: true` "
            "in this one",
        )


def _in_one_chart(by: Delivery) -> Race:
    """helm pkg/action/install.go@v3.17: `Build` asks the API server for every kind."""
    return Race(
        lambda one: one.by is by and "helm.sh/hook" not in one.resource.annotations,
        by,
        "from the chart that brings its kind",
        "before it creates anything, Helm looks up every kind; in a new cluster that fails, and "
        "MetalLB is never installed",
        "apply it outside of the chart, once MetalLB is there",
    )


def _is_prepared(one: Delivered, by: Delivery) -> bool:
    own = text(one.resource.annotations.get(_OPTIONS))
    given = [*own.split(","), *argo.sync_options(by.resource)]
    return is_hook(one.resource) or any(option.strip() == _OPTION for option in given)


def _notes(installation: Installation, owner: Resource) -> Iterator[Note]:
    yield Note(installation.place, "MetalLB is installed here")
    dropped = argo.misplaced_sync_option(owner, _OPTION)
    if dropped is not None:
        yield Note(
            owner.place(*dropped),
            "the API server drops this option: an Application has `syncOptions` in "
            "`spec.syncPolicy` only",
        )
