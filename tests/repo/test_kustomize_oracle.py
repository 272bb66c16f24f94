"""kubectl is the oracle: what it makes of a folder is what the model must say.

Where kubectl refuses a folder, the model must have noticed something too.
"""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from mlblint.repo.files import Files
from mlblint.repo.kustomize import Builder, Built, build, kustomization_of
from mlblint.repo.resources import Resource
from mlblint.text.documents import Broken, Document, documents
from mlblint.text.source import Source

ROOT = Path(__file__).parents[2]
FIXTURES = ROOT / "tests" / "fixtures"
CORPUS = ROOT.parent / "shared" / "corpus"
NAMES = ("kustomization.yaml", "kustomization.yml", "Kustomization")
WHOLE_SPEC = {
    "Service",
    "IPAddressPool",
    "L2Advertisement",
    "BGPAdvertisement",
    "BGPPeer",
    "BFDProfile",
    "Community",
    "Application",
    "ApplicationSet",
    "HelmRelease",
    "Kustomization",
    "Namespace",
    "Deployment",
    "DaemonSet",
    "StatefulSet",
}

Key = tuple[str, str, str, str | None]

needs_kubectl = pytest.mark.skipif(
    shutil.which("kubectl") is None,
    reason="kubectl is not installed (Debian: kubernetes-client), so there is nothing to compare",
)


@dataclass
class Comparison:
    folders: int = 0
    objects: int = 0
    refused: Counter[str] = field(default_factory=Counter)
    mismatches: list[str] = field(default_factory=list)

    def __str__(self) -> str:
        refused = ", ".join(f"{count} {why}" for why, count in sorted(self.refused.items()))
        return (
            f"compared {self.objects} objects of {self.folders} folders; "
            f"kubectl refuses {self.refused.total()} folders ({refused or 'none'}); "
            f"{len(self.mismatches)} mismatches"
        )


def kubectl(folder: Path, home: Path) -> str | None:
    """What kubectl makes of the folder, or None if it refuses."""
    done = subprocess.run(
        ["kubectl", "kustomize", str(folder)],
        capture_output=True,
        text=True,
        timeout=60,
        env={"HOME": str(home), "PATH": os.environ["PATH"], "https_proxy": "http://127.0.0.1:9"},
        check=False,
    )
    return done.stdout if done.returncode == 0 else None


def files_of(repository: Path) -> Files:
    found = (
        str(path.relative_to(repository))
        for path in repository.rglob("*")
        if path.is_file() and (path.suffix in (".yaml", ".yml", ".json") or path.name in NAMES)
    )
    return Files(repository, sorted(found))


def kustomizations(files: Files) -> Iterator[str]:
    for path in files.paths:
        folder, _, name = path.rpartition("/")
        if name in NAMES:
            yield folder


def without_nulls(value: Any) -> Any:
    """A key without a value says as much as no key."""
    if isinstance(value, dict):
        return {key: without_nulls(one) for key, one in value.items() if one is not None}
    if isinstance(value, list):
        return [without_nulls(one) for one in value]
    return value


def without_hashes(value: Any, generated: set[str]) -> Any:
    """kustomize appends a hash to the name of what it generates, and to what refers to it."""
    if isinstance(value, dict):
        return {key: without_hashes(one, generated) for key, one in value.items()}
    if isinstance(value, list):
        return [without_hashes(one, generated) for one in value]
    if isinstance(value, str) and (match := re.fullmatch(r"(.+)-[a-z0-9]{10}", value)):
        return match[1] if match[1] in generated else value
    return value


def theirs(output: str, built: Built) -> dict[Key, Any]:
    generated = {one.resource.name for one in built.generated}
    kinds = {(one.resource.kind, one.resource.name) for one in built.generated}
    found: dict[Key, Any] = {}
    for part in documents(Source.from_bytes("kubectl.yaml", output.encode())):
        assert isinstance(part, Document)
        if part.data is None:
            continue
        data = without_hashes(part.data, generated)
        metadata = data["metadata"]
        if (data["kind"], metadata["name"]) not in kinds:
            key = (data["apiVersion"], data["kind"], metadata["name"], metadata.get("namespace"))
            found[key] = data
    return found


