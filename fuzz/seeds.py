"""What the fuzzers begin with: the fixtures of the tests and the examples of the rules."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any

from mlblint.cards import built_in_cards

FIXTURES = Path(__file__).parents[1] / "tests" / "fixtures"
LONGEST = 4_000
"""Characters of a file that makes a useful beginning: a mutation of a longer one mostly misses."""

TOKENS = (
    *("---", "- ", ": ", "? ", "# ", "|", "|-", "|+", "|2", ">", ">-", "&a ", "*a", "<<: *a"),
    *("[", "]", "{", "}", ", ", "''", '\\"', "!!str ", "\\x0d\\x0a", "\\x09", "\\xef\\xbb\\xbf"),
    *("{{ x }}", "${X}", "...", "%YAML 1.2", "null", "apiVersion: ", "kind: Service"),
    *("metadata:", "annotations:", "spec:", "metallb.io/loadBalancerIPs: ", "addresses:"),
    *("10.0.0.0/24", "10.0.0.1-10.0.0.9", "2001:db8::/64", "# mlblint: ignore[MLB301] "),
)
"""Words that a mutation may put in, as libFuzzer's dictionaries spell them."""


@dataclass(frozen=True)
class Tree:
    """A small repository; `config` is what its configuration would hold."""

    files: Mapping[str, bytes]
    config: Mapping[str, Any] = field(default_factory=dict)


@cache
def trees() -> tuple[Tree, ...]:
    found = [Tree(dict(_files(root))) for root in sorted(FIXTURES.glob("*/broken"))]
    for card in built_in_cards():
        for example in card.examples:
            files = {path: text.encode() for path, text in example.files.items()}
            found.append(Tree(files, example.config))
    return tuple(found)


def manifests() -> Iterator[bytes]:
    """Files of YAML or JSON that are not too long, each once."""
    known: set[bytes] = set()
    for tree in trees():
        for path, data in tree.files.items():
            if path.endswith((".yaml", ".yml", ".json")) and len(data) <= LONGEST:
                known.add(data)
    yield from sorted(known)


def _files(root: Path) -> Iterator[tuple[str, bytes]]:
    for path in sorted(root.rglob("*")):
        if path.is_file() and path.suffix in (".yaml", ".yml", ".json"):
            yield path.relative_to(root).as_posix(), path.read_bytes()
