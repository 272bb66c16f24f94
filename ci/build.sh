#!/usr/bin/env bash
# Builds what is released: the wheel and the source archive in dist/, what is in the wheel in
# build/sbom/. The time stamps are those of the commit, so that everybody gets the same bytes.
set -euo pipefail
cd "$(dirname "$0")/.."

python="${PYTHON:-python3}"
version="$(sed -n 's/^__version__ = "\(.*\)"$/\1/p' mlblint/__init__.py)"
if [ -n "${GITHUB_REF_NAME:-}" ] && [ "$GITHUB_REF_NAME" != "v$version" ]; then
  echo "the tag is $GITHUB_REF_NAME, and the version is $version" >&2
  exit 1
fi

rm -rf dist build/sbom build/release-venv
mkdir -p build/sbom
SOURCE_DATE_EPOCH="$(git log -1 --format=%ct)"
export SOURCE_DATE_EPOCH
"$python" -m venv build/release-venv
build/release-venv/bin/python -m pip install --quiet --disable-pip-version-check build
umask 022
build/release-venv/bin/python -m build --outdir dist .
"$python" ci/sbom.py dist/*.whl >build/sbom/mlblint.cdx.json
(cd dist && sha256sum ./*)
