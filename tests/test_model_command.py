"""`mlblint model`: what mlblint believes, for people and for programs."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import jsonschema
import pytest

from mlblint import cli
from mlblint.config import load
from mlblint.package_data import data_folder
from mlblint.report.terminal import width

FIXTURES = Path(__file__).parent / "fixtures"
TALOS = FIXTURES / "talos" / "broken"
ROOTS = [
    *(FIXTURES / name / "broken" for name in ("vpn", "talos", "homelab", "gt")),
    *(FIXTURES / "traps").glob("*/silent"),
]

Run = Callable[..., tuple[int, str, str]]


@pytest.fixture
def model(monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]) -> Run:
    def run(root: Path, *arguments: str, columns: int = 80) -> tuple[int, str, str]:
        monkeypatch.chdir(root)
        monkeypatch.setenv("COLUMNS", str(columns))
        code = cli.run(["model", *arguments])
        return code, *capfd.readouterr()

    return run


@pytest.fixture
def written(tmp_path: Path) -> Callable[[Mapping[str, str]], Path]:
    def write(files: Mapping[str, str]) -> Path:
        for name, text in {".mlblint.yaml": "", **files}.items():
            path = tmp_path / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text)
        return tmp_path

    return write


def as_data(run: tuple[int, str, str]) -> Any:
    code, out, err = run
    assert (code, err) == (0, "")
    return json.loads(out)


POOL = """\
apiVersion: metallb.io/v1beta1
kind: IPAddressPool
metadata:
  name: lan
  namespace: metallb-system
spec:
  autoAssign: false
  addresses:
    - 192.168.7.200-192.168.7.250
    - fd00::/64
    - 192.168.7.9-192.168.7.1
    - ${MORE}
"""
ADVERTISEMENT = """\
apiVersion: metallb.io/v1beta1
kind: L2Advertisement
metadata: {name: lan, namespace: metallb-system}
spec: {interfaces: [eth0, eth1]}
"""


def test_a_repository_as_a_tree(model: Run) -> None:
    code, out, err = model(TALOS)
    assert (code, err) == (0, "")
    assert (
        out
        == """\
The only cluster (Argo CD)
  taken for one cluster because nothing tells two clusters apart
  Deliveries
    Application argocd/root  bootstrap/root.yaml:4
      Argo CD, namespace argocd, 6 objects
      Application argocd/jellyfin  apps/jellyfin.yaml:2
        Argo CD, namespace media, 2 objects
      Application argocd/metallb  apps/metallb.yaml:2
        Argo CD, namespace metallb-system
        chart metallb 0.15.3 as metallb in metallb-system  apps/metallb.yaml:12
      Application argocd/metrics-server  apps/metrics-server.yaml:3
        Argo CD, namespace kube-system
        chart metrics-server 3.12.2 as metrics-server in kube-system
          apps/metrics-server.yaml:11
      Application argocd/traefik  apps/traefik.yaml:2
        Argo CD, namespace traefik
        chart traefik 37.1.1 as traefik in traefik  apps/traefik.yaml:12
    1 object that nothing here applies  bootstrap/argocd-cm.yaml
    1 object that nothing here applies  bootstrap/root.yaml
  MetalLB
    0.15.3 in namespace metallb-system, BGP type frr, class none
    chart metallb 0.15.3 by Application metallb  apps/metallb.yaml:12
  Pools
    metallb-system/home-pool: L2  apps/metallb-addresses.yaml:4
      192.168.7.200-192.168.7.250 (51 addresses)  apps/metallb-addresses.yaml:13
      announced by L2Advertisement home-l2  apps/metallb-addresses.yaml:19
  Addresses in use
    192.168.7.200: Helm values traefik/traefik  apps/traefik.yaml:23
    192.168.7.220: Service media/jellyfin  workloads/jellyfin/service.yaml:7

"""
    )


def test_pools(model: Run, written: Callable[..., Path]) -> None:
    out = model(written({"lan.yaml": f"{POOL}---\n{ADVERTISEMENT}"}))[1]
    assert (
        out[out.index("  Pools") :]
        == """\
  Pools
    metallb-system/lan: L2, only on request  lan.yaml:2
      192.168.7.200-192.168.7.250 (51 addresses)  lan.yaml:9
      fd00::-fd00::ffff:ffff:ffff:ffff (2^64 addresses)  lan.yaml:10
      192.168.7.9-192.168.7.1 (reversed)  lan.yaml:11
      ${MORE} (filled in later)  lan.yaml:12
      announced by L2Advertisement lan on eth0, eth1  lan.yaml:15

"""
    )


def test_a_pool_that_nobody_announces(model: Run, written: Callable[..., Path]) -> None:
    out = model(written({"lan.yaml": POOL}))[1]
    assert "metallb-system/lan: announced by nobody, only on request  lan.yaml:2" in out


def test_waves_and_who_gives_them(model: Run, written: Callable[..., Path]) -> None:
    application = (
        "apiVersion: argoproj.io/v1alpha1\nkind: Application\n"
        "metadata:\n  name: addresses\n"
        '  annotations: {argocd.argoproj.io/sync-wave: "3"}\n'
        "spec: {source: {repoURL: https://git.example.com/x, path: lan}}\n"
    )
    root = written({"app.yaml": application, "lan/lan.yaml": POOL})
    out = model(root)[1]
    assert "Argo CD, wave 3, 1 object" in out
    assert "only on request, wave 3 from Application addresses" in " ".join(out.split())
    (pool,) = as_data(model(root, "--format", "json"))["clusters"][0]["pools"]
    assert pool["wave"] == {
        "number": 3,
        "inherited": True,
        "givenBy": {
            "kind": "Application",
            "namespace": None,
            "name": "addresses",
            "path": "app.yaml",
            "line": 2,
        },
    }


def test_what_belongs_to_no_cluster_and_what_nothing_applies(
    model: Run, written: Callable[..., Path]
) -> None:
    service = "apiVersion: v1\nkind: Service\nmetadata: {name: %s}\nspec: {type: LoadBalancer}\n"
    out = model(
        written(
            {
                "clusters/a/lan.yaml": POOL,
                "clusters/b/lan.yaml": POOL,
                "web.yaml": service % "web",
                "c/kustomization.yaml": "resources: [missing.yaml]\n",
                "c/left-out.yaml": service % "left-out",
            }
        )
    )[1]
    assert (
        out[out.index("Judged alone") :]
        == """\
