"""Edits of block mappings and lists: what changes, to the character."""

from __future__ import annotations

import pytest

from mlblint.text.edits import Append, Insert, Remove, RenameKey, ReplacePart, Set
from mlblint.text.places import Place


def at(place: Place, *path: str | int) -> Place:
    for key in path:
        place = place / key
    return place


# --- insert -----------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("before", "after"),
    [
        pytest.param("a: 1\n", 'a: 1\nw: "1"\n', id="last"),
        pytest.param("a: 1", 'a: 1\nw: "1"', id="no final newline before, none after"),
        pytest.param("a: 1\r\n", 'a: 1\r\nw: "1"\r\n', id="CRLF"),
        pytest.param("a: 1\r\nb: 2\n", 'a: 1\r\nb: 2\nw: "1"\n', id="mixed endings: the nearest"),
        pytest.param("a: 1\rb: 2\r", 'a: 1\rb: 2\rw: "1"\r', id="lone CR"),
        pytest.param("a: 'x'\n", "a: 'x'\nw: '1'\n", id="the siblings' quotes"),
        pytest.param('"a": 1\n', '"a": 1\n"w": "1"\n', id="the siblings' quoted keys"),
        pytest.param("a: 1  # why\n", 'a: 1  # why\nw: "1"\n', id="behind a trailing comment"),
        pytest.param("a: 1\t# why\n", 'a: 1\t# why\nw: "1"\n', id="behind a tab and a comment"),
        pytest.param("a: 1\n# b: 2\n", 'a: 1\n# b: 2\nw: "1"\n', id="behind a key in comment"),
        pytest.param("a: 1\n\n# end\n", 'a: 1\nw: "1"\n\n# end\n', id="not behind a blank line"),
        pytest.param("a: 1\n\n", 'a: 1\nw: "1"\n\n', id="before blank lines at the end"),
        pytest.param("a: 1\n   \n", 'a: 1\nw: "1"\n   \n', id="before a line of blanks"),
        pytest.param("a:\n- 1\n", 'a:\n- 1\nw: "1"\n', id="behind a list that is not indented"),
        pytest.param("a: x\n  y\n", 'a: x\n  y\nw: "1"\n', id="behind a plain scalar of two lines"),
        pytest.param("a: |\n  x\n\n", 'a: |\n  x\nw: "1"\n\n', id="behind a clipped block scalar"),
        pytest.param("a: |+\n  x\n\n", 'a: |+\n  x\n\nw: "1"\n', id="behind blanks that count"),
        pytest.param("a: |\n  x", 'a: |-\n  x\nw: "1"', id="a block scalar that ended the file"),
        pytest.param(
            "a: |+\n  x\n\n # c", 'a: |+\n  x\n\n # c\nw: "1"', id="a comment that ended the file"
        ),
        pytest.param("a: 1\n...\n", 'a: 1\nw: "1"\n...\n', id="before the end marker"),
        pytest.param("a: 1\n---\nb: 1\n", 'a: 1\nw: "1"\n---\nb: 1\n', id="first of two documents"),
        pytest.param("a: \u00a0\n", 'a: \u00a0\nw: "1"\n', id="NBSP is content"),
        pytest.param("a: 😀日本\n", 'a: 😀日本\nw: "1"\n', id="wide characters"),
        pytest.param("---\n# nothing\n", '---\n# nothing\nw: "1"\n', id="an empty document"),
    ],
)
def test_insert_a_key_last(edited, before, after):
    assert edited(before, lambda root: Insert(root, "w", "1")) == after


@pytest.mark.parametrize(
    ("before", "after"),
    [
        pytest.param("m:\n", "m:\n  k: v\n", id="nothing"),
        pytest.param("m: # c\n", "m: # c\n  k: v\n", id="nothing, a comment behind it"),
        pytest.param("m: null # c\n", "m: # c\n  k: v\n", id="null"),
        pytest.param("m: ~\n", "m:\n  k: v\n", id="tilde"),
        pytest.param("m: {}\n", "m:\n  k: v\n", id="empty flow mapping"),
        pytest.param("m: { } # c\n", "m: # c\n  k: v\n", id="flow mapping with a blank"),
        pytest.param("m:", "m:\n  k: v", id="no final newline"),
        pytest.param("m:\n  # x: y\nn:\n", "m:\n  # x: y\n  k: v\nn:\n", id="only comments"),
        pytest.param("m:\n# about n\nn:\n", "m:\n  k: v\n# about n\nn:\n", id="the next's comment"),
        pytest.param("n: 1\n", "n: 1\nm:\n  k: v\n", id="missing"),
        pytest.param("a:\n    b: 1\n", "a:\n    b: 1\nm:\n    k: v\n", id="the own step"),
        pytest.param("m: {a: b}\n", "m: {a: b, k: v}\n", id="flow stays flow"),
        pytest.param("m: &x\n", "m: &x\n  k: v\n", id="an anchor that nobody uses"),
    ],
)
def test_insert_into_a_parent_that_is_empty_or_missing(edited, before, after):
    assert edited(before, lambda root: Insert(root / "m", "k", "v")) == after


