"""What is in a wheel, and what it needs, as CycloneDX 1.6.

    python ci/sbom.py dist/mlblint-1.2.3-py3-none-any.whl > mlblint-1.2.3.cdx.json

Everything in it comes from the wheel itself, so that the same wheel gives the same bytes. What it
needs is named as it asks for it, without a version: which release comes is chosen where the
wheel is installed.
"""

from __future__ import annotations

import base64
import hashlib
import json
import re
import sys
import uuid
from email.message import Message
from email.parser import Parser
from pathlib import Path
from typing import Any
from zipfile import ZipFile

_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]*")
_EXTRA = re.compile(r";.*\bextra\s*==")


def bill(wheel: Path) -> dict[str, Any]:
    digest = hashlib.sha256(wheel.read_bytes()).hexdigest()
    with ZipFile(wheel) as archive:
        metadata = Parser().parsestr(_read(archive, "METADATA"))
        files = [line.rsplit(",", 2) for line in _read(archive, "RECORD").splitlines()]
    root = f"pkg:pypi/{_normal(metadata['Name'])}@{metadata['Version']}"
    needed = [_needed(text) for text in _requirements(metadata)]
    return {
        "$schema": "http://cyclonedx.org/schema/bom-1.6.schema.json",
        "bomFormat": "CycloneDX",
        "specVersion": "1.6",
        "serialNumber": f"urn:uuid:{uuid.uuid5(uuid.NAMESPACE_URL, f'{root}#{digest}')}",
        "version": 1,
        "metadata": {
            "component": {
                "type": "application",
                "bom-ref": root,
                "name": metadata["Name"],
                "version": metadata["Version"],
                "description": metadata["Summary"],
                "licenses": [{"expression": metadata["License-Expression"]}],
                "purl": root,
                "hashes": [{"alg": "SHA-256", "content": digest}],
                "components": [_file(*one) for one in files if one[1]],
            }
        },
        "components": needed,
        "dependencies": [
            {"ref": root, "dependsOn": [one["bom-ref"] for one in needed]},
            *({"ref": one["bom-ref"]} for one in needed),
        ],
    }


def _read(archive: ZipFile, name: str) -> str:
    (path,) = (one for one in archive.namelist() if one.endswith(f".dist-info/{name}"))
    return archive.read(path).decode()


def _requirements(metadata: Message) -> list[str]:
    return [one for one in metadata.get_all("Requires-Dist", []) if not _EXTRA.search(one)]


def _needed(requirement: str) -> dict[str, Any]:
    match = _NAME.match(requirement)
    assert match is not None
    purl = f"pkg:pypi/{_normal(match[0])}"
    return {
        "type": "library",
        "bom-ref": purl,
        "name": match[0],
        "purl": purl,
        "properties": [{"name": "mlblint:requirement", "value": requirement}],
    }


def _file(path: str, digest: str, size: str) -> dict[str, Any]:
    """A line of RECORD: `sha256=` and URL-safe base64 without its padding."""
    algorithm, _, encoded = digest.partition("=")
    assert algorithm == "sha256"
    content = base64.urlsafe_b64decode(encoded + "=" * (-len(encoded) % 4)).hex()
    return {
        "type": "file",
        "name": path,
        "hashes": [{"alg": "SHA-256", "content": content}],
        "properties": [{"name": "mlblint:size", "value": size}],
    }


def _normal(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower()


if __name__ == "__main__":
    json.dump(bill(Path(sys.argv[1])), sys.stdout, indent=2)
    sys.stdout.write("\n")
