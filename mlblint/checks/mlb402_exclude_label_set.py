"""Nodes that are given the label with which MetalLB never announces from them."""

from __future__ import annotations

import re
from collections.abc import Iterator

from mlblint.context import Context
from mlblint.findings import Problem
from mlblint.repo.exclude_label import LABEL, has_metallb, may_be_heeded
from mlblint.repo.resources import resources
from mlblint.repo.texts import live_documents
from mlblint.repo.words import EXCLUDE_LABELS
from mlblint.text.documents import Document
from mlblint.text.nodes import Path, Scalar, walk
from mlblint.text.places import Place

_LABEL = re.compile(re.escape(LABEL))
# Talos and talhelper; Kubespray and other roles for Ansible.
_MAPPINGS = ("nodeLabels", "node_labels")
# k3s and RKE2; the kubelet's own argument; roles for Ansible.
_TEXTS = ("node-label", "node-labels", "node_labels")


def check(context: Context) -> Iterator[Problem]:
    model = context.model
    heeded = {
        cluster: may_be_heeded(cluster, model.files)
        for cluster in model.clusters
        if has_metallb(cluster)
    }
    if not any(heeded.values()):
        return
    for document in live_documents(model, _LABEL, EXCLUDE_LABELS):
        # Files for the machines are applied by nobody in sight: any cluster may be meant.
        named = model.clusters_of(document.source.path)
        judged = [heeded[one] for one in named or heeded if one in heeded]
        if judged and all(judged):
            yield from _problems(document)


def _problems(document: Document) -> Iterator[Problem]:
    nodes = [r.base.path for r in resources(document) if r.is_a("", "Node")]
    for path, node in walk(document.root) if document.root is not None else ():
        if path[-1:] == (LABEL,):
            parent = path[:-1]
            on_node = any(parent == (*base, "metadata", "labels") for base in nodes)
            given = node if on_node or _key(parent) in _MAPPINGS else None
            # Talos takes a label away with `$patch: delete` in the place of its value.
            if isinstance(given, Scalar):
                yield _problem(Place(document, path, on_key=True), given.text)
        elif isinstance(node, Scalar) and LABEL in node.text and _key(path) in _TEXTS:
            labels = dict(_label(part) for part in node.text.split(","))
            if LABEL in labels:
                yield _problem(Place(document, path), labels[LABEL])


def _key(path: Path) -> str | None:
    return next((key for key in reversed(path) if isinstance(key, str)), None)


def _label(text: str) -> tuple[str, str]:
    key, _, value = text.partition("=")
    return key.strip(), value.strip()


def _problem(place: Place, value: str) -> Problem:
    return Problem(
        place=place,
        message=(
            f"the node gets the label `{LABEL}` (value `{value}`): MetalLB since 0.14.0 asks only "
            "whether the label is there, not for its value, and never announces an address from "
            "such a node, unless its speaker runs with `--ignore-exclude-lb`"
        ),
        help=(
            "take the label away (Talos puts it on control planes by itself: there, write "
            "`$patch: delete` under it in `machine.nodeLabels`), or set "
            "`speaker.ignoreExcludeLB: true` in MetalLB's values"
        ),
        unfixable="whether the node is to be left out is for a person to decide",
    )
