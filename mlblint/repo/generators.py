"""ConfigMaps and Secrets that a kustomization makes. Their names lack the hash that kustomize
appends, so that references to them can be followed."""

from __future__ import annotations

import posixpath
from collections.abc import Iterator

from mlblint.repo.files import Files, join
from mlblint.repo.kustomization import Kustomization
from mlblint.repo.selection import Item
from mlblint.repo.stage import Stage
from mlblint.repo.traced import ABSENT, Traced


def generate(stage: Stage, asked: Kustomization, files: Files) -> None:
    for entry in asked.config_maps:
        _add(stage, entry, _made("ConfigMap", entry, asked.folder, stage, files))
    for entry in asked.secrets:
        _add(stage, entry, _made("Secret", entry, asked.folder, stage, files))


def _made(kind: str, entry: Traced, folder: str, stage: Stage, files: Files) -> Item | None:
    name = entry.get("name")
    if name is None or not name.text():
        return None
    metadata = Traced({}, entry.place).with_field("name", name)
    namespace = entry.get("namespace")
    if namespace is not None and namespace.text():
        metadata = metadata.with_field("namespace", namespace)
    data = Traced({}, entry.place)
    sources: dict[str, str] = {}
    for key, value in _literals(entry):
        # Secrets are base64 in the cluster: what nobody reads is not worked out.
        data = data.with_field(key, value if kind == "ConfigMap" else _unread(value))
    for one in _listed(entry, "files"):
        key, path = _named(one.text())
        found = _existing(path, one, folder, stage, files)
        data = data.with_field(key, _unread(one))
        if found is not None:
            sources[key] = found
    for one in [*_listed(entry, "envs"), *filter(None, [entry.get("env")])]:
        _existing(one.text(), one, folder, stage, files)
    root = Traced({"apiVersion": "v1", "kind": kind}, entry.place)
    root = root.with_field("metadata", metadata).with_field("data", data)
    return Item(root, files=sources)


def _listed(entry: Traced, key: str) -> list[Traced]:
    node = entry.get(key)
    return [item for item in node.items if item.text()] if node is not None else []


def _unread(at: Traced) -> Traced:
    return Traced(ABSENT, at.place, unknown=True)


def _literals(entry: Traced) -> Iterator[tuple[str, Traced]]:
    for item in _listed(entry, "literals"):
        key, _, value = item.text().partition("=")
        yield key, Traced(value.strip("\"'"), item.place)


def _named(text: str) -> tuple[str, str]:
    key, equals, path = text.partition("=")
    return (key, path) if equals else (posixpath.basename(text), text)


def _existing(entry: str, at: Traced, folder: str, stage: Stage, files: Files) -> str | None:
    path = join(folder, entry)
    if path is None:
        stage.fault("outside", at.place, f'"{entry}" leaves the repository')
        return None
    # What is generated from need not be YAML: only then is it known without asking the disk.
    if not files.has(path) and (not files.exists(path) or files.disk.is_folder(path)):
        stage.fault("missing", at.place, f'"{entry}" does not exist')
        return None
    stage.used.add(path)
    return path


def _add(stage: Stage, entry: Traced, item: Item | None) -> None:
    """api/resmap/reswrangler.go@v0.18, `appendReplaceOrMerge`."""
    if item is None:
        return
    behavior = entry.get("behavior")
    how = behavior.text() if behavior is not None else ""
    matches = [one for one in stage.items if item.identity in one.identities]
    if how not in ("merge", "replace"):
        if matches:
            message = f"{item.identity.kind} {item.identity.name} exists already"
            stage.fault("duplicate", entry.place, message)
        stage.items.append(item)
        return
    if not matches:
        if stage.is_complete:
            message = f"there is no {item.identity.kind} {item.identity.name} to {how}"
            stage.fault("missing", entry.place, message)
        stage.items.append(item)
        return
    old = matches[0]
    data = item.root.fields["data"]
    if how == "merge":
        before = old.root.get("data") or Traced({}, entry.place)
        for key, value in data.fields.items():
            before = before.with_field(key, value)
        data = before
    sources = {**(old.files or {}), **(item.files or {})} if how == "merge" else item.files
    root = old.root.with_field("data", data)
    stage.items[stage.items.index(old)] = Item(root, old.earlier, sources or {})
