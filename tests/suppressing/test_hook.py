"""`--hook`: all of what is committed, and elsewhere what the commit breaks."""

from __future__ import annotations

import json
import os
import re
import subprocess
from pathlib import Path

import pytest

from mlblint import engine

CONFIG = "rules: {select: [MLB113, MLB114, MLB303, MLB507]}\n"


def pool(name: str, *addresses: str) -> str:
    return (
        "apiVersion: metallb.io/v1beta1\nkind: IPAddressPool\n"
        f"metadata: {{name: {name}, namespace: metallb-system}}\n"
        f"spec: {{addresses: [{', '.join(addresses)}]}}\n"
    )


def service(name: str, address: str) -> str:
    return (
        "apiVersion: v1\nkind: Service\nmetadata:\n"
        f"  name: {name}\n  namespace: web\n  annotations:\n"
        f"    metallb.universe.tf/loadBalancerIPs: {address}\n"
        "spec: {type: LoadBalancer, selector: {app: web}, ports: [{port: 80}]}\n"
    )


ADVERTISEMENT = """\
apiVersion: metallb.io/v1beta1
kind: L2Advertisement
metadata: {name: lan, namespace: metallb-system}
spec: {ipAddressPools: [lan]}
"""
FILES = {
    ".mlblint.yaml": CONFIG,
    "lan.yaml": pool("lan", "10.0.0.0/24"),
    "dmz.yaml": pool("dmz", "10.0.1.0/24"),
    "advertisement.yaml": ADVERTISEMENT,
    "web.yaml": service("web", "10.0.0.5"),
    "old.yaml": service("old", "10.9.9.9"),
    "README.md": "a cluster\n",
}
WEB, OLD, NAME = "MLB113 web.yaml:7", "MLB113 old.yaml:7", "MLB303 advertisement.yaml:4"


@pytest.fixture
def cluster(shell, monkeypatch):
    """One commit, with one old fault in `old.yaml`."""
    for name in [name for name in os.environ if name.startswith(("GIT_", "PRE_COMMIT"))]:
        monkeypatch.delenv(name)
    shell.commit(FILES)
    return shell


@pytest.fixture
def looks(monkeypatch) -> list[int]:
    """How many files each look at the repository had before it."""
    seen: list[int] = []
    run = engine.run

    def counted(model, *arguments):
        if not arguments[2:]:
            seen.append(len(model.files.paths))
        return run(model, *arguments)

    monkeypatch.setattr(engine, "run", counted)
    return seen


def stage(shell, files: dict[str, str | None]) -> None:
    for name, text in files.items():
        if text is None:
            (shell.root / name).unlink()
        else:
            shell.write({name: text})
    shell.git("add", "-A", "--", *files)


_CONCISE = re.compile(r"(?P<place>[^:]+:\d+):\d+: \w+ (?P<rule>MLB\d+) ")


def told(shell, *paths: str) -> list[str]:
    lines = shell("--hook", "--output-format", "concise", *paths).out.splitlines()
    found = filter(None, (_CONCISE.match(line) for line in lines))
    return [f"{one['rule']} {one['place']}" for one in found]


# --- what is reported --------------------------------------------------------------------------


def test_a_commit_that_breaks_nothing_needs_one_look(cluster, looks) -> None:
    cluster.git("rm", "-q", "old.yaml")
    cluster.commit()
    stage(cluster, {"lan.yaml": pool("lan", "10.0.0.0/23")})
    assert told(cluster, "lan.yaml") == []
    assert len(looks) == 1


def test_what_is_passed_is_judged_whole_and_an_old_fault_elsewhere_is_not_told(
    cluster, looks
) -> None:
    stage(cluster, {"web.yaml": service("web", "10.0.0.6")})
    outcome = cluster("--hook", "--", "web.yaml")
    assert (outcome.code, outcome.out) == (0, "No problems in 1 file.\n")
    assert len(looks) == 2
    stage(cluster, {"old.yaml": f"# moved\n{FILES['old.yaml']}"})
    assert told(cluster, "old.yaml") == ["MLB113 old.yaml:8"]


@pytest.mark.parametrize(
    ("change", "passed", "broken"),
    [
        ({"lan.yaml": pool("lan", "10.0.0.64/26")}, ["lan.yaml"], [WEB]),
        ({"lan.yaml": pool("wan", "10.0.0.0/24")}, ["lan.yaml"], [NAME]),
        ({"lan.yaml": None}, [], [NAME, WEB]),
        ({"lan.yaml": None, "deep/lan.yaml": FILES["lan.yaml"]}, ["deep/lan.yaml"], []),
        ({"dmz.yaml": None}, [], []),
        ({"web.yaml": None}, [], []),
    ],
    ids=["shrunk", "renamed", "deleted", "moved", "unused", "the user deleted"],
)
def test_what_becomes_of_a_pool(cluster, change, passed, broken) -> None:
    stage(cluster, change)
    assert told(cluster, *passed) == broken


