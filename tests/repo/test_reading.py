"""Several processes read what one would."""

from __future__ import annotations

import os
import re
import signal
import time
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

import pytest

from mlblint.cards import built_in_cards
from mlblint.config import Config
from mlblint.judging import judge
from mlblint.repo import index, reading
from mlblint.repo.facts import encoded
from mlblint.repo.files import Files
from mlblint.repo.reading import processes, read_together

pytestmark = pytest.mark.skipif(not hasattr(os, "fork"), reason="there is one process only")

RELEVANT = re.compile("kind")


@pytest.fixture
def files(tmp_path: Path) -> Files:
    for number in range(200):
        text = f"kind: Service\nnumber: {number}\n---\n- other\n"
        if number % 7 == 0:
            text += "---\nkind: [\n"
        (tmp_path / f"{number:03}.yaml").write_text(text)
    (tmp_path / "binary.yaml").write_bytes(b"\xff")
    paths = [path.name for path in tmp_path.iterdir()]
    return Files(tmp_path, [*paths, "gone.yaml"], None, RELEVANT)


@pytest.mark.parametrize("count", [1, 2, 4])
def test_the_same_for_any_number_of_processes(count: int, files: Files) -> None:
    found = read_together(files, files.paths, count)
    assert len(found) == 200
    assert found == dict(reading.facts_of(files))
    for path, known in found.items():
        assert known.facts is not None
        assert known.facts["parts"] == encoded("parts", files.parts(path), "")["parts"]


def test_something_else_is_done_meanwhile(files: Files) -> None:
    done: list[int] = []
    read_together(files, files.paths, 2, lambda: done.append(1))
    assert done == [1]


def test_a_process_that_dies_leaves_its_part_to_be_read_later(
    files: Files, monkeypatch: pytest.MonkeyPatch
) -> None:
    me, share = os.getpid(), reading._share

    def dying(*arguments: object) -> Iterator[object]:
        if os.getpid() != me:
            os.kill(os.getpid(), signal.SIGKILL)
        return share(*arguments)  # type: ignore[arg-type]

    monkeypatch.setattr(reading, "_share", dying)
    assert len(read_together(files, files.paths, 3)) == 200


def test_a_process_that_fails_says_nothing(
    files: Files, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    me, facts = os.getpid(), reading.facts_of

    def failing(piece: Files) -> Iterator[object]:
        if os.getpid() != me:
            raise ValueError("in a process of its own")
        return facts(piece)

    monkeypatch.setattr(reading, "facts_of", failing)
    found = read_together(files, files.paths, 2)
    assert set(found) <= files.names
    assert capfd.readouterr() == ("", "")


def test_what_ends_this_process_ends_the_others(files: Files) -> None:
    started: list[int] = []

    def interrupted() -> None:
        children = Path(f"/proc/{os.getpid()}/task/{os.getpid()}/children")
        if children.exists():
            started.extend(map(int, children.read_text().split()))
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        read_together(files, files.paths, 4, interrupted)
    assert not [process for process in started if Path(f"/proc/{process}").exists()]


def test_a_process_whose_reader_is_gone_ends(files: Files) -> None:
    """Its answer is larger than a pipe holds."""
    queue, fill = os.pipe()
    os.write(fill, reading._NUMBER.pack(0))
    os.close(fill)
    paths = list(files.paths)
    process, answer = reading._helper(files, [paths * 5], queue)
    os.close(answer)
    until = time.monotonic() + 30
    while time.monotonic() < until:
        if os.waitpid(process, os.WNOHANG) != (0, 0):
            break
        time.sleep(0.05)
    else:
        os.kill(process, signal.SIGKILL)
        pytest.fail("it waits for a reader")
    os.close(queue)


def test_somebody_can_watch(files: Files) -> None:
    shown: list[tuple[str, int]] = []

    def track(what: str, items: Sequence[int]) -> Iterable[int]:
        shown.append((what, len(items)))
        return items

    read_together(files, files.paths, 2, track=track)
    assert shown == [("Reading files", len(files.paths))]


def test_few_files_are_read_by_one_process(monkeypatch: pytest.MonkeyPatch) -> None:
    assert processes(reading.WORTH_IT - 1) == 1
    assert 1 <= processes(100_000) <= reading.MOST
    monkeypatch.delattr(os, "fork")
    assert processes(100_000) == 1


IN_ORDER = {
    "apps/kustomization.yaml": "resources:\n- service.yaml\n- deployment.yaml\n",
    "apps/deployment.yaml": "apiVersion: apps/v1\nkind: Deployment\nmetadata:\n  name: web\n",
    "apps/service.yaml": """\
apiVersion: v1
kind: Service
metadata:
  name: web
  annotations:
    metallb.universe.tf/address-pool: lan
spec:
  type: LoadBalancer
  selector:
    app: web
  ports:
  - port: 80
""",
    "flux/apps.yaml": """\
apiVersion: kustomize.toolkit.fluxcd.io/v1
kind: Kustomization
metadata:
  name: apps
  namespace: flux-system
spec:
  path: ./apps
  sourceRef:
    kind: GitRepository
    name: cluster
  postBuild:
    substituteFrom:
    - kind: ConfigMap
      name: settings
""",
    "flux/cluster.yaml": """\
apiVersion: source.toolkit.fluxcd.io/v1
kind: GitRepository
metadata:
  name: cluster
  namespace: flux-system
spec:
  url: https://git.example.com/cluster
""",
    "values.yaml": "apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: others\n",
}


def test_nobody_reads_again_what_others_have_read(tmp_path: Path) -> None:
    for path, text in IN_ORDER.items():
        (tmp_path / path).parent.mkdir(exist_ok=True)
        (tmp_path / path).write_text(text)
    read = dict(reading.facts_of(Files(tmp_path, IN_ORDER, None, index.RELEVANT)))
    later = Files(tmp_path, IN_ORDER, None, index.RELEVANT).knowing(read)
    assert judge(later, Config(), built_in_cards()).findings == ()
    assert [path for path in later.paths if later.was_looked_into(path)] == []