Judged alone, against nothing else
  web.yaml: which of the clusters it belongs to cannot be told
    any address: Service web  web.yaml:4

Applied by nothing
  the kustomization of its folder does not name it:
    Service left-out  c/left-out.yaml:2

"""
    )
    assert "Cluster a\n" in out
    assert "both bring IPAddressPool `metallb-system/lan`" in " ".join(out.split())


def test_what_was_not_followed_and_not_read(model: Run, written: Callable[..., Path]) -> None:
    application = (
        "apiVersion: argoproj.io/v1alpha1\nkind: Application\nmetadata: {name: a}\n"
        "spec: {source: {repoURL: https://git.example.com/x, path: '{{ .path }}'}}\n"
    )
    out = model(
        written(
            {
                "app.yaml": application,
                "t.yaml": "metallb: {{ .Values.x }}\n{{ end }}\n",
                "broken.yaml": "metallb: [\n",
            }
        )
    )[1]
    assert "  Not followed\n    `{{ .path }}` is filled in elsewhere  app.yaml:4\n" in out
    assert "1 file templates, not looked into\n  t.yaml\n" in out
    assert "1 file not readable as YAML\n  broken.yaml\n" in out


def test_nothing_at_all(model: Run, written: Callable[..., Path]) -> None:
    assert model(written({"a.yaml": "a: 1\n"})) == (
        0,
        "Nothing in this repository is applied to a cluster.\n\n",
        "",
    )


@pytest.mark.parametrize("columns", [40, 80])
@pytest.mark.parametrize("root", ROOTS, ids=lambda root: "-".join(root.parts[-2:]))
def test_no_line_is_wider_than_the_terminal_unless_it_is_one_word(
    root: Path, columns: int, model: Run
) -> None:
    code, out, _ = model(root, columns=columns)
    assert code == 0
    for line in out.splitlines():
        assert width(line) <= columns or len(line.split()) == 1, line


@pytest.mark.parametrize("root", ROOTS, ids=lambda root: "-".join(root.parts[-2:]))
def test_the_json_keeps_to_its_schema(root: Path, model: Run) -> None:
    schema = json.loads((data_folder("schemas") / "model.json").read_text())
    jsonschema.Draft202012Validator.check_schema(schema)
    jsonschema.Draft202012Validator(schema).validate(as_data(model(root, "--format", "json")))


def test_control_characters_do_not_reach_the_terminal(
    model: Run, written: Callable[..., Path]
) -> None:
    root = written({"lan.yaml": POOL.replace("name: lan", 'name: "l\\e[31man\\u202e"')})
    out = model(root)[1]
    assert "l␛[31man\ufffd" in out
    assert re.search(r"[\x00-\x09\x0b-\x1f\x7f\u202e]", out) is None
    raw = model(root, "--format", "json")[1]
    assert raw.isascii()
    assert json.loads(raw)["clusters"][0]["pools"][0]["name"] == "l\x1b[31man\u202e"


def test_colours(model: Run) -> None:
    assert "\x1b[1mThe only cluster (Argo CD)\x1b[0m" in model(TALOS, "--color", "always")[1]
    assert "\x1b" not in model(TALOS, "--color", "never")[1]


def test_the_working_folder_does_not_matter(model: Run) -> None:
    here = model(TALOS, "--format", "json")
    assert model(TALOS / "apps", "--format", "json") == here


def test_the_configuration_divides_clusters(model: Run, written: Callable[..., Path]) -> None:
    config = "clusters:\n  - name: prod\n    paths: [infra/**]\n"
    data = as_data(
        model(written({".mlblint.yaml": config, "infra/lan.yaml": POOL}), "--format", "json")
    )
    assert [(c["name"], c["because"]) for c in data["clusters"]] == [
        ("prod", "`clusters` in the configuration names it")
    ]


def test_a_broken_configuration_is_refused(model: Run, written: Callable[..., Path]) -> None:
    code, out, err = model(written({".mlblint.yaml": "clusterz: []\n"}))
    assert (code, out) == (2, "")
    assert "did you mean `clusters`" in err


def test_the_configuration_in_the_documentation_is_accepted(tmp_path: Path) -> None:
    page = (Path(__file__).parents[1] / "docs" / "model.md").read_text()
    (shown,) = re.findall(r"```yaml\n(.*?)```", page, re.DOTALL)
    (tmp_path / ".mlblint.yaml").write_text(shown)
    config = load(tmp_path, known_rules={})
    assert [one.each or one.name for one in config.clusters] == ["prod", "sites/*"]
    assert config.metallb.bgp_type == "native"
