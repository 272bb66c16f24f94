"""The baseline: a repository adopts mlblint in one commit, and sees only what is new."""

from __future__ import annotations

import json

import pytest
from jsonschema import Draft202012Validator

from mlblint.package_data import data_folder

FILE = ".mlblint-baseline.json"


@pytest.fixture
def adopted(shell, l2):
    shell.write({"a.yaml": l2("a"), "b.yaml": l2("b")})
    assert shell("--write-baseline", FILE).code == 0
    return shell


def entries(shell) -> list[dict]:
    return json.loads(shell.read(FILE))["findings"]


def test_five_hundred_old_findings(shell, l2) -> None:
    for folder in range(10):
        text = "---\n".join(l2(f"n{folder}-{number}") for number in range(50))
        shell.write({f"apps/{folder}.yaml": text})
    assert shell("--write-baseline", FILE).err == f"mlblint: {FILE}: 500 known findings\n"
    outcome = shell("--baseline", FILE)
    assert (outcome.code, outcome.err) == (0, "")
    assert outcome.out == "No problems in 12 files.\nHidden: 500 by the baseline.\n"
    shell.write({"apps/new.yaml": l2("new")})
    outcome = shell("--baseline", FILE, "--output-format", "concise")
    assert outcome.code == 1
    assert [line.split(":")[0] for line in outcome.out.splitlines()[:-3]] == ["apps/new.yaml"]
    lines = shell.read(FILE).splitlines()
    assert len(lines) == 500 + 5
    assert sum('"fingerprint"' in line for line in lines) == 500


def test_the_file_is_as_described_and_stable(adopted) -> None:
    schema = json.loads((data_folder("schemas") / "baseline.json").read_text())
    Draft202012Validator(schema).validate(json.loads(adopted.read(FILE)))
    assert [(e["path"], e["rule"], e["resource"], e["count"]) for e in entries(adopted)] == [
        ("a.yaml", "MLB301", "L2Advertisement metallb-system/a", 1),
        ("b.yaml", "MLB301", "L2Advertisement metallb-system/b", 1),
    ]
    before = adopted.read(FILE)
    adopted("--write-baseline", FILE)
    assert adopted.read(FILE) == before


def test_the_configuration_can_name_it(adopted) -> None:
    config = adopted.read(".mlblint.yaml")
    adopted.write({".mlblint.yaml": f"{config}baseline: {FILE}\n", "sub/x.yaml": ""})
    assert adopted().code == 0
    assert adopted(cwd="sub").code == 0
    assert adopted("--no-baseline").code == 1


# --- what survives ---------------------------------------------------------------------------


def test_moved_lines_and_changed_comments_and_order(adopted, l2) -> None:
    text = f"# new comment\n\n---\n{l2('b')}---\n{l2('a')}"
    moved = text.replace(
        "  name: a\n  namespace: metallb-system\n",
        "  namespace: metallb-system\n  name: a # here\n",
    )
    adopted.write({"a.yaml": moved, "b.yaml": ""})
    assert adopted("--baseline", FILE).code == 0


def test_renamed_files(adopted, l2) -> None:
    (adopted.root / "a.yaml").rename(adopted.root / "z.yaml")
    outcome = adopted("--baseline", FILE)
    assert (outcome.code, outcome.err) == (0, "")


def test_a_list_whose_items_change_places(shell) -> None:
    config = "rules: {select: [MLB201]}\nnetwork: {dhcp: [10.0.0.0/24]}\n"
    pool = (
        "apiVersion: metallb.io/v1beta1\nkind: IPAddressPool\n"
        "metadata: {name: p, namespace: metallb-system}\n"
        "spec:\n  addresses:\n    - 10.0.0.1-10.0.0.9\n    - 10.0.1.0/24\n    - 10.0.0.20/32\n"
    )
    shell.write({".mlblint.yaml": config, "pool.yaml": pool})
    assert shell.spots() == ["MLB201 pool.yaml:6", "MLB201 pool.yaml:8"]
    shell("--write-baseline", FILE)
    lines = pool.splitlines(keepends=True)
    shell.write({"pool.yaml": "".join([*lines[:5], *reversed(lines[5:])])})
    outcome = shell("--baseline", FILE)
    assert (outcome.code, outcome.err) == (0, "")
    shell.write({"pool.yaml": pool.replace("10.0.0.20", "10.0.0.21")})
    assert shell.spots("--baseline", FILE) == ["MLB201 pool.yaml:8"]


# --- counts ----------------------------------------------------------------------------------


def test_one_more_of_the_same_is_new(shell, l2) -> None:
    shell.write({"a.yaml": l2("x"), "b.yaml": l2("x")})
    shell("--write-baseline", FILE)
    assert [entry["count"] for entry in entries(shell)] == [2]
    shell.write({"c.yaml": l2("x")})
    assert shell.spots("--baseline", FILE) == ["MLB301 c.yaml:6"]


def test_a_path_does_not_change_what_is_known(shell, l2) -> None:
    shell.write({"a.yaml": l2("x")})
    shell("--write-baseline", FILE)
    shell.write({"b.yaml": l2("x")})
    assert shell.spots("--baseline", FILE, "a.yaml") == []
    assert shell.spots("--baseline", FILE, "b.yaml") == ["MLB301 b.yaml:6"]


# --- stale entries ---------------------------------------------------------------------------


def test_stale_entries_are_told(adopted) -> None:
    adopted.write({"a.yaml": ""})
    outcome = adopted("--baseline", FILE)
    assert outcome.code == 0
    assert outcome.err == (
        f"mlblint: {FILE}: 1 known finding no longer there; "
        f"`mlblint --write-baseline {FILE}` takes them out:\n"
        "mlblint:   a.yaml: MLB301 (L2Advertisement metallb-system/a)\n"
    )


