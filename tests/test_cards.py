"""Rule cards: what a card says, and what is wrong with one that does not."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest
from jsonschema import Draft202012Validator

from mlblint import compiled_cards
from mlblint.cards import (
    PLACEHOLDERS,
    Card,
    CardError,
    Example,
    Expected,
    FixPolicy,
    Operation,
    built_in_cards,
    compiled,
    fill,
    load_cards,
)
from mlblint.package_data import data_folder
from mlblint.text.documents import Document, documents
from mlblint.text.source import Position, Source

CARD = """\
# yaml-language-server: $schema=../schemas/rule-card.json
id: ACME7
name: pool-auto-assigned
title: a pool that hands out addresses by itself
severity: warning
category: pools
since: 0.1.0
judges: plan
why: |
  Whoever creates a Service takes the next address.
sources:
  - ADR 12
match:
  group: metallb.io
  kind: IPAddressPool
  where:
    properties:
      metadata:
        required: [labels]
require:
  properties:
    spec:
      required: [autoAssign]
      properties:
        autoAssign: {const: false}
at: [spec, autoAssign]
message: |
  the pool `{name}` assigns addresses by itself,
  found {value}
help: "set `autoAssign: false`"
fix:
  availability: safe
  why: A Service keeps the address that it has.
  title: set `autoAssign`
  operations:
    - insert: {path: [spec], key: autoAssign, value: false, after: addresses}
    - set: {path: [a], from-config: rules.auto, evidence: advertised-interfaces}
    - append: {path: [spec, addresses], value: {a: 1}}
    - remove: {path: [spec, addresses, 0]}
    - rename: {path: [spec, old], to: new}
examples:
  - title: bad
    files:
      pool.yaml: |
        spec: {}
    config:
      network: {interfaces: [eth0]}
    findings:
      - at: pool.yaml:1:1-1:5
        message: |
          two
          lines
        unfixable: none
      - at: a:b.yaml:2:3
        message: one
        severity: error
        rule: MLB901
    fixed:
      pool.yaml: |
        spec:
          autoAssign: false
    unsafe: true
  - title: good
    files: {pool.yaml: ""}
    findings: []
"""
ESSENTIALS = """\
id: ACME1
name: some-pattern
title: something
severity: info
why: because
match: {group: "", kind: Service}
require: {required: [spec]}
message: no spec
"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path


def write(folder: Path, text: str, name: str = "card.yaml") -> Path:
    (folder / name).write_text(text)
    return folder


def load(folder: Path, text: str) -> Card:
    (card,) = load_cards(write(folder, text), allow_check=False)
    return card


def error(folder: Path, text: str) -> tuple[int, int, str]:
    with pytest.raises(CardError) as caught:
        load(folder, text)
    assert caught.value.path == str(folder / "card.yaml")
    return caught.value.line, caught.value.column, caught.value.message


def test_a_card_is_read_into_frozen_data(folder: Path) -> None:
    card = load(folder, CARD)
    assert (card.id, card.name, card.severity) == ("ACME7", "pool-auto-assigned", "warning")
    assert (card.category, card.since, card.judges) == ("pools", "0.1.0", "plan")
    assert card.why == "Whoever creates a Service takes the next address."
    assert card.sources == ("ADR 12",)
    assert card.check is None
    assert card.pattern is not None
    assert card.pattern.kinds == ("IPAddressPool",)
    assert card.pattern.where == {"properties": {"metadata": {"required": ["labels"]}}}
    assert card.pattern.at == ("spec", "autoAssign")
    assert card.pattern.message == "the pool `{name}` assigns addresses by itself, found {value}"


def test_operations_are_data(folder: Path) -> None:
    assert load(folder, CARD).fix == FixPolicy(
        "safe",
        "A Service keeps the address that it has.",
        "set `autoAssign`",
        (
            Operation("insert", ("spec",), "autoAssign", "addresses", False),
            Operation(
                "set", ("a",), from_config=("rules", "auto"), evidence="advertised-interfaces"
            ),
            Operation("append", ("spec", "addresses"), value={"a": 1}),
            Operation("remove", ("spec", "addresses", 0)),
            Operation("rename", ("spec", "old"), "new"),
        ),
    )


