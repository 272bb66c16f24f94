"""`--add-ignore` writes comments for what is found, and nothing else."""

from __future__ import annotations

import json
import subprocess

import pytest

from mlblint.text.documents import Document, documents
from mlblint.text.source import Source

COMMENT = "# mlblint: ignore[MLB301] one card"


def test_a_second_run_is_clean(shell, l2) -> None:
    shell.write({"l2.yaml": l2()})
    outcome = shell("--add-ignore", "--reason", "one card")
    assert (outcome.code, outcome.err) == (
        0,
        "mlblint: ignore comments for 1 finding in 1 file\n",
    )
    assert shell.read("l2.yaml") == l2(spec=f"spec:  {COMMENT}")
    assert shell().out == "No problems in 2 files.\nHidden: 1 by a comment.\n"
    before = shell.read("l2.yaml")
    shell("--add-ignore", "--reason", "one card")
    assert shell.read("l2.yaml") == before


@pytest.mark.parametrize("end", ["\n", "\r\n"])
def test_in_the_style_of_the_file(shell, l2, end: str) -> None:
    text = l2().replace("name: lan", "name: lan # the only one").replace("\n", end)
    shell.write({"l2.yaml": text})
    shell("--add-ignore")
    expected = text.replace("spec:", "spec: # mlblint: ignore[MLB301]")
    assert shell.read("l2.yaml") == expected


def test_behind_a_comment_that_is_there(shell, l2) -> None:
    shell.write({"l2.yaml": l2(spec="spec:  # see the wiki")})
    shell("--add-ignore")
    assert "spec:  # see the wiki  # mlblint: ignore[MLB301]\n" in shell.read("l2.yaml")
    assert shell.spots() == []


@pytest.mark.parametrize(
    ("there", "expected"),
    [
        ("ignore[MLB9] x", "ignore[MLB9, MLB301] x"),
        ("ignore[MLB9,MLB4] x", "ignore[MLB9,MLB4,MLB301] x"),
        ("ignore[MLB401] x until=2027-01-01", None),
    ],
)
def test_a_comment_that_is_there_takes_the_rule_as_well(shell, l2, there, expected) -> None:
    shell.write({"l2.yaml": l2(spec=f"spec: # mlblint: {there}")})
    shell("--add-ignore", "--select", "MLB301")
    expected = expected or f"{there}  # mlblint: ignore[MLB301]"
    assert f"spec: # mlblint: {expected}\n" in shell.read("l2.yaml")


def test_another_reason_is_another_comment(shell, l2) -> None:
    shell.write({"l2.yaml": l2(spec="spec: # mlblint: ignore[MLB4] x")})
    shell("--add-ignore", "--select", "MLB301", "--reason", "y")
    line = "spec: # mlblint: ignore[MLB4] x  # mlblint: ignore[MLB301] y\n"
    assert line in shell.read("l2.yaml")


def test_several_rules_on_one_line_share_a_comment(shell) -> None:
    service = (
        "apiVersion: v1\nkind: Service\nmetadata:\n  name: web\n  annotations:\n"
        "    metallb.io/loadBalancerIPs: 10.0.0.1\n"
        "spec: {type: LoadBalancer}\n"
    )
    own = (
        "id: ACME1\nname: no-addresses\ntitle: t\nseverity: warning\nwhy: w\n"
        "match: {group: '', kind: Service}\n"
        "require: {properties: {metadata: {properties: {annotations: "
        "{properties: {metallb.io/loadBalancerIPs: false}}}}}}\n"
        "at: [metadata, annotations, metallb.io/loadBalancerIPs]\nmessage: m\n"
    )
    rules = "rules: {select: [MLB101, MLB903, ACME1], extend-rules: [lint]}\n"
    config = f"exclude: [lint]\n{rules}"
    shell.write({".mlblint.yaml": config, "lint/own.yaml": own, "svc.yaml": service})
    assert shell.spots() == ["MLB101 svc.yaml:6", "ACME1 svc.yaml:6"]
    outcome = shell("--add-ignore")
    assert outcome.err == "mlblint: ignore comments for 2 findings in 1 file\n"
    assert "10.0.0.1  # mlblint: ignore[ACME1, MLB101]\n" in shell.read("svc.yaml")
    assert shell.spots() == []


APP = """\
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
      values: {values}
  destination: {{namespace: metallb-system}}
"""


def test_in_embedded_yaml(shell, l2) -> None:
    rules = "rules: {select: [MLB101, MLB903]}\n"
    values = (
        "|\n        controller:\n          service:\n            type: LoadBalancer\n"
        "            annotations:\n              metallb.io/loadBalancerIPs: 10.0.0.1"
    )
    shell.write({".mlblint.yaml": rules, "app.yaml": APP.format(values=values)})
    assert shell.spots() == ["MLB101 app.yaml:16"]
    shell("--add-ignore")
    line = "              metallb.io/loadBalancerIPs: 10.0.0.1  # mlblint: ignore[MLB101]\n"
    assert line in shell.read("app.yaml")
    assert shell.spots() == []