def test_of_many_stale_entries_some_are_listed(shell, l2) -> None:
    shell.write({f"{n}.yaml": l2(f"n{n}") for n in range(9)})
    shell("--write-baseline", FILE)
    shell.write({f"{n}.yaml": "" for n in range(9)})
    lines = shell("--baseline", FILE).err.splitlines()
    assert len(lines) == 7
    assert lines[-1] == "mlblint:   and 4 more"


def test_entries_of_rules_that_were_not_asked_are_not_stale(adopted) -> None:
    adopted.write({"a.yaml": ""})
    assert adopted("--baseline", FILE, "--select", "MLB401").err == ""
    adopted("--write-baseline", FILE, "--select", "MLB401")
    assert len(entries(adopted)) == 2


def test_entries_of_a_rule_that_does_not_exist_are_stale(adopted) -> None:
    adopted.write({FILE: adopted.read(FILE).replace("MLB301", "MLB399", 1), "a.yaml": ""})
    assert "a.yaml: MLB399" in adopted("--baseline", FILE).err


# --- updating --------------------------------------------------------------------------------


def test_updating_only_shrinks(adopted, l2) -> None:
    adopted.write({"a.yaml": "", "new.yaml": l2("new")})
    outcome = adopted("--write-baseline", FILE)
    assert outcome.code == 0
    assert outcome.err == (
        f"mlblint: {FILE}: 1 known finding, 1 taken out\n"
        f"mlblint: {FILE}: 1 new finding left out: mend or ignore them, or add --grow-baseline\n"
    )
    assert [entry["path"] for entry in entries(adopted)] == ["b.yaml"]
    adopted("--write-baseline", FILE, "--grow-baseline")
    assert [entry["path"] for entry in entries(adopted)] == ["b.yaml", "new.yaml"]


def test_what_a_comment_hides_is_not_written(shell, l2) -> None:
    shell.write({"a.yaml": l2("a", spec="spec: # mlblint: ignore[MLB301]")})
    shell("--write-baseline", FILE)
    assert entries(shell) == []


def test_nothing_is_written_if_not_everything_was_looked_at(shell, l2, monkeypatch) -> None:
    shell.write({"a.yaml": l2("a")})
    shell("--write-baseline", FILE)
    before = shell.read(FILE)

    def crash(card, context):
        raise KeyError("x")

    monkeypatch.setattr("mlblint.card_rules.check", crash)
    outcome = shell("--write-baseline", FILE)
    assert outcome.code == 2
    assert "not everything could be looked at" in outcome.err
    assert shell.read(FILE) == before


# --- reports and fixes -----------------------------------------------------------------------


def test_known_findings_in_json_and_sarif(adopted, l2) -> None:
    adopted.write({"c.yaml": l2("c")})
    report = adopted.json("--baseline", FILE)
    assert [one["suppressed"] and one["suppressed"]["by"] for one in report["findings"]] == [
        "baseline",
        "baseline",
        None,
    ]
    sarif = json.loads(adopted("--baseline", FILE, "--output-format", "sarif").out)
    schema = json.loads((data_folder("schemas") / "sarif-subset.json").read_text())
    Draft202012Validator(schema).validate(sarif)
    assert [
        (result["baselineState"], [one["kind"] for one in result["suppressions"]])
        for result in sarif["runs"][0]["results"]
    ] == [("unchanged", ["external"]), ("unchanged", ["external"]), ("new", [])]


def test_known_findings_are_not_fixed(adopted, l2) -> None:
    adopted.write({"c.yaml": l2("c")})
    adopted("--fix", "--baseline", FILE)
    assert adopted.read("a.yaml") == l2("a")
    assert "eth0" in adopted.read("c.yaml")


# --- errors ----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (None, "there is no such baseline; `--write-baseline old.json` makes one"),
        ("{", "this is not a baseline: "),
        ("[]", "this is not a baseline: "),
        ('{"version": 2, "findings": []}', "this is not a baseline: version: "),
        ('{"version": 1, "findings": [{"rule": "X"}]}', "this is not a baseline: findings[0]"),
    ],
)
def test_what_is_no_baseline(shell, content: str | None, message: str) -> None:
    if content is not None:
        shell.write({"old.json": content})
    outcome = shell("--baseline", "old.json")
    assert outcome.code == 2
    assert outcome.err.startswith(f"mlblint: old.json: {message}")


def test_a_bad_merge_is_noticed(adopted) -> None:
    lines = adopted.read(FILE).splitlines()
    adopted.write(
        {
            FILE: "\n".join(
                [*lines[:3], lines[3].rstrip(",") + ",", lines[3].rstrip(","), *lines[5:]]
            )
        }
    )
    outcome = adopted("--baseline", FILE)
    assert outcome.code == 2
    assert "stands there twice" in outcome.err


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["--baseline", "x", "--no-baseline"], "exclude each other"),
        (["--grow-baseline"], "--grow-baseline needs --write-baseline"),
        (["--write-baseline", "x", "apps"], "give no PATH"),
        (["--write-baseline", "x", "--fix"], "exclude each other"),
        (["--write-baseline", "x", "--diff"], "exclude each other"),
        (["--write-baseline", "x", "--baseline", "y"], "exclude each other"),
        (["--write-baseline", "x", "--diff-base", "y"], "exclude each other"),
        (["--write-baseline", "x", "--output-format", "json"], "exclude each other"),
    ],
)
def test_contradictions(shell, arguments: list[str], message: str) -> None:
    outcome = shell(*arguments)
    assert outcome.code == 2
    assert message in outcome.err
    assert not (shell.root / "x").exists()