@pytest.mark.parametrize("before", ["a: 1", "a:", "---", "a: |-\n  b: 1\n", "a: |\n  b: 1"])
@pytest.mark.parametrize("text", ["x: 1\ny: 2\n", "x: 1\ny: 2"])
def test_a_text_behind_which_no_line_break_follows(edited, inside, before, text):
    def make(root):
        return Insert(inside(root, "a") if "b" in before else root / "m", "k", text)

    quoted = text.endswith("\n")
    after = edited(before, make)
    assert ('k: "x: 1\\ny: 2\\n"' in after) == quoted
    assert ("k: |-\n" in after) == (not quoted)


@pytest.mark.parametrize("before", ["- a", "-"])
def test_a_text_in_a_list_behind_which_no_line_break_follows(edited, before):
    after = '- k: "x\\ny\\n"'
    assert edited(before, lambda root: Set(root / 0, {"k": "x\ny\n"})) == after
    appended = edited("- a", lambda root: Append(root, {"k": "x\ny\n"}))
    assert appended == f"- a\n{after}"


def test_insert_behind_a_sibling_goes_before_the_comment_of_the_next(edited):
    before = "a: 1 # own\n# about b\nb: 2\n"
    after = "a: 1 # own\nk: v\n# about b\nb: 2\n"
    assert edited(before, lambda root: Insert(root, "k", "v", after="a")) == after


def test_insert_behind_a_sibling_whose_comments_are_deeper(edited):
    before = "a:\n  x: 1\n  # y: 2\n\nb: 2\n"
    after = "a:\n  x: 1\n  # y: 2\nk: v\n\nb: 2\n"
    assert edited(before, lambda root: Insert(root, "k", "v", after="a")) == after


def test_insert_into_the_compact_mapping_of_a_list_item(edited):
    before = "l:\n- a: 1\n- b: 2\n"
    after = "l:\n- a: 1\n  k: v\n- b: 2\n"
    assert edited(before, lambda root: Insert(at(root, "l", 0), "k", "v")) == after


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("- \n- 1\n", "- k:\n    p: 1\n- 1\n"),
        ("- # c\n- 1\n", "- k: # c\n    p: 1\n- 1\n"),
        ("- {}\n- 1\n", "- k:\n    p: 1\n- 1\n"),
    ],
)
def test_insert_into_an_empty_list_item(edited, before, after):
    assert edited(before, lambda root: Insert(root / 0, "k", {"p": 1})) == after


def test_a_new_list_is_indented_like_the_others_of_its_document(edited):
    indented = "a:\n  - 1\nm: {}\n"
    flat = "a:\n- 1\nm: {}\n"
    wide = "a:\n    - 1\nm: {}\n"
    flow = "a: [1]\nm: {}\n"
    make = lambda root: Insert(root, "i", ["eth0", "eth1"])  # noqa: E731
    assert edited(indented, make) == indented + "i:\n  - eth0\n  - eth1\n"
    assert edited(flat, make) == flat + "i:\n- eth0\n- eth1\n"
    assert edited(wide, make) == wide + "i:\n    - eth0\n    - eth1\n"
    assert edited(flow, make) == flow + "i: [eth0, eth1]\n"


def test_strings_that_would_be_read_as_something_else_get_quotes(edited):
    words = ["on", "1", "0777", "~", "", "a: b", "#", "1e3", "plain", "10.0.0.1", "12:30:45"]
    written = edited("a: 1\n", lambda root: Insert(root, "l", words))
    assert written == (
        'a: 1\nl:\n  - "on"\n  - "1"\n  - "0777"\n  - "~"\n  - ""\n  - "a: b"\n  - "#"\n'
        '  - "1e3"\n  - plain\n  - 10.0.0.1\n  - "12:30:45"\n'
    )


def test_two_keys_under_one_parent_that_is_missing(edited):
    def make(root):
        annotations = at(root, "metadata", "annotations")
        return Insert(annotations, "a", "1"), Insert(annotations, "b", "2")

    after = 'metadata:\n  name: x\n  annotations:\n    a: "1"\n    b: "2"\nspec: {}\n'
    assert edited("metadata:\n  name: x\nspec: {}\n", make) == after