BUILT = {
    "base/kustomization.yaml": "resources: [lan.yaml, dmz.yaml, advertisement.yaml, web.yaml]\n",
    **{f"base/{name}.yaml": FILES[f"{name}.yaml"] for name in ("lan", "dmz", "web")},
    "base/advertisement.yaml": ADVERTISEMENT,
}


@pytest.fixture
def built(cluster):
    """The same as kustomize puts it together."""
    for name in ("lan", "dmz", "web", "old", "advertisement"):
        (cluster.root / f"{name}.yaml").unlink()
    cluster.commit(BUILT)
    return cluster


def test_an_entry_of_a_kustomization_that_is_removed(built) -> None:
    short = "resources: [dmz.yaml, advertisement.yaml, web.yaml]\n"
    stage(built, {"base/kustomization.yaml": short})
    assert told(built, "base/kustomization.yaml") == ["MLB303 base/advertisement.yaml:4"]


def test_a_file_that_others_name(built) -> None:
    stage(built, {"base/dmz.yaml": None})
    assert told(built) == ["MLB507 base/kustomization.yaml:1"]
    stage(built, {"base/zone.yaml": FILES["dmz.yaml"]})
    assert told(built, "base/zone.yaml") == ["MLB507 base/kustomization.yaml:1"]


APPLICATIONS = """\
apiVersion: argoproj.io/v1alpha1
kind: Application
metadata: {name: base, namespace: argocd}
spec:
  source: {repoURL: https://git.example.com/c, path: base, targetRevision: main}
---
apiVersion: argoproj.io/v1alpha1
kind: Application
metadata: {name: grafana, namespace: argocd}
spec:
  source: {repoURL: https://git.example.com/c, path: grafana, targetRevision: main}
---
apiVersion: argoproj.io/v1alpha1
kind: Application
metadata: {name: more, namespace: argocd}
spec:
  source: {repoURL: https://git.example.com/c, path: more, targetRevision: main}
"""


def test_a_deleted_file_that_is_no_manifest(built) -> None:
    """Nothing but its being there is known of it, before as well."""
    built.commit({"apps.yaml": APPLICATIONS, "grafana/main.jsonnet": "{}\n", "more/x.yaml": ""})
    stage(built, {"grafana/main.jsonnet": None})
    assert told(built) == ["MLB507 apps.yaml:11"]
    (built.root / "grafana").rmdir()
    assert built.spots("--diff-base", "HEAD") == ["MLB507 apps.yaml:11"]
    built.git("commit", "-q", "-m", "x")
    stage(built, {"README.md": None})
    assert told(built) == []


def test_a_kustomization_without_a_suffix(built) -> None:
    """pre-commit does not pass it: the commit is asked."""
    built.git("mv", "base/kustomization.yaml", "base/Kustomization")
    assert told(built) == []
    built.commit()
    stage(built, {"base/Kustomization": "resources: [no.yaml, dmz.yaml, web.yaml]\n"})
    assert told(built) == ["MLB507 base/Kustomization:1"]


def test_a_finding_in_which_a_passed_file_has_a_part(cluster) -> None:
    """As without `--hook`: it lies elsewhere, and is about this file as well."""
    cluster.commit({".mlblint.yaml": "rules: {select: [MLB203]}\n"})
    overlap = {"a.yaml": pool("a", "10.2.0.0/24"), "b.yaml": pool("b", "10.2.0.0/25")}
    cluster.commit(overlap)
    for name in overlap:
        assert told(cluster, name) == cluster.spots(name) != []
    assert told(cluster, "web.yaml") == []


def test_without_manifests_nothing_is_looked_at(cluster, looks) -> None:
    stage(cluster, {"README.md": "the cluster\n", "x.sh": "true\n"})
    outcome = cluster("--hook")
    assert (outcome.code, outcome.out, outcome.err, looks) == (0, "", "", [])


# --- what is in the commit, and what is not ----------------------------------------------------


def test_what_the_hooks_configuration_leaves_out_is_not_told(cluster) -> None:
    """Two files are staged, and `exclude` of the hook matches one of them."""
    stage(cluster, {"new.yaml": service("new", "10.8.8.8"), "web.yaml": service("w", "10.7.7.7")})
    assert told(cluster, "web.yaml") == [WEB]
    assert told(cluster) == []