def test_above_a_string_of_several_lines(shell) -> None:
    rules = "rules: {select: [MLB401, MLB903]}\n"
    values = '"speaker:\\n\n        logLevel: info"'
    text = APP.format(values="X").replace("values: X", "values:\n        " + values)
    shell.write({".mlblint.yaml": rules, "app.yaml": text})
    (spot,) = shell.spots()
    shell("--add-ignore")
    assert "# mlblint: ignore[MLB401]\n" in shell.read("app.yaml"), spot
    assert shell.spots() == []


@pytest.mark.parametrize(
    ("name", "make", "why"),
    [
        ("l2.json", lambda text: as_json(text), "JSON has no comments"),
        ("l2.yaml", lambda text: text + "sops: {mac: x}\n", "SOPS"),
        (
            "l2.yaml",
            lambda text: f"# Source: metallb/templates/l2.yaml\n{text}",
            "the file was rendered from a chart",
        ),
    ],
)
def test_where_it_cannot_be_it_says_why(shell, l2, name: str, make, why: str) -> None:
    text = make(l2())
    shell.write({name: text})
    outcome = shell("--add-ignore")
    assert outcome.code == 1
    assert why in " ".join(outcome.out.split())
    assert shell.read(name) == text


def as_json(text: str) -> str:
    (document,) = documents(Source.from_bytes("x.yaml", text.encode()))
    assert isinstance(document, Document)
    return json.dumps(document.data, indent=2)


def test_a_comment_that_hides_nothing_gets_no_company(shell, l2) -> None:
    shell.write({"l2.yaml": l2(spec="spec: # mlblint: ignore")})
    outcome = shell("--add-ignore")
    assert "it is about an ignore comment" in " ".join(outcome.out.split())
    assert "spec: # mlblint: ignore  # mlblint: ignore[MLB301]\n" in shell.read("l2.yaml")


def test_only_what_is_asked_for(shell, l2) -> None:
    shell.write({"a/l2.yaml": l2("a"), "b/l2.yaml": l2("b")})
    shell("--add-ignore", "a")
    assert "ignore[MLB301]" in shell.read("a/l2.yaml")
    assert shell.read("b/l2.yaml") == l2("b")
    shell("--add-ignore", "--select", "MLB401")
    assert shell.read("b/l2.yaml") == l2("b")


def test_as_a_patch(shell, l2) -> None:
    shell.write({"l2.yaml": l2(), "sub/l2.yaml": l2("b")})
    shell.commit()
    outcome = shell("--add-ignore", "--diff")
    assert outcome.code == 1, "a patch that is only printed hides nothing yet"
    assert shell.read("l2.yaml") == l2()
    subprocess.run(["git", "apply", "-"], cwd=shell.root, input=outcome.out.encode(), check=True)
    assert shell.read("sub/l2.yaml") == l2("b", spec="spec:  # mlblint: ignore[MLB301]")
    assert shell.spots() == []


def test_on_standard_input(shell, l2) -> None:
    outcome = shell("--add-ignore", "-", stdin=l2().encode())
    assert outcome.out == l2(spec="spec:  # mlblint: ignore[MLB301]")


def test_a_file_that_was_not_named_is_not_written(shell) -> None:
    shell.write({".mlblint.yaml": "rules: {select: [MLB201, MLB903]}\n"})
    shell.write({"a.yaml": "", "b.yaml": ""})
    assert shell("--add-ignore", "a.yaml").code == 0


@pytest.mark.parametrize(
    "reason", ["two\nlines", "until=tomorrow", "other  # words", "trailing \x07"]
)
def test_a_reason_that_could_not_be_read_back_is_refused(shell, l2, reason: str) -> None:
    shell.write({"l2.yaml": l2()})
    outcome = shell("--add-ignore", "--reason", reason)
    assert outcome.code == 2
    assert outcome.err.startswith("mlblint: --reason ")
    assert shell.read("l2.yaml") == l2()


def test_a_reason_may_hold_a_date(shell, l2) -> None:
    shell.write({"l2.yaml": l2()})
    shell("--add-ignore", "--reason", "until=2027-01-31 new router")
    assert "ignore[MLB301] until=2027-01-31 new router\n" in shell.read("l2.yaml")
    assert shell.spots() == []


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["--add-ignore", "--fix"], "--fix and --add-ignore exclude each other"),
        (["--reason", "x"], "--reason needs --add-ignore"),
        (["--add-ignore", "--diff", "--unsafe-fixes"], "--add-ignore makes none"),
        (["--add-ignore", "--write-baseline", "x"], "exclude each other"),
    ],
)
def test_contradictions(shell, arguments: list[str], message: str) -> None:
    outcome = shell(*arguments)
    assert outcome.code == 2
    assert message in outcome.err
