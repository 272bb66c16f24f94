#!/usr/bin/env bash
# Installs the wheel in dist/ into an empty environment, and runs the tests of what it does on it,
# in a folder in which there are no sources.
set -euo pipefail
cd "$(dirname "$0")/.."

wheel="$(ls "$PWD"/dist/*.whl)"
folder="$(mktemp -d)"
trap 'rm -rf "$folder"' EXIT
"${PYTHON:-python3}" -m venv "$folder/venv"
bin="$folder/venv/bin"
"$bin/python" -m pip install --quiet --disable-pip-version-check "$wheel"
"$bin/mlblint" --version
status=0
"$bin/mlblint" tests/fixtures/talos/broken >/dev/null || status=$?
[ "$status" -eq 1 ] || { echo "expected findings (1), and got $status" >&2; exit 1; }
"$bin/python" -m pip install --quiet --disable-pip-version-check "$wheel[dev]"
cp -R tests rules schemas docs pyproject.toml README.md "$folder/"
cd "$folder"
"$bin/python" -m pytest -q -n auto tests/text tests/config tests/test_examples.py \
  tests/test_traps.py tests/test_verdicts.py
