"""`--diff-base`: what a change causes, wherever it causes it, and nothing else."""

from __future__ import annotations

import subprocess
from dataclasses import replace

import pytest

POOLS = """\
network: {dhcp: [10.0.0.0/24]}
rules: {select: [MLB201, MLB301, MLB901, MLB903]}
"""


def pool(name: str, *addresses: str) -> str:
    return (
        "apiVersion: metallb.io/v1beta1\nkind: IPAddressPool\n"
        f"metadata: {{name: {name}, namespace: metallb-system}}\n"
        "spec:\n  addresses:\n" + "".join(f"    - {one}\n" for one in addresses)
    )


@pytest.fixture
def changed(shell, l2):
    """A branch `main` with two old findings, and a branch on top of it."""
    shell.write({".mlblint.yaml": POOLS})
    shell.commit({"a.yaml": l2("a"), "b.yaml": l2("b"), "pool.yaml": pool("p", "10.1.0.0/24")})
    shell.git("switch", "-q", "-c", "topic")
    return shell


def new(shell, *arguments: str) -> list[str]:
    return shell.spots("--diff-base", "main", *arguments)


def test_without_a_change_nothing_is_new(changed) -> None:
    outcome = changed("--diff-base", "main")
    assert outcome.code == 0
    assert outcome.out == ("No problems in 4 files.\nHidden: 2 that are older than the change.\n")


def how_to_change(shell, how: str, files: dict[str, str]) -> None:
    shell.write(files)
    if how in ("staged", "committed"):
        shell.git("add", "-A")
    if how == "committed":
        shell.commit()


@pytest.mark.parametrize("how", ["committed", "staged", "neither"])
def test_a_new_file_and_a_changed_one(changed, l2, how: str) -> None:
    how_to_change(
        changed, how, {"c.yaml": l2("c"), "pool.yaml": pool("p", "10.1.0.0/24", "10.0.0.5/32")}
    )
    assert new(changed) == ["MLB301 c.yaml:6", "MLB201 pool.yaml:7"]


def test_a_value_that_becomes_another_fault_is_new(changed) -> None:
    changed.commit({"pool.yaml": pool("p", "10.0.0.5/32")})
    changed.git("switch", "-q", "-c", "next")
    changed.write({"pool.yaml": pool("p", "10.0.0.6/32")})
    assert changed.spots("--diff-base", "topic") == ["MLB201 pool.yaml:6"]


APP = """\
apiVersion: argoproj.io/v1alpha1
kind: Application
metadata: {name: web, namespace: argocd}
spec:
  source: {repoURL: https://git.example.com/repo.git, path: web}
  destination: {namespace: web}
"""
SERVICE = """\
apiVersion: v1
kind: Service
metadata: {name: web}
spec: {type: ClusterIP, selector: {app: web}}
"""


def test_what_a_change_breaks_in_another_file(changed) -> None:
    """The finding is in a file that nobody touched, on a line that nobody touched."""
    changed.write({".mlblint.yaml": "rules: {select: [MLB501]}\n"})
    changed.commit({"app.yaml": APP, "web/service.yaml": SERVICE})
    changed.git("branch", "-f", "main")
    assert new(changed) == []
    changed.write({"web/service.yaml": SERVICE.replace("ClusterIP", "LoadBalancer")})
    assert new(changed) == ["MLB501 app.yaml:3"]


def test_moved_lines_and_code_that_moves_to_another_file(changed, l2) -> None:
    changed.write({"a.yaml": "", "b.yaml": f"# moved\n\n---\n{l2('b')}---\n{l2('a')}"})
    assert new(changed) == []


def test_a_renamed_file(changed, l2) -> None:
    changed.commit({"broken.yaml": "kind: Service\na: [\n"})
    changed.git("branch", "-f", "main")
    changed.git("mv", "a.yaml", "deep.yaml")
    changed.git("mv", "broken.yaml", "still-broken.yaml")
    assert new(changed) == []
    changed.write({"broken.yaml": "kind: Service\na: [\n"})
    assert len(new(changed)) == 1


def test_a_deleted_file(changed) -> None:
    (changed.root / "a.yaml").unlink()
    assert new(changed) == []
    assert changed("--diff-base", "main").out == (
        "No problems in 3 files.\nHidden: 1 that is older than the change.\n"
    )


def test_a_finding_that_gets_worse_is_new(changed) -> None:
    """What cannot be read is a warning until something delivers it."""
    broken = {"base/service.yaml": SERVICE, "base/broken.yaml": "kind: Service\na: [\n"}
    changed.commit(broken)
    changed.git("branch", "-f", "main")
    assert new(changed) == []
    resources = "resources: [service.yaml, broken.yaml]\n"
    changed.write({"base/kustomization.yaml": resources})
    report = changed.json("--diff-base", "main")
    assert [(one["path"], one["severity"]) for one in report["findings"]] == [
        ("base/broken.yaml", "error")
    ]
    changed.commit()
    changed.git("branch", "-f", "main")
    (changed.root / "base/kustomization.yaml").unlink()
    assert new(changed) == [], "better is not new"


def test_a_comment_that_is_taken_away_brings_the_finding_back(changed, l2) -> None:
    changed.commit({"a.yaml": l2("a", spec="spec: # mlblint: ignore[MLB301]")})
    changed.git("branch", "-f", "main")
    assert new(changed) == []
    changed.write({"a.yaml": l2("a")})
    assert new(changed) == ["MLB301 a.yaml:6"]


def test_what_happens_on_the_other_branch_does_not_matter(changed, l2) -> None:
    changed.write({"c.yaml": l2("c")})
    changed.commit()
    changed.git("switch", "-q", "main")
    changed.commit({"c.yaml": l2("c"), "d.yaml": l2("d")})
    changed.git("switch", "-q", "topic")
    assert new(changed) == ["MLB301 c.yaml:6"]


