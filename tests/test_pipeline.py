"""The way from files to findings, as far as no other test walks it."""

from __future__ import annotations

from pathlib import Path

import pytest

from mlblint.config import Config, MetallbConfig
from mlblint.pipeline import Request, lint, load_model

POOL = """\
apiVersion: metallb.io/v1beta1
kind: IPAddressPool
metadata: {name: lan, namespace: lb}
spec: {addresses: [10.0.0.0/24]}
"""


def test_the_configuration_tells_the_model_what_the_repository_does_not(tmp_path: Path) -> None:
    (tmp_path / "pool.yaml").write_text(POOL)
    metallb = MetallbConfig("0.15.3", "lb", "native", "own")
    (cluster,) = load_model(tmp_path, Config(metallb=metallb)).clusters
    assert str(cluster.version) == "0.15.3"
    assert cluster.namespace == "lb"
    assert cluster.bgp_type == "native"
    assert cluster.load_balancer_class == "own"


@pytest.mark.parametrize("name", ["pool.yaml", "pool.yml", "pool.json", "pool.yaml.txt"])
def test_a_file_that_is_named_is_looked_at_whatever_its_name(name: str, tmp_path: Path) -> None:
    (tmp_path / name).write_text(POOL)
    result = lint(Request(tmp_path, Config(), frozenset([name])))
    found = [(f.rule, f.location.path) for f in result.findings]
    assert found == [("MLB501", name), ("MLB302", name)]
    assert result.files == 1


def test_what_was_read_is_not_read_again(tmp_path: Path) -> None:
    (tmp_path / "pool.yaml").write_text(POOL)
    first = lint(Request(tmp_path, Config()))
    (tmp_path / "pool.yaml").unlink()
    again = lint(Request(tmp_path, Config(), files=first.repository))
    assert again.findings == first.findings
    changed = {"pool.yaml": b"kind: Nothing\n"}
    other = lint(Request(tmp_path, Config(), changed=changed, files=first.repository))
    assert other.findings == ()
