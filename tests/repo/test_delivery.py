"""The effective sync wave of something, and who gives it."""

from __future__ import annotations

import pytest

from mlblint.repo.delivery import WAVE, Delivered, Delivery, Engine, Wave
from mlblint.repo.resources import Resource, resources
from mlblint.text.documents import Document, documents
from mlblint.text.source import Source


def make(kind: str, wave: str | None = None, group: str = "argoproj.io/v1alpha1") -> Resource:
    annotations = f"annotations: {{{WAVE}: {wave}}}" if wave is not None else "labels: {}"
    text = f"apiVersion: {group}\nkind: {kind}\nmetadata:\n  name: one\n  {annotations}\n"
    (document,) = documents(Source.from_bytes("f.yaml", text.encode()))
    assert isinstance(document, Document)
    (resource,) = resources(document)
    return resource


def by(engine: Engine, resource: Resource, parent: Delivery | None = None) -> Delivery:
    return Delivery(engine, resource, parent)


def told(wave: Wave | None) -> tuple[int | None, str, bool] | None:
    return (wave.number, wave.given_by.kind, wave.inherited) if wave else None


def test_its_own_annotation_comes_first() -> None:
    application = by("argo", make("Application", '"5"'))
    assert told(Delivered(make("Pool", '"2"'), application).wave) == (2, "Pool", False)


def test_then_that_of_the_nearest_application_above() -> None:
    root = by("argo", make("AppProject", '"1"'))
    between = by("argo", make("Application"), root)
    assert told(Delivered(make("Pool"), between).wave) == (1, "AppProject", True)
    assert told(between.wave) == (1, "AppProject", True)
    assert told(root.wave) == (1, "AppProject", False)


def test_nobody_gives_one() -> None:
    assert Delivered(make("Pool"), by("argo", make("Application"))).wave is None
    assert Delivered(make("Pool")).wave is None


def test_where_nobody_is_in_sight_the_annotation_tells_who_will_read_it() -> None:
    assert told(Delivered(make("Pool", '"-3"', "metallb.io/v1beta1")).wave) == (-3, "Pool", False)


def test_flux_knows_no_waves() -> None:
    kustomization = make("Kustomization", '"4"', "kustomize.toolkit.fluxcd.io/v1")
    pool = make("Pool", '"2"', "metallb.io/v1beta1")
    assert Delivered(pool, by("flux", kustomization)).wave is None


def test_but_argo_cd_may_apply_what_flux_follows() -> None:
    kustomization = make("Kustomization", '"4"', "kustomize.toolkit.fluxcd.io/v1")
    flux = by("flux", kustomization, by("argo", make("Application", '"9"')))
    pool = make("Pool", '"2"', "metallb.io/v1beta1")
    assert told(Delivered(pool, flux).wave) == (4, "Kustomization", True)


@pytest.mark.parametrize(
    ("written", "number"),
    [('"0"', 0), ("7", 7), ('"+1"', 1), ('"one"', None), ('"1.5"', None), ('"{{ x }}"', None)],
)
def test_what_is_no_integer_is_a_wave_all_the_same(written: str, number: int | None) -> None:
    assert told(Delivered(make("Pool", written)).wave) == (number, "Pool", False)


def test_an_annotation_that_cannot_be_worked_out() -> None:
    known = make("Pool")
    path = ("metadata", "annotations", WAVE)
    unknown = Resource(known.base, known.data, unknown=frozenset([path]))
    assert told(Delivered(unknown).wave) == (None, "Pool", False)
