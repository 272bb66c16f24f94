"""MLB110: node ports that are written down."""

from __future__ import annotations

from collections.abc import Callable

import pytest


def service(
    *ports: str, name: str = "web", namespace: str | None = "a", type_: str = "NodePort"
) -> str:
    where = f", namespace: {namespace}" if namespace else ""
    return (
        f"apiVersion: v1\nkind: Service\nmetadata: {{name: {name}{where}}}\n"
        f"spec:\n  type: {type_}\n  selector: {{app: web}}\n  ports:\n"
        + "".join(f"    - {{port: {80 + at}, {port}}}\n" for at, port in enumerate(ports))
    )


@pytest.mark.parametrize("type_", ["NodePort", "LoadBalancer"])
@pytest.mark.parametrize(
    ("port", "refused"), [(29999, True), (30000, False), (32767, False), (32768, True), (80, True)]
)
def test_the_range(port: int, refused: bool, type_: str, repository: Callable) -> None:
    repo = repository({"f.yaml": service(f"nodePort: {port}", type_=type_)})
    assert repo.spots("MLB110") == (["MLB110 f.yaml:8:28"] if refused else [])


def test_the_range_is_an_option(repository: Callable) -> None:
    options = "rules: {options: {MLB110: {range: 80-100}}}\n"
    text = service("nodePort: 80", "nodePort: 30000")
    repo = repository({".mlblint.yaml": options, "f.yaml": text})
    (finding,) = repo.findings("MLB110")
    assert "`30000`, which does not lie between 80 and 100" in finding.message


def test_an_option_that_is_no_range_is_refused(repository: Callable) -> None:
    from mlblint.config import ConfigError

    options = "rules: {options: {MLB110: {range: all}}}\n"
    with pytest.raises(ConfigError, match="range"):
        repository({".mlblint.yaml": options}).lint()


@pytest.mark.parametrize(
    "port", ["nodePort: 0", "nodePort:", "nodePort: ${PORT}", 'nodePort: "80"', "name: a"]
)
def test_what_is_no_port_or_not_known(port: str, repository: Callable) -> None:
    assert repository({"f.yaml": service(port)}).findings("MLB110") == []


def test_a_service_inside_the_cluster_has_none(repository: Callable) -> None:
    (finding,) = repository({"f.yaml": service("nodePort: 30080", type_="ClusterIP")}).findings(
        "MLB110"
    )
    assert "is of type ClusterIP" in finding.message


def test_two_services_want_one_port(repository: Callable) -> None:
    repo = repository(
        {
            "f.yaml": service("nodePort: 30080"),
            "g.yaml": service("nodePort: 30081", "nodePort: 30080", name="wiki"),
        }
    )
    (finding,) = repo.findings("MLB110")
    assert repo.spots("MLB110") == ["MLB110 g.yaml:9:28"]
    assert finding.severity == "warning"
    assert "which `a/web` has" in finding.message
    assert [one.location.path for one in finding.related] == ["f.yaml"]


APPLICATION = """\
apiVersion: argoproj.io/v1alpha1
kind: Application
metadata: {name: apps, annotations: {argocd.argoproj.io/sync-wave: "5"}}
spec: {source: {repoURL: https://git.example.com/x, path: apps}}
"""


def test_what_is_applied_together_is_refused(repository: Callable) -> None:
    repo = repository(
        {
            "app.yaml": APPLICATION,
            "apps/f.yaml": service("nodePort: 30080"),
            "apps/g.yaml": service("nodePort: 30080", name="wiki"),
        }
    )
    assert [f.severity for f in repo.findings("MLB110")] == ["error"]


def test_each_protocol_has_its_ports(repository: Callable) -> None:
    udp = "protocol: UDP, nodePort: 30053"
    one = service("nodePort: 30053", udp)
    other = service(udp, name="dns")
    assert repository({"f.yaml": one}).findings("MLB110") == []
    assert repository({"f.yaml": service(udp, udp)}).spots("MLB110") == ["MLB110 f.yaml:9:43"]
    repo = repository({"f.yaml": service("nodePort: 30053"), "g.yaml": other})
    assert repo.findings("MLB110") == []


@pytest.mark.parametrize("namespace", ["a", None])
def test_one_object_may_be_delivered_twice(namespace: str | None, repository: Callable) -> None:
    repo = repository(
        {
            "f.yaml": service("nodePort: 30080"),
            "g.yaml": service("nodePort: 30080", namespace=namespace),
        }
    )
    assert repo.findings("MLB110") == []


def test_clusters_have_ports_of_their_own(repository: Callable) -> None:
    repo = repository(
        {
            ".mlblint.yaml": "clusters: [{each: 'clusters/*'}]\n",
            "clusters/a/f.yaml": service("nodePort: 30080"),
            "clusters/b/f.yaml": service("nodePort: 30080", name="wiki"),
        }
    )
    assert repo.findings("MLB110") == []


def test_a_patch_gives_the_port(repository: Callable) -> None:
    patch = (
        "apiVersion: v1\nkind: Service\nmetadata: {name: web, namespace: a}\n"
        "spec: {ports: [{port: 80, nodePort: 8080}]}\n"
    )
    repo = repository(
        {
            "kustomization.yaml": "resources: [f.yaml]\npatches: [{path: p.yaml}]\n",
            "f.yaml": service("nodePort: 30080"),
            "p.yaml": patch,
        }
    )
    assert repo.spots("MLB110") == ["MLB110 p.yaml:4:37"]


def test_templates_of_services_count(repository: Callable) -> None:
    text = """\
apiVersion: postgresql.cnpg.io/v1
kind: Cluster
metadata: {name: db, namespace: a}
spec:
  managed:
    services:
      additional:
        - serviceTemplate:
            metadata: {name: db}
            spec: {type: LoadBalancer, ports: [{port: 5432, nodePort: 5432}]}
"""
    assert repository({"f.yaml": text}).spots("MLB110") == ["MLB110 f.yaml:10:71"]
