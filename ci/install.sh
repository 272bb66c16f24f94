#!/usr/bin/env bash
# Installs the mlblint that lies around this script into a virtual environment of its own, outside
# the repository that is linted.
set -euo pipefail

here="$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)"
environment="${MLBLINT_ENVIRONMENT:-${RUNNER_TEMP:?}/mlblint}"

python="$(command -v python3 || command -v python)" || {
  echo "mlblint needs Python 3.10 or later: run actions/setup-python before it" >&2
  exit 2
}
"$python" -c 'import sys; sys.exit(sys.version_info < (3, 10))' || {
  echo "mlblint needs Python 3.10 or later, and this is $("$python" --version)" >&2
  exit 2
}
"$python" -m venv "$environment"
"$environment/bin/python" -m pip install --quiet --disable-pip-version-check "$here"
"$environment/bin/mlblint" --version