def test_what_is_not_in_the_commit_neither_fails_nor_helps_it(built) -> None:
    built.write({"wip.yaml": service("wip", "10.8.8.8")})
    more = BUILT["base/kustomization.yaml"].replace("[", "[more.yaml, ")
    stage(built, {"base/kustomization.yaml": more})
    built.write({"base/more.yaml": pool("more", "10.3.0.0/24")})
    assert built.spots() == ["MLB113 wip.yaml:7"]
    assert told(built, "base/kustomization.yaml") == ["MLB507 base/kustomization.yaml:1"]
    built.git("add", "base/more.yaml")
    assert told(built, "base/kustomization.yaml") == []


def test_what_git_ignores_may_be_made_where_it_is_applied(built) -> None:
    there = {"grafana/x.yaml": "", "more/x.yaml": ""}
    built.commit({".gitignore": "more.yaml\n", "apps.yaml": APPLICATIONS, **there})
    built.write({"base/more.yaml": pool("more", "10.3.0.0/24")})
    more = BUILT["base/kustomization.yaml"].replace("[", "[more.yaml, ")
    stage(built, {"base/kustomization.yaml": more})
    assert told(built, "base/kustomization.yaml") == built.spots() == []
    stage(built, {".gitignore": "\n"})
    assert told(built, "base/kustomization.yaml") == ["MLB507 base/kustomization.yaml:1"]


def test_the_index_that_git_makes_for_a_part_of_what_is_staged(cluster, monkeypatch) -> None:
    """`git commit web.yaml` leaves the deleted pool for another commit."""
    part = cluster.root / ".git/next-index-1.lock"
    part.write_bytes((cluster.root / ".git/index").read_bytes())
    stage(cluster, {"lan.yaml": None})
    assert told(cluster) == [NAME, WEB]
    monkeypatch.setenv("GIT_INDEX_FILE", ".git/next-index-1.lock")
    assert told(cluster) == []


def test_the_index_and_the_folder_of_another_repository(cluster, monkeypatch, tmp_path_factory):
    other = tmp_path_factory.mktemp("other")
    subprocess.run(["git", "init", "-q"], cwd=other, check=True)
    (other / ".git/index").write_bytes((cluster.root / ".git/index").read_bytes())
    stage(cluster, {"lan.yaml": None})
    monkeypatch.setenv("GIT_INDEX_FILE", str(other / ".git/index"))
    monkeypatch.setenv("GIT_DIR", str(other / ".git"))
    assert told(cluster) == [NAME, WEB]


def test_a_worktree(cluster, monkeypatch) -> None:
    """Git names folder and index to the hooks in there."""
    tree = cluster.root.parent / "tree"
    cluster.git("worktree", "add", "-q", str(tree))
    subprocess.run(["git", "rm", "-q", "lan.yaml"], cwd=tree, check=True)
    there = type(cluster)(tree, cluster.capture, monkeypatch)
    folder = cluster.root / ".git/worktrees/tree"
    monkeypatch.setenv("GIT_DIR", str(folder))
    monkeypatch.setenv("GIT_INDEX_FILE", str(folder / "index"))
    assert told(there) == [NAME, WEB]


def test_a_submodule(cluster, tmp_path_factory, monkeypatch) -> None:
    above = type(cluster)(tmp_path_factory.mktemp("above"), cluster.capture, monkeypatch)
    above.commit(FILES)
    source = ["-c", "protocol.file.allow=always", "submodule", "--quiet", "add"]
    above.git(*source, f"file://{cluster.root}", "inner")
    assert told(above) == [], "what is in there belongs to another repository"
    above.git("commit", "-q", "-m", "x")
    inner = type(cluster)(above.root / "inner", cluster.capture, monkeypatch)
    inner.git("rm", "-q", "lan.yaml")
    assert told(inner) == [NAME, WEB]
    assert told(above) == []


def test_files_that_a_sparse_checkout_leaves_out(cluster) -> None:
    """They are in neither look, so that they are not what has changed."""
    cluster.git("sparse-checkout", "set", "--no-cone", "/*", "!lan.yaml")
    stage(cluster, {"README.md": None})
    assert not (cluster.root / "lan.yaml").exists()
    assert told(cluster) == []


# --- what the commit is compared with ----------------------------------------------------------


def test_the_first_commit(shell, looks) -> None:
    shell.git("init", "-q")
    stage(shell, FILES)
    passed = [name for name in FILES if name.endswith(".yaml")]
    assert told(shell, *passed) == [OLD]
    assert told(shell) == []


