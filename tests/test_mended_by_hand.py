"""Faults as people make them, and as they mend them by hand: found before, silent after, and
where a rule offers a fix, it does what they did. The tables are `mended/*.yaml`."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import pytest
from ruamel.yaml import YAML

TABLES = Path(__file__).parent / "mended"


def cases() -> list[Any]:
    """`files` with the fault; `finds`, the places of the rule's findings; `mend`, what the
    person replaced by what (and `adds`); `fix`, whether the rule offers that, and how sure it is
    (`other`: where there are many ways, it offers one that the person did not take). Files that
    are `rendered` from others no fix touches: rendering them again is the person's. People do not
    always mend what is wrong: what is `still` found."""
    return [
        pytest.param(case, id=f"{table.stem}: {case['title']}")
        for table in sorted(TABLES.glob("*.yaml"))
        for case in YAML(typ="safe").load(table)["cases"]
    ]


def places(repo: Any, rule: str) -> list[str]:
    return [f"{f.location.path}:{f.location.start.line}" for f in repo.findings(rule)]


def mended(case: Mapping[str, Any]) -> dict[str, str]:
    files = {**case["files"], **case.get("adds", {})}
    for path, replaced in case["mend"].items():
        if replaced == "gone":
            del files[path]
            continue
        for old, new in replaced:
            assert files[path].count(old) == 1, f"`{old}` stands once in {path}"
            files[path] = files[path].replace(old, new)
    return files


@pytest.mark.parametrize("case", cases())
def test_what_people_mended(case: Mapping[str, Any], repository: Callable) -> None:
    rule, before, after = case["rule"], case["files"], mended(case)
    repo = repository(before)
    assert places(repo, rule) == case["finds"]
    rendered = case.get("rendered", ())
    changed = {
        path: text
        for path, text in after.items()
        if text != before.get(path) and path not in rendered
    }
    for way in ("safe", "unsafe") if case["fix"] != "other" else ():
        by_rule = repo.fixed(rule, unsafe=way == "unsafe")
        assert by_rule == (changed if case["fix"] in ("safe", way) else {})
    assert places(repository(after, "after"), rule) == case.get("still", [])
