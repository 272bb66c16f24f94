"""The same repository, written otherwise: the same findings, and fixes that mean the same."""

from __future__ import annotations

import json
import posixpath
import re
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path

import pytest

from mlblint.cards import built_in_cards
from mlblint.repo.resources import resources
from mlblint.text.documents import Document, documents, embedded
from mlblint.text.scalars import resolve_plain
from mlblint.text.source import Source

Tree = Mapping[str, str]

FIXTURES = Path(__file__).parent / "fixtures"
_NAMED = re.compile(r"(?:^|/)(?:kustomization\.yaml|Chart\.yaml|values[^/]*\.yaml|fleet\.yaml)$")
_VALUE = re.compile(r"(?m)^([ \t]*(?:- )?[\w./-]+: )([a-zA-Z][\w./-]*)$")
_PLAIN_KEY = re.compile(r"(?m)^([ \t]*(?:- )?)([a-z][\w./-]*):(?= |$)")


def trees() -> Iterator[tuple[str, Tree]]:
    for name in ("vpn", "talos", "homelab", "gt"):
        root = FIXTURES / name / "broken"
        paths = [p for p in sorted(root.rglob("*")) if p.suffix == ".yaml"]
        yield name, {p.relative_to(root).as_posix(): p.read_text() for p in paths}
    for card in built_in_cards():
        for example in card.examples:
            if example.findings and card.id not in ("MLB901", "MLB903"):
                config = json.dumps(example.config)
                yield f"{card.id}: {example.title}", {**example.files, ".mlblint.yaml": config}


TREES = dict(trees())


def manifests(tree: Tree) -> list[str]:
    return [p for p in tree if p.endswith(".yaml") and not p.startswith(".mlblint")]


def referred(tree: Tree, path: str) -> bool:
    """Whether other files speak of this one by its name."""
    return bool(_NAMED.search(path)) or any(posixpath.basename(path) in t for t in tree.values())


# --- other ways of writing -----------------------------------------------------------------------


def with_crlf(tree: Tree) -> Tree:
    return {path: text.replace("\n", "\r\n") for path, text in tree.items()}


def indented_twice_as_far(tree: Tree) -> Tree:
    def deeper(text: str) -> str:
        def twice(start: re.Match[str]) -> str:
            return start[1] * 2 + start[2].replace("- ", "-   ")

        return re.sub(r"(?m)^( *)((?:- )*)", twice, text)

    return {path: deeper(text) if path in manifests(tree) else text for path, text in tree.items()}


def in_quotes(tree: Tree) -> Tree:
    def quoted(text: str) -> str:
        def value(match: re.Match[str]) -> str:
            is_text = isinstance(resolve_plain(match[2]), str)
            return f"{match[1]}'{match[2]}'" if is_text else match[0]

        return _PLAIN_KEY.sub(r'\1"\2":', _VALUE.sub(value, text))

    return {path: quoted(text) if path in manifests(tree) else text for path, text in tree.items()}


def with_a_bom(tree: Tree) -> Tree:
    return {p: f"\ufeff{t}" if p in manifests(tree) else t for p, t in tree.items()}


def without_final_newlines(tree: Tree) -> Tree:
    return {p: t.rstrip("\n") if p in manifests(tree) else t for p, t in tree.items()}


def split_into_files(tree: Tree) -> Tree:
    result = dict(tree)
    for path in manifests(tree):
        if not referred(tree, path):
            parts = [part for part in re.split(r"(?m)^---\n", result.pop(path)) if part.strip()]
            for index, part in enumerate(parts):
                result[f"{path.removesuffix('.yaml')}-{index}.yaml"] = part
    return result


def joined_into_one_file(tree: Tree) -> Tree:
    result = dict(tree)
    folders: dict[str, list[str]] = {}
    for path in manifests(tree):
        if not referred(tree, path):
            folders.setdefault(posixpath.dirname(path), []).append(path)
    for folder, paths in folders.items():
        texts = [result.pop(path).rstrip("\n") + "\n" for path in paths]
        result[posixpath.join(folder, "all.yaml")] = "---\n".join(texts)
    return result


def wrapped_in_lists(tree: Tree) -> Tree:
    result = dict(tree)
    for path in manifests(tree):
        text = tree[path]
        if "apiVersion:" in text and not _NAMED.search(path):
            items = [
                re.sub(r"(?m)^(?=.)", "    ", part).replace("    ", "  - ", 1)
                for part in re.split(r"(?m)^---\n", re.sub(r"(?m)^#.*\n", "", text))
                if part.strip()
            ]
            result[path] = "apiVersion: v1\nkind: List\nitems:\n" + "".join(
                item if item.endswith("\n") else f"{item}\n" for item in items
            )
    return result


WAYS: tuple[Callable[[Tree], Tree], ...] = (
    with_crlf,
    indented_twice_as_far,
    in_quotes,
    with_a_bom,
    without_final_newlines,
    split_into_files,
    joined_into_one_file,
    wrapped_in_lists,
)


# --- the same meaning ----------------------------------------------------------------------------


def meaning(tree: Mapping[str, str]) -> Counter[str]:
    """Every object in the tree, with YAML in its strings read as well, whatever its layout."""
    found: Counter[str] = Counter()
    for path in manifests(tree):
        source = Source.from_bytes(path, tree[path].encode())
        for document in documents(source):
            assert isinstance(document, Document)
            if document.root is None:
                continue
            objects = [(r.base.path, r.data) for r in resources(document)]
            for at, data in objects or [((), document.data)]:
                found[json.dumps(plain(document, at, data), sort_keys=True)] += 1
    return found


def plain(document: Document, at: tuple, data: object) -> object:
    if isinstance(data, dict):
        return {key: plain(document, (*at, key), value) for key, value in data.items()}
    if isinstance(data, list):
        return [plain(document, (*at, index), value) for index, value in enumerate(data)]
    if isinstance(data, str) and "\n" in data:
        inner = [one.data for one in embedded(document, at) if isinstance(one.data, dict)]
        return inner or " ".join(data.split())
    return data


@pytest.mark.parametrize("way", WAYS, ids=lambda way: way.__name__)
@pytest.mark.parametrize("name", TREES)
def test_the_layout_does_not_matter(name: str, way: Callable, repository: Callable) -> None:
    tree = TREES[name]
    other = way(tree)
    assert meaning(other) == meaning(tree), "the way of writing changes nothing"
    expected = repository(tree, "a")
    actual = repository(other, "b")
    assert said(actual.findings()) == said(expected.findings())
    for unsafe in (False, True):
        fixed = meaning({**tree, **expected.fixed(unsafe=unsafe)})
        assert meaning({**other, **actual.fixed(unsafe=unsafe)}) == fixed


def said(findings: list) -> Counter:
    return Counter((f.rule, f.severity, f.message, f.help, str(f.subject)) for f in findings)
