"""MLB901: what no parser accepts, and what only looks as if it were indented."""

from __future__ import annotations

from collections.abc import Callable

import pytest

POOL = """\
apiVersion: metallb.io/v1beta1
kind: IPAddressPool
metadata:
  name: lan
  namespace: metallb-system
spec:
  addresses:
  - 10.4.0.10-10.4.0.30
"""
APPLICATION = """\
apiVersion: argoproj.io/v1alpha1
kind: Application
metadata:
  name: metallb
spec:
  source:
    repoURL: https://metallb.github.io/metallb
    chart: metallb
    targetRevision: 0.15.2
    helm:
      values: |
        speaker:
          ignoreExcludeLB: true
"""


@pytest.mark.parametrize(
    ("written", "instead", "place"),
    [
        ("  namespace", "\u00a0 namespace", "5:1"),
        ("  namespace", "\u00a0\u00a0namespace", "5:1"),
        ("  addresses", " \u3000addresses", "7:2"),
        ("metadata", "\u200bmetadata", "3:1"),
    ],
)
def test_a_blank_that_is_none_belongs_to_the_key(
    written: str, instead: str, place: str, repository: Callable
) -> None:
    repo = repository({"pool.yaml": POOL.replace(written, instead), "other.yaml": POOL})
    (finding,) = repo.findings("MLB901")
    assert repo.spots("MLB901") == [f"MLB901 pool.yaml:{place}"]
    assert finding.severity == "error"
    assert f"the key `{written.strip()}` begins with U+" in finding.message


def test_in_embedded_values_as_well(repository: Callable) -> None:
    files = {"app.yaml": APPLICATION.replace("  ignore", " \u00a0ignore")}
    assert repository(files).spots("MLB901") == ["MLB901 app.yaml:13:10"]


@pytest.mark.parametrize(
    ("written", "instead", "place"),
    [
        ("  namespace", " \u00a0namespace", "5:2"),
        ("  - 10", "\u00a0\u00a0- 10", "8:1"),
        ("- 10", "-\u00a010", "8:4"),
        ("name: lan", "name:\u00a0lan", "4:8"),
    ],
)
def test_the_parser_stumbles_and_the_blank_is_shown(
    written: str, instead: str, place: str, repository: Callable
) -> None:
    repo = repository({"pool.yaml": POOL.replace(written, instead)})
    (finding,) = repo.findings("MLB901")
    assert repo.spots("MLB901") == [f"MLB901 pool.yaml:{place}"]
    assert "here stands U+00A0 (no-break space) where a blank belongs" in finding.message


@pytest.mark.parametrize(
    ("written", "instead"),
    [
        # MetalLB trims both ends of a range.
        ("10.4.0.10-", "10.4.0.10\u00a0-\u00a0"),
        ("kind:", "# a\u00a0comment\nkind:"),
        ("spec:", "  annotations: {text: 'a\u00a0b'}\nspec:"),
    ],
)
def test_elsewhere_it_is_harmless(written: str, instead: str, repository: Callable) -> None:
    assert repository({"pool.yaml": POOL.replace(written, instead)}).findings("MLB901") == []


def test_what_is_broken_elsewhere_keeps_its_place(repository: Callable) -> None:
    text = POOL.replace("lan\n", "lan # a\u00a0comment\n").replace("spec:", "spec: [")
    repo = repository({"pool.yaml": text})
    (finding,) = repo.findings("MLB901")
    assert repo.spots("MLB901") == ["MLB901 pool.yaml:8:3"]
    assert "U+00A0" not in finding.message