def test_examples_say_exactly_what_is_found_and_what_a_fix_makes_of_it(folder: Path) -> None:
    bad, good = load(folder, CARD).examples
    assert bad == Example(
        title="bad",
        files={"pool.yaml": "spec: {}\n"},
        config={"network": {"interfaces": ["eth0"]}},
        findings=(
            Expected(
                "ACME7",
                "warning",
                "pool.yaml",
                Position(1, 1),
                Position(1, 5),
                "two lines",
                unfixable="none",
            ),
            Expected("MLB901", "error", "a:b.yaml", Position(2, 3), None, "one"),
        ),
        fixed={"pool.yaml": "spec:\n  autoAssign: false\n"},
        unsafe=True,
    )
    assert not bad.is_good
    assert good.is_good


def test_what_a_card_of_ones_own_must_have_is_little(folder: Path) -> None:
    card = load(folder, ESSENTIALS)
    assert (card.category, card.since, card.judges) == ("custom", "", "style")
    assert card.fix == FixPolicy()
    assert card.examples == ()
    assert card.pattern is not None
    assert (card.pattern.where, card.pattern.at, card.pattern.help) == (True, None, "")


def test_only_yaml_files_are_cards_and_they_come_in_the_order_of_their_ids(folder: Path) -> None:
    write(folder, ESSENTIALS, "z.yml")
    write(folder, CARD, "a.yaml")
    write(folder, "no card", "README.md")
    (folder / "sub.yaml").mkdir()
    assert [card.id for card in load_cards(folder, allow_check=False)] == ["ACME1", "ACME7"]


def test_the_examples_are_not_parsed_before_they_are_asked_for(folder: Path) -> None:
    write(folder, f"{CARD}  - title: [\n")
    (card,) = load_cards(folder)
    assert card.id == "ACME7"
    with pytest.raises(CardError, match="not YAML"):
        _ = card.examples


def test_a_built_in_card_names_the_module_of_its_check(folder: Path) -> None:
    write(folder, "id: MLB1\nname: a-b\ntitle: t\nseverity: info\nwhy: w\ncheck: a_b\n")
    (card,) = load_cards(folder)
    assert (card.check, card.pattern) == ("a_b", None)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        pytest.param(
            ESSENTIALS.replace("ACME1", "acme-1"),
            (1, 5, 'expected a text of the form ^[A-Z]{2,8}[0-9]{1,4}$; found "acme-1"'),
            id="an id of another form",
        ),
        pytest.param(
            ESSENTIALS.replace("ACME1", "MLB999"),
            (1, 5, "ids that begin with MLB are mlblint's own"),
            id="an id that is not theirs",
        ),
        pytest.param(
            ESSENTIALS.replace("severity", "severty"),
            (4, 1, "unknown key `severty`; did you mean `severity`?"),
            id="a misspelt key",
        ),
        pytest.param(
            f"{ESSENTIALS}check: os_system\n",
            (9, 8, "a rule of your own cannot name Python code: use `match`"),
            id="Python code",
        ),
        pytest.param(
            "id: AB1\nname: a\ntitle: t\nseverity: info\nwhy: w\n",
            (None, None, "a rule of your own needs `match`, `require` and `message`"),
            id="nothing to judge by",
        ),
        pytest.param(
            ESSENTIALS.replace("required: [spec]", "required: spec"),
            (7, 21, 'no JSON Schema: expected a list; found "spec"'),
            id="a requirement that is no schema",
        ),
        pytest.param(
            ESSENTIALS.replace("no spec", "'{nmae} has no spec'"),
            (
                8,
                10,
                "unknown placeholder `{nmae}`; known: `{kind}`, `{name}`, `{namespace}`, `{value}`",
            ),
            id="a placeholder that nobody fills in",
        ),
        pytest.param(
            ESSENTIALS.replace("match: {", "match: {change: l2-interface, "),
            (6, 17, "MetalLB has no change `l2-interface`; did you mean `l2-interfaces`?"),
            id="a change that there never was",
        ),
        pytest.param(
            f"{ESSENTIALS}fix:\n  availability: none\n  why: w\n  title: t\n"
            "  operations: [{remove: {path: [a]}}]\n",
            (
                10,
                17,
                'a fix with `operations` is safe, unsafe or sometimes there; found "none"',
            ),
            id="operations of an unknown safety",
        ),
        pytest.param(
            f"{ESSENTIALS}examples: []\ncategory: x\n",
            (10, 1, "`examples` must be the last key of a card"),
            id="a key behind the examples",
        ),
        pytest.param(
            "id: [\n",
            (2, 1, None),
            id="no YAML",
        ),
        pytest.param(
            f"{ESSENTIALS}---\n{ESSENTIALS}",
            (1, 1, "expected one rule card, a mapping in block style"),
            id="two cards in a file",
        ),
        pytest.param(
            "", (1, 1, "expected one rule card, a mapping in block style"), id="an empty file"
        ),
        pytest.param(
            "- id: A1\n", (1, 1, "expected one rule card, a mapping in block style"), id="a list"
        ),
    ],
)
def test_errors_name_the_place_and_what_was_expected(
    folder: Path, text: str, expected: tuple[int | None, int | None, str | None]
) -> None:
    found = error(folder, text)
    known = tuple(
        one if two is not None else None for one, two in zip(found, expected, strict=True)
    )
    assert known == expected


