"""Which MetalLB a version text means, and what is true of it."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mlblint.repo import versions
from mlblint.repo.versions import (
    FIRST_CHART,
    RELEASES,
    Change,
    Version,
    applies,
    newest_matching,
    parse_version,
)

CHARTS = [release for release in RELEASES if release >= FIRST_CHART]
CHANGES = {name: row for name, row in vars(versions).items() if isinstance(row, Change)}

charts = st.sampled_from(CHARTS)
numbers = st.integers(0, 17)
constraints = st.builds(
    lambda operator, parts: operator + ".".join(map(str, parts)),
    st.sampled_from(["", "=", "!=", ">", ">=", "<", "<=", "~", "^"]),
    st.tuples(st.just(0), numbers, numbers) | st.tuples(st.just(0), numbers),
)


class TestParseVersion:
    @pytest.mark.parametrize(
        "text",
        ["0.15.3", "v0.15.3", " 0.15.3\n", "0.15.3+build.7", "0.15.3-rc1", "0.15.3-debian-12-r0"],
    )
    def test_is_the_release_that_the_text_names(self, text: str) -> None:
        assert parse_version(text) == Version(0, 15, 3)

    @pytest.mark.parametrize(
        "text", ["", "main", "0.15", "0.15.x", "0.15.03", "0.15.3.1", ">=0.15.3", "0.15.3 ||", "V1"]
    )
    def test_anything_else_is_none(self, text: str) -> None:
        assert parse_version(text) is None

    @given(st.builds(Version, numbers, numbers, numbers))
    def test_reads_back_what_a_version_spells(self, version: Version) -> None:
        assert parse_version(str(version)) == version


class TestReleases:
    def test_are_sorted_and_distinct(self) -> None:
        assert list(RELEASES) == sorted(set(RELEASES))

    def test_run_from_the_first_published_to_the_newest_known(self) -> None:
        assert (str(RELEASES[0]), str(RELEASES[-1])) == ("0.9.2", "0.16.1")
        assert Version(0, 13, 12) in RELEASES
        assert Version(0, 14, 9) in RELEASES
        assert Version(0, 15, 3) in RELEASES


class TestNewestMatching:
    @pytest.mark.parametrize(
        ("constraint", "newest"),
        [
            ("0.15.2", "0.15.2"),
            ("v0.15.2", "0.15.2"),
            ("=0.15.2", "0.15.2"),
            ("0.99.0", "0.99.0"),
            ("0.15.0-rc1", "0.15.0"),
            ("*", "0.16.1"),
            ("x", "0.16.1"),
            ("0", "0.16.1"),
            ("0.x.x", "0.16.1"),
            ("0.15", "0.15.3"),
            ("0.15.x", "0.15.3"),
            ("v0.14.*", "0.14.9"),
            ("~0.15.1", "0.15.3"),
            ("~> 0.15.1", "0.15.3"),
            ("~0.15", "0.15.3"),
            ("~0", "0.16.1"),
            ("^0.14.0", "0.14.9"),
            ("^0.14", "0.14.9"),
            ("^0", "0.16.1"),
            (">=0.13.0 <0.15.0", "0.14.9"),
            (">= 0.13, < 0.15", "0.14.9"),
            (">=0.13,<0.15", "0.14.9"),
            (">0.14 <0.16", "0.15.3"),
            (">0.14.9", "0.16.1"),
            ("<=0.14", "0.14.9"),
            ("<=0.14.3", "0.14.3"),
            ("=<0.14.3 => 0.13", "0.14.3"),
            ("0.13.0 - 0.14.5", "0.14.5"),
            ("0.12 - 0.14", "0.14.9"),
            ("0.12.x || 0.14.x", "0.14.9"),
            ("0.12.0 - 0.12.1 || ^0.13.0", "0.13.12"),
            ("0.15.x !=0.15.3", "0.15.2"),
            ("0.15.x, != 0.15.3", "0.15.2"),
            ("!=0.16", "0.15.3"),
            (">=0.15.0-0", "0.16.1"),
            ("<0.16.0-0", "0.15.3"),
            ("<=0.15.0-rc1", "0.14.9"),
        ],
    )
    def test_is_what_the_engines_install(self, constraint: str, newest: str) -> None:
        assert str(newest_matching(constraint)) == newest

    @pytest.mark.parametrize(
        "constraint",
        [
            "",
            "HEAD",
            "latest",
            "0.15.3.1",
            ">=",
            "> = 0.15",
            "0.15.x ||",
            "0.15.x,,0.16.x",
            ">=0.15.0<0.16.0",
            "1.x",
            ">0.16.1",
            "<0.10.0",
            "~0.14.0 ~0.15.0",
        ],
    )
    def test_is_none_for_no_constraint_and_for_no_known_chart(self, constraint: str) -> None:
        assert newest_matching(constraint) is None

    @given(charts)
    def test_tilde_and_wildcard_keep_the_minor(self, chart: Version) -> None:
        newest = max(release for release in CHARTS if release[:2] == chart[:2])
        assert newest_matching(f"~{chart}") == newest
        assert newest_matching(f"{chart.major}.{chart.minor}.x") == newest

    @given(charts, charts)
    def test_bounds_are_those_of_the_order(self, low: Version, high: Version) -> None:
        inside = [release for release in CHARTS if low <= release <= high]
        assert newest_matching(f"{low} - {high}") == max(inside, default=None)
        assert newest_matching(f">={low}, <={high}") == max(inside, default=None)
        assert newest_matching(f">{low} <{high}") == max(
            (release for release in inside if release not in (low, high)), default=None
        )

    @given(constraints, constraints)
    def test_alternatives_give_the_newer(self, one: str, other: str) -> None:
        # A lone exact version is taken at its word, so every alternative has a second condition.
        found = [newest_matching(f"{text} >=0.0.0") for text in (one, other)]
        newest = max((version for version in found if version), default=None)
        assert newest_matching(f"{one} >=0.0.0 || {other} >=0.0.0") == newest

    @given(st.text(alphabet="0123456789.xX*<>=!~^|, -v+rc", max_size=20))
    def test_never_fails(self, text: str) -> None:
        newest = newest_matching(text)
        assert newest is None or newest == parse_version(str(newest))


class TestChanges:
    @pytest.mark.parametrize("name", CHANGES)
    def test_name_releases_and_an_upstream_file(self, name: str) -> None:
        change = CHANGES[name]
        assert change.since in RELEASES
        assert change.until is None or (change.until in RELEASES and change.since < change.until)
        assert re.fullmatch(rf"[\w./-]+(:[\d-]+)?@v{change.since}", change.source)
        assert change.note

    def test_are_named_for_rule_cards(self) -> None:
        kebab = {name.lower().replace("_", "-"): change for name, change in CHANGES.items()}
        assert kebab == versions.CHANGES

    @pytest.mark.parametrize(
        ("change", "before", "first", "last", "after"),
        [
            (versions.METALLB_IO_ANNOTATIONS, "0.14.8", "0.14.9", "0.16.1", None),
            (versions.EXCLUDE_LABEL, "0.13.12", "0.14.0", "0.16.1", None),
            (versions.IGNORE_EXCLUDE_LB, "0.14.3", "0.14.4", "0.16.1", None),
            (versions.FRR_BY_DEFAULT, "0.13.9", "0.13.10", "0.15.3", "0.16.0"),
            (versions.FRR_K8S_BY_DEFAULT, "0.15.3", "0.16.0", "0.16.1", None),
            (versions.ADDRESS_POOL_READ, "0.12.1", "0.13.0", "0.13.12", "0.14.0"),
            (versions.ADDRESS_POOL_CRD, "0.12.1", "0.13.0", "0.14.2", "0.14.3"),
            (versions.CA_BUNDLE_PLACEHOLDER, "0.12.1", "0.13.0", "0.14.9", "0.15.0"),
            (versions.POOL_CONTAINS_NODE_CHECK, "0.14.9", "0.15.0", "0.15.0", "0.15.1"),
        ],
    )
    def test_hold_from_one_release_and_before_another(
        self, change: Change, before: str, first: str, last: str, after: str | None
    ) -> None:
        assert applies(change, parse_version(before)) is False
        assert applies(change, parse_version(first)) is True
        assert applies(change, parse_version(last)) is True
        assert after is None or applies(change, parse_version(after)) is False

    def test_are_unknown_for_an_unknown_version(self) -> None:
        assert applies(versions.EXCLUDE_LABEL, None) is None
