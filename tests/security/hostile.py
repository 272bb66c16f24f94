"""Repositories that are built to take long, or to break mlblint; and how long they take.

`python tests/security/hostile.py` prints the table in docs/security.md.
"""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from multiprocessing import get_context
from pathlib import Path

Files = Mapping[str, str | bytes]


@dataclass(frozen=True)
class Case:
    """`bound` says in the table what ends it; `told` must stand in the output."""

    name: str
    bound: str
    files: Callable[[], Files]
    told: str = ""
    options: tuple[str, ...] = ("--output-format", "concise")
    code: int | None = None


@dataclass(frozen=True)
class Outcome:
    code: int
    output: str
    seconds: float
    megabytes: int


def run(case: Case, root: Path) -> Outcome:
    # Not here: what a process has needed counts for those that it starts.
    maker = get_context("fork").Process(target=_write, args=(case, root))
    maker.start()
    maker.join()
    command = [sys.executable, "-m", "mlblint", *case.options]
    environment = {**os.environ, "PYTHONPATH": str(Path(__file__).parents[2])}
    began = time.perf_counter()
    with tempfile.TemporaryFile() as output:
        process = subprocess.Popen(
            command, cwd=root, env=environment, stdout=output, stderr=subprocess.STDOUT
        )
        _, status, usage = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
        seconds = time.perf_counter() - began
        output.seek(0)
        text = output.read().decode(errors="replace")
    return Outcome(process.returncode, text, seconds, usage.ru_maxrss >> 10)


def _write(case: Case, root: Path) -> None:
    for name, content in case.files().items():
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content.encode() if isinstance(content, str) else content)


def service(**annotations: str) -> str:
    notes = "".join(f"    {key}: {value}\n" for key, value in annotations.items())
    return (
        "apiVersion: v1\nkind: Service\nmetadata:\n  name: web\n"
        f"{'  annotations:' + chr(10) + notes if notes else ''}spec:\n  type: LoadBalancer\n"
    )


def laughs() -> str:
    lines = ["a0: &a0 [lol, lol, lol]"]
    lines += [f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 9)}]" for n in range(1, 30)]
    return "\n".join([*lines, service()])


def pool(*addresses: str) -> str:
    listed = "".join(f'  - "{one}"\n' for one in addresses)
    return (
        "apiVersion: metallb.io/v1beta1\nkind: IPAddressPool\nmetadata:\n  name: p\n"
        f"  namespace: metallb-system\nspec:\n  addresses:\n{listed}"
    )


def kustomization(**fields: str) -> str:
    head = "apiVersion: kustomize.config.k8s.io/v1beta1\nkind: Kustomization\n"
    return head + "".join(f"{key}: {value}\n" for key, value in fields.items())


def application(name: str, path: str) -> str:
    return (
        "apiVersion: argoproj.io/v1alpha1\nkind: Application\nmetadata:\n"
        f"  name: {name}\n  namespace: argocd\nspec:\n  project: default\n  source:\n"
        f"    repoURL: https://git.example.com/x.git\n    path: {path}\n"
        "  destination: {server: https://kubernetes.default.svc, namespace: default}\n"
    )


def application_set(generators: str) -> str:
    return (
        "apiVersion: argoproj.io/v1alpha1\nkind: ApplicationSet\nmetadata: {name: s}\nspec:\n"
        f"  generators:\n{generators}  template:\n    metadata: {{name: '{{{{a}}}}-{{{{b}}}}'}}\n"
        "    spec:\n      project: default\n"
        "      source: {repoURL: https://git.example.com/x.git, path: 'apps/{{a}}'}\n"
        "      destination: {server: https://kubernetes.default.svc}\n"
    )


def many(key: str, count: int) -> str:
    elements = ", ".join(f"{{{key}: x{n}}}" for n in range(count))
    return f"{{list: {{elements: [{elements}]}}}}"


def card(require: str) -> str:
    return (
        "id: ACME1\nname: acme\ntitle: A rule\nseverity: warning\nwhy: because\n"
        "match: {group: '', kind: Service}\n"
        f"require: {require}\nmessage: wrong\n"
    )


