"""The targets: each is a module with `check`, which raises on a broken law, and `seeds`."""

from __future__ import annotations

TARGETS = (
    "parsing",
    "embedding",
    "editing",
    "configuration",
    "comments",
    "patching",
    "addresses",
    "selectors",
    "versions",
    "pipeline",
    "reports",
)

SLOW = frozenset({"pipeline", "reports"})
"""Those that take milliseconds for an input, where the others take a fraction of one."""
