"""Edits of comments change no data, no other comment, and can be taken back."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mlblint.text.commenting import comment_place
from mlblint.text.comments import comment_spans
from mlblint.text.documents import Document, documents
from mlblint.text.edits import (
    AddComment,
    CommentEdit,
    Edit,
    RemoveComment,
    RenameKey,
    RewriteComment,
    Set,
)
from mlblint.text.ignores import ignores
from mlblint.text.places import Place
from mlblint.text.planning import plan
from mlblint.text.proof import prove
from mlblint.text.source import Source
from mlblint.text.splices import Refusal, Splice

NEW = "# mlblint: ignore[MLB301] why not"


def source_of(text: str, path: str = "x.yaml") -> Source:
    return Source.from_bytes(path, text.encode())


def made(source: Source, *edits: Edit) -> str:
    return prove(source, plan(edits), edits)


def added(text: str, line: int, comment: str = NEW, path: str = "x.yaml") -> str:
    source = source_of(text, path)
    return made(source, AddComment(comment_place(source, line), comment))


def comment(text: str, words: str, number: int = 0) -> Place:
    """The part of a comment that holds these words, which stand in the first document."""
    document = next(one for one in documents(source_of(text)) if isinstance(one, Document))
    start = text.index(words)
    for _ in range(number):
        start = text.index(words, start + 1)
    return Place(document, stretch=(start, start + len(words)))


def removed(text: str, words: str, number: int = 0) -> str:
    place = comment(text, words, number)
    return made(place.document.source, RemoveComment(place))


# --- adding ----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "line", "expected"),
    [
        ("a: 1\nb: 2\n", 1, f"a: 1  {NEW}\nb: 2\n"),
        ("a: 1", 1, f"a: 1  {NEW}"),
        ("a: 1\r\nb: 2\r\n", 2, f"a: 1\r\nb: 2  {NEW}\r\n"),
        ("a: 1  \nb: 2\n", 1, f"a: 1  {NEW}\nb: 2\n"),
        ("a: 1 # x\nb: 2\n", 2, f"a: 1 # x\nb: 2 {NEW}\n"),
        ("a: 1\t# x\nb: 2\n", 2, f"a: 1\t# x\nb: 2\t{NEW}\n"),
        ("a: 1    # x\nb: 2    # y\n", 1, f"a: 1    # x  {NEW}\nb: 2    # y\n"),
        ("a:\n  b: 1\n", 1, f"a:  {NEW}\n  b: 1\n"),
        ("a: [1,\n  2]\n", 1, f"a: [1,  {NEW}\n  2]\n"),
        ("a: |\n  text\n", 1, f"a: |  {NEW}\n  text\n"),
        ("--- # x\na: 1\n", 1, f"--- # x  {NEW}\na: 1\n"),
        ("a: 1\n---\nb: 2\n", 3, f"a: 1\n---\nb: 2  {NEW}\n"),
        ("\ufeffa: ü\n", 1, f"\ufeffa: ü  {NEW}\n"),
    ],
)
def test_a_comment_goes_behind_the_line(text: str, line: int, expected: str) -> None:
    assert added(text.removeprefix("\ufeff"), line) == expected.removeprefix("\ufeff")


@pytest.mark.parametrize(
    ("text", "line", "expected"),
    [
        ('a: "two\n  lines"\n', 1, f'{NEW}\na: "two\n  lines"\n'),
        ("x:\n  a: two\n    lines\n", 2, f"x:\n  {NEW}\n  a: two\n    lines\n"),
        ("x:\r\n  - 'two\r\n    lines'\r\n", 2, f"x:\r\n  {NEW}\r\n  - 'two\r\n    lines'\r\n"),
        ("b: |\n  x\na: two\n  lines\n", 3, f"b: |\n  x\n{NEW}\na: two\n  lines\n"),
    ],
)
def test_where_the_line_ends_in_a_string_it_goes_above(text: str, line: int, expected: str) -> None:
    assert added(text, line) == expected


def test_a_line_in_embedded_yaml_has_its_comment_there() -> None:
    text = "values: |\n  a: 1\n  b: |\n    c: 2\nd: 3\n"
    assert added(text, 2) == f"values: |\n  a: 1  {NEW}\n  b: |\n    c: 2\nd: 3\n"
    assert added(text, 4) == f"values: |\n  a: 1\n  b: |\n    c: 2  {NEW}\nd: 3\n"
    above = 'values: |\n  a: "x\n    y"\n'
    assert added(above, 2) == f'values: |\n  {NEW}\n  a: "x\n    y"\n'


def test_a_line_in_a_string_that_is_no_yaml_has_its_comment_at_the_key() -> None:
    text = "script: |\n  echo [\n  exit\n"
    assert added(text, 3) == f"script: |  {NEW}\n  echo [\n  exit\n"
    assert added("script: >\n  a: 1\n  b: 2\n", 2) == f"script: >  {NEW}\n  a: 1\n  b: 2\n"


@pytest.mark.parametrize(
    ("text", "line", "path", "why"),
    [
        ('{"a": 1}\n', 1, "x.json", "JSON has no comments"),
        ('{"a": 1}\n', 1, "x.yaml", "the result would no longer be JSON"),
        ("a: [\n", 1, "x.yaml", "cannot be parsed"),
        ("# nothing\n", 1, "x.yaml", "nothing but comments"),
        ("a: |\n  text\n\nb: 1\n", 3, "x.yaml", "nothing stands on the line"),
        ("v: |\n  a: 1\nv: |\n  b: 1\n", 2, "x.yaml", "cannot stand inside a string"),
        ('a: "two\n  li\n  nes"\n', 2, "x.yaml", "a comment cannot stand inside a string"),
    ],
)
def test_where_no_comment_can_stand_it_is_refused(
    text: str, line: int, path: str, why: str
) -> None:
    with pytest.raises(Refusal, match=why):
        added(text, line, path=path)


@pytest.mark.parametrize("words", ["no comment", "# two\n# lines", "# end ", "# \x07"])
def test_only_one_line_that_is_a_comment_is_written(words: str) -> None:
    with pytest.raises(Refusal, match="no comment of one line"):
        added("a: 1\n", 1, words)


# --- removing and rewriting ------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "words", "expected"),
    [
        ("a: 1  # x\nb: 2\n", "# x", "a: 1\nb: 2\n"),
        ("a: 1\t# x\n", "# x", "a: 1\n"),
        ("a: 1\n  # x\nb: 2\n", "# x", "a: 1\nb: 2\n"),
        ("a: 1\r\n# x\r\nb: 2\r\n", "# x", "a: 1\r\nb: 2\r\n"),
        ("# x\n---\na: 1\n# y", "# y", "# x\n---\na: 1"),
        ("# x\n---\na: 1\n", "# x", "---\na: 1\n"),
        ("a: 1\n# x", "# x", "a: 1"),
        ("a: 1 # keep # x\n", "# x", "a: 1 # keep\n"),
        ("a: 1 # x # keep\n", "# x", "a: 1 # keep\n"),
        ("a: 1 # k # x # l\n", "# x", "a: 1 # k # l\n"),
        ("# x # keep\na: 1\n", "# x", "# keep\na: 1\n"),
        ("a: |  # x\n  t\n", "# x", "a: |\n  t\n"),
    ],
)
def test_what_is_left_is_as_if_it_had_never_been(text: str, words: str, expected: str) -> None:
    assert removed(text, words) == expected


def test_a_comment_in_embedded_yaml_is_removed_there() -> None:
    text = "v: |\n  a: 1  # mlblint: ignore[A]\n  # mlblint: ignore[B]\n  b: 2\n"
    source = source_of(text)
    first, second = (RemoveComment(one.place) for one in ignores(source))
    assert made(source, first) == "v: |\n  a: 1\n  # mlblint: ignore[B]\n  b: 2\n"
    assert made(source, second) == "v: |\n  a: 1  # mlblint: ignore[A]\n  b: 2\n"


def test_a_comment_that_is_a_whole_file_can_go() -> None:
    source = source_of("# mlblint: ignore-file[ALL]\n")
    (only,) = ignores(source)
    assert made(source, RemoveComment(only.place)) == ""


def test_a_stretch_of_a_comment_is_rewritten() -> None:
    place = comment("a: 1 # x # y\n", "# x")
    assert made(place.document.source, RewriteComment(place, "# z z")) == "a: 1 # z z # y\n"


def test_beside_edits_of_data() -> None:
    text = "a: 1 # x\nb: 2 # y\n"
    place = comment(text, "# y")
    root = Place(place.document)
    edits = (RemoveComment(place), Set(root / "a", 3), RenameKey(root / "b", "c"))
    assert made(place.document.source, *edits) == "a: 3 # x\nc: 2\n"


@pytest.mark.parametrize("words", ["# in", "a: 1"])
def test_what_is_no_comment_is_not_touched(words: str) -> None:
    with pytest.raises(Refusal, match="no comment stands there"):
        removed("a: 1\nb: '# in it'\n", words)


# --- the proof -------------------------------------------------------------------------------


def edit_of(kind: Callable[..., CommentEdit], words: str, *text: str) -> CommentEdit:
    return kind(comment(PROVEN, words), *text)


PROVEN = "a: 1  # x\nb: 2  # y\nc: '#'\n"


@pytest.mark.parametrize(
    "wrong",
    [
        pytest.param([Splice(15, 21, "")], id="the other comment"),
        pytest.param([Splice(4, 9, ""), Splice(14, 19, "")], id="both comments"),
        pytest.param([Splice(4, 9, ""), Splice(13, 14, "3")], id="data as well"),
        pytest.param([Splice(4, 9, "  # z")], id="other words"),
        pytest.param([], id="nothing at all"),
        pytest.param([Splice(4, 9, "  # y"), Splice(14, 19, "")], id="they change places"),
    ],
)
def test_the_proof_allows_no_other_comment_to_change(wrong: list[Splice]) -> None:
    edit = edit_of(RemoveComment, "# x")
    source = edit.place.document.source
    assert prove(source, [Splice(4, 9, "")], [edit]) == "a: 1\nb: 2  # y\nc: '#'\n"
    with pytest.raises(Refusal):
        prove(source, wrong, [edit])


def test_the_proof_wants_the_new_comment_where_it_was_declared() -> None:
    edit = edit_of(AddComment, "'#'", "# z")
    source = edit.place.document.source
    end = len(PROVEN) - 1
    assert prove(source, [Splice(end, end, " # z")], [edit]).endswith("c: '#' # z\n")
    assert prove(source, [Splice(20, 20, "# z\n")], [edit]).endswith("# z\nc: '#'\n")
    for wrong in (Splice(0, 0, "# z\n"), Splice(19, 19, "  # z"), Splice(end + 1, end + 1, "# z")):
        with pytest.raises(Refusal):
            prove(source, [wrong], [edit])


# --- laws ------------------------------------------------------------------------------------

PIECES = (
    "a{n}: 1\n",
    "# a comment\n",
    "\n",
    "---\n",
    "b{n}: 'two\n  # lines'\n",
    "c{n}: |\n  x: 1\n  y: ü # here\n\n  z:\n    - 1\n",
    "d{n}: >-\n  folded\n  # text\n",
    "e{n}: [1, # one\n  2]  # note\n",
    "f{n}:\n  - name: q\n    v: |+\n      k: 1\n\n  -   w: 2   # far\n",
    "g{n}: plain\n  continued\n",
    "h{n}: {{x: 1, y: ['#', \"#\"]}}\n",
    "i{n}: &x{n} |  # header\n    script [\n      # none\n",
    "j{n}:\n",
    'k{n}: |\n  in: |\n    deep: 1 # d\n    er: 2\n  out: "a\n    b"\n',
    "l{n}: *x\n",
)


@st.composite
def texts(draw: st.DrawFn) -> str:
    chosen = draw(st.lists(st.sampled_from(PIECES[:-1]), min_size=1, max_size=8))
    text = "".join(piece.format(n=number) for number, piece in enumerate(chosen))
    if draw(st.booleans()):
        text = text.replace("\n", "\r\n")
    return text.rstrip("\r\n") if draw(st.booleans()) else text


def data(text: str) -> list[object]:
    return [one.data for one in documents(source_of(text)) if isinstance(one, Document)]


def comments(text: str) -> int:
    found = 0
    for one in documents(source_of(text)):
        if isinstance(one, Document) and one.root is not None:
            found += len(list(comment_spans(text, *one.part, [one.root])))
    return found


@settings(max_examples=200)
@given(texts(), st.data())
def test_what_was_added_can_be_removed_again(text: str, choose: st.DataObject) -> None:
    source = source_of(text)
    line = choose.draw(st.integers(1, len(source.line_starts)))
    try:
        after = made(source, AddComment(comment_place(source, line), NEW))
    except Refusal:
        return
    (ignore,) = ignores(source_of(after))
    assert ignore.error is None
    assert len(after) > len(text)
    assert [type(one) for one in data(after)] == [type(one) for one in data(text)]
    again = source_of(after)
    assert made(again, RemoveComment(ignore.place)) == text


@settings(max_examples=200)
@given(texts(), st.data())
def test_the_comment_means_the_line_for_which_it_was_added(
    text: str, choose: st.DataObject
) -> None:
    """Or, for a line inside a string, the whole of the string."""
    source = source_of(text)
    line = choose.draw(st.integers(1, len(source.line_starts)))
    try:
        after = made(source, AddComment(comment_place(source, line), NEW))
    except Refusal:
        return
    (ignore,) = ignores(source_of(after))
    shift = len(source_of(after).line_starts) - len(source.line_starts)
    if source.line(line).strip() and not source.line(line).lstrip().startswith(("#", "---")):
        assert ignore.first <= line + shift <= ignore.last
