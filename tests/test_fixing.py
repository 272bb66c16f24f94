"""The loop around fixes: which are made, in which order, and what is said of the others."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field

import pytest

from mlblint import fixing
from mlblint.findings import Applicability, Finding, Fix, Location
from mlblint.fixing import Result, fix
from mlblint.text.documents import Document, documents
from mlblint.text.edits import Append, Edit, Insert, Remove, RenameKey, Set
from mlblint.text.places import Place, positions
from mlblint.text.source import Source

Rule = Callable[[Place], Iterator[Finding]]


def finding(
    rule: str,
    place: Place,
    *edits: Edit,
    applicability: Applicability = "safe",
    unfixable: str | None = None,
    fingerprint: str | None = None,
) -> Finding:
    path = place.document.source.path
    return Finding(
        rule=rule,
        name=rule,
        severity="error",
        judges="acceptance",
        message=rule,
        help="",
        location=Location(path, *positions(place)),
        subject=None,
        related=(),
        fingerprint=fingerprint or f"{path}:{place.document.index}:{place.path}",
        fix=Fix(rule, edits, applicability) if edits else None,
        unfixable=unfixable,
    )


@dataclass
class Repository:
    """Files, and rules that look at every document."""

    files: dict[str, bytes]
    rules: tuple[Rule, ...]
    runs: list[int] = field(default_factory=list)

    def lint(self, changed: Mapping[str, bytes]) -> list[Finding]:
        self.runs.append(len(changed))
        return [
            found
            for path, data in sorted({**self.files, **changed}.items())
            for document in documents(Source.from_bytes(path, data))
            if isinstance(document, Document) and document.root is not None
            for rule in self.rules
            for found in rule(Place(document))
        ]


def fixed(files: Mapping[str, str] | str, *rules: Rule, **options: object) -> Result:
    """The outcome; that fixing it again changes nothing is checked every time."""
    texts = {"x.yaml": files} if isinstance(files, str) else files
    repository = Repository({path: text.encode() for path, text in texts.items()}, rules)
    result = fix(repository.lint, **options)  # type: ignore[arg-type]
    if result.converged:
        after = {change.path: change.new for change in result.changes}
        again = fix(Repository({**repository.files, **after}, rules).lint, **options)  # type: ignore[arg-type]
        assert (again.changes, again.applied) == ((), ())
        assert [f.unfixable for f in again.remaining] == [f.unfixable for f in result.remaining]
    return result


def text(result: Result, path: str = "x.yaml") -> str:
    return next(change.new for change in result.changes if change.path == path).decode()


def reasons(result: Result) -> list[str | None]:
    return [one.unfixable for one in result.remaining]


def small(root: Place) -> Iterator[Finding]:
    """Every value 1 should be 2."""
    data = root.document.data
    for key in data if isinstance(data, dict) else ():
        if data[key] == 1:
            yield finding("small", root / key, Set(root / key, 2))


def test_fixes_are_made_and_told():
    result = fixed("a: 1\nb: 2 # c\nd: 1", small)
    assert text(result) == "a: 2\nb: 2 # c\nd: 2"
    assert [one.location.start.line for one in result.applied] == [1, 3]
    assert (result.remaining, result.converged) == ((), True)
    assert result.changes[0].old == b"a: 1\nb: 2 # c\nd: 1"


def test_nothing_to_do_is_one_look():
    repository = Repository({"x.yaml": b"a: 2\n"}, (small,))
    assert fix(repository.lint) == Result((), (), ())
    assert repository.runs == [0]


def test_unsafe_fixes_are_made_only_when_asked_for():
    def rule(root: Place) -> Iterator[Finding]:
        for one in small(root):
            assert one.fix is not None
            yield finding("risky", root / "a", *one.fix.edits, applicability="unsafe")

    result = fixed("a: 1\n", rule)
    assert (result.changes, reasons(result)) == ((), [fixing.UNSAFE])
    assert text(fixed("a: 1\n", rule, unsafe=True)) == "a: 2\n"


def test_every_finding_that_stays_says_why():
    def rule(root: Place) -> Iterator[Finding]:
        yield finding("r1", root / "a")
        yield finding("r2", root / "a", unfixable="network.interfaces is not configured")
        yield finding("r3", root / "a", Insert(root, "a", 1))
        yield finding("r4", root / "a", Set(root / "a", "x"))

    result = fixed("a: !vault x\n", rule)
    assert reasons(result) == [
        fixing.NO_FIX,
        "network.interfaces is not configured",
        "a is there already",
        "the tag !vault is unknown: what it makes of the value cannot be told",
    ]


def test_files_that_are_not_to_be_changed():
    def forbidden(path: str) -> str | None:
        return "the file was not named" if path == "b.yaml" else None

    result = fixed({"a.yaml": "a: 1\n", "b.yaml": "a: 1\n"}, small, forbidden=forbidden)
    assert [change.path for change in result.changes] == ["a.yaml"]
    assert reasons(result) == ["the file was not named"]


@pytest.mark.parametrize(
    ("path", "content"),
    [
        ("x.yaml", "a: 1\nsops:\n  mac: ENC[x]\n"),
        ("x.yaml", "a: 1\n---\na: 1\nsops: {mac: x}\n"),
        ("x.json", '{"a": 1, "sops": {"mac": "x"}}'),
    ],
)
def test_files_encrypted_by_sops_are_never_changed(path, content):
    result = fixed({path: content}, small)
    assert result.changes == ()
    assert set(reasons(result)) == {fixing.ENCRYPTED}


def test_a_file_that_only_speaks_of_sops_is_changed():
    assert text(fixed("a: 1\nb: {sops: {mac: x}}\n", small)) == "a: 2\nb: {sops: {mac: x}}\n"


def test_overlapping_fixes_wait_for_the_next_round():
    """Three keys for one mapping that is missing: each fix would create it."""

    def rule(root: Place) -> Iterator[Finding]:
        for key in ("p", "q", "r"):
            if not (root / "m" / key).exists:
                yield finding(key, root, Insert(root / "m", key, 1), fingerprint=key)

    result = fixed("a: 1\n", rule)
    assert text(result) == "a: 1\nm:\n  p: 1\n  q: 1\n  r: 1\n"
    assert [one.rule for one in result.applied] == ["p", "q", "r"]


def test_fixes_that_are_right_alone_and_wrong_together_are_made_one_after_the_other():
    """Each removal believes that another key stays; without one, `{}` has to be written."""

    def rule(root: Place) -> Iterator[Finding]:
        for key in ("p", "q"):
            if (root / "m" / key).exists:
                yield finding(key, root, Remove(root / "m" / key), fingerprint=key)

    assert text(fixed("m:\n  p: 1\n  # c\n\n  q: 1\nz: 1\n", rule)) == "m: {}\n  # c\nz: 1\n"


def test_a_fix_in_several_files_is_made_whole_or_not_at_all():
    def lint(changed: Mapping[str, bytes]) -> list[Finding]:
        files = {"a.yaml": b"a: 1\n", "b.yaml": b"a: &x 1\nb: *x\n", **changed}
        roots = [Place(next(iter(documents(Source.from_bytes(p, d))))) for p, d in files.items()]  # type: ignore[arg-type]
        edits = [Set(root / "a", 2) for root in roots]
        return [finding("both", roots[0] / "a", *edits)]

    result = fix(lint)
    assert result.changes == ()
    assert reasons(result) == ["the anchor &x is used elsewhere and cannot be removed"]


def test_fixes_run_until_nothing_is_left():
    """The first fix is what makes the second finding appear: a chain may pass through it."""

    def rule(root: Place) -> Iterator[Finding]:
        if (root / "old").exists:
            yield finding("old", root / "old", RenameKey(root / "old", "new"))
        if (root / "new").exists and not (root / "more").exists:
            yield finding("more", root / "new", Insert(root, "more", "x"))

    result = fixed("old: 1\n", rule)
    assert text(result) == "new: 1\nmore: x\n"
    assert [one.rule for one in result.applied] == ["old", "more"]


def test_a_fix_that_leads_to_a_finding_is_taken_back():
    def rule(root: Place) -> Iterator[Finding]:
        yield from small(root)
        data = root.document.data
        if isinstance(data, dict) and data.get("b") == 2:
            yield finding("worse", root / "b")

    result = fixed("a: 1\nb: 1\nc: 1\n", rule)
    assert text(result) == "a: 2\nb: 1\nc: 2\n"
    assert reasons(result) == ["the fix was taken back: it would lead to worse"]


def test_a_fix_that_leads_to_a_finding_in_another_file_is_taken_back():
    def rule(root: Place) -> Iterator[Finding]:
        yield from small(root)

    repository = Repository({"a.yaml": b"a: 1\n", "b.yaml": b"b: 0\n"}, (rule,))

    def lint(changed: Mapping[str, bytes]) -> list[Finding]:
        found = repository.lint(changed)
        if changed.get("a.yaml") == b"a: 2\n":
            (other,) = documents(Source.from_bytes("b.yaml", b"b: 0\n"))
            found.append(finding("clash", Place(other) / "b"))  # type: ignore[arg-type]
        return found

    result = fix(lint)
    assert result.changes == ()
    assert reasons(result) == ["the fix was taken back: it would lead to clash"]


def test_a_finding_that_a_rename_moves_is_not_a_new_one():
    """Its fingerprint holds the path; the remark is the same."""

    def rule(root: Place) -> Iterator[Finding]:
        for key in ("old", "new"):
            if (root / key).exists:
                yield finding("odd", root / key, fingerprint=key)
        if (root / "old").exists:
            yield finding("rename", root / "old", RenameKey(root / "old", "new"))

    result = fixed("old: 1\n", rule)
    assert text(result) == "new: 1\n"
    assert [one.rule for one in result.remaining] == ["odd"]


def test_a_fix_that_does_not_help_is_taken_back():
    def rule(root: Place) -> Iterator[Finding]:
        yield finding(
            "stubborn", root, *([Insert(root, "k", 1)] if not (root / "k").exists else [])
        )

    result = fixed("a: 1\n", rule)
    assert result.changes == ()
    assert reasons(result) == [fixing.NO_EFFECT]


def test_a_fix_without_an_end_is_taken_back():
    def rule(root: Place) -> Iterator[Finding]:
        yield finding("again", root / "l", Append(root / "l", "x"))

    result = fixed("l: []\n", rule)
    assert (result.changes, reasons(result)) == ((), [fixing.NO_EFFECT])


def test_two_fixes_that_undo_one_another():
    def rule(root: Place) -> Iterator[Finding]:
        data = root.document.data
        assert isinstance(data, dict)
        other = {"x": "y2", "y2": "x"}[data["a"]]
        yield finding(f"not-{data['a']}", root / "a", Set(root / "a", other))

    result = fixed("a: x\n", rule)
    assert result.changes == ()
    assert len(result.remaining) == 1


def test_the_cap_is_told():
    """One key a round, as all of them go to one place; the rest waits for another run."""

    def rule(root: Place) -> Iterator[Finding]:
        for key in "pqrst":
            if not (root / "m" / key).exists:
                yield finding(key, root, Insert(root / "m", key, 1), fingerprint=key)

    result = fixed("a: 1\n", rule, rounds=3)
    assert (result.converged, text(result)) == (False, "a: 1\nm:\n  p: 1\n  q: 1\n  r: 1\n")
    assert reasons(result) == [fixing.NOT_REACHED, fixing.NOT_REACHED]
    assert fixed("a: 1\n", rule, rounds=5).converged


def test_a_chain_that_does_not_end_below_the_cap_is_taken_back():
    """What it would leave was not there before."""

    def rule(root: Place) -> Iterator[Finding]:
        data = root.document.data
        assert isinstance(data, dict)
        if data["a"] < 9:
            more = Set(root / "a", data["a"] + 1)
            yield finding("count", root / "a", more, fingerprint=str(data))

    assert fixed("a: 1\n", rule, rounds=3).changes == ()
    assert text(fixed("a: 1\n", rule)) == "a: 9\n"


def test_the_order_of_findings_does_not_matter():
    files = {"x.yaml": b"a: 1\nm:\n  k: 1\nb: 1\n---\na: 1\n", "y.yaml": b"a: 1\n"}
    forward = fix(Repository(files, (small,)).lint)
    backward = fix(lambda changed: Repository(files, (small,)).lint(changed)[::-1])
    assert forward.changes == backward.changes
    assert [one.fingerprint for one in forward.applied] == [
        one.fingerprint for one in backward.applied
    ]


def test_many_fixes_with_a_bad_one_cost_few_looks():
    count = 64

    def rule(root: Place) -> Iterator[Finding]:
        yield from small(root)
        data = root.document.data
        assert isinstance(data, dict)
        if data["k40"] == 2:
            yield finding("worse", root / "k40")

    files = {"x.yaml": "".join(f"k{i}: 1\n" for i in range(count)).encode()}
    repository = Repository(files, (rule,))
    result = fix(repository.lint)
    assert len(result.applied) == count - 1
    assert reasons(result) == ["the fix was taken back: it would lead to worse"]
    assert len(repository.runs) < 20
