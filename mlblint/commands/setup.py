"""`mlblint init` and `mlblint config`."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Literal

from mlblint.commands import Failure
from mlblint.commands.output import say_bytes, tell
from mlblint.commands.repository import current_folder, refuse_bad_configuration, repository
from mlblint.commands.showing import show_settings
from mlblint.config import Config, find_root
from mlblint.init import Fact, InitError, Seen, render, write
from mlblint.package_data import data_folder
from mlblint.repo.model import Cluster, Model
from mlblint.repo.services import CURRENT_PREFIX, PREFIXES
from mlblint.repo.versions import METALLB_IO_ANNOTATIONS, applies
from mlblint.text.places import Place, positions

_ENGINES = {"argo": "Argo CD", "flux": "Flux", "k3s": "k3s", "fleet": "Fleet"}


def init(*, force: bool, only_print: bool) -> int:
    from mlblint.pipeline import load_model

    root = find_root(current_folder())
    # What an old configuration says must not shape the new one.
    with refuse_bad_configuration(root):
        text = render(seen(load_model(root, Config())))
    if only_print:
        say_bytes(text.encode())
        return 0
    try:
        path = write(root, text, force=force)
    except InitError as error:
        raise Failure(str(error)) from None
    tell(f"wrote {path}")
    return 0


def show_config(form: Literal["yaml", "json", "schema"], config: str | None) -> int:
    if form == "schema":
        say_bytes((data_folder("schemas") / "config.json").read_bytes())
        return 0
    folder = current_folder()
    found = repository(folder, folder / config if config else None)
    show_settings(found.config, form)
    return 0


def seen(model: Model) -> Seen:
    """What the repository shows of the things that a configuration can say."""
    clusters = model.clusters
    return Seen(
        version=tuple(
            Fact(str(one.version), _where(one.place))
            for cluster in clusters
            for one in cluster.installations
            if one.version is not None
        ),
        namespace=tuple(
            Fact(one.namespace, _where(one.place))
            for cluster in clusters
            for one in cluster.installations
            if one.namespace
        ),
        prefix=tuple(fact for cluster in clusters for fact in _prefixes(cluster)),
        interfaces=tuple(fact for cluster in clusters for fact in _interfaces(cluster)),
        engine=tuple(Fact(_ENGINES[engine]) for engine in sorted(model.engines)),
    )


def _prefixes(cluster: Cluster) -> Iterator[Fact]:
    """A prefix that the MetalLB of the repository ignores is in use by mistake."""
    ignored = applies(METALLB_IO_ANNOTATIONS, cluster.version) is False
    for service in cluster.services:
        for key in service.notes:
            prefix = key.partition("/")[0]
            if prefix in PREFIXES and not (ignored and prefix == CURRENT_PREFIX):
                yield Fact(prefix, _where(service.note(key).key))


def _interfaces(cluster: Cluster) -> Iterator[Fact]:
    for advertisement in cluster.advertisements:
        for index, name in enumerate(advertisement.interfaces):
            place = advertisement.resource.place("spec", "interfaces", index)
            yield Fact(name, _where(place))


def _where(place: Place) -> str:
    return f"{place.document.source.path}:{positions(place)[0].line}"
