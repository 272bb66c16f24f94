"""`mlblint init` on a repository: what it finds there is what it writes."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from mlblint import cli

ROOT = Path(__file__).parents[1]

METALLB = """\
apiVersion: argoproj.io/v1alpha1
kind: Application
metadata: {{name: metallb}}
spec:
  destination: {{namespace: lb}}
  source: {{repoURL: https://metallb.github.io/metallb, chart: metallb, targetRevision: {version}}}
---
apiVersion: metallb.io/v1beta1
kind: L2Advertisement
metadata: {{name: lan, namespace: lb}}
spec:
  interfaces: [enp1s0]
---
apiVersion: v1
kind: Service
metadata:
  name: web
  annotations:
    metallb.io/address-pool: lan
spec: {{type: LoadBalancer, selector: {{app: web}}}}
"""


def proposed(
    version: str,
    repository: Callable,
    monkeypatch: pytest.MonkeyPatch,
    capfd: pytest.CaptureFixture[str],
) -> list[str]:
    root = repository({"all.yaml": METALLB.format(version=version)}).root
    (root / ".mlblint.yaml").unlink()
    monkeypatch.chdir(root)
    assert cli.run(["init", "--print"]) == 0
    return [line.strip() for line in capfd.readouterr().out.splitlines()]


def test_what_the_repository_shows(
    repository: Callable, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    lines = proposed("0.15.3", repository, monkeypatch, capfd)
    assert "# Delivered by Argo CD." in lines
    assert "version: 0.15.3  # seen in all.yaml:6" in lines
    assert "namespace: lb  # seen in all.yaml:6" in lines
    assert "annotation-prefix: metallb.io  # seen in all.yaml:19" in lines
    assert "- enp1s0  # seen in all.yaml:12" in lines


def test_a_prefix_that_this_metallb_ignores_is_not_proposed(
    repository: Callable, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    lines = proposed("0.14.8", repository, monkeypatch, capfd)
    assert not any(line.startswith("annotation-prefix:") for line in lines)


def test_what_it_writes_is_in_force_at_once(
    repository: Callable, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    root = repository({"all.yaml": METALLB.format(version="0.15.3")}).root
    (root / ".mlblint.yaml").unlink()
    monkeypatch.chdir(root)
    assert cli.run(["init"]) == 0
    capfd.readouterr()
    assert cli.run(["config"]) == 0
    assert "enp1s0" in capfd.readouterr().out
    assert cli.run(["init"]) == 2
    assert "already" in capfd.readouterr().err


def test_the_schema_of_configurations_can_be_had_for_an_editor(
    capfd: pytest.CaptureFixture[str],
) -> None:
    assert cli.run(["config", "--format", "schema"]) == 0
    assert capfd.readouterr().out == (ROOT / "schemas/config.json").read_text()