OWN_RULES = "rules: {extend-rules: [lint]}\n"


def doubling(depth: int) -> str:
    definitions = ", ".join(
        f"a{n}: {{allOf: [{{$ref: '#/$defs/a{n - 1}'}}, {{$ref: '#/$defs/a{n - 1}'}}]}}"
        for n in range(1, depth)
    )
    return f"{{$defs: {{a0: {{type: object}}, {definitions}}}, $ref: '#/$defs/a{depth - 1}'}}"


def flux(name: str, path: str) -> str:
    return (
        "apiVersion: kustomize.toolkit.fluxcd.io/v1\nkind: Kustomization\n"
        f"metadata: {{name: {name}, namespace: flux-system}}\n"
        f"spec: {{path: {path}, interval: 1h, prune: true, "
        "sourceRef: {kind: GitRepository, name: flux-system}}\n"
    )


DEEP = 100_000


def embedded(levels: int) -> str:
    text = "kind: Service"
    for _ in range(levels):
        text = "v: |\n" + "".join(f"  {line}\n" for line in text.splitlines())
    return (
        "apiVersion: helm.cattle.io/v1\nkind: HelmChart\nmetadata: {name: metallb}\nspec:\n"
        "  chart: metallb\n  valuesContent: |\n"
        + "".join(f"    {line}\n" for line in text.splitlines())
    )


def cases() -> Iterator[Case]:
    yield from _text()
    yield from _values()
    yield from _references()
    yield from _own()


def _text() -> Iterator[Case]:
    too_deep = "nested deeper than 200 levels"
    yield Case(
        "aliases of aliases (a billion laughs and more)",
        "1,000,000 values a document: MLB901",
        lambda: {"a.yaml": laughs()},
        "aliases expand to more than 1,000,000 values",
    )
    for name, opening, closing in [
        ("100,000 nested lists", "[", "]"),
        ("100,000 nested mappings", "{a: ", "}"),
        ("100,000 nested block lists", "- ", ""),
        ("100,000 nested block keys", "? ", ""),
    ]:
        yield Case(
            name,
            "200 levels: MLB901",
            lambda o=opening, c=closing: {  # type: ignore[misc]
                "a.yaml": f"{service()}---\nkind: Service\na:\n  {o * DEEP}x{c * DEEP}\n"
            },
            too_deep,
        )
    yield Case(
        "100,000 nested lists in JSON",
        "200 levels: MLB901",
        lambda: {"a.json": '{"kind": "Service", "a": ' + "[" * DEEP + "]" * DEEP + "}"},
        too_deep,
    )
    yield Case(
        "100,000 nested lists in embedded YAML",
        "200 levels: taken for some other text",
        lambda: {"a.yaml": embedded(1) + f"    a: {'[' * DEEP}\n"},
    )
    yield Case(
        "YAML in YAML, 100 levels deep",
        "4 levels: not looked into",
        lambda: {"a.yaml": embedded(100)},
    )
    yield Case(
        "a file of 200 MB that speaks of MetalLB",
        "16 MB a file: MLB901",
        lambda: {"a.yaml": service() + "# x\n" * (50 << 20)},
        "larger than",
    )
    yield Case(
        "a file of 200 MB that does not",
        "only searched",
        lambda: {"a.json": "[" + '"x",' * (50 << 20) + "0]"},
        code=0,
    )
    yield Case(
        "1,000,000 list items in a document",
        "linear",
        lambda: {"a.yaml": service() + "list:\n" + "- x\n" * 1_000_000},
    )
    yield Case(
        "400 KB in a flow sequence that libyaml refuses",
        "512 KB: the slow parser is not asked beyond",
        lambda: {"a.yaml": service() + "x: [b:c, " + "x, " * 130_000 + "x]\n"},
    )
    yield Case(
        "2 MB in a flow sequence that libyaml refuses",
        "512 KB: MLB901",
        lambda: {"a.yaml": service() + "x: [b:c, " + "x, " * 700_000 + "x]\n"},
        "found unexpected ':'",
    )
    yield Case("a line of 10 MB", "linear", lambda: {"a.yaml": service(x="y" * (10 << 20))})
    yield Case(
        "a finding in a line of 10 MB",
        "linear",
        lambda: {"a.yaml": pool("x" * (10 << 20))},
        "MLB204",
        ("--output-format", "sarif"),
    )
    yield Case("100,000 documents", "linear", lambda: {"a.yaml": "---\nkind: Service\n" * 100_000})
    yield Case("20,000 Services", "linear", lambda: {"a.yaml": f"---\n{service()}" * 20_000})
    yield Case(
        "20,000 files", "linear", lambda: {f"d{n % 100}/{n}.yaml": service() for n in range(20_000)}
    )


