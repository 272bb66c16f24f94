"""Ignore comments: what they hide, and what is said of those that hide nothing.

The promises of docs/suppressing.md, in its order.
"""

from __future__ import annotations

import json

import pytest
from jsonschema import Draft202012Validator

from mlblint.package_data import data_folder

TWO = "MLB301 l2.yaml:6"


# --- what a comment hides --------------------------------------------------------------------


def test_nothing_is_hidden_without_a_comment(shell, l2) -> None:
    shell.write({"l2.yaml": l2()})
    assert shell.spots() == [TWO]


@pytest.mark.parametrize(
    "rules", ["MLB301", "l2-interfaces-missing", "MLB3", "MLB", "ALL", "MLB999x, MLB301"]
)
def test_rules_are_named_as_in_the_configuration(shell, l2, rules: str) -> None:
    shell.write({"l2.yaml": l2(spec=f"spec: # mlblint: ignore[{rules}] why")})
    assert [spot for spot in shell.spots() if "MLB301" in spot] == []


@pytest.mark.parametrize("rules", ["MLB302", "l2-interfaces", "mlb301"])
def test_another_rule_is_not_hidden(shell, l2, rules: str) -> None:
    shell.write({"l2.yaml": l2(spec=f"spec: # mlblint: ignore[{rules}] why")})
    assert TWO in shell.spots()


def test_on_the_line_above(shell, l2) -> None:
    shell.write({"l2.yaml": l2(above="# mlblint: ignore[MLB301]\n# more\n")})
    assert shell.spots() == []


@pytest.mark.parametrize(
    "above", ["# mlblint: ignore[MLB301]\n\n", "# mlblint: ignore[MLB301] x\na: 1\n"]
)
def test_further_away_it_hides_nothing(shell, l2, above: str) -> None:
    shell.write({"l2.yaml": l2(above=above)})
    assert shell.spots() == ["MLB903 l2.yaml:6", "MLB301 l2.yaml:8"]


VALUES = """\
apiVersion: argoproj.io/v1alpha1
kind: Application
metadata:
  name: metallb
spec:
  source:
    repoURL: https://metallb.github.io/metallb
    chart: metallb
    targetRevision: 0.15.3
    helm:
      # mlblint: ignore[{rules}] for all of it
      values: |
        speaker:
          logLevel: info
  destination: {{namespace: metallb-system}}
"""


def test_above_a_block_scalar_it_hides_what_is_inside(shell) -> None:
    config = "rules: {select: [MLB401, MLB903]}\n"
    shell.write({".mlblint.yaml": config, "app.yaml": VALUES.format(rules="MLB401")})
    assert shell.spots() == []
    without = VALUES.format(rules="").replace("      # mlblint: ignore[] for all of it\n", "")
    shell.write({"app.yaml": without})
    assert shell.spots() == ["MLB401 app.yaml:12"]


def test_comments_in_embedded_yaml_count(shell) -> None:
    config = "rules: {select: [MLB401, MLB903]}\n"
    without = VALUES.format(rules="").replace("      # mlblint: ignore[] for all of it\n", "")
    inside = without.replace("speaker:\n", "speaker: # mlblint: ignore[MLB401]\n")
    shell.write({".mlblint.yaml": config, "app.yaml": inside})
    assert shell.spots() == []


@pytest.mark.parametrize("word", ["ignore-document", "ignore-file"])
def test_a_document_and_a_file(shell, l2, word: str) -> None:
    text = f"# mlblint: {word}[MLB301]\n{l2('one')}---\n{l2('two')}"
    shell.write({"l2.yaml": text})
    assert shell.spots() == (["MLB301 l2.yaml:15"] if word == "ignore-document" else [])


def test_a_crash_of_mlblint_cannot_be_ignored(shell, l2, monkeypatch) -> None:
    def crash(card, context):
        raise KeyError(context.model.clusters[0].advertisements[0].resource.place())

    monkeypatch.setattr("mlblint.card_rules.check", crash)
    shell.write({"l2.yaml": f"# mlblint: ignore-file[ALL]\n{l2()}"})
    outcome = shell()
    assert outcome.code == 2
    assert "MLB000" in outcome.out
    assert "MLB903" not in outcome.out, "what a rule that crashed would have found is unknown"


