"""MLB903: what is said of ignore comments, and how they are taken out.

What they hide, and which are judged at all, is tests/suppressing/test_comments.py.
"""

from __future__ import annotations

import pytest

CONFIG = "network: {interfaces: [eth0]}\n"
HEAD = """\
apiVersion: metallb.io/v1beta1
kind: L2Advertisement
metadata:
  name: lan
  namespace: metallb-system
"""
BODY = "  ipAddressPools: [lan]\n  interfaces: [eth0]\n"


def messages(repo) -> list[str]:
    return [finding.message for finding in repo.findings("MLB903")]


@pytest.mark.parametrize("end", ["\n", "\r\n"])
def test_each_goes_with_its_line_or_alone(repository, end: str) -> None:
    text = (
        "# mlblint: ignore-file[MLB401]\n"
        "# about the file\n"
        f"{HEAD}"
        "# mlblint: ignore-document[MLB201] x\n"
        "spec: # why # mlblint: ignore[MLB301, MLB101]\n"
        f"{BODY}"
        "# mlblint: ignore[MLB101]"
    ).replace("\n", end)
    repo = repository({".mlblint.yaml": CONFIG, "l2.yaml": text})
    assert repo.spots("MLB903") == [
        "MLB903 l2.yaml:1:1",
        "MLB903 l2.yaml:8:1",
        "MLB903 l2.yaml:9:13",
        "MLB903 l2.yaml:12:1",
    ]
    assert messages(repo) == [
        "`ignore-file` of `MLB401` hides nothing: no such finding is in this file",
        "`ignore-document` of `MLB201` hides nothing: no such finding is in this document",
        "`ignore` of `MLB301`, `MLB101` hides nothing: no such finding is on its line",
        "`ignore` of `MLB101` hides nothing: there is no line below it",
    ]
    fixed = f"# about the file\n{HEAD}spec: # why\n{BODY}".removesuffix("\n")
    assert repo.fixed("MLB903") == {"l2.yaml": fixed.replace("\n", end)}


@pytest.mark.parametrize(
    ("rules", "left"),
    [
        ("MLB301,MLB101", "MLB301"),
        ("MLB101,MLB301", "MLB301"),
        ("MLB101, MLB3, MLB401", "MLB3"),
        ("MLB301, MLB101, l2-interfaces-missing", "MLB301, l2-interfaces-missing"),
        ("MLB301,nothing-like-it,MLB3", "MLB301,MLB3"),
    ],
)
def test_rules_that_hide_nothing_are_taken_out_of_the_list(repository, rules, left) -> None:
    text = f"{HEAD}spec: # mlblint: ignore[{{}}] why\n  ipAddressPools: [lan]\n"
    repo = repository({".mlblint.yaml": CONFIG, "l2.yaml": text.format(rules)})
    (finding,) = repo.findings("MLB903")
    assert finding.location.start.line == 6
    assert repo.fixed("MLB903") == {"l2.yaml": text.format(left)}


def test_the_finding_points_at_the_first_rule_that_hides_nothing(repository) -> None:
    text = f"{HEAD}spec: # mlblint: ignore[MLB301, MLB101]\n  ipAddressPools: [lan]\n"
    (finding,) = repository({".mlblint.yaml": CONFIG, "l2.yaml": text}).findings("MLB903")
    assert (finding.location.start.column, finding.location.end.column) == (33, 39)


def test_in_embedded_yaml(repository) -> None:
    text = (
        "apiVersion: argoproj.io/v1alpha1\nkind: Application\nmetadata: {name: x}\nspec:\n"
        "  source:\n    helm:\n      values: |\n"
        "        # mlblint: ignore[MLB101]\n"
        "        a: 1\n"
        "        b: |\n"
        "          c: 1  # mlblint: ignore[MLB101] x\n"
        "          d: '# mlblint: ignore[MLB101]'\n"
    )
    repo = repository({"app.yaml": text})
    assert repo.spots("MLB903") == ["MLB903 app.yaml:8:9", "MLB903 app.yaml:11:17"]
    fixed = text.replace("        # mlblint: ignore[MLB101]\n", "", 1)
    assert repo.fixed("MLB903") == {"app.yaml": fixed.replace("  # mlblint: ignore[MLB101] x", "")}


def test_in_a_file_without_anything_else(repository) -> None:
    repo = repository({"x.yaml": "# mlblint: ignore-file[MLB301]\n"})
    assert repo.fixed("MLB903") == {"x.yaml": ""}


@pytest.mark.parametrize(
    ("text", "why"),
    [
        (f"# Source: metallb/templates/l2.yaml\n{HEAD}", "the file was rendered from a chart"),
        (f"{HEAD}sops: {{mac: x}}\n", "the file is encrypted with SOPS"),
    ],
)
def test_where_nothing_is_written_the_comment_stays(repository, text: str, why: str) -> None:
    repo = repository({"l2.yaml": f"{text}# mlblint: ignore-file[MLB101]\n"})
    (finding,) = repo.findings("MLB903")
    assert finding.fix is None
    assert finding.unfixable is not None
    assert finding.unfixable.startswith(why)


def test_the_object_is_named(repository) -> None:
    text = f"{HEAD}spec: # mlblint: ignore[MLB101]\n{BODY}"
    (finding,) = repository({"l2.yaml": text}).findings("MLB903")
    assert str(finding.subject) == "L2Advertisement metallb-system/lan"
