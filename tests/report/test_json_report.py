"""The JSON report keeps its contract."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from typing import Any

from jsonschema import Draft202012Validator

from mlblint.findings import Finding, Fix, Location, Related, Subject
from mlblint.package_data import data_folder
from mlblint.report.json_report import render
from mlblint.report.summary import summarise
from mlblint.text.documents import Document, documents
from mlblint.text.edits import Insert, RenameKey, Set
from mlblint.text.places import Place
from mlblint.text.source import Position, Source

SCHEMA = json.loads((data_folder("schemas") / "report.json").read_text())


def place(path: str, text: str) -> Place:
    (document,) = documents(Source.from_bytes(path, text.encode()))
    assert isinstance(document, Document)
    return Place(document)


POOL = place("pools/büro.yaml", "a: ö\nspec:\n  old: 1 # ü\n  b: 2\n")
OTHER = place("other.yaml", "x: 1\n")
BARE = Finding(
    rule="MLB901",
    name="unreadable",
    severity="error",
    judges="style",
    message="no YAML",
    help="",
    location=Location("a.yaml", Position(1, 1), Position(1, 1)),
    subject=None,
    related=(),
    fingerprint="0" * 32,
    fix=None,
    unfixable="nobody knows what it should be",
)
RICH = Finding(
    rule="MLB301",
    name="l2-interfaces-missing",
    severity="warning",
    judges="reachability",
    message="says `ö`",
    help="do this",
    location=Location("pools/büro.yaml", Position(2, 1), Position(2, 5)),
    subject=Subject("metallb.io/v1beta1", "IPAddressPool", "metallb-system", "büro", "prod"),
    related=(Related(Location("other.yaml", Position(1, 1), Position(1, 2)), "because"),),
    fingerprint="1" * 32,
    fix=Fix(
        "mend it",
        (
            RenameKey(POOL / "spec" / "old", "new"),
            Insert(POOL / "spec", "c", ["eth0"]),
            Set(OTHER / "x", 2),
        ),
        "unsafe",
    ),
    unfixable=None,
)


def report(*findings: Finding, **counts: Any) -> dict[str, Any]:
    text = render(findings, summarise(findings, **counts))
    result: dict[str, Any] = json.loads(text)
    Draft202012Validator(SCHEMA).validate(result)
    return result


def test_the_schema_is_a_schema() -> None:
    Draft202012Validator.check_schema(SCHEMA)


def test_a_clean_run_has_no_findings_and_still_a_summary() -> None:
    assert report(files=3) == {
        "version": 1,
        "findings": [],
        "summary": {
            "findings": {"error": 0, "warning": 0, "info": 0},
            "fixable": {"safe": 0, "unsafe": 0},
            "fixed": 0,
            "suppressed": {"comment": 0, "baseline": 0, "revision": 0},
            "files": 3,
            "templates": 0,
            "encrypted": 0,
            "unreadable": [],
        },
    }


def test_a_finding_with_nothing_optional() -> None:
    assert report(BARE)["findings"] == [
        {
            "rule": "MLB901",
            "name": "unreadable",
            "severity": "error",
            "judges": "style",
            "message": "no YAML",
            "help": "",
            "path": "a.yaml",
            "start": {"line": 1, "column": 1},
            "end": {"line": 1, "column": 1},
            "resource": None,
            "related": [],
            "fingerprint": "0" * 32,
            "fix": None,
            "unfixable": "nobody knows what it should be",
            "suppressed": None,
        }
    ]


def test_a_finding_with_everything() -> None:
    (finding,) = report(RICH)["findings"]
    assert finding["resource"] == {
        "apiVersion": "metallb.io/v1beta1",
        "kind": "IPAddressPool",
        "namespace": "metallb-system",
        "name": "büro",
        "cluster": "prod",
    }
    assert finding["related"] == [
        {
            "path": "other.yaml",
            "start": {"line": 1, "column": 1},
            "end": {"line": 1, "column": 2},
            "message": "because",
        }
    ]
    assert (finding["fix"]["title"], finding["fix"]["applicability"]) == ("mend it", "unsafe")


def test_edits_are_splices_that_make_the_fixed_files() -> None:
    (finding,) = report(RICH)["findings"]
    files = {place.document.source.path: place.document.text for place in (POOL, OTHER)}
    assert applied(files, finding["fix"]["edits"]) == {
        "pools/büro.yaml": "a: ö\nspec:\n  new: 1 # ü\n  b: 2\n  c:\n    - eth0\n",
        "other.yaml": "x: 2\n",
    }


def applied(files: Mapping[str, str], edits: list[dict[str, Any]]) -> dict[str, str]:
    """Edits as another program would make them: by line and column, from the end."""
    result = {path: text.split("\n") for path, text in files.items()}
    for edit in reversed(edits):
        lines = result[edit["path"]]
        first, last = edit["start"]["line"] - 1, edit["end"]["line"] - 1
        head = lines[first][: edit["start"]["column"] - 1]
        tail = lines[last][edit["end"]["column"] - 1 :]
        lines[first : last + 1] = f"{head}{edit['text']}{tail}".split("\n")
    return {path: "\n".join(lines) for path, lines in result.items()}


def test_the_summary_counts() -> None:
    summary = report(
        BARE, RICH, RICH, files=7, templates=2, encrypted=1, unreadable=(("x", "no"),), fixed=4
    )["summary"]
    assert summary == {
        "findings": {"error": 1, "warning": 2, "info": 0},
        "fixable": {"safe": 0, "unsafe": 2},
        "fixed": 4,
        "suppressed": {"comment": 0, "baseline": 0, "revision": 0},
        "files": 7,
        "templates": 2,
        "encrypted": 1,
        "unreadable": [{"path": "x", "reason": "no"}],
    }


def test_text_is_utf_8_and_odd_names_survive() -> None:
    odd = Location("caf\udce9/ü\n.yaml", Position(1, 1), Position(1, 1))
    text = render([Finding(**{**vars(BARE), "location": odd})], summarise([]))
    assert '"caf\\udce9/ü\\n.yaml"' in text
    assert json.loads(text.encode().decode())["findings"][0]["path"] == odd.path


def test_every_finding_of_a_real_run_keeps_the_contract(
    repository: Callable[[Mapping[str, str | bytes]], Any],
) -> None:
    repo = repository(
        {
            "l2.yaml": "apiVersion: metallb.io/v1beta1\nkind: L2Advertisement\n"
            "metadata: {name: lan}\nspec: {ipAddressPools: [lan]}\n",
            ".mlblint.yaml": "network: {interfaces: [eth0]}\n",
        }
    )
    findings = [one for one in report(*repo.findings())["findings"] if one["rule"] == "MLB301"]
    assert [one["fix"]["edits"] for one in findings] == [
        [
            {
                "path": "l2.yaml",
                "start": {"line": 4, "column": 29},
                "end": {"line": 4, "column": 29},
                "text": ", interfaces: [eth0]",
            }
        ]
    ]