# --- what a hidden finding is ----------------------------------------------------------------


def test_hidden_findings_do_not_count(shell, l2) -> None:
    shell.write({"l2.yaml": l2(spec="spec: # mlblint: ignore[MLB301] one card")})
    outcome = shell()
    assert (outcome.code, outcome.err) == (0, "")
    assert outcome.out == "No problems in 2 files.\nHidden: 1 by a comment.\n"


@pytest.mark.parametrize(
    "form", "concise grouped github gitlab junit checkstyle rdjson markdown".split()
)
def test_most_formats_leave_them_out(shell, l2, form: str) -> None:
    shell.write({"l2.yaml": l2(spec="spec: # mlblint: ignore[MLB301] one card")})
    assert "l2-interfaces" not in shell("--output-format", form).out
    assert "MLB301" not in shell("--output-format", form).out


def test_json_shows_them_with_their_reason(shell, l2) -> None:
    comment = "spec: # mlblint: ignore[MLB301] one card until=2027-01-31"
    shell.write({"a.yaml": l2("a"), "b.yaml": l2("b", spec=comment), "c.yaml": l2("c")})
    report = shell.json()
    schema = json.loads((data_folder("schemas") / "report.json").read_text())
    Draft202012Validator(schema).validate(report)
    assert [(one["path"], one["suppressed"]) for one in report["findings"]] == [
        ("a.yaml", None),
        ("b.yaml", {"by": "comment", "reason": "one card", "until": "2027-01-31"}),
        ("c.yaml", None),
    ]
    assert report["summary"]["findings"]["warning"] == 2
    assert report["summary"]["suppressed"] == {"comment": 1, "baseline": 0, "revision": 0}


def test_sarif_shows_them_as_suppressions(shell, l2) -> None:
    comment = "spec: # mlblint: ignore[MLB301] one card until=2027-01-31"
    shell.write({"a.yaml": l2("a"), "b.yaml": l2("b", spec=comment)})
    report = json.loads(shell("--output-format", "sarif").out)
    schema = json.loads((data_folder("schemas") / "sarif-subset.json").read_text())
    Draft202012Validator(schema).validate(report)
    assert [result["suppressions"] for result in report["runs"][0]["results"]] == [
        [],
        [
            {
                "kind": "inSource",
                "status": "accepted",
                "justification": "one card",
                "properties": {"until": "2027-01-31"},
            }
        ],
    ]
    shell.write({"b.yaml": ""})
    (result,) = json.loads(shell("--output-format", "sarif").out)["runs"][0]["results"]
    assert "suppressions" not in result


@pytest.mark.parametrize("option", ["--fix", "--diff"])
def test_they_are_not_fixed(shell, l2, option: str) -> None:
    hidden = l2("b", spec="spec: # mlblint: ignore[MLB301] one card")
    shell.write({"a.yaml": l2("a"), "b.yaml": hidden})
    outcome = shell(option)
    assert shell.read("b.yaml") == hidden
    assert "b.yaml" not in outcome.out
    assert ("eth0" in shell.read("a.yaml")) == (option == "--fix")


def test_a_comment_that_is_in_use_survives_the_fixes_around_it(shell) -> None:
    shell.write(
        {
            ".mlblint.yaml": "rules: {select: [MLB101, MLB903]}\n",
            "svc.yaml": (
                "apiVersion: v1\nkind: Service\nmetadata:\n  name: web\n  annotations:\n"
                "    metallb.io/loadBalancerIPs: 10.0.0.1 # mlblint: ignore[MLB101] old\n"
                "    metallb.io/allow-shared-ip: key\n"
                "spec: {type: LoadBalancer}\n"
            ),
        }
    )
    shell("--fix")
    text = shell.read("svc.yaml")
    assert "metallb.io/loadBalancerIPs: 10.0.0.1 # mlblint: ignore[MLB101] old\n" in text
    assert "metallb.universe.tf/allow-shared-ip: key\n" in text


# --- comments that hide nothing --------------------------------------------------------------