def key_of(resource: Resource) -> Key:
    return (resource.api_version, resource.kind, resource.name, resource.namespace)


def compare(folder: str, output: str, built: Built, comparison: Comparison) -> None:
    expected = theirs(output, built)
    ours = {key_of(resource): resource for resource in built.resources}
    comparison.folders += 1
    comparison.mismatches += [f"{folder}: kubectl alone has {k}" for k in expected.keys() - ours]
    comparison.mismatches += [f"{folder}: kubectl lacks {k}" for k in ours.keys() - expected.keys()]
    for key in sorted(expected.keys() & ours.keys(), key=str):
        comparison.objects += 1
        resource, other = ours[key], expected[key]
        fields = [("metadata", "annotations"), ("metadata", "labels")]
        fields += [("spec",)] if resource.kind in WHOLE_SPEC else []
        for path in fields:
            if resource.is_unknown(*path):
                continue
            mine = without_nulls(resource.get(*path) or {})
            other_value: Any = other
            for step in path:
                other_value = (other_value or {}).get(step)
            if mine != without_nulls(other_value or {}):
                comparison.mismatches.append(
                    f"{folder}: {key} {'.'.join(path)}\n  ours    {mine}\n  kubectl {other_value}"
                )


def why_refused(files: Files, folder: str, built: Built) -> str | None:
    """What the model knows that explains why kubectl does not build the folder."""
    if built.remotes:
        return "fetch something"
    if built.helm_charts:
        return "need helm"
    if built.opaque:
        return "need plugins"
    if built.faults:
        return "are at fault"
    if files.all_documents(f"{folder}/{NAMES[0]}") and kustomization_of(files, folder) is None:
        return "are not for kustomize"
    own = [f"{folder}/{name}".lstrip("/") for name in NAMES]
    if any(isinstance(part, Broken) for path in own for part in files.all_parts(path)):
        return "are not readable"
    return "are templates" if is_template(files, folder) else None


def compare_repository(repository: Path, home: Path, comparison: Comparison) -> None:
    files = files_of(repository)
    builder = Builder(files)
    for folder in kustomizations(files):
        name = f"{repository.name}/{folder}"
        built = builder.build(folder)
        why = "fetch something" if built.remotes else "need helm" if built.helm_charts else None
        output = kubectl(repository / folder, home) if why is None else None
        if output is not None:
            compare(name, output, built, comparison)
            comparison.mismatches += [f"{name}: {fault}" for fault in built.faults]
            continue
        why = why or why_refused(files, folder, built)
        comparison.refused[why or "without a reason that the model knows"] += 1
        if why is None:
            comparison.mismatches.append(f"{name}: kubectl refuses, the model sees nothing wrong")


def is_template(files: Files, folder: str) -> bool:
    """Templates that happen to be YAML: `name: {{ .name }}` is a mapping with a mapping as key."""
    own = [f"{folder}/{name}".lstrip("/") for name in NAMES]
    return any((source := files.source(path)) and "{{" in source.text for path in own)


def repositories(folder: Path) -> Iterator[Path]:
    """The folders in which a tree of kustomizations can be built as a whole."""
    for one in sorted(folder.iterdir()):
        if one.is_dir() and any(path.name in NAMES for path in one.rglob("*")):
            yield one


def report(comparison: Comparison, capsys: pytest.CaptureFixture[str]) -> None:
    with capsys.disabled():
        sys.stdout.write(f"\n{comparison}\n")