def _values() -> Iterator[Case]:
    yield Case(
        "an integer of 1,000,000 digits",
        "read as go-yaml does: a text",
        lambda: {
            "a.yaml": service(x="9" * 1_000_000) + f"  ports: [{{port: {'9' * 1_000_000}}}]\n"
        },
    )
    yield Case(
        "a hexadecimal integer of 1,000,000 digits",
        "64 bits",
        lambda: {"a.yaml": service() + f"  ports: [{{port: 0x{'f' * 1_000_000}}}]\n"},
    )
    yield Case(
        "infinite, undefined and odd numbers",
        "values of the wrong kind",
        lambda: {
            "a.yaml": service(**{"argocd.argoproj.io/sync-wave": ".inf"})
            + "  ports: [{port: .inf}, {port: .nan}, {port: 1e308, nodePort: -0x1}]\n"
            "---\n" + pool("::/0").replace("spec:", "spec:\n  serviceAllocation: {priority: .inf}")
        },
    )
    yield Case(
        "tags of Python, NUL, UTF-16 without text",
        "never constructed",
        lambda: {
            "a.yaml": service() + "x: !!python/object/apply:os.system [touch pwned]\n",
            "b.yaml": service().encode() + b"\0",
            "c.yaml": "\ufeff".encode("utf-16-le") + service().encode("utf-16-le") + b"\0",
        },
    )
    yield Case(
        "pools of ::/0, 0.0.0.0/0 and 2,000 more",
        "interval arithmetic",
        lambda: {
            "a.yaml": pool(
                "::/0", "0.0.0.0/0", *(f"10.{n >> 8}.{n & 255}.0/1" for n in range(2000))
            )
            + "---\n"
            + f"---\n{service()}" * 2_000
        },
    )
    yield Case(
        "addresses of 1,000,000 characters",
        "no such address: MLB204",
        lambda: {"a.yaml": pool("1." * 500_000, "10.0.0.0/" + "9" * 500_000, ":" * 500_000)},
        "MLB204",
    )