def mended(shell, l2, comment: str) -> str:
    text = l2("ok", spec=f"spec: {comment}") + "  interfaces: [eth0]\n"
    shell.write({"l2.yaml": text})
    return text


def test_an_unused_comment_is_reported_and_removed(shell, l2) -> None:
    text = mended(shell, l2, "# mlblint: ignore[MLB301] one card")
    assert shell.spots() == ["MLB903 l2.yaml:6"]
    assert shell("--fix").code == 0
    assert shell.read("l2.yaml") == text.replace(" # mlblint: ignore[MLB301] one card", "")


def test_only_the_rule_that_hides_nothing_is_taken_out(shell, l2) -> None:
    shell.write({"l2.yaml": l2(spec="spec: # mlblint: ignore[MLB3, l2-interface-mising] one card")})
    (line,) = [
        line for line in shell("--output-format", "concise").out.splitlines() if "903" in line
    ]
    assert "did you mean l2-interfaces-missing?" in line
    shell("--fix")
    assert "spec: # mlblint: ignore[MLB3] one card\n" in shell.read("l2.yaml")


def test_a_malformed_comment_stays_for_a_person(shell, l2) -> None:
    shell.write({"l2.yaml": l2(spec="spec: # mlblint: ignore one card")})
    assert shell.spots() == ["MLB301 l2.yaml:6", "MLB903 l2.yaml:6"]
    shell("--fix")
    assert "spec: # mlblint: ignore one card\n" in shell.read("l2.yaml")


@pytest.mark.parametrize(("until", "hides"), [("2026-11-21", True), ("2026-11-20", False)])
def test_a_comment_counts_until_the_end_of_its_day(shell, l2, until: str, hides: bool) -> None:
    comment = f"# mlblint: ignore[MLB301] until={until}"
    shell.write({"l2.yaml": l2(spec=f"spec: {comment}")})
    assert shell.spots() == ([] if hides else ["MLB301 l2.yaml:6", "MLB903 l2.yaml:6"])
    if not hides:
        shell("--fix", "--select", "MLB301,MLB903")
        assert "mlblint" not in shell.read("l2.yaml")


@pytest.mark.parametrize(
    "arguments",
    [
        pytest.param(("--select", "MLB401,MLB903"), id="the rule was not asked"),
        pytest.param(("--ignore", "MLB301"), id="the rule was left out"),
        pytest.param(("--ignore", "MLB903"), id="nobody wants to know"),
        pytest.param(("other.yaml",), id="the file was not named"),
    ],
)
def test_what_was_not_looked_at_is_not_called_unused(shell, l2, arguments) -> None:
    mended(shell, l2, "# mlblint: ignore[MLB301]")
    shell.write({"other.yaml": ""})
    assert shell.spots(*arguments) == []


def test_a_beginning_is_judged_if_all_its_rules_were_asked(shell, l2) -> None:
    mended(shell, l2, "# mlblint: ignore[MLB3]")
    assert "MLB903 l2.yaml:6" in shell.spots("--select", "ALL", "l2.yaml")


def test_per_file_ignores_do_not_make_a_comment_unused(shell, l2) -> None:
    config = "rules: {select: [MLB301, MLB903], per-file-ignores: {l2.yaml: [MLB301]}}\n"
    comment = "spec: # mlblint: ignore[MLB301]"
    shell.write({".mlblint.yaml": config, "l2.yaml": l2(spec=comment)})
    assert shell.spots() == []


def test_a_comment_can_be_kept_by_naming_the_rule_about_comments(shell, l2) -> None:
    mended(shell, l2, "# mlblint: ignore[MLB301, MLB903] it comes and goes")
    assert shell.spots() == []
    mended(shell, l2, "# mlblint: ignore[MLB301, ALL]")
    assert "MLB903 l2.yaml:6" in shell.spots("--select", "ALL", "l2.yaml")


def test_in_a_file_that_sops_signed_the_comment_stays(shell, l2) -> None:
    text = mended(shell, l2, "# mlblint: ignore[MLB301]") + "sops: {mac: 'ENC[x]'}\n"
    shell.write({"l2.yaml": text})
    shell("--fix")
    assert shell.read("l2.yaml") == text