def test_insert_into_an_item_of_a_list_kind(edited):
    before = "kind: List\nitems:\n- metadata:\n    name: x\n- metadata:\n    name: y\n"
    after = 'kind: List\nitems:\n- metadata:\n    name: x\n    w: "1"\n- metadata:\n    name: y\n'
    assert edited(before, lambda root: Insert(at(root, "items", 0, "metadata"), "w", "1")) == after


# --- remove -----------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("before", "after"),
    [
        pytest.param("a: 1\nb: 2\n", "a: 1\n", id="last"),
        pytest.param("a: 1\nb: 2", "a: 1", id="last, no final newline"),
        pytest.param("b: 2\nc: 3\n", "c: 3\n", id="first"),
        pytest.param("a: 1\n# own\nb: 2 # own\nc: 3\n", "a: 1\nc: 3\n", id="with its comments"),
        pytest.param("a: 1 #\nb: 2\n# c\nc: 3\n", "a: 1 #\n# c\nc: 3\n", id="theirs stay"),
        pytest.param("a: 1\n# far\n\nb: 2\n", "a: 1\n# far\n", id="a comment further away stays"),
        pytest.param("a: 1\n\nb: 2\n\nc: 3\n", "a: 1\n\nc: 3\n", id="one of two blank lines"),
        pytest.param("a: 1\n\nb: 2\nc: 3\n", "a: 1\n\nc: 3\n", id="the blank before a group stays"),
        pytest.param("a: 1\nb: 2\n\nc: 3\n", "a: 1\n\nc: 3\n", id="the blank after a group stays"),
        pytest.param("a: 1\n\nb: 2\n", "a: 1\n", id="no blank line is left at the end"),
        pytest.param("b: 2\n\nc: 3\n", "c: 3\n", id="no blank line is left at the start"),
        pytest.param("a: 1\nb:\n  x: 1\n  # y: 2\nc: 3\n", "a: 1\nc: 3\n", id="comments inside"),
        pytest.param("a: 1\nb: |\n  x\n\n  y\nc: 3\n", "a: 1\nc: 3\n", id="block scalar"),
        pytest.param(
            "a: |+\n  x\n\nb: 2\n\nc: 3\n", "a: |+\n  x\n\nc: 3\n", id="blanks that count"
        ),
        pytest.param("a: |\n  x\nb: 2", "a: |\n  x\n", id="a block scalar keeps its line break"),
        pytest.param("a: |\n  x\n  # text\nb: 2\n", "a: |\n  x\n  # text\n", id="text stays"),
        pytest.param("# file\nb: 2\nc: 3\n", "# file\nc: 3\n", id="a comment about the file stays"),
        pytest.param("b: 2 # own\n", "{}\n", id="the only key"),
    ],
)
def test_remove_a_key(edited, before, after):
    assert edited(before, lambda root: Remove(root / "b")) == after


@pytest.mark.parametrize(
    ("before", "after"),
    [
        pytest.param("m:\n  k: 1\n", "m: {}\n", id="mapping"),
        pytest.param("m: # c\n  k: 1 # own\n", "m: {} # c\n", id="the parent's comment stays"),
        pytest.param("m: &x\n  k: 1\n", "m: &x {}\n", id="anchor"),
        pytest.param("m: {k: 1}\n", "m: {}\n", id="flow mapping"),
        pytest.param("m:\n  k: 1", "m: {}", id="no final newline"),
    ],
)
def test_the_last_key_leaves_an_empty_mapping(edited, before, after):
    assert edited(before, lambda root: Remove(at(root, "m", "k"))) == after


def test_pruning_takes_the_mappings_that_are_left_empty(edited):
    before = "name: x\nm: # all of it\n  o:\n    k: 1\nz: 1\n"
    assert edited(before, lambda root: Remove(at(root, "m", "o", "k"), prune=True)) == (
        "name: x\nz: 1\n"
    )


def test_pruning_leaves_list_items(edited):
    before = "l:\n- m:\n    k: 1\n- n: 1\n"
    assert edited(before, lambda root: Remove(at(root, "l", 0, "m", "k"), prune=True)) == (
        "l:\n- {}\n- n: 1\n"
    )


def test_removing_all_keys_of_one_mapping(edited):
    before = "m:\n  a: 1\n  b: 2\n  c: 3\nn: 1\n"
    everything = lambda root: [Remove(at(root, "m", key)) for key in "abc"]  # noqa: E731
    pruned = lambda root: [Remove(at(root, "m", key), prune=True) for key in "abc"]  # noqa: E731
    assert edited(before, everything) == "m: {}\nn: 1\n"
    assert edited(before, pruned) == "n: 1\n"