def _references() -> Iterator[Case]:
    yield Case(
        "a matrix of 3,000 by 3,000 Applications",
        "1,000 Applications: not worked out",
        lambda: {
            "a.yaml": application_set(
                f"  - matrix: {{generators: [{many('a', 3000)}, {many('b', 3000)}]}}\n"
            )
        },
    )
    yield Case(
        "a merge of 5,000 by 5,000",
        "linear",
        lambda: {
            "a.yaml": application_set(
                "  - merge: {mergeKeys: [a], generators: "
                f"[{many('a', 5000)}, {many('a', 5000)}]}}\n"
            )
        },
    )
    yield Case(
        "a glob of 60 stars in an ApplicationSet",
        "matched in linear time",
        lambda: {
            "a.yaml": application_set(
                "  - git: {repoURL: https://git.example.com/x.git, "
                f"directories: [{{path: '{'*a' * 60}*b'}}]}}\n"
            ),
            **{f"{'a' * 200}{n}/x.yaml": service() for n in range(50)},
        },
    )
    yield Case(
        "kustomizations in a circle",
        "each is entered once",
        lambda: {
            "a/kustomization.yaml": kustomization(resources="[../b, ../a, .]", components="[../b]"),
            "b/kustomization.yaml": kustomization(resources="[../a, x.yaml]"),
            "b/x.yaml": service(),
        },
    )
    yield Case(
        "40 layers of kustomizations that take the one below twice",
        "2,000 objects: the rest counts as not known",
        lambda: {
            **{
                f"k{n}/kustomization.yaml": kustomization(resources=f"[../k{n - 1}, ../l{n - 1}]")
                for n in range(1, 40)
            },
            **{
                f"l{n}/kustomization.yaml": kustomization(resources=f"[../k{n - 1}, ../l{n - 1}]")
                for n in range(1, 40)
            },
            "k0/kustomization.yaml": kustomization(resources="[x.yaml]"),
            "k0/x.yaml": service(),
            "l0/kustomization.yaml": kustomization(resources="[x.yaml]"),
            "l0/x.yaml": service(),
        },
    )
    yield Case(
        "1,500 kustomizations in a row",
        "100 layers: the rest counts as not known",
        lambda: {
            **{
                f"k{n}/kustomization.yaml": kustomization(resources=f"[../k{n + 1}]")
                for n in range(1500)
            },
            "k1500/kustomization.yaml": kustomization(resources="[x.yaml]"),
            "k1500/x.yaml": service(),
        },
    )
    yield Case(
        "Applications in a circle, and 1,500 in a row",
        "each is entered once; chains of 50",
        lambda: {
            "root.yaml": application("root", "a0"),
            **{f"a{n}/app.yaml": application(f"a{n}", f"a{n + 1}") for n in range(1500)},
            "a1500/app.yaml": application("last", "a0"),
        },
    )
    yield Case(
        "Flux Kustomizations in a circle, and 1,500 in a row",
        "each is entered once; chains of 50",
        lambda: {
            "root.yaml": flux("root", "./a0"),
            **{f"a{n}/ks.yaml": flux(f"a{n}", f"./a{n + 1}") for n in range(1500)},
            "a1500/ks.yaml": flux("last", "./a0"),
        },
    )
    yield Case(
        "charts that depend on themselves",
        "each is entered once",
        lambda: {
            "c/Chart.yaml": "apiVersion: v2\nname: c\nversion: 1.0.0\ndependencies:\n"
            "- {name: c, version: 1.0.0, repository: 'file://../c'}\n"
            "- {name: metallb, version: 0.15.3, repository: 'https://metallb.github.io/metallb'}\n",
            "c/templates/x.yaml": service(),
            "app.yaml": application("c", "c"),
        },
    )
    yield Case(
        "1,000 patches with a pattern that goes back",
        "matched in linear time",
        lambda: {
            "kustomization.yaml": kustomization(
                resources="[x.yaml]",
                patches="\n"
                + "- {patch: '[{op: remove, path: /a}]', target: {kind: Service, name: (a+)+b}}\n"
                * 1000,
            ),
            "x.yaml": service().replace("web", "a" * 60),
        },
    )
    yield Case(
        "JSON6902 patches that double a list 40 times",
        "not built",
        lambda: {
            "kustomization.yaml": kustomization(
                resources="[x.yaml]",
                patches="\n- target: {kind: Service}\n  patch: |\n"
                + "    - {op: copy, from: /spec, path: /spec/x}\n" * 40,
            ),
            "x.yaml": service(),
        },
    )


