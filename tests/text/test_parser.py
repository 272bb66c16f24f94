"""Both parsers give the same nodes; errors say where."""

from __future__ import annotations

import pytest

from mlblint.text.nodes import Alias, Mapping, Node, Scalar, Sequence
from mlblint.text.parser import MAX_DEPTH, Parsed, YamlError, parse, parse_pure

HOSTILE = [
    pytest.param("", id="nothing"),
    pytest.param("# only a comment\n", id="comment"),
    pytest.param("---\n", id="separator"),
    pytest.param("--- # c\n...\n", id="end marker"),
    pytest.param("a:\nb:  # c\n  # d\nc: ~\n", id="values that are not written"),
    pytest.param("{a, b: , c: 1,}\n", id="the same in brackets"),
    pytest.param("- a\n-\n- # c\n- b\n", id="items that are not written"),
    pytest.param("? a\n: b\n? c\n", id="explicit keys"),
    pytest.param("a: |\n  x\n\n  y\n\n\nb: 1\n", id="clipped"),
    pytest.param("a: |+\n  x\n\n# c\n\nb: 1\n", id="kept"),
    pytest.param("a: >-\n  x\n  y\n # c\nb: 1\n", id="folded"),
    pytest.param("a: |2\n   x\n", id="explicit indentation"),
    pytest.param("a: |\n  x", id="no final newline"),
    pytest.param("a: |\r\n  x\r\n  y\r\nb: 1\r\n", id="CRLF"),
    pytest.param("a: 1\rb: 2\r", id="lone CR"),
    pytest.param("k: &x\n  - a\nl: *x\n", id="anchor before a list"),
    pytest.param("- &a\n  !!map\n  k: v\n- *a\n", id="anchor and tag"),
    pytest.param("x: !!str\ny: &q\nz: !own 1\n", id="tags without a value"),
    pytest.param("a: &x 1\nb: &x 2\nc: *x\n", id="an anchor defined twice"),
    pytest.param("&k a: 1\n*k : 2\n", id="anchor and alias as keys"),
    pytest.param("a: &x {k: 1}\nb: {<<: *x}\n", id="merge key"),
    pytest.param("a: 1\na: 2\n", id="a key twice"),
    pytest.param("- - a\n  - b\n-   c: 1\n    d: 2\n", id="compact nesting"),
    pytest.param("a:\n- 1\n- 2\nb: 1\n", id="a list that is not indented"),
    pytest.param("k: multi\n  line  \n # c\n", id="plain over two lines"),
    pytest.param("a: 'x\n\n  y'\nb: \"x\\\n  y\"\n", id="quoted over lines"),
    pytest.param("日本: 😀 # 😀\n'ü': \"\\u00fc\"\n", id="wide characters"),
    pytest.param("a:\u00a0b\n", id="NBSP"),
    pytest.param("a: 1\n...\n# c\n---\nb: 2\n...\n", id="two documents"),
    pytest.param("[a, [b, {c: d}], {e: [f]}]\n", id="nested brackets"),
    pytest.param('{"a":1,"b":[true,null]}', id="JSON"),
    pytest.param("a: [2001:db8::1, b]\nu: {url: http://x/}\n", id="colons inside brackets"),
    pytest.param("{a: b}: c\n", id="a mapping as key"),
]


def dump(node: Node | None) -> object:
    """Everything that a node says of itself."""
    if node is None:
        return None
    if isinstance(node, Alias):
        return "*", node.name, node.start, node.end, node.target.start
    own = (node.start, node.end, node.anchor, node.tag)
    if isinstance(node, Scalar):
        return *own, node.text, node.style
    if isinstance(node, Mapping):
        return *own, node.flow, [(dump(key), dump(value)) for key, value in node.pairs]
    assert isinstance(node, Sequence)
    return *own, node.flow, [dump(item) for item in node.items]


def dumps(documents: list[Parsed]) -> object:
    return [(dump(one.root), one.start, one.end) for one in documents]


@pytest.mark.parametrize("text", HOSTILE)
def test_both_parsers_give_the_same_nodes(text):
    assert dumps(parse(text)) == dumps(parse_pure(text))


@pytest.mark.parametrize(
    "text",
    [
        "a: [1\n",
        "a: b: c\n",
        "a: *x\n",
        "\ta: 1\n",
        "{{ x }}: {{ y\n",
        "a: 'x\n",
        "----\n- a: b\n c",
    ],
)
def test_both_parsers_refuse_it(text):
    for one in (parse, parse_pure):
        with pytest.raises(YamlError):
            one(text)


def test_a_value_that_is_not_written_stands_behind_its_colon():
    (document,) = parse("a:  # c\nb: 1\n")
    assert isinstance(document.root, Mapping)
    value = document.root.pairs[0][1]
    assert (value.start, value.end) == (2, 2)


def test_a_block_collection_ends_with_its_last_value():
    (document,) = parse("a:\n  b: 1\n\n# c\n")
    assert document.root is not None
    assert document.root.end == 9


def test_offsets_are_counted_from_the_base():
    plain, moved = parse("a: &x 1\nb: *x\n"), parse("a: &x 1\nb: *x\n", 100)
    assert isinstance(plain[0].root, Mapping)
    assert isinstance(moved[0].root, Mapping)
    for (key, value), (moved_key, moved_value) in zip(
        plain[0].root.pairs, moved[0].root.pairs, strict=True
    ):
        assert (moved_key.start - key.start, moved_value.end - value.end) == (100, 100)
    assert (moved[0].start, moved[0].end) == (plain[0].start + 100, plain[0].end + 100)


def test_an_alias_means_the_definition_last_before_it():
    (document,) = parse("a: &x 1\nb: *x\nc: &x 2\nd: *x\n")
    assert isinstance(document.root, Mapping)
    aliases = [value for _, value in document.root.pairs if isinstance(value, Alias)]
    assert [alias.target.text for alias in aliases if isinstance(alias.target, Scalar)] == [
        "1",
        "2",
    ]


def test_an_error_tells_its_place():
    with pytest.raises(YamlError) as error:
        parse("a: 1\nb: [2\nc: 3\n", 10)
    assert error.value.offset == 10 + len("a: 1\nb: [2\nc")
    assert "flow sequence" in error.value.problem


def test_an_alias_without_an_anchor():
    with pytest.raises(YamlError) as error:
        parse("a: 1\nb: *gone\n")
    assert (error.value.problem, error.value.offset) == ("alias *gone has no anchor", 8)


def test_deep_nesting_is_refused_and_does_not_recurse():
    assert parse("[" * MAX_DEPTH + "]" * MAX_DEPTH)
    with pytest.raises(YamlError, match="nested deeper than 200 levels"):
        parse("[" * 5000 + "]" * 5000)


@pytest.mark.parametrize("read", [parse, parse_pure])
def test_what_is_never_closed_is_wrong_where_it_begins(read):
    with pytest.raises(YamlError) as error:
        read('wave: "1""\nname: a\n')
    assert error.value.offset == 9