@needs_kubectl
def test_fixtures_are_built_as_kubectl_builds_them(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    comparison = Comparison()
    for group in sorted(FIXTURES.iterdir()):
        for repository in repositories(group) if group.is_dir() else ():
            compare_repository(repository, tmp_path, comparison)
    report(comparison, capsys)
    assert comparison.mismatches == []
    assert comparison.folders >= 10
    assert comparison.objects >= 30


@pytest.mark.long
@needs_kubectl
@pytest.mark.skipif(not CORPUS.is_dir(), reason="no ../shared/corpus beside the repository")
def test_real_repositories_are_built_as_kubectl_builds_them(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    comparison = Comparison()
    for repository in repositories(CORPUS):
        compare_repository(repository, tmp_path, comparison)
    report(comparison, capsys)
    assert comparison.mismatches == []
    assert comparison.folders >= 500


# -- laws ---------------------------------------------------------------------------------

TEXTS = st.sampled_from(["x", "y", "80", ""])
SCALARS = st.one_of(TEXTS, st.sampled_from([0, 1, 80]), st.booleans())
DIRECTIVES = st.sampled_from(["replace", "delete", "merge"])


def optional(**fields: st.SearchStrategy[Any]) -> st.SearchStrategy[dict[str, Any]]:
    return st.fixed_dictionaries({}, optional=fields)


def ports(patch: bool) -> st.SearchStrategy[list[dict[str, Any]]]:
    more: dict[str, st.SearchStrategy[Any]] = {"$patch": DIRECTIVES} if patch else {}
    port = optional(
        port=st.sampled_from([53, 80, 443]),
        protocol=st.sampled_from(["TCP", "UDP"]),
        name=st.sampled_from("ab"),
        nodePort=st.sampled_from([30001, 30002]),
        **more,
    )
    return st.lists(port, max_size=3)


def values(patch: bool) -> st.SearchStrategy[Any]:
    leaf = st.one_of(SCALARS, st.none()) if patch else SCALARS
    inner: dict[str, st.SearchStrategy[Any]] = {"$patch": DIRECTIVES} if patch else {}
    return st.one_of(leaf, st.lists(leaf, max_size=2), optional(p=leaf, q=leaf, **inner))


def services(patch: bool) -> st.SearchStrategy[dict[str, Any]]:
    marks = optional(a=st.one_of(TEXTS, st.none()) if patch else TEXTS, b=TEXTS)
    finalizers = st.lists(st.sampled_from("fgh"), unique=True)
    metadata = optional(annotations=marks, labels=marks, finalizers=finalizers)
    spec = optional(ports=ports(patch), a=values(patch), b=values(patch))
    return st.builds(
        lambda extra, spec: {
            "apiVersion": "v1",
            "kind": "Service",
            "metadata": {"name": "web", **extra},
            "spec": spec,
        },
        metadata,
        spec,
    )


POINTERS = st.sampled_from(
    "/spec/a /spec/a/p /spec/b/0 /spec/ports/0 /spec/ports/- /spec/ports/-1 /spec/ports/1/port "
    "/metadata/annotations/a /metadata/labels/a /spec/nothing/there".split()
)
OPERATIONS = st.lists(
    st.one_of(
        st.fixed_dictionaries(
            {"op": st.sampled_from(["add", "replace", "test"]), "path": POINTERS, "value": TEXTS}
        ),
        st.fixed_dictionaries({"op": st.just("remove"), "path": POINTERS}),
        st.fixed_dictionaries(
            {"op": st.sampled_from(["move", "copy"]), "path": POINTERS, "from": POINTERS}
        ),
    ),
    min_size=1,
    max_size=3,
)


def agrees_with_kubectl(base: Any, patch: Any, target: str, folder: Path) -> None:
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir()
    contents = {
        "base.json": json.dumps(base),
        "patch.json": json.dumps(patch),
        "kustomization.yaml": f"resources: [base.json]\npatches: [{{path: patch.json{target}}}]\n",
    }
    for name, content in contents.items():
        (folder / name).write_text(content)
    output = kubectl(folder, folder)
    built = build(Files(folder, contents), "")
    if output is None:
        assert built.faults
        return
    comparison = Comparison()
    compare("generated", output, built, comparison)
    assert (comparison.mismatches, built.faults) == ([], ())


@pytest.mark.long
@needs_kubectl
@settings(max_examples=150, deadline=None, suppress_health_check=list(HealthCheck))
@given(services(patch=False), services(patch=True))
def test_any_strategic_patch_does_what_it_does_in_kubectl(
    tmp_path: Path, base: Any, patch: Any
) -> None:
    agrees_with_kubectl(base, patch, "", tmp_path / "it")


@pytest.mark.long
@needs_kubectl
@settings(max_examples=150, deadline=None, suppress_health_check=list(HealthCheck))
@given(services(patch=False), OPERATIONS)
def test_any_json_patch_does_what_it_does_in_kubectl(tmp_path: Path, base: Any, patch: Any) -> None:
    agrees_with_kubectl(base, patch, ", target: {kind: Service}", tmp_path / "it")
