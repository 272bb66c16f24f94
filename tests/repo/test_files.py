"""The files of a repository: read once, parsed as far as they matter."""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path

import pytest

from mlblint.repo.files import Files, join
from mlblint.text.documents import Broken


def files_in(root: Path, contents: Mapping[str, str | bytes], relevant: str | None = None) -> Files:
    for name, content in contents.items():
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
    return Files(root, contents, relevant=re.compile(relevant) if relevant else None)


def test_paths_are_sorted_and_without_repetition(tmp_path: Path) -> None:
    assert Files(tmp_path, ["b.yaml", "a.yaml", "b.yaml"]).paths == ("a.yaml", "b.yaml")


def test_changed_bytes_stand_in_for_the_disk_and_may_be_a_new_file(tmp_path: Path) -> None:
    (tmp_path / "a.yaml").write_text("a: disk\n")
    files = Files(tmp_path, ["a.yaml"], {"a.yaml": b"a: new\n", "b.yaml": b"b: new\n"})
    assert [files.documents(path)[0].data for path in files.paths] == [{"a": "new"}, {"b": "new"}]


def test_folders_are_those_with_files_and_all_above_them(tmp_path: Path) -> None:
    files = Files(tmp_path, ["a/b/c.yaml", "d.yaml"])
    assert files.folders == {"", "a", "a/b"}
    assert files.subfolders("") == ["a"]
    assert files.subfolders("a") == ["a/b"]
    assert files.in_folder("a") == []
    assert files.in_folder("") == ["d.yaml"]
    assert list(files.below("a")) == ["a/b/c.yaml"]
    assert list(files.below("")) == ["a/b/c.yaml", "d.yaml"]


def test_below_does_not_take_names_that_merely_begin_alike(tmp_path: Path) -> None:
    assert Files(tmp_path, ["app/x.yaml", "apps/y.yaml"]).below("app") == ("app/x.yaml",)


class TestRelevance:
    TEXT = "a: metallb\n---\nb: other\n---\nc: metallb\n"

    def test_only_relevant_documents_are_parsed(self, tmp_path: Path) -> None:
        files = files_in(tmp_path, {"f.yaml": self.TEXT, "g.yaml": "x: 1\n"}, "metallb")
        assert [document.data for document in files.documents("f.yaml")] == [
            {"a": "metallb"},
            {"c": "metallb"},
        ]
        assert files.documents("g.yaml") == []

    def test_what_is_relevant_does_not_depend_on_what_was_asked_before(
        self, tmp_path: Path
    ) -> None:
        files = files_in(tmp_path, {"f.yaml": self.TEXT}, "metallb")
        everything = files.all_documents("f.yaml")
        relevant = files.documents("f.yaml")
        assert len(everything) == 3
        assert relevant == [everything[0], everything[2]]

    def test_a_document_is_one_object_however_it_was_reached(self, tmp_path: Path) -> None:
        files = files_in(tmp_path, {"f.yaml": self.TEXT}, "metallb")
        assert files.documents("f.yaml")[1] is files.all_documents("f.yaml")[2]

    def test_without_a_pattern_everything_is_relevant(self, tmp_path: Path) -> None:
        files = files_in(tmp_path, {"f.yaml": self.TEXT})
        assert len(files.documents("f.yaml")) == 3


class TestUnreadable:
    def test_a_file_that_is_not_there(self, tmp_path: Path) -> None:
        files = Files(tmp_path, ["gone.yaml"])
        assert files.source("gone.yaml") is None
        assert files.unreadable == {"gone.yaml": "No such file or directory"}
        assert files.documents("gone.yaml") == files.all_documents("gone.yaml") == []

    def test_a_file_that_was_not_named_is_none(self, tmp_path: Path) -> None:
        files = files_in(tmp_path, {"a.yaml": "a: 1\n"}, "a")
        assert files.source("b.yaml") is None
        assert files.all_parts("b.yaml") == ()

    @pytest.mark.parametrize(
        ("content", "reason"),
        [
            (b"\0GITCRYPT\0\x12\xff", "encrypted"),
            (b"a: \xff\n", "not UTF-8 text: invalid start byte"),
            (b"a: \0\n", "binary, not text"),
        ],
    )
    def test_what_is_no_text_is_told_apart(
        self, content: bytes, reason: str, tmp_path: Path
    ) -> None:
        files = files_in(tmp_path, {"f.yaml": content})
        assert files.documents("f.yaml") == []
        assert files.not_text == {"f.yaml": reason}

    def test_broken_documents_keep_their_place_among_the_others(self, tmp_path: Path) -> None:
        parts = files_in(tmp_path, {"f.yaml": "a: [\n---\nb: 1\n"}).parts("f.yaml")
        assert [isinstance(part, Broken) for part in parts] == [True, False]
        assert parts[1].start == len("a: [\n")

    def test_aliases_that_explode_make_a_document_broken(self, tmp_path: Path) -> None:
        lines = ["a0: &a0 [x, x, x, x, x, x, x, x, x, x]"]
        for level in range(1, 8):
            lines.append(f"a{level}: &a{level} [{', '.join([f'*a{level - 1}'] * 10)}]")
        (part,) = files_in(tmp_path, {"f.yaml": "\n".join(lines) + "\n"}).parts("f.yaml")
        assert isinstance(part, Broken)
        assert part.error.problem == "aliases expand to more than 1,000,000 values"


