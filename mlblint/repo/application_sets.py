"""The Applications that an ApplicationSet makes, as far as the repository alone decides them."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterator, Mapping
from typing import Any

from mlblint.records import dataclass
from mlblint.repo.delivery import WAVE
from mlblint.repo.files import Files
from mlblint.repo.globs import Dialect, glob_pattern
from mlblint.repo.resources import Resource, get, items, mapping, selects, text
from mlblint.repo.templates import Fill, Parameters, fill_actions, fill_tags, filled, sanitised
from mlblint.text import scalars
from mlblint.text.nodes import Path
from mlblint.text.parser import YamlError, parse
from mlblint.text.places import Place

GROUP = "argoproj.io"
MAX_GENERATED = 1000
"""Applications that one ApplicationSet may make here; products of lists grow fast."""

UNDECIDED = "{{ templatePatch }}"

# Go's path.Match, which knows no `**`.
_GO_PATH = Dialect(star="[^/]*", folders="[^/]*/", double_star="[^/]*", one="[^/]")
# Git's pathspecs, with which Argo CD looks for files by default: `*` does not stop at "/".
_PATHSPEC = Dialect(star=".*", folders="(?:.*/)?", double_star=".*", one=".")
_PATCHED_SOURCE = re.compile(r"\b(?:sources?|helm|chart|path|repoURL|targetRevision)[\"']?\s*:")

Sets = list[Parameters]


def generated(application_set: Resource, files: Files) -> Iterator[Resource]:
    """A template whose parameters come from elsewhere (clusters, Git hosting, plugins) yields
    one Application that keeps its placeholders."""
    spec = mapping(application_set.get("spec"))
    if not mapping(spec.get("template")):
        return
    generators = _Generators(files, spec.get("goTemplate") is True)
    for index, generator in enumerate(map(mapping, items(spec.get("generators")))):
        base = application_set.place("spec", "template")
        template, origins = _template(application_set, index, generator)
        for parameters in generators.selected(generator):
            data = filled(template, parameters, generators.fill)
            data = _patched(data, text(spec.get("templatePatch")))
            head = {"apiVersion": f"{GROUP}/v1alpha1", "kind": "Application"}
            yield Resource(base, {**head, **data}, origins)


def _template(
    application_set: Resource, index: int, generator: Mapping[str, Any]
) -> tuple[Any, dict[Path, Place]]:
    """The common template, with what the generator's own one puts in place of it (Argo CD
    applicationset/generators/generator_spec_processor.go@v2.14, `mergeGeneratorTemplate`)."""
    template = application_set.get("spec", "template")
    origins: dict[Path, Place] = {}
    for kind, body in generator.items():
        own = mapping(mapping(body).get("template"))
        if own:
            place = application_set.place("spec", "generators", index, kind, "template")
            template = _overridden(template, own, place, (), origins)
    return template, origins


def _overridden(
    data: object, own: Mapping[str, Any], place: Place, path: Path, origins: dict[Path, Place]
) -> dict[str, Any]:
    result = dict(mapping(data))
    for key, value in own.items():
        here = (*path, key)
        if isinstance(value, Mapping):
            result[key] = _overridden(result.get(key), value, place / key, here, origins)
        elif value not in (None, "", []):
            result[key] = value
            origins[here] = place / key
    return result


def _patched(data: dict[str, Any], patch: str) -> dict[str, Any]:
    """`templatePatch` is a text that becomes YAML once it is filled in: what it speaks of is
    undecided."""
    spec, metadata = dict(mapping(data.get("spec"))), dict(mapping(data.get("metadata")))
    if _PATCHED_SOURCE.search(patch):
        spec = {key: value for key, value in spec.items() if not key.startswith("source")}
        spec["source"] = UNDECIDED
    if "destination" in patch:
        spec["destination"] = {"name": UNDECIDED}
    if WAVE in patch:
        metadata["annotations"] = {**mapping(metadata.get("annotations")), WAVE: UNDECIDED}
    return {**data, "spec": spec, "metadata": metadata}


@dataclass(frozen=True)
class _Generators:
    """Parameter sets of generators; None where they are not known. Go templates get nested
    parameters, the older language flat ones with dotted names."""

    files: Files
    go: bool

    @property
    def fill(self) -> Fill:
        return fill_actions if self.go else fill_tags

    def selected(self, generator: Mapping[str, Any]) -> Sets:
        sets = self.sets(generator, {})
        if sets is None:
            return [{}]
        selector = generator.get("selector")
        return [one for one in sets if selects(selector, flat(one))] if selector else sets

    def sets(self, generator: Mapping[str, Any], known: Parameters) -> Sets | None:
        """`known` are the parameters of the generators before this one in a matrix."""
        if known:
            generator = filled(generator, known, self.fill)
        if "list" in generator:
            return self._list(mapping(generator["list"]))
        if "git" in generator:
            return self._git(mapping(generator["git"]))
        if "matrix" in generator:
            return self._matrix(items(get(generator, "matrix", "generators")), known)
        if "merge" in generator:
            return self._merge(mapping(generator["merge"]), known)
        return None

    def _list(self, body: Mapping[str, Any]) -> Sets | None:
        written = text(body.get("elementsYaml"))
        more: object = []
        if "{{" in written:
            return None
        try:
            more = next((scalars.data(one.root) for one in parse(written)), [])
        except YamlError:
            return None
        elements = [*items(body.get("elements")), *items(more)]
        return [self._shaped(mapping(element)) for element in elements]

    def _shaped(self, given: Mapping[str, Any]) -> Parameters:
        return given if self.go else flat(given)

    def _git(self, body: Mapping[str, Any]) -> Sets | None:
        """Where nothing is found, another repository is meant."""
        wanted = items(body.get("directories")) or items(body.get("files"))
        patterns = [
            (text(mapping(e).get("path")), mapping(e).get("exclude") is True) for e in wanted
        ]
        if any("{{" in pattern for pattern, _ in patterns):
            return None
        if items(body.get("directories")):
            found = [self._of_folder(path, body) for path in self._folders(patterns)]
        else:
            found = []
            for path in _matching(self.files.paths, patterns, _PATHSPEC):
                contents = self._contents(path)
                if contents is None:
                    return None
                found += [self._of_file(path, one, body) for one in contents]
        return found if 0 < len(found) <= MAX_GENERATED else None

    def _folders(self, patterns: list[tuple[str, bool]]) -> Iterator[str]:
        """Hidden folders are left out, and so is the root (Argo CD
        reposerver/repository/repository.go@v2.14, `GetGitDirectories`)."""
        for folder in _matching(sorted(self.files.folders), patterns, _GO_PATH):
            if folder and not any(name.startswith(".") for name in folder.split("/")):
                yield folder

    def _contents(self, path: str) -> list[Mapping[str, Any]] | None:
        parts = self.files.all_documents(path)
        if not parts or len(parts) != len(self.files.all_parts(path)):
            return None
        data = parts[0].data
        return [mapping(one) for one in (data if isinstance(data, list) else [data])]

    def _of_folder(self, folder: str, body: Mapping[str, Any]) -> Parameters:
        return self._with_path({}, _path_parameters(folder), body)

    def _of_file(
        self, path: str, content: Mapping[str, Any], body: Mapping[str, Any]
    ) -> Parameters:
        name = posixpath.basename(path)
        of_path = _path_parameters(posixpath.dirname(path) or ".")
        of_path |= {"filename": name, "filenameNormalized": sanitised(name)}
        return self._with_path(self._shaped(content), of_path, body)

    def _with_path(
        self, given: Parameters, of_path: Mapping[str, Any], body: Mapping[str, Any]
    ) -> Parameters:
        prefix = text(body.get("pathParamPrefix"))
        result = dict(given)
        if self.go:
            result |= {prefix: {"path": of_path}} if prefix else {"path": of_path}
        else:
            name = f"{prefix}.path" if prefix else "path"
            result[name] = of_path["path"]
            segments = enumerate(of_path["segments"])
            result |= {f"{name}[{index}]": segment for index, segment in segments}
            rest = {k: v for k, v in of_path.items() if k not in ("path", "segments")}
            result |= {f"{name}.{key}": value for key, value in rest.items()}
        values = mapping(body.get("values"))
        if values:
            own = filled(values, result, self.fill)
            result |= {"values": own} if self.go else {f"values.{k}": v for k, v in own.items()}
        return result

    def _matrix(self, children: list[Any], known: Parameters) -> Sets | None:
        """Each set of a generator with each of those after it, which may use its parameters.
        Of an unknown generator there is one set, without parameters."""
        sets: Sets = [{}]
        for child in map(mapping, children):
            longer: Sets = []
            for before in sets:
                found = self.sets(child, {**known, **before})
                longer += [_joined(before, one) for one in ([{}] if found is None else found)]
                if len(longer) > MAX_GENERATED:
                    return None
            sets = longer
        return sets

    def _merge(self, body: Mapping[str, Any], known: Parameters) -> Sets | None:
        """The first generator's sets, with what later ones say of those that have the same
        values under the merge keys."""
        keys = [text(key) for key in items(body.get("mergeKeys"))]
        found = [self.sets(mapping(child), known) for child in items(body.get("generators"))]
        if not keys or not found or any(sets is None for sets in found):
            return None
        first, *others = [sets or [] for sets in found]
        for other in others:
            by_key = {_merge_key(one, keys): one for one in other}
            first = [_joined(by_key.get(_merge_key(one, keys), {}), one) for one in first]
        return first


def _merge_key(parameters: Parameters, keys: list[str]) -> str:
    return repr([parameters.get(key) for key in keys])


def _joined(first: Parameters, second: Parameters) -> Parameters:
    """What both say the first says; mappings are joined (the library mergo, without
    override)."""
    result = dict(first)
    for key, value in second.items():
        mine = result.get(key)
        if isinstance(mine, Mapping) and isinstance(value, Mapping):
            result[key] = _joined(mine, value)
        elif mine is None:
            result[key] = value
    return result


def _matching(
    candidates: tuple[str, ...] | list[str], patterns: list[tuple[str, bool]], dialect: Dialect
) -> Iterator[str]:
    """What any pattern includes and none excludes."""
    included = [glob_pattern(pattern, dialect) for pattern, exclude in patterns if not exclude]
    excluded = [glob_pattern(pattern, dialect) for pattern, exclude in patterns if exclude]
    for path in candidates:
        if any(p.fullmatch(path) for p in included) and not any(
            p.fullmatch(path) for p in excluded
        ):
            yield path


def _path_parameters(folder: str) -> dict[str, Any]:
    name = posixpath.basename(folder)
    return {
        "path": folder,
        "basename": name,
        "basenameNormalized": sanitised(name),
        "segments": folder.split("/"),
    }


def flat(value: object, prefix: str = "") -> dict[str, str]:
    """Nested values as text under dotted names."""
    if isinstance(value, Mapping):
        pairs: Iterator[tuple[Any, Any]] = iter(value.items())
    elif isinstance(value, list):
        pairs = iter(enumerate(value))
    elif isinstance(value, bool):
        return {prefix: str(value).lower()}
    else:
        return {prefix: "" if value is None else str(value)}
    return {
        name: leaf
        for key, inner in pairs
        for name, leaf in flat(inner, f"{prefix}.{key}" if prefix else str(key)).items()
    }