def test_bytes_that_are_no_text_are_an_error_of_that_file(folder: Path) -> None:
    (folder / "card.yaml").write_bytes(b"\x00GITCRYPT\x00")
    with pytest.raises(CardError, match="cannot be read: binary, not text"):
        load_cards(folder, allow_check=False)


def test_a_folder_that_is_not_there_is_an_error(folder: Path) -> None:
    with pytest.raises(CardError) as caught:
        load_cards(folder / "lint", allow_check=False)
    assert str(caught.value) == f"{folder / 'lint'}:1:1: there is no such folder of rules"


@pytest.mark.parametrize(
    ("replaced", "line", "what"),
    [("ACME1", 2, "`some-pattern` is taken: it is the name of"),
     ("some-pattern", 1, "`ACME1` is taken: it is the id of")],
)  # fmt: skip
def test_no_two_cards_share_an_id_or_a_name(
    folder: Path, tmp_path_factory: pytest.TempPathFactory, replaced: str, line: int, what: str
) -> None:
    others = load_cards(write(folder, ESSENTIALS))
    own = write(
        tmp_path_factory.mktemp("own"), ESSENTIALS.replace(replaced, "XY9" if line == 2 else "x")
    )
    with pytest.raises(CardError) as caught:
        load_cards(own, allow_check=False, others=others)
    assert caught.value.line == line
    assert caught.value.message == f"{what} {folder / 'card.yaml'}"


def test_placeholders_are_filled_in_and_other_braces_stay() -> None:
    values = {"name": "lan", "kind": "{name}"}
    assert fill("{kind} {name}: {a: 1} {} {value}", values) == "{name} lan: {a: 1} {} {value}"


# --- mlblint's own cards ---------------------------------------------------------------------

SCHEMA = json.loads((data_folder("schemas") / "rule-card.json").read_text())
OWN = sorted(data_folder("rules").glob("*.yaml"))


def test_the_schema_of_cards_is_a_schema() -> None:
    Draft202012Validator.check_schema(SCHEMA)


def test_the_sample_of_this_test_satisfies_the_schema() -> None:
    assert _schema_errors(Source.from_bytes("card.yaml", CARD.encode())) == []


@pytest.mark.parametrize("path", OWN, ids=lambda path: path.stem)
def test_a_built_in_card_is_complete_and_valid(path: Path) -> None:
    assert _schema_errors(Source.from_bytes(path.name, path.read_bytes())) == []
    (card,) = (card for card in built_in_cards() if Path(card.source.path) == path)
    assert path.stem == f"{card.id}-{card.name}"
    assert card.id.startswith("MLB")
    assert card.category != "custom"
    assert card.since
    assert card.sources
    assert card.fix.why
    assert card.check in (None, f"{card.id}_{card.name}".lower().replace("-", "_"))
    assert card.pattern or card.check
    assert any(example.is_good for example in card.examples), "a good example"
    assert any(not example.is_good for example in card.examples), "a bad example"