@pytest.mark.parametrize(
    ("before", "after"),
    [
        pytest.param("- a: 1\n  b: 2\n", "- b: 2\n", id="the line of the dash"),
        pytest.param("- a: 1 # own\n  # b's\n  b: 2\n", "- # b's\n  b: 2\n", id="comment moves up"),
        pytest.param("-   a: 1\n    b: 2\n", "-   b: 2\n", id="wide dash"),
        pytest.param("- a: 1 # own\n- b: 2\n", "- {}\n- b: 2\n", id="the only key of an item"),
    ],
)
def test_remove_the_first_key_of_a_compact_item(edited, before, after):
    assert edited(before, lambda root: Remove(at(root, 0, "a"))) == after


@pytest.mark.parametrize(
    ("before", "after"),
    [
        pytest.param("l:\n- a\n- b\n- c\n", "l:\n- a\n- c\n", id="not indented"),
        pytest.param("l:\n  - a\n  # own\n  - b # own\n  - c\n", "l:\n  - a\n  - c\n", id="own"),
        pytest.param("l:\n- a\n-\n  b: 1\n- c\n", "l:\n- a\n- c\n", id="content below the dash"),
        pytest.param("l:\n- a\n- - x\n  - y\n- c\n", "l:\n- a\n- c\n", id="list in a list"),
    ],
)
def test_remove_a_list_item(edited, before, after):
    assert edited(before, lambda root: Remove(at(root, "l", 1))) == after


def test_the_last_item_leaves_an_empty_list(edited):
    assert edited("l:\n- a # own\nm: 1\n", lambda root: Remove(at(root, "l", 0))) == "l: []\nm: 1\n"


def test_removals_and_insertions_at_one_place(edited):
    before = "spec:\n  loadBalancerIP: 10.0.0.1\n"

    def make(root):
        return Remove(at(root, "spec", "loadBalancerIP")), Insert(root / "spec", "k", "v")

    assert edited(before, make) == "spec:\n  k: v\n"


# --- append -----------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("before", "after"),
    [
        pytest.param("l:\n- a\n", "l:\n- a\n- b\n", id="not indented"),
        pytest.param("l:\n  - a\nm: 1\n", "l:\n  - a\n  - b\nm: 1\n", id="indented"),
        pytest.param("l:\n-  a\n", "l:\n-  a\n-  b\n", id="wide dash"),
        pytest.param('l:\n- "a"\n', 'l:\n- "a"\n- "b"\n', id="the siblings' quotes"),
        pytest.param("l:\n- a # c\n# m's\nm: 1\n", "l:\n- a # c\n- b\n# m's\nm: 1\n", id="comment"),
        pytest.param("l:\n  - a\n  # - x\nm: 1\n", "l:\n  - a\n  # - x\n  - b\nm: 1\n", id="old"),
        pytest.param("l: []\n", "l:\n  - b\n", id="empty"),
        pytest.param("l:\n", "l:\n  - b\n", id="null"),
        pytest.param("m: 1\n", "m: 1\nl:\n  - b\n", id="missing"),
        pytest.param("l: [a]\n", "l: [a, b]\n", id="flow"),
        pytest.param("l: [a,]\n", "l: [a, b,]\n", id="flow with a comma at its end"),
    ],
)
def test_append_to_a_list(edited, before, after):
    assert edited(before, lambda root: Append(root / "l", "b")) == after


def test_append_a_mapping(edited):
    before = "l:\n    -   a: 1\n"
    after = "l:\n    -   a: 1\n    -   b: 2\n        c:\n            -   d\n"
    assert edited(before, lambda root: Append(root / "l", {"b": 2, "c": ["d"]})) == after


