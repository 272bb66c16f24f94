"""The hooks, installed and run by pre-commit itself when Git commits. What they say in which case
is held by tests/suppressing/test_hook.py; here stands what pre-commit and Git make of it."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path

import pytest
from ruamel.yaml import YAML

from mlblint import __version__

ROOT = Path(__file__).parents[2]
pytestmark = pytest.mark.long


@dataclass(frozen=True)
class Outcome:
    code: int
    text: str


@dataclass(frozen=True)
class Shell:
    """Git, as the people of a repository have it."""

    folder: Path
    environment: dict[str, str]

    def run(self, *command: str, cwd: str = ".") -> Outcome:
        done = subprocess.run(
            command,
            cwd=self.folder / cwd,
            env=self.environment,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )
        return Outcome(done.returncode, done.stdout)

    def git(self, *arguments: str) -> str:
        done = self.run("git", *arguments)
        assert done.code == 0, done.text
        return done.text

    def commit(self, *arguments: str, cwd: str = ".") -> Outcome:
        return self.run("git", "commit", "-q", "-m", "x", *arguments, cwd=cwd)

    def pre_commit(self, *arguments: str) -> Outcome:
        return self.run(sys.executable, "-m", "pre_commit", *arguments)

    def write(self, name: str, text: str) -> None:
        (self.folder / name).parent.mkdir(parents=True, exist_ok=True)
        (self.folder / name).write_text(text)

    def stage(self, name: str, text: str) -> None:
        self.write(name, text)
        self.git("add", "--", name)

    def read(self, name: str) -> str:
        return (self.folder / name).read_text()


# --- a repository ------------------------------------------------------------------------------


def pool(name: str, addresses: str) -> str:
    return (
        "apiVersion: metallb.io/v1beta1\nkind: IPAddressPool\n"
        f"metadata: {{name: {name}, namespace: metallb-system}}\n"
        f"spec: {{addresses: [{addresses}]}}\n"
    )


def advertisement(name: str, interfaces: str = "") -> str:
    return (
        "apiVersion: metallb.io/v1beta1\nkind: L2Advertisement\nmetadata:\n"
        f"  name: {name}\n  namespace: metallb-system\nspec:\n"
        f"  ipAddressPools:\n    - lan\n{interfaces}"
    )


def service(address: str) -> str:
    return (
        "apiVersion: v1\nkind: Service\n"
        "metadata:\n  name: web\n  annotations:\n"
        f"    metallb.universe.tf/loadBalancerIPs: {address}\n"
        "spec: {type: LoadBalancer, selector: {app: web}, ports: [{port: 80}]}\n"
    )


RULES = "network: {interfaces: [eth0]}\nrules: {select: [MLB113, MLB301, MLB303]}\n"
MENDED = "  interfaces:\n    - eth0\n"
FILES = {
    ".mlblint.yaml": RULES,
    "pools/lan.yaml": pool("lan", "10.0.0.0/24"),
    "pools/dmz.yaml": pool("dmz", "10.0.1.0/24"),
    "pools/l2.yaml": advertisement("lan", MENDED),
    "apps/web.yaml": service("10.0.0.5"),
    "README.md": "a cluster\n",
}
BROKEN = "asks for 10.0.0.5, which is in no pool"
"""What becomes of apps/web.yaml when the pool is gone."""


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """An environment in which nobody's settings count, and pre-commit installs the hooks once."""
    folder = tmp_path_factory.mktemp("home")
    kept = {k: v for k, v in os.environ.items() if not k.startswith(("GIT_", "PRE_COMMIT", "XDG"))}
    who = "[user]\n name = x\n email = x@example.com\n[init]\n defaultBranch = main\n"
    (folder / ".gitconfig").write_text(f'{who}[protocol "file"]\n allow = always\n')
    return kept | {"HOME": str(folder), "PRE_COMMIT_HOME": str(folder / "pre-commit")}


