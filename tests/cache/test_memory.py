"""A cache can make a run faster and nothing else."""

from __future__ import annotations

import json
import os
import random
import shutil
import subprocess
import sys
from datetime import date
from pathlib import Path
from typing import Any

import pytest

import mlblint
from mlblint.cache import folder as cache
from mlblint.cache import snapshot
from mlblint.cache.memory import Memory
from mlblint.cards import built_in_cards
from mlblint.commands.remembering import memory
from mlblint.config import load
from mlblint.pipeline import Request, Result, files_of, lint
from mlblint.repo import reading, words
from mlblint.text.documents import name_of

FIXTURES = Path(__file__).parents[1] / "fixtures"
NAMES = sorted(one.name for one in FIXTURES.iterdir() if (one / "broken").is_dir())


@pytest.fixture(autouse=True)
def settled(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Files may be believed as soon as they are written, and this test has a cache of its own."""
    monkeypatch.setattr(snapshot, "_is_settled", lambda stamp, taken: True)
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "caches"))


@pytest.fixture
def root(tmp_path: Path) -> Path:
    (tmp_path / "repository/.git").mkdir(parents=True)
    return tmp_path / "repository"


def request_for(root: Path, kept: bool = True, **more: Any) -> Request:
    config = load(root, known_rules={card.id: card.name for card in built_in_cards()})
    remembered = memory(root, config, built_in_cards()) if kept else None
    return Request(root, config, memory=remembered, **more)


def told(result: Result) -> str:
    """Everything that a report is made of."""
    findings = [
        [
            one.rule,
            one.severity,
            one.message,
            one.help,
            one.location,
            one.related,
            str(one.subject),
            one.fingerprint,
            one.unfixable,
            one.fix and (one.fix.title, one.fix.applicability, len(one.fix.edits)),
            one.suppression,
        ]
        for one in (*result.findings, *result.suppressed)
    ]
    counts = [result.files, result.templates, result.encrypted, result.unreadable]
    return repr([findings, counts, sorted(result.ran)])


def is_remembered(result: Result) -> bool:
    return result.protection is None


POOL = """\
apiVersion: metallb.io/v1beta1
kind: IPAddressPool
metadata: {name: main, namespace: metallb-system}
spec:
  addresses: [192.168.7.10]
"""


CONFIG_MAP = """\
apiVersion: v1
kind: ConfigMap
metadata:
  name: {name}
data:
  values.yaml: |
    speaker: 7
"""
RELEASE = """\
apiVersion: helm.toolkit.fluxcd.io/v2
kind: HelmRelease
metadata:
  name: metallb
  namespace: metallb-system
spec:
  chart:
    spec:
      chart: metallb
      version: 0.15.3
      sourceRef:
        kind: HelmRepository
        name: metallb
  valuesFrom:
  - kind: ConfigMap
    name: values
"""


def test_the_second_look_at_the_same_files_judges_nothing(root: Path) -> None:
    (root / "pool.yaml").write_text(POOL)
    first, second = lint(request_for(root)), lint(request_for(root))
    assert not is_remembered(first)
    assert is_remembered(second)
    assert told(first) == told(second)
    assert first.findings


@pytest.mark.parametrize(
    ("text", "remembered"),
    [
        ("kind: Deployment\nreplicas: 2\n", True),
        ("# other words\nkind: Deployment\nreplicas: [\n", True),
        ("kind: Service\nspec: {type: LoadBalancer}\n", False),
        ("kind: Deployment\nnote: metallb\n", False),
        # Words that something looks for, wherever they stand.
        ("kind: Deployment\npeerAddress: 10.0.0.1\n", False),
        ("kind: Deployment\n# mlblint: ignore[MLB101]\n", False),
        ("\0", False),
    ],
)
def test_a_change_that_nobody_would_notice(text: str, remembered: bool, root: Path) -> None:
    (root / "pool.yaml").write_text(POOL)
    (root / "app.yaml").write_text("kind: Deployment\nreplicas: 1\n")
    lint(request_for(root))
    (root / "app.yaml").write_text(text)
    result = lint(request_for(root))
    assert is_remembered(result) is remembered
    assert told(result) == told(lint(request_for(root, False)))


SERVICE = """\
apiVersion: v1
kind: Service
metadata:
  name: web
spec:
  type: LoadBalancer
  selector:
    app: web
  ports:
  - port: 80
"""


@pytest.mark.parametrize(
    ("old", "new", "remembered"),
    [
        ("", "# a comment\n---\n", True),
        ("  name: web", "  name:   'web'", True),
        ("  selector:\n    app: web\n", "  selector: {app: web}\n", True),
        ("port: 80", "port: 443", False),
        ("app: web", 'app: "1"', False),
        ("port: 80", 'port: "80"', False),
        ("app: web", "app: web\n    a: b", False),
        ("", "---\nkind: Namespace\n---\n", False),
        ("", "# mlblint: ignore[MLB101]\n", False),
        # What was relevant is it no more, or cannot be read.
        ("kind: Service", "kind: Other", False),
        ("  selector:", "  selector: [", False),
    ],
)
def test_a_change_of_what_is_relevant(old: str, new: str, remembered: bool, root: Path) -> None:
    """It counts if the documents mean another thing, and where nothing is reported in them."""
    (root / "pool.yaml").write_text(POOL)
    (root / "service.yaml").write_text(SERVICE)
    first = lint(request_for(root))
    assert {one.location.path for one in first.findings} == {"pool.yaml"}
    (root / "service.yaml").write_text(SERVICE.replace(old, new, 1))
    result = lint(request_for(root))
    assert is_remembered(result) is remembered
    assert told(result) == told(lint(request_for(root, False)))
    (root / "pool.yaml").write_text(f"# a comment\n{POOL}")
    assert not is_remembered(lint(request_for(root))), "its findings stand elsewhere"


def test_what_means_the_same_is_compared_once(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (root / "pool.yaml").write_text(POOL)
    (root / "service.yaml").write_text(SERVICE)
    lint(request_for(root))
    (root / "service.yaml").write_text(f"# a comment\n{SERVICE}")
    assert is_remembered(lint(request_for(root)))
    monkeypatch.setattr(Memory, "_facts_of", lambda self, run: pytest.fail("compared again"))
    assert is_remembered(lint(request_for(root)))
    (root / "service.yaml").write_text(SERVICE)
    assert is_remembered(lint(request_for(root))), "as it was at first"


def test_the_order_of_keys_counts(root: Path) -> None:
    (root / "pool.yaml").write_text(POOL)
    (root / "service.yaml").write_text(SERVICE)
    lint(request_for(root))
    head, tail = SERVICE.split("spec:\n")
    (root / "service.yaml").write_text(f"spec:\n{tail}{head}")
    assert not is_remembered(lint(request_for(root)))


def test_a_change_of_what_somebody_has_looked_into(root: Path) -> None:
    """A patch is read for what is in it, relevant or not."""
    (root / "pool.yaml").write_text(POOL)
    (root / "patch.yaml").write_text("- {op: replace, path: /spec/x, value: 1}\n")
    (root / "kustomization.yaml").write_text(
        "resources: [pool.yaml]\npatches: [{path: patch.yaml, target: {kind: IPAddressPool}}]\n"
    )
    lint(request_for(root))
    assert is_remembered(lint(request_for(root)))
    (root / "patch.yaml").write_text("- {op: replace, path: /spec/addresses, value: []}\n")
    result = lint(request_for(root))
    assert not is_remembered(result)
    assert told(result) == told(lint(request_for(root, False)))


def test_a_name_that_others_may_refer_to(root: Path) -> None:
    """Nobody looks into a file as long as nothing in it has the name that is looked for."""
    (root / "values.yaml").write_text(CONFIG_MAP.format(name="other"))
    (root / "release.yaml").write_text(RELEASE)
    first = lint(request_for(root))
    assert not first.repository.was_looked_into("values.yaml")
    (root / "values.yaml").write_text(CONFIG_MAP.format(name="values"))
    result = lint(request_for(root))
    assert not is_remembered(result)
    assert told(result) == told(lint(request_for(root, False))) != told(first)


def test_the_same_bytes_as_yaml_and_as_json(root: Path) -> None:
    """A tab is white space in the one, and an error in the other."""
    text = '{\t"kind": "Service", "apiVersion": "v1", "metadata": {"name": "metallb"}}\n'
    (root / "a.json").write_text(text)
    (root / "b.yaml").write_text(f"\t{text}")
    (root / "c.json").write_text(f"\t{text}")
    lint(request_for(root))
    (root / "d.yaml").write_text("kind: Namespace\n")
    result = lint(request_for(root))
    assert not is_remembered(result)
    assert told(result) == told(lint(request_for(root, False)))
    assert "b.yaml" in told(result)
    assert "c.json" not in told(result)


def test_another_run_may_have_asked_less(root: Path) -> None:
    """It has kept its own facts in the place of those of the first."""
    (root / "pool.yaml").write_text(POOL)
    (root / "app.yaml").write_text("a: 1\n")
    lint(request_for(root))
    (root / ".mlblint.yaml").write_text("rules: {select: [MLB101]}\n")
    lint(request_for(root))
    (root / ".mlblint.yaml").unlink()
    assert is_remembered(lint(request_for(root))), "nothing has changed for the first"
    (root / "app.yaml").write_text("a: 2\n")
    assert not is_remembered(lint(request_for(root)))
    (root / "app.yaml").write_text("a: 3\n")
    assert is_remembered(lint(request_for(root)))


def test_more_changes_than_are_compared(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (root / "pool.yaml").write_text(POOL)
    for name in "abc":
        (root / f"{name}.yaml").write_text("a: 1\n")
    lint(request_for(root))
    for name in "abc":
        (root / f"{name}.yaml").write_text("a: 2\n")
    assert is_remembered(lint(request_for(root)))
    monkeypatch.setattr("mlblint.cache.memory.MANY", 2)
    for name in "abc":
        (root / f"{name}.yaml").write_text("a: 3\n")
    assert not is_remembered(lint(request_for(root)))


def test_every_question_can_be_asked_again(root: Path) -> None:
    known = {name_of("\0".join(one)) for one in words.ALL}
    for name in NAMES:
        shutil.copytree(FIXTURES / name / "broken", root / name)
    files = lint(request_for(root)).repository
    facts = [one.facts for path in files.paths if (one := files.facts(path)) and one.facts]
    assert facts
    assert {question for one in facts for question in one["mentions"]} <= known


def test_a_file_that_was_touched_is_read_once(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (root / "pool.yaml").write_text(POOL)
    lint(request_for(root))
    os.utime(root / "pool.yaml", (1, 1))
    assert is_remembered(lint(request_for(root)))
    monkeypatch.setattr(snapshot, "digest", None)
    assert is_remembered(lint(request_for(root)))


def test_files_that_were_named_are_a_part_of_the_same_answer(root: Path) -> None:
    (root / "pool.yaml").write_text(POOL)
    (root / "other.yaml").write_text("a: 1\n")
    lint(request_for(root))
    other = lint(request_for(root, named=frozenset(["other.yaml"])))
    assert is_remembered(other)
    assert (other.findings, other.files) == ((), 1)
    pool = lint(request_for(root, named=frozenset(["pool.yaml"])))
    assert is_remembered(pool)
    assert told(pool) == told(lint(request_for(root, False, named=frozenset(["pool.yaml"]))))


@pytest.mark.parametrize(
    ("what", "change"),
    [
        ("a file", lambda root: (root / "pool.yaml").write_text(POOL.replace("7.10", "7.256"))),
        ("a new file", lambda root: (root / "more.yaml").write_text(POOL)),
        ("a file that is gone", lambda root: (root / "pool.yaml").unlink()),
        ("another name", lambda root: (root / "pool.yaml").rename(root / "swimming.yaml")),
        (
            "the configuration",
            lambda root: (root / ".mlblint.yaml").write_text("rules: {ignore: [MLB204]}\n"),
        ),
        (
            "what is looked for",
            lambda root: (root / "kustomization.yaml").write_text(
                "resources: [pool.yaml, gone.yaml]\n"
            ),
        ),
    ],
)
def test_what_makes_a_repository_another_one(what: str, change: Any, root: Path) -> None:
    (root / "pool.yaml").write_text(POOL)
    lint(request_for(root))
    change(root)
    result = lint(request_for(root))
    assert not is_remembered(result)
    assert told(result) == told(lint(request_for(root, False)))


def test_what_lies_beside_the_files_counts_too(root: Path) -> None:
    """A file that is no YAML, and that a kustomization names, has come to be."""
    (root / "pool.yaml").write_text(POOL)
    (root / "kustomization.yaml").write_text("resources: [pool.yaml, more.txt]\n")
    before = lint(request_for(root))
    assert is_remembered(lint(request_for(root)))
    (root / "more.txt").write_text("")
    after = lint(request_for(root))
    assert not is_remembered(after)
    assert told(before) != told(after) == told(lint(request_for(root, False)))


def test_a_comment_that_expires_tomorrow(root: Path) -> None:
    comment = "  # mlblint: ignore[MLB204] until=2030-01-31\n"
    (root / "pool.yaml").write_text(POOL.replace("  addresses", f"{comment}  addresses"))

    def rules(day: date) -> tuple[list[str], bool]:
        result = lint(request_for(root, today=day))
        return sorted({one.rule for one in result.findings}), is_remembered(result)

    first, _ = rules(date(2030, 1, 31))
    assert rules(date(2030, 1, 31)) == (first, True)
    later, remembered = rules(date(2030, 2, 1))
    assert not remembered
    assert {"MLB204", "MLB903"} <= set(later)
    assert not {"MLB204", "MLB903"} & set(first)


def test_without_such_comments_the_day_does_not_matter(root: Path) -> None:
    (root / "pool.yaml").write_text(POOL)
    lint(request_for(root, today=date(2030, 1, 31)))
    assert is_remembered(lint(request_for(root, today=date(2031, 1, 31))))


def test_nothing_is_kept_of_a_repository_that_could_not_be_read(root: Path) -> None:
    (root / "pool.yaml").write_text(POOL)
    (root / "large.yaml").write_text("metallb: " + "x" * (16 << 20))
    lint(request_for(root))
    assert not is_remembered(lint(request_for(root)))


def test_another_release_of_mlblint_begins_anew(
    root: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (root / "pool.yaml").write_text(POOL)
    lint(request_for(root))
    monkeypatch.setattr("mlblint.cache.memory.fingerprint", lambda: "another")
    assert not is_remembered(lint(request_for(root)))


def test_standard_input_is_never_remembered(root: Path) -> None:
    (root / "pool.yaml").write_text(POOL)
    lint(request_for(root))
    changed = {"pool.yaml": POOL.replace("192.168.7.10", "192.168.7.10/32").encode()}
    result = lint(request_for(root, changed=changed))
    assert not is_remembered(result)
    assert told(result) == told(lint(request_for(root, False, changed=changed)))
    assert is_remembered(lint(request_for(root)))


def test_a_file_that_changes_while_it_is_looked_at(
    root: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Then nothing that was known counts any more."""
    (root / "pool.yaml").write_text(POOL)
    (root / "other.yaml").write_text("a: 1\n")
    lint(request_for(root))
    (root / "other.yaml").write_text("kind: Namespace\n")
    recall = Memory.recall

    def changing(self: Memory, *arguments: Any) -> Any:
        (root / "pool.yaml").write_text(POOL.replace("192.168.7.10", "192.168.7.256"))
        return recall(self, *arguments)

    monkeypatch.setattr(Memory, "recall", changing)
    result = lint(request_for(root))
    monkeypatch.undo()
    assert told(result) == told(lint(request_for(root, False)))


def test_a_file_that_changes_before_it_is_mended(root: Path) -> None:
    (root / "pool.yaml").write_text(POOL)
    lint(request_for(root))
    (root / "other.yaml").write_text("a: 1\n")
    files = files_of(request_for(root))
    (root / "pool.yaml").write_text(POOL.replace("192.168.7.10", "192.168.7.256"))
    result = lint(request_for(root, files=files))
    assert told(result) == told(lint(request_for(root, False)))


def test_a_damaged_cache(root: Path, tmp_path: Path) -> None:
    (root / "pool.yaml").write_text(POOL)
    expected = told(lint(request_for(root)))
    for file in (tmp_path / "caches/mlblint").iterdir():
        if file.name.endswith(cache.SUFFIX):
            whole = file.read_bytes()
            file.write_bytes(whole[: len(whole) // 2])
            assert told(lint(request_for(root))) == expected


# --- the law ---------------------------------------------------------------------------------


def edited(root: Path, dice: random.Random) -> None:
    """One change of the kind that people, and accidents, make."""
    files = sorted(one for one in root.rglob("*.y*ml") if one.name != ".mlblint.yaml")
    file = dice.choice(files)
    text = file.read_bytes()
    lines = text.splitlines(keepends=True)
    at = dice.randrange(len(lines) + 1)
    kind = dice.randrange(7)
    if kind == 0:
        file.unlink()
    elif kind == 1:
        shutil.copy(file, file.with_name(f"copy-{dice.randrange(1000)}.yaml"))
    elif kind == 2:
        file.write_bytes(b"".join(lines[:at] + lines[at + 1 :]))
    elif kind == 3:
        file.write_bytes(b"".join([*lines[:at], b"# a comment\n", *lines[at:]]))
    elif kind == 4:
        other = dice.choice(files)
        file.write_bytes(other.read_bytes())
    elif kind == 5:
        file.write_bytes(text.replace(b"192.168", b"10.0", 1).replace(b"true", b"false", 1))
    else:
        folder = file.parent / f"moved-{dice.randrange(1000)}"
        folder.mkdir(exist_ok=True)
        file.rename(folder / file.name)


def compared(root: Path) -> None:
    for _ in range(2):
        assert told(lint(request_for(root))) == told(lint(request_for(root, False)))


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("seed", range(3))
def test_runs_with_and_without_a_cache_say_the_same(name: str, seed: int, tmp_path: Path) -> None:
    root = tmp_path / "repository"
    shutil.copytree(FIXTURES / name / "broken", root)
    (root / ".git").mkdir(exist_ok=True)
    dice = random.Random(f"{name} {seed}")
    for _ in range(6):
        compared(root)
        edited(root, dice)


@pytest.mark.long
@pytest.mark.parametrize("seed", range(8))
def test_the_same_of_a_repository_of_many_files(
    seed: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """With several processes, too."""
    root = tmp_path / "repository"
    for name in NAMES:
        shutil.copytree(FIXTURES / name / "broken", root / "clusters" / name)
    (root / ".git").mkdir()
    monkeypatch.setattr(reading, "processes", lambda files: 3 if files > 5 else 1)
    dice = random.Random(seed)
    for _ in range(12):
        compared(root)
        edited(root, dice)


# --- the program -----------------------------------------------------------------------------


def program(root: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "mlblint", *arguments]
    return subprocess.run(command, cwd=root, capture_output=True, text=True, check=False)


@pytest.fixture
def linted(root: Path) -> Path:
    (root / "pool.yaml").write_text(POOL)
    return root


def test_all_formats_are_the_same_from_memory(linted: Path) -> None:
    for form in ("full", "json", "sarif", "rdjson", "github", "markdown"):
        without = program(linted, "--no-cache", "--output-format", form)
        assert program(linted, "--output-format", form).stdout == without.stdout
        again = program(linted, "--output-format", form)
        assert (again.stdout, again.returncode) == (without.stdout, without.returncode)


def test_fixes_are_the_same_from_memory(linted: Path) -> None:
    program(linted)
    patch = program(linted, "--diff")
    assert patch.stdout == program(linted, "--diff", "--no-cache").stdout
    assert "192.168.7.10/32" in patch.stdout
    program(linted, "--fix")
    assert "192.168.7.10/32" in (linted / "pool.yaml").read_text()
    assert program(linted).stdout == program(linted, "--no-cache").stdout


def test_no_cache_leaves_nothing_behind(linted: Path, tmp_path: Path) -> None:
    program(linted, "--no-cache")
    assert not (tmp_path / "caches").exists()


def test_a_folder_of_the_repositorys_own(linted: Path) -> None:
    (linted / ".mlblint.yaml").write_text("cache-dir: .mlblint_cache\n")
    first = program(linted)
    assert any(one.name.endswith(cache.SUFFIX) for one in (linted / ".mlblint_cache").iterdir())
    assert program(linted).stdout == first.stdout


def test_a_folder_that_cannot_be_used(linted: Path) -> None:
    (linted / ".mlblint.yaml").write_text("cache-dir: ../elsewhere\n")
    done = program(linted)
    assert "`cache-dir: ../elsewhere` is not used: it is outside of the repository" in done.stderr
    assert done.returncode == 1
    assert "MLB" in done.stdout


def test_the_command_cache(linted: Path, tmp_path: Path) -> None:
    folder = tmp_path / "caches/mlblint"
    assert program(linted, "cache", "dir").stdout == f"{folder}\n"
    assert "nothing to clear" in program(linted, "cache", "clear").stderr
    program(linted)
    assert "cleared" in program(linted, "cache", "clear").stderr
    assert not [one for one in folder.iterdir() if one.name.endswith(cache.SUFFIX)]


def test_what_a_run_loads_that_finds_nothing_changed(linted: Path) -> None:
    program(linted)
    code = (
        "import json, sys; from mlblint import cli; cli.run([]);"
        "print('', json.dumps(list(sys.modules)), sep='\\n')"
    )
    done = subprocess.run(
        [sys.executable, "-c", code],
        cwd=linted,
        env={"XDG_CACHE_HOME": cache_home(linted), "PYTHONPATH": package_folder()},
        capture_output=True,
        text=True,
        check=True,
    )
    modules = set(json.loads(done.stdout.splitlines()[-1]))
    assert "mlblint.cache.memory" in modules
    assert not modules & {"mlblint.engine", "mlblint.repo.model", "ruamel.yaml", "mlblint.judging"}


def cache_home(root: Path) -> str:
    return str(root.parent / "caches")


def package_folder() -> str:
    return str(Path(mlblint.__file__).parents[1])