def test_a_detached_head_and_an_amended_commit(cluster) -> None:
    cluster.git("switch", "-q", "--detach")
    stage(cluster, {"lan.yaml": None})
    assert told(cluster) == [NAME, WEB]
    cluster.git("commit", "-q", "-m", "broken")
    stage(cluster, {"dmz.yaml": f"# amended\n{FILES['dmz.yaml']}"})
    assert told(cluster, "dmz.yaml") == [], "it is the amended commit that broke it"


def test_a_merge_answers_for_what_neither_side_had(cluster) -> None:
    cluster.git("switch", "-q", "-c", "topic")
    cluster.commit({"shop.yaml": service("shop", "10.0.1.7"), "bad.yaml": service("b", "10.8.8.8")})
    cluster.git("switch", "-q", "main")
    cluster.git("rm", "-q", "dmz.yaml")
    cluster.commit({"worse.yaml": service("w", "10.7.7.7")})
    cluster.git("merge", "-q", "--no-commit", "topic")
    assert told(cluster) == ["MLB113 shop.yaml:7"]


@pytest.fixture
def pushed(cluster, monkeypatch):
    """Two commits, of which the first one breaks something."""
    cluster.git("branch", "published")
    cluster.git("rm", "-q", "lan.yaml")
    cluster.commit()
    cluster.commit({"new.yaml": service("new", "10.0.1.9")})
    monkeypatch.setenv("PRE_COMMIT_FROM_REF", "published")
    monkeypatch.setenv("PRE_COMMIT_TO_REF", "HEAD")
    return cluster


def test_a_push_answers_for_all_of_its_commits(pushed, monkeypatch) -> None:
    assert told(pushed, "new.yaml") == [NAME, WEB]
    monkeypatch.setenv("PRE_COMMIT_FROM_REF", "HEAD^")
    assert told(pushed, "new.yaml") == []


def test_a_push_of_a_branch_that_is_not_checked_out(pushed, monkeypatch) -> None:
    pushed.git("branch", "other", "published")
    monkeypatch.setenv("PRE_COMMIT_FROM_REF", "published")
    monkeypatch.setenv("PRE_COMMIT_TO_REF", "other")
    assert told(pushed) == []
    assert told(pushed, "web.yaml") == [WEB], "but files are judged as they are here"


def test_a_push_onto_another_history(pushed, monkeypatch) -> None:
    pushed.git("switch", "-q", "--orphan", "other")
    pushed.commit({".mlblint.yaml": CONFIG, "lone.yaml": pool("lone", "10.5.0.0/24")})
    monkeypatch.setenv("PRE_COMMIT_TO_REF", "other")
    assert told(pushed, "lone.yaml") == []


@pytest.mark.parametrize("name", ["FROM", "TO"])
@pytest.mark.parametrize("revision", ["--output=x", "nowhere"])
def test_a_push_of_what_is_no_revision(pushed, monkeypatch, name: str, revision: str) -> None:
    monkeypatch.setenv(f"PRE_COMMIT_{name}_REF", revision)
    outcome = pushed("--hook")
    assert outcome.code == 2
    assert outcome.err.startswith("mlblint: --hook: ")
    assert f"`{revision}`" in outcome.err
    assert not (pushed.root / "x").exists()


def test_line_ends_that_git_converts(cluster) -> None:
    cluster.commit({".gitattributes": "*.yaml eol=crlf\n"})
    for name in ("old", "web", "lan"):
        (cluster.root / f"{name}.yaml").unlink()
        cluster.git("checkout", "--", f"{name}.yaml")
    assert "\r\n" in cluster.read("web.yaml")
    stage(cluster, {"dmz.yaml": None})
    assert told(cluster) == []
    stage(cluster, {"lan.yaml": pool("lan", "10.0.0.64/26")})
    assert told(cluster, "lan.yaml") == [WEB]


# --- several configurations --------------------------------------------------------------------


@pytest.fixture
def nested(cluster):
    """Two clusters with a configuration of their own, and one for the rest."""
    named = ADVERTISEMENT.replace("lan", "prod")
    cluster.commit(
        {
            "prod/.mlblint.yaml": "rules: {select: [MLB303]}\n",
            "prod/pool.yaml": pool("prod", "10.4.0.0/24"),
            "prod/spare.yaml": pool("spare", "10.4.1.0/24"),
            "prod/advert.yaml": named,
            "prod/shop.yaml": service("shop", "10.4.0.4"),
        }
    )
    return cluster