# --- set --------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("before", "value", "after"),
    [
        pytest.param("k: a # c\n", "b", "k: b # c\n", id="plain"),
        pytest.param("k: 'a'\n", "b", "k: 'b'\n", id="single quotes stay"),
        pytest.param('k: "a"\n', "it's", 'k: "it\'s"\n', id="double quotes stay"),
        pytest.param("k: 'a'\n", "it's", "k: 'it''s'\n", id="an apostrophe in single quotes"),
        pytest.param("k: a\n", "1", 'k: "1"\n', id="needs quotes"),
        pytest.param("k: 'a'\n", True, "k: true\n", id="quotes go with the string"),
        pytest.param("k: a\n", 5, "k: 5\n", id="number"),
        pytest.param("k: # c\n", "b", "k: b # c\n", id="nothing there"),
        pytest.param("k:\n  b\n", "c", "k: c\n", id="on the next line"),
        pytest.param("k: |- # c\n  x\n  y\nl: 1\n", "b", "k: b # c\nl: 1\n", id="block scalar"),
        pytest.param("k: >\n  x\n", "b", "k: b\n", id="folded scalar at the end"),
        pytest.param("k:\n  x: 1\nl: 1\n", "b", "k: b\nl: 1\n", id="over a mapping"),
        pytest.param("k: a # c\nl: 1\n", ["x"], "k: # c\n  - x\nl: 1\n", id="a list"),
        pytest.param("k: [a] # c\n", ["x", "on"], 'k: [x, "on"] # c\n', id="flow stays flow"),
        pytest.param("k:\n- a\nl: 1\n", ["x"], "k:\n- x\nl: 1\n", id="list over list"),
        pytest.param("k: a\n", [], "k: []\n", id="an empty list"),
        pytest.param("a: &x 1\nk: *x\n", 2, "a: &x 1\nk: 2\n", id="instead of an alias"),
        pytest.param("k: !!str 5\n", "6", 'k: "6"\n', id="a tag that is no longer needed"),
        pytest.param("k: a\n", "x\ny", 'k: "x\\ny"\n', id="line breaks are escaped"),
    ],
)
def test_set(edited, before, value, after):
    assert edited(before, lambda root: Set(root / "k", value)) == after


def test_set_a_list_item(edited):
    before = "- a # c\n- b\n"
    assert edited(before, lambda root: Set(root / 0, {"x": 1, "z": 2})) == (
        "- x: 1 # c\n  z: 2\n- b\n"
    )


# --- rename key, replace part -----------------------------------------------------------


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("a/b: 1 # c\n", "c/d: 1 # c\n"),
        ('"a/b" : 1\n', '"c/d" : 1\n'),
        ("'a/b': 1\n", "'c/d': 1\n"),
        ("x: {a/b: 1}\n", None),
        ("- a/b: 1\n", None),
        ("&k a/b: 1\n", "&k c/d: 1\n"),
    ],
)
def test_rename_a_key_and_keep_its_quotes(edited, before, after):
    path = {"x": ("x", "a/b"), "-": (0, "a/b")}.get(before[0], ("a/b",))
    wanted = after or before.replace("a/b", "c/d")
    assert edited(before, lambda root: RenameKey(at(root, *path), "c/d")) == wanted


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("k: web.old.net # c\n", "k: web.new.dev # c\n"),
        ("k: 'web.old.net'\n", "k: 'web.new.dev'\n"),
        ('k: "web.old.net"\n', 'k: "web.new.dev"\n'),
        ('k: "\\u0077eb.old.net"\n', 'k: "web.new.dev"\n'),
        ("k: |\n  web.old.net\n", "k: |\n  web.new.dev\n"),
        ("k: [web.old.net, x]\n", None),
    ],
)
def test_replace_a_part_of_a_string(edited, before, after):
    def make(root):
        place = root / "k" / 0 if "[" in before else root / "k"
        return ReplacePart(Place(root.document, place.path, part=(4, 11)), "new.dev")

    assert edited(before, make) == (after or before.replace("old.net", "new.dev"))


def test_a_part_that_would_end_the_string_brings_quotes(edited):
    make = lambda root: ReplacePart(Place(root.document, ("k",), part=(0, 1)), "a #")  # noqa: E731
    assert edited("k: xb\n", make) == 'k: "a #b"\n'


def test_a_text_of_several_lines_becomes_a_block_scalar(edited):
    before = "spec:\n  chart: metallb\n"
    after = "spec:\n  chart: metallb\n  valuesContent: |\n    speaker:\n\n      a: true\n"
    text = "speaker:\n\n  a: true\n"
    assert edited(before, lambda root: [Insert(root / "spec", "valuesContent", text)]) == after
    stripped = after.replace(": |\n", ": |-\n")
    edit = [text.rstrip("\n")]
    assert (
        edited(before, lambda root: [Insert(root / "spec", "valuesContent", edit[0])]) == stripped
    )


def test_yaml_that_was_commented_out_stays_where_it_is(edited):
    before = (
        "spec:\n  # type: NodePort\n  # who wants to know\n  loadBalancerIP: 10.0.0.1\n  a: 1\n"
    )
    after = "spec:\n  # type: NodePort\n  a: 1\n"
    assert edited(before, lambda root: [Remove(at(root, "spec", "loadBalancerIP"))]) == after
