"""Nothing outside of the repository is read or written at its word, and nothing of it runs."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable, Mapping
from pathlib import Path

import pytest

from mlblint import boundaries, cli

SECRET = "top-secret-4711"
ROOT = Path(__file__).parents[2]
SERVICE = "apiVersion: v1\nkind: Service\nmetadata: {name: web}\nspec: {type: LoadBalancer}\n"

Run = Callable[..., tuple[int, str]]


@pytest.fixture
def outside(tmp_path: Path) -> Path:
    """A folder beside the repository, whose files hold a secret in every form."""
    folder = tmp_path / "outside"
    folder.mkdir()
    manifest = SERVICE.replace("web", SECRET)
    for name in ("x.yaml", "values.yaml", "kustomization.yaml", "b.json", "card.yaml"):
        (folder / name).write_text(f"# {SECRET}\n{SECRET}: {SECRET}\n---\n{manifest}")
    return folder


@pytest.fixture
def mlblint(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> Run:
    root = tmp_path / "repo"
    root.mkdir()
    monkeypatch.chdir(root)

    def run(files: Mapping[str, str], *arguments: str) -> tuple[int, str]:
        for name, content in {".mlblint.yaml": "", **files}.items():
            path = root / name
            path.parent.mkdir(parents=True, exist_ok=True)
            if not path.is_symlink():
                path.write_text(content)
        code = cli.run(arguments)
        return code, "".join(capfd.readouterr())

    return run


def kustomization(entries: str) -> dict[str, str]:
    head = "apiVersion: kustomize.config.k8s.io/v1beta1\nkind: Kustomization\n"
    return {"kustomization.yaml": head + entries}


def application(source: str) -> dict[str, str]:
    return {
        "app.yaml": "apiVersion: argoproj.io/v1alpha1\nkind: Application\n"
        "metadata: {name: metallb, namespace: argocd}\nspec:\n  project: default\n"
        "  destination: {server: https://kubernetes.default.svc, namespace: metallb-system}\n"
        f"  source{source}\n"
    }


CHART = "{repoURL: https://metallb.github.io/metallb, chart: metallb, targetRevision: 0.15.3"
REFERENCES = {
    "valueFiles": application(f": {CHART}, helm: {{valueFiles: [../outside/values.yaml]}}}}"),
    "valueFiles-absolute": application(f": {CHART}, helm: {{valueFiles: [OUT/values.yaml]}}}}"),
    "valueFiles-file": application(
        f": {CHART}, helm: {{valueFiles: ['file://OUT/values.yaml']}}}}"
    ),
    "ref": application(
        f"s: [{CHART}, helm: {{valueFiles: [$r/../outside/values.yaml]}}}}, "
        "{repoURL: 'https://git.example.com/x.git', ref: r}]"
    ),
    "argo-path": application(": {repoURL: 'https://git.example.com/x.git', path: ../outside}"),
    "argo-path-absolute": application(": {repoURL: 'file://OUT', path: OUT}"),
    "resources": kustomization("resources: [../outside, ../outside/x.yaml, OUT, 'file://OUT']\n"),
    "components": kustomization("components: [../outside, OUT]\n"),
    "patches": kustomization("patches: [{path: ../outside/x.yaml}, {path: OUT/x.yaml}]\n"),
    "generators": kustomization(
        "configMapGenerator: [{name: a, files: [../outside/x.yaml], envs: [OUT/x.yaml]}]\n"
        "generators: [../outside/x.yaml]\ntransformers: [OUT/x.yaml]\n"
    ),
    "helmCharts": kustomization(
        "helmGlobals: {chartHome: ../outside}\nhelmCharts: [{name: metallb, "
        "repo: 'file://OUT', valuesFile: ../outside/values.yaml}]\n"
    ),
    "configurations": kustomization(
        "configurations: [../outside/x.yaml]\nopenapi: {path: OUT/x.yaml}\n"
        "replacements: [{path: ../outside/x.yaml}]\n"
    ),
    "flux": {
        "ks.yaml": "apiVersion: kustomize.toolkit.fluxcd.io/v1\nkind: Kustomization\n"
        "metadata: {name: a, namespace: flux-system}\nspec:\n  path: ../outside\n"
        "  interval: 1h\n  prune: true\n  sourceRef: {kind: GitRepository, name: g}\n"
    },
    "chart": {
        "Chart.yaml": "apiVersion: v2\nname: c\nversion: 1.0.0\ndependencies:\n"
        "- {name: metallb, version: 0.15.3, repository: 'file://../outside'}\n",
        **application(": {repoURL: 'https://git.example.com/x.git', path: .}"),
    },
}


@pytest.mark.parametrize("files", REFERENCES.values(), ids=REFERENCES)
def test_no_reference_leads_out_of_the_repository(
    mlblint: Run, outside: Path, files: dict[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    opened = _watch(monkeypatch, outside)
    written = {name: text.replace("OUT", str(outside)) for name, text in files.items()}
    for arguments in ([], ["--fix", "--unsafe-fixes"]):
        _, output = mlblint(written, *arguments)
        assert "internal error" not in output
        assert SECRET not in output
    _, output = mlblint(written | {"x.yaml": SERVICE}, "--output-format", "json")
    assert SECRET not in output
    assert opened == []


def _watch(monkeypatch: pytest.MonkeyPatch, folder: Path) -> list[str]:
    """The files below a folder that are opened from now on, whoever opens them."""
    if _audit not in _HOOKED:
        _HOOKED.append(_audit)
        sys.addaudithook(_audit)
    opened: list[str] = []
    monkeypatch.setitem(_WATCHING, str(folder), opened)
    return opened


_WATCHING: dict[str, list[str]] = {}
_HOOKED: list[Callable[..., None]] = []
"""Python never takes a hook away again."""


def _audit(event: str, arguments: tuple[object, ...]) -> None:
    if event in ("open", "os.listdir", "os.scandir") and _WATCHING:
        path = arguments[0]
        if isinstance(path, str | bytes | os.PathLike):
            real = os.path.realpath(os.fsdecode(path))
            for folder, opened in _WATCHING.items():
                if real.startswith(folder):
                    opened.append(real)


LINKS = {
    "a file": ("x.yaml", "x.yaml", {}),
    "a folder": ("apps", "", {}),
    "a kustomization": ("a/kustomization.yaml", "kustomization.yaml", {}),
    "the configuration": (".mlblint.yaml", "x.yaml", {}),
    "pyproject": ("pyproject.toml", "x.yaml", {}),
    "the rules": ("lint", "", {".mlblint.yaml": "rules: {extend-rules: [lint]}\n"}),
    "a card": ("lint/a.yaml", "card.yaml", {".mlblint.yaml": "rules: {extend-rules: [lint]}\n"}),
    "the baseline": ("b.json", "b.json", {".mlblint.yaml": "baseline: b.json\n"}),
    "values": (
        "v.yaml",
        "values.yaml",
        application(f": {CHART}, helm: {{valueFiles: [v.yaml]}}}}"),
    ),
}


@pytest.mark.parametrize(("name", "target", "files"), LINKS.values(), ids=LINKS)
def test_no_symbolic_link_leads_out_of_the_repository(
    mlblint: Run,
    outside: Path,
    name: str,
    target: str,
    files: dict[str, str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    link = Path(name)
    link.parent.mkdir(parents=True, exist_ok=True)
    link.symlink_to(os.path.relpath(outside / target, link.parent.resolve()))
    opened = _watch(monkeypatch, outside)
    for arguments in ([], ["--output-format", "json"], ["--fix"]):
        _, output = mlblint(files, *arguments)
        assert SECRET not in output
        assert "internal error" not in output
    assert opened == []


@pytest.mark.parametrize(
    ("config", "told"),
    [
        ("rules: {extend-rules: [../outside]}\n", "../outside:1:1: cannot be read: it is outside"),
        ("rules: {extend-rules: [OUT]}\n", "cannot be read: it is outside of the repository"),
        ("baseline: ../outside/b.json\n", "../outside/b.json: cannot be used: it is outside"),
        ("baseline: OUT/b.json\n", "cannot be used: it is outside of the repository"),
    ],
)
def test_a_configuration_names_only_what_is_inside(
    mlblint: Run, outside: Path, config: str, told: str
) -> None:
    code, output = mlblint({".mlblint.yaml": config.replace("OUT", str(outside))})
    assert code == 2
    assert told in output
    assert SECRET not in output


def test_the_file_that_a_person_names_may_lie_anywhere(mlblint: Run, outside: Path) -> None:
    (outside / "own.yaml").write_text("fail-on: never\n")
    code, output = mlblint({}, "--config", "../outside/own.yaml")
    assert (code, output) == (0, "No problems in 1 file.\n")


@pytest.mark.skipif(os.name != "posix", reason="needs pipes and devices")
@pytest.mark.parametrize("kind", ["pipe", "device", "folder"])
@pytest.mark.parametrize("name", [".mlblint.yaml", "pyproject.toml", "lint/a.yaml", "b.json"])
def test_what_never_ends_is_not_read(mlblint: Run, name: str, kind: str) -> None:
    path = Path(name)
    path.parent.mkdir(exist_ok=True)
    if kind == "device":
        path.symlink_to("/dev/zero")
    elif kind == "pipe":
        os.mkfifo(path)
    else:
        path.mkdir()
    if name != ".mlblint.yaml":
        config = "baseline: b.json\n" if name == "b.json" else "rules: {extend-rules: [lint]}\n"
        Path(".mlblint.yaml").write_text(config)
    code = cli.run([])
    assert code in (0, 2)


@pytest.mark.parametrize(
    "arguments",
    [
        ["--output-format", "json", "--output-file", "report.json"],
        ["--output-format", "full", "--output-file", "report.json"],
        ["--write-baseline", "report.json"],
        ["--write-baseline", "dangling.json"],
        ["--output-format", "json", "--output-file", "dangling.json"],
        ["--output-format", "json", "--output-file", "folder/x.json"],
        ["--fix", "link.yaml"],
        ["--add-ignore", "--reason", "x", "link.yaml"],
        ["init", "--force"],
    ],
    ids=" ".join,
)
def test_nothing_is_written_through_a_link_that_leads_out(
    mlblint: Run, outside: Path, arguments: list[str]
) -> None:
    Path("report.json").symlink_to("../outside/b.json")
    Path("link.yaml").symlink_to("../outside/x.yaml")
    Path("dangling.json").symlink_to("../outside/new.json")
    Path("folder").symlink_to("../outside")
    if arguments[0] == "init":
        Path(".mlblint.yaml").symlink_to("../outside/x.yaml")
    before = {path: path.read_bytes() for path in outside.iterdir()}
    code, output = mlblint({}, *arguments)
    assert {path: path.read_bytes() for path in outside.iterdir()} == before
    assert code == (0 if arguments[0] == "init" else 2), output


def test_only_what_is_named_is_written(mlblint: Run, tmp_path: Path) -> None:
    service = SERVICE.replace("{name: web}", "{name: web, annotations: {metallb.io/x: y}}")
    peers = {f"{n}.yaml": service for n in range(3)}
    mlblint(peers)
    before = {path: path.read_bytes() for path in tmp_path.rglob("*") if path.is_file()}
    mlblint(
        {}, "--fix", "--unsafe-fixes", "0.yaml", "--output-format", "json", "--output-file", "r"
    )
    after = {path: path.read_bytes() for path in tmp_path.rglob("*") if path.is_file()}
    changed = {path.name for path in after if before.get(path) != after[path]}
    assert changed <= {"0.yaml", "r"}
    assert "r" in changed


# --- nothing runs ----------------------------------------------------------------------------

TRAP = "import pathlib\npathlib.Path(__file__).with_name('sprung').touch()\n"
MODULES = (
    "click ruamel jsonschema yaml json re typing sitecustomize usercustomize conftest tomllib "
    "referencing rpds attrs requests mlb101 mlblint_plugins"
).split()


@pytest.mark.parametrize("command", [["-m", "mlblint"], ["-c", "PROGRAM"]], ids=["-m", "program"])
def test_nothing_of_the_repository_is_imported(tmp_path: Path, command: list[str]) -> None:
    """`python -m` puts the current folder in front before any of our code runs; what it does
    not need until then is not imported from there."""
    root = tmp_path / "repo"
    (root / "lint").mkdir(parents=True)
    (root / ".mlblint.yaml").write_text(
        "metallb: {version: nonsense}\nrules: {extend-rules: [lint]}\n"
    )
    for name in MODULES:
        (root / f"{name}.py").write_text(TRAP)
        (root / "lint" / f"{name}.py").write_text(TRAP)
    program = "import sys; del sys.path[0]; from mlblint.cli import main; sys.exit(main())"
    late = ["click", "ruamel", "jsonschema", "referencing", "rpds", "attrs", "tomllib", "requests"]
    if command[0] == "-m":
        for path in root.glob("*.py"):
            if path.stem not in late:
                path.unlink()
    subprocess.run(
        [sys.executable, *(program if part == "PROGRAM" else part for part in command)],
        cwd=root,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        check=False,
        capture_output=True,
    )
    assert not (root / "sprung").exists()


def test_nothing_of_the_repository_is_executed_or_downloaded(mlblint: Run) -> None:
    """Python tells of each process and each connection before it is begun."""
    seen: list[tuple[str, object]] = []
    _EVENTS.append(seen)
    sys.addaudithook(_note)
    files = {
        "lint/a.yaml": "id: ACME1\nname: acme\ntitle: A\nseverity: warning\nwhy: b\n"
        "match: {group: '', kind: Service}\n"
        "require: {contains: {}, $ref: 'https://example.com/schema.json'}\nmessage: wrong\n",
        ".mlblint.yaml": "rules: {extend-rules: [lint]}\n",
        "x.yaml": SERVICE + "x: !!python/object/apply:os.system ['touch pwned']\n",
    }
    code, output = mlblint(files)
    assert "the reference https://example.com/schema.j" in " ".join(output.split())
    assert code == 2
    for more in ("resources", "chart", "ref"):
        mlblint({".mlblint.yaml": "", **REFERENCES[more]})
    _EVENTS.remove(seen)
    programs = {Path(str(what)).name for event, what in seen if event != "socket.connect"}
    assert programs <= {"git"}
    assert not [event for event, _ in seen if event == "socket.connect"]
    assert not Path("pwned").exists()


_EVENTS: list[list[tuple[str, object]]] = []


def _note(event: str, arguments: tuple[object, ...]) -> None:
    if event in ("subprocess.Popen", "os.system", "os.exec", "os.posix_spawn", "socket.connect"):
        for seen in _EVENTS:
            seen.append((event, arguments[0]))


def test_a_path_is_inside_only_behind_its_links(tmp_path: Path) -> None:
    root = tmp_path / "root"
    root.mkdir()
    (tmp_path / "rooted").mkdir()
    (root / "loop").symlink_to("loop")
    for name in ("..", "../rooted", "/", "../root/../x", str(tmp_path)):
        with pytest.raises(OSError, match="outside of the repository"):
            boundaries.inside(root, root / name)
    for name in (".", "a", "a/../b", "loop"):
        boundaries.inside(root, root / name)
