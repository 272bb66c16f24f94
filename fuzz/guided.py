"""One target under atheris: `python -m fuzz.guided TARGET [options of libFuzzer] CORPUS`."""

from __future__ import annotations

import importlib
import sys

import atheris

if __name__ == "__main__":
    name, *arguments = sys.argv[1:]
    with atheris.instrument_imports(include=["mlblint"]):
        module = importlib.import_module(f"fuzz.targets.{name}")
        # What is imported only when it is needed shall be instrumented as well.
        for data in module.seeds():
            module.check(data)
    atheris.Setup([sys.argv[0], *arguments], module.check)
    atheris.Fuzz()