def _own() -> Iterator[Case]:
    yield Case(
        "a pattern in a rule card that goes back",
        "matched in linear time",
        lambda: {
            ".mlblint.yaml": OWN_RULES,
            "lint/a.yaml": card("{properties: {kind: {pattern: '^([A-Za-z]+)+$'}}}"),
            "a.yaml": service(),
        },
    )
    yield Case(
        "a pattern in a rule card that cannot be linear",
        "refused: exit code 2",
        lambda: {
            ".mlblint.yaml": OWN_RULES,
            "lint/a.yaml": card("{properties: {kind: {pattern: '^(a)\\1$'}}}"),
        },
        "the pattern cannot be used: it refers to a group",
        code=2,
    )
    yield Case(
        "a rule card whose references double 60 times",
        "100,000 references a value: exit code 2",
        lambda: {
            ".mlblint.yaml": OWN_RULES,
            "lint/a.yaml": card(doubling(60)),
            "a.yaml": service(),
        },
        "100,000 references",
        code=2,
    )
    yield Case(
        "the same with a keyword that needs jsonschema",
        "100,000 references a value: exit code 2",
        lambda: {
            ".mlblint.yaml": OWN_RULES,
            "lint/a.yaml": card(doubling(60).replace("type: object", "contains: {}")),
            "a.yaml": service(),
        },
        "100,000 references",
        code=2,
    )
    yield Case(
        "a rule card whose reference is a circle",
        "exit code 2",
        lambda: {
            ".mlblint.yaml": OWN_RULES,
            "lint/a.yaml": card("{$ref: '#'}"),
            "a.yaml": service(),
        },
        code=2,
    )
    yield Case(
        "a rule card with 100,000 nested lists",
        "200 levels: exit code 2",
        lambda: {".mlblint.yaml": OWN_RULES, "lint/a.yaml": card("[" * DEEP + "]" * DEEP)},
        "nested deeper than 200 levels",
        code=2,
    )
    yield Case(
        "a configuration with 100,000 nested lists",
        "200 levels: exit code 2",
        lambda: {".mlblint.yaml": "rules: " + "[" * DEEP + "]" * DEEP},
        "nested deeper than 200 levels",
        code=2,
    )
    yield Case(
        "the same in pyproject.toml",
        "exit code 2",
        lambda: {"pyproject.toml": "[tool.mlblint]\nx = " + "[" * DEEP + "]" * DEEP},
        "nested too deeply",
        code=2,
    )
    yield Case(
        "a configuration that is a billion laughs",
        "1,000,000 values: exit code 2",
        lambda: {".mlblint.yaml": laughs()},
        "1,000,000 values",
        code=2,
    )
    yield Case(
        "a glob of 60 stars in `exclude`",
        "matched in linear time",
        lambda: {
            ".mlblint.yaml": f"exclude: ['{'*a' * 60}*b']\n",
            **{f"{'a' * 200}{n}.yaml": service() for n in range(50)},
        },
    )
    yield Case(
        "a baseline with 100,000 nested lists",
        "exit code 2",
        lambda: {"b.json": "[" * DEEP + "]" * DEEP, ".mlblint.yaml": "baseline: b.json\n"},
        "this is not a baseline: it is nested too deeply",
        code=2,
    )
    yield Case(
        "a baseline of 70,000 entries",
        "16 MB a file; linear",
        lambda: {"b.json": _baseline(70_000), ".mlblint.yaml": "baseline: b.json\n"},
    )
    yield Case(
        "a baseline of 1,000,000 entries",
        "16 MB a file: exit code 2",
        lambda: {"b.json": _baseline(1_000_000), ".mlblint.yaml": "baseline: b.json\n"},
        "larger than 16 MB",
        code=2,
    )


def _baseline(count: int) -> str:
    entries = ",\n".join(
        f'{{"rule": "MLB101", "path": "a.yaml", "resource": "Service default/web{n}", '
        f'"fingerprint": "{n:032x}", "count": 1}}'
        for n in range(count)
    )
    return f'{{"version": 1, "findings": [\n{entries}\n]}}\n'


def main() -> None:
    print("| what | ends with | time | memory |\n|---|---|---:|---:|")
    for case in cases():
        if sys.argv[1:] and not any(word in case.name for word in sys.argv[1:]):
            continue
        with tempfile.TemporaryDirectory() as folder:
            outcome = run(case, Path(folder))
        print(
            f"| {case.name} | {case.bound} | {outcome.seconds:.1f} s | {outcome.megabytes} MB |",
            flush=True,
        )
        wrong = case.told not in outcome.output or case.code not in (None, outcome.code)
        if wrong or "internal error" in outcome.output or outcome.code not in (0, 1, 2):
            print(f"  !! {outcome.code} {outcome.output[-600:]}", file=sys.stderr, flush=True)


if __name__ == "__main__":
    main()
