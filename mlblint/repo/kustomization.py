"""What a kustomization asks for, whoever writes it: a kustomization file, a Flux Kustomization,
or the `kustomize:` section of an Argo CD Application."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from typing import Any, Literal

from mlblint.records import dataclass
from mlblint.repo.files import Files
from mlblint.repo.index import kustomization_file
from mlblint.repo.resources import Resource
from mlblint.repo.selection import Selector, selector_of
from mlblint.repo.traced import Traced, scalar_text, traced
from mlblint.repo.transformers import (
    ANNOTATIONS,
    METADATA_ANNOTATIONS,
    METADATA_LABELS,
    SELECTOR_LABELS,
    TEMPLATE_LABELS,
    FieldSpec,
    Pairs,
    field_spec,
)
from mlblint.text.places import Place

GROUP = "kustomize.config.k8s.io"
Form = Literal["any", "strategic", "json"]

NOT_BUILT = frozenset(
    "decryption deletionPolicy dependsOn interval path postBuild prune retryInterval sourceRef "
    "suspend timeout wait".split()
)
"""Fields of a Flux Kustomization that have no say in what it makes of its folder."""


@dataclass(frozen=True, eq=False)
class PatchSource:
    """One entry under `patches:` or its older names. `content` is the patch, or the text of
    it; without `content` it is in the file `path`."""

    place: Place
    content: Traced | None = None
    path: Traced | None = None
    target: Selector | None = None
    form: Form = "any"
    may_rename: bool = False
    may_change_kind: bool = False


@dataclass(frozen=True, eq=False)
class Kustomization:
    """Paths and addresses are texts, paths relative to `folder`. The order of the fields is that
    in which kustomize applies them (api/internal/target/kusttarget_configplugin.go@v0.18,
    `configureBuiltinTransformers`)."""

    place: Place
    folder: str
    is_component: bool = False
    resources: tuple[Traced, ...] = ()
    config_maps: tuple[Traced, ...] = ()
    secrets: tuple[Traced, ...] = ()
    generator_options: Traced | None = None
    charts: tuple[Traced, ...] = ()
    generators: tuple[Traced, ...] = ()
    components: tuple[Traced, ...] = ()
    strategic_patches: tuple[PatchSource, ...] = ()
    patches: tuple[PatchSource, ...] = ()
    namespace: Traced | None = None
    name_prefix: Traced | None = None
    name_suffix: Traced | None = None
    labels: tuple[Pairs, ...] = ()
    annotations: tuple[Pairs, ...] = ()
    json_patches: tuple[PatchSource, ...] = ()
    replacements: tuple[Traced, ...] = ()
    transformers: tuple[Traced, ...] = ()
    variables: tuple[Traced, ...] = ()
    configurations: tuple[Traced, ...] = ()

    @classmethod
    def of_file(cls, place: Place, folder: str) -> Kustomization:
        root = Traced(place.document.data, place)
        kind = root.get("kind")
        return _asked(
            root,
            folder,
            is_component=kind is not None and kind.text() == "Component",
            resources=(*_entries(root, "resources"), *_entries(root, "bases")),
            config_maps=_maps(root, "configMapGenerator"),
            secrets=_maps(root, "secretGenerator"),
            generator_options=root.get("generatorOptions"),
            charts=(*_maps(root, "helmCharts"), *_maps(root, "helmChartInflationGenerator")),
            generators=tuple(_items(root, "generators")),
            replacements=_maps(root, "replacements"),
            transformers=tuple(_items(root, "transformers")),
            variables=_maps(root, "vars"),
            configurations=_entries(root, "configurations"),
        )

    @classmethod
    def of_flux(cls, resource: Resource) -> Kustomization:
        """What a Flux Kustomization adds to that of the folder which it applies."""
        origins = {
            path: place
            for path, place in resource.origins.items()
            if path[0] == "spec" and not NOT_BUILT.intersection(path[1:2])
        }
        root = traced(resource.data, resource.base, origins)
        spec = root.get("spec") or Traced({}, resource.base / "spec")
        metadata = spec.get("commonMetadata") or Traced({}, spec.place / "commonMetadata")
        return _asked(
            spec,
            "",
            namespace=_text(spec, "targetNamespace"),
            labels=tuple(_pairs(metadata, "labels", METADATA_LABELS)),
            annotations=tuple(_pairs(metadata, "annotations", METADATA_ANNOTATIONS)),
        )

    @classmethod
    def of_application(cls, section: Mapping[str, Any], place: Place) -> Kustomization:
        """`source.kustomize` of an Application. Its commonLabels reach selectors unless it
        says otherwise (Argo CD util/kustomize/kustomize.go@v2.14)."""
        root = Traced(section, place)
        if not _flag(root, "labelWithoutSelector"):
            return _asked(root, "")
        templates = _flag(root, "labelIncludeTemplates")
        specs = TEMPLATE_LABELS if templates else METADATA_LABELS
        return _asked(root, "", labels=tuple(_pairs(root, "commonLabels", specs)))

    def extended(self, over: Kustomization) -> Kustomization:
        """With what Flux or Argo CD write into the kustomization file before they build it."""
        return replace(
            self,
            components=self.components + over.components,
            strategic_patches=self.strategic_patches + over.strategic_patches,
            patches=self.patches + over.patches,
            json_patches=self.json_patches + over.json_patches,
            namespace=over.namespace or self.namespace,
            name_prefix=over.name_prefix or self.name_prefix,
            name_suffix=over.name_suffix or self.name_suffix,
            labels=self.labels + over.labels,
            annotations=self.annotations + over.annotations,
        )


def kustomization_of(files: Files, folder: str) -> Place | None:
    """The kustomization of a folder: not a Flux Kustomization, whatever its file is called."""
    path = kustomization_file(files, folder)
    documents = files.all_documents(path) if path is not None else []
    if not documents or not isinstance(documents[0].data, dict):
        return None
    api_version = documents[0].data.get("apiVersion")
    if isinstance(api_version, str) and not api_version.startswith(f"{GROUP}/"):
        return None
    return Place(documents[0])


def _asked(root: Traced, folder: str, **special: Any) -> Kustomization:
    """What all three have in common, under the same names, and what is special to one."""
    common: dict[str, Any] = {
        "components": _entries(root, "components"),
        "strategic_patches": tuple(_strategic(root)),
        "patches": tuple(_patches(root, "patches", "any")),
        "json_patches": tuple(_patches(root, "patchesJson6902", "json")),
        "namespace": _text(root, "namespace"),
        "name_prefix": _text(root, "namePrefix"),
        "name_suffix": _text(root, "nameSuffix"),
        "labels": (*_labels(root), *_pairs(root, "commonLabels", SELECTOR_LABELS)),
        "annotations": tuple(_pairs(root, "commonAnnotations", ANNOTATIONS)),
    }
    return Kustomization(root.place, folder, **common | special)


def _items(root: Traced, key: str) -> list[Traced]:
    node = root.get(key)
    return node.items if node is not None else []


def _maps(root: Traced, key: str) -> tuple[Traced, ...]:
    return tuple(item for item in _items(root, key) if item.is_map)


def _entries(root: Traced, key: str) -> tuple[Traced, ...]:
    return tuple(item for item in _items(root, key) if item.text())


def _text(root: Traced, key: str) -> Traced | None:
    node = root.get(key)
    return node if node is not None and node.text() else None


def _flag(root: Traced, key: str) -> bool:
    node = root.get(key)
    return node is not None and node.data is True


def _strategic(root: Traced) -> Iterator[PatchSource]:
    """Each is a path, the text of a patch, or (Flux) the patch itself."""
    for item in _items(root, "patchesStrategicMerge"):
        if item.is_map or "\n" in item.text() or ":" in item.text():
            yield PatchSource(item.place, content=item, form="strategic")
        elif item.text():
            yield PatchSource(item.place, path=item, form="strategic")


def _patches(root: Traced, key: str, form: Form) -> Iterator[PatchSource]:
    for item in _maps(root, key):
        yield patch_source(item, form)


def patch_source(item: Traced, form: Form) -> PatchSource:
    target, path, content = item.get("target"), _text(item, "path"), item.get("patch")
    options = item.get("options") or Traced({}, item.place)
    return PatchSource(
        item.place,
        content=content if content is not None and not content.is_null else None,
        path=path,
        target=selector_of(target) if target is not None and target.is_map else None,
        form=form,
        may_rename=_flag(options, "allowNameChange"),
        may_change_kind=_flag(options, "allowKindChange"),
    )


def _labels(root: Traced) -> Iterator[Pairs]:
    for item in _maps(root, "labels"):
        if _flag(item, "includeSelectors"):
            specs: tuple[FieldSpec, ...] = SELECTOR_LABELS
        elif _flag(item, "includeTemplates"):
            specs = TEMPLATE_LABELS
        else:
            specs = METADATA_LABELS
        yield from _pairs(item, "pairs", (*field_specs(_items(item, "fields")), *specs))


def _pairs(root: Traced, key: str, specs: tuple[FieldSpec, ...]) -> Iterator[Pairs]:
    node = root.get(key)
    if node is not None and node.is_map and node.names:
        yield Pairs(node, specs)


def field_specs(nodes: Iterable[Traced]) -> tuple[FieldSpec, ...]:
    """`fields:` of a label entry, `fieldSpecs:` of a transformer."""
    return tuple(
        field_spec(
            _string(node, "path"),
            kind=_string(node, "kind"),
            group=_string(node, "group"),
            version=_string(node, "version"),
            create=_flag(node, "create"),
        )
        for node in nodes
        if node.is_map
    )


def _string(node: Traced, key: str) -> str:
    found = node.get(key)
    return scalar_text(found) if found is not None and not found.is_null else ""
