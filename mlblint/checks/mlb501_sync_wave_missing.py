"""Nothing tells Argo CD or Flux that MetalLB comes first and its users later."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

from mlblint.context import Context, subject, subject_of
from mlblint.findings import Fix, Note, Problem
from mlblint.records import dataclass
from mlblint.repo import flux, steps
from mlblint.repo.delivery import WAVE, Delivered, Delivery, Wave, wave_of
from mlblint.repo.model import Cluster
from mlblint.repo.resources import Resource, is_opaque
from mlblint.repo.steps import STEPS, flux_kustomizations
from mlblint.text.edits import Insert

_WHAT = {
    "metallb": "installs MetalLB",
    "pool": "holds the addresses",
    "advertisement": "announces the addresses",
    "ingress": "delivers the ingress controller",
    "ingress_config": "configures the ingress controller",
    "apps": "delivers a Service that needs an address",
}
_OBJECTS = ("pool", "advertisement")
_Name = tuple[str | None, str]
# Manifests that a playbook applies.
_ANSIBLES = re.compile(r"(?:^|/)(?:roles/[^/]+/(?:files|templates|tasks)|ansible|playbooks)/")


@dataclass(frozen=True, eq=False)
class Part:
    """Something that has its place in the order: an Application, a pool, an advertisement.
    `is_nested` if there are Applications over it, `made_by` the ApplicationSet that makes it."""

    step: str
    resource: Resource
    namespace: str | None
    wave: Wave | None
    is_nested: bool
    by: Delivery | None
    made_by: Resource | None = None

    @property
    def is_ordered(self) -> bool:
        if self.made_by is not None and self.made_by.get("spec", "strategy") is not None:
            return True
        return self.wave is not None or steps.is_hook(self.resource)


def check(context: Context) -> Iterator[Problem]:
    engines = context.model.engines
    for cluster in context.model.clusters:
        if (not engines or "argo" in engines) and steps.awaits_metallb(cluster):
            yield from _waves(cluster, context)
        if "flux" in engines:
            yield from _dependencies(cluster)
            yield from _names_of_nothing(cluster)


def _waves(cluster: Cluster, context: Context) -> Iterator[Problem]:
    parts = list(_parts(cluster, any_engine=bool(context.model.engines)))
    scheme = _scheme(context)
    taken = [(part.step, part.wave.number) for part in parts if part.wave is not None]
    waves = _plan(taken, scheme, {part.step for part in parts if not part.is_ordered})
    for part in parts:
        if not part.is_ordered:
            by_argo = bool(context.model.engines or taken)
            yield _problem(part, waves.get(part.step), cluster, by_argo)


def _scheme(context: Context) -> dict[str, int]:
    waves = context.config.sync_waves
    return {step: getattr(waves, step) for step in STEPS}


def _parts(cluster: Cluster, any_engine: bool) -> Iterator[Part]:
    applications: dict[int, Part] = {}
    objects: list[Part] = []
    for one in steps.parts(cluster):
        if one.step in _OBJECTS and one.resource is not None:
            if _by_argo(one, one.resource, any_engine):
                wave, nested = wave_of(one.resource, one.by), one.by is not None
                objects.append(Part(one.step, one.resource, one.namespace, wave, nested, one.by))
        elif one.by is not None:
            known = applications.get(id(one.by.resource))
            if known is None or STEPS.index(one.step) < STEPS.index(known.step):
                owner, nested = one.by.resource, one.by.parent is not None
                made_by = _application_set(one.by)
                part = Part(one.step, owner, owner.namespace, one.by.wave, nested, one.by, made_by)
                applications[id(owner)] = part
    yield from applications.values()
    yield from objects


def _by_argo(step: steps.Part, resource: Resource, any_engine: bool) -> bool:
    """Whether Argo CD applies it or, where nobody is in sight who does, may do so."""
    if step.by is not None:
        return step.by.engine == "argo"
    return not any_engine and not _ANSIBLES.search(resource.file)


def _application_set(by: Delivery) -> Resource | None:
    above = by.parent.resource if by.parent is not None else None
    return above if above is not None and above.kind == "ApplicationSet" else None


def _plan(
    ordered: list[tuple[str, int | None]], scheme: Mapping[str, int], missing: set[str]
) -> dict[str, int]:
    """A wave for each missing step: the scheme's, moved as little as needed to lie above all
    earlier steps and below all later ones. A step for which there is no room is left out."""
    taken = [(STEPS.index(step), wave) for step, wave in ordered if wave is not None]
    planned: dict[str, int] = {}
    for index, step in enumerate(STEPS):
        if step not in missing:
            continue
        same = [wave for at, wave in taken if at == index]
        lowest = max((wave + 1 for at, wave in taken if at < index), default=None)
        room = [
            wave - 1 - sum(later in missing for later in STEPS[index + 1 : at])
            for at, wave in taken
            if at > index
        ]
        highest = min(room, default=None)
        wave = same[0] if same else scheme[step]
        wave = wave if lowest is None else max(wave, lowest)
        wave = wave if highest is None else min(wave, highest)
        if lowest is None or wave >= lowest:
            planned[step] = wave
            taken.append((index, wave))
    return planned


def _in_no_order(part: Part, made_by: Resource, cluster: Cluster) -> Problem:
    """An ApplicationSet's controller creates its Applications itself, outside of any sync
    (argo-cd applicationset/controllers/applicationset_controller.go@v2.14)."""
    return Problem(
        place=(part.resource.base / "metadata" / "annotations").key,
        message=(
            f"{part.resource.kind} `{part.resource.name}` {_WHAT[part.step]}, and ApplicationSet "
            f"`{made_by.name}` makes it in no order, whatever waves its template gives: Argo CD "
            "syncs it together with the others, before or after what it depends on"
        ),
        help=(
            "give the ApplicationSet a `strategy` of type RollingSync, or take this step out of it "
            f"into an Application of its own with the annotation `{WAVE}`"
        ),
        subject=subject(part.resource, cluster, part.namespace),
        unfixable="a sync wave on what an ApplicationSet makes has no effect",
    )


def _problem(part: Part, wave: int | None, cluster: Cluster, by_argo: bool) -> Problem:
    if part.made_by is not None:
        return _in_no_order(part, part.made_by, cluster)
    kind = part.resource.kind
    above = ", neither itself nor through an Application above it" if part.is_nested else ""
    applies = "applies" if by_argo else "would apply"
    who = "Argo CD" if by_argo else "nothing here shows who applies it, and Argo CD"
    message = (
        f"{kind} `{part.resource.name}` {_WHAT[part.step]}, but carries no sync wave{above}: "
        f"{who} {applies} it together with everything else, before or after what it depends on"
    )
    # In the object itself: a kustomization's common annotations would reach others as well.
    annotations = part.resource.base / "metadata" / "annotations"
    if wave is None:
        return Problem(
            place=annotations.key,
            message=message,
            help=f"give it an annotation `{WAVE}` that puts it in order with the others",
            subject=subject(part.resource, cluster, part.namespace),
            unfixable="the waves of the other steps leave no room for it",
        )
    return Problem(
        place=annotations.key,
        message=message,
        help=f'add the annotation `{WAVE}: "{wave}"`{_above(part, cluster)}',
        subject=subject(part.resource, cluster, part.namespace),
        fix=Fix(f'add `{WAVE}: "{wave}"`', (Insert(annotations, WAVE, str(wave)),)),
    )


def _above(part: Part, cluster: Cluster) -> str:
    """A wave counts among what one Application applies, not beside what others do."""
    by = part.by
    if part.step not in _OBJECTS or by is None or by.parent is None:
        return ""
    installers = [one.by.resource for one in cluster.installations if one.by is not None]
    if not installers or by.resource in installers or by.parent.resource.kind != "Application":
        return ""
    return (
        f", and give Application `{by.resource.name}` one after that of `{installers[0].name}`, "
        "which installs MetalLB"
    )


def _dependencies(cluster: Cluster) -> Iterator[Problem]:
    """Flux applies its Kustomizations side by side, unless one depends on another."""
    owners = {
        (d.namespace, d.resource.name): d.resource
        for d in cluster.delivered
        if flux.is_kustomization(d.resource)
    }
    installers = [
        k for i in cluster.installations if i.by for k in [flux_kustomizations(i.by)] if k
    ]
    waiting = [(installer, _waiting_for(installer, owners)) for installer in installers]
    seen: set[int] = set()
    parts = [pool.delivered for pool in cluster.pools]
    parts += [advertisement.delivered for advertisement in cluster.advertisements]
    for delivered in parts:
        chain = flux_kustomizations(delivered.by) if delivered.by else []
        if not chain or id(chain[0]) in seen or not installers:
            continue
        seen.add(id(chain[0]))
        if not any(_comes_after(chain, *one, owners) for one in waiting):
            yield _missing_dependency(delivered, chain[0], installers[0][0], cluster)


def _waiting_for(installer: list[Resource], owners: Mapping[_Name, Resource]) -> set[_Name]:
    """The Kustomizations that wait for it, on however many others in between. What depends on
    one that is not in the repository may well do so."""
    wanted = set(map(_name, installer))
    dependants: dict[_Name, list[_Name]] = {}
    todo = []
    for own, resource in owners.items():
        for needed in _needed_by(resource):
            dependants.setdefault(needed, []).append(own)
            if needed not in owners or _name(owners[needed]) in wanted:
                todo.append(own)
    waiting: set[_Name] = set()
    while todo:
        own = todo.pop()
        if own not in waiting:
            waiting.add(own)
            todo += dependants.get(own, ())
    return waiting


def _comes_after(
    chain: list[Resource],
    installer: list[Resource],
    waiting: set[_Name],
    owners: Mapping[_Name, Resource],
) -> bool:
    """Whether `chain` waits for `installer`, or both lie in one Kustomization, which is
    another question."""
    if _name(chain[0]) == _name(installer[0]):
        return True
    wanted = set(map(_name, installer))
    return any(
        needed in waiting or needed not in owners or _name(owners[needed]) in wanted
        for one in chain
        for needed in _needed_by(one)
    )


def _needed_by(resource: Resource) -> Iterator[_Name]:
    for namespace, name in flux.depends_on(resource):
        yield namespace or resource.namespace, name


def _names_of_nothing(cluster: Cluster) -> Iterator[Problem]:
    """No object has a slash in its name: people write the namespace in front of it, as Flux
    prints it."""
    links = [link for part in steps.parts(cluster) if part.by for link in part.by.chain()]
    for owner in {id(link.resource): link.resource for link in links}.values():
        if not (flux.is_kustomization(owner) or flux.is_helm_release(owner)):
            continue
        for index, (_, name) in enumerate(flux.depends_on(owner)):
            if "/" in name and not is_opaque(name):
                yield _slash(owner, index, name, cluster)


def _slash(owner: Resource, index: int, name: str, cluster: Cluster) -> Problem:
    namespace, _, own_name = name.partition("/")
    beside = "" if namespace == owner.namespace else f" and `namespace: {namespace}` beside it"
    return Problem(
        place=owner.place("spec", "dependsOn", index, "name"),
        message=(
            f"`dependsOn` of {owner.kind} `{owner.name}` names `{name}`, but no object has a slash "
            "in its name: Flux waits for ever for one that is not there, and never applies what "
            f"this {owner.kind} brings"
        ),
        help=f"write `name: {own_name}`{beside}",
        severity="error",
        subject=subject(owner, cluster),
        unfixable="how Flux's objects wait for one another is for a person to decide",
    )


def _name(resource: Resource) -> _Name:
    return resource.namespace, resource.name


def _missing_dependency(
    delivered: Delivered, kustomization: Resource, installer: Resource, cluster: Cluster
) -> Problem:
    owner = subject_of(delivered, cluster)
    return Problem(
        place=kustomization.place("spec", "dependsOn").key,
        message=(
            f"Kustomization `{kustomization.name}` applies {owner.kind} `{owner.name}`, but does "
            f"not depend on `{installer.name}`, which installs MetalLB: Flux applies both at "
            "once, and the first attempts fail because the kinds or their webhook are not there"
        ),
        help=f"add `- name: {installer.name}` to its `dependsOn`",
        subject=subject(kustomization, cluster),
        notes=(Note(installer.place("metadata", "name"), "MetalLB is installed here"),),
        unfixable="how Flux's Kustomizations wait for one another is for a person to decide",
    )
