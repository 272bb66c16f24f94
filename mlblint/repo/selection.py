"""Which objects a patch means: kustomize's identities and selectors."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import NamedTuple

from mlblint.patterns import PatternError, compiled
from mlblint.records import cached_property, dataclass
from mlblint.repo.merge_keys import is_cluster_wide
from mlblint.repo.resources import Resource, mapping
from mlblint.repo.spellings import with_text_annotations
from mlblint.repo.traced import Traced, plain_text

CLUSTER_WIDE = "_non_namespaceable_"
"""The namespace that kustomize gives to objects without one (kyaml/resid/resid.go@v0.18)."""

_NAMING = ("apiVersion", "kind", "metadata")


class Identity(NamedTuple):
    """`namespace` is "default" where the object names none."""

    api_version: str
    kind: str
    name: str
    namespace: str


@dataclass(frozen=True, eq=False)
class Item:
    """An object on its way through kustomizations, and the identities that it had before.
    `files` are those that a generated ConfigMap is made of, by key."""

    root: Traced
    earlier: tuple[Identity, ...] = ()
    files: Mapping[str, str] | None = None

    @cached_property
    def identity(self) -> Identity:
        return identity_of(self.root)

    @property
    def identities(self) -> tuple[Identity, ...]:
        return (*self.earlier, self.identity)

    @cached_property
    def resource(self) -> Resource:
        """What it is when it leaves the last of them."""
        root = with_text_annotations(self.root)
        return Resource(root.place, root.plain(), *root.marks())

    def remembering(self) -> Item:
        return self._after(self.root, self.identities)

    def with_root(self, root: Traced) -> Item:
        return self._after(root, self.earlier)

    def _after(self, root: Traced, earlier: tuple[Identity, ...]) -> Item:
        after = Item(root, earlier, self.files)
        # Most changes leave alone what it is called, and it is asked for that after each.
        if "identity" in self.__dict__ and root.shares(self.root, *_NAMING):
            after.__dict__["identity"] = self.identity
        return after


def identity_of(root: Traced) -> Identity:
    metadata = root.get("metadata") or Traced(None, root.place)
    api_version, kind = _text(root, "apiVersion"), _text(root, "kind")
    name, namespace = _text(metadata, "name"), _text(metadata, "namespace")
    if is_cluster_wide(api_version, kind):
        namespace = CLUSTER_WIDE
    return Identity(api_version, kind, name, namespace or "default")


def _text(node: Traced, key: str) -> str:
    value = node.field(key)
    if isinstance(value, str):
        return value
    return "" if value is None else plain_text(value)


@dataclass(frozen=True)
class Selector:
    """`target:` of a patch. Names are regular expressions that must match as a whole
    (api/types/selector.go@v0.18); what is empty matches everything."""

    group: str = ""
    version: str = ""
    kind: str = ""
    name: str = ""
    namespace: str = ""
    labels: str = ""
    annotations: str = ""

    def matches(self, item: Item) -> bool:
        current = item.identity
        if not _fits(self.kind, current.kind):
            return False
        first = item.earlier[0] if item.earlier else current
        group, _, version = current.api_version.rpartition("/")
        return (
            (_fits(self.namespace, first.namespace) or _fits(self.namespace, current.namespace))
            and (_fits(self.name, first.name) or _fits(self.name, current.name))
            and _fits(self.group, group)
            and _fits(self.version, version)
            and _selects(self.labels, item, "labels")
            and _selects(self.annotations, item, "annotations")
        )


def selector_of(node: Traced) -> Selector:
    return Selector(
        group=_text(node, "group"),
        version=_text(node, "version"),
        kind=_text(node, "kind"),
        name=_text(node, "name"),
        namespace=_text(node, "namespace"),
        labels=_text(node, "labelSelector"),
        annotations=_text(node, "annotationSelector"),
    )


def _fits(pattern: str, text: str) -> bool:
    if not pattern or pattern == text:
        return True
    if _LITERAL.fullmatch(pattern):
        return False
    try:
        return compiled(pattern).fullmatch(text)
    except PatternError:
        return False


def _selects(selector: str, item: Item, key: str) -> bool:
    return not selector or label_selector_matches(
        selector, mapping(item.root.value("metadata", key))
    )


_LITERAL = re.compile(r"[A-Za-z0-9-]*")
_REQUIREMENT = re.compile(
    r"\s*(?:(?P<not>!)\s*(?P<absent>[^\s,=!()<>]+)"
    r"|(?P<key>[^\s,=!()<>]+)\s*(?:"
    r"(?P<op>==?|!=|<|>)\s*(?P<value>[^\s,()]*)"
    r"|(?P<set>in|notin)\s*\((?P<values>[^)]*)\)"
    r"|))\s*(?:,|\Z)"
)


def label_selector_matches(selector: str, labels: Mapping[str, object]) -> bool:
    """The text form of Kubernetes' label selectors; one that cannot be read matches nothing."""
    at = 0
    while at < len(selector):
        match = _REQUIREMENT.match(selector, at)
        if match is None or not _holds(match, labels):
            return False
        at = match.end()
    return True


def _holds(match: re.Match[str], labels: Mapping[str, object]) -> bool:
    if match["not"]:
        return match["absent"] not in labels
    key = match["key"]
    present, actual = key in labels, str(labels.get(key, ""))
    if match["set"]:
        listed = present and actual in [value.strip() for value in match["values"].split(",")]
        return listed == (match["set"] == "in")
    if match["op"] in ("=", "=="):
        return present and actual == match["value"]
    if match["op"] == "!=":
        return not present or actual != match["value"]
    if match["op"]:
        try:
            below, above = int(actual) < int(match["value"]), int(actual) > int(match["value"])
        except ValueError:
            return False
        return below if match["op"] == "<" else above
    return present