@pytest.fixture(scope="module")
def hooks(tmp_path_factory: pytest.TempPathFactory, home: dict[str, str]) -> Shell:
    """A Git repository that holds mlblint as it is now, committed or not."""
    names = subprocess.run(
        ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"],
        cwd=ROOT,
        check=True,
        capture_output=True,
        text=True,
    ).stdout.split("\0")
    shell = Shell(tmp_path_factory.mktemp("hooks"), home)
    for name in names:
        if name and not name.startswith("tests/") and (ROOT / name).is_file():
            (shell.folder / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(ROOT / name, shell.folder / name)
    shell.git("init", "-q")
    shell.git("add", "-A")
    shell.git("commit", "-q", "-m", "hooks")
    return shell


Make = Callable[..., Shell]


@pytest.fixture
def make(hooks: Shell, tmp_path: Path) -> Make:
    """A repository in which pre-commit runs these hooks; its files are not committed yet."""

    def make(*ids: str, more: str = "") -> Shell:
        shell = Shell(tmp_path / "cluster", hooks.environment)
        shell.folder.mkdir()
        shell.git("init", "-q")
        entries = "".join(f"      - id: {one}\n{more}" for one in ids)
        shell.write(
            ".pre-commit-config.yaml",
            f"repos:\n  - repo: {hooks.folder}\n    rev: {hooks.git('rev-parse', 'HEAD')}"
            f"    hooks:\n{entries}",
        )
        kinds = ("pre-commit", "pre-merge-commit", "pre-push")
        installed = shell.pre_commit("install", *(f"--hook-type={kind}" for kind in kinds))
        assert installed.code == 0, installed.text
        for name, text in FILES.items():
            shell.write(name, text)
        shell.git("add", "-A")
        return shell

    return make


@pytest.fixture
def cluster(make: Make) -> Shell:
    shell = make("mlblint")
    shell.git("commit", "-q", "--no-verify", "-m", "x")
    return shell


def passed(outcome: Outcome) -> bool:
    assert ("Passed" in outcome.text) == (outcome.code == 0), outcome.text
    return outcome.code == 0


def test_the_manifest_is_one(hooks: Shell) -> None:
    outcome = hooks.pre_commit("validate-manifest", ".pre-commit-hooks.yaml")
    assert (outcome.code, outcome.text) == (0, "")


@pytest.mark.parametrize("page", ["README.md", "docs/ci.md"])
def test_the_pages_show_hooks_that_are_there(page: str) -> None:
    manifest = YAML(typ="safe").load(ROOT / ".pre-commit-hooks.yaml")
    shown = re.search(r"```yaml\n(repos:\n.*?)```", (ROOT / page).read_text("utf-8"), re.DOTALL)
    assert shown
    (repository,) = YAML(typ="safe").load(shown[1])["repos"]
    assert {one["id"] for one in repository["hooks"]} <= {one["id"] for one in manifest}
    assert repository["rev"] == f"v{__version__}"


# --- what a commit does ------------------------------------------------------------------------


def test_a_clean_commit_and_a_failing_one(make: Make) -> None:
    shell = make("mlblint")
    assert passed(shell.commit()), "the first commit of all"
    shell.stage("apps/web.yaml", service("10.0.0.6"))
    assert passed(shell.commit())
    shell.stage("apps/web.yaml", service("10.9.9.9"))
    before = shell.git("status", "--short")
    outcome = shell.commit()
    assert not passed(outcome)
    assert "apps/web.yaml:6:" in outcome.text
    assert shell.git("status", "--short") == before


def test_what_the_commit_breaks_elsewhere(cluster: Shell) -> None:
    cluster.stage("pools/lan.yaml", pool("lan", "10.0.2.0/24"))
    outcome = cluster.commit()
    assert not passed(outcome)
    assert BROKEN in outcome.text
    assert "apps/web.yaml:6:" in outcome.text


def test_an_old_fault_elsewhere_stops_nobody(cluster: Shell) -> None:
    cluster.stage("apps/old.yaml", service("10.9.9.9"))
    assert cluster.commit("--no-verify").code == 0
    cluster.stage("pools/dmz.yaml", pool("dmz", "10.0.1.0/25"))
    assert passed(cluster.commit())


def test_a_deleted_file(cluster: Shell) -> None:
    """pre-commit passes no file at all."""
    cluster.git("rm", "-q", "pools/lan.yaml")
    outcome = cluster.commit()
    assert not passed(outcome)
    assert BROKEN in outcome.text
    cluster.git("reset", "-q", "--hard")
    cluster.git("rm", "-q", "pools/dmz.yaml")
    assert passed(cluster.commit())


def test_a_renamed_file(cluster: Shell) -> None:
    cluster.git("mv", "pools/lan.yaml", "pools/home.yaml")
    assert passed(cluster.commit()), "it does not matter where a pool is written"
    kustomization = "resources: [home.yaml, dmz.yaml, l2.yaml]\n"
    cluster.stage("pools/kustomization.yaml", kustomization)
    cluster.stage(".mlblint.yaml", "rules: {select: [MLB507]}\n")
    assert passed(cluster.commit())
    cluster.git("mv", "pools/home.yaml", "pools/lan.yaml")
    outcome = cluster.commit()
    assert not passed(outcome)
    assert "pools/kustomization.yaml:1:13" in outcome.text


def test_a_commit_without_manifests(cluster: Shell) -> None:
    cluster.stage("README.md", "the cluster\n")
    (cluster.folder / ".mlblint.yaml").write_text("a mistake: [\n")
    cluster.git("update-index", "--assume-unchanged", ".mlblint.yaml")
    assert passed(cluster.commit()), "the configuration is not even read"


def test_from_a_subfolder(cluster: Shell) -> None:
    cluster.stage("pools/lan.yaml", pool("lan", "10.0.2.0/24"))
    outcome = cluster.commit(cwd="apps")
    assert not passed(outcome)
    assert BROKEN in outcome.text
    cluster.stage("pools/lan.yaml", pool("lan", "10.0.0.0/25"))
    assert passed(cluster.commit(cwd="apps"))


def test_a_worktree(cluster: Shell, tmp_path: Path) -> None:
    cluster.git("worktree", "add", "-q", str(tmp_path / "tree"))
    tree = replace(cluster, folder=tmp_path / "tree")
    tree.git("rm", "-q", "pools/lan.yaml")
    outcome = tree.commit()
    assert not passed(outcome)
    assert BROKEN in outcome.text
    cluster.stage("pools/lan.yaml", pool("lan", "10.0.0.0/25"))
    assert passed(cluster.commit()), "the other one does not matter here"


def test_a_submodule(cluster: Shell, tmp_path: Path) -> None:
    above = replace(cluster, folder=tmp_path / "above")
    above.folder.mkdir()
    above.git("init", "-q")
    above.git("submodule", "--quiet", "add", str(cluster.folder), "inner")
    inner = replace(cluster, folder=above.folder / "inner")
    assert inner.pre_commit("install").code == 0
    inner.git("rm", "-q", "pools/lan.yaml")
    outcome = inner.commit()
    assert not passed(outcome)
    assert BROKEN in outcome.text


def test_a_configuration_below_the_top(cluster: Shell) -> None:
    cluster.stage("prod/.mlblint.yaml", "rules: {select: [MLB303]}\n")
    cluster.stage("prod/lan.yaml", pool("lan", "10.4.0.0/24"))
    cluster.stage("prod/dmz.yaml", pool("dmz", "10.4.1.0/24"))
    cluster.stage("prod/l2.yaml", advertisement("lan"))
    assert cluster.commit("--no-verify").code == 0
    cluster.stage("prod/lan.yaml", pool("wan", "10.4.0.0/24"))
    cluster.stage("README.md", "two clusters\n")
    outcome = cluster.commit()
    assert not passed(outcome)
    assert "in prod, from where the paths are seen" in outcome.text
    assert "--> l2.yaml:" in outcome.text
    assert "MLB301" not in outcome.text


def test_a_name_like_an_option(cluster: Shell) -> None:
    cluster.stage("--exit-zero.yaml", service("10.9.9.9"))
    outcome = cluster.commit()
    assert not passed(outcome)
    assert "--exit-zero.yaml:6:" in outcome.text


def test_a_kustomization_without_a_suffix(cluster: Shell) -> None:
    cluster.stage(".mlblint.yaml", "rules: {select: [MLB507]}\n")
    cluster.stage("pools/Kustomization", "resources: [lan.yaml, dmz.yaml, l2.yaml]\n")
    assert passed(cluster.commit())
    cluster.stage("pools/Kustomization", "resources: [wan.yaml, dmz.yaml, l2.yaml]\n")
    outcome = cluster.commit()
    assert not passed(outcome)
    assert "pools/Kustomization:1:13" in outcome.text


# --- what is staged, and what is not -----------------------------------------------------------


def test_a_partially_staged_file_is_judged_as_it_is_staged(cluster: Shell) -> None:
    cluster.stage("apps/web.yaml", service("10.9.9.9"))
    cluster.write("apps/web.yaml", service("10.0.0.6"))
    assert not passed(cluster.commit())
    assert cluster.read("apps/web.yaml") == service("10.0.0.6")
    cluster.stage("apps/web.yaml", service("10.0.0.6"))
    cluster.write("apps/web.yaml", service("10.9.9.9"))
    cluster.write("pools/lan.yaml", pool("lan", "10.0.2.0/24"))
    assert passed(cluster.commit())
    assert cluster.read("apps/web.yaml") == service("10.9.9.9")


def test_what_is_not_staged_neither_fails_nor_helps(cluster: Shell) -> None:
    cluster.write("apps/wip.yaml", service("10.9.9.9"))
    cluster.stage("pools/dmz.yaml", pool("dmz", "10.0.1.0/25"))
    assert passed(cluster.commit())
    cluster.write("pools/new.yaml", pool("new", "10.0.7.0/24"))
    cluster.stage("apps/web.yaml", service("10.0.7.7"))
    assert not passed(cluster.commit())
    cluster.git("add", "pools/new.yaml")
    assert passed(cluster.commit())


def test_a_commit_of_everything_and_of_one_file(cluster: Shell) -> None:
    """For these, Git makes an index of its own."""
    cluster.write("apps/web.yaml", service("10.0.0.6"))
    cluster.git("rm", "-q", "pools/lan.yaml")
    assert passed(cluster.commit("apps/web.yaml"))
    assert cluster.git("diff", "--cached", "--name-only") == "pools/lan.yaml\n"
    cluster.git("reset", "-q")
    outcome = cluster.commit("-a")
    assert not passed(outcome)
    assert "asks for 10.0.0.6" in outcome.text


def test_what_the_hooks_configuration_excludes(make: Make) -> None:
    shell = make("mlblint", more="        exclude: ^vendor/\n")
    shell.stage("vendor/x.yaml", service("10.9.9.9"))
    assert passed(shell.commit())
    shell.stage("vendor/x.yaml", service("10.8.8.8"))
    assert passed(shell.commit())


# --- fixes -------------------------------------------------------------------------------------


@pytest.fixture
def fixing(make: Make) -> Shell:
    shell = make("mlblint-fix", "mlblint")
    shell.write("pools/old.yaml", advertisement("old"))
    shell.git("add", "-A")
    shell.git("commit", "-q", "--no-verify", "-m", "x")
    return shell


def test_the_fix_hook_mends_what_is_staged_and_stops_the_commit_once(fixing: Shell) -> None:
    fixing.stage("pools/new.yaml", advertisement("new"))
    outcome = fixing.commit()
    assert outcome.code == 1
    assert "files were modified by this hook" in outcome.text
    assert fixing.git("diff", "--name-only").split() == ["pools/new.yaml"]
    assert fixing.read("pools/new.yaml") == advertisement("new", MENDED)
    fixing.git("add", "-A")
    assert passed(fixing.commit())
    assert fixing.read("pools/old.yaml") == advertisement("old")


def test_a_fix_beside_what_is_not_staged(fixing: Shell) -> None:
    """The fix touches other lines than the change that stays behind."""
    tail = "# 1\n# 2\n# 3\n# 4\n# 5\n# 6\n"
    fixing.stage("pools/new.yaml", advertisement("new") + tail)
    fixing.write("pools/new.yaml", advertisement("new") + tail + "# mine\n")
    assert fixing.commit().code == 1
    assert fixing.read("pools/new.yaml") == advertisement("new", MENDED) + tail + "# mine\n"


def test_a_fix_of_lines_that_are_changed_and_not_staged_is_rolled_back(fixing: Shell) -> None:
    fixing.stage("pools/new.yaml", advertisement("new"))
    mine = advertisement("new", "  interfaces: [wlan0]\n")
    fixing.write("pools/new.yaml", mine)
    outcome = fixing.commit()
    assert outcome.code == 1
    assert "Stashed changes conflicted with hook auto-fixes... Rolling back fixes" in outcome.text
    assert fixing.read("pools/new.yaml") == mine
    assert fixing.git("show", ":pools/new.yaml") == advertisement("new")


def test_the_fix_hook_tells_of_what_it_may_not_mend(fixing: Shell) -> None:
    fixing.git("rm", "-q", "pools/lan.yaml")
    outcome = fixing.commit()
    assert outcome.code == 1
    assert outcome.text.count(BROKEN) == 2
    assert fixing.git("diff", "--name-only") == ""


# --- other commits, and none -------------------------------------------------------------------


def test_an_amended_commit(cluster: Shell) -> None:
    cluster.git("rm", "-q", "pools/lan.yaml")
    assert cluster.commit("--no-verify").code == 0
    cluster.stage("pools/dmz.yaml", pool("dmz", "10.0.1.0/25"))
    assert passed(cluster.commit("--amend")), "it is compared with what it replaces"


@pytest.fixture
def branches(cluster: Shell) -> Shell:
    """On main the pool is gone, with what used it; on a branch somebody new uses it."""
    cluster.git("switch", "-q", "-c", "topic")
    cluster.stage("apps/new.yaml", service("10.0.0.9"))
    cluster.stage("apps/old.yaml", service("10.9.9.9"))
    cluster.stage("README.md", "topic\n")
    assert cluster.commit("--no-verify").code == 0
    cluster.git("switch", "-q", "main")
    cluster.git("rm", "-q", "pools/lan.yaml", "apps/web.yaml", "pools/l2.yaml")
    assert passed(cluster.commit())
    return cluster


def test_a_merge(branches: Shell) -> None:
    outcome = branches.run("git", "merge", "-q", "topic")
    assert not passed(outcome)
    assert "asks for 10.0.0.9" in outcome.text


def test_a_merge_with_conflicts(branches: Shell) -> None:
    """What one of the branches had before is not told again."""
    branches.stage("README.md", "main\n")
    assert passed(branches.commit())
    assert branches.run("git", "merge", "-q", "topic").code == 1
    branches.stage("README.md", "both\n")
    outcome = branches.commit()
    assert not passed(outcome)
    assert "asks for 10.0.0.9" in outcome.text
    assert "asks for 10.9.9.9" not in outcome.text


def test_all_files_and_some(cluster: Shell) -> None:
    assert passed(cluster.pre_commit("run", "--all-files"))
    cluster.stage("apps/old.yaml", service("10.9.9.9"))
    assert cluster.commit("--no-verify").code == 0
    outcome = cluster.pre_commit("run", "--all-files")
    assert not passed(outcome)
    assert "asks for 10.9.9.9" in outcome.text
    assert passed(cluster.pre_commit("run", "--files", "apps/web.yaml"))
    assert passed(cluster.pre_commit("run", "--files", "README.md"))
    assert not passed(cluster.pre_commit("run", "--files", "apps/old.yaml"))


def test_from_one_revision_to_another(cluster: Shell) -> None:
    """What CI asks about a pull request."""
    cluster.git("switch", "-q", "-c", "topic")
    cluster.git("rm", "-q", "pools/lan.yaml")
    assert cluster.commit("--no-verify").code == 0
    cluster.stage("README.md", "topic\n")
    assert cluster.commit("--no-verify").code == 0
    outcome = cluster.pre_commit("run", "--from-ref", "main", "--to-ref", "HEAD")
    assert not passed(outcome)
    assert BROKEN in outcome.text
    assert passed(cluster.pre_commit("run", "--from-ref", "HEAD^", "--to-ref", "HEAD"))


def test_a_push(cluster: Shell, tmp_path: Path) -> None:
    cluster.git("init", "-q", "--bare", str(tmp_path / "there"))
    cluster.git("remote", "add", "there", str(tmp_path / "there"))
    assert passed(cluster.run("git", "push", "-q", "there", "main"))
    cluster.git("rm", "-q", "pools/lan.yaml")
    assert cluster.commit("--no-verify").code == 0
    outcome = cluster.run("git", "push", "-q", "there", "main")
    assert "Failed" in outcome.text
    assert BROKEN in outcome.text


def test_stages_in_which_it_has_nothing_to_say(cluster: Shell) -> None:
    """With `always_run` a hook would run there, too."""
    cluster.pre_commit("install", "--hook-type=commit-msg", "--hook-type=post-checkout")
    cluster.stage("README.md", "the cluster\n")
    assert cluster.commit().text.count("mlblint.....") == 1
    assert "mlblint...." not in cluster.run("git", "switch", "-c", "topic").text
