"""The oldest releases that pyproject.toml allows, as constraints for pip.

    python ci/lowest.py [EXTRA...] > constraints.txt

Every requirement has to name a lowest version, and none may name a highest.
"""

from __future__ import annotations

import re
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

if sys.version_info >= (3, 11):
    import tomllib
else:
    import tomli as tomllib

PYPROJECT = Path(__file__).parents[1] / "pyproject.toml"
_REQUIREMENT = re.compile(r"(?P<name>[A-Za-z0-9._-]+)>=(?P<lowest>[0-9.]+)(?P<marker>\s*;.*)?")


def constraints(project: dict[str, Any], extras: list[str]) -> Iterator[str]:
    optional = project["optional-dependencies"]
    for requirement in [*project["dependencies"], *(r for e in extras for r in optional[e])]:
        match = _REQUIREMENT.fullmatch(requirement)
        if match is None:
            raise SystemExit(f"{requirement}: expected `name>=version`, and nothing above it")
        yield f"{match['name']}=={_padded(match['lowest'])}{match['marker'] or ''}"


def _padded(version: str) -> str:
    """The first release of a series: 8.1 is 8.1.0."""
    return ".".join([*version.split("."), "0", "0"][: max(3, len(version.split(".")))])


if __name__ == "__main__":
    project = tomllib.loads(PYPROJECT.read_text("utf-8"))["project"]
    sys.stdout.writelines(f"{line}\n" for line in constraints(project, sys.argv[1:]))
