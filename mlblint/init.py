"""The configuration that `mlblint init` proposes: what the repository shows, and examples of
what it cannot show."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from mlblint.config.files import PYPROJECT, YAML_NAMES, find_config
from mlblint.config.loading import config_schema
from mlblint.config.rendering import comment_text, yaml_text
from mlblint.records import dataclass
from mlblint.schema import Schema, accepts
from mlblint.writing import put


class InitError(ValueError):
    """The file cannot be written, or must not be."""


@dataclass(frozen=True)
class Fact:
    """Something that the repository says, and where: "file:line"."""

    value: str
    place: str | None = None


@dataclass(frozen=True)
class Seen:
    """What was found, in the order of the files. Two values of `version`, `namespace` or
    `prefix` contradict each other (two clusters, for instance), and none of them is chosen.

    `engine` says who delivers: "Argo CD", "Flux", "k3s", "Fleet".
    """

    version: tuple[Fact, ...] = ()
    namespace: tuple[Fact, ...] = ()
    prefix: tuple[Fact, ...] = ()
    interfaces: tuple[Fact, ...] = ()
    engine: tuple[Fact, ...] = ()


def render(seen: Seen) -> str:
    """The text of a `.mlblint.yaml`."""
    whole = config_schema()
    schema = whole["properties"]
    metallb, network = schema["metallb"]["properties"], schema["network"]["properties"]
    lines = [
        # Editors with a YAML language server complete and check the file by it.
        f"# yaml-language-server: $schema={whole['$id']}",
        "# Configuration of mlblint. Every key is optional.",
        f"# {_engine(seen.engine)}",
        "",
        "metallb:",
        *_setting("version", seen.version, metallb["version"], "0.15.3"),
        *_setting("namespace", seen.namespace, metallb["namespace"], "metallb-system"),
        "  # The prefix that MetalLB's annotations on Services are expected to have:",
        "  # metallb.universe.tf, metallb.io, or auto to follow MetalLB's version.",
        *_setting("annotation-prefix", seen.prefix, metallb["annotation-prefix"], "metallb.io"),
        "",
        "network:",
        "  # Where L2 addresses are announced. A fix writes these names.",
        *_interfaces(seen.interfaces, network["interfaces"]["items"]),
        *_EXAMPLES,
    ]
    return "\n".join(lines) + "\n"


def write(root: Path, text: str, *, force: bool = False) -> Path:
    """Writes the configuration file of a repository and returns its path. Replaces an
    existing one only with `force`."""
    existing = [path.name for path in find_config(root)]
    if existing and not force:
        where = (
            f"{existing[0]} has a table [tool.mlblint]"
            if PYPROJECT in existing[:1]
            else (f"{existing[0]} is there already")
        )
        raise InitError(f"{where}; edit it, or replace it with --force")
    path = root / next((name for name in existing if name in YAML_NAMES), YAML_NAMES[0])
    try:
        put(path, text.encode(), follow=False)
    except OSError as error:
        raise InitError(f"{path.name} cannot be written: {error.strerror}") from None
    return path


_EXAMPLES = """\
  # What the DHCP server hands out; no pool may share addresses with it.
  # dhcp: [192.168.7.100-192.168.7.199]
  # The subnets of the nodes' interfaces, and the addresses of the nodes.
  # subnets: [192.168.7.0/24]
  # nodes: [192.168.7.11, 192.168.7.12, 192.168.7.13]
  # Addresses that belong to something else. The keys name it in messages.
  # reserved:
  #   router: 192.168.7.1
  #   nas: [192.168.7.5, 192.168.7.6]

# Services that are opened over a routed VPN: no ARP reply reaches its clients.
# vpn:
#   services: ["cortex-chat/*"]
#   namespaces: [internal]
#   hostnames: ["*.vpn.example.com"]
#   selector: {access: vpn}
#   reaches-l2: false

# Domains that are no longer used, and what took their place.
# dns:
#   retired-domains:
#     old.example.com: new.example.com

# Which files reach which cluster, where the repository does not show it.
# clusters:
#   - name: prod
#     paths: ["clusters/prod/**", "apps/**"]
#   - each: "clusters/*"

# Files that mlblint does not look at; globs as in .gitignore.
# exclude: [archive/]""".splitlines()


def _engine(facts: tuple[Fact, ...]) -> str:
    if not facts:
        return "No delivery engine was found (Argo CD, Flux, k3s, Fleet)."
    return f"Delivered by {', '.join(map(_described, _distinct(facts)))}."


def _setting(key: str, facts: tuple[Fact, ...], schema: Schema, example: str) -> Iterator[str]:
    """A line that sets the key if the repository says one thing about it, else comments."""
    distinct = _distinct(facts)
    usable = [fact for fact in distinct if accepts(schema, fact.value)]
    if len(distinct) == 1 and usable:
        yield f"  {key}: {yaml_text(usable[0].value)}{_comment(usable[0])}"
        return
    for fact in distinct:
        yield f"  # In the repository: {_described(fact)}"
    yield f"  # {key}: {yaml_text(usable[0].value if usable else example)}"


def _interfaces(facts: tuple[Fact, ...], schema: Schema) -> Iterator[str]:
    distinct = _distinct(facts)
    usable = [fact for fact in distinct if accepts(schema, fact.value)]
    for fact in distinct:
        if fact not in usable:
            yield f"  # In the repository, but no literal name: {_described(fact)}"
    if not usable:
        yield "  # interfaces: [eth0]"
        return
    yield "  interfaces:"
    for fact in usable:
        yield f"    - {yaml_text(fact.value)}{_comment(fact)}"


def _distinct(facts: tuple[Fact, ...]) -> list[Fact]:
    """Each value where it was seen first."""
    first_of: dict[str, Fact] = {}
    for fact in facts:
        first_of.setdefault(fact.value, fact)
    return list(first_of.values())


def _described(fact: Fact) -> str:
    place = f" (seen in {comment_text(fact.place)})" if fact.place else ""
    return comment_text(fact.value) + place


def _comment(fact: Fact) -> str:
    return f"  # seen in {comment_text(fact.place)}" if fact.place else ""