def test_each_file_is_judged_by_its_configuration(nested) -> None:
    """The outer one would report the Service of the inner as well."""
    stage(nested, {"prod/pool.yaml": None})
    assert told(nested) == ["MLB303 advert.yaml:4"]
    assert nested("--hook").err == "mlblint: in prod, from where the paths are seen:\n"
    stage(
        nested, {"web.yaml": service("web", "10.6.6.6"), "prod/shop.yaml": service("a", "1.1.1.1")}
    )
    assert told(nested, "web.yaml", "prod/shop.yaml") == [WEB, "MLB303 advert.yaml:4"]


def test_from_a_subfolder(nested) -> None:
    stage(nested, {"prod/pool.yaml": None})
    outcome = nested("--hook", "--output-format", "concise", cwd="prod")
    assert (outcome.code, outcome.out.split(":")[0]) == (1, "advert.yaml")
    assert outcome.err == ""


def test_one_file_cannot_take_two_reports(nested) -> None:
    stage(nested, {"dmz.yaml": None, "prod/spare.yaml": None})
    outcome = nested("--hook", "--output-format", "json", "--output-file", "x.json")
    assert outcome.code == 2
    assert "files of several configurations" in outcome.err


# --- with other options ------------------------------------------------------------------------


def test_fixes_are_made_in_what_is_passed(cluster, l2) -> None:
    rules = "network: {interfaces: [eth0]}\nrules: {select: [MLB301]}\n"
    cluster.commit({".mlblint.yaml": rules, "a.yaml": l2("a"), "b.yaml": l2("b")})
    stage(cluster, {"a.yaml": f"# {l2('a')}", "advertisement.yaml": f"#\n{ADVERTISEMENT}"})
    outcome = cluster("--hook", "--fix", "--exit-non-zero-on-fix", "advertisement.yaml")
    assert outcome.code == 1
    assert "eth0" in cluster.read("advertisement.yaml")
    assert cluster.read("b.yaml") == l2("b")
    assert cluster("--hook", "--fix", "--exit-non-zero-on-fix", "advertisement.yaml").code == 0


def test_what_breaks_elsewhere_is_told_and_not_fixed(built) -> None:
    """The Application comes to hold the first Service that needs an address."""
    plain = "apiVersion: v1\nkind: Service\nmetadata: {name: shop}\nspec: {type: ClusterIP}\n"
    built.commit({".mlblint.yaml": "rules: {select: [MLB501]}\n"})
    built.commit({"apps.yaml": APPLICATIONS, "more/shop.yaml": plain})
    stage(built, {"more/shop.yaml": plain.replace("ClusterIP", "LoadBalancer")})
    outcome = built("--hook", "--fix", "--output-format", "json", "more/shop.yaml")
    (finding,) = json.loads(outcome.out)["findings"]
    assert (finding["rule"], finding["path"], outcome.code) == ("MLB501", "apps.yaml", 1)
    assert "which is not among the files named" in finding["unfixable"]
    assert built.git("diff", "--stat") == ""


def test_with_a_baseline(cluster) -> None:
    cluster("--write-baseline", "known.json")
    stage(cluster, {"lan.yaml": None})
    outcome = cluster("--hook", "--baseline", "known.json", "--output-format", "concise")
    assert [line.split(":")[0] for line in outcome.out.splitlines()[:2]] == [
        "advertisement.yaml",
        "web.yaml",
    ]
    assert outcome.err == ""


@pytest.mark.parametrize(
    "option", [["--diff-base", "x"], ["--add-ignore"], ["--write-baseline", "x"], ["-"]]
)
def test_options_that_contradict_it(cluster, option: list[str]) -> None:
    outcome = cluster("--hook", *option)
    assert outcome.code == 2
    assert "--hook" in outcome.err


def test_outside_of_git(shell) -> None:
    outcome = shell("--hook", ".mlblint.yaml")
    assert outcome.code == 2
    assert "is not in a Git repository" in outcome.err


def test_nothing_that_the_repository_configures_runs(cluster) -> None:
    trap = Path(cluster.root.parent / "trap")
    for key in ("diff.external", "core.fsmonitor", "filter.x.clean", "filter.x.smudge"):
        cluster.git("config", key, f"touch {trap}; cat")
    cluster.git("config", "diff.y.textconv", f"touch {trap}; cat")
    stage(cluster, {"lan.yaml": None})
    trap.unlink(missing_ok=True)
    cluster.write({".gitattributes": "*.yaml filter=x diff=y\n"})
    before = (cluster.root / ".git/index").read_bytes()
    assert told(cluster) == [NAME, WEB]
    assert not trap.exists()
    assert (cluster.root / ".git/index").read_bytes() == before