@pytest.mark.parametrize("path", OWN, ids=lambda path: path.stem)
def test_the_schemas_and_texts_in_a_built_in_card_are_right(path: Path) -> None:
    (card,) = (card for card in built_in_cards() if Path(card.source.path) == path)
    Draft202012Validator.check_schema(card.options or {})
    if card.pattern:
        Draft202012Validator.check_schema(card.pattern.where)
        Draft202012Validator.check_schema(card.pattern.require)
        known = dict.fromkeys(PLACEHOLDERS, "")
        for text in (card.pattern.message, card.pattern.help, card.fix.title):
            assert re.findall(r"\{[a-z]+\}", fill(text, known)) == []


def test_a_card_may_ask_for_all_the_evidence_that_there_is_and_no_other() -> None:
    from mlblint.repo.evidence import EVIDENCE

    assert SCHEMA["$defs"]["evidence"]["enum"] == list(EVIDENCE)


def _schema_errors(source: Source) -> list[str]:
    (document,) = documents(source)
    assert isinstance(document, Document)
    errors = Draft202012Validator(SCHEMA).iter_errors(document.data)
    return [f"{error.json_path}: {error.message}" for error in errors]


# --- docs/writing-rules.md -------------------------------------------------------------------


def _yaml_blocks() -> list[str]:
    page = Path(__file__).parents[1] / "docs" / "writing-rules.md"
    return re.findall(r"```yaml\n(.*?)```", page.read_text("utf-8"), re.DOTALL)


def test_the_card_in_the_documentation_can_be_loaded(folder: Path) -> None:
    (text,) = [block for block in _yaml_blocks() if block.startswith("id:")]
    (examples,) = [block for block in _yaml_blocks() if block.startswith("examples:")]
    card = load(folder, text + examples)
    assert card.id == "ACME1"
    assert card.examples[0].unsafe


def test_the_documentation_names_every_operation_and_placeholder() -> None:
    page = (Path(__file__).parents[1] / "docs" / "writing-rules.md").read_text("utf-8")
    assert all(f"| `{verb}` |" in page for verb in SCHEMA["$defs"]["operation"]["properties"])
    assert all(f"`{{{name}}}`" in page for name in PLACEHOLDERS)
    assert all(f"`{name}`" in page for name in SCHEMA["$defs"]["evidence"]["enum"])


# --- the compiled form -----------------------------------------------------------------------


def test_the_compiled_cards_say_what_the_cards_say() -> None:
    folder = data_folder("rules")
    for path in folder.glob("*.yaml"):
        source = Source.from_bytes(str(path), path.read_bytes())
        compiled_head = compiled_cards.read(folder)[compiled_cards.digest(source.data)]
        (document, *_) = documents(source)
        data = dict(document.data)
        data.pop("examples")
        assert compiled_head == data


def test_a_card_that_was_changed_since_is_read_as_it_is_now(tmp_path: Path) -> None:
    (tmp_path / "one.yaml").write_text(CARD)
    (tmp_path / "compiled.json").write_text(compiled(tmp_path))
    assert [card.title for card in load_cards(tmp_path)] == [
        "a pool that hands out addresses by itself"
    ]
    (tmp_path / "one.yaml").write_text(CARD.replace("addresses by itself\n", "too much\n", 1))
    assert [card.title for card in load_cards(tmp_path)] == ["a pool that hands out too much"]


@pytest.mark.parametrize("broken", ["", "[]", "{", "null", "\0"])
def test_a_broken_compiled_form_costs_time_only(tmp_path: Path, broken: str) -> None:
    (tmp_path / "one.yaml").write_text(CARD)
    (tmp_path / "compiled.json").write_text(broken)
    assert [card.title for card in load_cards(tmp_path)] == [
        "a pool that hands out addresses by itself"
    ]


def test_a_user_s_compiled_form_is_not_believed(tmp_path: Path) -> None:
    (tmp_path / "one.yaml").write_text(CARD)
    head = {compiled_cards.digest(CARD.encode()): {"id": "MLB101", "check": "os"}}
    (tmp_path / "compiled.json").write_text(json.dumps(head))
    (card,) = load_cards(tmp_path, allow_check=False)
    assert card.check is None