def test_paths_and_subfolders(changed, l2) -> None:
    changed.write({"sub/c.yaml": l2("c"), "d.yaml": l2("d")})
    assert new(changed, "sub") == ["MLB301 sub/c.yaml:6"]
    outcome = changed("--diff-base", "main", "--output-format", "concise", cwd="sub")
    assert outcome.out.startswith("sub/c.yaml:6:1: ")


def test_a_repository_below_the_top_of_git(changed, l2) -> None:
    inner = {"inner/.mlblint.yaml": POOLS, "inner/x.yaml": l2("x")}
    changed.commit(inner)
    changed.git("branch", "-f", "main")
    changed.write({"inner/y.yaml": l2("y")})
    outcome = changed("--diff-base", "main", "--output-format", "concise", cwd="inner")
    (line,) = [line for line in outcome.out.splitlines() if "MLB301" in line]
    assert line.startswith("y.yaml:6:1: ")


def test_only_new_findings_are_fixed(changed, l2) -> None:
    config = POOLS.replace("network: {", "network: {interfaces: [eth0], ")
    changed.commit({".mlblint.yaml": config})
    changed.write({"c.yaml": l2("c")})
    changed("--fix", "--diff-base", "main")
    assert changed.read("a.yaml") == l2("a")
    assert "eth0" in changed.read("c.yaml")


def test_old_findings_are_in_no_report(changed, l2) -> None:
    changed.write({"c.yaml": l2("c")})
    report = changed.json("--diff-base", "main")
    assert [one["path"] for one in report["findings"]] == ["c.yaml"]
    assert report["summary"]["suppressed"]["revision"] == 2


def test_standard_input(changed, l2) -> None:
    text = pool("p", "10.0.0.5/32").encode()
    arguments = ("--diff-base", "main", "-", "--output-format", "concise")
    outcome = changed(*arguments, "--stdin-filename", "pool.yaml", stdin=text)
    assert outcome.out.startswith("pool.yaml:6:")
    same = changed.read("a.yaml").encode()
    assert changed(*arguments, "--stdin-filename", "a.yaml", stdin=same).code == 0


def test_with_a_baseline(changed, l2) -> None:
    changed("--write-baseline", "known.json")
    changed.write({"c.yaml": l2("c")})
    assert new(changed, "--baseline", "known.json") == ["MLB301 c.yaml:6"]


def test_links_and_excluded_files_at_the_old_revision(changed, l2) -> None:
    (changed.root / "link.yaml").symlink_to("a.yaml")
    changed.commit({"gone/x.yaml": l2("x")})
    changed.git("branch", "-f", "main")
    changed.write({".mlblint.yaml": f"{POOLS}exclude: [gone]\n", "y.yaml": l2("x")})
    assert new(changed) == ["MLB301 y.yaml:6"]


# --- Git is asked, never obeyed ----------------------------------------------------------------


def test_nothing_that_the_repository_configures_runs(changed, l2) -> None:
    trap = changed.root.parent / "trap"
    for key in ("diff.external", "core.fsmonitor", "filter.x.clean", "filter.x.smudge"):
        changed.git("config", key, f"touch {trap}")
    changed.git("config", "diff.y.textconv", f"touch {trap}; cat")
    changed.write({".gitattributes": "*.yaml filter=x diff=y\n", "c.yaml": l2("c")})
    before = (changed.root / ".git/index").read_bytes()
    assert new(changed) == ["MLB301 c.yaml:6"]
    assert not trap.exists()
    assert (changed.root / ".git/index").read_bytes() == before


@pytest.mark.parametrize("revision", ["--output=x", "-h", "", " "])
def test_an_option_is_no_revision(changed, revision: str) -> None:
    outcome = changed(f"--diff-base={revision}")
    assert outcome.code == 2
    assert "is not the name of a revision" in outcome.err
    assert not (changed.root / "x").exists()


@pytest.mark.parametrize("revision", ["nowhere", "HEAD:a.yaml", "HEAD^{tree}", "HEAD..main"])
def test_an_unknown_revision(changed, revision: str) -> None:
    outcome = changed("--diff-base", revision)
    assert outcome.code == 2
    assert f"Git knows no revision `{revision}`" in outcome.err


def test_no_repository(shell, l2) -> None:
    shell.write({"a.yaml": l2()})
    outcome = shell("--diff-base", "main")
    assert outcome.code == 2
    assert "is not in a Git repository" in outcome.err


def test_histories_that_have_nothing_in_common(changed) -> None:
    changed.git("switch", "-q", "--orphan", "other")
    changed.commit({"x.yaml": ""})
    outcome = changed("--diff-base", "main")
    assert outcome.code == 2
    assert "have no common ancestor: the histories have nothing in common" in outcome.err


def test_a_shallow_clone_is_told_what_to_do(changed, l2, tmp_path_factory) -> None:
    changed.commit({"c.yaml": l2("c")})
    clone = tmp_path_factory.mktemp("shallow") / "clone"
    subprocess.run(
        ["git", "clone", "-q", "--depth=1", f"file://{changed.root}", str(clone)], check=True
    )
    there = replace(changed, root=clone)
    outcome = there("--diff-base", "main")
    assert outcome.code == 2
    assert "This clone is shallow: fetch more of its history" in outcome.err
    assert "fetch-depth: 0" in outcome.err
    there.git("fetch", "-q", "--depth=1", "origin", "main:refs/remotes/origin/main")
    outcome = there("--diff-base", "origin/main")
    assert outcome.code == 2
    assert "no common ancestor. This clone is shallow" in outcome.err
