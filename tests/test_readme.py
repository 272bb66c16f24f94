"""The README shows what really happens."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
README = (ROOT / "README.md").read_text("utf-8")


def test_the_configuration_it_shows_is_one(tmp_path: Path) -> None:
    from mlblint.config import load

    shown = re.search(r"```yaml\n(network:.*?)```", README, re.DOTALL)
    assert shown
    (tmp_path / ".mlblint.yaml").write_text(shown[1])
    assert load(tmp_path, known_rules={}).network.interfaces == ("eth0",)


@pytest.mark.parametrize("command", sorted(set(re.findall(r"^\$ make (\w+)", README, re.M))))
def test_make_knows_the_commands(command: str) -> None:
    assert re.search(rf"^{command}:", (ROOT / "Makefile").read_text(), re.M)
