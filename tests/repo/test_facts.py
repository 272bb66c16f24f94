"""What is kept of a file says the same as the file."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

from mlblint.repo.facts import Known, OutdatedError, digest
from mlblint.repo.files import Files
from mlblint.text.documents import Broken, Document

FIXTURES = Path(__file__).parents[1] / "fixtures"
EVERYTHING = re.compile("")

TEXT = b"""\
a: &x {b: 1e3, c: 0x1F, d: "\\u00fc", yes: ~, 1: .nan}
e: *x
b: [on, 2024-01-02]
b: twice
---
- {{ broken: [
---
metallb: "an \xc3\xbc"
"""


def remembered(files: Files, root: Path) -> Files:
    kept = {path: files.facts(path) for path in files.paths}
    written = json.loads(json.dumps({path: known for path, known in kept.items() if known}))
    known = {path: Known(*one) for path, one in written.items()}
    return Files(root, files.paths, None, files.relevant, known=known)


def described(part: Document | Broken) -> object:
    where = (part.source.path, part.start, part.end, part.part)
    if isinstance(part, Broken):
        return (*where, part.error.problem, part.error.offset)
    return (*where, part.index, repr(part.data), part.repeats_keys, repr(part.root))


@pytest.mark.parametrize("relevant", [None, EVERYTHING, re.compile("metallb"), re.compile("zzz")])
def test_documents_come_back(relevant: re.Pattern[str] | None, tmp_path: Path) -> None:
    (tmp_path / "a.yaml").write_bytes(TEXT)
    files = Files(tmp_path, ["a.yaml"], None, relevant)
    parts, everything = files.parts("a.yaml"), files.all_parts("a.yaml")
    assert len(everything) == 3
    again = remembered(files, tmp_path)
    assert list(map(described, again.parts("a.yaml"))) == list(map(described, parts))
    assert list(map(described, again.all_parts("a.yaml"))) == list(map(described, everything))
    assert set(map(id, again.parts("a.yaml"))) <= set(map(id, again.all_parts("a.yaml")))


def test_what_means_much_more_than_is_written_is_not_kept(tmp_path: Path) -> None:
    """The document is parsed again, and is the same."""
    lists = [f"l{n}: &l{n} [{', '.join([f'*l{n - 1}'] * 9)}]" for n in range(1, 5)]
    (tmp_path / "a.yaml").write_text("\n".join(["l0: &l0 [x]", *lists]))
    files = Files(tmp_path, ["a.yaml"], None, EVERYTHING)
    assert isinstance(files.parts("a.yaml")[0], Document)
    known = files.facts("a.yaml")
    assert known is not None
    assert known.facts == {"text": None, "mentions": {}}
    again = remembered(files, tmp_path)
    assert again.documents("a.yaml")[0].data == files.documents("a.yaml")[0].data


def test_every_file_of_the_fixtures(tmp_path: Path) -> None:
    paths = [str(path.relative_to(FIXTURES)) for path in FIXTURES.rglob("*.yaml")]
    files = Files(FIXTURES, paths, None, re.compile("metallb|argoproj"))
    for path in files.paths:
        files.parts(path)
    again = remembered(files, FIXTURES)
    for path in files.paths:
        assert list(map(described, again.parts(path))) == list(map(described, files.parts(path)))


def test_a_text_that_is_known_is_not_read(tmp_path: Path) -> None:
    (tmp_path / "a.yaml").write_bytes(TEXT)
    files = Files(tmp_path, ["a.yaml"], None, EVERYTHING)
    assert files.mentions("a.yaml", "metallb", "other")
    (first, *_) = files.documents("a.yaml")
    assert first.contains(re.compile("twice"))
    again = remembered(files, tmp_path)
    (tmp_path / "a.yaml").unlink()
    assert again.mentions("a.yaml", "metallb", "other")
    (first, *_) = again.documents("a.yaml")
    assert first.contains(re.compile("twice"))
    assert isinstance(first.data, dict)
    with pytest.raises(OutdatedError):
        again.mentions("a.yaml", "nobody asked for this")


def test_a_file_that_is_not_what_it_was(tmp_path: Path) -> None:
    (tmp_path / "a.yaml").write_bytes(TEXT)
    files = Files(tmp_path, ["a.yaml"], None, EVERYTHING)
    files.parts("a.yaml")
    again = remembered(files, tmp_path)
    (tmp_path / "a.yaml").write_bytes(TEXT + b"more: 1\n")
    with pytest.raises(OutdatedError):
        _ = again.documents("a.yaml")[0].root


@pytest.mark.parametrize("content", [b"\xff\xff\xff", b"\0GITCRYPT\0x", b"a\0b"])
def test_what_is_no_text_is_known_not_to_be(content: bytes, tmp_path: Path) -> None:
    (tmp_path / "a.yaml").write_bytes(content)
    files = Files(tmp_path, ["a.yaml"], None, EVERYTHING)
    assert files.source("a.yaml") is None
    known = {"a.yaml": Known(digest(content), {"text": files.not_text["a.yaml"], "mentions": {}})}
    again = Files(tmp_path, ["a.yaml"], None, EVERYTHING, known=known)
    assert (again.source("a.yaml"), again.not_text) == (None, files.not_text)


def test_bytes_that_stand_in_for_a_file_are_not_those_that_are_known(tmp_path: Path) -> None:
    (tmp_path / "a.yaml").write_bytes(TEXT)
    files = Files(tmp_path, ["a.yaml"], None, EVERYTHING)
    files.parts("a.yaml")
    again = remembered(files, tmp_path).with_changes({"a.yaml": b"z: 1\n"})
    assert [one.data for one in again.documents("a.yaml")] == [{"z": 1}]
    assert again.facts("a.yaml") is None
