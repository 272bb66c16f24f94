"""The README shows what really happens."""

from __future__ import annotations

import os
import re
from pathlib import Path

import pytest

from mlblint import cli

ROOT = Path(__file__).parents[1]
README = (ROOT / "README.md").read_text("utf-8")


def test_the_terminal_excerpt_is_real(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    excerpt = re.search(r"```console\n\$ mlblint workloads\n(.*?)```", README, re.DOTALL)
    assert excerpt
    monkeypatch.chdir(ROOT / "tests/fixtures/talos/broken")
    monkeypatch.setitem(os.environ, "COLUMNS", "100")
    cli.run(["workloads"])
    assert capsys.readouterr().out == excerpt[1]


def test_its_links_lead_somewhere() -> None:
    for target in re.findall(r"\]\(([^)#:]+)\)", README):
        assert (ROOT / target).exists(), target


def test_the_configuration_it_shows_is_one(tmp_path: Path) -> None:
    from mlblint.config import load

    shown = re.search(r"```yaml\n(network:.*?)```", README, re.DOTALL)
    assert shown
    (tmp_path / ".mlblint.yaml").write_text(shown[1])
    assert load(tmp_path, known_rules={}).network.interfaces == ("eth0",)


@pytest.mark.parametrize("command", sorted(set(re.findall(r"^\$ make (\w+)", README, re.M))))
def test_make_knows_the_commands(command: str) -> None:
    assert re.search(rf"^{command}:", (ROOT / "Makefile").read_text(), re.M)
