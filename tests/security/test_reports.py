"""What the input says is shown in reports, and never obeyed by those that read them."""

from __future__ import annotations

import os
import re
from pathlib import Path

import pytest

from mlblint import cli

EVIL = "\x1b]0;owned\x07\x1b[2J\u202e::error::x ##vso[task.x] ##[set-env] <script>x</script> @all [l](http://x)"
QUOTED = (
    r'"\e]0;owned\a\e[2J\u202E\n::error::x\n##vso[task.x]\n##[set-env]'
    r'<script>x</script> @all [l](http://x) ![i](http://x)"'
)
FILES = {
    "value": {
        "a.yaml": "apiVersion: metallb.io/v1beta1\nkind: IPAddressPool\n"
        f"metadata:\n  name: {QUOTED}\n  namespace: metallb-system\n"
        f"spec:\n  addresses:\n  - {QUOTED}\n  {QUOTED}: 1\n"
    },
    "file name": {f"{EVIL.replace('/', '_')}.yaml": "kind: Service\na: [\n"},
    "YAML error": {
        "a.yaml": f"kind: Service\na: *{'##vso[task.x]'.replace('[', '').replace(']', '')}\n"
    },
    "configuration": {".mlblint.yaml": f"{QUOTED}: {QUOTED}\nfail-on: {QUOTED}\n"},
    "rules": {".mlblint.yaml": f"rules: {{select: [{QUOTED}], extend-rules: [{QUOTED}]}}\n"},
    "baseline": {".mlblint.yaml": f"baseline: {QUOTED}\n"},
    "ignore": {"a.yaml": "kind: Service\n# mlblint: ignore[##vso[x]] \x85\u202e<b>\n"},
}
FORMATS = "full concise json grouped sarif github gitlab junit checkstyle rdjson markdown".split()
_CONTROL = re.compile("[\x00-\x08\x0b-\x1f\x7f\x80-\x9f\u202a-\u202e\u2028\u2029]")


@pytest.mark.parametrize("form", FORMATS)
@pytest.mark.parametrize("files", FILES.values(), ids=FILES)
def test_nothing_of_the_input_is_active_in_a_report(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capfd: pytest.CaptureFixture[str],
    files: dict[str, str],
    form: str,
) -> None:
    for name, text in {".mlblint.yaml": "", **files}.items():
        (tmp_path / name).write_bytes(os.fsencode(text))
    monkeypatch.chdir(tmp_path)
    cli.run(["--output-format", form, "--color", "never"])
    out, err = capfd.readouterr()
    assert out + err
    assert "internal error" not in err
    for text in (out, err):
        _is_harmless(text)
    own = re.compile(r"::(error|warning|notice) file=") if form == "github" else None
    for line in (*out.splitlines(), *err.splitlines()):
        assert not line.lstrip().startswith("::") or (own and own.match(line)), line
    if form in ("junit", "checkstyle", "markdown"):
        assert "<script" not in out
    if form == "markdown":
        assert "](" not in out
        assert "@all" not in out


@pytest.mark.parametrize(
    "command", [["model"], ["model", "--format", "json"], ["rules"], ["config"]]
)
@pytest.mark.parametrize("files", FILES.values(), ids=FILES)
def test_nothing_of_the_input_is_active_in_what_commands_print(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capfd: pytest.CaptureFixture[str],
    files: dict[str, str],
    command: list[str],
) -> None:
    for name, text in {".mlblint.yaml": "", **files}.items():
        (tmp_path / name).write_bytes(os.fsencode(text))
    monkeypatch.chdir(tmp_path)
    cli.run(command)
    for text in capfd.readouterr():
        _is_harmless(text)


def _is_harmless(text: str) -> None:
    assert not _CONTROL.search(text)
    assert "##vso[" not in text
    assert "##[" not in text