@pytest.mark.parametrize(
    ("folder", "relative", "path"),
    [
        ("a/b", "c.yaml", "a/b/c.yaml"),
        ("a/b", "./c.yaml", "a/b/c.yaml"),
        ("a/b", "../c.yaml", "a/c.yaml"),
        ("", "c.yaml", "c.yaml"),
        ("a", "b/./c.yaml", "a/b/c.yaml"),
        ("a", "b//c.yaml", "a/b/c.yaml"),
        ("a", ".//c.yaml", "a/c.yaml"),
        ("a", "b/", "a/b"),
        ("a", "b/..", "a"),
        ("a", "", "a"),
        ("a", "..", ""),
        ("", ".", ""),
        ("a", "../..", None),
        ("", "../x", None),
        ("a", "/etc/passwd", None),
    ],
)
def test_join(folder: str, relative: str, path: str | None) -> None:
    assert join(folder, relative) == path


def test_other_bytes_and_other_files_share_what_is_the_same(tmp_path: Path) -> None:
    files = files_in(tmp_path, {"a.yaml": "a: 1\n", "b.yaml": "b: 1\n", "c.yaml": "c: 1\n"})
    before = {path: files.documents(path) for path in files.paths}
    (tmp_path / "d.yaml").write_text("d: 1\n")
    other = files.with_changes({"b.yaml": b"b: 2\n"}, ["a.yaml", "b.yaml", "d.yaml"])
    assert other.paths == ("a.yaml", "b.yaml", "d.yaml")
    assert other.documents("a.yaml")[0] is before["a.yaml"][0]
    assert other.documents("b.yaml")[0].data == {"b": 2}
    assert other.documents("c.yaml") == []
    assert other.documents("d.yaml")[0].data == {"d": 1}
    again = other.with_changes({}, files.paths)
    assert again.documents("c.yaml")[0].data == {"c": 1}
    assert again.documents("b.yaml")[0].data == {"b": 1}


def test_what_has_changed_on_disk_is_read_again_and_nothing_else(tmp_path: Path) -> None:
    files = files_in(tmp_path, {"a.yaml": "a: 1\n", "b.yaml": "b: 1\n", "c.yaml": "c: 1\n"})
    before = {path: files.documents(path) for path in files.paths}
    for name in ("a.yaml", "b.yaml", "d.yaml"):
        (tmp_path / name).write_text("x: 2\n")
    (tmp_path / "c.yaml").unlink()
    later = files.read_again(["b.yaml"], ["a.yaml", "b.yaml", "d.yaml"])
    assert later.documents("a.yaml")[0] is before["a.yaml"][0]
    assert later.documents("b.yaml")[0].data == {"x": 2}
    assert later.documents("c.yaml") == []
    assert later.documents("d.yaml")[0].data == {"x": 2}
    assert files.documents("b.yaml") == before["b.yaml"]


def test_a_file_that_could_not_be_read_is_read_again(tmp_path: Path) -> None:
    files = files_in(tmp_path, {"a.yaml": "a: 1\n"})
    (tmp_path / "a.yaml").unlink()
    assert files.source("a.yaml") is None
    (tmp_path / "a.yaml").write_text("a: 2\n")
    later = files.read_again(["a.yaml"], ["a.yaml"])
    assert later.documents("a.yaml")[0].data == {"a": 2}
    assert later.unreadable == {}
    assert list(files.unreadable) == ["a.yaml"]
